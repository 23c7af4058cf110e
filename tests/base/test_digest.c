#include "base/digest.h"
#include "base/err.h"
#include "check.h"

static const char *
hex(const uint8_t digest[DIGEST_SIZE])
{
    static char text[DIGEST_HEX_SIZE];

    return digest_hex(digest, text);
}

/* FIPS 180-2, appendix B.1, and the empty message. */
static void
sha256(void **state)
{
    uint8_t digest[DIGEST_SIZE];

    (void)state;
    digest_sha256(STR("abc"), digest);
    assert_string_equal(hex(digest),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256(STR_NONE, digest);
    assert_string_equal(hex(digest),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, test case 2. */
static void
hmac(void **state)
{
    uint8_t digest[DIGEST_SIZE];

    (void)state;
    digest_hmac_sha256(
        STR("Jefe"), STR("what do ya want for nothing?"), digest);
    assert_string_equal(hex(digest),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void
parts_cannot_run_together(void **state)
{
    const struct str one[] = {STR("ab"), STR("c")};
    const struct str two[] = {STR("a"), STR("bc")};
    uint8_t first[DIGEST_SIZE], second[DIGEST_SIZE];

    (void)state;
    digest_parts(one, 2, first);
    digest_parts(two, 2, second);
    assert_false(digest_equal(first, second, DIGEST_SIZE));
    digest_parts(one, 2, second);
    assert_true(digest_equal(first, second, DIGEST_SIZE));
    digest_parts(one, 1, second);
    assert_false(digest_equal(first, second, DIGEST_SIZE));
}

static void
base64_goes_round(void **state)
{
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="},
        {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct buf text, bytes;

        buf_init(&text, 100);
        buf_init(&bytes, 100);
        assert_int_equal(
            digest_base64(&text, pairs[i][0], strlen(pairs[i][0])), 0);
        assert_string_equal(buf_cstr(&text), pairs[i][1]);
        assert_int_equal(digest_unbase64(&bytes, buf_str(&text)), 0);
        assert_string_equal(buf_cstr(&bytes), pairs[i][0]);
        buf_done(&text);
        buf_done(&bytes);
    }
}

static void
unbase64_is_strict(void **state)
{
    static const char *const wrong[] = {"Z", "Zg=", "Zg===", "Zm9v=", "=",
        "Zg =", "Z-_v", "Zm9v\n", "Zh", "Zm=v", "Zg==Zg=="};
    struct buf bytes;

    (void)state;
    buf_init(&bytes, 100);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(digest_unbase64(&bytes, str_of(wrong[i])), E_PARSE);
    assert_int_equal(bytes.n, 0);
    assert_int_equal(digest_unbase64(&bytes, STR("Zg")), 0);
    assert_string_equal(buf_cstr(&bytes), "f");
    buf_done(&bytes);
}

static void
base64_tells_of_a_full_buffer(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 3);
    assert_int_equal(digest_base64(&out, "foo", 3), E_LIMIT);
    buf_clear(&out);
    assert_int_equal(digest_unbase64(&out, STR("Zm9vYmFy")), E_LIMIT);
    buf_done(&out);
}

static void
random_bytes_differ(void **state)
{
    uint8_t a[16] = {0}, b[16] = {0};

    (void)state;
    digest_random(a, sizeof(a));
    digest_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256),
        cmocka_unit_test(hmac),
        cmocka_unit_test(parts_cannot_run_together),
        cmocka_unit_test(base64_goes_round),
        cmocka_unit_test(unbase64_is_strict),
        cmocka_unit_test(base64_tells_of_a_full_buffer),
        cmocka_unit_test(random_bytes_differ),
    };

    if (digest_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
