/*
 * engine_canary: a message a day, through the whole road.
 *
 * A document of ours is given to a parser as a source's would be.  When it
 * comes back read and matched by the rules in force, its item is scored, and a
 * message is made for every channel and goes the way of all messages; it makes
 * no incident.  A channel that has not accepted it in time, or a road that does
 * not bring it back, is a condition, told through another channel.
 */
#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_outbox.h"
#include "daemon/pb.h"
#include "notify/body.h"
#include "store/conditions.h"

enum { CANARY_PATIENCE_MS = MS_MINUTE /* with a parser */ };

static const char canary_document[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>"
    "<title>tocsin</title><link>http://canary.invalid/</link><description/>"
    "<item><title>每日自检：学校食堂疑似食物中毒，学生送医</title>"
    "<link>http://canary.invalid/1</link>"
    "<guid isPermaLink=\"false\">canary</guid>"
    "<description>这是系统自检，没有发生任何事件。</description>"
    "</item></channel></rss>";

/* --- when
 * --------------------------------------------------------------------- */

/* The last moment at or before now at which one was due. */
static struct wall
canary_due(const struct engine *engine)
{
    const struct config_delivery *config = &engine->config->delivery;
    struct wall now = engine_now(engine), due;
    struct civil day = civil_of_wall(now, zone_offset(engine->zone, now));
    int16_t minute = 0;

    (void)hours_parse_time(config->canary, &minute);
    day.hour = minute / 60;
    day.minute = minute % 60;
    day.second = day.ms = 0;
    due = zone_to_wall(engine->zone, &day);
    if (due.ms > now.ms)
        due.ms -= (due.ms - now.ms + MS_DAY - 1) / MS_DAY * MS_DAY;
    due.ms +=
        (now.ms - due.ms) / config->canary_every_ms * config->canary_every_ms;
    return due;
}

/* Whether a channel has not been sent the one of due.  One of a time that is
 * yet to come was sent by a clock that has been set back since. */
static bool
line_lacks(
    const struct engine *engine, const struct line *line, struct wall due)
{
    struct wall last = wall_is_set(line->state.canary) ? line->state.canary
                                                       : engine->outbox->begun;

    return last.ms < due.ms || last.ms > engine_now(engine).ms + MS_HOUR;
}

static bool
canary_is_due(const struct engine *engine, struct wall due)
{
    for (size_t i = 0; i < engine->outbox->n; i++)
        if (line_lacks(engine, &engine->outbox->lines[i], due))
            return true;
    return false;
}

/* --- into the road
 * -------------------------------------------------------------- */

static int
canary_parse(struct engine *engine, struct peer *parser)
{
    struct canary *canary = &engine->outbox->canary;
    Tocsin__ParseRequest out = TOCSIN__PARSE_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;
    Tocsin__Answer answer = TOCSIN__ANSWER__INIT;
    uint64_t number;
    int r;

    digest_random(&number, sizeof number); /* as those of polls are */
    number |= 1;
    out.poll = number;
    out.source = pb_cstr(engine->arena, STR("canary"));
    out.url = pb_cstr(engine->arena, STR("http://canary.invalid/"));
    out.want = TOCSIN__WANT__WANT_FEED;
    out.content_type = pb_data(STR("application/rss+xml"));
    out.body = pb_data(str_of(canary_document));
    context.zone = pb_cstr(engine->arena, engine->config->zone);
    out.context = &context;
    out.answer = &answer;
    out.now_ms = engine_now(engine).ms;
    if (arena_failed(engine->arena))
        return E_NOMEM;
    r = ipc_send(parser->ipc, FRAME(parse_request, PARSE_REQUEST, &out));
    if (r == 0) {
        canary->asked = number;
        canary->asked_at = loop_mono(engine->loop);
    }
    return r;
}

static void
canary_ask(struct engine *engine, struct wall due)
{
    engine->outbox->canary.due = due;
    for (uint32_t i = 0; i < engine->nparsers; i++) {
        if (engine->parsers[i].ipc && engine->parsers[i].ready) {
            (void)canary_parse(engine, &engine->parsers[i]);
            return;
        }
    }
}

/* --- out of it
 * ------------------------------------------------------------------- */

static int
canary_body(struct engine *engine, const struct channel *channel,
    size_t findings, struct buf *out)
{
    bool english = str_eq(channel->lang, STR("en"));
    json_t *data = json_object();
    int bad = 0;

    bad |= jsonx_set(data, "channel", jsonx_str(channel->id));
    bad |= jsonx_set(data, "title",
        json_string(english ? "Daily check: the road works from a document to "
                              "this channel"
                            : "每日自检：从读取、研判到本通道全程正常"));
    bad |= jsonx_set(data, "text",
        jsonx_str(arena_printf(engine->arena,
            english
                ? "%zu sources, %zu rules held on the test document. Nothing "
                  "has happened."
                : "来源 %zu 个，自检文档命中规则 %zu "
                  "条。没有发生任何事件。",
            engine->config->nsources, findings)));
    bad |= jsonx_set(data, "reason", json_string("daily check"));
    bad |= jsonx_set(data, "rules", json_integer((json_int_t)findings));
    if (bad) {
        json_decref(data);
        return E_NOMEM;
    }
    return body_say(out, INCIDENT_EVENT_CANARY, engine_now(engine), data);
}

static int
canary_send(struct engine *engine, size_t at, size_t findings)
{
    const struct channel *channel = &engine->config->channels[at];
    struct line *line = &engine->outbox->lines[at];
    int64_t before = line->state.canary_delivery;
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = canary_body(engine, channel, findings, &body);
    /* Before what is not urgent: it is about now. */
    if (r == 0)
        r = engine_outbox_put(engine, channel, 0, LEVEL_ORANGE,
            INCIDENT_EVENT_CANARY, buf_str(&body),
            &line->state.canary_delivery);
    buf_done(&body);
    if (r != 0)
        return r;
    /* One that still waits is said by this one. */
    r = store_delivery_fold(engine->store, before, line->state.canary_delivery);
    if (r != 0)
        return r;
    line->state.canary = engine_now(engine);
    line->late = false;
    return engine_line_save(engine, line);
}

static int
canary_tell(struct engine *engine, size_t findings)
{
    struct wall due = engine->outbox->canary.due;
    bool edge;
    int r = store_condition_close(
        engine->store, STR("daemon"), STR("canary"), engine_now(engine), &edge);

    for (size_t i = 0; i < engine->outbox->n && r == 0; i++)
        if (line_lacks(engine, &engine->outbox->lines[i], due))
            r = canary_send(engine, i, findings);
    return r;
}

bool
engine_canary_parsed(struct engine *engine, const Tocsin__ParseResult *in)
{
    struct canary *canary = engine->outbox ? &engine->outbox->canary : NULL;

    if (canary == NULL || canary->asked == 0 || in->poll != canary->asked)
        return false;
    canary->asked = 0;
    if (!in->ok || in->n_items != 1 ||
        engine_rules_of(engine, in->generation) == NULL)
        return true; /* it is asked again, and missed in the end */
    canary->late = false;
    arena_clear(engine->arena);
    if (engine_write_begin(engine) == 0)
        (void)engine_write_end(
            engine, canary_tell(engine, in->items[0]->n_findings));
    return true;
}

/* --- what is missing
 * --------------------------------------------------------------- */

static int
miss(struct engine *engine, struct str subject, const char *en, const char *zh)
{
    const struct condition_text text = {str_of(en), str_of(zh)};
    bool edge;

    return store_condition_put(engine->store, subject, STR("canary"), &text,
        engine_now(engine), &edge);
}

/* Whether it was said. */
static bool
canary_miss(
    struct engine *engine, struct str subject, const char *en, const char *zh)
{
    /* A full transaction is committed at the end, and clears the arena. */
    log_say(LOG_ERROR, en, "subject", arena_cstr(engine->arena, subject), NULL);
    return engine_write_begin(engine) == 0 &&
           engine_write_end(engine, miss(engine, subject, en, zh)) == 0;
}

static void
lines_watch(struct engine *engine)
{
    struct wall now = engine_now(engine);

    for (size_t i = 0; i < engine->outbox->n; i++) {
        struct line *line = &engine->outbox->lines[i];
        const struct channel_state *state = &line->state;

        if (line->late || !wall_is_set(state->canary) ||
            now.ms - state->canary.ms <
                engine->config->delivery.canary_within_ms ||
            (wall_is_set(state->canary_ok) &&
                state->canary_ok.ms >= state->canary.ms))
            continue;
        line->late = canary_miss(engine,
            arena_printf(engine->arena, "channel:%.*s",
                STR_ARG(engine->config->channels[i].id)),
            "the daily message was not accepted in time",
            "每日自检消息未按时送达");
    }
}

void
engine_canary_run(struct engine *engine)
{
    const struct config_delivery *config = &engine->config->delivery;
    struct canary *canary = &engine->outbox->canary;
    struct mono now = loop_mono(engine->loop);
    struct wall due;

    if (str_eq(config->canary, STR("none")))
        return;
    arena_clear(engine->arena);
    lines_watch(engine);
    due = canary_due(engine);
    if (!canary_is_due(engine, due))
        return;
    if (canary->due.ms != due.ms) {
        canary->asked = 0;
        canary->late = false;
        canary->since = now;
    }
    if (!canary->late && now.ms - canary->since.ms > config->canary_within_ms) {
        canary->late = canary_miss(engine, STR("daemon"),
            "the daily document did not come back from the parsers",
            "每日自检文档未能从解析环节返回");
    }
    if (canary->asked == 0 || now.ms - canary->asked_at.ms > CANARY_PATIENCE_MS)
        canary_ask(engine, due);
}
