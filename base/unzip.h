/*
 * unzip: the files of a ZIP archive in memory, one after the other.
 *
 * For archives that others made: nothing is written anywhere, names are not
 * believed to be paths, and a file is as large as the caller's buffer lets it
 * be, whatever the archive says.
 */
#ifndef TOCSIN_BASE_UNZIP_H
#define TOCSIN_BASE_UNZIP_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

enum { UNZIP_MAX_FILES = 10000 }; /* of one archive that are looked at */

struct unzip;

/* Begin to read; bytes are lent until unzip_free.  0, E_PARSE when they are no
 * ZIP archive, E_NOMEM. */
int unzip_open(struct str bytes, struct unzip **ret);
/* Go to the next file; *ret_name is valid until the next call.  0, E_NOTFOUND
 * behind the last, E_PARSE when the archive is damaged, E_LIMIT when it has
 * more than UNZIP_MAX_FILES. */
int unzip_next(struct unzip *unzip, struct str *ret_name);
/* Append the file that unzip_next went to.  0; E_LIMIT when out is full,
 * E_PARSE when the file is damaged or encrypted: out then holds its beginning.
 */
int unzip_read(struct unzip *unzip, struct buf *out);
void unzip_free(struct unzip *unzip);
DEFINE_CLEANUP(struct unzip *, unzip_free)

#endif
