/*
 * tocsin reload: asks the daemon to read its configuration again.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/client.h"

int
cmd_reload(int argc, char **argv)
{
    static const struct option options[] = {
        CLIENT_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    struct client client = {0};
    json_t *answer = NULL;
    int c;

    while ((c = client_getopt(argc, argv, options)) != -1)
        if (!client_option(&client, c))
            return CLI_USAGE;
    if (optind < argc) {
        fputs("tocsin: reload takes no argument\n", stderr);
        return CLI_USAGE;
    }
    int status = client_open(&client);
    if (status == CLI_OK)
        status = client_ask(
            &client, "POST", "/api/v1/reload", json_object(), &answer);
    if (status == CLI_OK && client.json) {
        status = client_print_json(answer);
    } else if (status == CLI_OK) {
        struct str generation = client_text(&client, answer, "generation");
        printf("The new configuration is in force, generation %.*s.\n",
            STR_ARG(generation));
        json_decref(answer);
    }
    client_close(&client);
    return status;
}
