/*
 * The shipped packs on sets of items that were written and labelled before
 * they were measured: how many of the alerts are right, how many events are
 * found, and how often the level is one that the label allows.
 *
 * fixtures/items-N.jsonl: id, title, text, source, level_min, level_max, and
 * the category of an event or the trap that something else sets.
 */
#include <string.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "rules/files.h"

/* What every set has to reach, in per cent. */
enum { PRECISION_LEAST = 94, RECALL_LEAST = 93, LEVEL_LEAST = 94 };
enum { MAX_TAGS = 8, MAX_SET_BYTES = 1 << 20 };

#define FIXTURES TESTS_DIR "/rules/fixtures/"

struct fixture {
    struct arena *arena, *scratch;
    struct rule_files *files;
    struct toc_errors errors;
    struct ruleset *set;
    struct matcher *matcher;
};

/* How one set came out. */
struct outcome {
    unsigned items, found, wrongly, missed, in_range;
};

static const char *const level_names[] = {
    "none", "blue", "yellow", "orange", "red"};

static int
set_up(void **state)
{
    static struct fixture f;
    struct rule_file region;

    f.arena = arena_new((size_t)1 << 28);
    f.scratch = arena_new(ARENA_CAP_DEFAULT);
    f.files = ARENA_NEW(f.arena, struct rule_files);
    assert_int_equal(
        rule_files_add(f.files, f.arena, SOURCE_DIR "/rules/packs", &f.errors),
        0);
    assert_int_equal(
        rule_files_read(f.arena, FIXTURES "region.json", &f.errors, &region),
        0);
    int err =
        ruleset_compile(f.files->file, f.files->n, &region, &f.errors, &f.set);
    toc_errors_print(&f.errors, stderr);
    assert_int_equal(err, 0);
    assert_int_equal(matcher_new(f.set, &f.matcher), 0);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    matcher_free(f->matcher);
    ruleset_free(f->set);
    toc_errors_done(&f->errors);
    arena_free(f->scratch);
    arena_free(f->arena);
    return 0;
}

static enum level
level_named(struct str name)
{
    for (unsigned i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
        if (str_eq(name, str_of(level_names[i])))
            return (enum level)i;
    fail_msg("no level %.*s", STR_ARG(name));
    return LEVEL_NONE;
}

static enum level
level_of(struct fixture *f, const json_t *j)
{
    const json_t *source = json_object_get(j, "source");
    const json_t *list = json_object_get(source, "tags"), *tag;
    struct str tags[MAX_TAGS];
    size_t i;
    struct rule_item item = {.title = jsonx_get_str(j, "title"),
        .text = jsonx_get_str(j, "text"),
        .source = {.kind = jsonx_get_str(source, "kind"), .tags = tags},
        .published = WALL_NONE};
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    struct verdict v;
    struct score s;

    json_array_foreach(list, i, tag)
    {
        assert_true(i < MAX_TAGS);
        tags[item.source.ntags++] = str_of(json_string_value(tag));
    }
    arena_clear(f->scratch);
    assert_int_equal(match_item(f->matcher, &item, f->scratch, &v), 0);
    assert_int_equal(
        score_verdict(f->set, &v, &item, &neutral, f->scratch, &s), 0);
    return s.level;
}

/* Say what went wrong with an item: what it was, what it should have been. */
static void
print_confusion(const json_t *j, enum level got)
{
    struct str what = jsonx_get_str(j, "category");

    if (!what.n)
        what = jsonx_get_str(j, "trap");
    printf("  %s, %.*s, is %s and should be %s to %s: %s\n",
        json_string_value(json_object_get(j, "id")), STR_ARG(what),
        level_names[got], json_string_value(json_object_get(j, "level_min")),
        json_string_value(json_object_get(j, "level_max")),
        json_string_value(json_object_get(j, "title")));
}

static void
judge(struct fixture *f, struct str line, struct outcome *out)
{
    json_t *j;

    assert_int_equal(jsonx_load(line, NULL, &j), 0);
    enum level low = level_named(jsonx_get_str(j, "level_min"));
    enum level high = level_named(jsonx_get_str(j, "level_max"));
    enum level got = level_of(f, j);
    bool event = low != LEVEL_NONE;
    bool right = got >= low && got <= high;

    out->items++;
    out->found += event && got != LEVEL_NONE;
    out->wrongly += !event && got != LEVEL_NONE;
    out->missed += event && got == LEVEL_NONE;
    out->in_range += right;
    if (!right)
        print_confusion(j, got);
    json_decref(j);
}

static void
judge_set(struct fixture *f, const char *path, struct outcome *out)
{
    struct buf text;

    buf_init(&text, MAX_SET_BYTES);
    assert_int_equal(file_read(path, &text, NULL), 0);
    for (struct str rest = buf_str(&text); rest.p;) {
        struct str line = str_split(&rest, '\n');
        if (line.n > 0)
            judge(f, line, out);
    }
    buf_done(&text);
}

static void
sets_are_told_right(void **state)
{
    static const char *const sets[] = {FIXTURES "items-1.jsonl",
        FIXTURES "items-2.jsonl", FIXTURES "items-3.jsonl",
        FIXTURES "items-4.jsonl", FIXTURES "items-5.jsonl",
        FIXTURES "items-6.jsonl", FIXTURES "items-7.jsonl",
        FIXTURES "items-8.jsonl", FIXTURES "items-9.jsonl",
        FIXTURES "items-10.jsonl", FIXTURES "items-11.jsonl",
        FIXTURES "items-12.jsonl", FIXTURES "items-13.jsonl",
        FIXTURES "items-14.jsonl", FIXTURES "items-15.jsonl",
        FIXTURES "items-16.jsonl", FIXTURES "items-17.jsonl",
        FIXTURES "items-18.jsonl"};
    unsigned below = 0;

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct outcome o = {0};
        judge_set(*state, sets[i], &o);
        printf("set %zu: %u items, %u found, %u wrongly, %u missed, "
               "%u levels right\n",
            i + 1, o.items, o.found, o.wrongly, o.missed, o.in_range);
        assert_true(o.items >= 70);
        below += o.found * 100 < PRECISION_LEAST * (o.found + o.wrongly) ||
                 o.found * 100 < RECALL_LEAST * (o.found + o.missed) ||
                 o.in_range * 100 < LEVEL_LEAST * o.items;
    }
    assert_int_equal(below, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_told_right),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
