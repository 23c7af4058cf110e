/*
 * teach_rules: accepted exceptions as the text of one more rule file, for the
 * daemon and for whoever says what it would do (`tocsin rules backtest`).
 */
#ifndef TOCSIN_DAEMON_TEACH_RULES_H
#define TOCSIN_DAEMON_TEACH_RULES_H

#include "base/buf.h"
#include "base/timefmt.h"
#include "rules/rules.h"
#include "store/teach.h"

enum {
    TEACH_RULES_MAX_BYTES = 8 * 1024 * 1024,
    TEACH_RULES_MAX_BEFORE = 64 /* of the same rule that one yields to */
};

/* Write those of list whose rule is in rules; list is put in another order, and
 * those without a rule are handed to lost (may be NULL).  Days are of zone.
 * Returns how many were written; what could not be said is in out->err. */
size_t teach_rules_write(struct exception *list, size_t n,
    const struct ruleset *rules, const struct zone *zone, struct arena *arena,
    void (*lost)(const struct exception *exception), struct buf *out);

#endif
