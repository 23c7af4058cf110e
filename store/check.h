/*
 * check: whether what is stored is what the house promises of it.
 *
 * The promises are docs/promise.md's; each invariant here is the part of one
 * that can be seen in the database alone.  Nothing is written; the daemon may
 * go on meanwhile.  What was purged lawfully breaks none.
 */
#ifndef TOCSIN_STORE_CHECK_H
#define TOCSIN_STORE_CHECK_H

#include "store/view.h"

/* clang-format off */
/*     invariant    name   what holds                                        */
#define CHECKS(X)                                                            \
    X(FILE,         "file", "every page, index and reference of the database is whole") \
    X(POLLED,       "I1",   "what a source is known to have shown is stored")  \
    X(GROUPED,      "I2",   "every item that alarms is in an incident, and what was told has a message") \
    X(DELIVERED,    "I3",   "what counts as delivered was accepted by its channel") \
    X(DEAD,         "I4",   "every message that was given up has its reason, and its channel's condition") \
    X(KEPT,         "I5",   "nothing undelivered lost what it is about")      \
    X(LEDGER,       "ledger", "the ledger is as it was written")
/* clang-format on */
enum check_kind {
#define X(kind, name, text) CHECK_##kind,
    CHECKS(X)
#undef X
        CHECK_COUNT
};
const char *check_name(enum check_kind kind);
const char *check_text(enum check_kind kind);

enum { CHECK_EXAMPLES = 5 };
struct check_line {
    uint64_t looked; /* rows that it was asked of */
    uint64_t broken;
    struct str examples[CHECK_EXAMPLES]; /* sentences of the first ones */
    size_t nexamples;
};
struct check_result {
    struct check_line line[CHECK_COUNT];
    uint64_t broken; /* of all */
};

/* Ask all, over one snapshot; sentences live in arena.  An error is one of
 * reading only: what is broken is in *ret.  A file too damaged to be read
 * breaks FILE. */
int view_check(
    struct view *view, struct arena *arena, struct check_result *ret);

#endif
