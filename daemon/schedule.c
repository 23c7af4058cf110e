/* schedule: a binary heap with positions. */
#include "daemon/schedule.h"

#include <stdlib.h>

#include "base/err.h"

struct entry {
    struct wall due;
    uint32_t source;
};

static const uint32_t ABSENT = UINT32_MAX;

struct schedule {
    struct entry *heap;
    uint32_t *position; /* by source; ABSENT when not scheduled */
    size_t n, max;
};

int
schedule_new(size_t n, struct schedule **ret)
{
    struct schedule *s = calloc(1, sizeof *s);

    if (s) {
        s->heap = calloc(n + 1, sizeof *s->heap);
        s->position = calloc(n + 1, sizeof *s->position);
    }
    if (s == NULL || s->heap == NULL || s->position == NULL) {
        schedule_free(s);
        return E_NOMEM;
    }
    s->max = n;
    for (size_t i = 0; i < n; i++)
        s->position[i] = ABSENT;
    *ret = s;
    return 0;
}

void
schedule_free(struct schedule *schedule)
{
    if (schedule == NULL)
        return;
    free(schedule->heap);
    free(schedule->position);
    free(schedule);
}

static void
put(struct schedule *s, size_t at, struct entry entry)
{
    s->heap[at] = entry;
    s->position[entry.source] = (uint32_t)at;
}

/* Move the entry at up, then down, to where it belongs. */
static void
sift(struct schedule *s, size_t at)
{
    struct entry entry = s->heap[at];

    while (at > 0 && s->heap[(at - 1) / 2].due.ms > entry.due.ms) {
        put(s, at, s->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (size_t child; (child = 2 * at + 1) < s->n; at = child) {
        if (child + 1 < s->n &&
            s->heap[child + 1].due.ms < s->heap[child].due.ms)
            child++;
        if (s->heap[child].due.ms >= entry.due.ms)
            break;
        put(s, at, s->heap[child]);
    }
    put(s, at, entry);
}

void
schedule_set(struct schedule *s, uint32_t source, struct wall due)
{
    size_t at;

    if (source >= s->max)
        return;
    at = s->position[source];
    if (at == ABSENT)
        at = s->n++;
    put(s, at, (struct entry){due, source});
    sift(s, at);
}

void
schedule_remove(struct schedule *s, uint32_t source)
{
    size_t at;

    if (source >= s->max || s->position[source] == ABSENT)
        return;
    at = s->position[source];
    s->position[source] = ABSENT;
    s->n--;
    if (at == s->n)
        return;
    put(s, at, s->heap[s->n]);
    sift(s, at);
}

bool
schedule_first(
    const struct schedule *s, uint32_t *ret_source, struct wall *ret)
{
    if (s->n == 0)
        return false;
    *ret_source = s->heap[0].source;
    *ret = s->heap[0].due;
    return true;
}

size_t
schedule_count(const struct schedule *s)
{
    return s->n;
}
