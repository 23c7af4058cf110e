/*
 * hmac: a message authentication code by the name of its digest.
 */
#ifndef TOCSIN_BASE_HMAC_H
#define TOCSIN_BASE_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { HMAC_MAX_SIZE = 64 };

/* The HMAC (RFC 2104) of message under key with the digest called sha1, sha256,
 * sha384 or sha512 (in any case).  0, or E_NOTFOUND for another name. */
int hmac_by_name(struct str name, struct str key, struct str message,
    uint8_t ret[HMAC_MAX_SIZE], size_t *ret_n);

#endif
