/*
 * demo_server: the county's web server and the desk's receiver, on loopback.
 *
 * The script begins when every source has been asked once: what stands there
 * before is the daemon's silent baseline, whenever it is started.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/demo.h"
#include "net/loop.h"

enum {
    SERVER_TICK_MS = 100,
    SERVER_MAX_WAIT_MS = 30 * MS_SECOND, /* for the last source's first poll */
    SERVER_RETRY_AFTER_S = 2,
    SERVER_MAX_REQUEST_BYTES = 1024 * 1024
};

struct server {
    struct demo_script *script;
    const struct demo_options *options;
    struct loop *loop;
    struct evhttp *http;
    struct loop_timer *tick;
    char base_url[64];
    struct demo_receiver receiver;
    struct demo_robot robot;
    FILE *record;
    struct mono asked;   /* first request of any source */
    struct mono started; /* of the script */
    bool was_asked, has_started, has_ended;
};

static const char *
say(const struct server *s, const char *zh, const char *en)
{
    return s->options->chinese ? zh : en;
}

/* One line of what happened, for tests. */
static void
record(struct server *s, json_t *line_taken)
{
    _cleanup_(buf_done) struct buf text;

    if (s->record) {
        buf_init(&text, 65536);
        if (jsonx_dump(line_taken, &text) == 0) {
            fprintf(s->record, "%s\n", buf_cstr(&text));
            fflush(s->record);
        }
    }
    json_decref(line_taken);
}

static void
record_publication(struct server *s, const struct demo_publication *p)
{
    _cleanup_(buf_done) struct buf url;
    json_t *line = json_object();

    buf_init(&url, 1024);
    buf_add_cstr(&url, s->base_url);
    demo_publication_path(
        s->script, (size_t)(p - s->script->publications), &url);
    jsonx_set(line, "publication", jsonx_str(buf_str(&url)));
    jsonx_set(line, "source", jsonx_str(s->script->sources[p->source].id));
    jsonx_set(line, "title", jsonx_str(p->title));
    jsonx_set(line, "event", jsonx_str(p->event));
    jsonx_set(line, "baseline", json_boolean(p->at_ms < 0));
    record(s, line);
}

static void
publish(struct server *s, struct demo_publication *p)
{
    const struct demo_source *source = &s->script->sources[p->source];

    record_publication(s, p);
    if (p->at_ms < 0)
        return;
    printf("%5lld s  %s %.*s  %.*s\n", (long long)(p->at_ms / MS_SECOND),
        p->event.p ? "●" : "·", STR_ARG(source->title), STR_ARG(p->title));
    fflush(stdout);
}

/* Whether the daemon has its baseline: every source was asked. */
static bool
all_asked(const struct server *s)
{
    if (s->was_asked &&
        loop_mono(s->loop).ms - s->asked.ms > SERVER_MAX_WAIT_MS)
        return true;
    for (size_t i = 0; i < s->script->nsources; i++)
        if (s->script->sources[i].requests == 0)
            return false;
    return true;
}

static void
tick_cb(void *arg)
{
    struct server *s = arg;
    struct mono now = loop_mono(s->loop);
    struct demo_publication *p;

    if (!s->has_started && all_asked(s)) {
        s->has_started = true;
        s->started = now;
        printf("%s\n",
            say(s, "守护进程已完成首轮(静默)采集，脚本开始。● 真实事件  · 日常",
                "the daemon has its silent baseline; the script begins "
                "(● real event, · everyday)"));
        fflush(stdout);
    }
    if (s->has_started) {
        double elapsed = (double)(now.ms - s->started.ms) * s->options->speed;
        while ((p = demo_script_next(
                    s->script, (int64_t)elapsed, loop_wall(s->loop))))
            publish(s, p);
    }
    if (!s->has_ended && s->script->nout == s->script->npublications) {
        s->has_ended = true;
        printf("%s\n",
            say(s, "脚本播完了；服务器继续运行，按 Ctrl-C 结束。",
                "the script is over; the county stays up until Ctrl-C"));
        fflush(stdout);
    }
    loop_timer_set(s->tick, SERVER_TICK_MS);
}

static void
reply(struct evhttp_request *req, int status, const char *type,
    const struct buf *body)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
    struct evbuffer *out = evhttp_request_get_output_buffer(req);

    if (type)
        evhttp_add_header(headers, "Content-Type", type);
    if (body)
        evbuffer_add(out, body->p, body->n);
    evhttp_send_reply(req, status, NULL, NULL);
}

static void
http_date(struct wall t, char *out, size_t size)
{
    static const char days[][4] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of_wall(t, 0);

    snprintf(out, size, "%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[civil_days(c.year, c.month, c.day) % 7], c.day,
        months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

/* Add the validators; true when the client has this version already. */
static bool
is_unchanged(const struct demo_source *source, const struct buf *body,
    struct evhttp_request *req)
{
    struct evkeyvalq *in = evhttp_request_get_input_headers(req);
    struct evkeyvalq *out = evhttp_request_get_output_headers(req);
    const char *none_match = evhttp_find_header(in, "If-None-Match");
    const char *since = evhttp_find_header(in, "If-Modified-Since");
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE], etag[32], date[64];

    digest_sha256(buf_str(body), digest);
    digest_hex(digest, hex);
    snprintf(etag, sizeof(etag), "\"%.16s\"", hex);
    http_date(source->changed, date, sizeof(date));
    if (source->has_etag)
        evhttp_add_header(out, "ETag", etag);
    if (source->has_modified)
        evhttp_add_header(out, "Last-Modified", date);
    if (source->has_etag && none_match)
        return strcmp(none_match, etag) == 0;
    return source->has_modified && !source->has_etag && since &&
           strcmp(since, date) == 0;
}

static void
serve_source(struct server *s, size_t i, struct evhttp_request *req)
{
    struct demo_source *source = &s->script->sources[i];
    _cleanup_(buf_done) struct buf body;
    const char *type = NULL;

    buf_init(&body, DEMO_MAX_DOCUMENT);
    if (!s->was_asked) {
        s->was_asked = true;
        s->asked = loop_mono(s->loop);
    }
    if (source->unavailable && source->requests % 3 == 2) {
        char seconds[16];
        source->requests++;
        snprintf(seconds, sizeof(seconds), "%d", SERVER_RETRY_AFTER_S);
        evhttp_add_header(
            evhttp_request_get_output_headers(req), "Retry-After", seconds);
        reply(req, 503, NULL, NULL);
        return;
    }
    source->requests++;
    if (demo_render_source(s->script, i, s->base_url, &body, &type) < 0) {
        reply(req, 500, NULL, NULL);
        return;
    }
    if (is_unchanged(source, &body, req))
        reply(req, 304, NULL, NULL);
    else
        reply(req, 200, type, &body);
}

static struct str
header(struct evhttp_request *req, const char *name)
{
    return str_of(
        evhttp_find_header(evhttp_request_get_input_headers(req), name));
}

static void
serve_hook(struct server *s, struct evhttp_request *req)
{
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    size_t n = evbuffer_get_length(in);
    struct demo_message message = {header(req, "webhook-id"),
        header(req, "webhook-timestamp"), header(req, "webhook-signature"),
        {n ? (const char *)evbuffer_pullup(in, -1) : "", n}};
    int status = demo_receive(&s->receiver, &message, loop_wall(s->loop));
    json_t *line = json_object(), *body = NULL;

    jsonx_set(line, "message", jsonx_str(message.id));
    jsonx_set(line, "status", json_integer(status));
    if (jsonx_load(message.body, NULL, &body) == 0)
        jsonx_set(line, "body", body);
    record(s, line);
    reply(req, status, NULL, NULL);
}

static void
serve_robot(struct server *s, const struct evhttp_uri *uri,
    struct evhttp_request *req)
{
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    size_t n = evbuffer_get_length(in);
    const char *text = evhttp_uri_get_query(uri);
    _cleanup_(buf_done) struct buf answer;
    struct evkeyvalq query;
    struct demo_call call = {
        .body = {n ? (const char *)evbuffer_pullup(in, -1) : "", n}};

    buf_init(&answer, 1024);
    if (evhttp_parse_query_str(text ? text : "", &query) == 0) {
        call.token = str_of(evhttp_find_header(&query, "access_token"));
        call.timestamp = str_of(evhttp_find_header(&query, "timestamp"));
        call.sign = str_of(evhttp_find_header(&query, "sign"));
        demo_robot_call(&s->robot, &call, loop_wall(s->loop), &answer);
        evhttp_clear_headers(&query);
    }
    reply(req, 200, "application/json", &answer);
}

/* A publication's own page: /SOURCE/NUMBER.html */
static bool
serve_page(struct server *s, struct str path, struct evhttp_request *req)
{
    _cleanup_(buf_done) struct buf body;
    struct str rest = str_from(path, 1);
    int64_t n;

    str_split(&rest, '/');
    if (!str_ends(rest, STR(".html")) ||
        num_parse_i64(
            str_first(rest, rest.n - 5), 1, (int64_t)s->script->nout, &n) < 0)
        return false;
    buf_init(&body, DEMO_MAX_DOCUMENT);
    if (demo_render_page(s->script, (size_t)n - 1, &body) < 0)
        return false;
    reply(req, 200, "text/html; charset=utf-8", &body);
    return true;
}

static void
serve_robots(struct evhttp_request *req)
{
    _cleanup_(buf_done) struct buf robots;

    buf_init(&robots, 256);
    buf_add_cstr(&robots, "User-agent: *\nDisallow: /admin/\n");
    reply(req, 200, "text/plain", &robots);
}

/* The source at path, or nsources. */
static size_t
find_source(const struct server *s, struct str path)
{
    _cleanup_(buf_done) struct buf source_path;
    size_t i = 0;

    buf_init(&source_path, 1024);
    for (; i < s->script->nsources; i++) {
        buf_clear(&source_path);
        demo_source_path(s->script, i, &source_path);
        if (str_eq(path, buf_str(&source_path)))
            break;
    }
    return i;
}

static void
request_cb(struct evhttp_request *req, void *arg)
{
    struct server *s = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    struct str path = str_of(uri ? evhttp_uri_get_path(uri) : NULL);

    if (evhttp_request_get_command(req) == EVHTTP_REQ_POST) {
        if (str_eq(path, STR("/hook/desk")))
            serve_hook(s, req);
        else if (str_eq(path, STR("/robot/send")))
            serve_robot(s, uri, req);
        else
            reply(req, 404, NULL, NULL);
        return;
    }
    if (str_eq(path, STR("/robots.txt"))) {
        serve_robots(req);
        return;
    }
    size_t source = find_source(s, path);
    if (source < s->script->nsources)
        serve_source(s, source, req);
    else if (!serve_page(s, path, req))
        reply(req, 404, NULL, NULL);
}

static void
stop_cb(void *arg)
{
    loop_stop(arg);
}

/* Listen on loopback; the port that was got, or -1 with the reason said. */
static int
listen_on(struct server *s)
{
    struct sockaddr_in addr;
    socklen_t len = sizeof(addr);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(
        s->http, "127.0.0.1", (uint16_t)s->options->port);

    if (!bound) {
        fprintf(stderr,
            "tocsin: port %lld of 127.0.0.1 cannot be had: %s; give another "
            "with --port\n",
            (long long)s->options->port, strerror(errno));
        return -1;
    }
    if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&addr,
            &len) < 0)
        return -1;
    return ntohs(addr.sin_port);
}

static void
print_start(const struct server *s)
{
    if (s->options->chinese)
        printf("云溪县在 %s 开放，%zu 个信息源；配置写在 %s/tocsin.yaml。\n"
               "等待 tocsind 首次采集……\n",
            s->base_url, s->script->nsources, s->options->dir);
    else
        printf("The county is at %s with %zu sources; configuration in "
               "%s/tocsin.yaml.\nWaiting for tocsind's first polls …\n",
            s->base_url, s->script->nsources, s->options->dir);
    fflush(stdout);
}

static void
print_end(const struct server *s)
{
    const struct demo_receiver *r = &s->receiver;

    if (s->options->chinese)
        printf("共发布 %zu 条；收到 %u 条通知，重复 %u 条，拒绝 %u 条。\n",
            s->script->nout, r->messages, r->repeats, r->wrong);
    else
        printf("%zu publications; %u webhooks received, %u repeats, %u "
               "refused.\n",
            s->script->nout, r->messages, r->repeats, r->wrong);
}

/* Everything that is made before the loop runs. */
static int
prepare(struct server *s)
{
    struct toc_error why = {0};

    s->http = evhttp_new(loop_base(s->loop));
    if (!s->http || loop_timer_new(s->loop, tick_cb, s, &s->tick) < 0)
        return CLI_FAILED;
    evhttp_set_gencb(s->http, request_cb, s);
    evhttp_set_max_body_size(s->http, SERVER_MAX_REQUEST_BYTES);
    evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
    int port = listen_on(s);
    if (port < 0)
        return CLI_FAILED;
    snprintf(s->base_url, sizeof(s->base_url), "http://127.0.0.1:%d", port);
    int err = demo_config_write(
        s->script, s->options, s->base_url, port, &s->receiver.secret, &why);
    if (err < 0) {
        toc_error_print(&why, stderr);
        return CLI_FAILED;
    }
    if (s->options->record) {
        s->record = fopen(s->options->record, "ae");
        if (!s->record) {
            fprintf(stderr, "tocsin: %s: %s\n", s->options->record,
                strerror(errno));
            return CLI_FAILED;
        }
    }
    return CLI_OK;
}

static void
run(struct server *s)
{
    struct loop_signal *on_int = NULL, *on_term = NULL;
    struct loop_timer *end = NULL;
    struct demo_publication *p;

    loop_signal_new(s->loop, SIGINT, stop_cb, s->loop, &on_int);
    loop_signal_new(s->loop, SIGTERM, stop_cb, s->loop, &on_term);
    if (s->options->duration_ms > 0 &&
        loop_timer_new(s->loop, stop_cb, s->loop, &end) == 0)
        loop_timer_set(end, s->options->duration_ms);
    print_start(s);
    while ((p = demo_script_next(s->script, -1, loop_wall(s->loop))))
        publish(s, p);
    loop_timer_set(s->tick, SERVER_TICK_MS);
    loop_run(s->loop);
    print_end(s);
    loop_timer_free(end);
    loop_signal_free(on_int);
    loop_signal_free(on_term);
}

int
demo_serve(struct demo_script *script, const struct demo_options *options)
{
    struct server s = {.script = script, .options = options};

    if (loop_new(&s.loop) < 0)
        return CLI_FAILED;
    s.receiver.out = stdout;
    s.receiver.chinese = options->chinese;
    s.robot.out = stdout;
    s.robot.chinese = options->chinese;
    buf_init(&s.receiver.secret, 128);
    int status = prepare(&s);
    if (status == CLI_OK)
        run(&s);
    if (s.record)
        fclose(s.record);
    loop_timer_free(s.tick);
    if (s.http)
        evhttp_free(s.http);
    loop_free(s.loop);
    demo_receiver_done(&s.receiver);
    return status;
}
