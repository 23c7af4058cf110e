/*
 * foldfast: see foldfast.h.
 *
 * Three bytes a character: five characters fill a 16-byte load.  Their lead
 * and continuation bytes are checked at once, two shuffles and three shifts
 * make five code points, and each is looked up in the folding table.  ASCII:
 * sixteen at once, letters lowered; blanks beside one another, references and
 * control characters end the block.
 */
#include "rules/foldfast.h"

enum {
    HAN_FIRST = 0x4E00, /* of the everyday ones */
    HAN_COUNT = 0x5200,
    HAN_LEAST = 0x3005, /* of all, and of some that are none */
    ASCII_COUNT = 0x80
};

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,bmi")))

bool
foldfast_is_there(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

/* Write that units n … n + 7 of f are one code point each, from cp on. */
AVX2 static inline void
put_origin(struct folded *f, size_t n, uint32_t cp)
{
    __m256i from = _mm256_add_epi32(
        _mm256_set1_epi32((int)cp), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));

    _mm256_storeu_si256((__m256i *)(void *)(f->from + n), from);
    memset(f->len + n, 1, 8);
}

enum { WIDE = 5 }; /* three-byte characters in a block */

/* How many three-byte characters stand at the beginning of v: 0 to WIDE. */
AVX2 static inline unsigned
count_wide(__m128i v)
{
    const unsigned leads = 0x1249, others = 0x6DB6;
    __m128i top = _mm_and_si128(v, _mm_set1_epi8((char)0xF0));
    unsigned lead = (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(top, _mm_set1_epi8((char)0xE0)));
    unsigned more = (unsigned)_mm_movemask_epi8(
        _mm_cmplt_epi8(v, _mm_set1_epi8((char)0xC0)));
    unsigned bad = ((lead & leads) | (more & others)) ^ (leads | others);

    /* said with a branch, so that nothing waits for the count */
    return bad == 0 ? WIDE : (unsigned)__builtin_ctz(bad) / 3;
}

/* The code points of five three-byte characters, in the lower five lanes. */
AVX2 static inline __m128i
decode_wide(__m128i v)
{
    const __m128i tails =
        _mm_setr_epi8(2, 1, 5, 4, 8, 7, 11, 10, 14, 13, -1, -1, -1, -1, -1, -1);
    const __m128i heads = _mm_setr_epi8(
        -1, 0, -1, 3, -1, 6, -1, 9, -1, 12, -1, -1, -1, -1, -1, -1);
    __m128i tail = _mm_shuffle_epi8(v, tails);
    __m128i head = _mm_slli_epi16(_mm_shuffle_epi8(v, heads), 4);
    __m128i middle =
        _mm_srli_epi16(_mm_and_si128(tail, _mm_set1_epi16(0x3F00)), 2);

    return _mm_or_si128(
        _mm_or_si128(head, middle), _mm_and_si128(tail, _mm_set1_epi16(0x3F)));
}

/* Fold five code points. */
AVX2 static inline __m128i
look_up(__m128i code)
{
    uint64_t four = (uint64_t)_mm_cvtsi128_si64(code);
    __m128i u = _mm_setzero_si128();

    u = _mm_insert_epi16(u, (short)foldtab_unit[four & 0xFFFF], 0);
    u = _mm_insert_epi16(u, (short)foldtab_unit[four >> 16 & 0xFFFF], 1);
    u = _mm_insert_epi16(u, (short)foldtab_unit[four >> 32 & 0xFFFF], 2);
    u = _mm_insert_epi16(u, (short)foldtab_unit[four >> 48], 3);
    return _mm_insert_epi16(
        u, (short)foldtab_unit[_mm_extract_epi16(code, 4)], 4);
}

/* Two bits for each of the first n characters that is not plain: a blank, no
 * unit at all, a replacement character (as surrogates are folded to), or an
 * overlong form of a code point below U+0800. */
AVX2 static inline unsigned
find_odd(__m128i u, __m128i code, unsigned n)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i blank =
        _mm_cmpeq_epi16(_mm_subs_epu16(u, _mm_set1_epi16(' ')), zero);
    __m128i overlong =
        _mm_cmpeq_epi16(_mm_subs_epu16(code, _mm_set1_epi16(0x7FF)), zero);
    __m128i none = _mm_cmpeq_epi16(
        _mm_adds_epu16(u, _mm_set1_epi16(0xFFFF - 0xFFFD)), _mm_set1_epi16(-1));
    __m128i odd = _mm_or_si128(_mm_or_si128(blank, overlong), none);

    return (unsigned)_mm_movemask_epi8(odd) & ((1u << 2 * n) - 1);
}

/* How many of the sixteen characters of v are plain ASCII.  blank: one stands
 * before them. */
AVX2 static inline unsigned
count_ascii(__m128i v, bool blank)
{
    __m128i space = _mm_cmpeq_epi8(v, _mm_set1_epi8(' '));
    __m128i odd = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(' ')),
        _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('&')),
            _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F))));
    unsigned spaces = (unsigned)_mm_movemask_epi8(space);

    unsigned bad = (unsigned)_mm_movemask_epi8(odd) |
                   (spaces & (spaces << 1 | (blank ? 1u : 0u)));

    return bad == 0 ? 16 : (unsigned)__builtin_ctz(bad);
}

AVX2 static inline void
put_ascii(struct folded *f, __m128i v, uint32_t cp)
{
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
        _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
    __m128i low = _mm_add_epi8(v, _mm_and_si128(upper, _mm_set1_epi8(0x20)));

    _mm256_storeu_si256(
        (__m256i *)(void *)(f->unit + f->n), _mm256_cvtepu8_epi16(low));
    put_origin(f, f->n, cp);
    put_origin(f, f->n + 8, cp + 8);
}

/* One block that begins with a character of three bytes; how many characters
 * were taken, *odd when something else follows them. */
AVX2 static inline unsigned
fold_wide(struct folded *f, __m128i v, uint32_t cp, bool *odd)
{
    unsigned n = count_wide(v), bad;
    __m128i code = decode_wide(v), u = look_up(code);

    _mm_storeu_si128((__m128i *)(void *)(f->unit + f->n), u);
    put_origin(f, f->n, cp);
    bad = find_odd(u, code, n);
    if (bad != 0) {
        *odd = true;
        return (unsigned)__builtin_ctz(bad) / 2;
    }
    *odd = n == 0;
    return n;
}

/* The same for one that begins with ASCII. */
AVX2 static inline unsigned
fold_ascii(struct folded *f, size_t begin, __m128i v, uint32_t cp, bool *odd)
{
    uint16_t before = f->n > begin ? f->unit[f->n - 1] : 0;
    unsigned n = count_ascii(v, before == ' ' || before == '\n');

    put_ascii(f, v, cp);
    *odd = n == 0;
    return n;
}

AVX2 static void
run(struct folded *f, size_t begin, struct str text, size_t *at, uint32_t *cp)
{
    struct folded out = *f; /* so that its pointers stay in registers */
    size_t i = *at;
    uint32_t c = *cp;
    bool odd = false;

    while (!odd && i + 16 <= text.n && out.cap - out.n >= FOLDFAST_BLOCK) {
        __m128i v =
            _mm_loadu_si128((const __m128i *)(const void *)(text.p + i));
        bool ascii = (unsigned char)text.p[i] < 0x80;
        unsigned n = ascii ? fold_ascii(&out, begin, v, c, &odd)
                           : fold_wide(&out, v, c, &odd);
        i += ascii ? n : 3u * n;
        out.n += n;
        c += n;
    }
    f->n = out.n;
    *at = i;
    *cp = c;
}

void
foldfast_run(
    struct folded *f, size_t begin, struct str text, size_t *at, uint32_t *cp)
{
    run(f, begin, text, at, cp);
}

/* Skip places where no edge is (foldfast_edge), as far as whole blocks go. */
static inline size_t
skip_to_edge(const uint16_t *unit, size_t i, size_t end)
{
    const __m128i least = _mm_set1_epi16(HAN_LEAST);
    const __m128i from = _mm_set1_epi16((short)(HAN_FIRST + 0x8000u));
    const __m128i below = _mm_set1_epi16((short)(HAN_COUNT - 0x8000));

    for (; i + 9 <= end; i += 8) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(unit + i));
        __m128i next =
            _mm_loadu_si128((const __m128i *)(const void *)(unit + i + 1));
        __m128i maybe =
            _mm_cmpeq_epi16(_mm_subs_epu16(least, v), _mm_setzero_si128());
        __m128i han = _mm_cmplt_epi16(_mm_sub_epi16(next, from), below);
        unsigned edge =
            (unsigned)_mm_movemask_epi8(_mm_andnot_si128(han, maybe));
        if (edge != 0)
            return i + (unsigned)__builtin_ctz(edge) / 2;
    }
    return i;
}

/* One bit for each of eight units that is ASCII. */
static inline unsigned
find_ascii(const uint16_t *unit)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)unit);
    __m128i in = _mm_cmpeq_epi16(
        _mm_and_si128(v, _mm_set1_epi16((short)~0x7F)), _mm_setzero_si128());

    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(in, in)) & 0xFF;
}

/* Skip places where no four units of ASCII stand, as far as whole blocks go. */
static inline size_t
skip_to_four(const uint16_t *unit, size_t i, size_t end)
{
    for (; i + 16 <= end; i += 13) {
        unsigned m = find_ascii(unit + i) | find_ascii(unit + i + 8) << 8;
        unsigned four = m & m >> 1 & m >> 2 & m >> 3;
        if (four != 0)
            return i + (unsigned)__builtin_ctz(four);
    }
    return i;
}

#else

static inline size_t
skip_to_four(const uint16_t *unit, size_t i, size_t end)
{
    (void)unit;
    (void)end;
    return i;
}

static inline size_t
skip_to_edge(const uint16_t *unit, size_t i, size_t end)
{
    (void)unit;
    (void)end;
    return i;
}

bool
foldfast_is_there(void)
{
    return false;
}

void
foldfast_run(
    struct folded *f, size_t begin, struct str text, size_t *at, uint32_t *cp)
{
    (void)f;
    (void)begin;
    (void)text;
    (void)at;
    (void)cp;
}

#endif

size_t
foldfast_edge(const uint16_t *unit, size_t i, size_t end)
{
    for (i = skip_to_edge(unit, i, end); i + 1 < end; i++)
        if (unit[i] >= HAN_LEAST &&
            (uint16_t)(unit[i + 1] - HAN_FIRST) >= HAN_COUNT)
            return i;
    return end;
}

size_t
foldfast_ascii_four(const uint16_t *unit, size_t i, size_t end)
{
    unsigned run = 0;

    i = skip_to_four(unit, i, end);
    for (; i < end; i++) {
        run = unit[i] < ASCII_COUNT ? run + 1 : 0;
        if (run == 4)
            return i - 3;
    }
    return end;
}
