/*
 * robots: robots.txt of the origins that pages are fetched from, remembered.
 *
 * Fetched once a day and origin through the same client and gate as everything
 * else (RFC 9309 §2.3, §2.4), with limits of its own; belongs to the fetch
 * role.
 */
#ifndef TOCSIN_DAEMON_ROBOTS_H
#define TOCSIN_DAEMON_ROBOTS_H

#include "base/str.h"
#include "net/http.h"
#include "net/loop.h"

enum {
    ROBOTS_MAX_BYTES = 500 * 1024, /* what lies beyond is not read */
    ROBOTS_MAX_WIRE_BYTES = 1024 * 1024,
    ROBOTS_TOTAL_MS = 30 * 1000,
    ROBOTS_PATIENCE_MS = 60 * 1000,
    ROBOTS_MAX_ORIGINS = 4096,
    ROBOTS_MAX_KEPT_BYTES = 32 * 1024 * 1024, /* of all origins' files */
    ROBOTS_MAX_DELAY_MS = 60 * 1000 /* of Crawl-delay, whatever it asks */
};

/* The times that RFC 9309 speaks of. */
struct robots_times {
    int64_t fresh_ms;   /* an answer is good for so long: 24 h */
    int64_t retry_ms;   /* after a failure: 10 min */
    int64_t forgive_ms; /* unreachable for so long: as if there were none, 30
                         * days */
};

enum robots_answer {
    ROBOTS_ALLOWED,
    ROBOTS_REFUSED,
    ROBOTS_UNREACHABLE, /* it may have rules that nobody can read now */
    ROBOTS_LATER        /* its host is to be left alone */
};

struct robots;
/* agent is copied.  times NULL: those above. */
int robots_new(struct loop *loop, struct http *http, struct str agent,
    const struct robots_times *times, struct robots **ret);
/* Not while an answer is outstanding. */
void robots_free(struct robots *robots);
/* Ask whether url may be fetched; done is called once, now or later, with
 * later_ms for ROBOTS_LATER.  policy is lent until then.  0, or an error and
 * done is not called. */
int robots_ask(struct robots *robots, struct str url,
    const struct gate_policy *policy,
    void (*done)(void *arg, enum robots_answer answer, int64_t later_ms),
    void *arg);
/* The gap that the origin of url asks for, as far as its file is known; at most
 * ROBOTS_MAX_DELAY_MS. */
int64_t robots_delay_ms(struct robots *robots, struct str url);

#endif
