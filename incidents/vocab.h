/*
 * vocab: how rare each feature is, and which incidents have it; private to
 * incidents/.
 *
 * Counts decay, so that a word is rare or common as of the last few thousand
 * items.  Postings name an incident by its slot and serial; those of removed
 * incidents fall out when the list is next walked.
 */
#ifndef TOCSIN_INCIDENTS_VOCAB_H
#define TOCSIN_INCIDENTS_VOCAB_H

#include <stddef.h>
#include <stdint.h>

enum {
    VOCAB_MAX_TERMS = 1 << 20,
    VOCAB_MEMORY = 20000, /* items after which a count is worth 1/e */
    VOCAB_STALE = 16,     /* items over which an idf hardly changes */
    POSTINGS_MAX = 4096   /* of one term; a commoner one finds nobody */
};

struct posting {
    uint32_t slot, serial;
};

struct term {
    uint32_t hash;
    float df;
    float idf;      /* as last worked out, */
    uint64_t known; /* when vocab.items + 1 was this; 0 never */
    uint64_t stamp; /* vocab.items when df was true */
    struct posting *postings;
    uint32_t n, cap;
};

struct vocab {
    struct term *terms;
    uint32_t n, cap;
    uint32_t *table; /* 1 + number of the term */
    uint32_t mask;
    uint64_t items;
    double total; /* decayed number of items */
    /* Lent: the serial that lives in each slot; other postings are stale. */
    const uint32_t *serials;
};

#define VOCAB_NONE UINT32_MAX

int vocab_init(struct vocab *vocab);
void vocab_done(struct vocab *vocab);
/* Number of the term, VOCAB_NONE when unknown. */
uint32_t vocab_find(const struct vocab *vocab, uint32_t hash);
/* The same, made when unknown; VOCAB_NONE when full or out of memory. */
uint32_t vocab_get(struct vocab *vocab, uint32_t hash);
/* Another item begins: decay. */
void vocab_item(struct vocab *vocab);
/* Count the term for the item. */
void vocab_count(struct vocab *vocab, uint32_t term);
/* Inverse document frequency, at least 0; of VOCAB_NONE the highest.  Worked
 * out anew after VOCAB_STALE items. */
float vocab_idf(const struct vocab *vocab, uint32_t term);
/* The share of all items that have the term, as far as they are remembered. */
float vocab_share(const struct vocab *vocab, uint32_t term);
/* Note that an incident has the term; not noted when the list is full of living
 * ones. */
void vocab_post(struct vocab *vocab, uint32_t term, struct posting posting);
/* Drop the stale postings of a term. */
void vocab_prune(const struct vocab *vocab, struct term *term);
/* Forget terms that nobody has and that are all but decayed, when there are
 * many; numbers of terms change. */
void vocab_sweep(struct vocab *vocab);

#endif
