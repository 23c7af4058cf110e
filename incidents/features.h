/*
 * features: what grouping sees of a text: numbers, never the text.
 *
 * Made in the parse role from folded text, sent to the engine, kept with the
 * item: pairs of adjacent Han characters, Latin words, numbers with what they
 * count, names of schools and places, topics (incidents/topics.h), each hashed
 * to 32 bits with a count.  The encoded form is bounded and checked when it is
 * opened.
 */
#ifndef TOCSIN_INCIDENTS_FEATURES_H
#define TOCSIN_INCIDENTS_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
    FEATURES_MAX = 512, /* the first ones; titles come first */
    FEATURES_MAX_BYTES = 8192,
    FEATURE_MAX_COUNT = 63
};

/* The kind is in the lowest bits of the hash. */
enum feature_kind {
    FEATURE_PAIR,   /* two adjacent Han characters */
    FEATURE_WORD,   /* a Latin word, without its plural */
    FEATURE_NUMBER, /* a number and the character behind it */
    FEATURE_NAME,   /* the telling pair of a school's or place's name */
    FEATURE_TOPIC,  /* a kind of event that it talks about */
    FEATURE_AREA    /* the telling pair of a county's, city's or district's */
};
enum { FEATURE_KIND_MASK = 7 };

struct feature {
    uint32_t hash;
    uint8_t count; /* 1 to FEATURE_MAX_COUNT */
    bool title;    /* occurs in the title */
};

/* Opened features of one item. */
struct features {
    uint32_t title; /* hash of the whole title's letters, 0 when too short */
    size_t n;
    struct feature list[FEATURES_MAX];
};

/* Encode the features of an item from folded UTF-16 units into out, at most
 * FEATURES_MAX_BYTES.  0 or the error of out. */
int features_make(const uint16_t *title, size_t ntitle, const uint16_t *text,
    size_t ntext, struct buf *out);
/* Open the encoded form; nothing is an item without features.  E_CORRUPT. */
int features_open(struct str bytes, struct features *ret);

/* The hash of a pair of units as that kind. */
uint32_t feature_pair(uint16_t a, uint16_t b, enum feature_kind kind);
static inline enum feature_kind
feature_kind(uint32_t hash)
{
    return (enum feature_kind)(hash & FEATURE_KIND_MASK);
}
/* The same pair as another kind. */
static inline uint32_t
feature_as(uint32_t hash, enum feature_kind kind)
{
    return (hash & ~(uint32_t)FEATURE_KIND_MASK) | (uint32_t)kind;
}

#endif
