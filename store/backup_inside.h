/*
 * backup_inside: what backup.c and restore.c share.
 */
#ifndef TOCSIN_STORE_BACKUP_INSIDE_H
#define TOCSIN_STORE_BACKUP_INSIDE_H

#include "store/backup.h"

/* Copy what stands in database, of one moment, into the file path, which must
 * not exist; *ret is what it held. */
int backup_copy(const char *database, const char *path,
    struct toc_error *reterr, struct backup_facts *ret);
/* The folder of a path. */
void backup_folder_of(const char *path, char ret[PATH_MAX]);
/* A time as it stands in names: "20261125T033000Z". */
enum { BACKUP_STAMP_SIZE = 24 };
void backup_stamp(struct wall now, char ret[BACKUP_STAMP_SIZE]);
/* Make what happened to names in the folder of path last. */
int backup_sync_folder(const char *path);

#endif
