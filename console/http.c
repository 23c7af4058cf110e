/*
 * http: the reader as a state machine over bytes.
 *
 * The head is collected byte by byte so that the first bad one ends it: no
 * byte after a refusal is ever looked at, and a request that can only become
 * bad does not have to be waited for.  Then it is parsed in one go
 * (http_head.c), which decides how the body is framed.
 */
#include "console/http.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "console/http_head.h"

void
http_reader_init(struct http_reader *reader)
{
    memset(reader, 0, sizeof *reader);
    buf_init(&reader->head, HTTP_MAX_HEAD_BYTES);
    buf_init(&reader->body, HTTP_MAX_LARGE_BYTES);
    buf_init(&reader->line, HTTP_MAX_CHUNK_LINE_BYTES);
}

void
http_reader_done(struct http_reader *reader)
{
    buf_done(&reader->head);
    buf_done(&reader->body);
    buf_done(&reader->line);
}

void
http_reader_next(struct http_reader *reader)
{
    buf_clear(&reader->head);
    /* A connection keeps no more room than most requests need. */
    if (reader->max_body > HTTP_MAX_BODY_BYTES) {
        buf_done(&reader->body);
        buf_init(&reader->body, HTTP_MAX_LARGE_BYTES);
    }
    buf_clear(&reader->body);
    buf_clear(&reader->line);
    reader->state = HTTP_READ_HEAD;
    reader->status = 0;
    reader->why = NULL;
    reader->begun = reader->expects = false;
    reader->left = 0;
    reader->trailer = 0;
    reader->last = 0;
    memset(&reader->request, 0, sizeof reader->request);
}

void
http_reader_refuse(struct http_reader *reader, int status, const char *why)
{
    reader->state = HTTP_READ_REFUSED;
    reader->status = status;
    reader->why = why;
}

/* A buffer refused an append: over its limit, or no memory. */
static void
reader_full(struct http_reader *reader, int err, int status, const char *why)
{
    if (err == E_NOMEM)
        http_reader_refuse(reader, 503, "out of memory");
    else
        http_reader_refuse(reader, status, why);
}

/* Whether c may stand in a head after last; lines end in CR LF only. */
static bool
head_byte_ok(unsigned char last, unsigned char c)
{
    if (last == '\r')
        return c == '\n';
    return c == '\r' || c == '\t' || (c >= 0x20 && c != 0x7f);
}

static size_t
max_body_of(const struct http_reader *reader)
{
    const struct http_large *large = reader->large;

    for (; large && large->prefix; large++)
        if (str_starts(reader->request.path, str_of(large->prefix)))
            return large->max_body;
    return HTTP_MAX_BODY_BYTES;
}

/* The head is complete: parse it and see what follows. */
static void
head_end(struct http_reader *reader)
{
    struct http_framing framing = {0};
    const char *why = NULL;
    int status = http_head_parse(
        buf_str(&reader->head), &reader->request, &framing, &why);

    if (!status)
        reader->max_body = max_body_of(reader);
    if (status) {
        http_reader_refuse(reader, status, why);
    } else if (framing.chunked) {
        reader->state = HTTP_READ_CHUNK_SIZE;
        reader->expects = framing.expects;
    } else if (framing.length > reader->max_body) {
        http_reader_refuse(reader, 413, "body over the limit");
    } else if (framing.length > 0) {
        reader->state = HTTP_READ_BODY;
        reader->left = framing.length;
        reader->expects = framing.expects;
    } else {
        reader->state = HTTP_READ_DONE;
    }
}

static void
head_full(struct http_reader *reader, int err)
{
    bool line = memchr(reader->head.p, '\r', reader->head.n) == NULL;

    reader_full(reader, err, line ? 414 : 431, "head over the limit");
}

static void
feed_head(struct http_reader *reader, unsigned char c)
{
    const char *end;
    int err;

    /* One empty line before a request is forgiven (RFC 9112, 2.2). */
    if (reader->head.n == 0 && !reader->begun && (c == '\r' || c == '\n')) {
        if (c == '\n' && reader->last == '\r')
            reader->begun = true;
        else if (c != '\r' || reader->last != 0)
            http_reader_refuse(reader, 400, "bare line end");
        reader->last = c;
        return;
    }
    if (reader->head.n == 0 && reader->last == '\r') {
        http_reader_refuse(reader, 400, "bare CR");
        return;
    }
    reader->begun = true;
    if (!head_byte_ok(reader->head.n ? reader->last : 0, c)) {
        http_reader_refuse(reader, 400, "control character in the head");
        return;
    }
    err = buf_add_char(&reader->head, (char)c);
    if (err) {
        head_full(reader, err);
        return;
    }
    reader->last = c;
    if (c != '\n' || reader->head.n < 4)
        return;
    end = reader->head.p + reader->head.n - 4;
    if (memcmp(end, "\r\n\r\n", 4) == 0)
        head_end(reader);
}

/* Take as much of bytes as is still due. */
static size_t
feed_data(
    struct http_reader *reader, struct str bytes, enum http_reader_state after)
{
    size_t n = bytes.n;
    int err;

    if (n > reader->left)
        n = (size_t)reader->left;
    err = reader->body.n + n > reader->max_body
              ? E_LIMIT
              : buf_add(&reader->body, bytes.p, n);
    if (err) {
        reader_full(reader, err, 413, "body over the limit");
        return n;
    }
    reader->left -= n;
    if (reader->left == 0)
        reader->state = after;
    return n;
}

/* "size[;extension]": hex digits and nothing else before the ';'. */
static void
chunk_line_end(struct http_reader *reader)
{
    struct str line = buf_str(&reader->line);
    struct str size = str_first(line, str_find_char(line, ';'));
    uint64_t n;
    int err = num_parse_hex(size, INT64_MAX, &n);

    if (!err && n > reader->max_body) {
        http_reader_refuse(reader, 413, "chunk over the limit");
    } else if (err) {
        http_reader_refuse(reader, 400, "chunk size is no number");
    } else {
        buf_clear(&reader->line);
        reader->last = 0;
        reader->left = n;
        reader->state = n ? HTTP_READ_CHUNK_DATA : HTTP_READ_TRAILER;
    }
}

static void
feed_chunk_size(struct http_reader *reader, unsigned char c)
{
    if (!head_byte_ok(reader->last, c)) {
        http_reader_refuse(reader, 400, "control character in a chunk size");
    } else if (c == '\n') {
        chunk_line_end(reader);
    } else if (c != '\r' && buf_add_char(&reader->line, (char)c)) {
        reader_full(reader, reader->line.err, 400, "chunk line too long");
    } else {
        reader->last = c;
    }
}

/* The CR LF behind a chunk's data. */
static void
feed_chunk_end(struct http_reader *reader, unsigned char c)
{
    if (c == '\r' && reader->last != '\r') {
        reader->last = c;
    } else if (c == '\n' && reader->last == '\r') {
        reader->last = 0;
        reader->state = HTTP_READ_CHUNK_SIZE;
    } else {
        http_reader_refuse(reader, 400, "chunk longer than its size");
    }
}

/* Trailers are read to their end and not used; `left` counts the bytes of the
 * line at hand. */
static void
feed_trailer(struct http_reader *reader, unsigned char c)
{
    if (++reader->trailer > HTTP_MAX_TRAILER_BYTES) {
        http_reader_refuse(reader, 431, "trailers over the limit");
    } else if (!head_byte_ok(reader->last, c)) {
        http_reader_refuse(reader, 400, "control character in a trailer");
    } else if (c == '\n' && reader->left == 0) {
        reader->request.body = buf_str(&reader->body);
        reader->state = HTTP_READ_DONE;
    } else {
        reader->left = c == '\n' ? 0 : reader->left + (c != '\r');
        reader->last = c == '\n' ? 0 : c;
    }
}

static size_t
feed_step(struct http_reader *reader, struct str bytes)
{
    unsigned char c = (unsigned char)bytes.p[0];
    size_t n = 1;

    switch (reader->state) {
    case HTTP_READ_HEAD:
        feed_head(reader, c);
        if (reader->state == HTTP_READ_CHUNK_SIZE)
            reader->last = 0;
        break;
    case HTTP_READ_BODY:
        n = feed_data(reader, bytes, HTTP_READ_DONE);
        reader->request.body = buf_str(&reader->body);
        break;
    case HTTP_READ_CHUNK_SIZE:
        feed_chunk_size(reader, c);
        break;
    case HTTP_READ_CHUNK_DATA:
        n = feed_data(reader, bytes, HTTP_READ_CHUNK_END);
        break;
    case HTTP_READ_CHUNK_END:
        feed_chunk_end(reader, c);
        break;
    case HTTP_READ_TRAILER:
        feed_trailer(reader, c);
        break;
    case HTTP_READ_DONE:
    case HTTP_READ_REFUSED:
        n = 0;
        break;
    }
    return n;
}

size_t
http_reader_feed(struct http_reader *reader, struct str bytes)
{
    size_t used = 0;

    while (used < bytes.n && reader->state != HTTP_READ_DONE &&
           reader->state != HTTP_READ_REFUSED)
        used += feed_step(reader, str_from(bytes, used));
    return used;
}
