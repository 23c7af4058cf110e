/*
 * totp: the second factor (RFC 6238: SHA-1, 30 s, 6 digits), its recovery
 * codes, and the picture by which a telephone learns it.
 *
 * Codes are made by liboath, pictures by libqrencode; both only compute.
 */
#ifndef TOCSIN_CONSOLE_TOTP_H
#define TOCSIN_CONSOLE_TOTP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

enum {
    TOTP_SECRET_SIZE = 20, /* bytes */
    TOTP_TEXT_SIZE = 33,   /* of a secret in base32, and NUL */
    TOTP_STEP_MS = 30 * 1000,
    TOTP_WINDOW = 1, /* steps that a clock may be wrong by */
    TOTP_DIGITS = 6,
    TOTP_CODES = 10,    /* recovery codes of a user */
    TOTP_CODE_SIZE = 20 /* "xxxx-xxxx-xxxx-xxxx" and NUL: 79 bits */
};

/* A new secret, as people type it. */
void totp_secret_new(char ret[TOTP_TEXT_SIZE]);
/* Its bytes, of a text with any spaces in it.  0 or E_PARSE. */
int totp_secret_parse(struct str text, uint8_t ret[TOTP_SECRET_SIZE]);
/* Whether code is right at now, for a step after used; *ret_step is then that
 * step.  Takes as long for a wrong one. */
bool totp_check(struct str secret, struct str code, int64_t used,
    struct wall now, int64_t *ret_step);
/* The code of a step (for tests). */
int totp_code(struct str secret, int64_t step, char ret[TOTP_DIGITS + 1]);
/* "otpauth://totp/…" of a secret in base32. */
struct str totp_uri(struct arena *arena, struct str secret, struct str user);

/* A new recovery code and its hash. */
void totp_recovery_new(char ret[TOTP_CODE_SIZE], uint8_t hash[32]);
/* The hash of one as typed: case, spaces and hyphens do not matter.  E_PARSE
 * when it cannot be one. */
int totp_recovery_hash(struct str text, uint8_t hash[32]);

/* The QR code of text: its width in modules, and the path of an SVG element
 * that fills the dark ones (letters M, h, v, z and numbers alone). */
int qr_path(
    struct arena *arena, struct str text, int *ret_width, struct str *ret_path);

#endif
