/*
 * page_board: what a wall shows.
 *
 * Nobody is at it: it needs no pointer, no scrolling and no log-in that runs
 * out.  A screen asks for /board/TOKEN, where TOKEN is an API token that may
 * only read; who can see the address can see the board, and do nothing.
 */
#include <stdlib.h>

#include "base/jsonx.h"
#include "console/auth.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_clock.h"
#include "store/view_clocks.h"

enum {
    BOARD_ROWS = 8,   /* as many as can be read across a room */
    BOARD_READ = 100, /* open incidents of a level that are looked at */
    BOARD_BLIND = 4,  /* conditions that are named */
    BOARD_MAX_CONDITIONS = 500,
    BOARD_TITLE_POINTS = 60
};

/* An open incident, and its next deadline. */
struct board_row {
    const struct incident_row *row;
    struct clock_run clock; /* id 0: none runs */
};

/* --- incidents -------------------------------------------------------------
 */

/* The higher level first; of one level what is the nearest to its deadline,
 * then the newest. */
static int
board_order(const void *a, const void *b)
{
    const struct board_row *x = a, *y = b;
    const struct incident *i = &x->row->incident, *k = &y->row->incident;
    int64_t due = x->clock.id ? x->clock.due.ms : INT64_MAX;
    int64_t other = y->clock.id ? y->clock.due.ms : INT64_MAX;

    if (i->level != k->level)
        return i->level > k->level ? -1 : 1;
    if ((i->state == INCIDENT_NEW) != (k->state == INCIDENT_NEW))
        return i->state == INCIDENT_NEW ? -1 : 1;
    if (due != other)
        return due < other ? -1 : 1;
    return i->last_seen.ms > k->last_seen.ms ? -1 : 1;
}

/* The open ones of a level that are not snoozed, added to rows. */
static int
read_level(struct context *ctx, enum level level, struct board_row *rows,
    size_t *n, size_t cap)
{
    struct incident_filter filter = {.levels = 1u << level,
        .from = WALL_NONE,
        .to = WALL_NONE,
        .limit = BOARD_READ};
    struct incident_row *found = NULL;
    struct clock_run *clocks = NULL;
    int64_t ids[BOARD_READ];
    size_t count = 0;
    bool more = false;
    int err = view_incidents(
        ctx->console->view, &filter, ctx->arena, &found, &count, &more);

    for (size_t i = 0; i < count; i++)
        ids[i] = found[i].incident.id;
    if (!err && count > 0)
        err = view_clocks_next(
            ctx->console->view, ids, count, ctx->arena, &clocks);
    for (size_t i = 0; !err && i < count && *n < cap; i++)
        if (found[i].incident.state != INCIDENT_SNOOZED)
            rows[(*n)++] = (struct board_row){&found[i], clocks[i]};
    return err;
}

static void
set_clock(const struct context *ctx, json_t *one, const struct clock_run *run)
{
    json_t *clock;

    if (run->id == 0 || !wall_is_set(run->due))
        return;
    clock = json_object();
    set_str(clock, "title", rows_clock_title(ctx, run));
    set_time(ctx, clock, "due", run->due);
    (void)json_object_set_new(clock, "missed",
        json_boolean(wall_is_set(run->breached) || run->due.ms <= ctx->now.ms));
    (void)json_object_set_new(one, "clock", clock);
}

static json_t *
board_json(struct context *ctx, const struct board_row *row)
{
    const struct incident *incident = &row->row->incident;
    json_t *one = json_object();

    set_number(one, "id", incident->id);
    set_name(ctx, one, "level", "level", str_of(level_name(incident->level)));
    set_str(one, "title", incident->title);
    set_str(one, "owner", incident->owner);
    set_name(ctx, one, "category", "category", incident->category);
    set_name(ctx, one, "state", "state",
        str_of(incident_state_name(incident->state)));
    set_str(one, "assignee", incident->assignee);
    set_time(ctx, one, "first_seen", incident->first_seen);
    set_number(one, "items", incident->items);
    set_number(one, "dead", row->row->dead);
    set_clock(ctx, one, &row->clock);
    if (ctx->json)
        return one;
    set_flag(one, "is_new", incident->state == INCIDENT_NEW);
    set_flag(one, "has_dead", row->row->dead > 0);
    return one;
}

static int
set_incidents(struct context *ctx, json_t *value)
{
    enum { CAP = BOARD_READ * LEVEL_COUNT };
    struct board_row *rows = ARENA_ARRAY(ctx->arena, CAP, struct board_row);
    json_t *list = json_array();
    size_t n = 0;
    int err = rows ? 0 : E_NOMEM;

    for (int i = LEVEL_RED; !err && i >= LEVEL_BLUE && n < BOARD_ROWS; i--) {
        size_t from = n;

        err = read_level(ctx, (enum level)i, rows, &n, CAP);
        if (n > from)
            qsort(rows + from, n - from, sizeof *rows, board_order);
    }
    for (size_t i = 0; !err && i < n && i < BOARD_ROWS; i++)
        (void)json_array_append_new(list, board_json(ctx, &rows[i]));
    (void)json_object_set_new(value, "incidents", list);
    set_flag(value, "any", n > 0);
    return err;
}

static int
set_levels(struct context *ctx, json_t *value)
{
    uint64_t counts[LEVEL_COUNT], all = 0;
    size_t shown = json_array_size(json_object_get(value, "incidents"));
    json_t *list = json_array();
    int err = view_incident_counts(ctx->console->view, counts);

    for (int i = LEVEL_RED; !err && i >= LEVEL_BLUE; i--) {
        json_t *one = json_object();

        set_name(ctx, one, "level", "level", str_of(level_name((enum level)i)));
        set_number(one, "open", (int64_t)counts[i]);
        if (!ctx->json)
            set_flag(one, "none", counts[i] == 0);
        (void)json_array_append_new(list, one);
        all += counts[i];
    }
    (void)json_object_set_new(value, "levels", list);
    set_number(value, "open", (int64_t)all);
    set_number(value, "unacknowledged", (int64_t)rows_unacknowledged(ctx));
    if (!ctx->json && all > shown)
        set_number(value, "rest", (int64_t)(all - shown));
    return err;
}

/* --- what nobody sees, who is there --------------------------------------- */

static void
set_blind(struct context *ctx, json_t *value)
{
    struct condition_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0, blind = 0;

    if (view_conditions(ctx->console->view, STR_NONE, ctx->arena, &rows, &n) !=
        0)
        n = 0;
    for (size_t i = 0; i < n && i < BOARD_MAX_CONDITIONS; i++) {
        json_t *one = row_condition(ctx, &rows[i]);
        struct str about = rows[i].subject;
        struct str what = str_split(&about, ':');

        if (!str_eq(jsonx_get_str(one, "severity"), STR("blind")) ||
            ++blind > BOARD_BLIND) {
            json_decref(one);
            continue;
        }
        set_str(one, "about",
            str_eq(what, STR("source")) ? rows_source_title(ctx, about)
                                        : about);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "blind", list);
    set_number(value, "blind_count", (int64_t)blind);
    if (!ctx->json) {
        set_flag(value, "has_blind", blind > 0);
        if (blind > BOARD_BLIND)
            set_number(value, "blind_more", (int64_t)(blind - BOARD_BLIND));
    }
}

static void
set_numbers(struct context *ctx, json_t *value)
{
    struct store_numbers numbers;

    if (view_numbers(ctx->console->view, &numbers) != 0)
        return;
    set_time(ctx, value, "last_commit", numbers.last_commit);
    set_number(value, "sources", (int64_t)numbers.sources);
    set_number(
        value, "deliveries_pending", (int64_t)numbers.deliveries_pending);
    set_number(value, "deliveries_dead", (int64_t)numbers.deliveries_dead);
    if (!ctx->json) {
        set_flag(value, "lost", numbers.deliveries_dead > 0);
        set_flag(value, "waits", numbers.deliveries_pending > 0);
    }
}

/* Of all that the engine says of duty: who is on call now. */
static void
set_on_call(
    struct context *ctx, json_t *value, const struct action_result *result)
{
    json_t *duty = NULL, *rota, *list = json_array();
    bool known = result->err == 0 && result->data.n > 0 &&
                 jsonx_load(result->data, NULL, &duty) == 0;
    size_t i;

    json_array_foreach(json_object_get(duty, "rotas"), i, rota)
    {
        json_t *one = json_object(), *people = json_object_get(rota, "on_call");

        set_str(one, "rota", jsonx_get_str(rota, "name"));
        (void)json_object_set(one, "people", people);
        if (!ctx->json)
            set_flag(one, "nobody", json_array_size(people) == 0);
        (void)json_array_append_new(list, one);
    }
    if (!ctx->json) {
        set_flag(value, "duty_unknown", !known);
        set_flag(value, "has_rotas", json_array_size(list) > 0);
    }
    (void)json_object_set_new(value, "on_call", list);
    json_decref(duty);
}

static void
board_shown(struct context *ctx, const struct action_result *result)
{
    json_t *value = json_object();
    int err = set_incidents(ctx, value);

    if (!err)
        err = set_levels(ctx, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    set_blind(ctx, value);
    set_numbers(ctx, value);
    set_on_call(ctx, value, result);
    set_time(ctx, value, "at", ctx->now);
    if (!ctx->json)
        set_flag(value, "by_session", ctx->who.via == VIA_SESSION);
    reply(ctx, 200, "board", value);
}

void
page_board(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_DUTY, .object = STR("1"), .until = WALL_NONE};

    ask_engine(ctx, &action, board_shown);
}

/* --- a screen with a token in its address --------------------------------- */

/* Whether the token may only read, and the board.  ctx->who is then its user,
 * else nobody. */
static bool
token_reads(struct context *ctx, struct str token)
{
    const struct route *board;
    struct str args[ROUTE_MAX_ARGS];

    auth_identify_token(ctx, token);
    if (ctx->who.role == ROLE_VIEWER &&
        routes_find(HTTP_GET, STR("/api/v1/board"), &board, args) == 0 &&
        auth_only_allows(ctx->who.only, board))
        return true;
    ctx->who = (struct identity){.role = ROLE_NOBODY};
    return false;
}

/* Under a key of its own, or a screen whose token has ended would keep the
 * people at its address from logging in. */
void
page_board_token(struct context *ctx)
{
    const struct peer *peer = &ctx->exchange->peer;
    struct limit *limit = &ctx->console->limit;
    uint64_t key = limit_key_pair(
        limit, STR("/board"), limit_key_address(limit, str_of(peer->address)));

    if (!peer->local &&
        limit_wait(limit, key, LIMIT_FREE_ADDRESS, ctx->mono) > 0) {
        reply_error(ctx, 429, NULL);
        return;
    }
    if (!token_reads(ctx, ctx->args[0])) {
        if (!peer->local)
            limit_fail(limit, key, ctx->mono);
        reply_error(ctx, 404, NULL);
        return;
    }
    page_board(ctx);
}
