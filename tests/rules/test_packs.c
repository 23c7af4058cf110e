/*
 * The shipped packs: every rule has at least three samples that it finds and
 * three that it does not, and does so; and on a set of items of our own the
 * whole tells events from everything else.
 */
#include <string.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "rules/files.h"
#include "rules/model.h"

enum { SAMPLES_LEAST = 3 };
/* What the whole has to reach on items.jsonl, in per cent. */
enum { PRECISION_LEAST = 95, RECALL_LEAST = 93 };

struct fixture {
    struct arena *arena, *scratch;
    struct rule_files *files;
    struct rule_file region;
    struct toc_errors errors;
    struct model model;
    struct ruleset *set;
    struct matcher *matcher;
};

static int
set_up(void **state)
{
    static struct fixture f;

    f.arena = arena_new((size_t)1 << 28);
    f.scratch = arena_new(ARENA_CAP_DEFAULT);
    f.files = ARENA_NEW(f.arena, struct rule_files);
    assert_int_equal(
        rule_files_add(f.files, f.arena, SOURCE_DIR "/rules/packs", &f.errors),
        0);
    assert_int_equal(rule_files_read(f.arena, TESTS_DIR "/rules/region.json",
                         &f.errors, &f.region),
        0);
    model_init(&f.model, f.arena, &f.errors);
    assert_int_equal(model_region(&f.model, &f.region), 0);
    for (size_t i = 0; i < f.files->n; i++)
        assert_int_equal(model_load(&f.model, &f.files->file[i]), 0);
    int err = ruleset_compile(
        f.files->file, f.files->n, &f.region, &f.errors, &f.set);
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

/* Whether rule is found on the sample. */
static bool
finds(struct fixture *f, const struct model_rule *rule,
    const struct model_sample *s)
{
    struct rule_item item = {.title = s->title,
        .text = s->text,
        .source = {.kind = s->kind, .tags = s->tags, .ntags = s->ntags},
        .published = WALL_NONE};
    struct verdict v;

    if (!s->title.n && !(rule->fields & FIELDS_TEXT)) {
        item.title = s->text;
        item.text = STR_NONE;
    }
    arena_clear(f->scratch);
    assert_int_equal(match_item(f->matcher, &item, f->scratch, &v), 0);
    for (size_t i = 0; i < v.nfindings; i++)
        if (str_eq(ruleset_rule(f->set, v.findings[i].rule).id, rule->id))
            return true;
    return false;
}

static void
samples_are_right(void **state)
{
    struct fixture *f = *state;
    unsigned wrong = 0, samples = 0;

    for (struct model_rule *r = f->model.rules; r; r = r->next) {
        unsigned hits = 0, misses = 0;
        if (r->flags & RULE_HELPER)
            continue;
        for (const struct model_sample *s = r->samples; s; s = s->next) {
            hits += s->hit;
            misses += !s->hit;
            samples++;
            if (finds(f, r, s) == s->hit)
                continue;
            fprintf(stderr, "%s:%u: %.*s %s\n", s->place.file, s->place.line,
                STR_ARG(r->id), s->hit ? "misses its hit" : "hits its miss");
            wrong++;
        }
        if (hits < SAMPLES_LEAST || misses < SAMPLES_LEAST) {
            fprintf(stderr, "%s:%u: %.*s has %u hits and %u misses\n",
                r->place.file, r->place.line, STR_ARG(r->id), hits, misses);
            wrong++;
        }
    }
    printf("%zu rules, %u samples\n", f->model.nrules, samples);
    assert_int_equal(wrong, 0);
}

static void
every_category_has_rules(void **state)
{
    static const char *const names[] = {"accident", "food", "health",
        "violence", "building_fire", "transport", "drowning", "fees", "exams",
        "weather", "commercial", "site_integrity", "privacy", "data_error"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unsigned n = 0;
        for (struct model_rule *r = f->model.rules; r; r = r->next)
            n += str_eq(r->category, str_of(names[i]));
        assert_true(n >= 3);
    }
}

/* Level of one line of items.jsonl; what it should be in *ret_alert. */
static enum level
level_of(struct fixture *f, const json_t *j, bool *ret_alert)
{
    const json_t *source = json_object_get(j, "source");
    struct str tags[1] = {STR("local")};
    struct rule_item item = {.title = jsonx_get_str(j, "title"),
        .text = jsonx_get_str(j, "text"),
        .source = {.kind = jsonx_get_str(source, "kind"),
            .tags = tags,
            .ntags = 1},
        .published = WALL_NONE};
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    struct verdict v;
    struct score s;

    arena_clear(f->scratch);
    *ret_alert = json_is_true(json_object_get(j, "alert"));
    assert_int_equal(match_item(f->matcher, &item, f->scratch, &v), 0);
    assert_int_equal(
        score_verdict(f->set, &v, &item, &neutral, f->scratch, &s), 0);
    return s.level;
}

static void
events_are_told_from_the_rest(void **state)
{
    struct fixture *f = *state;
    struct buf text;
    struct str rest;
    unsigned right = 0, wrong = 0, missed = 0;

    buf_init(&text, 1 << 20);
    assert_int_equal(file_read(TESTS_DIR "/rules/items.jsonl", &text, NULL), 0);
    rest = buf_str(&text);
    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        json_t *j;
        bool alert;
        if (line.n == 0)
            continue;
        assert_int_equal(jsonx_load(line, NULL, &j), 0);
        bool found = level_of(f, j, &alert) != LEVEL_NONE;
        right += found && alert;
        wrong += found && !alert;
        missed += !found && alert;
        if (found != alert)
            printf("%s %s\n", found ? "wrong" : "missed",
                json_string_value(json_object_get(j, "title")));
        json_decref(j);
    }
    buf_done(&text);
    printf("%u found, %u wrongly, %u missed\n", right, wrong, missed);
    assert_true(right * 100 >= PRECISION_LEAST * (right + wrong));
    assert_true(right * 100 >= RECALL_LEAST * (right + missed));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_right),
        cmocka_unit_test(every_category_has_rules),
        cmocka_unit_test(events_are_told_from_the_rest),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
