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

static const double DEMAND_LEAST = 1e-4; /* events a day: bin 0 */
static const double BINS_PER_OCTAVE = 4;
static const double OWED_MOST = 0.5; /* of the budget, paid back at once */
static const double PRICE_LEAST = 1e-12, PRICE_MOST = 1e6;
enum { PLAN_STEPS = 50 };
static const int64_t FLOOR_MS = 5 * MS_MINUTE;
enum { CEILING_INTERVALS = 12 };

void
pace_init(struct pace *pace)
{
    *pace = (struct pace){.at = WALL_NONE};
    for (size_t i = 0; i < WEEK_CELLS; i++)
        pace->share[i] = 1;
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

void
pace_plan_begin(struct pace *pace)
{
    memset(pace->bins, 0, sizeof pace->bins);
}

void
pace_plan_add(struct pace *pace, double demand)
{
    pace->bins[bin_of(demand)]++;
}

/* Polls an hour, by hour of the week, at a price; returns their mean. */
static double
plan_polls(const struct pace *pace, const struct week *week, double price,
    double ret_share[WEEK_CELLS])
{
    double least = (double)MS_HOUR / (double)pace->ceiling_ms;
    double most = (double)MS_HOUR / (double)pace->floor_ms;
    double total = 0;

    for (size_t cell = 0; cell < WEEK_CELLS; cell++) {
        double density = week->density[cell], sum = 0;

        for (size_t bin = 0; bin < PACE_BINS; bin++) {
            double polls;

            if (pace->bins[bin] == 0)
                continue;
            polls = sqrt(bin_demand(bin) * density / (2 * price)) / 24;
            sum += pace->bins[bin] * fmin(fmax(polls, least), most);
        }
        ret_share[cell] = sum;
        total += sum;
    }
    return total / WEEK_CELLS;
}

/* The budget, less what was polled beyond it before. */
static double
plan_target(const struct pace *pace)
{
    double owed = pace->surplus / (pace->per_hour * PACE_PAYBACK_HOURS);

    return pace->per_hour * (1 - fmin(fmax(owed, -OWED_MOST), OWED_MOST));
}

void
pace_plan_end(struct pace *pace, const struct week *week)
{
    double low = log(PRICE_LEAST), high = log(PRICE_MOST), mean;
    double target;

    if (!(pace->per_hour > 0) || pace->floor_ms <= 0 || pace->ceiling_ms <= 0)
        return;
    target = plan_target(pace);
    for (int i = 0; i < PLAN_STEPS; i++) {
        double middle = (low + high) / 2;

        if (plan_polls(pace, week, exp(middle), pace->share) > target)
            low = middle;
        else
            high = middle;
    }
    pace->price = exp(high);
    mean = plan_polls(pace, week, pace->price, pace->share);
    for (size_t i = 0; i < WEEK_CELLS; i++)
        pace->share[i] = mean > 0 ? pace->share[i] / mean : 1;
}

void
pace_tick(struct pace *pace, const struct week *week, struct wall now)
{
    int64_t passed = wall_is_set(pace->at) ? now.ms - pace->at.ms : 0;

    pace->at = now;
    if (passed <= 0)
        return;
    if (passed > PACE_GAP_MAX_MS)
        passed = PACE_GAP_MAX_MS;
    pace->surplus -= pace->per_hour * (double)passed / MS_HOUR *
                     pace->share[week_cell(week->zone, now)];
}

void
pace_spend(struct pace *pace)
{
    pace->surplus += 1;
}

/* --- one source
 * ---------------------------------------------------------------- */

int64_t
pace_wait(const struct pace *pace, const struct week *week, double demand,
    struct wall last, uint32_t random, enum poll_why *ret_why)
{
    double jitter =
        (2 * (random / (double)UINT32_MAX) - 1) * PACE_JITTER_PERCENT / 100;
    double cost = pace->price * (1 + jitter) / fmax(demand, DEMAND_LEAST);
    struct wall latest = {last.ms + pace->ceiling_ms};
    struct wall next = week_when(week, last, cost, latest);
    int64_t wait = next.ms - last.ms;

    *ret_why = POLL_WHY_RHYTHM;
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

static int64_t
least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
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
