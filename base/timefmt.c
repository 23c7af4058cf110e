#include "base/timefmt.h"

#include <stdio.h>

#include "base/err.h"

enum { DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 };

/* The calendar in years that begin in March, so that the leap day is last;
 * 400 years of it repeat exactly. */
int64_t
civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_400_YEARS + day_of_era - DAYS_TO_1970;
}

/* Division that rounds down, also below zero. */
static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Set the date of c from days since 1970: the inverse of civil_days. */
static void
civil_set_date(struct civil *c, int64_t days)
{
    int64_t z = days + DAYS_TO_1970;
    int64_t era = floor_div(z, DAYS_400_YEARS);
    int64_t day_of_era = z - era * DAYS_400_YEARS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                              day_of_era / 146096) /
                          365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    c->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    c->month = (int)(month_from_march < 10 ? month_from_march + 3
                                           : month_from_march - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

struct civil
civil_of_wall(struct wall t, int offset_minutes)
{
    /* The remainder first: multiplying back could overflow. */
    int64_t days = floor_div(t.ms, MS_DAY);
    int64_t rest =
        (t.ms % MS_DAY + MS_DAY) % MS_DAY + (int64_t)offset_minutes * MS_MINUTE;
    struct civil c = {0};

    days += floor_div(rest, MS_DAY);
    rest -= floor_div(rest, MS_DAY) * MS_DAY;
    civil_set_date(&c, days);
    c.hour = (int)(rest / MS_HOUR);
    c.minute = (int)(rest / MS_MINUTE % 60);
    c.second = (int)(rest / MS_SECOND % 60);
    c.ms = (int)(rest % MS_SECOND);
    return c;
}

struct wall
civil_to_wall(const struct civil *c, int offset_minutes)
{
    int64_t ms = civil_days(c->year, c->month, c->day) * MS_DAY;

    ms += (int64_t)c->hour * MS_HOUR + (int64_t)c->minute * MS_MINUTE;
    ms += (int64_t)c->second * MS_SECOND + c->ms;
    return (struct wall){ms - (int64_t)offset_minutes * MS_MINUTE};
}

static int
month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

static bool
is_within(int value, int min, int max)
{
    return value >= min && value <= max;
}

bool
civil_is_valid(const struct civil *c)
{
    return is_within(c->year, 0, 9999) && is_within(c->month, 1, 12) &&
           is_within(c->day, 1, month_days(c->year, c->month)) &&
           is_within(c->hour, 0, 23) && is_within(c->minute, 0, 59) &&
           is_within(c->second, 0, 60) && is_within(c->ms, 0, 999);
}

char *
timefmt_rfc3339(struct wall t, char *out)
{
    struct civil c;
    int n;

    out[0] = '\0';
    if (!wall_is_set(t))
        return out;
    c = civil_of_wall(t, 0);
    if (!is_within(c.year, 0, 9999))
        return out;
    n = snprintf(out, TIMEFMT_RFC3339_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u",
        (unsigned)c.year % 10000, (unsigned)c.month % 100,
        (unsigned)c.day % 100, (unsigned)c.hour % 100, (unsigned)c.minute % 100,
        (unsigned)c.second % 100);
    snprintf(out + n, TIMEFMT_RFC3339_SIZE - (size_t)n, c.ms ? ".%03uZ" : "Z",
        (unsigned)c.ms % 1000);
    return out;
}

/* Read n digits at the start of *s and step over them. */
static bool
take_digits(struct str *s, unsigned n, int *ret)
{
    int value = 0;

    if (s->n < n)
        return false;
    for (unsigned i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    *s = str_from(*s, n);
    *ret = value;
    return true;
}

/* Step over one byte that is a, or b. */
static bool
take_char(struct str *s, char a, char b)
{
    if (s->n == 0 || (s->p[0] != a && s->p[0] != b))
        return false;
    *s = str_from(*s, 1);
    return true;
}

/* The digits behind a point; what is finer than a millisecond is dropped. */
static bool
take_fraction(struct str *s, int *ret_ms)
{
    int digit, weight = 100;

    if (!take_digits(s, 1, &digit))
        return false;
    do {
        *ret_ms += digit * weight;
        weight /= 10;
    } while (take_digits(s, 1, &digit));
    return true;
}

/* "Z" or "+hh:mm". */
static bool
take_offset(struct str *s, int *ret_minutes)
{
    bool west = s->n && s->p[0] == '-';
    int hours, minutes;

    if (take_char(s, 'Z', 'z')) {
        *ret_minutes = 0;
        return true;
    }
    if (!take_char(s, '+', '-') || !take_digits(s, 2, &hours) ||
        !take_char(s, ':', ':') || !take_digits(s, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *ret_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static bool
take_time(struct str *s, struct civil *c, int *ret_offset)
{
    if (!take_digits(s, 2, &c->hour) || !take_char(s, ':', ':') ||
        !take_digits(s, 2, &c->minute) || !take_char(s, ':', ':') ||
        !take_digits(s, 2, &c->second))
        return false;
    if (take_char(s, '.', '.') && !take_fraction(s, &c->ms))
        return false;
    return take_offset(s, ret_offset);
}

int
timefmt_parse_rfc3339(struct str s, struct wall *ret)
{
    struct civil c = {0};
    int offset = 0;

    if (!take_digits(&s, 4, &c.year) || !take_char(&s, '-', '-') ||
        !take_digits(&s, 2, &c.month) || !take_char(&s, '-', '-') ||
        !take_digits(&s, 2, &c.day))
        return E_PARSE;
    if (s.n && !((take_char(&s, 'T', 't') || take_char(&s, ' ', ' ')) &&
                   take_time(&s, &c, &offset)))
        return E_PARSE;
    if (s.n || !civil_is_valid(&c))
        return E_PARSE;
    *ret = civil_to_wall(&c, offset);
    return 0;
}
