/* polling_run: the loop, the rules, and what is measured. */
#include "polling_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "bench.h"
#include "daemon/schedule.h"
#include "feeds/pace.h"

const char *const rule_names[RULES] = {[RULE_FIXED] = "fixed interval",
    [RULE_AVERAGE] = "moving average",
    [RULE_AIMD] = "AIMD",
    [RULE_SQRT] = "square-root law",
    [RULE_OURS] = "tocsin"};

enum {
    GAPS = 15, /* of which the moving average is */
    LEAST_MS = 5 * MS_MINUTE,
    SPREAD_MS = 20, /* between first polls, as the engine does */
    KNOB_STEPS = 14,
    RATE_EVENTS = 10,
    NEWS_MAX = 1024 /* items of one poll that carry a time */
};
static const int64_t MOST_MS = 3 * (int64_t)MS_DAY;
static const int64_t WEEK_MS = 7 * (int64_t)MS_DAY;
/* Of the made-up batches: the mean of sqrt(items) of an event. */
static const double EVENT_WEIGHT = 1.14;

struct player {
    struct poll poll;
    struct pace_source source;
    struct wall last, joins;
    size_t seen;    /* items of its origin */
    double wait_ms; /* AIMD */
    struct wall gap_at[GAPS];
    size_t ngaps;
    size_t events; /* of its origin: items an hour apart, or more */
    bool judged;   /* its rate, after RATE_EVENTS */
    size_t polled, second, later; /* in those weeks after joining */
};

struct game {
    const struct times *times;
    enum rule rule;
    double knob;
    int64_t interval_ms;
    struct bench_chance chance;
    struct pace pace;
    struct wall planned;
    struct player *players;
    struct schedule *schedule;
    struct wall now, measured;
    /* measured */
    float *delays;
    size_t ndelays;
    size_t polls, minute_polls, peak;
    int64_t minute, unpolled_ms;
    size_t judged, right;
};

static uint32_t
chance32(struct game *game)
{
    return bench_roll(&game->chance, UINT32_MAX);
}

/* --- the rules ----------------------------------------------------------- */

static int64_t
between(double ms, int64_t least, int64_t most)
{
    if (!(ms > (double)least))
        return least;
    return ms < (double)most ? (int64_t)ms : most;
}

static int64_t
wait_average(struct game *game, struct player *p)
{
    size_t n = p->ngaps < GAPS ? p->ngaps : GAPS;
    double mean = (double)game->interval_ms;

    if (n >= 2) {
        size_t newest = (p->ngaps - 1) % GAPS;
        size_t oldest = p->ngaps > GAPS ? p->ngaps % GAPS : 0;

        mean = (double)(p->gap_at[newest].ms - p->gap_at[oldest].ms) /
               (double)(n - 1);
    }
    return between(game->knob * mean, LEAST_MS, MOST_MS);
}

static int64_t
wait_aimd(struct game *game, struct player *p, size_t found)
{
    if (p->wait_ms <= 0)
        p->wait_ms = (double)game->interval_ms;
    p->wait_ms *= found ? 0.5 : 1 + game->knob;
    p->wait_ms = (double)between(p->wait_ms, LEAST_MS, MOST_MS);
    return (int64_t)p->wait_ms;
}

static int64_t
wait_sqrt(struct game *game, struct player *p)
{
    double days = game->knob / sqrt(rhythm_rate(&p->source.rhythm));

    return between(days * MS_DAY, LEAST_MS, MOST_MS);
}

static void
learn(struct game *game, struct player *p, const struct origin *origin,
    size_t from, size_t found, bool first)
{
    struct wall published[NEWS_MAX];
    size_t n = found < NEWS_MAX ? found : NEWS_MAX;

    for (size_t i = 0; i < n; i++)
        published[i] = origin->dated ? origin->at[from + i] : WALL_NONE;
    if (first) {
        pace_learn_first(&game->pace, &p->source, published, n, game->now);
    } else {
        struct pace_news news = {n, published, p->last, game->now};

        pace_learn(&game->pace, &p->source, &news);
    }
}

/* The plan of the hour, as the engine makes it. */
static void
plan(struct game *game)
{
    if (wall_is_set(game->planned) &&
        game->now.ms - game->planned.ms < PACE_PLAN_MS)
        return;
    game->planned = game->now;
    pace_plan_begin(&game->pace, game->now);
    for (size_t i = 0; i < game->times->n; i++)
        if (game->players[i].joins.ms <= game->now.ms)
            pace_plan_add(&game->pace, &game->players[i].source);
    pace_plan_end(&game->pace);
}

static void
decide(struct game *game, struct player *p, size_t found,
    struct poll_answer *answer)
{
    switch (game->rule) {
    case RULE_AVERAGE:
        answer->wait_ms = wait_average(game, p);
        break;
    case RULE_AIMD:
        answer->wait_ms = wait_aimd(game, p, found);
        break;
    case RULE_SQRT:
        answer->wait_ms = wait_sqrt(game, p);
        break;
    case RULE_OURS:
        answer->wait_ms = pace_wait(&game->pace, &p->source, game->now,
            answer->random, &answer->wait_why);
        break;
    case RULE_FIXED:
        /* No jitter: it is to make exactly so many polls. */
        answer->wait_ms = game->interval_ms;
        break;
    case RULES:
    default:
        break;
    }
}

/* --- one poll ------------------------------------------------------------ */

static void
measure_poll(struct game *game, struct player *p, bool first)
{
    int64_t age = game->now.ms - p->joins.ms;
    int64_t minute = game->now.ms / MS_MINUTE;

    if (p->joins.ms > game->times->from.ms) {
        p->second += age >= WEEK_MS && age < 2 * WEEK_MS;
        p->later += age >= 3 * WEEK_MS && age < 4 * WEEK_MS;
    }
    if (game->now.ms < game->measured.ms)
        return;
    game->polls++;
    if (first)
        return;
    if (game->now.ms - p->last.ms > game->unpolled_ms)
        game->unpolled_ms = game->now.ms - p->last.ms;
    game->minute_polls = minute == game->minute ? game->minute_polls + 1 : 1;
    game->minute = minute;
    if (game->minute_polls > game->peak)
        game->peak = game->minute_polls;
}

static void
measure_rate(struct game *game, struct player *p, const struct origin *origin)
{
    double truth = origin->rate * EVENT_WEIGHT, rate;

    if (p->judged || p->events < RATE_EVENTS || truth <= 0)
        return;
    p->judged = true;
    rate = rhythm_rate(&p->source.rhythm);
    game->judged++;
    game->right += rate >= truth / 2 && rate <= truth * 2;
}

static void
play_poll(struct game *game, uint32_t number)
{
    struct player *p = &game->players[number];
    const struct origin *origin = &game->times->origins[number];
    struct poll_answer answer = {.random = chance32(game)};
    bool first = p->last.ms == INT64_MIN;
    size_t from = p->seen;

    if (first)
        p->last = game->now;
    measure_poll(game, p, first);
    while (p->seen < origin->n && origin->at[p->seen].ms <= game->now.ms) {
        struct wall at = origin->at[p->seen];

        p->events +=
            !first && (p->seen == 0 || at.ms - origin->at[p->seen - 1].ms >=
                                           RHYTHM_TOGETHER_MS);
        p->seen++;
        if (!first && at.ms >= game->measured.ms)
            game->delays[game->ndelays++] = (float)(game->now.ms - at.ms);
        p->gap_at[p->ngaps++ % GAPS] = origin->dated ? at : game->now;
    }
    if (first && p->seen - from > RUN_WINDOW_ITEMS)
        from = p->seen - RUN_WINDOW_ITEMS;
    learn(game, p, origin, from, p->seen - from, first);
    measure_rate(game, p, origin);
    pace_spend(&game->pace);
    p->last = game->now;
    answer.event = POLL_EVENT_DUE;
    (void)poll_apply(&p->poll, &answer, game->now);
    answer.event = POLL_EVENT_SENT;
    (void)poll_apply(&p->poll, &answer, game->now);
    answer.event = POLL_EVENT_ITEMS;
    decide(game, p, p->seen - from, &answer);
    (void)poll_apply(&p->poll, &answer, game->now);
    schedule_set(game->schedule, number, p->poll.next);
}

/* --- a game -------------------------------------------------------------- */

static int
game_begin(struct game *game, const struct times *times, double per_day,
    const struct zone *zone)
{
    size_t items = 1;
    int r = schedule_new(times->n, &game->schedule);

    for (size_t i = 0; i < times->n; i++)
        items += times->origins[i].n;
    game->times = times;
    game->players = calloc(times->n, sizeof *game->players);
    game->delays = calloc(items, sizeof *game->delays);
    if (r != 0 || game->players == NULL || game->delays == NULL)
        return E_NOMEM;
    game->interval_ms = (int64_t)(MS_DAY / per_day);
    game->planned = WALL_NONE;
    game->measured.ms = times->from.ms + RUN_WARM_WEEKS * WEEK_MS;
    pace_init(&game->pace, zone);
    game->pace.per_hour = (double)times->n * per_day / 24;
    game->pace.floor_ms = pace_default_floor(game->interval_ms, MS_MINUTE);
    game->pace.ceiling_ms = pace_default_ceiling(game->interval_ms);
    for (size_t i = 0; i < times->n; i++) {
        struct player *p = &game->players[i];
        struct wall due = times->from;

        rhythm_init(&p->source.rhythm);
        p->source.weight = 1;
        p->source.group = times->origins[i].group;
        p->last = WALL_NONE;
        p->poll.interval_ms = game->interval_ms;
        if (i % RUN_JOIN_EACH == RUN_JOIN_EACH - 1)
            due.ms += RUN_JOIN_WEEK * WEEK_MS;
        p->joins = due;
        due.ms += (int64_t)i * SPREAD_MS;
        if (game->rule == RULE_FIXED) /* phases of a fixed interval: even */
            due.ms += game->interval_ms / (int64_t)times->n * (int64_t)i;
        schedule_set(game->schedule, (uint32_t)i, due);
    }
    return 0;
}

static int
float_cmp(const void *a, const void *b)
{
    const float *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double
joined_median(const struct game *game)
{
    double ratios[TIMES_SOURCES];
    size_t n = 0;

    for (size_t i = 0; i < game->times->n && n < TIMES_SOURCES; i++) {
        const struct player *p = &game->players[i];

        if (p->later > 0)
            ratios[n++] = (double)p->second / (double)p->later;
    }
    return bench_median(ratios, n);
}

static void
game_result(struct game *game, struct result *ret)
{
    const struct times *times = game->times;
    double days = (double)(times->to.ms - game->measured.ms) / MS_DAY;
    double sources = 0, sum = 0;

    for (size_t i = 0; i < times->n; i++) { /* those that joined later */
        int64_t out = game->players[i].joins.ms - game->measured.ms;

        sources += 1 - (out > 0 ? (double)out / MS_DAY / days : 0);
        for (size_t k = game->players[i].seen; k < times->origins[i].n; k++)
            game->delays[game->ndelays++] =
                (float)(times->to.ms - times->origins[i].at[k].ms);
    }
    qsort(game->delays, game->ndelays, sizeof *game->delays, float_cmp);
    for (size_t i = 0; i < game->ndelays; i++)
        sum += (double)game->delays[i];
    *ret = (struct result){.items = game->ndelays,
        .polls = (double)game->polls / sources / days,
        .unpolled_h = (double)game->unpolled_ms / MS_HOUR,
        .peak = (double)game->peak / ((double)game->polls / days / 1440),
        .rate_within =
            game->judged ? (double)game->right / (double)game->judged : 0,
        .joined = joined_median(game)};
    if (game->ndelays > 0) {
        ret->mean_h = sum / (double)game->ndelays / MS_HOUR;
        ret->p95_h = (double)game->delays[game->ndelays * 95 / 100] / MS_HOUR;
    }
}

/* The budget is that of the sources that are there. */
static void
game_budget(struct game *game, double per_day)
{
    size_t n = 0;

    for (size_t i = 0; i < game->times->n; i++)
        n += game->players[i].joins.ms <= game->now.ms;
    game->pace.per_hour = (double)n * per_day / 24;
}

int
run_once(const struct times *times, enum rule rule, double knob, double per_day,
    uint64_t seed, struct result *ret)
{
    struct game game = {.rule = rule, .knob = knob};
    struct zone *zone = NULL;
    uint32_t number;
    int r = zone_load("Asia/Shanghai", &zone);

    game.chance = bench_seed(seed);
    if (r == 0)
        r = game_begin(&game, times, per_day, zone);
    while (r == 0 && schedule_first(game.schedule, &number, &game.now) &&
           game.now.ms < times->to.ms) {
        if (rule == RULE_OURS) {
            game_budget(&game, per_day);
            plan(&game);
        }
        play_poll(&game, number);
    }
    if (r == 0)
        game_result(&game, ret);
    schedule_free(game.schedule);
    free(game.players);
    free(game.delays);
    zone_free(zone);
    return r;
}

int
run_rule(const struct times *times, enum rule rule, double per_day,
    uint64_t seed, struct result *ret)
{
    double low = log(1e-4), high = log(1e3), knob = 1;
    int r = 0;

    if (rule == RULE_FIXED || rule == RULE_OURS)
        return run_once(times, rule, 0, per_day, seed, ret);
    for (int i = 0; i < KNOB_STEPS && r == 0; i++) {
        knob = exp((low + high) / 2);
        r = run_once(times, rule, knob, per_day, seed, ret);
        if (r == 0 && ret->polls > per_day)
            low = log(knob); /* a larger knob is a longer wait */
        else
            high = log(knob);
    }
    return r;
}
