/*
 * tocsin ledger: what was done, by whom, when and from where, read from the
 * database itself, whether or not the daemon runs; and whether all of it is
 * there as it was written.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "base/tbl.h"
#include "base/timefmt.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "store/view_ledger.h"

enum {
    LEDGER_ARENA_BYTES = 256 * 1024 * 1024,
    LEDGER_LIST_ROWS = 50, /* --limit, when it is not given */
    LEDGER_PAGE_ROWS = 500 /* read at a time */
};

/* What the command line says. */
struct ledger_run {
    const char *config, *database, *since, *until, *limit, *anchor, *incident;
    bool json, csv;
    struct ledger_filter filter;
    size_t rows; /* at most; 0 all */
    struct arena *arena;
    struct zone *zone;
    struct view *view;
};

/* --- which database ------------------------------------------------------- */

static int
open_database(struct ledger_run *run)
{
    struct database_place place;
    struct toc_error error = {.line = 0};
    struct str path;

    database_find(run->arena, run->config, &place);
    run->zone = place.zone;
    path = run->database ? str_of(run->database) : place.database;
    if (view_open(arena_cstr(run->arena, path), &error, &run->view) == 0)
        return CLI_OK;
    fprintf(stderr, "tocsin: %.*s: %s\n", STR_ARG(path), error.text);
    return CLI_FAILED;
}

/* --- verify --------------------------------------------------------------- */

static void
hex(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void
say_fault(const struct ledger_check *check)
{
    long long bad = (long long)check->bad, last = (long long)check->last;

    switch (check->fault) {
    case LEDGER_FAULT_ALTERED:
        printf("entry %lld is not as it was written, or does not follow from "
               "the one before it\n",
            bad);
        break;
    case LEDGER_FAULT_MISSING:
        printf("entry %lld is missing: the one behind it is there, but not "
               "this one\n",
            bad);
        break;
    case LEDGER_FAULT_CUT:
        printf("entry %lld is missing, and all behind it: the ledger ends "
               "with %lld\n",
            bad, last);
        break;
    case LEDGER_FAULT_ADDED:
        printf("entry %lld was put in: the daemon did not write it\n", bad);
        break;
    case LEDGER_FAULT_MARK:
        printf("the mark of the ledger's end does not fit entry %lld\n", bad);
        break;
    case LEDGER_FAULT_NONE:
        break;
    }
}

/* "NUMBER:HASH", as verify printed it once: the entry must still have it. */
static int
check_anchor(struct ledger_run *run)
{
    struct str rest = str_of(run->anchor);
    struct str number = str_split(&rest, ':');
    uint8_t kept[LEDGER_HASH_SIZE];
    char text[2 * LEDGER_HASH_SIZE + 1];
    int64_t id;

    if (num_parse_i64(number, 1, INT64_MAX, &id) < 0 || rest.n == 0 ||
        rest.n > 2 * LEDGER_HASH_SIZE) {
        fprintf(
            stderr, "tocsin: --anchor %s is to be NUMBER:HASH\n", run->anchor);
        return CLI_USAGE;
    }
    if (view_ledger_hash(run->view, id, kept) == 0) {
        hex(kept, sizeof(kept), text);
        if (strncasecmp(text, rest.p, rest.n) == 0)
            return CLI_OK;
    }
    printf("entry %lld is another than the one that was noted: the ledger was "
           "written anew\n",
        (long long)id);
    return CLI_FAILED;
}

static int
ledger_verify_cmd(struct ledger_run *run)
{
    struct ledger_check check;
    char head[2 * LEDGER_HASH_SIZE + 1];
    int r = view_ledger_check(run->view, &check);

    if (r != 0) {
        fprintf(stderr, "tocsin: the ledger cannot be read: %s\n", err_text(r));
        return CLI_FAILED;
    }
    hex(check.head, sizeof(check.head), head);
    if (run->json) {
        json_t *out = json_object();
        char *text;

        (void)jsonx_set(
            out, "ok", json_boolean(check.fault == LEDGER_FAULT_NONE));
        (void)jsonx_set(
            out, "fault", json_string(ledger_fault_name(check.fault)));
        (void)jsonx_set(
            out, "entry", check.bad ? json_integer(check.bad) : json_null());
        (void)jsonx_set(out, "entries", json_integer((json_int_t)check.count));
        (void)jsonx_set(out, "last", json_integer(check.last));
        (void)jsonx_set(out, "head", json_string(head));
        text = json_dumps(out, JSON_COMPACT);
        printf("%s\n", text ? text : "{}");
        free(text);
        json_decref(out);
    } else if (check.fault != LEDGER_FAULT_NONE) {
        say_fault(&check);
    } else {
        printf("%llu entries, all as they were written; the newest is "
               "%lld:%s\n",
            (unsigned long long)check.count, (long long)check.last, head);
    }
    if (check.fault != LEDGER_FAULT_NONE)
        return CLI_FAILED;
    return run->anchor ? check_anchor(run) : CLI_OK;
}

/* --- list and export -------------------------------------------------------
 */

static json_t *
line_json(const struct ledger_line *line)
{
    const struct ledger_entry *e = &line->row.entry;
    json_t *out = json_object(), *details = NULL;
    char text[2 * LEDGER_HASH_SIZE + 1];

    hex(line->hash, sizeof(line->hash), text);
    (void)jsonx_set(out, "id", json_integer(line->row.id));
    (void)jsonx_set(out, "at", jsonx_time(e->at));
    (void)jsonx_set(out, "kind", jsonx_str(e->kind));
    (void)jsonx_set(
        out, "incident", e->incident ? json_integer(e->incident) : json_null());
    (void)jsonx_set(out, "by", jsonx_str(e->by));
    (void)jsonx_set(out, "from", jsonx_str(e->from));
    if (e->text.n == 0 || jsonx_load(e->text, NULL, &details) != 0)
        details = jsonx_str(e->text);
    (void)jsonx_set(out, "details", details);
    (void)jsonx_set(out, "hash", json_string(text));
    return out;
}

static void
print_csv_field(struct str s, bool last)
{
    /* What begins like a formula is no formula. */
    bool formula = s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL;

    putchar('"');
    if (formula)
        putchar('\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            putchar('"');
        putchar(s.p[i]);
    }
    fputs(last ? "\"\r\n" : "\",", stdout);
}

static void
print_csv(struct ledger_run *run, const struct ledger_line *line)
{
    const struct ledger_entry *e = &line->row.entry;
    char at[TIMEFMT_RFC3339_SIZE], hash[2 * LEDGER_HASH_SIZE + 1];

    (void)run;
    hex(line->hash, sizeof(line->hash), hash);
    printf("%lld,", (long long)line->row.id);
    print_csv_field(str_of(timefmt_rfc3339(e->at, at)), false);
    print_csv_field(e->kind, false);
    if (e->incident)
        printf("%lld", (long long)e->incident);
    putchar(',');
    print_csv_field(e->by, false);
    print_csv_field(e->from, false);
    print_csv_field(e->text, false);
    print_csv_field(str_of(hash), true);
}

static void
print_line(struct ledger_run *run, const struct ledger_line *line)
{
    json_t *json;
    char *text;

    if (run->csv) {
        print_csv(run, line);
        return;
    }
    json = line_json(line);
    text = json_dumps(json, JSON_COMPACT);
    printf("%s\n", text ? text : "{}");
    free(text);
    json_decref(json);
}

static void
add_row(
    struct ledger_run *run, struct tbl *table, const struct ledger_line *line)
{
    const struct ledger_entry *e = &line->row.entry;
    char local[TIMEFMT_LOCAL_SIZE];

    (void)tbl_printf(table, "%lld", (long long)line->row.id);
    (void)tbl_add_cstr(
        table, run->zone ? timefmt_local(run->zone, e->at, local) : "");
    (void)tbl_add(table, e->by);
    (void)tbl_add(table, e->from);
    (void)tbl_add(table, e->kind);
    if (e->incident)
        (void)tbl_printf(table, "#%lld", (long long)e->incident);
    else
        (void)tbl_add_cstr(table, "");
    (void)tbl_add(table, e->text.n > 2 ? e->text : STR(""));
}

/* Every entry that the filter lets through, page by page. */
static int
each_line(struct ledger_run *run, struct tbl *table)
{
    size_t shown = 0;
    bool more = true;

    while (more) {
        struct ledger_line *lines;
        size_t n;
        int r;

        if (!table)
            arena_clear(run->arena);
        run->filter.limit = LEDGER_PAGE_ROWS;
        if (run->rows && run->rows - shown < LEDGER_PAGE_ROWS)
            run->filter.limit = run->rows - shown;
        if (run->filter.limit > VIEW_PAGE_MAX)
            run->filter.limit = VIEW_PAGE_MAX;
        r = view_ledger(run->view, &run->filter, run->arena, &lines, &n, &more);
        if (r != 0) {
            fprintf(
                stderr, "tocsin: the ledger cannot be read: %s\n", err_text(r));
            return CLI_FAILED;
        }
        for (size_t i = 0; i < n; i++) {
            if (table)
                add_row(run, table, &lines[i]);
            else
                print_line(run, &lines[i]);
        }
        shown += n;
        if (n > 0)
            run->filter.before = lines[n - 1].row.id;
        if (run->rows && shown >= run->rows)
            more = false;
    }
    return CLI_OK;
}

static int
ledger_list(struct ledger_run *run)
{
    static const char *const headings[] = {
        "entry", "when", "by", "from", "what", "incident", "details"};
    _cleanup_(tbl_freep) struct tbl *table = run->json ? NULL : tbl_new(7);
    int status;

    if (!run->json && !table)
        return CLI_FAILED;
    if (!run->rows)
        run->rows = LEDGER_LIST_ROWS;
    status = each_line(run, table);
    if (table && status == CLI_OK) {
        for (size_t i = 0; i < 7; i++)
            tbl_heading(table, i, headings[i], i ? TBL_LEFT : TBL_RIGHT);
        tbl_print(table, stdout, tbl_terminal_width(stdout));
    }
    return status;
}

static int
ledger_export(struct ledger_run *run)
{
    run->filter.oldest_first = true;
    if (run->csv)
        fputs("entry,at,kind,incident,by,from,details,hash\r\n", stdout);
    return each_line(run, NULL);
}

/* --- the command line --------------------------------------------------------
 */

/* "30d" and "12h" ago, or a date. */
static int
read_time(const char *option, const char *text, struct wall *ret)
{
    struct str s = str_of(text);
    int64_t n, unit = 0;

    if (s.n > 1)
        unit = s.p[s.n - 1] == 'd' ? MS_DAY : s.p[s.n - 1] == 'h' ? MS_HOUR : 0;
    if (unit && num_parse_i64(str_first(s, s.n - 1), 1, 36500, &n) == 0) {
        ret->ms = clock_wall().ms - n * unit;
        return CLI_OK;
    }
    if (timefmt_parse_rfc3339(s, ret) == 0)
        return CLI_OK;
    fprintf(
        stderr, "tocsin: %s %s is to be 30d, 12h or a date\n", option, text);
    return CLI_USAGE;
}

static int
read_filter(struct ledger_run *run)
{
    int64_t n = 0;
    int status = CLI_OK;

    run->filter.from = run->filter.to = WALL_NONE;
    if (run->since)
        status = read_time("--since", run->since, &run->filter.from);
    if (status == CLI_OK && run->until)
        status = read_time("--until", run->until, &run->filter.to);
    if (run->incident && num_parse_i64(str_of(run->incident), 1, INT64_MAX,
                             &run->filter.incident) != 0) {
        fprintf(
            stderr, "tocsin: --incident %s is to be a number\n", run->incident);
        return CLI_USAGE;
    }
    if (run->limit && num_parse_i64(str_of(run->limit), 1, 1000000, &n) != 0) {
        fprintf(stderr, "tocsin: --limit %s is to be a number\n", run->limit);
        return CLI_USAGE;
    }
    run->rows = (size_t)n;
    return status;
}

static bool
take_option(struct ledger_run *run, int option)
{
    const struct {
        int option;
        const char **field;
    } fields[] = {{'C', &run->config}, {'D', &run->database},
        {'s', &run->since}, {'u', &run->until}, {'l', &run->limit},
        {'a', &run->anchor}, {'i', &run->incident}};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (fields[i].option == option) {
            *fields[i].field = optarg;
            return true;
        }
    }
    if (option == 'k')
        run->filter.kind = str_of(optarg);
    else if (option == 'b')
        run->filter.by = str_of(optarg);
    else if (option == 't')
        run->filter.text = str_of(optarg);
    else if (option == 'J')
        run->json = true;
    else if (option == 'c')
        run->csv = true;
    else
        return false;
    return true;
}

static int
run_command(struct ledger_run *run, const char *word)
{
    int (*command)(struct ledger_run *) = NULL;
    int status;

    if (strcmp(word, "verify") == 0)
        command = ledger_verify_cmd;
    else if (strcmp(word, "list") == 0)
        command = ledger_list;
    else if (strcmp(word, "export") == 0)
        command = ledger_export;
    if (!command) {
        fputs("tocsin: ledger is to be followed by verify, list or export\n",
            stderr);
        return CLI_USAGE;
    }
    status = read_filter(run);
    run->arena = arena_new(LEDGER_ARENA_BYTES);
    if (status == CLI_OK)
        status = run->arena ? open_database(run) : CLI_FAILED;
    if (status == CLI_OK)
        status = command(run);
    view_close(run->view);
    zone_free(run->zone);
    arena_free(run->arena);
    return status;
}

int
cmd_ledger(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"database", required_argument, NULL, 'D'},
        {"kind", required_argument, NULL, 'k'},
        {"by", required_argument, NULL, 'b'},
        {"incident", required_argument, NULL, 'i'},
        {"query", required_argument, NULL, 't'},
        {"since", required_argument, NULL, 's'},
        {"until", required_argument, NULL, 'u'},
        {"limit", required_argument, NULL, 'l'},
        {"anchor", required_argument, NULL, 'a'},
        {"json", no_argument, NULL, 'J'}, {"csv", no_argument, NULL, 'c'},
        {NULL, 0, NULL, 0}};
    struct ledger_run run = {.config = NULL};
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(&run, c))
            return CLI_USAGE;
    if (optind + 1 < argc)
        run.database = argv[optind + 1];
    if (optind + 2 < argc) {
        fputs("tocsin: only one database can be named\n", stderr);
        return CLI_USAGE;
    }
    return run_command(&run, optind < argc ? argv[optind] : "list");
}
