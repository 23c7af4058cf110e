#include "console/limit.h"

#include <sodium.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/digest.h"

/* Keys of accounts have this bit, others have not. */
#define ACCOUNT_BIT (UINT64_C(1) << 63)

enum { COARSE_TICK_MS = 100, COARSE_BITS = 14 };

void
limit_init(struct limit *limit)
{
    digest_random(limit->secret, sizeof limit->secret);
}

static uint64_t
hash(const struct limit *limit, char kind, struct str s)
{
    _Static_assert(crypto_shorthash_KEYBYTES == sizeof limit->secret, "key");
    unsigned char text[256] = {(unsigned char)kind};
    unsigned char out[crypto_shorthash_BYTES];
    size_t n = s.n < sizeof text - 1 ? s.n : sizeof text - 1;
    uint64_t key;

    if (n > 0)
        memcpy(text + 1, s.p, n);
    (void)crypto_shorthash(out, text, n + 1, limit->secret);
    memcpy(&key, out, sizeof key);
    key &= ~ACCOUNT_BIT;
    return key ? key : 1;
}

uint64_t
limit_key_account(const struct limit *limit, struct str name)
{
    return hash(limit, 'a', name) | ACCOUNT_BIT;
}

uint64_t
limit_key_address(const struct limit *limit, struct str address)
{
    struct in6_addr in6;
    char text[INET6_ADDRSTRLEN];

    if (address.n >= sizeof text)
        return hash(limit, 'i', address);
    memcpy(text, address.p, address.n);
    text[address.n] = '\0';
    if (inet_pton(AF_INET6, text, &in6) == 1)
        return hash(limit, '6', (struct str){(const char *)&in6, 8});
    return hash(limit, 'i', address);
}

uint64_t
limit_key_pair(const struct limit *limit, struct str name, uint64_t address)
{
    char text[128];
    size_t n = name.n < sizeof text - sizeof address
                   ? name.n
                   : sizeof text - sizeof address;

    memcpy(text, &address, sizeof address);
    if (n > 0)
        memcpy(text + sizeof address, name.p, n);
    return hash(limit, 'p', (struct str){text, sizeof address + n});
}

/* --- where somebody logged in before --- */

static const struct limit_known *
known(const struct limit *limit, uint64_t pair)
{
    for (size_t i = 0; i < limit->nknown; i++)
        if (limit->known[i].pair.key == pair)
            return &limit->known[i];
    return NULL;
}

bool
limit_knows(const struct limit *limit, uint64_t pair)
{
    return known(limit, pair) != NULL;
}

/* Forget the oldest of an account's places when it has its share of them, else
 * the oldest of all when there is no room. */
static void
known_make_room(struct limit *limit, uint64_t account)
{
    size_t n = 0, oldest = 0, at;

    for (size_t i = limit->nknown; i-- > 0;)
        if (limit->known[i].account == account) {
            oldest = i;
            n++;
        }
    if (n < LIMIT_MAX_KNOWN_OF_ONE && limit->nknown < LIMIT_MAX_KNOWN)
        return;
    at = n < LIMIT_MAX_KNOWN_OF_ONE ? 0 : oldest;
    limit->nknown--;
    memmove(&limit->known[at], &limit->known[at + 1],
        (limit->nknown - at) * sizeof *limit->known);
}

void
limit_know(struct limit *limit, uint64_t account, uint64_t pair)
{
    if (limit_knows(limit, pair))
        return;
    known_make_room(limit, account);
    limit->known[limit->nknown++] =
        (struct limit_known){.account = account, .pair.key = pair};
}

/* --- counted coarsely --- */

static uint16_t
hour_of(struct mono now)
{
    return (uint16_t)(now.ms / LIMIT_FORGET_MS);
}

/* The cell of key in a row: another piece of the key for each, so that names
 * which share one cell hardly share the next. */
static size_t
cell_of(uint64_t key, size_t row)
{
    _Static_assert(LIMIT_COARSE_CELLS == 1 << COARSE_BITS, "a mask");
    _Static_assert(
        LIMIT_COARSE_ROWS * COARSE_BITS < 64, "a key has a piece for each row");

    return (size_t)(key >> (row * COARSE_BITS)) & (LIMIT_COARSE_CELLS - 1);
}

static unsigned
cell_count(const struct limit_cell *cell, struct mono now)
{
    uint16_t hour = hour_of(now);

    if (cell->hour == hour)
        return (unsigned)cell->failures + cell->failed_before;
    return (uint16_t)(cell->hour + 1) == hour ? cell->failures : 0;
}

/* Make the cell count in the hour of now. */
static void
cell_turn(struct limit_cell *cell, struct mono now)
{
    uint16_t hour = hour_of(now);

    if (cell->hour == hour)
        return;
    cell->failed_before =
        (uint16_t)(cell->hour + 1) == hour ? cell->failures : 0;
    cell->failures = 0;
    cell->hour = hour;
}

/* What all cells of key agree on: so many failures at most, the last of them
 * then at the latest. */
static struct limit_entry
coarse_read(const struct limit *limit, uint64_t key, struct mono now)
{
    struct limit_entry entry = {
        .key = key, .failures = UINT8_MAX * 2, .last = now};

    for (size_t row = 0; row < LIMIT_COARSE_ROWS; row++) {
        const struct limit_cell *cell = &limit->coarse[row][cell_of(key, row)];
        unsigned count = cell_count(cell, now);
        int64_t last = (int64_t)cell->last * COARSE_TICK_MS;

        if (count < entry.failures)
            entry.failures = count;
        if (last < entry.last.ms)
            entry.last.ms = last;
    }
    if (now.ms - entry.last.ms >= LIMIT_FORGET_MS)
        entry.failures = 0;
    return entry;
}

/* Only the cells that say least are raised, or names that share the others
 * would count for more than they are. */
static void
coarse_fail(struct limit *limit, uint64_t key, struct mono now)
{
    unsigned least = coarse_read(limit, key, now).failures;

    for (size_t row = 0; row < LIMIT_COARSE_ROWS; row++) {
        struct limit_cell *cell = &limit->coarse[row][cell_of(key, row)];

        cell_turn(cell, now);
        if (least == 0 &&
            now.ms - (int64_t)cell->last * COARSE_TICK_MS >= LIMIT_FORGET_MS)
            cell->failed_before = cell->failures = 0;
        if (cell_count(cell, now) <= least && cell->failures < UINT8_MAX)
            cell->failures++;
        cell->last = (uint32_t)(now.ms / COARSE_TICK_MS);
    }
}

static void
coarse_forget(struct limit *limit, uint64_t key, struct mono now)
{
    unsigned least = coarse_read(limit, key, now).failures;

    for (size_t row = 0; row < LIMIT_COARSE_ROWS; row++) {
        struct limit_cell *cell = &limit->coarse[row][cell_of(key, row)];
        unsigned take;

        cell_turn(cell, now);
        take = least < cell->failed_before ? least : cell->failed_before;
        cell->failed_before = (uint8_t)(cell->failed_before - take);
        take = least - take;
        cell->failures = take < cell->failures
                             ? (uint8_t)(cell->failures - take)
                             : (uint8_t)0;
    }
}

/* --- counted one by one --- */

static const struct limit_entry *
find(const struct limit *limit, uint64_t key)
{
    const struct limit_known *place = known(limit, key);

    if (place)
        return &place->pair;
    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++)
        if (limit->entries[i].key == key)
            return &limit->entries[i];
    return NULL;
}

static int64_t
wait_of(const struct limit_entry *entry, unsigned free, struct mono now)
{
    int64_t wait = LIMIT_FIRST_MS, passed;

    if (!entry || entry->failures < free)
        return 0;
    passed = now.ms - entry->last.ms;
    if (passed >= LIMIT_FORGET_MS)
        return 0;
    for (unsigned i = free; i < entry->failures && wait < LIMIT_MAX_MS; i++)
        wait *= 2;
    if (wait > LIMIT_MAX_MS)
        wait = LIMIT_MAX_MS;
    return wait > passed ? wait - passed : 0;
}

int64_t
limit_wait(
    const struct limit *limit, uint64_t key, unsigned free, struct mono now)
{
    int64_t wait = wait_of(find(limit, key), free, now), least;
    struct limit_entry entry;

    if (!(key & ACCOUNT_BIT))
        return wait;
    entry = coarse_read(limit, key, now);
    least = wait_of(&entry, free, now);
    return least > wait ? least : wait;
}

/* Which of two gives way first: what is free, what is forgotten, what failed
 * less, what failed longer ago. */
static bool
gives_way(
    const struct limit_entry *a, const struct limit_entry *b, struct mono now)
{
    unsigned na = now.ms - a->last.ms < LIMIT_FORGET_MS ? a->failures : 0;
    unsigned nb = now.ms - b->last.ms < LIMIT_FORGET_MS ? b->failures : 0;

    if (!a->key || !b->key)
        return !a->key && b->key;
    return na != nb ? na < nb : a->last.ms < b->last.ms;
}

static struct limit_entry *
slot_for(struct limit *limit, uint64_t key, struct mono now)
{
    struct limit_entry *slot = &limit->entries[0];

    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++) {
        struct limit_entry *entry = &limit->entries[i];

        if (entry->key == key)
            return entry;
        if (gives_way(entry, slot, now))
            slot = entry;
    }
    return slot;
}

void
limit_fail(struct limit *limit, uint64_t key, struct mono now)
{
    const struct limit_known *place = known(limit, key);
    struct limit_entry *slot = place ? &limit->known[place - limit->known].pair
                                     : slot_for(limit, key, now);

    if (slot->key != key || now.ms - slot->last.ms >= LIMIT_FORGET_MS)
        *slot = (struct limit_entry){.key = key};
    if (slot->failures < UINT16_MAX)
        slot->failures++;
    slot->last = now;
    if (key & ACCOUNT_BIT)
        coarse_fail(limit, key, now);
}

void
limit_forget(struct limit *limit, uint64_t key, struct mono now)
{
    const struct limit_known *place = known(limit, key);

    if (place)
        limit->known[place - limit->known].pair =
            (struct limit_entry){.key = key};
    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++)
        if (limit->entries[i].key == key)
            limit->entries[i] = (struct limit_entry){0};
    if (key & ACCOUNT_BIT)
        coarse_forget(limit, key, now);
}
