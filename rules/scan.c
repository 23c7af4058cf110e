/*
 * scan: the pass over the text, and the hash that it uses.
 *
 * hash(a, b) is a multiplication whose upper bits choose a bit of the bitmap
 * (at least 64 bits per key, so that nearly all pairs of a text end there) and
 * a slot of the key table (open addressing, at most half full).
 */
#include "rules/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum {
    SCAN_BITS_PER_KEY = 64,
    SCAN_MIN_LOG_BITS = 12,
    SCAN_MAX_LOG_BITS = 21,
    SCAN_SINGLE_WORDS = 65536 / 64
};
#define SCAN_NO_PAIR UINT32_MAX

static inline uint32_t
pair_of(uint16_t a, uint16_t b)
{
    return (uint32_t)a << 16 | b;
}

static inline uint32_t
hash_of(uint32_t pair)
{
    uint32_t h = pair * 0x9E3779B1u;

    h ^= h >> 15;
    return h * 0x85EBCA6Bu;
}

struct scanner {
    const struct image *image;
    const struct image_scan *scan;
    const uint64_t *bits, *single;
    const struct image_key *keys;
    const struct image_candidate *candidates;
    const uint16_t *term_units;
    const uint16_t *unit;
    size_t n;
    scan_fn fn;
    void *arg;
};

/* Compare the terms filed under pair, which stands at unit i. */
static void
probe(const struct scanner *s, uint32_t pair, size_t i)
{
    uint32_t mask = s->scan->keys.n - 1;
    uint32_t slot = hash_of(pair) >> (s->scan->key_shift - 1) >> 1;
    const struct image_key *k;

    for (;; slot = (slot + 1) & mask) {
        k = &s->keys[slot & mask];
        if (k->pair == SCAN_NO_PAIR)
            return;
        if (k->pair == pair)
            break;
    }
    const struct image_candidate *c = s->candidates + k->candidates.first;
    for (uint32_t j = 0; j < k->candidates.n; j++, c++) {
        if (c->anchor > i || c->n > s->n - (i - c->anchor))
            continue;
        if (memcmp(s->unit + i - c->anchor, s->term_units + c->unit,
                c->n * sizeof(uint16_t)) == 0)
            s->fn(s->arg, c->term, i - c->anchor);
    }
}

void
scan_run(const struct image *image, enum image_view view, const uint16_t *unit,
    size_t n, scan_fn fn, void *arg)
{
    const struct image_scan *scan =
        IMAGE_ARRAY(image, struct image_scan, SEC_SCAN) + view;
    struct scanner s = {.image = image,
        .scan = scan,
        .bits = IMAGE_ARRAY(image, uint64_t, SEC_BITS) + scan->bits.first,
        .single =
            IMAGE_ARRAY(image, uint64_t, SEC_BITS) + scan->single_bits.first,
        .keys =
            IMAGE_ARRAY(image, struct image_key, SEC_KEYS) + scan->keys.first,
        .candidates =
            IMAGE_ARRAY(image, struct image_candidate, SEC_CANDIDATES),
        .term_units = IMAGE_ARRAY(image, uint16_t, SEC_UNITS),
        .unit = unit,
        .n = n,
        .fn = fn,
        .arg = arg};
    unsigned shift = scan->bit_shift;

    if (scan->keys.n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        uint16_t a = unit[i];
        if (s.single[a >> 6] >> (a & 63) & 1)
            probe(&s, pair_of(0, a), i);
        if (i + 1 < n) {
            uint32_t pair = pair_of(a, unit[i + 1]);
            uint32_t h = hash_of(pair) >> (shift - 1) >> 1;
            if (s.bits[h >> 6] >> (h & 63) & 1)
                probe(&s, pair, i);
        }
    }
}

/* Building. */

struct filed {
    uint32_t pair, term;
    uint16_t anchor;
};

/* How common a unit is in running text, roughly: 0 rare … 3 everywhere. */
static unsigned
commonness(uint16_t u)
{
    static const uint16_t frequent[] = {0x7684, 0x4E00, 0x662F, 0x5728, 0x4E0D,
        0x4E86, 0x6709, 0x548C, 0x4EBA, 0x8FD9, 0x4E2D, 0x5927, 0x4E3A, 0x4E0A,
        0x4E2A, 0x56FD, 0x5B66, 0x6821, 0x751F, 0x8001, 0x5E08, 0x5B50, 0x5BB6,
        0x53BF, 0x6559, 0x80B2, 0x5168, 0x5F00, 0x65E5, 0x6708, 0x5E74};

    if (u < 0x80)
        return 3;
    for (size_t i = 0; i < sizeof(frequent) / sizeof(frequent[0]); i++)
        if (frequent[i] == u)
            return 2;
    return u >= 0x4E00 && u <= 0x9FFF ? 1 : 0;
}

static int
by_pair(const void *a, const void *b)
{
    const struct filed *x = a, *y = b;

    if (x->pair != y->pair)
        return x->pair < y->pair ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* The pair of a term that costs least: not common in texts, and shared with
 * few other terms (count: how often a pair occurs in all terms, hashed). */
static struct filed
choose(const struct image_term *t, uint32_t number, const uint16_t *u,
    const uint16_t *count)
{
    struct filed best = {.term = number};
    uint32_t least = UINT32_MAX;

    if (t->n == 1) {
        best.pair = pair_of(0, u[0]);
        return best;
    }
    for (uint16_t i = 0; i + 1 < t->n; i++) {
        uint32_t pair = pair_of(u[i], u[i + 1]);
        uint32_t common = commonness(u[i]) + commonness(u[i + 1]);
        uint32_t cost = (common + 1) * 4 + 2u * count[hash_of(pair) >> 16];
        if (cost < least) {
            least = cost;
            best.pair = pair;
            best.anchor = i;
        }
    }
    return best;
}

static void
count_pairs(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, uint16_t *count)
{
    for (uint32_t t = 0; t < nterms; t++) {
        const uint16_t *u = units + terms[t].unit;
        if (terms[t].view != (uint32_t)view)
            continue;
        for (uint16_t i = 0; i + 1 < terms[t].n; i++) {
            uint16_t *c = &count[hash_of(pair_of(u[i], u[i + 1])) >> 16];
            if (*c < UINT16_MAX)
                *c = (uint16_t)(*c + 1);
        }
    }
}

/* File every term under its pair, sorted by pair. */
static struct filed *
file_terms(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, uint32_t *ret_n)
{
    uint16_t *count = calloc(65536, sizeof(*count));
    struct filed *filed = calloc(nterms ? nterms : 1, sizeof(*filed));
    uint32_t n = 0;

    if (!count || !filed) {
        free(count);
        free(filed);
        return NULL;
    }
    count_pairs(terms, nterms, units, view, count);
    for (uint32_t t = 0; t < nterms; t++)
        if (terms[t].view == (uint32_t)view)
            filed[n++] = choose(&terms[t], t, units + terms[t].unit, count);
    free(count);
    qsort(filed, n, sizeof(*filed), by_pair);
    *ret_n = n;
    return filed;
}

static unsigned
log_of(uint32_t least, unsigned from, unsigned to)
{
    unsigned log = from;

    while (log < to && ((uint64_t)1 << log) < least)
        log++;
    return log;
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

/* Put the keys of filed into the table and the bitmaps. */
static int
fill(const struct filed *filed, uint32_t n, const struct image_term *terms,
    const struct scan_build *to, const struct image_scan *scan)
{
    uint64_t *bits = (void *)(to->bits->p + scan->bits.first * 8u);
    uint64_t *single = (void *)(to->bits->p + scan->single_bits.first * 8u);
    struct image_key *keys =
        (void *)(to->keys->p + scan->keys.first * sizeof(struct image_key));
    uint32_t mask = scan->keys.n - 1;

    for (uint32_t i = 0, end; i < n; i = end) {
        uint32_t h = hash_of(filed[i].pair);
        uint32_t slot = (h >> (scan->key_shift - 1) >> 1) & mask;
        uint32_t first =
            (uint32_t)(to->candidates->n / sizeof(struct image_candidate));
        for (end = i; end < n && filed[end].pair == filed[i].pair; end++) {
            const struct image_term *t = &terms[filed[end].term];
            struct image_candidate c = {.term = filed[end].term,
                .unit = t->unit,
                .n = t->n,
                .anchor = filed[end].anchor};
            int err = buf_add(to->candidates, &c, sizeof(c));
            if (err != 0)
                return err;
        }
        while (keys[slot].pair != SCAN_NO_PAIR)
            slot = (slot + 1) & mask;
        keys[slot] = (struct image_key){filed[i].pair, {first, end - i}};
        if (filed[i].pair >> 16 == 0)
            single[filed[i].pair >> 6] |= (uint64_t)1 << (filed[i].pair & 63);
        uint32_t bit = h >> (scan->bit_shift - 1) >> 1;
        bits[bit >> 6] |= (uint64_t)1 << (bit & 63);
    }
    return 0;
}

int
scan_build(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, const struct scan_build *to,
    struct image_scan *ret)
{
    uint32_t n = 0;
    struct filed *filed = file_terms(terms, nterms, units, view, &n);
    struct image_scan scan = {.bits = {.first = (uint32_t)(to->bits->n / 8)}};
    struct image_key *keys;
    int err = 0;

    if (!filed)
        return E_NOMEM;
    if (n > 0) {
        unsigned bits =
            log_of(n * SCAN_BITS_PER_KEY, SCAN_MIN_LOG_BITS, SCAN_MAX_LOG_BITS);
        unsigned slots = log_of(n * 2 + 2, 2, 30);
        scan.bit_shift = 32 - bits;
        scan.key_shift = 32 - slots;
        scan.bits.n = (uint32_t)1 << (bits - 6);
        scan.single_bits = (struct image_run){
            scan.bits.first + scan.bits.n, SCAN_SINGLE_WORDS};
        scan.keys = (struct image_run){
            (uint32_t)(to->keys->n / sizeof(*keys)), (uint32_t)1 << slots};
        void *room =
            append(to->bits, ((size_t)scan.bits.n + SCAN_SINGLE_WORDS) * 8);
        keys = append(to->keys, scan.keys.n * sizeof(*keys));
        if (!room || !keys) {
            free(filed);
            return to->bits->err ? to->bits->err : E_NOMEM;
        }
        for (uint32_t i = 0; i < scan.keys.n; i++)
            keys[i].pair = SCAN_NO_PAIR;
        err = fill(filed, n, terms, to, &scan);
    }
    free(filed);
    if (err == 0)
        *ret = scan;
    return err;
}
