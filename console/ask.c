/*
 * ask: questions to the engine and what becomes of their answers.
 *
 * A question is known by its token.  The request behind it may be gone before
 * the answer comes; then the answer is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "console/context.h"

static struct ask *
ask_find(struct console *console, uint64_t token)
{
    struct ask *ask;

    TAILQ_FOREACH (ask, &console->asks, link) {
        if (ask->token == token)
            return ask;
    }
    return NULL;
}

static void
ask_drop(struct console *console, struct ask *ask)
{
    TAILQ_REMOVE(&console->asks, ask, link);
    console->nasks--;
    free(ask);
}

void
ask_engine(struct context *ctx, struct action *action,
    void (*then)(struct context *ctx, const struct action_result *result))
{
    struct console *console = ctx->console;
    struct ask *ask =
        console->nasks < CONSOLE_MAX_ASKED ? calloc(1, sizeof *ask) : NULL;

    if (!ask) {
        reply_error(ctx, 503, "error_busy");
        return;
    }
    if (!action->by.p)
        action->by = ctx->who.user;
    action->from = str_of(ctx->exchange->peer.address);
    ask->token = ++console->next_token;
    ask->ctx = ctx;
    ask->then = then;
    ask->deadline.ms = ctx->mono.ms + CONSOLE_ASK_MS;
    TAILQ_INSERT_TAIL(&console->asks, ask, link);
    console->nasks++;
    if (console->ops->act(console->arg, ask->token, action)) {
        ask = ask_find(console, console->next_token);
        if (ask)
            ask_drop(console, ask);
        reply_error(ctx, 503, "error_engine");
    }
}

void
tell_engine(struct console *console, struct action *action)
{
    (void)console->ops->act(console->arg, ++console->next_token, action);
}

void
console_answer(
    struct console *console, uint64_t token, const struct action_result *result)
{
    struct ask *ask = ask_find(console, token);
    struct context *ctx;
    void (*then)(struct context *, const struct action_result *);

    if (!ask)
        return;
    ctx = ask->ctx;
    then = ask->then;
    ask_drop(console, ask);
    ctx->now = loop_wall(console->loop);
    ctx->mono = loop_mono(console->loop);
    then(ctx, result);
}

void
asks_forget(struct console *console, const struct context *ctx)
{
    struct ask *ask, *next;

    for (ask = TAILQ_FIRST(&console->asks); ask; ask = next) {
        next = TAILQ_NEXT(ask, link);
        if (ask->ctx == ctx)
            ask_drop(console, ask);
    }
}

void
asks_tick(struct console *console, struct mono now)
{
    struct ask *ask, *next;

    for (ask = TAILQ_FIRST(&console->asks); ask; ask = next) {
        struct context *ctx = ask->ctx;

        next = TAILQ_NEXT(ask, link);
        if (ask->deadline.ms > now.ms)
            continue;
        ask_drop(console, ask);
        reply_error(ctx, 503, "error_engine");
    }
}

int
status_of_err(int err)
{
    switch (err) {
    case 0:
        return 200;
    case E_NOTFOUND:
        return 404;
    case E_EXISTS:
    case E_STATE:
        return 409;
    case E_DENIED:
        return 403;
    case E_PARSE:
    case E_CONF:
    case E_ENCODING:
    case E_LIMIT:
        return 422;
    case E_BUSY:
    case E_TIMEOUT:
    case E_IO:
    case E_NOMEM:
    case E_CLOSED:
        return 503;
    default:
        return 500;
    }
}

void
reply_result(
    struct context *ctx, const struct action_result *result, struct str back)
{
    json_t *value = NULL;

    if (result->err) {
        reply_error_text(ctx, status_of_err(result->err), result->text);
        return;
    }
    if (result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &value);
    if (!json_is_object(value)) {
        json_decref(value);
        value = json_object();
    }
    if (result->text.n > 0)
        (void)json_object_set_new(value, "text", jsonx_str(result->text));
    reply_done(ctx, value, back);
}
