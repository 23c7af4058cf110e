/*
 * The pages of rules and items: in both languages, with hostile texts, and what
 * they ask of the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "check.h"
#include "client.h"
#include "console/rows.h"
#include "store/rule_draft.h"
#include "store/search.h"

static struct desk desk;
static char who[128], csrf[80];

static const char index_of_rules[] =
    "{\"rules\":[{\"rule\":\"food-poisoning\",\"title\":\"疑似食物中毒\","
    "\"category\":\"food\",\"points\":45,\"status\":\"stable\",\"file\":"
    "\"schools/food.yaml\",\"line\":12,\"pack\":\"tocsin-schools\"},"
    "{\"rule\":\"never-held\",\"title\":\"<b>x</b>\",\"category\":\"fees\","
    "\"points\":-5,\"status\":\"off\",\"file\":\"a.yaml\",\"line\":1,"
    "\"edited\":true}],\"lists\":[{\"name\":\"pupils\",\"entries\":4}],"
    "\"approval\":\"two\"}";
static const char one_rule[] =
    "{\"known\":true,\"object\":\"rule:food-poisoning\",\"title\":\"疑似食物"
    "中毒\",\"category\":\"food\",\"points\":45,\"status\":\"test\",\"text\":"
    "\"  - id: food-poisoning</pre><script>\",\"draft\":\"rules: []\","
    "\"base\":0,\"alarm_points\":40,\"uses_lists\":[\"pupils\"],"
    "\"used_by\":[\"other\"],\"file\":\"f.yaml\",\"line\":3}";
static const char test_result[] =
    "{\"test\":5,\"running\":false,\"failed\":null,\"object\":\"rule:a\","
    "\"draft\":\"rules:\\n\",\"days\":2,\"since\":\"2026-06-01T00:00:00Z\","
    "\"made\":\"2026-06-02T00:00:00Z\",\"total\":10,\"done\":10,\"alarm\":"
    "\"yellow\",\"alarms_before\":1,\"alarms\":4,\"by_day\":[{\"from\":"
    "\"2026-06-01T00:00:00Z\",\"before\":1,\"now\":4},{\"from\":"
    "\"2026-06-02T00:00:00Z\",\"before\":0,\"now\":0}],\"new\":[{\"item\":3,"
    "\"title\":\"<img src=x>\",\"source\":\"s\",\"first_seen\":"
    "\"2026-06-01T03:00:00Z\",\"level_before\":\"none\",\"score_before\":0,"
    "\"level\":\"orange\",\"score\":60,\"gained\":[\"a\"],\"lost\":[]}],"
    "\"new_count\":3,\"gone\":[],\"gone_count\":0,\"other\":[],"
    "\"other_count\":0}";
static const char faults[] =
    "{\"ok\":false,\"faults\":[{\"line\":2,\"column\":3,\"text\":\"it is "
    "wrong\"}],\"warnings\":[],\"samples\":[{\"line\":9,\"text\":\"样例\","
    "\"hit\":true,\"found\":false}]}";

static void
look(const char *path, const char *data, const char *zh, const char *en)
{
    desk.data = data;
    for (int k = 0; k < 2; k++) {
        struct answer answer = ask_with(&desk, "GET", path, who,
            k ? "Accept-Language: en\r\n" : "Accept-Language: zh-CN\r\n", NULL);

        if (answer.status != 200)
            fail_msg("%s: %d", path, answer.status);
        if (!answer_has(&answer, k ? en : zh))
            fail_msg("%s lacks %s", path, k ? en : zh);
        assert_true(answer_has(&answer, "</html>"));
        assert_false(answer_has(&answer, "{{"));
        assert_false(answer_has(&answer, "style="));
        assert_false(answer_has(&answer, "<script>"));
        assert_false(answer_has(&answer, "<b>x</b>"));
        assert_false(answer_has(&answer, "<img src=x>"));
    }
}

static void
pages_are_made(void **state)
{
    struct rule_edit edit = {.object = STR("rule:food-poisoning"),
        .text = STR("rules:\n  - id: food-poisoning\n"),
        .state = EDIT_WAITING,
        .note = STR("<b>x</b>"),
        .made = desk.now,
        .made_by = STR("值班员")};
    char path[64];
    int64_t id;

    (void)state;
    assert_int_equal(store_begin(desk.store), 0);
    assert_int_equal(store_rule_edit_add(desk.store, &edit, &id), 0);
    assert_int_equal(store_commit(desk.store), 0);
    look("/rules", index_of_rules, "schools/food.yaml", "Edited here");
    look("/rules?status=off&q=never", index_of_rules, "停用", "never-held");
    look("/rules/food-poisoning", one_rule, "试行中", "On trial");
    look("/lists/pupils", "{\"known\":true}", "词表", "List");
    look("/rule-editor?object=rule:a", one_rule, "修改规则", "Check");
    look("/rule-tests/5", test_result, "将新增的报警", "Alarms a day");
    (void)snprintf(path, sizeof path, "/rule-edits/%lld", (long long)id);
    look(path, NULL, "待审批", "Waiting");
    look("/items", NULL, "信息检索", "search all");
    look("/items?q=%E5%91%95%E5%90%90&min=10&in=incident", NULL, "更多条件",
        "More conditions");
    look("/items/1", NULL, "命中的规则", "Rules that held");
}

static void
an_editor_is_told_what_is_wrong(void **state)
{
    struct answer answer;
    char body[400];

    (void)state;
    desk.data = faults;
    (void)snprintf(body, sizeof body,
        "csrf=%s&do=check&object=rule%%3Aa&base=0&days=7&text=rules%%3A%%0D%%0A"
        "++-+x%%0D%%0A",
        csrf);
    answer = ask(&desk, "POST", "/rule-editor", who, body);
    assert_int_equal(answer.status, 200);
    assert_int_equal(desk.last.kind, ACTION_RULE_CHECK);
    assert_true(answer_has(&answer, "it is wrong"));
    assert_true(answer_has(&answer, "class=\"wrong\""));
    assert_true(answer_has(&answer, "样例"));
    assert_true(answer_has(&answer, "  - x"));
    /* without a reason nothing is switched */
    (void)snprintf(body, sizeof body, "csrf=%s&status=off&reason=", csrf);
    answer = ask(&desk, "POST", "/rules/a/status", who, body);
    assert_int_equal(answer.status, 422);
    /* a save leads to the rule's page */
    desk.data = "{\"version\":4,\"state\":\"waiting\"}";
    (void)snprintf(body, sizeof body,
        "csrf=%s&do=save&object=rule%%3Aa&base=3&text=rules%%3A&note=n", csrf);
    answer = ask(&desk, "POST", "/rule-editor", who, body);
    assert_int_equal(answer.status, 303);
    assert_true(str_eq(
        answer_header(&answer, "Location"), STR("/rules/a?said=waiting")));
    assert_int_equal(desk.last.id, 3);
}

/* A text of the greatest length is three times as long in a form, if it is
 * Chinese. */
static void
a_long_text_is_taken(void **state)
{
    struct answer answer;
    struct buf body;
    struct str text;

    (void)state;
    buf_init(&body, 400 * 1024);
    assert_int_equal(
        buf_printf(
            &body, "csrf=%s&do=check&object=rule%%3Aa&base=0&text=", csrf),
        0);
    for (size_t i = 0; i < RULE_EDIT_MAX_TEXT_BYTES / 3; i++)
        (void)buf_add_cstr(&body, "%E4%BA%91");
    assert_true(body.n > 140 * 1024);
    desk.data = faults;
    answer = ask(&desk, "POST", "/rule-editor", who, body.p);
    assert_int_equal(answer.status, 200);
    text = (struct str){(const char *)desk.last.data.p, desk.last.data.n};
    assert_int_equal(text.n, RULE_EDIT_MAX_TEXT_BYTES);
    /* One more, and we say what is wrong; far more is not even read. */
    (void)buf_add_cstr(&body, "%E4%BA%91");
    answer = ask(&desk, "POST", "/rule-editor", who, body.p);
    assert_int_equal(answer.status, 422);
    while (body.n <= 256 * 1024)
        (void)buf_add_cstr(&body, "%E4%BA%91");
    answer = ask(&desk, "POST", "/rule-editor", who, body.p);
    assert_int_equal(answer.status, 413);
    /* And nowhere else so much. */
    answer = ask(&desk, "POST", "/settings/lang", who, body.p);
    assert_int_equal(answer.status, 413);
    buf_done(&body);
}

/* What is typed into an address stays one part of it. */
static void
addresses_hold_what_was_typed(void **state)
{
    struct answer answer;
    char body[200];

    (void)state;
    answer = ask(&desk, "GET",
        "/rule-editor?new=a%26kind%3Dlist%23%0D%0AX:y%20%E4%BA%91&kind=rule",
        who, NULL);
    assert_int_equal(answer.status, 303);
    assert_true(str_eq(answer_header(&answer, "Location"),
        STR("/rule-editor?object=rule:"
            "a%26kind%3Dlist%23%0D%0AX%3Ay%20%E4%BA%91")));
    desk.data = "{\"version\":4,\"state\":\"saved\",\"in_force\":true}";
    (void)snprintf(body, sizeof body, "csrf=%s&status=off&reason=x", csrf);
    answer = ask(&desk, "POST", "/rules/%E4%BA%91%3Fb/status", who, body);
    assert_true(str_eq(answer_header(&answer, "Location"),
        STR("/rules/%E4%BA%91%3Fb?said=saved")));
}

static void
unknown_versions_are_not_found(void **state)
{
    static const char *const whats[] = {"approve", "reject", "revert"};
    unsigned actions = desk.nactions;
    char body[200];

    (void)state;
    for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
        (void)snprintf(
            body, sizeof body, "csrf=%s&do=%s&reason=x", csrf, whats[i]);
        assert_int_equal(
            ask(&desk, "POST", "/rule-edits/99999", who, body).status, 404);
        assert_int_equal(
            ask(&desk, "POST", "/rule-edits/x", who, body).status, 404);
    }
    assert_int_equal(
        ask(&desk, "GET", "/rule-edits/99999", who, NULL).status, 404);
    assert_int_equal(desk.nactions, actions);
}

/* A week in which nobody judged has no precision, whatever the others have. */
static void
weeks_have_their_own_precision(void **state)
{
    char path[64], body[160];
    struct answer answer;
    struct str table;

    (void)state;
    (void)snprintf(path, sizeof path, "/incidents/%lld/actions",
        (long long)desk_add_incident(&desk, STR("误报"), STR("正文"),
            STR("https://a.example/judged"), LEVEL_ORANGE));
    (void)snprintf(body, sizeof body,
        "csrf=%s&action=false_alarm&cause=drill&reason=x", csrf);
    assert_int_equal(ask(&desk, "POST", path, who, body).status, 303);
    desk.data = one_rule;
    answer = ask(&desk, "GET", "/rules/food-poisoning", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, " %</b> ("));
    table =
        str_from(answer.body, str_find(answer.body, STR("<details><summary>")));
    table = str_first(table, str_find(table, STR("</table>")));
    assert_true(str_find(table, STR(" %</td>")) < table.n);
    assert_true(str_find(table, STR("<td class=\"num\">–</td>")) < table.n);
}

/* An address says which of our sentences is shown, not what it says. */
static void
links_put_no_words_into_our_mouth(void **state)
{
    struct answer answer;

    (void)state;
    desk.data = one_rule;
    answer = ask(&desk, "GET", "/rules/food-poisoning?said=saved", who, NULL);
    assert_true(answer_has(&answer, "class=\"notice good\""));
    answer =
        ask(&desk, "GET", "/rules/food-poisoning?said=Call+0123456", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_false(answer_has(&answer, "Call 0123456"));
    desk.data = NULL;
    answer = ask(&desk, "GET", "/settings?done=saved", who, NULL);
    assert_true(answer_has(&answer, "class=\"saved\""));
    answer = ask(&desk, "GET", "/settings?done=Call+0123456", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_false(answer_has(&answer, "Call 0123456"));
}

static void
roles_are_kept(void **state)
{
    static const char *const paths[] = {
        "/rule-editor", "/rules/a/status", "/rule-edits/1"};
    char viewer[128], token[80], body[200];

    (void)state;
    assert_int_equal(log_in(&desk, "operator", viewer, token), 200);
    desk.nactions = 0;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct answer answer;

        (void)snprintf(body, sizeof body, "csrf=%s&do=save&text=x", token);
        answer = ask(&desk, "POST", paths[i], viewer, body);
        assert_int_equal(answer.status, 403);
    }
    assert_int_equal(desk.nactions, 0);
}

static void
items_are_pages(void **state)
{
    struct answer answer;
    json_t *value = NULL;

    (void)state;
    answer = ask(&desk, "GET", "/api/v1/items?limit=5", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(jsonx_load(answer.body, NULL, &value), 0);
    assert_int_equal(json_array_size(json_object_get(value, "items")), 5);
    assert_true(json_is_true(json_object_get(value, "more")));
    json_decref(value);
    answer = ask(&desk, "GET", "/api/v1/items?min=x", who, NULL);
    assert_int_equal(answer.status, 422);
    answer = ask(&desk, "GET", "/api/v1/items?after=x", who, NULL);
    assert_int_equal(answer.status, 422);
    answer = ask(&desk, "GET", "/items/999999", who, NULL);
    assert_int_equal(answer.status, 404);
}

/* Or the row of a list would take its flag from the page. */
static void
flags_are_set_either_way(void **state)
{
    json_t *row = json_object();

    (void)state;
    set_flag(row, "on", true);
    set_flag(row, "off", false);
    set_str(row, "none", STR_NONE);
    assert_true(json_is_true(json_object_get(row, "on")));
    assert_true(json_is_false(json_object_get(row, "off")));
    assert_true(json_is_null(json_object_get(row, "none")));
    json_decref(row);
}

static int
begin(void **state)
{
    bool left = true;

    (void)state;
    desk_new(&desk, &(struct desk_options){.incidents = 12});
    while (left)
        if (store_begin(desk.store) != 0 ||
            store_search_fill(desk.store, &left) != 0 ||
            store_commit(desk.store) != 0)
            return -1;
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(pages_are_made),
        cmocka_unit_test(an_editor_is_told_what_is_wrong),
        cmocka_unit_test(a_long_text_is_taken),
        cmocka_unit_test(flags_are_set_either_way),
        cmocka_unit_test(addresses_hold_what_was_typed),
        cmocka_unit_test(unknown_versions_are_not_found),
        cmocka_unit_test(weeks_have_their_own_precision),
        cmocka_unit_test(links_put_no_words_into_our_mouth),
        cmocka_unit_test(roles_are_kept), cmocka_unit_test(items_are_pages)};

    return cmocka_run_group_tests(tests, begin, end);
}
