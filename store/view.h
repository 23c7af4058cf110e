/*
 * view: what the console reads; read-only, short snapshots.
 *
 * A view is a connection with query_only set that never checkpoints.  Every
 * call is one statement or one short read transaction; rows live in arena.
 * Lists are key-set pages: pass the last row's cursor to get the next page.
 */
#ifndef TOCSIN_STORE_VIEW_H
#define TOCSIN_STORE_VIEW_H

#include "feeds/condition.h"
#include "store/store.h"

struct view;

/* The file must exist (the engine makes it); *reterr says what is wrong.  Needs
 * to read PATH and PATH-wal and to write PATH-shm, nothing else, also after the
 * process has locked itself down. */
int view_open(const char *path, struct toc_error *reterr, struct view **ret);
void view_close(struct view *view);

enum { VIEW_PAGE_MAX = 200, VIEW_PAGE_DEFAULT = 50 };

struct incident_filter {
    unsigned levels; /* bit 1 << level; 0 is all */
    unsigned states; /* bit 1 << state; 0 is all open ones */
    struct str category, source, owner, assignee; /* absent is any */
    /* In titles and texts of its items, whole and in order, from one character
     * up; ASCII letters in either case. */
    struct str text;
    struct wall from, to; /* of first_seen; WALL_NONE and 0 are open */
    size_t limit;         /* 0 is VIEW_PAGE_DEFAULT */
    struct str after;     /* cursor of the page before, absent is the first */
};
struct incident_row {
    struct incident incident;
    struct str sources; /* ids joined by ", ", at most 5, then "+N" */
    uint32_t pending, delivered, dead; /* its deliveries */
    struct str cursor;
};
/* Ordered by last_seen, newest first.  A wrong cursor is E_PARSE. */
int view_incidents(struct view *view, const struct incident_filter *filter,
    struct arena *arena, struct incident_row **ret, size_t *ret_n,
    bool *ret_more);
int view_incident(struct view *view, int64_t id, struct arena *arena,
    struct incident_row *ret);
/* Open incidents by level, index by enum level. */
int view_incident_counts(struct view *view, uint64_t ret[LEVEL_COUNT]);

struct item_row {
    int64_t id, revision; /* its newest */
    struct str source, source_title, title, text, url;
    struct wall published, first_seen;
    uint32_t revisions;
    int score;
    struct str why; /* why it is in its incident */
    double similarity;
    int64_t incident; /* that it is in: the one asked for, or one that was
                         merged into that */
    struct wall gone, checked; /* at its source since; when that was looked at;
                                  or WALL_NONE */
    const struct finding_row *findings; /* of that revision */
    size_t nfindings;
};
struct finding_row {
    struct str rule, title, category;
    int points;
    bool indeterminate;
    const struct span *spans;
    size_t nspans;
};
/* Items of an incident, oldest first, with their findings. */
int view_incident_items(struct view *view, int64_t incident,
    struct arena *arena, struct item_row **ret, size_t *ret_n);
/* The first max of them. */
int view_incident_first(struct view *view, int64_t incident, size_t max,
    struct arena *arena, struct item_row **ret, size_t *ret_n);

struct revision_row {
    int64_t id;
    struct wall seen;
    struct str title, text;
    int score;
};
/* The versions of an item, newest first, at most max. */
int view_item_revisions(struct view *view, int64_t item, size_t max,
    struct arena *arena, struct revision_row **ret, size_t *ret_n);

struct ledger_row {
    int64_t id;
    struct ledger_entry entry;
};
int view_incident_ledger(struct view *view, int64_t incident,
    struct arena *arena, struct ledger_row **ret, size_t *ret_n);

struct attempt_row {
    struct attempt attempt;
};
struct delivery_row {
    struct delivery delivery; /* body absent in lists */
    const struct attempt *tries;
    size_t ntries;
};
/* incident 0: all, newest first; state -1: all; before: the last id of the page
 * before, 0 for the first. */
int view_deliveries(struct view *view, int64_t incident, int state,
    size_t limit, int64_t before, struct arena *arena,
    struct delivery_row **ret, size_t *ret_n);

struct condition_row {
    struct str subject, kind, text;
    struct str text_zh;         /* or absent */
    struct wall opened, closed; /* WALL_NONE while open */
};
/* Open ones, the worst first, then the oldest; subject absent: all. */
int view_conditions(struct view *view, struct str subject, struct arena *arena,
    struct condition_row **ret, size_t *ret_n);

/* Those of anything but a source, likewise; at most max. */
int view_house_conditions(struct view *view, size_t max, struct arena *arena,
    struct condition_row **ret, size_t *ret_n);

struct source_row {
    struct str id, title, url, kind, owner, tags; /* tags by ", " */
    bool removed;
    struct source_state state; /* without the seen set */
    const char *poll_state;    /* "idle", "backoff", …: static */
    struct wall added;
    struct str cursor; /* of view_source_page */
    uint64_t items;
    const struct condition_row *conditions; /* open */
    size_t nconditions;
};
/* By id; those gone from the configuration last. */
int view_sources(struct view *view, struct arena *arena,
    struct source_row **ret, size_t *ret_n);

struct source_filter {
    bool troubled;        /* only those with a condition */
    struct str condition; /* only those with this one, absent is any */
    struct str tag;
    struct str text;  /* in title, id, owner or address; ASCII in either case */
    size_t limit;     /* 0 is VIEW_PAGE_DEFAULT, at most VIEW_SOURCES_MAX */
    struct str after; /* cursor of the page before, absent is the first */
};
enum { VIEW_SOURCES_MAX = 10000 };
/* The worst first, then by id; those gone from the configuration last.  A
 * wrong cursor is E_PARSE. */
int view_source_page(struct view *view, const struct source_filter *filter,
    struct arena *arena, struct source_row **ret, size_t *ret_n,
    bool *ret_more);
/* E_NOTFOUND when there never was one. */
int view_source(struct view *view, struct str id, struct arena *arena,
    struct source_row *ret);
/* How many are configured, and how many of them have a condition. */
int view_source_counts(
    struct view *view, uint64_t *ret_all, uint64_t *ret_troubled);
/* Its conditions, those that closed last first; at most max. */
int view_source_conditions(struct view *view, struct str id, size_t max,
    struct arena *arena, struct condition_row **ret, size_t *ret_n);
struct poll_entry;
/* Its last polls, newest first (store/conditions.h). */
int view_source_polls(struct view *view, struct str id, struct arena *arena,
    struct poll_entry **ret, size_t *ret_n);
struct source_item {
    int64_t id, incident; /* incident: 0 when it is in none */
    struct str title, url;
    struct wall published, first_seen;
    int score;
    enum level level;
};
/* Its newest items, at most max. */
int view_source_items(struct view *view, struct str id, size_t max,
    struct arena *arena, struct source_item **ret, size_t *ret_n);
/* Tags of configured sources, in order. */
int view_source_tags(struct view *view, size_t max, struct arena *arena,
    struct str **ret, size_t *ret_n);

/* Open ones by kind, index by enum condition_kind. */
int view_condition_counts(struct view *view, uint64_t ret[CONDITION_COUNT]);
/* What the polls of all sources came to, by outcome. */
struct poll_sum {
    struct str outcome;
    uint64_t polls, ms, bytes;
};
int view_poll_sums(struct view *view, struct arena *arena,
    struct poll_sum **ret, size_t *ret_n);

/* E_NOTFOUND when there is none. */
int view_user(
    struct view *view, struct str name, struct arena *arena, struct user *ret);
int view_users(
    struct view *view, struct arena *arena, struct user **ret, size_t *ret_n);
struct session_row {
    struct user user;
    struct wall created, expires;
    struct str scope; /* tokens: what it may do; absent for sessions */
};
int view_session(struct view *view, const uint8_t hash[32], struct wall now,
    struct arena *arena, struct session_row *ret);
int view_token(struct view *view, const uint8_t hash[32], struct wall now,
    struct arena *arena, struct session_row *ret);

/* As store_ledger_verify, over one snapshot. */
int view_ledger_verify(
    struct view *view, int64_t *ret_bad, uint64_t *ret_count);

/* For /metrics and /readyz. */
struct store_numbers {
    uint64_t sources, items, incidents, open_incidents, deliveries_pending,
        deliveries_dead, conditions_open, generation, schema;
    struct wall last_commit; /* newest poll or ledger entry stored */
};
int view_numbers(struct view *view, struct store_numbers *ret);

#endif
