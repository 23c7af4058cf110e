#include "console/rows_list.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "console/rows_clock.h"

struct str
rows_left(const struct context *ctx, struct wall t)
{
    int64_t minutes =
        (t.ms > ctx->now.ms ? t.ms - ctx->now.ms : ctx->now.ms - t.ms) /
        MS_MINUTE;
    char big[24], small[24];
    struct str args[2];
    const char *key = "left_minutes";
    int64_t first = minutes, second = 0;

    if (minutes >= 2 * 24 * 60) {
        key = "left_days";
        first = minutes / (24 * 60);
        second = minutes / 60 % 24;
    } else if (minutes >= 60) {
        key = "left_hours";
        first = minutes / 60;
        second = minutes % 60;
    }
    (void)snprintf(big, sizeof big, "%" PRId64, first);
    (void)snprintf(small, sizeof small, "%" PRId64, second);
    args[0] = str_of(big);
    args[1] = str_of(small);
    return text_format(ctx, key, args, 2);
}

json_t *
row_deadline(struct context *ctx, const struct clock_run *run)
{
    json_t *one = json_object();
    int64_t left = run->due.ms - ctx->now.ms;
    bool paused = !wall_is_set(run->due);
    bool late = !paused && left < 0;

    set_str(one, "id", run->clock);
    set_str(one, "title", ctx->json ? run->title : rows_clock_title(ctx, run));
    set_str(one, "document", run->document);
    set_time(ctx, one, "due", run->due);
    if (!paused)
        set_number(one, "left_ms", left);
    (void)json_object_set_new(one, "breached", json_boolean(late));
    if (ctx->json)
        return one;
    set_flag(one, "paused", paused);
    set_flag(one, "late", late);
    set_flag(one, "near", !paused && !late && left < LIST_SOON_MS);
    if (!paused)
        set_str(one, "left", rows_left(ctx, run->due));
    return one;
}

json_t *
row_list(struct context *ctx, const struct list_row *row)
{
    json_t *object = row_incident(ctx, &row->row);
    json_t *touched = json_object();

    (void)json_object_set_new(object, "clock",
        row->clock.id > 0 ? row_deadline(ctx, &row->clock) : json_null());
    set_time(ctx, touched, "at", row->touched);
    set_name(ctx, touched, "kind", "event", row->touched_kind);
    set_str(touched, "by", row->touched_by);
    set_flag(touched, "by_person",
        !ctx->json && row->touched_by.n > 0 &&
            !str_eq(row->touched_by, STR("system")));
    (void)json_object_set_new(
        object, "touched", wall_is_set(row->touched) ? touched : json_null());
    if (!wall_is_set(row->touched))
        json_decref(touched);
    set_str(object, "channel", row->channel);
    return object;
}

void
rows_option(json_t *list, struct str value, struct str text, bool chosen)
{
    json_t *option = json_object();

    set_str(option, "value", value);
    set_str(option, "text", text);
    set_flag(option, "chosen", chosen);
    (void)json_array_append_new(list, option);
}

void
set_people(struct context *ctx, json_t *value)
{
    struct user *users = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_users(ctx->console->view, ctx->arena, &users, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        if (!users[i].disabled &&
            user_role_parse(users[i].role) >= ROLE_OPERATOR)
            rows_option(list, users[i].name, users[i].name,
                str_eq(users[i].name, ctx->who.user));
    (void)json_object_set_new(value, "people", list);
}
