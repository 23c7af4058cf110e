/*
 * diff: two versions of a text as pieces: what stayed, what went, what came.
 *
 * By characters, because Chinese has no spaces; a stretch that stayed and is
 * shorter than DIFF_MIN_SAME between two changes counts as changed, so that
 * people read words and not letters.  Nothing is escaped here.
 */
#ifndef TOCSIN_CONSOLE_DIFF_H
#define TOCSIN_CONSOLE_DIFF_H

#include <jansson.h>

#include "base/str.h"

enum {
    DIFF_MAX_POINTS = 20000,   /* of each version; the rest is not looked at */
    DIFF_MAX_CELLS = 1000000,  /* compared; beyond, all between the first and
                                  the last difference is one change */
    DIFF_MIN_SAME = 3,         /* code points */
    DIFF_CONTEXT = 30          /* code points kept around a change */
};

/* A JSON array of {"text"}, {"text", "gone": true}, {"text", "added": true} and
 * {"text": "…", "cut": true}; empty when both are the same.  NULL when memory
 * ended. */
json_t *diff_pieces(struct str before, struct str after);

#endif
