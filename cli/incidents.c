/*
 * tocsin incidents: the desk's list on a terminal, one incident, and what a
 * person may do to one.
 */
#include <stdio.h>
#include <string.h>

#include "base/level.h"
#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

enum { INCIDENTS_MAX_WORDS = 64 };

struct incidents_options {
    const char *level, *state, *query, *limit, *reason;
    const char *cause, *into, *items, *until, *to, *split;
};

/* What stands on the command line, what the API calls it, and what is said
 * when it was done. */
static const struct verb {
    const char *name, *action, *done;
    bool needs_reason; /* or a cause */
    bool many;         /* takes many numbers */
} verbs[] = {
    {"ack", "acknowledge", "acknowledged", false, true},
    {"respond", "respond", "being responded to", false, true},
    {"resolve", "resolve", "resolved", true, true},
    {"false-alarm", "false_alarm", "closed as a false alarm", true, true},
    {"reopen", "reopen", "open again", false, true},
    {"note", "note", "noted", true, true},
    {"snooze", "snooze", "snoozed", false, true},
    {"assign", "assign", "assigned", false, true},
    {"merge", "merge", "merged", false, true},
    {"unmerge", "unmerge", "by itself again", false, true},
    {"split", "split", "split", false, false},
    {"unsplit", "unsplit", "whole again", false, false},
    {"check", "check", "being looked at again", false, false},
};

/* "orange" → "red,orange": that level and those above. */
static int
add_levels(struct buf *out, const char *name)
{
    enum level level;

    if (level_parse(str_of(name), &level) < 0 || level == LEVEL_NONE) {
        fprintf(stderr,
            "tocsin: --level %s is to be blue, yellow, orange or red\n", name);
        return CLI_USAGE;
    }
    for (enum level l = LEVEL_RED; l >= level; l--)
        buf_printf(
            out, "%s%s", l == LEVEL_RED ? "&level=" : ",", level_name(l));
    return CLI_OK;
}

static int
list_path(struct buf *path, const struct incidents_options *o)
{
    int64_t limit = 50;

    if (o->limit && num_parse_i64(str_of(o->limit), 1, 500, &limit) < 0) {
        fprintf(stderr, "tocsin: --limit %s is to be a number from 1 to 500\n",
            o->limit);
        return CLI_USAGE;
    }
    buf_printf(path, "/api/v1/incidents?limit=%lld", (long long)limit);
    if (o->level && add_levels(path, o->level) != CLI_OK)
        return CLI_USAGE;
    if (o->state) {
        buf_add_cstr(path, "&state=");
        client_add_query(path, o->state);
    }
    if (o->query) {
        buf_add_cstr(path, "&q=");
        client_add_query(path, o->query);
    }
    return CLI_OK;
}

static int
print_list(struct client *client, json_t *answer)
{
    static const char *const headings[] = {
        "N", "level", "score", "state", "category", "items", "seen", "title"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(8);
    json_t *list = json_object_get(answer, "incidents"), *incident;
    size_t i;

    if (!table)
        return CLI_FAILED;
    for (size_t h = 0; h < 8; h++)
        tbl_heading(table, h, headings[h],
            h == 0 || h == 2 || h == 5 ? TBL_RIGHT : TBL_LEFT);
    json_array_foreach(list, i, incident)
    {
        tbl_add(table, client_text(client, incident, "id"));
        tbl_add(table, client_text(client, incident, "level"));
        tbl_add(table, client_text(client, incident, "score"));
        tbl_add(table, client_text(client, incident, "state"));
        tbl_add(table, client_text(client, incident, "category"));
        tbl_add(table, client_text(client, incident, "items"));
        tbl_add(table, client_time(client, incident, "first_seen"));
        tbl_add(table, client_text(client, incident, "title"));
    }
    tbl_print(table, stdout, tbl_terminal_width(stdout));
    if (json_is_true(json_object_get(answer, "more")))
        puts("… and more; see --limit, --level and --query");
    return CLI_OK;
}

static int
cmd_list(struct client *client, const struct incidents_options *o)
{
    _cleanup_(buf_done) struct buf path;
    json_t *answer = NULL;

    buf_init(&path, 8192);
    int status = list_path(&path, o);
    if (status == CLI_OK)
        status = client_ask(client, "GET", buf_cstr(&path), NULL, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    status = print_list(client, answer);
    json_decref(answer);
    return status;
}

/* A line of a foreign text: control characters must not reach the terminal. */
static void
print_safe(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        putchar(c < 0x20 || c == 0x7F ? ' ' : c);
    }
}

static void
print_field(const char *label, struct str value)
{
    if (value.n == 0)
        return;
    printf("%-12s", label);
    print_safe(value);
    putchar('\n');
}

static void
print_explanation(struct client *client, const json_t *incident)
{
    json_t *list = json_object_get(incident, "explanation"), *reason;
    size_t i;

    json_array_foreach(list, i, reason)
    {
        printf("  %+4lld  ",
            (long long)json_integer_value(json_object_get(reason, "points")));
        print_safe(client_text(client, reason, "rule"));
        struct str text = client_text(client, reason, "text");
        if (text.n) {
            fputs(": ", stdout);
            print_safe(text);
        }
        putchar('\n');
    }
}

static void
print_items(struct client *client, const json_t *answer)
{
    json_t *list = json_object_get(answer, "items"), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        struct str when = client_time(client, item, "published");
        if (when.n == 0)
            when = client_time(client, item, "first_seen");
        printf("  %-16.*s  #%lld ", STR_ARG(when),
            (long long)json_integer_value(json_object_get(item, "id")));
        if (json_is_string(json_object_get(item, "gone")))
            fputs("[gone] ", stdout);
        print_safe(client_text(client, item, "source_title"));
        fputs("  ", stdout);
        print_safe(client_text(client, item, "title"));
        fputs("\n                    ", stdout);
        print_safe(client_text(client, item, "url"));
        putchar('\n');
    }
}

/* Rows of a list, each of the members named, in columns. */
static void
print_rows(struct client *client, json_t *list, const char *when,
    const char *const members[3])
{
    json_t *row;
    size_t i;

    json_array_foreach(list, i, row)
    {
        struct str at = client_time(client, row, when);
        printf("  %-16.*s", STR_ARG(at));
        for (size_t m = 0; m < 3; m++) {
            fputs("  ", stdout);
            print_safe(client_text(client, row, members[m]));
        }
        putchar('\n');
    }
}

static void
print_incident(struct client *client, const json_t *answer)
{
    static const char *const entry[3] = {"kind", "by", "from"};
    static const char *const delivery[3] = {"channel", "type", "state"};
    const json_t *incident = json_object_get(answer, "incident");

    print_field("title", client_text(client, incident, "title"));
    print_field("level", client_text(client, incident, "level"));
    print_field("state", client_text(client, incident, "state"));
    print_field("what last", client_text(client, incident, "substate"));
    print_field("reason", client_text(client, incident, "reason"));
    print_field("category", client_text(client, incident, "category"));
    print_field("owner", client_text(client, incident, "owner"));
    print_field("first seen", client_time(client, incident, "first_seen"));
    print_field("page", client_text(client, incident, "url"));
    print_field("score", client_text(client, incident, "score"));
    print_explanation(client, incident);
    puts("items");
    print_items(client, answer);
    puts("timeline");
    print_rows(client, json_object_get(answer, "timeline"), "at", entry);
    puts("deliveries");
    print_rows(
        client, json_object_get(answer, "deliveries"), "created", delivery);
}

static int
cmd_show(struct client *client, int64_t id)
{
    char path[64];
    json_t *answer = NULL;

    snprintf(path, sizeof(path), "/api/v1/incidents/%lld", (long long)id);
    int status = client_ask(client, "GET", path, NULL, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    print_incident(client, answer);
    json_decref(answer);
    return CLI_OK;
}

/* Put what the options say into the body of an act. */
static int
add_options(
    json_t *body, const struct verb *verb, const struct incidents_options *o)
{
    const struct {
        const char *key, *value;
    } texts[] = {{"reason", o->reason}, {"cause", o->cause},
        {"until", o->until}, {"assignee", o->to}, {"into", o->into},
        {"split", o->split}, {"items", o->items}};

    if (verb->needs_reason && !o->reason && !o->cause) {
        fprintf(stderr, "tocsin: incidents %s needs --reason TEXT%s\n",
            verb->name, strcmp(verb->name, "note") ? " or --cause CAUSE" : "");
        return CLI_USAGE;
    }
    if (strcmp(verb->name, "snooze") == 0 && !o->until) {
        fputs("tocsin: incidents snooze needs --for TIME, as 4h or 2d\n",
            stderr);
        return CLI_USAGE;
    }
    if (strcmp(verb->name, "split") == 0 && !o->items) {
        fputs("tocsin: incidents split needs --items N,N…; show N --json has "
              "their numbers\n",
            stderr);
        return CLI_USAGE;
    }
    if (strcmp(verb->name, "merge") == 0 && !o->into) {
        fputs("tocsin: incidents merge needs --into N\n", stderr);
        return CLI_USAGE;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].value)
            (void)jsonx_set(
                body, texts[i].key, jsonx_str(str_of(texts[i].value)));
    return CLI_OK;
}

/* Say what became of each of many; CLI_FAILED when one was refused. */
static int
print_many(struct client *client, const struct verb *verb, json_t *answer)
{
    json_t *list = json_object_get(answer, "done"), *one;
    size_t i;

    json_array_foreach(list, i, one)
        printf("Incident %lld is %s.\n",
            (long long)json_integer_value(one), verb->done);
    list = json_object_get(answer, "refused");
    json_array_foreach(list, i, one)
    {
        struct str why = client_text(client, one, "why");

        fprintf(stderr, "tocsin: incident %lld: %.*s\n",
            (long long)json_integer_value(json_object_get(one, "incident")),
            STR_ARG(why));
    }
    return json_array_size(list) > 0 ? CLI_FAILED : CLI_OK;
}

static int
print_acted(const struct verb *verb, int64_t id, const json_t *answer)
{
    json_int_t led = json_integer_value(json_object_get(answer, "led_to"));

    printf("Incident %lld is %s", (long long)id, verb->done);
    if (led > 0 && led != id)
        printf(": see incident %lld", (long long)led);
    puts(".");
    return CLI_OK;
}

static int
cmd_act(struct client *client, const struct verb *verb,
    const struct incidents_options *o, const int64_t *ids, size_t n)
{
    char path[80];
    json_t *answer = NULL, *body = json_object(), *list = json_array();
    int status = add_options(body, verb, o);

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, json_integer(ids[i]));
    if (n > 1) {
        snprintf(path, sizeof(path), "/api/v1/incidents/actions");
        (void)json_object_set(body, "ids", list);
    } else {
        snprintf(path, sizeof(path), "/api/v1/incidents/%lld/actions",
            (long long)ids[0]);
    }
    json_decref(list);
    (void)jsonx_set(body, "action", jsonx_str(str_of(verb->action)));
    if (status != CLI_OK) {
        json_decref(body);
        return status;
    }
    status = client_ask(client, "POST", path, body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    status = n > 1 ? print_many(client, verb, answer)
                   : print_acted(verb, ids[0], answer);
    json_decref(answer);
    return status;
}

static const struct verb *
verb_of(const char *word)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(word, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

/* Do what the words say: list, show N, or a verb and numbers. */
static int
dispatch(struct client *client, const struct incidents_options *o,
    const char *const *words, size_t nwords)
{
    const struct verb *verb = nwords > 1 ? verb_of(words[0]) : NULL;
    int64_t ids[INCIDENTS_MAX_WORDS];

    if (nwords == 0 || (nwords == 1 && strcmp(words[0], "list") == 0))
        return cmd_list(client, o);
    for (size_t i = 1; i < nwords; i++) {
        if (num_parse_i64(str_of(words[i]), 1, INT64_MAX, &ids[i - 1]) < 0) {
            fprintf(stderr, "tocsin: \"%s\" is no number of an incident\n",
                words[i]);
            return CLI_USAGE;
        }
    }
    if (nwords == 2 && strcmp(words[0], "show") == 0)
        return cmd_show(client, ids[0]);
    if (verb && (verb->many || nwords == 2))
        return cmd_act(client, verb, o, ids, nwords - 1);
    fputs("tocsin: incidents is to be followed by list, by show and a number, "
          "or by ack, respond, resolve, false-alarm, reopen, note, snooze, "
          "assign, merge, unmerge, split, unsplit or check and numbers\n",
        stderr);
    return CLI_USAGE;
}

/* Take one of this command's own options.  False when it is none. */
static bool
take_option(struct incidents_options *o, int option)
{
    const struct {
        int option;
        const char **field;
    } fields[] = {{'l', &o->level}, {'s', &o->state}, {'q', &o->query},
        {'n', &o->limit}, {'r', &o->reason}, {'c', &o->cause},
        {'i', &o->into}, {'m', &o->items}, {'f', &o->until}, {'t', &o->to},
        {'p', &o->split}};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (fields[i].option == option) {
            *fields[i].field = optarg;
            return true;
        }
    }
    return false;
}

int
cmd_incidents(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"level", required_argument, NULL, 'l'},
        {"state", required_argument, NULL, 's'},
        {"query", required_argument, NULL, 'q'},
        {"limit", required_argument, NULL, 'n'},
        {"reason", required_argument, NULL, 'r'},
        {"cause", required_argument, NULL, 'c'},
        {"into", required_argument, NULL, 'i'},
        {"items", required_argument, NULL, 'm'},
        {"for", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"split", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
    struct incidents_options o = {0};
    struct client client = {0};
    const char *words[INCIDENTS_MAX_WORDS];
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c != -1 && !take_option(&o, c) && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc) {
            if (nwords == INCIDENTS_MAX_WORDS)
                break;
            words[nwords++] = argv[optind++];
        }
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = dispatch(&client, &o, words, nwords);
    client_close(&client);
    return status;
}
