#include "daemon/config_report.h"

#include <string.h>

#include "base/num.h"
#include "daemon/config.h"
#include "daemon/config_option.h"

enum { REPORT_MAX_DAY = 28 /* of a month: every month has it */ };

static void
wrong(const struct report_schedule *s, struct toc_errors *errors,
    const char *sentence)
{
    toc_errors_add(errors, s->at.file, s->at.line, s->at.column,
        "report %.*s: %s", STR_ARG(s->id), sentence);
}

/* "08:00" */
static int
read_minutes(struct str text, int *ret)
{
    int64_t hours, minutes;

    if (text.n != 5 || text.p[2] != ':' ||
        num_parse_i64(str_first(text, 2), 0, 23, &hours) ||
        num_parse_i64(str_from(text, 3), 0, 59, &minutes))
        return E_PARSE;
    *ret = (int)(hours * 60 + minutes);
    return 0;
}

/* "Mon" or "1": how many days after the end of the range. */
static int
read_day(enum report_kind kind, struct str text, int *ret)
{
    static const char *const days[] = {
        "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    int64_t day;

    if (kind == REPORT_WEEK) {
        for (int i = 0; i < 7; i++) {
            if (str_eq_nocase(text, str_of(days[i]))) {
                *ret = i;
                return 0;
            }
        }
        return E_PARSE;
    }
    if (num_parse_i64(text, 1, REPORT_MAX_DAY, &day))
        return E_PARSE;
    *ret = (int)day - 1;
    return 0;
}

static int
read_when(struct report_schedule *s)
{
    struct str rest = s->when_text, day;

    if (rest.n == 0) {
        s->minutes = 8 * 60;
        return 0;
    }
    if (s->kind == REPORT_DAY)
        return read_minutes(rest, &s->minutes);
    day = str_split(&rest, ' ');
    if (read_day(s->kind, day, &s->day))
        return E_PARSE;
    return read_minutes(str_trim(rest), &s->minutes);
}

static void
settle(const struct config *config, struct report_schedule *s,
    struct toc_errors *errors)
{
    static const char *const whens[] = {
        "at is to be a time of day as \"08:00\"",
        "at is to be a weekday and a time as \"Mon 08:00\"",
        "at is to be a day, 1 to 28, and a time as \"1 08:00\"",
        "at is to be a day, 1 to 28, and a time as \"1 08:00\""};

    if (report_kind_parse(s->range_text, &s->kind) != 0)
        return; /* said already */
    if (read_when(s) != 0)
        wrong(s, errors, whens[s->kind]);
    for (size_t i = 0; i < s->nchannels; i++) {
        size_t k = 0;

        while (k < config->nchannels &&
               !str_eq(config->channels[k].id, s->channels[i]))
            k++;
        if (k == config->nchannels)
            wrong(s, errors, "one of its channels is not configured");
    }
}

void
config_reports_settle(struct config *config, struct toc_errors *errors)
{
    struct report_schedule *list = NULL;

    /* They live in the configuration's arena, which is ours to write. */
    memcpy(&list, &config->reports, sizeof list);
    for (size_t i = 0; i < config->nreports; i++) {
        for (size_t k = 0; k < i; k++)
            if (str_eq(list[k].id, list[i].id))
                wrong(&list[i], errors, "another one has this id");
        settle(config, &list[i], errors);
    }
}

struct wall
report_schedule_due(const struct report_schedule *schedule,
    const struct report_range *range, const struct zone *zone)
{
    int64_t day = range->first + range->days + schedule->day;
    struct civil c = civil_of_wall((struct wall){day * MS_DAY}, 0);

    c.hour = schedule->minutes / 60;
    c.minute = schedule->minutes % 60;
    return zone_to_wall(zone, &c);
}
