/*
 * disk: a disk of which the tests decide what it does.
 *
 * A VFS of SQLite over the real one.  It counts the writes, truncations and
 * syncs of the database and its log, makes one of them fail, and keeps what a
 * disk would still have if the power went at that moment: what was synced, and
 * of what was written since any part, in any order, torn at sectors.
 */
#ifndef TESTS_FAULTS_DISK_H
#define TESTS_FAULTS_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum disk_fault {
    DISK_NONE,
    DISK_FULL,      /* a write says that there is no room */
    DISK_EIO,       /* a write, truncation or sync fails */
    DISK_SYNC,      /* only syncs are counted, and fail */
    DISK_POWER_CUT, /* what would be left goes to disk_left */
    DISK_KILL       /* the same, but nothing that was written is lost */
};

/* Put it in the place of the default VFS; before anything is opened. */
void disk_install(void);
/* Forget all files and what they did. */
void disk_reset(void);
/* Let operation n from now on (1 is the next) meet fault, once or ever after;
 * what is left of a cut or a kill is written to path (and its log). */
void disk_arm(enum disk_fault fault, long n, bool forever, const char *path,
    uint32_t seed);
/* Whether it came to that. */
bool disk_fired(void);

#endif
