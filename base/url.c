#include "base/url.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/url_out.h"

enum { PORT_MAX = 65535 };

static bool
is_alpha(char c)
{
    char lower = (char)(c | 0x20);

    return lower >= 'a' && lower <= 'z';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Controls and the space. */
static bool
is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

/* The scheme that s begins with, absent when it begins with none. */
static struct str
scheme_of(struct str s)
{
    size_t n = 0;

    if (s.n == 0 || !is_alpha(s.p[0]))
        return STR_NONE;
    while (n < s.n &&
           (is_alpha(s.p[n]) || is_digit(s.p[n]) || memchr("+-.", s.p[n], 3)))
        n++;
    return n < s.n && s.p[n] == ':' ? str_first(s, n) : STR_NONE;
}

static bool
is_web(struct str scheme)
{
    return str_eq_nocase(scheme, STR("http")) ||
           str_eq_nocase(scheme, STR("https"));
}

/* Whether host holds only what a name or an IPv4 address may; non-ASCII
 * names are let through. */
static bool
is_host(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];

        if ((unsigned char)c < 0x80 && !is_alpha(c) && !is_digit(c) &&
            !memchr("-._~!$&'()*+,;=", c, 15))
            return false;
    }
    return host.n > 0;
}

/* Whether host, which stood in brackets, looks like IPv6. */
static bool
is_host6(struct str host)
{
    bool has_colon = false;

    for (size_t i = 0; i < host.n; i++) {
        char lower = (char)(host.p[i] | 0x20);

        has_colon = has_colon || host.p[i] == ':';
        if (!is_digit(host.p[i]) && !(lower >= 'a' && lower <= 'f') &&
            host.p[i] != ':' && host.p[i] != '.')
            return false;
    }
    return has_colon;
}

/* Split "host", "host:", "host:port" or "[host]:port". */
static int
parse_host_port(struct str s, struct url *url)
{
    int64_t number;
    bool in_brackets = s.n && s.p[0] == '[';

    if (in_brackets) {
        s = str_from(s, 1);
        url->host = str_split(&s, ']');
        if (!s.p || !is_host6(url->host) || (s.n && s.p[0] != ':'))
            return E_PARSE;
        s = str_from(s, s.n ? 1 : 0);
    } else {
        url->host = str_split(&s, ':');
        if (!is_host(url->host))
            return E_PARSE;
    }
    if (s.n == 0)
        return 0;
    if (num_parse_i64(s, 0, PORT_MAX, &number))
        return E_PARSE;
    url->port = s;
    return 0;
}

static int
parse_authority(struct str s, struct url *url)
{
    size_t at = str_find_char(s, '@');

    /* A backslash or a second '@' is read differently by different programs:
     * there is no telling which host is meant. */
    if (str_find_char(s, '\\') != s.n)
        return E_PARSE;
    if (at != s.n) {
        url->userinfo = str_first(s, at);
        s = str_from(s, at + 1);
    }
    return parse_host_port(s, url);
}

int
url_parse(struct str s, struct url *ret)
{
    struct url url = {.scheme = scheme_of(s)};
    size_t end;

    if (s.n > URL_MAX)
        return E_LIMIT;
    if (!url.scheme.p)
        return E_PARSE;
    for (size_t i = 0; i < s.n; i++)
        if (is_blank(s.p[i]))
            return E_PARSE;
    s = str_from(s, url.scheme.n + 1);
    if (!str_starts(s, STR("//")))
        return E_PARSE;
    s = str_from(s, 2);
    end = str_find_char(s, '#');
    if (end != s.n)
        url.fragment = str_from(s, end + 1);
    s = str_first(s, end);
    end = str_find_char(s, '?');
    if (end != s.n)
        url.query = str_from(s, end + 1);
    s = str_first(s, end);
    end = str_find_char(s, '/');
    url.path = str_from(s, end);
    if (parse_authority(str_first(s, end), &url))
        return E_PARSE;
    *ret = url;
    return 0;
}

bool
url_is_http(struct str s)
{
    struct url url;

    return url_parse(s, &url) == 0 && is_web(url.scheme);
}

/* Copy reference as a browser reads it: trimmed of blanks, without tabs and
 * line ends, blanks and the delimiters of RFC 3986 appendix C escaped, and
 * backslashes in front of query and fragment as slashes. */
static void
clean(struct str s, struct url_out *out)
{
    bool in_path = true;

    while (s.n && is_blank(s.p[0]))
        s = str_from(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '\t' || c == '\n' || c == '\r')
            continue;
        if (c == '?' || c == '#')
            in_path = false;
        if (is_blank(c) || memchr("\"<>`", c, 4))
            url_out_escaped(out, c);
        else
            url_out_char(out, c == '\\' && in_path ? '/' : c);
    }
}

/* How many slashes s begins with. */
static size_t
count_slashes(struct str s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] == '/')
        n++;
    return n;
}

/* Put path (dots removed) and what follows it. */
static void
put_path_and_rest(struct url_out *out, struct str s)
{
    size_t query = str_find_char(s, '?');
    size_t fragment = str_find_char(s, '#');
    size_t end = query < fragment ? query : fragment;

    url_out_path(out, str_first(s, end));
    url_out_str(out, str_from(s, end));
}

/* Put "scheme://" and authority, path and so on from s. */
static void
put_absolute(struct url_out *out, struct str scheme, struct str s)
{
    size_t end = 0;

    while (end < s.n && !memchr("/?#", s.p[end], 3))
        end++;
    url_out_lower(out, scheme);
    url_out_str(out, STR("://"));
    url_out_str(out, str_first(s, end));
    put_path_and_rest(out, str_from(s, end));
}

/* Put the base's scheme and authority, as written. */
static void
put_origin(struct url_out *out, struct str base, const struct url *url)
{
    struct str rest = str_from(base, url->scheme.n + 1);

    url_out_lower(out, url->scheme);
    url_out_char(out, ':');
    url_out_str(out, str_first(rest, (size_t)(url->path.p - rest.p)));
}

/* Put a reference that has neither scheme nor authority. */
static void
put_relative(struct url_out *out, struct str base, const struct url *url,
    struct str reference)
{
    struct url_out merged = {.n = 0};
    size_t folder = url->path.n;

    put_origin(out, base, url);
    if (reference.n && reference.p[0] == '/') {
        put_path_and_rest(out, reference);
        return;
    }
    if (reference.n == 0 || memchr("?#", reference.p[0], 2)) {
        url_out_path(out, url->path);
        if (url->query.p && !(reference.n && reference.p[0] == '?')) {
            url_out_char(out, '?');
            url_out_str(out, url->query);
        }
        url_out_str(out, reference);
        return;
    }
    while (folder && url->path.p[folder - 1] != '/')
        folder--;
    url_out_str(&merged, folder ? str_first(url->path, folder) : STR("/"));
    url_out_str(&merged, reference);
    out->over = out->over || merged.over;
    put_path_and_rest(out, url_out_view(&merged));
}

/* Put reference, cleaned, into out as an absolute address. */
static int
resolve(struct str base, struct str reference, struct url_out *out)
{
    struct str scheme = scheme_of(reference);
    bool has_base = false;
    struct url url;

    has_base = url_parse(base, &url) == 0 && is_web(url.scheme);
    if (scheme.p) {
        struct str rest = str_from(reference, scheme.n + 1);

        if (!is_web(scheme))
            return E_PARSE;
        /* "http:page" is relative where the base has that scheme. */
        if (count_slashes(rest) >= 2 || !has_base ||
            !str_eq_nocase(scheme, url.scheme)) {
            put_absolute(out, scheme, str_from(rest, count_slashes(rest)));
            return 0;
        }
        reference = rest;
    }
    if (!has_base)
        return E_PARSE;
    if (count_slashes(reference) >= 2)
        put_absolute(
            out, url.scheme, str_from(reference, count_slashes(reference)));
    else
        put_relative(out, base, &url, reference);
    return 0;
}

int
url_resolve(
    struct arena *arena, struct str base, struct str reference, struct str *ret)
{
    struct url_out clean_base = {.n = 0}, clean_reference = {.n = 0};
    struct url_out out = {.n = 0};
    struct str result;
    struct url url;
    int err;

    if (base.n > URL_MAX || reference.n > URL_MAX)
        return E_LIMIT;
    clean(base, &clean_base);
    clean(reference, &clean_reference);
    err = resolve(
        url_out_view(&clean_base), url_out_view(&clean_reference), &out);
    if (err)
        return err;
    if (out.over || clean_base.over || clean_reference.over)
        return E_LIMIT;
    if (url_parse(url_out_view(&out), &url))
        return E_PARSE;
    result = arena_str(arena, url_out_view(&out));
    if (!result.p)
        return E_NOMEM;
    *ret = result;
    return 0;
}
