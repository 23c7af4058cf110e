/*
 * engine_notice: channels hear of conditions that stand.
 *
 * A condition is told when it has stood for notify.condition_after, and its
 * end when it has stayed away as long; one that comes and goes in between is
 * only on the console.  The messages are rows of the outbox, written in the
 * transaction that notes that it was told, so that a restart neither forgets
 * nor repeats one.  Many at once are one digest.  While many sources fail
 * together (engine_many.c) their single failures are not told.
 */
#include "daemon/engine_notice.h"

#include "base/err.h"
#include "base/level.h"
#include "daemon/engine_tell.h"
#include "feeds/condition.h"
#include "notify/body.h"
#include "store/conditions.h"

enum {
    NOTICE_MAX = 200,  /* told in one step; the others come in the next */
    NOTICE_SINGLES = 5 /* of them to one channel; more are a digest */
};
_Static_assert(CONDITION_COUNT <= 32, "a set of kinds is a word");

/* A channel that is silent: somebody must hear of it, at once. */
#define NOTICE_OF_CHANNELS                                                     \
    (1u << CONDITION_BROKEN | 1u << CONDITION_STUCK | 1u << CONDITION_CANARY)

static const char *const scopes[] = {"source:", "channel:", "rule:"};

/* --- who wants what ------------------------------------------------------- */

static uint32_t
notice_kinds(const struct channel *channel)
{
    uint32_t kinds = 0;

    if (channel->nconditions == 0)
        return 1u << CONDITION_MANY_DOWN | 1u << CONDITION_UNDELIVERABLE |
               NOTICE_OF_CHANNELS;
    for (size_t i = 0; i < channel->nconditions; i++) {
        enum condition_kind kind = condition_of(channel->conditions[i]);

        if (str_eq(channel->conditions[i], STR("all")))
            kinds = UINT32_MAX;
        else if (kind != CONDITION_COUNT)
            kinds |= 1u << kind;
    }
    return kinds;
}

/* A channel is not told of itself: it may be the one that cannot be reached. */
static bool
notice_wanted(const struct channel *channel, const struct condition_news *news)
{
    struct str scope = STR("channel:");

    return (notice_kinds(channel) & 1u << condition_of(news->kind)) &&
           !(str_starts(news->subject, scope) &&
               str_eq(str_from(news->subject, scope.n), channel->id));
}

/* --- messages ------------------------------------------------------------- */

/* The id of what it is about: a source, a channel or a rule, else "daemon". */
static struct str
notice_subject(struct str subject)
{
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        struct str scope = str_of(scopes[i]);

        if (str_starts(subject, scope))
            return str_from(subject, scope.n);
    }
    return subject;
}

static struct str
notice_url(struct engine *engine, const struct condition_news *news)
{
    struct str base = engine->config->console_url;

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    if (base.n == 0)
        return STR_NONE;
    if (str_starts(news->subject, STR("source:")))
        return arena_printf(engine->arena, "%.*s/sources/%.*s", STR_ARG(base),
            STR_ARG(notice_subject(news->subject)));
    return arena_printf(engine->arena,
        str_starts(news->subject, STR("channel:"))
            ? "%.*s/deliveries?state=dead"
            : "%.*s/sources",
        STR_ARG(base));
}

static struct str
notice_word(struct condition_text text, bool english)
{
    return english || text.zh.n == 0 ? text.en : text.zh;
}

static void
notice_view(struct engine *engine, const struct channel *channel,
    const struct condition_news *news, struct body_condition *ret)
{
    enum condition_kind kind = condition_of(news->kind);
    bool english = str_eq(channel->lang, STR("en"));

    *ret = (struct body_condition){.subject = notice_subject(news->subject),
        .title = news->title,
        .owner = news->owner,
        .kind = news->kind,
        .name = notice_word(condition_name(kind), english),
        .text = notice_word(news->text, english),
        .advice = news->open ? notice_word(condition_advice(kind), english)
                             : STR_NONE,
        .url = notice_url(engine, news),
        .open = news->open,
        .since = news->opened,
        .until = news->closed};
}

static enum incident_event
notice_event(const struct condition_news *news)
{
    return str_starts(news->subject, STR("channel:")) ? INCIDENT_EVENT_CHANNEL
                                                      : INCIDENT_EVENT_SOURCE;
}

static bool
notice_is_urgent(const struct condition_news *news)
{
    return (NOTICE_OF_CHANNELS & 1u << condition_of(news->kind)) != 0;
}

static int
notice_singly(struct engine *engine, const struct channel *channel,
    const struct condition_news *news, const struct body_condition *view)
{
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = body_condition(&body, notice_event(news), view, engine_now(engine));
    if (r == 0)
        r = engine_outbox_add(engine, channel, 0,
            notice_is_urgent(news) ? LEVEL_ORANGE : LEVEL_NONE,
            notice_event(news), buf_str(&body));
    buf_done(&body);
    return r;
}

static int
notice_together(struct engine *engine, const struct channel *channel,
    const struct body_condition *views, size_t n)
{
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = body_conditions(&body, views, n, engine_now(engine));
    if (r == 0)
        r = engine_outbox_add(engine, channel, 0, LEVEL_NONE,
            INCIDENT_EVENT_DIGEST, buf_str(&body));
    buf_done(&body);
    return r;
}

static int
notice_channel(struct engine *engine, const struct channel *channel,
    const struct condition_news *news, size_t n)
{
    struct body_condition *views =
        ARENA_ARRAY(engine->arena, n + 1, struct body_condition);
    size_t *at = ARENA_ARRAY(engine->arena, n + 1, size_t);
    size_t wanted = 0;
    int r = 0;

    if (views == NULL || at == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!notice_wanted(channel, &news[i]))
            continue;
        at[wanted] = i;
        notice_view(engine, channel, &news[i], &views[wanted++]);
    }
    if (wanted > NOTICE_SINGLES)
        return notice_together(engine, channel, views, wanted);
    for (size_t i = 0; i < wanted && r == 0; i++)
        r = notice_singly(engine, channel, &news[at[i]], &views[i]);
    return r;
}

/* --- the step ------------------------------------------------------------- */

/* A channel that is silent was told to nobody who can be reached: then it is
 * told to the first other one that works, whatever that one wants. */
static int
notice_otherwise(struct engine *engine, const struct condition_news *news)
{
    const struct config *config = engine->config;
    const struct channel *other = NULL;
    struct body_condition view;

    for (size_t i = 0; i < config->nchannels; i++) {
        const struct channel *channel = &config->channels[i];

        if (str_eq(notice_subject(news->subject), channel->id) ||
            !engine_channel_is_well(engine, channel->id))
            continue;
        if (notice_wanted(channel, news))
            return 0;
        if (other == NULL)
            other = channel;
    }
    if (other == NULL)
        return 0;
    notice_view(engine, other, news, &view);
    return notice_singly(engine, other, news, &view);
}

static int
notice_write(struct engine *engine, const struct condition_news *news, size_t n)
{
    const struct config *config = engine->config;
    int r = 0;

    for (size_t i = 0; i < config->nchannels && r == 0; i++)
        r = notice_channel(engine, &config->channels[i], news, n);
    for (size_t i = 0; i < n && r == 0; i++)
        if (notice_is_urgent(&news[i]))
            r = notice_otherwise(engine, &news[i]);
    for (size_t i = 0; i < n && r == 0; i++)
        r = store_condition_told(engine->store, &news[i], engine_now(engine));
    return r;
}

/* Those of kinds that stand since before, in a step of their own. */
static void
notice_step(struct engine *engine, uint32_t kinds, struct wall before)
{
    struct condition_news *news;
    size_t n = 0;
    int r;

    if (kinds == 0)
        return;
    arena_clear(engine->arena);
    r = store_condition_untold(
        engine->store, kinds, before, NOTICE_MAX, engine->arena, &news, &n);
    if (r != 0) {
        log_say(LOG_ERROR, "the conditions could not be read", "why",
            store_error(engine->store), NULL);
        return;
    }
    if (n == 0 || engine_write_begin(engine) != 0)
        return;
    (void)engine_write_end(engine, notice_write(engine, news, n));
}

void
engine_notice(struct engine *engine)
{
    const struct config *config = engine->config;
    const uint32_t at_once = 1u << CONDITION_MANY_DOWN | NOTICE_OF_CHANNELS;
    struct wall now = engine_now(engine), before = now;
    uint32_t kinds = config->nchannels > 0 ? NOTICE_OF_CHANNELS : 0;

    for (size_t i = 0; i < config->nchannels; i++)
        kinds |= notice_kinds(&config->channels[i]);
    if (engine_many_is_open(engine))
        kinds &= ~(1u << CONDITION_DOWN);
    before.ms -= config->condition_after_ms;
    notice_step(engine, kinds & at_once, now);
    notice_step(engine, kinds & ~at_once, before);
}
