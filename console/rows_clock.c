#include "console/rows_clock.h"

#include "base/jsonx.h"
#include "console/rows.h"

/* One of ours has its name in the reader's language. */
struct str
rows_clock_title(const struct context *ctx, const struct clock_run *run)
{
    struct str text = text_of(ctx, "clock", run->clock);

    return ctx->lang == LANG_EN && !str_eq(text, run->clock) ? text
                                                             : run->title;
}

static const char *
state_of(const struct clock_run *run)
{
    static const char *const names[] = {
        "running", "met", "over", "merged", "dropped"};
    bool late = wall_is_set(run->breached);

    if (run->end == CLOCK_RUNNING && late)
        return "missed";
    if (run->end == CLOCK_RUNNING && wall_is_set(run->paused))
        return "paused";
    if ((run->end == CLOCK_MET || run->end == CLOCK_OVER) && late)
        return "met_late";
    return names[run->end];
}

/* How much of the time has passed, in per cent; -1 when nobody can say. */
static int64_t
percent_of(const struct context *ctx, const struct clock_run *run)
{
    int64_t whole = run->due.ms - run->started.ms;
    int64_t gone = ctx->now.ms - run->started.ms;

    if (!wall_is_set(run->due) || whole <= 0)
        return -1;
    return gone >= whole ? 100 : gone * 100 / whole;
}

static json_t *
row_clock(const struct context *ctx, const struct clock_run *run)
{
    json_t *one = json_object();
    const char *state = state_of(run);

    set_str(one, "id", run->clock);
    set_str(one, "title", ctx->json ? run->title : rows_clock_title(ctx, run));
    set_str(one, "document", run->document);
    set_str(one, "state", str_of(state));
    set_time(ctx, one, "started", run->started);
    set_time(ctx, one, "due", run->due);
    set_time(ctx, one, "breached", run->breached);
    set_time(ctx, one, "ended", run->ended);
    set_number(one, "reminded", run->told);
    if (ctx->json)
        return one;
    set_str(one, "state_text", text_of(ctx, "clock_state", str_of(state)));
    set_flag(one, "running", run->end == CLOCK_RUNNING);
    set_flag(one, "missed", wall_is_set(run->breached));
    set_flag(one, "met", run->end == CLOCK_MET || run->end == CLOCK_OVER);
    set_flag(one, "near",
        run->told >= 80 && !wall_is_set(run->breached) &&
            run->end == CLOCK_RUNNING);
    if (run->end == CLOCK_RUNNING && percent_of(ctx, run) >= 0)
        set_number(one, "percent", percent_of(ctx, run));
    return one;
}

static int
add_escalation(struct context *ctx, int64_t incident, json_t *value)
{
    struct escalation_run run;
    static const char *const states[] = {
        "running", "stopped", "paused", "over"};
    json_t *one;
    int r = view_escalation(ctx->console->view, incident, ctx->arena, &run);

    if (r == E_NOTFOUND) {
        if (ctx->json)
            (void)json_object_set_new(value, "escalation", json_null());
        return 0;
    }
    if (r != 0)
        return r;
    one = json_object();
    set_str(one, "policy", run.policy);
    set_str(one, "state", str_of(states[run.state]));
    set_number(one, "step", run.fired);
    set_number(one, "round", run.round + 1);
    set_time(ctx, one, "next", run.next);
    if (!ctx->json) {
        set_str(one, "state_text",
            text_of(ctx, "escalation", str_of(states[run.state])));
        set_flag(one, "waits", run.state == ESCALATION_RUNNING);
        set_number(one, "next_step", run.fired + 1);
    }
    (void)json_object_set_new(value, "escalation", one);
    return 0;
}

int
rows_clocks(struct context *ctx, int64_t incident, json_t *value)
{
    struct clock_run *runs = NULL;
    json_t *list = json_array();
    size_t n = 0, shown = 0;
    int r = view_clocks(ctx->console->view, incident, ctx->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        /* What no longer applies is of interest to programs only. */
        if (!ctx->json && runs[i].end == CLOCK_DROPPED)
            continue;
        (void)json_array_append_new(list, row_clock(ctx, &runs[i]));
        shown++;
    }
    (void)json_object_set_new(value, "clocks", list);
    if (!ctx->json)
        set_flag(value, "has_clocks", shown > 0);
    return r ? r : add_escalation(ctx, incident, value);
}
