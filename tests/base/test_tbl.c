#include "base/err.h"
#include "base/tbl.h"
#include "check.h"

static void
assert_prints(const struct tbl *tbl, unsigned width, const char *wanted)
{
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);

    assert_non_null(stream);
    tbl_print(tbl, stream, width);
    fclose(stream);
    assert_string_equal(text, wanted);
    free(text);
}

static struct tbl *
sample(void)
{
    struct tbl *tbl = tbl_new(3);

    tbl_heading(tbl, 0, "name", TBL_LEFT);
    tbl_heading(tbl, 1, "n", TBL_RIGHT);
    tbl_heading(tbl, 2, "title", TBL_LEFT);
    tbl_add(tbl, STR("云溪"));
    tbl_printf(tbl, "%d", 7);
    tbl_add_cstr(tbl, "某小学多名学生呕吐");
    tbl_add(tbl, STR("a"));
    tbl_printf(tbl, "%d", 1234);
    tbl_add(tbl, STR("drill"));
    return tbl;
}

static void
columns_line_up(void **state)
{
    struct tbl *tbl = sample();

    (void)state;
    assert_prints(tbl, 0,
        "name     n  title\n"
        "云溪     7  某小学多名学生呕吐\n"
        "a     1234  drill\n");
    assert_prints(tbl, 200,
        "name     n  title\n"
        "云溪     7  某小学多名学生呕吐\n"
        "a     1234  drill\n");
    tbl_free(tbl);
    tbl_free(NULL);
}

static void
the_widest_is_cut(void **state)
{
    struct tbl *tbl = sample();

    (void)state;
    assert_prints(tbl, 20,
        "name     n  title\n"
        "云溪     7  某小学…\n"
        "a     1234  drill\n");
    /* Columns keep their least width however narrow the terminal. */
    assert_prints(tbl, 1,
        "name     n  tit…\n"
        "云溪     7  某…\n"
        "a     1234  dri…\n");
    tbl_free(tbl);
}

static void
two_wide_columns_share(void **state)
{
    struct tbl *tbl = tbl_new(2);

    (void)state;
    tbl_add(tbl, STR("aaaaaaaaaaaaaaaaaaaa"));
    tbl_add(tbl, STR("bbbbbbbbbbbbbbbbbb"));
    assert_prints(tbl, 18, "aaaaaaa…  bbbbbbb…\n");
    tbl_free(tbl);
}

static void
foreign_text_steers_nothing(void **state)
{
    struct tbl *tbl = tbl_new(1);

    (void)state;
    tbl_add(tbl, STR("a\x1B[2J\nb\xE2\x80\xAE\xFF"));
    assert_prints(tbl, 0, "a?[2J?b?\xEF\xBF\xBD\n");
    tbl_free(tbl);
}

static void
edges(void **state)
{
    struct tbl *tbl;

    (void)state;
    assert_null(tbl_new(0));
    assert_null(tbl_new(TBL_MAX_COLUMNS + 1));
    tbl = tbl_new(2);
    assert_prints(tbl, 80, "");
    tbl_add(tbl, STR("half a row"));
    assert_prints(tbl, 80, "half a row\n");
    tbl_heading(tbl, 2, "no such column", TBL_LEFT);
    tbl_free(tbl);
    assert_int_equal(tbl_cells(STR("a云\xCC\x81")), 3);
}

static void
rows_are_bounded(void **state)
{
    struct tbl *tbl = tbl_new(1);

    (void)state;
    for (int i = 0; i < TBL_MAX_ROWS; i++)
        assert_int_equal(tbl_add(tbl, STR("x")), 0);
    assert_int_equal(tbl_add(tbl, STR("x")), E_LIMIT);
    tbl_free(tbl);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up),
        cmocka_unit_test(the_widest_is_cut),
        cmocka_unit_test(two_wide_columns_share),
        cmocka_unit_test(foreign_text_steers_nothing),
        cmocka_unit_test(edges),
        cmocka_unit_test(rows_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
