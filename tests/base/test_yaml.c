#include "base/buf.h"
#include "base/yaml.h"
#include "check.h"

struct fixture {
    struct arena *arena;
    struct toc_errors errors;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->arena = arena_new(ARENA_CAP_DEFAULT);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    arena_free(f->arena);
    toc_errors_done(&f->errors);
    free(f);
    return 0;
}

/* Parse what must be good. */
static struct ynode *
parse(struct fixture *f, const char *text)
{
    struct ynode *root = NULL;
    int err = yaml_parse(f->arena, "t.yaml", str_of(text), &f->errors, &root);

    if (err)
        fail_msg("%u:%u: %s", f->errors.list[0].line, f->errors.list[0].column,
            f->errors.list[0].text);
    return root;
}

/* Parse what must be refused, with its first error at line:column holding
 * words. */
static void
assert_refused(struct fixture *f, const char *text, unsigned line,
    unsigned column, const char *words)
{
    struct ynode *root = NULL;

    toc_errors_done(&f->errors);
    assert_int_equal(
        yaml_parse(f->arena, "t.yaml", str_of(text), &f->errors, &root),
        E_CONF);
    assert_null(root);
    assert_true(f->errors.n > 0);
    if (f->errors.list[0].line != line || f->errors.list[0].column != column ||
        !strstr(f->errors.list[0].text, words))
        fail_msg("%u:%u: %s", f->errors.list[0].line, f->errors.list[0].column,
            f->errors.list[0].text);
    assert_string_equal(f->errors.list[0].file, "t.yaml");
}

static void
a_tree_with_places(void **state)
{
    struct ynode *root = parse(*state, "name: 云溪\n"
                                       "list:\n"
                                       "  - a\n"
                                       "  - 'b'\n"
                                       "  - {x: 1, y: ~}\n");
    struct ynode *list, *map;

    assert_int_equal(root->type, YAML_MAP);
    assert_int_equal(root->count, 2);
    assert_str(yaml_get(root, "name")->text, "云溪");
    assert_int_equal(yaml_get(root, "name")->column, 7);
    assert_null(yaml_get(root, "other"));
    assert_null(yaml_get(NULL, "name"));
    list = yaml_get(root, "list");
    assert_int_equal(list->type, YAML_SEQ);
    assert_int_equal(list->count, 3);
    assert_str(list->key->text, "list");
    assert_int_equal(list->key->line, 2);
    assert_str(list->first->text, "a");
    assert_false(list->first->quoted);
    assert_true(list->first->next->quoted);
    map = list->first->next->next;
    assert_null(map->next);
    assert_int_equal(map->line, 5);
    assert_int_equal(map->column, 5);
    assert_true(yaml_is_null(yaml_get(map, "y")));
    assert_false(yaml_is_null(yaml_get(map, "x")));
}

static void
empty_files(void **state)
{
    assert_null(parse(*state, ""));
    assert_null(parse(*state, "# only a comment\n"));
    assert_null(parse(*state, "\xEF\xBB\xBF"));
    assert_true(yaml_is_null(parse(*state, "---\n")));
    assert_str(yaml_get(parse(*state, "\xEF\xBB\xBF"
                                      "a: b"),
                   "a")
                   ->text,
        "b");
}

static void
text_tags_are_text(void **state)
{
    struct ynode *root = parse(*state, "a: !!str 12\nb: ! 13\nc: \"~\"\n");

    assert_true(yaml_get(root, "a")->quoted);
    assert_true(yaml_get(root, "b")->quoted);
    assert_false(yaml_is_null(yaml_get(root, "c")));
}

static void
what_is_refused(void **state)
{
    assert_refused(*state, "a: 1\nb: 2\na: 3\n", 3, 1, "first is on line 1");
    assert_refused(*state, "a: &x 1\nb: *x\n", 2, 4, "alias");
    assert_refused(*state, "a: !!int 1\n", 1, 4, "tag");
    assert_refused(*state, "a: !mine [1]\n", 1, 4, "tag");
    assert_refused(*state, "a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_refused(*state, "[a]: 1\n", 1, 1, "cannot be a key");
    assert_refused(*state, "a:\n\t- b\n", 2, 1, "tabs");
    assert_refused(*state, "a: \"open\n", 2, 1, "not closed");
    assert_refused(*state, "a: b: c\n", 1, 5, "quotes");
    assert_refused(*state, "a: 1\n b: 2\n", 2, 3, "indentation");
    assert_refused(*state, "a: [1, 2\nb: 3\n", 2, 2, "missing");
    assert_refused(*state, "a: 云\xFF\n", 1, 5, "UTF-8");
    assert_refused(*state, "a: b\nc: \x01\n", 2, 4, "control characters");
}

static void
several_errors_at_once(void **state)
{
    struct fixture *f = *state;

    assert_refused(f, "a: 1\na: 2\nb: *x\nb: !t 3\n", 2, 1, "second time");
    assert_int_equal(f->errors.n, 4);
    assert_int_equal(f->errors.list[1].line, 3);
    assert_int_equal(f->errors.list[2].line, 4);
    assert_int_equal(f->errors.list[3].line, 4);
}

static void
errors_may_be_nobodys(void **state)
{
    struct fixture *f = *state;
    struct ynode *root = NULL;

    assert_int_equal(
        yaml_parse(f->arena, "t", STR("a: *b"), NULL, &root), E_CONF);
}

static void
depth_is_bounded(void **state)
{
    struct buf text;

    buf_init(&text, 1000);
    for (int i = 0; i < YAML_MAX_DEPTH; i++)
        buf_add_char(&text, '[');
    for (int i = 0; i < YAML_MAX_DEPTH; i++)
        buf_add_char(&text, ']');
    assert_non_null(parse(*state, buf_cstr(&text)));
    buf_clear(&text);
    for (int i = 0; i < YAML_MAX_DEPTH + 1; i++)
        buf_add_char(&text, '[');
    assert_refused(*state, buf_cstr(&text), 1, YAML_MAX_DEPTH + 1, "deep");
    buf_done(&text);
}

static void
memory_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct arena *small = arena_new(300);
    struct ynode *root = NULL;

    assert_int_equal(
        yaml_parse(small, "t", STR("a: [1, 2, 3, 4, 5, 6, 7, 8, 9]"),
            &f->errors, &root),
        E_CONF);
    assert_int_equal(f->errors.n, 1);
    arena_free(small);
}

/* Many keys in one map take no quadratic time: this ends at once or never. */
static void
many_keys(void **state)
{
    struct buf text;

    buf_init(&text, 10 * 1024 * 1024);
    for (unsigned i = 0; i < 50000; i++)
        buf_printf(&text, "k%u: 1\n", i);
    assert_int_equal(parse(*state, buf_cstr(&text))->count, 50000);
    buf_add_cstr(&text, "k49999: 1\n");
    assert_refused(*state, buf_cstr(&text), 50001, 1, "line 50000");
    buf_done(&text);
}

/* Read one scalar of "key: text" by each reader. */
static struct ynode *
value_of(struct fixture *f, const char *text)
{
    struct buf line;
    struct ynode *root;

    buf_init(&line, 1000);
    buf_printf(&line, "key: %s\n", text);
    root = parse(f, buf_cstr(&line));
    buf_done(&line);
    toc_errors_done(&f->errors);
    return yaml_get(root, "key");
}

static void
assert_said(struct fixture *f, const char *sentence)
{
    assert_int_equal(f->errors.n, 1);
    assert_string_equal(f->errors.list[0].text, sentence);
    assert_int_equal(f->errors.list[0].line, 1);
    assert_int_equal(f->errors.list[0].column, 6);
}

static void
booleans(void **state)
{
    struct fixture *f = *state;
    bool b = false;

    assert_int_equal(yaml_bool(value_of(f, "true"), "t", &f->errors, &b), 0);
    assert_true(b);
    assert_int_equal(yaml_bool(value_of(f, "false"), "t", &f->errors, &b), 0);
    assert_false(b);
    assert_int_equal(
        yaml_bool(value_of(f, "yes"), "t", &f->errors, &b), E_CONF);
    assert_said(f, "key is to be true or false, not yes");
    assert_int_equal(
        yaml_bool(value_of(f, "'true'"), "t", &f->errors, &b), E_CONF);
    assert_said(f, "key is to be true or false, not \"true\"");
    assert_int_equal(
        yaml_bool(value_of(f, "[true]"), "t", &f->errors, &b), E_CONF);
    assert_said(f, "key is to be true or false, not a list");
    toc_errors_done(&f->errors);
    assert_int_equal(yaml_bool(NULL, "t", &f->errors, &b), E_CONF);
    assert_int_equal(f->errors.n, 1);
}

static void
numbers(void **state)
{
    struct fixture *f = *state;
    int64_t n = 0;
    double d = 0;

    assert_int_equal(
        yaml_int(value_of(f, "-3"), "t", &f->errors, -5, 5, &n), 0);
    assert_int_equal(n, -3);
    assert_int_equal(
        yaml_int(value_of(f, "6"), "t", &f->errors, -5, 5, &n), E_CONF);
    assert_said(f, "key is to be a whole number from -5 to 5, not 6");
    assert_int_equal(
        yaml_int(value_of(f, "1.5"), "t", &f->errors, -5, 5, &n), E_CONF);
    assert_int_equal(
        yaml_int(value_of(f, "\"3\""), "t", &f->errors, -5, 5, &n), E_CONF);
    assert_int_equal(
        yaml_int(value_of(f, ""), "t", &f->errors, -5, 5, &n), E_CONF);
    assert_string_equal(f->errors.list[0].text,
        "key is to be a whole number from -5 to 5, not nothing");
    assert_int_equal(
        yaml_double(value_of(f, "0.25"), "t", &f->errors, 0, 1, &d), 0);
    assert_true(d > 0.24 && d < 0.26);
    assert_int_equal(
        yaml_double(value_of(f, "2"), "t", &f->errors, 0, 1, &d), E_CONF);
    assert_said(f, "key is to be a number from 0 to 1, not 2");
}

static void
durations(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"30s", 30000}, {"5m", 300000}, {"2h", 7200000},
        {"1d", 86400000}, {"1h30m", 5400000}, {"500ms", 500}, {"0s", 0},
        {"'5m'", 300000}, {"1d1h1m1s1ms", 90061001}};
    static const char *const wrong[] = {"30", "s", "5 m", "1.5h", "-5s", "5M",
        "30m1h", "1h1h", "1hh", "99999999999999999999s", "300000000000d", "''",
        "[5m]"};
    struct fixture *f = *state;
    int64_t ms = 0;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(yaml_duration(value_of(f, good[i].text), "t",
                             &f->errors, 0, 100000000, &ms),
            0);
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(yaml_duration(value_of(f, wrong[i]), "t", &f->errors,
                             0, INT64_MAX, &ms),
            E_CONF);
    assert_int_equal(
        yaml_duration(value_of(f, "5s"), "t", &f->errors, 90000, 86400000, &ms),
        E_CONF);
    assert_said(f, "key is to be a time with its unit (30s, 5m, 1h30m, 1d) "
                   "from 90s to 1d, not 5s");
}

static void
sizes(void **state)
{
    struct fixture *f = *state;
    int64_t n = 0;

    assert_int_equal(
        yaml_size(value_of(f, "64KiB"), "t", &f->errors, 0, 1 << 30, &n), 0);
    assert_int_equal(n, 65536);
    assert_int_equal(
        yaml_size(value_of(f, "1000"), "t", &f->errors, 0, 1 << 30, &n), 0);
    assert_int_equal(n, 1000);
    assert_int_equal(
        yaml_size(value_of(f, "64KB"), "t", &f->errors, 0, 1 << 30, &n),
        E_CONF);
    assert_int_equal(
        yaml_size(value_of(f, "2GiB"), "t", &f->errors, 1024, 1 << 30, &n),
        E_CONF);
    assert_said(f, "key is to be a size (64KiB, 8MiB, or bytes) from 1KiB to "
                   "1GiB, not 2GiB");
}

static void
texts(void **state)
{
    struct fixture *f = *state;
    struct str s = STR_NONE;

    assert_int_equal(yaml_str(value_of(f, "云溪"), "t", &f->errors, &s), 0);
    assert_str(s, "云溪");
    assert_int_equal(yaml_str(value_of(f, "12"), "t", &f->errors, &s), 0);
    assert_int_equal(yaml_str(value_of(f, "''"), "t", &f->errors, &s), 0);
    assert_str(s, "");
    assert_int_equal(yaml_str(value_of(f, "~"), "t", &f->errors, &s), E_CONF);
    assert_said(f, "key is to be a text, not nothing");
    assert_int_equal(
        yaml_str(value_of(f, "{a: b}"), "t", &f->errors, &s), E_CONF);
    assert_said(f, "key is to be a text, not a group of keys");
}

static void
unknown_keys_get_a_suggestion(void **state)
{
    static const char *const allowed[] = {"interval", "url", "owner", NULL};
    struct fixture *f = *state;
    struct ynode *root = parse(f, "url: x\n"
                                  "intervall: 5m\n"
                                  "onwers: y\n"
                                  "colour: z\n");

    yaml_check_keys(root, "t.yaml", &f->errors, allowed);
    assert_int_equal(f->errors.n, 3);
    assert_string_equal(f->errors.list[0].text,
        "key \"intervall\" is not known here; did you mean \"interval\"?");
    assert_int_equal(f->errors.list[0].line, 2);
    assert_int_equal(f->errors.list[0].column, 1);
    assert_string_equal(f->errors.list[1].text,
        "key \"onwers\" is not known here; did you mean \"owner\"?");
    assert_string_equal(f->errors.list[2].text,
        "key \"colour\" is not known here; known are interval, url, owner");
    toc_errors_done(&f->errors);
    yaml_check_keys(yaml_get(root, "url"), "t.yaml", &f->errors, allowed);
    assert_int_equal(f->errors.n, 1);
}

static void
long_keys_do_no_harm(void **state)
{
    static const char *const allowed[] = {"a", NULL};
    struct fixture *f = *state;
    struct buf text;

    buf_init(&text, 2000);
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, 'k');
    buf_add_cstr(&text, ": 1");
    yaml_check_keys(parse(f, buf_cstr(&text)), "t", &f->errors, allowed);
    assert_int_equal(f->errors.n, 1);
    buf_done(&text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tree_with_places),
        TEST(empty_files),
        TEST(text_tags_are_text),
        TEST(what_is_refused),
        TEST(several_errors_at_once),
        TEST(errors_may_be_nobodys),
        TEST(depth_is_bounded),
        TEST(memory_is_bounded),
        TEST(many_keys),
        TEST(booleans),
        TEST(numbers),
        TEST(durations),
        TEST(sizes),
        TEST(texts),
        TEST(unknown_keys_get_a_suggestion),
        TEST(long_keys_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
