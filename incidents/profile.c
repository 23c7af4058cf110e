/* profile: weights, cosine, places and topics. */
#include "incidents/profile.h"

#include <math.h>
#include <string.h>

#include "incidents/topics.h"

/* How much a feature of each kind tells, beside how rare it is. */
static const float kind_weights[] = {
    [FEATURE_PAIR] = 1.0f,
    [FEATURE_WORD] = 1.0f,
    [FEATURE_NUMBER] = 0.7f,
    [FEATURE_NAME] = 0.8f,
    [FEATURE_TOPIC] = 1.4f,
    [FEATURE_AREA] = 0.8f,
};

#define TOPIC_BIT(topic) (1ULL << TOPIC_##topic)
/* Topics of reports about an event, or of many kinds of events: they neither
 * bring together nor keep apart. */
static const uint64_t vague_topics = TOPIC_BIT(RUMOUR) | TOPIC_BIT(FOLLOW_UP) |
                                     TOPIC_BIT(INJURY) | TOPIC_BIT(DEATH) |
                                     TOPIC_BIT(MEAL) | TOPIC_BIT(WEATHER) |
                                     TOPIC_BIT(CLOSURE) | TOPIC_BIT(WEBSITE);

float
profile_weight(const struct vocab *vocab, struct weighted w)
{
    return w.tf * vocab_idf(vocab, vocab_find(vocab, w.hash)) *
           kind_weights[feature_kind(w.hash)];
}

/* A county that this share of all items name is the one that they are from:
 * naming it tells nothing. */
static const float area_common_share = 0.15f;
enum { AREA_COMMON_ITEMS = 50 /* before that nobody knows */ };

static void
list_name(uint32_t *list, uint8_t *n, size_t max, uint32_t name)
{
    for (size_t i = 0; i < *n; i++)
        if (list[i] == name)
            return;
    if (*n < max)
        list[(*n)++] = name;
}

static void
marks_name(struct marks *m, uint32_t name)
{
    list_name(m->names, &m->nnames, PROFILE_NAMES, name);
}

static bool
area_is_common(const struct vocab *vocab, uint32_t hash)
{
    return vocab->total >= (double)AREA_COMMON_ITEMS &&
           vocab_share(vocab, vocab_find(vocab, hash)) > area_common_share;
}

/* A name by its ending counts even when it is not listed; a bare pair of
 * characters only when it is. */
static void
marks_take(struct marks *m, uint32_t hash, const struct vocab *vocab,
    const struct region *region)
{
    enum feature_kind kind = feature_kind(hash);
    uint32_t name = feature_as(hash, FEATURE_NAME);
    enum place place;

    if (kind == FEATURE_TOPIC) {
        m->topics |= 1ULL << (hash >> 3);
        return;
    }
    if (kind != FEATURE_NAME && kind != FEATURE_PAIR && kind != FEATURE_AREA)
        return;
    place = region_place(region, name);
    if (kind == FEATURE_AREA && place == PLACE_UNKNOWN) {
        if (area_is_common(vocab, hash))
            m->wide = true;
        else
            list_name(m->areas, &m->nareas, PROFILE_AREAS, name);
    }
    if (place == PLACE_WIDE)
        m->wide = true;
    else if (place == PLACE_FAR)
        m->far = true;
    if (place == PLACE_HOME || place == PLACE_FAR ||
        (kind == FEATURE_NAME && place == PLACE_UNKNOWN))
        marks_name(m, name);
}

static void
profile_put(struct profile *p, size_t at)
{
    size_t slot = (p->list[at].hash >> 3) % PROFILE_TABLE;

    while (p->table[slot])
        slot = (slot + 1) % PROFILE_TABLE;
    p->table[slot] = (uint16_t)(at + 1);
}

size_t
profile_find(const struct profile *p, uint32_t hash)
{
    size_t slot = (hash >> 3) % PROFILE_TABLE;

    while (p->table[slot] && p->list[p->table[slot] - 1].hash != hash)
        slot = (slot + 1) % PROFILE_TABLE;
    return p->table[slot] ? (size_t)p->table[slot] - 1 : p->n;
}

void
profile_make(struct profile *p, const struct features *features,
    const struct vocab *vocab, const struct region *region)
{
    size_t words = 0, pairs = 0;
    float sum = 0.0f;

    memset(&p->marks, 0, sizeof(p->marks));
    memset(p->table, 0, sizeof(p->table));
    p->title = features->title;
    p->n = features->n;
    for (size_t i = 0; i < features->n; i++) {
        const struct feature *f = &features->list[i];
        enum feature_kind kind = feature_kind(f->hash);

        words += kind == FEATURE_WORD;
        pairs += kind == FEATURE_PAIR;
        marks_take(&p->marks, f->hash, vocab, region);
        p->list[i].hash = f->hash;
        p->list[i].tf = 1.0f + logf((float)f->count);
        if (f->title)
            p->list[i].tf *= 1.5f;
        p->weight[i] = profile_weight(vocab, p->list[i]);
        sum += p->weight[i] * p->weight[i];
        profile_put(p, i);
    }
    p->marks.latin = words > pairs;
    p->norm = sqrtf(sum);
}

float
profile_cosine(
    const struct profile *p, const struct weighted *list, size_t n, float norm)
{
    float dot = 0.0f;

    for (size_t i = 0; i < n; i++) {
        size_t at = profile_find(p, list[i].hash);

        /* What one unit of tf is worth is the same for both. */
        if (at < p->n)
            dot += p->weight[at] * p->weight[at] * list[i].tf / p->list[at].tf;
    }
    return norm > 0.0f && p->norm > 0.0f ? dot / (norm * p->norm) : 0.0f;
}

static bool
lists_share(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    for (size_t i = 0; i < na; i++)
        for (size_t k = 0; k < nb; k++)
            if (a[i] == b[k])
                return true;
    return false;
}

/* Two schools are two places, whatever county both are in. */
enum relation
marks_place(const struct marks *a, const struct marks *b)
{
    if (lists_share(a->names, a->nnames, b->names, b->nnames))
        return RELATION_SAME;
    if (a->nnames && b->nnames)
        return RELATION_CONFLICT;
    if (lists_share(a->areas, a->nareas, b->areas, b->nareas))
        return RELATION_SAME;
    if (a->nareas && b->nareas)
        return RELATION_CONFLICT;
    /* One is far away, the other says it is here. */
    if ((a->far && b->wide && !b->far) || (b->far && a->wide && !a->far))
        return RELATION_CONFLICT;
    return RELATION_UNKNOWN;
}

enum relation
marks_topic(const struct marks *a, const struct marks *b)
{
    uint64_t ta = a->topics & ~vague_topics, tb = b->topics & ~vague_topics;

    if (ta & tb)
        return RELATION_SAME;
    return ta && tb ? RELATION_CONFLICT : RELATION_UNKNOWN;
}

void
marks_join(struct marks *a, const struct marks *b)
{
    a->topics |= b->topics;
    for (size_t i = 0; i < b->nnames; i++)
        marks_name(a, b->names[i]);
    for (size_t i = 0; i < b->nareas; i++)
        list_name(a->areas, &a->nareas, PROFILE_AREAS, b->areas[i]);
    a->far = a->far || b->far;
    a->wide = a->wide || b->wide;
    a->latin = a->latin && b->latin;
}
