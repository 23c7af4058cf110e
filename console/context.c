#include "console/context.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "base/num.h"
#include "console/page.h"

enum { TEXT_MAX_SENTENCE_BYTES = 16 * 1024 };

/* --- asking the request --- */

static struct str
list_get(const struct http_header *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].name, str_of(name)))
            return list[i].value;
    return STR_NONE;
}

struct str
query_get(const struct context *ctx, const char *name)
{
    return list_get(ctx->query, ctx->nquery, name);
}

struct str
field_get(const struct context *ctx, const char *name)
{
    if (ctx->body)
        return jsonx_get_str(ctx->body, name);
    return list_get(ctx->form, ctx->nform, name);
}

int
arg_number(const struct context *ctx, size_t i, int64_t *ret)
{
    return num_parse_i64(ctx->args[i], 1, INT64_MAX, ret) ? E_PARSE : 0;
}

/* --- words and times --- */

static const struct catalog *
texts(const struct context *ctx)
{
    return assets_texts(ctx->console->assets, ctx->lang);
}

struct str
text_get(const struct context *ctx, const char *key)
{
    return catalog_get(texts(ctx), key);
}

struct str
text_of(const struct context *ctx, const char *prefix, struct str name)
{
    struct str key, text;
    char *p;

    if (name.n == 0 || name.n > 64)
        return name;
    key = arena_printf(ctx->arena, "%s_%.*s", prefix, STR_ARG(name));
    p = arena_cstr(ctx->arena, key);
    if (!p)
        return name;
    for (size_t i = 0; p[i]; i++)
        if (p[i] == '-' || p[i] == '.')
            p[i] = '_';
    text = catalog_get(texts(ctx), p);
    return str_eq(text, str_of(p)) ? name : arena_str(ctx->arena, text);
}

struct str
text_format(const struct context *ctx, const char *key, const struct str *args,
    size_t nargs)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 4096);
    (void)catalog_format(texts(ctx), key, args, nargs, &out);
    return arena_str(ctx->arena, buf_str(&out));
}

/* s with every from in it replaced by to. */
static struct str
replaced(struct arena *arena, struct str s, struct str from, struct str to)
{
    size_t at = str_find(s, from);
    _cleanup_(buf_done) struct buf out;

    if (from.n == 0 || at == s.n)
        return s;
    buf_init(&out, TEXT_MAX_SENTENCE_BYTES);
    while (at < s.n) {
        (void)buf_add_str(&out, str_first(s, at));
        (void)buf_add_str(&out, to);
        s = str_from(s, at + from.n);
        at = str_find(s, from);
    }
    (void)buf_add_str(&out, s);
    return arena_str(arena, buf_str(&out));
}

struct str
text_sentence(const struct context *ctx, struct str english)
{
    const struct catalog *en = assets_texts(ctx->console->assets, LANG_EN);
    const char *key;

    if (ctx->lang == LANG_EN || english.n == 0)
        return english;
    for (size_t i = 0; (key = catalog_key(en, i)); i++)
        if (str_starts(str_of(key), STR("phrase_")))
            english = replaced(
                ctx->arena, english, catalog_get(en, key), text_get(ctx, key));
    return english;
}

struct str
link_part(const struct context *ctx, struct str s)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, HTTP_MAX_TARGET_BYTES * 3);
    http_escape(&out, s);
    return out.err ? STR_NONE : arena_str(ctx->arena, buf_str(&out));
}

/* "just now", "12 min ago", "3 h ago", "2 d ago"; in the future "in 3 h". */
static struct str
ago(const struct context *ctx, struct wall t)
{
    int64_t ms = ctx->now.ms - t.ms;
    bool future = ms < 0;
    const char *key;
    char number[24];
    struct str arg;
    int64_t n;

    ms = future ? -ms : ms;
    if (ms < MS_MINUTE)
        return text_get(ctx, future ? "in_moment" : "ago_moment");
    if (ms < MS_HOUR) {
        n = ms / MS_MINUTE;
        key = future ? "in_minutes" : "ago_minutes";
    } else if (ms < 2 * (int64_t)MS_DAY) {
        n = ms / MS_HOUR;
        key = future ? "in_hours" : "ago_hours";
    } else {
        n = ms / MS_DAY;
        key = future ? "in_days" : "ago_days";
    }
    (void)snprintf(number, sizeof number, "%" PRId64, n);
    arg = str_of(number);
    return text_format(ctx, key, &arg, 1);
}

void
set_time(
    const struct context *ctx, json_t *object, const char *key, struct wall t)
{
    char name[64], local[TIMEFMT_LOCAL_SIZE], today[TIMEFMT_LOCAL_SIZE];
    const char *shown = local;

    (void)json_object_set_new(object, key, jsonx_time(t));
    if (ctx->json || !wall_is_set(t))
        return;
    (void)timefmt_local(ctx->console->zone, t, local);
    (void)timefmt_local(ctx->console->zone, ctx->now, today);
    if (strncmp(local, today, 5) == 0 && strlen(local) > 5)
        shown = local + 5; /* this year: without it */
    (void)snprintf(name, sizeof name, "%s_text", key);
    (void)json_object_set_new(object, name, json_string(shown));
    (void)snprintf(name, sizeof name, "%s_ago", key);
    (void)json_object_set_new(object, name, jsonx_str(ago(ctx, t)));
}

/* --- answering --- */

/* Hand the answer over; nothing of ctx may be used afterwards. */
static void
finish(struct context *ctx)
{
    struct exchange *exchange = ctx->exchange;
    unsigned class = (unsigned)exchange->status / 100;

    if (class < 6)
        ctx->console->requests[class]++;
    json_decref(ctx->body);
    ctx->body = NULL;
    exchange->data = NULL;
    exchange_send(exchange);
}

void
reply_bytes(struct context *ctx, int status, const char *type, struct str bytes)
{
    struct exchange *exchange = ctx->exchange;

    exchange->status = status;
    exchange->type = type;
    if (buf_add_str(&exchange->body, bytes)) {
        buf_clear(&exchange->body);
        exchange->status = 503;
        exchange->type = "text/plain; charset=utf-8";
        (void)buf_add_cstr(&exchange->body, "too large\n");
    }
    finish(ctx);
}

/* What cannot be rendered is our own fault: say so, plainly. */
static void
reply_broken(struct context *ctx, const char *what, int err)
{
    struct exchange *exchange = ctx->exchange;

    log_say(LOG_ERROR, "cannot make an answer", "what", what, "why",
        err_text(err), "request", ctx->id, NULL);
    buf_clear(&exchange->body);
    exchange->status = 500;
    exchange->type = "text/plain; charset=utf-8";
    (void)buf_printf(&exchange->body, "internal error %s\n", ctx->id);
    finish(ctx);
}

void
reply(struct context *ctx, int status, const char *name, json_t *value_taken)
{
    _cleanup_(json_decrefp) json_t *value = value_taken;
    struct exchange *exchange = ctx->exchange;
    int err;

    if (!value) {
        reply_broken(ctx, name, E_NOMEM);
        return;
    }
    exchange->status = status;
    if (ctx->json) {
        exchange->type = "application/json; charset=utf-8";
        err = jsonx_dump(value, &exchange->body);
        (void)buf_add_char(&exchange->body, '\n');
    } else {
        exchange->type = "text/html; charset=utf-8";
        err = page_frame(ctx, name, value);
        if (!err)
            err = assets_render(
                ctx->console->assets, name, value, &exchange->body);
    }
    (void)exchange_header(exchange, "Vary", STR("Accept, Accept-Language"));
    if (err || exchange->body.err)
        reply_broken(ctx, name, err ? err : exchange->body.err);
    else
        finish(ctx);
}

/* to with everything escaped that no URL holds as it is; where the parts of to
 * end is as it was. */
static void
add_location(struct buf *out, struct str to)
{
    for (size_t i = 0; i < to.n; i++) {
        unsigned char c = (unsigned char)to.p[i];

        if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
            http_escape(out, str_first(str_from(to, i), 1));
        else
            (void)buf_add_char(out, (char)c);
    }
}

void
reply_redirect(struct context *ctx, struct str to)
{
    struct exchange *exchange = ctx->exchange;
    _cleanup_(buf_done) struct buf location;

    if (to.n == 0 || to.p[0] != '/' ||
        (to.n > 1 && (to.p[1] == '/' || to.p[1] == '\\')))
        to = STR("/");
    buf_init(&location, HTTP_MAX_TARGET_BYTES * 3);
    add_location(&location, to);
    exchange->status = 303;
    if (location.err ||
        exchange_header(exchange, "Location", buf_str(&location)))
        (void)exchange_header(exchange, "Location", STR("/"));
    finish(ctx);
}

static void
reply_error_value(struct context *ctx, int status, struct str text)
{
    json_t *value = json_object();
    char key[32];

    (void)snprintf(key, sizeof key, "error_%d", status);
    (void)json_object_set_new(value, "error", jsonx_str(text));
    (void)json_object_set_new(value, "status", json_integer(status));
    (void)json_object_set_new(value, "id", json_string(ctx->id));
    if (!ctx->json) {
        struct str title = text_get(ctx, key);

        if (!str_eq(title, text))
            (void)json_object_set_new(value, "heading", jsonx_str(title));
    }
    if (status >= 500 && !ctx->exchange->refused)
        log_say(LOG_WARN, "request failed", "request", ctx->id, NULL);
    reply(ctx, status, "error", value);
}

void
reply_error(struct context *ctx, int status, const char *key)
{
    char plain[32];

    if (!key) {
        (void)snprintf(plain, sizeof plain, "error_%d", status);
        key = plain;
    }
    reply_error_value(ctx, status, text_get(ctx, key));
}

void
reply_error_text(struct context *ctx, int status, struct str text)
{
    if (text.n == 0)
        reply_error(ctx, status, NULL);
    else
        reply_error_value(ctx, status, text_sentence(ctx, text));
}

void
reply_done(struct context *ctx, json_t *value_taken, struct str back)
{
    if (ctx->json) {
        reply(ctx, 200, "", value_taken);
        return;
    }
    json_decref(value_taken);
    reply_redirect(ctx, back);
}
