/*
 * limit: how long somebody must wait after failures to log in.
 *
 * After a few free failures each further one doubles the wait, up to a
 * ceiling; nobody is ever locked out for good, and a success forgets.  Keys
 * are accounts and addresses; a table of fixed size holds them, and the one
 * that failed longest ago gives way.
 */
#ifndef TOCSIN_CONSOLE_LIMIT_H
#define TOCSIN_CONSOLE_LIMIT_H

#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum {
    LIMIT_MAX_KEYS = 1024,
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
    uint8_t secret[16]; /* so that nobody can aim at a key */
};

void limit_init(struct limit *limit);
/* Key of an account name or an address; IPv6 counts by its /64. */
uint64_t limit_key_account(const struct limit *limit, struct str name);
uint64_t limit_key_address(const struct limit *limit, struct str address);
/* Milliseconds that key must still wait at now, 0 when it may try. */
int64_t limit_wait(
    const struct limit *limit, uint64_t key, unsigned free, struct mono now);
void limit_fail(struct limit *limit, uint64_t key, struct mono now);
void limit_forget(struct limit *limit, uint64_t key);

#endif
