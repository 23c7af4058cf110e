/*
 * The page of one incident, the wall board, charts, deliveries and a source's
 * week: what they say, to whom, and that figures are the store's.
 */
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "check.h"
#include "client.h"
#include "console/chart.h"
#include "console/rows_incident.h"
#include "store/recheck.h"
#include "store/store.h"
#include "store/view_charts.h"

static struct desk desk;
static char who[128], csrf[80];

static json_t *
api(const char *target)
{
    struct answer answer = ask(&desk, "GET", target, who, NULL);
    json_t *json = NULL;

    if (answer.status != 200 || jsonx_load(answer.body, NULL, &json))
        fail_msg("%s: %d", target, answer.status);
    return json;
}

static struct answer
page(const char *target)
{
    struct answer answer = ask(&desk, "GET", target, who, NULL);

    if (answer.status != 200)
        fail_msg("%s: %d", target, answer.status);
    return answer;
}

static json_int_t
number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static size_t
count_of(const struct answer *answer, const char *text)
{
    struct str rest = answer->body;
    size_t n = 0, at;

    while ((at = str_find(rest, str_of(text))) < rest.n) {
        rest = str_from(rest, at + 1);
        n++;
    }
    return n;
}

/* --- one incident ----------------------------------------------------------
 */

static void
six_answers_stand_above_all(void **state)
{
    struct answer answer = page("/incidents/7");

    (void)state;
    assert_true(answer_has(&answer, "<dl class=\"glance\">"));
    assert_int_equal(count_of(&answer, "<dt>什么事</dt>") +
                         count_of(&answer, "<dt>在哪里</dt>") +
                         count_of(&answer, "<dt>有多确实</dt>") +
                         count_of(&answer, "<dt>还剩多久</dt>") +
                         count_of(&answer, "<dt>谁知道了</dt>") +
                         count_of(&answer, "<dt>下一步</dt>"),
        6);
}

static void
the_lines_of_a_score_add_up_to_it(void **state)
{
    json_t *value = api("/api/v1/incidents/40");
    json_int_t score = number_of(json_object_get(value, "incident"), "score");
    struct answer answer = page("/incidents/40");
    struct str table = str_from(
        answer.body, str_find(answer.body, STR("class=\"score sums\"")));
    char last[64];

    (void)state;
    table = str_first(table, str_find(table, STR("</tbody>")));
    (void)snprintf(last, sizeof last,
        "<td class=\"num muted\">%" JSON_INTEGER_FORMAT "</td></tr>", score);
    table = str_trim(table);
    assert_true(table.n > strlen(last));
    assert_true(str_eq(str_from(table, table.n - strlen(last)), str_of(last)));
    json_decref(value);
}

static void
attempts_stand_in_the_timeline(void **state)
{
    json_t *dead = api("/api/v1/deliveries?state=dead&limit=1");
    json_int_t id = number_of(
        json_array_get(json_object_get(dead, "deliveries"), 0), "incident");
    char target[64];
    struct answer answer;

    (void)state;
    (void)snprintf(
        target, sizeof target, "/incidents/%" JSON_INTEGER_FORMAT, id);
    answer = page(target);
    assert_true(answer_has(&answer, "class=\"is-attempt\""));
    assert_true(answer_has(&answer, "class=\"is-dead\""));
    assert_true(answer_has(&answer, "upstream connect error"));
    (void)snprintf(target, sizeof target,
        "/incidents/%" JSON_INTEGER_FORMAT "?show=people", id);
    answer = page(target);
    assert_false(answer_has(&answer, "class=\"is-attempt\""));
    json_decref(dead);
}

static void
a_record_is_text_that_cannot_pose(void **state)
{
    int64_t id =
        desk_add_incident(&desk, STR("[x](http://evil.example) `a` *b*"),
            STR("# head\n\n| a | b |\n<b>x</b>"), STR("https://a.example/1"),
            LEVEL_ORANGE);
    char target[64];
    struct answer answer;

    (void)state;
    (void)snprintf(
        target, sizeof target, "/incidents/%lld/record", (long long)id);
    answer = page(target);
    assert_true(str_starts(
        answer_header(&answer, "Content-Type"), STR("text/markdown")));
    assert_true(answer_has(&answer, "\\[x\\](http://evil.example)"));
    assert_false(answer_has(&answer, "[x](http"));
    assert_false(answer_has(&answer, "\n# head"));
    assert_false(answer_has(&answer, "<b>"));
    assert_true(answer_has(&answer, "\n## "));
}

static void
what_is_alike_is_offered_to_who_may_merge(void **state)
{
    int64_t one =
        desk_add_incident(&desk, STR("青石镇中心小学围墙倒塌压伤学生"),
            STR("甲"), STR("https://a.example/2"), LEVEL_RED);
    int64_t two =
        desk_add_incident(&desk, STR("青石镇中心小学围墙倒塌，两名学生被压伤"),
            STR("乙"), STR("https://a.example/3"), LEVEL_RED);
    char target[64], into[96], viewer[128], token[80];
    struct answer answer;

    (void)state;
    (void)snprintf(target, sizeof target, "/incidents/%lld", (long long)two);
    (void)snprintf(into, sizeof into,
        "<input type=\"hidden\" name=\"into\" value=\"%lld\">", (long long)one);
    answer = page(target);
    assert_true(answer_has(&answer, into));
    assert_int_equal(log_in(&desk, "viewer", viewer, token), 200);
    answer = ask(&desk, "GET", target, viewer, NULL);
    assert_int_equal(answer.status, 200);
    assert_false(answer_has(&answer, into));
    assert_false(answer_has(&answer, "data-act="));

    assert_int_equal(similar_titles(STR("校车相撞"), STR("校车相撞")), 100);
    assert_int_equal(similar_titles(STR("校车相撞"), STR("食堂停电")), 0);
    assert_int_equal(similar_titles(STR(""), STR("食堂停电")), 0);
}

static void
people_are_chosen_from_a_list(void **state)
{
    struct answer answer = page("/incidents/40");

    (void)state;
    assert_true(answer_has(&answer, "<select name=\"assignee\""));
    assert_true(answer_has(&answer, "<option value=\"值班员\""));
    assert_false(answer_has(&answer, "<option value=\"查看员\""));
}

/* An item with two titles, in an incident, gone from its source since. */
static int64_t
put_gone(int64_t incident)
{
    struct item item = {.url = STR("https://a.example/gone"),
        .title = STR("沙河小学通知甲"),
        .published = WALL_NONE,
        .updated = WALL_NONE,
        .identity = {7},
        .digest = {1}};
    struct item_put put = {
        .source = STR("yunxi-news"), .item = &item, .seen = desk.now};
    struct recheck recheck = {
        .checks = 1, .checked = desk.now, .gone = desk.now, .due = WALL_NONE};
    enum item_outcome outcome;
    int64_t id, revision;

    assert_int_equal(store_begin(desk.store), 0);
    assert_int_equal(
        store_item_put(desk.store, &put, &id, &revision, &outcome), 0);
    item.title = STR("沙河小学通知乙");
    item.digest[0] = 2;
    assert_int_equal(
        store_item_put(desk.store, &put, &id, &revision, &outcome), 0);
    assert_int_equal(outcome, ITEM_REVISED);
    assert_int_equal(store_incident_attach(
                         desk.store, incident, id, STR("x"), 0.5, desk.now),
        0);
    recheck.item = id;
    assert_int_equal(store_recheck_save(desk.store, &recheck), 0);
    assert_int_equal(store_commit(desk.store), 0);
    return id;
}

/* What stayed is not struck out because the item is gone. */
static void
a_change_of_a_gone_item_is_its_own(void **state)
{
    char target[64];
    struct answer answer;

    (void)state;
    (void)snprintf(
        target, sizeof target, "/items/%lld", (long long)put_gone(3));
    for (int i = 0; i < 2; i++) {
        answer = page(i ? "/incidents/3?all=1" : target);
        assert_true(answer_has(&answer, "<del>甲</del><ins>乙</ins>"));
        assert_true(answer_has(&answer, "沙河小学通知<del>"));
        assert_int_equal(
            count_of(&answer, "<del>"), count_of(&answer, "<del>甲"));
    }
}

/* --- the wall board --------------------------------------------------------
 */

/* Make a token of a role, or of one and more; its text. */
static void
make_token(const char *name, const char *role, char text[128])
{
    char body[160], line[128];
    json_t *json = NULL;
    struct answer answer;
    struct str token;

    (void)snprintf(body, sizeof body,
        "{\"name\":\"%s\",\"role\":\"%s\",\"days\":30}", name, role);
    (void)snprintf(line, sizeof line, "X-CSRF-Token: %s\r\n", csrf);
    answer = ask_with(&desk, "POST", "/api/v1/tokens", who, line, body);
    if (answer.status != 201 || jsonx_load(answer.body, NULL, &json))
        fail_msg("%d", answer.status);
    token = jsonx_get_str(json, "token");
    assert_in_range(token.n, 1, 127);
    memcpy(text, token.p, token.n);
    text[token.n] = '\0';
    json_decref(json);
}

static void
a_board_needs_nobody(void **state)
{
    char reads[128], acts[128], feed[128], only[128], target[192];
    struct answer answer = page("/board");
    json_t *value;

    (void)state;
    assert_true(answer_has(&answer, "http-equiv=\"refresh\""));
    assert_true(answer_has(&answer, "class=\"board-list\""));
    assert_false(answer_has(&answer, "<form"));
    assert_false(answer_has(&answer, "style="));
    value = api("/api/v1/board");
    assert_true(number_of(value, "open") > 0);
    assert_int_equal(json_array_size(json_object_get(value, "levels")),
        LEVEL_RED - LEVEL_BLUE + 1);
    json_decref(value);

    make_token("wall", "viewer", reads);
    make_token("hand", "operator", acts);
    (void)snprintf(target, sizeof target, "/board/%s", reads);
    answer = ask(&desk, "GET", target, NULL, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "class=\"board-list\""));
    assert_false(answer_has(&answer, reads));
    (void)snprintf(target, sizeof target, "/board/%s", acts);
    assert_int_equal(ask(&desk, "GET", target, NULL, NULL).status, 404);
    assert_int_equal(ask(&desk, "GET", "/board/none", NULL, NULL).status, 404);
    /* What a token is restricted to counts here too. */
    make_token("feed", "viewer\",\"only\":\"GET /api/v1/duty.ics", feed);
    (void)snprintf(target, sizeof target, "/board/%s", feed);
    answer = ask(&desk, "GET", target, NULL, NULL);
    assert_int_equal(answer.status, 404);
    assert_false(answer_has(&answer, "data-live"));
    make_token("only", "viewer\",\"only\":\"GET /api/v1/board", only);
    (void)snprintf(target, sizeof target, "/board/%s", only);
    assert_int_equal(ask(&desk, "GET", target, NULL, NULL).status, 200);
    assert_true(desk.counts[ACTION_TOKEN_USED] > 0);
}

static void
who_guesses_must_wait(void **state)
{
    int status = 0;

    (void)state;
    for (int i = 0; i < 60 && status != 429; i++)
        status = ask(&desk, "GET", "/board/guess", NULL, NULL).status;
    assert_int_equal(status, 429);
    /* A screen keeps nobody at its address from logging in. */
    assert_int_equal(ask(&desk, "POST", "/api/v1/login", NULL,
                         "{\"user\":\"查看员\",\"password\":"
                         "\"云溪-2026-viewer\"}")
                         .status,
        200);
}

/* --- charts ----------------------------------------------------------------
 */

static void
steps_hold_their_minutes(void **state)
{
    int before = 0;

    (void)state;
    for (int64_t m = 0; m < 100000; m++) {
        int step = chart_step(m);

        assert_true(step >= before && step <= before + 1);
        assert_true(step == CHART_TIMES - 1 || m <= chart_step_minutes(step));
        assert_true(step == 0 || m > chart_step_minutes(step - 1));
        before = step;
    }
    assert_int_equal(chart_step(-5), 0);
    assert_int_equal(chart_step(INT64_MAX), CHART_TIMES - 1);
    assert_true(
        chart_top(0) == 1 && chart_top(11) == 20 && chart_top(50) == 50);
    assert_true(chart_top(51) == 100);
}

/* What the charts of a week say of one key. */
static json_int_t
charted(const char *key, const char *within)
{
    json_t *value = api("/api/v1/charts?days=7");
    const json_t *of = within ? json_object_get(value, within) : value;
    json_int_t n = number_of(of, key);

    json_decref(value);
    return n;
}

static void
charts_count_as_it_is_written(void **state)
{
    json_int_t incidents = charted("incidents", NULL);
    json_int_t items = charted("items", NULL);
    json_int_t taken = charted("n", "acknowledged");
    char target[64], body[128];
    int64_t id;

    (void)state;
    id = desk_add_incident(&desk, STR("新增一件"), STR("正文"),
        STR("https://a.example/9"), LEVEL_YELLOW);
    assert_int_equal(charted("incidents", NULL), incidents + 1);
    assert_true(charted("items", NULL) > items);
    assert_int_equal(charted("n", "acknowledged"), taken);
    (void)snprintf(
        target, sizeof target, "/incidents/%lld/actions", (long long)id);
    (void)snprintf(body, sizeof body, "action=acknowledge&csrf=%s", csrf);
    assert_int_equal(ask(&desk, "POST", target, who, body).status, 303);
    assert_int_equal(charted("n", "acknowledged"), taken + 1);
}

static void
days_add_up(void **state)
{
    json_t *value = api("/api/v1/charts?days=90"), *day, *share;
    json_int_t items = 0, incidents = 0, shares = 0;
    size_t i;

    (void)state;
    assert_int_equal(json_array_size(json_object_get(value, "by_day")), 90);
    json_array_foreach(json_object_get(value, "by_day"), i, day)
    {
        items += number_of(day, "items");
        incidents += number_of(day, "incidents");
    }
    json_array_foreach(json_object_get(value, "by_category"), i, share)
        shares += number_of(share, "n");
    assert_true(incidents > 40);
    assert_int_equal(items, number_of(value, "items"));
    assert_int_equal(incidents, number_of(value, "incidents"));
    assert_int_equal(shares, incidents);
    json_decref(value);
}

static void
a_chart_has_words_and_a_table(void **state)
{
    struct answer answer = page("/charts?days=30");

    (void)state;
    assert_int_equal(count_of(&answer, "role=\"img\""), 3);
    assert_int_equal(count_of(&answer, "<desc id="), 3);
    assert_true(answer_has(&answer, "<table class=\"list figures\">"));
    assert_false(answer_has(&answer, "style="));
    assert_int_equal(
        ask(&desk, "GET", "/charts?days=91", who, NULL).status, 422);
    assert_int_equal(
        ask(&desk, "GET", "/charts?days=x", who, NULL).status, 422);
    assert_int_equal(ask(&desk, "GET", "/charts", NULL, NULL).status, 303);
}

/* The link of a day leads to as many as its row says. */
static void
a_day_of_the_table_leads_to_its_incidents(void **state)
{
#define STATES "state=new,acknowledged,responding,snoozed,closed,false_alarm"
    struct answer answer;
    json_t *charts = api("/api/v1/charts?days=90"), *day, *list;
    char target[256], link[256];
    size_t i, days = 0;

    (void)state;
    json_array_foreach(json_object_get(charts, "by_day"), i, day)
    {
        const char *name = json_string_value(json_object_get(day, "day"));

        if (number_of(day, "incidents") == 0)
            continue;
        days++;
        (void)snprintf(link, sizeof link,
            "href=\"/incidents?" STATES
            "&amp;opened_from=%s&amp;opened_to=%s\"",
            name, name);
        answer = page("/charts?days=90");
        assert_true(answer_has(&answer, link));
        (void)snprintf(target, sizeof target,
            "/api/v1/incidents?" STATES
            "&opened_from=%s&opened_to=%s&limit=200",
            name, name);
        list = api(target);
        assert_int_equal(json_array_size(json_object_get(list, "incidents")),
            number_of(day, "incidents"));
        json_decref(list);
    }
    assert_true(days > 1);
    json_decref(charts);
}

/* --- deliveries and sources ------------------------------------------------
 */

static size_t
deliveries_of(const char *target)
{
    json_t *value = api(target);
    size_t n = json_array_size(json_object_get(value, "deliveries"));

    json_decref(value);
    return n;
}

static void
deliveries_are_filtered(void **state)
{
    size_t dead = deliveries_of("/api/v1/deliveries?state=dead&limit=200");
    json_t *value;
    struct answer answer;

    (void)state;
    assert_true(dead > 0);
    assert_int_equal(dead, deliveries_of("/api/v1/deliveries?state=dead&"
                                         "channel=desk-robot&limit=200"));
    assert_int_equal(
        deliveries_of("/api/v1/deliveries?state=dead&channel=other"), 0);
    assert_int_equal(deliveries_of("/api/v1/deliveries?type=digest"), 0);
    assert_true(deliveries_of("/api/v1/deliveries?type=incident.opened") > 0);
    value = api("/api/v1/deliveries?state=pending&limit=1");
    assert_true(
        jsonx_get_str(json_array_get(json_object_get(value, "deliveries"), 0),
            "wait_text")
            .n > 0);
    json_decref(value);
    answer =
        page("/deliveries?state=dead&channel=desk-robot&type=incident.opened");
    assert_true(answer_has(&answer, "/deliveries?state=pending&amp;channel="
                                    "desk-robot&amp;type=incident.opened"));
}

static void
a_source_has_a_week(void **state)
{
    struct answer answer = page("/sources/yunxi-news");

    (void)state;
    assert_int_equal(count_of(&answer, "<rect class=\"h"), 7 * 24);
    answer = page("/sources/yunxi-news?probed=99999999999999");
    assert_true(answer_has(&answer, "id=\"probing\""));
    answer = page("/sources/yunxi-news?probed=1");
    assert_false(answer_has(&answer, "id=\"probing\""));
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 40};

    (void)state;
    desk_new(&desk, &options);
    return log_in(&desk, "admin", who, csrf) == 200 ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_answers_stand_above_all),
        cmocka_unit_test(the_lines_of_a_score_add_up_to_it),
        cmocka_unit_test(attempts_stand_in_the_timeline),
        cmocka_unit_test(a_record_is_text_that_cannot_pose),
        cmocka_unit_test(what_is_alike_is_offered_to_who_may_merge),
        cmocka_unit_test(people_are_chosen_from_a_list),
        cmocka_unit_test(steps_hold_their_minutes),
        cmocka_unit_test(charts_count_as_it_is_written),
        cmocka_unit_test(days_add_up),
        cmocka_unit_test(a_day_of_the_table_leads_to_its_incidents),
        cmocka_unit_test(a_chart_has_words_and_a_table),
        cmocka_unit_test(deliveries_are_filtered),
        cmocka_unit_test(a_source_has_a_week),
        cmocka_unit_test(a_change_of_a_gone_item_is_its_own),
        cmocka_unit_test(a_board_needs_nobody),
        cmocka_unit_test(who_guesses_must_wait),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
