/*
 * sitecompare: the same page as people and as a crawler got it.
 */
#include "feeds/siteparts.h"

static bool
has(const struct site_facts *facts, enum site_kind kind)
{
    for (size_t i = 0; i < facts->nseen; i++)
        if (facts->seen[i].kind == kind)
            return true;
    return false;
}

bool
site_compare(struct arena *arena, const struct site_facts *people,
    const struct site_facts *crawler, struct site_seen *ret)
{
    static const enum site_kind kinds[] = {
        SITE_KIND_DEFACED, SITE_KIND_HIDDEN_LINKS};

    (void)arena;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (has(crawler, kinds[k]) && !has(people, kinds[k])) {
            *ret = (struct site_seen){.kind = SITE_KIND_AGENT_DEPENDENT,
                .target = STR("spam"),
                .count = 1};
            return true;
        }
    return false;
}
