/*
 * explain: a score's explanation as the JSON that the house keeps, sends and
 * shows (CONTRACTS §4), and the score of an event from those of its items.
 *
 * An event scores what its heaviest item scores, and more for each independent
 * source that reports it too.  In whatever order items and sources come, the
 * end is the same; and nothing that comes ever lowers it.
 *
 *   [{"rule": …, "title": …, "category": …, "points": N, "text": …}, …]
 *
 * Besides: "context", "status" and "would" of a rule, "indeterminate"; the line
 * "test-rules" has "would_score" and "would_level".
 */
#ifndef TOCSIN_RULES_EXPLAIN_H
#define TOCSIN_RULES_EXPLAIN_H

#include "rules/rules.h"

enum { EXPLAIN_MAX_BYTES = 64 * 1024 };

/* Write the explanation of a score, in arena.  0, E_NOMEM, E_LIMIT. */
int explain_score(
    struct arena *arena, const struct score *score, struct str *ret);

/* What is known of an event. */
struct explain_event {
    int score;
    enum level level;
    struct str explanation; /* JSON; empty: nothing is known */
};

/* Let an item's score (made without corroboration) and the number of further
 * independent sources weigh on event.  The explanation is in arena, or the one
 * it was.  0, E_NOMEM, E_LIMIT; event is then untouched. */
int explain_item(const struct ruleset *set, const struct score *item,
    unsigned corroborating, struct arena *arena, struct explain_event *event);

/* One source that reports an event. */
struct explain_source {
    struct str key;  /* the same for those that depend on one another */
    bool aggregator; /* repeats what others publish */
};
/* How many of them are independent.  One that only repeats counts where no
 * other reports, and then once. */
unsigned explain_independent(const struct explain_source *sources, size_t n);

#endif
