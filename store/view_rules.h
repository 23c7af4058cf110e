/*
 * view_rules: stored items and findings, for those who write rules.
 *
 * What was collected is what a changed rule can be tried on; what became of
 * the incidents is what tells a good rule from a bad one.
 */
#ifndef TOCSIN_STORE_VIEW_RULES_H
#define TOCSIN_STORE_VIEW_RULES_H

#include "store/view.h"

/* An item as it stands now, with what its source is. */
struct matched_item {
    struct item_row item; /* why and similarity absent */
    struct str tier, tags; /* of the source; tags by ", " */
    enum level level;
    bool baseline, backfill; /* it never alarmed, whatever it says */
    struct wall updated;
};

/* Items first seen from since on and before until (WALL_NONE: now), oldest
 * first.  Each lives in arena, which is cleared before the next; stops on a
 * non-zero return and returns that. */
int view_matched_items(struct view *view, struct wall since, struct wall until,
    struct arena *arena,
    int (*each)(void *arg, const struct matched_item *item), void *arg);
/* E_NOTFOUND when there is none. */
int view_matched_item(struct view *view, int64_t id, struct arena *arena,
    struct matched_item *ret);
/* How many view_matched_items would give. */
int view_matched_count(
    struct view *view, struct wall since, struct wall until, uint64_t *ret);

/* What one rule came to. */
struct rule_sum {
    struct str rule;        /* id */
    struct str title;
    struct str cause; /* what its false alarms mostly were; absent: none */
    uint64_t items;         /* it held on, in their newest revision */
    uint64_t indeterminate; /* of these: a limit ended it */
    uint64_t incidents;     /* that such an item is in */
    uint64_t right, wrong;  /* of these: closed, closed as false alarms */
    struct wall last;       /* first_seen of the newest such item */
};
/* By rule id; items first seen from since on.  Who asks the same a little later
 * (since is RULE_SUMS_AGE_MS later at most) is told what was counted then, when
 * that took RULE_SUMS_COSTLY items. */
enum { RULE_SUMS_AGE_MS = 60 * 1000, RULE_SUMS_COSTLY = 5000 };
int view_rule_sums(struct view *view, struct wall since, struct arena *arena,
    struct rule_sum **ret, size_t *ret_n);

#endif
