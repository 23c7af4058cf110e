/*
 * http_field: what header fields say about time (RFC 9110 §5.6.7, §10.2.3,
 * RFC 9111 §4.2, §5.2).
 *
 * These are read exactly: a field that does not follow its grammar says
 * nothing, and a number too large to hold is as large as it can be.
 */
#include "base/num.h"
#include "base/timefmt.h"
#include "net/http.h"

/* delta-seconds: digits, or E_PARSE; more than fits is the largest. */
static int
read_seconds(struct str s, int64_t *ret)
{
    int err = num_parse_i64(s, 0, INT64_MAX / MS_SECOND, ret);

    if (err != E_LIMIT)
        return err;
    if (s.p[0] == '-')
        return E_PARSE;
    *ret = INT64_MAX / MS_SECOND;
    return 0;
}

static int64_t
at_most(int64_t n, int64_t max)
{
    return n < max ? n : max;
}

/* --- dates -----------------------------------------------------------------
 */

static int
read_digits(struct str *rest, size_t n, int *ret)
{
    int64_t value;

    if (rest->n < n || num_parse_i64(str_first(*rest, n), 0, 9999, &value) < 0)
        return E_PARSE;
    *rest = str_from(*rest, n);
    *ret = (int)value;
    return 0;
}

static int
skip(struct str *rest, struct str wanted)
{
    if (!str_starts(*rest, wanted))
        return E_PARSE;
    *rest = str_from(*rest, wanted.n);
    return 0;
}

static int
read_month(struct str *rest, int *ret)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int i = 0; i < 12; i++) {
        if (str_starts(*rest, (struct str){names + 3 * i, 3})) {
            *rest = str_from(*rest, 3);
            *ret = i + 1;
            return 0;
        }
    }
    return E_PARSE;
}

static int
read_clock(struct str *rest, struct civil *c)
{
    if (read_digits(rest, 2, &c->hour) < 0 || skip(rest, STR(":")) < 0 ||
        read_digits(rest, 2, &c->minute) < 0 || skip(rest, STR(":")) < 0)
        return E_PARSE;
    return read_digits(rest, 2, &c->second);
}

/* "06 Nov 1994 08:49:37 GMT" */
static int
read_fixdate(struct str s, struct civil *c)
{
    if (read_digits(&s, 2, &c->day) < 0 || skip(&s, STR(" ")) < 0 ||
        read_month(&s, &c->month) < 0 || skip(&s, STR(" ")) < 0 ||
        read_digits(&s, 4, &c->year) < 0 || skip(&s, STR(" ")) < 0 ||
        read_clock(&s, c) < 0)
        return E_PARSE;
    return str_eq(s, STR(" GMT")) ? 0 : E_PARSE;
}

/* "06-Nov-94 08:49:37 GMT"; the year is set as is, 0–99. */
static int
read_rfc850(struct str s, struct civil *c)
{
    if (read_digits(&s, 2, &c->day) < 0 || skip(&s, STR("-")) < 0 ||
        read_month(&s, &c->month) < 0 || skip(&s, STR("-")) < 0 ||
        read_digits(&s, 2, &c->year) < 0 || skip(&s, STR(" ")) < 0 ||
        read_clock(&s, c) < 0)
        return E_PARSE;
    return str_eq(s, STR(" GMT")) ? 0 : E_PARSE;
}

/* "Nov  6 08:49:37 1994" */
static int
read_asctime(struct str s, struct civil *c)
{
    if (read_month(&s, &c->month) < 0 || skip(&s, STR(" ")) < 0)
        return E_PARSE;
    if (skip(&s, STR(" ")) == 0) {
        if (read_digits(&s, 1, &c->day) < 0)
            return E_PARSE;
    } else if (read_digits(&s, 2, &c->day) < 0) {
        return E_PARSE;
    }
    if (skip(&s, STR(" ")) < 0 || read_clock(&s, c) < 0 ||
        skip(&s, STR(" ")) < 0 || read_digits(&s, 4, &c->year) < 0)
        return E_PARSE;
    return s.n == 0 ? 0 : E_PARSE;
}

/* A two-digit year that would be more than 50 years ahead is in the past. */
static void
widen_year(struct civil *c, struct wall now)
{
    int this_year = civil_of_wall(now, 0).year;
    int century = this_year - this_year % 100;

    c->year += century;
    if (c->year > this_year + 50)
        c->year -= 100;
}

static int
read_date(struct str value, struct wall now, struct wall *ret)
{
    static const char *const long_days[] = {"Monday, ", "Tuesday, ",
        "Wednesday, ", "Thursday, ", "Friday, ", "Saturday, ", "Sunday, "};
    struct civil c = {.ms = 0};
    struct str s = str_trim(value);
    int err = E_PARSE;

    for (size_t i = 0; err && i < 7; i++) {
        struct str day = str_of(long_days[i]);
        struct str short_day = str_first(day, 3);

        if (str_starts(s, day)) {
            err = read_rfc850(str_from(s, day.n), &c);
            if (!err)
                widen_year(&c, now);
        } else if (str_starts(s, short_day)) {
            struct str rest = str_from(s, 3);

            if (skip(&rest, STR(", ")) == 0)
                err = read_fixdate(rest, &c);
            else if (skip(&rest, STR(" ")) == 0)
                err = read_asctime(rest, &c);
        }
    }
    if (err || !civil_is_valid(&c))
        return E_PARSE;
    *ret = civil_to_wall(&c, 0);
    return 0;
}

int
http_date(struct str value, struct wall now, struct wall *ret)
{
    return read_date(value, now, ret);
}

int64_t
http_retry_after(struct str value, struct wall now, int64_t max_ms)
{
    struct str s = str_trim(value);
    struct wall then;
    int64_t seconds;

    if (read_seconds(s, &seconds) == 0)
        return at_most(seconds * MS_SECOND, max_ms);
    if (read_date(s, now, &then) < 0 || then.ms <= now.ms)
        return 0;
    return at_most(then.ms - now.ms, max_ms);
}

/* --- freshness -------------------------------------------------------------
 */

/* The seconds that one Cache-Control line adds to what is known: *ret is the
 * first max-age, 0 once any directive forbids use. */
struct cache_control {
    bool said;
    int64_t max_age_s;
    bool forbidden; /* no-cache, no-store */
};

static void
read_directive(struct str directive, struct cache_control *cc)
{
    size_t at = str_find_char(directive, '=');
    struct str name = str_trim(str_first(directive, at));
    struct str value = str_trim(str_from(directive, at + 1));

    if (str_eq_nocase(name, STR("no-cache")) ||
        str_eq_nocase(name, STR("no-store")))
        cc->forbidden = true;
    if (!str_eq_nocase(name, STR("max-age")) || cc->said)
        return;
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = (struct str){value.p + 1, value.n - 2};
    cc->said = true;
    if (read_seconds(value, &cc->max_age_s) < 0)
        cc->max_age_s = 0; /* invalid is stale (§4.2.1) */
}

/* Cut one directive off *rest at the next comma outside quotes. */
static struct str
next_directive(struct str *rest)
{
    bool quoted = false;
    struct str part = *rest;

    for (size_t i = 0; i < part.n; i++) {
        if (quoted && part.p[i] == '\\')
            i++;
        else if (part.p[i] == '"')
            quoted = !quoted;
        else if (part.p[i] == ',' && !quoted) {
            *rest = str_from(part, i + 1);
            return str_first(part, i);
        }
    }
    *rest = STR_NONE;
    return part;
}

static void
read_cache_control(const struct http_answer *answer, struct cache_control *cc)
{
    for (size_t i = 0; i < answer->nheaders; i++) {
        struct str rest = answer->headers[i].value;

        if (!str_eq_nocase(answer->headers[i].name, STR("cache-control")))
            continue;
        while (rest.p)
            read_directive(next_directive(&rest), cc);
    }
}

/* Expires less Date, in seconds. */
static int64_t
expires_after(const struct http_answer *answer, struct wall now)
{
    struct wall expires;
    struct wall date = now;

    if (read_date(http_answer_header(answer, "expires"), now, &expires) < 0)
        return 0;
    read_date(http_answer_header(answer, "date"), now, &date);
    return expires.ms > date.ms ? (expires.ms - date.ms) / MS_SECOND : 0;
}

int64_t
http_freshness(
    const struct http_answer *answer, struct wall now, int64_t max_ms)
{
    struct cache_control cc = {.said = false};
    int64_t age = 0;
    int64_t lifetime;

    read_cache_control(answer, &cc);
    if (cc.forbidden)
        return 0;
    lifetime = cc.said ? cc.max_age_s : expires_after(answer, now);
    if (read_seconds(str_trim(http_answer_header(answer, "age")), &age) < 0)
        age = 0;
    if (age >= lifetime)
        return 0;
    return at_most((lifetime - age) * MS_SECOND, max_ms);
}
