/*
 * page_act: what a link in a message leads to: /act/TOKEN, without a log-in.
 *
 * A GET shows what would be done and asks; only the form's POST does it, so
 * that whoever previews links does nothing.  The token is the engine's to
 * judge: the console passes it on and reads no key.  Wrong tokens make their
 * sender wait, as wrong passwords do.
 */
#include <inttypes.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "console/context.h"
#include "console/rows.h"

enum {
    ACT_REASON_BYTES = 1000,
    ACT_TOKEN_LEAST = 40, /* characters */
    ACT_TOKEN_MOST = 200
};

/* --- who tries too often
 * ------------------------------------------------------------ */

static int64_t
wait_of(const struct context *ctx, uint64_t *ret_key)
{
    const struct peer *peer = &ctx->exchange->peer;
    const struct limit *limit = &ctx->console->limit;

    *ret_key = limit_key_address(limit, str_of(peer->address));
    return peer->local
               ? 0
               : limit_wait(limit, *ret_key, LIMIT_FREE_ADDRESS, ctx->mono);
}

/* Whether it may try; else it has been answered. */
static bool
may_try(struct context *ctx)
{
    uint64_t key;
    int64_t wait = wait_of(ctx, &key);

    if (wait == 0)
        return true;
    (void)exchange_header(ctx->exchange, "Retry-After",
        arena_printf(
            ctx->arena, "%" PRId64, (wait + MS_SECOND - 1) / MS_SECOND));
    reply_error(ctx, 429, NULL);
    return false;
}

/* --- the page
 * -------------------------------------------------------------------------- */

static int
status_of(struct str state)
{
    if (str_eq(state, STR("good")))
        return 200;
    if (str_eq(state, STR("altered")))
        return 404;
    return str_eq(state, STR("moot")) ? 409 : 410;
}

static void
set_page(const struct context *ctx, json_t *value, struct str state, bool done)
{
    struct str act = jsonx_get_str(value, "act");
    /* Copies: the members are set anew. */
    struct str level = arena_str(ctx->arena, jsonx_get_str(value, "level"));
    struct str status = arena_str(ctx->arena, jsonx_get_str(value, "status"));
    struct wall used;

    set_flag(value, "ask", !done && str_eq(state, STR("good")));
    set_flag(value, "done", done && str_eq(state, STR("good")));
    set_flag(value, "failed", !str_eq(state, STR("good")));
    set_str(value, "state_text", text_of(ctx, "act_link", state));
    set_str(value, "act_text", text_of(ctx, "act", act));
    set_str(value, "done_text", text_of(ctx, "act_done", act));
    set_str(value, "ask_text", text_of(ctx, "act_ask", act));
    set_flag(value, "needs_reason", str_eq(act, STR("false_alarm")));
    set_name(ctx, value, "level", "level", level);
    set_name(ctx, value, "status", "state", status);
    if (timefmt_parse_rfc3339(jsonx_get_str(value, "used"), &used) == 0)
        set_time(ctx, value, "used", used);
    set_str(value, "page_title", text_get(ctx, "act_link_title"));
    set_str(value, "token", ctx->args[0]);
    set_flag(value, "known", json_object_get(value, "incident") != NULL);
    (void)json_object_set(value, "number", json_object_get(value, "incident"));
    (void)json_object_del(value, "incident");
}

static void
answer_with(struct context *ctx, json_t *value_taken, bool done)
{
    struct str state = arena_str(
        ctx->arena, jsonx_get_str(value_taken, "state")); /* it changes below */
    uint64_t key;

    if (str_eq(state, STR("altered")) && !ctx->exchange->peer.local) {
        (void)wait_of(ctx, &key);
        limit_fail(&ctx->console->limit, key, ctx->mono);
        log_say(LOG_NOTICE, "a link to act was not ours", "from",
            ctx->exchange->peer.address, NULL);
    }
    if (!ctx->json)
        set_page(ctx, value_taken, state, done);
    reply(ctx, status_of(state), "act", value_taken);
}

static void
show(struct context *ctx, const struct action_result *result, bool done)
{
    json_t *value = NULL;

    if (result->err) {
        reply_error_text(ctx, status_of_err(result->err), result->text);
        return;
    }
    if (jsonx_load(result->data, NULL, &value) != 0 || !json_is_object(value)) {
        json_decref(value);
        reply_error(ctx, 503, "error_engine");
        return;
    }
    answer_with(ctx, value, done);
}

static void
shown(struct context *ctx, const struct action_result *result)
{
    show(ctx, result, false);
}

static void
did(struct context *ctx, const struct action_result *result)
{
    show(ctx, result, true);
}

/* Whether it may be one of ours; else it has been answered. */
static bool
is_token(struct context *ctx)
{
    struct str token = ctx->args[0];
    bool well = token.n >= ACT_TOKEN_LEAST && token.n <= ACT_TOKEN_MOST;

    for (size_t i = 0; i < token.n && well; i++) {
        char c = token.p[i];

        well = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
    if (!well)
        answer_with(ctx, json_pack("{ss}", "state", "altered"), false);
    return well;
}

void
page_act(struct context *ctx)
{
    struct action action = {.kind = ACTION_LINK_SHOW,
        .secret = ctx->args[0],
        .by = STR("-"),
        .until = WALL_NONE};

    if (may_try(ctx) && is_token(ctx))
        ask_engine(ctx, &action, shown);
}

void
do_act(struct context *ctx)
{
    struct action action = {.kind = ACTION_LINK_DO,
        .secret = ctx->args[0],
        .by = STR("-"),
        .text = str_trim(field_get(ctx, "reason")),
        .until = WALL_NONE};

    if (!may_try(ctx) || !is_token(ctx))
        return;
    if (!utf8_is_valid(action.text) || action.text.n > ACT_REASON_BYTES) {
        reply_error(ctx, 422, "error_reason_long");
        return;
    }
    ask_engine(ctx, &action, did);
}
