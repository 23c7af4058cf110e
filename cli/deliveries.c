/*
 * tocsin deliveries: the outbox and the dead letters.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

struct deliveries_options {
    const char *state, *channel, *limit;
    bool dead;
};

/* --- list ------------------------------------------------------------------
 */

static void
add_delivery(struct client *client, struct tbl *table, const json_t *one)
{
    int64_t folded = json_integer_value(json_object_get(one, "folded"));

    tbl_add(table, client_text(client, one, "id"));
    tbl_add(table, client_text(client, one, "state"));
    tbl_add(table, client_text(client, one, "channel"));
    tbl_add(table, client_text(client, one, "type"));
    tbl_add(table, client_text(client, one, "incident"));
    tbl_add(table, client_time(client, one, "created"));
    tbl_add(table, client_text(client, one, "attempts"));
    tbl_add(table, folded ? arena_printf(client->arena, "in digest %lld",
                                (long long)folded)
                          : client_text(client, one, "last_error"));
}

static void
add_channel(struct client *client, struct tbl *table, const json_t *one)
{
    tbl_add(table, client_text(client, one, "id"));
    tbl_add(table, client_text(client, one, "state"));
    tbl_add(table, client_text(client, one, "pending"));
    tbl_add(table, client_text(client, one, "dead"));
    tbl_add(table, client_time(client, one, "last"));
    tbl_add(table, client_time(client, one, "canary_accepted"));
    tbl_add(table, client_text(client, one, "why"));
}

static void
print_table(struct client *client, const json_t *list, const char *const *names,
    size_t n,
    void (*add)(struct client *client, struct tbl *table, const json_t *one))
{
    struct tbl *table = tbl_new(n);
    const json_t *one;
    size_t i;

    for (i = 0; table && i < n; i++)
        tbl_heading(table, i, names[i], TBL_LEFT);
    if (table == NULL)
        return;
    json_array_foreach(list, i, one) add(client, table, one);
    tbl_print(table, stdout, tbl_terminal_width(stdout));
    tbl_free(table);
}

static int
list(struct client *client, const struct deliveries_options *o)
{
    static const char *const channels[] = {"CHANNEL", "STATE", "WAITING",
        "DEAD", "LAST ACCEPTED", "LAST CHECK", "WHY"};
    static const char *const rows[] = {"ID", "STATE", "CHANNEL", "TYPE",
        "INCIDENT", "CREATED", "TRIES", "WHY"};
    struct buf path;
    json_t *answer = NULL;
    int status;

    buf_init(&path, 4096);
    buf_printf(&path, "/api/v1/deliveries?state=");
    client_add_query(&path, o->dead ? "dead" : o->state ? o->state : "all");
    buf_printf(&path, "&limit=");
    client_add_query(&path, o->limit ? o->limit : "50");
    status = client_ask(client, "GET", buf_cstr(&path), NULL, &answer);
    buf_done(&path);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    print_table(
        client, json_object_get(answer, "channels"), channels, 7, add_channel);
    putchar('\n');
    print_table(
        client, json_object_get(answer, "deliveries"), rows, 8, add_delivery);
    json_decref(answer);
    return CLI_OK;
}

/* --- resend -----------------------------------------------------------------
 */

static int
resend(struct client *client, const char *path, json_t *body_taken)
{
    json_t *answer = NULL;
    int status = client_ask(client, "POST", path, body_taken, &answer);

    if (status == CLI_OK && client->json)
        return client_print_json(answer);
    json_decref(answer);
    return status;
}

static int
resend_dead(struct client *client, const struct deliveries_options *o)
{
    json_t *body = json_object();

    if (o->channel)
        (void)jsonx_set(body, "channel", json_string(o->channel));
    return resend(client, "/api/v1/deliveries/resend", body);
}

static int
resend_some(struct client *client, char **ids, int n)
{
    int status = CLI_OK;

    for (int i = 0; i < n && status == CLI_OK; i++) {
        char path[80];
        int64_t id;

        if (num_parse_i64(str_of(ids[i]), 1, INT64_MAX, &id) != 0) {
            fprintf(
                stderr, "tocsin: \"%s\" is no number of a message\n", ids[i]);
            return CLI_USAGE;
        }
        (void)snprintf(
            path, sizeof path, "/api/v1/deliveries/%lld/resend", (long long)id);
        status = resend(client, path, json_object());
    }
    return status;
}

/* --- the command ------------------------------------------------------------
 */

static int
run(struct client *client, const struct deliveries_options *o, char **words,
    int n)
{
    if (n == 0 || (n == 1 && strcmp(words[0], "list") == 0))
        return list(client, o);
    if (strcmp(words[0], "resend") == 0 && n > 1)
        return resend_some(client, words + 1, n - 1);
    if (strcmp(words[0], "resend") == 0 && o->dead)
        return resend_dead(client, o);
    fputs("tocsin: deliveries takes list, resend ID…, or resend --dead\n",
        stderr);
    return CLI_USAGE;
}

int
cmd_deliveries(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"dead", no_argument, NULL, 'd'},
        {"state", required_argument, NULL, 's'},
        {"channel", required_argument, NULL, 'c'},
        {"limit", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    struct deliveries_options o = {0};
    struct client client = {0};
    int status, n = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);

        if (c == 'd')
            o.dead = true;
        else if (c == 's')
            o.state = optarg;
        else if (c == 'c')
            o.channel = optarg;
        else if (c == 'n')
            o.limit = optarg;
        else if (c != -1 && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc)
            argv[n++] = argv[optind++]; /* what was read makes room */
    }
    status = client_open(&client);
    if (status == CLI_OK)
        status = run(&client, &o, argv, n);
    client_close(&client);
    return status;
}
