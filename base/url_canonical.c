/*
 * url_canonical: the one form of an address, by which an item that is seen
 * twice is known to be one.
 */
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/url.h"
#include "base/url_out.h"

/* What stands in a path or query as it is: RFC 3986's pchar, '/' and '?'. */
static bool
is_plain(char c)
{
    char lower = (char)(c | 0x20);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~!$&'()*+,;=:@/?", c));
}

/* What is never escaped: RFC 3986's unreserved characters. */
static bool
is_unreserved(char c)
{
    return is_plain(c) && !strchr("!$&'()*+,;=:@/?", c);
}

/* Append s with escapes in their one form. */
static void
put_escaped(struct url_out *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        struct str digits = str_first(str_from(s, i + 1), 2);
        uint64_t value;

        if (s.p[i] == '%' && digits.n == 2 &&
            num_parse_hex(digits, 0xFF, &value) == 0) {
            i += 2;
            if (is_unreserved((char)value))
                url_out_char(out, (char)value);
            else
                url_out_escaped(out, (char)value);
        } else if (is_plain(s.p[i])) {
            url_out_char(out, s.p[i]);
        } else {
            url_out_escaped(out, s.p[i]);
        }
    }
}

static void
put_query(struct url_out *out, struct str query)
{
    char before = '?';

    while (query.p) {
        struct str part = str_split(&query, '&');

        if (part.n == 0 || str_starts_nocase(part, STR("utm_")))
            continue;
        url_out_char(out, before);
        put_escaped(out, part);
        before = '&';
    }
}

static void
put_origin(struct url_out *out, const struct url *url)
{
    bool is_tls = str_eq_nocase(url->scheme, STR("https"));
    bool is_v6 = str_find_char(url->host, ':') != url->host.n;
    struct str port = url->port;

    url_out_lower(out, url->scheme);
    url_out_str(out, STR("://"));
    if (url->userinfo.n) {
        put_escaped(out, url->userinfo);
        url_out_char(out, '@');
    }
    if (is_v6)
        url_out_char(out, '[');
    url_out_lower(out, url->host);
    if (is_v6)
        url_out_char(out, ']');
    while (port.n > 1 && port.p[0] == '0')
        port = str_from(port, 1);
    if (port.n && !str_eq(port, is_tls ? STR("443") : STR("80"))) {
        url_out_char(out, ':');
        url_out_str(out, port);
    }
}

int
url_canonical(struct arena *arena, struct str s, struct str *ret)
{
    struct url_out path = {.n = 0}, out = {.n = 0};
    struct str whole;
    struct url url;
    int err = url_resolve(arena, STR_NONE, s, &whole);

    if (err)
        return err;
    err = url_parse(whole, &url);
    if (err)
        return err;
    put_origin(&out, &url);
    /* Escapes first: they can hide dots. */
    put_escaped(&path, url.path.n ? url.path : STR("/"));
    url_out_path(&out, url_out_view(&path));
    put_query(&out, url.query);
    if (out.over || path.over)
        return E_LIMIT;
    whole = arena_str(arena, url_out_view(&out));
    if (!whole.p)
        return E_NOMEM;
    *ret = whole;
    return 0;
}
