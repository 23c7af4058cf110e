/*
 * page_now: what needs somebody now, how long there is, whether the messages
 * arrived, and what nobody sees at the moment.
 */
#include "console/context.h"
#include "console/rows.h"

enum { NOW_SHOWN = 20 /* of each list; the rest is behind its link */ };

/* Those that nobody has taken, the newest first. */
static int
set_fresh(struct context *ctx, json_t *value)
{
    struct incident_filter filter = {.states = 1u << INCIDENT_NEW,
        .from = WALL_NONE,
        .to = WALL_NONE,
        .limit = NOW_SHOWN};
    struct incident_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    bool more = false;
    int err = view_incidents(
        ctx->console->view, &filter, ctx->arena, &rows, &n, &more);

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_incident(ctx, &rows[i]));
    (void)json_object_set_new(value, "incidents", list);
    set_flag(value, "any", n > 0);
    set_number(value, "unacknowledged", (int64_t)rows_unacknowledged(ctx));
    set_flag(value, "has_new", n > 0);
    return err;
}

/* Whether it is an address of the list, as messages and reports had it when
 * the list was here. */
static bool
is_list_address(const struct context *ctx)
{
    return !ctx->json && ctx->nquery > 0;
}

void
page_now(struct context *ctx)
{
    json_t *value;
    int err = 0;

    if (is_list_address(ctx)) {
        reply_redirect(ctx, arena_printf(ctx->arena, "/incidents?%.*s",
                                STR_ARG(ctx->exchange->request->query)));
        return;
    }
    value = json_object();
    err = set_fresh(ctx, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "now", value);
}
