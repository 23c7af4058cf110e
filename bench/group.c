/*
 * bench_group: items grouped per second with many open incidents, beside the
 * plain way: the tf-idf cosine with the centroid of every open incident.
 *
 * Items are invented with a fixed seed: an event is a school, a kind and some
 * words of its own; its items tell it with other words around, as many as
 * common ones as a language has.  Both get the same features (made in the parse
 * role, timed apart) and the same idf.
 */
#include "incidents/group.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "bench.h"
#include "incidents/features.h"

enum {
    OPEN = 10000,     /* incidents, */
    PER_INCIDENT = 3, /* items of each before it is timed */
    TIMED = 5000,     /* items of ours, */
    TIMED_PEER = 400, /* of the peer's */
    TINY = 50,        /* of each, in a smoke run */
    OWN_WORDS = 12,   /* pairs that only an event has */
    TEXT_WORDS = 60,  /* pairs of an item */
    HAN = 3000,       /* characters that are used */
    ARENA_BYTES = 64 * 1024 * 1024,
    CENTROID = 64 /* features that the peer keeps of each */
};

struct event {
    uint16_t school[2], own[OWN_WORDS][2];
    uint32_t kind;
};

static const uint16_t kinds[][5] = {u"食物中毒", u"宿舍起火", u"校车侧翻",
    u"学生溺水", u"围墙倒塌", u"欺凌视频", u"违规收费", u"传染病例"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static uint16_t
han(struct bench_chance *c)
{
    return (uint16_t)(0x4e00 + bench_roll(c, HAN));
}

static struct event
event_make(struct bench_chance *c)
{
    struct event e = {.kind = bench_roll(c, KINDS)};

    for (int i = 0; i < 2; i++)
        e.school[i] = han(c);
    for (int i = 0; i < OWN_WORDS; i++)
        for (int k = 0; k < 2; k++)
            e.own[i][k] = han(c);
    return e;
}

static size_t
put(uint16_t *out, size_t n, const uint16_t *units, size_t count)
{
    memcpy(out + n, units, count * sizeof(*units));
    return n + count;
}

/* One item of the event, encoded. */
static void
item_make(const struct event *e, struct bench_chance *c, struct buf *out)
{
    uint16_t title[32], text[4 * TEXT_WORDS + 64];
    size_t nt = 0, n = 0;

    nt = put(title, nt, e->school, 2);
    nt = put(title, nt, u"小学", 2);
    nt = put(title, nt, kinds[e->kind], 4);
    nt = put(title, nt, e->own[bench_roll(c, OWN_WORDS)], 2);
    for (int i = 0; i < TEXT_WORDS; i++) {
        uint16_t common[2] = {(uint16_t)(0x4e00 + bench_skewed(c, HAN)),
            (uint16_t)(0x4e00 + bench_skewed(c, HAN))};

        n = i % 8 == 0 ? put(text, n, e->own[bench_roll(c, OWN_WORDS)], 2)
                       : put(text, n, common, 2);
    }
    buf_clear(out);
    (void)features_make(title, nt, text, n, out);
}

/* --- the peer --------------------------------------------------------------
 */

struct centroid {
    uint32_t hash[CENTROID];
    float weight[CENTROID];
    uint32_t n;
    float norm;
};

struct peer {
    struct centroid *list;
    size_t n;
    uint32_t *df; /* by the hash's lowest bits */
    double items;
};
enum { DF_SIZE = 1 << 20 };

static float
peer_idf(const struct peer *p, uint32_t hash)
{
    return (float)log((p->items + 1) / (p->df[(hash >> 3) % DF_SIZE] + 1.0));
}

static void
peer_learn(struct peer *p, const struct features *f)
{
    p->items++;
    for (size_t i = 0; i < f->n; i++)
        p->df[(f->list[i].hash >> 3) % DF_SIZE]++;
}

static void
peer_add(struct peer *p, size_t at, const struct features *f)
{
    struct centroid *c = &p->list[at];
    float sum = 0;

    for (size_t i = 0; i < f->n && c->n < CENTROID; i++) {
        uint32_t k = 0;

        while (k < c->n && c->hash[k] != f->list[i].hash)
            k++;
        if (k == c->n)
            c->hash[c->n++] = f->list[i].hash;
        c->weight[k] += (float)f->list[i].count * peer_idf(p, f->list[i].hash);
    }
    for (uint32_t k = 0; k < c->n; k++)
        sum += c->weight[k] * c->weight[k];
    c->norm = sqrtf(sum);
}

/* The centroid that is most alike, over all of them. */
static size_t
peer_find(const struct peer *p, const struct features *f)
{
    static float table[4096];
    static uint32_t keys[4096];
    size_t best = 0;
    float most = -1;

    memset(keys, 0, sizeof keys);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t slot = (f->list[i].hash >> 3) % 4096;

        while (keys[slot])
            slot = (slot + 1) % 4096;
        keys[slot] = f->list[i].hash;
        table[slot] = (float)f->list[i].count * peer_idf(p, f->list[i].hash);
    }
    for (size_t at = 0; at < p->n; at++) {
        const struct centroid *c = &p->list[at];
        float dot = 0;

        for (uint32_t k = 0; k < c->n; k++) {
            uint32_t slot = (c->hash[k] >> 3) % 4096;

            while (keys[slot] && keys[slot] != c->hash[k])
                slot = (slot + 1) % 4096;
            if (keys[slot])
                dot += table[slot] * c->weight[k];
        }
        if (c->norm > 0 && dot / c->norm > most) {
            most = dot / c->norm;
            best = at;
        }
    }
    return best;
}

/* --- the run ----------------------------------------------------------------
 */

struct run {
    struct event *events;
    size_t open, timed, timed_peer;
    struct grouper *grouper;
    struct peer peer;
    struct arena *arena;
    struct bench_chance chance;
    struct buf features;
    struct features opened;
    double made; /* CPU of features_make */
    size_t nmade;
};

static struct group_item
item_of(struct run *run, size_t event, int64_t minute)
{
    double before = bench_cpu();

    item_make(&run->events[event], &run->chance, &run->features);
    run->made += bench_cpu() - before;
    run->nmade++;
    return (struct group_item){.features = buf_str(&run->features),
        .source = STR("bench"),
        .time = {1780000000000 + minute * MS_MINUTE}};
}

static int
fill(struct run *run)
{
    for (size_t i = 0; i < PER_INCIDENT * run->open; i++) {
        size_t event = i % run->open;
        struct group_item item = item_of(run, event, (int64_t)(i / 100));
        int r = grouper_add(run->grouper, (int64_t)event + 1, &item);

        if (r == 0)
            r = features_open(item.features, &run->opened);
        if (r != 0)
            return r;
        peer_learn(&run->peer, &run->opened);
        peer_add(&run->peer, event, &run->opened);
    }
    return 0;
}

static int
measure_ours(struct run *run, double *ret_cpu, size_t *ret_right)
{
    *ret_cpu = 0;
    *ret_right = 0;
    for (size_t i = 0; i < run->timed; i++) {
        size_t event = bench_roll(&run->chance, (uint32_t)run->open);
        struct group_item item = item_of(run, event, (int64_t)(400 + i / 50));
        struct group_verdict verdict;
        double before = bench_cpu();
        int r;

        arena_clear(run->arena);
        r = grouper_find(run->grouper, &item, run->arena, &verdict);
        if (r == 0)
            r = grouper_add(run->grouper,
                verdict.incident ? verdict.incident : (int64_t)event + 1,
                &item);
        *ret_cpu += bench_cpu() - before;
        if (r != 0)
            return r;
        *ret_right += verdict.incident == (int64_t)event + 1;
    }
    return 0;
}

static int
measure_peer(struct run *run, double *ret_cpu, size_t *ret_right)
{
    *ret_cpu = 0;
    *ret_right = 0;
    for (size_t i = 0; i < run->timed_peer; i++) {
        size_t event = bench_roll(&run->chance, (uint32_t)run->open), found;
        struct group_item item = item_of(run, event, (int64_t)(600 + i / 50));
        double before = bench_cpu();

        if (features_open(item.features, &run->opened) != 0)
            return E_CORRUPT;
        found = peer_find(&run->peer, &run->opened);
        peer_add(&run->peer, found, &run->opened);
        *ret_cpu += bench_cpu() - before;
        *ret_right += found == event;
    }
    return 0;
}

static void
print_one(const char *name, size_t n, double cpu, size_t right)
{
    printf("%-34s %10.0f items/s %9.1f µs an item %6.1f %% where they belong\n",
        name, cpu > 0 ? (double)n / cpu : 0, cpu / (double)n * 1e6,
        100.0 * (double)right / (double)n);
}

static int
measure(struct run *run)
{
    double ours = 0, peer = 0;
    size_t right = 0, peer_right = 0;
    int r = fill(run);

    if (r == 0)
        r = measure_ours(run, &ours, &right);
    if (r == 0)
        r = measure_peer(run, &peer, &peer_right);
    if (r != 0)
        return r;
    printf("%zu open incidents, %d items of each; target 2,000 items/s\n",
        run->open, PER_INCIDENT);
    print_one("grouper: find and add", run->timed, ours, right);
    print_one(
        "tf-idf cosine with every centroid", run->timed_peer, peer, peer_right);
    printf("%-34s %21s %9.1f µs an item\n", "features (in the parse role)", "",
        run->made / (double)run->nmade * 1e6);
    printf("ratio %.1f\n",
        peer / (double)run->timed_peer / (ours / (double)run->timed));
    return 0;
}

int
main(int argc, char **argv)
{
    bool tiny = argc > 1 && strcmp(argv[1], "--tiny") == 0;
    struct run run = {.open = tiny ? TINY : OPEN,
        .timed = tiny ? TINY : TIMED,
        .timed_peer = tiny ? TINY : TIMED_PEER,
        .chance = bench_seed(BENCH_SEED)};
    int r = E_NOMEM;

    bench_wall();
    bench_print_load();
    buf_init(&run.features, FEATURES_MAX_BYTES);
    run.arena = arena_new(ARENA_BYTES);
    run.events = calloc(run.open, sizeof *run.events);
    run.peer.list = calloc(run.open, sizeof *run.peer.list);
    run.peer.n = run.open;
    run.peer.df = calloc(DF_SIZE, sizeof *run.peer.df);
    if (run.arena && run.events && run.peer.list && run.peer.df)
        r = grouper_new(STR_NONE, &run.grouper);
    for (size_t i = 0; r == 0 && i < run.open; i++)
        run.events[i] = event_make(&run.chance);
    if (r == 0)
        r = measure(&run);
    if (r != 0)
        fprintf(stderr, "bench_group: %s\n", err_text(r));
    grouper_free(run.grouper);
    free(run.events);
    free(run.peer.list);
    free(run.peer.df);
    arena_free(run.arena);
    buf_done(&run.features);
    bench_print_load();
    return r != 0;
}
