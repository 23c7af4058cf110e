/*
 * page_ical: the rota as a calendar (RFC 5545), for the calendars of those who
 * are on call.  Times are UTC, so that it needs no zones.
 *
 * The engine's turns begin now and end with the days that are asked for.  The
 * one that runs began with its hand-over; the one that would be cut is left
 * out.  A turn keeps its UID as long as it ends when it does.
 */
#include <stdio.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "console/context.h"
#include "console/rows.h"

enum {
    ICAL_MAX_BYTES = 256 * 1024,
    ICAL_MAX_LINE_BYTES = 4096,
    ICAL_FOLD_BYTES = 75, /* of a line, without its end */
    ICAL_MAX_PEOPLE_BYTES = 1024
};
#define ICAL_DAYS "60"
enum { ICAL_DAYS_SHOWN = 59 }; /* what begins later may be cut */

/* Append a line, folded between characters, with its end. */
static void
add_line(struct buf *out, struct str line)
{
    size_t room = ICAL_FOLD_BYTES;

    while (line.n > room) {
        size_t cut = room;

        while (cut > 1 && ((unsigned char)line.p[cut] & 0xc0) == 0x80)
            cut--;
        (void)buf_add_str(out, str_first(line, cut));
        (void)buf_add_cstr(out, "\r\n ");
        line = str_from(line, cut);
        room = ICAL_FOLD_BYTES - 1; /* the blank that begins it counts */
    }
    (void)buf_add_str(out, line);
    (void)buf_add_cstr(out, "\r\n");
}

/* NAME:text, with what has a meaning in texts escaped. */
static void
add_text(struct buf *out, const char *name, struct str text)
{
    _cleanup_(buf_done) struct buf line;

    buf_init(&line, ICAL_MAX_LINE_BYTES);
    (void)buf_printf(&line, "%s:", name);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == '\n') {
            (void)buf_add_cstr(&line, "\\n");
        } else if (c >= 0x20 && c != 0x7f) {
            if (c == '\\' || c == ';' || c == ',')
                (void)buf_add_char(&line, '\\');
            (void)buf_add_char(&line, (char)c);
        }
    }
    if (!line.err)
        add_line(out, buf_str(&line));
}

/* 20260607T013000Z */
static void
add_time(struct buf *out, const char *name, struct wall t)
{
    struct civil c = civil_of_wall(t, 0);
    char line[64];

    (void)snprintf(line, sizeof line, "%s:%04d%02d%02dT%02d%02d%02dZ", name,
        c.year, c.month, c.day, c.hour, c.minute, c.second);
    add_line(out, str_of(line));
}

static struct str
people_text(const struct context *ctx, const json_t *shift)
{
    _cleanup_(buf_done) struct buf text;
    json_t *person;
    size_t i;

    buf_init(&text, ICAL_MAX_PEOPLE_BYTES);
    json_array_foreach(json_object_get(shift, "people"), i, person)
    {
        if (i > 0)
            (void)buf_add_str(&text, text_get(ctx, "ical_and"));
        (void)buf_add_cstr(&text, json_string_value(person));
    }
    return arena_str(ctx->arena, buf_str(&text));
}

/* Whether names, as people_text has them, hold the one that is asked for. */
static bool
is_asked(const struct context *ctx, const json_t *shift)
{
    struct str asked = query_get(ctx, "person");
    json_t *person;
    size_t i;

    if (asked.n == 0)
        return true;
    json_array_foreach(json_object_get(shift, "people"), i,
        person) if (str_eq(asked,
                        str_of(json_string_value(person)))) return true;
    return false;
}

/* The same turn, asked for again, is the same event: what makes it is the rota
 * and its end. */
static void
add_uid(struct buf *out, struct str rota, struct str until)
{
    struct str parts[] = {rota, until};
    uint8_t hash[DIGEST_SIZE];
    char hex[DIGEST_SIZE * 2 + 1];

    digest_parts(parts, 2, hash);
    (void)digest_hex(hash, hex);
    hex[32] = '\0';
    (void)buf_printf(out, "UID:%s@tocsin\r\n", hex);
}

/* When the turn that runs began: with the last hand-over, if one is known. */
static struct wall
begun(const struct context *ctx, const json_t *rota, struct wall begin)
{
    json_t *handover;
    struct wall last = WALL_NONE, at;
    size_t i;

    if (begin.ms > ctx->now.ms)
        return begin;
    json_array_foreach(json_object_get(rota, "handovers"), i, handover)
    {
        if (timefmt_parse_rfc3339(jsonx_get_str(handover, "at"), &at) == 0 &&
            at.ms <= begin.ms && (!wall_is_set(last) || at.ms > last.ms))
            last = at;
    }
    return wall_is_set(last) ? last : begin;
}

static void
add_shift(const struct context *ctx, struct buf *out, const json_t *rota,
    const json_t *shift)
{
    struct str name = jsonx_get_str(rota, "name");
    struct str until = jsonx_get_str(shift, "until");
    struct str people = people_text(ctx, shift);
    struct wall begin, end;

    if (timefmt_parse_rfc3339(jsonx_get_str(shift, "from"), &begin) != 0 ||
        timefmt_parse_rfc3339(until, &end) != 0 || people.n == 0 ||
        end.ms > ctx->now.ms + ICAL_DAYS_SHOWN * (int64_t)MS_DAY ||
        !is_asked(ctx, shift))
        return;
    (void)buf_add_cstr(out, "BEGIN:VEVENT\r\n");
    add_uid(out, name, until);
    add_time(out, "DTSTAMP", ctx->now);
    add_time(out, "DTSTART", begun(ctx, rota, begin));
    add_time(out, "DTEND", end);
    add_text(out, "SUMMARY",
        arena_printf(
            ctx->arena, "%.*s · %.*s", STR_ARG(people), STR_ARG(name)));
    add_text(out, "URL",
        arena_printf(
            ctx->arena, "%.*s/calendar", STR_ARG(ctx->console->config.url)));
    (void)buf_add_cstr(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

static void
add_calendar(const struct context *ctx, struct buf *out, const json_t *value)
{
    struct str asked = query_get(ctx, "rota");
    json_t *rota, *shift;
    size_t i, k;

    (void)buf_add_cstr(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
                            "PRODID:-//tocsin//rota//EN\r\n"
                            "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    add_text(out, "X-WR-CALNAME",
        arena_printf(ctx->arena, "%.*s · %.*s",
            STR_ARG(text_get(ctx, "nav_calendar")),
            STR_ARG(ctx->console->config.bureau)));
    (void)buf_add_cstr(out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n");
    json_array_foreach(json_object_get(value, "rotas"), i, rota)
    {
        struct str name = jsonx_get_str(rota, "name");

        if (asked.n && !str_eq(asked, name))
            continue;
        json_array_foreach(json_object_get(rota, "shifts"), k, shift)
            add_shift(ctx, out, rota, shift);
    }
    (void)buf_add_cstr(out, "END:VCALENDAR\r\n");
}

static void
calendar_answered(struct context *ctx, const struct action_result *result)
{
    _cleanup_(json_decrefp) json_t *value = NULL;
    _cleanup_(buf_done) struct buf out;

    if (result->err) {
        reply_error_text(ctx, status_of_err(result->err), result->text);
        return;
    }
    (void)jsonx_load(result->data, NULL, &value);
    if (!json_is_object(value)) {
        reply_error(ctx, 503, "error_engine");
        return;
    }
    buf_init(&out, ICAL_MAX_BYTES);
    add_calendar(ctx, &out, value);
    if (out.err)
        reply_error(ctx, 503, NULL);
    else
        reply_bytes(ctx, 200, "text/calendar; charset=utf-8", buf_str(&out));
}

void
page_ical(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_DUTY, .object = STR(ICAL_DAYS), .until = WALL_NONE};

    ask_engine(ctx, &action, calendar_answered);
}
