/* region: a hash set of telling pairs. */
#include "incidents/region.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/utf8.h"
#include "incidents/features.h"
#include "incidents/names.h"

enum { TABLE_SIZE = REGION_MAX_NAMES * 2, NAME_MAX_UNITS = 64 };

struct region {
    uint32_t name[TABLE_SIZE]; /* 0 is free: a FEATURE_NAME is never 0 */
    uint8_t place[TABLE_SIZE];
    size_t n;
};

static size_t
region_slot(const struct region *region, uint32_t name)
{
    size_t at = (name >> 3) % TABLE_SIZE;

    while (region->name[at] && region->name[at] != name)
        at = (at + 1) % TABLE_SIZE;
    return at;
}

enum place
region_place(const struct region *region, uint32_t name)
{
    return (enum place)region->place[region_slot(region, name)];
}

/* The first place that a name was given stays: wide names come first. */
static int
region_add(struct region *region, uint32_t name, enum place place)
{
    size_t at = region_slot(region, name);

    if (region->name[at])
        return 0;
    if (region->n == REGION_MAX_NAMES)
        return E_LIMIT;
    region->name[at] = name;
    region->place[at] = (uint8_t)place;
    region->n++;
    return 0;
}

static size_t
units_of(struct str s, uint16_t out[NAME_MAX_UNITS])
{
    size_t n = 0, at = 0;

    while (at < s.n && n < NAME_MAX_UNITS) {
        uint32_t c = utf8_next(s, &at);

        if (c < 0x10000)
            out[n++] = (uint16_t)c;
    }
    return n;
}

/* Take the telling pairs of one name: those before an ending, else the first
 * two characters that are no wide name. */
static int
region_take(struct region *region, struct str text, enum place place)
{
    uint16_t u[NAME_MAX_UNITS];
    size_t n = units_of(text, u), start = 0;
    uint32_t name;
    bool any = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (place == PLACE_WIDE || !name_at(u, n, i, &name))
            continue;
        name = feature_as(name, FEATURE_NAME);
        if (region_place(region, name) != PLACE_WIDE) {
            r = region_add(region, name, place);
            any = true;
        }
    }
    if (any || r != 0)
        return r;
    if (n >= 4 && region_place(region,
                      feature_pair(u[0], u[1], FEATURE_NAME)) == PLACE_WIDE)
        start = 2;
    if (start + 1 < n && unit_is_han(u[start]) && unit_is_han(u[start + 1]))
        r = region_add(
            region, feature_pair(u[start], u[start + 1], FEATURE_NAME), place);
    return r;
}

/* All texts below json, which is a text, a list of them, or lists by name. */
static int
region_walk(
    struct region *region, const json_t *json, enum place place, int depth)
{
    const char *key;
    json_t *value;
    size_t i;
    int r = 0;

    if (json_is_string(json))
        return region_take(region,
            (struct str){json_string_value(json), json_string_length(json)},
            place);
    if (depth >= REGION_MAX_DEPTH)
        return 0;
    json_array_foreach(json, i, value)
    {
        r = region_walk(region, value, place, depth + 1);
        if (r != 0)
            return r;
    }
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        r = region_walk(region, value, place, depth + 1);
        if (r != 0)
            return r;
    }
    return r;
}

static int
region_read(struct region *region, const json_t *json)
{
    const json_t *home = json_object_get(json, "home");
    int r;

    r = region_walk(region, json_object_get(home, "county"), PLACE_WIDE, 0);
    if (r == 0)
        r = region_walk(
            region, json_object_get(json, "province"), PLACE_WIDE, 0);
    if (r == 0)
        r = region_walk(region,
            json_object_get(json, "same_prefecture_not_home"), PLACE_WIDE, 0);
    if (r == 0)
        r = region_walk(region, home, PLACE_HOME, 0);
    if (r == 0)
        r = region_walk(
            region, json_object_get(json, "neighbours"), PLACE_FAR, 0);
    if (r == 0)
        r = region_walk(region, json_object_get(json, "far"), PLACE_FAR, 0);
    return r;
}

int
region_new(struct str json, struct region **ret)
{
    struct region *region = calloc(1, sizeof(*region));
    _cleanup_(json_decrefp) json_t *root = NULL;
    int r = region ? 0 : E_NOMEM;

    if (r == 0 && json.n)
        r = jsonx_load(json, NULL, &root);
    if (r == 0 && root)
        r = json_is_object(root) ? region_read(region, root) : E_PARSE;
    if (r != 0) {
        region_free(region);
        return r;
    }
    *ret = region;
    return 0;
}

void
region_free(struct region *region)
{
    free(region);
}
