/*
 * engine_evidence: the engine's part in keeping evidence.
 */
#ifndef TOCSIN_DAEMON_ENGINE_EVIDENCE_H
#define TOCSIN_DAEMON_ENGINE_EVIDENCE_H

#include "daemon/engine.h"

/* Whether what a parser sent as evidence is what it may send. */
bool evidence_is_sound(const Tocsin__ParseResult *in);
/* This version of the item is in incident: keep what it was found in, as it
 * came, in the open transaction.  Does nothing when its document did not come
 * along, or is kept for this version already. */
int engine_evidence_keep(struct engine *engine, const struct arrival *arrival,
    const Tocsin__Item *in, int64_t incident, int64_t item, int64_t revision);

#endif
