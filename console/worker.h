/*
 * worker: the one thread of the console, in which passwords are checked and
 * hashed: 0.1 s and 19 MiB each, too long for the loop.
 *
 * There is no lock: a job is a pointer that goes there and back through a pair
 * of sockets, and only who holds it touches it.  At most WORKER_MAX_JOBS are
 * under way; more are refused, so that log-ins cannot take all the memory or
 * keep everybody waiting.
 */
#ifndef TOCSIN_CONSOLE_WORKER_H
#define TOCSIN_CONSOLE_WORKER_H

#include "console/inside.h"

enum { WORKER_MAX_JOBS = 8, WORKER_STACK_BYTES = 256 * 1024 };

struct worker;

/* Before lock-down: the sockets. */
int worker_new(struct console *console, struct worker **ret);
/* After lock-down, which the thread then has too. */
int worker_start(struct worker *worker);
void worker_free(struct worker *worker);

/* Check password against hash (copied), then call then(ctx, right, NULL); ctx
 * has been answered with 429 when too many wait.  hash absent: as slow, and
 * wrong. */
typedef void worker_then(struct context *ctx, bool right, const char *hash);
void worker_check(struct context *ctx, struct str hash, struct str password,
    worker_then *then);
/* Hash password, then call then(ctx, true, hash), or (ctx, false, NULL) when
 * there was no memory for it. */
void worker_hash(struct context *ctx, struct str password, worker_then *then);
/* The request went away: nobody is called. */
void worker_forget(struct worker *worker, const struct context *ctx);

#endif
