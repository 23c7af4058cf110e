/*
 * page_incident: one incident, whole.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "console/acts.h"
#include "console/context.h"
#include "console/diff.h"
#include "console/rows.h"
#include "console/rows_clock.h"

enum {
    INCIDENT_MAX_DELIVERIES = 200,
    INCIDENT_PAGE_ITEMS = 60,     /* on a page; ?all=1 shows the rest */
    INCIDENT_PAGE_POINTS = 20000, /* of all their texts together */
    INCIDENT_ITEM_POINTS = 120,   /* of each, at least */
    INCIDENT_MAX_REVISIONS = 10   /* of an item: what each changed */
};

/* --- reading --- */

/* How much of each text a page shows, so that all stay within its budget. */
static size_t
points_each(size_t shown)
{
    size_t points = shown ? INCIDENT_PAGE_POINTS / shown : 0;

    if (points < INCIDENT_ITEM_POINTS)
        return INCIDENT_ITEM_POINTS;
    return points < ROWS_TEXT_POINTS ? points : ROWS_TEXT_POINTS;
}

/* What each version of the item changed, newest first. */
static void
add_changes(struct context *ctx, const struct item_row *row, json_t *item)
{
    struct revision_row *revisions = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (row->revisions < 2 ||
        view_item_revisions(ctx->console->view, row->id,
            INCIDENT_MAX_REVISIONS + 1, ctx->arena, &revisions, &n) != 0)
        n = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        json_t *one = json_object();

        set_time(ctx, one, "seen", revisions[i].seen);
        (void)json_object_set_new(one, "title",
            diff_pieces(revisions[i + 1].title, revisions[i].title));
        (void)json_object_set_new(one, "text",
            diff_pieces(revisions[i + 1].text, revisions[i].text));
        set_flag(one, "first_text", revisions[i + 1].text.n == 0 &&
                                        revisions[i].text.n > 0);
        set_number(one, "score_before", revisions[i + 1].score);
        set_number(one, "score", revisions[i].score);
        (void)json_array_append_new(list, one);
    }
    set_flag(item, "has_changes", n > 1);
    (void)json_object_set_new(item, "changes", list);
}

/* Where it is besides: gone at its source, or in an incident that was merged
 * into this one. */
static void
set_item_place(struct context *ctx, const struct item_row *row, int64_t incident,
    json_t *item)
{
    set_time(ctx, item, "gone", row->gone);
    set_time(ctx, item, "checked", row->checked);
    set_number(item, "incident", row->incident);
    if (ctx->json)
        return;
    set_flag(item, "is_gone", wall_is_set(row->gone));
    set_flag(item, "was_checked",
        wall_is_set(row->checked) && !wall_is_set(row->gone));
    set_flag(item, "of_another", row->incident != incident);
}

static int
add_items(struct context *ctx, int64_t id, json_t *value)
{
    struct item_row *rows;
    json_t *list = json_array();
    bool all = ctx->json || query_get(ctx, "all").n > 0;
    size_t n = 0, shown;
    int err =
        view_incident_items(ctx->console->view, id, ctx->arena, &rows, &n);

    shown = all || n < INCIDENT_PAGE_ITEMS ? n : INCIDENT_PAGE_ITEMS;
    ctx->text_points = points_each(shown);
    for (size_t i = 0; !err && i < shown; i++) {
        json_t *item = row_item(ctx, &rows[i]);

        set_item_place(ctx, &rows[i], id, item);
        add_changes(ctx, &rows[i], item);
        (void)json_array_append_new(list, item);
    }
    (void)json_object_set_new(value, "items", list);
    if (!ctx->json) {
        set_number(value, "item_count", (int64_t)n);
        if (n > shown)
            set_number(value, "items_left", (int64_t)(n - shown));
    }
    return err;
}

static int
add_timeline(struct context *ctx, int64_t id, json_t *value)
{
    struct ledger_row *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err =
        view_incident_ledger(ctx->console->view, id, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_ledger(ctx, &rows[i]));
    (void)json_object_set_new(value, "timeline", list);
    return err;
}

static int
add_deliveries(struct context *ctx, int64_t id, json_t *value)
{
    struct delivery_row *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_deliveries(ctx->console->view, id, -1,
        INCIDENT_MAX_DELIVERIES, 0, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_delivery(ctx, &rows[i]));
    (void)json_object_set_new(value, "deliveries", list);
    if (!ctx->json)
        set_flag(value, "has_deliveries", n > 0);
    return err;
}

void
page_incident(struct context *ctx)
{
    struct incident_row row;
    json_t *value;
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = view_incident(ctx->console->view, id, ctx->arena, &row);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "incident", row_incident(ctx, &row));
    if (!ctx->json) {
        set_causes(ctx, value, "causes_resolve", false);
        set_causes(ctx, value, "causes_false_alarm", true);
    }
    err = set_related(ctx, &row.incident, value);
    if (!err)
        err = add_items(ctx, id, value);
    if (!err)
        err = rows_clocks(ctx, id, value);
    if (!err)
        err = add_timeline(ctx, id, value);
    if (!err)
        err = add_deliveries(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "incident", value);
}
