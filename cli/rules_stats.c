/*
 * tocsin rules stats: what each rule came to: how often it held, what became
 * of the incidents, what it costs, and which rules never spoke.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tbl.h"
#include "cli/author.h"
#include "cli/cli.h"

enum { STATS_COST_ITEMS = 2000 /* matched again to measure a rule's cost */ };

struct stats {
    struct author *author;
    struct wall since, until;
    struct rule_sum *sums;
    size_t nsums;
    bool cost;
    uint64_t matched; /* items that were matched to measure it */
};

static const struct rule_sum *
sum_of(const struct stats *stats, struct str id)
{
    for (size_t i = 0; i < stats->nsums; i++) {
        if (str_eq(stats->sums[i].rule, id))
            return &stats->sums[i];
    }
    return NULL;
}

/* --- cost ---------------------------------------------------------------- */

static int
each_item(void *arg, const struct matched_item *stored)
{
    struct stats *stats = arg;
    struct rule_item item;
    struct verdict verdict;
    struct score score;

    if (stats->matched == STATS_COST_ITEMS)
        return E_LIMIT;
    stats->matched++;
    return author_match(stats->author, stored, &item, &verdict, &score);
}

static int
measure(struct stats *stats)
{
    int err = view_matched_items(stats->author->view, stats->since,
        stats->until, stats->author->scratch, each_item, stats);

    return err == E_LIMIT ? 0 : err;
}

/* Microseconds in a million items; what terms cost is shared by all rules. */
static double
cost_of(const struct stats *stats, uint32_t rule)
{
    if (stats->matched == 0)
        return 0;
    return (double)matcher_rule_us(stats->author->matcher, rule) * 1000.0 /
           (double)stats->matched;
}

/* --- saying it ----------------------------------------------------------- */

static void
add_row(struct stats *stats, struct tbl *table, uint32_t number)
{
    struct rule_info rule = ruleset_rule(stats->author->set, number);
    const struct rule_sum *sum = sum_of(stats, rule.id);
    uint64_t judged = sum ? sum->right + sum->wrong : 0;

    (void)tbl_add(table, rule.id);
    (void)tbl_add_cstr(
        table, rule.status == RULE_STABLE ? "" : rule_status_name(rule.status));
    (void)tbl_printf(table, "%llu", (unsigned long long)(sum ? sum->items : 0));
    (void)tbl_printf(
        table, "%llu", (unsigned long long)(sum ? sum->incidents : 0));
    if (judged)
        (void)tbl_printf(table, "%llu %% of %llu",
            (unsigned long long)(100 * sum->right / judged),
            (unsigned long long)judged);
    else
        (void)tbl_add_cstr(table, "");
    (void)tbl_add(table, sum && sum->cause.n ? sum->cause : STR(""));
    (void)tbl_add(
        table, sum ? author_when(stats->author, stats->author->arena, sum->last)
                   : STR("never"));
    if (stats->cost)
        (void)tbl_printf(table, "%.1f", cost_of(stats, number));
}

static void
print_text(struct stats *stats)
{
    size_t columns = stats->cost ? 8 : 7, silent = 0;
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(columns);
    size_t n = ruleset_count(stats->author->set);

    if (!table)
        return;
    for (size_t i = 0; i < n; i++) {
        struct rule_info rule = ruleset_rule(stats->author->set, (uint32_t)i);

        silent += sum_of(stats, rule.id) == NULL;
        add_row(stats, table, (uint32_t)i);
    }
    tbl_heading(table, 0, "rule", TBL_LEFT);
    tbl_heading(table, 1, "status", TBL_LEFT);
    tbl_heading(table, 2, "items", TBL_RIGHT);
    tbl_heading(table, 3, "incidents", TBL_RIGHT);
    tbl_heading(table, 4, "precision", TBL_RIGHT);
    tbl_heading(table, 5, "false alarms are", TBL_LEFT);
    tbl_heading(table, 6, "last held", TBL_LEFT);
    if (stats->cost)
        tbl_heading(table, 7, "µs/1,000 items", TBL_RIGHT);
    tbl_print(table, stdout, tbl_terminal_width(stdout));
    printf("\n%zu rules, of which %zu never held in that time. Precision is "
           "the share of closed\nincidents that were no false alarms.\n",
        n, silent);
    if (stats->cost)
        printf("Cost is that of a rule's regular expressions over %llu items; "
               "terms cost the same\nhowever many there are.\n",
            (unsigned long long)stats->matched);
}

static void
print_json(struct stats *stats)
{
    size_t n = ruleset_count(stats->author->set);
    json_t *list = json_array(), *out = json_object();
    char *text;

    for (size_t i = 0; i < n; i++) {
        struct rule_info rule = ruleset_rule(stats->author->set, (uint32_t)i);
        const struct rule_sum *sum = sum_of(stats, rule.id);
        struct rule_sum none = {.last = WALL_NONE};
        const struct rule_sum *s = sum ? sum : &none;
        uint64_t judged = s->right + s->wrong;
        json_t *one = json_object();

        (void)jsonx_set(one, "rule", jsonx_str(rule.id));
        (void)jsonx_set(
            one, "status", json_string(rule_status_name(rule.status)));
        (void)jsonx_set(one, "items", json_integer((json_int_t)s->items));
        (void)jsonx_set(
            one, "indeterminate", json_integer((json_int_t)s->indeterminate));
        (void)jsonx_set(
            one, "incidents", json_integer((json_int_t)s->incidents));
        (void)jsonx_set(one, "right", json_integer((json_int_t)s->right));
        (void)jsonx_set(one, "wrong", json_integer((json_int_t)s->wrong));
        (void)jsonx_set(one, "precision",
            judged ? json_real((double)s->right / (double)judged)
                   : json_null());
        (void)jsonx_set(
            one, "cause", s->cause.n ? jsonx_str(s->cause) : json_null());
        (void)jsonx_set(one, "last", jsonx_time(s->last));
        if (stats->cost)
            (void)jsonx_set(one, "us_per_1000_items",
                json_real(cost_of(stats, (uint32_t)i)));
        (void)json_array_append_new(list, one);
    }
    (void)jsonx_set(out, "since", jsonx_time(stats->since));
    (void)jsonx_set(out, "rules", list);
    text = json_dumps(out, JSON_COMPACT);
    printf("%s\n", text ? text : "{}");
    free(text);
    json_decref(out);
}

static int
collect(struct stats *stats)
{
    int err = view_rule_sums(stats->author->view, stats->since,
        stats->author->arena, &stats->sums, &stats->nsums);

    if (err == 0 && stats->cost)
        err = measure(stats);
    if (err == 0)
        return CLI_OK;
    fprintf(
        stderr, "tocsin: the stored items cannot be read: %s\n", err_text(err));
    return CLI_FAILED;
}

int
cmd_rules_stats(int argc, char **argv)
{
    static const struct option options[] = {AUTHOR_LONG_OPTIONS,
        {"since", required_argument, NULL, 's'},
        {"no-cost", no_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    struct author author;
    struct stats stats = {
        .author = &author, .cost = true, .until = clock_wall()};
    const char *since = "30d";
    size_t warnings;
    int c, status = CLI_USAGE;

    if (author_init(&author) != 0)
        return CLI_FAILED;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 's')
            since = optarg;
        else if (c == 'n')
            stats.cost = false;
        else if (!author_option(&author, c))
            break;
    }
    if (c == -1 && optind < argc)
        fputs("tocsin: rules stats takes no argument\n", stderr);
    else if (c == -1)
        status = author_time("--since", since, stats.until, &stats.since);
    if (status == CLI_OK)
        status = author_open(
            &author, AUTHOR_NEEDS_MATCHER | AUTHOR_NEEDS_STORE, &warnings);
    if (status == CLI_OK)
        status = collect(&stats);
    if (status == CLI_OK && author.json)
        print_json(&stats);
    else if (status == CLI_OK)
        print_text(&stats);
    author_done(&author);
    return status;
}
