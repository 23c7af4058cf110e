/*
 * fixture_check: folders of fixtures, each a page (.html) and beside it what
 * its reader sees (.txt).
 */
#ifndef TOCSIN_TESTS_FEEDS_FIXTURE_CHECK_H
#define TOCSIN_TESTS_FEEDS_FIXTURE_CHECK_H

#include "page_check.h"

/* The names in fixtures/folder that end in .txt, without that, in arena. */
static inline size_t
fixture_names(
    struct arena *arena, const char *folder, const char *const **ret_names)
{
    char path[512];
    const char **names;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/feeds/fixtures/%s", TESTS_DIR, folder);
    assert_int_equal(file_list(arena, path, ".txt", &names, &n), 0);
    for (size_t i = 0; i < n; i++) {
        struct str name = str_of(names[i]);

        name = arena_str(arena, str_first(name, name.n - 4));
        assert_non_null(name.p);
        names[i] = name.p;
    }
    *ret_names = (const char *const *)names;
    return n;
}

/* The bytes of fixtures/folder/name.ending in arena. */
static inline struct str
fixture_load(struct arena *arena, const char *folder, const char *name,
    const char *ending)
{
    char path[512];
    struct buf bytes;
    struct str text;

    snprintf(path, sizeof path, "%s/feeds/fixtures/%s/%s.%s", TESTS_DIR, folder,
        name, ending);
    buf_init(&bytes, PAGE_ARENA_BYTES);
    assert_int_equal(file_read(path, &bytes, NULL), 0);
    text = arena_str(arena, buf_str(&bytes));
    buf_done(&bytes);
    return text;
}

/* The day in UTC+8 as "2026-06-07", or "". */
static inline const char *
fixture_day(struct wall t, char text[TIMEFMT_RFC3339_SIZE])
{
    if (wall_is_set(t))
        t.ms += 8 * 3600 * 1000;
    timefmt_rfc3339(t, text);
    if (text[0] != '\0')
        text[10] = '\0';
    return text;
}

#endif
