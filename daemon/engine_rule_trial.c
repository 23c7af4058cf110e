/*
 * engine_rule_trial: a set of rules that a person wrote, sent to a parse role
 * with all files it stands among, and what comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/engine_teach.h"
#include "daemon/pb.h"
#include "rules/files.h"

enum { ANSWER_BYTES = 2 * 1024 * 1024, TRIAL_ARENA_BYTES = 64 * 1024 * 1024 };

void
rule_answer(struct engine *engine, uint64_t token, int err, const char *text,
    json_t *data_taken)
{
    Tocsin__ActionResult out = TOCSIN__ACTION_RESULT__INIT;
    struct buf data;
    char *words = strdup(text ? text : "");

    buf_init(&data, ANSWER_BYTES);
    if (data_taken && jsonx_dump(data_taken, &data) != 0 && err == 0)
        err = E_LIMIT;
    json_decref(data_taken);
    out.token = token;
    out.err = err;
    out.text = words;
    out.data = strdup(data.err ? "" : buf_cstr(&data));
    buf_done(&data);
    if (words && out.data && engine->console.ipc)
        (void)ipc_send(
            engine->console.ipc, FRAME(action_result, ACTION_RESULT, &out));
    free(words);
    free(out.data);
}

/* --- jobs -------------------------------------------------------------------
 */

void
rule_job_done(struct rule_job *job)
{
    arena_free(job->arena);
    *job = (struct rule_job){.kind = RULE_JOB_NONE};
}

/* A parser that never answered: whoever waits is told. */
static void
job_lost(struct engine *engine, struct rule_job *job)
{
    rule_answer(engine, job->token, E_TIMEOUT,
        "It could not be looked at: a pattern takes too long, or the house is "
        "busy.",
        NULL);
    rule_job_done(job);
}

static void
on_patience(void *arg)
{
    struct engine *engine = arg;
    struct rule_desk *desk = engine->rule_desk;
    struct mono now = loop_mono(engine->loop);
    bool more = false;

    for (size_t i = 0; i < RULE_JOBS; i++) {
        struct rule_job *job = &desk->jobs[i];

        if (job->kind != RULE_JOB_NONE && now.ms - job->since.ms > RULE_JOB_MS)
            job_lost(engine, job);
        more = more || job->kind != RULE_JOB_NONE;
    }
    if (more)
        loop_timer_set(desk->patience, RULE_JOB_TICK_MS);
}

int
rule_jobs_init(struct engine *engine)
{
    return loop_timer_new(
        engine->loop, on_patience, engine, &engine->rule_desk->patience);
}

struct rule_job *
rule_job_new(struct engine *engine, enum rule_job_kind kind,
    const Tocsin__ActionRequest *in)
{
    struct rule_desk *desk = engine->rule_desk;
    struct rule_job *job = NULL;

    for (size_t i = 0; i < RULE_JOBS && !job; i++)
        if (desk->jobs[i].kind == RULE_JOB_NONE)
            job = &desk->jobs[i];
    if (job == NULL)
        return NULL;
    *job = (struct rule_job){.kind = kind,
        .token = in->token,
        .trial = ++desk->last_trial,
        .since = loop_mono(engine->loop),
        .arena = arena_new(RULE_JOB_BYTES)};
    if (job->arena == NULL) {
        job->kind = RULE_JOB_NONE;
        return NULL;
    }
    job->object = arena_str(job->arena, pb_str(in->object));
    job->text = arena_str(job->arena, pb_bytes(in->data));
    job->note = arena_str(job->arena, pb_str(in->text));
    job->by = arena_str(job->arena, pb_str(in->by));
    job->from = arena_str(job->arena, pb_str(in->from));
    if (arena_failed(job->arena)) { /* no text would take the rule away */
        rule_job_done(job);
        return NULL;
    }
    loop_timer_set(desk->patience, RULE_JOB_TICK_MS);
    return job;
}

static struct rule_job *
job_of(struct engine *engine, uint64_t trial)
{
    for (size_t i = 0; i < RULE_JOBS; i++) {
        struct rule_job *job = &engine->rule_desk->jobs[i];

        if (job->kind != RULE_JOB_NONE && job->trial == trial)
            return job;
    }
    return NULL;
}

int
rule_parser(const struct engine *engine, uint32_t *ret)
{
    for (uint32_t i = engine->nparsers; i > 0; i--)
        if (engine->parsers[i - 1].ipc && engine->parsers[i - 1].ready) {
            *ret = i - 1;
            return 0;
        }
    return E_BUSY;
}

/* --- what is sent
 * ------------------------------------------------------------- */

struct sending {
    const struct config *config;
    struct arena *arena;
    Tocsin__RuleTrial out;
};

/* The number of a pack, from 1; added when it is new. */
static uint32_t
send_pack(struct sending *s, const struct pack *pack)
{
    Tocsin__RulePack *one;

    if (pack == NULL)
        return 0;
    for (size_t i = 0; i < s->out.n_packs; i++)
        if (str_eq(str_of(s->out.packs[i]->id), pack->id))
            return (uint32_t)i + 1;
    one = ARENA_NEW(s->arena, Tocsin__RulePack);
    if (one == NULL)
        return 0;
    tocsin__rule_pack__init(one);
    one->id = pb_cstr(s->arena, pack->id);
    one->manifest =
        pb_cstr(s->arena, str_of(pack->manifest ? pack->manifest : ""));
    one->folder = pb_cstr(s->arena, str_of(pack->folder ? pack->folder : ""));
    one->needs = ARENA_ARRAY(s->arena, pack->nneeds + 1, char *);
    for (size_t i = 0; i < pack->nneeds && one->needs; i++)
        one->needs[one->n_needs++] = pb_cstr(s->arena, pack->needs[i].id);
    s->out.packs[s->out.n_packs++] = one;
    return (uint32_t)s->out.n_packs;
}

static void
send_file(struct sending *s, const struct rule_file *file, struct str text)
{
    Tocsin__RuleFile *one = ARENA_NEW(s->arena, Tocsin__RuleFile);

    if (one == NULL)
        return;
    tocsin__rule_file__init(one);
    one->name = pb_cstr(s->arena, str_of(file->name));
    one->text = pb_data(text);
    one->pack = send_pack(s, file->pack);
    one->lent = file->lent;
    s->out.files[s->out.n_files++] = one;
}

static int
send_files(struct sending *s, const char *subject, const struct rule_job *job)
{
    const struct config *config = s->config;
    size_t max = config->nrules + 2;
    bool there = false;

    s->out.packs = ARENA_ARRAY(s->arena, PACK_LIST_MAX, Tocsin__RulePack *);
    s->out.files = ARENA_ARRAY(s->arena, max, Tocsin__RuleFile *);
    if (!s->out.packs || !s->out.files)
        return E_NOMEM;
    for (size_t i = 0; i < config->nrules; i++) {
        bool is = strcmp(config->rules[i].name, subject) == 0;

        there = there || is;
        if (!is || job->text.n > 0)
            send_file(
                s, &config->rules[i], is ? job->text : config->rules[i].text);
    }
    if (!there && job->text.n > 0)
        send_file(s, &(struct rule_file){.name = subject}, job->text);
    return 0;
}

/* Exceptions that are in force stand among the rules that are tried. */
static void
send_exceptions(struct sending *s, struct engine *engine)
{
    struct str text = STR_NONE;

    if (engine_teach_text(engine, s->arena, &text) == 0 && text.n > 0)
        send_file(s, &(struct rule_file){.name = "exceptions"}, text);
}

static int
send_owners(struct sending *s)
{
    const struct config *config = s->config;

    s->out.owners =
        ARENA_ARRAY(s->arena, config->nowners + 1, Tocsin__RuleOwner *);
    for (size_t i = 0; i < config->nowners && s->out.owners; i++) {
        const struct rule_owner *owner = &config->owners[i];
        Tocsin__RuleOwner *one = ARENA_NEW(s->arena, Tocsin__RuleOwner);

        if (one == NULL)
            return E_NOMEM;
        tocsin__rule_owner__init(one);
        one->name = pb_cstr(s->arena, owner->name);
        one->aliases = pb_cstrs(s->arena, owner->aliases, owner->naliases);
        one->n_aliases = one->aliases ? owner->naliases : 0;
        s->out.owners[s->out.n_owners++] = one;
    }
    return s->out.owners ? 0 : E_NOMEM;
}

static int
send_all(struct engine *engine, struct rule_job *job, struct sending *s)
{
    const struct config *config = s->config;
    const char *subject = rule_object_file(engine, s->arena, job->object);
    int r;

    tocsin__rule_trial__init(&s->out);
    s->out.trial = job->trial;
    s->out.keep = job->kind == RULE_JOB_TEST;
    s->out.zone = pb_cstr(s->arena, config->zone);
    s->out.subject = pb_cstr(s->arena, str_of(subject ? subject : ""));
    s->out.region = pb_data(config->region_file.text);
    s->out.region_name = pb_cstr(s->arena,
        str_of(config->region_file.name ? config->region_file.name : ""));
    r = subject ? send_files(s, subject, job) : E_NOMEM;
    if (r == 0 && job->kind == RULE_JOB_TEST)
        send_exceptions(s, engine);
    if (r == 0)
        r = send_owners(s);
    if (r == 0 && arena_failed(s->arena))
        r = E_NOMEM;
    return r ? r
             : ipc_send(engine->parsers[job->parser].ipc,
                   FRAME(rule_trial, RULE_TRIAL, &s->out));
}

int
rule_trial_send(struct engine *engine, struct rule_job *job)
{
    struct sending s = {
        .config = engine->config, .arena = arena_new(TRIAL_ARENA_BYTES)};
    int r = s.arena ? rule_parser(engine, &job->parser) : E_NOMEM;

    if (r == 0)
        r = send_all(engine, job, &s);
    arena_free(s.arena);
    return r;
}

/* --- what came back ----------------------------------------------------------
 */

struct str
rule_file_name(const char *file)
{
    struct str s = str_of(file);
    size_t slashes = 0, i = s.n;

    while (i > 0) {
        if (s.p[i - 1] == '/' && ++slashes == 2)
            break;
        i--;
    }
    return str_from(s, i);
}

static json_t *
fault_json(const Tocsin__RuleFault *fault, const char *subject)
{
    json_t *one = json_object();

    if (strcmp(fault->file, subject) != 0)
        (void)jsonx_set(one, "file", jsonx_str(rule_file_name(fault->file)));
    (void)jsonx_set(one, "line", json_integer(fault->line));
    (void)jsonx_set(one, "column", json_integer(fault->column));
    (void)jsonx_set(one, "text", json_string(fault->text));
    return one;
}

json_t *
rule_trial_json(const struct engine *engine, const struct rule_job *job,
    const Tocsin__RuleTrialResult *in)
{
    json_t *out = json_object(), *faults = json_array(),
           *warnings = json_array(), *samples = json_array();
    const char *subject = rule_object_file(engine, job->arena, job->object);

    for (size_t i = 0; i < in->n_faults && subject; i++) {
        const Tocsin__RuleFault *fault = in->faults[i];

        /* What others may be warned of is not this person's. */
        if (fault->warning && strcmp(fault->file, subject) != 0)
            continue;
        (void)json_array_append_new(
            fault->warning ? warnings : faults, fault_json(fault, subject));
    }
    for (size_t i = 0; i < in->n_samples; i++) {
        json_t *one = json_object();

        (void)jsonx_set(one, "line", json_integer(in->samples[i]->line));
        (void)jsonx_set(one, "text", json_string(in->samples[i]->text));
        (void)jsonx_set(one, "hit", json_boolean(in->samples[i]->hit));
        (void)jsonx_set(one, "found", json_boolean(in->samples[i]->found));
        (void)json_array_append_new(samples, one);
    }
    (void)jsonx_set(out, "ok", json_boolean(in->ok));
    (void)jsonx_set(out, "rules", json_integer(in->rules));
    (void)jsonx_set(out, "faults", faults);
    (void)jsonx_set(out, "warnings", warnings);
    (void)jsonx_set(out, "samples", samples);
    return out;
}

void
engine_rule_trial_result(
    struct engine *engine, const Tocsin__RuleTrialResult *in)
{
    struct rule_job *job = job_of(engine, in->trial);

    if (job == NULL || job->kind == RULE_JOB_TRY)
        return;
    arena_clear(engine->arena);
    if (job->kind == RULE_JOB_TEST)
        rule_test_begin(engine, job, in);
    else if (job->kind == RULE_JOB_CHECK)
        rule_answer(
            engine, job->token, 0, NULL, rule_trial_json(engine, job, in));
    else if (!in->ok)
        rule_answer(engine, job->token, E_CONF, "The rule is wrong.",
            rule_trial_json(engine, job, in));
    else
        rule_edit_write(engine, job);
    rule_job_done(job);
}

void
engine_rule_verdicts(struct engine *engine, const Tocsin__TrialVerdicts *in)
{
    struct rule_job *job = NULL;

    if (in->trial != 0) {
        rule_test_verdicts(engine, in);
        return;
    }
    for (size_t i = 0; i < RULE_JOBS && !job; i++) {
        struct rule_job *one = &engine->rule_desk->jobs[i];

        if (one->kind == RULE_JOB_TRY &&
            (in->n_verdicts == 0 || in->verdicts[0]->id == one->edit))
            job = one;
    }
    if (job == NULL)
        return;
    rule_try_verdicts(engine, job, in);
    rule_job_done(job);
}

void
engine_rule_parser_died(struct engine *engine, uint32_t parser)
{
    if (engine->rule_desk == NULL)
        return;
    for (size_t i = 0; i < RULE_JOBS; i++) {
        struct rule_job *job = &engine->rule_desk->jobs[i];

        if (job->kind != RULE_JOB_NONE && job->parser == parser)
            job_lost(engine, job);
    }
    rule_test_parser_died(engine, parser);
}
