/*
 * tocsin purge: lets go of what was kept long enough, or says how much that
 * is.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/client.h"

static void
print_counts(json_t *counts, const char *what)
{
    const char *name;
    json_t *n;

    json_object_foreach(counts, name, n)
    {
        if (json_is_integer(n))
            printf("  %-12s %lld %s\n", name, (long long)json_integer_value(n),
                what);
    }
}

static int
purge(struct client *client, bool dry)
{
    json_t *answer = NULL;
    int status = dry ? client_ask(client, "GET", "/api/v1/purge", NULL, &answer)
                     : client_ask(client, "POST", "/api/v1/purge",
                           json_object(), &answer);

    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    if (dry)
        print_counts(json_object_get(answer, "would_go"), "would go");
    else
        print_counts(answer, "gone");
    json_decref(answer);
    return CLI_OK;
}

int
cmd_purge(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"dry-run", no_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    struct client client = {0};
    bool dry = false;
    int c;

    while ((c = client_getopt(argc, argv, options)) != -1) {
        if (c == 'd')
            dry = true;
        else if (!client_option(&client, c))
            return CLI_USAGE;
    }
    if (optind < argc) {
        fputs("tocsin: purge takes no argument\n", stderr);
        return CLI_USAGE;
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = purge(&client, dry);
    client_close(&client);
    return status;
}
