/*
 * url_out: an address while it is being put together, of at most URL_MAX
 * bytes.  Shared by url.c and url_canonical.c only.
 */
#ifndef TOCSIN_BASE_URL_OUT_H
#define TOCSIN_BASE_URL_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/url.h"

struct url_out {
    char p[URL_MAX];
    size_t n;
    bool over; /* something did not fit */
};

void url_out_str(struct url_out *out, struct str s);
void url_out_char(struct url_out *out, char c);
/* Append s with ASCII letters in lower case. */
void url_out_lower(struct url_out *out, struct str s);
/* Append c as %XX. */
void url_out_escaped(struct url_out *out, char c);
/* Append path without its dot segments; it begins with '/' or is empty. */
void url_out_path(struct url_out *out, struct str path);
/* View of what is there. */
struct str url_out_view(const struct url_out *out);

#endif
