/*
 * jsonx: what we add to jansson: views in and out, strict loading, time.
 * For cleanup at the end of a scope there is jansson's own json_auto_t.
 */
#ifndef TOCSIN_BASE_JSONX_H
#define TOCSIN_BASE_JSONX_H

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum { JSONX_MAX_DEPTH = 256 };

/* Parse exactly one JSON text (RFC 8259; a byte order mark is skipped; of
 * duplicate keys the last counts; depth at most JSONX_MAX_DEPTH; text as long
 * as the caller let it be).  0 or E_PARSE with *reterr (may be NULL). */
int jsonx_load(struct str text, struct toc_error *reterr, json_t **ret);
/* Append the compact form; non-ASCII stays as UTF-8, keys in the order they
 * were set, fractions to 15 digits.  0 or the error of out. */
int jsonx_dump(const json_t *json, struct buf *out);
/* New string, null when absent; invalid UTF-8 is repaired. */
json_t *jsonx_str(struct str s);
/* New RFC 3339 string, null for WALL_NONE. */
json_t *jsonx_time(struct wall t);
/* View of member key of object when it is a string, else STR_NONE. */
struct str jsonx_get_str(const json_t *object, const char *key);
/* Set key to value (taken, also on failure); NULL values fail. */
int jsonx_set(json_t *object, const char *key, json_t *value_taken);

#endif
