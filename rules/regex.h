/*
 * regex: PCRE2 under limits.
 *
 * The 16-bit library, interpreted (the processes may not make memory
 * executable), on text that is UTF-16 by construction.  One search ends after
 * so many steps, so much depth and memory; what an expression costs is kept in
 * a ledger (ledger.h), which ends it too; each of these is "limit", never "no
 * match".  Between two looks at the clock there are at most REGEX_CALL_STEPS
 * steps, some milliseconds.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_REGEX_H
#define TOCSIN_RULES_REGEX_H

#include <stddef.h>
#include <stdint.h>

#include "rules/image.h"
#include "rules/ledger.h"

enum {
    REGEX_MATCH_LIMIT = 100000, /* steps from one place in the text */
    REGEX_DEPTH_LIMIT = 5000,
    REGEX_HEAP_LIMIT_KIB = 4096,
    REGEX_CALL_STEPS = 400000, /* of one call of PCRE2, all places together */
    REGEX_CALL_PLACES = 2000,  /* where a match may begin, in one call */
    REGEX_REACH = 16384 /* units that look-ahead sees behind a longest match */
};

/* Whoever uses it includes <pcre2.h>. */
#define REGEX_BASE_OPTIONS                                                     \
    (PCRE2_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |                   \
        PCRE2_USE_OFFSET_LIMIT)

enum regex_answer { REGEX_NONE, REGEX_FOUND, REGEX_LIMIT };

/* Compile a pattern and throw it away.  0, or E_CONF with a sentence in why. */
int regex_check(const uint16_t *unit, size_t n, uint32_t options, char *why,
    size_t why_size);

/* The expressions of one set, compiled when first needed. */
struct regex_engine;
int regex_engine_new(const struct image *image, struct regex_engine **ret);
void regex_engine_free(struct regex_engine *engine);
struct ledger *regex_engine_ledger(struct regex_engine *engine);

/* Search subject for a match of expression that begins in [from, to]; look
 * behind and ahead see all of subject. */
enum regex_answer regex_find(struct regex_engine *engine, uint32_t regex,
    const uint16_t *subject, size_t n, size_t from, size_t to,
    size_t *ret_begin, size_t *ret_end);

#endif
