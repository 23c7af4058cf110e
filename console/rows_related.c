/* rows_related: what an incident has to do with others, and why one ends. */
#include "base/jsonx.h"
#include "console/acts.h"
#include "console/rows.h"
#include "store/view_regroup.h"

void
set_causes(
    const struct context *ctx, json_t *value, const char *key, bool false_alarm)
{
    json_t *list = json_array();

    for (int i = 0; i < INCIDENT_CAUSE_COUNT; i++) {
        struct str name = str_of(incident_cause_name((enum incident_cause)i));
        json_t *one;

        if (incident_cause_is_false_alarm((enum incident_cause)i) !=
            false_alarm)
            continue;
        one = json_object();
        set_str(one, "value", name);
        set_str(one, "text", text_of(ctx, "cause", name));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, key, list);
}

static json_t *
row_related(const struct context *ctx, const struct related_row *row)
{
    json_t *one = json_object();

    set_number(one, "id", row->id);
    set_str(one, "title", row->title);
    set_name(
        ctx, one, "state", "state", str_of(incident_state_name(row->state)));
    return one;
}

static int
add_related(struct context *ctx, int64_t incident, json_t *value,
    const char *key,
    int (*find)(struct view *view, int64_t incident, struct arena *arena,
        struct related_row **ret, size_t *ret_n))
{
    struct related_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = find(ctx->console->view, incident, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_related(ctx, &rows[i]));
    (void)json_object_set_new(value, key, list);
    return err;
}

static int
add_splits(struct context *ctx, int64_t incident, json_t *value)
{
    struct split_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_incident_splits(
        ctx->console->view, incident, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++) {
        json_t *one = json_object();
        bool out = rows[i].origin == incident;

        set_number(one, "id", rows[i].id);
        set_number(one, "origin", rows[i].origin);
        set_number(one, "target", rows[i].target);
        set_number(one, "items", rows[i].items);
        set_str(one, "by", rows[i].by);
        set_time(ctx, one, "at", rows[i].at);
        if (!ctx->json) {
            set_flag(one, "out", out);
            set_number(one, "other", out ? rows[i].target : rows[i].origin);
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "splits", list);
    return err;
}

int
set_related(struct context *ctx, const struct incident *incident, json_t *value)
{
    int64_t id = incident->id;
    int err = add_related(ctx, id, value, "merged", view_incident_merged);

    if (!err)
        err = add_related(ctx, id, value, "next", view_incident_next);
    if (!err)
        err = add_splits(ctx, id, value);
    if (!err && !ctx->json && ctx->who.role >= ROLE_OPERATOR)
        err = add_related(ctx, id, value, "others", view_incident_others);
    if (!ctx->json)
        set_flag(value, "has_related",
            json_array_size(json_object_get(value, "merged")) +
                    json_array_size(json_object_get(value, "next")) +
                    json_array_size(json_object_get(value, "splits")) >
                0);
    return err;
}
