/*
 * parse_site: pages and documents of own sites, read in the parse role.
 *
 * What a page leaks does not leave the role: a finding has its count, one
 * value masked and a hash with the engine's key.  What else is told of the page
 * is masked as items are.
 */
#ifndef TOCSIN_DAEMON_PARSE_SITE_H
#define TOCSIN_DAEMON_PARSE_SITE_H

#include "base/arena.h"
#include "base/timefmt.h"
#include "daemon/ipc.h"

/* Read what request brings (its site is not NULL) into result, whose parts live
 * in arena; on failure result says why. */
void site_answer(struct arena *arena, const Tocsin__ParseRequest *request,
    const struct zone *zone, Tocsin__SiteResult *result);
/* Send result, without its document when it is too large with it. */
void site_answer_send(struct ipc *engine, Tocsin__SiteResult *result);

#endif
