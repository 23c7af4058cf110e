/*
 * page_incident: one incident, whole.
 */
#include "base/jsonx.h"
#include "console/acts.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_clock.h"
#include "console/rows_incident.h"
#include "console/rows_site.h"
#include "store/view_clocks.h"

enum {
    INCIDENT_MAX_DELIVERIES = 200,
    INCIDENT_PAGE_ITEMS = 60,     /* on a page; ?all=1 shows the rest */
    INCIDENT_PAGE_POINTS = 20000, /* of all their texts together */
    INCIDENT_ITEM_POINTS = 120,   /* of each, at least */
    INCIDENT_MAX_REVISIONS = 10,  /* of an item: what each changed */
    INCIDENT_MORNING_HOUR = 8     /* what is snoozed until a morning */
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

/* Where it is besides: gone at its source, or in an incident that was merged
 * into this one. */
static void
set_item_place(struct context *ctx, const struct item_row *row,
    int64_t incident, json_t *item)
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

/* Why it is in this group, clause by clause: "alike by 62 %", "the same place
 * (…)", "within an hour of its last item". */
static void
add_clauses(struct context *ctx, struct str why, json_t *item)
{
    json_t *list = json_array();
    size_t from = 0, depth = 0;

    for (size_t i = 0; i <= why.n; i++) {
        struct str clause;

        if (i < why.n) {
            depth += why.p[i] == '(';
            depth -= why.p[i] == ')' && depth > 0;
            if (depth > 0 || !str_starts(str_from(why, i), STR(", ")))
                continue;
        }
        clause = text_sentence(ctx, str_first(str_from(why, from), i - from));
        if (str_starts(clause, STR(", ")))
            clause = str_from(clause, 2);
        else if (str_starts(clause, STR("，")))
            clause = str_from(clause, sizeof "，" - 1);
        if (clause.n > 0)
            (void)json_array_append_new(list, jsonx_str(clause));
        from = i;
    }
    (void)json_object_set_new(item, "clauses", list);
}

static void
add_items(struct context *ctx, const struct incident_page *page, json_t *value)
{
    json_t *list = json_array();
    size_t n = (size_t)page->row->incident.items;

    ctx->text_points = points_each(page->nitems);
    for (size_t i = 0; i < page->nitems; i++) {
        const struct item_row *row = &page->items[i];
        json_t *item = row_item(ctx, row);

        set_item_place(ctx, row, page->row->incident.id, item);
        set_item_changes(ctx, row, INCIDENT_MAX_REVISIONS + 1, item);
        if (!ctx->json) {
            add_clauses(ctx, row->why, item);
            set_number(item, "alike", (int64_t)(row->similarity * 100 + 0.5));
            set_flag(item, "measured", row->similarity > 0);
        }
        (void)json_array_append_new(list, item);
    }
    (void)json_object_set_new(value, "items", list);
    if (!ctx->json) {
        set_number(value, "item_count", (int64_t)n);
        if (n > page->nitems)
            set_number(value, "items_left", (int64_t)(n - page->nitems));
    }
}

static void
add_timeline(
    struct context *ctx, const struct incident_page *page, json_t *value)
{
    json_t *list;

    if (!ctx->json) {
        set_events(ctx, page, value);
        return;
    }
    list = json_array();
    for (size_t i = 0; i < page->nledger; i++)
        (void)json_array_append_new(list, row_ledger(ctx, &page->ledger[i]));
    (void)json_object_set_new(value, "timeline", list);
}

static void
add_deliveries(
    struct context *ctx, const struct incident_page *page, json_t *value)
{
    json_t *list = json_array();

    for (size_t i = 0; i < page->ndeliveries; i++)
        (void)json_array_append_new(
            list, row_delivery(ctx, &page->deliveries[i]));
    (void)json_object_set_new(value, "deliveries", list);
    if (!ctx->json)
        set_flag(value, "has_deliveries", page->ndeliveries > 0);
}

/* --- what may be chosen ----------------------------------------------------
 */

/* Whom it may be given to: oneself first. */
static void
add_people(struct context *ctx, const struct incident *incident, json_t *value)
{
    json_t *list = json_array();
    struct user *users = NULL;
    size_t n = 0;

    if (view_users(ctx->console->view, ctx->arena, &users, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        bool me = str_eq(users[i].name, ctx->who.user);
        json_t *one;

        if (users[i].disabled || user_role_parse(users[i].role) < ROLE_OPERATOR)
            continue;
        one = json_object();
        set_str(one, "name", users[i].name);
        set_flag(one, "me", me);
        set_flag(one, "chosen",
            incident->assignee.n ? str_eq(users[i].name, incident->assignee)
                                 : me);
        (void)json_array_insert_new(list, me ? 0 : json_array_size(list), one);
    }
    set_flag(value, "has_people", json_array_size(list) > 0);
    (void)json_object_set_new(value, "people", list);
}

/* Times to snooze until that are hours of a day: the next two mornings, and
 * Monday's. */
static void
add_mornings(struct context *ctx, json_t *value)
{
    static const char *const keys[] = {"until_morning", "until_monday"};
    const struct zone *zone = ctx->console->zone;
    struct civil now = civil_of_wall(ctx->now, zone_offset(zone, ctx->now));
    int64_t today = civil_days(now.year, now.month, now.day);
    /* day 0 was a Thursday */
    int64_t days[] = {
        now.hour < INCIDENT_MORNING_HOUR ? 0 : 1, 7 - (today + 3) % 7};
    json_t *list = json_array();

    for (size_t i = 0; i < 2; i++) {
        struct wall noon = {(today + days[i]) * (int64_t)MS_DAY};
        struct civil day = civil_of_wall(noon, 0);
        json_t *one = json_object();

        day.hour = INCIDENT_MORNING_HOUR;
        set_time(ctx, one, "at", zone_to_wall(zone, &day));
        set_str(one, "text", text_get(ctx, keys[i]));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "mornings", list);
}

/* What only a page needs besides. */
static int
add_for_people(
    struct context *ctx, const struct incident_page *page, json_t *value)
{
    const struct incident *incident = &page->row->incident;
    json_t *json = json_object_get(value, "incident");
    int err;

    set_causes(ctx, value, "causes_resolve", false);
    set_causes(ctx, value, "causes_false_alarm", true);
    set_score_sums(ctx, json, incident->score);
    set_glance(ctx, page, value);
    err = set_own_sites(ctx, incident->id, value);
    if (err || ctx->who.role < ROLE_OPERATOR)
        return err;
    add_people(ctx, incident, value);
    add_mornings(ctx, value);
    return set_similar(ctx, incident, value);
}

/* --- the page -------------------------------------------------------------
 */

int
incident_page_read(
    struct context *ctx, int64_t id, size_t max, struct incident_page *ret)
{
    struct view *view = ctx->console->view;
    struct incident_row *row = ARENA_NEW(ctx->arena, struct incident_row);
    struct item_row *items = NULL;
    struct ledger_row *ledger = NULL;
    struct delivery_row *deliveries = NULL;
    struct clock_run *clocks = NULL;
    struct incident_page page = {
        .row = row, .whole = query_get(ctx, "all").n > 0};
    int err = row ? view_incident(view, id, ctx->arena, row) : E_NOMEM;

    if (!err)
        err = view_incident_first(
            view, id, max, ctx->arena, &items, &page.nitems);
    if (!err)
        err =
            view_incident_ledger(view, id, ctx->arena, &ledger, &page.nledger);
    if (!err)
        err = view_deliveries(view, id, -1, INCIDENT_MAX_DELIVERIES, 0,
            ctx->arena, &deliveries, &page.ndeliveries);
    if (!err)
        err = view_clocks(view, id, ctx->arena, &clocks, &page.nclocks);
    if (err)
        return err;
    page.items = items;
    page.ledger = ledger;
    page.deliveries = deliveries;
    page.clocks = clocks;
    *ret = page;
    return 0;
}

void
page_incident(struct context *ctx)
{
    struct incident_page page;
    json_t *value;
    int64_t id;
    size_t max = INT32_MAX;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!ctx->json && query_get(ctx, "all").n == 0)
        max = INCIDENT_PAGE_ITEMS;
    if (!err)
        err = incident_page_read(ctx, id, max, &page);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "incident", row_incident(ctx, page.row));
    err = set_related(ctx, &page.row->incident, value);
    if (!err && !ctx->json)
        err = add_for_people(ctx, &page, value);
    if (!err)
        err = rows_clocks(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    add_items(ctx, &page, value);
    add_timeline(ctx, &page, value);
    add_deliveries(ctx, &page, value);
    reply(ctx, 200, "incident", value);
}
