/*
 * scan: the pass over the text, and the hash that it uses.
 *
 * A multiplication chooses a bit for each key (a pair of units, or four of
 * ASCII).  Set bits are numbered from the left; the number (rank) of a bit is
 * that of its bucket, a run of candidates: terms with the key, and the units
 * beside it, so that most of them need no second look.  The bitmap has at
 * least 64 bits for each key as long as it stays within the processor's second
 * cache.
 *
 * The bits of eight places are read before the first of them is looked at: they
 * do not wait for one another, and one branch serves all.
 */
#include "rules/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rules/foldfast.h"
#include "rules/pairfreq.h"

enum {
    SCAN_BITS_PER_KEY = 64,
    SCAN_MIN_LOG_BITS = 12,
    SCAN_MAX_LOG_BITS = 21, /* 256 KiB */
    SCAN_SINGLE_WORDS = 65536 / 64,
    SCAN_BATCH = 64
};

void
scan_hits_done(struct scan_hits *hits)
{
    free(hits->hit);
    *hits = (struct scan_hits){.hit = NULL};
}

static bool
hits_grow(struct scan_hits *h)
{
    size_t cap = h->cap ? h->cap * 2 : 1024;
    struct scan_hit *p =
        cap <= SCAN_MAX_HITS ? realloc(h->hit, cap * sizeof(*p)) : NULL;

    if (!p) {
        h->full = true;
        return false;
    }
    h->hit = p;
    h->cap = cap;
    return true;
}

bool
scan_hits_add(struct scan_hits *h, uint32_t term, uint32_t at)
{
    if (h->n == h->cap && !hits_grow(h))
        return false;
    h->hit[h->n++] = (struct scan_hit){term, at};
    return true;
}

struct scanner {
    const uint64_t *bits, *single;
    const uint32_t *ranks, *buckets;
    const struct image_candidate *candidates;
    const uint16_t *term_units;
    const uint16_t *unit;
    size_t n;
    unsigned shift, width;
    struct scan_hits *out;
};

static inline bool
is_same(const uint16_t *a, const uint16_t *b, unsigned n)
{
    unsigned i = 0;

    while (i < n && a[i] == b[i])
        i++;
    return i == n;
}

/* Places whose key has a bit.  They are looked at many at a time: first where
 * their candidates are, then the candidates, so that the memory that the one
 * needs is on its way while the other waits. */
struct batch {
    uint32_t at[SCAN_BATCH];
    unsigned n;
};

static inline uint32_t
key_of(const struct scanner *s, size_t i)
{
    return s->width == 2   ? scan_pair(s->unit[i], s->unit[i + 1])
           : s->width == 4 ? scan_quad(s->unit + i)
                           : scan_pair(0, s->unit[i]);
}

/* Terms that stand here by all that their candidate shows. */
struct likely {
    const struct image_candidate *candidate[SCAN_BATCH];
    uint32_t at[SCAN_BATCH];
    unsigned n;
};

/* Compare them whole. */
static void
settle(const struct scanner *s, struct likely *l)
{
    for (unsigned k = 0; k < l->n; k++) {
        const struct image_candidate *c = l->candidate[k];
        if (is_same(s->unit + l->at[k], s->term_units + c->unit, c->n))
            scan_hits_add(s->out, c->term, l->at[k]);
    }
    l->n = 0;
}

/* Compare the candidates in run with what stands around unit i. */
static inline void
compare(
    const struct scanner *s, struct image_run run, size_t i, struct likely *l)
{
    const struct image_candidate *c = s->candidates + run.first;
    const struct image_candidate *end = c + run.n;
    uint32_t key = key_of(s, i);

    for (; c < end; c++) {
        if (c->key != key || c->anchor > i || c->n > s->n - i + c->anchor)
            continue;
        if ((c->before && c->before != s->unit[i - 1]) ||
            (c->after && c->after != s->unit[i + s->width]))
            continue;
        if (c->n == 2) {
            scan_hits_add(s->out, c->term, (uint32_t)(i - c->anchor));
            continue;
        }
        if (l->n == SCAN_BATCH)
            settle(s, l);
        l->candidate[l->n] = c;
        l->at[l->n++] = (uint32_t)(i - c->anchor);
        __builtin_prefetch(s->term_units + c->unit);
    }
}

static void
look_closer(const struct scanner *s, struct batch *b)
{
    struct image_run run[SCAN_BATCH];
    struct likely likely;

    for (unsigned k = 0; k < b->n; k++) {
        uint32_t bit = scan_bit(key_of(s, b->at[k]), s->shift);
        uint32_t bucket =
            s->ranks[bit >> 6] + scan_below(s->bits[bit >> 6], bit & 63);
        run[k].first = s->buckets[bucket];
        run[k].n = s->buckets[bucket + 1] - run[k].first;
        __builtin_prefetch(s->candidates + run[k].first);
    }
    likely.n = 0;
    for (unsigned k = 0; k < b->n; k++)
        compare(s, run[k], b->at[k], &likely);
    settle(s, &likely);
    b->n = 0;
}

/* Add the places whose bits are set in found, of those from i on. */
static inline void
note(const struct scanner *s, struct batch *b, size_t i, unsigned found)
{
    for (; found; found &= found - 1) {
        b->at[b->n++] = (uint32_t)(i + (unsigned)__builtin_ctz(found));
        if (b->n == SCAN_BATCH)
            look_closer(s, b);
    }
}

static inline unsigned
has_bit(const struct scanner *s, uint32_t key)
{
    uint32_t bit = scan_bit(key, s->shift);

    return (unsigned)(s->bits[bit >> 6] >> (bit & 63) & 1);
}

/* One bit for each of the four pairs from u on. */
static inline unsigned
look(const struct scanner *s, const uint16_t *u)
{
    return has_bit(s, scan_pair(u[0], u[1])) |
           has_bit(s, scan_pair(u[1], u[2])) << 1 |
           has_bit(s, scan_pair(u[2], u[3])) << 2 |
           has_bit(s, scan_pair(u[3], u[4])) << 3;
}

static void
scan_pairs(const struct scanner *s)
{
    struct batch b;
    size_t i = 0;

    b.n = 0;
    for (; i + 8 < s->n; i += 8) {
        const uint16_t *u = s->unit + i;
        note(s, &b, i, look(s, u) | look(s, u + 4) << 4);
    }
    for (; i + 1 < s->n; i++)
        note(s, &b, i, has_bit(s, scan_pair(s->unit[i], s->unit[i + 1])));
    look_closer(s, &b);
}

/* Look at every four units of ASCII. */
static void
scan_ascii(const struct scanner *s)
{
    struct batch b;

    b.n = 0;
    for (size_t i = foldfast_ascii_four(s->unit, 0, s->n); i < s->n;) {
        size_t end = i + 4;
        for (; end <= s->n && s->unit[end - 1] < 0x80; i++, end++)
            note(s, &b, i, has_bit(s, scan_quad(s->unit + i)));
        i = foldfast_ascii_four(s->unit, end, s->n);
    }
    look_closer(s, &b);
}

static void
scan_singles(const struct scanner *s)
{
    struct batch b;

    b.n = 0;
    for (size_t i = 0; i < s->n; i++) {
        uint16_t a = s->unit[i];
        note(s, &b, i, (unsigned)(s->single[a >> 6] >> (a & 63) & 1));
    }
    look_closer(s, &b);
}

void
scan_run(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out)
{
    const uint64_t *bits = IMAGE_ARRAY(image, uint64_t, SEC_BITS);
    struct scanner s = {.candidates = IMAGE_ARRAY(
                            image, struct image_candidate, SEC_CANDIDATES),
        .term_units = IMAGE_ARRAY(image, uint16_t, SEC_UNITS),
        .unit = unit,
        .n = n,
        .out = out};

    (void)arg;
    for (enum scan_kind kind = 0; kind < SCAN_KINDS; kind++) {
        const struct image_scan *scan =
            IMAGE_ARRAY(image, struct image_scan, SEC_SCAN) +
            (size_t)view * SCAN_KINDS + kind;
        if (scan->bits.n == 0)
            continue;
        s.bits = bits + scan->bits.first;
        s.single = bits + scan->single_bits.first;
        s.ranks = IMAGE_ARRAY(image, uint32_t, SEC_RANKS) + scan->ranks.first;
        s.buckets =
            IMAGE_ARRAY(image, uint32_t, SEC_BUCKETS) + scan->buckets.first;
        s.shift = scan->bit_shift;
        s.width = scan_width(kind);
        if (kind == SCAN_PAIRS)
            scan_pairs(&s);
        else
            scan_ascii(&s);
        s.width = 1;
        if (scan->single_bits.n > 0)
            scan_singles(&s);
    }
}

/* Building. */

struct filed {
    uint32_t key, term;
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

/* The key at unit i of a term; false where there is none of this kind. */
static bool
key_at(const struct filer *f, const struct image_term *t, unsigned i,
    uint32_t *ret)
{
    const uint16_t *u = f->units + t->unit + i;

    if (i + scan_width(f->kind) > t->n)
        return false;
    if (f->kind == SCAN_PAIRS) {
        *ret = scan_pair(u[0], u[1]);
        return true;
    }
    *ret = scan_quad(u);
    return (u[0] | u[1] | u[2] | u[3]) < 0x80;
}

/* The key of a term that costs least: rare in texts, and shared with few other
 * terms.  UINT32_MAX when it has none. */
static uint32_t
choose(const struct filer *f, uint32_t number, struct filed *ret)
{
    const struct image_term *t = &f->terms[number];
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
            *ret = (struct filed){key, number, (uint16_t)i};
        }
    }
    return least;
}

/* Whether a term is filed by kind: under four of ASCII when nothing but
 * letters would be left otherwise. */
static bool
is_of_kind(const struct filer *f, const struct image_term *t)
{
    const uint16_t *u = f->units + t->unit;
    unsigned run = 0, longest = 0;
    bool wide = false;

    for (unsigned i = 0; i < t->n; i++) {
        run = u[i] < 0x80 ? run + 1 : 0;
        longest = run > longest ? run : longest;
        wide = wide || u[i] >= 0x80;
    }
    return (f->kind == SCAN_ASCII) == (longest >= 4 && !wide);
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
        if (f->terms[t].view != (uint32_t)view || !is_of_kind(f, &f->terms[t]))
            continue;
        f->filed[f->n++].term = t;
        for (unsigned i = 0; key_at(f, &f->terms[t], i, &key); i++) {
            uint16_t *c = &f->count[scan_bit(key, 16)];
            *c = (uint16_t)(*c + (*c < UINT16_MAX));
        }
    }
    for (uint32_t i = 0; i < f->n; i++) {
        struct filed *d = &f->filed[i];
        const struct image_term *t = &f->terms[d->term];
        if (t->n > 1) {
            choose(f, d->term, d);
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

/* Set the bits and number them; the number of buckets in *ret. */
static int
fill_bits(const struct filer *f, const struct scan_build *to,
    struct image_scan *scan, uint32_t *ret)
{
    size_t words = scan->bits.n;
    uint64_t *bits, *singles;
    uint32_t *ranks, rank = 0;

    scan->single_bits = (struct image_run){
        scan->bits.first + scan->bits.n, f->has_single ? SCAN_SINGLE_WORDS : 0};
    scan->ranks = (struct image_run){
        (uint32_t)(to->ranks->n / sizeof(*ranks)), (uint32_t)words};
    bits = append(to->bits, (words + scan->single_bits.n) * sizeof(*bits));
    ranks = append(to->ranks, words * sizeof(*ranks));
    if (!bits || !ranks)
        return E_NOMEM;
    singles = bits + words;
    for (uint32_t i = 0; i < f->n; i++) {
        uint32_t bit = scan_bit(f->filed[i].key, scan->bit_shift);
        uint16_t unit = f->units[f->terms[f->filed[i].term].unit];
        bits[bit >> 6] |= (uint64_t)1 << (bit & 63);
        if (f->terms[f->filed[i].term].n == 1)
            singles[unit >> 6] |= (uint64_t)1 << (unit & 63);
    }
    for (size_t i = 0; i < words; i++) {
        ranks[i] = rank;
        rank += (uint32_t)__builtin_popcountll(bits[i]);
    }
    *ret = rank;
    return 0;
}

static uint32_t
bucket_of(
    const struct scan_build *to, const struct image_scan *scan, uint32_t key)
{
    const uint64_t *bits =
        (const uint64_t *)(const void *)to->bits->p + scan->bits.first;
    const uint32_t *ranks =
        (const uint32_t *)(const void *)to->ranks->p + scan->ranks.first;
    uint32_t bit = scan_bit(key, scan->bit_shift);

    return ranks[bit >> 6] + scan_below(bits[bit >> 6], bit & 63);
}

static struct image_candidate
candidate_of(const struct filer *f, const struct filed *d)
{
    const struct image_term *t = &f->terms[d->term];
    const uint16_t *u = f->units + t->unit;
    unsigned behind = d->anchor + scan_width(f->kind);

    return (struct image_candidate){.key = d->key,
        .term = d->term,
        .unit = t->unit,
        .n = (uint8_t)t->n,
        .anchor = (uint8_t)d->anchor,
        .before = d->anchor > 0 ? u[d->anchor - 1] : 0,
        .after = behind < t->n ? u[behind] : 0};
}

/* Sort the filed terms into their buckets, by counting. */
static int
fill_buckets(const struct filer *f, const struct scan_build *to,
    struct image_scan *scan, uint32_t nbuckets)
{
    uint32_t first =
        (uint32_t)(to->candidates->n / sizeof(struct image_candidate));
    struct image_candidate *candidate;
    uint32_t *bucket;

    scan->buckets = (struct image_run){
        (uint32_t)(to->buckets->n / sizeof(*bucket)), nbuckets + 1};
    bucket = append(to->buckets, (nbuckets + 1u) * sizeof(*bucket));
    candidate = append(to->candidates, f->n * sizeof(*candidate));
    if (!bucket || !candidate)
        return E_NOMEM;
    for (uint32_t i = 0; i < f->n; i++)
        bucket[bucket_of(to, scan, f->filed[i].key) + 1]++;
    for (uint32_t b = 1; b <= nbuckets; b++)
        bucket[b] += bucket[b - 1];
    for (uint32_t i = f->n; i-- > 0;) { /* ends become beginnings */
        uint32_t b = bucket_of(to, scan, f->filed[i].key);
        candidate[--bucket[b + 1]] = candidate_of(f, &f->filed[i]);
    }
    /* bucket[b + 1] is now the beginning of b */
    memmove(bucket, bucket + 1, nbuckets * sizeof(*bucket));
    bucket[nbuckets] = f->n;
    for (uint32_t b = 0; b <= nbuckets; b++)
        bucket[b] += first;
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

static int
build_kind(struct filer *f, uint32_t nterms, enum image_view view,
    const struct scan_build *to, struct image_scan *ret)
{
    struct image_scan scan = {
        .bits = {.first = (uint32_t)(to->bits->n / 8)}, .bit_shift = 32};
    uint32_t nbuckets = 0;
    int err = filer_init(f, nterms, view);

    if (err == 0 && f->n > 0) {
        unsigned log = log_bits(f->n);
        scan.bit_shift = 32 - log;
        scan.bits.n = (uint32_t)1 << (log - 6);
        err = fill_bits(f, to, &scan, &nbuckets);
        if (err == 0)
            err = fill_buckets(f, to, &scan, nbuckets);
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
