/*
 * The score of an event: the heaviest item and how many independent sources
 * report it, the same in whatever order they come, and never less for more;
 * and the explanation that people see, byte for byte.
 */
#include <stdlib.h>

#include "base/jsonx.h"
#include "check.h"
#include "rules/explain.h"
#include "rules/weigh.h"

static const char yaml[] =
    "levels: {blue: 20, yellow: 40, orange: 60, red: 80}\n"
    "others_percent: 50\n"
    "categories:\n"
    "  food: {title: 食品, cap: 50, half_life: 30d}\n"
    "  context: {title: 语境, modifier: true}\n"
    "rules:\n"
    "  - {id: sick, title: 有人不适, category: food, points: 40, any: [呕吐]}\n"
    "  - {id: many, title: 多人, category: food, points: 30, any: [多名]}\n"
    "  - {id: fee, title: 收费, category: fees, points: 20, any: [收费]}\n"
    "  - {id: drill, title: 演练, category: context, points: -20, context: "
    "drill, at_most: blue, any: [演练]}\n"
    "  - {id: new, title: 新规则, category: food, points: 25, status: test, "
    "any: [送医]}\n";

static struct check_set fx;

static int
set_up(void **state)
{
    (void)state;
    fx = check_open(check_compile(yaml));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    check_close(&fx);
    return 0;
}

static struct score
score(const char *title, const char *tier, int weight)
{
    struct score_context c = SCORE_CONTEXT_NEUTRAL;
    struct rule_item item = {.title = str_of(title), .published = WALL_NONE};

    c.source_tier = str_of(tier);
    c.source_weight = weight;
    c.published = (struct wall){MS_DAY};
    c.now = (struct wall){4LL * MS_DAY};
    return check_score(&fx, &item, &c);
}

static void
the_explanation_to_the_byte(void **state)
{
    struct score s = score("学生呕吐送医 收费 演练", "press", 150);
    struct str text;

    (void)state;
    assert_int_equal(explain_score(fx.arena, &s, &text), 0);
    char *copy = arena_cstr(fx.arena, text);
    assert_string_equal(copy,
        "[{\"rule\":\"sick\",\"title\":\"有人不适\",\"category\":\"food\","
        "\"points\":40,\"text\":\"呕吐\"},"
        "{\"rule\":\"fee\",\"title\":\"收费\",\"category\":\"fees\","
        "\"points\":20,\"text\":\"收费\"},"
        "{\"rule\":\"new\",\"title\":\"新规则\",\"category\":\"food\","
        "\"points\":0,\"text\":\"送医\",\"status\":\"test\",\"would\":25},"
        "{\"rule\":\"drill\",\"title\":\"演练\",\"category\":\"context\","
        "\"points\":-20,\"text\":\"演练\",\"context\":\"drill\"},"
        "{\"rule\":\"other-categories\",\"title\":null,\"category\":null,"
        "\"points\":-10,\"text\":null},"
        "{\"rule\":\"age\",\"title\":null,\"category\":null,\"points\":-3,"
        "\"text\":\"3 d\"},"
        "{\"rule\":\"source-weight\",\"title\":null,\"category\":null,"
        "\"points\":13,\"text\":\"150 %\"},"
        "{\"rule\":\"source-tier\",\"title\":null,\"category\":null,"
        "\"points\":2,\"text\":\"press\"},"
        "{\"rule\":\"context-limit\",\"title\":null,\"category\":null,"
        "\"points\":-3,\"text\":\"blue\",\"context\":\"drill\"},"
        "{\"rule\":\"test-rules\",\"title\":null,\"category\":null,"
        "\"points\":0,\"text\":null,\"would_score\":39,\"would_level\":"
        "\"blue\"}]");
    assert_int_equal(s.points, 39);
}

/* The same items and rules give the same bytes. */
static void
it_is_the_same_each_time(void **state)
{
    char *first = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct check_set other = check_open(check_compile(yaml));
        struct rule_item item = {
            .title = STR("多名学生呕吐送医 演练"), .published = WALL_NONE};
        struct score s = check_score(&other, &item, NULL);
        struct str text;
        assert_int_equal(explain_score(other.arena, &s, &text), 0);
        if (first)
            assert_string_equal(first, arena_cstr(other.arena, text));
        else
            first = strdup(arena_cstr(other.arena, text));
        check_close(&other);
    }
    free(first);
}

/* --- events -----------------------------------------------------------------
 */

/* Points of the explanation; they are the score. */
static int
sum_of(struct str explanation)
{
    json_t *list, *line;
    size_t i;
    int sum = 0;

    assert_int_equal(jsonx_load(explanation, NULL, &list), 0);
    json_array_foreach(list, i, line) sum +=
        (int)json_integer_value(json_object_get(line, "points"));
    json_decref(list);
    return sum < 0 ? 0 : sum > 100 ? 100 : sum;
}

/* An item that comes, and from which source. */
struct arriving {
    struct score score;
    struct explain_source source;
};

static void
come(const struct arriving *items, const size_t *order, size_t n,
    struct arena *arena, struct explain_event *event)
{
    struct explain_source sources[16];

    *event = (struct explain_event){.score = 0};
    for (size_t i = 0; i < n; i++) {
        int before = event->score;
        enum level level = event->level;
        sources[i] = items[order[i]].source;
        unsigned count = explain_independent(sources, i + 1);
        assert_int_equal(explain_item(fx.set, &items[order[i]].score, count - 1,
                             arena, event),
            0);
        assert_true(event->score >= before && event->level >= level);
        assert_int_equal(sum_of(event->explanation), event->score);
    }
}

static void
shuffle(size_t *order, size_t n, unsigned *seed)
{
    for (size_t i = n; i > 1; i--) {
        *seed = *seed * 1103515245u + 12345u;
        size_t k = (*seed >> 16) % i, t = order[i - 1];
        order[i - 1] = order[k];
        order[k] = t;
    }
}

static void
order_is_of_no_account(void **state)
{
    static const char *const titles[] = {"呕吐", "多名", "多名呕吐", "收费",
        "呕吐 演练", "多名呕吐收费", "旧闻"};
    static const char *const tiers[] = {
        "own", "press", "forum", "aggregator", "institution"};
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    struct arena *arena = arena_new((size_t)1 << 28);
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct arriving items[8];
        size_t order[8], n = 2 + (size_t)round % 7;
        struct explain_event first, event;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245u + 12345u;
            const char *tier = tiers[(seed >> 8) % 5];
            items[i].score = score(
                titles[(seed >> 16) % 7], tier, 50 + (int)(seed >> 20) % 100);
            /* the texts of a score do not outlive the next one */
            for (size_t k = 0; k < items[i].score.nreasons; k++)
                items[i].score.reasons[k].text = STR_NONE;
            items[i].source = (struct explain_source){
                str_of(keys[(seed >> 12) % 5]), strcmp(tier, tiers[3]) == 0};
            order[i] = i;
        }
        come(items, order, n, arena, &first);
        for (int k = 0; k < 4; k++) {
            shuffle(order, n, &seed);
            come(items, order, n, arena, &event);
            assert_int_equal(event.score, first.score);
            assert_int_equal(event.level, first.level);
        }
        arena_clear(arena);
    }
    arena_free(arena);
}

static void
sources_count_when_they_are_independent(void **state)
{
    struct explain_source s[] = {{STR("owner a"), false},
        {STR("owner a"), false}, {STR("agg 1"), true}, {STR("agg 2"), true},
        {STR("owner b"), false}};

    (void)state;
    assert_int_equal(explain_independent(s, 0), 0);
    assert_int_equal(explain_independent(s, 1), 1);
    assert_int_equal(explain_independent(s, 2), 1);
    assert_int_equal(explain_independent(s, 4), 1); /* they repeat */
    assert_int_equal(explain_independent(s, 5), 2);
    assert_int_equal(explain_independent(&s[2], 2), 1);
    assert_int_equal(explain_independent(&s[2], 3), 1);
}

static void
corroboration_is_a_line(void **state)
{
    struct score s = score("呕吐", "", 100);
    struct explain_event e = {.score = 0};
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);

    (void)state;
    assert_int_equal(explain_item(fx.set, &s, 0, arena, &e), 0);
    assert_int_equal(e.score, 37);
    assert_int_equal(e.level, LEVEL_BLUE);
    assert_int_equal(explain_item(fx.set, &s, 2, arena, &e), 0);
    assert_int_equal(e.score, 45);
    assert_int_equal(e.level, LEVEL_YELLOW);
    assert_true(str_find(e.explanation,
                    STR("\"corroboration\",\"title\":null,\"category\":null,"
                        "\"points\":8,\"text\":\"2\"")) < e.explanation.n);
    /* fewer sources, because the configuration changed: nothing falls */
    assert_int_equal(explain_item(fx.set, &s, 0, arena, &e), 0);
    assert_int_equal(e.score, 45);
    /* what its context limits no number of sources lifts */
    s = score("呕吐 演练", "", 300);
    e = (struct explain_event){.score = 0};
    assert_int_equal(explain_item(fx.set, &s, 5, arena, &e), 0);
    assert_int_equal(e.score, 39);
    /* of nothing, nothing */
    s = score("旧闻", "", 100);
    e = (struct explain_event){.score = 0};
    assert_int_equal(explain_item(fx.set, &s, 5, arena, &e), 0);
    assert_int_equal(e.score, 0);
    arena_free(arena);
}

/* --- what weighs
 * -------------------------------------------------------------- */

static void
weights_only_grow(void **state)
{
    static const char *const tiers[] = {
        "forum", "aggregator", "press", "institution", "own"};

    (void)state;
    for (size_t i = 1; i < 5; i++)
        assert_true(
            weigh_tier(str_of(tiers[i])) >= weigh_tier(str_of(tiers[i - 1])));
    for (unsigned n = 1; n < 40; n++)
        assert_true(weigh_corroboration(n) >= weigh_corroboration(n - 1));
    for (int total = 1; total <= 200; total++)
        for (int percent = 1; percent <= 400; percent++) {
            int now = total + weigh_percent(total, percent);
            assert_true(now >= total - 1 + weigh_percent(total - 1, percent));
            assert_true(now >= total + weigh_percent(total, percent - 1));
        }
}

static void
halves_are_halves(void **state)
{
    (void)state;
    assert_int_equal(weigh_aged(64, 0, MS_DAY), 64);
    assert_int_equal(weigh_aged(64, MS_DAY, MS_DAY), 32);
    assert_int_equal(weigh_aged(64, 3LL * MS_DAY, MS_DAY), 8);
    assert_int_equal(weigh_aged(64, 20LL * MS_DAY, MS_DAY), 0);
    assert_int_equal(weigh_aged(100, MS_DAY / 2, MS_DAY), 70);
    assert_int_equal(weigh_aged(-64, MS_DAY, MS_DAY), -64);
    assert_int_equal(weigh_aged(64, MS_DAY, 0), 64);
    assert_int_equal(weigh_aged(64, INT64_MAX, 3650LL * MS_DAY), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_explanation_to_the_byte),
        cmocka_unit_test(it_is_the_same_each_time),
        cmocka_unit_test(order_is_of_no_account),
        cmocka_unit_test(sources_count_when_they_are_independent),
        cmocka_unit_test(corroboration_is_a_line),
        cmocka_unit_test(weights_only_grow),
        cmocka_unit_test(halves_are_halves),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
