/*
 * config_check: ids used twice, addresses that the gate would refuse, bounds
 * that contradict each other, and defaults that come from other options.
 *
 * The gate (net/gate.h) judges here with the same policy that the fetch and
 * notify roles will use, so that an address that can never be polled is an
 * error on the day it is written and not a condition at night.
 */
#include "daemon/config_check.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "net/gate.h"

/* One id and where it stands, for finding those used twice. */
struct id_place {
    struct str id;
    const struct place *place;
    size_t order;
};

static int
id_place_cmp(const void *a, const void *b)
{
    const struct id_place *x = a, *y = b;
    int c = str_cmp(x->id, y->id);

    if (c != 0)
        return c;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Every id but the first of its kind is an error.  The id is the first field
 * of both structs. */
_Static_assert(offsetof(struct source, id) == 0, "id stands first");
_Static_assert(offsetof(struct channel, id) == 0, "id stands first");

static void
check_ids(
    const struct entries *entries, const char *what, struct toc_errors *errors)
{
    struct id_place *ids = calloc(entries->n + 1, sizeof(struct id_place));
    size_t n = 0;

    if (!ids) {
        toc_errors_add(errors, NULL, 0, 0, "out of memory");
        return;
    }
    for (size_t i = 0; i < entries->n; i++) {
        const struct str *id =
            (const struct str *)(const void *)((const char *)entries->items +
                                               i * entries->size);
        if (id->p)
            ids[n++] = (struct id_place){*id, &entries->places[i], i};
    }
    qsort(ids, n, sizeof(struct id_place), id_place_cmp);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (!str_eq(ids[i].id, ids[first].id)) {
            first = i;
            continue;
        }
        const struct place *again = ids[i].place, *p = ids[first].place;
        toc_errors_add(errors, again->file, again->line, again->column,
            "%s id \"%.*s\" is used at %s:%u already; give this one another",
            what, STR_ARG(ids[i].id), p->file, p->line);
    }
    free(ids);
}

/* Add the ranges that open an address; those that are wrong were said to be
 * so when they were read.  False when there are more than a policy holds. */
static bool
open_ranges(struct gate_policy *policy, const struct str *allow, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (policy->nallow >= GATE_MAX_ALLOW)
            return false;
        if (gate_allow_parse(allow[i], NULL, &policy->allow[policy->nallow]) ==
            0)
            policy->nallow++;
    }
    return true;
}

static struct gate_policy
base_policy(const struct config *c)
{
    struct gate_policy policy;

    gate_policy_init(&policy);
    open_ranges(&policy, c->allow, c->nallow);
    for (size_t i = 0; i < c->nports && i < GATE_MAX_PORTS; i++)
        policy.ports[policy.nports++] = c->ports[i];
    return policy;
}

static void
check_url(const struct gate_policy *policy, struct arena *scratch,
    struct str url, const struct place *place, struct toc_errors *errors)
{
    struct str normal;
    const char *reason = "not an address that can be asked";

    if (!url.p)
        return;
    if (gate_url(policy, scratch, url, &normal, &reason) < 0)
        toc_errors_add(errors, place->file, place->url_line, place->url_column,
            "url \"%.*s\" is refused: %s", STR_ARG(url), reason);
    arena_clear(scratch);
}

static void
check_ranges(bool fits, const struct place *place, struct toc_errors *errors)
{
    if (!fits)
        toc_errors_add(errors, place->file, place->line, place->column,
            "together with allow_addresses there are more than %d address "
            "ranges",
            GATE_MAX_ALLOW);
}

static void
check_sources(const struct config *c, struct entries *entries,
    struct arena *scratch, struct toc_errors *errors)
{
    const struct gate_policy base = base_policy(c);
    struct source *sources = entries->items;

    for (size_t i = 0; i < entries->n; i++) {
        struct source *s = &sources[i];
        const struct place *place = &entries->places[i];
        struct gate_policy policy = base;
        if (s->interval_ms == 0)
            s->interval_ms = c->interval_ms;
        else if (s->interval_ms < c->interval_min_ms)
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\" has an interval below fetch.interval_min; "
                "lengthen the one or lower the other",
                STR_ARG(s->id));
        if (!s->zone.p)
            s->zone = c->zone;
        if (s->select.p && s->kind != SOURCE_LIST)
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\" has select, which only kind: list can use",
                STR_ARG(s->id));
        check_ranges(open_ranges(&policy, s->allow, s->nallow), place, errors);
        check_url(&policy, scratch, s->url, place, errors);
    }
}

static void
check_channels(const struct config *c, struct entries *entries,
    struct arena *scratch, struct toc_errors *errors)
{
    const struct gate_policy base = base_policy(c);
    struct channel *channels = entries->items;

    for (size_t i = 0; i < entries->n; i++) {
        struct channel *ch = &channels[i];
        const struct place *place = &entries->places[i];
        struct gate_policy policy = base;
        policy.https_only = !ch->insecure_http;
        if (ch->min_level == LEVEL_NONE)
            ch->min_level = c->notify_min_level;
        if (ch->nsecrets == 0 && !toc_errors_any(errors))
            toc_errors_add(errors, place->file, place->line, place->column,
                "channel \"%.*s\" has no secret; secret: {file: PATH} would "
                "be right",
                STR_ARG(ch->id));
        check_ranges(
            open_ranges(&policy, ch->allow, ch->nallow), place, errors);
        check_url(&policy, scratch, ch->url, place, errors);
    }
}

/* Whether "ADDRESS:PORT" names loopback; *ret_valid whether ADDRESS is a
 * numeric address at all. */
static bool
is_loopback(struct str listen, bool *ret_valid)
{
    char text[INET6_ADDRSTRLEN + 2];
    struct in_addr v4;
    struct in6_addr v6;
    size_t n = listen.n;

    while (n > 0 && listen.p[n - 1] != ':')
        n--;
    *ret_valid = false;
    if (n < 2 || n - 1 >= sizeof(text))
        return false;
    memcpy(text, listen.p, n - 1);
    text[n - 1] = 0;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        *ret_valid = true;
        return ntohl(v4.s_addr) >> 24 == 127;
    }
    if (text[0] != '[' || text[n - 2] != ']')
        return false;
    text[n - 2] = 0;
    *ret_valid = inet_pton(AF_INET6, text + 1, &v6) == 1;
    return *ret_valid && IN6_IS_ADDR_LOOPBACK(&v6);
}

static void
check_console(struct config *c, struct toc_errors *errors)
{
    bool valid;

    if (!c->console_listen.p)
        return;
    bool loopback = is_loopback(c->console_listen, &valid);
    if (!valid)
        toc_errors_add(errors, c->path.p, 0, 0,
            "console.listen \"%.*s\" is to begin with a numeric address, such "
            "as 127.0.0.1:8480 or [::1]:8480",
            STR_ARG(c->console_listen));
    else if (!loopback && !c->console_insecure)
        toc_errors_add(errors, c->path.p, 0, 0,
            "console.listen \"%.*s\" is not loopback and the console speaks "
            "no TLS; put a reverse proxy before 127.0.0.1, or say "
            "console.insecure: true",
            STR_ARG(c->console_listen));
    if (!c->console_url.p)
        c->console_url =
            arena_printf(c->arena, "http://%.*s", STR_ARG(c->console_listen));
}

static void
check_bounds(const struct config *c, struct toc_errors *errors)
{
    if (c->interval_ms < c->interval_min_ms)
        toc_errors_add(errors, c->path.p, 0, 0,
            "fetch.interval is below fetch.interval_min; lengthen the one or "
            "lower the other");
    if (c->fetch_per_host > c->fetch_concurrent)
        toc_errors_add(errors, c->path.p, 0, 0,
            "fetch.per_host is above fetch.concurrent");
    if (c->connect_ms > c->total_ms || c->first_byte_ms > c->total_ms)
        toc_errors_add(errors, c->path.p, 0, 0,
            "fetch.total_timeout is below connect_timeout or "
            "first_byte_timeout, which are parts of it");
    if (c->session_idle_ms > c->session_max_ms)
        toc_errors_add(errors, c->path.p, 0, 0,
            "console.session_idle is above console.session_max");
}

void
config_check(struct config *config, struct entries *sources,
    struct entries *channels, struct toc_errors *errors)
{
    struct arena *scratch = arena_new(1 << 20);

    if (!scratch) {
        toc_errors_add(errors, NULL, 0, 0, "out of memory");
        return;
    }
    check_bounds(config, errors);
    check_console(config, errors);
    check_ids(sources, "source", errors);
    check_ids(channels, "channel", errors);
    check_sources(config, sources, scratch, errors);
    check_channels(config, channels, scratch, errors);
    arena_free(scratch);
}
