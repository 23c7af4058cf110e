/*
 * catalog: the words that people see, in Simplified Chinese and English.
 *
 * A catalogue is one or more YAML files of key: text for each language, checked
 * by a test to have the same keys.  Text may hold {0} … {9} for arguments.
 */
#ifndef TOCSIN_BASE_CATALOG_H
#define TOCSIN_BASE_CATALOG_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

enum lang { LANG_ZH, LANG_EN, LANG_COUNT };

struct catalog;

enum { CATALOG_MAX_BYTES = 4 * 1024 * 1024 }; /* of memory for one language */

/* Load one language from YAML text; file is for errors.  0, E_CONF with errors
 * added, or E_NOMEM. */
int catalog_load(const char *file, struct str yaml, struct toc_errors *errors,
    struct catalog **ret);
/* Add the texts of another file of the same language; a key that is there
 * already is an error.  As catalog_load; after an error catalog is only good
 * for catalog_free. */
int catalog_add(struct catalog *catalog, const char *file, struct str yaml,
    struct toc_errors *errors);
void catalog_free(struct catalog *catalog);
DEFINE_CLEANUP(struct catalog *, catalog_free)
/* The text of key; the key itself when it is missing.  Lent. */
struct str catalog_get(const struct catalog *catalog, const char *key);
/* Append the text of key with {n} replaced by args[n]; an {n} without its
 * argument stays.  0 or the error of out. */
int catalog_format(const struct catalog *catalog, const char *key,
    const struct str *args, size_t nargs, struct buf *out);
/* Iterate: key number i in bytewise order, NULL past the end (for tests and
 * templates). */
const char *catalog_key(const struct catalog *catalog, size_t i);
/* The best language for an Accept-Language header (RFC 9110 §12.5.4);
 * LANG_ZH when nothing fits. */
enum lang lang_negotiate(struct str accept_language);
const char *lang_code(enum lang lang); /* "zh-CN", "en" */

#endif
