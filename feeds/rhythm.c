/*
 * rhythm: a rate with a memory.
 *
 * With half-life H the sums of events and of days observed fade by the same
 * factor, so that events / days is a mean over the last H/ln 2 days; the prior
 * (an event in three days) is added to it undimmed, and so matters again for
 * a source that has said nothing for months.
 */
#include "feeds/rhythm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "feeds/le.h"

static const double PRIOR_EVENTS = 0.5, PRIOR_DAYS = 1.5;
static const double SILENCE_IMPROBABLE = 1e-3;
/* No rate is known better than from so many events: sources have moods. */
static const double SILENCE_MAX_EVENTS = 20;
static const double SUM_MAX = 1e9; /* of any sum, when decoded */

static double
days_between(struct wall from, struct wall to)
{
    return ((double)to.ms - (double)from.ms) / MS_DAY;
}

static double
fade(double days)
{
    return exp2(-days / RHYTHM_HALF_LIFE_DAYS);
}

void
rhythm_init(struct rhythm *rhythm)
{
    *rhythm = (struct rhythm){.at = WALL_NONE, .last = WALL_NONE};
}

/* Observe up to now: all that was known fades, the days since are new. */
static void
rhythm_observe(struct rhythm *rhythm, const struct week *week, struct wall now)
{
    double days, factor, mean = 1;

    if (!wall_is_set(rhythm->at) || now.ms <= rhythm->at.ms) {
        if (!wall_is_set(rhythm->at))
            rhythm->at = now;
        return;
    }
    days = days_between(rhythm->at, now);
    factor = fade(days);
    if (days > 0.01) /* the new days have faded too, while they passed */
        mean = (1 - factor) * RHYTHM_HALF_LIFE_DAYS / (M_LN2 * days);
    rhythm->events *= factor;
    rhythm->items *= factor;
    rhythm->days =
        rhythm->days * factor + mean * week_mass(week, rhythm->at, now);
    rhythm->at = now;
}

static void
rhythm_mark(struct rhythm *rhythm, struct wall at)
{
    if (wall_is_set(rhythm->last) && rhythm->last.ms > at.ms)
        return;
    rhythm->last = at;
    rhythm->last_events = rhythm->events;
    rhythm->last_days = rhythm->days;
}

static uint32_t
add_seen(uint32_t seen, size_t items)
{
    return items > UINT32_MAX - seen ? UINT32_MAX : seen + (uint32_t)items;
}

void
rhythm_learn(struct rhythm *rhythm, const struct week *week, size_t items,
    double events, struct wall now)
{
    bool first = !wall_is_set(rhythm->at);

    rhythm_observe(rhythm, week, now);
    if (first || items == 0)
        return;
    rhythm->events += events;
    rhythm->items += (double)items;
    rhythm->seen = add_seen(rhythm->seen, items);
    rhythm_mark(rhythm, now);
}

/* --- a first document ---------------------------------------------------- */

static int
wall_cmp(const void *a, const void *b)
{
    const struct wall *x = a, *y = b;

    return (x->ms > y->ms) - (x->ms < y->ms);
}

/* Events and items of times[first … n), each faded to now; the first of them
 * only opens the span that the others fell into. */
static void
baseline_sum(struct rhythm *rhythm, const struct wall *times, size_t n,
    bool opens, struct wall now)
{
    size_t i = 0;

    while (i < n) {
        size_t from = i;
        double factor, items;

        while (i < n && times[i].ms - times[from].ms < RHYTHM_TOGETHER_MS)
            i++;
        items = (double)(i - from);
        factor = fade(days_between(times[i - 1], now));
        rhythm->seen = add_seen(rhythm->seen, i - from);
        if (from == 0 && opens)
            continue;
        rhythm->events += factor * sqrt(items);
        rhythm->items += factor * items;
    }
}

void
rhythm_learn_first(struct rhythm *rhythm, const struct week *week,
    struct wall *times, size_t n, struct wall now)
{
    const int64_t span = RHYTHM_BASELINE_SPAN_DAYS * (int64_t)MS_DAY;
    struct wall oldest = {now.ms - span};
    bool all_of_it = false; /* it reaches back beyond the span */
    size_t kept = 0;
    double scale;

    rhythm_init(rhythm);
    for (size_t i = 0; i < n; i++) {
        if (!wall_is_set(times[i]) || times[i].ms > now.ms)
            continue;
        if (times[i].ms < oldest.ms)
            all_of_it = true;
        else
            times[kept++] = times[i];
    }
    if (kept > 0)
        qsort(times, kept, sizeof *times, wall_cmp);
    rhythm->at = now;
    if (kept == 0 && !all_of_it)
        return;
    if (!all_of_it)
        oldest = times[0];
    baseline_sum(rhythm, times, kept, !all_of_it, now);
    rhythm->days =
        (1 - fade(days_between(oldest, now))) * RHYTHM_HALF_LIFE_DAYS / M_LN2;
    (void)week;
    scale = rhythm->days > RHYTHM_BASELINE_DAYS
                ? RHYTHM_BASELINE_DAYS / rhythm->days
                : 1;
    rhythm->events *= scale;
    rhythm->items *= scale;
    rhythm->days *= scale;
    if (kept > 0)
        rhythm_mark(rhythm, times[kept - 1]);
}

/* --- what it says -------------------------------------------------------- */

double
rhythm_rate(const struct rhythm *rhythm)
{
    return (PRIOR_EVENTS + rhythm->events) / (PRIOR_DAYS + rhythm->days);
}

double
rhythm_items_a_week(const struct rhythm *rhythm)
{
    return 7 * (PRIOR_EVENTS + rhythm->items) / (PRIOR_DAYS + rhythm->days);
}

/* The rate is not known, only its distribution: gamma with these events and
 * days.  Nothing in mass days is then (days / (days + mass)) ^ events. */
double
rhythm_silence(const struct rhythm *rhythm, const struct week *week,
    struct wall since, struct wall now)
{
    double events = PRIOR_EVENTS + rhythm->last_events;
    double days = PRIOR_DAYS + rhythm->last_days;
    double mass = week_mass(week, since, now);

    if (events > SILENCE_MAX_EVENTS) {
        days *= SILENCE_MAX_EVENTS / events;
        events = SILENCE_MAX_EVENTS;
    }
    return pow(days / (days + mass), events);
}

bool
rhythm_is_silent(
    const struct rhythm *rhythm, const struct week *week, struct wall now)
{
    if (rhythm->seen < RHYTHM_SILENT_ITEMS || !wall_is_set(rhythm->last) ||
        now.ms - rhythm->last.ms < RHYTHM_SILENT_MIN_MS)
        return false;
    return rhythm_silence(rhythm, week, rhythm->last, now) < SILENCE_IMPROBABLE;
}

/* --- bytes --------------------------------------------------------------- */

/* Version, 3 spare bytes, seen, at, last, then five sums; little-endian. */
enum { RHYTHM_VERSION = 1, SUMS = 5, SUMS_AT = 24 };

void
rhythm_encode(const struct rhythm *rhythm, uint8_t ret[RHYTHM_SIZE])
{
    const double sums[SUMS] = {rhythm->events, rhythm->items, rhythm->days,
        rhythm->last_events, rhythm->last_days};

    memset(ret, 0, RHYTHM_SIZE);
    ret[0] = RHYTHM_VERSION;
    le_put(ret + 4, rhythm->seen, 4);
    le_put(ret + 8, (uint64_t)rhythm->at.ms, 8);
    le_put(ret + 16, (uint64_t)rhythm->last.ms, 8);
    for (size_t i = 0; i < SUMS; i++)
        le_put_float(ret + SUMS_AT + 4 * i, sums[i]);
}

int
rhythm_decode(struct str bytes, struct rhythm *ret)
{
    struct rhythm r;
    double sums[SUMS];

    if (bytes.n != RHYTHM_SIZE || bytes.p[0] != RHYTHM_VERSION)
        return E_CORRUPT;
    r.seen = (uint32_t)le_get(bytes.p + 4, 4);
    r.at.ms = (int64_t)le_get(bytes.p + 8, 8);
    r.last.ms = (int64_t)le_get(bytes.p + 16, 8);
    for (size_t i = 0; i < SUMS; i++) {
        sums[i] = le_get_float(bytes.p + SUMS_AT + 4 * i);
        if (!(sums[i] >= 0 && sums[i] <= SUM_MAX))
            return E_CORRUPT;
    }
    r.events = sums[0];
    r.items = sums[1];
    r.days = sums[2];
    r.last_events = sums[3];
    r.last_days = sums[4];
    *ret = r;
    return 0;
}
