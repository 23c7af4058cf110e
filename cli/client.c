/*
 * client: see client.h.
 */
#include "cli/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/yaml.h"
#include "cli/cli.h"
#include "net/http.h"

#define DEFAULT_CONFIG "/etc/tocsin/tocsin.yaml"
#define DEFAULT_SOCKET "/run/tocsin/console.sock"
#define DEFAULT_ZONE "Asia/Shanghai"

bool
client_option(struct client *client, int option)
{
    switch (option) {
    case 'S':
        client->socket = optarg;
        return true;
    case 'C':
        client->config = optarg;
        return true;
    case 'J':
        client->json = true;
        return true;
    default:
        return false;
    }
}

int
client_getopt(int argc, char **argv, const struct option *options)
{
    opterr = 0;
    int c = getopt_long(argc, argv, "+:", options, NULL);

    if (c == ':')
        fprintf(stderr, "tocsin: option %s needs a value\n", argv[optind - 1]);
    else if (c == '?')
        fprintf(stderr,
            "tocsin: there is no option %s; `tocsin help %s` lists them\n",
            argv[optind - 1], argv[0]);
    return c == ':' ? '?' : c;
}

/* Take socket and zone from the configuration, when there is one: not the
 * whole of it, because secrets may be readable by the daemon only. */
static int
read_config(struct client *client, const char *path, bool asked_for)
{
    _cleanup_(buf_done) struct buf text;
    _cleanup_(arena_freep) struct arena *scratch = arena_new(256 << 20);
    struct toc_errors errors = {0};
    struct toc_error why = {0};
    struct ynode *root = NULL;

    buf_init(&text, YAML_MAX_BYTES);
    if (!scratch || file_read(path, &text, &why) < 0) {
        if (asked_for)
            fprintf(stderr, "tocsin: %s: %s\n", path, why.text);
        return asked_for ? CLI_FAILED : CLI_OK;
    }
    if (yaml_parse(scratch, path, buf_str(&text), &errors, &root) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    struct ynode *zone = root ? yaml_get(root, "zone") : NULL;
    struct ynode *console = root ? yaml_get(root, "console") : NULL;
    struct ynode *sock = console ? yaml_get(console, "socket") : NULL;
    if (zone && zone->type == YAML_SCALAR)
        zone_load(arena_cstr(scratch, zone->text), &client->zone);
    if (!sock || sock->type != YAML_SCALAR || client->path.p)
        return CLI_OK;
    const char *slash = strrchr(path, '/');
    if (str_starts(sock->text, STR("/")) || !slash)
        client->path = arena_str(client->arena, sock->text);
    else
        client->path = arena_printf(client->arena, "%.*s/%.*s",
            (int)(slash - path), path, STR_ARG(sock->text));
    return CLI_OK;
}

int
client_open(struct client *client)
{
    const char *config = client->config, *sock = client->socket;
    bool asked_for = config != NULL;

    client->arena = arena_new(CLIENT_MAX_ANSWER * 4UL);
    if (!client->arena)
        return CLI_FAILED;
    if (!sock)
        sock = getenv("TOCSIN_SOCKET");
    if (sock && *sock)
        client->path = arena_str(client->arena, str_of(sock));
    if (!config)
        config = getenv("TOCSIN_CONFIG");
    if (!config || !*config)
        config = DEFAULT_CONFIG;
    if (read_config(client, config, asked_for) != CLI_OK)
        return CLI_FAILED;
    if (!client->path.p)
        client->path = STR(DEFAULT_SOCKET);
    if (!client->zone)
        zone_load(DEFAULT_ZONE, &client->zone);
    return CLI_OK;
}

void
client_close(struct client *client)
{
    zone_free(client->zone);
    arena_free(client->arena);
    client->zone = NULL;
    client->arena = NULL;
}

/* What the daemon said no with: its sentence, then a list of errors. */
static void
print_refusal(const struct http_answer *answer)
{
    json_t *json = NULL;

    if (jsonx_load(answer->body, NULL, &json) < 0) {
        fprintf(stderr, "tocsin: the daemon answered with status %d\n",
            answer->status);
        return;
    }
    struct str sentence = jsonx_get_str(json, "error");
    json_t *list = json_object_get(json, "errors"), *error;
    size_t i;
    json_array_foreach(list, i, error)
    {
        if (json_is_string(error))
            fprintf(stderr, "%s\n", json_string_value(error));
    }
    if (sentence.p)
        fprintf(stderr, "tocsin: %.*s\n", STR_ARG(sentence));
    json_decref(json);
}

/* CLI_OK and what the daemon answered, in the client's arena. */
static int
exchange(struct client *client, const char *method, const char *path,
    struct str body, struct http_answer *ret)
{
    static const struct http_header headers[] = {
        {{"Host", 4}, {"localhost", 9}},
        {{"Accept", 6}, {"application/json", 16}},
        {{"Content-Type", 12}, {"application/json", 16}}};
    struct toc_error why = {0};
    struct http_request request = {.method = str_of(method),
        .url = arena_printf(client->arena, "http://localhost%s", path),
        .headers = headers,
        .nheaders = body.p ? 3 : 2,
        .body = body,
        .max_body_bytes = CLIENT_MAX_ANSWER,
        .max_wire_bytes = CLIENT_MAX_ANSWER,
        .total_ms = CLIENT_TIMEOUT_MS,
        .first_byte_ms = CLIENT_TIMEOUT_MS};
    int err = http_local(client->arena, client->path.p, &request, &why, ret);
    if (err == 0 && ret->result == HTTP_ANSWERED)
        return CLI_OK;
    fprintf(stderr,
        "tocsin: no answer from the daemon at %s: %s; is tocsind running?\n",
        client->path.p, why.text[0] ? why.text : err_text(err));
    return CLI_FAILED;
}

int
client_post(struct client *client, const char *path, struct str body,
    int *ret_status, json_t **ret)
{
    struct http_answer answer = {0};
    struct toc_error why = {0};

    if (exchange(client, "POST", path, body, &answer) != CLI_OK)
        return CLI_FAILED;
    if (jsonx_load(answer.body, &why, ret) < 0) {
        fprintf(
            stderr, "tocsin: the daemon's answer is no JSON: %s\n", why.text);
        return CLI_FAILED;
    }
    *ret_status = answer.status;
    return CLI_OK;
}

int
client_ask(struct client *client, const char *method, const char *path,
    json_t *body_taken, json_t **ret)
{
    _cleanup_(buf_done) struct buf body;
    struct toc_error why = {0};
    struct http_answer answer = {0};
    int status;

    buf_init(&body, CLIENT_MAX_ANSWER);
    if (body_taken)
        jsonx_dump(body_taken, &body);
    json_decref(body_taken);
    status = exchange(client, method, path,
        body_taken ? buf_str(&body) : STR_NONE, &answer);
    if (status != CLI_OK)
        return status;
    if (answer.status < 200 || answer.status > 299) {
        print_refusal(&answer);
        return CLI_FAILED;
    }
    if (jsonx_load(answer.body, &why, ret) < 0) {
        fprintf(
            stderr, "tocsin: the daemon's answer is no JSON: %s\n", why.text);
        return CLI_FAILED;
    }
    return CLI_OK;
}

int
client_get(struct client *client, const char *path, struct str *ret)
{
    struct http_answer answer = {0};
    int status = exchange(client, "GET", path, STR_NONE, &answer);

    if (status != CLI_OK)
        return status;
    if (answer.status < 200 || answer.status > 299) {
        print_refusal(&answer);
        return CLI_FAILED;
    }
    *ret = answer.body;
    return CLI_OK;
}

int
client_print_json(json_t *json_taken)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, CLIENT_MAX_ANSWER);
    int err = jsonx_dump(json_taken, &out);
    json_decref(json_taken);
    if (err < 0)
        return CLI_FAILED;
    printf("%s\n", buf_cstr(&out));
    return CLI_OK;
}

void
client_add_query(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || strchr("-._~,", c);
        if (plain)
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

struct str
client_text(struct client *client, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_string(value))
        return jsonx_get_str(object, key);
    if (json_is_integer(value))
        return arena_printf(
            client->arena, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return arena_printf(client->arena, "%g", json_real_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? STR("yes") : STR("no");
    return STR("");
}

struct str
client_time(struct client *client, const json_t *object, const char *key)
{
    char local[TIMEFMT_LOCAL_SIZE];
    struct str text = jsonx_get_str(object, key);
    struct wall t;

    if (!text.p || timefmt_parse_rfc3339(text, &t) < 0 || !client->zone)
        return text.p ? text : STR("");
    timefmt_local(client->zone, t, local);
    return arena_str(client->arena, str_of(local));
}
