/*
 * tocsin rules backtest: what rules would have said of the items that were
 * collected, beside what was said of them.
 *
 * The same store and the same rules give the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/level.h"
#include "base/tbl.h"
#include "base/utf8.h"
#include "cli/author.h"
#include "cli/cli.h"

enum {
    BACKTEST_SHOWN = 20, /* of each list, for people; JSON has all */
    BACKTEST_MAX_LISTED = 20000,
    BACKTEST_PROGRESS = 500
};

/* One rule of the set, or one that only the store knows. */
struct rule_count {
    struct str id;
    uint64_t before, now;
};

enum change { CHANGE_NEW, CHANGE_GONE, CHANGE_OTHER, CHANGES };

struct backtest {
    struct author *author;
    enum level alarm;
    bool all; /* baseline and backfill too */
    struct wall since, until;
    uint64_t total, items, before, now, indeterminate, done;
    struct rule_count *rules; /* the set's, then the store's own */
    size_t nrules, cap;
    json_t *changes[CHANGES];
    bool progress;
    int err;
};

/* --- counting ------------------------------------------------------------ */

static struct rule_count *
count_of(struct backtest *b, struct str id)
{
    uint32_t number;
    struct rule_count *rules;

    if (ruleset_find(b->author->set, id, &number) == 0)
        return &b->rules[number];
    for (size_t i = ruleset_count(b->author->set); i < b->nrules; i++) {
        if (str_eq(b->rules[i].id, id))
            return &b->rules[i];
    }
    if (b->nrules == b->cap) {
        rules = realloc(b->rules, 2 * b->cap * sizeof *rules);
        if (!rules)
            return NULL;
        b->rules = rules;
        b->cap *= 2;
    }
    b->rules[b->nrules] =
        (struct rule_count){.id = arena_str(b->author->arena, id)};
    return &b->rules[b->nrules++];
}

static int
count_rules(struct backtest *b, const struct matched_item *stored,
    const struct verdict *verdict)
{
    for (size_t i = 0; i < stored->item.nfindings; i++) {
        struct rule_count *count = count_of(b, stored->item.findings[i].rule);

        if (!count)
            return E_NOMEM;
        count->before += !stored->item.findings[i].indeterminate;
    }
    for (size_t i = 0; i < verdict->nfindings; i++) {
        b->rules[verdict->findings[i].rule].now +=
            !verdict->findings[i].indeterminate;
        b->indeterminate += verdict->findings[i].indeterminate;
    }
    return 0;
}

/* --- what changed -------------------------------------------------------- */

/* The rules that count in it; factors such as the source's weight are none. */
static json_t *
reasons(const struct backtest *b, const struct score *score)
{
    json_t *list = json_array();
    uint32_t number;

    for (size_t i = 0; i < score->nreasons; i++) {
        if (score->reasons[i].points != 0 &&
            ruleset_find(b->author->set, score->reasons[i].rule, &number) == 0)
            (void)json_array_append_new(
                list, jsonx_str(score->reasons[i].rule));
    }
    return list;
}

static int
note_change(struct backtest *b, enum change change,
    const struct matched_item *stored, const struct score *score)
{
    json_t *one = json_object();
    struct str title = stored->item.title.n ? stored->item.title
                                            : utf8_cut(stored->item.text, 120);
    int err = jsonx_set(one, "item", json_integer(stored->item.id));

    if (json_array_size(b->changes[change]) >= BACKTEST_MAX_LISTED) {
        json_decref(one);
        return 0;
    }
    if (err == 0)
        err = jsonx_set(one, "first_seen", jsonx_time(stored->item.first_seen));
    if (err == 0)
        err = jsonx_set(one, "source", jsonx_str(stored->item.source));
    if (err == 0)
        err = jsonx_set(one, "title", jsonx_str(title));
    if (err == 0)
        err = jsonx_set(
            one, "level_before", json_string(level_name(stored->level)));
    if (err == 0)
        err = jsonx_set(one, "score_before", json_integer(stored->item.score));
    if (err == 0)
        err = jsonx_set(one, "level", json_string(level_name(score->level)));
    if (err == 0)
        err = jsonx_set(one, "score", json_integer(score->points));
    if (err == 0)
        err = jsonx_set(one, "rules", reasons(b, score));
    if (err == 0 && json_array_append(b->changes[change], one) != 0)
        err = E_NOMEM;
    json_decref(one);
    return err;
}

static void
say_progress(struct backtest *b)
{
    if (b->progress && ++b->done % BACKTEST_PROGRESS == 0)
        fprintf(stderr, "\r%llu of %llu items", (unsigned long long)b->done,
            (unsigned long long)b->total);
}

static int
each_item(void *arg, const struct matched_item *stored)
{
    struct backtest *b = arg;
    struct rule_item item;
    struct verdict verdict;
    struct score score;
    bool before, now;
    int err;

    say_progress(b);
    if ((stored->baseline || stored->backfill) && !b->all)
        return 0;
    err = author_match(b->author, stored, &item, &verdict, &score);
    if (err == 0)
        err = count_rules(b, stored, &verdict);
    if (err != 0)
        return err;
    before = stored->level >= b->alarm;
    now = score.level >= b->alarm;
    b->items++;
    b->before += before;
    b->now += now;
    if (now && !before)
        return note_change(b, CHANGE_NEW, stored, &score);
    if (before && !now)
        return note_change(b, CHANGE_GONE, stored, &score);
    if (now && stored->level != score.level)
        return note_change(b, CHANGE_OTHER, stored, &score);
    return 0;
}

static int
run(struct backtest *b)
{
    struct author *author = b->author;
    int err = view_matched_count(author->view, b->since, b->until, &b->total);

    b->cap = ruleset_count(author->set) + 64;
    b->rules = calloc(b->cap, sizeof *b->rules);
    if (!b->rules)
        return E_NOMEM;
    b->nrules = ruleset_count(author->set);
    for (size_t i = 0; i < b->nrules; i++)
        b->rules[i].id = ruleset_rule(author->set, (uint32_t)i).id;
    for (int i = 0; i < CHANGES; i++)
        b->changes[i] = json_array();
    b->progress = !author->json && isatty(STDERR_FILENO);
    if (err == 0)
        err = view_matched_items(
            author->view, b->since, b->until, author->scratch, each_item, b);
    if (b->progress)
        fputs("\r\033[K", stderr);
    return err;
}

/* --- saying it ----------------------------------------------------------- */

static double
days(const struct backtest *b)
{
    double n = (double)(b->until.ms - b->since.ms) / MS_DAY;

    return n > 1.0 / 24 ? n : 1.0 / 24;
}

static void
print_changes(const struct backtest *b, enum change change, const char *sign,
    const char *heading)
{
    size_t n = json_array_size(b->changes[change]), i;
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(7);
    json_t *one;

    if (n == 0 || !table)
        return;
    printf("\n%s%zu %s\n", sign, n, heading);
    json_array_foreach(b->changes[change], i, one)
    {
        struct wall seen = WALL_NONE;
        json_t *rules = json_object_get(one, "rules"), *rule;
        struct buf words;
        size_t k;

        if (i == BACKTEST_SHOWN)
            break;
        (void)timefmt_parse_rfc3339(jsonx_get_str(one, "first_seen"), &seen);
        buf_init(&words, 64 * 1024);
        json_array_foreach(rules, k, rule)
        {
            (void)buf_printf(
                &words, "%s%s", k ? " " : "", json_string_value(rule));
        }
        (void)tbl_printf(table, "%lld",
            (long long)json_integer_value(json_object_get(one, "item")));
        (void)tbl_add(table, author_when(b->author, b->author->arena, seen));
        (void)tbl_add(table, jsonx_get_str(one, "level_before"));
        (void)tbl_add(table, jsonx_get_str(one, "level"));
        (void)tbl_printf(table, "%lld",
            (long long)json_integer_value(json_object_get(one, "score")));
        (void)tbl_add(table, jsonx_get_str(one, "title"));
        (void)tbl_add(table, buf_str(&words));
        buf_done(&words);
    }
    tbl_heading(table, 0, "item", TBL_RIGHT);
    tbl_heading(table, 1, "first seen", TBL_LEFT);
    tbl_heading(table, 2, "was", TBL_LEFT);
    tbl_heading(table, 3, "is", TBL_LEFT);
    tbl_heading(table, 4, "score", TBL_RIGHT);
    tbl_heading(table, 5, "title", TBL_LEFT);
    tbl_heading(table, 6, "rules", TBL_LEFT);
    tbl_print(table, stdout, tbl_terminal_width(stdout));
    if (n > BACKTEST_SHOWN)
        printf("… and %zu more; --json has all\n", n - BACKTEST_SHOWN);
}

static void
print_rules(const struct backtest *b)
{
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(4);
    size_t shown = 0;

    if (!table)
        return;
    for (size_t i = 0; i < b->nrules; i++) {
        const struct rule_count *rule = &b->rules[i];

        if (rule->before == rule->now)
            continue;
        shown++;
        (void)tbl_add(table, rule->id);
        (void)tbl_printf(table, "%llu", (unsigned long long)rule->before);
        (void)tbl_printf(table, "%llu", (unsigned long long)rule->now);
        (void)tbl_printf(
            table, "%+lld", (long long)rule->now - (long long)rule->before);
    }
    if (shown == 0)
        return;
    printf("\nRules that hold on other items now\n");
    tbl_heading(table, 0, "rule", TBL_LEFT);
    tbl_heading(table, 1, "was", TBL_RIGHT);
    tbl_heading(table, 2, "is", TBL_RIGHT);
    tbl_heading(table, 3, "change", TBL_RIGHT);
    tbl_print(table, stdout, tbl_terminal_width(stdout));
}

static void
print_text(const struct backtest *b)
{
    printf("%llu items of %.3g days, %zu rules\n", (unsigned long long)b->items,
        days(b), ruleset_count(b->author->set));
    printf("alarms (%s and above): were %llu, would be %llu, %.2g a day\n",
        level_name(b->alarm), (unsigned long long)b->before,
        (unsigned long long)b->now, (double)b->now / days(b));
    if (b->indeterminate)
        printf("%llu findings ran into a limit\n",
            (unsigned long long)b->indeterminate);
    if (b->items == 0)
        printf("Nothing was collected in that time.\n");
    print_changes(b, CHANGE_NEW, "+", "alarms would be new");
    print_changes(b, CHANGE_GONE, "-", "alarms would be gone");
    print_changes(b, CHANGE_OTHER, "~", "would have another level");
    print_rules(b);
}

static int
print_json(const struct backtest *b)
{
    static const char *const names[CHANGES] = {"new", "gone", "changed"};
    json_t *out = json_object(), *rules = json_array();
    int status = CLI_OK;
    char *text;

    (void)jsonx_set(out, "since", jsonx_time(b->since));
    (void)jsonx_set(out, "until", jsonx_time(b->until));
    (void)jsonx_set(out, "items", json_integer((json_int_t)b->items));
    (void)jsonx_set(out, "level", json_string(level_name(b->alarm)));
    (void)jsonx_set(out, "alarms_before", json_integer((json_int_t)b->before));
    (void)jsonx_set(out, "alarms", json_integer((json_int_t)b->now));
    (void)jsonx_set(out, "alarms_per_day", json_real((double)b->now / days(b)));
    (void)jsonx_set(
        out, "indeterminate", json_integer((json_int_t)b->indeterminate));
    for (int i = 0; i < CHANGES; i++)
        (void)jsonx_set(out, names[i], json_incref(b->changes[i]));
    for (size_t i = 0; i < b->nrules; i++) {
        json_t *one = json_object();

        (void)jsonx_set(one, "rule", jsonx_str(b->rules[i].id));
        (void)jsonx_set(
            one, "before", json_integer((json_int_t)b->rules[i].before));
        (void)jsonx_set(one, "now", json_integer((json_int_t)b->rules[i].now));
        (void)json_array_append_new(rules, one);
    }
    (void)jsonx_set(out, "rules", rules);
    text = json_dumps(out, JSON_COMPACT);
    if (text)
        printf("%s\n", text);
    else
        status = CLI_FAILED;
    free(text);
    json_decref(out);
    return status;
}

static int
read_options(int argc, char **argv, struct backtest *b)
{
    static const struct option options[] = {AUTHOR_LONG_OPTIONS,
        {"since", required_argument, NULL, 's'},
        {"until", required_argument, NULL, 'u'},
        {"level", required_argument, NULL, 'l'},
        {"all", no_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
    struct wall now = clock_wall();
    const char *since = "30d";
    int c, status = CLI_OK;

    b->until = now;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 's')
            since = optarg;
        else if (c == 'u' && status == CLI_OK)
            status = author_time("--until", optarg, now, &b->until);
        else if (c == 'a')
            b->all = true;
        else if (c == 'l' && (level_parse(str_of(optarg), &b->alarm) < 0 ||
                                 b->alarm == LEVEL_NONE)) {
            fprintf(stderr,
                "tocsin: --level %s is to be blue, yellow, orange or red\n",
                optarg);
            return CLI_USAGE;
        } else if (c != 'l' && !author_option(b->author, c))
            return CLI_USAGE;
    }
    if (optind < argc) {
        fputs("tocsin: rules backtest takes no argument\n", stderr);
        return CLI_USAGE;
    }
    return status == CLI_OK ? author_time("--since", since, now, &b->since)
                            : status;
}

int
cmd_rules_backtest(int argc, char **argv)
{
    struct author author;
    struct backtest b = {.author = &author};
    size_t warnings;
    int err, status;

    if (author_init(&author) != 0)
        return CLI_FAILED;
    status = read_options(argc, argv, &b);
    if (status == CLI_OK)
        status = author_open(
            &author, AUTHOR_NEEDS_MATCHER | AUTHOR_NEEDS_STORE, &warnings);
    if (status == CLI_OK && b.alarm == LEVEL_NONE)
        b.alarm =
            author.config ? author.config->notify_min_level : LEVEL_YELLOW;
    err = status == CLI_OK ? run(&b) : 0;
    if (err != 0) {
        fprintf(stderr, "tocsin: the stored items cannot be read: %s\n",
            err_text(err));
        status = CLI_FAILED;
    }
    if (status == CLI_OK && author.json)
        status = print_json(&b);
    else if (status == CLI_OK)
        print_text(&b);
    for (int i = 0; i < CHANGES; i++)
        json_decref(b.changes[i]);
    free(b.rules);
    author_done(&author);
    return status;
}
