/*
 * clock: named deadlines of incidents, with the document they come from.
 *
 * A rule says which incidents have a clock, when it starts, what meets it, and
 * how long that may take.  A run is one such clock of one incident: it is kept
 * in the store, so that a deadline outlives any restart, and what was said of
 * it is never said twice.  Nothing here stores, tells or reads a clock.
 *
 *   one run:  running ── what meets it ─────────▶ met
 *             running ── merged into another ──────▶ merged ──▶ running (undone)
 *             running ── its rule applies no more ─▶ dropped ──▶ running (again)
 *             running ── closed, or a false alarm ─▶ over
 *
 *   - It is met by its state (acknowledged, responding, closed), for good: an
 *     acknowledgement that ran out starts nothing anew.  A snooze counts as the
 *     state that it interrupted.
 *   - Dropped and wanted again it goes on as it was: what was said of it is not
 *     said again.
 *   - An incident that was over and is open again has a new run, from then on.
 *   - A merged incident's runs end as merged.  The incident that it went into
 *     keeps the earliest start of all of them: merging never buys time.  Taken
 *     apart again, both have their own starts, and the run goes on.
 *   - Time passes for every run always, unless its rule names a pause.
 *   - What was passed while nobody looked is said once: of several reminders
 *     the greatest, and a deadline alone, with the time at which it passed.
 */
#ifndef TOCSIN_INCIDENTS_CLOCK_H
#define TOCSIN_INCIDENTS_CLOCK_H

#include "incidents/calendar.h"
#include "incidents/incident.h"

enum {
    CLOCK_MAX = 100,         /* in one configuration, defaults included */
    CLOCK_MAX_REMINDERS = 4, /* of one clock */
    CLOCK_MAX_CATEGORIES = 32,
    CLOCK_AFTER_MAX_DAYS = 366
};

/* clang-format off */
#define CLOCK_STARTS(X)                                                      \
    X(OPENED,        "opened")        /* when the incident opened */         \
    X(LEVEL_REACHED, "level_reached") /* when it first had such a level */   \
    X(ACKNOWLEDGED,  "acknowledged")  /* when somebody took it */
#define CLOCK_UNTILS(X)                                                      \
    X(ACKNOWLEDGED,  "acknowledged")                                         \
    X(RESPONDING,    "responding")                                           \
    X(CLOSED,        "closed")
/*    end          name                                                      */
#define CLOCK_ENDS(X)                                                        \
    X(RUNNING,     "running")                                                \
    X(MET,         "met")                                                    \
    X(OVER,        "over")    /* closed or a false alarm */                  \
    X(MERGED,      "merged")                                                 \
    X(DROPPED,     "dropped") /* its rule is about it no longer */
/* clang-format on */
enum clock_start {
#define X(name, text) CLOCK_STARTS_##name,
    CLOCK_STARTS(X)
#undef X
};
enum clock_until {
#define X(name, text) CLOCK_UNTIL_##name,
    CLOCK_UNTILS(X)
#undef X
};
enum clock_end {
#define X(name, text) CLOCK_##name,
    CLOCK_ENDS(X)
#undef X
};
const char *clock_until_name(enum clock_until until);
const char *clock_end_name(enum clock_end end);
/* 0 or E_PARSE. */
int clock_end_parse(struct str name, enum clock_end *ret);

struct clock_rule {
    struct written at;
    struct str id, title, document;
    const struct str *levels; /* names; none: all */
    size_t nlevels;
    const struct str *categories; /* none: all */
    size_t ncategories;
    const struct str *not_categories;
    size_t nnot_categories;
    int64_t after_ms;
    struct str starts_text, until_text; /* as written, absent: the default */
    enum clock_start starts;
    enum clock_until until;
    const struct str *remind_texts; /* per cent, as written */
    size_t nremind_texts;
    int remind[CLOCK_MAX_REMINDERS]; /* per cent, ascending */
    size_t nremind;
    const struct str *pauses; /* "snoozed", "off-hours" */
    size_t npauses;
    bool enabled;
    bool shipped; /* a default, not of the configuration */
};

/* One clock of one incident. */
struct clock_run {
    int64_t id, incident;
    struct str clock, title, document; /* as the rule had them */
    enum clock_end end;
    enum clock_until until;
    struct wall own;      /* start of its own */
    struct wall started;  /* own, or earlier by what was merged into it */
    struct wall due;      /* WALL_NONE while it is paused by a snooze */
    struct wall paused;   /* since when, WALL_NONE: it is not */
    int64_t paused_ms;    /* in pauses that ended */
    int told;             /* greatest reminder that was made, per cent */
    struct wall breached; /* when it was missed, as true time */
    struct wall ended;
    struct wall next; /* when there is something to say; WALL_NONE: never */
    bool over;        /* the incident was over after it: the next run is new */
    bool unreadable;  /* as it is stored: only id, incident and clock are known */
};

/* What the rules need to count time. */
struct clock_time {
    const struct calendar *calendar;
    const struct zone *zone;
    struct wall now;
};

/* What is to be said of a run. */
enum clock_say { CLOCK_SAY_NOTHING, CLOCK_SAY_REMINDER, CLOCK_SAY_BREACH };

/* Whether the rule is about such an incident. */
bool clock_applies(
    const struct clock_rule *rule, enum level level, struct str category);
/* The state that counts: what a snooze interrupted. */
enum incident_state clock_state(const struct incident *incident);

/* Begin a run of rule for incident, if it has one now; again: it was over since
 * its last one, so this one starts now.  False: it has none (it does not apply,
 * nothing starts it yet, or the incident is over). */
bool clock_begin(const struct clock_rule *rule, const struct incident *incident,
    bool again, const struct clock_time *time, struct clock_run *ret);
/* Bring a run in step with its incident and rule (NULL: it is gone).  merged
 * is the earliest start of what was merged into the incident, or WALL_NONE.
 * Returns whether anything of it changed. */
bool clock_sync(struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident, struct wall merged,
    const struct clock_time *time);
/* Whether a run that ended is to be followed by a new one: the incident was over
 * since, or nothing is known of the run. */
bool clock_renews(const struct clock_run *run, const struct incident *incident);
/* What is to be said now; marks it as said.  *ret_percent of a reminder. */
enum clock_say clock_tick(struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time, int *ret_percent);
/* When so many per cent of the time have passed; WALL_NONE in a pause. */
struct wall clock_at(const struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time, int percent);

#endif
