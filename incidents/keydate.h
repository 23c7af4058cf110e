/*
 * keydate: periods in which sources are polled faster, chosen categories weigh
 * more, and more people are on call: enrolment, exams, the first weeks of a
 * term, a typhoon.
 */
#ifndef TOCSIN_INCIDENTS_KEYDATE_H
#define TOCSIN_INCIDENTS_KEYDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/str.h"
#include "incidents/written.h"

enum {
    KEY_DATE_MAX = 200,         /* in one configuration */
    KEY_DATE_POLLS_MAX = 20,    /* times as often */
    KEY_DATE_WEIGHT_MAX = 300,  /* per cent */
    KEY_DATE_FIRST_YEAR = 2000, /* years in which yearly ones recur */
    KEY_DATE_YEARS = 120,
    KEY_DATE_MAX_EXTRA = 16 /* people more */
};

/* One time that it is on. */
struct key_span {
    struct wall from, until;
};

struct key_date {
    struct written at;
    struct str name;
    struct str first, last; /* days as written, both belong to it: 2026-06-07,
                               or 06-07 for every year */
    const struct str *tags; /* of the sources that it is about; none: all */
    size_t ntags;
    int polls; /* as often as usual, 1 … KEY_DATE_POLLS_MAX */
    const struct str *categories; /* that weigh more; none: no weight */
    size_t ncategories;
    int weight;              /* of them, per cent; 100 is neutral */
    const struct str *hours; /* of its days, as an examination has them */
    size_t nhours;
    struct str rota; /* that has these people more, absent: none */
    const struct str *extra;
    size_t nextra;
    bool exam; /* of the calendar's examinations */
    /* The same days in the zone of the bureau, in order. */
    const struct key_span *spans;
    size_t nspans;
};

/* When it is on at now, or will be next (of several: the first that is not
 * over); NULL when it is over for good. */
const struct key_span *key_date_span(
    const struct key_date *date, struct wall now);
/* Whether the period has begun and is not over. */
bool key_date_is_on(const struct key_date *date, struct wall now);
/* How many times as often a source with these tags is polled at now: the
 * greatest of the periods that are on and about it, else 1. */
int key_date_polls(const struct key_date *dates, size_t n,
    const struct str *tags, size_t ntags, struct wall now);
/* The period that gives a category of a source with these tags the most weight
 * at now, or NULL. */
const struct key_date *key_date_weighs(const struct key_date *dates, size_t n,
    struct str category, const struct str *tags, size_t ntags, struct wall now);

#endif
