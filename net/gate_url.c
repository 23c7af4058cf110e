/*
 * gate: URLs.
 *
 * This is stricter than base/url.h on purpose: two parsers that disagree about
 * one URL are how private addresses are reached, so whatever two parsers could
 * read differently is refused, and what passes is written anew in the one form
 * that leaves nothing to read: lower-case ASCII host or dotted quad, port only
 * where it is not the scheme's, no fragment.
 *
 * A host whose last label is a number is an IPv4 address in the forms that the
 * C library's resolver knows (2130706433, 0x7f.1, 0177.0.0.1), and is written
 * as the dotted quad it means.
 */
#include <idn2.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "base/num.h"
#include "net/gate.h"

/* Names that exist only inside: RFC 6761, 6762, 7686, 8375, 9476, and what
 * clouds and small networks use.  Compared with the end of the host. */
static const char *const inside_names[] = {"localhost", "local", "localdomain",
    "internal", "intranet", "private", "corp", "home", "lan", "home.arpa",
    "onion", "invalid", "test", "alt", NULL};

static const char too_long[] = "the URL is longer than 4096 bytes";

static int
deny(const char **ret_reason, const char *reason)
{
    *ret_reason = reason;
    return E_DENIED;
}

/* The parts of a URL, as views of it. */
struct parts {
    struct str host; /* without brackets */
    struct str port; /* digits, or absent */
    struct str tail; /* path and query */
    bool https, bracketed;
};

static int
split_authority(
    struct str authority, struct parts *parts, const char **ret_reason)
{
    size_t end;

    if (str_find_char(authority, '@') < authority.n)
        return deny(ret_reason, "a user name in a URL is not allowed");
    if (str_starts(authority, STR("["))) {
        parts->bracketed = true;
        end = str_find_char(authority, ']');
        if (end == authority.n)
            return deny(ret_reason, "the host's bracket is not closed");
        parts->host = (struct str){authority.p + 1, end - 1};
        end++;
    } else {
        end = str_find_char(authority, ':');
        parts->host = str_first(authority, end);
    }
    authority = str_from(authority, end);
    parts->port = STR_NONE;
    if (authority.n == 0)
        return 0;
    if (authority.p[0] != ':')
        return deny(ret_reason, "the host is not understood");
    parts->port = str_from(authority, 1);
    return 0;
}

static int
split(struct str url, struct parts *parts, const char **ret_reason)
{
    size_t end = 0;

    if (url.n == 0)
        return deny(ret_reason, "the URL is empty");
    if (url.n > GATE_MAX_URL_BYTES)
        return deny(ret_reason, too_long);
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];

        if (c <= 0x20 || c == 0x7f)
            return deny(ret_reason,
                "white space or a control character in a URL is not allowed");
        if (c == '\\')
            return deny(ret_reason, "a backslash in a URL is not allowed");
    }
    *parts = (struct parts){.https = false};
    if (str_starts_nocase(url, STR("https://"))) {
        parts->https = true;
        url = str_from(url, 8);
    } else if (str_starts_nocase(url, STR("http://"))) {
        url = str_from(url, 7);
    } else {
        return deny(ret_reason, "only http:// and https:// are allowed");
    }
    while (end < url.n && !memchr("/?#", url.p[end], 3))
        end++;
    parts->tail = str_from(url, end);
    parts->tail = str_first(parts->tail, str_find_char(parts->tail, '#'));
    return split_authority(str_first(url, end), parts, ret_reason);
}

static int
read_port(const struct parts *parts, uint16_t *ret, const char **ret_reason)
{
    int64_t port = parts->https ? 443 : 80;

    if (parts->port.n > 0 && num_parse_i64(parts->port, 1, 65535, &port) < 0)
        return deny(ret_reason, "the port is not a number from 1 to 65535");
    *ret = (uint16_t)port;
    return 0;
}

/* --- hosts that are numbers ------------------------------------------------
 */

static int
read_number(struct str part, uint64_t *ret)
{
    uint64_t value = 0;
    int64_t decimal;

    if (part.n >= 2 && part.p[0] == '0' && (part.p[1] | 0x20) == 'x') {
        *ret = 0;
        return part.n == 2 ? 0
                           : num_parse_hex(str_from(part, 2), UINT32_MAX, ret);
    }
    if (part.n < 2 || part.p[0] != '0') {
        if (num_parse_i64(part, 0, UINT32_MAX, &decimal) < 0)
            return E_PARSE;
        *ret = (uint64_t)decimal;
        return 0;
    }
    for (size_t i = 0; i < part.n; i++) {
        if (part.p[i] < '0' || part.p[i] > '7')
            return E_PARSE;
        value = value * 8 + (uint64_t)(part.p[i] - '0');
        if (value > UINT32_MAX)
            return E_PARSE;
    }
    *ret = value;
    return 0;
}

static bool
is_number(struct str label)
{
    uint64_t value;

    if (label.n == 0)
        return false;
    for (size_t i = 0; i < label.n; i++) {
        if (label.p[i] < '0' || label.p[i] > '9')
            return read_number(label, &value) == 0;
    }
    return true; /* also 08 and 4294967296, which are then refused */
}

static struct str
last_label(struct str host)
{
    size_t at = host.n;

    while (at > 0 && host.p[at - 1] != '.')
        at--;
    return str_from(host, at);
}

/* The IPv4 address that host means, in the forms of inet_aton(3). */
static int
read_v4(struct str host, uint32_t *ret)
{
    uint64_t parts[4];
    size_t n = 0;
    uint64_t value;

    while (host.p) {
        if (n == 4 || read_number(str_split(&host, '.'), &parts[n]) < 0)
            return E_PARSE;
        n++;
    }
    if (n == 0)
        return E_PARSE;
    value = parts[n - 1];
    if (value >> (8 * (5 - n)))
        return E_PARSE;
    for (size_t i = 0; i + 1 < n; i++) {
        if (parts[i] > 255)
            return E_PARSE;
        value |= parts[i] << (8 * (3 - i));
    }
    *ret = (uint32_t)value;
    return 0;
}

/* --- hosts that are names --------------------------------------------------
 */

/* Decode and encode each A-label; what does not come back the same could be
 * read as two names. */
static int
check_a_labels(struct str host)
{
    while (host.p) {
        struct str label = str_split(&host, '.');
        char text[GATE_MAX_LABEL_BYTES + 1];
        char *unicode = NULL;
        char *again = NULL;
        bool same = false;

        if (!str_starts(label, STR("xn--")))
            continue;
        memcpy(text, label.p, label.n);
        text[label.n] = '\0';
        if (idn2_to_unicode_8z8z(text, &unicode, 0) == IDN2_OK &&
            idn2_to_ascii_8z(unicode, &again,
                IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
            same = strcmp(text, again) == 0;
        idn2_free(unicode);
        idn2_free(again);
        if (!same)
            return E_PARSE;
    }
    return 0;
}

static int
check_name(struct str host, const char **ret_reason)
{
    struct str rest = host;

    if (host.n > GATE_MAX_HOST_BYTES)
        return deny(ret_reason, "the host is longer than 253 bytes");
    while (rest.p) {
        struct str label = str_split(&rest, '.');

        if (label.n == 0 || label.n > GATE_MAX_LABEL_BYTES)
            return deny(ret_reason, "a part of the host is empty or too long");
        for (size_t i = 0; i < label.n; i++) {
            char c = label.p[i];

            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
                c != '_')
                return deny(
                    ret_reason, "the host has a character no name can have");
        }
        if (label.p[0] == '-' || label.p[label.n - 1] == '-')
            return deny(ret_reason, "a part of the host begins or ends in -");
    }
    if (check_a_labels(host) < 0)
        return deny(ret_reason, "the host has an invalid xn-- part");
    return 0;
}

static bool
is_inside(struct str host)
{
    if (str_find_char(host, '.') == host.n)
        return true;
    for (size_t i = 0; inside_names[i]; i++) {
        struct str name = str_of(inside_names[i]);

        if (str_ends(host, name) && host.p[host.n - name.n - 1] == '.')
            return true;
    }
    return false;
}

/* --- putting it together ---------------------------------------------------
 */

/* Lower-case ASCII of a host that may be written in any script. */
static int
ascii_host(struct arena *arena, struct str host, bool *ret_foreign,
    struct str *ret, const char **ret_reason)
{
    char *text = arena_cstr(arena, host);
    char *ascii = NULL;

    *ret_foreign = false;
    if (!text)
        return E_NOMEM;
    for (size_t i = 0; i < host.n; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] | 0x20);
        if ((unsigned char)text[i] >= 0x80)
            *ret_foreign = true;
    }
    if (*ret_foreign) {
        if (host.n > 4 * GATE_MAX_HOST_BYTES ||
            idn2_to_ascii_8z(
                text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
            return deny(ret_reason, "the host is no valid international name");
        text = arena_cstr(arena, str_of(ascii));
        idn2_free(ascii);
        if (!text)
            return E_NOMEM;
    }
    *ret = str_of(text);
    return 0;
}

static int
judge_literal(const struct gate_policy *policy, struct arena *arena,
    const char *text, struct gate_target *target, const char **ret_reason)
{
    struct sockaddr_storage addr;
    socklen_t len;
    char normal[INET6_ADDRSTRLEN];

    if (gate_sockaddr(text, target->port, &addr, &len) < 0)
        return deny(ret_reason, "the host is no address");
    if (gate_address(policy, (struct sockaddr *)&addr, len, ret_reason) < 0)
        return E_DENIED;
    if (addr.ss_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, &addr, sizeof(in));
        inet_ntop(AF_INET, &in.sin_addr, normal, sizeof(normal));
    } else {
        struct sockaddr_in6 in6;

        memcpy(&in6, &addr, sizeof(in6));
        inet_ntop(AF_INET6, &in6.sin6_addr, normal, sizeof(normal));
    }
    target->literal = true;
    target->host = arena_str(arena, str_of(normal));
    return target->host.p ? 0 : E_NOMEM;
}

static int
judge_v4(const struct gate_policy *policy, struct arena *arena, struct str host,
    bool foreign, struct gate_target *target, const char **ret_reason)
{
    struct in_addr in;
    char text[INET_ADDRSTRLEN];
    uint32_t value;

    if (foreign)
        return deny(ret_reason, "an address in other digits is not allowed");
    if (read_v4(host, &value) < 0)
        return deny(ret_reason, "the host is neither an address nor a name");
    in.s_addr = htonl(value);
    inet_ntop(AF_INET, &in, text, sizeof(text));
    return judge_literal(policy, arena, text, target, ret_reason);
}

static int
judge_host(const struct gate_policy *policy, struct arena *arena,
    const struct parts *parts, struct gate_target *target,
    const char **ret_reason)
{
    struct str host = parts->host;
    bool foreign;
    int err;

    if (host.n == 0)
        return deny(ret_reason, "the URL has no host");
    if (str_find_char(host, '%') < host.n)
        return deny(ret_reason,
            "a percent sign in the host (escape or zone) is not allowed");
    if (parts->bracketed) {
        char text[INET6_ADDRSTRLEN];

        if (host.n >= sizeof(text) || str_find_char(host, ':') == host.n)
            return deny(ret_reason, "the brackets hold no IPv6 address");
        memcpy(text, host.p, host.n);
        text[host.n] = '\0';
        return judge_literal(policy, arena, text, target, ret_reason);
    }
    err = ascii_host(arena, host, &foreign, &host, ret_reason);
    if (err < 0)
        return err;
    if (str_ends(host, STR(".")))
        host.n--;
    if (is_number(last_label(host)))
        return judge_v4(policy, arena, host, foreign, target, ret_reason);
    err = check_name(host, ret_reason);
    if (err < 0)
        return err;
    target->host = host;
    target->inside = is_inside(host);
    if (target->inside && policy->nallow == 0)
        return deny(ret_reason, "this name exists only inside a network");
    if (target->inside && policy->proxy.n)
        return deny(ret_reason,
            "what this name means inside cannot be judged through a proxy");
    if (!gate_port_is_open(policy, target->port))
        return deny(ret_reason, "port is not allowed");
    return 0;
}

/* Bytes that no client should have to guess about become percent escapes. */
static void
add_tail(struct buf *out, struct str tail)
{
    static const char hex[] = "0123456789ABCDEF";

    if (tail.n == 0 || tail.p[0] != '/')
        buf_add_char(out, '/');
    for (size_t i = 0; i < tail.n; i++) {
        unsigned char c = (unsigned char)tail.p[i];

        if (c < 0x80 && !strchr("\"<>^`{|}", c)) {
            buf_add_char(out, (char)c);
        } else {
            buf_add_char(out, '%');
            buf_add_char(out, hex[c >> 4]);
            buf_add_char(out, hex[c & 15]);
        }
    }
}

static int
write_url(struct arena *arena, struct str tail, struct gate_target *target,
    const char **ret_reason)
{
    struct buf out;
    int err;
    bool colon = str_find_char(target->host, ':') < target->host.n;

    buf_init(&out, GATE_MAX_URL_BYTES);
    buf_add_cstr(&out, target->https ? "https://" : "http://");
    buf_add_cstr(&out, colon ? "[" : "");
    buf_add_str(&out, target->host);
    buf_add_cstr(&out, colon ? "]" : "");
    if (target->port != (target->https ? 443 : 80))
        buf_printf(&out, ":%u", (unsigned)target->port);
    add_tail(&out, tail);
    err = out.err;
    if (err == E_LIMIT)
        err = deny(ret_reason, too_long);
    else if (!err)
        target->url = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return err || target->url.p ? err : E_NOMEM;
}

int
gate_target(const struct gate_policy *policy, struct arena *arena,
    struct str url, struct gate_target *ret, const char **ret_reason)
{
    struct gate_target target = {.url = STR_NONE};
    struct parts parts;
    int err = split(url, &parts, ret_reason);

    if (err < 0)
        return err;
    if (policy->https_only && !parts.https)
        return deny(ret_reason, "only https:// is allowed here");
    target.https = parts.https;
    err = read_port(&parts, &target.port, ret_reason);
    if (!err)
        err = judge_host(policy, arena, &parts, &target, ret_reason);
    if (!err)
        err = write_url(arena, parts.tail, &target, ret_reason);
    if (err == E_NOMEM)
        *ret_reason = err_text(E_NOMEM);
    if (!err)
        *ret = target;
    return err;
}

int
gate_url(const struct gate_policy *policy, struct arena *arena, struct str url,
    struct str *ret_url, const char **ret_reason)
{
    struct gate_target target;
    int err = gate_target(policy, arena, url, &target, ret_reason);

    if (!err)
        *ret_url = target.url;
    return err;
}
