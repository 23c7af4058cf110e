/*
 * verdict: what matching and scoring say of one item.  Types only: the
 * folders before rules/ on the road and the store may include this header.
 */
#ifndef TOCSIN_RULES_VERDICT_H
#define TOCSIN_RULES_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/level.h" /* enum level: moved to base/, incidents/ needs it too */
#include "base/str.h"

enum rule_field { FIELD_TITLE, FIELD_TEXT };

/* How far a rule is trusted.  Experimental: shown, counts nothing.  Test: the
 * same, and what it would make of the score is shown too.  Deprecated: counts
 * as ever, but has a successor. */
/* clang-format off */
#define RULE_STATUSES(X)           \
    X(STABLE, "stable")            \
    X(TEST, "test")                \
    X(EXPERIMENTAL, "experimental") \
    X(DEPRECATED, "deprecated")
/* clang-format on */
enum rule_status {
#define X(name, text) RULE_##name,
    RULE_STATUSES(X)
#undef X
        RULE_STATUS_COUNT
};

/* A piece of text that made a rule hold: code points of the original field,
 * end exclusive. */
struct span {
    enum rule_field field;
    uint32_t start, end;
};

enum { FINDING_MAX_SPANS = 32, VERDICT_MAX_FINDINGS = 256 };

/* One rule that held on one item, or that ran into an engine limit. */
struct finding {
    uint32_t rule;      /* number of the rule in its rule set */
    bool indeterminate; /* a limit was reached: a human must look */
    const struct span *spans;
    size_t nspans;
};

/* What the rules found on one item; lives in the arena it was made in. */
struct verdict {
    const struct finding *findings;
    size_t nfindings;
    bool truncated; /* more than VERDICT_MAX_FINDINGS held */
};

/* One line of the explanation of a score. */
struct reason {
    struct str rule;  /* rule id, or a factor such as "source-weight" */
    struct str title; /* for people */
    struct str category;
    int points;      /* what it added or took */
    struct str text; /* the words that made it hold, joined by "、"; of a factor
                        what it rests on: "150 %", "press", "3", "21 d" */
    struct str context;      /* what the item is then: drill, elsewhere, … */
    enum rule_status status; /* of the rule */
    int would;               /* test: points that it would add or take */
    bool indeterminate;
};

enum { SCORE_MAX_REASONS = 64, SCORE_MAX_CATEGORIES = 16 };

struct score {
    int points; /* 0–100 */
    enum level level;
    struct str categories[SCORE_MAX_CATEGORIES]; /* heaviest first */
    size_t ncategories;
    struct reason reasons[SCORE_MAX_REASONS]; /* as they were applied */
    size_t nreasons;
    int limit; /* points that its context allows at most; 100: all */
    /* With the rules of status test counted too; only when one of them held
     * that has points. */
    bool has_would;
    int would_points;
    enum level would_level;
};

#endif
