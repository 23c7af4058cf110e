#include "console/limit.h"

#include <sodium.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/digest.h"

void
limit_init(struct limit *limit)
{
    memset(limit, 0, sizeof *limit);
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
    return key ? key : 1;
}

uint64_t
limit_key_account(const struct limit *limit, struct str name)
{
    return hash(limit, 'a', name);
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

bool
limit_knows(const struct limit *limit, uint64_t pair)
{
    for (size_t i = 0; i < LIMIT_MAX_KNOWN; i++)
        if (limit->known[i] == pair)
            return true;
    return false;
}

void
limit_know(struct limit *limit, uint64_t pair)
{
    if (limit_knows(limit, pair))
        return;
    limit->known[limit->next_known] = pair;
    limit->next_known = (limit->next_known + 1) % LIMIT_MAX_KNOWN;
}

static const struct limit_entry *
find(const struct limit *limit, uint64_t key)
{
    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++)
        if (limit->entries[i].key == key)
            return &limit->entries[i];
    return NULL;
}

int64_t
limit_wait(
    const struct limit *limit, uint64_t key, unsigned free, struct mono now)
{
    const struct limit_entry *entry = find(limit, key);
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

void
limit_fail(struct limit *limit, uint64_t key, struct mono now)
{
    struct limit_entry *slot = &limit->entries[0];

    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++) {
        struct limit_entry *entry = &limit->entries[i];

        if (entry->key == key) {
            slot = entry;
            break;
        }
        if (slot->key && (!entry->key || entry->last.ms < slot->last.ms))
            slot = entry;
    }
    if (slot->key != key || now.ms - slot->last.ms >= LIMIT_FORGET_MS)
        *slot = (struct limit_entry){.key = key};
    if (slot->failures < UINT16_MAX)
        slot->failures++;
    slot->last = now;
}

void
limit_forget(struct limit *limit, uint64_t key)
{
    for (size_t i = 0; i < LIMIT_MAX_KEYS; i++)
        if (limit->entries[i].key == key)
            limit->entries[i] = (struct limit_entry){0};
}
