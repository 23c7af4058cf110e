#include "console/answer.h"

#include <event2/buffer.h>

#include "base/digest.h"
#include "base/timefmt.h"

enum { ANSWER_MAX_HEAD_BYTES = 16 * 1024 };

/* On every answer: nothing but ourselves may be loaded, run, framed, sniffed
 * or told of. */
static const char always[] =
    "; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n";

static void
head_date(struct buf *head, struct wall now)
{
    static const char *const days[] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
        "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of_wall(now, 0);
    int64_t day = civil_days(c.year, c.month, c.day);

    (void)buf_printf(head, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
        days[(day % 7 + 7) % 7], c.day, months[c.month - 1], c.year, c.hour,
        c.minute, c.second);
}

/* Style comes from our own files; and, on a page that says so, from the one
 * sheet within it that has this hash. */
static void
head_policy(struct buf *head, struct str style)
{
    uint8_t hash[DIGEST_SIZE];

    (void)buf_add_cstr(head,
        "Content-Security-Policy: default-src 'none'; style-src 'self'");
    if (style.n) {
        digest_sha256(style, hash);
        (void)buf_add_cstr(head, " 'sha256-");
        (void)digest_base64(head, hash, sizeof hash);
        (void)buf_add_cstr(head, "'");
    }
    (void)buf_add_cstr(head, always);
}

static void
head_begin(struct buf *head, const struct exchange *exchange, bool tls,
    struct wall now)
{
    (void)buf_printf(head, "HTTP/1.1 %d %s\r\n", exchange->status,
        http_reason(exchange->status));
    head_date(head, now);
    head_policy(head, exchange->style);
    if (tls)
        (void)buf_add_cstr(
            head, "Strict-Transport-Security: max-age=31536000\r\n");
    (void)buf_printf(head, "Cache-Control: %s\r\n",
        exchange->cache ? exchange->cache : "no-store");
    if (exchange->type)
        (void)buf_printf(head, "Content-Type: %s\r\n", exchange->type);
    (void)buf_add_str(head, buf_str(&exchange->headers));
}

int
answer_write(struct evbuffer *out, const struct exchange *exchange, bool keep,
    bool head_only, bool tls, struct wall now)
{
    struct str body = buf_str(&exchange->body);
    bool bodyless = exchange->status == 304;
    _cleanup_(buf_done) struct buf head;

    buf_init(&head, ANSWER_MAX_HEAD_BYTES);
    head_begin(&head, exchange, tls, now);
    if (!bodyless)
        (void)buf_printf(&head, "Content-Length: %zu\r\n", body.n);
    (void)buf_printf(
        &head, "Connection: %s\r\n\r\n", keep ? "keep-alive" : "close");
    if (head.err)
        return head.err;
    if (evbuffer_add(out, head.p, head.n) != 0)
        return E_NOMEM;
    if (!head_only && !bodyless && body.n &&
        evbuffer_add(out, body.p, body.n) != 0)
        return E_NOMEM;
    return 0;
}

int
answer_write_stream(struct evbuffer *out, const struct exchange *exchange,
    bool tls, struct wall now)
{
    _cleanup_(buf_done) struct buf head;

    buf_init(&head, ANSWER_MAX_HEAD_BYTES);
    head_begin(&head, exchange, tls, now);
    (void)buf_add_cstr(
        &head, "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n");
    if (head.err)
        return head.err;
    return evbuffer_add(out, head.p, head.n) == 0 ? 0 : E_NOMEM;
}

int
exchange_header(struct exchange *exchange, const char *name, struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return E_PARSE;
    return buf_printf(&exchange->headers, "%s: %.*s\r\n", name, STR_ARG(value));
}
