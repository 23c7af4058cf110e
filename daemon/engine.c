/*
 * engine: the role at the centre: its start, its peers, its pulse, its end.
 *
 * It reads the configuration, opens the store, locks itself down, tells the
 * parent to start the others, and hands each its configuration when its
 * channel arrives.  Every ENGINE_PING_MS it pings all roles; only when all
 * have answered the last ping does the parent hear that the house is alive,
 * which is what feeds the service manager's watchdog.
 */
#include "daemon/engine.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_canary.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_route.h"
#include "daemon/engine_clock.h"
#include "daemon/engine_disk.h"
#include "daemon/engine_keep.h"
#include "daemon/engine_purge.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/engine_search.h"
#include "daemon/engine_report.h"
#include "daemon/engine_retract.h"
#include "daemon/engine_site.h"
#include "daemon/sandbox.h"
#include "daemon/traffic.h"
#include "rules/files.h"

enum { PATH_BYTES = 4096 };

/* --- peers --------------------------------------------------------------------- */

static struct peer *
engine_peer(struct engine *engine, Tocsin__Role role, uint32_t index)
{
    switch ((int)role) {
    case TOCSIN__ROLE__ROLE_FETCH:
        return &engine->fetch;
    case TOCSIN__ROLE__ROLE_NOTIFY:
        return &engine->notify;
    case TOCSIN__ROLE__ROLE_CONSOLE:
        return &engine->console;
    case TOCSIN__ROLE__ROLE_KEEPER:
        return &engine->keeper;
    case TOCSIN__ROLE__ROLE_PARSE:
        return index < engine->nparsers ? &engine->parsers[index] : NULL;
    default:
        return NULL;
    }
}

/* A role is gone: what it held fails, and is done again by its successor. */
static void
engine_peer_died(struct engine *engine, struct peer *peer, Tocsin__Role role,
    uint32_t index)
{
    *peer = (struct peer){0};
    if (role == TOCSIN__ROLE__ROLE_PARSE) {
        engine_rule_parser_died(engine, index);
        engine_parser_died(engine, index);
    } else if (role == TOCSIN__ROLE__ROLE_FETCH)
        engine_fetch_died(engine);
    else if (role == TOCSIN__ROLE__ROLE_NOTIFY)
        engine_notify_died(engine);
    else if (role == TOCSIN__ROLE__ROLE_KEEPER)
        engine_keep_died(engine);
}

static void
engine_take_peer(struct role *role, struct ipc *ipc)
{
    struct engine *engine = role->state;
    struct peer *peer = engine_peer(engine, ipc_peer(ipc), ipc_index(ipc));

    if (peer == NULL) {
        ipc_free(ipc);
        return;
    }
    if (peer->ipc) {
        /* Its predecessor's end was not noticed yet. */
        ipc_free(peer->ipc);
        engine_peer_died(engine, peer, ipc_peer(ipc), ipc_index(ipc));
    }
    peer->ipc = ipc;
    peer->pinged = loop_mono(engine->loop);
    engine_config_send(engine, peer);
}

static void
engine_ended(struct role *role, struct ipc *ipc)
{
    struct engine *engine = role->state;
    struct peer *peer = engine_peer(engine, ipc_peer(ipc), ipc_index(ipc));

    if (peer && peer->ipc == ipc && !engine->stopping)
        engine_peer_died(engine, peer, ipc_peer(ipc), ipc_index(ipc));
}

static void
engine_ready(struct engine *engine, struct ipc *ipc, const Tocsin__Ready *in)
{
    struct peer *peer = engine_peer(engine, ipc_peer(ipc), ipc_index(ipc));
    char index[16];

    if (peer == NULL || peer->ipc != ipc)
        return;
    snprintf(index, sizeof index, "%u", ipc_index(ipc));
    log_say(peer->ready ? LOG_DEBUG : LOG_INFO, "a role is at work", "role",
        role_name(ipc_peer(ipc)), "number", index, "protections",
        in->protections, NULL);
    peer->ready = true;
    if (ipc_peer(ipc) == TOCSIN__ROLE__ROLE_NOTIFY)
        engine_outbox_run(engine);
    engine_poll_start(engine);
    loop_timer_set(engine->wanted_timer, 1);
}

/* --- pulse ------------------------------------------------------------------------ */

static void
ping_one(struct engine *engine, struct peer *peer)
{
    Tocsin__Ping ping = TOCSIN__PING__INIT;
    Tocsin__Restart restart = TOCSIN__RESTART__INIT;
    struct mono now = loop_mono(engine->loop);

    if (peer->ipc == NULL)
        return;
    if (peer->pong == peer->ping) {
        ping.number = ++peer->ping;
        peer->pinged = now;
        (void)ipc_send(peer->ipc, FRAME(ping, PING, &ping));
    } else if (now.ms - peer->pinged.ms > ENGINE_PONG_PATIENCE_MS) {
        log_say(LOG_ERROR, "a role does not answer and is ended", "role",
            role_name(ipc_peer(peer->ipc)), NULL);
        restart.role = ipc_peer(peer->ipc);
        restart.index = ipc_index(peer->ipc);
        peer->pinged = now;
        (void)ipc_send(
            engine->role->parent, FRAME(restart, RESTART, &restart));
    }
}

static bool
has_answered(const struct peer *peer)
{
    return peer->ipc != NULL && peer->pong == peer->ping;
}

/* Whether every role has answered, and writing makes progress. */
static bool
engine_is_well(const struct engine *engine)
{
    int64_t failing = engine->failing.ms == 0
                          ? 0
                          : loop_mono(engine->loop).ms - engine->failing.ms;
    bool well = failing < ENGINE_STALL_MS && has_answered(&engine->fetch) &&
                has_answered(&engine->notify) &&
                has_answered(&engine->console);

    for (uint32_t i = 0; i < engine->nparsers && well; i++)
        well = has_answered(&engine->parsers[i]);
    return well;
}

/* A wall clock that was set moves all that waits by as much, so that a step
 * back does not put the house to sleep and a step forward sets off no storm. */
static void
engine_watch_clock(struct engine *engine)
{
    int64_t offset = engine_now(engine).ms - loop_mono(engine->loop).ms;
    int64_t by = offset - engine->clock_offset_ms;

    if (by > -ENGINE_CLOCK_STEP_MS && by < ENGINE_CLOCK_STEP_MS)
        return;
    engine->clock_offset_ms = offset;
    log_printf(LOG_WARN, "the clock was set by %lld s", (long long)by / 1000);
    engine_poll_shift(engine, by);
    if (engine_write_begin(engine) == 0)
        (void)engine_write_end(
            engine, store_delivery_shift(engine->store, by));
    engine_outbox_run(engine);
}

static void
engine_pulse(void *arg)
{
    struct engine *engine = arg;
    Tocsin__Alive alive = TOCSIN__ALIVE__INIT;
    bool well = engine_is_well(engine);

    if (engine_keep_doomed(engine))
        return;
    if (well)
        (void)ipc_send(engine->role->parent, FRAME(alive, ALIVE, &alive));
    engine_watch_clock(engine);
    engine_disk_run(engine);
    ping_one(engine, &engine->fetch);
    ping_one(engine, &engine->notify);
    ping_one(engine, &engine->console);
    for (uint32_t i = 0; i < engine->nparsers; i++)
        ping_one(engine, &engine->parsers[i]);
    engine_refresh(engine);
    engine_poll_patience(engine);
    engine_outbox_patience(engine);
    engine_expire(engine);
    engine_retract_run(engine);
    engine_silence_run(engine);
    engine_remind_run(engine);
    engine_canary_run(engine);
    engine_heartbeat_run(engine, well && engine->failing.ms == 0);
    engine_held_run(engine);
    engine_follow(engine);
    engine_many(engine);
    engine_notice(engine);
    engine_hub_run(engine);
    engine_site_patience(engine);
    engine_purge_pulse(engine);
    engine_report_run(engine);
    engine_keep_run(engine);
    grouper_expire(engine->grouper, engine_now(engine));
    if (engine_commit(engine) == 0)
        (void)store_idle(engine->store);
    loop_timer_set(engine->ping_timer, ENGINE_PING_MS);
}

/* --- messages ---------------------------------------------------------------------- */

static void
engine_stop(struct engine *engine)
{
    engine->stopping = true;
    (void)engine_commit(engine);
    store_close(engine->store);
    engine->store = NULL;
    log_say(LOG_NOTICE, "all is written; ending", NULL);
    role_stop(engine->role, EXIT_SUCCESS);
}

static void
engine_reload(struct engine *engine)
{
    Tocsin__Reloaded reloaded = TOCSIN__RELOADED__INIT;

    reloaded.ok = engine_config_reload(engine, NULL) == 0;
    reloaded.generation = engine->generation;
    (void)ipc_send(
        engine->role->parent, FRAME(reloaded, RELOADED, &reloaded));
}

static void
engine_pong(struct engine *engine, struct ipc *ipc, uint64_t number)
{
    struct peer *peer = engine_peer(engine, ipc_peer(ipc), ipc_index(ipc));

    if (peer && peer->ipc == ipc && number <= peer->ping)
        peer->pong = number;
}

static void
engine_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct engine *engine = role->state;

    if (fd >= 0)
        close(fd);
    if (engine->stopping)
        return;
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_STOP:
        engine_stop(engine);
        break;
    case TOCSIN__FRAME__BODY_RELOAD:
        engine_reload(engine);
        break;
    case TOCSIN__FRAME__BODY_READY:
        engine_ready(engine, ipc, frame->ready);
        break;
    case TOCSIN__FRAME__BODY_PONG:
        engine_pong(engine, ipc, frame->pong->number);
        break;
    case TOCSIN__FRAME__BODY_POLL_ANSWER:
        engine_poll_answer(engine, frame->poll_answer);
        break;
    case TOCSIN__FRAME__BODY_HUB_ANSWER:
        engine_hub_answer(engine, frame->hub_answer);
        break;
    case TOCSIN__FRAME__BODY_POLL_HANDED:
        engine_poll_handed(engine, frame->poll_handed);
        break;
    case TOCSIN__FRAME__BODY_PARSE_RESULT:
        if (!engine_canary_parsed(engine, frame->parse_result))
            engine_poll_result(engine, ipc_index(ipc), frame->parse_result);
        break;
    case TOCSIN__FRAME__BODY_SITE_VISIT:
        engine_site_visit(engine, frame->site_visit);
        break;
    case TOCSIN__FRAME__BODY_SITE_RESULT:
        engine_site_result(engine, ipc_index(ipc), frame->site_result);
        break;
    case TOCSIN__FRAME__BODY_RULE_TRIAL_RESULT:
        engine_rule_trial_result(engine, frame->rule_trial_result);
        break;
    case TOCSIN__FRAME__BODY_TRIAL_VERDICTS:
        engine_rule_verdicts(engine, frame->trial_verdicts);
        break;
    case TOCSIN__FRAME__BODY_BEAT_RESULT:
        engine_heartbeat_answered(engine, frame->beat_result);
        break;
    case TOCSIN__FRAME__BODY_SEND_RESULT:
        engine_send_result(engine, frame->send_result);
        break;
    case TOCSIN__FRAME__BODY_KEEP_RESULT:
        engine_keep_result(engine, frame->keep_result);
        break;
    case TOCSIN__FRAME__BODY_ACTION_REQUEST:
        engine_action(engine, frame->action_request);
        break;
    default:
        break;
    }
}

/* --- start ---------------------------------------------------------------------------- */

static void
on_poll_timer(void *arg)
{
    engine_poll_start(arg);
}

static void
on_wanted_timer(void *arg)
{
    engine_wanted_run(arg);
}

static void
on_commit_timer(void *arg)
{
    (void)engine_commit(arg);
}

static void
on_outbox_timer(void *arg)
{
    engine_outbox_run(arg);
}

static int
engine_timers(struct engine *engine)
{
    int r = loop_timer_new(
        engine->loop, on_poll_timer, engine, &engine->poll_timer);

    if (r == 0)
        r = loop_timer_new(
            engine->loop, on_wanted_timer, engine, &engine->wanted_timer);
    if (r == 0)
        r = loop_timer_new(
            engine->loop, on_commit_timer, engine, &engine->commit_timer);
    if (r == 0)
        r = loop_timer_new(
            engine->loop, on_outbox_timer, engine, &engine->outbox_timer);
    if (r == 0)
        r = loop_timer_new(
            engine->loop, engine_pulse, engine, &engine->ping_timer);
    return r;
}

static void
allow_folder(
    struct engine *engine, struct sandbox *sandbox, struct str file)
{
    char *path = arena_cstr(engine->arena, file);

    if (path)
        sandbox_allow(sandbox, dirname(path), false);
}

/* What the configuration names outside its own folder. */
static void
engine_allow_config(struct engine *engine, struct sandbox *sandbox)
{
    const struct config *config = engine->config;
    struct str prefix = STR("{file: ");

    sandbox_allow(sandbox,
        rule_files_packs(engine->arena, getenv("TOCSIN_RULES_DIR")), false);
    /* Folders, because a file that is replaced is another file. */
    if (config->region.n)
        allow_folder(engine, sandbox, config->region);
    if (config->sites.words_path.n)
        allow_folder(engine, sandbox, config->sites.words_path);
    for (size_t i = 0; i < config->nchannels; i++) {
        const struct channel *channel = &config->channels[i];

        for (size_t j = 0; j < channel->nsecrets; j++) {
            struct str ref = channel->secret_refs[j];

            if (str_starts(ref, prefix) && ref.n > prefix.n + 1)
                allow_folder(engine, sandbox,
                    str_first(
                        str_from(ref, prefix.n), ref.n - prefix.n - 1));
        }
    }
}

/* The database's folder to write; configuration, rules, credentials and the
 * zones to read, for reloads. */
static int
engine_lock(struct engine *engine)
{
    struct sandbox sandbox = {.role = TOCSIN__ROLE__ROLE_ENGINE};
    char config[PATH_BYTES], *database;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    struct buf protections;
    int r;

    snprintf(config, sizeof config, "%s", engine->role->config_path);
    arena_clear(engine->arena);
    database = arena_cstr(engine->arena, engine->config->database);
    if (database)
        sandbox_allow(&sandbox, dirname(database), true);
    sandbox_allow(&sandbox, dirname(config), false);
    if (credentials)
        sandbox_allow(&sandbox, credentials, false);
    engine_allow_config(engine, &sandbox);
    sandbox_allow(&sandbox, "/usr/share/zoneinfo", false);
    buf_init(&protections, 256);
    r = sandbox_enter(&sandbox, &protections);
    if (r == 0)
        log_say(LOG_INFO, "a role is at work", "role", "engine",
            "protections", buf_cstr(&protections), NULL);
    buf_done(&protections);
    return r;
}

static uint32_t
count_parsers(const struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t n = config->parsers > 0 ? config->parsers : cores;

    if (n < 1)
        n = 1;
    return n < ROLE_MAX_PARSERS ? (uint32_t)n : ROLE_MAX_PARSERS;
}

static int
engine_begin(struct engine *engine)
{
    Tocsin__Start start = TOCSIN__START__INIT;
    Tocsin__Ready ready = TOCSIN__READY__INIT;
    int r = engine_timers(engine);

    if (r == 0)
        r = engine_config_first(engine);
    if (r == 0)
        r = engine_rule_desk_init(engine);
    if (r == 0)
        r = engine_group_load(engine);
    if (r == 0)
        r = engine_follow_load(engine);
    if (r == 0)
        r = engine_many_load(engine);
    if (r == 0)
        r = engine_outbox_init(engine);
    if (r == 0)
        r = engine_purge_init(engine);
    if (r == 0)
        r = engine_duty_start(engine);
    if (r == 0)
        r = engine_search_init(engine);
    if (r == 0)
        r = engine_keep_init(engine);
    if (r == 0)
        r = engine_disk_init(engine);
    if (r == 0)
        r = engine_lock(engine);
    if (r != 0)
        return r;
    engine->nparsers = count_parsers(engine->config);
    start.parsers = engine->nparsers;
    ready.role = TOCSIN__ROLE__ROLE_ENGINE;
    loop_timer_set(engine->ping_timer, ENGINE_PING_MS);
    r = ipc_send(engine->role->parent, FRAME(start, START, &start));
    if (r == 0)
        r = ipc_send(engine->role->parent, FRAME(ready, READY, &ready));
    return r;
}

static int
engine_start(struct role *role)
{
    static struct engine engine;
    int r;

    engine.role = role;
    engine.loop = role->loop;
    engine.rules_fd = -1;
    engine.arena = arena_new(ENGINE_ARENA_BYTES);
    engine.started = loop_mono(role->loop);
    engine.last_commit = loop_wall(role->loop);
    engine.clock_offset_ms = engine.last_commit.ms - engine.started.ms;
    role->state = &engine;
    r = engine.arena ? engine_begin(&engine) : E_NOMEM;
    if (r == E_CONF || r == E_CORRUPT)
        role->exit_status = ROLE_EXIT_CONFIG;
    else if (r != 0)
        log_say(LOG_ERROR, "the engine cannot start", "why", err_text(r),
            NULL);
    return r;
}

const struct role_ops role_engine = {
    "engine", engine_start, engine_take_peer, engine_frame, engine_ended};
