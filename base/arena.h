/*
 * arena: memory that lives and dies together, with a cap.
 *
 * One arena per document (feeds), per request (console), per report.  What is
 * allocated is zeroed and aligned for any type; nothing is freed singly.
 * Allocation fails with NULL when the cap or memory is reached, and from then
 * on every allocation does (arena_failed), so that a builder may check once,
 * at its end.
 */
#ifndef TOCSIN_BASE_ARENA_H
#define TOCSIN_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/str.h"

enum { ARENA_CAP_DEFAULT = 32 * 1024 * 1024 };

struct arena;

/* Return an arena that will hand out at most cap bytes in all, or NULL. */
struct arena *arena_new(size_t cap);
/* Free the arena and all it handed out; NULL is allowed. */
void arena_free(struct arena *arena);
/* Forget all that was handed out but keep the first block for reuse. */
void arena_clear(struct arena *arena);
/* Return n zeroed bytes, or NULL.  0 bytes are an allocation like any. */
void *arena_alloc(struct arena *arena, size_t n);
/* Return an array of count zeroed elements, NULL also when it overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Return a copy of n bytes with a NUL behind them, or NULL. */
char *arena_copy(struct arena *arena, const void *bytes, size_t n);
/* Copy s; STR_NONE when it is absent or memory ended. */
struct str arena_str(struct arena *arena, struct str s);
/* Copy s as a NUL-terminated string, NULL when memory ended. */
char *arena_cstr(struct arena *arena, struct str s);
/* printf into the arena. */
struct str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether any allocation has failed since the arena was made or cleared. */
bool arena_failed(const struct arena *arena);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

DEFINE_CLEANUP(struct arena *, arena_free)

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type)                                        \
    ((type *)arena_array((arena), (count), sizeof(type)))

#endif
