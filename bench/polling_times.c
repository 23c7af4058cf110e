/* polling_times: publications, made up or read. */
#include "polling_times.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "base/timefmt.h"
#include "bench.h"

/* Monday 2026-03-02 00:00 in Shanghai. */
static const struct wall made_from = {1772380800000};
static const double MEDIAN_RATE = 1 / 3.0, SPREAD = 1.2; /* of the logarithm */
static const double BATCH_CHANCE = 0.2, BATCH_MORE = 0.6;
enum { HOURS = 168, LOCAL_HOURS = 8 /* Shanghai, all year */ };

static double
unit(struct bench_chance *chance)
{
    return (bench_roll(chance, 1u << 30) + 0.5) / (1u << 30);
}

static double
normal(struct bench_chance *chance)
{
    return sqrt(-2 * log(unit(chance))) * cos(2 * M_PI * unit(chance));
}

/* Of a day's hours: a school's, a newsroom's, a forum's. */
enum habit { SCHOOL, NEWSROOM, FORUM };

static double
habit_of_hour(enum habit habit, int day, int hour)
{
    bool weekend = day >= 5;

    switch (habit) {
    case SCHOOL:
        if (hour >= 12 && hour < 14)
            return weekend ? 0.05 : 0.5;
        if (hour >= 8 && hour < 18)
            return weekend ? 0.1 : 1;
        return hour >= 18 && hour < 22 && !weekend ? 0.12 : 0.02;
    case NEWSROOM:
        if (hour >= 7 && hour < 22)
            return weekend ? 0.6 : 1;
        return 0.1;
    case FORUM:
        if (hour >= 19 && hour < 24)
            return 1;
        return hour >= 9 ? 0.45 : 0.08;
    default:
        return 1;
    }
}

static void
habit_week(enum habit habit, double ret[HOURS])
{
    double sum = 0;

    for (int i = 0; i < HOURS; i++) {
        ret[i] = habit_of_hour(habit, i / 24, i % 24);
        sum += ret[i];
    }
    for (int i = 0; i < HOURS; i++)
        ret[i] *= HOURS / sum;
}

static int
origin_add(struct origin *origin, size_t *cap, struct wall at)
{
    if (origin->n == *cap) {
        size_t more = *cap ? 2 * *cap : 16;
        struct wall *grown = reallocarray(origin->at, more, sizeof *grown);

        if (grown == NULL)
            return E_NOMEM;
        origin->at = grown;
        *cap = more;
    }
    origin->at[origin->n++] = at;
    return 0;
}

static int
wall_cmp(const void *a, const void *b)
{
    const struct wall *x = a, *y = b;

    return (x->ms > y->ms) - (x->ms < y->ms);
}

/* Events by thinning: candidates at the rate of the busiest hour. */
static int
origin_make(struct origin *origin, struct bench_chance *chance,
    const double week[HOURS], struct wall from, struct wall to)
{
    double most = 0, t = 0, days = (double)(to.ms - from.ms) / MS_DAY;
    size_t cap = 0;
    int r = 0;

    for (int i = 0; i < HOURS; i++)
        most = fmax(most, week[i]);
    for (;;) {
        struct wall at;
        int64_t cell;

        t += -log(unit(chance)) / (origin->rate * most);
        if (t >= days || r != 0)
            break;
        at.ms = from.ms + (int64_t)(t * MS_DAY);
        cell = (at.ms - made_from.ms) / MS_HOUR % HOURS;
        cell = (cell + HOURS) % HOURS;
        if (unit(chance) * most > week[cell])
            continue;
        r = origin_add(origin, &cap, at);
        if (unit(chance) >= BATCH_CHANCE)
            continue;
        do {
            at.ms += 1 + (int64_t)(unit(chance) * 10 * MS_MINUTE);
            if (at.ms < to.ms)
                r = origin_add(origin, &cap, at);
        } while (r == 0 && unit(chance) < BATCH_MORE);
    }
    if (origin->n > 0)
        qsort(origin->at, origin->n, sizeof *origin->at, wall_cmp);
    return r;
}

int
times_make(
    uint64_t seed, size_t n, int history_weeks, int weeks, struct times *ret)
{
    struct bench_chance chance = bench_seed(seed);
    struct times times = {.from = made_from, .to = made_from};
    struct wall first = made_from;
    int r = 0;

    first.ms -= history_weeks * 7 * (int64_t)MS_DAY;
    times.to.ms += weeks * 7 * (int64_t)MS_DAY;
    times.origins = calloc(n, sizeof *times.origins);
    if (times.origins == NULL)
        return E_NOMEM;
    for (; times.n < n && r == 0; times.n++) {
        struct origin *origin = &times.origins[times.n];
        enum habit habit = times.n % 10 < 7   ? SCHOOL
                           : times.n % 10 < 9 ? NEWSROOM
                                              : FORUM;
        double week[HOURS];

        habit_week(habit, week);
        origin->group = bench_roll(&chance, 5) == 0 ? bench_roll(&chance, 3)
                                                    : (unsigned)habit;
        origin->rate = MEDIAN_RATE * exp(SPREAD * normal(&chance));
        origin->dated = bench_roll(&chance, 2) == 0;
        r = origin_make(origin, &chance, week, first, times.to);
    }
    if (r != 0) {
        times_free(&times);
        return r;
    }
    *ret = times;
    return 0;
}

void
times_free(struct times *times)
{
    for (size_t i = 0; i < times->n; i++)
        free(times->origins[i].at);
    free(times->origins);
    *times = (struct times){0};
}

/* --- a file of times ----------------------------------------------------- */

struct reading {
    struct times times;
    char (*names)[TIMES_MAX_LINE];
    size_t *caps;
    size_t cap;
};

static struct origin *
reading_origin(struct reading *reading, const char *name, size_t **ret_cap)
{
    struct times *times = &reading->times;

    for (size_t i = times->n; i-- > 0;)
        if (strcmp(reading->names[i], name) == 0) {
            *ret_cap = &reading->caps[i];
            return &times->origins[i];
        }
    if (times->n == reading->cap) {
        size_t more = reading->cap ? 2 * reading->cap : 64;
        struct origin *origins =
            reallocarray(times->origins, more, sizeof *origins);
        void *names =
            reallocarray(reading->names, more, sizeof *reading->names);
        size_t *caps = reallocarray(reading->caps, more, sizeof *caps);

        times->origins = origins ? origins : times->origins;
        reading->names = names ? names : reading->names;
        reading->caps = caps ? caps : reading->caps;
        if (origins == NULL || names == NULL || caps == NULL)
            return NULL;
        reading->cap = more;
    }
    snprintf(reading->names[times->n], TIMES_MAX_LINE, "%s", name);
    times->origins[times->n] = (struct origin){.dated = true};
    reading->caps[times->n] = 0;
    *ret_cap = &reading->caps[times->n];
    return &times->origins[times->n++];
}

static int
reading_line(struct reading *reading, char *line)
{
    char *time = line + strcspn(line, "\t ");
    struct origin *origin;
    struct wall at;
    size_t *cap;
    int64_t seconds;

    if (*time == '\0')
        return E_PARSE;
    *time++ = '\0';
    time[strcspn(time, "\r\n")] = '\0';
    if (num_parse_i64(str_of(time), 0, INT64_MAX / 1000, &seconds) == 0)
        at.ms = seconds * 1000;
    else if (timefmt_parse_rfc3339(str_of(time), &at) != 0)
        return E_PARSE;
    origin = reading_origin(reading, line, &cap);
    return origin ? origin_add(origin, cap, at) : E_NOMEM;
}

static void
times_span(struct times *times)
{
    struct wall first = {INT64_MAX}, last = {INT64_MIN};

    for (size_t i = 0; i < times->n; i++) {
        struct origin *o = &times->origins[i];

        qsort(o->at, o->n, sizeof *o->at, wall_cmp);
        if (o->at[0].ms < first.ms)
            first = o->at[0];
        if (o->at[o->n - 1].ms > last.ms)
            last = o->at[o->n - 1];
    }
    times->to.ms = last.ms + 1;
    times->from.ms = first.ms + (last.ms - first.ms) / 4;
}

int
times_read(const char *path, struct times *ret)
{
    struct reading reading = {0};
    char line[TIMES_MAX_LINE];
    FILE *in = fopen(path, "re");
    int r = in ? 0 : E_IO;

    while (r == 0 && fgets(line, sizeof line, in))
        if (line[0] != '\n' && line[0] != '#')
            r = reading_line(&reading, line);
    if (in)
        fclose(in);
    free(reading.names);
    free(reading.caps);
    if (r == 0 && reading.times.n == 0)
        r = E_PARSE;
    if (r != 0) {
        times_free(&reading.times);
        return r;
    }
    times_span(&reading.times);
    *ret = reading.times;
    return 0;
}
