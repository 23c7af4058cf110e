/*
 * The image: one process compiles, another opens the same bytes and matches the
 * same; damaged bytes are refused, and what passes the checks never leads the
 * matcher out of its memory.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rules/image.h"

enum { DAMAGED = 3000 };

static const char *const yaml =
    "lists: {l: [甲乙, 丙丁, fire]}\n"
    "furniture: [\"下一篇:\"]\n"
    "rules:\n"
    "  - {id: a, title: t, category: c, points: 10, all: [{list: l}, "
    "{any: [戊己, \"/(甲|丙).{0,5}(乙|丁)/\"]}], none: [庚辛], sources: "
    "{tags: [x]}}\n"
    "  - {id: b, title: t, category: d, points: 10, near: {terms: [甲乙, "
    "{list: l}], within: 4}}\n"
    "  - {id: c, title: t, category: d, points: -10, raw: true, any: [ＡＢ, "
    "\"/\\\\d{3}/\"]}\n"
    "  - {id: d, title: t, category: d, points: 10, at_least: {count: 2, of: "
    "[{rule: a}, 甲, 乙]}}\n";

static char *
copy_of(struct str image)
{
    char *p = aligned_alloc(IMAGE_ALIGN, image.n);

    assert_non_null(p);
    memcpy(p, image.p, image.n);
    return p;
}

/* Match the item with set; a digest of all that is found. */
static uint64_t
outcome(const struct ruleset *set)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    const struct str tags[] = {STR("x")};
    const struct rule_item item = {.title = STR("甲乙fire戊己 123"),
        .text = STR("丙 丁甲*乙ＡＢ\n下一篇:甲乙"),
        .source = {.tags = tags, .ntags = 1},
        .published = WALL_NONE};
    struct matcher *m;
    struct verdict v;
    struct score s;
    uint64_t h = 0;

    assert_int_equal(matcher_new(set, &m), 0);
    assert_int_equal(match_item(m, &item, arena, &v), 0);
    for (size_t i = 0; i < v.nfindings; i++) {
        h = h * 31 + v.findings[i].rule;
        for (size_t k = 0; k < v.findings[i].nspans; k++)
            h = h * 31 + v.findings[i].spans[k].start * 7 +
                v.findings[i].spans[k].end;
    }
    if (score_verdict(set, &v, &item, &neutral, arena, &s) == 0)
        h = h * 31 + (uint64_t)s.points;
    matcher_free(m);
    arena_free(arena);
    return h;
}

static void
another_process_finds_the_same(void **state)
{
    struct ruleset *set = check_compile(yaml), *other = NULL;
    struct str image = ruleset_image(set);
    char *copy = copy_of(image);

    (void)state;
    assert_int_equal(ruleset_open((struct str){copy, image.n}, &other), 0);
    assert_int_equal(ruleset_count(other), 4);
    assert_true(outcome(set) != 0);
    assert_int_equal(outcome(set), outcome(other));
    ruleset_free(set);
    ruleset_free(other);
    free(copy);
}

static void
compiling_is_deterministic(void **state)
{
    struct ruleset *a = check_compile(yaml), *b = check_compile(yaml);
    struct str x = ruleset_image(a), y = ruleset_image(b);

    (void)state;
    assert_true(str_eq(x, y));
    ruleset_free(a);
    ruleset_free(b);
}

static void
versions_change_with_the_rule(void **state)
{
    struct ruleset *a = check_compile(
        "rules: [{id: r, title: t, category: c, points: 1, any: [甲乙]}]");
    struct ruleset *b = check_compile(
        "rules: [{id: r, title: t, category: c, points: 1, any: [甲丙]}]");
    struct ruleset *c = check_compile(
        "rules: [{id: q, title: t, category: c, points: 1, any: [x]},"
        "{id: r, title: t, category: c, points: 1, any: [甲乙]}]");
    uint32_t n;

    (void)state;
    assert_true(ruleset_rule(a, 0).version != ruleset_rule(b, 0).version);
    assert_int_equal(ruleset_find(c, STR("r"), &n), 0);
    assert_int_equal(ruleset_rule(a, 0).version, ruleset_rule(c, n).version);
    assert_int_equal(ruleset_find(c, STR("none"), &n), E_NOTFOUND);
    ruleset_free(a);
    ruleset_free(b);
    ruleset_free(c);
}

static void
damage_is_refused(void **state)
{
    struct ruleset *set = check_compile(yaml), *other = NULL;
    struct str image = ruleset_image(set);
    char *copy = copy_of(image);

    (void)state;
    for (size_t n = 0; n < image.n; n += 97)
        assert_int_equal(
            ruleset_open((struct str){copy, n}, &other), E_CORRUPT);
    for (size_t i = 0; i < image.n; i += 13) {
        copy[i] = (char)(copy[i] ^ 0x41);
        assert_int_equal(
            ruleset_open((struct str){copy, image.n}, &other), E_CORRUPT);
        copy[i] = (char)(copy[i] ^ 0x41);
    }
    ruleset_free(set);
    free(copy);
}

/* Whether byte at is of the bitmaps, which are most of an image, and of which
 * hardly a bit can change unseen. */
static bool
is_bitmap(const struct image_header *h, size_t at)
{
    return at >= h->section[SEC_BITS].offset &&
           at < h->section[SEC_RANKS].offset;
}

/* With the checksum made right again: refused, or harmless. */
static void
forgery_is_harmless(void **state)
{
    struct ruleset *set = check_compile(yaml), *other;
    struct str image = ruleset_image(set);
    struct image_header *h;
    uint64_t seed = 42;
    unsigned opened = 0;

    (void)state;
    for (int round = 0; round < DAMAGED; round++) {
        char *copy = copy_of(image);
        h = (void *)copy;
        for (int k = 0; k < 3;) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t at = sizeof(*h) + (seed >> 33) % (image.n - sizeof(*h));
            if (is_bitmap(h, at) && round % 8 != 0)
                continue;
            k++;
            copy[at] = (char)(copy[at] + 1 + (char)(seed >> 20));
        }
        h->checksum = image_checksum(copy, image.n);
        if (ruleset_open((struct str){copy, image.n}, &other) == 0) {
            outcome(other);
            ruleset_free(other);
            opened++;
        }
        free(copy);
    }
    printf("%u of %d forgeries opened\n", opened, DAMAGED);
    assert_true(opened > 0 && opened < DAMAGED);
    ruleset_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_finds_the_same),
        cmocka_unit_test(compiling_is_deterministic),
        cmocka_unit_test(versions_change_with_the_rule),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(forgery_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
