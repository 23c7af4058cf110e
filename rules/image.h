/*
 * image: how a compiled rule set lies in memory.
 *
 * One block without pointers: a header, then sections, each an array of one of
 * the records below, found by offset.  It can be written by one process and
 * mapped by others.  Whoever opens it checks header, bounds and every index
 * once (image_check); after that the matcher trusts it.  Internal to rules/.
 *
 * Conditions are nodes; the children of a node are a run in SEC_KIDS: terms, or
 * nodes.  A node
 * may have several parents (a list that many rules use is there once).
 */
#ifndef TOCSIN_RULES_IMAGE_H
#define TOCSIN_RULES_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/level.h"
#include "base/str.h"

enum {
    IMAGE_FORMAT = 3, /* raise it with every change of what is below */
    IMAGE_ALIGN = 16,
    IMAGE_MAX_DEPTH = 160, /* of nodes, rules in rules included */
    IMAGE_MAX_BYTES = 1 << 30
};

enum image_section {
    SEC_CHARS,      /* char: all texts */
    SEC_UNITS,      /* uint16_t: terms and patterns */
    SEC_TERMS,      /* struct image_term */
    SEC_REGEXES,    /* struct image_regex */
    SEC_NODES,      /* struct image_node */
    SEC_KIDS,       /* uint32_t: node numbers, or KID_TERM + term numbers */
    SEC_RULES,      /* struct image_rule */
    SEC_CATEGORIES, /* struct image_category */
    SEC_SOURCES,    /* struct image_sources */
    SEC_TEXTS,      /* struct image_text: tags of sources */
    SEC_CLAUSES,    /* struct image_run into SEC_NEEDED */
    SEC_NEEDED,     /* uint32_t: term numbers */
    SEC_TRIGGERS,   /* struct image_trigger, by term */
    SEC_GATES,      /* uint32_t: term numbers */
    SEC_ALWAYS,     /* uint32_t: rules without a trigger */
    SEC_TRIES,      /* struct image_try, by rule */
    SEC_SCAN,       /* struct image_scan: SCAN_KINDS for each view */
    SEC_BITS,       /* uint64_t: bitmaps of the scans */
    SEC_RANKS,      /* uint32_t: first candidate of each word of a bitmap, and
                     * the end of the last */
    SEC_CANDIDATES, /* struct image_candidate */
    SEC_COUNT
};

struct image_run {
    uint32_t first, n;
};

/* A rule that a term wakes, and something else that it needs: when n is not 0,
 * one of n terms from SEC_GATES, from gate on; otherwise the node gate, or
 * nothing (KID_NONE). */
struct image_trigger {
    uint32_t rule, gate;
    uint16_t n, fields;
};

/* What deciding whether a rule holds reads first.  plain: it asks nothing of
 * the source or of the time. */
struct image_try {
    uint32_t root;
    uint16_t fields, plain;
};

struct image_text {
    uint32_t at, n; /* in SEC_CHARS */
};

struct image_header {
    char magic[8]; /* "tocsinR\n" */
    uint32_t format, fold_version;
    uint64_t size, checksum; /* of all that follows this field */
    struct {
        uint32_t offset, count;
    } section[SEC_COUNT];
    int32_t level[LEVEL_COUNT];
    int32_t others_percent;
    uint32_t longest_term; /* units, of the folded view */
};

/* What a term is looked for in. */
enum image_view { VIEW_FOLDED, VIEW_RAW, VIEW_COUNT };

enum {
    TERM_BOUND_LEFT = 1,  /* no letter or digit may stand before it */
    TERM_BOUND_RIGHT = 2, /* nor behind it */
    TERM_NEEDED = 4,      /* only tells which regexes can match */
    TERM_FURNITURE = 8    /* begins what is not part of the publication */
};

struct image_term {
    uint32_t unit; /* first in SEC_UNITS */
    uint16_t n, flags;
    uint32_t view;
    struct image_run triggers;
};

struct image_regex {
    uint32_t unit, n;
    uint32_t options; /* PCRE2's */
    uint32_t view;
    uint32_t max_width;
    struct image_run clauses; /* SEC_CLAUSES: each needs one of its terms */
};

enum node_type {
    NODE_REGEX,  /* arg: regex */
    NODE_RULE,   /* arg: rule */
    NODE_SOURCE, /* arg: sources */
    NODE_ALL,
    NODE_ANY,
    NODE_NONE,
    NODE_AT_LEAST, /* arg: how many */
    NODE_NEAR      /* arg: units apart, + NEAR_ORDERED */
};
#define NEAR_ORDERED 0x80000000u
#define KID_TERM 0x80000000u
#define KID_NONE UINT32_MAX

struct image_node {
    uint32_t type, arg;
    struct image_run kids; /* SEC_KIDS */
};

enum { IMAGE_RULE_RAW = 1, IMAGE_RULE_SHADOW = 2 };

struct image_rule {
    struct image_text id, title;
    uint32_t category;
    int32_t points[2];
    uint32_t version, root, fields, flags;
    uint32_t sources; /* SEC_SOURCES */
    struct image_text context;
    uint32_t status;            /* enum rule_status */
    uint32_t floor, ceiling;    /* enum level; LEVEL_COUNT: no ceiling */
    int64_t half_life_ms;       /* of its points by age; 0: they stay */
    int64_t since_ms, until_ms; /* holds in [since, until) */
    uint32_t wishes;            /* bits of enum rule_wish */
};

/* Runs of SEC_TEXTS; one that is empty asks nothing. */
struct image_sources {
    struct image_run tags, not_tags, kinds;
};

struct image_category {
    struct image_text name, title;
    int32_t cap;
    uint32_t modifier; /* 1: no kind of event, but changes the weight of one */
};

/* What terms are filed under: two units, four of ASCII, or a word of ASCII.  See
 * scan.h. */
enum scan_kind { SCAN_PAIRS, SCAN_ASCII, SCAN_WORDS, SCAN_KINDS };

/* The hash of one scan: see scan.c. */
struct image_scan {
    struct image_run bits; /* of uint64_t */
    struct image_run ranks;
    struct image_run single_bits; /* terms of one unit; empty without them */
    uint32_t bit_shift;
    uint32_t has_ascii; /* 0: no key is of two units of ASCII */
};

/* A term filed under key; in the order of the keys' bits. */
struct image_candidate {
    uint64_t around; /* of a pair: the unit before it, two unused, that behind */
    uint32_t key, term;
    uint32_t unit; /* first of the term in SEC_UNITS */
    uint8_t n, anchor; /* units of the term; before the key */
    uint8_t mask;      /* which units of around count */
    uint8_t whole;     /* key and around are all of it */
};

struct image {
    const struct image_header *header;
    const char *base;
};

#define IMAGE_ARRAY(image, type, section_)                                     \
    ((const type *)(const void *)((image)->base +                              \
                                  (image)->header->section[section_].offset))
#define IMAGE_COUNT(image, section_) ((image)->header->section[section_].count)

static inline struct str
image_str(const struct image *image, struct image_text t)
{
    return (struct str){IMAGE_ARRAY(image, char, SEC_CHARS) + t.at, t.n};
}

/* Bytes of one record of section. */
size_t image_record_size(enum image_section section);
/* What the checksum of an image of n bytes has to be. */
uint64_t image_checksum(const void *image, size_t n);
/* Check all of bytes and fill *ret with a view of it.  0 or E_CORRUPT. */
int image_check(struct str bytes, struct image *ret);

#endif
