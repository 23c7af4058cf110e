/*
 * Own sites: the list, one of them, the inspection sheet and its files; what an
 * editor decides; foreign text stays text, and nothing that a page hides
 * becomes a link.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "check.h"
#include "client.h"

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

static const char *
text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* --- pages -----------------------------------------------------------------
 */

static void
pages_are_made_in_both_languages(void **state)
{
    static const struct {
        const char *path, *zh, *en;
    } pages[] = {{"/sites", "最该先整改的", "What is to be mended first"},
        {"/sites?group=leaking", "泄露个人信息", "personal information"},
        {"/sites?owner=nobody", "没有符合条件的网站", "No site matches"},
        {"/sites/site-shiyan", "源代码第 212–219 行",
            "lines 212–219 of the source"},
        {"/sites/site-no1", "超期未更新", "not updated in time"},
        {"/sites/site-qingshi", "栏目空白", "empty"},
        {"/sites/site-new", "第一轮检查尚未完成",
            "The first round of checks is not done"},
        {"/sites/inspection", "国办秘函〔2019〕19号", "国办秘函〔2019〕19号"},
        {"/sites/inspection?site=site-bailu", "白鹭中学", "白鹭中学"},
        {"/sites/nowhere", "没有这个自有网站", "There is no such own site"}};

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        for (int en = 0; en < 2; en++) {
            struct answer answer = ask_with(&desk, "GET", pages[i].path, who,
                en ? "Accept-Language: en-GB\r\n"
                   : "Accept-Language: zh-CN\r\n",
                NULL);

            if (answer.status != (strstr(pages[i].path, "nowhere") ? 404 : 200))
                fail_msg("%s: %d", pages[i].path, answer.status);
            if (!answer_has(&answer, en ? pages[i].en : pages[i].zh))
                fail_msg("%s lacks %s", pages[i].path,
                    en ? pages[i].en : pages[i].zh);
            assert_false(answer_has(&answer, "{{"));
            assert_false(answer_has(&answer, " style=\""));
        }
    }
}

static void
what_is_to_be_mended_first_stands_first(void **state)
{
    json_t *json = api("/api/v1/sites"), *sites, *first;

    (void)state;
    sites = json_object_get(json, "sites");
    assert_int_equal(json_array_size(sites), 5);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 5);
    first = json_array_get(sites, 0);
    assert_string_equal(text_at(first, "source"), "site-shiyan");
    assert_string_equal(text_at(first, "worst"), "orange");
    assert_string_equal(
        text_at(json_object_get(first, "first"), "kind"), "leak");
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(first, "open"), "leaking")),
        1);
    assert_int_equal(
        json_integer_value(json_object_get(first, "hosts_waiting")), 3);
    assert_null(json_object_get(first, "worst_text"));
    assert_null(json_object_get(json_array_get(sites, 3), "first"));
    json_decref(json);
}

static void
filters_leave_out_the_others(void **state)
{
    static const struct {
        const char *target;
        size_t n;
    } filters[] = {{"/api/v1/sites?group=leaking", 1},
        {"/api/v1/sites?group=reachable,fresh", 2},
        {"/api/v1/sites?group=fresh&owner=%E7%AC%AC%E4%B8%80%E4%B8%AD%E5%AD%A6",
            1},
        {"/api/v1/sites?owner=nobody", 0}, {"/api/v1/sites?site=site-new", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        json_t *json = api(filters[i].target);

        assert_int_equal(
            json_array_size(json_object_get(json, "sites")), filters[i].n);
        json_decref(json);
    }
    assert_int_equal(
        ask(&desk, "GET", "/sites?group=purple", who, NULL).status, 422);
    assert_int_equal(
        ask(&desk, "GET", "/sites/inspection?group=,", who, NULL).status, 422);
}

static void
one_site_has_all_of_it(void **state)
{
    json_t *json = api("/api/v1/sites/site-shiyan"), *one;

    (void)state;
    assert_int_equal(json_array_size(json_object_get(json, "open")), 3);
    assert_int_equal(json_array_size(json_object_get(json, "accepted")), 1);
    assert_int_equal(json_array_size(json_object_get(json, "gone")), 1);
    assert_int_equal(json_array_size(json_object_get(json, "pages")), 6);
    assert_int_equal(
        json_array_size(json_object_get(json, "hosts_waiting")), 3);
    one = json_array_get(json_object_get(json, "open"), 0);
    assert_string_equal(text_at(one, "mask"), "110101********7758");
    assert_int_equal(json_integer_value(json_object_get(one, "count")), 41);
    one = json_array_get(json_object_get(json, "gone"), 0);
    assert_true(json_is_string(json_object_get(one, "gone")));
    /* 28 days are shown; the first of them may be the 29th back in part. */
    assert_in_range(json_array_size(json_object_get(json, "days")), 27, 28);
    json_decref(json);
}

static void
an_incident_and_a_source_lead_to_the_site(void **state)
{
    struct answer answer = ask(&desk, "GET", "/incidents/1", who, NULL);

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "href=\"/sites/site-shiyan\""));
    answer = ask(&desk, "GET", "/incidents/2", who, NULL);
    assert_false(answer_has(&answer, "href=\"/sites/site-"));
    answer = ask(&desk, "GET", "/sources/site-shiyan", who, NULL);
    assert_true(answer_has(&answer, "href=\"/sites/site-shiyan\""));
    answer = ask(&desk, "GET", "/sources", who, NULL);
    assert_true(answer_has(&answer, "href=\"/sites/site-shiyan\""));
    assert_false(answer_has(&answer, "href=\"/sites/yunxi-news\""));
}

/* --- the sheet -------------------------------------------------------------
 */

static void
the_sheet_is_a_file_too(void **state)
{
    struct answer answer = ask_with(&desk, "GET",
        "/sites/inspection?format=csv", who, "Accept-Language: zh\r\n", NULL);
    size_t lines = 0;

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(str_starts(answer.body, STR("\xef\xbb\xbf\"责任单位\"")));
    for (size_t i = 0; i < answer.body.n; i++)
        lines += answer.body.p[i] == '\n';
    /* a head, twelve findings, and the site that has none */
    assert_int_equal(lines, 1 + 12 + 1);
    assert_true(
        str_ends(answer_header(&answer, "Content-Disposition"), STR(".csv\"")));
    answer = ask(&desk, "GET",
        "/api/v1/sites/inspection?format=csv&lang=en&site=site-bailu", who,
        NULL);
    assert_true(answer_has(&answer, "\"links to a new host\""));
    assert_false(answer_has(&answer, "site-no1"));
    answer = ask(&desk, "GET", "/sites/inspection?format=docx", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(str_starts(answer.body, STR("PK")));
    answer = ask(&desk, "GET", "/sites/inspection?format=pdf", who, NULL);
    assert_int_equal(answer.status, 422);
    answer = ask(&desk, "GET", "/sites/inspection?format=html", who, NULL);
    assert_int_equal(answer.status, 422);
}

static void
the_sheet_counts(void **state)
{
    json_t *json = api("/api/v1/sites/inspection");

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(json, "sites_all")), 5);
    assert_int_equal(json_integer_value(json_object_get(json, "sites_bad")), 3);
    assert_int_equal(
        json_integer_value(json_object_get(json, "findings_open")), 9);
    assert_int_equal(
        json_integer_value(json_object_get(json, "findings_gone")), 2);
    assert_int_equal(
        json_integer_value(json_object_get(json, "findings_accepted")), 1);
    assert_true(json_is_false(json_object_get(json, "cut")));
    json_decref(json);
}

/* --- what is decided -------------------------------------------------------
 */

static struct answer
post(const char *target, const char *fields)
{
    char body[512];

    (void)snprintf(body, sizeof body, "csrf=%s%s", csrf, fields);
    return ask(&desk, "POST", target, who, body);
}

static void
an_operator_has_it_checked(void **state)
{
    struct answer answer = post("/sites/site-shiyan/check", "");

    (void)state;
    /* The desk's engine has no such source; that it was asked counts. */
    assert_int_equal(desk.last.kind, ACTION_PROBE);
    assert_true(str_eq(desk.last.object, STR("site-shiyan")));
    assert_true(answer.status == 303 || answer.status == 404);
}

static void
an_editor_approves_hosts(void **state)
{
    struct answer answer =
        post("/sites/site-shiyan/hosts", "&hosts=a.example&hosts=b.example");

    (void)state;
    assert_int_equal(answer.status, 303);
    assert_true(
        str_eq(answer_header(&answer, "Location"), STR("/sites/site-shiyan")));
    assert_int_equal(desk.last.kind, ACTION_SITE_HOSTS_APPROVE);
    assert_true(str_eq(desk.last.object, STR("site-shiyan")));
    assert_true(str_eq(desk.last.data, STR("a.example\nb.example\n")));
    assert_int_equal(post("/sites/site-shiyan/hosts", "").status, 422);
}

static void
a_finding_is_accepted_for_a_reason(void **state)
{
    struct answer answer = post("/sites/site-shiyan/findings/3/accept",
        "&reason=%E6%97%A7%E6%A0%A1%E5%90%8D");

    (void)state;
    assert_int_equal(answer.status, 303);
    assert_int_equal(desk.last.kind, ACTION_SITE_FINDING_ACCEPT);
    assert_int_equal(desk.last.id, 3);
    assert_true(str_eq(desk.last.text, STR("旧校名")));
    answer = post("/sites/site-shiyan/findings/3/accept", "&reason=+");
    assert_int_equal(answer.status, 422);
    answer = post("/sites/site-shiyan/findings/x/accept", "&reason=a");
    assert_int_equal(answer.status, 404);
}

static void
who_may_only_read_sees_no_buttons(void **state)
{
    char cookie[128], token[80], body[256];
    struct answer answer;
    unsigned before;

    (void)state;
    assert_int_equal(log_in(&desk, "viewer", cookie, token), 200);
    answer = ask(&desk, "GET", "/sites/site-shiyan", cookie, NULL);
    assert_int_equal(answer.status, 200);
    assert_false(answer_has(&answer, "/sites/site-shiyan/check"));
    assert_false(answer_has(&answer, "/accept\""));
    assert_false(answer_has(&answer, "name=\"hosts\""));
    before = desk.counts[ACTION_SITE_HOSTS_APPROVE];
    (void)snprintf(body, sizeof body, "csrf=%s&hosts=a.example", token);
    answer = ask(&desk, "POST", "/sites/site-shiyan/hosts", cookie, body);
    assert_int_equal(answer.status, 403);
    assert_int_equal(log_in(&desk, "operator", cookie, token), 200);
    answer = ask(&desk, "GET", "/sites/site-shiyan", cookie, NULL);
    assert_true(answer_has(&answer, "/sites/site-shiyan/check"));
    assert_false(answer_has(&answer, "/accept\""));
    (void)snprintf(body, sizeof body, "csrf=%s&reason=a", token);
    answer = ask(
        &desk, "POST", "/sites/site-shiyan/findings/3/accept", cookie, body);
    assert_int_equal(answer.status, 403);
    assert_int_equal(desk.counts[ACTION_SITE_HOSTS_APPROVE], before);
}

/* --- foreign text ----------------------------------------------------------
 */

static void
nothing_hidden_becomes_a_link(void **state)
{
    static const char *const pages[] = {
        "/sites", "/sites/site-shiyan", "/sites/inspection"};

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct answer answer = ask(&desk, "GET", pages[i], who, NULL);

        assert_int_equal(answer.status, 200);
        assert_false(answer_has(&answer, "href=\"https://bet.example"));
        assert_false(answer_has(&answer, "<div style"));
    }
}

static void
change(const char *sql)
{
    char path[96];
    sqlite3 *db = NULL;

    (void)snprintf(path, sizeof path, "%s/store", desk.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

#define MARK "zQ\"zQ<zQ>zQ&end"

static void
foreign_text_stays_text(void **state)
{
    static const char *const pages[] = {"/sites", "/sites/site-qingshi",
        "/sites/inspection", "/sites/inspection?site=site-qingshi"};

    (void)state;
    change(
        "UPDATE site_finding SET evidence = '" MARK "', target = id || '" MARK
        "', mask = '" MARK "' WHERE source = 'site-qingshi';"
        "UPDATE site_page SET title = '" MARK "', name = '" MARK
        "', masked = '" MARK "', reason = '" MARK
        "', failures = 1 WHERE source = 'site-qingshi';"
        "UPDATE site_state SET title = '" MARK "', landed = 'javascript:" MARK
        "', cert_trouble = '" MARK "', addresses = '" MARK
        "', last_reason = '" MARK "' WHERE source = 'site-qingshi';"
        "UPDATE site_visit SET reason = '" MARK
        "' WHERE source = 'site-qingshi' AND opened = 0;"
        "UPDATE site_host SET source = 'site-qingshi', host = host || '" MARK
        "', page = 'javascript:" MARK "' WHERE source = 'site-shiyan';"
        "UPDATE source_state SET owner = '" MARK "', url = 'javascript:" MARK
        "' WHERE id = 'site-qingshi';");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct answer answer = ask(&desk, "GET", pages[i], who, NULL);

        assert_int_equal(answer.status, 200);
        assert_true(
            answer_has(&answer, "zQ&quot;") || answer_has(&answer, "zQ&lt;"));
        assert_false(answer_has(&answer, "zQ<"));
        assert_false(answer_has(&answer, "zQ\""));
        assert_false(answer_has(&answer, "href=\"javascript:"));
    }
}

static size_t
times(struct str text, struct str what)
{
    size_t n = 0;

    for (size_t at; (at = str_find(text, what)) < text.n; n++)
        text = str_from(text, at + what.n);
    return n;
}

/* A form has no more fields than are taken. */
static void
many_hosts_fit_a_form(void **state)
{
    struct answer answer;

    (void)state;
    change("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
           " WHERE i < 400) INSERT INTO site_host(source, host, page, line,"
           " first_seen, last_seen, baseline) SELECT 'site-shiyan',"
           " 'h' || i || '.example', '', 1, 0, 0, 1 FROM n");
    answer = ask(&desk, "GET", "/sites/site-shiyan", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(times(answer.body, STR("name=\"hosts\"")), 200);
    assert_true(answer_has(&answer, "<small>40"));
    change("DELETE FROM site_host WHERE host LIKE 'h%.example'");
    answer = ask(&desk, "GET", "/sites/site-shiyan", who, NULL);
    assert_true(times(answer.body, STR("name=\"hosts\"")) < 200);
}

static void
a_county_without_sites_is_told_how(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 0};
    char cookie[128], token[80];
    struct answer answer;

    (void)state;
    desk_new(&other, &options);
    assert_int_equal(log_in(&other, "viewer", cookie, token), 200);
    answer = ask(&other, "GET", "/sites", cookie, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "kind: site"));
    answer = ask(&other, "GET", "/sites/inspection", cookie, NULL);
    assert_true(answer_has(&answer, "kind: site"));
    answer = ask(&other, "GET", "/sites/inspection?format=docx", cookie, NULL);
    assert_int_equal(answer.status, 200);
    desk_free(&other);
}

static int
set_up(void **state)
{
    struct desk_options options = {.incidents = 5, .sites = true};

    (void)state;
    desk_new(&desk, &options);
    return log_in(&desk, "admin", who, csrf) == 200 ? 0 : 1;
}

static int
tear_down(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_made_in_both_languages),
        cmocka_unit_test(what_is_to_be_mended_first_stands_first),
        cmocka_unit_test(filters_leave_out_the_others),
        cmocka_unit_test(one_site_has_all_of_it),
        cmocka_unit_test(an_incident_and_a_source_lead_to_the_site),
        cmocka_unit_test(the_sheet_is_a_file_too),
        cmocka_unit_test(the_sheet_counts),
        cmocka_unit_test(an_operator_has_it_checked),
        cmocka_unit_test(an_editor_approves_hosts),
        cmocka_unit_test(many_hosts_fit_a_form),
        cmocka_unit_test(a_finding_is_accepted_for_a_reason),
        cmocka_unit_test(who_may_only_read_sees_no_buttons),
        cmocka_unit_test(nothing_hidden_becomes_a_link),
        cmocka_unit_test(foreign_text_stays_text),
        cmocka_unit_test(a_county_without_sites_is_told_how),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
