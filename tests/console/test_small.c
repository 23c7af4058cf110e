/* Marked pieces, and the waits after failures. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/jsonx.h"
#include "check.h"
#include "console/limit.h"
#include "console/mark.h"

/* Pieces as one string: [marked] and <cut>. */
static void
check_pieces(const char *text, const struct span *spans, size_t n, size_t max,
    const char *wanted)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(1024 * 1024);
    json_t *pieces =
        mark_pieces(arena, str_of(text), FIELD_TEXT, spans, n, max);
    json_t *piece;
    size_t i;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 65536);
    assert_non_null(pieces);
    json_array_foreach(pieces, i, piece)
    {
        bool mark = json_object_get(piece, "mark");
        bool cut = json_object_get(piece, "cut");

        (void)buf_printf(&out, "%s%s%s",
            mark  ? "["
            : cut ? "<"
                  : "",
            json_string_value(json_object_get(piece, "text")),
            mark  ? "]"
            : cut ? ">"
                  : "");
    }
    assert_string_equal(buf_cstr(&out), wanted);
    json_decref(pieces);
}

static void
spans_are_code_points(void **state)
{
    const struct span one[] = {{FIELD_TEXT, 2, 4}};
    const struct span overlap[] = {{FIELD_TEXT, 3, 5}, {FIELD_TEXT, 0, 2},
        {FIELD_TEXT, 4, 6}, {FIELD_TITLE, 0, 9}};
    const struct span outside[] = {{FIELD_TEXT, 4, 400}, {FIELD_TEXT, 9, 12},
        {FIELD_TEXT, 3, 3}, {FIELD_TEXT, 3, 2}};

    (void)state;
    check_pieces("学生呕吐送医", one, 1, 0, "学生[呕吐]送医");
    check_pieces("a😀呕吐b", one, 1, 0, "a😀[呕吐]b");
    check_pieces("学生呕吐送医", overlap, 4, 0, "[学生]呕[吐送医]");
    check_pieces("学生呕吐送医", outside, 4, 0, "学生呕吐[送医]");
    check_pieces("", one, 1, 0, "");
    check_pieces("<b>", NULL, 0, 0, "<b>");
}

static void
long_texts_keep_what_matched(void **state)
{
    const struct span one[] = {{FIELD_TEXT, 500, 502}};
    char text[2048], wanted[2048];

    (void)state;
    memset(text, 'a', 1000);
    text[1000] = '\0';
    text[500] = text[501] = 'b';
    (void)snprintf(
        wanted, sizeof wanted, "< … >%.60s[bb]%.60s< … >", text, text);
    check_pieces(text, one, 1, 300, wanted);
    (void)snprintf(wanted, sizeof wanted, "%.500s[bb]%.498s", text, text);
    check_pieces(text, one, 1, 1000, wanted);
}

static void
waits_double_and_are_forgotten(void **state)
{
    static struct limit limit;
    uint64_t key;
    struct mono now = {1000000};

    (void)state;
    assert_int_equal(digest_init(), 0);
    limit_init(&limit);
    key = limit_key_account(&limit, STR("值班员"));
    for (int i = 0; i < LIMIT_FREE_ACCOUNT; i++) {
        assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
        limit_fail(&limit, key, now);
    }
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 1000);
    limit_fail(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 2000);
    now.ms += 1500;
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 500);
    for (int i = 0; i < 100; i++)
        limit_fail(&limit, key, now);
    assert_int_equal(
        limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), LIMIT_MAX_MS);
    now.ms += LIMIT_FORGET_MS;
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
    limit_fail(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
    for (int i = 0; i < 9; i++)
        limit_fail(&limit, key, now);
    assert_true(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now) > 0);
    limit_forget(&limit, key);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
}

static void
keys_are_what_they_should_be(void **state)
{
    static struct limit limit;

    (void)state;
    limit_init(&limit);
    assert_true(limit_key_address(&limit, STR("2001:db8:1:2::1")) ==
                limit_key_address(&limit, STR("2001:db8:1:2:ffff::9")));
    assert_false(limit_key_address(&limit, STR("2001:db8:1:2::1")) ==
                 limit_key_address(&limit, STR("2001:db8:1:3::1")));
    assert_false(limit_key_address(&limit, STR("192.0.2.1")) ==
                 limit_key_address(&limit, STR("192.0.2.2")));
    assert_false(limit_key_address(&limit, STR("a")) ==
                 limit_key_account(&limit, STR("a")));
}

/* However many keys fail, the table keeps its size and the newest. */
static void
the_table_keeps_the_newest(void **state)
{
    static struct limit limit;
    struct mono now = {0};
    uint64_t key = 1;

    (void)state;
    limit_init(&limit);
    for (uint64_t i = 1; i <= 3 * LIMIT_MAX_KEYS; i++) {
        now.ms++;
        key = i;
        for (int j = 0; j < 6; j++)
            limit_fail(&limit, key, now);
    }
    assert_true(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now) > 0);
    assert_true(limit_wait(&limit, key - 1000, LIMIT_FREE_ACCOUNT, now) > 0);
    assert_int_equal(limit_wait(&limit, 1, LIMIT_FREE_ACCOUNT, now), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_code_points),
        cmocka_unit_test(long_texts_keep_what_matched),
        cmocka_unit_test(waits_double_and_are_forgotten),
        cmocka_unit_test(keys_are_what_they_should_be),
        cmocka_unit_test(the_table_keeps_the_newest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
