/*
 * view_teach: what false alarms may teach, for the console.
 */
#ifndef TOCSIN_STORE_VIEW_TEACH_H
#define TOCSIN_STORE_VIEW_TEACH_H

#include "store/teach.h"
#include "store/view.h"

struct db;

/* An item that is in an incident and on which a rule held; lent. */
struct teach_item {
    int64_t item, incident;
    struct str source, title, text;
    struct str name; /* of the incident */
    enum incident_state state;
    struct wall seen;  /* the incident, first */
    bool others;       /* another rule raises it too */
    const struct span *spans; /* of teach_incident_items only */
    size_t nspans;
};
/* Each item of the rule, those that were read last first, at most max; without
 * spans. */
int teach_each_item(struct db *db, struct str rule, size_t max,
    int (*each)(void *arg, const struct teach_item *item), void *arg);
/* Those of an incident (and of what was merged into it), with spans, which live
 * in arena. */
int teach_incident_items(struct db *db, struct str rule, int64_t incident,
    struct arena *arena, int (*each)(void *arg, const struct teach_item *item),
    void *arg);
bool teach_item_has(
    const struct teach_item *item, const struct str *terms, size_t n);
int teach_effect(struct db *db, const struct teach_try *try,
    struct arena *arena, struct teach_effect *ret);
int view_teach_effect(struct view *view, const struct teach_try *try,
    struct arena *arena, struct teach_effect *ret);

/* All exceptions: those in force, then those that have ended, newest first. */
int view_exceptions(struct view *view, struct arena *arena,
    struct exception **ret, size_t *ret_n);

/* Those in force at now, as store_exceptions gives them. */
int view_exceptions_now(struct view *view, struct wall now,
    struct arena *arena, struct exception **ret, size_t *ret_n);

/* The rules that held on the items of an incident and raised it, the heaviest
 * first. */
struct teach_rule {
    struct str rule, title, category;
    int points;
};
int view_teach_rules(struct view *view, int64_t incident,
    struct arena *arena, struct teach_rule **ret, size_t *ret_n);

/* Words that stand in the items of incident, near what the rule found or in the
 * title, and that tell false alarms of the rule from true ones: the most telling
 * first.  Never a part of what the rule itself found, nor of the name of a
 * source, a school or a place. */
enum {
    TEACH_MAX_WORDS = 8,
    TEACH_WORD_ITEMS = 1000 /* of the rule, read last, that they are counted on */
};
struct teach_word {
    struct str word;
    uint64_t wrong, right, unknown; /* incidents of the rule that have it */
    bool typical; /* a word that false alarms are made of anywhere */
    bool suggested; /* no incident that was true has it */
};
int view_teach_words(struct view *view, int64_t incident, struct str rule,
    struct arena *arena, struct teach_word **ret, size_t *ret_n);

#endif
