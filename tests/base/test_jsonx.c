#include "base/jsonx.h"
#include "check.h"

static void
loading(void **state)
{
    static const char *const good[] = {"{}", "[]", "null", "\"x\"", " 1 ",
        "{\"a\":1,\"a\":2}", "\xEF\xBB\xBF[]",
        "[123456789012345678901234567890]", "\"\\u0000\""};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        json_t *json = NULL;

        assert_int_equal(jsonx_load(str_of(good[i]), NULL, &json), 0);
        assert_non_null(json);
        json_decref(json);
    }
}

static void
what_is_no_json(void **state)
{
    static const char *const wrong[] = {"", "{", "[1,]", "{} {}", "nul",
        "\"\xFF\"", "{'a':1}", "[1 2]", "\"\\ud800\"", "[1e999]"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct toc_error error = {0};
        json_t *json = NULL;

        assert_int_equal(jsonx_load(str_of(wrong[i]), &error, &json), E_PARSE);
        assert_null(json);
        assert_true(error.text[0] != '\0');
    }
    assert_int_equal(jsonx_load(STR_NONE, NULL, NULL), E_PARSE);
}

static void
errors_have_a_place(void **state)
{
    struct toc_error error = {0};
    json_t *json;

    (void)state;
    assert_int_equal(jsonx_load(STR("{\n \"a\": x}"), &error, &json), E_PARSE);
    assert_int_equal(error.line, 2);
}

static void
depth_is_bounded(void **state)
{
    char text[2 * JSONX_MAX_DEPTH + 3];
    json_t *json = NULL;

    (void)state;
    memset(text, '[', JSONX_MAX_DEPTH);
    memset(text + JSONX_MAX_DEPTH, ']', JSONX_MAX_DEPTH);
    assert_int_equal(
        jsonx_load((struct str){text, 2 * JSONX_MAX_DEPTH}, NULL, &json), 0);
    json_decref(json);
    memset(text, '[', JSONX_MAX_DEPTH + 1);
    memset(text + JSONX_MAX_DEPTH + 1, ']', JSONX_MAX_DEPTH + 1);
    assert_int_equal(
        jsonx_load((struct str){text, 2 * JSONX_MAX_DEPTH + 2}, NULL, &json),
        E_PARSE);
    /* Brackets in strings are no depth. */
    memset(text, '[', sizeof(text));
    text[0] = text[sizeof(text) - 1] = '"';
    assert_int_equal(
        jsonx_load((struct str){text, sizeof(text)}, NULL, &json), 0);
    json_decref(json);
}

static void
dumping(void **state)
{
    json_t *json = json_object();
    struct buf out;

    (void)state;
    assert_int_equal(jsonx_set(json, "z", jsonx_str(STR("云\"\n"))), 0);
    assert_int_equal(jsonx_set(json, "a", json_real(0.1)), 0);
    assert_int_equal(jsonx_set(json, "n", jsonx_str(STR_NONE)), 0);
    buf_init(&out, 100);
    assert_int_equal(jsonx_dump(json, &out), 0);
    assert_string_equal(
        buf_cstr(&out), "{\"z\":\"云\\\"\\n\",\"a\":0.1,\"n\":null}");
    buf_done(&out);
    buf_init(&out, 10);
    assert_int_equal(jsonx_dump(json, &out), E_LIMIT);
    buf_done(&out);
    json_decref(json);
}

static void
strings_and_times(void **state)
{
    json_t *json = json_object();

    (void)state;
    assert_int_equal(jsonx_set(json, "bad", jsonx_str(STR("a\xFF"))), 0);
    assert_int_equal(jsonx_set(json, "nul", jsonx_str(STR("a\0b"))), 0);
    assert_int_equal(jsonx_set(json, "empty", jsonx_str(STR(""))), 0);
    assert_int_equal(
        jsonx_set(json, "at", jsonx_time((struct wall){1780795800000})), 0);
    assert_int_equal(jsonx_set(json, "never", jsonx_time(WALL_NONE)), 0);
    assert_str(jsonx_get_str(json, "bad"), "a\xEF\xBF\xBD");
    assert_int_equal(jsonx_get_str(json, "nul").n, 3);
    assert_non_null(jsonx_get_str(json, "empty").p);
    assert_str(jsonx_get_str(json, "at"), "2026-06-07T01:30:00Z");
    assert_true(json_is_null(json_object_get(json, "never")));
    assert_null(jsonx_get_str(json, "never").p);
    assert_null(jsonx_get_str(json, "absent").p);
    assert_null(jsonx_get_str(NULL, "absent").p);
    json_decref(json);
}

static void
setting_takes_also_when_it_fails(void **state)
{
    json_t *json = json_object(), *number = json_integer(1);

    (void)state;
    assert_true(jsonx_set(json, "a", NULL) < 0);
    assert_true(jsonx_set(number, "a", json_integer(2)) < 0);
    assert_true(jsonx_set(NULL, "a", json_integer(2)) < 0);
    json_decref(number);
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading),
        cmocka_unit_test(what_is_no_json),
        cmocka_unit_test(errors_have_a_place),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(dumping),
        cmocka_unit_test(strings_and_times),
        cmocka_unit_test(setting_takes_also_when_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
