/*
 * config_polling: whose schedule is learnt, and the days of key dates.
 */
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "daemon/config_check.h"
#include "feeds/pace.h"

void
config_polling_source(const struct config *config, struct source *source)
{
    bool own = source->interval_ms > 0;

    if (!own)
        source->interval_ms = config->interval_ms;
    if (!source->schedule.p)
        source->schedule = own ? STR("fixed") : config->schedule;
    source->learnt = str_eq(source->schedule, STR("learnt")) &&
                     source->interval_ms >= CONFIG_LEARNT_LEAST_MS;
}

/* --- key dates -------------------------------------------------------------
 */

/* 06-07, a day of every year, as that of a year in *ret. */
static int
yearly_day(struct str text, int year, int64_t *ret)
{
    char full[32];

    if (text.n != sizeof("06-07") - 1)
        return E_PARSE;
    (void)snprintf(full, sizeof full, "%04d-%.5s", year, text.p);
    return day_parse(str_of(full), ret);
}

static bool
is_yearly(const struct key_date *date)
{
    return date->first.n == sizeof("06-07") - 1;
}

/* The days of a year, or of the only one; E_PARSE when they are none. */
static int
days_of(
    const struct key_date *date, int year, int64_t *ret_from, int64_t *ret_to)
{
    int r;

    if (!is_yearly(date)) {
        r = day_parse(date->first, ret_from);
        return r ? r : day_parse(date->last, ret_to);
    }
    r = yearly_day(date->first, year, ret_from);
    if (r == 0)
        r = yearly_day(date->last, year, ret_to);
    if (r == 0 && *ret_to < *ret_from) /* over the turn of the year */
        r = yearly_day(date->last, year + 1, ret_to);
    return r;
}

static int
fill_spans(const struct config *config, struct key_date *date)
{
    size_t n = is_yearly(date) ? KEY_DATE_YEARS : 1;
    struct key_span *spans = ARENA_ARRAY(config->arena, n, struct key_span);
    int r = spans ? 0 : E_NOMEM;

    for (size_t i = 0; r == 0 && i < n; i++) {
        int64_t from, to;

        r = days_of(date, KEY_DATE_FIRST_YEAR + (int)i, &from, &to);
        if (r != 0)
            break;
        spans[i].from = day_at(config->duty.zone, from, 0);
        spans[i].until = day_at(config->duty.zone, to + 1, 0);
        if (spans[i].until.ms <= spans[i].from.ms)
            r = E_STATE;
    }
    date->spans = spans;
    date->nspans = r == 0 ? n : 0;
    return r;
}

#define SAY(date, ...)                                                         \
    toc_errors_add(errors, (date)->at.file, (date)->at.line,                   \
        (date)->at.column, __VA_ARGS__)

static void
check_extra(const struct config *config, const struct key_date *date,
    struct toc_errors *errors)
{
    if (date->rota.p && !duty_rota(&config->duty, date->rota))
        SAY(date, "key date \"%.*s\": there is no rota \"%.*s\"",
            STR_ARG(date->name), STR_ARG(date->rota));
    if (date->nextra > 0 && !date->rota.p)
        SAY(date, "key date \"%.*s\" has extra people, but no rota",
            STR_ARG(date->name));
    for (size_t i = 0; i < date->nextra; i++)
        if (!duty_person(&config->duty, date->extra[i]))
            SAY(date,
                "key date \"%.*s\": there is nobody called \"%.*s\" among "
                "the people",
                STR_ARG(date->name), STR_ARG(date->extra[i]));
    for (size_t i = 0; i < date->nhours; i++) {
        struct day_hours hours;

        if (day_hours_parse(date->hours[i], &hours) != 0)
            SAY(date,
                "key date \"%.*s\": hours \"%.*s\" are to be such as "
                "09:00-11:30",
                STR_ARG(date->name), STR_ARG(date->hours[i]));
    }
}

static void
check_days(const struct config *config, struct key_date *date,
    struct toc_errors *errors)
{
    int r;

    /* Days that cannot be read were said to be so when they were. */
    if (!date->first.p || !date->last.p)
        return;
    if ((date->first.n == date->last.n) == false) {
        SAY(date,
            "key date \"%.*s\": from and until are both to have a year, or "
            "both none",
            STR_ARG(date->name));
        return;
    }
    r = fill_spans(config, date);
    if (r == E_STATE)
        SAY(date,
            "key date \"%.*s\" ends before it begins; until is to be the same "
            "day as from, or a later one",
            STR_ARG(date->name));
    else if (r != 0)
        SAY(date, "key date \"%.*s\": %.*s is not a day of every year",
            STR_ARG(date->name),
            STR_ARG(
                str_eq(date->first, STR("02-29")) ? date->first : date->last));
}

/* Those of tocsin.yaml and the calendar's examinations, as one list. */
void
config_key_dates_settle(struct config *config, struct toc_errors *errors)
{
    size_t n = config->nkey_dates + config->duty.nexams;
    struct key_date *dates = ARENA_ARRAY(config->arena, n + 1, struct key_date);

    if (!dates || !config->duty.zone)
        return;
    if (config->nkey_dates)
        memcpy(dates, config->key_dates,
            config->nkey_dates * sizeof(struct key_date));
    if (config->duty.nexams)
        memcpy(dates + config->nkey_dates, config->duty.exams,
            config->duty.nexams * sizeof(struct key_date));
    for (size_t i = 0; i < n; i++) {
        dates[i].exam = i >= config->nkey_dates;
        check_days(config, &dates[i], errors);
        check_extra(config, &dates[i], errors);
    }
    config->key_dates = dates;
    config->nkey_dates = n;
}
