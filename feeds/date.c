#include "feeds/date.h"

#include <string.h>

#include "base/utf8.h"
#include "feeds/date_read.h"

enum { TEXT_MAX_BYTES = DATE_MAX_BYTES * 2, YEAR_MAX = 2200 };

/* Lower case of the letters that names of months are written in. */
static uint32_t
lower(uint32_t c)
{
    static const uint16_t greek[][2] = {{0x386, 0x3AC}, {0x388, 0x3AD},
        {0x389, 0x3AE}, {0x38A, 0x3AF}, {0x38C, 0x3CC}, {0x38E, 0x3CD},
        {0x38F, 0x3CE}};

    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7))
        return c + 32;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c & 1 ? c + 1 : c;
    if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    for (size_t i = 0; i < sizeof greek / sizeof greek[0]; i++)
        if (c == greek[i][0])
            return greek[i][1];
    return c;
}

static uint32_t
plain_sign(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFEE0;
    if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 ||
        c == 0x2014 || c == 0x2212)
        return '-';
    if (c == 0xA0 || c == 0x3000 || c == 0x202F || c == 0x2009 ||
        (c < 0x20 && c > 0))
        return ' ';
    return c;
}

/* Write text as the readers want it; the length, 0 when it does not fit. */
static size_t
prepare(struct str text, char out[TEXT_MAX_BYTES])
{
    size_t n = 0, at = 0;

    while (at < text.n) {
        uint32_t c = lower(plain_sign(utf8_next(text, &at)));

        if (n + 4 > TEXT_MAX_BYTES)
            return 0;
        if (c == ' ' && (n == 0 || out[n - 1] == ' '))
            continue;
        /* "a.m." is "am" */
        if (c == '.' && n > 0 && (out[n - 1] == 'm') && n > 2 &&
            out[n - 2] == '.' && (out[n - 3] == 'a' || out[n - 3] == 'p')) {
            out[n - 2] = 'm';
            n--;
            continue;
        }
        n += utf8_encode(c, out + n);
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    return n;
}

static bool
read_parts(struct str text, struct date_parts *ret)
{
    if (date_read_iso(text, ret) || date_read_words(text, ret))
        return true;
    return date_read_cjk(text, ret);
}

/* Unix time in seconds or milliseconds. */
static bool
read_epoch(struct str text, struct wall *ret)
{
    int64_t value = 0;

    if (text.n != 10 && text.n != 13)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        value = value * 10 + (text.p[i] - '0');
    }
    ret->ms = text.n == 10 ? value * MS_SECOND : value;
    return true;
}

static struct wall
to_wall(const struct civil *civil, const struct date_parts *parts,
    const struct date_context *context)
{
    int offset = parts->offset_minutes;

    if (!parts->has_zone && context->zone)
        return zone_to_wall(context->zone, civil);
    if (!parts->has_zone) {
        offset = context->offset_minutes;
        if (parts->script_offset == 9 * 60 || offset == 0)
            offset = parts->script_offset ? parts->script_offset : offset;
    } else if (parts->china &&
               (context->offset_minutes == 8 * 60 ||
                   (context->zone &&
                       zone_offset(context->zone, context->now) == 8 * 60))) {
        offset = 8 * 60;
    }
    offset += date_word_dst(
        parts->dst, civil->year, civil->month, civil->day, civil->hour);
    return civil_to_wall(civil, offset);
}

/* The local date of now, where the date is from. */
static struct civil
local_now(const struct date_parts *parts, const struct date_context *context)
{
    int offset = context->zone ? zone_offset(context->zone, context->now)
                 : context->offset_minutes ? context->offset_minutes
                                           : parts->script_offset;

    return civil_of_wall(context->now, offset);
}

/* Without a year the date is the last one that is not in the future. */
static int
guess_year(const struct civil *today, const struct date_parts *parts)
{
    bool later = parts->month > today->month ||
                 (parts->month == today->month && parts->day > today->day + 1);

    return later ? today->year - 1 : today->year;
}

static struct wall
finish(const struct date_parts *parts, const struct date_context *context)
{
    struct civil civil = {parts->year, parts->month, parts->day, parts->hour,
        parts->minute, parts->second, parts->ms};
    int extra = 0;
    struct wall t;

    if (parts->back)
        return wall_is_set(context->now)
                   ? (struct wall){context->now.ms - parts->back_ms}
                   : WALL_NONE;
    if (civil.year == 0 || parts->days_ago_set) {
        struct civil today;

        if (!wall_is_set(context->now))
            return WALL_NONE;
        today = local_now(parts, context);
        if (parts->days_ago_set) {
            civil.year = today.year;
            civil.month = today.month;
            civil.day = today.day;
            extra = -parts->days_ago;
        } else {
            civil.year = guess_year(&today, parts);
        }
    }
    if (civil.hour == 24) {
        civil.hour = 0;
        extra++;
    }
    if (civil.year > YEAR_MAX || !civil_is_valid(&civil))
        return WALL_NONE;
    t = to_wall(&civil, parts, context);
    t.ms += (int64_t)extra * MS_DAY;
    return t;
}

struct wall
date_parse(struct str text, const struct date_context *context)
{
    char prepared[TEXT_MAX_BYTES];
    struct date_parts parts;
    struct str ready = {prepared, 0};
    struct wall t;

    text = str_trim(text);
    if (text.n == 0 || text.n > DATE_MAX_BYTES)
        return WALL_NONE;
    ready.n = prepare(text, prepared);
    if (!read_epoch(ready, &t)) {
        if (ready.n == 0 || !read_parts(ready, &parts))
            return WALL_NONE;
        t = finish(&parts, context);
    }
    if (!wall_is_set(t) || t.ms < MS_DAY)
        return WALL_NONE;
    if (wall_is_set(context->now) &&
        t.ms > context->now.ms + DATE_FUTURE_MAX_MS)
        return WALL_NONE;
    return t;
}
