/* seal: what goes in comes out, and nothing else does. */
#include "base/err.h"
#include "base/seal.h"
#include "check.h"

enum { BIG = 3 * 1024 * 1024 };

static void
round_trip(struct str bytes)
{
    struct buf sealed, opened;

    buf_init(&sealed, 2 * BIG);
    buf_init(&opened, BIG);
    assert_int_equal(seal_pack(&sealed, bytes), 0);
    assert_int_equal(seal_open(&opened, buf_str(&sealed)), 0);
    assert_int_equal(opened.n, bytes.n);
    if (bytes.n)
        assert_memory_equal(opened.p, bytes.p, bytes.n);
    buf_done(&sealed);
    buf_done(&opened);
}

static void
test_round_trip(void **state)
{
    char *noise = malloc(BIG);
    uint32_t x = 7;

    (void)state;
    assert_non_null(noise);
    for (size_t i = 0; i < BIG; i++) {
        x = x * 1664525 + 1013904223;
        noise[i] = (char)(x >> 24);
    }
    round_trip(STR(""));
    round_trip(STR("a"));
    round_trip((struct str){noise, BIG}); /* as long as the buffer may be */
    memset(noise, 'a', BIG);
    round_trip((struct str){noise, BIG});
    free(noise);
}

/* Not even what is too short to be compressed can be searched for. */
static void
test_not_found(void **state)
{
    struct buf sealed;

    (void)state;
    buf_init(&sealed, 1024);
    assert_int_equal(seal_pack(&sealed, STR("tel 13812345678")), 0);
    assert_true(str_find(buf_str(&sealed), STR("1381")) == sealed.n);
    assert_true(str_find(buf_str(&sealed), STR("5678")) == sealed.n);
    buf_done(&sealed);
}

static void
test_damage(void **state)
{
    struct buf sealed, opened;

    (void)state;
    buf_init(&sealed, 1024);
    buf_init(&opened, 64);
    assert_int_equal(seal_pack(&sealed, STR("kept as it was received")), 0);
    for (size_t i = 0; i < sealed.n; i++) {
        sealed.p[i] ^= 1;
        assert_true(seal_open(&opened, buf_str(&sealed)) != 0);
        assert_int_equal(opened.n, 0);
        buf_clear(&opened);
        assert_true(seal_open(&opened, str_first(buf_str(&sealed), i)) != 0);
        buf_clear(&opened);
        sealed.p[i] ^= 1;
    }
    assert_int_equal(seal_open(&opened, STR_NONE), E_CORRUPT);
    buf_done(&opened);
    buf_init(&opened, 4);
    assert_int_equal(seal_open(&opened, buf_str(&sealed)), E_LIMIT);
    buf_done(&opened);
    buf_done(&sealed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
