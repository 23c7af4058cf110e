/*
 * mask: numbers of persons are not kept and not passed on.
 *
 * In one pass, linear in the text, each code point stays one code point, so
 * that spans into the text stay right:
 *
 *   mobile numbers        138****5678, also with 86, in groups of digits, full
 *                         width, or written in Chinese digits
 *   identity numbers      110101********7758 (18, by checksum and date; 15, by
 *                         date); behind "身份证" whatever the checksum
 *   bank cards            622202*********1234, by prefix and Luhn's sum;
 *                         behind "卡号" and the like any 12 to 19 digits
 *   numbers by their word QQ, WeChat, student, examinee and passport numbers
 *   private mailboxes     z*******@qq.com
 *
 * What only looks like one stays: hotlines and land lines, amounts, dates,
 * document, order and credit numbers, digits within a code of letters.
 */
#ifndef TOCSIN_BASE_MASK_H
#define TOCSIN_BASE_MASK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
    MASK_JSON_MAX_DEPTH = 16,
    MASK_AROUND_BYTES = 160 /* a number in groups, and the word before it */
};

/* Append text with such numbers masked; invalid UTF-8 is repaired. */
int mask_text(struct buf *out, struct str text);
/* The same for an address: digits between its delimiters, no groups; a "%41"
 * is no digit.  What comes out is an address still. */
int mask_url(struct buf *out, struct str url);
/* text itself when there is nothing to mask, else a masked copy in arena.
 * STR_NONE only of STR_NONE, or when memory ended (arena_failed). */
struct str mask_in(struct arena *arena, struct str text);
struct str mask_url_in(struct arena *arena, struct str url);
/* What stands in text, valid UTF-8, from from, for at most most bytes and of
 * whole code points only; masked as it is there: also a number which the part
 * cuts through, of which what is left looks like none. */
struct str mask_part(
    struct arena *arena, struct str text, size_t from, size_t most);
/* Mask every string within json, to MASK_JSON_MAX_DEPTH; what lies deeper is
 * dropped.  0 or E_NOMEM. */
int mask_json(json_t *json);

#endif
