/*
 * mark: a text cut into pieces, those that made a rule hold marked.
 *
 * Spans are code points of the original field, may overlap and come in any
 * order; what lies outside the text is ignored.  Nothing is escaped here: the
 * template does that, piece by piece.
 */
#ifndef TOCSIN_CONSOLE_MARK_H
#define TOCSIN_CONSOLE_MARK_H

#include <jansson.h>

#include "base/arena.h"
#include "rules/verdict.h"

enum {
    MARK_MAX_SPANS = 1024,
    MARK_CONTEXT = 60 /* code points kept around a mark when cut short */
};

/* A JSON array of {"text"} and {"text", "mark": true}; max is how many code
 * points of it to show at most (0: all): marks with their surroundings are
 * kept, the rest gives way to {"text": "…", "cut": true}.  NULL when memory
 * ended. */
json_t *mark_pieces(struct arena *arena, struct str text, enum rule_field field,
    const struct span *spans, size_t nspans, size_t max);

#endif
