/*
 * page_hub: what hubs ask and bring (W3C WebSub 1.0).
 *
 * The address is the subscription's own and cannot be guessed.  A hub asks
 * whether it was really us who asked it (GET), and brings news (POST).  News
 * without the right signature are answered like others and forgotten, as the
 * standard has it: nobody learns anything by trying.
 */
#include "base/num.h"
#include "console/context.h"
#include "console/hub_sign.h"
#include "store/view_hub.h"

enum { HUB_MAX_CHALLENGE_BYTES = 2048 };

static int
hub_of(struct context *ctx, struct hub *ret)
{
    return view_hub(ctx->console->view, ctx->args[0], ctx->arena, ret);
}

/* --- is it us who asked? ------------------------------------------------- */

static void
verified(struct context *ctx, const struct action_result *result)
{
    if (result->err)
        reply_error(ctx, status_of_err(result->err), NULL);
    else
        reply_bytes(ctx, 200, "text/plain; charset=utf-8",
            query_get(ctx, "hub.challenge"));
}

static void
denied(struct context *ctx, const struct action_result *result)
{
    (void)result;
    reply_bytes(ctx, 200, "text/plain; charset=utf-8", STR(""));
}

void
page_hub(struct context *ctx)
{
    struct str mode = query_get(ctx, "hub.mode");
    struct str topic = query_get(ctx, "hub.topic");
    struct str challenge = query_get(ctx, "hub.challenge");
    struct action action = {.kind = ACTION_HUB_VERIFIED,
        .object = ctx->args[0],
        .text = topic,
        .until = WALL_NONE};
    struct hub hub;
    int err = hub_of(ctx, &hub);

    if (err || !str_eq(topic, hub.topic)) {
        reply_error(ctx, err && err != E_NOTFOUND ? 503 : 404, NULL);
        return;
    }
    if (str_eq(mode, STR("denied"))) {
        action.kind = ACTION_HUB_DENIED;
        action.text = query_get(ctx, "hub.reason");
        ask_engine(ctx, &action, denied);
        return;
    }
    /* Nothing is ever unsubscribed: leases end. */
    if (!str_eq(mode, STR("subscribe")) || challenge.n == 0 ||
        challenge.n > HUB_MAX_CHALLENGE_BYTES ||
        num_parse_i64(query_get(ctx, "hub.lease_seconds"), 1, INT32_MAX,
            &action.id) != 0) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_engine(ctx, &action, verified);
}

/* --- news ---------------------------------------------------------------- */

static void
brought(struct context *ctx, const struct action_result *result)
{
    /* What cannot be read will not be read a second time. */
    if (result->err && result->err != E_PARSE && result->err != E_STATE)
        reply_error(ctx, status_of_err(result->err), NULL);
    else
        reply_bytes(ctx, 202, "text/plain; charset=utf-8", STR(""));
}

void
do_hub(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct action action = {.kind = ACTION_HUB_PUSH,
        .object = ctx->args[0],
        .text = http_header_get(request, "Content-Type"),
        .data = request->body,
        .until = WALL_NONE};
    struct hub hub;
    int err = hub_of(ctx, &hub);

    if (err) {
        reply_error(ctx, err == E_NOTFOUND ? 404 : 503, NULL);
        return;
    }
    if (hub.state != HUB_ACTIVE ||
        !hub_sign_holds(http_header_get(request, "X-Hub-Signature"), hub.secret,
            request->body)) {
        ctx->console->forged++;
        reply_bytes(ctx, 202, "text/plain; charset=utf-8", STR(""));
        return;
    }
    ask_engine(ctx, &action, brought);
}
