/*
 * rhythm: how often one source publishes, and what its silence means.
 *
 * A rate that fades: news of the last weeks counts, older news by half for
 * every RHYTHM_HALF_LIFE_DAYS (gamma-Poisson: faded items over faded days).
 * Items that appear together are one event of weight sqrt(n): five at once
 * need one poll, not five.  Days are those of the shared week (week.h), so
 * that a quiet night is no evidence.  48 bytes per source, stored with the
 * source's state in the transaction that stored what it was learnt from.
 * Pure; whether a source is polled by it is decided in pace.h.
 */
#ifndef TOCSIN_FEEDS_RHYTHM_H
#define TOCSIN_FEEDS_RHYTHM_H

#include "feeds/week.h"

enum {
    RHYTHM_HALF_LIFE_DAYS = 28,
    RHYTHM_BASELINE_DAYS = 10,      /* what a first document may be worth */
    RHYTHM_BASELINE_SPAN_DAYS = 84, /* older items in it tell nothing */
    RHYTHM_TOGETHER_MS = MS_HOUR,   /* of a first document: published at once */
    RHYTHM_SILENT_ITEMS = 10,       /* seen before silence can be judged */
    RHYTHM_SILENT_MIN_MS = MS_DAY,  /* no silence is shorter */
    RHYTHM_SIZE = 48                /* bytes, encoded */
};

struct rhythm {
    struct wall at;   /* up to when it has learnt, WALL_NONE: nothing yet */
    struct wall last; /* the newest item's appearance, WALL_NONE: none */
    double events;    /* faded: batches, each of weight sqrt(items) */
    double items;     /* faded: items */
    double days;      /* faded: days of the week observed */
    double last_events, last_days; /* as they were at last */
    uint32_t seen;                 /* items in all, not faded */
};

void rhythm_init(struct rhythm *rhythm);
/* A poll at now found items new ones since the poll before it (none is news
 * too), which are so many events.  The first call only notes the time. */
void rhythm_learn(struct rhythm *rhythm, const struct week *week, size_t items,
    double events, struct wall now);
/* The first document of a source held items of these times; times is sorted.
 * Times in the future, or too old, are left out. */
void rhythm_learn_first(struct rhythm *rhythm, const struct week *week,
    struct wall *times, size_t n, struct wall now);

/* Events a day of the mean hour; what is usual before anything is known. */
double rhythm_rate(const struct rhythm *rhythm);
/* Items a week, for people. */
double rhythm_items_a_week(const struct rhythm *rhythm);

/* How probable it is that a source of this rhythm shows nothing from since (its
 * newest item) until now: 1 … 0.  Judged by what it was like before. */
double rhythm_silence(const struct rhythm *rhythm, const struct week *week,
    struct wall since, struct wall now);
/* Whether it has been silent for longer than its own rhythm explains: enough
 * was seen of it, and such a silence comes once in a thousand. */
bool rhythm_is_silent(
    const struct rhythm *rhythm, const struct week *week, struct wall now);

void rhythm_encode(const struct rhythm *rhythm, uint8_t ret[RHYTHM_SIZE]);
/* 0, or E_CORRUPT when the bytes are no rhythm. */
int rhythm_decode(struct str bytes, struct rhythm *ret);

#endif
