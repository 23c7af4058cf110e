/*
 * limit: how long somebody must wait after failures to log in.
 *
 * After a few free failures each further one doubles the wait, up to a
 * ceiling; nobody is ever locked out for good, and a success forgets.  Keys
 * are accounts, addresses, and accounts at an address.  A table of fixed size
 * holds them; when it is full, the key with the fewest failures gives way, of
 * those the one that failed longest ago.
 *
 * Whoever fails under many names must not push a name he guesses at out of the
 * table.  So the failures of accounts are counted once more, coarsely, in
 * cells that several names share (a count-min sketch): it never says less than
 * what was counted in the last hour, and seldom more.  Checking a password
 * takes so long that nobody can fill its cells.
 *
 * Whoever guesses at an account from elsewhere must not keep its owner out:
 * where he logged in before, only failures at this account from there make him
 * wait.  Those places are forgotten by further log-ins only, not by failures,
 * and no account takes more than its share of them.
 */
#ifndef TOCSIN_CONSOLE_LIMIT_H
#define TOCSIN_CONSOLE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum {
    LIMIT_MAX_KEYS = 1024,
    LIMIT_MAX_KNOWN = 256,       /* accounts at an address that logged in */
    LIMIT_MAX_KNOWN_OF_ONE = 16, /* of one account */
    LIMIT_COARSE_ROWS = 4,
    LIMIT_COARSE_CELLS = 16384, /* of a row; a power of two */
    LIMIT_FREE_ACCOUNT = 5,     /* failures without a wait */
    LIMIT_FREE_ADDRESS = 20,
    LIMIT_FIRST_MS = 1000,
    LIMIT_MAX_MS = 15 * 60 * 1000,
    LIMIT_FORGET_MS = 60 * 60 * 1000 /* after the last failure */
};

struct limit_entry {
    uint64_t key; /* 0: free */
    unsigned failures;
    struct mono last;
};
struct limit_known {
    uint64_t account;
    struct limit_entry pair;
};
struct limit_cell {
    uint32_t last;                   /* tenths of a second */
    uint16_t hour;                   /* of failures */
    uint8_t failures, failed_before; /* in that hour, in the one before */
};
struct limit {
    struct limit_entry entries[LIMIT_MAX_KEYS];
    struct limit_known known[LIMIT_MAX_KNOWN]; /* the oldest first */
    struct limit_cell coarse[LIMIT_COARSE_ROWS][LIMIT_COARSE_CELLS];
    size_t nknown;
    uint8_t secret[16]; /* so that nobody can aim at a key */
};

/* limit is all zeroes before. */
void limit_init(struct limit *limit);
/* Key of an account name or an address; IPv6 counts by its /64. */
uint64_t limit_key_account(const struct limit *limit, struct str name);
uint64_t limit_key_address(const struct limit *limit, struct str address);
/* Key of an account at an address (of its key). */
uint64_t limit_key_pair(
    const struct limit *limit, struct str name, uint64_t address);
/* Remember that the account logged in at an address, and ask whether it did. */
void limit_know(struct limit *limit, uint64_t account, uint64_t pair);
bool limit_knows(const struct limit *limit, uint64_t pair);
/* Milliseconds that key must still wait at now, 0 when it may try. */
int64_t limit_wait(
    const struct limit *limit, uint64_t key, unsigned free, struct mono now);
void limit_fail(struct limit *limit, uint64_t key, struct mono now);
void limit_forget(struct limit *limit, uint64_t key, struct mono now);

#endif
