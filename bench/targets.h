/*
 * targets: figures that are to be reached, and whether they are.
 *
 * A target is a ratio of two costs measured in one run, or a bound on one
 * cost.  What could not be measured (no peer installed, no time) is named.
 */
#ifndef TOCSIN_BENCH_TARGETS_H
#define TOCSIN_BENCH_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

enum target_sense { AT_LEAST, AT_MOST };

enum { TARGETS_MAX = 64 };

struct target {
    const char *name, *peer, *unit; /* constants */
    double value, bound;
    enum target_sense sense;
    const char *skipped; /* why, or NULL */
};

struct targets {
    struct target target[TARGETS_MAX];
    size_t n;
};

void targets_add(struct targets *t, const char *name, const char *peer,
    double value, enum target_sense sense, double bound, const char *unit);
void targets_skip(
    struct targets *t, const char *name, const char *peer, const char *why);
/* Print the table; the number of targets that were missed. */
size_t targets_print(const struct targets *t);
/* Write the same as JSON to path.  0 or E_IO. */
int targets_write(const struct targets *t, const char *path);

#endif
