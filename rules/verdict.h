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
    struct str text; /* the words that made it hold, joined by "、" */
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
};

#endif
