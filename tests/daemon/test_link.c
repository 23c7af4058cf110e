/* Tokens of links to act: written, read back, and every byte of them counts. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/engine_link.h"

static const uint8_t key[LINK_KEY_SIZE] = "a key of thirty-two bytes, here";
static const struct link sample = {.act = LINK_SNOOZE,
    .incident = 41,
    .expires = {1780843500000},
    .nonce = {1, 2, 3, 4, 5, 6, 7, 8},
    .channel = "duty-robot"};

static struct str
token_of(const struct link *link, struct buf *out)
{
    buf_init(out, LINK_TOKEN_BYTES + 8);
    assert_int_equal(link_write(link, key, out), 0);
    return buf_str(out);
}

static void
there_and_back(void **state)
{
    struct wall before = {sample.expires.ms - 1};
    struct buf token;
    struct link got;

    (void)state;
    token_of(&sample, &token);
    assert_true(token.n < LINK_TOKEN_BYTES);
    for (size_t i = 0; i < token.n; i++)
        assert_null(strchr("+/=", token.p[i]));
    assert_int_equal(link_read(buf_str(&token), key, before, &got), LINK_GOOD);
    assert_int_equal(got.act, LINK_SNOOZE);
    assert_int_equal(got.incident, 41);
    assert_int_equal(got.expires.ms, sample.expires.ms);
    assert_string_equal(got.channel, "duty-robot");
    assert_memory_equal(got.nonce, sample.nonce, LINK_NONCE_SIZE);
    assert_int_equal(
        link_read(buf_str(&token), key, sample.expires, &got), LINK_EXPIRED);
    buf_done(&token);
}

/* Every other character at every place, and every length. */
static void
nothing_else_is_good(void **state)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                  "stuvwxyz0123456789-_+/=. ";
    struct wall before = {sample.expires.ms - 1};
    struct buf token;
    struct link got;
    char text[LINK_TOKEN_BYTES + 64];
    struct str good;

    (void)state;
    good = token_of(&sample, &token);
    for (size_t i = 0; i < good.n; i++) {
        for (size_t c = 0; c < sizeof letters - 1; c++) {
            memcpy(text, good.p, good.n);
            if (text[i] == letters[c])
                continue;
            text[i] = letters[c];
            assert_int_equal(
                link_read((struct str){text, good.n}, key, before, &got),
                LINK_ALTERED);
        }
    }
    for (size_t n = 0; n < good.n; n++)
        assert_int_equal(
            link_read(str_first(good, n), key, before, &got), LINK_ALTERED);
    memset(text, 'A', sizeof text);
    memcpy(text, good.p, good.n);
    for (size_t n = good.n + 1; n <= sizeof text; n++)
        assert_int_equal(
            link_read((struct str){text, n}, key, before, &got), LINK_ALTERED);
    buf_done(&token);
}

static void
another_key_is_not_ours(void **state)
{
    uint8_t other[LINK_KEY_SIZE];
    struct wall before = {0};
    struct buf token;
    struct link got;

    (void)state;
    token_of(&sample, &token);
    memcpy(other, key, sizeof other);
    other[31] ^= 1;
    assert_int_equal(
        link_read(buf_str(&token), other, before, &got), LINK_ALTERED);
    buf_done(&token);
}

static void
a_channel_has_a_name(void **state)
{
    struct link link = sample;
    struct buf token;

    (void)state;
    buf_init(&token, LINK_TOKEN_BYTES + 8);
    link.channel[0] = '\0';
    assert_int_equal(link_write(&link, key, &token), E_LIMIT);
    memset(link.channel, 'a', sizeof link.channel - 1);
    assert_int_equal(link_write(&link, key, &token), E_LIMIT);
    link.channel[64] = '\0';
    assert_int_equal(link_write(&link, key, &token), 0);
    assert_true(token.n <= LINK_TOKEN_BYTES);
    buf_done(&token);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
        cmocka_unit_test(nothing_else_is_good),
        cmocka_unit_test(another_key_is_not_ours),
        cmocka_unit_test(a_channel_has_a_name)};

    if (digest_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
