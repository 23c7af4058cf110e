/*
 * tocsin calendar: what a day is, by the configuration alone.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/timefmt.h"
#include "cli/cli.h"
#include "daemon/config.h"

enum { CALENDAR_DAYS_MAX = 400 };

static void
print_name(const char *what, const struct day_range *range)
{
    if (range)
        printf("; %s %.*s", what, STR_ARG(range->name));
}

static void
print_day(const struct config *config, int64_t day)
{
    static const char *const weekdays[] = {
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const struct calendar *c = &config->duty.calendar;
    struct wall noon = day_at(config->duty.zone, day, 12 * 60);
    struct civil civil = civil_of_wall((struct wall){day * MS_DAY}, 0);

    printf("%04d-%02d-%02d %s  %s", civil.year, civil.month, civil.day,
        weekdays[day_weekday(day)],
        calendar_is_workday(c, day) ? "working day" : "day off");
    print_name("term", calendar_term(c, day));
    print_name("holiday", calendar_holiday(c, day));
    print_name("made up for", calendar_makeup(c, day));
    for (size_t i = 0; i < config->nkey_dates; i++) {
        const struct key_date *d = &config->key_dates[i];

        if (!key_date_is_on(d, noon))
            continue;
        printf("; %s %.*s, polls ×%d", d->exam ? "examination" : "key date",
            STR_ARG(d->name), d->polls);
        if (d->ncategories)
            printf(", weight %d %%", d->weight);
        for (size_t k = 0; k < d->nhours; k++)
            printf(" %.*s", STR_ARG(d->hours[k]));
    }
    putchar('\n');
}

static int
calendar(const char *path, const char *from, const char *until)
{
    struct toc_errors errors = {0};
    struct config *config = NULL;
    struct ruleset *rules = NULL;
    int64_t first = 0, last = 0;

    if (config_load(path, &errors, &config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    if (!from)
        first = last = day_of(config->duty.zone, clock_wall());
    else if (day_parse(str_of(from), &first) != 0 ||
             day_parse(str_of(until ? until : from), &last) != 0 ||
             last < first || last - first > CALENDAR_DAYS_MAX) {
        fputs("tocsin: calendar takes a day such as 2026-10-01, or a first "
              "and a last, at most 400 days\n",
            stderr);
        ruleset_free(rules);
        config_free(config);
        return CLI_USAGE;
    }
    for (int64_t day = first; day <= last; day++)
        print_day(config, day);
    ruleset_free(rules);
    config_free(config);
    return CLI_OK;
}

int
cmd_calendar(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'}, {NULL, 0, NULL, 0}};
    const char *path = getenv("TOCSIN_CONFIG");
    int c;

    if (!path || !*path)
        path = "/etc/tocsin/tocsin.yaml";
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'C')
            return CLI_USAGE;
        path = optarg;
    }
    if (argc - optind > 2) {
        fputs("tocsin: calendar takes a first and a last day\n", stderr);
        return CLI_USAGE;
    }
    if (digest_init() < 0)
        return CLI_FAILED;
    return calendar(path, optind < argc ? argv[optind] : NULL,
        optind + 1 < argc ? argv[optind + 1] : NULL);
}
