/*
 * tocsin sources: the sources, and what is wrong with each; by the second
 * word what works on the configuration's sources (sources_….c).
 */
#include <stdio.h>
#include <string.h>

#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

/* The sentences of a source's open conditions, joined. */
static struct str
conditions(struct client *client, const json_t *source)
{
    json_t *list = json_object_get(source, "conditions"), *condition;
    struct str joined = STR("");
    size_t i;

    json_array_foreach(list, i, condition)
    {
        struct str text = client_text(client, condition, "text");
        if (text.n == 0)
            text = client_text(client, condition, "kind");
        joined = arena_printf(client->arena, "%.*s%s%.*s", STR_ARG(joined),
            i ? "; " : "", STR_ARG(text));
    }
    return joined;
}

static int
print_sources(struct client *client, json_t *list, bool only_wrong)
{
    static const char *const headings[] = {"source", "kind", "state", "items",
        "last success", "next poll", "failures", "condition"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(8);
    json_t *source;
    size_t i;

    if (!table)
        return CLI_FAILED;
    for (size_t h = 0; h < 8; h++)
        tbl_heading(
            table, h, headings[h], h == 3 || h == 6 ? TBL_RIGHT : TBL_LEFT);
    json_array_foreach(list, i, source)
    {
        struct str wrong = conditions(client, source);
        if (only_wrong && wrong.n == 0)
            continue;
        tbl_add(table, client_text(client, source, "id"));
        tbl_add(table, client_text(client, source, "kind"));
        tbl_add(table, client_text(client, source, "state"));
        tbl_add(table, client_text(client, source, "items"));
        tbl_add(table, client_time(client, source, "last_success"));
        tbl_add(table, client_time(client, source, "next_poll"));
        tbl_add(table, client_text(client, source, "failures"));
        tbl_add(table, wrong);
    }
    tbl_print(table, stdout, tbl_terminal_width(stdout));
    return CLI_OK;
}

static int
list_sources(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"wrong", no_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
    struct client client = {0};
    json_t *answer = NULL;
    bool only_wrong = false;
    int c;

    while ((c = client_getopt(argc, argv, options)) != -1) {
        if (c == 'w')
            only_wrong = true;
        else if (!client_option(&client, c))
            return CLI_USAGE;
    }
    if (optind < argc) {
        fputs("tocsin: sources list takes no argument\n", stderr);
        return CLI_USAGE;
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = client_ask(&client, "GET", "/api/v1/sources", NULL, &answer);
    if (status == CLI_OK && client.json) {
        status = client_print_json(answer);
    } else if (status == CLI_OK) {
        status = print_sources(
            &client, json_object_get(answer, "sources"), only_wrong);
        json_decref(answer);
    }
    client_close(&client);
    return status;
}

static const struct command commands[] = {{"list", "", "", "", list_sources},
    {"add", "", "", "", cmd_sources_add},
    {"test", "", "", "", cmd_sources_test},
    {"import", "", "", "", cmd_sources_import},
    {"export", "", "", "", cmd_sources_export}, {NULL, NULL, NULL, NULL, NULL}};

int
cmd_sources(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-')
        return list_sources(argc, argv);
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c->run(argc - 1, argv + 1);
    fprintf(stderr,
        "tocsin: there is no command \"sources %s\"; `tocsin help sources` "
        "lists them\n",
        argv[1]);
    return CLI_USAGE;
}
