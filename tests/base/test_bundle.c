/* bundle: what was put in comes out of a reader of ZIP files. */
#include <archive.h>

#include <archive_entry.h>

#include "base/bundle.h"
#include "base/err.h"
#include "check.h"

static void
make(struct buf *out)
{
    struct bundle *bundle;
    struct wall at = {1780000000000};

    assert_int_equal(bundle_new(out, &bundle), 0);
    assert_int_equal(bundle_add(bundle, "a.txt", STR("one"), at), 0);
    assert_int_equal(
        bundle_add(bundle, "folder/b.bin", STR("two\0three"), at), 0);
    assert_int_equal(bundle_add(bundle, "empty", STR_NONE, WALL_NONE), 0);
    assert_int_equal(bundle_end(bundle), 0);
    bundle_free(bundle);
}

static void
expect_file(struct archive *zip, const char *name, struct str bytes)
{
    struct archive_entry *entry;
    char read[64];

    assert_int_equal(archive_read_next_header(zip, &entry), ARCHIVE_OK);
    assert_string_equal(archive_entry_pathname(entry), name);
    assert_int_equal(
        archive_read_data(zip, read, sizeof read), (la_ssize_t)bytes.n);
    if (bytes.n)
        assert_memory_equal(read, bytes.p, bytes.n);
}

static void
test_round_trip(void **state)
{
    struct archive *zip = archive_read_new();
    struct archive_entry *entry;
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    make(&out);
    archive_read_support_format_zip(zip);
    assert_int_equal(archive_read_open_memory(zip, out.p, out.n), ARCHIVE_OK);
    expect_file(zip, "a.txt", STR("one"));
    expect_file(zip, "folder/b.bin", STR("two\0three"));
    expect_file(zip, "empty", STR_NONE);
    assert_int_equal(archive_read_next_header(zip, &entry), ARCHIVE_EOF);
    archive_read_free(zip);
    buf_done(&out);
}

static void
test_same_bytes(void **state)
{
    struct buf one, two;

    (void)state;
    buf_init(&one, 65536);
    buf_init(&two, 65536);
    make(&one);
    make(&two);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.p, two.p, one.n);
    buf_done(&one);
    buf_done(&two);
}

static void
test_full(void **state)
{
    struct bundle *bundle;
    struct buf out;
    char noise[4096];
    uint32_t x = 3;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1664525 + 1013904223;
        noise[i] = (char)(x >> 24);
    }
    buf_init(&out, 1000);
    assert_int_equal(bundle_new(&out, &bundle), 0);
    assert_int_equal(bundle_add(bundle, "noise",
                         (struct str){noise, sizeof noise}, WALL_NONE),
        E_LIMIT);
    bundle_free(bundle);
    buf_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
