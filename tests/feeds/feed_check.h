/*
 * feed_check: what tests of feeds have in common: an arena, a parse, and
 * comparisons that say what they saw.
 */
#ifndef TOCSIN_TESTS_FEED_CHECK_H
#define TOCSIN_TESTS_FEED_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/utf8.h"
#include "feeds/feeds.h"

#define BASE "http://origin.example/dir/feed"

static struct arena *arena;
static const struct wall now = {1781064000000}; /* 2026-06-10T04:00:00Z */

static inline int
set_up(void **state)
{
    (void)state;
    arena = arena_new(4 * ARENA_CAP_DEFAULT);
    return arena && feeds_init() == 0 ? 0 : -1;
}

static inline int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static inline int
parse(struct str bytes, const struct document **ret)
{
    struct feed_input input = {.bytes = bytes, .url = STR(BASE), .now = now};
    struct toc_error error = {0};
    int err = feed_parse(arena, &input, &error, ret);

    if (err)
        assert_true(error.text[0] != '\0');
    return err;
}

static inline const struct document *
parse_ok(const char *text)
{
    const struct document *document;

    if (parse(str_of(text), &document))
        fail_msg("refused: %s", text);
    return document;
}

static inline const struct item *
only_item(const char *text)
{
    const struct document *document = parse_ok(text);

    assert_int_equal(document->nitems, 1);
    return &document->items[0];
}

static inline void
is(struct str got, const char *expected)
{
    struct str want = str_of(expected);

    if (!str_eq(got, want) || (got.p == NULL) != (want.p == NULL))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got),
            expected ? expected : "(absent)");
}

static inline void
is_time(struct wall got, const char *expected)
{
    char text[TIMEFMT_RFC3339_SIZE];

    assert_string_equal(timefmt_rfc3339(got, text), expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
