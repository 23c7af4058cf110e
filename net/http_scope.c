/*
 * http_scope: what counts as one host when requests take turns.
 *
 * A registrable domain is one label below a public suffix: a.edu.example and
 * b.edu.example are two when edu.example is one.  The list of suffixes is
 * compiled into libpsl, no file is read.  An address, or a name without a
 * suffix, is a group by itself.
 */
#include <libpsl.h>

#include "base/url.h"
#include "net/http_int.h"

static bool
is_address(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];

        if (c == ':')
            return true;
        if ((c < '0' || c > '9') && c != '.')
            return false;
    }
    return true;
}

/* host, or the part of it (which ends it, as a string) that is registered. */
static struct str
group_of(struct arena *arena, struct str host)
{
    const psl_ctx_t *psl = psl_builtin();
    const char *name = is_address(host) ? NULL : arena_cstr(arena, host);
    const char *domain = psl && name ? psl_registrable_domain(psl, name) : NULL;

    return domain ? str_of(domain) : host;
}

struct str
scope_name(
    enum http_scope scope, struct arena *arena, const struct gate_target *to)
{
    switch (scope) {
    case HTTP_SCOPE_URL:
        return to->url;
    case HTTP_SCOPE_GROUP:
        return group_of(arena, to->host);
    case HTTP_SCOPE_HOST:
        break;
    }
    return to->host;
}

struct str
scope_name_of_url(enum http_scope scope, struct arena *arena, struct str url)
{
    struct url parts;
    struct gate_target to = {.url = url};

    if (url_parse(url, &parts) < 0)
        return STR_NONE;
    to.host = parts.host;
    return scope_name(scope, arena, &to);
}
