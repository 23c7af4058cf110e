/*
 * cleanup: destructors that run when a variable goes out of scope.
 *
 *     _cleanup_(arena_freep) struct arena *arena = arena_new(…);
 *
 * DEFINE_CLEANUP(type, free_fn) makes free_fn##p for a pointer type.  A struct
 * with an init and a done needs none: _cleanup_(buf_done) struct buf out; is
 * right when buf_init(&out, …) is the next statement.
 */
#ifndef TOCSIN_BASE_CLEANUP_H
#define TOCSIN_BASE_CLEANUP_H

#define _cleanup_(fn) __attribute__((cleanup(fn)))

#define DEFINE_CLEANUP(type, free_fn)                                          \
    __attribute__((unused)) static inline void free_fn##p(type *p)             \
    {                                                                          \
        if (*p)                                                                \
            free_fn(*p);                                                       \
    }

#endif
