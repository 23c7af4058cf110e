/*
 * pace: one price for all polls.
 *
 * The plan takes the week as constant between two polls: a source of demand d
 * is polled sqrt(d * density / (2 price)) times a day, within its bounds.  It
 * counts sources in bins of their demand, so that a plan costs the same for a
 * hundred sources and for a hundred thousand.
 */
#include "feeds/pace.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "feeds/le.h"

static const double DEMAND_LEAST = 1e-4; /* events a day: bin 0 */
static const double BINS_PER_OCTAVE = 4;
static const double OWED_MOST = 0.5; /* of the budget, paid back at once */
static const double PRICE_LEAST = 1e-12, PRICE_MOST = 1e6;
enum {
    PLAN_STEPS = 50,
    FIRST_ITEMS = 20 /* of a first document: what all of its are worth */
};
static const int64_t FLOOR_MS = 5 * MS_MINUTE;
enum {
    CEILING_INTERVALS = 12,
    TICK_MS = 15 * MS_MINUTE /* no hour of any zone begins in between */
};

static int64_t
least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void
pace_init(struct pace *pace, const struct zone *zone)
{
    *pace = (struct pace){.at = WALL_NONE};
    week_even(zone, &pace->all);
    for (size_t i = 0; i < PACE_GROUPS; i++) {
        week_counts_init(&pace->counts[i]);
        week_even(zone, &pace->weeks[i]);
    }
    for (size_t i = 0; i < WEEK_CELLS; i++)
        pace->share[i] = 1;
}

void
pace_zone(struct pace *pace, const struct zone *zone)
{
    pace->all.zone = zone;
    for (size_t i = 0; i < PACE_GROUPS; i++)
        pace->weeks[i].zone = zone;
}

static unsigned
group_of(const struct pace_source *source)
{
    return source->group < PACE_GROUPS ? source->group : 0;
}

const struct week *
pace_week(const struct pace *pace, const struct pace_source *source)
{
    return &pace->weeks[group_of(source)];
}

/* --- learning ----------------------------------------------------------------
 */

static bool
is_midnight(const struct week *week, struct wall t)
{
    int64_t shift = week->zone ? zone_offset(week->zone, t) : 0;

    return (t.ms % MS_DAY + shift * MS_MINUTE) % MS_DAY == 0;
}

/* One item: where its date lies in the span in which it appeared, then; a
 * date without a time of day, or none, or one that cannot be: in that span. */
static void
learn_hour(struct week_counts *counts, const struct week *week,
    struct wall published, struct wall since, struct wall now, double weight)
{
    struct wall from = since, to = now;

    if (wall_is_set(published) && published.ms > since.ms &&
        published.ms <= now.ms) {
        from = published;
        to = published;
        if (is_midnight(week, published) && now.ms - published.ms > MS_DAY)
            to.ms += MS_DAY;
        else if (is_midnight(week, published))
            to = now;
    }
    week_counts_add(counts, week, from, to, weight, now);
}

/* Whether an item says when it was published, and that may be so. */
static bool
is_dated(const struct pace_news *news, size_t i)
{
    struct wall t = news->published[i];

    return wall_is_set(t) && t.ms > news->since.ms && t.ms <= news->now.ms;
}

static bool
are_together(struct wall a, struct wall b)
{
    int64_t apart = a.ms > b.ms ? a.ms - b.ms : b.ms - a.ms;

    return apart < RHYTHM_TOGETHER_MS;
}

/* How many events the items are.  Those published within an hour of each other
 * are one, of weight sqrt(n); of those without a time as many are events of
 * their own as the rhythm has let expect. */
static double
news_events(const struct week *week, const struct rhythm *rhythm,
    const struct pace_news *news)
{
    double events = 0, undated = 0, expected;

    for (size_t i = 0; i < news->items; i++) {
        size_t from = i;

        if (!is_dated(news, i)) {
            undated++;
            continue;
        }
        while (i + 1 < news->items && is_dated(news, i + 1) &&
               are_together(news->published[i], news->published[i + 1]))
            i++;
        events += sqrt((double)(i - from + 1));
    }
    if (undated > 0) {
        expected =
            rhythm_rate(rhythm) * week_mass(week, news->since, news->now);
        events += sqrt(undated * fmin(undated, fmax(1, expected)));
    }
    return events;
}

void
pace_learn(
    struct pace *pace, struct pace_source *source, const struct pace_news *news)
{
    const struct week *week = pace_week(pace, source);
    double events = news_events(week, &source->rhythm, news);

    rhythm_learn(&source->rhythm, week, news->items, events, news->now);
    for (size_t i = 0; i < news->items; i++)
        learn_hour(&pace->counts[group_of(source)], week, news->published[i],
            news->since, news->now, events / (double)news->items);
}

void
pace_learn_first(struct pace *pace, struct pace_source *source,
    struct wall *published, size_t n, struct wall now)
{
    const int64_t span = RHYTHM_BASELINE_SPAN_DAYS * (int64_t)MS_DAY;
    const struct week *week = pace_week(pace, source);
    struct wall since = {now.ms - span};
    double weight = n > FIRST_ITEMS ? FIRST_ITEMS / (double)n : 1;

    for (size_t i = 0; i < n; i++)
        if (wall_is_set(published[i]) && published[i].ms > since.ms)
            learn_hour(&pace->counts[group_of(source)], week, published[i],
                since, now, weight);
    rhythm_learn_first(&source->rhythm, week, published, n, now);
}

/* The hours of all, and of each group as far as it is known to differ. */
static void
pace_weeks(struct pace *pace)
{
    const struct zone *zone = pace->all.zone;
    struct week_counts sum;

    week_counts_init(&sum);
    for (size_t g = 0; g < PACE_GROUPS; g++)
        for (size_t i = 0; i < WEEK_CELLS; i++)
            sum.count[i] += pace->counts[g].count[i];
    week_learn(&sum, NULL, zone, &pace->all);
    for (size_t g = 0; g < PACE_GROUPS; g++)
        week_learn(&pace->counts[g], &pace->all, zone, &pace->weeks[g]);
}

/* --- the plan ----------------------------------------------------------------
 */

static size_t
bin_of(double demand)
{
    double bin;

    if (!(demand > DEMAND_LEAST))
        return 0;
    bin = round(BINS_PER_OCTAVE * log2(demand / DEMAND_LEAST));
    return bin < PACE_BINS - 1 ? (size_t)bin : PACE_BINS - 1;
}

static double
bin_demand(size_t bin)
{
    return DEMAND_LEAST * exp2((double)bin / BINS_PER_OCTAVE);
}

/* Time passes: what was planned for it becomes due. */
static void
pace_tick(struct pace *pace, struct wall now)
{
    struct wall t = now;

    if (wall_is_set(pace->at) && now.ms - pace->at.ms <= PACE_GAP_MAX_MS)
        t = pace->at;
    pace->at = now;
    while (t.ms < now.ms) {
        int64_t step = TICK_MS - t.ms % TICK_MS;
        unsigned cell = week_cell(pace->all.zone, t);

        step = least_of(step, now.ms - t.ms);
        pace->surplus -=
            pace->per_hour * (double)step / MS_HOUR * pace->share[cell];
        t.ms += step;
    }
}

void
pace_plan_begin(struct pace *pace, struct wall now)
{
    pace_tick(pace, now);
    pace_weeks(pace);
    memset(pace->bins, 0, sizeof pace->bins);
}

static double
demand_of(const struct pace_source *source)
{
    return fmax(rhythm_rate(&source->rhythm) * source->weight, DEMAND_LEAST);
}

void
pace_plan_add(struct pace *pace, const struct pace_source *source)
{
    pace->bins[group_of(source)][bin_of(demand_of(source))]++;
}

/* Add the polls of n sources of one demand and week to those of each hour. */
static void
plan_bin(const struct pace *pace, const struct week *week, uint32_t n,
    double per_hour, double polls[WEEK_CELLS])
{
    double least = (double)MS_HOUR / (double)pace->ceiling_ms;
    double most = (double)MS_HOUR / (double)pace->floor_ms;

    for (size_t cell = 0; cell < WEEK_CELLS; cell++) {
        double own = per_hour * sqrt(week->density[cell]);

        polls[cell] += n * fmin(fmax(own, least), most);
    }
}

/* Polls an hour, by hour of the week, at a price; returns their mean. */
static double
plan_polls(const struct pace *pace, double price, double ret_polls[WEEK_CELLS])
{
    double total = 0;

    memset(ret_polls, 0, WEEK_CELLS * sizeof *ret_polls);
    for (size_t g = 0; g < PACE_GROUPS; g++)
        for (size_t bin = 0; bin < PACE_BINS; bin++)
            if (pace->bins[g][bin] > 0)
                plan_bin(pace, &pace->weeks[g], pace->bins[g][bin],
                    sqrt(bin_demand(bin) / (2 * price)) / 24, ret_polls);
    for (size_t cell = 0; cell < WEEK_CELLS; cell++)
        total += ret_polls[cell];
    return total / WEEK_CELLS;
}

/* The budget, less what was polled beyond it before. */
static double
plan_target(const struct pace *pace)
{
    double owed = pace->surplus / (pace->per_hour * PACE_PAYBACK_HOURS);

    return pace->per_hour * (1 - fmin(fmax(owed, -OWED_MOST), OWED_MOST));
}

/* The shape of what becomes due is taken anew on Mondays only: a week that is
 * being learnt would else always know least of the hour at hand, and a budget
 * that is spread by it would shrink. */
static void
plan_share(struct pace *pace, const double polls[WEEK_CELLS], double mean)
{
    unsigned cell = week_cell(pace->all.zone, pace->at);
    bool first = !(pace->price > 0);

    if ((first || cell < pace->cell) && mean > 0)
        for (size_t i = 0; i < WEEK_CELLS; i++)
            pace->share[i] = polls[i] / mean;
    pace->cell = cell;
}

void
pace_plan_end(struct pace *pace)
{
    double low = log(PRICE_LEAST), high = log(PRICE_MOST), mean, target;
    double polls[WEEK_CELLS];

    if (!(pace->per_hour > 0) || pace->floor_ms <= 0 || pace->ceiling_ms <= 0)
        return;
    target = plan_target(pace);
    for (int i = 0; i < PLAN_STEPS; i++) {
        double middle = (low + high) / 2;

        if (plan_polls(pace, exp(middle), polls) > target)
            low = middle;
        else
            high = middle;
    }
    mean = plan_polls(pace, exp(high), polls);
    plan_share(pace, polls, mean);
    pace->price = exp(high);
}

void
pace_spend(struct pace *pace)
{
    pace->surplus += 1;
}

/* --- one source ---------------------------------------------------------- */

int64_t
pace_wait(const struct pace *pace, const struct pace_source *source,
    struct wall last, uint32_t random, enum poll_why *ret_why)
{
    double jitter =
        (2 * (random / (double)UINT32_MAX) - 1) * PACE_JITTER_PERCENT / 100;
    double cost = pace->price * (1 + jitter) / demand_of(source);
    struct wall latest = {last.ms + pace->ceiling_ms};
    int64_t wait;

    *ret_why = POLL_WHY_RHYTHM;
    if (!(pace->price > 0))
        return 0;
    wait = week_when(pace_week(pace, source), last, cost, latest).ms - last.ms;
    if (wait >= pace->ceiling_ms) {
        *ret_why = POLL_WHY_CEILING;
        /* Sources at the ceiling would else stay in step for ever. */
        wait = pace->ceiling_ms -
               (int64_t)((double)pace->ceiling_ms * fabs(jitter));
    } else if (wait < pace->floor_ms) {
        *ret_why = POLL_WHY_FLOOR;
        wait = pace->floor_ms;
    }
    return wait;
}

int64_t
pace_default_floor(int64_t interval_ms, int64_t interval_min_ms)
{
    int64_t floor_ms = least_of(interval_ms / 2, FLOOR_MS);

    return floor_ms > interval_min_ms ? floor_ms : interval_min_ms;
}

int64_t
pace_default_ceiling(int64_t interval_ms)
{
    int64_t most = PACE_CEILING_DAYS * (int64_t)MS_DAY;

    if (interval_ms >= most)
        return interval_ms;
    return least_of(interval_ms * CEILING_INTERVALS, most);
}

/* --- bytes --------------------------------------------------------------- */

static const double SURPLUS_MAX = 1e9;

void
pace_encode(const struct pace *pace, uint8_t ret[PACE_SIZE])
{
    memset(ret, 0, 8);
    ret[0] = 1; /* version */
    le_put_float(ret + 4, pace->surplus);
    for (size_t g = 0; g < PACE_GROUPS; g++)
        week_counts_encode(&pace->counts[g], ret + 8 + g * WEEK_COUNTS_SIZE);
}

int
pace_decode(struct str bytes, struct pace *pace)
{
    struct week_counts counts[PACE_GROUPS];
    double surplus;
    int r = 0;

    if (bytes.n != PACE_SIZE || bytes.p[0] != 1)
        return E_CORRUPT;
    surplus = le_get_float(bytes.p + 4);
    for (size_t g = 0; g < PACE_GROUPS && r == 0; g++) {
        struct str part = {
            bytes.p + 8 + g * WEEK_COUNTS_SIZE, WEEK_COUNTS_SIZE};

        r = week_counts_decode(part, &counts[g]);
    }
    if (r != 0 || !(fabs(surplus) <= SURPLUS_MAX))
        return E_CORRUPT;
    memcpy(pace->counts, counts, sizeof counts);
    pace->surplus = surplus;
    pace_weeks(pace);
    return 0;
}
