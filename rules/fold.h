/*
 * fold: text as the rules see it, with the way back to the original.
 *
 * Folding: NFKC, lower case, full width to half, marks on letters gone,
 * traditional and regional characters to simplified ones, ignorable and
 * control characters gone, white space to one space or newline, character
 * references (&#x6821; &nbsp;) decoded once.  The result is UTF-16 units, each
 * with the code points of the original that it stands for.  It is one look-up
 * per code point, closed (folding again changes nothing) and applied to terms
 * and texts alike, so that both meet in the middle.
 *
 * What is put between Han characters to hide a word (食*物*中*毒, 食 物, a tag,
 * a comment) stays in the folded text; fold_squeeze gives the text without it.
 */
#ifndef TOCSIN_RULES_FOLD_H
#define TOCSIN_RULES_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "rules/foldtab.h"

enum {
    FOLD_MAX_UNITS = 8 * 1024 * 1024, /* of one item, title and text */
    FOLD_MAX_REFERENCE = 32,          /* code points of one &…; */
    FOLD_GAP_PIECES = 4, /* separators or tags in one gap between Han */
    FOLD_GAP_TAG = 128   /* units of a tag or comment that may be a gap */
};

/* Folded text.  Arrays are owned and reused; n units are in use. */
struct folded {
    uint16_t *unit;
    uint32_t *from; /* code point in the original where unit begins */
    uint8_t *len;   /* how many code points it stands for */
    size_t n, cap;
};

/* Make f empty and without memory. */
void folded_init(struct folded *f);
void folded_done(struct folded *f);
/* Append the folded form of text (valid UTF-8; bad sequences are U+FFFD);
 * from counts from 0 at the start of text.  0, E_LIMIT or E_NOMEM. */
int fold_text(struct folded *f, struct str text);
/* The same without the processor's vector instructions. */
int fold_text_scalar(struct folded *f, struct str text);
/* Append text as published: UTF-16, nothing changed. */
int fold_raw(struct folded *f, struct str text);
/* Append one newline that stands for nothing: the border of two fields. */
int fold_border(struct folded *f);

/* Text without what hides between Han characters. */
struct squeezed {
    uint16_t *unit;
    uint32_t *at; /* number of the unit in the folded text */
    size_t n, cap;
};
void squeezed_init(struct squeezed *s);
void squeezed_done(struct squeezed *s);

/* Put into s what is within context units of a gap in units [begin, end) of
 * f, the gaps left out; between two such pieces a newline whose at is
 * UINT32_MAX.  context SIZE_MAX gives all of the text when it has a gap.
 * newlines: one line break may be (in) a gap.  s is empty when there is no
 * gap.  0, E_LIMIT or E_NOMEM. */
int fold_squeeze(struct squeezed *s, const struct folded *f, size_t begin,
    size_t end, size_t context, bool newlines);

/* Classes (foldtab.h) of unit i of f. */
static inline unsigned
fold_class(const uint16_t *unit, size_t i)
{
    unsigned c = foldtab_class[unit[i]];

    return c & UNIT_LOW && i > 0 ? foldtab_class[unit[i - 1]] : c;
}

/* Fold one code point without looking around it: at most FOLD_MAX_ONE units to
 * out; returns how many. */
enum { FOLD_MAX_ONE = 48 };
size_t fold_codepoint(uint32_t c, uint16_t *out);

#endif
