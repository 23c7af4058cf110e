/*
 * features: folded text to hashed counts.
 *
 * Encoded: a version byte, the title's hash (4 bytes), the number of features
 * (2), then each as its hash (4) and a byte of its count and whether it stands
 * in the title.  Little endian.
 */
#include "incidents/features.h"

#include <string.h>

#include "base/err.h"
#include "incidents/names.h"
#include "incidents/topics.h"

enum {
    FEATURES_VERSION = 1,
    FEATURES_HEAD = 7,
    FEATURES_ENTRY = 5,
    FEATURES_TITLE_BIT = 0x40,
    TABLE_SIZE = 2048,      /* of the look-up, a power of two */
    TITLE_MIN_LETTERS = 8,  /* shorter titles repeat by chance */
    NUMBER_MAX = 1000000000 /* larger ones are identifiers, cut here */
};

struct maker {
    struct features out;
    uint16_t table[TABLE_SIZE]; /* 1 + place in out.list, 0 empty */
    bool title;
};

static uint32_t
mix(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x7feb352dU;
    h ^= h >> 15;
    h *= 0x846ca68bU;
    return h ^ h >> 16;
}

uint32_t
feature_pair(uint16_t a, uint16_t b, enum feature_kind kind)
{
    return feature_as(mix((uint32_t)a << 16 | b), kind);
}

static uint32_t
units_hash(const uint16_t *u, size_t n, enum feature_kind kind)
{
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < n; i++)
        h = (h ^ u[i]) * 16777619U;
    return feature_as(mix(h), kind);
}

static void
maker_add(struct maker *m, uint32_t hash)
{
    size_t at = (hash >> 3) % TABLE_SIZE;
    struct feature *f;

    while (m->table[at] && m->out.list[m->table[at] - 1].hash != hash)
        at = (at + 1) % TABLE_SIZE;
    if (!m->table[at]) {
        if (m->out.n == FEATURES_MAX)
            return;
        m->out.list[m->out.n++] = (struct feature){.hash = hash};
        m->table[at] = (uint16_t)m->out.n;
    }
    f = &m->out.list[m->table[at] - 1];
    if (f->count < FEATURE_MAX_COUNT)
        f->count++;
    f->title = f->title || m->title;
}

bool
unit_is_han(uint16_t u)
{
    return (u >= 0x4e00 && u <= 0x9fff) || (u >= 0x3400 && u <= 0x4dbf) ||
           u == 0x3007;
}

static bool
unit_is_digit(uint16_t u)
{
    return u >= '0' && u <= '9';
}

/* Latin, Greek, Cyrillic and other letters of words; folded to lower case. */
static bool
unit_is_letter(uint16_t u)
{
    return (u >= 'a' && u <= 'z') || (u >= 0xc0 && u < 0x2000) ||
           (u >= 0x3040 && u <= 0x30ff) || (u >= 0xac00 && u <= 0xd7a3);
}

/* A word without the ending of its plural or tense: enough to meet itself. */
static size_t
word_stem(const uint16_t *u, size_t n)
{
    if (n > 4 && u[n - 1] == 's' && u[n - 2] != 's' && u[n - 2] != 'u')
        n--;
    if (n > 5 && u[n - 1] == 'd' && u[n - 2] == 'e')
        n -= 2;
    else if (n > 6 && u[n - 1] == 'g' && u[n - 2] == 'n' && u[n - 3] == 'i')
        n -= 3;
    if (n > 4 && u[n - 1] == 'e')
        n--;
    return n;
}

static const uint16_t number_words[][6] = {u"two", u"three", u"four", u"five",
    u"six", u"seven", u"eight", u"nine", u"ten"};

/* The value of a number word, 0 when it is none. */
static uint32_t
word_number(const uint16_t *u, size_t n)
{
    for (size_t i = 0; i < sizeof(number_words) / sizeof(number_words[0]);
         i++) {
        size_t k = 0;

        while (k < 6 && number_words[i][k])
            k++;
        if (k == n && memcmp(number_words[i], u, n * sizeof(*u)) == 0)
            return (uint32_t)i + 2;
    }
    return 0;
}

/* People are counted by many words that mean the same. */
static uint16_t
number_unit(uint16_t u)
{
    static const uint16_t people[] = u"名个位人例余多";

    for (size_t i = 0; people[i]; i++)
        if (people[i] == u)
            return u'人';
    return unit_is_han(u) ? u : 0;
}

static void
add_number(struct maker *m, uint32_t value, uint16_t unit)
{
    const uint16_t parts[] = {
        (uint16_t)value, (uint16_t)(value >> 16), number_unit(unit)};

    if (value > 1)
        maker_add(m, units_hash(parts, 3, FEATURE_NUMBER));
}

static size_t
take_number(struct maker *m, const uint16_t *u, size_t n, size_t i)
{
    uint32_t value = 0;

    for (; i < n && unit_is_digit(u[i]); i++)
        if (value < NUMBER_MAX)
            value = value * 10 + (u[i] - u'0');
    add_number(m, value, i < n ? u[i] : 0);
    return i;
}

static size_t
take_word(struct maker *m, const uint16_t *u, size_t n, size_t i)
{
    size_t start = i;
    uint32_t value;

    while (i < n && (unit_is_letter(u[i]) || unit_is_digit(u[i])))
        i++;
    value = word_number(u + start, i - start);
    if (value)
        add_number(m, value, u'人');
    else if (i - start > 1)
        maker_add(m, units_hash(u + start, word_stem(u + start, i - start),
                         FEATURE_WORD));
    return i;
}

/* A Chinese numeral up to 99 before a measure word. */
static size_t
take_numeral(struct maker *m, const uint16_t *u, size_t n, size_t i)
{
    static const uint16_t digits[] = u"〇一二三四五六七八九十两";
    uint32_t value = 0, digit;
    size_t start = i;

    for (; i < n && i < start + 4; i++) {
        for (digit = 0; digits[digit] && digits[digit] != u[i]; digit++)
            ;
        if (!digits[digit])
            break;
        if (digit == 10)
            value = value ? value * 10 : 10;
        else
            value += digit == 11 ? 2 : digit;
    }
    if (i > start && i < n && number_unit(u[i]) == u'人')
        add_number(m, value, u[i]);
    return i > start ? i : start + 1;
}

static void
take_all(struct maker *m, const uint16_t *u, size_t n)
{
    size_t i = 0, numeral = 0;

    while (i < n) {
        if (unit_is_digit(u[i])) {
            i = take_number(m, u, n, i);
        } else if (unit_is_letter(u[i])) {
            i = take_word(m, u, n, i);
        } else {
            if (unit_is_han(u[i]) && i + 1 < n && unit_is_han(u[i + 1]))
                maker_add(m, feature_pair(u[i], u[i + 1], FEATURE_PAIR));
            if (i >= numeral && unit_is_han(u[i]))
                numeral = take_numeral(m, u, n, i);
            i++;
        }
    }
}

static void
take_names(struct maker *m, const uint16_t *u, size_t n)
{
    uint32_t name;

    for (size_t i = 0; i < n; i++)
        if (unit_is_han(u[i]) && name_at(u, n, i, &name))
            maker_add(m, name);
}

/* Terms by their first unit, so that each position asks few of them. */
struct term_index {
    uint16_t head[256]; /* by the low byte; 1 + number of the term */
    uint16_t next[1024];
};

static void
term_index_make(
    struct term_index *index, const struct topic_term *terms, size_t n)
{
    memset(index->head, 0, sizeof(index->head));
    for (size_t i = 0; i < n && i < 1024; i++) {
        uint16_t *head = &index->head[terms[i].term[0] & 0xff];

        index->next[i] = *head;
        *head = (uint16_t)(i + 1);
    }
}

static bool
term_is_at(const struct topic_term *term, const uint16_t *u, size_t n, size_t i)
{
    /* Latin terms begin a word. */
    if (term->term[0] < 0x80 && i > 0 && unit_is_letter(u[i - 1]))
        return false;
    for (size_t k = 0; term->term[k]; k++)
        if (i + k >= n || u[i + k] != term->term[k])
            return false;
    return true;
}

static void
take_topics(struct maker *m, const struct term_index *index, const uint16_t *u,
    size_t n)
{
    size_t nterms;
    const struct topic_term *terms = topic_terms(&nterms);

    for (size_t i = 0; i < n; i++) {
        for (uint16_t t = index->head[u[i] & 0xff]; t; t = index->next[t - 1])
            if (term_is_at(&terms[t - 1], u, n, i))
                maker_add(m, feature_of_topic(terms[t - 1].topic));
    }
}

uint32_t
feature_of_topic(enum topic topic)
{
    return feature_as((uint32_t)topic << 3, FEATURE_TOPIC);
}

/* The letters of a title; the same ones make the same title. */
static uint32_t
title_hash(const uint16_t *u, size_t n)
{
    uint32_t h = 2166136261U;
    size_t letters = 0;

    for (size_t i = 0; i < n; i++) {
        if (unit_is_han(u[i]) || unit_is_letter(u[i]) || unit_is_digit(u[i])) {
            h = (h ^ u[i]) * 16777619U;
            letters++;
        }
    }
    return letters < TITLE_MIN_LETTERS ? 0 : mix(h) | 1;
}

static void
put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static int
features_encode(const struct features *f, struct buf *out)
{
    uint8_t bytes[FEATURES_HEAD] = {FEATURES_VERSION};

    _Static_assert(
        FEATURES_HEAD + FEATURES_MAX * FEATURES_ENTRY <= FEATURES_MAX_BYTES,
        "the bound of the header holds");
    put_u32(bytes + 1, f->title);
    bytes[5] = (uint8_t)f->n;
    bytes[6] = (uint8_t)(f->n >> 8);
    (void)buf_add(out, bytes, FEATURES_HEAD);
    for (size_t i = 0; i < f->n; i++) {
        put_u32(bytes, f->list[i].hash);
        bytes[4] = (uint8_t)(f->list[i].count |
                             (f->list[i].title ? FEATURES_TITLE_BIT : 0));
        (void)buf_add(out, bytes, FEATURES_ENTRY);
    }
    return out->err;
}

int
features_make(const uint16_t *title, size_t ntitle, const uint16_t *text,
    size_t ntext, struct buf *out)
{
    struct maker m = {.title = true};
    struct term_index index;
    size_t nterms;
    const struct topic_term *terms = topic_terms(&nterms);

    term_index_make(&index, terms, nterms);
    m.out.title = title_hash(title, ntitle);
    take_names(&m, title, ntitle);
    take_topics(&m, &index, title, ntitle);
    take_all(&m, title, ntitle);
    m.title = false;
    /* Names and topics first: they count most and a long text fills up. */
    take_names(&m, text, ntext);
    take_topics(&m, &index, text, ntext);
    take_all(&m, text, ntext);
    return features_encode(&m.out, out);
}

int
features_open(struct str bytes, struct features *ret)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t n;

    ret->title = 0;
    ret->n = 0;
    if (bytes.n == 0)
        return 0;
    if (bytes.n < FEATURES_HEAD || p[0] != FEATURES_VERSION)
        return E_CORRUPT;
    n = (size_t)p[5] | (size_t)p[6] << 8;
    if (n > FEATURES_MAX || bytes.n != FEATURES_HEAD + n * FEATURES_ENTRY)
        return E_CORRUPT;
    ret->title = get_u32(p + 1);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *entry = p + FEATURES_HEAD + i * FEATURES_ENTRY;
        struct feature *f = &ret->list[i];

        f->hash = get_u32(entry);
        f->count = entry[4] & FEATURE_MAX_COUNT;
        f->title = (entry[4] & FEATURES_TITLE_BIT) != 0;
        if (f->count == 0 || (entry[4] & 0x80) ||
            feature_kind(f->hash) > FEATURE_AREA ||
            (feature_kind(f->hash) == FEATURE_TOPIC &&
                f->hash >> 3 >= TOPIC_COUNT))
            return E_CORRUPT;
    }
    ret->n = n;
    return 0;
}
