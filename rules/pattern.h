/*
 * pattern: a regular expression on its way from the author to PCRE2: folded as
 * texts are, and read for what must be in every text that it matches.
 *
 * Internal to rules/.
 */
#ifndef TOCSIN_RULES_PATTERN_H
#define TOCSIN_RULES_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum {
    PATTERN_MAX_BYTES = 16 * 1024,     /* as the author wrote it */
    PATTERN_MAX_UNITS = 64 * 1024,     /* folded */
    PATTERN_MAX_DEPTH = 50,            /* groups within groups */
    PATTERN_MAX_COMPILED = 256 * 1024, /* bytes in PCRE2 */
    PATTERN_MAX_SET = 64,              /* words of which one must occur */
    PATTERN_MAX_CROSS = 16,            /* words kept while they still grow */
    PATTERN_MAX_WORD = 24,             /* units of such a word */
    PATTERN_MAX_CLAUSES = 16
};
#define PATTERN_UNBOUNDED UINT32_MAX

struct word {
    const uint16_t *unit;
    size_t n;
};

/* One of these words is in every text that the pattern matches. */
struct word_set {
    struct word *word;
    size_t n;
};

/* What a pattern needs. */
struct pattern_needs {
    struct word_set clause[PATTERN_MAX_CLAUSES]; /* each of them */
    size_t nclauses;
    uint32_t max_width; /* units of the longest match, or UNBOUNDED */
    bool dangerous;     /* may take more than quadratic time by its shape */
};

/* Fold pattern (UTF-8) into units: letters and Han characters as in texts,
 * what has a meaning of its own unchanged.  raw: only to UTF-16.  Lives in
 * arena.  0, E_LIMIT, E_NOMEM. */
int pattern_fold(struct arena *arena, struct str pattern, bool raw,
    uint16_t **ret, size_t *ret_n);
/* Read a folded pattern.  What is not understood needs nothing, so that the
 * answer is never too much.  options: REGEX_… of model.h. */
void pattern_read(struct arena *arena, const uint16_t *unit, size_t n,
    unsigned options, struct pattern_needs *ret);

#endif
