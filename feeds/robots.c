/*
 * robots: what the owner of a site lets robots read (RFC 9309).
 *
 * One pass over the lines keeps, for the groups that name the agent and for
 * the group "*" apart, the longest rule that matches; no list of rules is
 * built.  A pattern is matched segment by segment between its wildcards, each
 * at the first place it fits, which is exact for patterns whose only wildcards
 * are '*' and a final '$', and costs the length of pattern plus path.
 *
 * Paths are compared as they are written: what the house fetches has its
 * percent escapes in canonical form already.  A pattern's raw bytes beyond
 * ASCII are escaped first, as RFC 9309 §2.2.2 asks.
 *
 * When no robots.txt can be had (4xx, 5xx, no answer) is decided where it is
 * fetched, not here.
 */
#include <string.h>

#include "feeds/feeds.h"

enum {
    ROBOTS_MAX_BYTES = 500 * 1024, /* what lies beyond is not read */
    ROBOTS_MAX_PATH = 8 * 1024,    /* bytes of the URL that are compared */
    ROBOTS_MAX_DELAY_S = 24 * 60 * 60
};

/* The best rules of one set of groups. */
struct robots_best {
    bool any; /* a group of this set exists */
    size_t allow_length, disallow_length;
    unsigned allow_line, disallow_line;
    int64_t delay_ms; /* -1: not given */
};

struct robots_scan {
    struct str token;     /* the agent's product token */
    struct str path;      /* path and query of the URL */
    bool in_agents;       /* the last rule line was a user-agent line */
    bool for_us, for_all; /* whom the present group addresses */
    struct robots_best us, all;
};

static bool
robots_is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

static struct str
robots_token(struct str s)
{
    size_t n = 0;

    while (n < s.n && robots_is_token_char(s.p[n]))
        n++;
    return str_first(s, n);
}

/* The part of url that rules are compared with: path and query, "/" when
 * there is none, without the fragment. */
static struct str
robots_path(struct str url)
{
    size_t start = str_find(url, STR("//"));
    size_t end;

    start = start < url.n ? start + 2 : 0;
    while (start < url.n && url.p[start] != '/' && url.p[start] != '?' &&
           url.p[start] != '#')
        start++;
    if (start >= url.n || url.p[start] != '/')
        return STR("/");
    for (end = start; end < url.n && url.p[end] != '#';)
        end++;
    return str_first(
        str_first(str_from(url, start), end - start), ROBOTS_MAX_PATH);
}

/* A pattern with runs of '*' as one and bytes beyond ASCII escaped.  length is
 * that of the whole pattern, fits is false when it holds more plain bytes than
 * the path, which it then cannot match. */
struct robots_pattern {
    char bytes[2 * ROBOTS_MAX_PATH + 8];
    size_t n;
    size_t length;
    bool fits;
};

static bool
robots_is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

static char
robots_upper(char c)
{
    return c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c;
}

static void
robots_pattern_set(
    struct robots_pattern *pattern, struct str rule, size_t path_n)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t plain = 0;

    pattern->n = 0;
    pattern->length = 0;
    pattern->fits = true;
    for (size_t i = 0; i < rule.n; i++) {
        unsigned char c = (unsigned char)rule.p[i];
        size_t width = c >= 0x80 ? 3 : 1;

        pattern->length += width;
        if (c == '*') {
            if (pattern->n == 0 || pattern->bytes[pattern->n - 1] != '*')
                pattern->bytes[pattern->n++] = '*';
            continue;
        }
        plain += width;
        if (plain > path_n + 1) { /* + 1 for a final '$' */
            pattern->fits = false;
            continue;
        }
        if (c >= 0x80) {
            pattern->bytes[pattern->n++] = '%';
            pattern->bytes[pattern->n++] = hex[c >> 4];
            pattern->bytes[pattern->n++] = hex[c & 15];
        } else if (i >= 1 && robots_is_hex((char)c) &&
                   (rule.p[i - 1] == '%' ||
                       (i >= 2 && rule.p[i - 2] == '%' &&
                           robots_is_hex(rule.p[i - 1])))) {
            pattern->bytes[pattern->n++] = robots_upper((char)c);
        } else {
            pattern->bytes[pattern->n++] = (char)c;
        }
    }
}

static bool
robots_pattern_matches(const struct robots_pattern *pattern, struct str path)
{
    struct str rest = {pattern->bytes, pattern->n};
    bool to_end = rest.n > 0 && rest.p[rest.n - 1] == '$';
    bool floating = false; /* a '*' stands before this segment */
    size_t at = 0;

    if (!pattern->fits)
        return false;
    if (to_end)
        rest.n--;
    while (rest.n > 0) {
        size_t n = str_find_char(rest, '*');
        bool last = n == rest.n;
        struct str segment = str_first(rest, n);
        struct str left = str_from(path, at);
        size_t where = 0;

        rest = last ? str_from(rest, n) : str_from(rest, n + 1);
        if (last && to_end && floating) {
            return left.n >= n && str_ends(left, segment);
        }
        if (n > 0) {
            where = floating ? str_find(left, segment)
                             : (str_starts(left, segment) ? 0 : left.n);
            if (where + n > left.n)
                return false;
        }
        at += where + n;
        floating = !last;
        if (floating && rest.n == 0) /* a final '*' takes all that is left */
            return true;
    }
    return !to_end || at == path.n;
}

static void
robots_rule(
    struct robots_scan *scan, bool allow, struct str value, unsigned line)
{
    struct robots_pattern pattern;

    robots_pattern_set(&pattern, value, scan->path.n);
    if (pattern.length == 0 || !robots_pattern_matches(&pattern, scan->path))
        return;
    for (int k = 0; k < 2; k++) {
        struct robots_best *best = k == 0 ? &scan->us : &scan->all;
        size_t *length = allow ? &best->allow_length : &best->disallow_length;

        if (!(k == 0 ? scan->for_us : scan->for_all))
            continue;
        if (pattern.length > *length) {
            *length = pattern.length;
            *(allow ? &best->allow_line : &best->disallow_line) = line;
        }
    }
}

/* Seconds with at most three decimals; anything else is no delay. */
static int64_t
robots_delay(struct str value)
{
    int64_t ms = 0;
    int64_t unit = 0; /* 0 before the point, then what a digit is worth */
    bool digits = false;

    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];

        if (c == '.' && unit == 0) {
            unit = MS_SECOND / 10;
        } else if (c < '0' || c > '9') {
            break;
        } else if (unit == 0 && ms < (int64_t)ROBOTS_MAX_DELAY_S * MS_SECOND) {
            ms = ms * 10 + (int64_t)(c - '0') * MS_SECOND;
            digits = true;
        } else {
            ms += (int64_t)(c - '0') * unit;
            unit = unit >= 10 ? unit / 10 : 1;
            if (unit == 1 && c != '0')
                break;
        }
    }
    if (!digits)
        return -1;
    return ms < (int64_t)ROBOTS_MAX_DELAY_S * MS_SECOND
               ? ms
               : (int64_t)ROBOTS_MAX_DELAY_S * MS_SECOND;
}

static void
robots_agent(struct robots_scan *scan, struct str value)
{
    struct str token = robots_token(value);

    if (!scan->in_agents) {
        scan->in_agents = true;
        scan->for_us = false;
        scan->for_all = false;
    }
    if (value.n > 0 && value.p[0] == '*' &&
        (value.n == 1 || value.p[1] == ' ' || value.p[1] == '\t')) {
        scan->for_all = true;
        scan->all.any = true;
    } else if (token.n > 0 && str_eq_nocase(token, scan->token)) {
        scan->for_us = true;
        scan->us.any = true;
    }
}

static void
robots_line(struct robots_scan *scan, struct str line, unsigned number)
{
    size_t colon;
    struct str key, value;

    line = str_first(line, str_find_char(line, '#'));
    colon = str_find_char(line, ':');
    if (colon == line.n)
        return;
    key = str_trim(str_first(line, colon));
    value = str_trim(str_from(line, colon + 1));
    if (str_eq_nocase(key, STR("user-agent"))) {
        robots_agent(scan, value);
    } else if (str_eq_nocase(key, STR("allow"))) {
        scan->in_agents = false;
        robots_rule(scan, true, value, number);
    } else if (str_eq_nocase(key, STR("disallow"))) {
        scan->in_agents = false;
        robots_rule(scan, false, value, number);
    } else if (str_eq_nocase(key, STR("crawl-delay"))) {
        if (scan->for_us && scan->us.delay_ms < 0)
            scan->us.delay_ms = robots_delay(value);
        if (scan->for_all && scan->all.delay_ms < 0)
            scan->all.delay_ms = robots_delay(value);
    }
}

struct robots_verdict
robots_check(struct str body, struct str agent, struct str url)
{
    struct robots_scan scan = {
        .token = robots_token(agent),
        .path = robots_path(url),
        .us.delay_ms = -1,
        .all.delay_ms = -1,
    };
    const struct robots_best *best;
    struct robots_verdict verdict = {.allowed = true};
    unsigned number = 0;

    body = str_first(body, ROBOTS_MAX_BYTES);
    if (str_starts(body, STR("\xEF\xBB\xBF")))
        body = str_from(body, 3);
    while (body.n > 0) {
        size_t n = 0;

        while (n < body.n && body.p[n] != '\n' && body.p[n] != '\r')
            n++;
        robots_line(&scan, str_first(body, n), ++number);
        if (n + 1 < body.n && body.p[n] == '\r' && body.p[n + 1] == '\n')
            n++;
        body = str_from(body, n + 1);
    }
    best = scan.us.any ? &scan.us : &scan.all;
    verdict.crawl_delay_ms = best->delay_ms;
    if (str_eq(scan.path, STR("/robots.txt")))
        return verdict;
    verdict.allowed = best->disallow_length <= best->allow_length;
    verdict.line = verdict.allowed ? best->allow_line : best->disallow_line;
    return verdict;
}
