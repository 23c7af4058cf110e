/*
 * A list of blocks that serve small requests, the first made standing last,
 * and a list of blocks made for one large request each, so that a large one
 * does not throw away the rest of a block.  Blocks come zeroed from calloc and
 * only ever lose bytes at the front: what is handed out is zero without
 * writing it twice.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_FIRST = 4 * 1024,  /* bytes of the first block */
    BLOCK_MAX = 1024 * 1024, /* blocks double up to this many bytes */
    LARGE_PART = 4,          /* large is more than 1/4 of the next block */
    ALIGN = alignof(max_align_t)
};

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *head;  /* the block that serves small requests */
    struct block *large; /* blocks of one request */
    size_t cap, used;
    size_t block_size; /* of the next block */
    bool failed;
};

static struct block *
block_new(struct block *next, size_t size, size_t used)
{
    struct block *block = calloc(1, sizeof(*block) + size);

    if (!block)
        return NULL;
    block->next = next;
    block->size = size;
    block->used = used;
    return block;
}

static void
blocks_free(struct block *block, const struct block *end)
{
    while (block != end) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
}

struct arena *
arena_new(size_t cap)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (!arena)
        return NULL;
    arena->head = block_new(NULL, BLOCK_FIRST, 0);
    if (!arena->head) {
        free(arena);
        return NULL;
    }
    arena->cap = cap;
    arena->block_size = 2 * BLOCK_FIRST;
    return arena;
}

void
arena_free(struct arena *arena)
{
    if (!arena)
        return;
    blocks_free(arena->head, NULL);
    blocks_free(arena->large, NULL);
    free(arena);
}

void
arena_clear(struct arena *arena)
{
    struct block *first = arena->head;

    while (first->next)
        first = first->next;
    blocks_free(arena->head, first);
    blocks_free(arena->large, NULL);
    memset(first->bytes, 0, first->used);
    first->used = 0;
    arena->head = first;
    arena->large = NULL;
    arena->used = 0;
    arena->block_size = 2 * BLOCK_FIRST;
    arena->failed = false;
}

/* Take n bytes (a multiple of ALIGN) from a new block. */
static void *
alloc_from_new_block(struct arena *arena, size_t n)
{
    bool is_large = n > arena->block_size / LARGE_PART;
    struct block **list = is_large ? &arena->large : &arena->head;
    struct block *block = block_new(*list, is_large ? n : arena->block_size, n);

    if (!block)
        return NULL;
    *list = block;
    if (!is_large && arena->block_size < BLOCK_MAX)
        arena->block_size *= 2;
    return block->bytes;
}

void *
arena_alloc(struct arena *arena, size_t n)
{
    struct block *head = arena->head;
    void *bytes;

    if (n == 0)
        n = 1;
    if (arena->failed || n > arena->cap - arena->used) {
        arena->failed = true;
        return NULL;
    }
    /* The cap counts what was asked for; padding may pass it by a little. */
    size_t padded = (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);

    if (padded < n) {
        arena->failed = true;
        return NULL;
    }
    if (padded <= head->size - head->used) {
        bytes = head->bytes + head->used;
        head->used += padded;
    } else {
        bytes = alloc_from_new_block(arena, padded);
    }
    if (bytes)
        arena->used += n;
    else
        arena->failed = true;
    return bytes;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n)) {
        arena->failed = true;
        return NULL;
    }
    return arena_alloc(arena, n);
}

char *
arena_copy(struct arena *arena, const void *bytes, size_t n)
{
    char *copy;

    if (n == SIZE_MAX) {
        arena->failed = true;
        return NULL;
    }
    copy = arena_alloc(arena, n + 1);
    if (copy && n)
        memcpy(copy, bytes, n);
    return copy;
}

struct str
arena_str(struct arena *arena, struct str s)
{
    char *copy = s.p ? arena_copy(arena, s.p, s.n) : NULL;

    return copy ? (struct str){copy, s.n} : STR_NONE;
}

char *
arena_cstr(struct arena *arena, struct str s)
{
    return arena_copy(arena, s.p, s.n);
}

struct str
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (!text)
        return STR_NONE;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return (struct str){text, (size_t)n};
}

bool
arena_failed(const struct arena *arena)
{
    return arena->failed;
}

size_t
arena_used(const struct arena *arena)
{
    return arena->used;
}
