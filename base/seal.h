/*
 * seal: bytes kept as evidence, compressed.
 *
 * One byte of version, then a zstd frame (with its length and checksum) whose
 * every byte is complemented.  The complement is no protection: it only makes
 * sure that not even what zstd leaves as it is can be found by searching a file
 * for it.  What such a search finds in the database is therefore a leak.
 */
#ifndef TOCSIN_BASE_SEAL_H
#define TOCSIN_BASE_SEAL_H

#include "base/buf.h"
#include "base/str.h"

/* Append bytes, sealed.  0, E_NOMEM, or E_LIMIT when out is full. */
int seal_pack(struct buf *out, struct str bytes);
/* Append what is sealed.  E_CORRUPT, E_NOMEM, or E_LIMIT when it is longer
 * than out may become. */
int seal_open(struct buf *out, struct str sealed);

#endif
