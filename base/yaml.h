/*
 * yaml: a YAML file as a tree of nodes that know where they stand.
 *
 * libyaml reads; this keeps line and column with every node, so that all that
 * is wrong with a file can be said at once, each error at its place (libcyaml
 * stops at the first).  Aliases are refused (no billion laughs), and tags but
 * !!str; duplicate keys are errors; one document per file; bounds below.
 */
#ifndef TOCSIN_BASE_YAML_H
#define TOCSIN_BASE_YAML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    YAML_MAX_BYTES = 16 * 1024 * 1024,
    YAML_MAX_DEPTH = 64,
    YAML_MAX_NODES = 2000000
};

enum yaml_type { YAML_SCALAR, YAML_SEQ, YAML_MAP };

struct ynode {
    enum yaml_type type;
    unsigned line, column; /* of its first character, from 1 */
    bool quoted;           /* scalar in quotes: never a number or boolean */
    struct str text;       /* scalar */
    struct ynode *key;     /* in a map: the key node of this value */
    struct ynode *first;   /* first child of a sequence or map (values) */
    struct ynode *next;    /* next sibling */
    size_t count;          /* children */
};

/* Parse text; file is used in errors only.  The tree lives in arena; *ret is
 * NULL for an empty file.  0, or E_CONF with at least one error added. */
int yaml_parse(struct arena *arena, const char *file, struct str text,
    struct toc_errors *errors, struct ynode **ret);
/* The value of key in map, or NULL. */
struct ynode *yaml_get(const struct ynode *map, const char *key);
/* What the readers call node in an error: its key, or "the entry". */
struct str yaml_label(const struct ynode *node);
/* Whether it is a plain (unquoted) null, ~ or empty scalar. */
bool yaml_is_null(const struct ynode *node);
/* Read a scalar.  On failure an error "KEY is to be …, not …" is added at the
 * node's place and E_CONF returned; so too when the node is NULL. */
int yaml_bool(
    const struct ynode *n, const char *file, struct toc_errors *e, bool *ret);
int yaml_int(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min, int64_t max, int64_t *ret);
int yaml_double(const struct ynode *n, const char *file, struct toc_errors *e,
    double min, double max, double *ret);
/* A duration: "30s", "5m", "2h", "1d", a sum such as "1h30m", or "500ms"; a
 * bare number is refused because nobody remembers its unit.  Milliseconds. */
int yaml_duration(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min_ms, int64_t max_ms, int64_t *ret);
/* A size: "64KiB", "8MiB", or bytes as a plain number. */
int yaml_size(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min, int64_t max, int64_t *ret);
/* Any text but null: words, numbers and quoted text alike; a view into the
 * tree. */
int yaml_str(const struct ynode *n, const char *file, struct toc_errors *e,
    struct str *ret);
/* Add an error for every key of map that is not in allowed (NULL-ended), with
 * the nearest allowed key as a suggestion; one error when map is no map. */
void yaml_check_keys(const struct ynode *map, const char *file,
    struct toc_errors *e, const char *const *allowed);

#endif
