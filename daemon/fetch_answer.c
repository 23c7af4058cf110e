/*
 * fetch_answer: what a server's answer means, in the engine's terms.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "base/url.h"
#include "daemon/evidence.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"
#include "feeds/poll.h"
#include "net/http_link.h"

/* A quote that does not end: the line went on where it must not have. */
static bool
answer_is_torn(struct str value)
{
    if (str_starts(value, STR("W/")))
        value = str_from(value, 2);
    return value.n > 0 && value.p[0] == '"' &&
           (value.n == 1 || value.p[value.n - 1] != '"');
}

/* A validator is opaque bytes, but not any number of them, and nothing that
 * could end a header line. */
static struct str
answer_validator(const struct http_answer *answer, const char *name)
{
    struct str value = http_answer_header(answer, name);

    if (value.n > FETCH_MAX_VALIDATOR_BYTES)
        return STR_NONE;
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return STR_NONE;
        /* Who reads it as a quoted string would unescape it to one. */
        if (value.p[i] == '\\' && i + 1 < value.n &&
            strchr("rn0", value.p[i + 1]))
            return STR_NONE;
    }
    if (answer_is_torn(value))
        return STR_NONE;
    return value;
}

/* 203 is one that a proxy has touched; a 206 or 226 is a
 * part that nobody asked for, and a 204 no empty feed. */
bool
answer_is_document(const struct http_answer *http)
{
    return http->result == HTTP_ANSWERED &&
           (http->status == 200 || http->status == 203);
}

bool
answer_is_unchanged(const struct http_answer *http)
{
    return http->result == HTTP_ANSWERED && http->status == 304 &&
           http->conditional;
}

/* Where the source has moved to: only when every hop said "for good", and what
 * is there can be used. */
static struct str
answer_moved(const struct http_answer *http)
{
    if (!answer_is_document(http) && !answer_is_unchanged(http))
        return STR_NONE;
    for (size_t i = 0; i < http->nredirects; i++) {
        int status = http->redirects[i].status;

        if (status != 301 && status != 308)
            return STR_NONE;
    }
    return http->nredirects > 0 ? http->url : STR_NONE;
}

/* How long it asks to be left alone; a success cannot ask that. */
static int64_t
answer_retry_after(const struct http_answer *http, struct wall now)
{
    if (http->result != HTTP_ANSWERED || http->status < 400)
        return 0;
    return http_retry_after(
        http_answer_header(http, "retry-after"), now, POLL_RETRY_AFTER_MAX_MS);
}

/* The address that a Link header gives, or absent. */
static struct str
answer_link(struct arena *arena, const struct http_answer *http, struct str rel)
{
    struct str link = http_link(http, rel), url = STR_NONE;

    if (link.n == 0 || url_resolve(arena, http->url, link, &url) != 0)
        return STR_NONE;
    return url;
}

void
answer_fill(struct arena *arena, const struct http_answer *http,
    struct wall now, uint8_t hash[DIGEST_SIZE], Tocsin__Answer *ret)
{
    tocsin__answer__init(ret);
    ret->status = http->status;
    ret->etag = pb_data(answer_validator(http, "etag"));
    ret->last_modified = pb_data(answer_validator(http, "last-modified"));
    ret->url = pb_cstr(arena, http->url);
    ret->retry_after_ms = answer_retry_after(http, now);
    ret->fresh_ms = http_freshness(http, now, FETCH_FRESH_MAX_MS);
    ret->moved_to = pb_cstr(arena, answer_moved(http));
    ret->hub = pb_cstr(arena, answer_link(arena, http, STR("hub")));
    ret->self = pb_cstr(arena, answer_link(arena, http, STR("self")));
    ret->elapsed_ms = http->elapsed_ms;
    ret->wire_bytes = http->wire_bytes;
    if (wall_is_set(http->cert_expires))
        ret->cert_expires_ms = http->cert_expires.ms;
    if (answer_is_document(http)) {
        digest_sha256(http->body, hash);
        ret->body_hash = pb_data((struct str){(const char *)hash, DIGEST_SIZE});
    }
}

enum poll_cause
answer_cause(const struct http_answer *http)
{
    switch (http->result) {
    case HTTP_REFUSED: /* by the gate */
        return CAUSE_ADDRESS;
    case HTTP_DNS:
        return CAUSE_DNS;
    case HTTP_CONNECT:
        return CAUSE_CONNECT;
    case HTTP_TLS:
        return CAUSE_TLS;
    case HTTP_TIMEOUT:
        return CAUSE_TIMEOUT;
    case HTTP_BROKEN:
        return CAUSE_BROKEN;
    case HTTP_TOO_LARGE:
        return CAUSE_TOO_LARGE;
    case HTTP_TOO_MANY_REDIRECTS:
        return CAUSE_REDIRECTS;
    case HTTP_NO_MEMORY:
        return CAUSE_HOUSE;
    case HTTP_LATER: /* is no answer to a poll */
    case HTTP_ANSWERED:
    default:
        return CAUSE_STATUS;
    }
}

void
answer_reason(const struct http_answer *http, struct arena *arena,
    struct wall now, char *out, size_t size)
{
    if (http->result == HTTP_TLS && wall_is_set(http->cert_expires) &&
        http->cert_expires.ms < now.ms) {
        struct civil c = civil_of_wall(http->cert_expires, 0);

        snprintf(out, size, "%.400s (it ended on %04d-%02d-%02d)",
            arena_cstr(arena, http->reason), c.year, c.month, c.day);
    } else if (http->result != HTTP_ANSWERED) {
        snprintf(out, size, "%.500s", arena_cstr(arena, http->reason));
    } else if (http->status == 304) {
        snprintf(out, size, "the server says 304 though nothing was known yet");
    } else if (http->status == 401) {
        snprintf(out, size, "the server asks for a log-in (401)");
    } else {
        snprintf(out, size, "the server says %d", http->status);
    }
}

struct str
answer_headers(struct arena *arena, const struct http_answer *http)
{
    static const char *const secret[] = {"set-cookie", "set-cookie2",
        "authentication-info", "proxy-authenticate", "www-authenticate"};
    struct buf out;
    struct str headers;

    buf_init(&out, EVIDENCE_MAX_HEADER_BYTES);
    (void)buf_printf(&out, "HTTP %d\r\n", http->status);
    for (size_t i = 0; i < http->nheaders; i++) {
        const struct http_header *header = &http->headers[i];
        bool left_out = header->name.n + header->value.n + 4 > out.max - out.n;

        for (size_t k = 0; k < sizeof secret / sizeof *secret; k++)
            left_out |= str_eq_nocase(header->name, str_of(secret[k]));
        if (!left_out)
            (void)buf_printf(&out, "%.*s: %.*s\r\n", STR_ARG(header->name),
                STR_ARG(header->value));
    }
    headers = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return headers;
}

bool
answer_asks_for_quiet(const struct http_answer *http)
{
    return http->result == HTTP_ANSWERED &&
           (http->status == 420 || http->status == 429 || http->status == 503);
}
