/*
 * rival: the same rules as a loop over regular expressions with machine code,
 * as a program without a matcher of its own would have it.
 *
 * One expression per group of words, searched in order; the first that decides
 * ends the rule.  It gets the text folded and gives neither spans nor reasons:
 * both are in its favour.  rival_8 reads UTF-8, as such programs do; rival_16
 * gets the UTF-16 units that our folding makes, which suit it much better.
 */
#ifndef TOCSIN_BENCH_RIVAL_H
#define TOCSIN_BENCH_RIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rulegen.h"

struct rival;

struct rival_ops {
    /* Compile the rules of rulegen.  0, E_NOMEM, E_BUG (no expression),
     * E_NOTFOUND (no JIT here), or E_TIMEOUT when the bound of the run is
     * reached first. */
    int (*make)(
        enum rulegen_profile profile, uint32_t nrules, struct rival **ret);
    void (*free)(struct rival *rival);
    /* Bytes of its compiled expressions. */
    size_t (*size)(const struct rival *rival);
    /* Set held[i] for each rule that holds on the text of n bytes or units. */
    void (*match)(struct rival *rival, const void *text, size_t n, bool *held);
};

extern const struct rival_ops rival_8, rival_16;

#endif
