/*
 * desk: the console role: its loop, which joins console/ and the store's
 * views to the engine.
 *
 * It listens before lockdown and accepts after it.  It reads the database
 * through a read-only connection; whatever changes something is an
 * ActionRequest to the engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "console/console.h"
#include "daemon/config_console.h"
#include "daemon/datafiles.h"
#include "daemon/pb.h"
#include "daemon/report_make.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "incidents/report_sheet.h"
#include "store/view.h"

enum {
    DESK_ARENA_BYTES = 1024 * 1024,
    DESK_SHEET_BYTES = 128 * 1024 * 1024 /* while a sheet is written */
};

struct desk {
    struct role *role;
    struct arena *arena; /* of the folders' names */
    const char *templates, *texts, *statics;
    struct view *view;
    struct console *console;
    int listen_fd; /* of systemd's socket, until a console has it; 0: none */
};

static int
desk_act(void *arg, uint64_t token, const struct action *action)
{
    struct desk *desk = arg;
    struct arena *arena = arena_new(DESK_ARENA_BYTES);
    Tocsin__ActionRequest request = TOCSIN__ACTION_REQUEST__INIT;
    int r = E_NOMEM;

    if (arena) {
        request.token = token;
        request.kind = action->kind;
        request.id = action->id;
        request.object = pb_cstr(arena, action->object);
        request.text = pb_cstr(arena, action->text);
        request.role = pb_cstr(arena, action->role);
        request.secret = pb_data(action->secret);
        request.until_ms = action->until.ms;
        request.data = pb_data(action->data);
        request.by = pb_cstr(arena, action->by);
        request.from = pb_cstr(arena, action->from);
        r = arena_failed(arena)  ? E_NOMEM
            : desk->role->engine ? ipc_send(desk->role->engine,
                  FRAME(action_request, ACTION_REQUEST, &request))
                                 : E_CLOSED;
    }
    arena_free(arena);
    return r;
}

static int
desk_report(void *arg, const struct report_ask *ask, struct buf *out,
    struct report_answer *ret)
{
    struct desk *desk = arg;
    struct report_from from = {.view = desk->view,
        .zone = ask->zone,
        .bureau = ask->bureau,
        .now = loop_wall(desk->role->loop)};
    struct report_form form = {
        .lang = ask->lang, .url = ask->url, .zone = ask->zone};
    struct report_made made;
    enum report_format format;
    int r = report_format_parse(ask->format, &format);

    if (r == 0)
        r = report_make(&from, ask->range, &made);
    if (r != 0)
        return r;
    r = report_made_write(&made, &form, format, out);
    ret->type = report_format_type(format);
    report_made_name(&made, format, ret->name);
    snprintf(ret->range, sizeof ret->range, "%s", made.range.name);
    ret->style = format == REPORT_HTML ? report_style() : STR_NONE;
    ret->finished = made.range.finished;
    ret->kept = made.kept;
    report_made_done(&made);
    return r;
}

static int
desk_sheet(void *arg, const struct sheet_ask *ask, struct buf *out,
    const char **ret_type)
{
    struct report_form form = {
        .lang = ask->lang, .url = ask->url, .zone = ask->zone};
    _cleanup_(arena_freep) struct arena *arena = arena_new(DESK_SHEET_BYTES);
    enum report_format format;
    int r = report_format_parse(ask->format, &format);

    (void)arg;
    if (r != 0 || !arena)
        return r ? r : E_NOMEM;
    *ret_type = report_format_type(format);
    return sheet_write(ask->sheet, &form, format, arena, out);
}

static const struct console_ops desk_ops = {
    .act = desk_act, .report = desk_report, .sheet = desk_sheet};

static void
desk_fill_config(const struct desk *desk, const Tocsin__ConsoleConfig *in,
    struct console_config *ret)
{
    *ret = (struct console_config){.listen = pb_str(in->listen),
        .socket_path = pb_str(in->socket),
        .url = pb_str(in->url),
        .bureau = pb_str(in->bureau),
        .zone = pb_str(in->zone),
        .templates_dir = str_of(desk->templates),
        .texts_dir = str_of(desk->texts),
        .static_dir = str_of(desk->statics),
        .generation = in->generation,
        .insecure = in->insecure,
        .session_idle_ms = in->session_idle_ms,
        .session_max_ms = in->session_max_ms};
    for (size_t i = 0; i < in->n_hosts && i < CONSOLE_MAX_HOSTS; i++)
        ret->hosts[ret->nhosts++] = str_of(in->hosts[i]);
    config_access_receive(in, ret);
}

/* The database and its log only to read, the index of the log also to write:
 * that is where SQLite's readers mark what they read. */
static int
desk_lock(struct desk *desk, const char *database)
{
    struct sandbox sandbox = {.role = TOCSIN__ROLE__ROLE_CONSOLE};
    char wal[4096], shm[4096];
    struct buf protections;
    int r;

    snprintf(wal, sizeof wal, "%s-wal", database);
    snprintf(shm, sizeof shm, "%s-shm", database);
    sandbox_allow(&sandbox, database, false);
    sandbox_allow(&sandbox, wal, false);
    sandbox_allow(&sandbox, shm, true);
    buf_init(&protections, 256);
    r = sandbox_enter(&sandbox, &protections);
    if (r == 0)
        role_ready(desk->role, buf_cstr(&protections));
    buf_done(&protections);
    return r;
}

static int
desk_open(struct desk *desk, const Tocsin__ConsoleConfig *config)
{
    struct console_config console;
    struct toc_error error = {0};
    int r = view_open(config->database, &error, &desk->view);

    desk_fill_config(desk, config, &console);
    if (console.listen.n)
        console.listen_fd = desk->listen_fd;
    if (r == 0)
        r = console_new(desk->role->loop, &console, desk->view, &desk_ops,
            desk, &error, &desk->console);
    if (r == 0)
        r = desk_lock(desk, config->database);
    if (r == 0)
        r = console_start(desk->console);
    if (r != 0)
        log_say(LOG_ERROR, "the console cannot start", "why",
            *error.text ? error.text : err_text(r), NULL);
    return r;
}

static void
desk_configure(struct role *role, const Tocsin__ConsoleConfig *config)
{
    struct desk *desk = role->state;
    struct console_config console;
    int r;

    if (desk->console == NULL) {
        r = desk_open(desk, config);
    } else {
        desk_fill_config(desk, config, &console);
        r = console_reconfigure(desk->console, &console);
    }
    if (r != 0)
        role_stop(role, EXIT_FAILURE);
}

static void
desk_answer(struct desk *desk, const Tocsin__ActionResult *in)
{
    struct action_result result = {
        .err = in->err, .text = pb_str(in->text), .data = pb_str(in->data)};

    if (desk->console)
        console_answer(desk->console, in->token, &result);
}

static int
desk_start(struct role *role)
{
    static struct desk desk;

    desk.role = role;
    role->state = &desk;
    desk.arena = arena_new(DESK_ARENA_BYTES);
    if (desk.arena == NULL)
        return E_NOMEM;
    desk.templates = datafiles_folder(desk.arena, "console/templates");
    desk.texts = datafiles_folder(desk.arena, "console/texts");
    desk.statics = datafiles_folder(desk.arena, "console/static");
    return arena_failed(desk.arena) ? E_NOMEM : 0;
}

static void
desk_peer(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc; /* only the engine's, which is in role->engine */
}

static void
desk_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct desk *desk = role->state;

    (void)ipc;
    if (frame->body_case == TOCSIN__FRAME__BODY_LISTENER && fd > 0 &&
        desk->listen_fd == 0)
        desk->listen_fd = fd;
    else if (fd >= 0)
        close(fd);
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_CONSOLE_CONFIG:
        desk_configure(role, frame->console_config);
        break;
    case TOCSIN__FRAME__BODY_ACTION_RESULT:
        desk_answer(desk, frame->action_result);
        break;
    case TOCSIN__FRAME__BODY_CHANGED:
        if (desk->console)
            console_changed(
                desk->console, frame->changed->what, frame->changed->id);
        break;
    default:
        break;
    }
}

static void
desk_ended(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc;
}

const struct role_ops role_console = {
    "console", desk_start, desk_peer, desk_frame, desk_ended};
