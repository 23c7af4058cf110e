#include "console/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/url.h"
#include "console/mark.h"

void
set_number(json_t *object, const char *key, int64_t n)
{
    (void)json_object_set_new(object, key, json_integer((json_int_t)n));
}

void
set_str(json_t *object, const char *key, struct str s)
{
    (void)json_object_set_new(
        object, key, s.n > 0 ? jsonx_str(s) : json_null());
}

void
set_flag(json_t *object, const char *key, bool on)
{
    (void)json_object_set_new(object, key, json_boolean(on));
}

void
set_name(const struct context *ctx, json_t *object, const char *key,
    const char *prefix, struct str name)
{
    struct str kept = arena_str(ctx->arena, name); /* may be object's own */
    char text[64];

    set_str(object, key, kept);
    if (ctx->json || kept.n == 0)
        return;
    (void)snprintf(text, sizeof text, "%s_text", key);
    set_str(object, text, text_of(ctx, prefix, kept));
}

void
set_host(json_t *object, struct str host)
{
    for (size_t i = 0; i < host.n; i++)
        if ((unsigned char)host.p[i] >= 0x80)
            return;
    set_str(object, "host", host);
}

/* An address that may become a link, and the host to show beside it. */
static void
set_link(const struct context *ctx, json_t *object, struct str url)
{
    struct url parts;

    set_str(object, "url", url);
    /* An address that was masked leads nowhere; the evidence has it whole. */
    if (ctx->json || str_find(url, STR("***")) < url.n || !url_is_http(url) ||
        url_parse(url, &parts))
        return;
    set_str(object, "link", url);
    set_host(object, parts.host);
}

/* --- incidents --- */

/* "a, b, +3" as an array and the rest. */
static void
set_sources(struct context *ctx, json_t *object, struct str joined)
{
    json_t *list = json_array(), *titles = json_array();
    int more = 0;

    while (joined.p && joined.n > 0) {
        struct str id = str_trim(str_split(&joined, ','));

        if (str_starts(id, STR("+"))) {
            for (size_t i = 1; i < id.n; i++)
                if (id.p[i] >= '0' && id.p[i] <= '9' && more < 100000)
                    more = more * 10 + (id.p[i] - '0');
        } else if (id.n > 0) {
            (void)json_array_append_new(list, jsonx_str(id));
            if (!ctx->json)
                (void)json_array_append_new(
                    titles, jsonx_str(rows_source_title(ctx, id)));
        }
    }
    (void)json_object_set_new(object, "sources", list);
    set_number(object, "more_sources", more);
    if (!ctx->json) {
        (void)json_object_set(object, "source_titles", titles);
        set_flag(object, "has_more_sources", more > 0);
    }
    json_decref(titles);
}

static void
set_incident_times(
    struct context *ctx, json_t *object, const struct incident *incident)
{
    set_time(ctx, object, "first_seen", incident->first_seen);
    set_time(ctx, object, "last_seen", incident->last_seen);
    set_time(ctx, object, "opened", incident->opened);
    set_time(ctx, object, "acknowledged", incident->acknowledged);
    set_time(ctx, object, "closed", incident->closed);
    set_time(ctx, object, "until", incident->until);
}

/* What may be done next, for buttons. */
static void
set_incident_flags(
    const struct context *ctx, json_t *object, const struct incident *incident)
{
    bool open = incident_state_is_open(incident->state);

    if (ctx->json)
        return;
    set_flag(object, "open", open);
    set_flag(object, "can_acknowledge",
        incident->state == INCIDENT_NEW || incident->state == INCIDENT_SNOOZED);
    set_flag(
        object, "can_respond", open && incident->state != INCIDENT_RESPONDING);
    set_flag(object, "can_reopen",
        incident->state == INCIDENT_CLOSED ||
            incident->state == INCIDENT_FALSE_ALARM);
    set_flag(object, "is_new", incident->state == INCIDENT_NEW);
    set_flag(object, "has_until",
        wall_is_set(incident->until) && open &&
            incident->state != INCIDENT_NEW);
    set_flag(object, "mine",
        incident->assignee.n && str_eq(incident->assignee, ctx->who.user));
    set_flag(object, "has_previous", incident->previous > 0);
    set_flag(object, "is_merged", incident->merged_into > 0);
    set_flag(object, "is_retracted",
        incident->substate == INCIDENT_SUB_RETRACTED);
    set_flag(object, "is_false_alarm", incident->state == INCIDENT_FALSE_ALARM);
    set_flag(object, "can_split",
        incident->items > 1 && incident->merged_into == 0);
}

static void
set_incident_deliveries(json_t *object, const struct incident_row *row)
{
    json_t *deliveries = json_object();

    set_number(deliveries, "pending", row->pending);
    set_number(deliveries, "delivered", row->delivered);
    set_number(deliveries, "dead", row->dead);
    (void)json_object_set_new(object, "deliveries", deliveries);
    set_flag(object, "has_dead", row->dead > 0);
    set_flag(object, "has_pending", row->dead == 0 && row->pending > 0);
    set_flag(object, "has_delivered",
        row->dead == 0 && row->pending == 0 && row->delivered > 0);
}

json_t *
row_incident(struct context *ctx, const struct incident_row *row)
{
    const struct incident *incident = &row->incident;
    struct str base = ctx->console->config.url;
    json_t *object = json_object();

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    set_number(object, "id", incident->id);
    set_str(object, "url",
        arena_printf(ctx->arena, "%.*s/incidents/%lld", STR_ARG(base),
            (long long)incident->id));
    set_name(
        ctx, object, "level", "level", str_of(level_name(incident->level)));
    set_number(object, "score", incident->score);
    set_str(object, "title", incident->title);
    set_name(ctx, object, "category", "category", incident->category);
    set_name(ctx, object, "state", "state",
        str_of(incident_state_name(incident->state)));
    set_name(ctx, object, "substate", "substate",
        str_of(incident_substate_name(incident->substate)));
    set_str(object, "owner", incident->owner);
    set_str(object, "assignee", incident->assignee);
    set_str(object, "reason", incident->reason);
    set_name(ctx, object, "cause", "cause", incident->cause);
    set_incident_times(ctx, object, incident);
    set_number(object, "items", incident->items);
    set_sources(ctx, object, row->sources);
    set_explanation(ctx, object, incident->explanation);
    set_incident_deliveries(object, row);
    set_number(object, "previous", incident->previous);
    set_number(object, "merged_into", incident->merged_into);
    set_number(object, "generation", (int64_t)incident->generation);
    set_incident_flags(ctx, object, incident);
    return object;
}

/* --- items --- */

static json_t *
row_finding(struct context *ctx, const struct finding_row *finding)
{
    json_t *object = json_object();
    json_t *spans = json_array();
    char points[16];

    set_str(object, "rule", finding->rule);
    set_str(object, "title", finding->title.n ? finding->title : finding->rule);
    set_name(ctx, object, "category", "category", finding->category);
    set_number(object, "points", finding->points);
    (void)json_object_set_new(
        object, "indeterminate", json_boolean(finding->indeterminate));
    if (!ctx->json) {
        (void)snprintf(points, sizeof points, "%+d", finding->points);
        (void)json_object_set_new(object, "points_text", json_string(points));
        set_flag(object, "lowers", finding->points < 0);
        json_decref(spans);
        return object;
    }
    for (size_t i = 0; i < finding->nspans; i++) {
        const struct span *span = &finding->spans[i];
        json_t *one = json_object();

        (void)json_object_set_new(one, "field",
            json_string(span->field == FIELD_TITLE ? "title" : "text"));
        set_number(one, "start", span->start);
        set_number(one, "end", span->end);
        (void)json_array_append_new(spans, one);
    }
    (void)json_object_set_new(object, "spans", spans);
    return object;
}

/* The spans of all findings that raise the score, in one array. */
static const struct span *
all_spans(struct context *ctx, const struct item_row *row, size_t *ret_n)
{
    struct span *all = ARENA_ARRAY(ctx->arena, MARK_MAX_SPANS, struct span);
    size_t n = 0;

    for (size_t i = 0; all && i < row->nfindings; i++)
        for (size_t j = 0; j < row->findings[i].nspans; j++)
            if (n < MARK_MAX_SPANS && row->findings[i].points >= 0)
                all[n++] = row->findings[i].spans[j];
    *ret_n = n;
    return all;
}

static void
set_item_page(struct context *ctx, json_t *object, const struct item_row *row)
{
    size_t n;
    const struct span *spans = all_spans(ctx, row, &n);
    char similarity[16];

    (void)json_object_set_new(object, "title_pieces",
        mark_pieces(ctx->arena, row->title, FIELD_TITLE, spans, n, 0));
    (void)json_object_set_new(object, "text_pieces",
        mark_pieces(ctx->arena, row->text, FIELD_TEXT, spans, n,
            ctx->text_points ? ctx->text_points : ROWS_TEXT_POINTS));
    set_flag(object, "has_findings", row->nfindings > 0);
    set_flag(object, "revised", row->revisions > 1);
    if (row->similarity > 0) {
        (void)snprintf(similarity, sizeof similarity, "%d%%",
            (int)(row->similarity < 1 ? row->similarity * 100 + 0.5 : 100));
        (void)json_object_set_new(
            object, "similarity_text", json_string(similarity));
    }
}

json_t *
row_item(struct context *ctx, const struct item_row *row)
{
    json_t *object = json_object();
    json_t *findings = json_array();

    set_number(object, "id", row->id);
    set_str(object, "source", row->source);
    set_str(object, "source_title",
        row->source_title.n ? row->source_title : row->source);
    set_str(object, "title", row->title);
    set_str(object, "text", row->text);
    set_link(ctx, object, row->url);
    set_time(ctx, object, "published", row->published);
    set_time(ctx, object, "first_seen", row->first_seen);
    set_number(object, "revisions", row->revisions);
    set_number(object, "score", row->score);
    set_str(object, "why", ctx->json ? row->why : text_sentence(ctx, row->why));
    (void)json_object_set_new(object, "similarity", json_real(row->similarity));
    for (size_t i = 0; i < row->nfindings; i++)
        (void)json_array_append_new(
            findings, row_finding(ctx, &row->findings[i]));
    (void)json_object_set_new(object, "findings", findings);
    if (!ctx->json)
        set_item_page(ctx, object, row);
    return object;
}

/* --- timeline --- */

/* What a timeline shows elsewhere: the reason below, the rest at the items. */
static bool
is_shown_elsewhere(const char *key)
{
    static const char *const keys[] = {"reason", "text", "item", "why"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* One detail of an entry as a person reads it; NULL when it says nothing. */
static json_t *
row_detail(struct context *ctx, const char *key, const json_t *value)
{
    json_t *detail;
    struct str text = str_of(json_string_value(value));
    struct wall at;
    char local[TIMEFMT_LOCAL_SIZE];

    if (is_shown_elsewhere(key) ||
        (!json_is_string(value) && !json_is_integer(value)))
        return NULL;
    if (json_is_integer(value))
        text = arena_printf(
            ctx->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (strcmp(key, "until") == 0 && !timefmt_parse_rfc3339(text, &at))
        text = str_of(timefmt_local(ctx->console->zone, at, local));
    else if (strcmp(key, "source") == 0)
        text = rows_source_title(ctx, text);
    else
        text = text_of(ctx, key, text);
    detail = json_object();
    set_str(detail, "name", text_of(ctx, "detail", str_of(key)));
    set_str(detail, "value", text);
    return detail;
}

json_t *
row_ledger(struct context *ctx, const struct ledger_row *row)
{
    const struct ledger_entry *entry = &row->entry;
    json_t *object = json_object(), *list = json_array();
    json_t *details = NULL, *value;
    struct str reason;
    const char *key;

    set_number(object, "id", row->id);
    set_time(ctx, object, "at", entry->at);
    set_name(ctx, object, "kind", "event", entry->kind);
    set_str(object, "by", entry->by);
    set_str(object, "from", entry->from);
    if (entry->text.n > 0)
        (void)jsonx_load(entry->text, NULL, &details);
    (void)json_object_set_new(
        object, "text", details ? details : jsonx_str(entry->text));
    if (!ctx->json) {
        reason = jsonx_get_str(details, "reason");
        set_str(object, "reason",
            reason.n ? reason : jsonx_get_str(details, "text"));
        set_flag(object, "by_person",
            entry->by.n > 0 && !str_eq(entry->by, STR("system")));
        json_object_foreach(details, key, value)
        {
            json_t *detail = row_detail(ctx, key, value);

            if (detail)
                (void)json_array_append_new(list, detail);
        }
        (void)json_object_set(object, "details", list);
    }
    json_decref(list);
    return object;
}
