/*
 * http_head: RFC 9112 sections 3 to 6, without any of the forgiveness.
 */
#include "console/http_head.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"

static const char *const method_names[] = {
#define X(method) #method,
    HTTP_METHODS(X)
#undef X
};

const char *
http_method_name(enum http_method method)
{
    return method_names[method];
}

bool
http_method_is_safe(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

static bool
is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

/* What browsers send raw in a query is let through; what could be read in two
 * ways is not. */
static bool
target_is_valid(struct str target)
{
    bool query = false;

    if (target.n == 0 || target.p[0] != '/')
        return false;
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.p[i];

        if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\#", c))
            return false;
        if (!query && strchr("^`{|}", c))
            return false;
        if (c == '%' && (target.n - i < 3 || !is_hex(target.p[i + 1]) ||
                            !is_hex(target.p[i + 2])))
            return false;
        if (c == '?')
            query = true;
    }
    return true;
}

/* "HTTP/" and one digit on each side of a point. */
static bool
is_version(struct str s)
{
    return s.n == 8 && str_starts(s, STR("HTTP/")) && s.p[5] >= '0' &&
           s.p[5] <= '9' && s.p[6] == '.' && s.p[7] >= '0' && s.p[7] <= '9';
}

static int
parse_version(struct str version, bool *ret_http10, const char **ret_why)
{
    *ret_http10 = str_eq(version, STR("HTTP/1.0"));
    if (*ret_http10 || str_eq(version, STR("HTTP/1.1")))
        return 0;
    *ret_why = "version";
    return is_version(version) ? 505 : 400;
}

static int
parse_line(struct str line, struct http_request *request, bool *ret_http10,
    const char **ret_why)
{
    struct str method = str_split(&line, ' ');
    struct str target = str_split(&line, ' ');
    size_t at, m = 0, count = sizeof method_names / sizeof *method_names;
    int status;

    *ret_why = "request line";
    if (!is_token(method) || !line.p)
        return 400;
    if (target.n > HTTP_MAX_TARGET_BYTES)
        return 414;
    if (!target_is_valid(target))
        return 400;
    status = parse_version(line, ret_http10, ret_why);
    if (status)
        return status;
    while (m < count && !str_eq(method, str_of(method_names[m])))
        m++;
    if (m == count) {
        *ret_why = "method";
        return 501;
    }
    request->method = (enum http_method)m;
    request->target = target;
    at = str_find_char(target, '?');
    request->path = str_first(target, at);
    request->query = at < target.n ? str_from(target, at + 1) : STR_NONE;
    return 0;
}

static int
parse_header(struct str line, struct http_request *request)
{
    struct http_header *header = &request->headers[request->nheaders];
    size_t colon = str_find_char(line, ':');

    if (request->nheaders == HTTP_MAX_HEADERS)
        return 431;
    if (colon == line.n)
        return 400;
    header->name = str_first(line, colon);
    header->value = str_trim(str_from(line, colon + 1));
    if (!is_token(header->name) || memchr(line.p, '\r', line.n))
        return 400;
    request->nheaders++;
    return 0;
}

struct str
http_header_get(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->nheaders; i++)
        if (str_eq_nocase(request->headers[i].name, str_of(name)))
            return request->headers[i].value;
    return STR_NONE;
}

struct str
http_header_last(const struct http_request *request, const char *name)
{
    for (size_t i = request->nheaders; i-- > 0;)
        if (str_eq_nocase(request->headers[i].name, str_of(name)))
            return request->headers[i].value;
    return STR_NONE;
}

/* Whether name occurs at most once. */
static bool
header_is_single(const struct http_request *request, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < request->nheaders; i++)
        n += str_eq_nocase(request->headers[i].name, str_of(name));
    return n <= 1;
}

static bool
list_has(struct str list, struct str token)
{
    while (list.p)
        if (str_eq_nocase(str_trim(str_split(&list, ',')), token))
            return true;
    return false;
}

/* name, or digits and dots: what may stand before ':' in a Host. */
static bool
host_name_is_valid(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_'))
            return false;
    }
    return name.n > 0 && name.n <= 253;
}

static bool
host_v6_is_valid(struct str inside)
{
    for (size_t i = 0; i < inside.n; i++)
        if (!is_hex(inside.p[i]) && inside.p[i] != ':' && inside.p[i] != '.')
            return false;
    return inside.n >= 2 && inside.n <= 45;
}

bool
http_host_is_valid(struct str host)
{
    struct str name, port;
    int64_t number;
    size_t end;

    if (host.n > 0 && host.p[0] == '[') {
        end = str_find_char(host, ']');
        if (end == host.n ||
            !host_v6_is_valid(str_first(str_from(host, 1), end - 1)))
            return false;
        port = str_from(host, end + 1);
    } else {
        end = str_find_char(host, ':');
        name = str_first(host, end);
        if (!host_name_is_valid(name))
            return false;
        port = str_from(host, end);
    }
    if (port.n == 0)
        return true;
    return port.p[0] == ':' &&
           num_parse_i64(str_from(port, 1), 1, 65535, &number) == 0;
}

static int
check_host(struct http_request *request, const char **ret_why)
{
    *ret_why = "Host";
    request->host = http_header_get(request, "Host");
    if (!header_is_single(request, "Host") ||
        !http_host_is_valid(request->host))
        return 400;
    return 0;
}

/* What decides who asks, from where and for what has one meaning only: two of
 * them could be read one way here and another way by a proxy. */
static int
check_singles(const struct http_request *request, const char **ret_why)
{
    static const char *const singles[] = {"Authorization", "Cookie",
        "Content-Type", "Content-Encoding", "Expect", "Origin", "Referer",
        "Sec-Fetch-Site", "X-CSRF-Token"};

    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        if (!header_is_single(request, singles[i])) {
            *ret_why = singles[i];
            return 400;
        }
    }
    return 0;
}

/* RFC 9112 section 6: exactly one way to know where the body ends. */
static int
check_framing(const struct http_request *request, bool http10,
    struct http_framing *framing, const char **ret_why)
{
    struct str length = http_header_get(request, "Content-Length");
    struct str coding = http_header_get(request, "Transfer-Encoding");
    int64_t n = 0;
    int err;

    *ret_why = "framing";
    if (!header_is_single(request, "Content-Length") ||
        !header_is_single(request, "Transfer-Encoding"))
        return 400;
    if (coding.p && (length.p || http10))
        return 400;
    if (coding.p) {
        if (!str_eq_nocase(coding, STR("chunked")))
            return 501;
        framing->chunked = true;
    } else if (length.p) {
        err = num_parse_i64(length, 0, INT64_MAX, &n);
        if (err)
            return 400;
        framing->length = (uint64_t)n;
    }
    if ((framing->chunked || n > 0) && http_method_is_safe(request->method)) {
        *ret_why = "a body where none belongs";
        return 400;
    }
    return 0;
}

static int
check_expect(const struct http_request *request, bool http10,
    struct http_framing *framing, const char **ret_why)
{
    struct str expect = http_header_get(request, "Expect");

    if (!expect.p || http10)
        return 0;
    *ret_why = "Expect";
    if (!str_eq_nocase(expect, STR("100-continue")))
        return 417;
    framing->expects = true;
    return 0;
}

/* The next line without its CR LF; the empty one ends the head. */
static struct str
next_line(struct str *rest)
{
    size_t end = str_find(*rest, STR("\r\n"));
    struct str line = str_first(*rest, end);

    *rest = str_from(*rest, end + 2);
    return line;
}

int
http_head_parse(struct str head, struct http_request *request,
    struct http_framing *framing, const char **ret_why)
{
    struct str connection, line;
    bool http10 = false;
    int status;

    status = parse_line(next_line(&head), request, &http10, ret_why);
    while (!status && (line = next_line(&head)).n > 0) {
        *ret_why = "header line";
        status = parse_header(line, request);
    }
    if (!status)
        status = check_host(request, ret_why);
    if (!status)
        status = check_singles(request, ret_why);
    if (!status)
        status = check_framing(request, http10, framing, ret_why);
    if (!status)
        status = check_expect(request, http10, framing, ret_why);
    connection = http_header_get(request, "Connection");
    request->keep_alive = !http10 && !list_has(connection, STR("close"));
    return status;
}
