/*
 * rulegen: rules for measuring, written two ways: as a rule file, and as
 * patterns for a loop over regular expressions.
 *
 * PROVINCE is what a province watches: most rules are a few schools by name and
 * a list of what can happen, half of them with what it must not be; some are
 * regular expressions about a place, some ask for a school near an event, some
 * are areas, English, or plain words.  DENSE is nine rules of ten of words
 * only, «one of these and one of those, none of the other», all from the words
 * that texts are full of: more rules are woken and hold than on any real item.
 */
#ifndef TOCSIN_BENCH_RULEGEN_H
#define TOCSIN_BENCH_RULEGEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    RULEGEN_MAX = 20000,
    RULEGEN_GROUPS = 3, /* the last is of what may not occur */
    RULEGEN_MAX_PATTERN = 4096
};

enum rulegen_profile { RULEGEN_PROVINCE, RULEGEN_DENSE };

/* Append a rule file of n rules: number i has the id rN with N = i. */
void rulegen_yaml(struct buf *out, enum rulegen_profile profile, uint32_t n);
/* Append the pattern of one group of rule; nothing when the rule has none.  In
 * the text that it is searched in, title and text are parted by "\n\r". */
void rulegen_pattern(struct buf *out, enum rulegen_profile profile,
    uint32_t rule, unsigned group);

#endif
