/*
 * engine_condition: what is wrong with a source: opened and closed.
 *
 * feeds/condition.h says what a poll shows of each kind and how many signs it
 * takes; here they meet what the store remembers.  All of it is in the poll's
 * own transaction, with the entry of the poll in the source's log.
 */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"
#include "feeds/condition.h"
#include "feeds/item.h"
#include "store/conditions.h"

/* --- one condition -------------------------------------------------------- */

static void
condition_say(struct engine *engine, const struct source *source,
    enum condition_kind kind, struct str text, bool open)
{
    log_say(open ? LOG_WARN : LOG_NOTICE,
        open ? "a source is in trouble" : "a source is well again", "source",
        arena_cstr(engine->arena, source->id), "condition",
        condition_word(kind), open ? "why" : NULL,
        arena_cstr(engine->arena, text), NULL);
    engine_changed(engine, "source", 0);
}

/* Count a sign and write what comes of it. */
static int
condition_count(struct engine *engine, const struct source *source,
    enum condition_kind kind, enum condition_sign sign,
    const struct condition_text *text, const struct condition_course *before)
{
    struct str subject =
        arena_printf(engine->arena, "source:%.*s", STR_ARG(source->id));
    struct str word = str_of(condition_word(kind));
    struct condition_course after = *before;
    bool edge = condition_step(kind, sign, &after), changed = false;
    int r = 0;

    if (after.against != before->against)
        r = store_condition_suspect(
            engine->store, subject, word, after.against);
    if (r == 0 && after.open && sign == CONDITION_BAD)
        r = store_condition_put(
            engine->store, subject, word, text, engine_now(engine), &changed);
    else if (r == 0 && edge)
        r = store_condition_close(
            engine->store, subject, word, engine_now(engine), &changed);
    if (r == 0 && changed)
        condition_say(engine, source, kind, text->en, after.open);
    return r;
}

/* What callers say in English only. */
static struct str
condition_chinese(enum condition_kind kind)
{
    switch ((int)kind) {
    case CONDITION_GAP:
        return STR(
            "最新显示的条目此前都未见过：两次查看之间可能有内容已被挤出");
    default:
        return STR_NONE;
    }
}

int
condition_set(struct engine *engine, const struct source *source,
    struct str kind, struct str text, bool open)
{
    struct condition_course courses[CONDITION_COUNT];
    enum condition_kind number = condition_of(kind);
    struct condition_text both = {text, condition_chinese(number)};
    int r;

    if (number == CONDITION_COUNT)
        return E_BUG;
    r = store_condition_courses(engine->store,
        arena_printf(engine->arena, "source:%.*s", STR_ARG(source->id)),
        courses);
    if (r != 0)
        return r;
    return condition_count(engine, source, number,
        open ? CONDITION_BAD : CONDITION_GOOD, &both, &courses[number]);
}

int
condition_moved(
    struct engine *engine, const struct source *source, struct str to)
{
    struct condition_course before = {0};
    struct condition_text text = {
        arena_printf(engine->arena, "moved for good to %.*s", STR_ARG(to)),
        arena_printf(engine->arena, "已永久迁移到 %.*s", STR_ARG(to))};

    return condition_count(
        engine, source, CONDITION_MOVED, CONDITION_BAD, &text, &before);
}

/* --- what a poll shows ---------------------------------------------------- */

/* Why it brought nothing.  What the fetch role says is believed as far as it
 * means something. */
static enum poll_cause
condition_cause(const struct poll_outcome *outcome)
{
    const Tocsin__Answer *answer = outcome->answer;

    if (outcome->event == POLL_EVENT_ITEMS ||
        outcome->event == POLL_EVENT_UNCHANGED)
        return CAUSE_NONE;
    if (outcome->event == POLL_EVENT_DIED)
        return CAUSE_DIED;
    if (answer == &outcome_no_answer)
        return CAUSE_HOUSE;
    if (outcome->blocked)
        return CAUSE_BLOCKED;
    if (answer->cause > CAUSE_NONE && answer->cause < CAUSE_COUNT)
        return (enum poll_cause)answer->cause;
    if (outcome->refused)
        return str_starts(outcome->reason, STR("robots")) ? CAUSE_ROBOTS
                                                          : CAUSE_ADDRESS;
    if (answer->status == 200)
        return CAUSE_DOCUMENT;
    return answer->status ? CAUSE_STATUS : CAUSE_CONNECT;
}

/* The notes of a parser are words from outside. */
static int
facts_notes(struct arena *arena, const Tocsin__ParseResult *result,
    struct condition_facts *facts)
{
    struct str *notes = ARENA_ARRAY(arena, DOCUMENT_MAX_NOTES, struct str);

    if (notes == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < result->n_notes && i < DOCUMENT_MAX_NOTES; i++) {
        struct str note = str_of(result->notes[i]);

        if (note.n <= STORE_POLL_NOTES_BYTES && utf8_is_valid(note))
            notes[facts->nnotes++] = note;
    }
    facts->notes = notes;
    return 0;
}

static int
facts_of(struct engine *engine, const struct watch *watch,
    const struct poll_outcome *outcome, const struct poll *next,
    struct condition_facts *ret)
{
    const Tocsin__ParseResult *result = outcome->result;
    const Tocsin__Answer *answer = outcome->answer;

    *ret = (struct condition_facts){.now = engine_now(engine),
        .cause = condition_cause(outcome),
        .status = answer->status,
        .reason = outcome->reason,
        .failures = next->failures,
        .gone = next->state == POLL_STOPPED,
        .quarantined = next->state == POLL_QUARANTINED,
        .cert_expires = WALL_NONE,
        .silent_since = outcome->silent_since,
        .known = !watch->baseline,
        .selected = watch->source->select.n > 0};
    if (answer->cert_expires_ms > 0)
        ret->cert_expires.ms = answer->cert_expires_ms;
    if (result == NULL)
        return 0;
    ret->document = true;
    ret->in_window = result->in_window;
    ret->news = (uint32_t)result->n_items;
    ret->hint_lost = result->hint_lost;
    ret->trouble = result->trouble & ((1u << TROUBLE_COUNT) - 1);
    return facts_notes(engine->arena, result, ret);
}

/* --- the source's log ----------------------------------------------------- */

static struct str
log_outcome(const struct poll_outcome *outcome, enum poll_cause cause)
{
    switch (outcome->event) {
    case POLL_EVENT_ITEMS:
        return STR("items");
    case POLL_EVENT_UNCHANGED:
        return STR("unchanged");
    case POLL_EVENT_DIED:
        return STR("died");
    case POLL_EVENT_GONE:
        return STR("gone");
    case POLL_EVENT_DUE:
    case POLL_EVENT_SENT:
    case POLL_EVENT_FAILED:
    case POLL_EVENT_REMOVED:
    case POLL_EVENT_PROBE:
        break;
    }
    if (cause == CAUSE_BLOCKED)
        return STR("blocked");
    return cause == CAUSE_ROBOTS || cause == CAUSE_ADDRESS ? STR("refused")
                                                           : STR("failed");
}

static struct str
log_notes(struct arena *arena, const struct condition_facts *facts)
{
    struct buf text;
    struct str kept;

    if (facts->nnotes == 0)
        return STR_NONE;
    buf_init(&text, DOCUMENT_MAX_NOTES * (STORE_POLL_NOTES_BYTES + 1));
    for (size_t i = 0; i < facts->nnotes; i++) {
        (void)buf_add_cstr(&text, i > 0 ? "\n" : "");
        (void)buf_add_str(&text, facts->notes[i]);
    }
    kept = arena_str(arena, utf8_cut(buf_str(&text), STORE_POLL_NOTES_BYTES));
    buf_done(&text);
    return kept;
}

static int
condition_log(struct engine *engine, const struct source *source,
    const struct poll_outcome *outcome, const struct condition_facts *facts)
{
    const Tocsin__Answer *answer = outcome->answer;
    struct poll_entry entry = {.at = facts->now,
        .outcome = log_outcome(outcome, facts->cause),
        .status = answer->status,
        .elapsed_ms = answer->elapsed_ms > 0 ? answer->elapsed_ms : 0,
        .bytes = answer->wire_bytes < INT64_MAX ? answer->wire_bytes : 0,
        .in_window = facts->in_window,
        .news = facts->news,
        .reason = utf8_cut(outcome->reason, STORE_POLL_NOTES_BYTES),
        .notes = log_notes(engine->arena, facts)};

    if (facts->cause != CAUSE_NONE)
        entry.cause = str_of(cause_word(facts->cause));
    return store_poll_log(engine->store, source->id, &entry);
}

int
condition_of_poll(struct engine *engine, struct watch *watch,
    const struct poll_outcome *outcome, const struct poll *next)
{
    const struct source *source = watch->source;
    struct condition_course courses[CONDITION_COUNT];
    struct condition_signs signs;
    struct condition_facts facts;
    int r = facts_of(engine, watch, outcome, next, &facts);

    watch->cause = (uint8_t)facts.cause;
    watch->answered = facts.now;
    if (r == 0)
        r = store_condition_courses(engine->store,
            arena_printf(engine->arena, "source:%.*s", STR_ARG(source->id)),
            courses);
    if (r == 0)
        condition_judge(engine->arena, &facts, &signs);
    for (int i = 0; i < CONDITION_COUNT && r == 0; i++)
        if (signs.sign[i] != CONDITION_UNSAID)
            r = condition_count(engine, source, (enum condition_kind)i,
                signs.sign[i], &signs.text[i], &courses[i]);
    return r == 0 ? condition_log(engine, source, outcome, &facts) : r;
}
