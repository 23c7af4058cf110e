/*
 * page_check: what the tests of pages share: reading a fixture, an arena.
 */
#ifndef TOCSIN_TESTS_FEEDS_PAGE_CHECK_H
#define TOCSIN_TESTS_FEEDS_PAGE_CHECK_H

/* clang-format off: cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/timefmt.h"
#include "feeds/feeds.h"

enum { PAGE_ARENA_BYTES = 64 * 1024 * 1024 };

struct fixture {
    struct arena *arena;
    struct buf bytes;
};

static inline int
page_setup(void **state)
{
    static struct fixture fixture;

    fixture.arena = arena_new(PAGE_ARENA_BYTES);
    buf_init(&fixture.bytes, PAGE_ARENA_BYTES);
    *state = &fixture;
    return fixture.arena && feeds_init() == 0 ? 0 : -1;
}

static inline int
page_teardown(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->arena);
    buf_done(&fixture->bytes);
    return 0;
}

/* The bytes of fixtures/pages/name, valid until the next call. */
static inline struct str
page_load(struct fixture *fixture, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/feeds/fixtures/pages/%s", TESTS_DIR, name);
    buf_clear(&fixture->bytes);
    assert_int_equal(file_read(path, &fixture->bytes, NULL), 0);
    return buf_str(&fixture->bytes);
}

static inline struct wall
page_time(const char *text)
{
    struct wall t = WALL_NONE;

    assert_int_equal(timefmt_parse_rfc3339(str_of(text), &t), 0);
    return t;
}

static inline void
assert_str(struct str got, const char *wanted)
{
    if (!str_eq(got, str_of(wanted)))
        fail_msg("\"%.*s\" is to be \"%s\"", STR_ARG(got), wanted);
}

static inline void
assert_time(struct wall got, const char *wanted)
{
    char text[TIMEFMT_RFC3339_SIZE];

    assert_string_equal(timefmt_rfc3339(got, text), wanted);
}

#endif
