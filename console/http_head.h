/*
 * http_head: the request line and the headers of one request.  Only for
 * http.c; the reader has seen that lines end in CR LF and that there are no
 * other control characters than tab.
 */
#ifndef TOCSIN_CONSOLE_HTTP_HEAD_H
#define TOCSIN_CONSOLE_HTTP_HEAD_H

#include "console/http.h"

/* How the body is delimited. */
struct http_framing {
    bool chunked;
    bool expects;    /* "100 Continue" is waited for */
    uint64_t length; /* when not chunked */
};

/* Parse head, which ends in an empty line, into request (views into head).
 * Return 0 or the status of the refusal, with the reason in *ret_why. */
int http_head_parse(struct str head, struct http_request *request,
    struct http_framing *framing, const char **ret_why);

#endif
