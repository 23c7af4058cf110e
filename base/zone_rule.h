/*
 * zone_rule: the POSIX rule of a time zone, as it stands at the end of a TZif
 * file and says what holds after the last listed change ("CET-1CEST,M3.5.0,
 * M10.5.0/3").  Only zone.c uses it.
 */
#ifndef TOCSIN_BASE_ZONE_RULE_H
#define TOCSIN_BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum zone_day_kind {
    ZONE_DAY_JULIAN, /* Jn: 1 … 365, the leap day is never counted */
    ZONE_DAY_ZERO,   /* n: 0 … 365 */
    ZONE_DAY_MONTH   /* Mm.w.d: weekday d of week w (5 is the last) */
};

struct zone_change {
    enum zone_day_kind kind;
    int day;     /* of the year, or of the week from Sunday 0 */
    int month;   /* 1–12 */
    int week;    /* 1–5 */
    int seconds; /* of local time after midnight, may be negative */
};

struct zone_rule {
    int offset;     /* seconds east of UTC in standard time */
    int dst_offset; /* the same in summer time */
    bool has_dst;
    struct zone_change start, end; /* of summer time */
};

/* Read a rule.  0 or E_PARSE. */
int zone_rule_parse(struct str s, struct zone_rule *ret);
/* Seconds east of UTC at an instant given in seconds since 1970. */
int zone_rule_offset(const struct zone_rule *rule, int64_t seconds);

#endif
