/*
 * teach: exceptions of rules that false alarms taught.
 *
 * An exception says of one rule: where all these words stand in title or text
 * (of this source, until then) it does not count.  It is proposed from a false
 * alarm, accepted by a person, and compiled into the rules at the next reload.
 */
#ifndef TOCSIN_STORE_TEACH_H
#define TOCSIN_STORE_TEACH_H

#include "store/store.h"

enum {
    EXCEPTION_MAX_TERMS = 4,
    EXCEPTION_MIN_TERM_CHARS = 2,
    EXCEPTION_MAX_TERM_CHARS = 32,
    EXCEPTION_MAX_LIVE = 500
};

struct exception {
    int64_t id;
    struct str rule, category; /* of the rule */
    int points;                /* the rule's, which the exception takes away */
    const struct str *terms;
    size_t nterms;
    struct str source; /* absent: any */
    struct wall until; /* WALL_NONE: until it is ended */
    struct str reason;
    int64_t incident; /* the false alarm that taught it */
    struct wall made, ended;
    struct str made_by, ended_by;
};
/* E_LIMIT when EXCEPTION_MAX_LIVE are in force. */
int store_exception_add(
    struct store *store, const struct exception *exception, int64_t *ret_id);
/* E_NOTFOUND, or E_STATE when it has ended. */
int store_exception_end(
    struct store *store, int64_t id, struct str by, struct wall now);
/* Those in force at now, oldest first. */
int store_exceptions(struct store *store, struct wall now,
    struct arena *arena, struct exception **ret, size_t *ret_n);

/* What an exception would do: the incidents on an item of which the rule held
 * and all terms stand. */
struct teach_try {
    struct str rule;
    const struct str *terms;
    size_t nterms;
    struct str source; /* absent: any */
};
enum { TEACH_MAX_ITEMS = 5000, TEACH_MAX_INCIDENTS = 200 };
struct teach_hit {
    int64_t incident;
    struct str title;
    enum incident_state state;
    struct wall seen;
    bool whole; /* no other rule raises any of its items: it would not be there */
};
struct teach_effect {
    const struct teach_hit *hits; /* at most TEACH_MAX_INCIDENTS, newest first */
    size_t nhits;
    uint64_t wrong;   /* of all of them: false alarms, */
    uint64_t right;   /* closed as true, */
    uint64_t unknown; /* and not judged yet */
    uint64_t items;   /* of the TEACH_MAX_ITEMS newest that the rule held on,
                         so many have the terms */
};
int store_teach_effect(struct store *store, const struct teach_try *try,
    struct arena *arena, struct teach_effect *ret);

#endif
