/*
 * The public Mustache specification's cases, as they lie in the shared
 * corpora: each line of cases.jsonl has template, data, partials, expected.
 */
#include "base/file.h"
#include "base/jsonx.h"
#include "base/tmpl.h"
#include "check.h"

enum { SKIPPED = 77, FILE_MAX = 10 * 1024 * 1024, PARTIALS_MAX = 16 };

struct partials {
    const json_t *texts;
    struct str names[PARTIALS_MAX];
    struct tmpl *parsed[PARTIALS_MAX];
    size_t n;
};

static const struct tmpl *
find_partial(void *arg, struct str name)
{
    struct partials *p = arg;
    const json_t *text = json_object_getn(p->texts, name.p, name.n);

    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->names[i], name))
            return p->parsed[i];
    if (!text || p->n == PARTIALS_MAX)
        return NULL;
    if (tmpl_parse("partial", str_of(json_string_value(text)), TMPL_HTML, NULL,
            &p->parsed[p->n]))
        return NULL;
    p->names[p->n] = name;
    return p->parsed[p->n++];
}

/* Render one case; whether it gives what it should. */
static bool
is_right(const json_t *c)
{
    struct partials partials = {.texts = json_object_get(c, "partials")};
    struct tmpl *tmpl = NULL;
    struct buf out;
    bool right;

    buf_init(&out, FILE_MAX);
    right = tmpl_parse("template", jsonx_get_str(c, "template"), TMPL_HTML,
                NULL, &tmpl) == 0 &&
            tmpl_render(tmpl, json_object_get(c, "data"), find_partial,
                &partials, &out) == 0 &&
            str_eq(buf_str(&out), jsonx_get_str(c, "expected"));
    if (!right)
        print_error(
            "%.*s: \"%s\"\n", STR_ARG(jsonx_get_str(c, "id")), buf_cstr(&out));
    buf_done(&out);
    for (size_t i = 0; i < partials.n; i++)
        tmpl_free(partials.parsed[i]);
    tmpl_free(tmpl);
    return right;
}

static struct str cases;

static void
every_case_of_the_specification(void **state)
{
    struct str rest = cases;
    unsigned wrong = 0, count = 0;

    (void)state;
    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        json_t *c = NULL;

        if (line.n == 0)
            continue;
        assert_int_equal(jsonx_load(line, NULL, &c), 0);
        wrong += !is_right(c);
        count++;
        json_decref(c);
    }
    assert_true(count > 0);
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_specification),
    };
    const char *shared = getenv("TOCSIN_SHARED");
    char path[4096];
    struct buf bytes;
    int failed;

    snprintf(path, sizeof(path), "%s/corpora/mustache/cases.jsonl",
        shared ? shared : SOURCE_DIR "/../shared");
    buf_init(&bytes, FILE_MAX);
    if (file_read(path, &bytes, NULL)) {
        print_message("skipped: no %s\n", path);
        return SKIPPED;
    }
    cases = buf_str(&bytes);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&bytes);
    return failed;
}
