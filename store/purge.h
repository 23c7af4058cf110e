/*
 * purge: what was kept long enough goes, a little at a time.
 *
 * A step takes a batch or looks at a window of ids of one table, within the
 * open transaction; the caller commits, waits, and takes the next.  Nothing
 * goes that belongs to an incident that is open or held, and no message that
 * was not delivered.  SQLite overwrites what is deleted (secure_delete), and
 * store_purge_end empties the log, so that nothing of it is left in the files.
 *
 * An incident whose time has come loses its items with their texts and
 * findings, its messages, its title and its reasons; its row stays, with times,
 * level and category, for the figures of later years.
 */
#ifndef TOCSIN_STORE_PURGE_H
#define TOCSIN_STORE_PURGE_H

#include "base/digest.h"
#include "store/store.h"
#include "store/view_purge.h"

enum {
    PURGE_BATCH = 100,     /* pieces, or items of an incident, in a step */
    PURGE_WINDOW = 500,    /* ids that a step looks at */
    PURGE_REVISIONS = 500, /* versions in a step */
    PURGE_BATCH_BYTES =
        8 * 1024 * 1024 /* of evidence in a step, or one piece */
};

/* A piece of evidence that went, for the ledger. */
struct purged_piece {
    int64_t incident;
    uint8_t hash[DIGEST_SIZE];
};

/* What went with an incident, in all its steps. */
struct purged_incident {
    int64_t id; /* 0: none */
    uint64_t items, revisions, findings, deliveries, evidence;
};

/* What one step did. */
struct purge_step {
    struct purged_piece pieces[PURGE_BATCH];
    size_t npieces;
    struct purged_incident done; /* whose last step this was, or none */
};

struct purge {
    struct purge_policy policy;
    enum purge_table table; /* PURGE_COUNT: all is done */
    int64_t after;          /* the last row that was looked at */
    uint64_t counts[PURGE_COUNT];
    uint64_t left;                   /* windows that could not go */
    struct purged_incident incident; /* at hand */
};

void purge_begin(struct purge *purge, const struct purge_policy *policy);
/* One step, in the open transaction; purge moves on. */
int store_purge_step(struct store *store, struct purge *purge, struct wall now,
    struct purge_step *ret);
/* Move the log into the file and empty it; not in a transaction.  E_BUSY when a
 * reader is in the way: try again. */
int store_purge_end(struct store *store);
/* When the last whole purge was; WALL_NONE. */
int store_purge_last(struct store *store, struct wall *ret);
int store_purge_mark(struct store *store, struct wall now);
#endif
