/*
 * parse_door: what leaves the parse role is masked, and what it was before is
 * sealed.
 *
 * Rules see a text as it was published; nobody behind this door does.  Masking
 * keeps the number of characters, so the spans of findings stay right.
 */
#ifndef TOCSIN_DAEMON_PARSE_DOOR_H
#define TOCSIN_DAEMON_PARSE_DOOR_H

#include "base/arena.h"
#include "daemon/messages.pb-c.h"
#include "feeds/item.h"

/* Mask the texts and addresses of item; what it is known by stays.  0 or
 * E_NOMEM. */
int door_mask(struct arena *arena, struct item *item);
/* Put what item said before it was masked into out, within *budget bytes, which
 * it lowers; when it does not fit, it is left out.  0 or E_NOMEM. */
int door_original(struct arena *arena, const struct item *item, size_t *budget,
    Tocsin__Item *out);
/* Put the document of request into result, when one of its items may be
 * evidence: has findings, or is marked as revised.  0 or E_NOMEM. */
int door_document(struct arena *arena, const Tocsin__ParseRequest *request,
    bool revised, size_t *budget, Tocsin__ParseResult *result);
/* The document of request, sealed when it fits.  0 or E_NOMEM. */
int door_body(struct arena *arena, const Tocsin__ParseRequest *request,
    size_t *budget, Tocsin__Document **ret);
/* Mask what result says of the document itself. */
int door_describe(struct arena *arena, Tocsin__ParseResult *result);

#endif
