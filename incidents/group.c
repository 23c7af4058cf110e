/*
 * group: one pass, an inverted index, a score of words, place, topic and time.
 *
 * Candidates are the incidents that share the item's rarest features (or its
 * title); the best few are compared in full.  Words alone join what says the
 * same thing; a shared place and kind of event join what a parent, the bureau
 * and a paper say with no word in common; different places keep apart what
 * reads alike.
 */
#include "incidents/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "incidents/profile.h"
#include "incidents/topics.h"
#include "incidents/why.h"

enum {
    ENTRY_TITLES = 4,
    BUCKETS = 8192,
    QUERY_FEATURES = 64,   /* of an item, the rarest, are looked up */
    QUERY_POSTINGS = 8000, /* are walked for one item */
    CANDIDATES = 16,       /* are compared in full */
    ENTRIES_FIRST = 256,
    NO_SLOT = -1
};

/* An incident. */
struct entry {
    int64_t incident;
    int32_t next; /* in its bucket, or in the list of free ones */
    uint32_t items;
    struct wall first, last;
    struct marks marks;
    uint32_t titles[ENTRY_TITLES];
    uint32_t source; /* hash of the only source, 0 of several */
    uint32_t n;
    float norm; /* length of list as a vector, as of the last item */
    struct weighted list[GROUP_MAX_FEATURES];
};

struct grouper {
    struct vocab vocab;
    struct region *region;
    struct entry *entries;
    uint32_t *serials; /* 0 is a free slot */
    float *acc;        /* of a search, by slot */
    int32_t *touched;
    uint32_t cap, used;
    uint32_t serial; /* last given */
    int32_t free;
    size_t count;
    int32_t buckets[BUCKETS];
    struct features features; /* of the item at hand */
    struct profile profile, other;
};

/* What was seen in comparing. */
struct judgement {
    float score; /* at least threshold is a join */
    float threshold;
    float cosine;
    enum relation place, topic;
    bool copy;
    int32_t slot; /* of what it was compared with */
};

int
grouper_new(struct str region, struct grouper **ret)
{
    struct grouper *g = calloc(1, sizeof(*g));
    int r = g ? vocab_init(&g->vocab) : E_NOMEM;

    if (r == 0)
        r = region_new(region, &g->region);
    if (r != 0) {
        grouper_free(g);
        return r;
    }
    g->free = NO_SLOT;
    for (size_t i = 0; i < BUCKETS; i++)
        g->buckets[i] = NO_SLOT;
    *ret = g;
    return 0;
}

void
grouper_free(struct grouper *g)
{
    if (!g)
        return;
    vocab_done(&g->vocab);
    region_free(g->region);
    free(g->entries);
    free(g->serials);
    free(g->acc);
    free(g->touched);
    free(g);
}

size_t
grouper_count(const struct grouper *g)
{
    return g->count;
}

static int32_t *
bucket_of(struct grouper *g, int64_t incident)
{
    return &g->buckets[((uint64_t)incident * 0x9e3779b97f4a7c15ULL) >> 51];
}

static int32_t
slot_of(struct grouper *g, int64_t incident)
{
    int32_t slot = *bucket_of(g, incident);

    _Static_assert(BUCKETS == 1 << (64 - 51), "the shift above");
    while (slot != NO_SLOT && g->entries[slot].incident != incident)
        slot = g->entries[slot].next;
    return slot;
}

/* A multiple of size for every array that goes by slot. */
static int
grouper_grow(struct grouper *g)
{
    uint32_t cap = g->cap ? g->cap * 2 : ENTRIES_FIRST;
    void *p;

    p = realloc(g->entries, cap * sizeof(*g->entries));
    if (!p)
        return E_NOMEM;
    g->entries = p;
    p = realloc(g->serials, cap * sizeof(*g->serials));
    if (!p)
        return E_NOMEM;
    g->serials = p;
    g->vocab.serials = p;
    p = realloc(g->acc, cap * sizeof(*g->acc));
    if (!p)
        return E_NOMEM;
    g->acc = p;
    p = realloc(g->touched, cap * sizeof(*g->touched));
    if (!p)
        return E_NOMEM;
    g->touched = p;
    memset(g->acc + g->cap, 0, (cap - g->cap) * sizeof(*g->acc));
    memset(g->serials + g->cap, 0, (cap - g->cap) * sizeof(*g->serials));
    g->cap = cap;
    return 0;
}

void
grouper_remove(struct grouper *g, int64_t incident)
{
    int32_t *link = bucket_of(g, incident);
    int32_t slot;

    while (*link != NO_SLOT && g->entries[*link].incident != incident)
        link = &g->entries[*link].next;
    slot = *link;
    if (slot == NO_SLOT)
        return;
    *link = g->entries[slot].next;
    g->entries[slot].next = g->free;
    g->free = slot;
    g->serials[slot] = 0; /* its postings are stale now */
    g->count--;
}

static void
grouper_evict(struct grouper *g)
{
    int32_t oldest = NO_SLOT;

    for (uint32_t i = 0; i < g->used; i++) {
        if (g->serials[i] == 0)
            continue;
        if (oldest == NO_SLOT ||
            g->entries[i].last.ms < g->entries[oldest].last.ms)
            oldest = (int32_t)i;
    }
    if (oldest != NO_SLOT)
        grouper_remove(g, g->entries[oldest].incident);
}

void
grouper_expire(struct grouper *g, struct wall now)
{
    for (uint32_t i = 0; i < g->used; i++) {
        if (g->serials[i] != 0 &&
            now.ms - g->entries[i].last.ms > GROUP_MEMORY_MS)
            grouper_remove(g, g->entries[i].incident);
    }
    vocab_sweep(&g->vocab);
}

static int
entry_new(struct grouper *g, int64_t incident, int32_t *ret)
{
    int32_t *bucket = bucket_of(g, incident);
    int32_t slot;

    if (g->count >= GROUP_MAX_INCIDENTS)
        grouper_evict(g);
    if (g->free != NO_SLOT) {
        slot = g->free;
        g->free = g->entries[slot].next;
    } else {
        if (g->used == g->cap && grouper_grow(g) != 0)
            return E_NOMEM;
        slot = (int32_t)g->used++;
    }
    memset(&g->entries[slot], 0, sizeof(g->entries[slot]));
    g->entries[slot].incident = incident;
    g->entries[slot].next = *bucket;
    g->entries[slot].marks.latin = true;
    if (++g->serial == 0)
        g->serial = 1;
    g->serials[slot] = g->serial;
    *bucket = slot;
    g->count++;
    *ret = slot;
    return 0;
}

static uint32_t
text_hash(struct str s)
{
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 16777619U;
    return h | 1;
}

static bool
entry_has_title(const struct entry *e, uint32_t title)
{
    for (size_t i = 0; title && i < ENTRY_TITLES; i++)
        if (e->titles[i] == title)
            return true;
    return false;
}

static double
days_between(struct wall a, struct wall b)
{
    return fabs((double)(a.ms - b.ms)) / (double)MS_DAY;
}

/* The score, from what was seen.  The numbers were tuned on labelled events:
 * Chinese reports of a few sentences, and English headlines, where places and
 * topics are not recognised well enough to decide. */
static void
judge_latin(struct judgement *j, double days, uint32_t items)
{
    j->threshold = 0.085f;
    j->score = j->cosine * (1.0f + 0.1f * logf((float)items)) *
               expf((float)(-days / 10.0));
    if (j->place == RELATION_CONFLICT)
        j->score *= 0.35f;
}

static void
judge_han(struct judgement *j, double days, bool same_source)
{
    float z = j->cosine;

    if (j->place == RELATION_SAME && j->topic == RELATION_SAME)
        z += 0.24f;
    else if (j->place == RELATION_SAME && j->topic == RELATION_UNKNOWN &&
             days < 2.0)
        z += 0.10f;
    else if (j->place == RELATION_UNKNOWN && j->topic == RELATION_SAME &&
             days < 2.0)
        z += 0.05f;
    if (j->topic == RELATION_CONFLICT)
        z *= 0.6f;
    if (j->place == RELATION_CONFLICT)
        z *= 0.2f;
    z *= expf((float)(-days / 30.0));
    /* A source's own forms of words say less. */
    if (same_source)
        z *= 0.9f;
    j->threshold = 0.24f;
    j->score = z;
}

static void
judge(struct judgement *j, bool latin, double days, bool same_source,
    uint32_t items)
{
    if (latin)
        judge_latin(j, days, items);
    else
        judge_han(j, days, same_source);
    /* The same title elsewhere is a copy; in one source it may be a form. */
    if (j->copy && j->place != RELATION_CONFLICT && !same_source)
        j->score = fmaxf(j->score, 0.9f);
}

static void
compare(const struct profile *p, const struct entry *e,
    const struct group_item *item, struct judgement *ret)
{
    struct judgement j = {0};

    j.cosine = profile_cosine(p, e->list, e->n, e->norm);
    j.place = marks_place(&p->marks, &e->marks);
    j.topic = marks_topic(&p->marks, &e->marks);
    j.copy = entry_has_title(e, p->title);
    judge(&j, p->marks.latin && e->marks.latin,
        days_between(item->time, e->last), e->source == text_hash(item->source),
        e->items);
    *ret = j;
}

/* A feature to look up, rarest first. */
struct lookup {
    uint32_t term, length;
    float weight;
};

static int
lookup_order(const void *a, const void *b)
{
    const struct lookup *x = a, *y = b;

    return x->length < y->length ? -1 : x->length > y->length;
}

static size_t
lookups_make(const struct grouper *g, const struct profile *p,
    struct lookup out[FEATURES_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        uint32_t term = vocab_find(&g->vocab, p->list[i].hash);

        if (term != VOCAB_NONE && g->vocab.terms[term].n > 0)
            out[n++] =
                (struct lookup){term, g->vocab.terms[term].n, p->weight[i]};
    }
    if (n > 0)
        qsort(out, n, sizeof(*out), lookup_order);
    return n < QUERY_FEATURES ? n : QUERY_FEATURES;
}

/* Add up what each incident shares with the item; how many were touched. */
static size_t
accumulate(struct grouper *g, const struct profile *p)
{
    struct lookup lookups[FEATURES_MAX];
    size_t n = lookups_make(g, p, lookups), touched = 0, walked = 0;

    for (size_t i = 0; i < n && walked < QUERY_POSTINGS; i++) {
        struct term *term = &g->vocab.terms[lookups[i].term];

        vocab_prune(&g->vocab, term);
        walked += term->n;
        for (uint32_t k = 0; k < term->n; k++) {
            uint32_t slot = term->postings[k].slot;

            if (g->acc[slot] == 0.0f)
                g->touched[touched++] = (int32_t)slot;
            g->acc[slot] += lookups[i].weight * lookups[i].weight;
        }
    }
    return touched;
}

/* Keep the best CANDIDATES of what was touched, and clear the sums. */
static size_t
candidates(struct grouper *g, const struct profile *p, int32_t out[CANDIDATES])
{
    size_t touched = accumulate(g, p), n = 0;
    float best[CANDIDATES];

    for (size_t i = 0; i < touched; i++) {
        int32_t slot = g->touched[i];
        float acc = g->acc[slot];
        size_t at;

        g->acc[slot] = 0.0f;
        if (n == CANDIDATES && acc <= best[n - 1])
            continue;
        at = n < CANDIDATES ? n++ : n - 1;
        for (; at > 0 && best[at - 1] < acc; at--) {
            best[at] = best[at - 1];
            out[at] = out[at - 1];
        }
        best[at] = acc;
        out[at] = slot;
    }
    return n;
}

static struct str
explain(struct grouper *g, const struct group_item *item, struct arena *arena,
    const struct judgement *j, const struct group_verdict *verdict)
{
    struct why why = {.title = item->title,
        .text = item->text,
        .profile = &g->profile,
        .incident = verdict->incident,
        .previous = verdict->previous,
        .cosine = (double)j->cosine,
        .place = j->place,
        .topic = j->topic,
        .copy = j->copy};

    if (j->slot != NO_SLOT) {
        const struct entry *e = &g->entries[j->slot];

        why.list = e->list;
        why.n = e->n;
        why.marks = &e->marks;
        why.days = days_between(item->time, e->last);
    }
    return why_say(arena, &why);
}

/* The score on a scale where one half is the threshold. */
static double
similarity_of(const struct judgement *j)
{
    double z = (double)j->score, t = (double)j->threshold;
    double s = z < t ? 0.5 * z / t : 0.5 + 0.5 * (z - t) / (1.0 - t);

    return s < 0.0 ? 0.0 : s > 1.0 ? 1.0 : s;
}

static int
grouper_open(
    struct grouper *g, const struct group_item *item, struct profile *ret)
{
    int r = features_open(item->features, &g->features);

    if (r == 0)
        profile_make(ret, &g->features, &g->vocab, g->region);
    return r;
}

int
grouper_find(struct grouper *g, const struct group_item *item,
    struct arena *arena, struct group_verdict *ret)
{
    int32_t slots[CANDIDATES];
    struct judgement best = {.slot = NO_SLOT}, late = {.slot = NO_SLOT};
    struct group_verdict verdict = {0};
    size_t n;
    int r = grouper_open(g, item, &g->profile);

    if (r != 0)
        return r;
    n = candidates(g, &g->profile, slots);
    for (size_t i = 0; i < n; i++) {
        const struct entry *e = &g->entries[slots[i]];
        struct judgement j;

        compare(&g->profile, e, item, &j);
        j.slot = slots[i];
        if (item->time.ms - e->last.ms > GROUP_WINDOW_MS) {
            if (j.place == RELATION_SAME && j.score > late.score &&
                j.topic != RELATION_CONFLICT && j.score >= j.threshold) {
                late = j;
                verdict.previous = e->incident;
            }
        } else if (j.score - j.threshold > best.score - best.threshold ||
                   best.threshold == 0.0f) {
            best = j;
            verdict.incident = e->incident;
        }
    }
    verdict.similarity = best.threshold > 0.0f ? similarity_of(&best) : 0.0;
    if (best.threshold == 0.0f || best.score < best.threshold)
        verdict.incident = 0;
    if (verdict.incident)
        verdict.previous = 0;
    verdict.why = explain(
        g, item, arena, verdict.previous ? &late : &best, &verdict);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = verdict;
    return 0;
}

/* An entry that takes features, with what each is worth to it. */
struct taking {
    struct entry *entry;
    struct posting posting;
    float weight[GROUP_MAX_FEATURES];
};

static uint32_t
least_of(const struct taking *t)
{
    uint32_t least = 0;

    for (uint32_t i = 1; i < t->entry->n; i++)
        if (t->weight[i] < t->weight[least])
            least = i;
    return least;
}

/* Add tf of a feature; when all is full the least telling one makes room. */
static void
take_feature(struct grouper *g, struct taking *t, struct weighted w)
{
    struct entry *e = t->entry;
    float weight = profile_weight(&g->vocab, w);
    uint32_t at;

    for (at = 0; at < e->n && e->list[at].hash != w.hash; at++)
        ;
    if (at < e->n) {
        e->list[at].tf += w.tf;
        t->weight[at] += weight;
        return;
    }
    if (e->n < GROUP_MAX_FEATURES) {
        at = e->n++;
    } else {
        at = least_of(t);
        if (weight <= t->weight[at])
            return;
    }
    e->list[at] = w;
    t->weight[at] = weight;
    vocab_post(&g->vocab, vocab_get(&g->vocab, w.hash), t->posting);
}

static void
entry_take(struct grouper *g, uint32_t slot, const struct profile *p)
{
    struct taking t = {
        .entry = &g->entries[slot], .posting = {slot, g->serials[slot]}};
    float sum = 0.0f;

    for (uint32_t i = 0; i < t.entry->n; i++)
        t.weight[i] = profile_weight(&g->vocab, t.entry->list[i]);
    for (size_t i = 0; i < p->n; i++)
        take_feature(g, &t, p->list[i]);
    for (uint32_t i = 0; i < t.entry->n; i++)
        sum += t.weight[i] * t.weight[i];
    t.entry->norm = sqrtf(sum);
}

static void
learn(struct grouper *g, const struct profile *p)
{
    vocab_item(&g->vocab);
    for (size_t i = 0; i < p->n; i++)
        vocab_count(&g->vocab, vocab_get(&g->vocab, p->list[i].hash));
}

int
grouper_add(struct grouper *g, int64_t incident, const struct group_item *item)
{
    struct profile *p = &g->profile;
    int32_t slot;
    struct entry *e;
    uint32_t source = text_hash(item->source);
    int r = grouper_open(g, item, p);

    if (r != 0)
        return r;
    learn(g, p);
    slot = slot_of(g, incident);
    if (slot == NO_SLOT) {
        r = entry_new(g, incident, &slot);
        if (r != 0)
            return r;
        g->entries[slot].first = item->time;
        g->entries[slot].last = item->time;
        g->entries[slot].source = source;
    }
    e = &g->entries[slot];
    if (item->time.ms > e->last.ms)
        e->last = item->time;
    if (e->source != source)
        e->source = 0;
    if (!entry_has_title(e, p->title))
        e->titles[e->items % ENTRY_TITLES] = p->title;
    e->items++;
    marks_join(&e->marks, &p->marks);
    entry_take(g, (uint32_t)slot, p);
    return 0;
}

int
grouper_learn(struct grouper *g, const struct group_item *item)
{
    int r = grouper_open(g, item, &g->profile);

    if (r == 0)
        learn(g, &g->profile);
    return r;
}

double
group_similarity(
    struct grouper *g, const struct group_item *a, const struct group_item *b)
{
    float cosine;

    if (grouper_open(g, a, &g->profile) != 0 ||
        grouper_open(g, b, &g->other) != 0)
        return 0.0;
    cosine =
        profile_cosine(&g->profile, g->other.list, g->other.n, g->other.norm);
    if (g->profile.title && g->profile.title == g->other.title)
        cosine = fmaxf(cosine, 0.9f);
    return cosine > 1.0f ? 1.0 : (double)cosine;
}
