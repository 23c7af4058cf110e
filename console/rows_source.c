/*
 * rows_source: sources, their conditions, polls and items as JSON.
 */
#include "base/jsonx.h"
#include "base/url.h"
#include "console/rows.h"
#include "store/conditions.h"

/* --- conditions --- */

static const char *
severity_of(struct str kind)
{
    static const struct {
        const char *word;
        enum condition_severity severity;
    } kinds[] = {
#define X(name, word, severity, bad, good) {word, CONDITION_##severity},
        CONDITION_KINDS(X)
#undef X
    };
    static const char *const names[] = {
        [CONDITION_NOTE] = "note",
        [CONDITION_TROUBLE] = "trouble",
        [CONDITION_BLIND] = "blind",
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(kind, str_of(kinds[i].word)))
            return names[kinds[i].severity];
    return names[CONDITION_TROUBLE];
}

json_t *
row_condition(struct context *ctx, const struct condition_row *row)
{
    json_t *object = json_object();
    bool chinese = ctx->lang == LANG_ZH && row->text_zh.n > 0;

    set_str(object, "subject", row->subject);
    set_name(ctx, object, "kind", "condition", row->kind);
    set_str(object, "severity", str_of(severity_of(row->kind)));
    set_time(ctx, object, "opened", row->opened);
    set_time(ctx, object, "closed", row->closed);
    if (ctx->json) {
        set_str(object, "text", row->text);
        set_str(object, "text_zh", row->text_zh);
        return object;
    }
    set_str(
        object, "text", text_sentence(ctx, chinese ? row->text_zh : row->text));
    set_str(object, "advice", text_of(ctx, "advice", row->kind));
    set_flag(
        object, "is_note", str_eq(str_of(severity_of(row->kind)), STR("note")));
    return object;
}

static void
set_conditions(struct context *ctx, json_t *object,
    const struct condition_row *rows, size_t n, const char *key)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_condition(ctx, &rows[i]));
    (void)json_object_set_new(object, key, list);
}

/* --- a source --- */

/* "every 10 min", "every 6 h". */
static void
set_interval(struct context *ctx, json_t *object, int64_t ms)
{
    const char *key = "every_seconds";
    int64_t unit = MS_SECOND;
    struct str arg;

    set_number(object, "interval_ms", ms);
    if (ctx->json || ms <= 0)
        return;
    if (ms >= 2 * (int64_t)MS_HOUR) {
        key = "every_hours";
        unit = MS_HOUR;
    } else if (ms >= MS_MINUTE) {
        key = "every_minutes";
        unit = MS_MINUTE;
    }
    arg = arena_printf(ctx->arena, "%lld", (long long)((ms + unit - 1) / unit));
    set_str(object, "interval_text", text_format(ctx, key, &arg, 1));
}

static void
set_source_times(
    struct context *ctx, json_t *object, const struct source_state *state)
{
    set_time(ctx, object, "first_poll", state->first_poll);
    set_time(ctx, object, "last_poll", state->last_poll);
    set_time(ctx, object, "last_success", state->last_success);
    set_time(ctx, object, "last_new", state->last_new);
    set_time(ctx, object, "next_poll", state->next_poll);
}

/* How often it publishes, as it was learnt. */
static void
set_rhythm(
    struct context *ctx, json_t *object, const struct source_rhythm *rhythm)
{
    bool hours = rhythm->from_hour != rhythm->to_hour;
    json_t *value = json_object();

    set_name(ctx, object, "next_why", "why", rhythm->next_why);
    (void)json_object_set_new(
        value, "items_a_week", json_real(rhythm->items_a_week));
    (void)json_object_set_new(
        value, "workdays", json_boolean(rhythm->workdays));
    if (hours) {
        set_number(value, "from_hour", rhythm->from_hour);
        set_number(value, "to_hour", rhythm->to_hour);
    }
    set_number(value, "ttl_ms", rhythm->ttl_ms);
    if (!ctx->json && rhythm->items_a_week > 0) {
        struct str args[] = {arena_printf(ctx->arena,
                                 rhythm->items_a_week < 10 ? "%.1f" : "%.0f",
                                 rhythm->items_a_week),
            arena_printf(ctx->arena, "%d", rhythm->from_hour),
            arena_printf(ctx->arena, "%d", rhythm->to_hour)};

        set_str(value, "week_text", text_format(ctx, "rhythm_week", args, 1));
        if (hours)
            set_str(
                value, "hours_text", text_format(ctx, "rhythm_hours", args, 3));
        set_flag(value, "on_workdays", rhythm->workdays);
    }
    (void)json_object_set_new(object, "rhythm", value);
}

/* What a page says of it besides what JSON has. */
static void
set_source_words(
    struct context *ctx, json_t *object, const struct source_row *row)
{
    bool troubled = row->nconditions > 0;
    bool failing = row->state.failures > 0;
    bool polled = wall_is_set(row->state.last_success);
    bool site = str_eq(row->kind, STR("site"));
    bool blind = false;
    struct url parts;

    (void)ctx;
    for (size_t i = 0; i < row->nconditions; i++)
        blind = blind || str_eq(str_of(severity_of(row->conditions[i].kind)),
                             STR("blind"));
    if (url_is_http(row->url) && url_parse(row->url, &parts) == 0) {
        set_str(object, "link", row->url);
        set_host(object, parts.host);
    }
    /* Said of each: the page has a figure of that name. */
    (void)json_object_set_new(object, "troubled", json_boolean(troubled));
    set_flag(object, "blind", blind);
    set_flag(object, "failing", failing);
    set_flag(
        object, "stopped", str_eq(str_of(row->poll_state), STR("stopped")));
    set_flag(object, "is_site", site); /* how it stands is said there */
    set_flag(object, "well", !site && !troubled && !failing && polled);
    set_flag(object, "waiting", !site && !troubled && !failing && !polled);
}

json_t *
row_source(struct context *ctx, const struct source_row *row)
{
    json_t *object = json_object();

    set_str(object, "id", row->id);
    set_str(object, "title", row->title.n ? row->title : row->id);
    set_str(object, "url", row->url);
    set_name(ctx, object, "kind", "kind", row->kind);
    set_str(object, "owner", row->owner);
    set_str(object, "tags", row->tags);
    (void)json_object_set_new(object, "removed", json_boolean(row->removed));
    if (!ctx->json)
        set_flag(object, "polled",
            !row->removed && !str_eq(row->kind, STR("push")));
    set_number(object, "items", (int64_t)row->items);
    set_source_times(ctx, object, &row->state);
    set_interval(ctx, object, row->state.interval_ms);
    set_number(object, "failures", row->state.failures);
    set_str(object, "moved_to", row->state.moved_to);
    set_str(object, "state", str_of(row->poll_state));
    set_rhythm(ctx, object, &row->state.rhythm);
    set_conditions(
        ctx, object, row->conditions, row->nconditions, "conditions");
    if (!ctx->json)
        set_source_words(ctx, object, row);
    return object;
}

/* --- its polls and items --- */

/* A note is shown with its first word in the language. */
static void
set_notes(json_t *object, struct str notes)
{
    json_t *list = json_array();

    while (notes.p && notes.n > 0)
        (void)json_array_append_new(list, jsonx_str(str_split(&notes, '\n')));
    (void)json_object_set_new(object, "notes", list);
}

/* "12 KB": what came over the wire. */
static void
set_bytes(const struct context *ctx, json_t *object, uint64_t bytes)
{
    const char *unit = "KB";
    double n = (double)bytes / 1024;

    set_number(object, "bytes", (int64_t)bytes);
    if (ctx->json || bytes == 0)
        return;
    if (n >= 1024) {
        n /= 1024;
        unit = "MB";
    }
    set_str(object, "bytes_text",
        arena_printf(ctx->arena, n < 10 ? "%.1f %s" : "%.0f %s", n, unit));
}

json_t *
row_poll(struct context *ctx, const struct poll_entry *row)
{
    json_t *object = json_object();
    bool ok = row->cause.n == 0;

    set_time(ctx, object, "at", row->at);
    set_time(ctx, object, "since", row->since);
    set_number(object, "times", row->times);
    set_name(ctx, object, "outcome", "poll", row->outcome);
    set_name(ctx, object, "cause", "cause", row->cause);
    set_number(object, "status", row->status);
    set_number(object, "elapsed_ms", row->elapsed_ms);
    set_bytes(ctx, object, row->bytes);
    set_number(object, "in_window", row->in_window);
    set_number(object, "new", row->news);
    if (ctx->json)
        set_str(object, "reason", row->reason);
    else if (!str_eq(row->cause, STR("robots"))) /* the cause says it */
        set_str(object, "reason", text_sentence(ctx, row->reason));
    set_notes(object, row->notes);
    if (ctx->json)
        return object;
    /* The number says it all, in any language. */
    set_flag(object, "has_reason", !ok && !str_eq(row->cause, STR("status")));
    set_flag(object, "ok", ok);
    set_flag(object, "many", row->times > 1);
    set_flag(object, "has_status", row->status > 0);
    set_flag(object, "has_time", row->elapsed_ms > 0);
    set_flag(object, "has_items", str_eq(row->outcome, STR("items")));
    set_flag(object, "has_new", row->news > 0);
    set_flag(object, "has_notes", row->notes.n > 0);
    return object;
}

json_t *
row_source_item(struct context *ctx, const struct source_item *row)
{
    json_t *object = json_object();

    set_number(object, "id", row->id);
    set_str(object, "title", row->title);
    set_str(object, "url", row->url);
    set_time(ctx, object, "published", row->published);
    set_time(ctx, object, "first_seen", row->first_seen);
    set_number(object, "score", row->score);
    set_name(ctx, object, "level", "level", str_of(level_name(row->level)));
    set_number(object, "incident", row->incident);
    if (ctx->json)
        return object;
    if (url_is_http(row->url))
        set_str(object, "link", row->url);
    set_flag(object, "has_incident", row->incident > 0);
    return object;
}
