/*
 * mask: phone numbers and identity numbers are not passed on.
 *
 * A mobile number keeps three digits in front and four behind, an identity
 * number (18 characters, or 15 of the old kind) six and four; the rest is "*".
 * Full-width digits count as digits.  A longer run of digits is neither and
 * stays.
 */
#ifndef TOCSIN_NOTIFY_MASK_H
#define TOCSIN_NOTIFY_MASK_H

#include "base/buf.h"
#include "base/str.h"

/* Append text with such numbers masked; invalid UTF-8 is repaired. */
int mask_text(struct buf *out, struct str text);

#endif
