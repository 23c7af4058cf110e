#include "feeds/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "feeds/feeds.h"

enum {
    SEEN_VERSION = 2,
    SEEN_VERSION_BARE = 1, /* entries without content */
    BARE_BYTES = 2 * DIGEST_SIZE,
    ENTRY_BYTES = 3 * DIGEST_SIZE,
    SEEN_MAX_HELD = 1 << 20 /* entries in memory, dead ones included */
};

_Static_assert(SEEN_MAX_ENTRIES >= FEED_MAX_ITEMS + 1000,
    "the largest window fits, and some of what it showed before");

struct entry {
    uint8_t identity[DIGEST_SIZE];
    uint8_t digest[DIGEST_SIZE];
    /* All zero when it is not known.  One that went over to another identity
     * (seen_move) leaves the entry's own here, which no content equals. */
    uint8_t content[DIGEST_SIZE];
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

static bool
entry_has_moved(const struct entry *entry)
{
    return memcmp(entry->content, entry->identity, DIGEST_SIZE) == 0;
}

static int
seen_append(struct seen *seen, const uint8_t identity[DIGEST_SIZE],
    const uint8_t digest[DIGEST_SIZE], const uint8_t content[DIGEST_SIZE])
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
        entry = &seen->entries[seen->slots[slot] - 1];
        entry->dead = true;
        seen->live--;
        if (entry_has_moved(entry) &&
            memcmp(entry->digest, digest, DIGEST_SIZE) == 0)
            content = identity;
    }
    entry = &seen->entries[seen->n++];
    memcpy(entry->identity, identity, DIGEST_SIZE);
    memcpy(entry->digest, digest, DIGEST_SIZE);
    memcpy(entry->content, content, DIGEST_SIZE);
    entry->dead = false;
    seen->slots[slot] = (uint32_t)seen->n;
    seen->live++;
    return 0;
}

int
seen_open(struct str bytes, struct seen **ret)
{
    static const uint8_t none[DIGEST_SIZE];
    bool bare = bytes.n > 0 && bytes.p[0] == SEEN_VERSION_BARE;
    size_t size = bare ? BARE_BYTES : ENTRY_BYTES;
    struct seen *seen;
    size_t count = 0;
    int err;

    if (bytes.n > 0) {
        if ((!bare && bytes.p[0] != SEEN_VERSION) || (bytes.n - 1) % size != 0)
            return E_CORRUPT;
        count = (bytes.n - 1) / size;
        if (count > SEEN_MAX_HELD / 2)
            return E_CORRUPT;
    }
    seen = calloc(1, sizeof *seen);
    if (!seen)
        return E_NOMEM;
    err = seen_grow(seen, count > 32 ? count + count / 2 : 64);
    for (size_t i = 0; i < count && !err; i++) {
        const uint8_t *p = (const uint8_t *)bytes.p + 1 + i * size;

        err =
            seen_append(seen, p, p + DIGEST_SIZE, bare ? none : p + BARE_BYTES);
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

/* Digests in order, to be looked up: pointers into items and entries. */
struct keys {
    const uint8_t **at;
    size_t n;
};

static int
compare_keys(const void *a, const void *b)
{
    const uint8_t *const *x = a, *const *y = b;

    return memcmp(*x, *y, DIGEST_SIZE);
}

static int
keys_init(struct keys *keys, size_t max)
{
    *keys = (struct keys){.at = calloc(max + 1, sizeof *keys->at)};
    return keys->at ? 0 : E_NOMEM;
}

static void
keys_sort(struct keys *keys)
{
    qsort(keys->at, keys->n, sizeof *keys->at, compare_keys);
}

/* Whether key is there, at least n times. */
static bool
keys_have(const struct keys *keys, const uint8_t *key, size_t n)
{
    size_t from = 0, to = keys->n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (memcmp(keys->at[middle], key, DIGEST_SIZE) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return n <= keys->n - from &&
           memcmp(keys->at[from + n - 1], key, DIGEST_SIZE) == 0;
}

static bool
content_is_set(const uint8_t content[DIGEST_SIZE])
{
    static const uint8_t none[DIGEST_SIZE];

    return memcmp(content, none, DIGEST_SIZE) != 0;
}

/* What a document's items are held against. */
struct known {
    struct keys digests, contents; /* of the set */
    struct keys shown;             /* contents of the document */
};

static void
known_done(struct known *known)
{
    free(known->digests.at);
    free(known->contents.at);
    free(known->shown.at);
}

static int
known_init(struct known *known, const struct seen *seen,
    const struct document *document)
{
    *known = (struct known){0};
    if (keys_init(&known->digests, seen->n) ||
        keys_init(&known->contents, seen->n) ||
        keys_init(&known->shown, document->nitems)) {
        known_done(known);
        return E_NOMEM;
    }
    for (size_t i = 0; i < seen->n; i++) {
        const struct entry *entry = &seen->entries[i];

        if (entry->dead)
            continue;
        known->digests.at[known->digests.n++] = entry->digest;
        known->contents.at[known->contents.n++] = entry->content;
    }
    for (size_t i = 0; i < document->nitems; i++)
        known->shown.at[known->shown.n++] = document->items[i].content;
    keys_sort(&known->digests);
    keys_sort(&known->contents);
    keys_sort(&known->shown);
    return 0;
}

static bool
known_by_content(const struct known *known, const struct item *item)
{
    if (!content_is_set(item->content) ||
        !keys_have(&known->contents, item->content, 1))
        return false;
    return item->text.n > 0 ||
           (!keys_have(&known->contents, item->content, 2) &&
               !keys_have(&known->shown, item->content, 2));
}

static size_t
known_mark(const struct known *known, const struct seen *seen,
    const struct document *document, bool by_content, bool *moved)
{
    size_t n = 0;

    for (size_t i = 0; i < document->nitems; i++) {
        const struct item *item = &document->items[i];

        moved[i] = seen_check(seen, item) == SEEN_NEW &&
                   (keys_have(&known->digests, item->digest, 1) ||
                       (by_content && known_by_content(known, item)));
        n += moved[i];
    }
    return n;
}

int
seen_moved(const struct seen *seen, const struct document *document,
    bool *moved, size_t *ret_moved)
{
    struct known known;
    size_t n;

    if (known_init(&known, seen, document))
        return E_NOMEM;
    n = known_mark(&known, seen, document, true, moved);
    if (n < SEEN_MIN_MOVED)
        n = known_mark(&known, seen, document, false, moved);
    known_done(&known);
    *ret_moved = n;
    return 0;
}

int
seen_move(struct seen *seen, const struct document *document, const bool *moved)
{
    struct keys keys;

    if (keys_init(&keys, document->nitems))
        return E_NOMEM;
    for (size_t i = 0; i < document->nitems; i++)
        if (moved[i] && content_is_set(document->items[i].content))
            keys.at[keys.n++] = document->items[i].content;
    keys_sort(&keys);
    for (size_t i = 0; i < seen->n; i++) {
        struct entry *entry = &seen->entries[i];

        if (keys_have(&keys, entry->content, 1))
            memcpy(entry->content, entry->identity, DIGEST_SIZE);
    }
    free(keys.at);
    return 0;
}

int
seen_put(struct seen *seen, const struct item *item)
{
    return seen_append(seen, item->identity, item->digest, item->content);
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
        memcpy(p + BARE_BYTES, entry->content, DIGEST_SIZE);
        p += ENTRY_BYTES;
    }
    out->n += 1 + count * (size_t)ENTRY_BYTES;
    return 0;
}
