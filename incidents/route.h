/*
 * route: which incidents go to which channels, and which a greater one
 * drops.
 *
 * Routes are asked in their order.  One that matches leads to its channels,
 * and ends the walk unless it says `continue`.  Without any route every
 * channel hears of everything.
 *
 * An inhibition {when, drops, same} drops an incident that `drops` matches
 * while another open one is there that `when` matches and that has the same
 * owner or category, as `same` says.  Unlike in other alerting systems, a
 * field that both lack is NOT the same: two incidents without an owner have
 * nothing to do with one another.  One that both sides match is dropped by
 * none that both sides match, so that two never drop each other; and red is
 * never dropped.
 */
#ifndef TOCSIN_INCIDENTS_ROUTE_H
#define TOCSIN_INCIDENTS_ROUTE_H

#include "incidents/incident.h"
#include "incidents/quiet.h"

enum { ROUTE_MAX = 500, INHIBIT_MAX = 100 };

/* What a route looks at; an empty list matches anything. */
struct route_match {
    enum level min_level, max_level; /* LEVEL_NONE: no bound */
    const struct str *categories;
    size_t ncategories;
    const struct str *owners; /* by name */
    size_t nowners;
    const struct str *owner_tags; /* one of them is the owner's */
    size_t nowner_tags;
    const struct str *tags; /* one of them is one of its sources' */
    size_t ntags;
    const struct str *events; /* "incident.opened", … */
    size_t nevents;
};

/* An incident as routes see it. */
struct route_subject {
    int64_t id;
    enum level level;
    struct str category, owner; /* or absent */
    const struct str *owner_tags;
    size_t nowner_tags;
    const struct str *tags; /* of all its sources */
    size_t ntags;
    struct str event;
};
bool route_matches(
    const struct route_match *match, const struct route_subject *subject);

struct route {
    struct str name;
    struct route_match match;
    struct hours hours; /* when it leads anywhere; not set: always */
    const struct str *channels;
    size_t nchannels;
    bool go_on; /* the routes behind it are asked too */
};
/* Whether a route leads subject to channel at now, and then which: *ret is its
 * position, or n when there is no route at all. */
bool routes_lead(const struct route *routes, size_t n,
    const struct route_subject *subject, const struct hours_place *place,
    struct wall now, struct str channel, size_t *ret);
/* Whether any of them looks at the tags of sources. */
bool routes_need_tags(const struct route *routes, size_t n);

struct inhibit {
    struct str name;
    struct route_match when, drops;
    const struct str *same; /* "owner", "category"; empty: any */
    size_t nsame;
};
/* Whether subject is dropped while by is open. */
bool inhibit_drops(const struct inhibit *inhibit,
    const struct route_subject *subject, const struct route_subject *by);

#endif
