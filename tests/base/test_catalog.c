#include "base/catalog.h"
#include "check.h"

static struct catalog *
load(const char *yaml)
{
    struct catalog *catalog = NULL;

    assert_int_equal(catalog_load("t", str_of(yaml), NULL, &catalog), 0);
    return catalog;
}

static void
looking_up(void **state)
{
    struct catalog *catalog = load("b: 第二\na.title: 第一\nempty: ''\n");

    (void)state;
    assert_str(catalog_get(catalog, "a.title"), "第一");
    assert_str(catalog_get(catalog, "b"), "第二");
    assert_str(catalog_get(catalog, "empty"), "");
    assert_str(catalog_get(catalog, "missing"), "missing");
    assert_string_equal(catalog_key(catalog, 0), "a.title");
    assert_string_equal(catalog_key(catalog, 2), "empty");
    assert_null(catalog_key(catalog, 3));
    catalog_free(catalog);
    catalog_free(NULL);
}

static void
arguments(void **state)
{
    const struct str args[] = {STR("甲"), STR("{0}")};
    struct catalog *catalog =
        load("k: '{1}-{0}-{0} {2} {x} {} { {0'\nend: 'a{'\n");
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    assert_int_equal(catalog_format(catalog, "k", args, 2, &out), 0);
    assert_string_equal(buf_cstr(&out), "{0}-甲-甲 {2} {x} {} { {0");
    buf_clear(&out);
    assert_int_equal(catalog_format(catalog, "end", args, 2, &out), 0);
    assert_string_equal(buf_cstr(&out), "a{");
    buf_done(&out);
    buf_init(&out, 5);
    assert_int_equal(catalog_format(catalog, "k", args, 2, &out), E_LIMIT);
    buf_done(&out);
    catalog_free(catalog);
}

static void
wrong_files(void **state)
{
    struct toc_errors errors = {0};
    struct catalog *catalog = NULL;

    (void)state;
    assert_int_equal(
        catalog_load("t", STR("a: {b: c}\nd: [e]\nf: ok\n"), &errors, &catalog),
        E_CONF);
    assert_int_equal(errors.n, 2);
    assert_int_equal(errors.list[1].line, 2);
    assert_int_equal(catalog_load("t", STR("- a\n"), NULL, &catalog), E_CONF);
    assert_int_equal(catalog_load("t", STR(""), NULL, &catalog), E_CONF);
    assert_int_equal(
        catalog_load("t", STR("a: 1\na: 2\n"), NULL, &catalog), E_CONF);
    assert_null(catalog);
    toc_errors_done(&errors);
}

static void
several_files(void **state)
{
    struct toc_errors errors = {0};
    struct catalog *catalog = load("b: 2\nd: 4\n");

    (void)state;
    assert_int_equal(
        catalog_add(catalog, "u", STR("a: 1\nc: 3\n"), &errors), 0);
    assert_str(catalog_get(catalog, "a"), "1");
    assert_str(catalog_get(catalog, "d"), "4");
    assert_string_equal(catalog_key(catalog, 2), "c");
    assert_null(catalog_key(catalog, 4));
    assert_int_equal(
        catalog_add(catalog, "v", STR("e: 5\nb: 2\n"), &errors), E_CONF);
    assert_int_equal(errors.n, 1);
    assert_int_equal(errors.list[0].line, 2);
    toc_errors_done(&errors);
    catalog_free(catalog);
}

static void
negotiation(void **state)
{
    static const struct {
        const char *header;
        enum lang lang;
    } cases[] = {
        {"", LANG_ZH},
        {"zh-CN,zh;q=0.9,en;q=0.8", LANG_ZH},
        {"en-GB,en;q=0.9", LANG_EN},
        {"EN", LANG_EN},
        {"fr, de;q=0.9", LANG_ZH},
        {"fr, en;q=0.1", LANG_EN},
        {"en;q=0.3, zh;q=0.7", LANG_ZH},
        {"en, zh", LANG_EN},
        {"zh, en", LANG_ZH},
        {"*", LANG_ZH},
        {"zh;q=0, *", LANG_EN},
        {"en;q=0", LANG_ZH},
        {"zh;q=0.1, *;q=0.5", LANG_EN},
        {"english, zhx", LANG_ZH},
        {"en;q=2, zh;q=0.1", LANG_ZH},
        {"en;q=abc, zh;q=0.1", LANG_ZH},
        {",,;;,en;q=1.000,", LANG_EN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (lang_negotiate(str_of(cases[i].header)) != cases[i].lang)
            fail_msg("\"%s\"", cases[i].header);
    assert_int_equal(lang_negotiate(STR_NONE), LANG_ZH);
    assert_string_equal(lang_code(LANG_ZH), "zh-CN");
    assert_string_equal(lang_code(LANG_EN), "en");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_up),
        cmocka_unit_test(arguments),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(several_files),
        cmocka_unit_test(negotiation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
