/*
 * robots: robots.txt of the origins that pages are fetched from, remembered.
 *
 * Fetched once a day and origin through the same client and gate as
 * everything else (RFC 9309 §2.3, §2.4); belongs to the fetch role.
 */
#ifndef TOCSIN_DAEMON_ROBOTS_H
#define TOCSIN_DAEMON_ROBOTS_H

#include "base/str.h"
#include "net/http.h"
#include "net/loop.h"

enum {
    ROBOTS_MAX_BYTES = 500 * 1024,
    ROBOTS_MAX_ORIGINS = 4096,
    ROBOTS_FRESH_MS = 24 * 60 * 60 * 1000,
    ROBOTS_RETRY_MS = 10 * 60 * 1000 /* after a failure */
};

enum robots_answer { ROBOTS_ALLOWED, ROBOTS_REFUSED, ROBOTS_UNREACHABLE };

struct robots;
int robots_new(struct loop *loop, struct http *http, struct str agent,
    struct robots **ret);
/* Ask whether url may be fetched; done is called once, now or later.  policy
 * is lent until then. */
int robots_ask(struct robots *robots, struct str url,
    const struct gate_policy *policy,
    void (*done)(void *arg, enum robots_answer answer), void *arg);

#endif
