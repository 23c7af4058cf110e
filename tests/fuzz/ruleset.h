/* ruleset: a small fixed set that uses all of the rule language. */
#ifndef TESTS_FUZZ_RULESET_H
#define TESTS_FUZZ_RULESET_H

#include "fuzz.h"
#include "rules/rules.h"

/* The set: compiled at the first call, never freed. */
const struct ruleset *ruleset_fixed(void);
/* Match and score one item twice; what holds of the answers. */
void ruleset_match(const struct ruleset *set, struct str title, struct str text,
    struct str kind);

#endif
