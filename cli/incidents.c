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

struct incidents_options {
    const char *level, *state, *query, *limit, *reason;
};

/* What stands on the command line, what the API calls it, and what is said
 * when it was done. */
static const struct verb {
    const char *name, *action, *done;
    bool needs_reason;
} verbs[] = {
    {"ack", "acknowledge", "acknowledged", false},
    {"respond", "respond", "being responded to", false},
    {"resolve", "resolve", "resolved", true},
    {"false-alarm", "false_alarm", "closed as a false alarm", true},
    {"reopen", "reopen", "open again", false},
    {"note", "note", "noted", true},
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
        printf("  %-16.*s  ", STR_ARG(when));
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

static int
cmd_act(struct client *client, const struct verb *verb, int64_t id,
    const char *reason)
{
    char path[80];
    json_t *answer = NULL, *body = json_object();

    if (verb->needs_reason && !reason) {
        json_decref(body);
        fprintf(
            stderr, "tocsin: incidents %s needs --reason TEXT\n", verb->name);
        return CLI_USAGE;
    }
    snprintf(
        path, sizeof(path), "/api/v1/incidents/%lld/actions", (long long)id);
    jsonx_set(body, "action", jsonx_str(str_of(verb->action)));
    if (reason)
        jsonx_set(body, "reason", jsonx_str(str_of(reason)));
    int status = client_ask(client, "POST", path, body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    printf("Incident %lld is %s.\n", (long long)id, verb->done);
    json_decref(answer);
    return CLI_OK;
}

/* Do what the words say: list, show N, or a verb and N. */
static int
dispatch(struct client *client, const struct incidents_options *o,
    const char *const *words, size_t nwords)
{
    int64_t id = 0;

    if (nwords == 0 || (nwords == 1 && strcmp(words[0], "list") == 0))
        return cmd_list(client, o);
    if (nwords == 2 && num_parse_i64(str_of(words[1]), 1, INT64_MAX, &id) < 0) {
        fprintf(
            stderr, "tocsin: \"%s\" is no number of an incident\n", words[1]);
        return CLI_USAGE;
    }
    if (nwords == 2 && strcmp(words[0], "show") == 0)
        return cmd_show(client, id);
    for (size_t i = 0; nwords == 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(words[0], verbs[i].name) == 0)
            return cmd_act(client, &verbs[i], id, o->reason);
    fputs("tocsin: incidents is to be followed by list, or by show, ack, "
          "respond, resolve, false-alarm, reopen or note and a number\n",
        stderr);
    return CLI_USAGE;
}

/* Take one of this command's own options.  False when it is none. */
static bool
take_option(struct incidents_options *o, int option)
{
    const char **field = option == 'l'   ? &o->level
                         : option == 's' ? &o->state
                         : option == 'q' ? &o->query
                         : option == 'n' ? &o->limit
                         : option == 'r' ? &o->reason
                                         : NULL;

    if (!field)
        return false;
    *field = optarg;
    return true;
}

int
cmd_incidents(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"level", required_argument, NULL, 'l'},
        {"state", required_argument, NULL, 's'},
        {"query", required_argument, NULL, 'q'},
        {"limit", required_argument, NULL, 'n'},
        {"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct incidents_options o = {0};
    struct client client = {0};
    const char *words[3] = {NULL, NULL, NULL};
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c != -1 && !take_option(&o, c) && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc) {
            if (nwords == 3)
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
