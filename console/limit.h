/*
 * limit: how long somebody must wait after failures to log in.
 *
 * After a few free failures each further one doubles the wait, up to a
 * ceiling; nobody is ever locked out for good, and a success forgets.  Keys
 * are accounts, addresses, and accounts at an address; a table of fixed size
 * holds them, and the one that failed longest ago gives way.
 *
 * Whoever guesses at an account from elsewhere must not keep its owner out:
 * where he logged in before, only failures from there make him wait.
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
    LIMIT_MAX_KNOWN = 256,  /* accounts at an address that logged in */
    LIMIT_FREE_ACCOUNT = 5, /* failures without a wait */
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
struct limit {
    struct limit_entry entries[LIMIT_MAX_KEYS];
    uint64_t known[LIMIT_MAX_KNOWN]; /* a ring */
    size_t next_known;
    uint8_t secret[16]; /* so that nobody can aim at a key */
};

void limit_init(struct limit *limit);
/* Key of an account name or an address; IPv6 counts by its /64. */
uint64_t limit_key_account(const struct limit *limit, struct str name);
uint64_t limit_key_address(const struct limit *limit, struct str address);
/* Key of an account at an address (of its key). */
uint64_t limit_key_pair(
    const struct limit *limit, struct str name, uint64_t address);
/* Remember that the pair logged in, and ask whether it did. */
void limit_know(struct limit *limit, uint64_t pair);
bool limit_knows(const struct limit *limit, uint64_t pair);
/* Milliseconds that key must still wait at now, 0 when it may try. */
int64_t limit_wait(
    const struct limit *limit, uint64_t key, unsigned free, struct mono now);
void limit_fail(struct limit *limit, uint64_t key, struct mono now);
void limit_forget(struct limit *limit, uint64_t key);

#endif
