/*
 * engine_skip: one that cannot be dealt with holds up no other.
 *
 * What time brings (deadlines, escalations, ends of acknowledgements) is done
 * row by row, each in a step of its own.  One that fails is undone, put off for
 * SKIP_AGAIN_MS, and named: the condition `unreadable` of "clock:12", an
 * entry in the ledger when that opens, and a line in the log.  The condition
 * ends when the same goes well.
 */
#ifndef TOCSIN_DAEMON_ENGINE_SKIP_H
#define TOCSIN_DAEMON_ENGINE_SKIP_H

#include "daemon/engine.h"

enum { SKIP_AGAIN_MS = 60 * 1000 };

/* What time does to one row. */
struct skip_ops {
    const char *what; /* a row is: "clock" */
    int (*work)(struct engine *engine, int64_t row);
    /* Let it not be due before until. */
    int (*put_off)(struct engine *engine, int64_t row, struct wall until);
};

/* Do it in a step of its own.  0 also when it failed and is put off; an error
 * when nothing can be written.  Clears the arena; a commit may happen. */
int engine_skip_do(struct engine *engine, const struct skip_ops *ops,
    int64_t row, int64_t incident);
/* Within a step: name what cannot be read.  err is what reading came to. */
int engine_skip_report(struct engine *engine, const char *what, int64_t row,
    int64_t incident, int err);
/* Within a step: it went well. */
int engine_skip_over(struct engine *engine, const char *what, int64_t row);
/* When what is put off now is looked at again. */
struct wall engine_skip_again(const struct engine *engine);

#endif
