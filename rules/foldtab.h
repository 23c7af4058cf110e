/*
 * foldtab: the folding table that rules/gen/foldgen.c writes at build time.
 * Only rules/fold.c and the generator include this header.
 */
#ifndef TOCSIN_RULES_FOLDTAB_H
#define TOCSIN_RULES_FOLDTAB_H

#include <stddef.h>
#include <stdint.h>

/* Values of foldtab_unit that are no units: both are noncharacters. */
enum {
    FOLDTAB_DROP = 0xFFFE, /* folds to nothing */
    FOLDTAB_LONG = 0xFFFF  /* folds to several units: look in foldtab_longs */
};

/* Classes of a UTF-16 unit, as bits. */
enum {
    UNIT_HAN = 1,       /* a Han character, or the high half of one */
    UNIT_SEPARATOR = 2, /* what is put between Han characters to hide a word */
    UNIT_WORD = 4,      /* letter or digit of a script that has word bounds */
    UNIT_SPACE = 8,
    UNIT_NEWLINE = 16,
    UNIT_LOW = 32 /* low half of a pair: belongs to the unit before */
};

/* A code point that folds to none, two or more units, or is beyond the BMP and
 * changes; sorted by code point. */
struct foldtab_long {
    uint32_t codepoint;
    uint32_t at; /* first unit in foldtab_pool */
    uint32_t n;
};

extern const uint16_t foldtab_unit[65536];
extern const struct foldtab_long foldtab_longs[];
extern const size_t foldtab_nlongs;
extern const uint16_t foldtab_pool[];
extern const uint8_t foldtab_class[65536];
extern const uint32_t foldtab_version;

#endif
