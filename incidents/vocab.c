/* vocab: terms in an array, found by open addressing. */
#include "incidents/vocab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define SWEEP_DF 0.5f

enum { TABLE_FIRST = 1 << 12, TERMS_FIRST = 1 << 11, POSTINGS_FIRST = 4 };

int
vocab_init(struct vocab *vocab)
{
    *vocab = (struct vocab){.mask = TABLE_FIRST - 1, .cap = TERMS_FIRST};
    vocab->table = calloc(TABLE_FIRST, sizeof(*vocab->table));
    vocab->terms = calloc(TERMS_FIRST, sizeof(*vocab->terms));
    return vocab->table && vocab->terms ? 0 : E_NOMEM;
}

void
vocab_done(struct vocab *vocab)
{
    for (uint32_t i = 0; vocab->terms && i < vocab->n; i++)
        free(vocab->terms[i].postings);
    free(vocab->terms);
    free(vocab->table);
    *vocab = (struct vocab){0};
}

/* Where hash stands or would stand. */
static uint32_t
vocab_place(const struct vocab *vocab, uint32_t hash)
{
    /* The lowest bits are the kind, the same for most. */
    uint32_t at = (hash >> 3 ^ hash << 29) & vocab->mask;

    while (vocab->table[at] && vocab->terms[vocab->table[at] - 1].hash != hash)
        at = (at + 1) & vocab->mask;
    return at;
}

uint32_t
vocab_find(const struct vocab *vocab, uint32_t hash)
{
    uint32_t number = vocab->table[vocab_place(vocab, hash)];

    return number ? number - 1 : VOCAB_NONE;
}

static int
vocab_grow(struct vocab *vocab)
{
    uint32_t cap = vocab->cap * 2, mask = vocab->mask * 2 + 1;
    struct term *terms = realloc(vocab->terms, cap * sizeof(*terms));
    uint32_t *table;

    if (!terms)
        return E_NOMEM;
    vocab->terms = terms;
    table = calloc((size_t)mask + 1, sizeof(*table));
    if (!table)
        return E_NOMEM;
    free(vocab->table);
    vocab->table = table;
    vocab->mask = mask;
    vocab->cap = cap;
    for (uint32_t i = 0; i < vocab->n; i++)
        table[vocab_place(vocab, terms[i].hash)] = i + 1;
    return 0;
}

uint32_t
vocab_get(struct vocab *vocab, uint32_t hash)
{
    uint32_t at = vocab_place(vocab, hash);

    if (vocab->table[at])
        return vocab->table[at] - 1;
    if (vocab->n == VOCAB_MAX_TERMS)
        return VOCAB_NONE;
    if (vocab->n == vocab->cap) {
        if (vocab_grow(vocab) != 0)
            return VOCAB_NONE;
        at = vocab_place(vocab, hash);
    }
    vocab->terms[vocab->n] = (struct term){.hash = hash};
    vocab->table[at] = ++vocab->n;
    return vocab->n - 1;
}

void
vocab_item(struct vocab *vocab)
{
    vocab->items++;
    vocab->total = vocab->total * (1.0 - 1.0 / VOCAB_MEMORY) + 1.0;
}

static float
term_df(const struct vocab *vocab, const struct term *term)
{
    uint64_t age = vocab->items - term->stamp;

    if (age == 0)
        return term->df;
    return term->df * expf(-(float)age / (float)VOCAB_MEMORY);
}

void
vocab_count(struct vocab *vocab, uint32_t number)
{
    struct term *term;

    if (number == VOCAB_NONE)
        return;
    term = &vocab->terms[number];
    term->df = term_df(vocab, term) + 1.0f;
    term->stamp = vocab->items;
}

static float
idf_of(const struct vocab *vocab, float df)
{
    float total = (float)vocab->total + 500.0f; /* few items are no world */
    float idf = logf(total / (df + 1.0f));

    return idf > 0.0f ? idf : 0.0f;
}

float
vocab_idf(const struct vocab *vocab, uint32_t number)
{
    struct term *term;

    if (number == VOCAB_NONE)
        return idf_of(vocab, 0.0f);
    term = &vocab->terms[number];
    if (term->known == 0 || vocab->items + 1 - term->known > VOCAB_STALE) {
        term->idf = idf_of(vocab, term_df(vocab, term));
        term->known = vocab->items + 1;
    }
    return term->idf;
}

float
vocab_share(const struct vocab *vocab, uint32_t number)
{
    if (number == VOCAB_NONE || vocab->total <= 0.0)
        return 0.0f;
    return term_df(vocab, &vocab->terms[number]) / (float)vocab->total;
}

void
vocab_prune(const struct vocab *vocab, struct term *term)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < term->n; i++) {
        struct posting p = term->postings[i];

        if (vocab->serials[p.slot] == p.serial)
            term->postings[kept++] = p;
    }
    term->n = kept;
}

void
vocab_sweep(struct vocab *vocab)
{
    uint32_t kept = 0;

    if (vocab->n < VOCAB_MAX_TERMS / 2)
        return;
    for (uint32_t i = 0; i < vocab->n; i++) {
        struct term *term = &vocab->terms[i];

        vocab_prune(vocab, term);
        if (term->n == 0 && term_df(vocab, term) < SWEEP_DF) {
            free(term->postings);
            continue;
        }
        vocab->terms[kept++] = *term;
    }
    vocab->n = kept;
    memset(vocab->table, 0, ((size_t)vocab->mask + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < kept; i++)
        vocab->table[vocab_place(vocab, vocab->terms[i].hash)] = i + 1;
}

void
vocab_post(struct vocab *vocab, uint32_t number, struct posting posting)
{
    struct term *term;

    if (number == VOCAB_NONE)
        return;
    term = &vocab->terms[number];
    if (term->n == term->cap) {
        uint32_t cap = term->cap ? term->cap * 2 : POSTINGS_FIRST;
        struct posting *postings;

        if (cap > POSTINGS_MAX) {
            vocab_prune(vocab, term);
            if (term->n == term->cap)
                return;
            term->postings[term->n++] = posting;
            return;
        }
        postings = realloc(term->postings, cap * sizeof(*postings));
        if (!postings)
            return;
        term->postings = postings;
        term->cap = cap;
    }
    term->postings[term->n++] = posting;
}
