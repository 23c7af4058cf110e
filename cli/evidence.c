/*
 * tocsin evidence: what is kept of an incident as received, and how long.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/tbl.h"
#include "cli/cli.h"
#include "cli/client.h"

struct evidence_options {
    const char *out, *reason;
};

static int
print_list(struct client *client, json_t *answer)
{
    static const char *const headings[] = {
        "N", "received", "kind", "source", "bytes", "kept", "sha256"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(7);
    json_t *list = json_object_get(answer, "evidence"), *piece;
    json_t *keeping = json_object_get(answer, "keeping");
    struct str hold = jsonx_get_str(keeping, "hold");
    size_t i;

    if (!table)
        return CLI_FAILED;
    for (size_t h = 0; h < 7; h++)
        tbl_heading(
            table, h, headings[h], h == 0 || h == 4 ? TBL_RIGHT : TBL_LEFT);
    json_array_foreach(list, i, piece)
    {
        tbl_add(table, client_text(client, piece, "id"));
        tbl_add(table, client_time(client, piece, "at"));
        tbl_add(table, client_text(client, piece, "kind"));
        tbl_add(table, client_text(client, piece, "source"));
        tbl_add(table, client_text(client, piece, "bytes"));
        tbl_add(table, client_text(client, piece, "kept"));
        tbl_add(table, client_text(client, piece, "sha256"));
    }
    tbl_print(table, stdout, 0);
    if (hold.n)
        printf("It is held: %.*s\n", STR_ARG(hold));
    return CLI_OK;
}

/* Put what the further pages have behind what answer has. */
static int
add_pages(struct client *client, int64_t id, json_t *answer)
{
    json_t *list = json_object_get(answer, "evidence");
    int64_t after = json_integer_value(json_object_get(answer, "next"));
    int status = CLI_OK;

    while (status == CLI_OK && after > 0) {
        char path[96];
        json_t *page = NULL;

        snprintf(path, sizeof path,
            "/api/v1/incidents/%lld/evidence?after=%lld", (long long)id,
            (long long)after);
        status = client_ask(client, "GET", path, NULL, &page);
        if (status != CLI_OK)
            break;
        (void)json_array_extend(list, json_object_get(page, "evidence"));
        after = json_integer_value(json_object_get(page, "next"));
        json_decref(page);
    }
    (void)json_object_del(answer, "next");
    return status;
}

static int
cmd_list(struct client *client, int64_t id)
{
    char path[96];
    json_t *answer = NULL;
    int status;

    snprintf(
        path, sizeof path, "/api/v1/incidents/%lld/evidence", (long long)id);
    status = client_ask(client, "GET", path, NULL, &answer);
    if (status == CLI_OK)
        status = add_pages(client, id, answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    status = print_list(client, answer);
    json_decref(answer);
    return status;
}

/* Write bytes to a new file that only its owner reads. */
static int
write_file(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t at = 0;

    while (fd >= 0 && at < bytes.n) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    if (fd < 0 || (close(fd) != 0) || at < bytes.n) {
        fprintf(stderr, "tocsin: %s cannot be written: %s\n", path,
            strerror(errno));
        return CLI_FAILED;
    }
    return CLI_OK;
}

static int
evidence_export(struct client *client, int64_t id, const char *out, int64_t after)
{
    char path[128], name[64];
    struct str bytes;
    int status;

    snprintf(path, sizeof path,
        "/api/v1/incidents/%lld/evidence/archive?after=%lld", (long long)id,
        (long long)after);
    if (after)
        snprintf(name, sizeof name, "incident-%lld-evidence-%lld.zip",
            (long long)id, (long long)after);
    else
        snprintf(
            name, sizeof name, "incident-%lld-evidence.zip", (long long)id);
    status = client_get(client, path, &bytes);
    if (status == CLI_OK)
        status = write_file(out ? out : name, bytes);
    if (status == CLI_OK)
        printf("%s: %zu bytes; unpack it and run sha256sum -c SHA256SUMS\n",
            out ? out : name, bytes.n);
    return status;
}

/* One archive, or as many as all pieces need. */
static int
cmd_export_all(struct client *client, int64_t id, const char *out)
{
    int64_t after = 0;
    int status;

    do {
        char path[128];
        json_t *answer = NULL;

        status = evidence_export(client, id, out, after);
        if (status != CLI_OK)
            return status;
        snprintf(path, sizeof path,
            "/api/v1/incidents/%lld/evidence?after=%lld", (long long)id,
            (long long)after);
        status = client_ask(client, "GET", path, NULL, &answer);
        if (status != CLI_OK)
            return status;
        after = json_integer_value(json_object_get(answer, "next"));
        json_decref(answer);
        out = NULL; /* the first alone is called so */
    } while (after > 0);
    return CLI_OK;
}

static int
cmd_keep(
    struct client *client, const char *verb, int64_t id, const char *reason)
{
    char path[96];
    json_t *answer = NULL, *body = json_object();
    int status;

    if (!reason && strcmp(verb, "assess") != 0) {
        json_decref(body);
        fprintf(stderr, "tocsin: evidence %s needs --reason TEXT\n", verb);
        return CLI_USAGE;
    }
    snprintf(
        path, sizeof path, "/api/v1/incidents/%lld/keeping", (long long)id);
    jsonx_set(body, "action", json_string(verb));
    if (reason)
        jsonx_set(body, "reason", jsonx_str(str_of(reason)));
    status = client_ask(client, "POST", path, body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    printf("Incident %lld is %s.\n", (long long)id,
        strcmp(verb, "hold") == 0      ? "held"
        : strcmp(verb, "release") == 0 ? "no longer held"
                                       : "assessed");
    json_decref(answer);
    return CLI_OK;
}

static int
dispatch(struct client *client, const struct evidence_options *o,
    const char *const *words, size_t nwords)
{
    static const char *const keeping[] = {"hold", "release", "assess"};
    int64_t id;

    if (nwords == 2 &&
        num_parse_i64(str_of(words[1]), 1, INT64_MAX, &id) == 0) {
        if (strcmp(words[0], "list") == 0)
            return cmd_list(client, id);
        if (strcmp(words[0], "export") == 0)
            return cmd_export_all(client, id, o->out);
        for (size_t i = 0; i < sizeof keeping / sizeof *keeping; i++)
            if (strcmp(words[0], keeping[i]) == 0)
                return cmd_keep(client, keeping[i], id, o->reason);
    }
    fputs("tocsin: evidence is to be followed by list, export, hold, release "
          "or assess, and the number of an incident\n",
        stderr);
    return CLI_USAGE;
}

int
cmd_evidence(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"out", required_argument, NULL, 'o'},
        {"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct evidence_options o = {0};
    struct client client = {0};
    const char *words[3] = {NULL, NULL, NULL};
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);

        if (c == 'o')
            o.out = optarg;
        else if (c == 'r')
            o.reason = optarg;
        else if (c != -1 && !client_option(&client, c))
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
