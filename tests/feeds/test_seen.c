/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/clock.h"
#include "base/err.h"
#include "feeds/seen.h"

static struct item
item_of(uint32_t identity, uint32_t digest)
{
    struct item item;

    memset(&item, 0, sizeof item);
    memcpy(item.identity, &identity, sizeof identity);
    memcpy(item.digest, &digest, sizeof digest);
    return item;
}

static enum seen_verdict
check(const struct seen *seen, uint32_t identity, uint32_t digest)
{
    struct item item = item_of(identity, digest);

    return seen_check(seen, &item);
}

static void
put(struct seen *seen, uint32_t identity, uint32_t digest)
{
    struct item item = item_of(identity, digest);

    assert_int_equal(seen_put(seen, &item), 0);
}

static struct seen *
open_empty(void)
{
    struct seen *seen;

    assert_int_equal(seen_open(STR_NONE, &seen), 0);
    return seen;
}

static void
test_new_same_revised(void **state)
{
    struct seen *seen = open_empty();

    (void)state;
    assert_int_equal(check(seen, 1, 10), SEEN_NEW);
    put(seen, 1, 10);
    assert_int_equal(check(seen, 1, 10), SEEN_SAME);
    assert_int_equal(check(seen, 1, 11), SEEN_REVISED);
    put(seen, 1, 11);
    assert_int_equal(check(seen, 1, 10), SEEN_REVISED);
    assert_int_equal(seen_count(seen), 1);
    seen_free(seen);
}

static void
test_saves_the_newest(void **state)
{
    struct seen *seen = open_empty(), *again;
    struct buf out;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        put(seen, i, i);
    put(seen, 3, 3); /* shown again: the newest now */
    buf_init(&out, 1 << 20);
    assert_int_equal(seen_save(seen, 10, &out), 0);
    assert_int_equal(out.n, 1 + 10 * 96);
    assert_int_equal(seen_open(buf_str(&out), &again), 0);
    assert_int_equal(seen_count(again), 10);
    assert_int_equal(check(again, 3, 3), SEEN_SAME);
    assert_int_equal(check(again, 99, 99), SEEN_SAME);
    assert_int_equal(check(again, 91, 91), SEEN_SAME);
    assert_int_equal(check(again, 90, 90), SEEN_NEW);
    seen_free(again);
    seen_free(seen);
    buf_done(&out);
}

static void
test_many_and_again(void **state)
{
    struct seen *seen = open_empty();

    (void)state;
    for (uint32_t round = 0; round < 60; round++)
        for (uint32_t i = 0; i < 2000; i++)
            put(seen, i, round);
    assert_int_equal(seen_count(seen), 2000);
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(check(seen, i, 59), SEEN_SAME);
    seen_free(seen);
}

static void
test_refuses_damage(void **state)
{
    struct seen *seen = open_empty();
    struct buf out;

    (void)state;
    put(seen, 1, 1);
    buf_init(&out, 1 << 20);
    assert_int_equal(seen_save(seen, SEEN_MAX_ENTRIES, &out), 0);
    seen_free(seen);
    assert_int_equal(
        seen_open(str_first(buf_str(&out), out.n - 1), &seen), E_CORRUPT);
    out.p[0] = 9;
    assert_int_equal(seen_open(buf_str(&out), &seen), E_CORRUPT);
    buf_done(&out);
    seen_free(NULL);
}

static size_t
moved_of(const struct seen *seen, const struct document *document)
{
    bool moved[5000];
    size_t n = 0;

    assert_true(document->nitems <= 5000);
    assert_int_equal(seen_moved(seen, document, moved, &n), 0);
    return n;
}

static void
test_moved_items_are_told_from_new_ones(void **state)
{
    struct seen *seen = open_empty();
    struct item items[4] = {
        item_of(1, 10), item_of(21, 20), item_of(31, 30), item_of(41, 99)};
    struct document document = {.items = items, .nitems = 4};

    (void)state;
    assert_int_equal(moved_of(seen, &document), 0);
    put(seen, 1, 10);
    put(seen, 2, 20);
    put(seen, 3, 30);
    put(seen, 4, 40);
    assert_int_equal(moved_of(seen, &document), 2);
    seen_free(seen);
}

/* An item whose address is its identity, and part of its digest. */
static struct item
item_at(uint32_t address, uint32_t content, const char *text)
{
    struct item item = item_of(address, 1000000 + address);

    memcpy(item.content, &content, sizeof content);
    item.text = str_of(text);
    return item;
}

/* Addresses that all change, with the same things said: nothing is news. */
static void
test_another_address_is_no_news(void **state)
{
    struct seen *seen = open_empty();
    struct item items[6];
    struct document document = {.items = items, .nitems = 6};
    bool moved[6];
    size_t n = 0;

    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        items[i] = item_at(i + 1, 100 + i, "");
        assert_int_equal(seen_put(seen, &items[i]), 0);
    }
    for (uint32_t i = 0; i < 6; i++)
        items[i] = item_at(i + 51, 100 + i, "");
    assert_int_equal(seen_moved(seen, &document, moved, &n), 0);
    assert_int_equal(n, 6);
    /* and it can move again */
    assert_int_equal(seen_move(seen, &document, moved), 0);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(seen_put(seen, &items[i]), 0);
        items[i] = item_at(i + 91, 100 + i, "");
    }
    assert_int_equal(moved_of(seen, &document), 6);
    seen_free(seen);
}

/* Titles that a list repeats tell nothing apart. */
static void
test_equal_titles_do_not_move(void **state)
{
    struct seen *seen = open_empty();
    struct item items[6];
    struct document document = {.items = items, .nitems = 6};

    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        items[i] = item_at(i + 1, 7, "");
        assert_int_equal(seen_put(seen, &items[i]), 0);
    }
    for (uint32_t i = 0; i < 6; i++)
        items[i] = item_at(i + 51, 7, "");
    assert_int_equal(moved_of(seen, &document), 0);
    seen_free(seen);
}

/* The largest window, all of it moved: once through, not once per item. */
static void
test_a_large_move_is_cheap(void **state)
{
    static struct item items[5000];
    struct document document = {.items = items, .nitems = 5000};
    struct seen *seen = open_empty();
    int64_t began = clock_cpu_us();

    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        items[i] = item_at(i + 1, 10000 + i, "x");
        assert_int_equal(seen_put(seen, &items[i]), 0);
    }
    for (uint32_t i = 0; i < 5000; i++)
        items[i] = item_at(i + 10001, 10000 + i, "x");
    assert_int_equal(moved_of(seen, &document), 5000);
    assert_true(clock_cpu_us() - began < 2000000);
    seen_free(seen);
}

static void
test_save_within_its_buffer(void **state)
{
    struct seen *seen = open_empty();
    struct buf out;

    (void)state;
    put(seen, 1, 1);
    buf_init(&out, 10);
    assert_int_equal(seen_save(seen, 5, &out), E_LIMIT);
    buf_done(&out);
    seen_free(seen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_same_revised),
        cmocka_unit_test(test_saves_the_newest),
        cmocka_unit_test(test_many_and_again),
        cmocka_unit_test(test_refuses_damage),
        cmocka_unit_test(test_moved_items_are_told_from_new_ones),
        cmocka_unit_test(test_another_address_is_no_news),
        cmocka_unit_test(test_equal_titles_do_not_move),
        cmocka_unit_test(test_a_large_move_is_cheap),
        cmocka_unit_test(test_save_within_its_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
