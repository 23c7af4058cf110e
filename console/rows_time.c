/*
 * rows_time: one list of all that happened to an incident.
 *
 * The ledger, the messages, each attempt with what the platform answered, and
 * the deadlines are kept apart; who reads what was done wants them in the
 * order in which it was.
 */
#include <stdlib.h>

#include "base/jsonx.h"
#include "console/rows.h"
#include "console/rows_clock.h"
#include "console/rows_incident.h"

enum {
    TIME_SHOWN = 120, /* entries on a page, unless ?all=1 */
    TIME_MAX_ENTRIES = 8000
};

enum time_kind {
    TIME_PEOPLE = 1,
    TIME_MESSAGES = 2,
    TIME_CLOCKS = 4,
    TIME_REST = 8
};

struct entry {
    int64_t at;
    size_t order; /* as it was added: of the same time the later is newer */
    json_t *json;
};
struct entries {
    struct context *ctx;
    struct entry *list;
    size_t n, cap;
    unsigned wanted; /* kinds */
    size_t most;     /* of the ledger that are said; more cannot be shown */
    size_t left;     /* others of the ledger */
};

static int
newest_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->at != y->at)
        return x->at > y->at ? -1 : 1;
    return x->order > y->order ? -1 : 1;
}

/* A new entry of a kind at a time, to be filled; NULL when it is not wanted. */
static json_t *
entry_add(struct entries *entries, enum time_kind kind, struct wall at)
{
    struct entry *entry;

    if (!(entries->wanted & (unsigned)kind) || !wall_is_set(at) ||
        entries->n == entries->cap)
        return NULL;
    entry = &entries->list[entries->n];
    *entry = (struct entry){at.ms, entries->n, json_object()};
    if (!entry->json)
        return NULL;
    entries->n++;
    set_time(entries->ctx, entry->json, "at", at);
    return entry->json;
}

/* --- what each thing says ------------------------------------------------- */

static void
add_ledger(struct entries *entries, const struct ledger_row *row)
{
    struct str by = row->entry.by;
    bool person = by.n > 0 && !str_eq(by, STR("system"));
    enum time_kind kind = person ? TIME_PEOPLE : TIME_REST;
    json_t *json, *said;

    if (entries->n >= entries->most) {
        entries->left += (entries->wanted & (unsigned)kind) != 0;
        return;
    }
    json = entry_add(entries, kind, row->entry.at);
    if (!json)
        return;
    said = row_ledger(entries->ctx, row);
    (void)json_object_update(json, said);
    json_decref(said);
    set_str(json, "mark", person ? STR("person") : STR("system"));
}

static void
add_attempt(struct entries *entries, const struct delivery *delivery,
    const struct attempt *attempt)
{
    const struct context *ctx = entries->ctx;
    json_t *json = entry_add(entries, TIME_MESSAGES, attempt->at);
    bool well = str_eq(attempt->class, STR("delivered"));

    if (!json)
        return;
    set_str(json, "mark", STR("attempt"));
    set_flag(json, "is_attempt", true);
    set_flag(json, "well", well);
    set_number(json, "number", attempt->number);
    set_str(json, "channel", delivery->channel);
    set_str(json, "kind_text", text_of(ctx, "attempt", attempt->class));
    set_str(json, "said", attempt->text);
    set_str(json, "code", attempt->code);
    if (attempt->status)
        set_number(json, "status", attempt->status);
    set_number(json, "elapsed_ms", attempt->elapsed_ms);
}

static void
add_message(struct entries *entries, const struct delivery_row *row)
{
    const struct delivery *delivery = &row->delivery;
    json_t *json = entry_add(entries, TIME_MESSAGES, delivery->created);

    if (json) {
        set_str(json, "mark", STR("message"));
        set_flag(json, "is_message", true);
        set_str(json, "channel", delivery->channel);
        set_name(entries->ctx, json, "kind", "event", delivery->type);
        set_number(json, "delivery", delivery->id);
    }
    for (size_t i = 0; i < row->ntries; i++)
        add_attempt(entries, delivery, &row->tries[i]);
    if (delivery->state != DELIVERY_DEAD)
        return;
    json = entry_add(entries, TIME_MESSAGES, delivery->finished);
    if (!json)
        return;
    set_str(json, "mark", STR("dead"));
    set_flag(json, "is_dead", true);
    set_str(json, "channel", delivery->channel);
    set_str(json, "kind_text", text_of(entries->ctx, "delivery", STR("dead")));
    set_str(json, "said", delivery->last_error);
}

static void
add_clock_point(struct entries *entries, const struct clock_run *run,
    const char *key, struct wall at, bool bad)
{
    json_t *json = entry_add(entries, TIME_CLOCKS, at);

    if (!json)
        return;
    set_str(json, "mark", bad ? STR("late") : STR("clock"));
    set_flag(json, "is_clock", true);
    set_flag(json, "bad", bad);
    set_str(json, "kind_text", text_get(entries->ctx, key));
    set_str(json, "clock", rows_clock_title(entries->ctx, run));
}

static void
add_clock(struct entries *entries, const struct clock_run *run)
{
    if (run->end == CLOCK_DROPPED)
        return;
    add_clock_point(entries, run, "time_clock_starts", run->started, false);
    add_clock_point(entries, run, "time_clock_missed", run->breached, true);
    if (run->end == CLOCK_MET)
        add_clock_point(entries, run, "time_clock_met", run->ended, false);
}

/* --- the list --------------------------------------------------------------
 */

static unsigned
wanted_kinds(struct str show)
{
    if (str_eq(show, STR("people")))
        return TIME_PEOPLE;
    if (str_eq(show, STR("messages")))
        return TIME_MESSAGES;
    if (str_eq(show, STR("clocks")))
        return TIME_CLOCKS;
    return TIME_PEOPLE | TIME_MESSAGES | TIME_CLOCKS | TIME_REST;
}

static void
set_tabs(struct context *ctx, int64_t incident, struct str show, json_t *value)
{
    static const char *const names[] = {"", "people", "messages", "clocks"};
    static const char *const keys[] = {
        "time_all", "time_people", "time_messages", "time_clocks"};
    json_t *list = json_array();
    bool chosen = false;

    for (size_t i = 4; i-- > 0;) {
        json_t *tab = json_object();
        bool on = i > 0 ? str_eq(show, str_of(names[i])) : !chosen;

        chosen = chosen || on;
        set_str(tab, "text", text_get(ctx, keys[i]));
        set_str(tab, "link",
            arena_printf(ctx->arena, "/incidents/%lld%s%s#time",
                (long long)incident, i ? "?show=" : "", names[i]));
        set_flag(tab, "chosen", on);
        (void)json_array_insert_new(list, 0, tab);
    }
    (void)json_object_set_new(value, "time_tabs", list);
}

static size_t
most_entries(const struct incident_page *page)
{
    size_t n = page->nledger + 3 * page->nclocks;

    for (size_t i = 0; i < page->ndeliveries; i++)
        n += 2 + page->deliveries[i].ntries;
    return n < TIME_MAX_ENTRIES ? n : TIME_MAX_ENTRIES;
}

void
set_events(struct context *ctx, const struct incident_page *page, json_t *value)
{
    struct str show = query_get(ctx, "show");
    struct entries entries = {.ctx = ctx, .wanted = wanted_kinds(show)};
    json_t *list = json_array();
    size_t shown;

    entries.cap = most_entries(page);
    entries.list = ARENA_ARRAY(ctx->arena, entries.cap + 1, struct entry);
    if (!entries.list)
        entries.cap = 0;
    entries.most = page->whole ? entries.cap : TIME_SHOWN;
    /* The newest of the ledger first, should it be more than fit. */
    for (size_t i = page->nledger; i-- > 0;)
        add_ledger(&entries, &page->ledger[i]);
    for (size_t i = 0; i < entries.n; i++)
        entries.list[i].order = entries.n - i;
    for (size_t i = 0; i < page->ndeliveries; i++)
        add_message(&entries, &page->deliveries[i]);
    for (size_t i = 0; i < page->nclocks; i++)
        add_clock(&entries, &page->clocks[i]);
    if (entries.n > 0)
        qsort(entries.list, entries.n, sizeof *entries.list, newest_first);
    shown = page->whole || entries.n < TIME_SHOWN ? entries.n : TIME_SHOWN;
    for (size_t i = 0; i < entries.n; i++) {
        if (i < shown)
            (void)json_array_append(list, entries.list[i].json);
        json_decref(entries.list[i].json);
    }
    (void)json_object_set_new(value, "events", list);
    if (entries.n + entries.left > shown)
        set_number(
            value, "events_left", (int64_t)(entries.n + entries.left - shown));
    set_tabs(ctx, page->row->incident.id, show, value);
}
