/* outbox: the engine, the clocks and the platform. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "outbox.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_tell.h"
#include "daemon/pb.h"
#include "store/conditions.h"
#include "store/deliveries.h"

int64_t outbox_wall_ms = INT64_C(1780800000000), outbox_mono_ms = 1000000;
int fail_commit = -1, fail_save = -1, fail_add = -1, fail_close = -1;

/* --- what is wrapped ------------------------------------------------------ */

struct wall __wrap_clock_wall(void);
struct mono __wrap_clock_mono(void);
int __wrap_store_commit(struct store *store);
int __real_store_commit(struct store *store);
int __wrap_store_delivery_save(
    struct store *store, const struct delivery *delivery);
int __real_store_delivery_save(
    struct store *store, const struct delivery *delivery);
int __wrap_store_delivery_add(
    struct store *store, const struct delivery *delivery, int64_t *ret_id);
int __real_store_delivery_add(
    struct store *store, const struct delivery *delivery, int64_t *ret_id);

int __wrap_store_condition_close(struct store *store, struct str subject,
    struct str kind, struct wall now, bool *ret_edge);
int __real_store_condition_close(struct store *store, struct str subject,
    struct str kind, struct wall now, bool *ret_edge);

struct wall
__wrap_clock_wall(void)
{
    return (struct wall){outbox_wall_ms};
}

struct mono
__wrap_clock_mono(void)
{
    return (struct mono){outbox_mono_ms};
}

static bool
fails(int *countdown)
{
    if (*countdown < 0)
        return false;
    return (*countdown)-- == 0;
}

int
__wrap_store_commit(struct store *store)
{
    return fails(&fail_commit) ? E_IO : __real_store_commit(store);
}

int
__wrap_store_delivery_save(struct store *store, const struct delivery *delivery)
{
    return fails(&fail_save) ? E_IO
                             : __real_store_delivery_save(store, delivery);
}

int
__wrap_store_delivery_add(
    struct store *store, const struct delivery *delivery, int64_t *ret_id)
{
    return fails(&fail_add)
               ? E_IO
               : __real_store_delivery_add(store, delivery, ret_id);
}

int
__wrap_store_condition_close(struct store *store, struct str subject,
    struct str kind, struct wall now, bool *ret_edge)
{
    return fails(&fail_close) ? E_IO
                              : __real_store_condition_close(
                                    store, subject, kind, now, ret_edge);
}

/* --- the platform --------------------------------------------------------- */

static struct str
kept(struct outbox_test *test, struct str s)
{
    return arena_str(test->kept, s);
}

static void
on_request(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct outbox_test *test = arg;
    const Tocsin__SendRequest *in = frame->send_request;
    struct call *call = &test->list[test->n];

    (void)ipc;
    (void)fd;
    if (frame->body_case != TOCSIN__FRAME__BODY_SEND_REQUEST)
        return;
    assert_true(test->n < OUTBOX_MAX_CALLS);
    *call = (struct call){.at = outbox_mono_ms,
        .channel = kept(test, pb_str(in->channel)),
        .id = kept(test, pb_str(in->message_id)),
        .type = kept(test, pb_str(in->type)),
        .body = kept(test, pb_bytes(in->body)),
        .calls = kept(test, pb_str(in->calls)),
        .attempt = in->attempt,
        .waits = true,
        .delivery = in->delivery};
    test->n++;
}

static void
on_result(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct outbox_test *test = arg;

    (void)ipc;
    (void)fd;
    if (frame->body_case == TOCSIN__FRAME__BODY_SEND_RESULT)
        engine_send_result(test->engine, frame->send_result);
}

static void
on_ended(void *arg, struct ipc *ipc, const char *why)
{
    (void)arg;
    (void)ipc;
    fail_msg("the channel ended: %s", why);
}

static void
answer_due(struct outbox_test *test)
{
    for (size_t i = 0; i < test->n; i++) {
        struct call *call = &test->list[i];
        Tocsin__SendResult out = TOCSIN__SEND_RESULT__INIT;
        char none[] = "", ok[] = "ok";

        if (!call->waits || outbox_mono_ms - call->at < test->latency_ms)
            continue;
        out.delivery = call->delivery;
        out.verdict = CLASS_DELIVERED;
        out.text = ok;
        out.code = none;
        out.settled = none;
        if (test->answer)
            test->answer(test, call, &out);
        call->class = (enum delivery_class)out.verdict;
        call->answered = outbox_mono_ms;
        call->waits = false;
        assert_int_equal(
            ipc_send(test->platform, FRAME(send_result, SEND_RESULT, &out)), 0);
    }
}

/* --- the engine ----------------------------------------------------------- */

static void
nothing(void *arg)
{
    (void)arg;
}

static void
engine_up(struct outbox_test *test)
{
    static const struct ipc_ops requests = {on_request, on_ended},
                                results = {on_result, on_ended};
    struct engine *engine = calloc(1, sizeof *engine);
    struct toc_error error;
    int ends[2];

    assert_non_null(engine);
    test->engine = engine;
    engine->config = test->config;
    engine->arena = arena_new(ENGINE_ARENA_BYTES);
    assert_non_null(engine->arena);
    assert_int_equal(loop_new(&engine->loop), 0);
    assert_int_equal(store_open(test->path, &error, &engine->store), 0);
    assert_int_equal(
        loop_timer_new(engine->loop, nothing, engine, &engine->commit_timer),
        0);
    assert_int_equal(
        loop_timer_new(engine->loop, nothing, engine, &engine->outbox_timer),
        0);
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(
        ipc_new(engine->loop, ends[0], TOCSIN__ROLE__ROLE_ENGINE,
            TOCSIN__ROLE__ROLE_NOTIFY, 0, &results, test, &engine->notify.ipc),
        0);
    assert_int_equal(
        ipc_new(engine->loop, ends[1], TOCSIN__ROLE__ROLE_NOTIFY,
            TOCSIN__ROLE__ROLE_ENGINE, 0, &requests, test, &test->platform),
        0);
    engine->notify.ready = true;
    assert_int_equal(engine_outbox_init(engine), 0);
    assert_int_equal(engine_commit(engine), 0);
}

static void
engine_down(struct outbox_test *test)
{
    struct engine *engine = test->engine;

    if (engine->writing)
        store_rollback(engine->store);
    for (size_t i = 0; engine->outbox && i < engine->outbox->n; i++)
        window_done(&engine->outbox->lines[i].own);
    if (engine->outbox)
        free(engine->outbox->lines);
    free(engine->outbox);
    for (size_t i = 0; i < engine->npending; i++) {
        free(engine->pending[i].text);
        free(engine->pending[i].data);
    }
    free(engine->pending);
    free(engine->tells);
    free(engine->follows);
    grouper_free(engine->grouper);
    ipc_free(engine->notify.ipc);
    ipc_free(test->platform);
    loop_timer_free(engine->commit_timer);
    loop_timer_free(engine->outbox_timer);
    store_close(engine->store);
    loop_free(engine->loop);
    arena_free(engine->arena);
    free(engine);
    test->engine = NULL;
}

void
outbox_begin(struct outbox_test *test, size_t nchannels)
{
    static const char *const names[OUTBOX_MAX_CHANNELS] = {
        "one", "two", "three", "four"};
    struct config *config = calloc(1, sizeof *config);

    *test = (struct outbox_test){.config = config};
    assert_non_null(config);
    snprintf(test->folder, sizeof test->folder, "/tmp/outbox.XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->path, sizeof test->path, "%s/tocsin.db", test->folder);
    test->kept = arena_new(256 * 1024 * 1024);
    test->list = calloc(OUTBOX_MAX_CALLS, sizeof *test->list);
    assert_non_null(test->list);
    for (size_t i = 0; i < nchannels; i++)
        test->channels[i] = (struct channel){.id = str_of(names[i]),
            .kind = STR("webhook"),
            .url = str_of(names[i]),
            .min_level = LEVEL_BLUE,
            .lang = STR("zh")};
    config->channels = test->channels;
    config->nchannels = nchannels;
    config->notify_min_level = LEVEL_BLUE;
    config->condition_after_ms = 10 * MS_MINUTE;
    config->delivery = (struct config_delivery){.group_wait_ms = 5 * MS_SECOND,
        .group_interval_ms = MS_MINUTE,
        .stuck_ms = 5 * MS_MINUTE};
    fail_commit = fail_save = fail_add = fail_close = -1;
    engine_up(test);
}

void
outbox_restart(struct outbox_test *test)
{
    engine_down(test);
    for (size_t i = 0; i < test->n; i++)
        test->list[i].waits = false;
    engine_up(test);
}

void
outbox_end(struct outbox_test *test)
{
    char command[128];

    engine_down(test);
    free(test->list);
    arena_free(test->kept);
    free(test->config);
    for (size_t i = 0; i < 4; i++) {
        static const char *const ends[] = {"", "-wal", "-shm", "-lock"};

        snprintf(command, sizeof command, "%s%s", test->path, ends[i]);
        unlink(command);
    }
    rmdir(test->folder);
}

static void
turn(struct outbox_test *test)
{
    (void)loop_turn(test->engine->loop, false);
}

void
outbox_pass(struct outbox_test *test, int64_t ms, int64_t step_ms)
{
    for (int64_t past = 0; past < ms; past += step_ms) {
        outbox_wall_ms += step_ms;
        outbox_mono_ms += step_ms;
        turn(test);
        engine_outbox_patience(test->engine);
        engine_notice(test->engine);
        (void)engine_commit(test->engine);
        engine_outbox_run(test->engine);
        (void)engine_commit(test->engine);
        for (int i = 0; i < 4; i++) {
            turn(test); /* requests go out and come in */
            answer_due(test);
            turn(test);
            (void)engine_commit(test->engine);
        }
    }
}

int64_t
outbox_incident(
    struct outbox_test *test, enum level level, const char *title, int r)
{
    struct engine *engine = test->engine;
    struct wall now = engine_now(engine);
    struct incident incident = {.state = INCIDENT_NEW,
        .level = level,
        .score = 50,
        .title = str_of(title),
        .category = STR("food"),
        .explanation = STR("[]"),
        .first_seen = now,
        .last_seen = now,
        .opened = now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE,
        .unmerged_until = WALL_NONE};
    int err;

    assert_int_equal(engine_write_begin(engine), 0);
    err = store_incident_add(engine->store, &incident, &incident.id);
    if (err == 0)
        err = engine_tell(
            engine, &incident, INCIDENT_EVENT_OPENED, "first notification");
    assert_int_equal(err, 0);
    (void)engine_write_end(engine, r);
    return incident.id;
}

/* --- what is counted ------------------------------------------------------ */

size_t
outbox_accepted(const struct outbox_test *test, const char *channel)
{
    size_t n = 0;

    for (size_t i = 0; i < test->n; i++)
        n +=
            !test->list[i].waits && test->list[i].answered > 0 &&
            test->list[i].class == CLASS_DELIVERED &&
            (channel == NULL || str_eq(test->list[i].channel, str_of(channel)));
    return n;
}

size_t
outbox_worst(const struct outbox_test *test)
{
    size_t worst = 0;

    for (size_t i = 0; i < test->n; i++) {
        size_t n = 0;

        for (size_t k = i;
             k < test->n && test->list[k].at < test->list[i].at + MS_MINUTE;
             k++)
            n++;
        worst = n > worst ? n : worst;
    }
    return worst;
}

size_t
outbox_rows(struct outbox_test *test, enum delivery_state state)
{
    size_t n = 0;

    for (int64_t id = 1;; id++) {
        struct delivery row;

        arena_clear(test->engine->arena);
        if (store_delivery_load(
                test->engine->store, id, test->engine->arena, &row) != 0)
            return n;
        n += row.state == state;
    }
}

bool
outbox_condition(
    struct outbox_test *test, const char *channel, enum condition_kind kind)
{
    struct condition_course courses[CONDITION_COUNT];
    char subject[64];

    snprintf(subject, sizeof subject, "channel:%s", channel);
    assert_int_equal(
        store_condition_courses(test->engine->store, str_of(subject), courses),
        0);
    return courses[kind].open;
}
