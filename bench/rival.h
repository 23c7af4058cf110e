/*
 * rival: the same rules as a loop over regular expressions, as a program
 * without a matcher of its own would have it.
 *
 * One expression per group of words (PCRE2, 16-bit library), searched in
 * order; the first that decides ends the rule.  It gets the text folded and
 * gives neither spans nor reasons: both are in its favour.
 */
#ifndef TOCSIN_BENCH_RIVAL_H
#define TOCSIN_BENCH_RIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rival;

/* Compile the rules of rulegen, with machine code when jit.  0, E_NOMEM, E_BUG
 * (no expression), E_NOTFOUND (no JIT here), or E_TIMEOUT when the bound of the
 * run is reached first. */
int rival_new(uint32_t nrules, bool jit, struct rival **ret);
void rival_free(struct rival *rival);
/* Bytes of its compiled expressions. */
size_t rival_size(const struct rival *rival);
/* Set held[i] for each rule that holds on the text. */
void rival_match(
    struct rival *rival, const uint16_t *unit, size_t n, bool *held);

#endif
