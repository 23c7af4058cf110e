/*
 * store: what the engine writes, in domain words.  All SQL is in this folder.
 *
 * One SQLite file in WAL mode, synchronous=FULL, one writing connection (the
 * engine's, the only one that checkpoints).  A poll's outcome is written
 * between store_begin and store_commit together with the source's new state:
 * killed before the commit the poll is repeated, after it nothing is.
 *
 * Every text given is copied; every text returned lives in the given arena.
 * Functions return 0 or E_NOTFOUND (also: what a row refers to is not there),
 * E_EXISTS, E_NOMEM, E_BUSY, E_CORRUPT, E_IO (disk full and the like: the
 * transaction is to be rolled back, and until it is everything is refused with
 * E_STATE; store_error says what SQLite said).  Called outside a transaction
 * each function is one of its own.
 */
#ifndef TOCSIN_STORE_STORE_H
#define TOCSIN_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "feeds/item.h"
#include "feeds/source.h"
#include "incidents/incident.h"
#include "rules/verdict.h"
#include "store/deliveries.h"
#include "store/people.h"

enum {
    STORE_MAX_REVISIONS = 200 /* kept of one item: the first and the newest */
};

struct store;

/* Open or create the file (mode 0600), check it (quick_check), migrate it in
 * one transaction per step.  Refused, with a sentence in *reterr: E_CORRUPT a
 * damaged, empty or foreign file, or a log without its file; E_CONF a newer
 * schema; E_BUSY another engine has it (PATH-lock is held); E_IO, E_DENIED.
 * Never an empty start where there was something. */
int store_open(const char *path, struct toc_error *reterr, struct store **ret);
void store_close(struct store *store);
const char *store_error(const struct store *store); /* of the last failure */
int store_begin(struct store *store);               /* BEGIN IMMEDIATE */
int store_commit(struct store *store);
void store_rollback(struct store *store);
/* A step within the transaction: undone alone when it fails.  E_STATE from the
 * undoing means that SQLite has rolled back all of it. */
int store_step_begin(struct store *store);
int store_step_end(struct store *store, bool keep);
/* Checkpoint and housekeeping; called when idle, not in a transaction. */
int store_idle(struct store *store);

/* --- configuration generations and sources --- */
/* Record a generation that was swapped in; hash is of all its files.  The one
 * that is in force already keeps its number, also over a restart. */
int store_generation_add(struct store *store, struct str hash, struct wall now,
    uint64_t *ret_generation);
/* Make the source rows those of the configuration: new ones are added, gone
 * ones are marked removed (state kept). */
int store_source_sync(struct store *store, const struct source *sources,
    size_t n, struct wall now);
/* E_NOTFOUND for an unknown id.  A source never polled has WALL_NONE times. */
int store_source_load(struct store *store, struct str id, struct arena *arena,
    struct source_state *ret);
/* The seen set is written only when it differs from what is stored; an absent
 * one leaves what is stored. */
int store_source_save(
    struct store *store, struct str id, const struct source_state *state);

/* What polling knows of all sources together (feeds/pace.h), opaque here.
 * E_NOTFOUND when nothing was saved yet. */
int store_pace_save(struct store *store, struct str bytes);
int store_pace_load(struct store *store, struct arena *arena, struct str *ret);

/* --- items, revisions, findings --- */
struct item_put {
    struct str source;
    const struct item *item;
    struct wall seen;
    bool baseline;       /* of a source's first poll: stored, never alarms */
    bool backfill;       /* published long before it was first seen: likewise,
                            unless a rule asks for it */
    struct str features; /* incidents/features.h, opaque here */
    struct score *score; /* or NULL when no rule held */
    uint64_t generation;
};
/* NEW: its identity was unknown to this source.  REVISED: with a text it never
 * had.  KNOWN: nothing new, *ret_revision is the one it has again. */
enum item_outcome { ITEM_NEW, ITEM_REVISED, ITEM_KNOWN };
int store_item_put(struct store *store, const struct item_put *put,
    int64_t *ret_item, int64_t *ret_revision, enum item_outcome *ret);

struct finding_put {
    int64_t revision;
    struct str rule, title, category;
    uint32_t rule_version;
    uint64_t generation;
    int points;
    bool indeterminate;
    const struct span *spans;
    size_t nspans;
};
/* One rule at most once per revision: E_EXISTS. */
int store_finding_put(struct store *store, const struct finding_put *put);

/* --- incidents --- */
/* Insert; *ret_id is its number from now on.  Items and sources of an incident
 * are counted from what is attached, never stored. */
int store_incident_add(
    struct store *store, const struct incident *incident, int64_t *ret_id);
int store_incident_save(struct store *store, const struct incident *incident);
int store_incident_load(
    struct store *store, int64_t id, struct arena *arena, struct incident *ret);
/* Attach an item (an item is in one incident: E_EXISTS).  why: of grouping. */
int store_incident_attach(struct store *store, int64_t incident, int64_t item,
    struct str why, double similarity, struct wall now);
/* The incident an item is in, or E_NOTFOUND. */
int store_incident_of(struct store *store, int64_t item, int64_t *ret);
/* Number of items and of distinct sources in it. */
int store_incident_counts(struct store *store, int64_t incident,
    uint32_t *ret_items, uint32_t *ret_sources);

/* Its items that no message has named yet, oldest first, at most max. */
struct untold_item {
    int64_t item;
    struct str title, url, source; /* source: its name, else its id */
};
int store_incident_untold(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct untold_item **ret, size_t *ret_n);
/* A message that names this item was put into the outbox. */
int store_item_told(struct store *store, int64_t item, struct wall now);
/* Open incidents of at least that level with untold items. */
int store_untold_incidents(struct store *store, enum level min_level,
    size_t max, struct arena *arena, int64_t **ret, size_t *ret_n);
/* Ids of its sources, at most STORE_MAX_SOURCE_IDS. */
enum { STORE_MAX_SOURCE_IDS = 256 };
int store_incident_source_ids(struct store *store, int64_t incident,
    struct arena *arena, struct str **ret, size_t *ret_n);
/* Names (titles, else ids) of its sources, in the order they reported. */
int store_incident_sources(struct store *store, int64_t incident,
    struct arena *arena, struct str **ret, size_t *ret_n);

/* One item of an incident whose last item is not older than since, open or
 * not: what the grouper is filled with at start.  incident: that it counts for,
 * when it was merged the one that has it. */
struct open_item {
    int64_t incident;
    struct str features, title, category, source;
    struct wall time;
};
/* Calls each in order of incident, time, for the max incidents that were seen
 * last; stops on a non-zero return. */
int store_open_items(struct store *store, struct wall since, size_t max,
    int (*each)(void *arg, const struct open_item *item), void *arg);
/* The same for one incident and what was merged into it. */
int store_incident_each_item(struct store *store, int64_t incident,
    int (*each)(void *arg, const struct open_item *item), void *arg);
/* Open incidents whose acknowledgement or snooze ends at or before now. */
int store_incident_expired(struct store *store, struct wall now, size_t max,
    struct arena *arena, int64_t **ret, size_t *ret_n);

/* --- ledger --- */
struct ledger_entry {
    struct wall at;
    struct str kind; /* "incident.opened", "user.added", "config.reloaded", … */
    int64_t incident; /* 0 none */
    struct str by;    /* user name or "system" */
    struct str from;  /* address or "road" */
    struct str text;  /* JSON object of details */
};
/* Append; each row's hash is over its fields and the hash of the row before. */
int store_ledger_add(struct store *store, const struct ledger_entry *entry);
/* Walk the chain: *ret_bad is the first entry that was altered, or that stands
 * where one was taken out (past the last when the end is missing); 0 when all
 * is well.  *ret_count is the number of entries read. */
int store_ledger_verify(
    struct store *store, int64_t *ret_bad, uint64_t *ret_count);

/* --- conditions --- */
/* Something wrong with a source, a channel or the daemon; subject is
 * "source:ID", "channel:ID", "daemon"; kind "down", "gone", "quarantined",
 * "dead-letters", "moved", … Opening an open one only updates its text.
 * *ret_edge says whether it was not open (closed: was open) before. */
int store_condition_open(struct store *store, struct str subject,
    struct str kind, struct str text, struct wall now, bool *ret_edge);
int store_condition_close(struct store *store, struct str subject,
    struct str kind, struct wall now, bool *ret_edge);

#endif
