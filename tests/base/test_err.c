#include "base/err.h"
#include "base/utf8.h"
#include "check.h"

static void
every_error_has_class_and_text(void **state)
{
    (void)state;
    assert_int_equal(err_class(E_NOMEM), ERR_TRANSIENT);
    assert_int_equal(err_class(E_CONF), ERR_PERMANENT);
    assert_int_equal(err_class(E_LIMIT), ERR_LIMIT);
    assert_int_equal(err_class(E_BUG), ERR_BUG);
    assert_string_equal(err_text(E_DENIED), "not allowed");
    for (int err = E_BUG; err < 0; err++) {
        assert_non_null(err_text(err));
        assert_string_not_equal(err_text(err), "unknown error");
    }
}

static void
an_unknown_error_is_a_bug(void **state)
{
    (void)state;
    assert_int_equal(err_class(-1000), ERR_BUG);
    assert_int_equal(err_class(7), ERR_BUG);
    assert_non_null(err_text(-1000));
    assert_non_null(err_text(0));
}

static void
error_set_fills_all_fields(void **state)
{
    struct toc_error error;

    (void)state;
    toc_error_set(&error, "a.yaml", 3, 7, "%s is %d", "x", 5);
    assert_string_equal(error.file, "a.yaml");
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 7);
    assert_string_equal(error.text, "x is 5");
    toc_error_set(NULL, "a.yaml", 3, 7, "nobody listens");
    toc_error_set(&error, NULL, 0, 0, "no file");
    assert_string_equal(error.file, "");
}

static void
long_text_is_cut_between_characters(void **state)
{
    struct toc_error error;
    char file[1000], text[3 * 1000 + 1];

    (void)state;
    memset(file, 'f', sizeof(file) - 1);
    file[sizeof(file) - 1] = '\0';
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 3 * i, "县", 3);
    text[sizeof(text) - 1] = '\0';
    toc_error_set(&error, file, 1, 1, "%s", text);
    assert_int_equal(strlen(error.file), sizeof(error.file) - 1);
    assert_true(strlen(error.text) < sizeof(error.text));
    assert_true(strlen(error.text) > sizeof(error.text) - 5);
    assert_true(utf8_is_valid(str_of(error.text)));
}

static void
errors_keep_at_most_their_limit(void **state)
{
    struct toc_errors errors = {0};

    (void)state;
    assert_false(toc_errors_any(&errors));
    assert_false(toc_errors_any(NULL));
    for (unsigned i = 0; i < TOC_ERRORS_MAX + 5; i++)
        toc_errors_add(&errors, "f", i + 1, 1, "number %u", i);
    assert_true(toc_errors_any(&errors));
    assert_int_equal(errors.n, TOC_ERRORS_MAX);
    assert_int_equal(errors.dropped, 5);
    for (unsigned i = 0; i < TOC_ERRORS_MAX; i++)
        assert_int_equal(errors.list[i].line, i + 1);
    toc_errors_done(&errors);
    assert_false(toc_errors_any(&errors));
    toc_errors_add(&errors, "f", 1, 1, "usable again");
    assert_int_equal(errors.n, 1);
    toc_errors_done(&errors);
    toc_errors_add(NULL, "f", 1, 1, "nobody listens");
}

static void
errors_print_one_per_line(void **state)
{
    struct toc_errors errors = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);

    (void)state;
    assert_non_null(stream);
    toc_errors_add(&errors, "a.yaml", 3, 7, "first");
    toc_errors_add(&errors, "b.yaml", 0, 0, "second");
    toc_errors_print(&errors, stream);
    fclose(stream);
    assert_string_equal(text, "a.yaml:3:7: first\nb.yaml: second\n");
    free(text);
    toc_errors_done(&errors);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_class_and_text),
        cmocka_unit_test(an_unknown_error_is_a_bug),
        cmocka_unit_test(error_set_fills_all_fields),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(errors_keep_at_most_their_limit),
        cmocka_unit_test(errors_print_one_per_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
