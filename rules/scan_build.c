/*
 * scan_build: the hash that a scan uses, made when a rule set is compiled.
 *
 * The bitmap has at least 64 bits for each key as long as it stays within the
 * processor's second cache.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rules/pairfreq.h"
#include "rules/scan.h"

enum {
    SCAN_BITS_PER_KEY = 64,
    SCAN_MIN_LOG_BITS = 12,
    SCAN_MAX_LOG_BITS = 21, /* 256 KiB */
    SCAN_SINGLE_WORDS = 65536 / 64
};

struct filed {
    uint32_t key, term, bit;
    uint16_t anchor;
};

/* Terms to file, and what it needs to know of all of them. */
struct filer {
    const struct image_term *terms;
    const uint16_t *units;
    enum scan_kind kind;
    struct filed *filed;
    uint32_t n;
    bool has_single;
    uint16_t *count; /* how often a key is in terms, by 16 bits of its hash */
};

/* How many units of a term are of the word of ASCII that it begins with. */
static unsigned
first_word(const struct image_term *t, const uint16_t *u)
{
    unsigned n = 0;

    while (n < t->n && scan_is_alnum(u[n]))
        n++;
    return n;
}

/* The key at unit i of a term; false where there is none of this kind. */
static bool
key_at(const struct filer *f, const struct image_term *t, unsigned i,
    uint32_t *ret)
{
    const uint16_t *u = f->units + t->unit + i;

    if (f->kind == SCAN_WORDS) {
        *ret = scan_word(u, first_word(t, u));
        return i == 0;
    }
    if (i + (f->kind == SCAN_PAIRS ? 2u : 4u) > t->n)
        return false;
    if (f->kind == SCAN_PAIRS) {
        *ret = scan_pair(u[0], u[1]);
        return true;
    }
    *ret = scan_quad(u);
    return (u[0] | u[1] | u[2] | u[3]) < 0x80;
}

/* The key of a term that costs least: rare in texts, and shared with few other
 * terms. */
static void
choose(const struct filer *f, const struct image_term *t, struct filed *ret)
{
    const uint16_t *u = f->units + t->unit;
    uint32_t least = UINT32_MAX, key;

    for (unsigned i = 0; i < t->n; i++) {
        if (!key_at(f, t, i, &key))
            continue;
        uint32_t often = f->kind == SCAN_PAIRS ? pairfreq_of(u[i], u[i + 1])
                                               : PAIRFREQ_ASCII;
        uint32_t cost = often * (8u + f->count[scan_bit(key, 16)]);
        if (cost < least) {
            least = cost;
            ret->key = key;
            ret->anchor = (uint16_t)i;
        }
    }
}

/* How a term is filed.  One of ASCII that begins with a whole word, under that
 * word.  Otherwise one with four units of ASCII in a row, under four of those,
 * unless there is something else than ASCII in it: that tells more. */
static enum scan_kind
kind_of(const struct image_term *t, const uint16_t *u)
{
    unsigned word = first_word(t, u);

    for (unsigned i = 0; i < t->n; i++)
        if (u[i] >= 0x80)
            return SCAN_PAIRS;
    if (t->flags & TERM_BOUND_LEFT && word > 0 &&
        (word < t->n || t->flags & TERM_BOUND_RIGHT))
        return SCAN_WORDS;
    return t->n >= 4 ? SCAN_ASCII : SCAN_PAIRS;
}

static int
filer_init(struct filer *f, uint32_t nterms, enum image_view view)
{
    uint32_t key;

    f->count = calloc(65536, sizeof(*f->count));
    f->filed = calloc(nterms ? nterms : 1, sizeof(*f->filed));
    if (!f->count || !f->filed)
        return E_NOMEM;
    for (uint32_t t = 0; t < nterms; t++) {
        const struct image_term *term = &f->terms[t];
        if (term->view != (uint32_t)view ||
            kind_of(term, f->units + term->unit) != f->kind)
            continue;
        f->filed[f->n++].term = t;
        for (unsigned i = 0; key_at(f, term, i, &key); i++) {
            uint16_t *c = &f->count[scan_bit(key, 16)];
            *c = (uint16_t)(*c + (*c < UINT16_MAX));
        }
    }
    for (uint32_t i = 0; i < f->n; i++) {
        struct filed *d = &f->filed[i];
        const struct image_term *t = &f->terms[d->term];
        if (t->n > 1 || f->kind == SCAN_WORDS) {
            choose(f, t, d);
            continue;
        }
        d->key = scan_pair(0, f->units[t->unit]);
        f->has_single = true;
    }
    return 0;
}

static void
filer_done(struct filer *f)
{
    free(f->count);
    free(f->filed);
}

/* By bit; then as they came, so that the same rules make the same image. */
static int
by_bit(const void *a, const void *b)
{
    const struct filed *x = a, *y = b;

    if (x->bit != y->bit)
        return x->bit < y->bit ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* Append n zero bytes that will be filled; NULL when memory ends. */
static void *
append(struct buf *buf, size_t n)
{
    char *p = buf_room(buf, n);

    if (!p)
        return NULL;
    memset(p, 0, n);
    buf->n += n;
    return p;
}

/* Set the bits, and say where the candidates of each word of them begin. */
static int
fill_bits(const struct filer *f, const struct scan_build *to, uint32_t first,
    struct image_scan *scan)
{
    uint32_t words = scan->bits.n, next = 0;
    uint64_t *bits, *singles;
    uint32_t *ranks;

    scan->single_bits = (struct image_run){
        scan->bits.first + words, f->has_single ? SCAN_SINGLE_WORDS : 0};
    scan->ranks = (struct image_run){
        (uint32_t)(to->ranks->n / sizeof(*ranks)), words + 1};
    bits = append(to->bits, (words + scan->single_bits.n) * sizeof(*bits));
    ranks = append(to->ranks, (words + 1u) * sizeof(*ranks));
    if (!bits || !ranks)
        return E_NOMEM;
    singles = bits + words;
    for (uint32_t w = 0; w < words; w++) {
        ranks[w] = first + next;
        for (; next < f->n && f->filed[next].bit >> 6 == w; next++) {
            const struct image_term *t = &f->terms[f->filed[next].term];
            uint16_t unit = f->units[t->unit];
            bits[w] |= (uint64_t)1 << (f->filed[next].bit & 63);
            if (t->n == 1 && f->kind == SCAN_PAIRS)
                singles[unit >> 6] |= (uint64_t)1 << (unit & 63);
        }
    }
    ranks[words] = first + next;
    return 0;
}

static struct image_candidate
candidate_of(const struct filer *f, const struct filed *d)
{
    const struct image_term *t = &f->terms[d->term];
    const uint16_t *u = f->units + t->unit;
    struct image_candidate c = {.key = d->key,
        .term = d->term,
        .unit = t->unit,
        .n = (uint8_t)t->n,
        .anchor = (uint8_t)d->anchor};
    uint16_t around[4] = {0};
    unsigned behind = d->anchor + 2u;

    if (f->kind == SCAN_PAIRS) {
        if (d->anchor > 0)
            around[0] = u[d->anchor - 1];
        if (behind < t->n)
            around[3] = u[behind];
        c.mask = (uint8_t)((d->anchor > 0 ? SCAN_BEFORE : 0) |
                           (behind < t->n ? SCAN_AFTER : 0));
        c.whole = d->anchor <= 1 && t->n <= behind + 1u;
    } else {
        /* then the key says it all */
        c.whole = t->n <= 4 && first_word(t, u) == t->n;
    }
    memcpy(&c.around, around, sizeof(c.around));
    return c;
}

static int
fill_candidates(
    const struct filer *f, const struct scan_build *to, uint32_t *ret_first)
{
    struct image_candidate *c;

    *ret_first = (uint32_t)(to->candidates->n / sizeof(*c));
    c = append(to->candidates, f->n * sizeof(*c));
    if (!c)
        return E_NOMEM;
    for (uint32_t i = 0; i < f->n; i++)
        c[i] = candidate_of(f, &f->filed[i]);
    return 0;
}

static unsigned
log_bits(uint32_t nkeys)
{
    unsigned log = SCAN_MIN_LOG_BITS;

    while (log < SCAN_MAX_LOG_BITS &&
           (1u << log) < (uint64_t)nkeys * SCAN_BITS_PER_KEY)
        log++;
    return log;
}

/* Whether one of the keys is of ASCII alone. */
static bool
has_ascii(const struct filer *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        if ((f->filed[i].key & 0xFF80FF80u) == 0 &&
            f->terms[f->filed[i].term].n > 1)
            return true;
    return false;
}

static int
build_kind(struct filer *f, uint32_t nterms, enum image_view view,
    const struct scan_build *to, struct image_scan *ret)
{
    struct image_scan scan = {
        .bits = {.first = (uint32_t)(to->bits->n / 8)}, .bit_shift = 32};
    uint32_t first;
    int err = filer_init(f, nterms, view);

    if (err == 0 && f->n > 0) {
        unsigned log = log_bits(f->n);
        scan.bit_shift = 32 - log;
        scan.bits.n = (uint32_t)1 << (log - 6);
        scan.has_ascii = f->kind != SCAN_PAIRS || has_ascii(f);
        for (uint32_t i = 0; i < f->n; i++)
            f->filed[i].bit = scan_bit(f->filed[i].key, scan.bit_shift);
        qsort(f->filed, f->n, sizeof(*f->filed), by_bit);
        err = fill_candidates(f, to, &first);
        if (err == 0)
            err = fill_bits(f, to, first, &scan);
    }
    if (err == 0)
        *ret = scan;
    return err;
}

int
scan_build(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, const struct scan_build *to,
    struct image_scan ret[SCAN_KINDS])
{
    int err = 0;

    for (enum scan_kind kind = 0; kind < SCAN_KINDS && err == 0; kind++) {
        struct filer f = {.terms = terms, .units = units, .kind = kind};
        err = build_kind(&f, nterms, view, to, &ret[kind]);
        filer_done(&f);
    }
    return err;
}
