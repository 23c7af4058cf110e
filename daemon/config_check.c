/*
 * config_check: ids used twice, addresses that the gate would refuse, bounds
 * that contradict each other, and defaults that come from other options.
 *
 * The gate (net/gate.h) judges here with the same policy that the fetch and
 * notify roles will use, so that an address that can never be polled is an
 * error on the day it is written and not a condition at night.
 */
#include "daemon/config_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/url.h"
#include "feeds/select.h"
#include "feeds/pace.h"
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

/* What would make the gate open, when anything of the configuration can. */
static const char *
hint(const struct gate_policy *policy, struct str url)
{
    struct url parts;

    if (url_parse(url, &parts) < 0 || parts.userinfo.p)
        return "";
    if (policy->https_only && str_eq_nocase(parts.scheme, STR("http")))
        return "; insecure_http: true would allow it";
    return "; allow_addresses or ports would open it";
}

/* An address of a channel holds a token: behind its host it is not shown. */
static struct str
without_token(struct arena *scratch, struct str url)
{
    struct url parts;

    if (url_parse(url, &parts) < 0)
        return STR("…");
    return arena_printf(scratch, "%.*s://%.*s/…", STR_ARG(parts.scheme),
        STR_ARG(parts.host));
}

static void
check_url(const struct gate_policy *policy, struct arena *scratch, bool secret,
    struct str url, const struct place *place, struct toc_errors *errors)
{
    struct str normal;
    const char *reason = "not an address that can be asked";

    if (!url.p)
        return;
    if (gate_url(policy, scratch, url, &normal, &reason) < 0)
        toc_errors_add(errors, place->file, place->url_line, place->url_column,
            "url \"%.*s\" is refused: %s%s",
            STR_ARG(secret ? without_token(scratch, url) : url), reason,
            hint(policy, url));
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

/* What operators say of a list's records. */
static void
check_selectors(const struct source *s, const struct place *place,
    struct toc_errors *errors)
{
    const struct {
        const char *key;
        struct str value;
        bool within;
    } selectors[] = {{"select", s->select, false},
        {"select_link", s->select_link, true},
        {"select_title", s->select_title, true},
        {"select_date", s->select_date, true}};

    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        struct str value = selectors[i].value;
        struct toc_error error = {0};

        if (!value.p)
            continue;
        if (s->kind != SOURCE_LIST) {
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\" has %s, which only kind: list can use",
                STR_ARG(s->id), selectors[i].key);
        } else if (selectors[i].within && !s->select.p) {
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\" has %s without select, which names the "
                "records that it looks in",
                STR_ARG(s->id), selectors[i].key);
        } else if ((selectors[i].within ? select_check_within(value, &error)
                                        : select_check(value, &error)) != 0) {
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\": %s \"%.*s\" is not understood: %s",
                STR_ARG(s->id), selectors[i].key, STR_ARG(value), error.text);
        }
    }
}

/* A source's own proxy, or "direct". */
static void
check_source_proxy(const struct source *source, const struct place *place,
    struct toc_errors *errors)
{
    struct toc_error error;
    uint16_t port;

    if (source->proxy.p && !str_eq(source->proxy, STR("direct")) &&
        gate_proxy_parse(source->proxy, &error, &port) < 0)
        toc_errors_add(errors, place->file, place->line, place->column,
            "source \"%.*s\": proxy %s, or direct", STR_ARG(source->id),
            error.text);
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
        config_polling_source(c, s);
        if (s->interval_ms != c->interval_ms &&
            s->interval_ms < c->interval_min_ms)
            toc_errors_add(errors, place->file, place->line, place->column,
                "source \"%.*s\" has an interval below fetch.interval_min; "
                "lengthen the one or lower the other",
                STR_ARG(s->id));
        if (!s->zone.p)
            s->zone = c->zone;
        if ((s->kind == SOURCE_PUSH) == place->has_url)
            toc_errors_add(errors, place->file, place->line, place->column,
                place->has_url ? "source \"%.*s\" of kind push is not polled: it has "
                           "no url"
                         : "source \"%.*s\" has no url; url: "
                           "https://… would be right",
                STR_ARG(s->id));
        check_selectors(s, place, errors);
        config_site_check(c, s, place->file, place->line, place->column, errors);
        check_ranges(open_ranges(&policy, s->allow, s->nallow), place, errors);
        check_source_proxy(s, place, errors);
        check_url(&policy, scratch, false, s->url, place, errors);
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
        check_ranges(
            open_ranges(&policy, ch->allow, ch->nallow), place, errors);
        /* A mail server's address is its kind's to judge. */
        if (url_is_http(ch->url))
            check_url(&policy, scratch, true, ch->url, place, errors);
        config_check_channel(c->arena, ch, &policy, place, errors);
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

/* What checking tocsin.yaml's own options needs. */
struct check {
    struct config *config;
    const struct option_place *places;
    struct toc_errors *errors;
};

/* Add an error where section.key stands in the file. */
__attribute__((format(printf, 4, 5))) static void
complain(const struct check *check, const char *section, const char *key,
    const char *format, ...)
{
    char text[sizeof(((struct toc_error *)0)->text)];
    struct option_place place = {0, 0};
    va_list args;

    for (const struct option *o = config_options; o->key; o++)
        if (strcmp(o->section, section) == 0 && strcmp(o->key, key) == 0)
            place = check->places[o - config_options];
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(check->errors, check->config->path.p, place.line,
        place.column, "%s.%s %s", section, key, text);
}

static void
check_console(const struct check *check)
{
    struct config *c = check->config;
    bool valid;
    const char *option;
    const char *fault = config_access_fault(&c->console_access, &option);

    if (fault)
        complain(check, "proxy_user", option, "%s", fault);

    if (!c->console_listen.p)
        return;
    bool loopback = is_loopback(c->console_listen, &valid);
    if (!valid)
        complain(check, "console", "listen",
            "\"%.*s\" is to begin with a numeric address, such as "
            "127.0.0.1:8480 or [::1]:8480",
            STR_ARG(c->console_listen));
    else if (!loopback && !c->console_insecure)
        complain(check, "console", "listen",
            "\"%.*s\" is not loopback and the console speaks no TLS; put a "
            "reverse proxy before 127.0.0.1, or say console.insecure: true",
            STR_ARG(c->console_listen));
    if (!c->console_url.p)
        c->console_url =
            arena_printf(c->arena, "http://%.*s", STR_ARG(c->console_listen));
    if (c->session_idle_ms > c->session_max_ms)
        complain(check, "console", "session_idle",
            "is above console.session_max; shorten the one or lengthen the "
            "other");
}

static void
check_proxy(const struct check *check)
{
    struct str proxy = check->config->fetch_proxy;
    struct toc_error error;
    uint16_t port;

    if (proxy.p && gate_proxy_parse(proxy, &error, &port) < 0)
        complain(check, "fetch", "proxy", "%s", error.text);
}

static void
check_bounds(const struct check *check)
{
    struct config *c = check->config;

    if (c->interval_max_ms == 0)
        c->interval_max_ms = pace_default_ceiling(c->interval_ms);
    else if (c->interval_max_ms < c->interval_ms)
        complain(check, "fetch", "interval_max",
            "is below fetch.interval; lengthen the one or lower the other");

    if (c->interval_ms < c->interval_min_ms)
        complain(check, "fetch", "interval",
            "is below fetch.interval_min; lengthen the one or lower the "
            "other");
    if (c->fetch_per_host > c->fetch_concurrent)
        complain(check, "fetch", "per_host",
            "is above fetch.concurrent; at most that many can be under way");
    if (c->connect_ms > c->total_ms || c->first_byte_ms > c->total_ms)
        complain(check, "fetch", "total_timeout",
            "is below fetch.connect_timeout or fetch.first_byte_timeout, "
            "which are parts of it");
}

static void
check_canary(const struct check *check)
{
    struct str text = check->config->delivery.canary;
    int16_t minute;

    if (text.n > 0 && !str_eq(text, STR("none")) &&
        (hours_parse_time(text, &minute) != 0 || minute == HOURS_DAY_MINUTES))
        complain(check, "notify", "canary",
            "is to be a time of day as \"09:10\", or none");
}

void
config_check(struct config *config, const struct option_place *places,
    struct entries *sources, struct entries *channels,
    struct toc_errors *errors)
{
    const struct check check = {config, places, errors};
    struct arena *scratch = arena_new(1 << 20);

    if (!scratch) {
        toc_errors_add(errors, NULL, 0, 0, "out of memory");
        return;
    }
    check_bounds(&check);
    check_proxy(&check);
    check_canary(&check);
    check_console(&check);
    check_ids(sources, "source", errors);
    check_ids(channels, "channel", errors);
    check_sources(config, sources, scratch, errors);
    check_channels(config, channels, scratch, errors);
    arena_free(scratch);
}
