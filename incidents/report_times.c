/*
 * report_times: how long it took to answer.
 *
 * Every time begins when the incident opened, and is of the incidents that
 * opened in the range.  One that did not come to a point by the end of the
 * range has no time to that point: it is counted apart, never taken for
 * another.  Time in which it was snoozed before somebody took it is left out;
 * quiet hours are not.
 */
#include <stdlib.h>

#include "incidents/report_count.h"

enum point { POINT_TOLD, POINT_ACKNOWLEDGED, POINT_RESPONDING, POINT_CLOSED };
enum { POINTS = POINT_CLOSED + 1 };

static const char *const names[POINTS] = {
    "told", "acknowledged", "responding", "closed"};

struct times {
    int64_t *ms;
    size_t n;
    /* without a time to the point, and why */
    uint64_t held, open, ended, false_alarms, untold;
};

static int
by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* --- one incident ----------------------------------------------------------
 */

static void
add(struct times *times, const struct report_case *one, struct wall at)
{
    int64_t ms = at.ms - one->opened.ms;

    if (at.ms != one->closed.ms || wall_is_set(one->acknowledged))
        ms -= one->snoozed_ms;
    times->ms[times->n++] = ms > 0 ? ms : 0;
}

/* Why there is no time to the point. */
static void
leave_out(struct times *times, const struct report_case *one)
{
    if (one->state == INCIDENT_FALSE_ALARM)
        times->false_alarms++;
    else if (one->state == INCIDENT_CLOSED)
        times->ended++;
    else
        times->open++;
}

static void
time_told(struct times *times, const struct report_case *one)
{
    if (!one->row->asked)
        times->untold++;
    else if (one->row->held)
        times->held++;
    else if (wall_is_set(one->row->told))
        times->ms[times->n++] = one->row->told.ms > one->opened.ms
                                    ? one->row->told.ms - one->opened.ms
                                    : 0;
    else
        times->open++;
}

static void
time_point(struct times *times, const struct report_case *one, enum point point)
{
    struct wall at = point == POINT_ACKNOWLEDGED ? one->acknowledged
                     : point == POINT_RESPONDING ? one->responding
                                                 : one->closed;

    if (point == POINT_CLOSED && one->state != INCIDENT_CLOSED)
        leave_out(times, one);
    else if (wall_is_set(at))
        add(times, one, at);
    else
        leave_out(times, one);
}

/* --- all of them -----------------------------------------------------------
 */

/* The middle one, or the mean of the two in the middle. */
static int64_t
median(const struct times *times)
{
    size_t half = times->n / 2;

    return times->n % 2 ? times->ms[half]
                        : (times->ms[half - 1] + times->ms[half]) / 2;
}

/* The smallest that at least nine of ten are not above. */
static int64_t
ninetieth(const struct times *times)
{
    return times->ms[(times->n * 9 + 9) / 10 - 1];
}

static void
set_times(struct counting *c, json_t *list, enum point point,
    const struct times *times)
{
    json_t *row = json_object();

    count_str(c, row, "point", str_of(names[point]));
    count_number(c, row, "n", times->n);
    count_set(c, row, "median_ms",
        times->n ? json_integer(median(times)) : json_null());
    count_set(c, row, "p90_ms",
        times->n ? json_integer(ninetieth(times)) : json_null());
    count_number(c, row, "open", times->open);
    count_number(c, row, "ended", times->ended);
    count_number(c, row, "false_alarms", times->false_alarms);
    count_number(c, row, "held", times->held);
    count_number(c, row, "untold", times->untold);
    (void)json_array_append_new(list, row);
}

void
count_times(struct counting *c)
{
    json_t *list = json_array();
    uint64_t snoozed = 0;

    for (int p = 0; p < POINTS; p++) {
        struct times times = {
            .ms = ARENA_ARRAY(c->arena, c->rows->nincidents + 1, int64_t)};

        for (size_t i = 0; times.ms && i < c->rows->nincidents; i++) {
            const struct report_case *one = &c->cases[i];

            if (!count_opened(c, one))
                continue;
            if (p == POINT_TOLD)
                time_told(&times, one);
            else
                time_point(&times, one, (enum point)p);
            snoozed += p == POINT_ACKNOWLEDGED && one->snoozed_ms > 0;
        }
        if (times.n > 1)
            qsort(times.ms, times.n, sizeof *times.ms, by_size);
        set_times(c, list, (enum point)p, &times);
    }
    count_set(c, c->out, "times", list);
    count_number(c, c->out, "times_snoozed", snoozed);
}

/* --- deadlines -------------------------------------------------------------
 */

static bool
within(const struct counting *c, struct wall t)
{
    return wall_is_set(t) && t.ms >= c->from.ms && t.ms < c->until.ms;
}

/* A run whose outcome fell into the range: met, or missed. */
static bool
is_decided(const struct counting *c, const struct report_clock_row *run)
{
    return within(c, run->breached) ||
           (within(c, run->ended) && !wall_is_set(run->breached));
}

void
count_clocks(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    json_t *list = json_array();

    for (size_t i = 0; i < rows->nclocks;) {
        const struct report_clock_row *first = &rows->clocks[i];
        json_t *row = json_object(), *missed = json_array();
        uint64_t runs = 0, breaches = 0;

        for (; i < rows->nclocks && str_eq(rows->clocks[i].clock, first->clock);
             i++) {
            const struct report_clock_row *run = &rows->clocks[i];

            runs += is_decided(c, run);
            if (!within(c, run->breached))
                continue;
            breaches++;
            if (breaches <= REPORT_MAX_LIST)
                (void)json_array_append_new(
                    missed, json_integer(run->incident));
        }
        count_str(c, row, "clock", first->clock);
        count_str(c, row, "title", first->title);
        count_str(c, row, "document", first->document);
        count_number(c, row, "runs", runs);
        count_number(c, row, "missed", breaches);
        count_set(c, row, "ids", missed);
        if (runs > 0)
            (void)json_array_append_new(list, row);
        else
            json_decref(row);
    }
    count_set(c, c->out, "clocks", list);
}
