/*
 * rows_glance: an incident in six answers, for who has five seconds.
 */
#include "base/jsonx.h"
#include "console/rows.h"
#include "console/rows_clock.h"
#include "console/rows_incident.h"
#include "store/view_clocks.h"

/* One answer: what it answers, the answer, what stands behind it, and how it
 * looks ("ok", "warn", "bad" or none). */
static json_t *
add_cell(const struct context *ctx, json_t *list, const char *question,
    struct str answer, struct str note, const char *look)
{
    json_t *cell = json_object();

    set_str(cell, "question", text_get(ctx, question));
    set_str(cell, "answer", answer);
    set_str(cell, "note", note);
    set_str(cell, "look", str_of(look));
    (void)json_array_append_new(list, cell);
    return cell;
}

/* a, b: both, or the one that is there. */
static struct str
joined(struct context *ctx, struct str a, struct str b)
{
    if (a.n == 0 || b.n == 0)
        return a.n ? a : b;
    return arena_printf(ctx->arena, "%.*s · %.*s", STR_ARG(a), STR_ARG(b));
}

static struct str
counted(struct context *ctx, const char *key, int64_t n)
{
    struct str arg = arena_printf(ctx->arena, "%lld", (long long)n);

    return text_format(ctx, key, &arg, 1);
}

static void
glance_what(struct context *ctx, const struct incident *incident, json_t *list)
{
    struct str what = text_of(ctx, "category", incident->category);

    add_cell(ctx, list, "glance_what",
        what.n ? what : text_get(ctx, "glance_unknown"),
        counted(ctx, "glance_items", incident->items), "");
}

static void
glance_where(
    struct context *ctx, const struct incident_page *page, json_t *list)
{
    struct str owner = page->row->incident.owner, seen = STR_NONE,
               note = STR_NONE;
    size_t more = 0;

    for (size_t i = 0; i < page->nitems; i++) {
        struct str title = page->items[i].source_title;

        if (title.n == 0)
            title = page->items[i].source;
        if (seen.n == 0 || str_eq(seen, title)) {
            note = seen = title;
            continue;
        }
        more++;
    }
    more += (size_t)page->row->incident.items - page->nitems;
    if (more > 0)
        note = joined(ctx, seen, counted(ctx, "glance_more", (int64_t)more));
    add_cell(ctx, list, "glance_where",
        owner.n ? owner : text_get(ctx, "glance_no_owner"), note,
        owner.n ? "" : "warn");
}

/* Whether a line of the explanation says this context. */
static bool
says_refuted(const json_t *incident)
{
    const json_t *lines = json_object_get(incident, "explanation"), *line;
    size_t i;

    json_array_foreach(
        lines, i, line) if (str_eq(jsonx_get_str(line, "context"),
                                STR("refuted"))) return true;
    return false;
}

static void
glance_sure(struct context *ctx, const struct incident_page *page,
    const json_t *json, json_t *list)
{
    const struct incident *incident = &page->row->incident;
    struct str score = counted(ctx, "glance_score", incident->score);
    const char *key = "glance_one_source", *look = "warn";
    struct str sure;

    if (incident->substate == INCIDENT_SUB_RETRACTED) {
        key = "glance_retracted";
        look = "bad";
    } else if (says_refuted(json)) {
        key = "glance_refuted";
    } else if (incident->sources > 1) {
        key = "glance_sources";
        look = "";
    }
    sure = counted(ctx, key, incident->sources);
    add_cell(ctx, list, "glance_sure", sure, score, look);
}

static void
glance_left(struct context *ctx, const struct incident_page *page, json_t *list)
{
    const struct clock_run *next = NULL;
    json_t *cell;
    bool missed;

    for (size_t i = 0; i < page->nclocks; i++) {
        const struct clock_run *run = &page->clocks[i];

        if (run->end == CLOCK_RUNNING && wall_is_set(run->due) &&
            (!next || run->due.ms < next->due.ms))
            next = run;
    }
    if (!next) {
        add_cell(ctx, list, "glance_left", text_get(ctx, "glance_no_clock"),
            STR_NONE, "");
        return;
    }
    missed = wall_is_set(next->breached) || next->due.ms <= ctx->now.ms;
    cell = add_cell(ctx, list, "glance_left", STR_NONE,
        rows_clock_title(ctx, next),
        missed             ? "bad"
        : next->told >= 80 ? "warn"
                           : "");
    set_time(ctx, cell, "at", next->due);
    set_str(cell, "answer",
        arena_printf(ctx->arena, "%.*s%.*s",
            STR_ARG(missed ? text_get(ctx, "glance_missed") : STR("")),
            STR_ARG(jsonx_get_str(cell, "at_ago"))));
}

static void
glance_knows(
    struct context *ctx, const struct incident_page *page, json_t *list)
{
    const struct incident_row *row = page->row;
    struct str who = row->incident.assignee, note = STR_NONE;
    bool open = incident_state_is_open(row->incident.state);

    if (row->delivered)
        note = counted(ctx, "glance_told", row->delivered);
    if (row->pending)
        note = joined(ctx, note, counted(ctx, "glance_waits", row->pending));
    if (row->dead)
        note = joined(ctx, note, counted(ctx, "glance_dead", row->dead));
    if (note.n == 0)
        note = text_get(ctx, "glance_told_nobody");
    add_cell(ctx, list, "glance_knows",
        who.n ? who : text_get(ctx, "glance_nobody"), note,
        row->dead && !row->delivered ? "bad"
        : who.n || !open             ? ""
                                     : "warn");
}

/* What happens next: with nobody's doing, or what somebody is to do. */
static void
glance_next(struct context *ctx, const struct incident_page *page, json_t *list)
{
    const struct incident *incident = &page->row->incident;
    struct escalation_run run;
    const char *key = NULL;
    struct wall at = WALL_NONE;
    json_t *cell;

    if (!incident_state_is_open(incident->state)) {
        add_cell(ctx, list, "glance_next",
            text_of(ctx, "state", str_of(incident_state_name(incident->state))),
            STR_NONE, "ok");
        return;
    }
    if (view_escalation(ctx->console->view, incident->id, ctx->arena, &run) ==
            0 &&
        run.state == ESCALATION_RUNNING && wall_is_set(run.next)) {
        key = "glance_escalates";
        at = run.next;
    } else if (wall_is_set(incident->until) &&
               incident->state != INCIDENT_NEW) {
        key = incident->state == INCIDENT_SNOOZED ? "glance_wakes"
                                                  : "glance_expires";
        at = incident->until;
    }
    cell = add_cell(ctx, list, "glance_next",
        text_get(ctx, incident->state == INCIDENT_NEW ? "glance_take"
                      : incident->state == INCIDENT_ACKNOWLEDGED
                          ? "glance_respond"
                      : incident->state == INCIDENT_SNOOZED ? "glance_wait"
                                                            : "glance_close"),
        STR_NONE, incident->state == INCIDENT_NEW ? "warn" : "");
    if (!key)
        return;
    set_time(ctx, cell, "at", at);
    set_str(cell, "note",
        arena_printf(ctx->arena, "%.*s %.*s", STR_ARG(text_get(ctx, key)),
            STR_ARG(jsonx_get_str(cell, "at_ago"))));
}

void
set_glance(struct context *ctx, const struct incident_page *page, json_t *value)
{
    const struct incident *incident = &page->row->incident;
    json_t *list = json_array();

    glance_what(ctx, incident, list);
    glance_where(ctx, page, list);
    glance_sure(ctx, page, json_object_get(value, "incident"), list);
    glance_left(ctx, page, list);
    glance_knows(ctx, page, list);
    glance_next(ctx, page, list);
    (void)json_object_set_new(value, "glance", list);
}
