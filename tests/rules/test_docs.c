/*
 * docs/rules.md in step: each of its examples is a rule file that compiles, and
 * each key that a rule may have is explained.
 */
#include "base/file.h"
#include "check.h"

static struct buf text;

static int
set_up(void **state)
{
    (void)state;
    buf_init(&text, 1 << 20);
    return file_read(SOURCE_DIR "/docs/rules.md", &text, NULL);
}

static int
tear_down(void **state)
{
    (void)state;
    buf_done(&text);
    return 0;
}

/* Put what lies between the fences of the next example into *ret. */
static bool
next_example(struct str *rest, struct str *ret)
{
    size_t begin = str_find(*rest, STR("\n```yaml\n"));

    if (begin == rest->n)
        return false;
    *rest = str_from(*rest, begin + 9);
    size_t end = str_find(*rest, STR("\n```\n"));
    *ret = str_first(*rest, end + 1);
    *rest = str_from(*rest, end);
    return true;
}

static void
examples_compile(void **state)
{
    struct str rest = buf_str(&text), example;
    size_t n = 0;

    (void)state;
    while (next_example(&rest, &example)) {
        struct rule_file file = {.name = "docs/rules.md", .text = example};
        struct toc_errors errors = {.n = 0};
        struct ruleset *set = NULL;
        int err = ruleset_compile_with(&file, 1, NULL, &errors, &set);

        if (err != 0) {
            fprintf(stderr, "%.*s", STR_ARG(example));
            toc_errors_print(&errors, stderr);
        }
        assert_int_equal(err, 0);
        toc_errors_done(&errors);
        ruleset_free(set);
        n++;
    }
    assert_true(n >= 8);
}

static void
every_key_is_explained(void **state)
{
    static const char *const keys[] = {"id", "title", "category", "points",
        "fields", "sources", "raw", "status", "all", "any", "none", "near",
        "at_least", "composite", "samples", "note", "region", "helper",
        "context", "level", "at_most", "since", "until", "replaced_by", "body",
        "backfill", "lists", "categories", "levels", "others_percent",
        "half_life", "furniture", "include", "overrides", "pack"};
    char quoted[64];

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        snprintf(quoted, sizeof(quoted), "`%s`", keys[i]);
        if (str_find(buf_str(&text), str_of(quoted)) == text.n)
            fail_msg("docs/rules.md does not explain %s", quoted);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_compile),
        cmocka_unit_test(every_key_is_explained),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
