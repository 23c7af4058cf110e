#include "feeds/sitekind.h"

#include "base/err.h"

enum { BLUE, YELLOW, ORANGE, RED };

static const struct {
    const char *name;
    enum site_group group;
    int level, points;
} kinds[] = {
#define X(kind, name, group, level, points) {name, SITE_##group, level, points},
    SITE_KINDS(X)
#undef X
};

const char *
site_kind_name(enum site_kind kind)
{
    return kinds[kind].name;
}

int
site_kind_of(struct str name, enum site_kind *ret)
{
    for (size_t i = 0; i < SITE_KINDS_N; i++)
        if (str_eq(name, str_of(kinds[i].name))) {
            *ret = (enum site_kind)i;
            return 0;
        }
    return E_NOTFOUND;
}

enum site_group
site_kind_group(enum site_kind kind)
{
    return kinds[kind].group;
}

const char *
site_group_name(enum site_group group)
{
    static const char *const names[SITE_GROUPS] = {
        "reachable", "fresh", "clean", "leaking", "right"};

    return names[group];
}

int
site_kind_level(enum site_kind kind)
{
    return kinds[kind].level;
}

int
site_kind_points(enum site_kind kind)
{
    return kinds[kind].points;
}
