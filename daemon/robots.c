/*
 * robots: a cache of robots.txt by origin.
 *
 * While an origin's file is being fetched those who ask wait in its list.  A
 * 4xx means that all is allowed; a 5xx or no answer that nothing is, unless an
 * older copy is there (RFC 9309 §2.3.1).
 */
#include "daemon/robots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/url.h"
#include "feeds/feeds.h"

struct robots_wait {
    STAILQ_ENTRY(robots_wait) link;
    char *url;
    void (*done)(void *arg, enum robots_answer answer);
    void *arg;
};

struct robots_origin {
    TAILQ_ENTRY(robots_origin) link; /* least recently asked first */
    struct robots *robots;
    char *name; /* "https://host:port" */
    struct buf body;
    bool known;   /* body is an answer, possibly an empty one */
    bool loading;
    struct mono fresh_until;
    STAILQ_HEAD(, robots_wait) waiting;
};

struct robots {
    struct loop *loop;
    struct http *http;
    char *agent;
    size_t n;
    TAILQ_HEAD(, robots_origin) origins;
};

int
robots_new(struct loop *loop, struct http *http, struct str agent,
    struct robots **ret)
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
    TAILQ_INIT(&robots->origins);
    *ret = robots;
    return 0;
}

static void
robots_drop(struct robots *robots, struct robots_origin *origin)
{
    TAILQ_REMOVE(&robots->origins, origin, link);
    robots->n--;
    buf_done(&origin->body);
    free(origin->name);
    free(origin);
}

/* Forget the one longest not asked for, when there are too many. */
static void
robots_trim(struct robots *robots)
{
    struct robots_origin *origin = TAILQ_FIRST(&robots->origins), *next;

    for (; origin && robots->n > ROBOTS_MAX_ORIGINS; origin = next) {
        next = TAILQ_NEXT(origin, link);
        if (!origin->loading)
            robots_drop(robots, origin);
    }
}

static struct robots_origin *
robots_find(struct robots *robots, struct str name)
{
    struct robots_origin *origin;

    TAILQ_FOREACH (origin, &robots->origins, link) {
        if (str_eq(str_of(origin->name), name)) {
            TAILQ_REMOVE(&robots->origins, origin, link);
            TAILQ_INSERT_TAIL(&robots->origins, origin, link);
            return origin;
        }
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
    robots->n++;
    robots_trim(robots);
    return origin;
}

static enum robots_answer
robots_judge(const struct robots_origin *origin, struct str url)
{
    if (!origin->known)
        return ROBOTS_UNREACHABLE;
    return robots_check(buf_str(&origin->body),
               str_of(origin->robots->agent), url)
                   .allowed
               ? ROBOTS_ALLOWED
               : ROBOTS_REFUSED;
}

static void
robots_settle(struct robots_origin *origin)
{
    struct robots_wait *wait;

    while ((wait = STAILQ_FIRST(&origin->waiting)) != NULL) {
        STAILQ_REMOVE_HEAD(&origin->waiting, link);
        wait->done(wait->arg, robots_judge(origin, str_of(wait->url)));
        free(wait->url);
        free(wait);
    }
}

static void
robots_loaded(void *arg, const struct http_answer *answer)
{
    struct robots_origin *origin = arg;
    bool ok = answer->result == HTTP_ANSWERED && answer->status / 100 == 2;
    bool none = answer->result == HTTP_ANSWERED && answer->status / 100 == 4;
    /* A file over the limit counts by its first bytes, which we do not have:
     * it is as good as none. */
    bool large = answer->result == HTTP_TOO_LARGE;
    int64_t fresh = ok || none || large ? ROBOTS_FRESH_MS : ROBOTS_RETRY_MS;

    origin->loading = false;
    if (ok || none || large) {
        buf_clear(&origin->body);
        origin->known = true;
        if (ok)
            (void)buf_add_str(
                &origin->body, str_first(answer->body, ROBOTS_MAX_BYTES));
    }
    origin->fresh_until.ms = loop_mono(origin->robots->loop).ms + fresh;
    robots_settle(origin);
}

static int
robots_load(struct robots_origin *origin, const struct gate_policy *policy)
{
    struct http_request request = {
        .method = STR("GET"), .policy = policy, .follow = true};
    struct buf url;
    int r;

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

static int
robots_wait_for(struct robots_origin *origin, struct str url,
    void (*done)(void *arg, enum robots_answer answer), void *arg)
{
    struct robots_wait *wait = calloc(1, sizeof *wait);

    if (wait)
        wait->url = strndup(url.p, url.n);
    if (wait == NULL || wait->url == NULL) {
        free(wait);
        return E_NOMEM;
    }
    wait->done = done;
    wait->arg = arg;
    STAILQ_INSERT_TAIL(&origin->waiting, wait, link);
    return 0;
}

int
robots_ask(struct robots *robots, struct str url,
    const struct gate_policy *policy,
    void (*done)(void *arg, enum robots_answer answer), void *arg)
{
    struct robots_origin *origin = NULL;
    struct buf name;
    int r;

    buf_init(&name, URL_MAX);
    r = robots_origin_name(url, &name);
    if (r == 0)
        origin = robots_find(robots, buf_str(&name));
    buf_done(&name);
    if (r == 0 && origin == NULL)
        r = E_NOMEM;
    if (r != 0)
        return r;
    if (!origin->loading &&
        origin->fresh_until.ms > loop_mono(robots->loop).ms) {
        done(arg, robots_judge(origin, url));
        return 0;
    }
    r = robots_wait_for(origin, url, done, arg);
    if (r == 0 && !origin->loading && robots_load(origin, policy) != 0)
        robots_settle(origin);
    return r;
}
