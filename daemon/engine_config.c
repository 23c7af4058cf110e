/*
 * engine_config: reading the configuration, swapping it, handing it out.
 *
 * A reload builds everything new beside the old (config_load), and swaps only
 * when all of it is right; otherwise the old stays whole and the condition
 * daemon/configuration says why.  Rules go to the parsers as a sealed memory
 * file that they map; the rule set of the generation before is kept, because
 * results that were matched by it may still be on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/url.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "daemon/engine_keep.h"
#include "daemon/engine_clock.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_reload.h"
#include "daemon/engine_route.h"
#include "daemon/engine_score.h"
#include "daemon/engine_site.h"
#include "daemon/engine_teach.h"
#include "daemon/pb.h"

enum {
    SEND_ARENA_BYTES = 16 * 1024 * 1024,
    REASON_BYTES = 4096,
    FIRST_POLL_JITTER_MS = 1000
};

static void
log_errors(const struct toc_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++) {
        const struct toc_error *e = &errors->list[i];

        log_printf(LOG_ERROR, "%s:%u:%u: %s", e->file, e->line, e->column,
            e->text);
    }
    if (errors->dropped)
        log_printf(LOG_ERROR, "and %zu more errors", errors->dropped);
}

/* --- rules in memory that is shared ----------------------------------------------- */

static int
write_all(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return E_IO;
        bytes = str_from(bytes, (size_t)n);
    }
    return 0;
}

static int
rules_share(const struct ruleset *rules, int *ret_fd)
{
    int fd = memfd_create("tocsin-rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int r = fd < 0 ? E_IO : write_all(fd, ruleset_image(rules));

    if (r == 0 && fcntl(fd, F_ADD_SEALS,
                      F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
                          F_SEAL_SEAL) != 0)
        r = E_IO;
    if (r != 0) {
        if (fd >= 0)
            close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

const struct ruleset *
engine_rules_of(const struct engine *engine, uint64_t generation)
{
    if (generation == engine->generation)
        return engine->rules;
    if (generation == engine->old_generation)
        return engine->old_rules;
    return NULL;
}

/* --- watches ----------------------------------------------------------------------- */

static int
watch_cmp(const void *a, const void *b)
{
    const struct watch *x = a, *y = b;

    return str_cmp(x->source->id, y->source->id);
}

static int
watch_find(const struct watch *watches, size_t n, struct str id, uint32_t *ret)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = str_cmp(watches[middle].source->id, id);

        if (c == 0) {
            *ret = (uint32_t)middle;
            return 0;
        }
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return E_NOTFOUND;
}

int
engine_watch_find(const struct engine *engine, struct str id, uint32_t *ret)
{
    return watch_find(engine->watches, engine->nwatches, id, ret);
}

/* A source whose state is kept, or a new one; first polls are spread out. */
static int
watch_load(struct engine *engine, const struct config *config,
    struct watch *watch, size_t position)
{
    struct source_state state;
    struct wall now = engine_now(engine);
    int64_t latest;
    uint32_t random;
    int r;

    arena_clear(engine->arena);
    r = store_source_load(
        engine->store, watch->source->id, engine->arena, &state);
    if (r != 0)
        return r;
    digest_random(&random, sizeof random);
    watch->baseline = !wall_is_set(state.first_poll);
    watch->poll = (struct poll){.state = POLL_IDLE,
        .failures = state.failures,
        .deaths = state.deaths,
        .interval_ms = watch->source->interval_ms,
        .next = state.next_poll};
    if (state.state == POLL_STOPPED)
        watch->poll.state = POLL_STOPPED;
    else if (state.state == POLL_QUARANTINED)
        watch->poll.state = POLL_QUARANTINED;
    else if (state.failures > 0)
        watch->poll.state = POLL_BACKOFF;
    rhythm_watch(watch, &state);
    latest = now.ms + config->interval_max_ms + watch->source->interval_ms +
             POLL_RETRY_AFTER_MAX_MS;
    /* Never polled, or due while nothing ran, or the clock was wrong: soon, but
     * not all at once. */
    if (!wall_is_set(watch->poll.next) || watch->poll.next.ms < now.ms ||
        watch->poll.next.ms > latest)
        watch->poll.next.ms = now.ms +
                              (int64_t)position * ENGINE_FIRST_SPREAD_MS +
                              random % FIRST_POLL_JITTER_MS;
    return 0;
}

/* Whether the source that a watch is of is still asked at the same address. */
static bool
watch_is_same(const struct watch *watch, const struct source *source)
{
    return str_eq(watch->source->url, source->url) &&
           watch->source->kind == source->kind;
}

/* Polls in flight go on if their source is still there. */
static void
watches_carry(struct engine *engine, struct watch *fresh, size_t n)
{
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];
        uint32_t at;

        if (slot->number == 0)
            continue;
        if (watch_find(fresh, n, engine->watches[slot->watch].source->id,
                &at) == 0 &&
            (slot->wanted || slot->pushed ||
                fresh[at].poll_number == slot->number)) {
            slot->watch = at;
        } else {
            slot->number = 0;
            engine->in_flight--;
        }
    }
    memset(engine->host_in_flight, 0, sizeof engine->host_in_flight);
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        if (engine->slots[i].number)
            engine->host_in_flight[engine->slots[i].host]++;
    }
}

static int
watches_build(struct engine *engine, const struct config *config,
    struct watch **ret, struct schedule **ret_schedule)
{
    struct watch *fresh = calloc(config->nsources + 1, sizeof *fresh);
    struct schedule *schedule = NULL;
    int r = fresh ? schedule_new(config->nsources, &schedule) : E_NOMEM;
    uint32_t at;

    for (size_t i = 0; i < config->nsources && r == 0; i++)
        fresh[i].source = &config->sources[i];
    if (r == 0)
        qsort(fresh, config->nsources, sizeof *fresh, watch_cmp);
    for (size_t i = 0; i < config->nsources && r == 0; i++) {
        struct watch *watch = &fresh[i];

        if (engine_watch_find(engine, watch->source->id, &at) == 0 &&
            watch_is_same(&engine->watches[at], watch->source)) {
            const struct source *source = watch->source;

            *watch = engine->watches[at];
            watch->source = source;
            watch->poll.interval_ms = source->interval_ms;
        } else {
            r = watch_load(engine, config, watch, i);
        }
        watch->host = engine_host_of(watch->source->url);
        if (r == 0 && watch->poll_number == 0 &&
            source_is_polled(watch->source) &&
            watch->poll.state != POLL_STOPPED)
            schedule_set(schedule, (uint32_t)i, watch->poll.next);
    }
    if (r != 0) {
        free(fresh);
        schedule_free(schedule);
        return r;
    }
    *ret = fresh;
    *ret_schedule = schedule;
    return 0;
}

/* --- swapping ------------------------------------------------------------------------ */

static void
swap_in(struct engine *engine, struct config *config, struct ruleset *rules,
    uint64_t generation, int rules_fd, struct zone *zone,
    struct watch *watches, struct schedule *schedule)
{
    struct config *old = engine->config;

    watches_carry(engine, watches, config->nsources);
    free(engine->watches);
    schedule_free(engine->schedule);
    engine->watches = watches;
    engine->nwatches = config->nsources;
    engine->schedule = schedule;
    if (generation != engine->generation || engine->rules == NULL) {
        ruleset_free(engine->old_rules);
        engine->old_rules = engine->rules;
        engine->old_generation = engine->generation;
    } else {
        ruleset_free(engine->rules); /* the same files: the same rules */
    }
    engine->rules = rules;
    engine->generation = generation;
    if (engine->rules_fd >= 0)
        close(engine->rules_fd);
    engine->rules_fd = rules_fd;
    zone_free(engine->zone);
    engine->zone = zone;
    engine->config = config;
    engine_score_config(engine);
    if (engine_rhythm_config(engine, old == NULL) != 0)
        log_say(LOG_ERROR, "what was learnt of publishing cannot be read",
            "why", store_error(engine->store), NULL);
    config_free(old);
}

static int
write_generation(
    struct engine *engine, const struct config *config, uint64_t *ret)
{
    char hex[DIGEST_HEX_SIZE];
    struct wall now = engine_now(engine);
    int r = engine_commit(engine);

    if (r == 0)
        r = engine_write_begin(engine);
    if (r != 0)
        return r;
    r = store_generation_add(engine->store,
        str_of(digest_hex(config->hash, hex)), now, ret);
    if (r == 0)
        r = store_source_sync(
            engine->store, config->sources, config->nsources, now);
    if (r == 0)
        r = engine_site_sync(engine, config);
    if (r == 0)
        r = engine_rules_taken(engine, now);
    if (r == 0)
        r = engine_held_reload(engine);
    if (r == 0)
        r = engine_ledger(engine, "config.loaded", 0, STR_NONE, STR_NONE,
            json_pack("{sIsI}", "generation", (json_int_t)*ret, "sources",
                (json_int_t)config->nsources));
    r = engine_write_end(engine, r);
    return r ? r : engine_commit(engine);
}

/* Put config in force; takes config and rules, also on failure. */
static int
engine_swap(struct engine *engine, struct config *config_taken,
    struct ruleset *rules_taken)
{
    struct watch *watches = NULL;
    struct schedule *schedule = NULL;
    struct zone *zone = NULL;
    uint64_t generation = 0;
    char *name = arena_cstr(config_taken->arena, config_taken->zone);
    int fd = -1, r = name ? zone_load(name, &zone) : E_NOMEM;

    engine_teach_rules(engine, config_taken, &rules_taken);
    if (r == 0)
        r = rules_share(rules_taken, &fd);
    if (r == 0)
        r = write_generation(engine, config_taken, &generation);
    if (r == 0)
        r = watches_build(engine, config_taken, &watches, &schedule);
    if (r != 0) {
        log_say(LOG_ERROR, "the configuration could not be put in force",
            "why", err_text(r), NULL);
        zone_free(zone);
        if (fd >= 0)
            close(fd);
        config_free(config_taken);
        ruleset_free(rules_taken);
        return r;
    }
    swap_in(engine, config_taken, rules_taken, generation, fd, zone, watches,
        schedule);
    engine_site_reload(engine);
    log_printf(LOG_NOTICE,
        "configuration generation %llu is in force: %zu sources, %zu rules, "
        "%zu channels",
        (unsigned long long)generation, engine->nwatches,
        ruleset_count(engine->rules), engine->config->nchannels);
    for (size_t i = 0; i < engine->config->warnings.n; i++) {
        const struct toc_error *w = &engine->config->warnings.list[i];

        log_printf(LOG_WARN, "%s:%u:%u: %s", w->file, w->line, w->column,
            w->text);
    }
    return 0;
}

int
engine_config_first(struct engine *engine)
{
    struct toc_errors errors = {0};
    struct config *config;
    struct ruleset *rules;
    char *path;
    int r = config_load(engine->role->config_path, &errors, &config, &rules);

    if (r != 0) {
        log_errors(&errors);
        log_say(LOG_ERROR,
            "the configuration is wrong; nothing was started (tocsin check "
            "says the same)",
            NULL);
        toc_errors_done(&errors);
        return E_CONF;
    }
    toc_errors_done(&errors);
    path = strndup(config->database.p, config->database.n);
    engine->database = path;
    r = path ? engine_keep_open(engine, config) : E_NOMEM;
    if (r != 0) {
        config_free(config);
        ruleset_free(rules);
        return r;
    }
    return engine_swap(engine, config, rules);
}

static void
configuration_condition(struct engine *engine, const struct toc_errors *errors)
{
    bool edge, wrong = toc_errors_any(errors);
    char text[REASON_BYTES] = "";
    int r = engine_write_begin(engine);

    if (r != 0)
        return;
    if (wrong)
        snprintf(text, sizeof text, "%s:%u:%u: %s%s", errors->list[0].file,
            errors->list[0].line, errors->list[0].column,
            errors->list[0].text, errors->n > 1 ? " (and more)" : "");
    r = wrong ? store_condition_open(engine->store, STR("daemon"),
                    STR("configuration"), str_of(text), engine_now(engine),
                    &edge)
              : store_condition_close(engine->store, STR("daemon"),
                    STR("configuration"), engine_now(engine), &edge);
    engine_changed(engine, "config", 0);
    (void)engine_write_end(engine, r);
}

/* What a reload cannot change. */
static void
say_later(const struct config *old, const struct config *fresh)
{
    if (!str_eq(old->database, fresh->database) ||
        old->parsers != fresh->parsers ||
        old->parse_memory_bytes != fresh->parse_memory_bytes ||
        !str_eq(old->console_listen, fresh->console_listen) ||
        !str_eq(old->console_socket, fresh->console_socket))
        log_say(LOG_WARN,
            "database, parsers, parser memory and the console's addresses "
            "change at the next start only",
            NULL);
}

static void
send_everyone(struct engine *engine)
{
    engine_config_send(engine, &engine->fetch);
    engine_config_send(engine, &engine->notify);
    engine_config_send(engine, &engine->console);
    for (uint32_t i = 0; i < engine->nparsers; i++)
        engine_config_send(engine, &engine->parsers[i]);
}

int
engine_config_reload(struct engine *engine, struct toc_errors *errors)
{
    struct toc_errors own = {0};
    struct toc_errors *list = errors ? errors : &own;
    struct config *config;
    struct ruleset *rules;
    int r = config_load(engine->role->config_path, list, &config, &rules);

    configuration_condition(engine, list);
    engine_reload_note(engine, list, r == 0);
    if (r != 0) {
        log_errors(list);
        log_printf(LOG_ERROR,
            "the new configuration is wrong; generation %llu stays in force",
            (unsigned long long)engine->generation);
    } else {
        say_later(engine->config, config);
        r = engine_swap(engine, config, rules);
    }
    if (r == 0) {
        if (engine_outbox_init(engine) != 0)
            log_say(LOG_ERROR, "the channels could not be read", "why",
                store_error(engine->store), NULL);
        send_everyone(engine);
        engine->stale = true; /* the region may be another */
        engine_refresh(engine);
        engine_duty_reload(engine);
        engine_poll_start(engine);
    }
    toc_errors_done(&own);
    return r;
}

/* --- handing out ------------------------------------------------------------------------ */

static char *
user_agent(struct arena *arena, const struct config *config)
{
    struct str s =
        config->contact.n
            ? arena_printf(arena, "tocsin/%s (+%.*s)", TOCSIN_VERSION,
                  STR_ARG(config->contact))
            : arena_printf(arena, "tocsin/%s", TOCSIN_VERSION);

    return pb_cstr(arena, s);
}

static uint32_t *
ports_of(struct arena *arena, const struct config *config)
{
    uint32_t *ports = ARENA_ARRAY(arena, config->nports + 1, uint32_t);

    for (size_t i = 0; i < config->nports && ports; i++)
        ports[i] = config->ports[i];
    return ports;
}

/* The console's own listener, as a range that stays closed: "" when it has no
 * address. */
static char *
own_listener(struct arena *arena, const struct config *config)
{
    struct str listen = config->console_listen, host, port;
    size_t colon = listen.n;

    while (colon > 0 && listen.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return pb_cstr(arena, STR_NONE);
    host = str_first(listen, colon - 1);
    port = str_from(listen, colon);
    return pb_cstr(arena,
        arena_printf(arena, "%.*s/%s:%.*s", STR_ARG(host),
            str_starts(host, STR("[")) ? "128" : "32", STR_ARG(port)));
}

static int
send_fetch(struct arena *arena, const struct config *config, struct ipc *ipc)
{
    Tocsin__FetchConfig out = TOCSIN__FETCH_CONFIG__INIT;

    out.user_agent = user_agent(arena, config);
    out.concurrent = (uint32_t)config->fetch_concurrent;
    out.per_host = (uint32_t)config->fetch_per_host;
    out.host_gap_ms = config->host_gap_ms;
    out.max_body_bytes = (uint64_t)config->max_body_bytes;
    out.max_wire_bytes = (uint64_t)config->max_wire_bytes;
    out.connect_ms = config->connect_ms;
    out.first_byte_ms = config->first_byte_ms;
    out.total_ms = config->total_ms;
    out.allow = pb_cstrs(arena, config->allow, config->nallow);
    out.n_allow = config->nallow;
    out.ports = ports_of(arena, config);
    out.n_ports = config->nports;
    out.obey_robots = config->obey_robots;
    out.robots_feeds = config->robots_feeds;
    out.scope = (uint32_t)config->fetch_scope;
    out.trust = pb_cstr(arena, config->fetch_trust);
    out.proxy = pb_cstr(arena, config->fetch_proxy);
    out.max_header_bytes = (uint64_t)config->max_header_bytes;
    out.deny = own_listener(arena, config);
    return arena_failed(arena)
               ? E_NOMEM
               : ipc_send(ipc, FRAME(fetch_config, FETCH_CONFIG, &out));
}

static size_t
zones_of(struct arena *arena, const struct config *config, char ***ret)
{
    char **zones = ARENA_ARRAY(arena, ROLE_MAX_PARSERS, char *);
    size_t n = 0;

    if (zones == NULL)
        return 0;
    zones[n++] = pb_cstr(arena, config->zone);
    for (size_t i = 0; i < config->nsources && n < ROLE_MAX_PARSERS; i++) {
        struct str zone = config->sources[i].zone;
        bool known = zone.n == 0;

        for (size_t j = 0; j < n && !known; j++)
            known = str_eq(zone, str_of(zones[j]));
        if (!known)
            zones[n++] = pb_cstr(arena, zone);
    }
    *ret = zones;
    return n;
}

static int
send_parse(const struct engine *engine, struct arena *arena, struct ipc *ipc)
{
    Tocsin__ParseConfig out = TOCSIN__PARSE_CONFIG__INIT;

    out.generation = engine->generation;
    out.image_bytes = ruleset_image(engine->rules).n;
    out.cpu_ms = engine->config->parse_cpu_ms;
    out.memory_bytes = (uint64_t)engine->config->parse_memory_bytes;
    out.n_zones = zones_of(arena, engine->config, &out.zones);
    return arena_failed(arena)
               ? E_NOMEM
               : ipc_send_fd(ipc, FRAME(parse_config, PARSE_CONFIG, &out),
                     engine->rules_fd);
}

static void
channel_config_mail(struct arena *arena, const struct channel *channel,
    Tocsin__ChannelConfig *out)
{
    out->from = pb_cstr(arena, channel->from);
    out->to = pb_cstrs(arena, channel->to, channel->nto);
    out->n_to = out->to ? channel->nto : 0;
    out->user = pb_cstr(arena, channel->user);
    out->insecure_smtp = channel->insecure_smtp;
}

static void
channel_config_template(struct arena *arena, const struct channel *channel,
    Tocsin__ChannelConfig *out)
{
    const struct channel_success *success = &channel->success;

    out->method = pb_cstr(arena, channel->method);
    out->content_type = pb_cstr(arena, channel->content_type);
    out->headers = pb_cstrs(arena, channel->headers, channel->nheaders);
    out->n_headers = out->headers ? channel->nheaders : 0;
    out->success_status = pb_cstr(arena, success->status);
    out->success_pointer = pb_cstr(arena, success->pointer);
    out->success_equals = pb_cstr(arena, success->equals);
    out->has_equals = success->equals.p != NULL;
    out->success_contains = pb_cstr(arena, success->contains);
}

static Tocsin__ChannelConfig *
channel_config(struct arena *arena, const struct channel *channel)
{
    Tocsin__ChannelConfig *out = ARENA_NEW(arena, Tocsin__ChannelConfig);

    if (out == NULL)
        return NULL;
    tocsin__channel_config__init(out);
    out->id = pb_cstr(arena, channel->id);
    out->kind = pb_cstr(arena, channel->kind);
    out->url = pb_cstr(arena, channel->url);
    out->secrets =
        ARENA_ARRAY(arena, channel->nsecrets + 1, ProtobufCBinaryData);
    for (size_t i = 0; i < channel->nsecrets && out->secrets; i++)
        out->secrets[out->n_secrets++] = pb_data(channel->secrets[i]);
    out->allow = pb_cstrs(arena, channel->allow, channel->nallow);
    out->n_allow = out->allow ? channel->nallow : 0;
    out->insecure_http = channel->insecure_http;
    out->lang = pb_cstr(arena, channel->lang);
    out->keywords = pb_cstrs(arena, channel->keywords, channel->nkeywords);
    out->n_keywords = out->keywords ? channel->nkeywords : 0;
    out->mentions = pb_cstrs(arena, channel->mentions, channel->nmentions);
    out->n_mentions = out->mentions ? channel->nmentions : 0;
    out->mention_level = (uint32_t)channel->mention_level;
    out->template_ = pb_data(channel->template);
    channel_config_mail(arena, channel, out);
    channel_config_template(arena, channel, out);
    return out;
}

static int
send_notify(struct arena *arena, const struct config *config, struct ipc *ipc)
{
    Tocsin__NotifyConfig out = TOCSIN__NOTIFY_CONFIG__INIT;

    out.user_agent = user_agent(arena, config);
    out.ports = ports_of(arena, config);
    out.n_ports = config->nports;
    out.allow = pb_cstrs(arena, config->allow, config->nallow);
    out.n_allow = config->nallow;
    out.deny = own_listener(arena, config);
    out.zone = pb_cstr(arena, config->zone);
    out.console_url = pb_cstr(arena, config->console_url);
    out.bureau = pb_cstr(arena, config->bureau);
    out.trust = pb_cstr(arena, config->notify_trust);
    out.channels =
        ARENA_ARRAY(arena, config->nchannels + 1, Tocsin__ChannelConfig *);
    for (size_t i = 0; i < config->nchannels && out.channels; i++)
        out.channels[out.n_channels++] =
            channel_config(arena, &config->channels[i]);
    return arena_failed(arena)
               ? E_NOMEM
               : ipc_send(ipc, FRAME(notify_config, NOTIFY_CONFIG, &out));
}

static int
send_console(const struct engine *engine, struct arena *arena, struct ipc *ipc)
{
    const struct config *config = engine->config;
    Tocsin__ConsoleConfig out = TOCSIN__CONSOLE_CONFIG__INIT;
    struct url callback;

    out.database = pb_cstr(arena, str_of(engine->database));
    out.listen = pb_cstr(arena, config->console_listen);
    out.socket = pb_cstr(arena, config->console_socket);
    out.hosts =
        pb_cstrs(arena, config->console_hosts, config->nconsole_hosts);
    out.n_hosts = config->nconsole_hosts;
    /* Hubs come under the callback's name. */
    if (config->websub_callback.n &&
        url_parse(config->websub_callback, &callback) == 0 && out.hosts)
        out.hosts[out.n_hosts++] = pb_cstr(arena, callback.host);
    out.url = pb_cstr(arena, config->console_url);
    out.bureau = pb_cstr(arena, config->bureau);
    out.zone = pb_cstr(arena, config->zone);
    out.generation = engine->generation;
    out.insecure = config->console_insecure;
    out.session_idle_ms = config->session_idle_ms;
    out.session_max_ms = config->session_max_ms;
    config_access_send(&config->console_access, arena, &out);
    return arena_failed(arena)
               ? E_NOMEM
               : ipc_send(ipc, FRAME(console_config, CONSOLE_CONFIG, &out));
}

void
engine_config_send(struct engine *engine, struct peer *peer)
{
    struct arena *arena;
    int r = 0;

    if (peer->ipc == NULL)
        return;
    arena = arena_new(SEND_ARENA_BYTES);
    switch ((int)ipc_peer(peer->ipc)) {
    case TOCSIN__ROLE__ROLE_FETCH:
        r = arena ? send_fetch(arena, engine->config, peer->ipc) : E_NOMEM;
        break;
    case TOCSIN__ROLE__ROLE_PARSE:
        r = arena ? send_parse(engine, arena, peer->ipc) : E_NOMEM;
        break;
    case TOCSIN__ROLE__ROLE_NOTIFY:
        r = arena ? send_notify(arena, engine->config, peer->ipc) : E_NOMEM;
        break;
    case TOCSIN__ROLE__ROLE_CONSOLE:
        r = arena ? send_console(engine, arena, peer->ipc) : E_NOMEM;
        break;
    case TOCSIN__ROLE__ROLE_KEEPER:
        r = engine_keep_send(engine, peer->ipc);
        break;
    default:
        break;
    }
    arena_free(arena);
    if (r != 0)
        log_say(LOG_ERROR, "a role did not get its configuration", "why",
            err_text(r), NULL);
}
