/*
 * manifest: what a pack of rules says of itself.
 *
 * A pack is a folder of rule files with a manifest.yaml: it is shared, checked
 * out and replaced as a whole.  Its rules may use the lists and rules of the
 * packs it requires, and no others'.
 *
 *   pack:
 *     id: county-extra        # small letters, digits and '-'
 *     version: 1.2            # one to three numbers
 *     title: …
 *     author: …
 *     licence: …
 *     requires: [tocsin-schools, {id: other, version: 2}]
 */
#ifndef TOCSIN_RULES_MANIFEST_H
#define TOCSIN_RULES_MANIFEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* A folder with this file is a pack. */
#define PACK_MANIFEST "manifest.yaml"

enum { PACK_MAX_REQUIRES = 32, PACK_VERSION_PARTS = 3 };

struct pack_version {
    unsigned part[PACK_VERSION_PARTS];
};

struct pack_need {
    struct str id;
    struct pack_version version; /* at least; all 0: any */
    unsigned line, column;
};

struct pack {
    struct str id, title, author, licence;
    struct str version_text;
    struct pack_version version;
    struct pack_need needs[PACK_MAX_REQUIRES];
    size_t nneeds;
    const char *manifest; /* path of the file, for errors */
    const char *folder;   /* path without a slash at its end */
    bool lent;            /* there only for what others use of it */
};

/* Read the manifest's text; everything lives in arena.  Each error is added at
 * its place.  0, E_CONF, E_NOMEM. */
int pack_parse(struct arena *arena, const char *manifest, struct str text,
    struct toc_errors *errors, struct pack *ret);
struct ynode;
/* The same of a file that is a pack by itself: node is its pack, of which only
 * the id is needed. */
int pack_read(struct arena *arena, const char *file, const struct ynode *node,
    struct toc_errors *errors, struct pack *ret);
/* Whether pack may use what is of the pack other (NULL: of none). */
bool pack_may_use(const struct pack *pack, const struct pack *other);
/* "1.2" as numbers; false when it is none. */
bool pack_version_parse(struct str text, struct pack_version *ret);
/* Below, equal or above 0, as strcmp. */
int pack_version_cmp(
    const struct pack_version *a, const struct pack_version *b);

#endif
