/*
 * foldfast: the plain stretches of a text, many characters at a time.
 *
 * Most text is Han characters and ASCII that need nothing looked at around
 * them.  On processors with the instructions for it such stretches are folded
 * in blocks; whatever else comes ends the stretch and is left to fold.c.  The
 * answers are the same as without (tests/rules/test_fold.c compares them).
 * Internal to rules/fold.c.
 */
#ifndef TOCSIN_RULES_FOLDFAST_H
#define TOCSIN_RULES_FOLDFAST_H

#include "rules/fold.h"

enum { FOLDFAST_BLOCK = 16 }; /* units written at once, most of them kept */

/* Append as much of text from byte *at on as is plain; advance *at, and *cp by
 * the code points.  begin is the first unit of this text in f.  Writes up to
 * FOLDFAST_BLOCK elements behind f->n, for which there must be memory; stops
 * when less than that is left before f->cap. */
void foldfast_run(
    struct folded *f, size_t begin, struct str text, size_t *at, uint32_t *cp);
/* First place at or after i where a Han character may end (its last unit) and
 * no everyday one (U+4E00 to U+9FFF) follows, but something; end when there is
 * none. */
size_t foldfast_edge(const uint16_t *unit, size_t i, size_t end);
/* First place at or after i where four units of ASCII stand; end when there is
 * none. */
size_t foldfast_ascii_four(const uint16_t *unit, size_t i, size_t end);
/* Whether this processor has what it takes; without, run does nothing. */
bool foldfast_is_there(void);

#endif
