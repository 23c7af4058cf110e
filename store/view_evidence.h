/*
 * view_evidence: what readers see of the evidence, and of what incidents are
 * kept for.  Bytes come out sealed (base/seal.h opens them).
 */
#ifndef TOCSIN_STORE_VIEW_EVIDENCE_H
#define TOCSIN_STORE_VIEW_EVIDENCE_H

#include "base/digest.h"
#include "store/view.h"

enum { VIEW_EVIDENCE_MAX = 500 }; /* pieces of one page, and of one archive */

struct evidence_row {
    int64_t id, incident, item, revision;
    bool article, kept; /* kept: its bytes are there */
    struct wall at;
    uint8_t hash[DIGEST_SIZE];
    uint64_t size;
    struct str title, source;   /* of the item while it is stored, masked */
    struct str original, about; /* sealed; view_evidence_one only */
};
/* The evidence of an incident, oldest first, behind piece after (0: from the
 * first), at most max. */
int view_evidence(struct view *view, int64_t incident, int64_t after,
    size_t max, struct arena *arena, struct evidence_row **ret, size_t *ret_n);
/* One piece, with what is sealed of it; E_NOTFOUND. */
int view_evidence_one(struct view *view, int64_t id, struct arena *arena,
    struct evidence_row *ret);
/* The sealed bytes of the document with this hash; E_NOTFOUND. */
int view_evidence_document(struct view *view, const uint8_t hash[DIGEST_SIZE],
    struct arena *arena, struct str *ret_sealed);

struct incident_keeping {
    struct str hold, hold_by, assessed_by; /* hold absent: not held */
    struct wall hold_at, assessed, purged;
};
/* All absent when nothing is said of it. */
int view_incident_keeping(struct view *view, int64_t incident,
    struct arena *arena, struct incident_keeping *ret);

#endif
