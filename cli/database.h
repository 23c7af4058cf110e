/*
 * database: which database a command means that reads it by itself, whether or
 * not the daemon runs.
 */
#ifndef TOCSIN_CLI_DATABASE_H
#define TOCSIN_CLI_DATABASE_H

#include "base/arena.h"
#include "base/str.h"
#include "base/timefmt.h"

/* Where the configuration has it: given, or that of $TOCSIN_CONFIG, or the
 * installed one.  Not all of it is read, because its secrets may be readable by
 * the daemon only; what cannot be read has the shipped places. */
struct database_place {
    struct str database; /* its file */
    struct str backups;  /* the folder of its backups */
    struct zone *zone;   /* in which times are shown; the caller's, or NULL */
};
void database_find(
    struct arena *arena, const char *config, struct database_place *ret);

#endif
