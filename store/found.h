/*
 * found: which incidents have what a list is asked for; private to store/.
 *
 * A set of numbers, read from the index of words by incident at once.  A
 * statement asks it with among(id), so a list in any order looks at no text of
 * an incident that cannot fit.
 */
#ifndef TOCSIN_STORE_FOUND_H
#define TOCSIN_STORE_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct db;
struct view;

struct found {
    uint64_t *bits; /* by number */
    int64_t top;    /* greatest number there is room for */
    size_t n;
};

/* What is looked for: each absent: any. */
struct found_words {
    struct str question; /* the index' */
    struct str titles;   /* of the incidents' own titles */
    struct str text, source, rule; /* what items not yet indexed must have */
};

/* Let statements ask among(id) of *where, which is read when they run; NULL has
 * none. */
int db_add_among(struct db *db, const struct found **where);
/* Whether the index has all but some newest items. */
int found_is_indexed(struct view *view, bool *ret);
/* Incidents with such an item or title, and what they were merged into; lives
 * in arena. */
int found_read(struct view *view, const struct found_words *words,
    struct arena *arena, struct found *ret);
/* Their numbers as a JSON array. */
struct str found_list(const struct found *found, struct arena *arena);

/* What an item must have: each is a parameter, NULL when it does not matter. */
#define ITEM_HAS(tag, source, rule, text)                                      \
    " (" source " IS NULL OR i.source = " source ")"                           \
    " AND (" rule " IS NULL OR EXISTS(SELECT 1 FROM finding AS f"              \
    " WHERE f.revision = r.id AND f.rule = " rule "))"                         \
    " AND (" tag " IS NULL OR EXISTS(SELECT 1 FROM source_state AS s"          \
    " WHERE s.id = i.source"                                                   \
    " AND instr(', ' || s.tags || ',', ', ' || " tag " || ',') > 0))"          \
    " AND (" text " IS NULL OR holds(r.title, " text ")"                       \
    " OR holds(r.text, " text "))"

#endif
