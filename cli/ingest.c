/*
 * tocsin ingest: items of a hotline, a mailbox or a form, as JSON lines.
 *
 * Lines go to the daemon in batches; "taken" means that the daemon has stored
 * them.  A line that the daemon finds wrong is named with its number, and its
 * batch is sent again without it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/client.h"

enum {
    INGEST_BATCH_BYTES = 48 * 1024, /* of one request: 64 KiB is the most */
    INGEST_BATCH_LINES = 400,
    INGEST_LINE_BYTES = INGEST_BATCH_BYTES - 16
};

struct line {
    struct str text; /* owned */
    size_t number;
};

struct ingest {
    struct client client;
    const char *file; /* for messages */
    struct buf path;
    struct line lines[INGEST_BATCH_LINES];
    size_t nlines, bytes;
    size_t taken, fresh, wrong;
    bool progress;
};

static void
say_wrong(struct ingest *in, size_t number, const char *why)
{
    fprintf(stderr, "%s:%zu:1: %s\n", in->file, number, why);
    in->wrong++;
}

/* --- one batch ----------------------------------------------------------- */

static void
batch_drop(struct ingest *in, size_t i)
{
    free((char *)(uintptr_t)in->lines[i].text.p);
    in->nlines--;
    for (; i < in->nlines; i++)
        in->lines[i] = in->lines[i + 1];
}

static void
batch_clear(struct ingest *in)
{
    while (in->nlines > 0)
        batch_drop(in, in->nlines - 1);
    in->bytes = 0;
}

static int
batch_body(const struct ingest *in, struct buf *out)
{
    (void)buf_add_char(out, '[');
    for (size_t i = 0; i < in->nlines; i++) {
        if (i > 0)
            (void)buf_add_char(out, ',');
        (void)buf_add_str(out, in->lines[i].text);
    }
    (void)buf_add_char(out, ']');
    return out->err;
}

/* Name the wrong lines and take them out; false when it names none. */
static bool
batch_mend(struct ingest *in, const json_t *answer)
{
    bool wrong[INGEST_BATCH_LINES] = {false}, any = false;
    const json_t *list = json_object_get(answer, "errors"), *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        json_int_t item = json_integer_value(json_object_get(one, "item"));
        struct str why = jsonx_get_str(one, "error");

        if (item < 1 || (size_t)item > in->nlines || why.n == 0)
            continue;
        if (!wrong[item - 1])
            say_wrong(in, in->lines[item - 1].number, why.p);
        wrong[item - 1] = any = true;
    }
    for (i = in->nlines; i-- > 0;) {
        if (wrong[i])
            batch_drop(in, i);
    }
    return any;
}

static void
batch_count(struct ingest *in, const json_t *answer)
{
    const json_t *list = json_object_get(answer, "items"), *one;
    size_t i;

    in->taken += in->nlines;
    json_array_foreach(list, i, one)
    {
        struct str outcome = jsonx_get_str(one, "outcome");

        in->fresh +=
            str_eq(outcome, STR("new")) || str_eq(outcome, STR("revised"));
    }
    if (in->progress)
        fprintf(stderr, "\r%zu taken", in->taken);
}

static int
batch_lost(const struct ingest *in, struct str why)
{
    fprintf(stderr,
        "tocsin: lines %zu to %zu were not taken, nor was any after them: "
        "%.*s\n",
        in->lines[0].number, in->lines[in->nlines - 1].number, STR_ARG(why));
    return CLI_FAILED;
}

static int
batch_send(struct ingest *in)
{
    int http = 0, status = CLI_OK;

    /* Each round takes wrong lines out, so there is a last one. */
    while (in->nlines > 0) {
        _cleanup_(buf_done) struct buf body;
        json_t *answer = NULL;

        buf_init(&body, 2 * INGEST_BATCH_BYTES);
        if (batch_body(in, &body) != 0)
            return batch_lost(in, STR("out of memory"));
        status = client_post(
            &in->client, buf_cstr(&in->path), buf_str(&body), &http, &answer);
        if (status != CLI_OK) {
            (void)batch_lost(in, STR("there is no answer"));
            break;
        }
        if (http == 200) {
            batch_count(in, answer);
            if (in->client.json)
                status = client_print_json(json_incref(answer));
            json_decref(answer);
            break;
        }
        if (http != 422 || !batch_mend(in, answer))
            status = batch_lost(in, jsonx_get_str(answer, "error"));
        json_decref(answer);
        if (status != CLI_OK)
            break;
    }
    arena_clear(in->client.arena);
    batch_clear(in);
    return status;
}

/* --- lines --------------------------------------------------------------- */

static int
take_line(struct ingest *in, struct str line, size_t number)
{
    struct toc_error why = {0};
    json_t *json = NULL;
    int status = CLI_OK;

    if (line.n == 0)
        return CLI_OK;
    if (line.n > INGEST_LINE_BYTES) {
        say_wrong(
            in, number, "the line has more than 48 KiB; shorten its text");
        return CLI_OK;
    }
    if (jsonx_load(line, &why, &json) < 0) {
        say_wrong(in, number, why.text);
        return CLI_OK;
    }
    json_decref(json);
    if (in->nlines == INGEST_BATCH_LINES ||
        in->bytes + line.n + 1 > INGEST_BATCH_BYTES)
        status = batch_send(in);
    if (status != CLI_OK)
        return status;
    char *copy = strndup(line.p, line.n);
    if (!copy)
        return CLI_FAILED;
    in->lines[in->nlines++] = (struct line){{copy, line.n}, number};
    in->bytes += line.n + 1;
    return CLI_OK;
}

static int
read_lines(struct ingest *in, FILE *stream)
{
    char *line = NULL;
    size_t cap = 0, number = 0;
    int status = CLI_OK;
    ssize_t n;

    while (status == CLI_OK && (n = getline(&line, &cap, stream)) >= 0)
        status =
            take_line(in, str_trim((struct str){line, (size_t)n}), ++number);
    if (status == CLI_OK && ferror(stream)) {
        fprintf(stderr, "tocsin: %s cannot be read: %s\n", in->file,
            strerror(errno));
        status = CLI_FAILED;
    }
    free(line);
    if (status == CLI_OK && in->nlines > 0)
        status = batch_send(in);
    batch_clear(in);
    return status;
}

static int
read_file(struct ingest *in)
{
    bool standard = strcmp(in->file, "-") == 0;
    FILE *stream = standard ? stdin : fopen(in->file, "re");
    int status;

    if (!stream) {
        fprintf(stderr, "tocsin: %s cannot be opened: %s\n", in->file,
            strerror(errno));
        return CLI_FAILED;
    }
    if (standard)
        in->file = "standard input";
    in->progress = !in->client.json && isatty(STDERR_FILENO);
    status = read_lines(in, stream);
    if (!standard)
        fclose(stream);
    if (in->progress && in->taken > 0)
        fputs("\r", stderr);
    if (!in->client.json)
        printf("%zu taken, %zu of them new or changed, %zu wrong.\n", in->taken,
            in->fresh, in->wrong);
    return in->wrong > 0 ? CLI_FAILED : status;
}

int
cmd_ingest(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"source", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    static struct ingest in;
    const char *source = NULL;
    int c;

    in = (struct ingest){.file = "-"};
    while ((c = client_getopt(argc, argv, options)) != -1) {
        if (c == 's')
            source = optarg;
        else if (!client_option(&in.client, c))
            return CLI_USAGE;
    }
    if (!source || argc - optind > 1) {
        fputs(
            "tocsin: ingest needs --source ID and at most one FILE\n", stderr);
        return CLI_USAGE;
    }
    if (optind < argc)
        in.file = argv[optind];
    buf_init(&in.path, 1024);
    buf_add_cstr(&in.path, "/api/v1/items?source=");
    client_add_query(&in.path, source);
    int status = in.path.err ? CLI_FAILED : client_open(&in.client);
    /* Answers are forgotten batch by batch; the socket's path is not. */
    char *socket =
        status == CLI_OK ? strndup(in.client.path.p, in.client.path.n) : NULL;
    if (socket)
        in.client.path.p = socket;
    if (status == CLI_OK)
        status = socket ? read_file(&in) : CLI_FAILED;
    free(socket);
    client_close(&in.client);
    buf_done(&in.path);
    return status;
}
