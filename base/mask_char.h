/*
 * mask_char: how digits are written, and what may stand between them.
 * Internal to base/mask.c and its tests.
 */
#ifndef TOCSIN_BASE_MASK_CHAR_H
#define TOCSIN_BASE_MASK_CHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Digits of one script go together; a figure in a ring numbers a list as often
 * as it hides a number. */
enum mask_script {
    MASK_NONE,
    MASK_ARABIC, /* 1, １, 𝟏, ١ */
    MASK_HAN,    /* 一, 壹, 幺 */
    MASK_RING,   /* ①, ❶, ⑴ */
    MASK_SMALL   /* ¹, ₁ */
};

/* One character at *at of text, which moves behind it; in an address also one
 * that is written as %XX.  Bytes that are no UTF-8 are U+FFFD. */
uint32_t mask_next(struct str text, size_t *at, bool url);
/* The script of c, and '0' … '9' in *ret. */
enum mask_script mask_digit(uint32_t c, char *ret);
/* The last digit of an identity number, however it is typed. */
bool mask_is_x(uint32_t c);
/* Of no width: it parts nothing. */
bool mask_is_invisible(uint32_t c);
/* What people put between the groups of a number. */
bool mask_is_separator(uint32_t c);
/* What separates numbers as often as it does groups. */
bool mask_is_odd_separator(uint32_t c);

#endif
