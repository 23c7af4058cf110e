/*
 * gate: the one judgement over every outgoing request (CONTRACTS §5).
 *
 * A URL is judged before anything is done with it, and the address is judged
 * when it is connected to, for every redirect and every retry.  The table of
 * refused ranges is in gate.c with the RFC of each.
 */
#ifndef TOCSIN_NET_GATE_H
#define TOCSIN_NET_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* One opened range: "10.1.0.0/16", "10.1.2.3/32:8080", "[fd00::]/8:443". */
struct gate_allow {
    uint8_t addr[16]; /* v4 in mapped form */
    unsigned bits;    /* of the 128 */
    uint16_t port;    /* 0 is any port of the policy */
};
int gate_allow_parse(struct str text, struct toc_error *reterr,
    struct gate_allow *ret);

enum { GATE_MAX_ALLOW = 64, GATE_MAX_PORTS = 16 };
struct gate_policy {
    struct gate_allow allow[GATE_MAX_ALLOW];
    size_t nallow;
    uint16_t ports[GATE_MAX_PORTS]; /* besides 80 and 443 */
    size_t nports;
    bool https_only; /* webhooks, unless configured otherwise */
};
/* Public addresses, ports 80 and 443, http and https. */
void gate_policy_init(struct gate_policy *policy);

/* Judge a URL by itself: scheme, form, host, port.  0, or E_DENIED with a
 * static sentence in *ret_reason. The normal form for the client library is
 * put in *ret_url (arena). */
int gate_url(const struct gate_policy *policy, struct arena *arena,
    struct str url, struct str *ret_url, const char **ret_reason);
/* Judge an address about to be connected to. 0 or E_DENIED as above. */
int gate_address(const struct gate_policy *policy, const struct sockaddr *addr,
    socklen_t len, const char **ret_reason);

#endif
