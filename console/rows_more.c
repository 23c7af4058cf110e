/*
 * rows_more: deliveries, users and versions as JSON; what pages ask once.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "console/diff.h"
#include "console/rows.h"
#include "store/view_list.h"

static const char *
delivery_state_name(enum delivery_state state)
{
    static const char *const names[] = {
#define X(state, name) [DELIVERY_##state] = name,
        DELIVERY_STATES(X)
#undef X
    };

    return names[state];
}

static json_t *
row_attempt(struct context *ctx, const struct attempt *attempt)
{
    json_t *object = json_object();

    set_number(object, "number", attempt->number);
    set_time(ctx, object, "at", attempt->at);
    set_number(object, "elapsed_ms", attempt->elapsed_ms);
    set_name(ctx, object, "class", "attempt", attempt->class);
    if (attempt->status)
        set_number(object, "status", attempt->status);
    else
        (void)json_object_set_new(object, "status", json_null());
    set_str(object, "code", attempt->code);
    set_str(object, "text", attempt->text);
    return object;
}

json_t *
row_delivery(struct context *ctx, const struct delivery_row *row)
{
    const struct delivery *delivery = &row->delivery;
    json_t *object = json_object();
    json_t *tries = json_array();

    set_number(object, "id", delivery->id);
    set_str(object, "message_id", delivery->message_id);
    set_str(object, "channel", delivery->channel);
    set_name(ctx, object, "type", "event", delivery->type);
    set_number(object, "incident", delivery->incident);
    set_name(
        ctx, object, "level", "level", str_of(level_name(delivery->level)));
    set_name(ctx, object, "state", "delivery",
        str_of(delivery_state_name(delivery->state)));
    set_number(object, "attempts", delivery->attempts);
    set_time(ctx, object, "created", delivery->created);
    set_time(ctx, object, "next", delivery->next);
    set_time(ctx, object, "finished", delivery->finished);
    set_str(object, "last_error", delivery->last_error);
    set_number(object, "folded", delivery->folded);
    set_number(object, "form", delivery->form);
    for (size_t i = 0; i < row->ntries; i++)
        (void)json_array_append_new(tries, row_attempt(ctx, &row->tries[i]));
    (void)json_object_set_new(object, "tries", tries);
    if (ctx->json)
        return object;
    set_flag(object, "has_incident", delivery->incident > 0);
    set_flag(object, "has_tries", row->ntries > 0);
    set_flag(object, "in_digest", delivery->folded > 0);
    set_flag(object, "plainer", delivery->form > 0);
    set_flag(object, "dead", delivery->state == DELIVERY_DEAD);
    set_flag(object, "pending", delivery->state == DELIVERY_PENDING);
    set_flag(object, "delivered", delivery->state == DELIVERY_DELIVERED);
    return object;
}

json_t *
row_user(struct context *ctx, const struct user *user)
{
    json_t *object = json_object();

    set_str(object, "name", user->name);
    set_name(ctx, object, "role", "role", user->role);
    (void)json_object_set_new(object, "disabled", json_boolean(user->disabled));
    set_time(ctx, object, "created", user->created);
    return object;
}

size_t
rows_unacknowledged(struct context *ctx)
{
    struct list_filter filter = {.states = 1u << INCIDENT_NEW};
    uint64_t n;

    if (view_list_count(ctx->console->view, &filter, &n) != 0)
        return 0;
    return n < VIEW_PAGE_MAX ? (size_t)n : VIEW_PAGE_MAX;
}

const struct source_row *
rows_sources(struct context *ctx, size_t *ret_n)
{
    struct store_numbers numbers;
    struct source_row *rows;
    size_t n;

    if (!ctx->sources_asked) {
        ctx->sources_asked = true;
        if (view_numbers(ctx->console->view, &numbers) == 0 &&
            numbers.sources <= ROWS_MAX_SOURCES &&
            view_sources(ctx->console->view, ctx->arena, &rows, &n) == 0) {
            ctx->sources = rows;
            ctx->nsources = n;
        }
    }
    *ret_n = ctx->nsources;
    return ctx->sources;
}

struct str
rows_source_title(struct context *ctx, struct str id)
{
    size_t n;
    const struct source_row *rows = rows_sources(ctx, &n);

    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].id, id) && rows[i].title.n > 0)
            return rows[i].title;
    return id;
}

void
set_item_changes(
    struct context *ctx, const struct item_row *row, size_t max, json_t *item)
{
    struct revision_row *revisions = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (row->revisions < 2 || view_item_revisions(ctx->console->view, row->id,
                                  max, ctx->arena, &revisions, &n) != 0)
        n = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        json_t *one = json_object();

        set_time(ctx, one, "seen", revisions[i].seen);
        (void)json_object_set_new(one, "title",
            diff_pieces(revisions[i + 1].title, revisions[i].title));
        (void)json_object_set_new(
            one, "text", diff_pieces(revisions[i + 1].text, revisions[i].text));
        set_flag(one, "first_text",
            revisions[i + 1].text.n == 0 && revisions[i].text.n > 0);
        set_number(one, "score_before", revisions[i + 1].score);
        set_number(one, "score", revisions[i].score);
        if (!ctx->json) /* else a piece that stayed would ask the item */
            (void)json_object_set_new(one, "gone", json_false());
        (void)json_array_append_new(list, one);
    }
    if (!ctx->json)
        set_flag(item, "has_changes", n > 1);
    (void)json_object_set_new(item, "changes", list);
}
