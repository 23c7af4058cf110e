#include "console/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/context.h"

enum { LIVE_ARENA_BYTES = 64 * 1024 };

static size_t
streams_of(const struct console *console, const struct identity *who)
{
    struct live *live;
    size_t n = 0;

    TAILQ_FOREACH (live, &console->lives, link) {
        n += live->who.via == who->via &&
             memcmp(live->who.hash, who->hash, sizeof who->hash) == 0;
    }
    return n;
}

/* The identity is copied: the arena that its texts live in goes away. */
static struct live *
live_new(const struct context *ctx)
{
    struct str user = ctx->who.user;
    struct live *live =
        user.n < sizeof live->name ? calloc(1, sizeof *live) : NULL;

    if (!live)
        return NULL;
    live->who = ctx->who;
    live->who.only = live->who.theme = STR_NONE;
    if (user.n > 0)
        memcpy(live->name, user.p, user.n);
    live->who.user = (struct str){live->name, user.n};
    live->until.ms = ctx->mono.ms + ctx->console->config.session_idle_ms;
    return live;
}

void
page_events(struct context *ctx)
{
    struct console *console = ctx->console;
    struct exchange *exchange = ctx->exchange;
    struct live *live;

    if (exchange->request->method == HTTP_HEAD) {
        reply_bytes(ctx, 200, "text/event-stream; charset=utf-8", STR(""));
        return;
    }
    live = streams_of(console, &ctx->who) < CONSOLE_MAX_STREAMS_PER_SESSION
               ? live_new(ctx)
               : NULL;
    if (!live) {
        reply_error(ctx, 429, "error_streams");
        return;
    }
    exchange->status = 200;
    exchange->type = "text/event-stream; charset=utf-8";
    json_decref(ctx->body);
    ctx->body = NULL;
    live->stream = exchange_stream(exchange, live);
    if (!live->stream) {
        free(live);
        reply_error(ctx, 503, "error_streams");
        return;
    }
    console->requests[2]++;
    TAILQ_INSERT_TAIL(&console->lives, live, link);
    stream_write(live->stream, STR("retry: 3000\n: tocsin\n\n"));
}

void
live_gone(void *arg, struct connection *stream, void *data)
{
    struct console *console = arg;
    struct live *live = data;

    (void)stream;
    TAILQ_REMOVE(&console->lives, live, link);
    free(live);
}

void
live_tell(struct console *console, const char *what, int64_t id)
{
    struct live *live;
    char event[96];
    int n = snprintf(event, sizeof event,
        "event: %.32s\ndata: {\"id\":%" PRId64 "}\n\n", what, id);

    if (n < 0 || (size_t)n >= sizeof event)
        return;
    TAILQ_FOREACH (live, &console->lives, link) {
        stream_write(live->stream, (struct str){event, (size_t)n});
    }
}

/* Whether the session or token of who listens is still good, or the user whom
 * a proxy vouched for not long ago. */
static bool
may_listen(struct console *console, const struct live *live, struct mono mono)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(LIVE_ARENA_BYTES);
    const struct identity *who = &live->who;
    struct session_row row;
    struct wall now = loop_wall(console->loop);
    int err = 0;

    if (!arena)
        return false;
    if (who->via == VIA_SESSION)
        err = view_session(console->view, who->hash, now, arena, &row);
    else if (who->via == VIA_TOKEN)
        err = view_token(console->view, who->hash, now, arena, &row);
    else if (who->via == VIA_PROXY && mono.ms < live->until.ms)
        err = view_user(console->view, who->user, arena, &row.user);
    else
        return who->via == VIA_SOCKET;
    return err == 0 && !row.user.disabled;
}

void
live_tick(struct console *console, struct mono now)
{
    struct live *live;

    if (now.ms < console->heartbeat.ms)
        return;
    console->heartbeat.ms = now.ms + CONSOLE_HEARTBEAT_MS;
    TAILQ_FOREACH (live, &console->lives, link) {
        if (may_listen(console, live, now))
            stream_write(live->stream, STR(": still here\n\n"));
        else
            stream_end(live->stream);
    }
}
