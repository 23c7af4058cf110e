/*
 * gate: addresses.
 *
 * All work is done on 16 bytes; an IPv4 address is in its mapped form.  First
 * what is embedded is taken out (unwrap), then the list of what is never
 * opened, then the allow ranges, then the table of what is not public.  IPv6
 * is judged the other way round from IPv4: only 2000::/3 is public, less the
 * rows of the table.
 */
#include "net/gate.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/num.h"
#include "base/url.h"

struct range {
    uint8_t addr[16];
    unsigned bits;
    const char *reason;
};

/* clang-format off */
#define V4(a, b, c, d, bits) \
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 96 + (bits)
#define V6(a, b, c, d, bits) \
    {(a) >> 8, (a) & 255, (b) >> 8, (b) & 255, (c) >> 8, (c) & 255, \
     (d) >> 8, (d) & 255}, bits

/* What is not public.  The first row that holds gives the reason. */
static const struct range refused[] = {
    {V4(0, 0, 0, 0, 8),       "\"this network\" (RFC 791 §3.2)"},
    {V4(10, 0, 0, 0, 8),      "private address (RFC 1918)"},
    {V4(100, 64, 0, 0, 10),   "shared address of carriers (RFC 6598)"},
    {V4(127, 0, 0, 0, 8),     "loopback address (RFC 1122 §3.2.1.3)"},
    {V4(169, 254, 0, 0, 16),  "link-local address (RFC 3927)"},
    {V4(172, 16, 0, 0, 12),   "private address (RFC 1918)"},
    {V4(192, 0, 0, 0, 24),    "IETF protocol assignment (RFC 6890 §2.1)"},
    {V4(192, 0, 2, 0, 24),    "documentation address (RFC 5737)"},
    {V4(192, 88, 99, 0, 24),  "6to4 relay anycast (RFC 7526)"},
    {V4(192, 168, 0, 0, 16),  "private address (RFC 1918)"},
    {V4(198, 18, 0, 0, 15),   "benchmark address (RFC 2544)"},
    {V4(198, 51, 100, 0, 24), "documentation address (RFC 5737)"},
    {V4(203, 0, 113, 0, 24),  "documentation address (RFC 5737)"},
    {V4(224, 0, 0, 0, 4),     "multicast address (RFC 5771)"},
    {V4(255, 255, 255, 255, 32), "broadcast address (RFC 919)"},
    {V4(240, 0, 0, 0, 4),     "reserved address (RFC 1112 §4)"},
    {V6(0x2001, 0, 0, 0, 23), "IETF protocol assignment (RFC 2928)"},
    {V6(0x2001, 0x0db8, 0, 0, 32), "documentation address (RFC 3849)"},
    {V6(0x3ffe, 0, 0, 0, 16), "6bone address (RFC 3701)"},
    {V6(0x3fff, 0, 0, 0, 20), "documentation address (RFC 9637)"},
    {V6(0xfc00, 0, 0, 0, 7),  "unique local address (RFC 4193)"},
    {V6(0xfe80, 0, 0, 0, 10), "link-local address (RFC 4291 §2.5.6)"},
    {V6(0xfec0, 0, 0, 0, 10), "site-local address (RFC 3879)"},
    {V6(0xff00, 0, 0, 0, 8),  "multicast address (RFC 4291 §2.7)"},
    {V6(0x0064, 0xff9b, 1, 0, 48), "local NAT64 address (RFC 8215)"},
    {V6(0x0100, 0, 0, 0, 64), "discard-only address (RFC 6666)"},
    {V6(0x5f00, 0, 0, 0, 16), "segment routing SID (RFC 9602)"},
};

/* What an allow range opens only when it lies inside the row: nobody means the
 * metadata service of a cloud when he writes 100.64.0.0/10. */
static const struct range guarded[] = {
    {V4(0, 0, 0, 0, 8),          NULL},
    {V4(100, 100, 100, 200, 32), NULL}, /* metadata */
    {V4(169, 254, 0, 0, 16),     NULL}, /* metadata, link-local */
    {V4(192, 0, 0, 192, 32),     NULL}, /* metadata */
    {V4(224, 0, 0, 0, 3),        NULL},
    {V6(0xfd00, 0x0ec2, 0, 0, 64), NULL}, /* metadata */
    {V6(0xfe80, 0, 0, 0, 10),    NULL},
    {V6(0xff00, 0, 0, 0, 8),     NULL},
};

/* Where an IPv4 address stands inside an IPv6 one. */
static const struct wrap {
    struct range range;
    unsigned at;  /* of its four bytes */
    bool flipped; /* all bits inverted */
} wraps[] = {
    {{V6(0x0064, 0xff9b, 0, 0, 96), "NAT64 (RFC 6052)"}, 12, false},
    {{V6(0x2002, 0, 0, 0, 16), "6to4 (RFC 3056)"}, 2, false},
    {{V6(0x2001, 0, 0, 0, 32), "Teredo server (RFC 4380)"}, 4, false},
    {{V6(0x2001, 0, 0, 0, 32), "Teredo client (RFC 4380)"}, 12, true},
    {{V6(0, 0, 0, 0, 96), "IPv4-compatible (RFC 4291 §2.5.5.1)"}, 12, false},
};

static const struct range global_unicast = {V6(0x2000, 0, 0, 0, 3), NULL};
static const struct range teredo = {V6(0x2001, 0, 0, 0, 32), NULL};
static const struct range mapped = {V4(0, 0, 0, 0, 0), NULL};
static const struct range compatible = {V6(0, 0, 0, 0, 96), NULL};
static const struct range nat64 = {V6(0x0064, 0xff9b, 0, 0, 96), NULL};
/* clang-format on */

static const char not_open[] = "address is not in a range that is allowed";

static bool
bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;

    if (memcmp(a, b, bits / 8) != 0)
        return false;
    if (!rest)
        return true;
    return ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

static bool
in_range(const struct range *range, const uint8_t *addr)
{
    return bits_equal(range->addr, addr, range->bits);
}

static bool
allow_has(const struct gate_allow *allow, const uint8_t *addr, uint16_t port)
{
    return bits_equal(allow->addr, addr, allow->bits) &&
           (!allow->port || allow->port == port);
}

/* The addresses that one address stands for: itself, or what it carries.  At
 * most three (Teredo with an ISATAP interface identifier). */
struct judged {
    uint8_t addr[4][16];
    size_t n;
};

static void
add_v4(struct judged *judged, const uint8_t *four, bool flipped)
{
    uint8_t *to = judged->addr[judged->n++];

    memcpy(to, mapped.addr, 12);
    for (size_t i = 0; i < 4; i++)
        to[12 + i] = flipped ? (uint8_t)~four[i] : four[i];
}

static bool
is_isatap(const uint8_t *addr)
{
    /* RFC 5214 §6.1: 00-00-5E-FE or 02-00-5E-FE, then the IPv4 address. */
    return (addr[8] & 0xfd) == 0 && addr[9] == 0 && addr[10] == 0x5e &&
           addr[11] == 0xfe;
}

/* ::1 and :: look like IPv4-compatible addresses and are not. */
static bool
is_unspecified_or_loopback(const uint8_t *addr)
{
    static const uint8_t zero[15];

    return memcmp(addr, zero, sizeof(zero)) == 0 && addr[15] <= 1;
}

static void
unwrap(const uint8_t *addr, struct judged *ret)
{
    ret->n = 0;
    if (!in_range(&mapped, addr) && !is_unspecified_or_loopback(addr)) {
        for (size_t i = 0; i < sizeof(wraps) / sizeof(*wraps); i++)
            if (in_range(&wraps[i].range, addr))
                add_v4(ret, addr + wraps[i].at, wraps[i].flipped);
    }
    if (ret->n == 0)
        memcpy(ret->addr[ret->n++], addr, 16);
    if (!in_range(&mapped, addr) && is_isatap(addr))
        add_v4(ret, addr + 12, false);
}

static const char *
not_public(const uint8_t *addr)
{
    if (is_unspecified_or_loopback(addr))
        return "loopback or unspecified address (RFC 4291 §2.5)";
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        if (in_range(&refused[i], addr))
            return refused[i].reason;
    if (!in_range(&mapped, addr) && !in_range(&global_unicast, addr))
        return "address outside global unicast (RFC 4291 §2.4)";
    return NULL;
}

/* Whether an allow range opens addr and is narrow enough to mean it. */
static bool
is_allowed(const struct gate_policy *policy, const uint8_t *addr, uint16_t port)
{
    unsigned least = 0;

    for (size_t i = 0; i < sizeof(guarded) / sizeof(*guarded); i++)
        if (in_range(&guarded[i], addr) && guarded[i].bits > least)
            least = guarded[i].bits;
    for (size_t i = 0; i < policy->nallow; i++)
        if (policy->allow[i].bits >= least &&
            allow_has(&policy->allow[i], addr, port))
            return true;
    return false;
}

static bool
port_is_usual(const struct gate_policy *policy, uint16_t port)
{
    if (port == 80 || port == 443)
        return true;
    for (size_t i = 0; i < policy->nports; i++)
        if (policy->ports[i] == port)
            return true;
    return false;
}

bool
gate_port_is_open(const struct gate_policy *policy, uint16_t port)
{
    if (port_is_usual(policy, port))
        return true;
    for (size_t i = 0; i < policy->nallow; i++)
        if (!policy->allow[i].port || policy->allow[i].port == port)
            return port != 0;
    return false;
}

/* NULL when addr (one, unwrapped) may be connected to at port. */
static const char *
judge(const struct gate_policy *policy, const uint8_t *addr, uint16_t port,
    bool inside)
{
    const char *reason;

    for (size_t i = 0; i < policy->ndeny; i++)
        if (allow_has(&policy->deny[i], addr, port))
            return "address of this house's own console";
    if (is_allowed(policy, addr, port))
        return NULL;
    reason = not_public(addr);
    if (reason)
        return reason;
    if (inside)
        return not_open;
    return port_is_usual(policy, port) ? NULL : "port is not allowed";
}

static int
address_bytes(const struct sockaddr *addr, socklen_t len, uint8_t ret[16],
    uint16_t *ret_port)
{
    if (addr->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;

        memcpy(&in, addr, sizeof(in));
        memcpy(ret, mapped.addr, 12);
        memcpy(ret + 12, &in.sin_addr, 4);
        *ret_port = ntohs(in.sin_port);
        return 0;
    }
    if (addr->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in6;

        memcpy(&in6, addr, sizeof(in6));
        memcpy(ret, &in6.sin6_addr, 16);
        *ret_port = ntohs(in6.sin6_port);
        return 0;
    }
    return E_DENIED;
}

static int
judge_all(const struct gate_policy *policy, const struct sockaddr *addr,
    socklen_t len, bool inside, const char **ret_reason)
{
    uint8_t bytes[16];
    uint16_t port;
    struct judged judged;

    if (address_bytes(addr, len, bytes, &port) < 0) {
        *ret_reason = "only IPv4 and IPv6 are allowed";
        return E_DENIED;
    }
    unwrap(bytes, &judged);
    for (size_t i = 0; i < judged.n; i++) {
        const char *reason = judge(policy, judged.addr[i], port, inside);

        if (reason) {
            *ret_reason = reason;
            return E_DENIED;
        }
    }
    return 0;
}

int
gate_address(const struct gate_policy *policy, const struct sockaddr *addr,
    socklen_t len, const char **ret_reason)
{
    return judge_all(policy, addr, len, false, ret_reason);
}

int
gate_address_inside(const struct gate_policy *policy,
    const struct sockaddr *addr, socklen_t len, const char **ret_reason)
{
    return judge_all(policy, addr, len, true, ret_reason);
}

/* --- proxies -------------------------------------------------------------- */

int
gate_address_proxy(const struct gate_policy *policy,
    const struct sockaddr *addr, socklen_t len, const char **ret_reason)
{
    uint8_t bytes[16];
    uint16_t port;

    *ret_reason = "this is not the proxy";
    if (address_bytes(addr, len, bytes, &port) < 0 ||
        port != policy->proxy_port)
        return E_DENIED;
    for (size_t i = 0; i < policy->ndeny; i++) {
        if (allow_has(&policy->deny[i], bytes, port)) {
            *ret_reason = "address of this house's own console";
            return E_DENIED;
        }
    }
    return 0;
}

int
gate_proxy_parse(struct str text, struct toc_error *reterr, uint16_t *ret_port)
{
    struct url url;
    int64_t port = 0;

    if (url_parse(text, &url) < 0 || url.userinfo.p || url.host.n == 0 ||
        url.path.n > 0 || url.query.p || url.fragment.p ||
        num_parse_i64(url.port, 1, 65535, &port) < 0 ||
        (!str_eq_nocase(url.scheme, STR("http")) &&
            !str_eq_nocase(url.scheme, STR("socks5h")))) {
        toc_error_set(reterr, NULL, 0, 0,
            "\"%.*s\" is to be http://HOST:PORT or "
            "socks5h://HOST:PORT, without a user name",
            STR_ARG(str_first(text, 80)));
        return E_CONF;
    }
    *ret_port = (uint16_t)port;
    return 0;
}

int
gate_sockaddr(const char *text, uint16_t port, struct sockaddr_storage *ret,
    socklen_t *ret_len)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(port),
    };

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(ret, &in, sizeof(in));
        *ret_len = sizeof(in);
        return 0;
    }
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
        memcpy(ret, &in6, sizeof(in6));
        *ret_len = sizeof(in6);
        return 0;
    }
    return E_PARSE;
}

void
gate_policy_init(struct gate_policy *policy)
{
    *policy = (struct gate_policy){.ports = {8080}, .nports = 1};
}

/* --- allow ranges in text ------------------------------------------------ */

static const char allow_form[] =
    "a range is written 10.1.0.0/16, 10.1.2.3:8080 or [fd00::]/8:443";

/* Cut "[addr]" or "addr" off the front of *rest. */
static struct str
cut_address(struct str *rest)
{
    struct str addr;
    size_t n = 0;

    if (str_starts(*rest, STR("["))) {
        n = str_find_char(*rest, ']');
        if (n == rest->n)
            return STR_NONE;
        addr = (struct str){rest->p + 1, n - 1};
        *rest = str_from(*rest, n + 1);
        return addr;
    }
    n = str_find_char(*rest, '/');
    /* One colon is a port; more are an IPv6 address without brackets. */
    size_t colon = str_find_char(*rest, ':');
    if (colon < n &&
        str_find_char(str_from(*rest, colon + 1), ':') == rest->n - colon - 1)
        n = colon;
    addr = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return addr;
}

/* Whether addr has nothing but zeros behind its first bits bits. */
static bool
ends_in_zeros(const uint8_t *addr, unsigned bits)
{
    for (unsigned i = bits; i < 128; i++)
        if (addr[i / 8] & (0x80u >> (i % 8)))
            return false;
    return true;
}

static int
allow_address(struct str addr, struct gate_allow *ret, unsigned *ret_width)
{
    char text[INET6_ADDRSTRLEN];

    if (addr.n == 0 || addr.n >= sizeof(text))
        return E_CONF;
    memcpy(text, addr.p, addr.n);
    text[addr.n] = '\0';
    if (inet_pton(AF_INET, text, ret->addr + 12) == 1) {
        memcpy(ret->addr, mapped.addr, 12);
        *ret_width = 32;
        return 0;
    }
    *ret_width = 128;
    return inet_pton(AF_INET6, text, ret->addr) == 1 ? 0 : E_CONF;
}

static int
allow_suffixes(struct str rest, unsigned width, struct gate_allow *ret)
{
    int64_t bits = width;
    int64_t port = 0;

    if (str_starts(rest, STR("/"))) {
        struct str number = str_from(rest, 1);
        size_t n = str_find_char(number, ':');

        if (num_parse_i64(str_first(number, n), 0, width, &bits) < 0)
            return E_CONF;
        rest = str_from(number, n);
    }
    if (str_starts(rest, STR(":"))) {
        if (num_parse_i64(str_from(rest, 1), 1, 65535, &port) < 0)
            return E_CONF;
    } else if (rest.n > 0) {
        return E_CONF;
    }
    ret->bits = (unsigned)bits + (128 - width);
    ret->port = (uint16_t)port;
    return 0;
}

int
gate_allow_parse(
    struct str text, struct toc_error *reterr, struct gate_allow *ret)
{
    struct gate_allow allow = {.bits = 0};
    struct str rest = str_trim(text);
    unsigned width = 0;
    struct str addr = cut_address(&rest);

    if (allow_address(addr, &allow, &width) < 0 ||
        allow_suffixes(rest, width, &allow) < 0) {
        toc_error_set(reterr, NULL, 0, 0,
            "\"%.*s\" is no range of addresses: %s",
            STR_ARG(str_first(text, 80)), allow_form);
        return E_CONF;
    }
    if (allow.bits - (128 - width) < GATE_MIN_ALLOW_BITS) {
        toc_error_set(reterr, NULL, 0, 0,
            "\"%.*s\" opens too much: a prefix has at least %d bits",
            STR_ARG(str_first(text, 80)), GATE_MIN_ALLOW_BITS);
        return E_CONF;
    }
    if (!ends_in_zeros(allow.addr, allow.bits)) {
        toc_error_set(reterr, NULL, 0, 0,
            "\"%.*s\" has bits behind its prefix: name the first address of "
            "the range, or leave the prefix out for one address",
            STR_ARG(str_first(text, 80)));
        return E_CONF;
    }
    if (width == 128 && !bits_equal(allow.addr, mapped.addr, 96) &&
        (bits_equal(allow.addr, compatible.addr, 96) ||
            bits_equal(allow.addr, nat64.addr, 96) ||
            bits_equal(allow.addr, teredo.addr, 32)) &&
        !is_unspecified_or_loopback(allow.addr)) {
        toc_error_set(reterr, NULL, 0, 0,
            "\"%.*s\" carries an IPv4 address: name that one",
            STR_ARG(str_first(text, 80)));
        return E_CONF;
    }
    *ret = allow;
    return 0;
}
