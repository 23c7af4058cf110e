/*
 * engine_many: many sources that fail together are one condition.
 *
 * When more than MANY_PERCENT of the sources that were asked of late, and at
 * least MANY_LEAST, fail for one class of causes, the fault is most likely
 * our own: a line, a name server, a proxy.  That is the daemon's condition
 * `many-down`; while it holds, and until what is left of it has had its time,
 * the single failures are not told.  It closes when less than half of that
 * share still fails.  What failed with it does not wait out its back-off: as
 * soon as anything answers again, all of it is asked within MANY_SPREAD_MS.
 */
#include "base/digest.h"
#include "base/err.h"
#include "daemon/engine.h"
#include "daemon/engine_notice.h"
#include "feeds/condition.h"
#include "store/conditions.h"

enum {
    MANY_PERCENT = 30,
    MANY_CLEAR_PERCENT = 15,
    MANY_LEAST = 5,           /* sources; fewer are no crowd */
    MANY_CLEAR_LEAST = 3,     /* fewer that still fail are none any more */
    MANY_LATE_MS = MS_MINUTE, /* an answer may come after its interval */
    MANY_SPREAD_MS = MS_MINUTE,
    MANY_AGAIN_MS = 5 * MS_MINUTE /* between two times of asking all */
};

struct many {
    size_t known;                      /* sources that are asked at all */
    size_t asked;                      /* of late */
    size_t failing[CAUSE_CLASS_COUNT]; /* of those asked */
    size_t left[CAUSE_CLASS_COUNT];    /* of all that are known; class NONE:
                                          they fail, and why is not known */
    bool answered;                     /* any of them, since the last look */
};

static bool
watch_fails(const struct watch *watch)
{
    return watch->poll.failures > 0 && watch->poll.state != POLL_STOPPED &&
           watch->poll.state != POLL_QUARANTINED;
}

static void
many_count(const struct engine *engine, struct many *ret)
{
    struct wall now = engine_now(engine);

    *ret = (struct many){0};
    for (size_t i = 0; i < engine->nwatches; i++) {
        const struct watch *watch = &engine->watches[i];
        enum cause_class why = cause_class_of((enum poll_cause)watch->cause);
        bool fails = watch_fails(watch);

        if (watch->poll.state == POLL_STOPPED)
            continue;
        ret->known++;
        ret->left[why] += fails;
        if (!wall_is_set(watch->answered))
            continue;
        if (!fails && watch->answered.ms >= now.ms - ENGINE_PING_MS)
            ret->answered = true;
        if (watch->answered.ms <
            now.ms - watch->source->interval_ms - MANY_LATE_MS)
            continue;
        ret->asked++;
        ret->failing[why] += fails;
    }
}

static int
many_write(struct engine *engine, const struct many *many, bool open)
{
    enum cause_class why = (enum cause_class)engine->many_why;
    struct condition_text text =
        condition_many(engine->arena, many->failing[why], many->asked, why);
    bool edge = false;
    int r = open ? store_condition_put(engine->store, STR("daemon"),
                       STR("many-down"), &text, engine_now(engine), &edge)
                 : store_condition_close(engine->store, STR("daemon"),
                       STR("many-down"), engine_now(engine), &edge);

    if (r == 0 && edge)
        log_say(open ? LOG_ERROR : LOG_NOTICE,
            open ? "many sources fail together"
                 : "the sources do not fail together any more",
            open ? "why" : NULL, arena_cstr(engine->arena, text.en), NULL);
    if (r == 0 && edge)
        engine_changed(engine, "source", 0);
    return r;
}

static void
many_edge(struct engine *engine, const struct many *many, bool open)
{
    int64_t rest = engine->config->condition_after_ms;

    arena_clear(engine->arena);
    if (engine_write_begin(engine) != 0 ||
        engine_write_end(engine, many_write(engine, many, open)) != 0)
        return;
    engine->many_open = open;
    /* Those that are still down have their time from now on. */
    engine->many_rest.ms = open ? 0 : loop_mono(engine->loop).ms + rest;
}

/* The class of which too many fail, or CAUSE_CLASS_NONE. */
static enum cause_class
many_class(const struct many *many)
{
    static const enum cause_class outside[] = {
        CAUSE_CLASS_NETWORK, CAUSE_CLASS_SERVER};

    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        size_t n = many->failing[outside[i]];

        if (n >= MANY_LEAST && 100 * n > MANY_PERCENT * many->asked)
            return outside[i];
    }
    return CAUSE_CLASS_NONE;
}

static bool
many_is_over(const struct engine *engine, const struct many *many)
{
    size_t n = many->left[CAUSE_CLASS_NONE];

    if (engine->many_why != CAUSE_CLASS_NONE)
        n += many->left[engine->many_why];
    else /* since before this start */
        n += many->left[CAUSE_CLASS_NETWORK] + many->left[CAUSE_CLASS_SERVER];
    return n < MANY_CLEAR_LEAST || 100 * n <= MANY_CLEAR_PERCENT * many->known;
}

/* Something answers: ask all that fails, and do not ask it all at once. */
static void
many_hurry(struct engine *engine)
{
    struct wall now = engine_now(engine);

    if (loop_mono(engine->loop).ms < engine->many_next.ms)
        return;
    engine->many_next.ms = loop_mono(engine->loop).ms + MANY_AGAIN_MS;
    for (size_t i = 0; i < engine->nwatches; i++) {
        struct watch *watch = &engine->watches[i];
        uint32_t random;

        if (!watch_fails(watch) || watch->poll_number != 0 ||
            watch->poll.state != POLL_BACKOFF ||
            watch->poll.next.ms <= now.ms + MANY_SPREAD_MS ||
            (watch->cause != CAUSE_NONE &&
                cause_class_of((enum poll_cause)watch->cause) !=
                    CAUSE_CLASS_NETWORK))
            continue;
        digest_random(&random, sizeof random);
        watch->poll.next.ms = now.ms + random % MANY_SPREAD_MS;
        schedule_set(engine->schedule, (uint32_t)i, watch->poll.next);
    }
    engine_poll_start(engine);
}

int
engine_many_load(struct engine *engine)
{
    struct condition_course courses[CONDITION_COUNT];
    int r = store_condition_courses(engine->store, STR("daemon"), courses);

    if (r == 0)
        engine->many_open = courses[CONDITION_MANY_DOWN].open;
    return r;
}

bool
engine_many_is_open(const struct engine *engine)
{
    return engine->many_open ||
           loop_mono(engine->loop).ms < engine->many_rest.ms;
}

void
engine_many(struct engine *engine)
{
    struct many many;

    many_count(engine, &many);
    if (!engine->many_open) {
        enum cause_class why = many_class(&many);

        if (why == CAUSE_CLASS_NONE)
            return;
        engine->many_why = (uint8_t)why;
        many_edge(engine, &many, true);
        return;
    }
    if (many_is_over(engine, &many))
        many_edge(engine, &many, false);
    else if (many.answered && engine->many_why != CAUSE_CLASS_SERVER)
        many_hurry(engine);
}
