/*
 * tocsin rota: who is on call, and changes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "daemon/config.h"

enum { ROTA_MAX_WORDS = 4 };

/* What was asked for, beyond the common options. */
struct wish {
    struct client client;
    const char *days, *from, *until, *instead, *reason;
};

/* --- showing ----------------------------------------------------------------
 */

static struct str
names(struct client *client, const json_t *list)
{
    struct str text = STR("");
    json_t *name;
    size_t i;

    json_array_foreach(list, i, name) text = arena_printf(client->arena,
        "%.*s%s%s", STR_ARG(text), i ? ", " : "", json_string_value(name));
    return text.n ? text : STR("nobody");
}

static void
print_shifts(struct client *client, const json_t *list)
{
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(3);
    json_t *shift;
    size_t i;

    if (!table)
        return;
    tbl_heading(table, 0, "from", TBL_LEFT);
    tbl_heading(table, 1, "until", TBL_LEFT);
    tbl_heading(table, 2, "on call", TBL_LEFT);
    json_array_foreach(list, i, shift)
    {
        tbl_add(table, client_time(client, shift, "from"));
        tbl_add(table, client_time(client, shift, "until"));
        tbl_add(table, names(client, json_object_get(shift, "people")));
    }
    tbl_print(table, stdout, tbl_terminal_width(stdout));
}

static void
print_changes(struct client *client, const json_t *rota)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(rota, "overrides"), i, one)
    {
        struct str instead = client_text(client, one, "instead");

        printf("override %.*s: %.*s %.*s%s%.*s, %.*s to %.*s, by %.*s\n",
            STR_ARG(client_text(client, one, "id")),
            STR_ARG(client_text(client, one, "kind")),
            STR_ARG(client_text(client, one, "person")),
            instead.n ? " instead of " : "", STR_ARG(instead),
            STR_ARG(client_time(client, one, "from")),
            STR_ARG(client_time(client, one, "until")),
            STR_ARG(client_text(client, one, "by")));
    }
    json_array_foreach(json_object_get(rota, "handovers"), i, one)
    {
        struct str state = client_text(client, one, "state");

        if (str_eq(state, STR("waiting")) || str_eq(state, STR("overdue")))
            printf("hand-over %.*s: %.*s is to take over before %.*s (%.*s)\n",
                STR_ARG(client_text(client, one, "id")),
                STR_ARG(client_text(client, one, "person")),
                STR_ARG(client_time(client, one, "due")), STR_ARG(state));
    }
}

static int
ask(struct wish *wish, json_t **ret)
{
    _cleanup_(buf_done) struct buf path;

    buf_init(&path, 256);
    buf_add_cstr(&path, "/api/v1/duty");
    if (wish->days) {
        buf_add_cstr(&path, "?days=");
        client_add_query(&path, wish->days);
    }
    return client_ask(&wish->client, "GET", buf_cstr(&path), NULL, ret);
}

static int
show(struct wish *wish)
{
    struct client *client = &wish->client;
    json_t *answer = NULL, *rota;
    size_t i;
    int status = ask(wish, &answer);

    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    if (json_array_size(json_object_get(answer, "rotas")) == 0)
        puts("there is no rota in the configuration");
    json_array_foreach(json_object_get(answer, "rotas"), i, rota)
    {
        printf("%s%.*s: %.*s\n", i ? "\n" : "",
            STR_ARG(client_text(client, rota, "name")),
            STR_ARG(names(client, json_object_get(rota, "on_call"))));
        print_shifts(client, json_object_get(rota, "shifts"));
        print_changes(client, rota);
    }
    json_decref(answer);
    return CLI_OK;
}

/* Hours with nobody: failed when there are any. */
static int
gaps(struct wish *wish)
{
    struct client *client = &wish->client;
    json_t *answer = NULL, *rota, *gap;
    size_t i, k;
    int status = ask(wish, &answer);

    if (status != CLI_OK)
        return status;
    json_array_foreach(json_object_get(answer, "rotas"), i, rota)
    {
        json_array_foreach(json_object_get(rota, "gaps"), k, gap)
        {
            printf("%.*s: nobody from %.*s to %.*s\n",
                STR_ARG(client_text(client, rota, "name")),
                STR_ARG(client_time(client, gap, "from")),
                STR_ARG(client_time(client, gap, "until")));
            status = CLI_FAILED;
        }
    }
    json_decref(answer);
    return status;
}

/* --- by the configuration alone
 * ------------------------------------------------ */

/* 2026-06-07T08:30 in the zone, or RFC 3339. */
static int
read_time(const struct zone *zone, const char *text, struct wall *ret)
{
    char full[32];
    struct wall utc;
    struct civil civil;

    if (strlen(text) != sizeof("2026-06-07T08:30") - 1)
        return timefmt_parse_rfc3339(str_of(text), ret);
    (void)snprintf(full, sizeof full, "%.16s:00Z", text);
    if (timefmt_parse_rfc3339(str_of(full), &utc) != 0)
        return E_PARSE;
    civil = civil_of_wall(utc, 0);
    *ret = zone_to_wall(zone, &civil);
    return 0;
}

static int
print_at(const struct config *config, const char *text)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
    struct wall t;

    if (!arena || read_time(config->duty.zone, text, &t) != 0) {
        fprintf(stderr,
            "tocsin: \"%s\" is no time; 2026-06-07T08:30 would be right\n",
            text);
        return CLI_USAGE;
    }
    for (size_t i = 0; i < config->duty.nrotas; i++) {
        const struct rota *rota = &config->duty.rotas[i];
        struct rota_context context = {.calendar = &config->duty.calendar};
        struct on_call on_call;

        if (duty_extras(config, rota->name, t, arena, &context.extras,
                &context.nextras) != 0)
            return CLI_FAILED;
        rota_at(rota, &context, t, &on_call);
        printf("%.*s:", STR_ARG(rota->name));
        for (size_t k = 0; k < on_call.n; k++)
            printf(" %.*s", STR_ARG(on_call.names[k]));
        puts(on_call.n ? "" : " nobody");
    }
    return CLI_OK;
}

static int
at(struct wish *wish, const char *text)
{
    struct toc_errors errors = {0};
    struct config *config = NULL;
    struct ruleset *rules = NULL;
    const char *path = wish->client.config;
    int status;

    if (!path)
        path = getenv("TOCSIN_CONFIG");
    if (!path || !*path)
        path = "/etc/tocsin/tocsin.yaml";
    if (digest_init() < 0)
        return CLI_FAILED;
    if (config_load(path, &errors, &config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    status = print_at(config, text);
    ruleset_free(rules);
    config_free(config);
    return status;
}

/* --- changing
 * -------------------------------------------------------------------- */

static int
post(struct wish *wish, const char *path, json_t *body_taken, const char *done)
{
    json_t *answer = NULL;
    int status = client_ask(&wish->client, "POST", path, body_taken, &answer);

    if (status != CLI_OK)
        return status;
    if (wish->client.json)
        return client_print_json(answer);
    if (json_object_get(answer, "id"))
        printf("%s: %.*s\n", done,
            STR_ARG(client_text(&wish->client, answer, "id")));
    else
        puts(done);
    json_decref(answer);
    return CLI_OK;
}

/* A time of the command line as RFC 3339; NULL when it is none. */
static json_t *
time_json(struct wish *wish, const char *text, const char *option)
{
    struct wall t;

    if (text && read_time(wish->client.zone, text, &t) == 0)
        return jsonx_time(t);
    fprintf(stderr, "tocsin: --%s is to be a time such as 2026-06-07T08:30\n",
        option);
    return NULL;
}

static int
change(
    struct wish *wish, const char *kind, const char *rota, const char *person)
{
    json_t *from = time_json(wish, wish->from, "from");
    json_t *until = from ? time_json(wish, wish->until, "until") : NULL;
    json_t *body;

    if (!until) {
        json_decref(from);
        return CLI_USAGE;
    }
    body = json_object();
    (void)jsonx_set(body, "rota", jsonx_str(str_of(rota)));
    (void)jsonx_set(body, "kind", json_string(kind));
    (void)jsonx_set(body, "person", jsonx_str(str_of(person)));
    if (wish->instead)
        (void)jsonx_set(body, "instead", jsonx_str(str_of(wish->instead)));
    if (wish->reason)
        (void)jsonx_set(body, "reason", jsonx_str(str_of(wish->reason)));
    (void)jsonx_set(body, "from", from);
    (void)jsonx_set(body, "until", until);
    return post(wish, "/api/v1/duty/overrides", body, "override");
}

static int
by_number(
    struct wish *wish, const char *number, const char *format, const char *done)
{
    char path[128];
    int64_t id;

    if (num_parse_i64(str_of(number), 1, INT64_MAX, &id) != 0) {
        fprintf(stderr, "tocsin: \"%s\" is no number\n", number);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path,
        strcmp(format, "drop") == 0 ? "/api/v1/duty/overrides/%lld/drop"
                                    : "/api/v1/handovers/%lld/accept",
        (long long)id);
    return post(wish, path, json_object(), done);
}

static int
usage(void)
{
    fputs("tocsin: rota show, gaps, at TIME, add|replace|remove ROTA PERSON, "
          "drop N or accept N\n",
        stderr);
    return CLI_USAGE;
}

static int
run(struct wish *wish, int argc, char **argv)
{
    const char *verb = argc > 0 ? argv[0] : "show";
    bool changes = strcmp(verb, "add") == 0 || strcmp(verb, "replace") == 0 ||
                   strcmp(verb, "remove") == 0;
    int status;

    if (strcmp(verb, "at") == 0)
        return argc == 2 ? at(wish, argv[1]) : usage();
    if (!((strcmp(verb, "show") == 0 && argc <= 1) ||
            (strcmp(verb, "gaps") == 0 && argc == 1) ||
            (changes && argc == 3) ||
            (argc == 2 &&
                (strcmp(verb, "drop") == 0 || strcmp(verb, "accept") == 0))))
        return usage();
    status = client_open(&wish->client);
    if (status != CLI_OK)
        return status;
    if (strcmp(verb, "show") == 0)
        status = show(wish);
    else if (strcmp(verb, "gaps") == 0)
        status = gaps(wish);
    else if (changes)
        status = change(wish, verb, argv[1], argv[2]);
    else
        status = by_number(wish, argv[1], verb,
            strcmp(verb, "drop") == 0 ? "dropped" : "taken over");
    client_close(&wish->client);
    return status;
}

/* Take one option.  False when it is wrong. */
static bool
take(struct wish *wish, int c)
{
    switch (c) {
    case 'd':
        wish->days = optarg;
        return true;
    case 'f':
        wish->from = optarg;
        return true;
    case 'u':
        wish->until = optarg;
        return true;
    case 'i':
        wish->instead = optarg;
        return true;
    case 'r':
        wish->reason = optarg;
        return true;
    default:
        return client_option(&wish->client, c);
    }
}

int
cmd_rota(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"days", required_argument, NULL, 'd'},
        {"from", required_argument, NULL, 'f'},
        {"until", required_argument, NULL, 'u'},
        {"instead", required_argument, NULL, 'i'},
        {"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct wish wish = {.days = NULL};
    char *words[ROTA_MAX_WORDS];
    int n = 0;

    /* Words and options in any order. */
    while (optind < argc) {
        int c = client_getopt(argc, argv, options);

        if (c != -1 && !take(&wish, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc) {
            if (n == ROTA_MAX_WORDS)
                return usage();
            words[n++] = argv[optind++];
        }
    }
    return run(&wish, n, words);
}
