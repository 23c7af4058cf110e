/*
 * silence: what is not told for a while, because somebody said so and why.
 * Types, and whether one matches: store/ and console/ include this header.
 *
 * A silence has an end, an author and a reason.  It matches an incident that
 * has everything it names: its owner, category and title, and no source or
 * rule but the one it names, so that another source's report of the same
 * event, or another rule, is told.  Red is never silenced unless one incident
 * is named.  Nothing is lost: what was held back is listed with the silence,
 * and an incident that is still new when it ends is told then.
 */
#ifndef TOCSIN_INCIDENTS_SILENCE_H
#define TOCSIN_INCIDENTS_SILENCE_H

#include "incidents/incident.h"

enum {
    SILENCE_MAX_OPEN = 500,          /* at once */
    SILENCE_MAX_DAYS = 30,           /* until its end */
    SILENCE_TEXT_BYTES = 512,        /* of each text */
    SILENCE_IDLE_DEFAULT_MS = MS_DAY /* nothing matched: it ends */
};

struct silence_match {
    struct str owner, category, source, rule, title; /* absent: any */
    int64_t incident;                                /* 0: any */
    enum level max_level; /* LEVEL_NONE: red for one incident, else orange */
};

struct silence {
    int64_t id; /* 0 before it is stored */
    struct silence_match match;
    struct str author, reason;
    struct wall created, until;
    int64_t idle_ms;        /* ends when nothing matched for so long; 0: not */
    struct wall last_match; /* or WALL_NONE */
    struct wall ended;      /* WALL_NONE while it is in force */
    struct str ended_by;    /* user name, or "system" */
    struct str ended_why;   /* "time", "idle", or what the person said */
    uint32_t held;          /* messages that it held back */
    uint32_t incidents;     /* of so many incidents */
};

/* An incident as silences see it. */
struct silence_subject {
    const struct incident *incident;
    const struct str *sources; /* ids */
    size_t nsources;
    const struct str *rules; /* that gave it points */
    size_t nrules;
};

bool silence_matches(
    const struct silence_match *match, const struct silence_subject *subject);

/* What is wrong with a new silence, NULL when nothing is: a key for people's
 * texts ("silence_empty", …; static). */
const char *silence_fault(const struct silence *silence, struct wall now);

/* Whether it is over at now by itself: "time", "idle", or NULL. */
const char *silence_over(const struct silence *silence, struct wall now);

#endif
