/*
 * schedule: which source is due next: a binary heap of compact entries.
 *
 * An entry is a time and the number of a source (12 bytes), and each source
 * knows where its entry stands, so that a change is a sift.  Pure.  Belongs to
 * the engine.
 */
#ifndef TOCSIN_DAEMON_SCHEDULE_H
#define TOCSIN_DAEMON_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct schedule;

/* For sources numbered 0 … n-1, none of them scheduled.  E_NOMEM. */
int schedule_new(size_t n, struct schedule **ret);
void schedule_free(struct schedule *schedule);
/* Let source be due at that time, whether it was scheduled before or not. */
void schedule_set(struct schedule *schedule, uint32_t source, struct wall due);
/* Take source off. */
void schedule_remove(struct schedule *schedule, uint32_t source);
/* The one that is due first; false when there is none. */
bool schedule_first(
    const struct schedule *schedule, uint32_t *ret_source, struct wall *ret);
size_t schedule_count(const struct schedule *schedule);

#endif
