/*
 * The vectors of the shared corpus for addresses and time fields; skipped (77)
 * in a tree that has no corpus beside it.
 */
#include <jansson.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "base/url.h"
#include "check.h"
#include "net/http.h"

enum { VECTORS_MAX_BYTES = 16 * 1024 * 1024 };

static char folder[1024];

/* Call check for each line of name. */
static void
each(const char *name, void (*check)(const json_t *row))
{
    char path[1200];
    struct buf text;
    struct str rest;
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    buf_init(&text, VECTORS_MAX_BYTES);
    assert_int_equal(file_read(path, &text, NULL), 0);
    rest = buf_str(&text);
    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        json_t *row =
            json_loadb(line.p ? line.p : "", line.n, JSON_ALLOW_NUL, NULL);

        if (row) {
            check(row);
            n++;
        }
        json_decref(row);
    }
    buf_done(&text);
    assert_true(n > 5);
}

static const char *
id_of(const json_t *row)
{
    return json_string_value(json_object_get(row, "id"));
}

static void
check_retry_after(const json_t *row)
{
    struct wall now = {
        json_integer_value(json_object_get(row, "now")) * MS_SECOND};
    const json_t *want = json_object_get(row, "expect_delay_s");
    int64_t got =
        http_retry_after(jsonx_get_str(row, "value"), now, MS_DAY) / MS_SECOND;
    int64_t expected = json_is_integer(want) ? json_integer_value(want) : 0;

    if (json_is_string(want)) {
        if (strcmp(json_string_value(want), "cap") != 0)
            return; /* either */
        expected = MS_DAY / MS_SECOND;
    }
    if (got != expected)
        fail_msg("%s: %lld", id_of(row), (long long)got);
}

static void
test_retry_after(void **state)
{
    (void)state;
    each("retry_after.jsonl", check_retry_after);
}

static void
check_cache_control(const json_t *row)
{
    const json_t *want = json_object_get(row, "expect_freshness_s");
    struct wall now = {INT64_C(1772409600000)};
    struct http_header headers[16];
    struct http_answer answer = {.headers = headers};
    int64_t expected = json_is_integer(want) ? json_integer_value(want) : 0;
    int64_t got;
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(row, "headers"), key, value)
    {
        if (strncmp(key, "rss-", 4) == 0 || strncmp(key, "sy:", 3) == 0)
            return; /* a feed's own words: feeds/ */
        headers[answer.nheaders++] =
            (struct http_header){str_of(key), str_of(json_string_value(value))};
    }
    if (json_is_string(want))
        expected = MS_DAY / MS_SECOND;
    got = http_freshness(&answer, now, MS_DAY) / MS_SECOND;
    if (got != expected)
        fail_msg("%s: %lld", id_of(row), (long long)got);
}

static void
test_cache_control(void **state)
{
    (void)state;
    each("cache_control.jsonl", check_cache_control);
}

/* Whether the name's addresses, as the row simulates them, all pass. */
static bool
addresses_pass(const struct gate_policy *policy, const json_t *row,
    const struct gate_target *target)
{
    const json_t *list =
        json_object_get(json_object_get(row, "dns"), target->host.p);
    size_t i;
    json_t *value;

    json_array_foreach(list, i, value)
    {
        struct sockaddr_storage addr;
        socklen_t len;
        const char *reason;

        assert_int_equal(
            gate_sockaddr(json_string_value(value), target->port, &addr, &len),
            0);
        if (gate_address(policy, (struct sockaddr *)&addr, len, &reason) < 0)
            return false;
    }
    return true;
}

static void
check_address(const json_t *row)
{
    const char *want = json_string_value(json_object_get(row, "expect"));
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct gate_policy policy;
    struct gate_target target;
    const char *reason = "";
    bool passed;
    size_t i;
    json_t *value;

    if (json_object_get(row, "dns_sequence"))
        want = "either"; /* on a connection: test_http */
    gate_policy_init(&policy);
    json_array_foreach(json_object_get(row, "config_allow"), i, value)
    {
        struct str text = str_of(json_string_value(value));

        assert_int_equal(
            gate_allow_parse(text, NULL, &policy.allow[policy.nallow++]), 0);
    }
    passed = gate_target(&policy, arena, jsonx_get_str(row, "url"), &target,
                 &reason) == 0;
    if (passed && !target.literal)
        passed = addresses_pass(&policy, row, &target);
    if ((strcmp(want, "allow") == 0 && !passed) ||
        ((strcmp(want, "deny") == 0 || strcmp(want, "reject") == 0) && passed))
        fail_msg(
            "%s: %s (%s)", id_of(row), passed ? "passed" : "refused", reason);
    arena_free(arena);
}

static void
test_addresses(void **state)
{
    (void)state;
    each("ssrf_urls.jsonl", check_address);
}

/* What curl takes url's part for. */
static bool
curl_agrees(const char *url, const struct gate_target *target)
{
    CURLU *parsed = curl_url();
    char *host = NULL, *port = NULL;
    bool ok;

    ok = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
         curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
         curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
             CURLUE_OK &&
         str_eq(str_of(host), target->host) &&
         strtol(port, NULL, 10) == target->port;
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    return ok;
}

/* A Location, resolved as the client does it: refused, or one line of plain
 * ASCII that leads where the gate judged it to lead. */
static void
check_redirect(const json_t *row)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct gate_policy policy;
    struct gate_target target;
    const char *reason = "";
    struct str url;

    gate_policy_init(&policy);
    if (url_resolve(arena, STR("http://www.yunxi.example/go"),
            jsonx_get_str(row, "payload"), &url) == 0 &&
        gate_target(&policy, arena, url, &target, &reason) == 0) {
        for (size_t i = 0; i < target.url.n; i++)
            if (target.url.p[i] <= 0x20 || target.url.p[i] >= 0x7f)
                fail_msg("%s: %s", id_of(row), target.url.p);
        if (str_find_char(target.host, ':') == target.host.n &&
            !curl_agrees(target.url.p, &target))
            fail_msg("%s: %s is %s", id_of(row), target.url.p, target.host.p);
    }
    arena_free(arena);
}

static void
test_redirects(void **state)
{
    (void)state;
    each("crlf_redirect.jsonl", check_redirect);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_cache_control),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_redirects),
    };
    const char *shared = getenv("TOCSIN_SHARED");
    char path[1200];
    FILE *f;

    snprintf(folder, sizeof(folder), "%s/corpora/attacks/dev",
        shared ? shared : SOURCE_DIR "/../shared");
    snprintf(path, sizeof(path), "%s/ssrf_urls.jsonl", folder);
    f = fopen(path, "r");
    if (!f) {
        printf("skipped: no corpus at %s\n", folder);
        return 77;
    }
    fclose(f);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
