/*
 * tocsin status: how the daemon is, in a screen.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"

static void
line(const char *label, struct str value)
{
    printf("%-16s%.*s\n", label, STR_ARG(value));
}

/* One line per figure that the engine adds of itself. */
static void
print_engine(struct client *client, json_t *engine)
{
    const char *key;
    json_t *value;

    json_object_foreach(engine, key, value)
    {
        if (json_is_object(value) || json_is_array(value)) {
            _cleanup_(buf_done) struct buf text;
            buf_init(&text, 65536);
            jsonx_dump(value, &text);
            line(key, buf_str(&text));
        } else {
            line(key, client_text(client, engine, key));
        }
    }
}

static void
print_status(struct client *client, json_t *s)
{
    json_t *open = json_object_get(s, "open");

    line("bureau", client_text(client, s, "bureau"));
    line("version", client_text(client, s, "version"));
    line("generation", client_text(client, s, "generation"));
    line("last commit", client_time(client, s, "last_commit"));
    line("sources", client_text(client, s, "sources"));
    line("items", client_text(client, s, "items"));
    printf("%-16s%.*s open (red %.*s, orange %.*s, yellow %.*s, blue %.*s), "
           "%.*s not acknowledged\n",
        "incidents", STR_ARG(client_text(client, s, "open_incidents")),
        STR_ARG(client_text(client, open, "red")),
        STR_ARG(client_text(client, open, "orange")),
        STR_ARG(client_text(client, open, "yellow")),
        STR_ARG(client_text(client, open, "blue")),
        STR_ARG(client_text(client, s, "unacknowledged")));
    printf("%-16s%.*s pending, %.*s dead letters\n", "deliveries",
        STR_ARG(client_text(client, s, "deliveries_pending")),
        STR_ARG(client_text(client, s, "deliveries_dead")));
    line("conditions", client_text(client, s, "conditions_open"));
    print_engine(client, json_object_get(s, "engine"));
}

/* Whether anything waits for a person's hand. */
static bool
is_wrong(const json_t *s)
{
    return json_integer_value(json_object_get(s, "conditions_open")) > 0 ||
           json_integer_value(json_object_get(s, "deliveries_dead")) > 0;
}

int
cmd_status(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"check", no_argument, NULL, 'k'}, {NULL, 0, NULL, 0}};
    struct client client = {0};
    json_t *answer = NULL;
    bool check = false;
    int c;

    while ((c = client_getopt(argc, argv, options)) != -1) {
        if (c == 'k')
            check = true;
        else if (!client_option(&client, c))
            return CLI_USAGE;
    }
    if (optind < argc) {
        fputs("tocsin: status takes no argument\n", stderr);
        return CLI_USAGE;
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = client_ask(&client, "GET", "/api/v1/status", NULL, &answer);
    if (status == CLI_OK) {
        if (check && is_wrong(answer))
            status = CLI_FAILED;
        if (client.json)
            client_print_json(json_incref(answer));
        else
            print_status(&client, answer);
        json_decref(answer);
    }
    client_close(&client);
    return status;
}
