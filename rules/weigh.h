/*
 * weigh: what weighs on a score besides the findings.  Internal to rules/.
 *
 * Whole numbers only, so that the same items and rules give the same bytes
 * everywhere; and each grows, or stays, with what it is made from: more
 * sources, a higher tier or a younger item never lower a score.
 */
#ifndef TOCSIN_RULES_WEIGH_H
#define TOCSIN_RULES_WEIGH_H

#include <stdint.h>

#include "base/str.h"

/* What is left of points > 0 after age: half after each half-life. */
int weigh_aged(int points, int64_t age_ms, int64_t half_life_ms);
/* Per cent that a tier makes of a score; 100 for one that is not known. */
int weigh_tier(struct str tier);
/* Points that so many further independent sources add. */
int weigh_corroboration(unsigned sources);
/* What per cent makes of total > 0, less total. */
int weigh_percent(int total, int percent);

#endif
