/*
 * parent: starting roles and joining them.
 *
 * The engine is started first: it reads the configuration and says how many
 * parsers it wants.  Every other role is then started and joined to those it
 * may talk to by a fresh socket pair each, one end sent to either side.  A
 * role that dies is started anew after a back-off and joined again.  When the
 * engine dies, all are ended and it begins from the start.
 */
#include "daemon/parent.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/ipc.h"
#include "daemon/launch.h"
#include "daemon/role.h"
#include "daemon/spawn.h"
#include "daemon/traffic.h"
#include "net/loop.h"

enum {
    RESTART_FIRST_MS = 100,
    RESTART_MAX_MS = 30 * MS_SECOND,
    RESTART_FORGIVEN_MS = 20 * MS_SECOND, /* lived so long: start afresh */
    STOP_GRACE_MS = 10 * MS_SECOND,
    OPENING_TELL_MS = 10 * MS_SECOND, /* while the engine is not ready */
    OPENING_MAX_MS = 2 * MS_HOUR,     /* longer, and it does not get on */
    CHILDREN = 5 + ROLE_MAX_PARSERS
};

struct child {
    struct parent *parent;
    Tocsin__Role role;
    uint32_t index;
    bool wanted; /* is to run */
    pid_t pid;   /* 0 while it does not, or is away */
    bool away;   /* runs as a child of the outward process */
    struct ipc *ipc;
    struct mono started;
    unsigned deaths; /* in a row */
    struct loop_timer *timer;
};

struct parent {
    struct loop *loop;
    const char *config_path, *level;
    struct launch *launch; /* NULL: starts every role itself */
    int listen_fd;         /* of systemd's socket for the console, or -1 */
    struct child child[CHILDREN]; /* the engine first */
    bool stopping;
    struct loop_timer *stop_timer, *opening_timer;
    int exit_status;
};

static void child_start(struct child *child);
static void child_died(struct child *child, int status);
static int64_t child_backoff(const struct child *child);
static void parent_frame(
    void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd);
static void parent_ended(void *arg, struct ipc *ipc, const char *why);
static const struct ipc_ops parent_ipc_ops = {parent_frame, parent_ended};

static struct child *
parent_child(struct parent *parent, Tocsin__Role role, uint32_t index)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &parent->child[i];

        if (child->role == role && child->index == index && child->wanted)
            return child;
    }
    return NULL;
}

static bool
child_is_running(const struct child *child)
{
    return child->pid > 0 || child->away;
}

static void
child_kill(struct child *child)
{
    if (child->away)
        launch_kill(child->parent->launch, child->role);
    else if (child->pid > 0)
        kill(child->pid, SIGKILL);
}

/* --- starting --------------------------------------------------------- */

/* Join two running children by a fresh pair of sockets. */
static void
parent_join(struct child *a, struct child *b)
{
    Tocsin__Peer to_a = TOCSIN__PEER__INIT, to_b = TOCSIN__PEER__INIT;
    int pair[2];

    if (a == NULL || b == NULL || a->ipc == NULL || b->ipc == NULL)
        return;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
            pair) != 0) {
        log_printf(LOG_ERROR, "cannot make a channel: %s", strerror(errno));
        return;
    }
    to_a.role = b->role;
    to_a.index = b->index;
    to_b.role = a->role;
    to_b.index = a->index;
    (void)ipc_send_fd(a->ipc, FRAME(peer, PEER, &to_a), pair[0]);
    (void)ipc_send_fd(b->ipc, FRAME(peer, PEER, &to_b), pair[1]);
    close(pair[0]);
    close(pair[1]);
}

static void
child_join(struct child *child)
{
    struct parent *parent = child->parent;

    if (child->role == TOCSIN__ROLE__ROLE_ENGINE)
        return;
    parent_join(&parent->child[0], child);
    if (child->role == TOCSIN__ROLE__ROLE_PARSE)
        parent_join(parent_child(parent, TOCSIN__ROLE__ROLE_FETCH, 0), child);
    if (child->role == TOCSIN__ROLE__ROLE_FETCH) {
        for (uint32_t i = 0; i < ROLE_MAX_PARSERS; i++)
            parent_join(
                child, parent_child(parent, TOCSIN__ROLE__ROLE_PARSE, i));
    }
}

/* Start the process that becomes child, on its end of the channel. */
static int
child_spawn(struct child *child, int fd)
{
    struct parent *parent = child->parent;
    struct spawn spawn = {
        child->role, child->index, parent->config_path, parent->level};
    int r;

    if (parent->launch && launch_is_outward(child->role)) {
        r = launch_role(parent->launch, child->role, parent->level, fd);
        child->away = r == 0;
        return r;
    }
    child->pid = spawn_role(&spawn, fd);
    if (child->pid > 0)
        return 0;
    child->pid = 0;
    return E_IO;
}

/* Hand the console the socket that systemd listens on for it. */
static void
child_hand_listener(struct child *child)
{
    Tocsin__Listener listener = TOCSIN__LISTENER__INIT;

    if (child->role == TOCSIN__ROLE__ROLE_CONSOLE &&
        child->parent->listen_fd >= 0)
        (void)ipc_send_fd(child->ipc, FRAME(listener, LISTENER, &listener),
            child->parent->listen_fd);
}

static void
child_start(struct child *child)
{
    struct parent *parent = child->parent;
    int pair[2], r;

    if (child_is_running(child) || parent->stopping)
        return;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
            pair) != 0) {
        log_printf(LOG_ERROR, "cannot start %s: %s", role_name(child->role),
            strerror(errno));
        loop_timer_set(child->timer, RESTART_MAX_MS);
        return;
    }
    r = child_spawn(child, pair[1]);
    close(pair[1]);
    if (r != 0) {
        close(pair[0]);
        log_printf(LOG_ERROR, "cannot start %s", role_name(child->role));
        child->deaths++;
        loop_timer_set(child->timer, child_backoff(child));
        return;
    }
    if (ipc_new(parent->loop, pair[0], TOCSIN__ROLE__ROLE_PARENT, child->role,
            child->index, &parent_ipc_ops, parent, &child->ipc) != 0) {
        log_say(LOG_ERROR, "no memory for a channel", NULL);
        child_kill(child);
        return;
    }
    child->started = loop_mono(parent->loop);
    if (child->role == TOCSIN__ROLE__ROLE_ENGINE)
        loop_timer_set(parent->opening_timer, OPENING_TELL_MS);
    log_printf(LOG_DEBUG, "started %s %u as %d", role_name(child->role),
        child->index, (int)child->pid);
    child_hand_listener(child);
    child_join(child);
}

/* The engine looks at all of the database before it is ready, brings it up to
 * date, or puts a backup in its place.  Of a large one that takes longer than
 * systemd waits, which would end it there every time. */
static void
parent_opening_timer(void *arg)
{
    struct parent *parent = arg;
    const struct child *engine = &parent->child[0];
    int64_t since = loop_mono(parent->loop).ms - engine->started.ms;

    if (!child_is_running(engine) || parent->stopping || since > OPENING_MAX_MS)
        return;
    sd_notify(0, "EXTEND_TIMEOUT_USEC=60000000\nWATCHDOG=1\n"
                 "STATUS=Opening the database");
    loop_timer_set(parent->opening_timer, OPENING_TELL_MS);
}

static void
child_timer(void *arg)
{
    child_start(arg);
}

/* --- ending ----------------------------------------------------------- */

static void
parent_kill_roles(struct parent *parent)
{
    for (size_t i = 1; i < CHILDREN; i++) {
        struct child *child = &parent->child[i];

        loop_timer_cancel(child->timer);
        child->wanted = false;
        child_kill(child);
    }
}

static bool
parent_is_alone(const struct parent *parent)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        if (child_is_running(&parent->child[i]))
            return false;
    }
    return true;
}

static void
parent_stop(void *arg)
{
    struct parent *parent = arg;
    Tocsin__Stop stop = TOCSIN__STOP__INIT;

    if (parent->stopping)
        return;
    parent->stopping = true;
    sd_notify(0, "STOPPING=1");
    loop_timer_set(parent->stop_timer, STOP_GRACE_MS);
    if (parent->child[0].ipc)
        (void)ipc_send(parent->child[0].ipc, FRAME(stop, STOP, &stop));
    else
        loop_stop(parent->loop);
}

/* The engine did not end in time. */
static void
parent_stop_timer(void *arg)
{
    struct parent *parent = arg;

    log_say(LOG_WARN, "the engine did not end in time; it is ended", NULL);
    for (size_t i = 0; i < CHILDREN; i++)
        child_kill(&parent->child[i]);
}

static void
child_log_end(const struct child *child, int status)
{
    char text[96];

    if (WIFSIGNALED(status))
        snprintf(text, sizeof text, "signal %d (%s)", WTERMSIG(status),
            WTERMSIG(status) == SIGSYS ? "a forbidden system call"
                                       : strsignal(WTERMSIG(status)));
    else
        snprintf(text, sizeof text, "status %d", WEXITSTATUS(status));
    log_say(child->parent->stopping || !child->wanted ? LOG_DEBUG : LOG_WARN,
        "a role ended", "role", role_name(child->role), "by", text, NULL);
}

static int64_t
child_backoff(const struct child *child)
{
    unsigned n = child->deaths < 16 ? child->deaths : 16;
    int64_t wait = (int64_t)RESTART_FIRST_MS << (n > 0 ? n - 1 : 0);

    return wait < RESTART_MAX_MS ? wait : RESTART_MAX_MS;
}

static void
engine_died(struct parent *parent, int status)
{
    struct child *engine = &parent->child[0];

    parent_kill_roles(parent);
    if (parent->stopping)
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_CONFIG) {
        parent->stopping = true;
        parent->exit_status = ROLE_EXIT_CONFIG;
        return;
    }
    loop_timer_set(engine->timer, child_backoff(engine));
}

static void
child_died(struct child *child, int status)
{
    struct parent *parent = child->parent;
    struct mono now = loop_mono(parent->loop);

    child_log_end(child, status);
    child->pid = 0;
    child->away = false;
    ipc_free(child->ipc);
    child->ipc = NULL;
    if (now.ms - child->started.ms > RESTART_FORGIVEN_MS)
        child->deaths = 0;
    child->deaths++;
    if (child->role == TOCSIN__ROLE__ROLE_ENGINE)
        engine_died(parent, status);
    else if (child->wanted && !parent->stopping)
        loop_timer_set(child->timer, child_backoff(child));
}

static void
parent_may_end(struct parent *parent)
{
    if (parent->stopping && parent_is_alone(parent))
        loop_stop(parent->loop);
}

static void
parent_reap(void *arg)
{
    struct parent *parent = arg;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < CHILDREN; i++) {
            if (parent->child[i].pid == pid)
                child_died(&parent->child[i], status);
        }
    }
    parent_may_end(parent);
}

static void
launched_ended(void *arg, Tocsin__Role role, int status)
{
    struct parent *parent = arg;

    for (size_t i = 0; i < CHILDREN; i++) {
        if (parent->child[i].away && parent->child[i].role == role)
            child_died(&parent->child[i], status);
    }
    parent_may_end(parent);
}

/* The outward process took its children with it. */
static void
launched_lost(void *arg)
{
    struct parent *parent = arg;

    for (size_t i = 0; i < CHILDREN; i++) {
        if (parent->child[i].away)
            child_died(&parent->child[i], SIGKILL);
    }
    parent_may_end(parent);
}

/* --- messages and signals --------------------------------------------- */

static void
parent_start_roles(struct parent *parent, uint32_t parsers)
{
    static const Tocsin__Role once[] = {TOCSIN__ROLE__ROLE_FETCH,
        TOCSIN__ROLE__ROLE_NOTIFY, TOCSIN__ROLE__ROLE_CONSOLE,
        TOCSIN__ROLE__ROLE_KEEPER};
    size_t n = 1;

    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        parent->child[n++].role = once[i];
    for (uint32_t i = 0; i < ROLE_MAX_PARSERS; i++) {
        parent->child[n].role = TOCSIN__ROLE__ROLE_PARSE;
        parent->child[n++].index = i;
    }
    for (size_t i = 1; i < CHILDREN; i++) {
        struct child *child = &parent->child[i];

        child->wanted =
            child->role != TOCSIN__ROLE__ROLE_PARSE || child->index < parsers;
        if (!child->wanted)
            continue;
        child->deaths = 0;
        if (!child_is_running(child))
            child_start(child);
        else /* of the engine before: its end is on the way */
            loop_timer_set(child->timer, RESTART_FIRST_MS);
    }
}

static void
parent_reloaded(const Tocsin__Reloaded *reloaded)
{
    sd_notifyf(0, "READY=1\nSTATUS=%s, configuration generation %llu",
        reloaded->ok ? "Watching" : "Watching; the new configuration is wrong",
        (unsigned long long)reloaded->generation);
}

static void
parent_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct parent *parent = arg;
    struct child *child;

    (void)ipc;
    if (fd >= 0)
        close(fd);
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_START:
        parent_start_roles(parent, frame->start->parsers < ROLE_MAX_PARSERS
                                       ? frame->start->parsers
                                       : ROLE_MAX_PARSERS);
        break;
    case TOCSIN__FRAME__BODY_READY:
        if (frame->ready->role == TOCSIN__ROLE__ROLE_ENGINE) {
            loop_timer_cancel(parent->opening_timer);
            sd_notify(0, "READY=1\nSTATUS=Watching");
        }
        break;
    case TOCSIN__FRAME__BODY_ALIVE:
        sd_notify(0, "WATCHDOG=1");
        break;
    case TOCSIN__FRAME__BODY_RELOADED:
        parent_reloaded(frame->reloaded);
        break;
    case TOCSIN__FRAME__BODY_RESTART:
        child =
            parent_child(parent, frame->restart->role, frame->restart->index);
        if (child && child->role != TOCSIN__ROLE__ROLE_ENGINE)
            child_kill(child);
        break;
    default:
        break;
    }
}

static void
parent_ended(void *arg, struct ipc *ipc, const char *why)
{
    struct parent *parent = arg;

    (void)why;
    /* The process ends too, or is ended: a role without its parent is none. */
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &parent->child[i];

        if (child->ipc != ipc)
            continue;
        child->ipc = NULL;
        if (child->role != TOCSIN__ROLE__ROLE_ENGINE)
            child_kill(child);
    }
    ipc_free(ipc);
}

static void
parent_reload(void *arg)
{
    struct parent *parent = arg;
    Tocsin__Reload reload = TOCSIN__RELOAD__INIT;

    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
        (long long)loop_mono(parent->loop).ms * 1000);
    if (parent->child[0].ipc)
        (void)ipc_send(parent->child[0].ipc, FRAME(reload, RELOAD, &reload));
    else /* it reads everything when it starts */
        sd_notify(0, "READY=1");
}

int
parent_run(const char *config_path, const char *level, const char *outward)
{
    static const struct launch_ops launched = {launched_ended, launched_lost};
    static struct parent parent;
    struct loop_signal *signals[4];

    parent.config_path = config_path;
    parent.level = level;
    parent.listen_fd = spawn_listener();
    signal(SIGPIPE, SIG_IGN);
    if (loop_new(&parent.loop) != 0 ||
        (outward && launch_new(parent.loop, outward, &launched, &parent,
                        &parent.launch) != 0) ||
        loop_signal_new(
            parent.loop, SIGCHLD, parent_reap, &parent, &signals[0]) != 0 ||
        loop_signal_new(
            parent.loop, SIGTERM, parent_stop, &parent, &signals[1]) != 0 ||
        loop_signal_new(
            parent.loop, SIGINT, parent_stop, &parent, &signals[2]) != 0 ||
        loop_signal_new(
            parent.loop, SIGHUP, parent_reload, &parent, &signals[3]) != 0 ||
        loop_timer_new(
            parent.loop, parent_stop_timer, &parent, &parent.stop_timer) != 0 ||
        loop_timer_new(parent.loop, parent_opening_timer, &parent,
            &parent.opening_timer) != 0)
        return EXIT_FAILURE;
    for (size_t i = 0; i < CHILDREN; i++) {
        parent.child[i].parent = &parent;
        if (loop_timer_new(parent.loop, child_timer, &parent.child[i],
                &parent.child[i].timer) != 0)
            return EXIT_FAILURE;
    }
    parent.child[0].role = TOCSIN__ROLE__ROLE_ENGINE;
    parent.child[0].wanted = true;
    child_start(&parent.child[0]);
    (void)loop_run(parent.loop);
    return parent.exit_status;
}
