/* window: a ring of the times at which the last attempts ended. */
#include "notify/window.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

enum { SPAN_MS = WINDOW_MS + WINDOW_MARGIN_MS };

int
window_init(struct window *window, unsigned per_minute, unsigned reserve,
    int64_t gap_ms)
{
    *window = (struct window){.per_minute = per_minute, .gap_ms = gap_ms};
    if (per_minute == 0)
        return 0;
    window->reserve = reserve < per_minute ? reserve : per_minute - 1;
    window->ended = calloc((size_t)per_minute + 1, sizeof *window->ended);
    return window->ended ? 0 : E_NOMEM;
}

void
window_done(struct window *window)
{
    free(window->ended);
    *window = (struct window){0};
}

static struct mono
ended_at(const struct window *window, size_t i)
{
    return window->ended[(window->first + i) % (window->per_minute + 1)];
}

/* How many of those that ended still count. */
static size_t
counted(const struct window *window, struct mono now)
{
    size_t n = window->n;

    while (n > 0 && now.ms - ended_at(window, window->n - n).ms >= SPAN_MS)
        n--;
    return n;
}

void
window_send(struct window *window, struct mono now)
{
    window->under_way++;
    window->last = now;
    window->any = true;
}

void
window_past(struct window *window, struct mono ended)
{
    size_t cap = (size_t)window->per_minute + 1;

    if (!window->any || ended.ms > window->last.ms)
        window->last = ended;
    window->any = true;
    if (window->per_minute == 0)
        return;
    if (window->n == cap) {
        window->first = (window->first + 1) % cap;
        window->n--;
    }
    window->ended[(window->first + window->n++) % cap] = ended;
}

void
window_end(struct window *window, struct mono now)
{
    if (window->under_way > 0)
        window->under_way--;
    window_past(window, now);
}

static size_t
places(const struct window *window, bool urgent)
{
    return window->per_minute - (urgent ? 0 : window->reserve);
}

static int64_t
gap_left(const struct window *window, struct mono now)
{
    int64_t left = window->any && window->gap_ms > 0
                       ? window->last.ms + window->gap_ms - now.ms
                       : 0;

    return left > 0 ? left : 0;
}

size_t
window_room(const struct window *window, bool urgent, struct mono now)
{
    size_t used = window->under_way, room = SIZE_MAX;

    if (window->gap_ms > 0 && (used > 0 || gap_left(window, now) > 0))
        return 0;
    if (window->per_minute > 0) {
        used += counted(window, now);
        room = places(window, urgent);
        room = used < room ? room - used : 0;
    }
    return window->gap_ms > 0 && room > 1 ? 1 : room;
}

int64_t
window_wait(const struct window *window, bool urgent, struct mono now)
{
    size_t n, used, most;
    int64_t wait = gap_left(window, now), other;

    if (window->gap_ms > 0 && window->under_way > 0)
        return WINDOW_FULL;
    if (window->per_minute == 0)
        return wait;
    n = counted(window, now);
    used = n + window->under_way;
    most = places(window, urgent);
    if (used < most)
        return wait;
    if (used - most + 1 > n)
        return WINDOW_FULL;
    /* The oldest used - most + 1 of them must have left. */
    other = ended_at(window, window->n - n + used - most).ms + SPAN_MS - now.ms;
    return other > wait ? other : wait;
}
