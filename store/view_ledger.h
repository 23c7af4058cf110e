/*
 * view_ledger: everything that was done, by whom, when and from where; and
 * whether it is all there as it was written.
 */
#ifndef TOCSIN_STORE_VIEW_LEDGER_H
#define TOCSIN_STORE_VIEW_LEDGER_H

#include "store/view.h"

enum { LEDGER_HASH_SIZE = 32 };

/* clang-format off */
/*     fault      name        of the first entry that is wrong            */
#define LEDGER_FAULTS(X)                                                   \
    X(NONE,       "none")                                                  \
    X(ALTERED,    "altered")  /* it, or one before it, is not as written */\
    X(MISSING,    "missing")  /* it was taken out */                       \
    X(CUT,        "cut")      /* it and all behind it were taken away */   \
    X(ADDED,      "added")    /* it was put in behind the end */           \
    X(MARK,       "mark")     /* the mark of the end is not as written */
/* clang-format on */
enum ledger_fault {
#define X(fault, name) LEDGER_FAULT_##fault,
    LEDGER_FAULTS(X)
#undef X
};
const char *ledger_fault_name(enum ledger_fault fault);

struct ledger_check {
    enum ledger_fault fault;
    int64_t bad;    /* the number of the entry, 0 when all is well */
    uint64_t count; /* entries that were read */
    int64_t last;   /* the newest entry, */
    uint8_t head[LEDGER_HASH_SIZE]; /* and its hash */
    struct wall from, to;           /* of the oldest and the newest */
};
/* Walk all of it, over one snapshot; some 500,000 entries a second. */
int view_ledger_check(struct view *view, struct ledger_check *ret);
/* The hash of one entry as it is kept.  E_NOTFOUND. */
int view_ledger_hash(
    struct view *view, int64_t id, uint8_t ret[LEDGER_HASH_SIZE]);

struct ledger_filter {
    struct str kind; /* or what it begins with, up to a dot; absent is any */
    struct str by;   /* absent is any */
    struct str text; /* in the details */
    int64_t incident;     /* 0 is any */
    struct wall from, to; /* WALL_NONE is open */
    int64_t before;       /* of the page before: its last number; 0 the first */
    bool oldest_first;    /* then before is after */
    size_t limit;         /* 0 is VIEW_PAGE_DEFAULT */
};
struct ledger_line {
    struct ledger_row row;
    uint8_t hash[LEDGER_HASH_SIZE];
};
/* Newest first, unless asked otherwise. */
int view_ledger(struct view *view, const struct ledger_filter *filter,
    struct arena *arena, struct ledger_line **ret, size_t *ret_n,
    bool *ret_more);

#endif
