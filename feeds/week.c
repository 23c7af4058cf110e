/*
 * week: the hours of a local week.
 *
 * One walk serves mass, cost and when: from hour boundary to hour boundary of
 * the zone, with the zone's offset looked up at each.  Within an hour the
 * density p is constant, so that after d days in it
 *
 *     mass += p d          cost += mass d + p d²/2
 *
 * and the instant at which the cost is reached is a root of that square.
 */
#include "feeds/week.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "feeds/le.h"

static const double COUNTS_PRIOR = 250; /* items that the prior is worth */
static const double COUNTS_EVEN = 0.05; /* of every hour, whatever was seen */
static const double COUNTS_MAX = 1e9;   /* of one cell, when decoded */

enum {
    EPOCH_DAY = 3, /* 1970-01-01 was a Thursday; Monday is 0 */
    SPAN_MAX_MS = MS_DAY
};
static const int64_t WEEK_MS = 7 * (int64_t)MS_DAY;

static double
days_of(int64_t ms)
{
    return (double)ms / MS_DAY;
}

void
week_even(const struct zone *zone, struct week *ret)
{
    ret->zone = zone;
    for (size_t i = 0; i < WEEK_CELLS; i++)
        ret->density[i] = 1;
}

/* Milliseconds into the local week. */
static int64_t
week_offset(const struct zone *zone, struct wall t)
{
    int64_t shift = zone ? zone_offset(zone, t) * (int64_t)MS_MINUTE : 0;
    int64_t at = (t.ms % WEEK_MS + shift + EPOCH_DAY * (int64_t)MS_DAY);

    return (at % WEEK_MS + WEEK_MS) % WEEK_MS;
}

unsigned
week_cell(const struct zone *zone, struct wall t)
{
    return (unsigned)(week_offset(zone, t) / MS_HOUR);
}

/* --- walking -----------------------------------------------------------------
 */

struct walk {
    const struct week *week;
    struct wall at, end;
    double mass, cost; /* since it began */
    double density;    /* of the step that is next */
    int64_t step_ms;   /* to the end of its hour, or of all */
};

static void
walk_begin(
    struct walk *w, const struct week *week, struct wall from, struct wall to)
{
    const int64_t longest = WEEK_MAX_SPAN_DAYS * (int64_t)MS_DAY;

    *w = (struct walk){.week = week, .at = from, .end = to};
    if (to.ms < from.ms)
        w->end = from;
    else if ((uint64_t)to.ms - (uint64_t)from.ms > (uint64_t)longest)
        w->end.ms = from.ms + longest;
}

/* Look at the next step; false at the end. */
static bool
walk_next(struct walk *w)
{
    int64_t into, left = w->end.ms - w->at.ms;

    if (left <= 0)
        return false;
    into = week_offset(w->week->zone, w->at);
    w->density = w->week->density[into / MS_HOUR];
    w->step_ms = MS_HOUR - into % MS_HOUR;
    if (w->step_ms > left)
        w->step_ms = left;
    return true;
}

static double
walk_cost_after(const struct walk *w, double days)
{
    return w->cost + w->mass * days + w->density * days * days / 2;
}

static void
walk_step(struct walk *w)
{
    double days = days_of(w->step_ms);

    w->cost = walk_cost_after(w, days);
    w->mass += w->density * days;
    w->at.ms += w->step_ms;
}

double
week_mass(const struct week *week, struct wall from, struct wall to)
{
    struct walk w;

    walk_begin(&w, week, from, to);
    while (walk_next(&w))
        walk_step(&w);
    return w.mass;
}

double
week_cost(const struct week *week, struct wall from, struct wall to)
{
    struct walk w;

    walk_begin(&w, week, from, to);
    while (walk_next(&w))
        walk_step(&w);
    return w.cost;
}

struct wall
week_when(
    const struct week *week, struct wall from, double cost, struct wall latest)
{
    struct walk w;

    if (!(cost > 0))
        return from;
    walk_begin(&w, week, from, latest);
    while (walk_next(&w)) {
        double need = cost - w.cost, root, days;

        if (walk_cost_after(&w, days_of(w.step_ms)) < cost) {
            walk_step(&w);
            continue;
        }
        root = sqrt(w.mass * w.mass + 2 * w.density * need);
        days = 2 * need / (w.mass + root);
        w.step_ms = (int64_t)fmin(ceil(days * MS_DAY), (double)w.step_ms);
        w.at.ms += w.step_ms;
        break;
    }
    return w.at;
}

/* --- learning ----------------------------------------------------------------
 */

void
week_counts_init(struct week_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    counts->at = WALL_NONE;
}

static void
counts_fade(struct week_counts *counts, struct wall now)
{
    double days, factor;

    if (!wall_is_set(counts->at))
        counts->at = now;
    if (now.ms <= counts->at.ms)
        return;
    days = days_of(now.ms - counts->at.ms);
    factor = exp2(-days / WEEK_COUNTS_HALF_LIFE_DAYS);
    for (size_t i = 0; i < WEEK_CELLS; i++)
        counts->count[i] = (float)((double)counts->count[i] * factor);
    counts->at = now;
}

void
week_counts_add(struct week_counts *counts, const struct week *week,
    struct wall from, struct wall to, double weight, struct wall now)
{
    struct walk w;
    double mass;

    if (to.ms < from.ms || to.ms - from.ms > SPAN_MAX_MS || !(weight > 0))
        return;
    counts_fade(counts, now);
    mass = week_mass(week, from, to);
    if (!(mass > 0)) {
        counts->count[week_cell(week->zone, to)] += (float)weight;
        return;
    }
    walk_begin(&w, week, from, to);
    while (walk_next(&w)) {
        double part = w.density * days_of(w.step_ms) / mass;

        counts->count[week_cell(week->zone, w.at)] += (float)(weight * part);
        walk_step(&w);
    }
}

double
week_counts_total(const struct week_counts *counts)
{
    double total = 0;

    for (size_t i = 0; i < WEEK_CELLS; i++)
        total += (double)counts->count[i];
    return total;
}

/* Neighbouring hours, and the same hour of the next days of the same kind
 * (workday or weekend), tell of each other. */
static double
counts_smooth(const struct week_counts *counts, size_t cell)
{
    size_t day = cell / 24, hour = cell % 24;
    size_t first = day < 5 ? 0 : 5, end = day < 5 ? 5 : 7;
    double own = 0, kin = 0;

    for (size_t d = first; d < end; d++) {
        size_t at = d * 24 + hour;
        double near =
            0.5 * (double)counts->count[at] +
            0.25 * (double)counts->count[(at + 1) % WEEK_CELLS] +
            0.25 * (double)counts->count[(at + WEEK_CELLS - 1) % WEEK_CELLS];

        kin += near / (double)(end - first);
        if (d == day)
            own = near;
    }
    return 0.5 * own + 0.5 * kin;
}

void
week_learn(const struct week_counts *counts, const struct week *prior,
    const struct zone *zone, struct week *ret)
{
    double smooth[WEEK_CELLS], total = 0, sum = 0;
    struct week even;

    week_even(zone, &even);
    if (prior == NULL)
        prior = &even;
    for (size_t i = 0; i < WEEK_CELLS; i++) {
        smooth[i] = counts_smooth(counts, i);
        total += smooth[i];
    }
    for (size_t i = 0; i < WEEK_CELLS; i++) {
        double seen = total > 0 ? smooth[i] / total * WEEK_CELLS : 0;
        double learnt = (total * seen + COUNTS_PRIOR * prior->density[i]) /
                        (total + COUNTS_PRIOR);

        smooth[i] = (1 - COUNTS_EVEN) * learnt + COUNTS_EVEN;
        sum += smooth[i];
    }
    ret->zone = zone;
    for (size_t i = 0; i < WEEK_CELLS; i++)
        ret->density[i] = smooth[i] / sum * WEEK_CELLS;
}

/* --- bytes -------------------------------------------------------------------
 */

void
week_counts_encode(
    const struct week_counts *counts, uint8_t ret[WEEK_COUNTS_SIZE])
{
    le_put(ret, (uint64_t)counts->at.ms, 8);
    for (size_t i = 0; i < WEEK_CELLS; i++)
        le_put_float(ret + 8 + 4 * i, (double)counts->count[i]);
}

int
week_counts_decode(struct str bytes, struct week_counts *ret)
{
    struct week_counts counts;

    if (bytes.n != WEEK_COUNTS_SIZE)
        return E_CORRUPT;
    counts.at.ms = (int64_t)le_get(bytes.p, 8);
    for (size_t i = 0; i < WEEK_CELLS; i++) {
        double count = le_get_float(bytes.p + 8 + 4 * i);

        if (!(count >= 0 && count <= COUNTS_MAX))
            return E_CORRUPT;
        counts.count[i] = (float)count;
    }
    *ret = counts;
    return 0;
}

/* --- words -------------------------------------------------------------------
 */

/* The shortest run of hours that holds four fifths of a day's publishing. */
static void
describe_hours(const double by_hour[24], double total, struct week_hours *ret)
{
    int best = 25;

    for (int from = 0; from < 24; from++) {
        double sum = 0;

        for (int to = from + 1; to <= 24 && to - from < best; to++) {
            sum += by_hour[to - 1];
            if (sum >= 0.8 * total) {
                best = to - from;
                ret->from = from;
                ret->to = to;
            }
        }
    }
    ret->hours = best <= 12;
}

struct week_hours
week_describe(const struct week *week)
{
    struct week_hours ret = {.to = 24};
    double by_hour[24] = {0}, workdays = 0, total = 0;

    for (size_t i = 0; i < WEEK_CELLS; i++) {
        by_hour[i % 24] += week->density[i];
        total += week->density[i];
        if (i < 5 * 24)
            workdays += week->density[i];
    }
    ret.workdays = workdays >= 0.85 * total;
    describe_hours(by_hour, total, &ret);
    return ret;
}
