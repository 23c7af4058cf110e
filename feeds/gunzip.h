/*
 * gunzip: bodies that are gzip by their first bytes, whatever the headers say.
 */
#ifndef TOCSIN_FEEDS_GUNZIP_H
#define TOCSIN_FEEDS_GUNZIP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Whether bytes begin as a gzip member does. */
bool gunzip_is(struct str bytes);
/* Unpack into arena, at most max bytes.  A damaged or missing end keeps what
 * came before it (*ret_whole is then false).  E_LIMIT, E_NOMEM, E_PARSE when
 * nothing came out. */
int gunzip_bytes(struct arena *arena, struct str bytes, size_t max,
    struct str *ret, bool *ret_whole);

#endif
