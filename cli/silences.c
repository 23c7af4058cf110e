/*
 * tocsin silences: what is not told for a while: list, show, add, end.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

/* What stands on the command line, under its names in the API. */
struct silences_options {
    const char *owner, *category, *source, *rule, *title, *incident;
    const char *max_level, *until, *idle, *reason;
};

static const struct field {
    const char *name;
    size_t offset;
    int option;
} fields[] = {
    {"owner", offsetof(struct silences_options, owner), 'o'},
    {"category", offsetof(struct silences_options, category), 'c'},
    {"source", offsetof(struct silences_options, source), 's'},
    {"rule", offsetof(struct silences_options, rule), 'u'},
    {"title", offsetof(struct silences_options, title), 't'},
    {"incident", offsetof(struct silences_options, incident), 'i'},
    {"max_level", offsetof(struct silences_options, max_level), 'm'},
    {"until", offsetof(struct silences_options, until), 'f'},
    {"idle", offsetof(struct silences_options, idle), 'd'},
    {"reason", offsetof(struct silences_options, reason), 'r'},
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const char **
field_of(struct silences_options *o, const struct field *field)
{
    return (const char **)(void *)((char *)o + field->offset);
}

/* What it matches, in one cell. */
static struct str
matcher_text(struct client *client, const json_t *silence)
{
    static const char *const names[] = {"incident", "owner", "category",
        "source", "rule", "title", "max_level"};
    struct str all = STR_NONE;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct str value = client_text(client, silence, names[i]);

        if (value.n > 0)
            all = arena_printf(client->arena, "%.*s%s%s=%.*s", STR_ARG(all),
                all.n ? " " : "", names[i], STR_ARG(value));
    }
    return all;
}

static void
add_rows(struct client *client, struct tbl *table, json_t *list)
{
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        struct str ended = client_text(client, one, "ended_why");

        tbl_add(table, client_text(client, one, "id"));
        tbl_add(table, ended.n ? ended : STR("in force"));
        tbl_add(table, client_time(client, one, "until"));
        tbl_add(table, client_text(client, one, "held"));
        tbl_add(table, client_text(client, one, "author"));
        tbl_add(table, matcher_text(client, one));
        tbl_add(table, client_text(client, one, "reason"));
    }
}

static void
print_waiting(struct client *client, json_t *list)
{
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        struct str n = client_text(client, one, "incident"),
                   channel = client_text(client, one, "channel"),
                   word = client_text(client, one, "word"),
                   until = client_time(client, one, "until"),
                   title = client_text(client, one, "title");

        if (i == 0)
            puts("waiting");
        printf("  incident %.*s for %.*s: %.*s%s%.*s: %.*s\n", STR_ARG(n),
            STR_ARG(channel), STR_ARG(word), until.n ? " until " : "",
            STR_ARG(until), STR_ARG(title));
    }
}

static int
cmd_list(struct client *client)
{
    static const char *const headings[] = {
        "N", "state", "until", "held", "author", "matches", "reason"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(7);
    json_t *answer = NULL;
    int status = client_ask(client, "GET", "/api/v1/silences", NULL, &answer);

    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    for (size_t h = 0; table && h < 7; h++)
        tbl_heading(
            table, h, headings[h], h == 0 || h == 3 ? TBL_RIGHT : TBL_LEFT);
    if (table) {
        add_rows(client, table, json_object_get(answer, "silences"));
        add_rows(client, table, json_object_get(answer, "ended"));
        tbl_print(table, stdout, tbl_terminal_width(stdout));
    }
    print_waiting(client, json_object_get(answer, "waiting"));
    json_decref(answer);
    return CLI_OK;
}

static int
cmd_show(struct client *client, int64_t id)
{
    char path[64];
    json_t *answer = NULL, *one;
    size_t i;

    snprintf(path, sizeof(path), "/api/v1/silences/%lld", (long long)id);
    int status = client_ask(client, "GET", path, NULL, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    const json_t *silence = json_object_get(answer, "silence");
    struct str matcher = matcher_text(client, silence),
               reason = client_text(client, silence, "reason"),
               author = client_text(client, silence, "author"),
               until = client_time(client, silence, "until"),
               held = client_text(client, silence, "held");
    printf("silence %lld by %.*s until %.*s: %.*s\nmatches %.*s\nheld back "
           "%.*s messages\n",
        (long long)id, STR_ARG(author), STR_ARG(until), STR_ARG(reason),
        STR_ARG(matcher), STR_ARG(held));
    json_array_foreach(json_object_get(answer, "held"), i, one)
    {
        struct str n = client_text(client, one, "incident"),
                   channel = client_text(client, one, "channel"),
                   count = client_text(client, one, "messages"),
                   title = client_text(client, one, "title");

        printf("  incident %.*s for %.*s: %.*s: %.*s\n", STR_ARG(n),
            STR_ARG(channel), STR_ARG(count), STR_ARG(title));
    }
    json_decref(answer);
    return CLI_OK;
}

static int
cmd_add(struct client *client, struct silences_options *o)
{
    json_t *answer = NULL, *body = json_object();

    for (size_t i = 0; i < FIELDS; i++) {
        const char *value = *field_of(o, &fields[i]);

        if (value)
            jsonx_set(body, fields[i].name, jsonx_str(str_of(value)));
    }
    if (!o->reason || !o->until) {
        json_decref(body);
        fputs("tocsin: silences add needs --for TIME and --reason TEXT\n",
            stderr);
        return CLI_USAGE;
    }
    int status = client_ask(client, "POST", "/api/v1/silences", body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    struct str id = client_text(client, answer, "id");
    printf("Silence %.*s is in force.\n", STR_ARG(id));
    json_decref(answer);
    return CLI_OK;
}

static int
cmd_end(struct client *client, int64_t id, const char *reason)
{
    char path[64];
    json_t *answer = NULL, *body = json_object();

    snprintf(path, sizeof(path), "/api/v1/silences/%lld/end", (long long)id);
    if (reason)
        jsonx_set(body, "reason", jsonx_str(str_of(reason)));
    int status = client_ask(client, "POST", path, body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    printf("Silence %lld has ended.\n", (long long)id);
    json_decref(answer);
    return CLI_OK;
}

static int
dispatch(struct client *client, struct silences_options *o,
    const char *const *words, size_t nwords)
{
    int64_t id = 0;

    if (nwords == 0 || (nwords == 1 && strcmp(words[0], "list") == 0))
        return cmd_list(client);
    if (nwords == 1 && strcmp(words[0], "add") == 0)
        return cmd_add(client, o);
    if (nwords == 2 && num_parse_i64(str_of(words[1]), 1, INT64_MAX, &id) < 0) {
        fprintf(stderr, "tocsin: \"%s\" is no number of a silence\n", words[1]);
        return CLI_USAGE;
    }
    if (nwords == 2 && strcmp(words[0], "show") == 0)
        return cmd_show(client, id);
    if (nwords == 2 && strcmp(words[0], "end") == 0)
        return cmd_end(client, id, o->reason);
    fputs("tocsin: silences is to be followed by list or add, or by show or "
          "end and a number\n",
        stderr);
    return CLI_USAGE;
}

/* Take one of this command's own options.  False when it is none. */
static bool
take_option(struct silences_options *o, int option)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].option == option) {
            *field_of(o, &fields[i]) = optarg;
            return true;
        }
    }
    return false;
}

int
cmd_silences(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"owner", required_argument, NULL, 'o'},
        {"category", required_argument, NULL, 'c'},
        {"source", required_argument, NULL, 's'},
        {"rule", required_argument, NULL, 'u'},
        {"title", required_argument, NULL, 't'},
        {"incident", required_argument, NULL, 'i'},
        {"max-level", required_argument, NULL, 'm'},
        {"for", required_argument, NULL, 'f'},
        {"idle", required_argument, NULL, 'd'},
        {"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct silences_options o = {0};
    struct client client = {0};
    const char *words[2];
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c != -1 && !take_option(&o, c) && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc) {
            if (nwords == 2)
                break;
            words[nwords++] = argv[optind++];
        }
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = dispatch(&client, &o, words, optind < argc ? 3 : nwords);
    client_close(&client);
    return status;
}
