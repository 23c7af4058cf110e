/*
 * text: invented prose, words and names, the same in every run.
 *
 * It reads as nothing, but has what costs: three bytes a character, frequent
 * and rare characters, frequent and rare words, names that end alike, marks and
 * line breaks, English, and what authors do to words (full width, references,
 * characters that cannot be seen, traditional forms).
 */
#ifndef TOCSIN_BENCH_TEXT_H
#define TOCSIN_BENCH_TEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "bench.h"

enum {
    TEXT_WORDS = 20000, /* the vocabulary; small numbers are frequent */
    TEXT_SCHOOLS = 30000,
    TEXT_DISTRICTS = 136,
    TEXT_TOPICS = 12,      /* what can happen */
    TEXT_TOPIC_WORDS = 10, /* words of each */
    TEXT_ENGLISH = 40000
};

/* Append word number (< TEXT_WORDS): two to four characters. */
void text_word(struct buf *out, uint32_t number);
/* Append the name of a district, of a school in one, a word of what happens,
 * an English word (Latin letters). */
void text_district(struct buf *out, uint32_t number);
void text_school(struct buf *out, uint32_t number);
void text_event(struct buf *out, uint32_t topic, uint32_t number);
void text_english(struct buf *out, uint32_t number);
/* What happens at a school more often than elsewhere. */
uint32_t text_topic_of(uint32_t school);
/* Append prose of about chars characters. */
void text_prose(struct buf *out, struct bench_chance *chance, uint32_t chars);
/* Append the title or the text of an item as newspapers have it: mostly
 * Chinese, schools and what happens there now and then. */
void text_item(struct buf *out, struct bench_chance *chance, uint32_t chars);

#endif
