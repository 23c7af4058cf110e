#include "feeds/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum {
    SEEN_VERSION = 1,
    ENTRY_BYTES = 2 * DIGEST_SIZE,
    SEEN_MAX_HELD = 1 << 20 /* entries in memory, dead ones included */
};

struct entry {
    uint8_t identity[DIGEST_SIZE];
    uint8_t digest[DIGEST_SIZE];
    bool dead; /* a newer entry has its identity */
};

/* Entries in order of age, and an index from identity to the newest entry:
 * open addressing, a slot holds the entry's position + 1. */
struct seen {
    struct entry *entries;
    size_t n, cap, live;
    uint32_t *slots;
    size_t nslots; /* a power of two, at least twice cap */
};

/* Identities are SHA-256 values: any eight bytes are as good as a hash. */
static size_t
seen_slot(const struct seen *seen, const uint8_t identity[DIGEST_SIZE])
{
    uint64_t h;
    size_t at;

    memcpy(&h, identity, sizeof h);
    at = (size_t)h & (seen->nslots - 1);
    while (seen->slots[at] != 0 &&
           memcmp(seen->entries[seen->slots[at] - 1].identity, identity,
               DIGEST_SIZE) != 0)
        at = (at + 1) & (seen->nslots - 1);
    return at;
}

/* Make room for cap entries and index those that are there. */
static int
seen_grow(struct seen *seen, size_t cap)
{
    size_t nslots = 64;
    struct entry *entries;
    uint32_t *slots;

    if (cap > SEEN_MAX_HELD)
        return E_LIMIT;
    while (nslots < 2 * cap)
        nslots *= 2;
    entries = realloc(seen->entries, cap * sizeof *entries);
    if (!entries)
        return E_NOMEM;
    seen->entries = entries;
    seen->cap = cap;
    slots = calloc(nslots, sizeof *slots);
    if (!slots)
        return E_NOMEM;
    free(seen->slots);
    seen->slots = slots;
    seen->nslots = nslots;
    for (size_t i = 0; i < seen->n; i++)
        seen->slots[seen_slot(seen, seen->entries[i].identity)] =
            (uint32_t)i + 1;
    return 0;
}

/* Drop the dead entries, keeping the order. */
static int
seen_compact(struct seen *seen)
{
    size_t to = 0;

    for (size_t i = 0; i < seen->n; i++) {
        if (seen->entries[i].dead)
            continue;
        if (to != i)
            seen->entries[to] = seen->entries[i];
        to++;
    }
    seen->n = to;
    return seen_grow(seen, seen->cap);
}

static int
seen_append(struct seen *seen, const uint8_t identity[DIGEST_SIZE],
    const uint8_t digest[DIGEST_SIZE])
{
    struct entry *entry;
    size_t slot;
    int err = 0;

    if (seen->n == seen->cap) {
        err = seen->live < seen->n / 2 ? seen_compact(seen)
                                       : seen_grow(seen, seen->cap * 2);
        if (err)
            return err;
    }
    slot = seen_slot(seen, identity);
    if (seen->slots[slot] != 0) {
        seen->entries[seen->slots[slot] - 1].dead = true;
        seen->live--;
    }
    entry = &seen->entries[seen->n++];
    memcpy(entry->identity, identity, DIGEST_SIZE);
    memcpy(entry->digest, digest, DIGEST_SIZE);
    entry->dead = false;
    seen->slots[slot] = (uint32_t)seen->n;
    seen->live++;
    return 0;
}

int
seen_open(struct str bytes, struct seen **ret)
{
    struct seen *seen;
    size_t count = 0;
    int err;

    if (bytes.n > 0) {
        if ((uint8_t)bytes.p[0] != SEEN_VERSION ||
            (bytes.n - 1) % ENTRY_BYTES != 0)
            return E_CORRUPT;
        count = (bytes.n - 1) / ENTRY_BYTES;
        if (count > SEEN_MAX_HELD / 2)
            return E_CORRUPT;
    }
    seen = calloc(1, sizeof *seen);
    if (!seen)
        return E_NOMEM;
    err = seen_grow(seen, count > 32 ? count + count / 2 : 64);
    for (size_t i = 0; i < count && !err; i++) {
        const uint8_t *p =
            (const uint8_t *)bytes.p + 1 + i * (size_t)ENTRY_BYTES;
        err = seen_append(seen, p, p + DIGEST_SIZE);
    }
    if (err) {
        seen_free(seen);
        return err;
    }
    *ret = seen;
    return 0;
}

void
seen_free(struct seen *seen)
{
    if (!seen)
        return;
    free(seen->entries);
    free(seen->slots);
    free(seen);
}

size_t
seen_count(const struct seen *seen)
{
    return seen->live;
}

enum seen_verdict
seen_check(const struct seen *seen, const struct item *item)
{
    uint32_t at = seen->slots[seen_slot(seen, item->identity)];

    if (at == 0)
        return SEEN_NEW;
    return memcmp(seen->entries[at - 1].digest, item->digest, DIGEST_SIZE) == 0
               ? SEEN_SAME
               : SEEN_REVISED;
}

static int
compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_SIZE);
}

size_t
seen_moved(const struct seen *seen, const struct document *document)
{
    uint8_t(*digests)[DIGEST_SIZE] = calloc(seen->n + 1, sizeof *digests);
    size_t n = 0, moved = 0;

    if (!digests)
        return 0;
    for (size_t i = 0; i < seen->n; i++)
        if (!seen->entries[i].dead)
            memcpy(digests[n++], seen->entries[i].digest, DIGEST_SIZE);
    qsort(digests, n, sizeof *digests, compare_digests);
    for (size_t i = 0; i < document->nitems; i++) {
        const struct item *item = &document->items[i];

        moved += seen_check(seen, item) == SEEN_NEW &&
                 bsearch(item->digest, digests, n, sizeof *digests,
                     compare_digests) != NULL;
    }
    free(digests);
    return moved;
}

int
seen_put(struct seen *seen, const struct item *item)
{
    return seen_append(seen, item->identity, item->digest);
}

int
seen_save(const struct seen *seen, size_t max, struct buf *out)
{
    size_t skip = seen->live > max ? seen->live - max : 0;
    size_t count = seen->live - skip;
    char *p = buf_room(out, 1 + count * (size_t)ENTRY_BYTES);

    if (!p)
        return out->err ? out->err : E_NOMEM;
    *p++ = SEEN_VERSION;
    for (size_t i = 0; i < seen->n; i++) {
        const struct entry *entry = &seen->entries[i];

        if (entry->dead)
            continue;
        if (skip > 0) {
            skip--;
            continue;
        }
        memcpy(p, entry->identity, DIGEST_SIZE);
        memcpy(p + DIGEST_SIZE, entry->digest, DIGEST_SIZE);
        p += ENTRY_BYTES;
    }
    out->n += 1 + count * (size_t)ENTRY_BYTES;
    return 0;
}
