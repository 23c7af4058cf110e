/*
 * engine_rule_edit: what is saved of rules and lists.
 *
 * The database is the record: every version, whole.  The files beside it are
 * made from the newest version of each object, and made again at a start when
 * they differ, so that a crash between the two is mended.  A save is checked
 * by a parse role first, written in one transaction with its ledger entry, and
 * then read with all other rules, as a reload does.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "console/action.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/pb.h"

enum { FILE_MODE = 0640, FOLDER_MODE = 0750, NOTE_MAX_BYTES = 1000 };

/* --- objects and their files
 * ---------------------------------------------------
 */

static bool
is_name(struct str s, bool underscore)
{
    if (s.n == 0 || s.n > 64)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                (underscore && c == '_')))
            return false;
    }
    return true;
}

bool
rule_object_is_sound(struct str object)
{
    struct str name = object, kind = str_split(&name, ':');

    if (str_eq(kind, STR("list")))
        return is_name(name, true);
    return (str_eq(kind, STR("rule")) || str_eq(kind, STR("status"))) &&
           is_name(name, false);
}

const char *
rule_object_file(
    const struct engine *engine, struct arena *arena, struct str object)
{
    struct str name = object, kind = str_split(&name, ':');

    return arena_cstr(arena, arena_printf(arena, "%.*s/%.*s-%.*s.yaml",
                                 STR_ARG(engine->config->rules_edited),
                                 STR_ARG(kind), STR_ARG(name)));
}

/* Make a file say text, or be gone; *ret_changed when it did not before. */
static int
file_settle(const char *path, struct str text, bool *ret_changed)
{
    struct buf now;
    int r;

    buf_init(&now, RULE_EDIT_MAX_TEXT_BYTES + 1);
    r = file_read(path, &now, NULL);
    *ret_changed =
        text.n == 0 ? r != E_NOTFOUND : r != 0 || !str_eq(buf_str(&now), text);
    buf_done(&now);
    if (!*ret_changed)
        return 0;
    if (text.n > 0)
        return file_replace(path, text, FILE_MODE, NULL);
    return unlink(path) == 0 || errno == ENOENT ? 0 : E_IO;
}

static int
object_settle(struct engine *engine, struct str object, struct str text,
    bool *ret_changed)
{
    const char *path = rule_object_file(engine, engine->arena, object);

    return path ? file_settle(path, text, ret_changed) : E_NOMEM;
}

int
engine_rule_desk_init(struct engine *engine)
{
    static struct rule_desk desk;
    struct rule_edit *edits = NULL;
    char *folder;
    bool changed = false;
    size_t n = 0;
    int r;

    engine->rule_desk = &desk;
    desk.last_trial = (uint64_t)loop_mono(engine->loop).ms;
    arena_clear(engine->arena);
    /* No folder can be made once the role is locked down. */
    folder = arena_cstr(engine->arena, engine->config->rules_edited);
    if (folder && mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        log_say(LOG_WARN, "rules cannot be edited: their folder cannot be made",
            "folder", folder, "why", strerror(errno), NULL);
    r = store_rule_edits_current(engine->store, engine->arena, &edits, &n);
    for (size_t i = 0; i < n && r == 0; i++) {
        bool one = false;

        if (object_settle(engine, edits[i].object, edits[i].text, &one) != 0)
            log_say(LOG_ERROR, "an edited rule could not be written", "rule",
                arena_cstr(engine->arena, edits[i].object), NULL);
        changed = changed || one;
    }
    if (r == 0)
        r = rule_jobs_init(engine);
    if (r == 0)
        r = rule_tests_init(engine);
    if (r == 0 && changed && engine_config_reload(engine, NULL) != 0)
        log_say(LOG_ERROR, "rules that were edited are not in force", NULL);
    return r;
}

/* --- what the ledger is told
 * ---------------------------------------------------
 */

static size_t
next_line(struct str text, size_t at)
{
    while (at < text.n && text.p[at] != '\n')
        at++;
    return at < text.n ? at + 1 : at;
}

/* text with sign before each line; what has no room is counted. */
static void
add_lines(struct buf *out, const char *sign, struct str text)
{
    size_t begin = out->n, at = 0, left = 0;

    while (at < text.n) {
        size_t end = next_line(text, at);

        if (out->n - begin + end - at > RULE_DIFF_BYTES)
            break;
        (void)buf_add_cstr(out, sign);
        (void)buf_add_str(out, str_first(str_from(text, at), end - at));
        if (text.p[end - 1] != '\n')
            (void)buf_add_char(out, '\n');
        at = end;
    }
    for (; at < text.n; at = next_line(text, at))
        left++;
    if (left > 0)
        (void)buf_printf(out, "%s… (%zu)\n", sign, left);
}

/* The lines that went and came, without what is the same before and behind. */
static struct str
diff_lines(struct arena *arena, struct str a, struct str b)
{
    _cleanup_(buf_done) struct buf out;
    size_t head = 0, tail = 0;

    buf_init(&out, 4 * RULE_DIFF_BYTES);
    for (size_t end = next_line(a, 0);
         head < a.n && end <= b.n &&
         memcmp(a.p + head, b.p + head, end - head) == 0;
         end = next_line(a, head))
        head = end;
    while (tail < a.n - head && tail < b.n - head &&
           a.p[a.n - 1 - tail] == b.p[b.n - 1 - tail])
        tail++;
    while (tail > 0 && tail < a.n && a.p[a.n - tail - 1] != '\n')
        tail--;
    add_lines(&out, "- ", str_first(str_from(a, head), a.n - head - tail));
    add_lines(&out, "+ ", str_first(str_from(b, head), b.n - head - tail));
    return arena_str(arena, buf_str(&out));
}

static int
edit_ledger(struct engine *engine, const char *kind, const struct rule_job *job,
    const struct rule_edit *edit, struct str before)
{
    json_t *details = json_object();

    (void)jsonx_set(details, "object", jsonx_str(edit->object));
    (void)jsonx_set(details, "version", json_integer(edit->id));
    if (edit->base)
        (void)jsonx_set(details, "base", json_integer(edit->base));
    if (job->note.n)
        (void)jsonx_set(details, "reason", jsonx_str(job->note));
    if (edit->made_by.n && !str_eq(edit->made_by, job->by))
        (void)jsonx_set(details, "author", jsonx_str(edit->made_by));
    (void)jsonx_set(details, "diff",
        jsonx_str(diff_lines(engine->arena, before, edit->text)));
    return engine_ledger(engine, kind, 0, job->by, job->from, details);
}

/* --- conflicts
 * ------------------------------------------------------------------
 */

/* What is in force of the object; all absent when it was never edited. */
static int
edit_current(struct engine *engine, struct str object, struct rule_edit *ret)
{
    int r = store_rule_edit_current(engine->store, object, engine->arena, ret);

    if (r == E_NOTFOUND)
        *ret = (struct rule_edit){.object = object};
    return r == E_NOTFOUND ? 0 : r;
}

static bool
answer_conflict(struct engine *engine, const struct rule_job *job,
    const struct rule_edit *current)
{
    json_t *data, *conflict;

    if (current->id == job->base)
        return false;
    data = json_object();
    conflict = json_object();
    (void)jsonx_set(conflict, "version", json_integer(current->id));
    (void)jsonx_set(conflict, "by", jsonx_str(current->made_by));
    (void)jsonx_set(conflict, "at", jsonx_time(current->made));
    (void)jsonx_set(conflict, "text", jsonx_str(current->text));
    (void)jsonx_set(data, "conflict", conflict);
    rule_answer(engine, job->token, E_STATE,
        "Somebody saved another version meanwhile.", data);
    return true;
}

/* --- writing
 * --------------------------------------------------------------------
 */

/* Read all rules again; what came of it is in the answer. */
static void
answer_reloaded(struct engine *engine, const struct rule_job *job, json_t *data)
{
    struct toc_errors errors = {0};
    json_t *list = json_array();
    int r = engine_config_reload(engine, &errors);
    char line[1024];

    for (size_t i = 0; i < errors.n && i < 20; i++) {
        const struct toc_error *e = &errors.list[i];

        snprintf(line, sizeof line, "%s:%u:%u: %s", e->file, e->line, e->column,
            e->text);
        (void)json_array_append_new(list, json_string(line));
    }
    toc_errors_done(&errors);
    (void)jsonx_set(data, "in_force", json_boolean(r == 0));
    (void)jsonx_set(
        data, "generation", json_integer((json_int_t)engine->generation));
    (void)jsonx_set(data, "errors", list);
    rule_answer(engine, job->token, 0,
        r == 0 ? NULL
               : "It is saved, but the configuration is wrong elsewhere: the "
                 "rules before stay in force.",
        data);
}

static int
edit_put(struct engine *engine, struct rule_job *job, struct rule_edit *edit,
    struct str before)
{
    bool waits = edit->state == EDIT_WAITING;
    int r = engine_write_begin(engine);

    if (r != 0)
        return r;
    if (job->kind == RULE_JOB_APPROVE)
        r = store_rule_edit_decide(engine->store, edit->id, EDIT_SAVED, job->by,
            job->note, engine_now(engine));
    else
        r = store_rule_edit_add(engine->store, edit, &edit->id);
    if (r == 0)
        r = edit_ledger(engine,
            job->kind == RULE_JOB_APPROVE ? "rule.approved"
            : waits                       ? "rule.proposed"
                                          : "rule.edited",
            job, edit, before);
    return engine_write_end(engine, r);
}

static void
answer_failed(struct engine *engine, const struct rule_job *job, int r)
{
    rule_answer(engine, job->token, r,
        r == E_STATE ? "It was decided already." : "It could not be written.",
        NULL);
}

void
rule_edit_write(struct engine *engine, struct rule_job *job)
{
    struct rule_edit current, edit = {.object = job->object,
                                  .text = job->text,
                                  .base = job->base,
                                  .note = job->note,
                                  .made = engine_now(engine),
                                  .made_by = job->by,
                                  .decided = WALL_NONE};
    bool two = str_eq(engine->config->rules_approval, STR("two")), changed;
    json_t *data;
    int r = edit_current(engine, job->object, &current);

    if (r == 0 && answer_conflict(engine, job, &current))
        return;
    if (r == 0 && job->kind == RULE_JOB_APPROVE)
        r = store_rule_edit(engine->store, job->edit, engine->arena, &edit);
    edit.state = two && job->kind == RULE_JOB_SAVE ? EDIT_WAITING : EDIT_SAVED;
    if (r == 0)
        r = edit_put(engine, job, &edit, current.text);
    if (r == 0)
        r = engine_commit(engine);
    if (r == 0 && edit.state == EDIT_SAVED)
        r = object_settle(engine, job->object, job->text, &changed);
    if (r != 0) {
        answer_failed(engine, job, r);
        return;
    }
    log_say(LOG_NOTICE, "a rule was edited", "rule",
        arena_cstr(job->arena, job->object), "by",
        arena_cstr(job->arena, job->by), NULL);
    data = json_object();
    (void)jsonx_set(data, "version", json_integer(edit.id));
    (void)jsonx_set(
        data, "state", json_string(rule_edit_state_name(edit.state)));
    engine_changed(engine, "config", 0);
    if (edit.state == EDIT_WAITING)
        rule_answer(engine, job->token, 0, NULL, data);
    else
        answer_reloaded(engine, job, data);
}

/* --- what is asked
 * --------------------------------------------------------------
 */

/* A job with its texts, sent; or an answer why not. */
static void
edit_send(struct engine *engine, struct rule_job *job)
{
    struct rule_edit current;
    int r = edit_current(engine, job->object, &current);

    if (r == 0 && answer_conflict(engine, job, &current)) {
        rule_job_done(job);
        return;
    }
    if (r == 0)
        r = rule_trial_send(engine, job);
    if (r == 0)
        return;
    rule_answer(
        engine, job->token, r, "The house is busy. Please try again.", NULL);
    rule_job_done(job);
}

static void
ask_save(struct engine *engine, struct rule_job *job, int64_t base)
{
    job->base = base;
    edit_send(engine, job);
}

/* Switch a rule: on, off, or in the shadow. */
static bool
read_status(struct engine *engine, struct rule_job *job, struct str status)
{
    static const char *const known[] = {"stable", "test", "experimental"};
    struct str id = job->object;
    struct rule_edit current;
    bool off = str_eq(status, STR("off")), sound = off;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        sound = sound || str_eq(status, str_of(known[i]));
    job->object = arena_printf(job->arena, "status:%.*s", STR_ARG(id));
    job->text =
        off ? arena_printf(job->arena, "overrides:\n  %.*s: {disable: true}\n",
                  STR_ARG(id))
            : arena_printf(job->arena, "overrides:\n  %.*s: {status: %.*s}\n",
                  STR_ARG(id), STR_ARG(status));
    if (!sound || !rule_object_is_sound(job->object) ||
        edit_current(engine, job->object, &current) != 0)
        return false;
    job->base = current.id;
    return true;
}

static const char *
read_decision(struct engine *engine, struct rule_job *job, int64_t id,
    struct str what, struct rule_edit *edit)
{
    if (store_rule_edit(engine->store, id, engine->arena, edit) != 0)
        return "There is no such version.";
    job->object = arena_str(job->arena, edit->object);
    job->text = arena_str(job->arena, edit->text);
    job->edit = id;
    job->base = edit->base;
    if (str_eq(what, STR("revert")))
        return edit->state == EDIT_SAVED ? NULL : "It was never in force.";
    if (edit->state != EDIT_WAITING)
        return "It was decided already.";
    if (str_eq(what, STR("approve")))
        return str_eq(edit->made_by, job->by)
                   ? "Another person has to approve it."
                   : NULL;
    if (!str_eq(what, STR("reject")))
        return "That cannot be done.";
    return job->note.n ? NULL : "A reason is needed.";
}

static void
reject(
    struct engine *engine, struct rule_job *job, const struct rule_edit *edit)
{
    json_t *data;
    int r = engine_write_begin(engine);

    if (r == 0) {
        r = store_rule_edit_decide(engine->store, edit->id, EDIT_REJECTED,
            job->by, job->note, engine_now(engine));
        if (r == 0)
            r = edit_ledger(engine, "rule.rejected", job, edit, edit->text);
        r = engine_write_end(engine, r);
        if (r == 0)
            r = engine_commit(engine);
    }
    if (r != 0) {
        answer_failed(engine, job, r);
    } else {
        data = json_object();
        (void)jsonx_set(data, "version", json_integer(edit->id));
        rule_answer(engine, job->token, 0, NULL, data);
    }
    rule_job_done(job);
}

static void
decide(struct engine *engine, struct rule_job *job,
    const Tocsin__ActionRequest *in)
{
    struct str what = arena_str(job->arena, pb_str(in->object));
    struct rule_edit edit = {0}, current;
    const char *why = read_decision(engine, job, in->id, what, &edit);

    if (why) {
        rule_answer(engine, job->token,
            edit.id && edit.state != EDIT_WAITING ? E_STATE : E_DENIED, why,
            NULL);
        rule_job_done(job);
        return;
    }
    if (str_eq(what, STR("reject"))) {
        reject(engine, job, &edit);
        return;
    }
    job->kind = RULE_JOB_APPROVE;
    if (str_eq(what, STR("revert"))) {
        job->kind = RULE_JOB_SAVE;
        job->base =
            edit_current(engine, job->object, &current) == 0 ? current.id : 0;
    }
    edit_send(engine, job);
}

void
rule_edit_action(struct engine *engine, const Tocsin__ActionRequest *in)
{
    bool check = in->kind == ACTION_RULE_CHECK;
    struct rule_job *job =
        rule_job_new(engine, check ? RULE_JOB_CHECK : RULE_JOB_SAVE, in);

    if (job == NULL) {
        rule_answer(engine, in->token, E_BUSY,
            "The house is busy. Please try again.", NULL);
        return;
    }
    job->note = mask_in(job->arena,
        str_first(job->note,
            job->note.n < NOTE_MAX_BYTES ? job->note.n : NOTE_MAX_BYTES));
    if (in->kind == ACTION_RULE_DECIDE) {
        decide(engine, job, in);
        return;
    }
    if (in->kind == ACTION_RULE_STATUS
            ? !read_status(engine, job, pb_str(in->role))
            : !rule_object_is_sound(job->object) ||
                  job->text.n > RULE_EDIT_MAX_TEXT_BYTES) {
        rule_answer(engine, in->token, E_PARSE,
            "That is no rule and no list, or its text is too long.", NULL);
        rule_job_done(job);
    } else if (check) {
        if (rule_trial_send(engine, job) != 0) {
            rule_answer(engine, in->token, E_BUSY,
                "The house is busy. Please try again.", NULL);
            rule_job_done(job);
        }
    } else {
        ask_save(
            engine, job, in->kind == ACTION_RULE_STATUS ? job->base : in->id);
    }
}
