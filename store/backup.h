/*
 * backup: copies of the database that are known to be whole, and the way back.
 *
 * A copy is made while the daemon writes, of one moment, by a connection that
 * only reads.  It is a backup only after it was read back: every page and
 * index whole, every reference there, as many rows as at that moment.  Then it
 * gets its name, which is its time; what is half made never has one.
 *
 * Nothing here knows of the daemon; both it and the command line use it.
 */
#ifndef TOCSIN_STORE_BACKUP_H
#define TOCSIN_STORE_BACKUP_H

#include <limits.h>

#include "store/store.h"

enum {
    BACKUP_NAME_MAX = 64,
    BACKUP_KEEP_MAX = 1000, /* of one folder */
    BACKUP_STEP_PAGES = 4096,
    BACKUP_SPARE_BYTES = 16 << 20 /* that a copy leaves free */
};

/* What a database held at one moment. */
struct backup_facts {
    uint64_t bytes; /* of the file */
    uint64_t sources, items, incidents, deliveries, ledger;
    unsigned schema;
};

/* Copy the database into folder (made with mode 0700 when it is not there) and
 * verify the copy; path gets its name.  E_CORRUPT: the database, and so the
 * copy, is damaged; there is no backup then.  E_IO: there is no room, too. */
int backup_make(const char *database, const char *folder, struct wall now,
    struct toc_error *reterr, char path[PATH_MAX], struct backup_facts *ret);

/* Whether file is a whole database of tocsin that this program can read.
 * E_CORRUPT, E_CONF (of a newer one), E_NOTFOUND, E_IO. */
int backup_verify(
    const char *file, struct toc_error *reterr, struct backup_facts *ret);

/* The backups of a folder, newest first; none when there is no such folder.
 * Paths live in arena. */
struct backup_file {
    const char *path;
    struct wall at; /* by its name */
};
int backup_list(struct arena *arena, const char *folder,
    struct backup_file **ret, size_t *ret_n);
/* Let go of all but the newest keep, and of what was left half made. */
int backup_prune(struct arena *arena, const char *folder, size_t keep);

/* Put file in the place of the database, which must not be open.  The backup
 * is verified first; what stands there is kept aside under another name
 * (*ret_kept, "" when there was nothing), and only when replace says so.  In
 * the new one every source is asked again for all it shows; the ledger and a
 * condition say what was done.  E_BUSY: a daemon has it open; E_EXISTS. */
struct restore {
    const char *file, *database;
    bool replace;
    struct str why, by; /* for the ledger */
    struct wall now;
};
int backup_restore(const struct restore *restore, struct toc_error *reterr,
    char ret_kept[PATH_MAX], struct backup_facts *ret);

#endif
