/*
 * evidence: what is kept of an incident, opened, and as one archive.
 *
 * What comes out holds numbers of persons as they were published: it is shown
 * to operators only, and the ledger says to whom.
 */
#ifndef TOCSIN_CONSOLE_EVIDENCE_H
#define TOCSIN_CONSOLE_EVIDENCE_H

#include "console/context.h"
#include "store/view_evidence.h"

enum {
    EVIDENCE_MAX_BYTES = 64 * 1024 * 1024, /* of one document, opened */
    EVIDENCE_MAX_ARCHIVE =
        30 * 1024 * 1024 /* packed; the rest is named in it */
};

/* Append what is sealed; sealed absent is nothing.  0, E_CORRUPT, E_LIMIT,
 * E_NOMEM. */
int evidence_open(struct str sealed, struct buf *out);
/* The same as JSON, an empty object when it cannot be opened. */
json_t *evidence_json(struct str sealed);
/* The bytes of the document of row.  E_NOTFOUND when they are not kept. */
int evidence_document(
    struct context *ctx, const struct evidence_row *row, struct buf *out);
/* Append the archive of an incident's evidence:
 *   manifest.json   what each piece is, from where, when, and its hashes
 *   SHA256SUMS      of all other files, for sha256sum -c
 *   documents/      the bytes as received, each once
 *   headers/, texts/  of each piece: the answer's headers, what the item said
 *   incident.json, ledger.json  the incident, and all that happened to it
 * Of more than VIEW_EVIDENCE_MAX pieces the first behind piece after; the
 * manifest says behind which one the next archive begins ("next").
 * 0, E_NOTFOUND, E_NOMEM, E_LIMIT. */
int evidence_archive(
    struct context *ctx, int64_t incident, int64_t after, struct buf *out);

#endif
