/*
 * The webhook vectors of the shared corpus; skipped (77) in a tree that has no
 * corpus beside it.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "notify/schedule.h"
#include "notify/webhook.h"

enum { VECTORS_MAX_BYTES = 16 * 1024 * 1024 };

static char folder[1024];

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
        json_t *row = json_loadb(line.p ? line.p : "", line.n, 0, NULL);

        if (row) {
            check(row);
            n++;
        }
        json_decref(row);
    }
    buf_done(&text);
    assert_true(n > 3);
}

static void
check_rotation(const json_t *list)
{
    struct str secrets[2];
    struct buf out;

    for (size_t i = 0; i < 2; i++)
        secrets[i] = str_of(json_string_value(json_array_get(list, i)));
    buf_init(&out, 1000);
    assert_int_equal(
        webhook_sign(&out, secrets, 2, STR("msg_a"), 1, STR("{}")), 0);
    for (size_t i = 0; i < 2; i++)
        assert_true(webhook_verify(
            buf_str(&out), secrets[i], STR("msg_a"), 1, STR("{}"), 1, 300));
    buf_done(&out);
}

static void
check_signature(const json_t *row)
{
    struct str secret = jsonx_get_str(row, "secret");
    struct str wanted = jsonx_get_str(row, "signature");
    struct buf out;

    if (json_object_get(row, "two_secrets")) {
        check_rotation(json_object_get(row, "two_secrets"));
        return;
    }
    if (!wanted.p) { /* config-error */
        assert_false(webhook_secret_is_valid(secret));
        return;
    }
    buf_init(&out, 1000);
    assert_int_equal(
        webhook_sign(&out, &secret, 1, jsonx_get_str(row, "msg_id"),
            json_integer_value(json_object_get(row, "timestamp")),
            jsonx_get_str(row, "payload")),
        0);
    assert_string_equal(buf_cstr(&out), wanted.p);
    buf_done(&out);
}

static void
test_signatures(void **state)
{
    (void)state;
    each("webhook_sig.jsonl", check_signature);
}

/* The rows that name one status: what it is judged as is retried or not. */
static void
check_receiver(const json_t *row)
{
    const char *behaviour =
        json_string_value(json_object_get(row, "behaviour"));
    const char *expect = json_string_value(json_object_get(row, "expect"));
    struct http_answer answer = {.status = atoi(behaviour)};
    struct arena *arena = arena_new(65536);
    struct channel_verdict verdict;

    if (answer.status >= 100 && answer.status <= 599) {
        webhook_ops.judge(NULL, &answer, (struct wall){0}, arena, &verdict);
        if (strstr(expect, "retry") || strstr(expect, "next attempt") ||
            strstr(expect, "six POSTs") || strstr(expect, "capped"))
            assert_true(schedule_wait(1, verdict.class, verdict.retry_after_ms,
                            0, 0) != SCHEDULE_NEVER);
        if (strstr(expect, "disabled"))
            assert_int_equal(verdict.class, CLASS_GONE);
    }
    arena_free(arena);
}

static void
test_receivers(void **state)
{
    (void)state;
    each("webhook_receiver.jsonl", check_receiver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_receivers),
    };
    const char *shared = getenv("TOCSIN_SHARED");
    char path[1200];
    FILE *f;

    snprintf(folder, sizeof(folder), "%s/corpora/attacks/dev",
        shared ? shared : SOURCE_DIR "/../shared");
    snprintf(path, sizeof(path), "%s/webhook_sig.jsonl", folder);
    f = fopen(path, "r");
    if (!f) {
        printf("skipped: no corpus at %s\n", folder);
        return 77;
    }
    fclose(f);
    if (digest_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
