/* route: matching, one field after the other. */
#include "incidents/route.h"

static bool
has(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s))
            return true;
    return false;
}

/* Whether one text is in both lists; an empty first list wants nothing. */
static bool
meets(
    const struct str *want, size_t nwant, const struct str *have, size_t nhave)
{
    for (size_t i = 0; i < nwant; i++)
        if (has(have, nhave, want[i]))
            return true;
    return nwant == 0;
}

bool
route_matches(
    const struct route_match *match, const struct route_subject *subject)
{
    if (subject->level < match->min_level ||
        (match->max_level != LEVEL_NONE && subject->level > match->max_level))
        return false;
    return meets(match->categories, match->ncategories, &subject->category,
               subject->category.n > 0) &&
           meets(match->owners, match->nowners, &subject->owner,
               subject->owner.n > 0) &&
           meets(match->owner_tags, match->nowner_tags, subject->owner_tags,
               subject->nowner_tags) &&
           meets(match->tags, match->ntags, subject->tags, subject->ntags) &&
           meets(match->events, match->nevents, &subject->event,
               subject->event.n > 0);
}

bool
routes_lead(const struct route *routes, size_t n,
    const struct route_subject *subject, const struct hours_place *place,
    struct wall now, struct str channel, size_t *ret)
{
    if (n == 0) {
        *ret = n;
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        const struct route *route = &routes[i];

        if (!route_matches(&route->match, subject) ||
            (route->hours.is_set &&
                !hours_hold(&route->hours, place, now, NULL)))
            continue;
        if (has(route->channels, route->nchannels, channel)) {
            *ret = i;
            return true;
        }
        if (!route->go_on)
            return false;
    }
    return false;
}

bool
routes_need_tags(const struct route *routes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (routes[i].match.ntags > 0)
            return true;
    return false;
}

static bool
is_same(struct str a, struct str b)
{
    return a.n > 0 && str_eq(a, b);
}

bool
inhibit_drops(const struct inhibit *inhibit,
    const struct route_subject *subject, const struct route_subject *by)
{
    if (subject->id == by->id || subject->level == LEVEL_RED ||
        !route_matches(&inhibit->drops, subject) ||
        !route_matches(&inhibit->when, by))
        return false;
    /* Each would drop the other. */
    if (route_matches(&inhibit->when, subject) &&
        route_matches(&inhibit->drops, by))
        return false;
    for (size_t i = 0; i < inhibit->nsame; i++) {
        bool owner = str_eq(inhibit->same[i], STR("owner"));

        if (owner ? !is_same(subject->owner, by->owner)
                  : !is_same(subject->category, by->category))
            return false;
    }
    return true;
}
