/*
 * http: a strict reader of HTTP/1.1 requests (RFC 9112), and of their parts.
 *
 * Bytes go in as they arrive; a complete request or one refusal comes out.
 * Where the standard lets a recipient be lenient, and two programs in a row
 * might therefore see two different requests, this reader refuses: bare CR or
 * LF, white space before a colon, folded lines, more than one Host or
 * Content-Length, a length beside a transfer coding, codings other than
 * "chunked".  It opens nothing and knows no routes; server.h feeds it.
 */
#ifndef TOCSIN_CONSOLE_HTTP_H
#define TOCSIN_CONSOLE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
    HTTP_MAX_HEAD_BYTES = 16 * 1024,    /* request line and headers */
    HTTP_MAX_TARGET_BYTES = 8 * 1024,   /* path and query */
    HTTP_MAX_BODY_BYTES = 64 * 1024,    /* where reader.large says no more */
    HTTP_MAX_LARGE_BYTES = 1024 * 1024, /* whatever it says */
    HTTP_MAX_HEADERS = 64,
    HTTP_MAX_CHUNK_LINE_BYTES = 256,   /* size and extensions */
    HTTP_MAX_TRAILER_BYTES = 4 * 1024, /* read and ignored */
    HTTP_MAX_PARAMS = 256              /* of a query or a form */
};

/* clang-format off */
#define HTTP_METHODS(X) \
    X(GET) X(HEAD) X(POST) X(PUT) X(PATCH) X(DELETE) X(OPTIONS)
/* clang-format on */
enum http_method {
#define X(method) HTTP_##method,
    HTTP_METHODS(X)
#undef X
};
const char *http_method_name(enum http_method method);
/* Whether the method only reads (GET, HEAD, OPTIONS). */
bool http_method_is_safe(enum http_method method);

struct http_header {
    struct str name, value; /* value without white space around it */
};

/* A request; its texts are views into the reader, valid until the next
 * http_reader_next or _done. */
struct http_request {
    enum http_method method;
    struct str target; /* as received */
    struct str path;   /* before '?', still escaped */
    struct str query;  /* after it, or absent */
    struct str host;   /* of the Host header, with its port */
    struct str body;   /* decoded */
    struct http_header headers[HTTP_MAX_HEADERS];
    size_t nheaders;
    bool keep_alive;
};
/* The value of the header called name, STR_NONE when absent; the first of
 * several. */
struct str http_header_get(
    const struct http_request *request, const char *name);

/* The same, the last of several: what the nearest proxy has added. */
struct str http_header_last(
    const struct http_request *request, const char *name);

/* Paths that begin so may have bodies of so many bytes. */
struct http_large {
    const char *prefix;
    size_t max_body;
};

enum http_reader_state {
    HTTP_READ_HEAD,
    HTTP_READ_BODY, /* of a known length */
    HTTP_READ_CHUNK_SIZE,
    HTTP_READ_CHUNK_DATA,
    HTTP_READ_CHUNK_END,
    HTTP_READ_TRAILER,
    HTTP_READ_DONE,
    HTTP_READ_REFUSED
};

struct http_reader {
    enum http_reader_state state;
    int status;      /* of a refusal: 400, 413, 414, 417, 431, 501, 505 */
    const char *why; /* of a refusal: static, for the log */
    bool begun;      /* a byte of this request has been seen */
    bool expects;    /* the client waits for "100 Continue" */
    struct buf head, body, line;
    uint64_t left; /* bytes of body or chunk to come */
    size_t trailer;
    unsigned char last;             /* byte before this one */
    const struct http_large *large; /* static, ends with no prefix; or NULL */
    size_t max_body;
    struct http_request request;
};

void http_reader_init(struct http_reader *reader);
void http_reader_done(struct http_reader *reader);
/* Read on.  Takes what it can use of bytes and returns how much that was; then
 * state is HTTP_READ_DONE (request is complete), HTTP_READ_REFUSED (status says
 * how, the connection is to be closed), or something else (more is needed, all
 * was taken). */
size_t http_reader_feed(struct http_reader *reader, struct str bytes);
/* Give up on the request: the state becomes HTTP_READ_REFUSED. */
void http_reader_refuse(
    struct http_reader *reader, int status, const char *why);
/* Forget the request and begin the next. */
void http_reader_next(struct http_reader *reader);

/* Undo percent escapes (and '+' when form) of s into arena.  0; E_PARSE for a
 * broken escape, NUL, or bytes that are not UTF-8; E_NOMEM. */
int http_unescape(
    struct arena *arena, struct str s, bool form, struct str *ret);
/* The one normal form of a path: escapes undone; E_PARSE when it is not plain:
 * not beginning with '/', empty, "." or ".." segments, ';', backslash, control
 * characters, an escaped '/'.  A '/' at the end stays. */
int http_path(struct arena *arena, struct str path, struct str *ret);
/* Split a query or a form into names and values in arena.  0, E_PARSE, E_LIMIT
 * (more than HTTP_MAX_PARAMS), E_NOMEM. */
int http_params(struct arena *arena, struct str text, struct http_header **ret,
    size_t *ret_n);
/* The value of one name in a Cookie header's value, STR_NONE when it is absent
 * or stands there twice: nobody could say which one is meant. */
struct str http_cookie(struct str cookies, struct str name);
/* Append s escaped as part of a query. */
void http_escape(struct buf *out, struct str s);
/* Whether host is "name", "name:port" or "[v6]:port" as RFC 9110 has it. */
bool http_host_is_valid(struct str host);
/* The reason phrase of a status; "Unknown" for others. */
const char *http_reason(int status);

#endif
