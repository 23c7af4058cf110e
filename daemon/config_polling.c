/*
 * config_polling: whose schedule is learnt, and the days of key dates.
 */
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

static int
day_start(const struct zone *zone, struct str day, int later, struct wall *ret)
{
    struct civil civil;
    struct wall utc;
    int r = timefmt_parse_rfc3339(day, &utc);

    if (r != 0)
        return r;
    utc.ms += later * (int64_t)MS_DAY;
    civil = civil_of_wall(utc, 0);
    *ret = zone_to_wall(zone, &civil);
    return 0;
}

void
config_check_key_dates(const struct config *config, struct entries *key_dates,
    struct toc_errors *errors)
{
    struct key_date *dates = key_dates->items;
    char *name = arena_cstr(config->arena, config->zone);
    struct zone *zone = NULL;

    /* Days that cannot be read were said to be so when they were. */
    if (name == NULL || zone_load(name, &zone) != 0)
        return;
    for (size_t i = 0; i < key_dates->n; i++) {
        const struct place *place = &key_dates->places[i];

        if (!dates[i].first.p || !dates[i].last.p ||
            day_start(zone, dates[i].first, 0, &dates[i].from) != 0 ||
            day_start(zone, dates[i].last, 1, &dates[i].until) != 0)
            continue;
        if (dates[i].until.ms <= dates[i].from.ms)
            toc_errors_add(errors, place->file, place->line, place->column,
                "key date \"%.*s\" ends before it begins; until is to be the "
                "same day as from, or a later one",
                STR_ARG(dates[i].name));
    }
    zone_free(zone);
}
