#include "base/utf8.h"
#include "check.h"

static const struct {
    struct str bytes;
    long bad; /* sequences that repair replaces */
    const char *repaired;
} cases[] = {
#define R "\xEF\xBF\xBD"
    {{"", 0}, 0, ""},
    {{"ascii only, long", 16}, 0, "ascii only, long"},
    {{"\0", 1}, 0, ""},
    {{"\xC2\x80", 2}, 0, "\xC2\x80"},
    {{"县", 3}, 0, "县"},
    {{"\xED\x9F\xBF\xEE\x80\x80", 6}, 0, "\xED\x9F\xBF\xEE\x80\x80"},
    {{"\xF4\x8F\xBF\xBF", 4}, 0, "\xF4\x8F\xBF\xBF"},
    {{"\x80", 1}, 1, R},
    {{"\xC0\xAF", 2}, 2, R R},             /* overlong */
    {{"\xC1\xBF", 2}, 2, R R},             /* overlong */
    {{"\xE0\x80\xAF", 3}, 3, R R R},       /* overlong */
    {{"\xF0\x80\x80\xAF", 4}, 4, R R R R}, /* overlong */
    {{"\xED\xA0\x80", 3}, 3, R R R},       /* surrogate */
    {{"\xF4\x90\x80\x80", 4}, 4, R R R R}, /* beyond U+10FFFF */
    {{"\xF5\x80", 2}, 2, R R},
    {{"\xE5\x8E", 2}, 1, R}, /* cut short: one maximal subpart */
    {{"\xF0\x9F\x98", 3}, 1, R},
    {{"\xE5\x8E"
      "a",
         3},
        1, R "a"},
    {{"\xF0\x9F\x98\xE5\x8E\xBF", 6}, 1, R "\xE5\x8E\xBF"},
    {{"12345678\xFF"
      "12345678",
         17},
        1, "12345678" R "12345678"},
};

static void
validity_and_repair(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;

        buf_init(&out, 100);
        assert_int_equal(utf8_is_valid(cases[i].bytes), cases[i].bad == 0);
        assert_int_equal(utf8_repair(cases[i].bytes, &out), cases[i].bad);
        assert_string_equal(buf_cstr(&out), cases[i].repaired);
        buf_done(&out);
    }
}

static void
a_bad_byte_is_found_at_every_place(void **state)
{
    char bytes[40];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        memset(bytes, 'a', sizeof(bytes));
        assert_true(utf8_is_valid((struct str){bytes, sizeof(bytes)}));
        bytes[i] = (char)0x80;
        assert_false(utf8_is_valid((struct str){bytes, sizeof(bytes)}));
    }
}

static void
every_code_point_goes_round(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char out[4];
        size_t n = utf8_encode(c, out), at = 0;
        struct str s = {out, n};

        if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) {
            assert_int_equal(n, 0);
            continue;
        }
        if (!utf8_is_valid(s) || utf8_next(s, &at) != c || at != n ||
            utf8_count(s) != 1)
            fail_msg("U+%04X does not go round", c);
    }
}

static void
repair_tells_of_a_full_buffer(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 4);
    assert_true(utf8_repair(STR("ab\xFFz"), &out) < 0);
    buf_done(&out);
}

static void
counting_and_cutting(void **state)
{
    struct str s = STR("a县b");

    (void)state;
    assert_int_equal(utf8_count(s), 3);
    assert_int_equal(utf8_offset(s, 0), 0);
    assert_int_equal(utf8_offset(s, 1), 1);
    assert_int_equal(utf8_offset(s, 2), 4);
    assert_int_equal(utf8_offset(s, 3), 5);
    assert_int_equal(utf8_offset(s, 99), 5);
    assert_str(utf8_cut(s, 0), "");
    assert_str(utf8_cut(s, 1), "a");
    assert_str(utf8_cut(s, 2), "a");
    assert_str(utf8_cut(s, 3), "a");
    assert_str(utf8_cut(s, 4), "a县");
    assert_str(utf8_cut(s, 99), "a县b");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validity_and_repair),
        cmocka_unit_test(a_bad_byte_is_found_at_every_place),
        cmocka_unit_test(every_code_point_goes_round),
        cmocka_unit_test(repair_tells_of_a_full_buffer),
        cmocka_unit_test(counting_and_cutting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
