/*
 * gate: the one judgement over every outgoing request (CONTRACTS §5).
 *
 * A URL is judged before anything is done with it (net/gate_url.c), and the
 * address is judged when it is connected to, for every redirect and every
 * retry (net/gate.c, with the RFC of each refused range).  An IPv4 address
 * inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) is
 * taken out and judged as itself.
 *
 * It opens nothing, resolves nothing and reads no file.
 */
#ifndef TOCSIN_NET_GATE_H
#define TOCSIN_NET_GATE_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    GATE_MAX_ALLOW = 64,
    GATE_MAX_DENY = 8,
    GATE_MAX_PORTS = 16,    /* that a configuration may add */
    GATE_SHIPPED_PORTS = 1, /* that gate_policy_init adds */
    GATE_MAX_URL_BYTES = 4096,
    GATE_MAX_HOST_BYTES = 253,
    GATE_MAX_LABEL_BYTES = 63,
    GATE_MIN_ALLOW_BITS = 8 /* a shorter prefix is a mistake */
};

/* One opened range: "10.1.0.0/16", "10.1.2.3:8080", "[fd00::]/8:443". */
struct gate_allow {
    uint8_t addr[16]; /* v4 in mapped form */
    unsigned bits;    /* of the 128 */
    uint16_t port;    /* 0 is any port */
};
/* Read one range.  0, or E_CONF with *reterr (may be NULL) saying what would be
 * right. */
int gate_allow_parse(
    struct str text, struct toc_error *reterr, struct gate_allow *ret);

struct gate_policy {
    struct gate_allow allow[GATE_MAX_ALLOW];
    size_t nallow;
    /* Never, whatever allow says: the console's own listener. */
    struct gate_allow deny[GATE_MAX_DENY];
    size_t ndeny;
    uint16_t ports[GATE_SHIPPED_PORTS + GATE_MAX_PORTS]; /* besides 80, 443 */
    size_t nports;
    bool https_only; /* webhooks, unless configured otherwise */
    /* Everything goes through this one (gate_proxy_parse), lent; absent:
     * connect directly.  Only its own address is seen then: the URL is judged
     * as ever, what its name means is the proxy's to judge. */
    struct str proxy;
    uint16_t proxy_port;
};
/* Public addresses; http and https; ports 80, 443 and the shipped default of
 * the configuration's `ports`, which is 8080 (many school sites use it). */
void gate_policy_init(struct gate_policy *policy);

/* A URL that passed. */
struct gate_target {
    struct str url;  /* normal form, plain ASCII, without fragment */
    struct str host; /* lower case A-labels, or an address without brackets */
    uint16_t port;
    bool https;
    bool literal; /* host is an address, and has been judged */
    bool inside;  /* host is a name that only exists inside (localhost,
                   * *.internal, a single label): only addresses of an allow
                   * range will do, gate_address_inside */
};
/* Judge a URL by itself: scheme, form, host, port.  0, or E_DENIED with a
 * static sentence in *ret_reason, or E_NOMEM (the same).  The target's texts
 * live in arena. */
int gate_target(const struct gate_policy *policy, struct arena *arena,
    struct str url, struct gate_target *ret, const char **ret_reason);
/* The same, when only the normal form is wanted. */
int gate_url(const struct gate_policy *policy, struct arena *arena,
    struct str url, struct str *ret_url, const char **ret_reason);
/* Judge an address about to be connected to, its port included.  0 or E_DENIED
 * as above. */
int gate_address(const struct gate_policy *policy, const struct sockaddr *addr,
    socklen_t len, const char **ret_reason);
/* The same when only a range of policy->allow will do. */
int gate_address_inside(const struct gate_policy *policy,
    const struct sockaddr *addr, socklen_t len, const char **ret_reason);
/* Judge an address about to be connected to as the policy's proxy: its port,
 * and that it is not denied. */
int gate_address_proxy(const struct gate_policy *policy,
    const struct sockaddr *addr, socklen_t len, const char **ret_reason);
/* Judge a proxy as it is configured: "http://HOST:PORT" or
 * "socks5h://HOST:PORT", and nothing more.  0, or E_CONF with *reterr (may be
 * NULL). */
int gate_proxy_parse(
    struct str text, struct toc_error *reterr, uint16_t *ret_port);
/* Make a socket address of an address in text (no name, no brackets, no zone).
 * 0 or E_PARSE. */
int gate_sockaddr(const char *text, uint16_t port, struct sockaddr_storage *ret,
    socklen_t *ret_len);
/* Whether port is 80, 443, one of policy->ports, or opened by an allow range.
 */
bool gate_port_is_open(const struct gate_policy *policy, uint16_t port);

#endif
