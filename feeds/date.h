/*
 * date: the dates that people and programs write, read as instants.
 *
 * RFC 822 and its many wrong forms, RFC 3339 and ISO 8601 with weeks and
 * ordinal days, asctime, month and day names of two dozen languages, Chinese,
 * Japanese and Korean forms, Unix seconds.  What cannot be read is no date:
 * nothing here ever answers "now".
 */
#ifndef TOCSIN_FEEDS_DATE_H
#define TOCSIN_FEEDS_DATE_H

#include "base/str.h"
#include "base/timefmt.h"

enum {
    DATE_MAX_BYTES = 128,                    /* longer texts are no dates */
    DATE_FUTURE_MAX_MS = 48 * 60 * 60 * 1000 /* later than now is refused */
};

struct date_context {
    const struct zone *zone; /* of dates without one; NULL: offset_minutes */
    int offset_minutes;      /* then this far east of UTC */
    struct wall now; /* for missing years, "昨天" and "3小时前", and to
                        refuse the future; WALL_NONE: neither */
};

/* The instant that text names, or WALL_NONE: also for instants before
 * 1970-01-02 and later than DATE_FUTURE_MAX_MS after now. */
struct wall date_parse(struct str text, const struct date_context *context);

#endif
