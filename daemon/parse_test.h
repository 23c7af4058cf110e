/*
 * parse_test: rules that are not in force, in the parse role.
 *
 * What a person wrote in the editor is compiled here, by the very compiler that
 * would take it, and tried on what was collected, beside the rules in force: a
 * pattern that costs too much ends a process that nobody misses.
 */
#ifndef TOCSIN_DAEMON_PARSE_TEST_H
#define TOCSIN_DAEMON_PARSE_TEST_H

#include "base/arena.h"
#include "daemon/ipc.h"

struct ruleset;
struct matcher;
struct zone;

/* A set that is tried; all zero: none. */
struct trial {
    uint64_t id;
    struct ruleset *set;
    struct matcher *matcher;
};

/* What of the role it needs; lent. */
struct trial_house {
    const struct ruleset *rules; /* in force */
    struct matcher *matcher;     /* theirs */
    uint64_t generation;
    const struct zone *zone; /* of dates in rules, or NULL */
    struct arena *arena;     /* of the answer */
    struct ipc *engine;
};

/* Compile a set, run the samples of its subject, say what is wrong, and keep it
 * when items will follow. */
void trial_make(struct trial *trial, const struct trial_house *house,
    const Tocsin__RuleTrial *in);
/* What the rules in force say of each item, and what the set kept would. */
void trial_items(struct trial *trial, const struct trial_house *house,
    const Tocsin__TrialItems *in);

#endif
