/*
 * evidence: the bounds of what is kept as evidence, on its way to the store.
 *
 * The fetch role has the headers, the parse role the bytes: it seals them when
 * an item of the document may belong to an incident, and sends them along with
 * its result.  The engine keeps them in the transaction that puts the item
 * into an incident (engine_evidence.h), and forgets them when none does.
 */
#ifndef TOCSIN_DAEMON_EVIDENCE_H
#define TOCSIN_DAEMON_EVIDENCE_H

enum {
    EVIDENCE_MAX_DOCUMENT_BYTES = 8 * 1024 * 1024, /* sealed, of one document */
    EVIDENCE_MAX_POLL_BYTES = 16 * 1024 * 1024, /* with what its items said */
    EVIDENCE_MAX_ORIGINAL_BYTES = 1024 * 1024,  /* sealed, of one item */
    EVIDENCE_MAX_OPENED_BYTES = 64 * 1024 * 1024,
    EVIDENCE_MAX_HEADER_BYTES = 16 * 1024,
    /* A changed item is evidence without a finding, but not of a document so
     * large that this would slow its source. */
    EVIDENCE_MAX_REVISED_BYTES = 1024 * 1024
};

#endif
