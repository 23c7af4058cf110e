/*
 * engine_rule_desk: rules as people edit and try them on the console.
 *
 *   engine_rule_text.c   what stands in the rule files, and where
 *   engine_rule_trial.c  other rules than those in force, in a parse role
 *   engine_rule_edit.c   saving, approving, going back; the files beside the
 *                        database
 *   engine_rule_test.c   the same rules on what was collected, in slices
 *
 * The engine compiles nothing that a person just wrote: a parse role does, and
 * only what that found right is written and read again with all other rules.
 */
#ifndef TOCSIN_DAEMON_ENGINE_RULE_DESK_H
#define TOCSIN_DAEMON_ENGINE_RULE_DESK_H

#include "daemon/engine.h"
#include "store/rule_draft.h"

enum {
    RULE_JOBS = 8, /* questions to parsers under way */
    RULE_JOB_BYTES = 1024 * 1024,
    RULE_JOB_MS = 14000,     /* then the parser is taken to be lost */
    RULE_JOB_TICK_MS = 1000, /* how often that is looked at */
    RULE_TESTS = 4,          /* results that are kept */
    RULE_TEST_MAX_DAYS = 90,
    RULE_TEST_MAX_ITEMS = 200000,
    RULE_TEST_SHOWN = 60,  /* of each list of its result */
    RULE_TEST_SLICE = 100, /* items that a parser gets at once */
    RULE_TEST_GAP_MS = 15,
    RULE_DIFF_BYTES = 3000 /* of what went, and of what came, in the ledger */
};

enum rule_job_kind {
    RULE_JOB_NONE,
    RULE_JOB_CHECK,
    RULE_JOB_SAVE,
    RULE_JOB_APPROVE,
    RULE_JOB_TEST,
    RULE_JOB_TRY /* the rules in force, on one item */
};

/* A question to a parser, and what is done with its answer; texts live in
 * arena. */
struct rule_job {
    enum rule_job_kind kind;
    uint64_t trial, token;
    uint32_t parser;
    struct mono since;
    struct arena *arena;
    struct str object, text, note, by, from;
    int64_t base; /* version that it was made from */
    int64_t edit; /* RULE_JOB_APPROVE: what is approved */
    int64_t days; /* RULE_JOB_TEST */
};

struct rule_desk {
    struct rule_job jobs[RULE_JOBS];
    struct loop_timer *patience; /* set while there are jobs */
    uint64_t last_trial;
    struct rule_tests *tests; /* engine_rule_test.c */
    char *index;              /* JSON of all rules, of index_generation */
    uint64_t index_generation;
};

/* Begin; write what was saved and is not in its files, and read it.  After the
 * configuration. */
int engine_rule_desk_init(struct engine *engine);
/* What the console asks of rules. */
void engine_rule_action(struct engine *engine, const Tocsin__ActionRequest *in);
void engine_rule_trial_result(
    struct engine *engine, const Tocsin__RuleTrialResult *in);
void engine_rule_verdicts(
    struct engine *engine, const Tocsin__TrialVerdicts *in);
/* What a parser had is lost. */
void engine_rule_parser_died(struct engine *engine, uint32_t parser);

/* --- between the files ------------------------------------------------------
 */

/* The last two steps of a file's path: pack and file; a view into it. */
struct str rule_file_name(const char *file);
/* Answer an action; data is taken. */
void rule_answer(struct engine *engine, uint64_t token, int err,
    const char *text, json_t *data_taken);
/* Whether object is one that can be edited: "rule:ID", "list:NAME",
 * "status:ID". */
bool rule_object_is_sound(struct str object);
/* Its file, beside the database; in arena. */
const char *rule_object_file(
    const struct engine *engine, struct arena *arena, struct str object);

/* All rules and lists, as JSON; lent until the next reload. */
const char *rule_index(struct engine *engine);
/* One object: {"rule" or "list", "text", "draft", "place", "uses", "used_by"},
 * or E_NOTFOUND. */
int rule_object_json(struct engine *engine, struct str object, json_t **ret);

/* Before the first job. */
int rule_jobs_init(struct engine *engine);
/* A new job of what is asked, without a parser yet, or NULL when there are too
 * many. */
struct rule_job *rule_job_new(struct engine *engine, enum rule_job_kind kind,
    const Tocsin__ActionRequest *in);
void rule_job_done(struct rule_job *job);
/* Let a parser look at job's text in the place of its object.  0, E_BUSY,
 * E_NOMEM. */
int rule_trial_send(struct engine *engine, struct rule_job *job);
/* {"ok", "faults", "samples", …} of an answer; faults in the file that is
 * edited have no "file". */
json_t *rule_trial_json(const struct engine *engine, const struct rule_job *job,
    const Tocsin__RuleTrialResult *in);
/* A parser that is ready: its number, or E_BUSY. */
int rule_parser(const struct engine *engine, uint32_t *ret);

/* The trial of a save or an approval came out right. */
void rule_edit_write(struct engine *engine, struct rule_job *job);
void rule_edit_action(struct engine *engine, const Tocsin__ActionRequest *in);

int rule_tests_init(struct engine *engine);
void rule_test_ask(struct engine *engine, const Tocsin__ActionRequest *in);
void rule_test_show(struct engine *engine, const Tocsin__ActionRequest *in);
void rule_try(struct engine *engine, const Tocsin__ActionRequest *in);
/* The set of a test is compiled, or is wrong. */
void rule_test_begin(struct engine *engine, struct rule_job *job,
    const Tocsin__RuleTrialResult *in);
void rule_test_verdicts(struct engine *engine, const Tocsin__TrialVerdicts *in);
void rule_try_verdicts(struct engine *engine, struct rule_job *job,
    const Tocsin__TrialVerdicts *in);
void rule_test_parser_died(struct engine *engine, uint32_t parser);

#endif
