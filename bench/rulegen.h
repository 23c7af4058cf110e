/*
 * rulegen: rules for measuring, written two ways: as a rule file, and as
 * patterns for a loop over regular expressions.
 *
 * Nine rules of ten are words only, «one of these and one of those, none of
 * the other»; every tenth asks for two words near one another by a regular
 * expression instead of the first.
 */
#ifndef TOCSIN_BENCH_RULEGEN_H
#define TOCSIN_BENCH_RULEGEN_H

#include <stdint.h>

#include "base/buf.h"

enum {
    RULEGEN_MAX = 20000,
    RULEGEN_GROUPS = 3, /* the last is of what may not occur */
    RULEGEN_MAX_PATTERN = 1024
};

/* Append a rule file of n rules: number i has the id rN with N = i. */
void rulegen_yaml(struct buf *out, uint32_t n);
/* Append the pattern of one group of rule. */
void rulegen_pattern(struct buf *out, uint32_t rule, unsigned group);

#endif
