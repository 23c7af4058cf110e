#include "feeds/detect.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static bool
within(uint8_t c, uint8_t from, uint8_t to)
{
    return c >= from && c <= to;
}

/* Length of the sequence at p with n bytes left, which does not begin with
 * ASCII; 0 when it is none. */
static size_t
sequence_length(const uint8_t *p, size_t n)
{
    uint8_t lead = p[0];

    if (lead >= 0xE0 && lead <= 0xEF) {
        if (n < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 ||
            (lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F))
            return 0;
        return 3;
    }
    if (lead >= 0xC2 && lead <= 0xDF)
        return n >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (lead < 0xF0 || lead > 0xF4 || n < 4 || (p[1] & 0xC0) != 0x80 ||
        (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80 ||
        (lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F))
        return 0;
    return 4;
}

bool
detect_is_utf8(struct str bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t at = 0;

    while (at < bytes.n) {
        size_t n;

        if (bytes.n - at >= sizeof(uint64_t)) {
            uint64_t word;

            memcpy(&word, p + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                continue;
            }
        }
        while (at < bytes.n && p[at] < 0x80)
            at++;
        while (at < bytes.n && p[at] >= 0x80) {
            n = sequence_length(p + at, bytes.n - at);
            if (n == 0)
                return false;
            at += n;
        }
    }
    return true;
}

struct detect_utf8
detect_utf8(struct str bytes)
{
    struct detect_utf8 found = {0};
    size_t at = 0;

    while (at < bytes.n) {
        size_t before = at;

        if ((uint8_t)bytes.p[at] < 0x80) {
            at++;
            continue;
        }
        if (utf8_next(bytes, &at) == UTF8_REPLACEMENT &&
            !(at - before == 3 && (uint8_t)bytes.p[before] == 0xEF &&
                (uint8_t)bytes.p[before + 1] == 0xBF)) {
            found.bad++;
            continue;
        }
        found.good++;
        found.wide += at - before > 2;
    }
    return found;
}

/* Whether a byte of at least limit is in bytes. */
static bool
has_byte_from(struct str bytes, uint8_t limit)
{
    enum { BLOCK = 4096 };

    for (size_t at = 0; at < bytes.n; at += BLOCK) {
        size_t end = bytes.n - at < BLOCK ? bytes.n : at + BLOCK;
        unsigned found = 0;

        /* Without a way out, so that the compiler takes many at a time. */
        for (size_t i = at; i < end; i++)
            found |= (uint8_t)bytes.p[i] >= limit;
        if (found)
            return true;
    }
    return false;
}

/* Which alphabet a character of two bytes belongs to, coarsely. */
static unsigned
alphabet_of(uint32_t c)
{
    static const uint16_t ends[] = {
        0x250, 0x370, 0x400, 0x530, 0x590, 0x600, 0x780, 0x800};
    unsigned i = 0;

    while (c >= ends[i] && i + 1 < sizeof ends / sizeof ends[0])
        i++;
    return i;
}

bool
detect_is_disguised_gb(struct str bytes)
{
    size_t mixed = 0, pure = 0, at = 0;

    if (has_byte_from(bytes, 0xE0) || !has_byte_from(bytes, 0xC2))
        return false;
    while (at < bytes.n && at < DETECT_SAMPLE_BYTES) {
        unsigned alphabets = 0;
        size_t length = 0;

        for (; at < bytes.n && (uint8_t)bytes.p[at] >= 0x80; length++)
            alphabets |= 1u << alphabet_of(utf8_next(bytes, &at));
        if (length >= 2 && (alphabets & (alphabets - 1)) != 0)
            mixed++;
        else if (length >= 2)
            pure++;
        at += length == 0;
    }
    return mixed > pure;
}

bool
detect_is_paired(struct str bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t pairs = 0;

    for (size_t at = 0; at < bytes.n; at++) {
        if (p[at] < 0x80)
            continue;
        if (p[at] < 0xA1 || at + 1 == bytes.n || p[at + 1] < 0xA1)
            return false;
        pairs++;
        at++;
    }
    return pairs > 0;
}

/* What a walk over the sample by one encoding's rule of pairs found. */
struct tally {
    size_t pairs;   /* characters of two bytes */
    size_t common;  /* of these, the ones that its language uses most */
    size_t special; /* of these, kana or bytes that only it uses */
    size_t errors;  /* high bytes that fit no rule */
};

typedef int (*pair_fn)(uint8_t lead, uint8_t trail);

enum { PAIR_BAD = -1, PAIR_PLAIN, PAIR_COMMON, PAIR_SPECIAL };

static struct tally
walk(struct str bytes, pair_fn pair)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    struct tally tally = {0};

    for (size_t at = 0; at < bytes.n; at++) {
        int kind;

        if (p[at] < 0x80)
            continue;
        if (at + 1 == bytes.n)
            break; /* the sample may end in the middle */
        kind = pair(p[at], p[at + 1]);
        if (kind == PAIR_BAD) {
            tally.errors++;
            continue;
        }
        tally.pairs++;
        tally.common += kind == PAIR_COMMON;
        tally.special += kind == PAIR_SPECIAL;
        at++;
    }
    return tally;
}

/* GB2312's first level is ordered by sound and holds what texts use. */
static int
pair_gb(uint8_t lead, uint8_t trail)
{
    if (!within(lead, 0x81, 0xFE) || trail < 0x30 || trail == 0x7F ||
        trail == 0xFF)
        return PAIR_BAD;
    if (within(trail, 0x30, 0x39))
        return PAIR_PLAIN; /* half of a character of four bytes */
    if (trail < 0x40)
        return PAIR_BAD;
    if (trail >= 0xA1 && (lead == 0xA4 || lead == 0xA5))
        return PAIR_SPECIAL; /* kana */
    if (trail >= 0xA1 &&
        (within(lead, 0xB0, 0xD7) || lead == 0xA3 || lead == 0xA1))
        return PAIR_COMMON;
    return PAIR_PLAIN;
}

static int
pair_big5(uint8_t lead, uint8_t trail)
{
    if (!within(lead, 0x87, 0xFE) ||
        !(within(trail, 0x40, 0x7E) || within(trail, 0xA1, 0xFE)))
        return PAIR_BAD;
    if (within(lead, 0xA4, 0xC6) || lead == 0xA1)
        return trail < 0x7F ? PAIR_SPECIAL : PAIR_COMMON;
    return PAIR_PLAIN;
}

static int
pair_sjis(uint8_t lead, uint8_t trail)
{
    if (!(within(lead, 0x81, 0x9F) || within(lead, 0xE0, 0xFC)) ||
        !within(trail, 0x40, 0xFC) || trail == 0x7F)
        return PAIR_BAD;
    if ((lead == 0x82 && trail >= 0x9F) || lead == 0x83)
        return PAIR_SPECIAL; /* kana */
    return within(lead, 0x88, 0x9F) || lead == 0x81 ? PAIR_COMMON : PAIR_PLAIN;
}

static int
pair_korean(uint8_t lead, uint8_t trail)
{
    if (!within(lead, 0x81, 0xFE) || trail < 0x41 || trail == 0xFF)
        return PAIR_BAD;
    if (trail < 0xA1)
        return PAIR_PLAIN;
    return within(lead, 0xB0, 0xC8) ? PAIR_COMMON : PAIR_PLAIN;
}

/* Cyrillic in one byte: nearly all letters are high bytes, in runs. */
static struct str
guess_single(struct str bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t upper = 0, lower = 0, runs = 0;

    for (size_t i = 0; i < bytes.n; i++) {
        uint8_t c = p[i];

        upper += within(c, 0xC0, 0xDF);
        lower += c >= 0xE0;
        runs += i >= 2 && c >= 0xC0 && p[i - 1] >= 0xC0 && p[i - 2] >= 0xC0;
    }
    if (runs * 2 < upper + lower || runs < 3)
        return STR("windows-1252");
    /* KOI8-R has small letters where windows-1251 has capitals. */
    return upper > lower ? STR("koi8-r") : STR("windows-1251");
}

struct str
detect_guess(struct str bytes)
{
    struct str sample = str_first(bytes, DETECT_SAMPLE_BYTES);
    struct tally gb = walk(sample, pair_gb), big5 = walk(sample, pair_big5);
    struct tally sjis = walk(sample, pair_sjis);
    struct tally korean = walk(sample, pair_korean);

    if (str_find(sample, STR("\x1b$B")) < sample.n ||
        str_find(sample, STR("\x1b$@")) < sample.n)
        return STR("iso-2022-jp");
    /* Kana are a third and more of Japanese and next to nothing elsewhere;
     * Chinese pairs seldom look like kana of Shift_JIS. */
    if (sjis.errors * 20 <= sjis.pairs && sjis.special * 5 >= sjis.pairs &&
        sjis.pairs > 0 && gb.special * 5 < gb.pairs + 1)
        return STR("shift_jis");
    if (gb.pairs > 0 && gb.errors * 20 <= gb.pairs) {
        if (gb.special * 5 >= gb.pairs)
            return STR("euc-jp");
        if (korean.common * 100 >= korean.pairs * 92 && korean.pairs >= 8)
            return STR("euc-kr");
        if (big5.errors * 20 <= big5.pairs &&
            big5.special * 100 >= big5.pairs * 15 &&
            (big5.special + big5.common) * 10 > gb.common * 11)
            return STR("big5");
        if (gb.common * 2 >= gb.pairs)
            return STR("gb18030");
    }
    if (big5.pairs > 0 && big5.errors * 20 <= big5.pairs &&
        (big5.special + big5.common) * 2 >= big5.pairs)
        return STR("big5");
    return guess_single(sample);
}
