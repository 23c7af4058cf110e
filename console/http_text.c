/*
 * http_text: escapes, paths, queries, forms and cookies of requests.
 */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "console/http.h"

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int
http_unescape(struct arena *arena, struct str s, bool form, struct str *ret)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;

    if (!out)
        return E_NOMEM;
    for (size_t i = 0; i < s.n; i++) {
        int high, low;

        if (s.p[i] != '%') {
            out[n++] = form && s.p[i] == '+' ? ' ' : s.p[i];
            continue;
        }
        if (s.n - i < 3)
            return E_PARSE;
        high = hex_value(s.p[i + 1]);
        low = hex_value(s.p[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return E_PARSE;
        out[n++] = (char)(high * 16 + low);
        i += 2;
    }
    if (memchr(out, '\0', n) || !utf8_is_valid((struct str){out, n}))
        return E_PARSE;
    *ret = (struct str){out, n};
    return 0;
}

/* An escaped slash or backslash would make one segment of two. */
static bool
path_hides_slash(struct str path)
{
    for (size_t i = 0; i + 2 < path.n; i++)
        if (path.p[i] == '%' &&
            ((path.p[i + 1] == '2' && (path.p[i + 2] | 0x20) == 'f') ||
                (path.p[i + 1] == '5' && (path.p[i + 2] | 0x20) == 'c')))
            return true;
    return false;
}

int
http_path(struct arena *arena, struct str path, struct str *ret)
{
    struct str plain, rest, segment;
    int err;

    if (path_hides_slash(path))
        return E_PARSE;
    err = http_unescape(arena, path, false, &plain);
    if (err)
        return err;
    if (plain.n == 0 || plain.p[0] != '/')
        return E_PARSE;
    for (size_t i = 0; i < plain.n; i++)
        if ((unsigned char)plain.p[i] < 0x20 || plain.p[i] == 0x7f ||
            plain.p[i] == '\\' || plain.p[i] == ';')
            return E_PARSE;
    rest = str_from(plain, 1);
    while (rest.n > 0) {
        segment = str_split(&rest, '/');
        if (segment.n == 0 || str_eq(segment, STR(".")) ||
            str_eq(segment, STR("..")))
            return E_PARSE;
    }
    *ret = plain;
    return 0;
}

int
http_params(struct arena *arena, struct str text, struct http_header **ret,
    size_t *ret_n)
{
    struct http_header *list =
        ARENA_ARRAY(arena, HTTP_MAX_PARAMS, struct http_header);
    size_t n = 0;

    if (!list)
        return E_NOMEM;
    while (text.p) {
        struct str pair = str_split(&text, '&');
        size_t eq = str_find_char(pair, '=');
        int err;

        if (pair.n == 0)
            continue;
        if (n == HTTP_MAX_PARAMS)
            return E_LIMIT;
        err = http_unescape(arena, str_first(pair, eq), true, &list[n].name);
        if (!err)
            err = http_unescape(
                arena, str_from(pair, eq + 1), true, &list[n].value);
        if (err)
            return err;
        n++;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

struct str
http_cookie(struct str cookies, struct str name)
{
    struct str found = STR_NONE;

    while (cookies.p) {
        struct str pair = str_trim(str_split(&cookies, ';'));
        size_t eq = str_find_char(pair, '=');

        if (eq == pair.n || !str_eq(str_first(pair, eq), name))
            continue;
        if (found.p)
            return STR_NONE;
        found = str_from(pair, eq + 1);
    }
    return found;
}

void
http_escape(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
            (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
            c == '~') {
            buf_add_char(out, (char)c);
        } else {
            buf_add_char(out, '%');
            buf_add_char(out, digits[c >> 4]);
            buf_add_char(out, digits[c & 15]);
        }
    }
}

const char *
http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{200, "OK"}, {201, "Created"}, {303, "See Other"},
        {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"},
        {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {406, "Not Acceptable"}, {408, "Request Timeout"}, {409, "Conflict"},
        {413, "Content Too Large"}, {414, "URI Too Long"},
        {415, "Unsupported Media Type"}, {417, "Expectation Failed"},
        {421, "Misdirected Request"}, {422, "Unprocessable Content"},
        {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"}, {501, "Not Implemented"},
        {503, "Service Unavailable"}, {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"}};

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}
