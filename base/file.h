/*
 * file: whole files, bounded.
 */
#ifndef TOCSIN_BASE_FILE_H
#define TOCSIN_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

enum { FILE_LIST_MAX = 100000 }; /* names in one folder */

/* Read all of path ("-" is standard input) into out, whose maximum is the
 * limit.  0, E_NOTFOUND, E_DENIED, E_IO, E_LIMIT, with *reterr (may be NULL)
 * saying which file and why. */
int file_read(const char *path, struct buf *out, struct toc_error *reterr);
/* Replace path by bytes: written beside it, synced, renamed. */
int file_replace(const char *path, struct str bytes, unsigned mode,
    struct toc_error *reterr);
/* List the names in a folder that end in suffix and do not begin with a dot,
 * sorted bytewise; *ret and each name are owned by arena.  A missing folder
 * gives an empty list.  0, E_DENIED, E_IO, E_NOMEM, E_LIMIT. */
struct arena;
int file_list(struct arena *arena, const char *folder, const char *suffix,
    const char ***ret, size_t *ret_n);

#endif
