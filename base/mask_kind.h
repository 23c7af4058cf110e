/*
 * mask_kind: whether a run of digits is a number of a person.  Internal to
 * base/mask.c and its tests.
 */
#ifndef TOCSIN_BASE_MASK_KIND_H
#define TOCSIN_BASE_MASK_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { MASK_RUN_MAX = 40 }; /* digits that are looked at together */

/* Digits, and what stands around them. */
struct mask_number {
    const char *digit; /* '0' … '9', 'X' only as the 18th */
    size_t n;
    size_t groups, shortest; /* how they are grouped */
    bool fours;              /* of four, but for the last */
    const size_t *ends;      /* digits before the end of each group, from [1] */
    bool mixed;              /* with more than one kind of separator */
    bool odd;                /* with one that may separate numbers, too */
    bool more;               /* groups follow with the same separator */
    bool han;                /* not in the digits of figures, or not all */
    bool url;
    struct str word;   /* the Latin letters right before them, or empty */
    struct str before; /* what stands before these */
    struct str after;
};

/* How many characters stay in front and behind. */
struct mask_cut {
    size_t front, back;
};

/* Whether it is one; then *ret says how much of it stays. */
bool mask_judge(const struct mask_number *number, struct mask_cut *ret);
/* How many of n digits that nothing separates are the first of several numbers
 * that are written without a gap; 0: they are not. */
size_t mask_glued(const char *digit, size_t n);
/* Whether text begins with the host of private mailboxes. */
bool mask_is_private_host(struct str text);

#endif
