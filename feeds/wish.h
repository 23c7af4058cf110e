/*
 * wish: what a feed asks of those who poll it: ttl, skipHours and skipDays of
 * RSS, updatePeriod and updateFrequency of its syndication module.
 *
 * Only read here; how much of it is obeyed is decided in poll.h.
 */
#ifndef TOCSIN_FEEDS_WISH_H
#define TOCSIN_FEEDS_WISH_H

#include "feeds/item.h"

struct wish {
    int64_t ttl_ms;    /* 0: it does not say */
    int64_t period_ms; /* of so many updates */
    int64_t frequency; /* -1: it does not say */
    bool syndication;  /* it said either of the two */
    uint32_t skip_hours;
    uint8_t skip_days;
};

void wish_init(struct wish *wish);
/* Take the content of the element of that name (in lower case).  What makes no
 * sense is as if it were not there. */
void wish_read(struct wish *wish, struct str name, struct str text);
/* What came of it. */
void wish_finish(const struct wish *wish, struct document *document);

#endif
