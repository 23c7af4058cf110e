/*
 * http_queue: who may start when.
 *
 * Each host has a queue, in order of arrival.  A host that could start a call
 * now stands once in the list of ready hosts; they take turns, so that a host
 * with a thousand requests delays nobody else.  After a request a host rests
 * for its gap, and as long as it asked for (http_hold).  A host without calls,
 * running or queued, whose rest has passed is forgotten.
 *
 * "Host" is what http_scope.c makes of a target.
 */
#include <stdlib.h>
#include <string.h>

#include "net/http_int.h"

static struct http_chain *
chain_of(struct http *http, struct str name)
{
    uint32_t hash = 2166136261u; /* FNV-1a; names are bounded by the gate */

    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)name.p[i]) * 16777619u;
    return &http->hosts[(hash ^ (hash >> 16)) % HTTP_HOST_CHAINS];
}

static struct http_host *
host_get(struct http *http, struct str name)
{
    struct http_chain *chain = chain_of(http, name);
    struct http_host *host;

    SLIST_FOREACH (host, chain, chain)
        if (str_eq(str_of(host->name), name))
            return host;
    host = calloc(1, sizeof(*host) + name.n + 1);
    if (!host)
        return NULL;
    memcpy(host->name, name.p, name.n);
    host->http = http;
    TAILQ_INIT(&host->queue);
    SLIST_INSERT_HEAD(chain, host, chain);
    return host;
}

static void
host_free(struct http_host *host)
{
    struct http *http = host->http;

    if (host->ready)
        TAILQ_REMOVE(&http->ready, host, ready_link);
    if (host->held)
        http->nheld--;
    SLIST_REMOVE(chain_of(http, str_of(host->name)), host, http_host, chain);
    loop_timer_free(host->timer);
    free(host);
}

/* Put the host where it belongs after any change to it; it may be freed. */
static void
host_settle(struct http_host *host)
{
    struct http *http = host->http;
    bool waiting = !TAILQ_EMPTY(&host->queue);
    bool may = waiting && !host->resting && host->running < http->per_host;

    if (may && !host->ready) {
        TAILQ_INSERT_TAIL(&http->ready, host, ready_link);
        loop_timer_set(http->pump_timer, 0);
    } else if (!may && host->ready) {
        TAILQ_REMOVE(&http->ready, host, ready_link);
    }
    host->ready = may;
    if (!waiting && !host->resting && host->running == 0)
        host_free(host);
}

static void
rest_passed(void *arg)
{
    struct http_host *host = arg;

    host->resting = false;
    if (host->held)
        host->http->nheld--;
    host->held = false;
    host_settle(host);
}

/* Let it rest for ms, or longer when it does so already. */
static void
host_rest(struct http_host *host, int64_t ms)
{
    struct http *http = host->http;
    int64_t until = loop_mono(http->loop).ms + ms;

    if (ms <= 0 || (host->resting && host->rest_until.ms >= until))
        return;
    if (!host->timer &&
        loop_timer_new(http->loop, rest_passed, host, &host->timer) < 0)
        return; /* without memory for a timer, better early than never */
    host->resting = true;
    host->rest_until.ms = until;
    loop_timer_set(host->timer, ms);
}

/* When a call that came now would have its turn, as far as gaps and rest tell;
 * how long those ahead will take nobody knows. */
static int64_t
host_wait_ms(const struct http_host *host, bool first)
{
    struct http *http = host->http;
    int64_t gap = host->gap_ms > http->gap_ms ? host->gap_ms : http->gap_ms;
    int64_t ahead = first ? 0 : (int64_t)(host->nqueued + host->running);
    int64_t wait = ahead / http->per_host * gap;

    if (host->resting)
        wait += host->rest_until.ms - loop_mono(http->loop).ms;
    return wait;
}

int
queue_add(struct http_call *call, bool first)
{
    struct http *http = call->http;
    struct http_host *host =
        host_get(http, scope_name(http->scope, call->arena, &call->target));
    int64_t wait;

    if (!host)
        return E_NOMEM;
    wait = host_wait_ms(host, first);
    if (call->patience_ms > 0 && wait > call->patience_ms) {
        call->later_ms = wait;
        host_settle(host);
        return E_BUSY;
    }
    if (call_wait(call) < 0) {
        host_settle(host);
        return E_NOMEM;
    }
    call->host = host;
    call->state = CALL_QUEUED;
    http->nqueued++;
    host->nqueued++;
    if (first)
        TAILQ_INSERT_HEAD(&host->queue, call, link);
    else
        TAILQ_INSERT_TAIL(&host->queue, call, link);
    host_settle(host);
    return 0;
}

void
queue_remove(struct http_call *call)
{
    struct http_host *host = call->host;

    TAILQ_REMOVE(&host->queue, call, link);
    call->http->nqueued--;
    host->nqueued--;
    call->host = NULL;
    host_settle(host);
}

void
queue_release(struct http_call *call, bool rest)
{
    struct http_host *host = call->host;

    call->host = NULL;
    host->running--;
    host->gap_ms = call->gap_ms;
    if (rest)
        host_rest(host, call->gap_ms > call->http->gap_ms ? call->gap_ms
                                                          : call->http->gap_ms);
    host_settle(host);
}

bool
queue_is_same(const struct http_call *call)
{
    return str_eq(scope_name(call->http->scope, call->arena, &call->target),
        str_of(call->host->name));
}

void
queue_hold(struct http *http, struct str name, int64_t ms)
{
    struct http_host *host = host_get(http, name);

    if (!host)
        return;
    if (host->held || http->nheld < HTTP_MAX_HELD) {
        host_rest(host, ms);
        if (host->resting && !host->held) {
            host->held = true;
            http->nheld++;
        }
    }
    host_settle(host);
}

void
queue_pump(struct http *http)
{
    struct http_host *host;

    while (http->nrunning < http->total &&
           (host = TAILQ_FIRST(&http->ready)) != NULL) {
        struct http_call *call = TAILQ_FIRST(&host->queue);

        TAILQ_REMOVE(&http->ready, host, ready_link);
        host->ready = false;
        TAILQ_REMOVE(&host->queue, call, link);
        http->nqueued--;
        host->nqueued--;
        host->running++;
        host_settle(host); /* to the end of the line */
        if (call_begin(call) < 0) {
            queue_release(call, false);
            call_fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
            http_finish(call);
        }
    }
}

void
queue_done(struct http *http)
{
    for (size_t i = 0; i < HTTP_HOST_CHAINS; i++) {
        struct http_host *host;

        while ((host = SLIST_FIRST(&http->hosts[i])) != NULL) {
            struct http_call *call;

            while ((call = TAILQ_FIRST(&host->queue)) != NULL) {
                TAILQ_REMOVE(&host->queue, call, link);
                call_free(call);
            }
            host_free(host);
        }
    }
}
