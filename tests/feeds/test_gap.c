/* gap: does a document reach back to what was seen before? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/gap.h"

enum { MOST = 16 };

/* Items named by letters: a capital one is dated, in the order of the
 * alphabet; '-' nothing. */
static size_t
items_of(const char *letters, struct item items[MOST])
{
    size_t n = 0;

    for (const char *p = letters; *p && n < MOST; p++) {
        items[n] = (struct item){.published = WALL_NONE};
        items[n].identity[0] = items[n].digest[0] = (uint8_t)(*p | 0x20);
        if (*p < 'a')
            items[n].published.ms = (int64_t)*p * MS_DAY;
        n++;
    }
    return n;
}

static struct gap_verdict
check(const char *before, const char *now)
{
    struct item old[MOST], fresh[MOST];
    size_t n = items_of(before, old);
    struct document document = {.items = fresh,
        .nitems = items_of(now, fresh)};
    struct gap_verdict v;
    struct seen *seen;

    assert_int_equal(seen_open((struct str){0}, &seen), 0);
    for (size_t i = n; i-- > 0;)
        assert_int_equal(seen_put(seen, &old[i]), 0);
    v = gap_check(seen, &document);
    seen_free(seen);
    return v;
}

static void
test_reaching(void **state)
{
    (void)state;
    assert_true(check("cba", "cba").reaches);
    assert_true(check("cba", "dcb").reaches);
    assert_true(check("DCBA", "FEDC").reaches);
    /* Nothing new is no gap, whatever has gone. */
    assert_true(check("dcba", "d").reaches);
    assert_true(check("dcba", "").reaches);
}

static void
test_rotated(void **state)
{
    struct gap_verdict v = check("cba", "gfe");

    (void)state;
    assert_false(v.reaches);
    assert_int_equal(v.fresh, 3);
    assert_int_equal(v.known, 0);
}

/* What is pinned on top is known at every poll and proves nothing. */
static void
test_pinned(void **state)
{
    struct gap_verdict v = check("pqcba", "pqgfe");

    (void)state;
    assert_false(v.reaches);
    assert_int_equal(v.known, 2);
    assert_true(check("pqcba", "pqgfec").reaches);
}

static void
test_order(void **state)
{
    (void)state;
    assert_int_equal(check("", "FEDC").order, GAP_NEWEST_FIRST);
    assert_int_equal(check("", "CDEF").order, GAP_OLDEST_FIRST);
    assert_int_equal(check("", "CFDGEH").order, GAP_UNORDERED);
    /* Oldest first: the known ones stand before the new ones. */
    assert_true(check("ABCD", "CDEF").reaches);
    assert_false(check("ABCD", "EFGH").reaches);
    assert_true(check("CFDGE", "CFDGEH").reaches);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reaching),
        cmocka_unit_test(test_rotated),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
