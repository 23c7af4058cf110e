/* Marked pieces, waits after failures, second factors, common passwords. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "check.h"
#include "console/auth.h"
#include "console/limit.h"
#include "console/mark.h"
#include "console/totp.h"

/* Pieces as one string: [marked] and <cut>. */
static void
check_pieces(const char *text, const struct span *spans, size_t n, size_t max,
    const char *wanted)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(1024 * 1024);
    json_t *pieces =
        mark_pieces(arena, str_of(text), FIELD_TEXT, spans, n, max);
    json_t *piece;
    size_t i;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 65536);
    assert_non_null(pieces);
    json_array_foreach(pieces, i, piece)
    {
        bool mark = json_object_get(piece, "mark");
        bool cut = json_object_get(piece, "cut");

        (void)buf_printf(&out, "%s%s%s",
            mark  ? "["
            : cut ? "<"
                  : "",
            json_string_value(json_object_get(piece, "text")),
            mark  ? "]"
            : cut ? ">"
                  : "");
    }
    assert_string_equal(buf_cstr(&out), wanted);
    json_decref(pieces);
}

static void
spans_are_code_points(void **state)
{
    const struct span one[] = {{FIELD_TEXT, 2, 4}};
    const struct span overlap[] = {{FIELD_TEXT, 3, 5}, {FIELD_TEXT, 0, 2},
        {FIELD_TEXT, 4, 6}, {FIELD_TITLE, 0, 9}};
    const struct span outside[] = {{FIELD_TEXT, 4, 400}, {FIELD_TEXT, 9, 12},
        {FIELD_TEXT, 3, 3}, {FIELD_TEXT, 3, 2}};

    (void)state;
    check_pieces("学生呕吐送医", one, 1, 0, "学生[呕吐]送医");
    check_pieces("a😀呕吐b", one, 1, 0, "a😀[呕吐]b");
    check_pieces("学生呕吐送医", overlap, 4, 0, "[学生]呕[吐送医]");
    check_pieces("学生呕吐送医", outside, 4, 0, "学生呕吐[送医]");
    check_pieces("", one, 1, 0, "");
    check_pieces("<b>", NULL, 0, 0, "<b>");
}

static void
long_texts_keep_what_matched(void **state)
{
    const struct span one[] = {{FIELD_TEXT, 500, 502}};
    char text[2048], wanted[2048];

    (void)state;
    memset(text, 'a', 1000);
    text[1000] = '\0';
    text[500] = text[501] = 'b';
    (void)snprintf(
        wanted, sizeof wanted, "< … >%.60s[bb]%.60s< … >", text, text);
    check_pieces(text, one, 1, 300, wanted);
    (void)snprintf(wanted, sizeof wanted, "%.500s[bb]%.498s", text, text);
    check_pieces(text, one, 1, 1000, wanted);
}

static void
waits_double_and_are_forgotten(void **state)
{
    static struct limit limit;
    uint64_t key;
    struct mono now = {1000000};

    (void)state;
    assert_int_equal(digest_init(), 0);
    limit_init(&limit);
    key = limit_key_account(&limit, STR("值班员"));
    for (int i = 0; i < LIMIT_FREE_ACCOUNT; i++) {
        assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
        limit_fail(&limit, key, now);
    }
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 1000);
    limit_fail(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 2000);
    now.ms += 1500;
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 500);
    for (int i = 0; i < 100; i++)
        limit_fail(&limit, key, now);
    assert_int_equal(
        limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), LIMIT_MAX_MS);
    now.ms += LIMIT_FORGET_MS;
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
    limit_fail(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
    for (int i = 0; i < 9; i++)
        limit_fail(&limit, key, now);
    assert_true(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now) > 0);
    limit_forget(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
}

static void
keys_are_what_they_should_be(void **state)
{
    static struct limit limit;

    (void)state;
    limit_init(&limit);
    assert_true(limit_key_address(&limit, STR("2001:db8:1:2::1")) ==
                limit_key_address(&limit, STR("2001:db8:1:2:ffff::9")));
    assert_false(limit_key_address(&limit, STR("2001:db8:1:2::1")) ==
                 limit_key_address(&limit, STR("2001:db8:1:3::1")));
    assert_false(limit_key_address(&limit, STR("192.0.2.1")) ==
                 limit_key_address(&limit, STR("192.0.2.2")));
    assert_false(limit_key_address(&limit, STR("a")) ==
                 limit_key_account(&limit, STR("a")));
}

/* However many addresses fail, the table keeps its size and those that failed
 * most. */
static void
the_table_keeps_the_worst(void **state)
{
    static struct limit limit;
    struct mono now = {0};
    uint64_t worst, key = 0;
    char text[32];

    (void)state;
    limit_init(&limit);
    worst = limit_key_address(&limit, STR("192.0.2.1"));
    for (int i = 0; i < LIMIT_FREE_ADDRESS + 3; i++)
        limit_fail(&limit, worst, now);
    for (int i = 0; i < 3 * LIMIT_MAX_KEYS; i++) {
        now.ms++;
        (void)snprintf(text, sizeof text, "10.1.%d.%d", i / 256, i % 256);
        key = limit_key_address(&limit, str_of(text));
        limit_fail(&limit, key, now);
    }
    assert_true(limit_wait(&limit, worst, LIMIT_FREE_ADDRESS, now) > 0);
    assert_true(limit_wait(&limit, key, 1, now) > 0);
}

/* Whoever guesses under tens of thousands of names, each as often as the one
 * he is after, does not make that one's failures forgotten; and hardly anybody
 * else has to wait for it. */
static void
many_names_hide_none(void **state)
{
    static struct limit limit;
    struct mono now = {LIMIT_FORGET_MS * 7};
    uint64_t key, other;
    unsigned bystanders = 0;
    char text[32];

    (void)state;
    limit_init(&limit);
    key = limit_key_account(&limit, STR("值班员"));
    for (int i = 0; i < LIMIT_FREE_ACCOUNT + 8; i++)
        limit_fail(&limit, key, now);
    for (int i = 0; i < 20 * LIMIT_MAX_KEYS; i++) {
        now.ms += i % 2;
        (void)snprintf(text, sizeof text, "name%d", i / 16);
        limit_fail(&limit, limit_key_account(&limit, str_of(text)), now);
    }
    assert_true(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now) > 200000);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof text, "bystander%d", i);
        other = limit_key_account(&limit, str_of(text));
        bystanders += limit_wait(&limit, other, LIMIT_FREE_ACCOUNT, now) > 0;
    }
    assert_true(bystanders <= 5);
    /* The right password ends it, for him alone. */
    other = limit_key_account(&limit, STR("name7"));
    limit_forget(&limit, key, now);
    assert_int_equal(limit_wait(&limit, key, LIMIT_FREE_ACCOUNT, now), 0);
    assert_true(limit_wait(&limit, other, LIMIT_FREE_ACCOUNT, now) > 0);
    /* And an hour without a failure ends it for anybody. */
    now.ms += LIMIT_FORGET_MS;
    assert_int_equal(limit_wait(&limit, other, LIMIT_FREE_ACCOUNT, now), 0);
}

/* RFC 6238, appendix B, the last six of its eight digits. */
static void
codes_are_those_of_the_standard(void **state)
{
    static const struct {
        int64_t seconds;
        const char *code;
    } rows[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
        {1234567890, "005924"}, {2000000000, "279037"},
        {20000000000, "353130"}};
    struct str secret = STR("12345678901234567890");
    char code[TOTP_DIGITS + 1];
    int64_t step;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wall now = {rows[i].seconds * 1000};

        assert_int_equal(totp_code(secret, rows[i].seconds / 30, code), 0);
        assert_string_equal(code, rows[i].code);
        assert_true(totp_check(secret, str_of(code), 0, now, &step));
        assert_int_equal(step, rows[i].seconds / 30);
        assert_false(totp_check(secret, str_of(code), step, now, &step));
        now.ms += TOTP_STEP_MS;
        assert_true(totp_check(secret, str_of(code), 0, now, &step));
        now.ms += TOTP_STEP_MS;
        assert_false(totp_check(secret, str_of(code), 0, now, &step));
        now.ms -= 3LL * TOTP_STEP_MS;
        assert_true(totp_check(secret, str_of(code), 0, now, &step));
    }
    assert_true(
        totp_check(secret, STR("287 082"), 0, (struct wall){59000}, &step));
    assert_false(
        totp_check(secret, STR("2870820"), 0, (struct wall){59000}, &step));
    assert_false(totp_check(secret, STR(""), 0, (struct wall){59000}, &step));
}

static void
secrets_and_recovery_codes_are_read(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(1024 * 1024);
    char text[TOTP_TEXT_SIZE], code[TOTP_CODE_SIZE], upper[TOTP_CODE_SIZE];
    uint8_t bytes[TOTP_SECRET_SIZE], hash[32], other[32];
    struct str uri, path;
    int width = 0;

    (void)state;
    totp_secret_new(text);
    assert_int_equal(totp_secret_parse(str_of(text), bytes), 0);
    assert_int_equal(
        totp_secret_parse(str_first(str_of(text), 31), bytes), E_PARSE);
    text[3] = '1'; /* no letter of base32 */
    assert_int_equal(totp_secret_parse(str_of(text), bytes), E_PARSE);

    totp_recovery_new(code, hash);
    assert_int_equal(totp_recovery_hash(str_of(code), other), 0);
    assert_memory_equal(hash, other, sizeof hash);
    for (size_t i = 0; i < sizeof code; i++)
        upper[i] = code[i] >= 'a' && code[i] <= 'z'
                       ? (char)(code[i] - 'a' + 'A')
                       : code[i];
    upper[4] = ' ';
    assert_int_equal(totp_recovery_hash(str_of(upper), other), 0);
    assert_memory_equal(hash, other, sizeof hash);
    assert_int_equal(totp_recovery_hash(STR("abcd"), other), E_PARSE);
    assert_int_equal(totp_recovery_hash(STR("0000-0000-0000-0000"), other),
        E_PARSE); /* no such letters */

    uri = totp_uri(arena, STR("ABC"), STR("王敏&secret=X"));
    assert_true(
        str_starts(uri, STR("otpauth://totp/tocsin:%E7%8E%8B%E6%95%8F%26")));
    assert_int_equal(qr_path(arena, uri, &width, &path), 0);
    assert_true(width >= 21 && path.n > 100);
    for (size_t i = 0; i < path.n; i++)
        assert_non_null(strchr("Mhvz-0123456789 ", path.p[i]));
}

/* A few words make far more than 3,000 passwords, all of which are refused. */
static void
common_passwords_are_refused(void **state)
{
    static const char *const words[] = {"password", "Password", "PASSWORD",
        "p@ssw0rd", "P@$$w0rd", "passw0rd", "admin", "Admin", "@dm1n",
        "welcome", "W3lcome", "letmein", "monkey", "dragon", "iloveyou",
        "sunshine", "princess", "football", "superman", "woaini", "nihao",
        "jiaoyuju", "xuexiao", "tocsin", "T0csin", "changeme", "root", "test",
        "abc", "qwerty"};
    static const char *const tails[] = {"", "1", "12", "123", "1234", "12345",
        "123456", "12345678", "01", "007", "1!", "!", "!!", "!@#", "123!",
        "123!@#", ".", "@123", "@1234", "_1", "#1", "111", "000", "666", "888",
        "520", "1314", "5201314", "2019", "2020", "2021", "2022", "2023",
        "2024", "2025", "2026", "@2025", "@2026", "!2025", "2026!"};
    static const char *const fronts[] = {"", "1", "123", "!"};
    static const char *const more[] = {"12345678", "87654321", "11111111",
        "13800138000", "20260607", "abcdefgh", "ABCDEFG1", "qwertyui",
        "qwertyuiop", "1qaz2wsx", "1qaz@WSX3edc", "1q2w3e4r", "zxcvbnm1",
        "asdfghjkl", "asdf1234", "qazwsxedc", "aaaaaaaa", "abababab",
        "abcabcabc", "12341234", "a1234567", "1234abcd", "qwer1234",
        "wangmin123", "hellohello", "adminadmin"};
    static const char *const fine[] = {"correct-horse-2026", "云溪-2026-admin",
        "long enough", "Jiao4yu!ju-zhiban", "kT9#vLm2qX", "四月的雨落在操场上",
        "a fine password", "blue kite over the river", "3f9a1c77e2b04d58",
        "wo de mima hen chang", "Xk7pQ2mz"};
    char password[64];
    unsigned made = 0, missed = 0;

    (void)state;
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (size_t t = 0; t < sizeof tails / sizeof *tails; t++)
            for (size_t f = 0; f < sizeof fronts / sizeof *fronts; f++) {
                (void)snprintf(password, sizeof password, "%.8s%.16s%.16s",
                    fronts[f], words[w], tails[t]);
                if (strlen(password) < AUTH_PASSWORD_MIN)
                    continue;
                made++;
                if (auth_password_fault(str_of(password), STR("li")))
                    continue;
                missed++;
                print_message("%s\n", password);
            }
    assert_true(made > 3000);
    assert_int_equal(missed, 0);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (!auth_password_fault(str_of(more[i]), STR("wangmin")))
            fail_msg("%s", more[i]);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (auth_password_fault(str_of(fine[i]), STR("wangmin")))
            fail_msg("%s", fine[i]);
}

static void
whoever_logged_in_is_known(void **state)
{
    static struct limit limit;
    struct mono now = {5000};
    uint64_t here, wang, pair;

    (void)state;
    limit_init(&limit);
    here = limit_key_address(&limit, STR("192.0.2.1"));
    wang = limit_key_account(&limit, STR("wang"));
    pair = limit_key_pair(&limit, STR("wang"), here);
    assert_false(limit_knows(&limit, pair));
    limit_know(&limit, wang, pair);
    assert_true(limit_knows(&limit, pair));
    assert_false(limit_knows(&limit, limit_key_pair(&limit, STR("li"), here)));
    assert_false(
        limit_knows(&limit, limit_key_pair(&limit, STR("wang"),
                                limit_key_address(&limit, STR("192.0.2.2")))));
    /* His failures count where he is known, however many others fail. */
    for (int i = 0; i < LIMIT_FREE_ACCOUNT; i++)
        limit_fail(&limit, pair, now);
    for (uint64_t i = 1; i < 4000; i++)
        limit_fail(&limit, i, now);
    assert_true(limit_wait(&limit, pair, LIMIT_FREE_ACCOUNT, now) > 0);
    limit_forget(&limit, pair, now);
    assert_int_equal(limit_wait(&limit, pair, LIMIT_FREE_ACCOUNT, now), 0);
    assert_true(limit_knows(&limit, pair));
    /* One account takes the places of no other. */
    for (uint64_t i = 1; i < 2 * LIMIT_MAX_KNOWN; i++)
        limit_know(&limit, 7, i);
    assert_true(limit_knows(&limit, pair));
    for (uint64_t i = 1; i <= LIMIT_MAX_KNOWN; i++)
        limit_know(&limit, 1000 + i, 1000 + i);
    assert_false(limit_knows(&limit, pair)); /* the oldest gives way */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_code_points),
        cmocka_unit_test(long_texts_keep_what_matched),
        cmocka_unit_test(waits_double_and_are_forgotten),
        cmocka_unit_test(keys_are_what_they_should_be),
        cmocka_unit_test(the_table_keeps_the_worst),
        cmocka_unit_test(many_names_hide_none),
        cmocka_unit_test(codes_are_those_of_the_standard),
        cmocka_unit_test(secrets_and_recovery_codes_are_read),
        cmocka_unit_test(common_passwords_are_refused),
        cmocka_unit_test(whoever_logged_in_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
