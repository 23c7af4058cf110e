/*
 * url: http and https addresses: parsing, resolving, one canonical form.
 *
 * A struct url is a view into the text it was parsed from.  It follows RFC
 * 3986 with the WHATWG corrections that the web needs for references in
 * documents; what goes out to the network passes a stricter gate of its own
 * (net/gate.h), never this one alone.
 */
#ifndef TOCSIN_BASE_URL_H
#define TOCSIN_BASE_URL_H

#include "base/arena.h"
#include "base/str.h"

enum { URL_MAX = 4096 };

struct url {
    struct str scheme;   /* as written, without ':' */
    struct str userinfo; /* absent when there is none */
    struct str host;     /* without brackets */
    struct str port;     /* digits, absent when there is none */
    struct str path;     /* begins with '/' or is empty */
    struct str query;    /* without '?', absent when there is none */
    struct str fragment; /* without '#', absent when there is none */
};

/* Split an absolute URL with an authority.  Blanks, a backslash or two '@' in
 * the authority, and ports beyond 65535 are refused.  0, E_PARSE, E_LIMIT. */
int url_parse(struct str s, struct url *ret);
/* Resolve reference against base as a browser does: RFC 3986 §5, with tabs and
 * line ends stripped, backslashes in front of the query read as slashes, other
 * blanks and "<>` escaped.  base may be absent when reference is absolute.
 * Only http and https addresses with a host come out, allocated in arena;
 * non-ASCII stays as it is.  0, E_PARSE when there is no usable answer,
 * E_LIMIT beyond URL_MAX, E_NOMEM. */
int url_resolve(struct arena *arena, struct str base, struct str reference,
    struct str *ret);
/* Whether s is absolute with scheme http or https and a host. */
bool url_is_http(struct str s);
/* The one form by which two spellings of an http or https address are the same:
 * scheme and host lower case, default port and fragment gone, path "/" when
 * empty, percent escapes upper case and decoded where unreserved, all else that
 * is no ASCII or means nothing escaped, dot segments removed.  Tracking
 * parameters (utm_*) and empty parameters removed.  Errors as url_resolve. */
int url_canonical(struct arena *arena, struct str s, struct str *ret);

#endif
