/*
 * The HTTP client against the shared hostile origin: every wrong answer ends
 * in its own way, and the trap port is never reached.  Skipped (77) in a tree
 * that has no such origin beside it, or without Python.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "client.h"

enum { LOG_MAX_BYTES = 64 * 1024 * 1024, SLOW_MS = 700 };

static struct client client;
static int port;
static pid_t child;
static char log_path[64];

#define R(result) (1u << HTTP_##result)

/* clang-format off */
static const struct row {
    const char *path;
    unsigned results; /* any of these */
    int status;       /* when answered; 0 any */
} rows[] = {
    {"/feed/static",             R(ANSWERED), 200},
    {"/feed/static?gz=1",        R(ANSWERED), 200},
    {"/slow/drip",               R(TIMEOUT), 0},
    {"/slow/headers",            R(TIMEOUT), 0},
    {"/slow/first",              R(TIMEOUT), 0},
    {"/slow/never",              R(TIMEOUT), 0},
    {"/slow/stall",              R(TIMEOUT), 0},
    {"/inf/body",                R(TOO_LARGE) | R(TIMEOUT), 0},
    {"/inf/chunked",             R(TOO_LARGE) | R(TIMEOUT), 0},
    {"/inf/items",               R(TOO_LARGE) | R(TIMEOUT), 0},
    {"/inf/headers",             R(TOO_LARGE) | R(BROKEN), 0},
    {"/inf/1xx",                 R(TOO_LARGE) | R(BROKEN), 0},
    {"/inf/gzip",                R(TOO_LARGE), 0},
    {"/bomb/gzip?mb=50",         R(TOO_LARGE), 0},
    {"/bomb/gzip?mb=50&layers=2", R(TOO_LARGE), 0},
    {"/bomb/gzip?mb=50&layers=3", R(TOO_LARGE) | R(BROKEN), 0},
    {"/redir/loop",              R(TOO_MANY_REDIRECTS), 0},
    {"/redir/self",              R(TOO_MANY_REDIRECTS), 0},
    {"/redir/chain?n=5",         R(TOO_MANY_REDIRECTS), 0},
    {"/redir/chain?n=4",         R(ANSWERED), 200},
    {"/redir/perm",              R(ANSWERED), 200},
    {"/redir/trap?form=dotted",  R(REFUSED), 0},
    {"/redir/trap?form=short",   R(REFUSED), 0},
    {"/redir/trap?form=decimal", R(REFUSED), 0},
    {"/redir/trap?form=hex",     R(REFUSED), 0},
    {"/redir/trap?form=octal",   R(REFUSED), 0},
    {"/redir/trap?form=mapped",  R(REFUSED), 0},
    {"/redir/trap?form=localhost", R(REFUSED), 0},
    {"/redir/trap?form=userinfo", R(REFUSED), 0},
    {"/redir/trap?form=backslash", R(REFUSED) | R(ANSWERED), 404},
    {"/redir/trap?form=fragment", R(REFUSED), 0},
    {"/redir/trap?form=proto",   R(REFUSED), 0},
    {"/redir/trap?form=zero",    R(REFUSED), 0},
    {"/redir/file",              R(REFUSED), 0},
    {"/redir/metadata",          R(REFUSED), 0},
    {"/redir/metadata6",         R(REFUSED), 0},
    {"/redir/alibaba",           R(REFUSED), 0},
    {"/redir/gopher",            R(REFUSED), 0},
    {"/redir/dict",              R(REFUSED), 0},
    {"/redir/ftp",               R(REFUSED), 0},
    {"/redir/js",                R(REFUSED), 0},
    {"/redir/data",              R(REFUSED), 0},
    {"/redir/private",           R(REFUSED), 0},
    {"/redir/zero",              R(REFUSED), 0},
    {"/redir/empty",             R(ANSWERED), 302},
    {"/redir/garbage",           R(REFUSED), 0},
    {"/redir/long",              R(REFUSED), 0},
    {"/len/long",                R(BROKEN), 0},
    {"/len/neg",                 R(BROKEN), 0},
    {"/len/huge",                R(BROKEN) | R(TOO_LARGE), 0},
    {"/len/none",                R(ANSWERED), 200},
    {"/chunk/garbage",           R(BROKEN), 0},
    {"/chunk/nofinal",           R(BROKEN), 0},
    {"/chunk/overflow",          R(BROKEN), 0},
    {"/rst",                     R(BROKEN), 0},
    {"/rst?after=500",           R(BROKEN), 0},
    {"/close",                   R(BROKEN), 0},
    {"/http09",                  R(BROKEN), 0},
    {"/status/204",              R(ANSWERED), 204},
    {"/status/503",              R(ANSWERED), 503},
    {"/gone",                    R(ANSWERED), 410},
    {"/cookie",                  R(ANSWERED), 200},
    {"/cookie",                  R(ANSWERED), 200},
    {"/auth",                    R(ANSWERED), 401},
};
/* clang-format on */

static void
test_every_answer(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct got got;
        char url[512];
        bool slow = strncmp(rows[i].path, "/slow/", 6) == 0;

        client.request.total_ms = slow ? SLOW_MS * 2 : 0;
        client.request.first_byte_ms = slow ? SLOW_MS : 0;
        snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, rows[i].path);
        client_get(&client, url, &got);
        if (!(rows[i].results & (1u << got.result)) ||
            (got.result == HTTP_ANSWERED && rows[i].status &&
                got.status != rows[i].status)) {
            print_error("%s: result %d, status %d, %s\n", rows[i].path,
                (int)got.result, got.status, got.reason);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* A slow origin holds up no other: the answer comes while many hang. */
static void
test_slow_delays_nobody(void **state)
{
    static struct got slow[40], fast;
    char url[512];
    int64_t before;

    (void)state;
    client.request.total_ms = 3000;
    client.request.first_byte_ms = 3000;
    http_set_limits(client.http, 64, 40, 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/slow/never", port);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(client_start(&client, url, &slow[i], NULL), 0);
    client_turn(&client, 100);
    http_set_limits(client.http, 64, 41, 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/feed/static", port);
    before = clock_mono().ms;
    client_get(&client, url, &fast);
    assert_int_equal(fast.result, HTTP_ANSWERED);
    assert_true(clock_mono().ms - before < 1000);
    for (size_t i = 0; i < 40; i++)
        client_wait(&client, &slow[i]);
}

static void
test_log(void **state)
{
    struct buf text;
    struct str rest;
    size_t requests = 0;

    (void)state;
    buf_init(&text, LOG_MAX_BYTES);
    assert_int_equal(file_read(log_path, &text, NULL), 0);
    rest = buf_str(&text);
    while (rest.p) {
        struct str line = str_split(&rest, '\n');

        requests += str_find(line, STR("\"ev\": \"request\"")) < line.n;
        if (str_find(line, STR("\"ev\": \"trap\"")) < line.n ||
            str_find(line, STR("X-Injected")) < line.n ||
            str_find(line, STR("[\"Cookie\"")) < line.n)
            fail_msg("%.*s", (int)line.n, line.p);
    }
    buf_done(&text);
    assert_true(requests > 60);
}

/* Start the origin; its first line names the port.  0 when it runs. */
static int
start(const char *script)
{
    int out[2];
    char line[512];
    ssize_t n;
    json_t *json = NULL;

    snprintf(log_path, sizeof(log_path), "/tmp/tocsin-hostile-%ld.jsonl",
        (long)getpid());
    if (pipe(out) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        dup2(out[1], STDOUT_FILENO);
        execlp("python3", "python3", script, "--port", "0", "--trap-port", "0",
            "--log", log_path, "--max-seconds", "120", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    n = read(out[0], line, sizeof(line) - 1);
    close(out[0]);
    if (n > 0)
        (void)jsonx_load(str_trim((struct str){line, (size_t)n}), NULL, &json);
    port = (int)json_integer_value(json_object_get(json, "port"));
    json_decref(json);
    return port > 0 ? 0 : -1;
}

static int
set_up(void **state)
{
    char allow[64];

    (void)state;
    client_init(&client);
    snprintf(allow, sizeof(allow), "127.0.0.1:%d", port);
    return gate_allow_parse(str_of(allow), NULL, &client.policy.allow[0]);
}

static int
tear_down(void **state)
{
    (void)state;
    client_done(&client);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_answer),
        cmocka_unit_test(test_slow_delays_nobody),
        cmocka_unit_test(test_log),
    };
    const char *shared = getenv("TOCSIN_SHARED");
    char script[1024];
    int failed;

    snprintf(script, sizeof(script), "%s/tools/hostile_origin.py",
        shared ? shared : SOURCE_DIR "/../shared");
    if (access(script, R_OK) != 0 || start(script) != 0) {
        printf("skipped: no hostile origin at %s, or no python3\n", script);
        return 77;
    }
    failed = cmocka_run_group_tests(tests, set_up, tear_down);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    unlink(log_path);
    return failed;
}
