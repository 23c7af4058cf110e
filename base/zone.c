/*
 * Zones are read from TZif files (RFC 8536) into a sorted list of changes and
 * the rule for what comes after them.  The C library's own functions are not
 * used: they keep one zone per process and read files whenever they like.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "base/timefmt.h"
#include "base/zone_rule.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

enum {
    ZONE_NAME_MAX = 64,         /* bytes */
    ZONE_FILE_MAX = 256 * 1024, /* bytes */
    ZONE_CHANGES_MAX = 16384,
    ZONE_TYPES_MAX = 256,
    ZONE_OFFSET_MAX = 26 * 3600, /* seconds either way, RFC 8536 §3.2 */
    TZIF_HEADER = 44,            /* bytes */
    TZIF_TYPE = 6
};

#define SECONDS_FAR INT64_C(300000000000) /* about the year 11500 */

/* From at on, the offset holds. */
struct change {
    int64_t at; /* seconds since 1970 */
    int offset; /* seconds east of UTC */
};

struct zone {
    char name[ZONE_NAME_MAX + 1];
    struct change *changes;
    size_t nchanges;
    int first; /* offset before all changes */
    bool has_rule;
    struct zone_rule rule; /* after the last change */
};

/* One block of a TZif file, as its header describes it. */
struct tzif {
    size_t isut, isstd, leap, changes, types, chars;
    size_t time_size; /* bytes of an instant: 4, or 8 from version 2 */
    char version;
};

static uint32_t
read_u32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 |
           u[3];
}

static int64_t
read_time(const char *p, size_t size)
{
    if (size == 4)
        return (int32_t)read_u32(p);
    return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

static int
tzif_header(struct str s, size_t time_size, struct tzif *ret)
{
    if (s.n < TZIF_HEADER || memcmp(s.p, "TZif", 4) != 0)
        return E_PARSE;
    ret->version = s.p[4];
    ret->isut = read_u32(s.p + 20);
    ret->isstd = read_u32(s.p + 24);
    ret->leap = read_u32(s.p + 28);
    ret->changes = read_u32(s.p + 32);
    ret->types = read_u32(s.p + 36);
    ret->chars = read_u32(s.p + 40);
    ret->time_size = time_size;
    if (ret->isut > ZONE_TYPES_MAX || ret->isstd > ZONE_TYPES_MAX ||
        ret->leap > ZONE_CHANGES_MAX || ret->changes > ZONE_CHANGES_MAX ||
        ret->types > ZONE_TYPES_MAX || ret->types == 0 ||
        ret->chars > ZONE_FILE_MAX)
        return E_PARSE;
    return 0;
}

/* Bytes of the block behind its header. */
static size_t
tzif_size(const struct tzif *t)
{
    return t->changes * (t->time_size + 1) + t->types * TZIF_TYPE + t->chars +
           t->leap * (t->time_size + 4) + t->isstd + t->isut;
}

static int
tzif_offset(const char *types, size_t index, int *ret)
{
    int32_t offset = (int32_t)read_u32(types + index * TZIF_TYPE);

    if (offset < -ZONE_OFFSET_MAX || offset > ZONE_OFFSET_MAX)
        return E_PARSE;
    *ret = offset;
    return 0;
}

/* Read the block at p, which is whole, into zone. */
static int
tzif_read(const struct tzif *t, const char *p, struct zone *zone)
{
    const char *indexes = p + t->changes * t->time_size;
    const char *types = indexes + t->changes;

    if (tzif_offset(types, 0, &zone->first))
        return E_PARSE;
    if (t->changes == 0)
        return 0;
    zone->changes = calloc(t->changes, sizeof(*zone->changes));
    if (!zone->changes)
        return E_NOMEM;
    for (size_t i = 0; i < t->changes; i++) {
        struct change *change = &zone->changes[i];
        size_t type = (unsigned char)indexes[i];

        change->at = read_time(p + i * t->time_size, t->time_size);
        if (type >= t->types || tzif_offset(types, type, &change->offset))
            return E_PARSE;
        if (i && change->at <= change[-1].at)
            return E_PARSE;
    }
    zone->nchanges = t->changes;
    return 0;
}

/* Read the line between newlines that ends a file of version 2 or later. */
static int
tzif_footer(struct str s, struct zone *zone)
{
    size_t end;

    if (s.n < 2 || s.p[0] != '\n')
        return E_PARSE;
    s = str_from(s, 1);
    end = str_find_char(s, '\n');
    if (end == s.n)
        return E_PARSE;
    s = str_first(s, end);
    if (s.n == 0)
        return 0;
    zone->has_rule = true;
    return zone_rule_parse(s, &zone->rule);
}

static int
zone_parse(struct str s, struct zone *zone)
{
    struct tzif t;
    int err = tzif_header(s, 4, &t);

    if (err)
        return err;
    s = str_from(s, TZIF_HEADER);
    if (tzif_size(&t) > s.n)
        return E_PARSE;
    if (t.version < '2')
        return tzif_read(&t, s.p, zone);
    /* From version 2 on the first block is for old readers. */
    s = str_from(s, tzif_size(&t));
    err = tzif_header(s, 8, &t);
    if (err)
        return err;
    s = str_from(s, TZIF_HEADER);
    if (tzif_size(&t) > s.n)
        return E_PARSE;
    err = tzif_read(&t, s.p, zone);
    return err ? err : tzif_footer(str_from(s, tzif_size(&t)), zone);
}

/* Whether name is one of the database and cannot lead out of its folder. */
static bool
is_zone_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > ZONE_NAME_MAX || name[0] == '/' || strstr(name, ".."))
        return false;
    for (size_t i = 0; i < n; i++) {
        char lower = (char)(name[i] | 0x20);

        if (!(lower >= 'a' && lower <= 'z') &&
            !(name[i] >= '0' && name[i] <= '9') && !strchr("_+-/", name[i]))
            return false;
    }
    return true;
}

static int
zone_read(const char *name, struct zone *zone)
{
    char path[sizeof(ZONE_FOLDER) + ZONE_NAME_MAX + 1];
    struct buf bytes;
    int err;

    snprintf(path, sizeof(path), "%s/%.*s", ZONE_FOLDER, ZONE_NAME_MAX, name);
    buf_init(&bytes, ZONE_FILE_MAX);
    err = file_read(path, &bytes, NULL);
    if (!err)
        err = zone_parse(buf_str(&bytes), zone);
    buf_done(&bytes);
    return err;
}

/* Make zone one that never changes. */
static void
zone_set_fixed(struct zone *zone, int offset)
{
    free(zone->changes);
    zone->changes = NULL;
    zone->nchanges = 0;
    zone->has_rule = false;
    zone->first = offset;
}

int
zone_load(const char *name, struct zone **ret)
{
    struct zone *zone;
    int err;

    if (!is_zone_name(name))
        return E_NOTFOUND;
    zone = calloc(1, sizeof(*zone));
    if (!zone)
        return E_NOMEM;
    memcpy(zone->name, name, strlen(name));
    err = zone_read(name, zone);
    if (err && err != E_NOMEM) {
        err = 0;
        if (strcmp(name, "UTC") == 0)
            zone_set_fixed(zone, 0);
        else if (strcmp(name, "Asia/Shanghai") == 0)
            zone_set_fixed(zone, 8 * 3600);
        else
            err = E_NOTFOUND;
    }
    if (err) {
        zone_free(zone);
        return err;
    }
    *ret = zone;
    return 0;
}

void
zone_free(struct zone *zone)
{
    if (!zone)
        return;
    free(zone->changes);
    free(zone);
}

const char *
zone_name(const struct zone *zone)
{
    return zone->name;
}

static int
offset_seconds(const struct zone *zone, int64_t seconds)
{
    size_t low = 0, high = zone->nchanges;

    while (low < high) { /* low becomes the number of changes until then */
        size_t middle = low + (high - low) / 2;

        if (zone->changes[middle].at <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->nchanges && zone->has_rule)
        return zone_rule_offset(&zone->rule, seconds);
    return low ? zone->changes[low - 1].offset : zone->first;
}

int
zone_offset(const struct zone *zone, struct wall t)
{
    int64_t seconds = t.ms / MS_SECOND - (t.ms % MS_SECOND < 0);
    int offset;

    /* Beyond the calendar's end the offset is what it is there. */
    if (seconds > SECONDS_FAR)
        seconds = SECONDS_FAR;
    if (seconds < -SECONDS_FAR)
        seconds = -SECONDS_FAR;
    offset = offset_seconds(zone, seconds);
    /* Offsets of before 1900 have seconds: rounded down. */
    return offset / 60 - (offset % 60 < 0);
}

struct wall
zone_to_wall(const struct zone *zone, const struct civil *c)
{
    struct wall local = civil_to_wall(c, 0);
    int before = zone_offset(zone, (struct wall){local.ms - MS_DAY});
    int after = zone_offset(zone, (struct wall){local.ms + MS_DAY});
    struct wall first = civil_to_wall(c, before);
    struct wall second = civil_to_wall(c, after);

    /* The old offset gives the first of two, and the later one in a gap. */
    if (zone_offset(zone, first) == before ||
        zone_offset(zone, second) != after)
        return first;
    return second;
}

char *
timefmt_local(const struct zone *zone, struct wall t, char *out)
{
    struct civil c;

    out[0] = '\0';
    if (!wall_is_set(t))
        return out;
    c = civil_of_wall(t, zone_offset(zone, t));
    if (c.year < 0 || c.year > 9999)
        return out;
    snprintf(out, TIMEFMT_LOCAL_SIZE, "%04u-%02u-%02u %02u:%02u",
        (unsigned)c.year % 10000, (unsigned)c.month % 100,
        (unsigned)c.day % 100, (unsigned)c.hour % 100,
        (unsigned)c.minute % 100);
    return out;
}
