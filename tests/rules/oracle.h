/*
 * oracle: a second matcher, slow and obvious, to compare the real one with.
 *
 * It knows nothing of images, scans, triggers and windows: it folds with a
 * small table of its own, looks for every term at every place, runs PCRE2 over
 * everything, and works on code points.  It covers the characters of
 * oracle_alphabet only.
 */
#ifndef TESTS_RULES_ORACLE_H
#define TESTS_RULES_ORACLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORACLE_MAX_TEXT = 4096,
    ORACLE_MAX_SPANS = 8192,
    ORACLE_MAX_PATTERN = 8192 /* UTF-16 units of an expression */
};

struct oracle_span {
    int field; /* 0 title, 1 text */
    unsigned start, end;
};

struct oracle_result {
    bool holds;
    bool limited; /* a pattern took too many steps: nothing is known */
    struct oracle_span span[ORACLE_MAX_SPANS];
    size_t nspans; /* sorted, each once */
};

/* A character of texts, what it folds to ("" is nothing). */
struct oracle_char {
    const char *text;
    const char *folded;
    char kind; /* h Han, w word, s separator, ' ' space, n newline, . other */
};
extern const struct oracle_char oracle_alphabet[];
extern const size_t oracle_alphabet_size;

/* Evaluate rule number of rules (the JSON that is written as the rule file,
 * {"lists": …, "rules": […]}) on an item. */
void oracle_match(const json_t *file, size_t rule, const char *title,
    const char *text, struct oracle_result *ret);

#endif
