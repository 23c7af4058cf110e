/*
 * view_edits: versions of rules and lists, for the console; how one rule did.
 */
#ifndef TOCSIN_STORE_VIEW_EDITS_H
#define TOCSIN_STORE_VIEW_EDITS_H

#include "store/rule_draft.h"
#include "store/view.h"

enum { VIEW_EDITS_MAX = 100 };

/* The versions of object, newest first; object absent: of all, those that wait
 * only. */
int view_rule_edits(struct view *view, struct str object, struct arena *arena,
    struct rule_edit **ret, size_t *ret_n);
int view_rule_edit(
    struct view *view, int64_t id, struct arena *arena, struct rule_edit *ret);
/* The version before it that was in force, or E_NOTFOUND. */
int view_rule_edit_before(struct view *view, const struct rule_edit *edit,
    struct arena *arena, struct rule_edit *ret);
/* How many wait for a second person. */
int view_rule_edits_waiting(struct view *view, uint64_t *ret);

/* How a rule did in each of the last weeks, oldest first. */
struct rule_week {
    struct wall from;
    uint64_t items, right, wrong; /* incidents, by how they were closed */
};
int view_rule_weeks(struct view *view, struct str rule, struct wall now,
    size_t weeks, struct rule_week *ret);

/* The newest items that a rule held on. */
struct rule_hit {
    int64_t item, incident; /* 0: in none */
    struct str title, source;
    struct wall seen;
    int score;
    enum level level;
    enum incident_state state; /* of the incident */
};
int view_rule_hits(struct view *view, struct str rule, size_t max,
    struct arena *arena, struct rule_hit **ret, size_t *ret_n);

/* Items since when a rule that does not count would have lifted over points,
 * which no other had. */
int view_rule_shadow(struct view *view, struct str rule, struct wall since,
    int points, uint64_t *ret);

/* A slice of what was collected, to try rules on: items first seen from since
 * on, with an id above after, by id. */
struct matched_item;
int view_matched_slice(struct view *view, struct wall since, int64_t after,
    size_t max, struct arena *arena, struct matched_item **ret, size_t *ret_n);

#endif
