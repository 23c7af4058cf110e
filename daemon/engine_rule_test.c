/*
 * engine_rule_test: rules that are not in force, on what was collected.
 *
 * A parse role has both sets; the engine reads a slice of items, sends it,
 * takes the verdicts and lets go of the loop before the next.  One test runs at
 * a time; the last few results are kept in memory, for whoever looks at them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "base/utf8.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/pb.h"
#include "store/view_edits.h"
#include "store/view_rules.h"

enum {
    TEST_ARENA_BYTES = 32 * 1024 * 1024,
    TEST_PATIENCE_MS = 30000, /* for one slice */
    TEST_TITLE_BYTES = 180,
    TEST_MAX_TAGS = 64
};

enum test_change { TEST_NEW, TEST_GONE, TEST_OTHER, TEST_CHANGES };

struct rule_test {
    int64_t id;
    bool running;
    char *why; /* it failed: a sentence; owned */
    struct str object, text, by;
    struct arena *arena; /* of these */
    int64_t days, base;  /* base: the version in force when it began */
    struct wall since, made;
    uint64_t total, done, skipped;
    uint64_t before, now, found_before, found_now;
    uint64_t changes[TEST_CHANGES];
    uint32_t day_before[RULE_TEST_MAX_DAYS + 1];
    uint32_t day_now[RULE_TEST_MAX_DAYS + 1];
    json_t *lists[TEST_CHANGES];
    json_t *checked; /* what the compiler said */
    bool cut;        /* there were more items than it may look at */
};

struct rule_tests {
    struct engine *engine;
    struct rule_test tests[RULE_TESTS];
    int64_t last;
    /* of the one that runs */
    struct rule_test *test;
    struct view *view;
    struct arena *slice; /* the items that are with the parser */
    const struct matched_item *items;
    size_t nitems;
    int64_t after;
    uint64_t trial, generation;
    uint32_t parser;
    struct mono sent;
    struct loop_timer *timer;
};

/* --- its life
 * -------------------------------------------------------------------
 */

static void
test_clear(struct rule_test *test)
{
    free(test->why);
    arena_free(test->arena);
    for (int i = 0; i < TEST_CHANGES; i++)
        json_decref(test->lists[i]);
    json_decref(test->checked);
    *test = (struct rule_test){0};
}

static void
test_end(struct rule_tests *tests, const char *why)
{
    struct rule_test *test = tests->test;

    if (test == NULL)
        return;
    test->running = false;
    test->why = why ? strdup(why) : NULL;
    view_close(tests->view);
    tests->view = NULL;
    arena_free(tests->slice);
    tests->slice = NULL;
    tests->test = NULL;
    loop_timer_cancel(tests->timer);
}

static struct rule_test *
test_find(struct rule_tests *tests, int64_t id)
{
    for (size_t i = 0; i < RULE_TESTS; i++)
        if (id > 0 && tests->tests[i].id == id)
            return &tests->tests[i];
    return NULL;
}

/* A place for a new one: the oldest goes. */
static struct rule_test *
test_new(struct rule_tests *tests)
{
    struct rule_test *oldest = &tests->tests[0];

    for (size_t i = 1; i < RULE_TESTS; i++)
        if (tests->tests[i].id < oldest->id)
            oldest = &tests->tests[i];
    test_clear(oldest);
    oldest->id = ++tests->last;
    return oldest;
}

/* --- slices
 * ----------------------------------------------------------------------
 */

static bool
item_counts(const struct matched_item *item)
{
    return !item->baseline && !item->backfill;
}

static Tocsin__TrialItem *
send_item(const struct engine *engine, struct arena *arena,
    const struct matched_item *item)
{
    Tocsin__TrialItem *out = ARENA_NEW(arena, Tocsin__TrialItem);
    const struct source *source =
        config_source(engine->config, item->item.source);
    struct str tags = item->tags;

    if (out == NULL)
        return NULL;
    tocsin__trial_item__init(out);
    out->id = item->item.id;
    out->title = pb_cstr(arena, item->item.title);
    out->text = pb_cstr(arena, item->item.text);
    out->source = pb_cstr(arena, item->item.source);
    out->source_name = pb_cstr(arena, item->item.source_title);
    out->tier = pb_cstr(arena, item->tier);
    out->tags = ARENA_ARRAY(arena, TEST_MAX_TAGS, char *);
    while (out->tags && tags.n > 0 && out->n_tags < TEST_MAX_TAGS) {
        size_t end = str_find(tags, STR(", "));

        out->tags[out->n_tags++] = pb_cstr(arena, str_first(tags, end));
        tags = end < tags.n ? str_from(tags, end + 2) : STR_NONE;
    }
    out->published_ms = item->item.published.ms;
    out->seen_ms = item->item.first_seen.ms;
    out->weight = source ? source->weight : 100;
    return out;
}

static int
send_slice(struct engine *engine, struct rule_tests *tests)
{
    Tocsin__TrialItems out = TOCSIN__TRIAL_ITEMS__INIT;

    out.trial = tests->trial;
    out.items =
        ARENA_ARRAY(tests->slice, tests->nitems + 1, Tocsin__TrialItem *);
    for (size_t i = 0; i < tests->nitems && out.items; i++) {
        if (!item_counts(&tests->items[i])) {
            tests->test->skipped++;
            continue;
        }
        out.items[out.n_items] =
            send_item(engine, tests->slice, &tests->items[i]);
        if (out.items[out.n_items])
            out.n_items++;
    }
    if (arena_failed(tests->slice) || !out.items)
        return E_NOMEM;
    tests->sent = loop_mono(engine->loop);
    loop_timer_set(tests->timer, TEST_PATIENCE_MS);
    return ipc_send(engine->parsers[tests->parser].ipc,
        FRAME(trial_items, TRIAL_ITEMS, &out));
}

static void
next_slice(struct engine *engine, struct rule_tests *tests)
{
    struct rule_test *test = tests->test;
    struct matched_item *items = NULL;
    int r;

    arena_clear(tests->slice);
    tests->nitems = 0;
    r = view_matched_slice(tests->view, test->since, tests->after,
        RULE_TEST_SLICE, tests->slice, &items, &tests->nitems);
    tests->items = items;
    test->cut = test->done >= RULE_TEST_MAX_ITEMS;
    if (r == 0 && (tests->nitems == 0 || test->cut)) {
        test_end(tests, NULL);
        engine_changed(engine, "config", 0);
        return;
    }
    if (r == 0) {
        tests->after = items[tests->nitems - 1].item.id;
        r = send_slice(engine, tests);
    }
    if (r != 0)
        test_end(tests, "What was collected could not be read.");
}

static void
on_test_timer(void *arg)
{
    struct engine *engine = arg;
    struct rule_tests *tests = engine->rule_desk->tests;

    if (tests->test == NULL || engine->stopping)
        return;
    if (tests->items) /* no verdicts came */
        test_end(tests, "The parser did not answer.");
    else
        next_slice(engine, tests);
}

/* --- verdicts
 * ---------------------------------------------------------------------
 */

static json_t *
ids_of(char *const *list, size_t n)
{
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(out, json_string(list[i]));
    return out;
}

static void
note_change(struct rule_test *test, enum test_change change,
    const struct matched_item *item, const Tocsin__TrialVerdict *v)
{
    struct str title = item->item.title.n ? item->item.title : item->item.text;
    json_t *one;

    if (test->changes[change]++ >= RULE_TEST_SHOWN)
        return;
    one = json_object();
    (void)jsonx_set(one, "item", json_integer(item->item.id));
    (void)jsonx_set(one, "title", jsonx_str(utf8_cut(title, TEST_TITLE_BYTES)));
    (void)jsonx_set(one, "source", jsonx_str(item->item.source_title));
    (void)jsonx_set(one, "first_seen", jsonx_time(item->item.first_seen));
    (void)jsonx_set(one, "level_before",
        json_string(level_name((enum level)v->level_before)));
    (void)jsonx_set(one, "score_before", json_integer(v->score_before));
    (void)jsonx_set(
        one, "level", json_string(level_name((enum level)v->level)));
    (void)jsonx_set(one, "score", json_integer(v->score));
    (void)jsonx_set(one, "gained", ids_of(v->gained, v->n_gained));
    (void)jsonx_set(one, "lost", ids_of(v->lost, v->n_lost));
    (void)json_array_append_new(test->lists[change], one);
}

static void
take_verdict(struct engine *engine, struct rule_test *test,
    const struct matched_item *item, const Tocsin__TrialVerdict *v)
{
    enum level alarm = engine->config->notify_min_level;
    bool before = v->level_before >= (unsigned)alarm;
    bool now = v->level >= (unsigned)alarm;
    int64_t day = (item->item.first_seen.ms - test->since.ms) / (int64_t)MS_DAY;

    if (v->level_before >= LEVEL_COUNT || v->level >= LEVEL_COUNT || day < 0 ||
        day > RULE_TEST_MAX_DAYS)
        return;
    test->before += before;
    test->now += now;
    test->day_before[day] += before;
    test->day_now[day] += now;
    test->found_now += v->n_gained;
    test->found_before += v->n_lost;
    if (now && !before)
        note_change(test, TEST_NEW, item, v);
    else if (before && !now)
        note_change(test, TEST_GONE, item, v);
    else if (v->n_gained + v->n_lost > 0 || v->score != v->score_before)
        note_change(test, TEST_OTHER, item, v);
}

void
rule_test_verdicts(struct engine *engine, const Tocsin__TrialVerdicts *in)
{
    struct rule_tests *tests = engine->rule_desk->tests;
    struct rule_test *test = tests->test;
    size_t k = 0;

    if (test == NULL || in->trial != tests->trial || tests->items == NULL)
        return;
    if (!in->ok || in->generation != tests->generation) {
        test_end(tests, "The rules in force changed meanwhile.");
        return;
    }
    for (size_t i = 0; i < in->n_verdicts; i++) {
        while (
            k < tests->nitems && tests->items[k].item.id != in->verdicts[i]->id)
            k++;
        if (k == tests->nitems)
            break;
        take_verdict(engine, test, &tests->items[k], in->verdicts[i]);
    }
    test->done += tests->nitems;
    tests->items = NULL;
    loop_timer_set(tests->timer, RULE_TEST_GAP_MS);
}

void
rule_test_parser_died(struct engine *engine, uint32_t parser)
{
    struct rule_tests *tests = engine->rule_desk->tests;

    if (tests && tests->test && tests->parser == parser)
        test_end(tests, "The parser ended: a pattern takes too long.");
}

/* --- beginning
 * -------------------------------------------------------------------
 */

int
rule_tests_init(struct engine *engine)
{
    static struct rule_tests tests;

    tests.engine = engine;
    tests.last = engine_now(engine).ms / MS_SECOND; /* unlike before */
    engine->rule_desk->tests = &tests;
    return loop_timer_new(engine->loop, on_test_timer, engine, &tests.timer);
}

void
rule_test_ask(struct engine *engine, const Tocsin__ActionRequest *in)
{
    struct rule_tests *tests = engine->rule_desk->tests;
    struct rule_job *job;
    int r = 0;

    if (!rule_object_is_sound(pb_str(in->object)) || in->id < 1 ||
        in->id > RULE_TEST_MAX_DAYS ||
        in->data.len > RULE_EDIT_MAX_TEXT_BYTES) {
        rule_answer(engine, in->token, E_PARSE, "That cannot be tried.", NULL);
        return;
    }
    job = tests->test ? NULL : rule_job_new(engine, RULE_JOB_TEST, in);
    if (job == NULL) {
        rule_answer(engine, in->token, E_BUSY,
            "Another test is running. Please wait for it.", NULL);
        return;
    }
    job->days = in->id;
    r = rule_trial_send(engine, job);
    if (r != 0) {
        rule_answer(
            engine, in->token, r, "The house is busy. Please try again.", NULL);
        rule_job_done(job);
    }
}

/* Days begin at midnight of the zone, so that the chart's do. */
static struct wall
since_of(const struct engine *engine, int64_t days)
{
    struct wall t = {engine_now(engine).ms - (days - 1) * (int64_t)MS_DAY};
    struct civil c =
        civil_of_wall(t, engine->zone ? zone_offset(engine->zone, t) : 0);

    c.hour = c.minute = c.second = 0;
    c.ms = 0;
    return engine->zone ? zone_to_wall(engine->zone, &c) : t;
}

static int
test_open(struct engine *engine, struct rule_tests *tests,
    struct rule_test *test, const struct rule_job *job)
{
    struct toc_error error = {0};
    struct rule_edit now;
    int r = view_open(engine->database, &error, &tests->view);

    test->arena = arena_new(RULE_JOB_BYTES);
    tests->slice = arena_new(TEST_ARENA_BYTES);
    if (r == 0 && (!test->arena || !tests->slice))
        r = E_NOMEM;
    if (r != 0)
        return r;
    test->object = arena_str(test->arena, job->object);
    test->text = arena_str(test->arena, job->text);
    test->by = arena_str(test->arena, job->by);
    test->days = job->days;
    test->base = store_rule_edit_current(
                     engine->store, job->object, engine->arena, &now) == 0
                     ? now.id
                     : 0;
    test->made = engine_now(engine);
    test->since = since_of(engine, job->days);
    for (int i = 0; i < TEST_CHANGES; i++)
        test->lists[i] = json_array();
    return view_matched_count(
        tests->view, test->since, WALL_NONE, &test->total);
}

void
rule_test_begin(struct engine *engine, struct rule_job *job,
    const Tocsin__RuleTrialResult *in)
{
    struct rule_tests *tests = engine->rule_desk->tests;
    json_t *checked = rule_trial_json(engine, job, in), *data;
    struct rule_test *test;

    if (!in->ok || tests->test) {
        rule_answer(engine, job->token, in->ok ? E_BUSY : E_CONF,
            in->ok ? "Another test is running. Please wait for it."
                   : "The rule is wrong.",
            checked);
        return;
    }
    test = test_new(tests);
    tests->test = test;
    test->checked = checked;
    test->running = true;
    tests->trial = job->trial;
    tests->generation = engine->generation;
    tests->parser = job->parser;
    tests->after = 0;
    tests->items = NULL;
    if (test_open(engine, tests, test, job) != 0)
        test_end(tests, "What was collected could not be read.");
    else
        loop_timer_set(tests->timer, 1);
    data = json_object();
    (void)jsonx_set(data, "test", json_integer(test->id));
    rule_answer(engine, job->token, 0, NULL, data);
}

/* --- showing
 * ---------------------------------------------------------------------
 */

static json_t *
days_json(const struct rule_test *test)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < test->days && i <= RULE_TEST_MAX_DAYS; i++) {
        json_t *one = json_object();
        struct wall t = {test->since.ms + i * (int64_t)MS_DAY};

        (void)jsonx_set(one, "from", jsonx_time(t));
        (void)jsonx_set(one, "before", json_integer(test->day_before[i]));
        (void)jsonx_set(one, "now", json_integer(test->day_now[i]));
        (void)json_array_append_new(list, one);
    }
    return list;
}

static json_t *
test_json(const struct engine *engine, const struct rule_test *test)
{
    static const char *const names[TEST_CHANGES] = {"new", "gone", "other"};
    json_t *out = json_object();
    char key[24];

    (void)jsonx_set(out, "test", json_integer(test->id));
    (void)jsonx_set(out, "running", json_boolean(test->running));
    (void)jsonx_set(
        out, "failed", test->why ? json_string(test->why) : json_null());
    (void)jsonx_set(out, "object", jsonx_str(test->object));
    (void)jsonx_set(out, "draft", jsonx_str(test->text));
    (void)jsonx_set(out, "by", jsonx_str(test->by));
    (void)jsonx_set(out, "days", json_integer(test->days));
    (void)jsonx_set(out, "base", json_integer(test->base));
    (void)jsonx_set(out, "since", jsonx_time(test->since));
    (void)jsonx_set(out, "made", jsonx_time(test->made));
    (void)jsonx_set(out, "total", json_integer((json_int_t)test->total));
    (void)jsonx_set(out, "done", json_integer((json_int_t)test->done));
    (void)jsonx_set(out, "skipped", json_integer((json_int_t)test->skipped));
    (void)jsonx_set(out, "cut", json_boolean(test->cut));
    (void)jsonx_set(out, "alarm",
        json_string(level_name(engine->config->notify_min_level)));
    (void)jsonx_set(
        out, "alarms_before", json_integer((json_int_t)test->before));
    (void)jsonx_set(out, "alarms", json_integer((json_int_t)test->now));
    (void)jsonx_set(out, "by_day", days_json(test));
    for (int i = 0; i < TEST_CHANGES; i++) {
        (void)jsonx_set(out, names[i], json_incref(test->lists[i]));
        (void)snprintf(key, sizeof key, "%s_count", names[i]);
        (void)jsonx_set(out, key, json_integer((json_int_t)test->changes[i]));
    }
    if (test->checked)
        (void)jsonx_set(out, "checked", json_incref(test->checked));
    return out;
}

void
rule_test_show(struct engine *engine, const Tocsin__ActionRequest *in)
{
    const struct rule_test *test = test_find(engine->rule_desk->tests, in->id);

    rule_answer(engine, in->token, test ? 0 : E_NOTFOUND,
        test ? NULL : "That test is not kept any more.",
        test ? test_json(engine, test) : NULL);
}

/* --- the rules in force on one item
 * ------------------------------------------------
 */

static int
try_send(struct engine *engine, struct rule_job *job)
{
    Tocsin__TrialItems out = TOCSIN__TRIAL_ITEMS__INIT;
    Tocsin__TrialItem *one[1];
    struct matched_item item;
    struct toc_error error = {0};
    struct view *view = NULL;
    int r = view_open(engine->database, &error, &view);

    if (r == 0)
        r = view_matched_item(view, job->edit, job->arena, &item);
    if (r == 0)
        r = rule_parser(engine, &job->parser);
    if (r == 0) {
        out.items = one;
        one[0] = send_item(engine, job->arena, &item);
        out.n_items = one[0] ? 1 : 0;
        r = one[0] && !arena_failed(job->arena)
                ? ipc_send(engine->parsers[job->parser].ipc,
                      FRAME(trial_items, TRIAL_ITEMS, &out))
                : E_NOMEM;
    }
    view_close(view);
    return r;
}

void
rule_try(struct engine *engine, const Tocsin__ActionRequest *in)
{
    struct rule_job *job = rule_job_new(engine, RULE_JOB_TRY, in);
    int r = job ? 0 : E_BUSY;

    if (r == 0) {
        job->edit = in->id;
        r = try_send(engine, job);
    }
    if (r == 0)
        return;
    rule_answer(engine, in->token, r,
        r == E_NOTFOUND ? NULL : "The house is busy. Please try again.", NULL);
    if (job)
        rule_job_done(job);
}

void
rule_try_verdicts(struct engine *engine, struct rule_job *job,
    const Tocsin__TrialVerdicts *in)
{
    json_t *data = json_object(), *explanation = NULL;
    const Tocsin__TrialVerdict *v;

    if (in->n_verdicts != 1 || in->verdicts[0]->level_before >= LEVEL_COUNT) {
        json_decref(data);
        rule_answer(engine, job->token, E_TIMEOUT, "It cannot be tried.", NULL);
        return;
    }
    v = in->verdicts[0];
    (void)jsonx_set(data, "item", json_integer(v->id));
    (void)jsonx_set(data, "score", json_integer(v->score_before));
    (void)jsonx_set(
        data, "level", json_string(level_name((enum level)v->level_before)));
    (void)jsonx_set(
        data, "generation", json_integer((json_int_t)in->generation));
    if (jsonx_load(pb_bytes(v->explanation), NULL, &explanation) == 0)
        (void)jsonx_set(data, "explanation", explanation);
    rule_answer(engine, job->token, 0, NULL, data);
}
