#include "base/zone_rule.h"

#include "base/err.h"
#include "base/timefmt.h"

enum {
    SECONDS_HOUR = 3600,
    SECONDS_DAY = 86400,
    CHANGE_AT = 2 * SECONDS_HOUR, /* when the rule does not say */
    NAME_MIN = 3,                 /* letters of an abbreviation */
    HOURS_MAX = 167               /* of a change, RFC 8536 §3.3.1 */
};

static bool
take_char(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

/* Read 1 to 3 digits of a number within min … max. */
static bool
take_number(struct str *s, int min, int max, int *ret)
{
    int value = 0;
    size_t n = 0;

    for (; n < s->n && n < 3 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        value = value * 10 + (s->p[n] - '0');
    if (n == 0 || value < min || value > max)
        return false;
    *s = str_from(*s, n);
    *ret = value;
    return true;
}

/* Skip "CET" or "<+08>"; we show no abbreviations. */
static bool
skip_name(struct str *s)
{
    size_t n = 0;

    if (take_char(s, '<')) {
        size_t end = str_find_char(*s, '>');

        if (end == s->n)
            return false;
        *s = str_from(*s, end + 1);
        return true;
    }
    while (n < s->n && ((s->p[n] | 0x20) >= 'a' && (s->p[n] | 0x20) <= 'z'))
        n++;
    *s = str_from(*s, n);
    return n >= NAME_MIN;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool
take_hms(struct str *s, int *ret)
{
    bool negative = s->n && s->p[0] == '-';
    int hours, minutes = 0, seconds = 0;

    if (s->n && (s->p[0] == '-' || s->p[0] == '+'))
        *s = str_from(*s, 1);
    if (!take_number(s, 0, HOURS_MAX, &hours))
        return false;
    if (take_char(s, ':') && !take_number(s, 0, 59, &minutes))
        return false;
    if (take_char(s, ':') && !take_number(s, 0, 59, &seconds))
        return false;
    *ret = hours * SECONDS_HOUR + minutes * 60 + seconds;
    if (negative)
        *ret = -*ret;
    return true;
}

static bool
take_change(struct str *s, struct zone_change *ret)
{
    bool good;

    if (!take_char(s, ','))
        return false;
    if (take_char(s, 'M')) {
        ret->kind = ZONE_DAY_MONTH;
        good = take_number(s, 1, 12, &ret->month) && take_char(s, '.') &&
               take_number(s, 1, 5, &ret->week) && take_char(s, '.') &&
               take_number(s, 0, 6, &ret->day);
    } else if (take_char(s, 'J')) {
        ret->kind = ZONE_DAY_JULIAN;
        good = take_number(s, 1, 365, &ret->day);
    } else {
        ret->kind = ZONE_DAY_ZERO;
        good = take_number(s, 0, 365, &ret->day);
    }
    ret->seconds = CHANGE_AT;
    return good && (!take_char(s, '/') || take_hms(s, &ret->seconds));
}

int
zone_rule_parse(struct str s, struct zone_rule *ret)
{
    struct zone_rule rule = {0};
    int west;

    if (!skip_name(&s) || !take_hms(&s, &west))
        return E_PARSE;
    rule.offset = -west;
    if (s.n) {
        if (!skip_name(&s))
            return E_PARSE;
        rule.has_dst = true;
        rule.dst_offset = rule.offset + SECONDS_HOUR;
        if (s.n && s.p[0] != ',') {
            if (!take_hms(&s, &west))
                return E_PARSE;
            rule.dst_offset = -west;
        }
        if (!take_change(&s, &rule.start) || !take_change(&s, &rule.end) || s.n)
            return E_PARSE;
    }
    *ret = rule;
    return 0;
}

/* Days since 1970 of the day of a change in year. */
static int64_t
change_day(const struct zone_change *change, int year)
{
    int64_t first = civil_days(year, 1, 1), next;
    int weekday;

    switch (change->kind) {
    case ZONE_DAY_ZERO:
        return first + change->day;
    case ZONE_DAY_JULIAN:
        if (civil_days(year, 3, 1) - first == 60 && change->day >= 60)
            first++;
        return first + change->day - 1;
    case ZONE_DAY_MONTH:
        break;
    }
    first = civil_days(year, change->month, 1);
    next = change->month == 12 ? civil_days(year + 1, 1, 1)
                               : civil_days(year, change->month + 1, 1);
    /* 1970-01-01 was a Thursday, day 4. */
    weekday = (int)(((first + 4) % 7 + 7) % 7);
    first += (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
    return first < next ? first : first - 7;
}

int
zone_rule_offset(const struct zone_rule *rule, int64_t seconds)
{
    struct civil local;
    int64_t start, end;
    bool is_dst;

    if (!rule->has_dst)
        return rule->offset;
    local =
        civil_of_wall((struct wall){(seconds + rule->offset) * MS_SECOND}, 0);
    start = change_day(&rule->start, local.year) * SECONDS_DAY +
            rule->start.seconds - rule->offset;
    end = change_day(&rule->end, local.year) * SECONDS_DAY + rule->end.seconds -
          rule->dst_offset;
    if (start < end)
        is_dst = seconds >= start && seconds < end;
    else
        is_dst = seconds >= start || seconds < end;
    return is_dst ? rule->dst_offset : rule->offset;
}
