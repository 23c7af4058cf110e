/*
 * http_link: the Link header (RFC 8288).
 */
#ifndef TOCSIN_NET_HTTP_LINK_H
#define TOCSIN_NET_HTTP_LINK_H

#include "net/http.h"

/* The target of the first link whose rel has the word rel (in any case), as it
 * stands: it may be relative.  A view into the answer; STR_NONE when there is
 * none.  A link for another context (anchor) does not count. */
struct str http_link(const struct http_answer *answer, struct str rel);
/* The same of one header's value. */
struct str http_link_in(struct str value, struct str rel);

#endif
