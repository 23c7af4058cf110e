/*
 * page_now: what needs somebody now, how long there is, whether the messages
 * arrived, and what nobody sees at the moment.
 *
 * Each part is short and ends in a link to its whole list.  Who is on call is
 * the engine's to say; everything else stands in the store.  When the engine
 * does not answer, the rest is shown.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "console/list_query.h"
#include "console/rows_list.h"
#include "store/view_deliveries.h"
#include "store/view_silences.h"

enum { NOW_SHOWN = 8 /* of each list; the rest is behind its link */ };

/* Whether it is an address of the list, as messages and reports had it when
 * the list was here. */
static bool
is_list_address(const struct context *ctx)
{
    return !ctx->json && ctx->nquery > 0;
}

/* --- incidents
 * ---------------------------------------------------------------- */

/* One part: the first of what a query finds, how many that is, and where all of
 * them are. */
static int
set_part(struct context *ctx, json_t *value, const char *key, const char *text)
{
    struct list_query query = list_query_of(ctx, str_of(text));
    struct list_filter filter;
    struct list_row *rows = NULL;
    json_t *part = json_object(), *list = json_array();
    uint64_t total = 0;
    size_t n = 0;
    bool more = false;
    int err = list_query_filter(ctx, &query, &filter);

    filter.limit = NOW_SHOWN;
    if (!err)
        err = view_list(
            ctx->console->view, &filter, ctx->arena, &rows, &n, &more);
    if (!err)
        err = view_list_count(ctx->console->view, &filter, &total);
    for (size_t i = 0; i < n; i++) {
        json_t *row = row_list(ctx, &rows[i]);
        const struct incident *incident = &rows[i].row.incident;

        /* Somebody had it, and the time that he had for it is over. */
        set_flag(row, "again",
            incident->state == INCIDENT_NEW &&
                str_eq(rows[i].touched_kind, STR("incident.expire")));
        (void)json_array_append_new(list, row);
    }
    (void)json_object_set_new(part, "incidents", list);
    set_number(part, "total", (int64_t)total);
    set_str(part, "link", arena_printf(ctx->arena, "/incidents?%s", text));
    set_flag(part, "some", n > 0);
    set_flag(part, "more", more);
    (void)json_object_set_new(value, key, part);
    return err;
}

/* A figure with its link; 0 is calm. */
static void
add_tile(struct context *ctx, json_t *tiles, const char *key, const char *kind,
    uint64_t n, const char *link)
{
    json_t *tile = json_object();

    set_str(tile, "text", text_get(ctx, key));
    set_str(tile, "kind", str_of(kind));
    set_str(tile, "link", str_of(link));
    set_number(tile, "count", (int64_t)n);
    set_flag(tile, "none", n == 0);
    set_flag(tile, "many", n > LIST_COUNT_MAX);
    (void)json_array_append_new(tiles, tile);
}

static uint64_t
count_of(struct context *ctx, const char *text)
{
    struct list_query query = list_query_of(ctx, str_of(text));
    struct list_filter filter;
    uint64_t n = 0;

    if (list_query_filter(ctx, &query, &filter) != 0 ||
        view_list_count(ctx->console->view, &filter, &n) != 0)
        return 0;
    return n;
}

/* What waits, by level, and what is late. */
static void
set_figures(struct context *ctx, json_t *value)
{
    uint64_t counts[LEVEL_COUNT] = {0}, fresh_all = 0;
    json_t *figures = json_object(), *fresh = json_object(),
           *open = json_object(), *tiles = json_array();
    uint64_t breached = count_of(ctx, "clock=breached"),
             soon = count_of(ctx, "clock=soon");

    (void)view_incident_counts(ctx->console->view, counts);
    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--) {
        const char *name = level_name((enum level)i);
        char query[64], link[80], key[32];
        uint64_t n;

        (void)snprintf(query, sizeof query, "level=%s&state=new", name);
        (void)snprintf(link, sizeof link, "/incidents?%s", query);
        (void)snprintf(key, sizeof key, "level_%s", name);
        n = count_of(ctx, query);
        fresh_all += n;
        set_number(fresh, name, (int64_t)n);
        set_number(open, name, (int64_t)counts[i]);
        add_tile(ctx, tiles, key, name, n, link);
    }
    add_tile(ctx, tiles, "now_breached", "late", breached,
        "/incidents?clock=breached&sort=clock");
    add_tile(ctx, tiles, "now_soon", "soon", soon,
        "/incidents?clock=soon&sort=clock");
    (void)json_object_set_new(figures, "unacknowledged", fresh);
    (void)json_object_set_new(figures, "open", open);
    set_number(figures, "breached", (int64_t)breached);
    set_number(figures, "due_soon", (int64_t)soon);
    (void)json_object_set_new(value, "figures", figures);
    set_number(value, "unacknowledged", (int64_t)fresh_all);
    if (ctx->json) {
        json_decref(tiles);
        return;
    }
    (void)json_object_set_new(value, "tiles", tiles);
    set_flag(value, "has_new", fresh_all > 0);
    set_number(value, "backlog",
        (int64_t)(counts[LEVEL_RED] + counts[LEVEL_ORANGE] +
                  counts[LEVEL_YELLOW] + counts[LEVEL_BLUE]));
}

/* --- messages
 * ------------------------------------------------------------------- */

static void
set_channels(struct context *ctx, json_t *part)
{
    struct channel_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_channels(ctx->console->view, ctx->arena, &rows, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct channel_state *state = &rows[i].state;
        bool broken = wall_is_set(state->broken) || wall_is_set(state->stuck);
        json_t *one;

        if (!state->disabled && !broken)
            continue;
        one = json_object();
        set_str(one, "channel", state->channel);
        set_str(one, "state", state->disabled ? STR("disabled") : STR("down"));
        set_time(ctx, one, "since",
            wall_is_set(state->broken) ? state->broken : state->stuck);
        set_str(one, "why",
            ctx->json ? state->why : text_sentence(ctx, state->why));
        set_number(one, "pending", (int64_t)rows[i].pending);
        set_flag(one, "disabled", !ctx->json && state->disabled);
        (void)json_array_append_new(list, one);
    }
    set_flag(part, "has_channels", json_array_size(list) > 0);
    (void)json_object_set_new(part, "channels", list);
}

static int
set_messages(struct context *ctx, json_t *value)
{
    struct store_numbers numbers = {0};
    json_t *part;
    int err = set_part(ctx, value, "messages", "delivery=late");

    part = json_object_get(value, "messages");
    if (!err)
        err = view_numbers(ctx->console->view, &numbers);
    set_number(part, "dead", (int64_t)numbers.deliveries_dead);
    set_number(part, "pending", (int64_t)numbers.deliveries_pending);
    set_flag(part, "has_dead", numbers.deliveries_dead > 0);
    set_channels(ctx, part);
    /* Said also when there is none: the page has a part of that name. */
    (void)json_object_set_new(part, "trouble",
        json_boolean(json_is_true(json_object_get(part, "some")) ||
                     numbers.deliveries_dead > 0 ||
                     json_is_true(json_object_get(part, "has_channels"))));
    return err;
}

static int
set_silences(struct context *ctx, json_t *value)
{
    struct silence *rows = NULL;
    json_t *part = json_object(), *list = json_array();
    uint64_t held = 0;
    size_t n = 0, shown = 0;
    int err =
        view_silences(ctx->console->view, VIEW_PAGE_MAX, ctx->arena, &rows, &n);

    if (!err)
        err = view_held_count(ctx->console->view, &held);
    for (size_t i = 0; i < n && !wall_is_set(rows[i].ended); i++) {
        json_t *one;

        if (shown++ >= NOW_SHOWN)
            continue;
        one = json_object();
        set_number(one, "id", rows[i].id);
        set_str(one, "reason", rows[i].reason);
        set_str(one, "author", rows[i].author);
        set_time(ctx, one, "until", rows[i].until);
        set_number(one, "held", rows[i].held);
        set_number(one, "incidents", rows[i].incidents);
        set_flag(one, "has_held", !ctx->json && rows[i].held > 0);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(part, "in_force", list);
    set_number(part, "total", (int64_t)shown);
    set_number(part, "waiting", (int64_t)held);
    set_flag(part, "has_waiting", !ctx->json && held > 0);
    set_flag(part, "some", !ctx->json && shown > 0);
    set_flag(part, "any", !ctx->json && (shown > 0 || held > 0));
    (void)json_object_set_new(value, "silences", part);
    return err;
}

/* --- what nobody sees
 * -------------------------------------------------------------- */

/* Where a condition's subject is looked at. */
static void
set_subject(struct context *ctx, json_t *one, struct str subject)
{
    static const struct str source = {"source:", 7}, channel = {"channel:", 8};

    if (str_starts(subject, source)) {
        struct str id = str_from(subject, source.n);

        set_str(one, "name", rows_source_title(ctx, id));
        set_str(one, "link",
            arena_printf(ctx->arena, "/sources/%.*s", STR_ARG(id)));
    } else if (str_starts(subject, channel)) {
        set_str(one, "name", str_from(subject, channel.n));
        set_str(one, "link",
            ctx->who.role >= ROLE_OPERATOR ? STR("/settings/channels")
                                           : STR("/deliveries"));
    } else {
        set_str(one, "name", text_of(ctx, "subject", subject));
        set_str(one, "link", STR("/sources"));
    }
}

static int
set_blind(struct context *ctx, json_t *value)
{
    struct condition_row *rows = NULL;
    json_t *part = json_object(), *list = json_array();
    uint64_t all = 0, troubled = 0;
    size_t n = 0, shown = 0;
    int err =
        view_conditions(ctx->console->view, STR_NONE, ctx->arena, &rows, &n);

    if (!err)
        err = view_source_counts(ctx->console->view, &all, &troubled);
    for (size_t i = 0; i < n; i++) {
        json_t *one = row_condition(ctx, &rows[i]);

        /* The worst come first; what is only worth a note is no trouble. */
        if (str_eq(jsonx_get_str(one, "severity"), STR("note")) ||
            shown++ >= NOW_SHOWN) {
            json_decref(one);
            continue;
        }
        set_flag(one, "is_blind",
            !ctx->json && str_eq(jsonx_get_str(one, "severity"), STR("blind")));
        if (!ctx->json)
            set_subject(ctx, one, rows[i].subject);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(part, "conditions", list);
    set_number(part, "total", (int64_t)shown);
    set_number(part, "sources", (int64_t)all);
    set_number(part, "troubled", (int64_t)troubled);
    set_flag(part, "some", !ctx->json && shown > 0);
    set_flag(part, "more", !ctx->json && shown > NOW_SHOWN);
    (void)json_object_set_new(value, "trouble", part);
    return err;
}

/* --- who is on call
 * ------------------------------------------------------------------ */

static void
local_time(const struct context *ctx, json_t *object, const char *key)
{
    struct wall t;
    struct str text = jsonx_get_str(object, key);

    if (text.n && timefmt_parse_rfc3339(text, &t) == 0)
        set_time(ctx, object, key, t);
}

/* The first shift that begins later. */
static json_t *
next_shift(const struct context *ctx, const json_t *shifts)
{
    json_t *one;
    size_t i;

    json_array_foreach(shifts, i, one)
    {
        struct wall from;

        if (timefmt_parse_rfc3339(jsonx_get_str(one, "from"), &from) == 0 &&
            from.ms > ctx->now.ms)
            return json_copy(one);
    }
    return NULL;
}

static void
add_handovers(const struct context *ctx, json_t *list, const json_t *rota)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(rota, "handovers"), i, one)
    {
        struct str state = jsonx_get_str(one, "state");
        json_t *copy;

        if (!str_eq(state, STR("waiting")) && !str_eq(state, STR("overdue")))
            continue;
        copy = json_copy(one);
        if (!ctx->json) {
            local_time(ctx, copy, "at");
            local_time(ctx, copy, "due");
            set_flag(copy, "overdue", str_eq(state, STR("overdue")));
        }
        (void)json_array_append_new(list, copy);
    }
}

static void
set_duty(struct context *ctx, json_t *value, const json_t *duty)
{
    json_t *part = json_object(), *rotas = json_array(), *waits = json_array();
    json_t *rota;
    size_t i;

    json_array_foreach(json_object_get(duty, "rotas"), i, rota)
    {
        json_t *one = json_object();
        json_t *people = json_object_get(rota, "on_call");
        json_t *next = next_shift(ctx, json_object_get(rota, "shifts"));

        (void)json_object_set(one, "name", json_object_get(rota, "name"));
        (void)json_object_set(one, "on_call", people);
        set_flag(one, "nobody", !ctx->json && json_array_size(people) == 0);
        if (next && !ctx->json) {
            local_time(ctx, next, "from");
            (void)json_object_set_new(next, "nobody", /* not who is now */
                json_boolean(
                    json_array_size(json_object_get(next, "people")) == 0));
        }
        (void)json_object_set_new(one, "next", next ? next : json_null());
        (void)json_array_append_new(rotas, one);
        add_handovers(ctx, waits, rota);
    }
    set_flag(part, "some", !ctx->json && json_array_size(rotas) > 0);
    set_flag(part, "has_waits", !ctx->json && json_array_size(waits) > 0);
    (void)json_object_set_new(part, "known", json_boolean(duty != NULL));
    (void)json_object_set_new(part, "rotas", rotas);
    (void)json_object_set_new(part, "handovers", waits);
    (void)json_object_set_new(value, "duty", part);
}

/* --- the page
 * ------------------------------------------------------------------------- */

static void
now_shown(struct context *ctx, const struct action_result *result)
{
    json_t *value = json_object(), *duty = NULL;
    int err = set_part(ctx, value, "fresh", "state=new&sort=level");

    if (!err)
        err = set_part(ctx, value, "clocks", "clock=running&sort=clock");
    if (!err)
        err = set_part(ctx, value, "mine", "assignee=%40me&sort=clock");
    if (!err)
        err = set_messages(ctx, value);
    if (!err)
        err = set_silences(ctx, value);
    if (!err)
        err = set_blind(ctx, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    set_figures(ctx, value);
    if (result->err == 0 && result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &duty);
    set_duty(ctx, value, duty);
    json_decref(duty);
    reply(ctx, 200, "now", value);
}

void
page_now(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_DUTY, .object = STR("2"), .until = WALL_NONE};

    if (is_list_address(ctx)) {
        reply_redirect(ctx, arena_printf(ctx->arena, "/incidents?%.*s",
                                STR_ARG(ctx->exchange->request->query)));
        return;
    }
    ask_engine(ctx, &action, now_shown);
}
