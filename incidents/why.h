/*
 * why: the sentence that says why an item was put where it is; private to
 * incidents/.
 *
 * Features are numbers, so the words that were shared are looked up again in
 * the beginning of the item's own title and text.
 */
#ifndef TOCSIN_INCIDENTS_WHY_H
#define TOCSIN_INCIDENTS_WHY_H

#include "base/arena.h"
#include "incidents/profile.h"

/* What an item has in common with an incident. */
struct why {
    struct str title, text; /* the item's */
    const struct profile *profile;
    const struct weighted *list; /* the incident's features */
    size_t n;
    const struct marks *marks; /* and its places */
    int64_t incident, previous; /* 0 none */
    double cosine, days;        /* days: since its last item */
    enum relation place, topic;
    bool copy;
};

/* Valid as long as arena; arena_failed says whether it could be made. */
struct str why_say(struct arena *arena, const struct why *why);

#endif
