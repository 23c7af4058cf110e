/*
 * scan: the pass over the text.
 *
 * A multiplication chooses a bit for each key (a pair of units, four of ASCII,
 * the beginning of a word).  Candidates, the terms filed under a key, lie in
 * the order of their bits; for each word of the bitmap it is known where its
 * candidates begin, and there are hardly more than two.  A candidate shows the
 * units in and beside its key, so that one comparison settles most of them.
 *
 * The bits of eight places are read before the first of them is looked at: they
 * do not wait for one another, and what they say is written down without a
 * branch.  Places are then looked at many at a time: first where their
 * candidates are, then the candidates, so that the memory that the one needs
 * is on its way while the other waits.
 */
#include "rules/scan.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "rules/foldfast.h"

enum {
    SCAN_BATCH = 64,
    SCAN_LONG_RUN = 16, /* candidates, beyond which they are searched by half */
    SCAN_BLOCK = 8,     /* places looked at together */
    WORD_BLOCK = 16     /* units whose beginnings of words are found together */
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

/* Places whose key has a bit, and where their candidates are. */
struct place {
    uint32_t at, key;
    struct image_run run;
};

/* Terms that stand here by all that their candidate shows. */
struct likely {
    const struct image_candidate *candidate;
    uint32_t at;
};

struct scanner {
    const uint64_t *bits, *single;
    const uint32_t *ranks;
    const struct image_candidate *candidates;
    const uint16_t *term_units;
    const uint16_t *unit;
    size_t n;
    unsigned shift;
    struct scan_hits *out;
    unsigned nplaces, nlikely;
    struct place
        place[SCAN_BATCH + SCAN_BLOCK]; /* note writes beyond the end */
    struct likely likely[SCAN_BATCH];
};

static inline bool
is_same(const uint16_t *a, const uint16_t *b, unsigned n)
{
    unsigned i = 0;

    while (i < n && a[i] == b[i])
        i++;
    return i == n;
}

/* --- looking closer ------------------------------------------------------- */

/* Compare what is likely whole. */
static void
settle(struct scanner *s)
{
    for (unsigned k = 0; k < s->nlikely; k++) {
        const struct image_candidate *c = s->likely[k].candidate;
        uint32_t at = s->likely[k].at;
        if (is_same(s->unit + at, s->term_units + c->unit, c->n))
            scan_hits_add(s->out, c->term, at);
    }
    s->nlikely = 0;
}

/* The candidates of a run that have the bit of key. */
static struct image_run
narrow(const struct scanner *s, struct image_run run, uint32_t key)
{
    const struct image_candidate *c = s->candidates;
    uint32_t bit = scan_bit(key, s->shift);
    uint32_t low = run.first, high = run.first + run.n, end = high;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (scan_bit(c[middle].key, s->shift) < bit)
            low = middle + 1;
        else
            high = middle;
    }
    for (run = (struct image_run){low, 0};
         low + run.n < end && scan_bit(c[low + run.n].key, s->shift) == bit;)
        run.n++;
    return run;
}

/* What the candidates of a pair at unit i are compared with besides. */
static inline uint64_t
surroundings(const struct scanner *s, size_t i)
{
    uint16_t u[4] = {0};
    uint64_t around;

    if (i > 0 && i + 3 <= s->n) {
        memcpy(&around, s->unit + i - 1, sizeof(around));
        return around;
    }
    if (i > 0)
        u[0] = s->unit[i - 1];
    if (i + 2 < s->n)
        u[3] = s->unit[i + 2];
    memcpy(&around, u, sizeof(around));
    return around;
}

/* Compare the candidates of a place with what stands around it. */
static inline void
compare(struct scanner *s, const struct place *p)
{
    const struct image_candidate *c = s->candidates + p->run.first;
    const struct image_candidate *end = c + p->run.n;
    uint64_t around = surroundings(s, p->at);

    for (; c < end; c++) {
        if ((c->key ^ p->key) | ((c->around ^ around) & scan_mask(c->mask)))
            continue;
        if (c->anchor > p->at || c->n > s->n - p->at + c->anchor)
            continue;
        if (c->whole) {
            scan_hits_add(s->out, c->term, p->at - c->anchor);
            continue;
        }
        if (s->nlikely == SCAN_BATCH)
            settle(s);
        s->likely[s->nlikely++] = (struct likely){c, p->at - c->anchor};
        __builtin_prefetch(s->term_units + c->unit);
    }
}

static void
look_closer(struct scanner *s)
{
    for (unsigned k = 0; k < s->nplaces; k++) {
        struct place *p = &s->place[k];
        uint32_t word = scan_bit(p->key, s->shift) >> 6;
        p->run.first = s->ranks[word];
        p->run.n = s->ranks[word + 1] - p->run.first;
        __builtin_prefetch(s->candidates + p->run.first);
    }
    for (unsigned k = 0; k < s->nplaces; k++) {
        struct place *p = &s->place[k];
        if (p->run.n > SCAN_LONG_RUN)
            p->run = narrow(s, p->run, p->key);
        compare(s, p);
    }
    settle(s);
    s->nplaces = 0;
}

/* --- which places have a bit -----------------------------------------------
 */

/* Write a place down; it counts when found is 1. */
static inline void
note(struct scanner *s, size_t i, uint32_t key, unsigned found)
{
    s->place[s->nplaces].at = (uint32_t)i;
    s->place[s->nplaces].key = key;
    s->nplaces += found;
}

static inline void
note_one(struct scanner *s, size_t i, uint32_t key, unsigned found)
{
    note(s, i, key, found);
    if (s->nplaces >= SCAN_BATCH)
        look_closer(s);
}

static inline unsigned
has_bit(const struct scanner *s, uint32_t key)
{
    uint32_t bit = scan_bit(key, s->shift);

    return (unsigned)(s->bits[bit >> 6] >> (bit & 63) & 1);
}

static inline bool
is_ascii_block(const uint16_t *u)
{
    const uint64_t others = 0xFF80FF80FF80FF80u;
    uint64_t a, b;

    memcpy(&a, u, sizeof(a));
    memcpy(&b, u + 4, sizeof(b));
    return ((a | b) & others) == 0 && u[SCAN_BLOCK] < 0x80;
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
scan_pairs(struct scanner *s, bool has_ascii)
{
    size_t i = 0;

    for (; i + SCAN_BLOCK < s->n; i += SCAN_BLOCK) {
        const uint16_t *u = s->unit + i;
        unsigned found;

        if (!has_ascii && is_ascii_block(u))
            continue;
        found = look(s, u) | look(s, u + 4) << 4;
        if (found == 0)
            continue;
        for (unsigned k = 0; k < SCAN_BLOCK; k++)
            note(s, i + k, scan_pair(u[k], u[k + 1]), found >> k & 1);
        if (s->nplaces >= SCAN_BATCH)
            look_closer(s);
    }
    for (; i + 1 < s->n; i++) {
        uint32_t key = scan_pair(s->unit[i], s->unit[i + 1]);
        note_one(s, i, key, has_bit(s, key));
    }
    look_closer(s);
}

/* Look at every four units of ASCII. */
static void
scan_ascii(struct scanner *s)
{
    for (size_t i = foldfast_ascii_four(s->unit, 0, s->n); i < s->n;) {
        size_t end = i + 4;
        for (; end <= s->n && s->unit[end - 1] < 0x80; i++, end++) {
            uint32_t key = scan_quad(s->unit + i);
            note_one(s, i, key, has_bit(s, key));
        }
        i = foldfast_ascii_four(s->unit, end, s->n);
    }
    look_closer(s);
}

/* One bit for each of WORD_BLOCK units from u on that is a letter or digit. */
static inline unsigned
alnum_block(const uint16_t *u)
{
#if defined(__SSE2__)
    __m128i is[2];

    for (unsigned k = 0; k < 2; k++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(u + 8 * k));
        __m128i letter = _mm_sub_epi16(
            _mm_or_si128(v, _mm_set1_epi16(0x20)), _mm_set1_epi16('a'));
        __m128i digit = _mm_sub_epi16(v, _mm_set1_epi16('0'));
        __m128i none = _mm_setzero_si128();
        is[k] = _mm_or_si128(
            _mm_cmpeq_epi16(_mm_subs_epu16(letter, _mm_set1_epi16(25)), none),
            _mm_cmpeq_epi16(_mm_subs_epu16(digit, _mm_set1_epi16(9)), none));
    }
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(is[0], is[1]));
#else
    unsigned bits = 0;

    for (unsigned k = 0; k < WORD_BLOCK; k++)
        bits |= (unsigned)scan_is_alnum(u[k]) << k;
    return bits;
#endif
}

/* Units of the word that begins at i. */
static inline size_t
word_length(const struct scanner *s, size_t i)
{
    size_t end = i + 1;

    while (end < s->n && scan_is_alnum(s->unit[end]))
        end++;
    return end - i;
}

/* Look at every beginning of a word of ASCII. */
static void
scan_words(struct scanner *s)
{
    unsigned before = 0; /* whether the unit before is of a word */

    for (size_t i = 0; i < s->n; i += WORD_BLOCK) {
        unsigned alnum = 0, begins;

        if (i + WORD_BLOCK <= s->n)
            alnum = alnum_block(s->unit + i);
        else
            for (size_t k = i; k < s->n; k++)
                alnum |= (unsigned)scan_is_alnum(s->unit[k]) << (k - i);
        begins = alnum & ~(alnum << 1 | before);
        before = alnum >> (WORD_BLOCK - 1) & 1;
        for (; begins; begins &= begins - 1) {
            size_t at = i + (unsigned)__builtin_ctz(begins);
            uint32_t key = scan_word(s->unit + at, word_length(s, at));
            note_one(s, at, key, has_bit(s, key));
        }
    }
    look_closer(s);
}

static void
scan_singles(struct scanner *s)
{
    for (size_t i = 0; i < s->n; i++) {
        uint16_t a = s->unit[i];
        note_one(s, i, scan_pair(0, a),
            (unsigned)(s->single[a >> 6] >> (a & 63) & 1));
    }
    look_closer(s);
}

void
scan_run(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out)
{
    const uint64_t *bits = IMAGE_ARRAY(image, uint64_t, SEC_BITS);
    struct scanner s;

    (void)arg;
    s.candidates = IMAGE_ARRAY(image, struct image_candidate, SEC_CANDIDATES);
    s.term_units = IMAGE_ARRAY(image, uint16_t, SEC_UNITS);
    s.unit = unit;
    s.n = n;
    s.out = out;
    s.nplaces = s.nlikely = 0;
    for (enum scan_kind kind = 0; kind < SCAN_KINDS; kind++) {
        const struct image_scan *scan =
            IMAGE_ARRAY(image, struct image_scan, SEC_SCAN) +
            (size_t)view * SCAN_KINDS + kind;
        if (scan->bits.n == 0)
            continue;
        s.bits = bits + scan->bits.first;
        s.single = bits + scan->single_bits.first;
        s.ranks = IMAGE_ARRAY(image, uint32_t, SEC_RANKS) + scan->ranks.first;
        s.shift = scan->bit_shift;
        if (kind == SCAN_PAIRS)
            scan_pairs(&s, scan->has_ascii != 0);
        else if (kind == SCAN_ASCII)
            scan_ascii(&s);
        else
            scan_words(&s);
        if (scan->single_bits.n > 0)
            scan_singles(&s);
    }
}
