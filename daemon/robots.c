/*
 * robots: a cache of robots.txt by origin.
 *
 * While an origin's file is being fetched those who ask wait in its list.  What
 * comes of it (RFC 9309 §2.3.1):
 *
 *   2xx                     its first 500 KiB are the rules
 *   4xx, 3xx that leads     there are none, all is allowed
 *   nowhere, 6th redirect
 *   5xx, no answer, cut     nothing is allowed, unless an older copy is there;
 *   short, refused          after 30 days all is, as if there were none
 */
#include "daemon/robots.h"

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/url.h"
#include "feeds/feeds.h"

enum { ROBOTS_CHAINS = 1024 };

static const struct robots_times robots_usual = {.fresh_ms = MS_DAY,
    .retry_ms = 10 * MS_MINUTE,
    .forgive_ms = 30 * (int64_t)MS_DAY};

struct robots_wait {
    STAILQ_ENTRY(robots_wait) link;
    char *url;
    const struct gate_policy *policy; /* lent */
    void (*done)(void *arg, enum robots_answer answer, int64_t later_ms);
    void *arg;
};
STAILQ_HEAD(robots_waits, robots_wait);

struct robots_origin {
    TAILQ_ENTRY(robots_origin) link; /* least recently asked first */
    SLIST_ENTRY(robots_origin) chain;
    struct robots *robots;
    char *name; /* "https://host:port" */
    struct buf body;
    bool known; /* body is an answer, possibly an empty one */
    bool loading;
    bool failing;
    struct mono fresh_until;
    struct mono failing_since;
    int64_t delay_ms;
    struct robots_waits waiting;
};

struct robots {
    struct loop *loop;
    struct http *http;
    char *agent;
    struct robots_times times;
    size_t n, bytes;
    TAILQ_HEAD(, robots_origin) origins;
    SLIST_HEAD(robots_chain, robots_origin) chains[ROBOTS_CHAINS];
};

/* --- the cache -------------------------------------------------------------
 */

int
robots_new(struct loop *loop, struct http *http, struct str agent,
    const struct robots_times *times, struct robots **ret)
{
    struct robots *robots = calloc(1, sizeof *robots);

    if (robots)
        robots->agent = strndup(agent.p, agent.n);
    if (robots == NULL || robots->agent == NULL) {
        free(robots);
        return E_NOMEM;
    }
    robots->loop = loop;
    robots->http = http;
    robots->times = times ? *times : robots_usual;
    TAILQ_INIT(&robots->origins);
    *ret = robots;
    return 0;
}

static struct robots_chain *
robots_chain_of(struct robots *robots, struct str name)
{
    uint32_t hash = 2166136261u; /* FNV-1a; URLs are bounded by the gate */

    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)name.p[i]) * 16777619u;
    return &robots->chains[(hash ^ (hash >> 16)) % ROBOTS_CHAINS];
}

static void
robots_drop(struct robots *robots, struct robots_origin *origin)
{
    TAILQ_REMOVE(&robots->origins, origin, link);
    SLIST_REMOVE(robots_chain_of(robots, str_of(origin->name)), origin,
        robots_origin, chain);
    robots->n--;
    robots->bytes -= origin->body.n;
    buf_done(&origin->body);
    free(origin->name);
    free(origin);
}

void
robots_free(struct robots *robots)
{
    struct robots_origin *origin;

    if (robots == NULL)
        return;
    while ((origin = TAILQ_FIRST(&robots->origins)) != NULL)
        robots_drop(robots, origin);
    free(robots->agent);
    free(robots);
}

/* Forget those longest not asked for, when there are too many. */
static void
robots_trim(struct robots *robots)
{
    struct robots_origin *origin = TAILQ_FIRST(&robots->origins), *next;

    for (; origin && (robots->n > ROBOTS_MAX_ORIGINS ||
                         robots->bytes > ROBOTS_MAX_KEPT_BYTES);
         origin = next) {
        next = TAILQ_NEXT(origin, link);
        if (!origin->loading && STAILQ_EMPTY(&origin->waiting))
            robots_drop(robots, origin);
    }
}

static struct robots_origin *
robots_find(struct robots *robots, struct str name)
{
    struct robots_origin *origin;

    SLIST_FOREACH (origin, robots_chain_of(robots, name), chain) {
        if (str_eq(str_of(origin->name), name))
            return origin;
    }
    return NULL;
}

static struct robots_origin *
robots_get(struct robots *robots, struct str name)
{
    struct robots_origin *origin = robots_find(robots, name);

    if (origin) {
        TAILQ_REMOVE(&robots->origins, origin, link);
        TAILQ_INSERT_TAIL(&robots->origins, origin, link);
        return origin;
    }
    origin = calloc(1, sizeof *origin);
    if (origin)
        origin->name = strndup(name.p, name.n);
    if (origin == NULL || origin->name == NULL) {
        free(origin);
        return NULL;
    }
    origin->robots = robots;
    buf_init(&origin->body, ROBOTS_MAX_BYTES);
    STAILQ_INIT(&origin->waiting);
    TAILQ_INSERT_TAIL(&robots->origins, origin, link);
    SLIST_INSERT_HEAD(robots_chain_of(robots, name), origin, chain);
    robots->n++;
    return origin;
}

/* "https://host:port" of url, in out. */
static int
robots_origin_name(struct str url, struct buf *out)
{
    struct url u;
    int r = url_parse(url, &u);

    if (r != 0)
        return r;
    r = buf_printf(out, "%.*s://%s%.*s%s", STR_ARG(u.scheme),
        str_find_char(u.host, ':') < u.host.n ? "[" : "", STR_ARG(u.host),
        str_find_char(u.host, ':') < u.host.n ? "]" : "");
    if (r == 0 && u.port.n > 0)
        r = buf_printf(out, ":%.*s", STR_ARG(u.port));
    return r;
}

/* --- judging ---------------------------------------------------------------
 */

static enum robots_answer
robots_judge(const struct robots_origin *origin, struct str url)
{
    const struct robots *robots = origin->robots;

    if (!origin->known)
        return origin->failing &&
                       loop_mono(robots->loop).ms - origin->failing_since.ms >=
                           robots->times.forgive_ms
                   ? ROBOTS_ALLOWED
                   : ROBOTS_UNREACHABLE;
    return robots_check(buf_str(&origin->body), str_of(robots->agent), url)
                   .allowed
               ? ROBOTS_ALLOWED
               : ROBOTS_REFUSED;
}

static void
robots_settle_all(struct robots_origin *origin, struct robots_waits *waiting,
    int64_t later_ms)
{
    struct robots_wait *wait;

    origin->loading = true; /* and the origin stays */
    STAILQ_FOREACH (wait, waiting, link)
        if (later_ms > 0 && !origin->known)
            wait->done(wait->arg, ROBOTS_LATER, later_ms);
        else
            wait->done(wait->arg, robots_judge(origin, str_of(wait->url)), 0);
    origin->loading = false;
    while ((wait = STAILQ_FIRST(waiting)) != NULL) {
        STAILQ_REMOVE_HEAD(waiting, link);
        free(wait->url);
        free(wait);
    }
}

static void
robots_settle(struct robots_origin *origin, int64_t later_ms)
{
    struct robots_waits waiting = STAILQ_HEAD_INITIALIZER(waiting);

    /* Whoever asks again from done waits for the next answer. */
    STAILQ_CONCAT(&waiting, &origin->waiting);
    robots_settle_all(origin, &waiting, later_ms);
}

/* The one whose policy the load went by. */
static void
robots_settle_first(struct robots_origin *origin)
{
    struct robots_waits waiting = STAILQ_HEAD_INITIALIZER(waiting);
    struct robots_wait *first = STAILQ_FIRST(&origin->waiting);

    STAILQ_REMOVE_HEAD(&origin->waiting, link);
    STAILQ_INSERT_TAIL(&waiting, first, link);
    robots_settle_all(origin, &waiting, 0);
}

/* --- loading ---------------------------------------------------------------
 */

enum robots_state { ROBOTS_RULES, ROBOTS_NONE, ROBOTS_FAILED };

static enum robots_state
robots_state_of(const struct http_answer *answer)
{
    if (answer->result == HTTP_TOO_MANY_REDIRECTS)
        return ROBOTS_NONE;
    if (answer->result != HTTP_ANSWERED)
        return ROBOTS_FAILED;
    if (answer->status / 100 == 2)
        return ROBOTS_RULES;
    return answer->status / 100 == 5 ? ROBOTS_FAILED : ROBOTS_NONE;
}

static void
robots_keep(struct robots_origin *origin, struct str body)
{
    struct robots *robots = origin->robots;
    struct robots_verdict verdict;
    char gap[32];

    robots->bytes -= origin->body.n;
    buf_clear(&origin->body);
    (void)buf_add_str(&origin->body, str_first(body, ROBOTS_MAX_BYTES));
    robots->bytes += origin->body.n;
    origin->known = true;
    origin->failing = false;
    verdict =
        robots_check(buf_str(&origin->body), str_of(robots->agent), STR("/"));
    origin->delay_ms = verdict.crawl_delay_ms > 0 ? verdict.crawl_delay_ms : 0;
    if (origin->delay_ms > ROBOTS_MAX_DELAY_MS)
        origin->delay_ms = ROBOTS_MAX_DELAY_MS;
    if (origin->delay_ms == 0)
        return;
    snprintf(gap, sizeof gap, "%lld ms", (long long)origin->delay_ms);
    log_say(LOG_NOTICE, "robots.txt asks for a gap between requests", "origin",
        origin->name, "gap", gap, NULL);
}

/* The gate closes the origin itself to one asker; to others it may be open.
 * Where the origin's file leads to is the origin's own doing, and remembered:
 * else it were asked for at every poll. */
static bool
robots_is_askers_own(const struct http_answer *answer)
{
    return answer->result == HTTP_REFUSED && answer->nredirects == 0 &&
           answer->status == 0; /* nothing was asked */
}

static void robots_load_for_first(struct robots_origin *origin);

static void
robots_loaded(void *arg, const struct http_answer *answer)
{
    struct robots_origin *origin = arg;
    struct robots *robots = origin->robots;
    struct mono now = loop_mono(robots->loop);
    enum robots_state state = robots_state_of(answer);
    int64_t hold = http_retry_after(http_answer_header(answer, "retry-after"),
        loop_wall(robots->loop), MS_DAY);

    origin->loading = false;
    if (robots_is_askers_own(answer)) {
        robots_settle_first(origin);
        robots_load_for_first(origin);
        robots_trim(robots);
        return;
    }
    if (answer->result == HTTP_LATER) {
        robots_settle(origin, answer->later_ms);
        return;
    }
    if (answer->status == 429 || answer->status == 503)
        http_hold(robots->http, answer->url, hold);
    if (state == ROBOTS_FAILED) {
        if (!origin->failing)
            origin->failing_since = now;
        origin->failing = true;
        origin->fresh_until.ms = now.ms + robots->times.retry_ms;
    } else {
        robots_keep(origin, state == ROBOTS_RULES ? answer->body : STR_NONE);
        origin->fresh_until.ms = now.ms + robots->times.fresh_ms;
    }
    robots_settle(origin, 0);
    robots_trim(robots);
}

static int
robots_load(struct robots_origin *origin)
{
    struct http_request request = {.method = STR("GET"),
        .policy = STAILQ_FIRST(&origin->waiting)->policy,
        .follow = true,
        .cut = true,
        .max_body_bytes = ROBOTS_MAX_BYTES,
        .max_wire_bytes = ROBOTS_MAX_WIRE_BYTES,
        .total_ms = ROBOTS_TOTAL_MS,
        .patience_ms = ROBOTS_PATIENCE_MS};
    struct http_header accept = {STR("Accept"), STR("text/plain, */*;q=0.1")};
    struct buf url;
    int r;

    request.headers = &accept;
    request.nheaders = 1;
    buf_init(&url, URL_MAX);
    r = buf_printf(&url, "%s/robots.txt", origin->name);
    request.url = buf_str(&url);
    if (r == 0)
        r = http_start(
            origin->robots->http, &request, robots_loaded, origin, NULL);
    origin->loading = r == 0;
    buf_done(&url);
    return r;
}

static void
robots_load_for_first(struct robots_origin *origin)
{
    if (!STAILQ_EMPTY(&origin->waiting) && robots_load(origin) != 0)
        robots_settle(origin, 0);
}

/* --- asking ----------------------------------------------------------------
 */

static int
robots_wait_for(struct robots_origin *origin, struct str url,
    const struct gate_policy *policy,
    void (*done)(void *arg, enum robots_answer answer, int64_t later_ms),
    void *arg)
{
    struct robots_wait *wait = calloc(1, sizeof *wait);

    if (wait)
        wait->url = strndup(url.p, url.n);
    if (wait == NULL || wait->url == NULL) {
        free(wait);
        return E_NOMEM;
    }
    wait->policy = policy;
    wait->done = done;
    wait->arg = arg;
    STAILQ_INSERT_TAIL(&origin->waiting, wait, link);
    return 0;
}

int
robots_ask(struct robots *robots, struct str url,
    const struct gate_policy *policy,
    void (*done)(void *arg, enum robots_answer answer, int64_t later_ms),
    void *arg)
{
    struct robots_origin *origin = NULL;
    struct buf name;
    int r;

    buf_init(&name, URL_MAX);
    r = robots_origin_name(url, &name);
    if (r == 0)
        origin = robots_get(robots, buf_str(&name));
    buf_done(&name);
    if (r == 0 && origin == NULL)
        r = E_NOMEM;
    if (r != 0)
        return r;
    if (!origin->loading &&
        origin->fresh_until.ms > loop_mono(robots->loop).ms) {
        done(arg, robots_judge(origin, url), 0);
        return 0;
    }
    r = robots_wait_for(origin, url, policy, done, arg);
    if (r == 0 && !origin->loading)
        robots_load_for_first(origin);
    robots_trim(robots);
    return r;
}

int64_t
robots_delay_ms(struct robots *robots, struct str url)
{
    const struct robots_origin *origin = NULL;
    struct buf name;

    buf_init(&name, URL_MAX);
    if (robots_origin_name(url, &name) == 0)
        origin = robots_find(robots, buf_str(&name));
    buf_done(&name);
    return origin ? origin->delay_ms : 0;
}
