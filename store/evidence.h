/*
 * evidence: bytes as received, for the items of incidents.
 *
 * A document is kept once, by its SHA-256, however many items were found in
 * it; its bytes and all that is told of it are sealed (base/seal.h), because
 * they hold what everything else masks.  A piece of evidence is one version of
 * an item in one document.  It belongs to the incident that its item is in now;
 * when the item was purged, to the one it was in.
 *
 * Part of the engine's connection; view_evidence.h is the reader's.
 */
#ifndef TOCSIN_STORE_EVIDENCE_H
#define TOCSIN_STORE_EVIDENCE_H

#include "base/digest.h"
#include "store/store.h"

struct evidence_put {
    int64_t incident, item, revision;
    bool article; /* the item's own page, not where it was listed */
    struct wall at;
    uint8_t hash[DIGEST_SIZE];
    uint64_t size;
    struct str sealed;   /* the document; absent when it was too large */
    struct str original; /* sealed: what the item said; may be absent */
    struct str about;    /* sealed: where it came from, its headers */
};
/* E_EXISTS when this version of the item has this document already. */
int store_evidence_add(struct store *store, const struct evidence_put *put);
/* Remember that incident is held: nothing of it is purged.  No reason ends the
 * hold.  E_NOTFOUND. */
int store_incident_hold(struct store *store, int64_t incident,
    struct str reason, struct str by, struct wall now);
/* Remember that what happened was assessed; once. */
int store_incident_assess(
    struct store *store, int64_t incident, struct str by, struct wall now);

#endif
