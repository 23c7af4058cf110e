/*
 * prescan: what a look at an XML document says before libxml2 sees it.
 *
 * It finds the root element (libxml2 gets nothing but it: no declaration, no
 * DOCTYPE, no junk around), counts what costs libxml2 more than it should
 * (depth, attributes, the size of a tag), reads a DOCTYPE's own entities, and
 * says whether the document needs repair.
 */
#ifndef TOCSIN_FEEDS_PRESCAN_H
#define TOCSIN_FEEDS_PRESCAN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    PRESCAN_MAX_ENTITIES = 64,          /* declared by the document */
    PRESCAN_MAX_ENTITY_BYTES = 1024,    /* of one of them */
    PRESCAN_MAX_EXPANSION_BYTES = 65536 /* of all references to them */
};

struct prescan_entity {
    struct str name, value; /* value decoded to text */
};

struct prescan {
    struct str root; /* the root element, from its '<' on */
    struct str name; /* the root's name as written */
    bool damaged;    /* libxml2 is not to have it unrepaired */
    bool truncated;  /* the document ends before its root does */
    const struct prescan_entity *entities;
    size_t nentities;
};

/* E_PARSE: no element at all.  E_LIMIT: deeper or larger than the bounds, or
 * a DOCTYPE that declares more than plain entities.  E_NOMEM. */
int prescan_xml(struct arena *arena, struct str text, struct toc_error *reterr,
    struct prescan *ret);

#endif
