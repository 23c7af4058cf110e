/*
 * hostile text in every field that people and the world fill, and in
 * every parameter, on every page of the table of routes: nowhere does it become
 * markup.  The mark has each sign that could end a text or a value; raw, it
 * must occur on no page, and escaped it must occur where it is shown, or the
 * test would prove nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "check.h"
#include "client.h"
#include "console/routes.h"
#include "store/store.h"
#include "store/users.h"

#define MARK "zQ\"zQ'zQ<zQ>zQ&end"
#define QUERY_MARK "zQ%22zQ%27zQ%3CzQ%3EzQ%26end"

static struct desk desk;
static char who[128], csrf[80];
static int64_t incident;

#define DO(call) assert_int_equal(call, 0)

static void
fill_people(void)
{
    static const uint8_t hash[32] = {1}, other[32] = {2};
    struct user user = {
        .name = STR("user" MARK), .role = STR("editor"), .created = desk.now};
    struct wall later = {desk.now.ms + MS_DAY};

    DO(store_user_add(desk.store, &user));
    DO(store_session_add(desk.store, hash, user.name, desk.now, later));
    DO(store_session_note(
        desk.store, hash, desk.now, STR("from" MARK), STR("agent" MARK)));
    DO(store_token_add(desk.store, other, STR("管理员"), STR("token" MARK),
        STR("viewer"), desk.now, later));
    DO(store_token_restrict(desk.store, other, STR("GET /" MARK)));
}

static void
fill_record(void)
{
    struct ledger_entry entry = {.at = desk.now,
        .kind = STR("incident.note"),
        .incident = incident,
        .by = STR("by" MARK),
        .from = STR("from" MARK),
        .text = STR("{\"text\":\"note zQ\\\"zQ'zQ<zQ>zQ&end\"}")};

    DO(store_ledger_add(desk.store, &entry));
}

/* A path of the route, with something that exists in each place. */
static void
path_of(const struct route *route, struct buf *out)
{
    struct str rest = route->pattern;
    char number[24];

    (void)snprintf(number, sizeof number, "%lld", (long long)incident);
    buf_clear(out);
    for (size_t at; (at = str_find(rest, STR("{}"))) < rest.n;) {
        (void)buf_add_str(out, str_first(rest, at));
        (void)buf_add_cstr(out, number);
        rest = str_from(rest, at + 2);
    }
    (void)buf_add_str(out, rest);
}

static bool
is_page(const struct route *route, const struct answer *answer)
{
    return !route_is_api(route) &&
           str_starts(answer_header(answer, "Content-Type"), STR("text/html"));
}

static void
check_page(const char *path, const struct answer *answer)
{
    static const char *const raw[] = {"zQ\"", "zQ'", "zQ<", "zQ>zQ"};

    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (answer_has(answer, raw[i]))
            fail_msg("%s has %s as it came", path, raw[i]);
    if (answer_has(answer, "javascript:"))
        fail_msg("%s links to a script", path);
}

/* Ask for every page, with tail behind its path; how many showed the mark. */
static unsigned
walk(const char *tail, unsigned *ret_pages)
{
    _cleanup_(buf_done) struct buf path;
    unsigned shown = 0, pages = 0;

    buf_init(&path, 4096);
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        struct answer answer;

        if (route->method != HTTP_GET || str_eq(route->pattern, STR("/events")))
            continue;
        path_of(route, &path);
        (void)buf_add_cstr(&path, tail);
        answer = ask(&desk, "GET", buf_cstr(&path), who, NULL);
        if (!is_page(route, &answer))
            continue;
        pages++;
        shown +=
            answer_has(&answer, "zQ&quot;") || answer_has(&answer, "zQ&lt;");
        check_page(buf_cstr(&path), &answer);
    }
    *ret_pages = pages;
    return shown;
}

static void
r50_foreign_text_is_text_on_every_page(void **state)
{
    unsigned pages, shown = walk("", &pages);

    (void)state;
    print_message("%u pages, the mark is on %u\n", pages, shown);
    assert_true(pages >= 20);
    assert_true(shown >= 5);
    shown = walk("?all=1&state=all&limit=500", &pages);
    assert_true(shown >= 2);
}

static void
r50_parameters_are_text_on_every_page(void **state)
{
    static const char *const names[] = {"q", "state", "level", "category",
        "source", "owner", "assignee", "from", "to", "after", "before", "kind",
        "by", "done", "next", "tag", "condition", "rule", "terms", "rota",
        "view", "sort", "lang", "format", "days", "range", "channel", "user",
        "name", "text", "ids", "incident", "status", "n", "since", "until",
        "said", "object", "in", "show"};
    unsigned pages, shown = 0;
    char tail[256];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(tail, sizeof tail, "?%s=%s", names[i], QUERY_MARK);
        shown += walk(tail, &pages);
    }
    assert_true(shown > 0);
}

/* What is typed into a form and comes back with a complaint. */
static void
r50_what_is_typed_is_text(void **state)
{
    static const char *const forms[] = {"/login user=" QUERY_MARK
                                        "&password=x&next=" QUERY_MARK,
        "/login user=" QUERY_MARK "&ticket=" QUERY_MARK "&code=1",
        "/settings/users name=" QUERY_MARK "&password=" QUERY_MARK "&role=x",
        "/settings/tokens name=" QUERY_MARK "&days=x",
        "/settings/lang lang=" QUERY_MARK,
        "/settings/sessions/end id=" QUERY_MARK,
        "/incidents/1/actions action=" QUERY_MARK,
        "/silences text=" QUERY_MARK "&until=" QUERY_MARK};
    char path[64], body[1024];

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *space = strchr(forms[i], ' ');
        struct answer answer;

        assert_true((size_t)(space - forms[i]) < sizeof path);
        memcpy(path, forms[i], (size_t)(space - forms[i]));
        path[space - forms[i]] = '\0';
        (void)snprintf(body, sizeof body, "csrf=%.64s&%.800s", csrf, space + 1);
        answer = ask(&desk, "POST", path, who, body);
        assert_true(answer.status >= 300 && answer.status < 500);
        check_page(path, &answer);
    }
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 6};

    (void)state;
    desk_new(&desk, &options);
    incident = desk_add_incident(&desk, STR("title" MARK), STR("text" MARK),
        STR("https://a.example/?zQ%22zQ"), LEVEL_ORANGE);
    fill_people();
    fill_record();
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
        cmocka_unit_test(r50_foreign_text_is_text_on_every_page),
        cmocka_unit_test(r50_parameters_are_text_on_every_page),
        cmocka_unit_test(r50_what_is_typed_is_text),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
