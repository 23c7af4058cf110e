/*
 * tocsin explain: who would be told of an incident now, and why (not).
 */
#include <stdio.h>

#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

static void
print_channels(struct client *client, json_t *list)
{
    static const char *const headings[] = {
        "channel", "", "word", "until", "why"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(5);
    json_t *one;
    size_t i;

    if (!table)
        return;
    for (size_t h = 0; h < 5; h++)
        tbl_heading(table, h, headings[h], TBL_LEFT);
    json_array_foreach(list, i, one)
    {
        tbl_add(table, client_text(client, one, "channel"));
        tbl_add(table, client_text(client, one, "decision"));
        tbl_add(table, client_text(client, one, "word"));
        tbl_add(table, client_time(client, one, "until"));
        tbl_add(table, client_text(client, one, "why"));
    }
    tbl_print(table, stdout, tbl_terminal_width(stdout));
}

static void
print_rest(struct client *client, const json_t *answer)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(answer, "silences"), i, one)
    {
        struct str id = client_text(client, one, "id"),
                   author = client_text(client, one, "author"),
                   reason = client_text(client, one, "reason"),
                   until = client_time(client, one, "until");

        printf("silence %.*s by %.*s until %.*s: %.*s\n", STR_ARG(id),
            STR_ARG(author), STR_ARG(until), STR_ARG(reason));
    }
    json_array_foreach(json_object_get(answer, "on_call"), i, one)
    {
        struct str rota = client_text(client, one, "rota");
        json_t *person;
        size_t k;

        printf("on call (%.*s):", STR_ARG(rota));
        json_array_foreach(json_object_get(one, "people"), k, person)
            printf("%s %s", k ? "," : "", json_string_value(person));
        putchar('\n');
    }
    json_array_foreach(json_object_get(answer, "contacts"), i, one)
    {
        struct str name = client_text(client, one, "name"),
                   role = client_text(client, one, "role"),
                   mobile = client_text(client, one, "mobile");

        printf("contact: %.*s  %.*s  %.*s\n", STR_ARG(name), STR_ARG(role),
            STR_ARG(mobile));
    }
    json_array_foreach(json_object_get(answer, "next"), i, one)
    {
        struct str what = client_text(client, one, "what"),
                   name = client_text(client, one, "name"),
                   at = client_time(client, one, "at");

        printf("%.*s  %.*s%s%.*s\n", STR_ARG(at), STR_ARG(what),
            name.n ? ": " : "", STR_ARG(name));
    }
}

static void
print_explained(struct client *client, const json_t *answer)
{
    const json_t *incident = json_object_get(answer, "incident");
    struct str id = client_text(client, incident, "id"),
               level = client_text(client, incident, "level"),
               state = client_text(client, incident, "state"),
               title = client_text(client, incident, "title"),
               routes = client_text(client, answer, "routes");

    printf("incident %.*s, %.*s, %.*s: %.*s\n", STR_ARG(id), STR_ARG(level),
        STR_ARG(state), STR_ARG(title));
    printf("routes: %.*s\n", STR_ARG(routes));
    print_channels(client, json_object_get(answer, "channels"));
    print_rest(client, answer);
}

static int
explain(struct client *client, int64_t id)
{
    char path[80];
    json_t *answer = NULL;

    snprintf(
        path, sizeof(path), "/api/v1/incidents/%lld/explain", (long long)id);
    int status = client_ask(client, "GET", path, NULL, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    print_explained(client, answer);
    json_decref(answer);
    return CLI_OK;
}

int
cmd_explain(int argc, char **argv)
{
    static const struct option options[] = {
        CLIENT_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    struct client client = {0};
    const char *word = NULL;
    int64_t id;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c != -1 && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc && word)
            break;
        if (c == -1 && optind < argc)
            word = argv[optind++];
    }
    if (!word || optind < argc ||
        num_parse_i64(str_of(word), 1, INT64_MAX, &id) < 0) {
        fputs("tocsin: explain is to be followed by the number of an "
              "incident\n",
            stderr);
        return CLI_USAGE;
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = explain(&client, id);
    client_close(&client);
    return status;
}
