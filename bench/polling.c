/*
 * polling: how soon news is seen, by the rule of when to poll.
 *
 *     bench_polling [--times FILE] [--seeds N] [--weeks N] [--json] [--tiny]
 *
 * Each rule makes the same number of requests.  Prints a table, or JSON, and
 * whether ours keeps what it promises; exit code 1 when it does not.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "bench.h"
#include "polling_run.h"

enum { BUDGETS = 3, SEEDS_MAX = 20, HISTORY_WEEKS = 12, WEEKS = 12, TINY = 7 };
static const double budgets[BUDGETS] = {4, 8, 24}; /* polls per source, day */

/* What ours promises. */
static const double MEAN_MOST = 0.60, BUDGET_OFF = 0.02, RATE_WITHIN = 0.9;
static const double JOINED_OFF = 0.25, CEILING_H = 72;

struct options {
    const char *times;
    int64_t seeds, weeks;
    bool json, tiny;
};

struct row {
    double per_day;
    int64_t seed;
    struct result by[RULES];
};

struct verdict {
    const char *name;
    bool held;
};
enum { PROMISES = 6 };

static void
judge(const struct row *row, struct verdict ret[PROMISES])
{
    const struct result *fixed = &row->by[RULE_FIXED];
    const struct result *ours = &row->by[RULE_OURS];
    size_t n = 0;

    ret[n++] = (struct verdict){"mean delay at most .60 of fixed",
        ours->mean_h <= MEAN_MOST * fixed->mean_h};
    ret[n++] = (struct verdict){
        "95th percentile no worse", ours->p95_h <= fixed->p95_h};
    ret[n++] = (struct verdict){"budget within 2 %",
        fabs(ours->polls / row->per_day - 1) <= BUDGET_OFF};
    ret[n++] = (struct verdict){
        "no source unpolled for 3 days", ours->unpolled_h <= CEILING_H};
    ret[n++] = (struct verdict){"rate within a factor 2 after 10 events",
        ours->rate_within >= RATE_WITHIN};
    ret[n++] = (struct verdict){"new source at its pace after a week",
        fabs(ours->joined - 1) <= JOINED_OFF};
}

static void
print_row(const struct row *row)
{
    const struct result *fixed = &row->by[RULE_FIXED];

    printf("\n%g polls a source and day, seed %lld, %zu items\n", row->per_day,
        (long long)row->seed, row->by[RULE_OURS].items);
    printf("  %-16s %8s %8s %8s %8s %10s %6s\n", "rule", "mean h", "/fixed",
        "p95 h", "polls", "unpolled h", "peak");
    for (size_t i = 0; i < RULES; i++) {
        const struct result *r = &row->by[i];

        printf("  %-16s %8.3f %8.3f %8.2f %8.3f %10.1f %6.1f\n", rule_names[i],
            r->mean_h, r->mean_h / fixed->mean_h, r->p95_h, r->polls,
            r->unpolled_h, r->peak);
    }
    printf("  rate within a factor 2 after 10 events: %.2f of sources;"
           " second week of new ones: %.2f of a later one\n",
        row->by[RULE_OURS].rate_within, row->by[RULE_OURS].joined);
}

static void
print_json(const struct row *row)
{
    struct verdict verdicts[PROMISES];

    judge(row, verdicts);
    printf("{\"polls_per_day\":%g,\"seed\":%lld,\"items\":%zu,\"rules\":[",
        row->per_day, (long long)row->seed, row->by[RULE_OURS].items);
    for (size_t i = 0; i < RULES; i++) {
        const struct result *r = &row->by[i];

        printf("%s{\"rule\":\"%s\",\"mean_h\":%.4f,\"p95_h\":%.4f,"
               "\"polls\":%.4f,\"unpolled_h\":%.2f,\"peak\":%.2f}",
            i ? "," : "", rule_names[i], r->mean_h, r->p95_h, r->polls,
            r->unpolled_h, r->peak);
    }
    printf("],\"rate_within\":%.3f,\"joined\":%.3f,\"promises\":{",
        row->by[RULE_OURS].rate_within, row->by[RULE_OURS].joined);
    for (size_t i = 0; i < PROMISES; i++)
        printf("%s\"%s\":%s", i ? "," : "", verdicts[i].name,
            verdicts[i].held ? "true" : "false");
    printf("}}\n");
}

/* Whether all promises were held; says which were not. */
static bool
row_holds(const struct row *row, bool read)
{
    struct verdict verdicts[PROMISES];
    bool all = true;

    judge(row, verdicts);
    for (size_t i = 0; i < PROMISES; i++) {
        if (verdicts[i].held || (read && i == 4)) /* no truth in a file */
            continue;
        fprintf(stderr, "bench_polling: %g a day, seed %lld: not held: %s\n",
            row->per_day, (long long)row->seed, verdicts[i].name);
        all = false;
    }
    return all;
}

static int
play(const struct options *options, int64_t seed, bool *held)
{
    struct times times;
    int r = options->times
                ? times_read(options->times, &times)
                : times_make((uint64_t)(BENCH_SEED + seed), TIMES_SOURCES,
                      HISTORY_WEEKS, (int)options->weeks, &times);

    if (r != 0)
        return r;
    for (size_t b = 0; b < BUDGETS && r == 0; b++) {
        struct row row = {.per_day = budgets[b], .seed = seed};

        if (options->tiny && b != 1)
            continue;
        for (size_t rule = 0; rule < RULES && r == 0; rule++)
            r = run_rule(&times, (enum rule)rule, row.per_day,
                (uint64_t)seed + 77, &row.by[rule]);
        if (r != 0)
            break;
        if (options->json)
            print_json(&row);
        else
            print_row(&row);
        *held = row_holds(&row, options->times != NULL) && *held;
    }
    times_free(&times);
    return r;
}

static int
read_options(int argc, char **argv, struct options *ret)
{
    static const struct option longs[] = {{"times", 1, NULL, 't'},
        {"seeds", 1, NULL, 's'}, {"weeks", 1, NULL, 'w'},
        {"json", 0, NULL, 'j'}, {"tiny", 0, NULL, 'y'}, {0}};
    int c, r = 0;

    *ret = (struct options){.seeds = 3, .weeks = WEEKS};
    while (r == 0 && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 't':
            ret->times = optarg;
            ret->seeds = 1;
            break;
        case 's':
            r = num_parse_i64(str_of(optarg), 1, SEEDS_MAX, &ret->seeds);
            break;
        case 'w':
            r = num_parse_i64(str_of(optarg), TINY, 52, &ret->weeks);
            break;
        case 'j':
            ret->json = true;
            break;
        case 'y':
            ret->tiny = true;
            ret->seeds = 1;
            ret->weeks = TINY + 2;
            break;
        default:
            r = E_PARSE;
        }
    }
    return r ? r : optind < argc ? E_PARSE : 0;
}

int
main(int argc, char **argv)
{
    struct options options;
    bool held = true;
    int r = read_options(argc, argv, &options);

    if (r != 0) {
        fprintf(stderr, "usage: bench_polling [--times FILE] [--seeds N]"
                        " [--weeks N] [--json] [--tiny]\n");
        return 2;
    }
    for (int64_t seed = 1; seed <= options.seeds && r == 0; seed++)
        r = play(&options, seed, &held);
    if (r != 0) {
        fprintf(stderr, "bench_polling: %s\n", err_text(r));
        return 1;
    }
    if (!options.json)
        printf("\n%s\n",
            held ? "every promise is held" : "NOT every promise is held");
    return held ? 0 : 1;
}
