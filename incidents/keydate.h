/*
 * keydate: periods in which sources are polled faster: enrolment, exams, the
 * first weeks of a term, a typhoon.
 */
#ifndef TOCSIN_INCIDENTS_KEYDATE_H
#define TOCSIN_INCIDENTS_KEYDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/str.h"

enum {
    KEY_DATE_MAX = 200,     /* in one configuration */
    KEY_DATE_POLLS_MAX = 20 /* times as often */
};

struct key_date {
    struct str name;
    struct str first, last; /* days as written, both belong to it */
    const struct str *tags; /* of the sources that it is about; none: all */
    size_t ntags;
    int polls; /* times as often as usual, 1 … KEY_DATE_POLLS_MAX */
    struct wall from, until; /* the same days, in the zone of the bureau */
};

/* Whether the period has begun and is not over. */
bool key_date_is_on(const struct key_date *date, struct wall now);
/* How many times as often a source with these tags is polled at now: the
 * greatest of the periods that are on and about it, else 1. */
int key_date_polls(const struct key_date *dates, size_t n,
    const struct str *tags, size_t ntags, struct wall now);

#endif
