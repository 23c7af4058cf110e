/*
 * digest: SHA-256, HMAC-SHA-256, base64 and hex, through libsodium.
 */
#ifndef TOCSIN_BASE_DIGEST_H
#define TOCSIN_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 65 };

/* Must be called once per process before the others: initialises libsodium.
 * 0 or E_BUG. */
int digest_init(void);
void digest_sha256(struct str bytes, uint8_t ret[DIGEST_SIZE]);
/* SHA-256 over parts, each preceded by its length, so that ("ab","c") and
 * ("a","bc") differ. */
void digest_parts(
    const struct str *parts, size_t nparts, uint8_t ret[DIGEST_SIZE]);
void digest_hmac_sha256(
    struct str key, struct str message, uint8_t ret[DIGEST_SIZE]);
char *digest_hex(const uint8_t digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE]);
/* Standard base64 with padding. */
int digest_base64(struct buf *out, const void *bytes, size_t n);
/* Decode base64 (standard, padding optional) into out.  0 or E_PARSE. */
int digest_unbase64(struct buf *out, struct str text);
/* Fill with random bytes of the system. */
void digest_random(void *bytes, size_t n);
/* Compare in constant time. */
bool digest_equal(const void *a, const void *b, size_t n);

#endif
