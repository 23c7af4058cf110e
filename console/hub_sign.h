/*
 * hub_sign: whether a hub's signature is right (W3C WebSub 1.0, section 7.1:
 * X-Hub-Signature: METHOD=HEX, an HMAC over the body).
 */
#ifndef TOCSIN_CONSOLE_HUB_SIGN_H
#define TOCSIN_CONSOLE_HUB_SIGN_H

#include <stdbool.h>

#include "base/str.h"

/* Methods sha1, sha256, sha384 and sha512 (an HMAC needs no more of SHA-1 than
 * it still has).  Compared in constant time; anything else is false. */
bool hub_sign_holds(struct str header, struct str secret, struct str body);

#endif
