/*
 * fetch_site: looks at an own site, from the engine's request to what it hears
 * and what a parser gets: real sockets, no process.
 */
#include <sys/socket.h>

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "daemon/fetch.h"
#include "origin.h"

enum { LONG_BYTES = 300 * 1024, BODY_BYTES = 200 * 1024, WAIT_MS = 8000 };

#define PURPOSE(name) TOCSIN__SITE_PURPOSE__SITE_##name
#define OUTCOME(name) TOCSIN__SITE_VISIT__OUTCOME__##name
#define ROLE(name) TOCSIN__ROLE__ROLE_##name

static struct origin *origin;
static struct client client;
static struct fetch fetch;
static struct role role;
static struct ipc *engine, *parser;
static char *long_body;
static const char *volatile rules; /* robots.txt; NULL: 500 */

/* What the engine and the parser heard. */
static struct {
    unsigned visits, handed, parsed;
    Tocsin__SiteVisit *visit;
    Tocsin__ParseRequest *request;
    uint64_t handed_look;
} heard;

static void
answer_path(struct origin_conn *conn, const char *path)
{
    if (strcmp(path, "/moved") == 0)
        origin_answer(conn, 301, "Location: /home\r\n", "", 0);
    else if (strcmp(path, "/broken") == 0)
        origin_answer(conn, 500, NULL, "no", 2);
    else if (strcmp(path, "/gone") == 0)
        origin_answer(conn, 404, NULL, "no", 2);
    else if (strcmp(path, "/busy") == 0)
        origin_answer(conn, 429, "Retry-After: 7\r\n", "", 0);
    else if (strcmp(path, "/empty") == 0)
        origin_answer(conn, 200, "Content-Type: text/html\r\n", "", 0);
    else if (strncmp(path, "/long", 5) == 0)
        origin_answer(conn, 200, NULL, long_body, LONG_BYTES);
    else
        origin_answer(conn, 200, "Content-Type: text/html\r\n", "page", 4);
}

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    const char *now = rules;
    bool head = strcmp(r->method, "HEAD") == 0;

    (void)arg;
    if (strcmp(r->path, "/robots.txt") == 0)
        return now ? origin_answer(conn, 200, NULL, now, strlen(now))
                   : origin_answer(conn, 500, NULL, "", 0);
    if (strcmp(r->path, "/slow") == 0)
        return origin_sleep(conn, 3000) && false;
    if (head && strcmp(r->path, "/no-head") == 0)
        return origin_answer(conn, 405, NULL, "", 0);
    if (head && strcmp(r->path, "/cut-head") == 0)
        return false;
    if (head)
        return origin_printf(conn, "HTTP/1.1 %d x\r\nContent-Length: 9\r\n\r\n",
            strcmp(r->path, "/gone") == 0 ? 404 : 200);
    answer_path(conn, r->path);
    return true;
}

static void
on_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    uint8_t packed[BODY_BYTES + 64 * 1024];
    size_t n;

    (void)arg;
    (void)ipc;
    (void)fd;
    if (frame->body_case == TOCSIN__FRAME__BODY_SITE_VISIT) {
        heard.visits++;
        n = tocsin__site_visit__pack(frame->site_visit, packed);
        heard.visit = tocsin__site_visit__unpack(NULL, n, packed);
    } else if (frame->body_case == TOCSIN__FRAME__BODY_POLL_HANDED) {
        assert_true(frame->poll_handed->look);
        assert_int_equal(heard.visits, 1); /* it knows of the visit by now */
        heard.handed++;
        heard.handed_look = frame->poll_handed->poll;
    } else if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_REQUEST) {
        assert_true(tocsin__parse_request__get_packed_size(
                        frame->parse_request) <= sizeof packed);
        heard.parsed++;
        n = tocsin__parse_request__pack(frame->parse_request, packed);
        heard.request = tocsin__parse_request__unpack(NULL, n, packed);
    }
}

static void
on_ended(void *arg, struct ipc *ipc, const char *why)
{
    (void)arg;
    (void)ipc;
    fail_msg("%s", why);
}

static const struct ipc_ops ops = {on_frame, on_ended};

/* A channel between the fetch role and other; the fetch role's end in *ret. */
static struct ipc *
join(Tocsin__Role other, struct ipc **ret)
{
    struct ipc *end = NULL;
    int fds[2];

    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(
        ipc_new(client.loop, fds[0], ROLE(FETCH), other, 0, &ops, NULL, ret),
        0);
    assert_int_equal(
        ipc_new(client.loop, fds[1], other, ROLE(FETCH), 0, &ops, NULL, &end),
        0);
    return end;
}

static int
set_up(void **state)
{
    (void)state;
    long_body = malloc(LONG_BYTES);
    if (long_body == NULL)
        return -1;
    memset(long_body, 'x', LONG_BYTES);
    rules = "User-agent: *\nDisallow: /closed\n";
    origin = origin_start(script, NULL, NULL);
    client_init(&client);
    role = (struct role){.loop = client.loop};
    fetch = (struct fetch){.role = &role,
        .http = client.http,
        .obey_robots = true,
        .policy = client.policy,
        .max_body_bytes = BODY_BYTES,
        .connect_ms = 2000};
    fetch.proxy = strdup("");
    STAILQ_INIT(&fetch.waiting);
    engine = join(ROLE(ENGINE), &role.engine);
    parser = join(ROLE(PARSE), &fetch.parser[0].ipc);
    fetch.parser[0].ready = true;
    return origin && fetch.proxy &&
                   robots_new(client.loop, client.http, STR("tocsin"), NULL,
                       &fetch.robots) == 0
               ? 0
               : -1;
}

static void
forget(void)
{
    if (heard.visit)
        tocsin__site_visit__free_unpacked(heard.visit, NULL);
    if (heard.request)
        tocsin__parse_request__free_unpacked(heard.request, NULL);
    memset(&heard, 0, sizeof heard);
    fetch.parser[0].outstanding = 0;
}

static int
tear_down(void **state)
{
    (void)state;
    forget();
    client_turn(&client, 20);
    ipc_free(role.engine);
    ipc_free(fetch.parser[0].ipc);
    ipc_free(engine);
    ipc_free(parser);
    robots_free(fetch.robots);
    free(fetch.proxy);
    client_done(&client);
    origin_stop(origin);
    free(long_body);
    return 0;
}

/* Look at a path of the origin, or at another address, and wait. */
static const Tocsin__SiteVisit *
look(Tocsin__SitePurpose purpose, const char *path)
{
    static uint64_t number;
    Tocsin__SiteRequest request = TOCSIN__SITE_REQUEST__INIT;
    Tocsin__SiteContext context = TOCSIN__SITE_CONTEXT__INIT;
    char url[512], source[] = "school", agent[] = "Crawler/1";

    forget();
    request.look = ++number;
    request.source = source;
    request.url =
        *path == '/' ? client_url(origin, path, url) : (char *)(uintptr_t)path;
    request.purpose = purpose;
    request.total_ms = 700;
    if (purpose == PURPOSE(CRAWLER))
        request.agent = agent;
    request.context = &context;
    fetch_site_take(&fetch, &request);
    for (int ms = 0; ms < WAIT_MS && heard.visits == 0; ms += 5)
        client_turn(&client, 5);
    client_turn(&client, 20);
    assert_int_equal(heard.visits, 1);
    assert_int_equal(heard.visit->look, number);
    assert_int_equal(heard.parsed, heard.visit->handed);
    assert_int_equal(heard.handed, heard.visit->handed);
    return heard.visit;
}

static void
test_a_page_goes_to_a_parser(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(HOME), "/home");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_string_equal(visit->reason, "");
    assert_true(visit->handed);
    assert_int_equal(visit->n_hops, 0);
    assert_int_equal(visit->n_addresses, 1);
    assert_string_equal(visit->addresses[0], "127.0.0.1");
    assert_int_equal(heard.handed_look, visit->look);
    assert_int_equal(heard.request->poll, visit->look);
    assert_int_equal(heard.request->want, TOCSIN__WANT__WANT_SITE);
    assert_int_equal(heard.request->site_purpose, PURPOSE(HOME));
    assert_non_null(heard.request->site);
    assert_int_equal(heard.request->body.len, 4);
    assert_memory_equal(heard.request->content_type.data, "text/html", 9);
    assert_int_equal(visit->answer->status, 200);
    assert_true(heard.request->answer->headers.len > 0);
}

static void
test_hops_are_told(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(HOME), "/moved");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_int_equal(visit->n_hops, 1);
    assert_non_null(strstr(visit->hops[0], "/home"));
    assert_string_equal(visit->answer->moved_to, visit->hops[0]);
    assert_string_equal(visit->answer->url, visit->hops[0]);
}

static void
test_failures_are_told_apart(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(HOME), "/broken");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(FAILED));
    assert_int_equal(visit->answer->cause, CAUSE_STATUS);
    assert_int_equal(visit->answer->status, 500);
    assert_string_equal(visit->reason, "the server says 500");
    visit = look(PURPOSE(HOME), "/slow");
    assert_int_equal(visit->outcome, OUTCOME(FAILED));
    assert_int_equal(visit->answer->cause, CAUSE_TIMEOUT);
    visit = look(PURPOSE(HOME), "http://127.0.0.1:8080/"); /* nobody there */
    assert_int_equal(visit->outcome, OUTCOME(FAILED));
    assert_int_equal(visit->answer->cause, CAUSE_CONNECT);
    visit = look(PURPOSE(HOME), "http://yunxi-none.invalid/");
    assert_int_equal(visit->outcome, OUTCOME(FAILED));
    assert_int_equal(visit->answer->cause, CAUSE_DNS);
}

/* That it has had too much of us says nothing of the site. */
static void
test_quiet_is_kept(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(PAGE), "/busy");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(LATER));
    assert_int_equal(visit->answer->retry_after_ms, 7000);
    visit = look(PURPOSE(PAGE), "/home"); /* waits for the end of it */
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
}

static void
test_documents_are_whole_or_not_read(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(DOCUMENT), "/long.pdf");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_false(visit->handed);
    assert_string_equal(
        visit->reason, "the document is longer than max_body_bytes");
    visit = look(PURPOSE(PAGE), "/long.html"); /* its beginning will do */
    assert_true(visit->handed);
    assert_int_equal(heard.request->body.len, BODY_BYTES);
    visit = look(PURPOSE(PAGE), "/empty");
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_false(visit->handed);
}

static void
test_links_are_asked_for_gently(void **state)
{
    struct origin_request last;
    const Tocsin__SiteVisit *visit = look(PURPOSE(LINK), "/home");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_false(visit->handed);
    assert_true(origin_last(origin, "/home", &last));
    assert_string_equal(last.method, "HEAD");
    visit = look(PURPOSE(LINK), "/no-head");
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_true(origin_last(origin, "/no-head", &last));
    assert_string_equal(last.method, "GET");
    assert_non_null(strstr(last.head, "Range: bytes=0-1023"));
    assert_int_equal(
        look(PURPOSE(LINK), "/cut-head")->outcome, OUTCOME(OPENED));
    visit = look(PURPOSE(LINK), "/gone");
    assert_int_equal(visit->outcome, OUTCOME(FAILED));
    assert_int_equal(visit->answer->status, 404);
    assert_int_equal(origin_count(origin, "/gone"), 2);
}

static void
test_a_crawler_names_itself(void **state)
{
    struct origin_request last;

    (void)state;
    assert_true(look(PURPOSE(CRAWLER), "/home")->handed);
    assert_true(origin_last(origin, "/home", &last));
    assert_non_null(strstr(last.head, "User-Agent: Crawler/1"));
    assert_null(strstr(last.head, "tocsin/test"));
    assert_true(look(PURPOSE(HOME), "/home")->handed);
    assert_true(origin_last(origin, "/home", &last));
    assert_non_null(strstr(last.head, "User-Agent: tocsin/test"));
}

static void
test_robots_binds(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(PAGE), "/closed/x");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(REFUSED));
    assert_int_equal(visit->answer->cause, CAUSE_ROBOTS);
    assert_int_equal(origin_count(origin, "/closed"), 0);
    fetch.obey_robots = false;
    visit = look(PURPOSE(PAGE), "/closed/x");
    fetch.obey_robots = true;
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
}

/* Whether the site opens is asked all the same; nothing is read. */
static void
test_robots_that_cannot_be_read(void **state)
{
    const Tocsin__SiteVisit *visit;

    (void)state;
    origin_stop(origin);
    origin = origin_start(script, NULL, NULL); /* one that is not known yet */
    rules = NULL;
    visit = look(PURPOSE(HOME), "/home");
    rules = "";
    assert_int_equal(visit->outcome, OUTCOME(OPENED));
    assert_false(visit->handed);
    assert_non_null(strstr(visit->reason, "robots.txt"));
    visit = look(PURPOSE(COLUMN), "/home");
    assert_int_equal(visit->outcome, OUTCOME(LATER));
    assert_true(visit->answer->retry_after_ms > 0);
}

static void
test_gate_binds(void **state)
{
    const Tocsin__SiteVisit *visit = look(PURPOSE(HOME), "http://10.0.0.1/");

    (void)state;
    assert_int_equal(visit->outcome, OUTCOME(REFUSED));
    assert_int_equal(visit->answer->cause, CAUSE_ADDRESS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_goes_to_a_parser),
        cmocka_unit_test(test_hops_are_told),
        cmocka_unit_test(test_failures_are_told_apart),
        cmocka_unit_test(test_documents_are_whole_or_not_read),
        cmocka_unit_test(test_links_are_asked_for_gently),
        cmocka_unit_test(test_a_crawler_names_itself),
        cmocka_unit_test(test_robots_binds),
        cmocka_unit_test(test_gate_binds),
        cmocka_unit_test(test_quiet_is_kept),
        cmocka_unit_test(test_robots_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
