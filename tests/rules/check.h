/* What every test of this folder needs: cmocka, and a set from text. */
#ifndef TESTS_RULES_CHECK_H
#define TESTS_RULES_CHECK_H

/* cmocka needs the first four before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "base/err.h"
#include "rules/rules.h"

/* Compile one file of rules; fails the test with its errors when wrong. */
static inline struct ruleset *
check_compile(const char *yaml)
{
    struct rule_file file = {.name = "test.yaml", .text = str_of(yaml)};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    int err = ruleset_compile(&file, 1, NULL, &errors, &set);

    if (err != 0)
        toc_errors_print(&errors, stderr);
    assert_int_equal(err, 0);
    toc_errors_done(&errors);
    return set;
}

/* Whether errors has one at line (0: anywhere) that says this. */
static inline bool
check_says(const struct toc_errors *errors, unsigned line, const char *says)
{
    for (size_t i = 0; i < errors->n; i++)
        if ((line == 0 || errors->list[i].line == line) &&
            strstr(errors->list[i].text, says))
            return true;
    return false;
}

/* A set, its matcher and room for what they make of one text. */
struct check_set {
    struct ruleset *set;
    struct matcher *matcher;
    struct arena *arena;
};

static inline struct check_set
check_open(struct ruleset *set)
{
    struct check_set c = {.set = set, .arena = arena_new(ARENA_CAP_DEFAULT)};

    assert_non_null(c.arena);
    assert_int_equal(matcher_new(set, &c.matcher), 0);
    return c;
}

static inline void
check_close(struct check_set *c)
{
    matcher_free(c->matcher);
    ruleset_free(c->set);
    arena_free(c->arena);
}

/* Score one item; context may be NULL. */
static inline struct score
check_score(struct check_set *c, const struct rule_item *item,
    const struct score_context *context)
{
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    struct verdict v;
    struct score s;
    int sum = 0;

    arena_clear(c->arena);
    assert_int_equal(match_item(c->matcher, item, c->arena, &v), 0);
    assert_int_equal(score_verdict(c->set, &v, item,
                         context ? context : &neutral, c->arena, &s),
        0);
    for (size_t i = 0; i < s.nreasons; i++)
        sum += s.reasons[i].points;
    sum = sum < 0 ? 0 : sum > 100 ? 100 : sum;
    assert_int_equal(sum, s.points); /* the explanation adds up */
    return s;
}

static inline struct score
check_title(struct check_set *c, const char *title)
{
    struct rule_item item = {.title = str_of(title), .published = WALL_NONE};

    return check_score(c, &item, NULL);
}

/* The line of a rule or factor, or NULL. */
static inline const struct reason *
check_reason(const struct score *s, const char *rule)
{
    for (size_t i = 0; i < s->nreasons; i++)
        if (str_eq(s->reasons[i].rule, str_of(rule)))
            return &s->reasons[i];
    return NULL;
}

#endif
