/*
 * text: invented Chinese prose and words, the same in every run.
 *
 * It reads as nothing, but has what costs: three bytes a character, frequent
 * and rare characters, frequent and rare words, marks and line breaks.
 */
#ifndef TOCSIN_BENCH_TEXT_H
#define TOCSIN_BENCH_TEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "bench.h"

enum { TEXT_WORDS = 20000 }; /* the vocabulary; small numbers are frequent */

/* Append word number (< TEXT_WORDS): two to four characters. */
void text_word(struct buf *out, uint32_t number);
/* Append prose of about chars characters. */
void text_prose(struct buf *out, struct bench_chance *chance, uint32_t chars);

#endif
