/*
 * Pages and API: one value, two forms; foreign text stays text; the words are
 * there in both languages.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/catalog.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "client.h"

static struct desk desk;
static char who[128], csrf[80];

enum {
    PAGE_MAX_BYTES = 100 * 1024,
    OTHERS = 60 /* more than VIEW_MAX_RELATED */
};

static json_t *
api(const char *target)
{
    struct answer answer = ask(&desk, "GET", target, who, NULL);
    json_t *json = NULL;

    if (answer.status != 200 || jsonx_load(answer.body, NULL, &json))
        fail_msg("%s: %d", target, answer.status);
    return json;
}

static void
pages_are_made_in_both_languages(void **state)
{
    static const char *const pages[] = {"/", "/incidents",
        "/incidents?state=all&q=%E5%91%95%E5%90%90",
        "/incidents?level=red,orange&category=food&source=yunxi-news",
        "/incidents/1", "/incidents/7", "/sources", "/sources/no1-middle",
        "/sources/yunxi-news", "/sources?condition=down", "/deliveries",
        "/deliveries?state=dead", "/settings", "/incidents?q=nothing-has-this"};

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        for (int en = 0; en < 2; en++) {
            struct answer answer = ask_with(&desk, "GET", pages[i], who,
                en ? "Accept-Language: en-GB\r\n"
                   : "Accept-Language: zh-CN\r\n",
                NULL);

            if (answer.status != 200 || answer.body.n > PAGE_MAX_BYTES)
                fail_msg("%s: %d, %zu", pages[i], answer.status, answer.body.n);
            assert_true(answer_has(
                &answer, en ? "<html lang=\"en\">" : "<html lang=\"zh-CN\">"));
            assert_true(answer_has(&answer, "</html>"));
            assert_false(answer_has(&answer, "{{"));
            assert_false(answer_has(&answer, "style="));
            assert_false(answer_has(&answer, "<script>"));
            assert_true(str_eq(answer_header(&answer, "Content-Type"),
                STR("text/html; charset=utf-8")));
            assert_true(str_eq(
                answer_header(&answer, "Cache-Control"), STR("no-store")));
        }
    }
}

static void
errors_are_pages_too(void **state)
{
    struct answer answer = ask(&desk, "GET", "/nowhere", who, NULL);

    (void)state;
    assert_int_equal(answer.status, 404);
    assert_true(answer_has(&answer, "没有这个页面"));
    answer = ask_with(
        &desk, "GET", "/nowhere", who, "Accept-Language: en\r\n", NULL);
    assert_true(answer_has(&answer, "Not found"));
    answer = ask(&desk, "GET", "/incidents?level=purple", who, NULL);
    assert_int_equal(answer.status, 422);
    answer = ask(&desk, "GET", "/api/v1/nowhere", who, NULL);
    assert_int_equal(answer.status, 404);
    assert_true(answer_has(&answer, "\"status\":404"));
    answer = ask_with(
        &desk, "GET", "/sources", NULL, "Accept: application/json\r\n", NULL);
    assert_int_equal(answer.status, 401);
}

/* Messages and reports of before have the list's filters behind "/". */
static void
the_lists_old_address_leads_to_it(void **state)
{
    struct answer answer =
        ask(&desk, "GET", "/?state=open&level=red", who, NULL);

    (void)state;
    assert_int_equal(answer.status, 303);
    assert_true(str_eq(answer_header(&answer, "Location"),
        STR("/incidents?state=open&level=red")));
    answer = ask(&desk, "GET", "/", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "href=\"/incidents/40\""));
}

/* A part of the first page says of itself whether all is well, also when
 * something else is not. */
static void
messages_that_all_arrived_are_no_trouble(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 0};
    char cookie[128], token[80];
    struct answer answer;

    (void)state;
    desk_new(&other, &options);
    assert_int_equal(log_in(&other, "viewer", cookie, token), 200);
    answer = ask(&other, "GET", "/", cookie, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "通知均已送达"));
    desk_free(&other);
}

static void
the_list_pages_through_all(void **state)
{
    char target[512] = "/api/v1/incidents?state=all&limit=7";
    int64_t last = INT64_MAX, n = 0;

    (void)state;
    for (;;) {
        json_t *json = api(target), *row;
        const char *next = json_string_value(json_object_get(json, "next"));
        size_t i;

        json_array_foreach(json_object_get(json, "incidents"), i, row)
        {
            n++;
            last = json_integer_value(json_object_get(row, "id"));
            assert_true(json_is_string(json_object_get(row, "level")));
            assert_true(json_is_array(json_object_get(row, "explanation")));
            assert_null(json_object_get(row, "level_text"));
        }
        assert_int_equal(
            json_is_true(json_object_get(json, "more")), next != NULL);
        if (next)
            (void)snprintf(target, sizeof target,
                "/api/v1/incidents?state=all&limit=7&after=%s", next);
        json_decref(json);
        if (!next)
            break;
        assert_true(n < 1000);
    }
    assert_int_equal(n, 40);
    assert_true(last > 0);
}

static void
a_source_is_shown_whole(void **state)
{
    struct answer answer = ask(&desk, "GET", "/sources/no1-middle", who, NULL);
    json_t *json, *list;

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "连续 7 次未能获取"));
    assert_true(answer_has(&answer, "请在浏览器中打开该地址"));
    assert_true(answer_has(&answer, "最新显示的条目此前都未见过"));
    assert_true(answer_has(&answer, "encoding: the label gb2312"));
    assert_true(answer_has(&answer, "action=\"/sources/no1-middle/probe\""));
    answer = ask_with(&desk, "GET", "/sources/no1-middle", who,
        "Accept-Language: en\r\n", NULL);
    assert_true(answer_has(&answer, "7 polls in a row failed"));
    assert_true(answer_has(&answer, "Open its address in a browser"));
    assert_int_equal(
        ask(&desk, "GET", "/sources/nobody", who, NULL).status, 404);

    json = api("/api/v1/sources/no1-middle");
    list = json_object_get(json_object_get(json, "source"), "conditions");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(list, 0), "kind")),
        "down"); /* the worst first */
    list = json_object_get(json, "past");
    assert_int_equal(json_array_size(list), 1);
    list = json_object_get(json, "polls");
    assert_int_equal(json_array_size(list), 4);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(list, 0), "cause")),
        "connect");
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(list, 2), "times")),
        3);
    assert_int_equal(
        json_array_size(json_object_get(json_array_get(list, 3), "notes")), 2);
    json_decref(json);
}

static void
sources_page_through_the_worst_first(void **state)
{
    char target[256] = "/api/v1/sources?limit=1";
    const char *next;
    struct answer answer;
    size_t n = 0;

    (void)state;
    do {
        json_t *json = api(target);
        json_t *list = json_object_get(json, "sources");
        const char *id =
            json_string_value(json_object_get(json_array_get(list, 0), "id"));

        assert_int_equal(json_array_size(list), 1);
        if (n == 0)
            assert_string_equal(id, "no1-middle");
        if (n == 1)
            assert_string_equal(id, "shiyan-primary");
        n++;
        next = json_string_value(json_object_get(json, "next"));
        assert_int_equal(
            json_is_true(json_object_get(json, "more")), next != NULL);
        if (next)
            (void)snprintf(target, sizeof target,
                "/api/v1/sources?limit=1&after=%s", next);
        json_decref(json);
    } while (next && n < 100);
    json_t *all = api("/api/v1/sources");
    assert_int_equal(json_array_size(json_object_get(all, "sources")), n);
    /* Only what is in trouble looks like it. */
    answer = ask(&desk, "GET", "/sources", who, NULL);
    assert_true(answer_has(&answer, "class=\"troubled\""));
    assert_true(answer_has(&answer, "class=\"\""));
    json_decref(all);
    assert_int_equal(
        ask(&desk, "GET", "/sources?after=x", who, NULL).status, 422);
    assert_int_equal(
        ask(&desk, "GET", "/sources?state=odd", who, NULL).status, 422);
}

static void
metrics_name_every_kind(void **state)
{
    struct answer answer = ask(&desk, "GET", "/metrics", who, NULL);

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(
        answer_has(&answer, "tocsin_source_conditions{kind=\"down\"} 1\n"));
    assert_true(
        answer_has(&answer, "tocsin_source_conditions{kind=\"gap\"} 0\n"));
    assert_true(
        answer_has(&answer, "tocsin_polls_total{outcome=\"unchanged\"} 3\n"));
    assert_true(answer_has(
        &answer, "tocsin_poll_seconds_total{outcome=\"failed\"} 9.021\n"));
}

static void
filters_filter(void **state)
{
    static const struct {
        const char *query, *key, *value;
    } rows[] = {{"level=red&state=all", "level", "red"},
        {"state=new", "state", "new"}, {"state=closed", "state", "closed"},
        {"category=food&state=all", "category", "food"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[128];
        json_t *json, *row;
        size_t j;

        (void)snprintf(
            target, sizeof target, "/api/v1/incidents?%s", rows[i].query);
        json = api(target);
        assert_true(json_array_size(json_object_get(json, "incidents")) > 0);
        json_array_foreach(json_object_get(json, "incidents"), j, row)
        {
            assert_string_equal(
                json_string_value(json_object_get(row, rows[i].key)),
                rows[i].value);
        }
        json_decref(json);
    }
}

/* What the address filters by can be taken away; the views are there, and one
 * knows which of them this is. */
static void
the_list_shows_its_filters(void **state)
{
    struct answer answer =
        ask_with(&desk, "GET", "/incidents?level=red,orange&state=new", who,
            "Accept-Language: zh-CN\r\n", NULL);

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(
        answer_has(&answer, "class=\"chip\" href=\"/incidents?state=new"));
    assert_true(answer_has(&answer, "红色、橙色"));
    assert_true(answer_has(&answer,
        "<a href=\"/incidents?level=red%2Corange&amp;state=new\""
        " aria-current=\"page\""));
    assert_true(answer_has(&answer, "name=\"once\" value=\""));
    answer =
        ask(&desk, "GET", "/incidents?state=all&sort=score&limit=5", who, NULL);
    assert_true(answer_has(&answer, "aria-sort=\"descending\""));
    assert_true(
        answer_has(&answer, "rel=\"next\" href=\"/incidents?state=all&amp;"
                            "sort=score&amp;after="));
    answer = ask(
        &desk, "GET", "/incidents?closed_from=2001-01-01&state=all", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_false(answer_has(&answer, "st-new"));
    /* A viewer may look, and nothing else. */
    answer = ask(&desk, "POST", "/api/v1/views", who, "{\"name\":\"x\"}");
    assert_int_equal(answer.status, 403);
}

static void
an_incident_is_whole(void **state)
{
    json_t *json = api("/api/v1/incidents/40");
    json_t *item = json_array_get(json_object_get(json, "items"), 0);
    json_t *finding = json_array_get(json_object_get(item, "findings"), 0);
    struct answer answer;

    (void)state;
    assert_true(json_is_array(json_object_get(finding, "spans")));
    assert_true(json_array_size(json_object_get(json, "timeline")) > 0);
    assert_true(json_array_size(json_object_get(json, "deliveries")) > 0);
    json_decref(json);
    answer = ask(&desk, "GET", "/incidents/40", who, NULL);
    /* The matched word is marked where it stands, in title and text. */
    assert_true(answer_has(&answer, "午餐后<mark>呕吐</mark>送医"));
    assert_true(answer_has(&answer, "出现<mark>呕吐</mark>、腹痛"));
    assert_true(answer_has(&answer, "rel=\"noopener noreferrer nofollow\""));
    assert_true(answer_has(&answer, "<b>+45</b>"));
    assert_true(answer_has(&answer, "来源影响力"));
}

static void
acts_reach_the_engine(void **state)
{
    static const struct {
        const char *body;
        int status;
    } rows[] = {{"{\"action\":\"acknowledge\"}", 200},
        {"{\"action\":\"respond\"}", 200}, {"{\"action\":\"resolve\"}", 422},
        {"{\"action\":\"resolve\",\"reason\":\"  \"}", 422},
        {"{\"action\":\"snooze\"}", 422},
        {"{\"action\":\"snooze\",\"until\":\"2000-01-01T00:00:00Z\"}", 422},
        {"{\"action\":\"snooze\",\"until\":\"400d\"}", 422},
        {"{\"action\":\"snooze\",\"until\":\"4h\"}", 200},
        {"{\"action\":\"assign\",\"assignee\":\"值班员\"}", 200},
        {"{\"action\":\"assign\",\"assignee\":\"查看员\"}", 422},
        {"{\"action\":\"assign\",\"assignee\":\"无此人\"}", 422},
        {"{\"action\":\"note\",\"reason\":\"已联系学校\"}", 200},
        {"{\"action\":\"resolve\",\"reason\":\"已处置\"}", 200},
        {"{\"action\":\"respond\"}", 409}, {"{\"action\":\"dance\"}", 422},
        {"{\"action\":7}", 422}, {"[]", 415}, {"{", 400}};
    char headers[160];

    (void)state;
    (void)snprintf(headers, sizeof headers, "X-CSRF-Token: %s\r\n", csrf);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answer answer = ask_with(&desk, "POST",
            "/api/v1/incidents/39/actions", who, headers, rows[i].body);

        if (answer.status != rows[i].status)
            fail_msg("%s: %d", rows[i].body, answer.status);
        if (answer.status == 200)
            assert_true(answer_has(&answer, "\"incident\":{\"id\":39"));
    }
}

static void
forms_lead_back(void **state)
{
    char form[256];
    struct answer answer;

    (void)state;
    (void)snprintf(form, sizeof form, "csrf=%s&action=acknowledge", csrf);
    answer = ask(&desk, "POST", "/incidents/38/actions", who, form);
    assert_int_equal(answer.status, 303);
    assert_true(
        str_eq(answer_header(&answer, "Location"), STR("/incidents/38")));
    assert_int_equal(desk.last.kind, ACTION_ACKNOWLEDGE);
    assert_int_equal(desk.last.id, 38);
    assert_true(str_eq(desk.last.by, STR("管理员")));
    assert_true(str_eq(desk.last.from, STR("127.0.0.1")));
    (void)snprintf(form, sizeof form, "csrf=%s&action=respond&back=list", csrf);
    answer = ask(&desk, "POST", "/incidents/38/actions", who, form);
    assert_true(str_eq(answer_header(&answer, "Location"), STR("/incidents")));
    (void)snprintf(form, sizeof form, "csrf=%s&lang=en", csrf);
    answer = ask(&desk, "POST", "/settings/lang", who, form);
    assert_int_equal(answer.status, 303);
    answer = ask(&desk, "GET", "/", who, NULL);
    assert_true(answer_has(&answer, "<html lang=\"en\">"));
    (void)snprintf(form, sizeof form, "csrf=%s&lang=zh", csrf);
    (void)ask(&desk, "POST", "/settings/lang", who, form);
}

static void
a_wrong_configuration_is_told(void **state)
{
    char headers[160];
    struct answer answer;

    (void)state;
    (void)snprintf(headers, sizeof headers, "X-CSRF-Token: %s\r\n", csrf);
    answer = ask_with(&desk, "POST", "/api/v1/reload", who, headers, "{}");
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "\"generation\":7"));
    desk.fail = E_CONF;
    desk.data = "{\"errors\":[\"tocsin.yaml:3:1: unknown key\"]}";
    answer = ask_with(&desk, "POST", "/api/v1/reload", who, headers, "{}");
    assert_int_equal(answer.status, 422);
    assert_true(answer_has(&answer, "\"tocsin.yaml:3:1: unknown key\""));
    desk.fail = 0;
    desk.data = NULL;
}

static void
figures_are_served(void **state)
{
    struct answer answer = ask(&desk, "GET", "/metrics", NULL, NULL);

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "\ntocsin_incidents 4"));
    assert_true(answer_has(&answer, "tocsin_incidents_open{level=\"red\"}"));
    answer = ask_with(&desk, "GET", "/metrics", NULL,
        "X-Forwarded-For: 203.0.113.5\r\n", NULL);
    assert_int_equal(answer.status, 401);
    assert_int_equal(ask(&desk, "GET", "/readyz", NULL, NULL).status, 200);
}

static void
static_files_are_checked_again(void **state)
{
    struct answer answer = ask(&desk, "GET", "/static/console.css", NULL, NULL);
    char headers[128];

    (void)state;
    assert_int_equal(answer.status, 200);
    (void)snprintf(headers, sizeof headers, "If-None-Match: %.40s\r\n",
        answer_header(&answer, "ETag").p);
    headers[15 + 18] = '\r';
    headers[15 + 19] = '\n';
    headers[15 + 20] = '\0';
    answer = ask_with(&desk, "GET", "/static/console.css", NULL, headers, NULL);
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body.n, 0);
    assert_int_equal(
        ask(&desk, "GET", "/static/%2e%2e", NULL, NULL).status, 400);
    assert_int_equal(
        ask(&desk, "GET", "/static/texts", NULL, NULL).status, 404);
}

/* --- foreign text --- */

/* How many tags, and quotes inside tags, a page has: foreign text may add
 * none.  What is text is escaped, so each '<' is one of ours. */
static size_t
count_tags(struct str page)
{
    size_t n = 0;

    for (size_t i = 0; i < page.n; i++)
        n += page.p[i] == '<';
    return n;
}

/* Those of the list of similar incidents, which are as many as there are. */
static size_t
count_similar(struct str page)
{
    struct str rest = str_from(page, str_find(page, STR("\"like-title\"")));
    struct str list = str_first(rest, str_find(rest, STR("</section>")));

    assert_int_equal(str_find(list, STR("<script")), list.n);
    assert_int_equal(str_find(list, STR("<img")), list.n);
    assert_int_equal(str_find(list, STR("<svg")), list.n);
    return rest.n == 0 ? 0 : count_tags(list) + 2; /* it begins, it ends */
}

/* The page of a fresh incident with text in every foreign field. */
static struct answer
page_with(struct str text, struct str url)
{
    char target[64];
    int64_t id = desk_add_incident(&desk, text, text, url, LEVEL_ORANGE);

    (void)snprintf(target, sizeof target, "/incidents/%lld", (long long)id);
    return ask(&desk, "GET", target, who, NULL);
}

static void
check_attack(struct str text, size_t tags)
{
    struct answer answer = page_with(text, STR("https://a.example/x"));
    size_t found = count_tags(answer.body) - count_similar(answer.body);

    if (answer.status != 200 || found != tags)
        fail_msg("%d, %zu tags not %zu: %.*s", answer.status, found, tags,
            STR_ARG(text));
    if (answer_has(&answer, "href=\"javascript:"))
        fail_msg("%.*s", STR_ARG(text));
}

static void
foreign_text_adds_no_markup(void **state)
{
    static const char *const files[] = {
        "xss.jsonl", "feedparser_sanitize.jsonl", "naughty.jsonl"};
    const char *shared = getenv("TOCSIN_SHARED");
    size_t tags, n = 0;
    struct answer answer;

    (void)state;
    /* as many others as a page names, so that one more changes nothing */
    for (int i = 0; i < OTHERS; i++)
        answer = page_with(STR("plain"), STR("https://a.example/x"));
    tags = count_tags(answer.body) - count_similar(answer.body);
    check_attack(STR("<script>alert(1)</script>"), tags);
    check_attack(STR("\"'><img src=x onerror=alert(1)>{{t.product}}"), tags);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[512];
        struct str rest;
        _cleanup_(buf_done) struct buf text;

        buf_init(&text, 64 * 1024 * 1024);
        (void)snprintf(path, sizeof path, "%s/corpora/attacks/dev/%s",
            shared ? shared : SOURCE_DIR "/../shared", files[i]);
        if (access(path, R_OK)) {
            (void)printf("skipped: no %s\n", path);
            continue;
        }
        assert_int_equal(file_read(path, &text, NULL), 0);
        rest = buf_str(&text);
        for (size_t line = 0; rest.p && rest.n; line++) {
            struct str one = str_split(&rest, '\n');
            json_t *row = NULL, *value;
            const char *key;

            if (line % 3 || one.n == 0 || jsonx_load(one, NULL, &row))
                continue; /* a third of them: each makes a whole page */
            json_object_foreach(row, key, value)
            {
                if (json_is_string(value) &&
                    str_find(str_of(json_string_value(value)), STR("<")) <
                        json_string_length(value)) {
                    check_attack(str_of(json_string_value(value)), tags);
                    n++;
                }
            }
            json_decref(row);
        }
    }
    (void)printf("%zu attacks\n", n);
}

static void
only_http_is_linked(void **state)
{
    static const char *const urls[] = {"javascript:alert(1)",
        "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example/",
        "vbscript:x", "file:///etc/passwd", " https://a.example/"};

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct answer answer = page_with(STR("标题"), str_of(urls[i]));

        assert_int_equal(answer.status, 200);
        if (answer_has(&answer, "target=\"_blank\""))
            fail_msg("%s", urls[i]);
    }
}

/* --- words --- */

/* All files of texts/ that end in suffix, as one. */
static struct catalog *
load_texts(const char *suffix)
{
    struct toc_errors errors = {0};
    struct catalog *catalog = NULL;
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    const char **names;
    size_t n;

    assert_int_equal(
        file_list(arena, SOURCE_DIR "/console/texts", suffix, &names, &n), 0);
    for (size_t i = 0; i < n; i++) {
        char path[512];
        _cleanup_(buf_done) struct buf text;
        int err;

        buf_init(&text, 1024 * 1024);
        (void)snprintf(
            path, sizeof path, SOURCE_DIR "/console/texts/%s", names[i]);
        assert_int_equal(file_read(path, &text, NULL), 0);
        err = catalog
                  ? catalog_add(catalog, names[i], buf_str(&text), &errors)
                  : catalog_load(names[i], buf_str(&text), &errors, &catalog);
        if (err) {
            toc_errors_print(&errors, stderr);
            fail();
        }
    }
    assert_non_null(catalog);
    return catalog;
}

static bool
catalog_has(const struct catalog *catalog, struct str key)
{
    const char *name;

    for (size_t i = 0; (name = catalog_key(catalog, i)); i++)
        if (str_eq(str_of(name), key))
            return true;
    return false;
}

/* Each {{t.key}} of a template is in the catalogue. */
static void
check_template(const char *name, const struct catalog *catalog)
{
    char path[512];
    struct str rest;
    _cleanup_(buf_done) struct buf text;

    buf_init(&text, 1024 * 1024);
    (void)snprintf(
        path, sizeof path, SOURCE_DIR "/console/templates/%.100s", name);
    assert_int_equal(file_read(path, &text, NULL), 0);
    rest = buf_str(&text);
    for (;;) {
        size_t at = str_find(rest, STR("{{t."));
        struct str key;

        if (at == rest.n)
            return;
        rest = str_from(rest, at + 4);
        key = str_first(rest, str_find_char(rest, '}'));
        if (!catalog_has(catalog, key))
            fail_msg("%s: no text for %.*s", name, STR_ARG(key));
    }
}

static void
both_languages_say_the_same_things(void **state)
{
    struct catalog *zh = load_texts("zh.yaml"), *en = load_texts("en.yaml");
    DIR *dir = opendir(SOURCE_DIR "/console/templates");
    struct dirent *entry;
    const char *key;

    (void)state;
    for (size_t i = 0; (key = catalog_key(zh, i)); i++)
        if (!catalog_has(en, str_of(key)))
            fail_msg("no English text for %s", key);
    for (size_t i = 0; (key = catalog_key(en, i)); i++)
        if (!catalog_has(zh, str_of(key)))
            fail_msg("no Chinese text for %s", key);
    assert_non_null(dir);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            check_template(entry->d_name, zh);
    (void)closedir(dir);
    catalog_free(zh);
    catalog_free(en);
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
        cmocka_unit_test(both_languages_say_the_same_things),
        cmocka_unit_test(pages_are_made_in_both_languages),
        cmocka_unit_test(errors_are_pages_too),
        cmocka_unit_test(the_lists_old_address_leads_to_it),
        cmocka_unit_test(messages_that_all_arrived_are_no_trouble),
        cmocka_unit_test(the_list_pages_through_all),
        cmocka_unit_test(a_source_is_shown_whole),
        cmocka_unit_test(sources_page_through_the_worst_first),
        cmocka_unit_test(metrics_name_every_kind),
        cmocka_unit_test(filters_filter),
        cmocka_unit_test(the_list_shows_its_filters),
        cmocka_unit_test(an_incident_is_whole),
        cmocka_unit_test(acts_reach_the_engine),
        cmocka_unit_test(forms_lead_back),
        cmocka_unit_test(a_wrong_configuration_is_told),
        cmocka_unit_test(figures_are_served),
        cmocka_unit_test(static_files_are_checked_again),
        cmocka_unit_test(foreign_text_adds_no_markup),
        cmocka_unit_test(only_http_is_linked),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
