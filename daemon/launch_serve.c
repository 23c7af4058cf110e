/*
 * launch_serve: the outward process.
 *
 * It opens nothing, reads no configuration and no foreign byte: it forks what
 * the parent names, if that is one of the two roles which connect out.  When
 * the parent's channel ends, so do they.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/ipc.h"
#include "daemon/launch.h"
#include "daemon/spawn.h"
#include "daemon/traffic.h"

enum { OUTWARD_ROLES = 2, OUTWARD_BACKLOG = 4 };

struct outward_child {
    Tocsin__Role role;
    pid_t pid; /* 0 while it does not run */
};

struct server {
    struct loop *loop;
    int fd; /* listens */
    struct loop_io *io;
    struct ipc *ipc; /* the parent's, or NULL */
    struct outward_child child[OUTWARD_ROLES];
};

static void serve_frame(
    void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd);
static void serve_ended(void *arg, struct ipc *ipc, const char *why);
static const struct ipc_ops serve_ipc_ops = {serve_frame, serve_ended};

static struct outward_child *
serve_child(struct server *server, Tocsin__Role role)
{
    for (size_t i = 0; i < OUTWARD_ROLES; i++) {
        if (server->child[i].role == role)
            return &server->child[i];
    }
    return NULL;
}

/* End it and forget it: nobody is told. */
static void
serve_forget(struct outward_child *child)
{
    if (child->pid > 0)
        kill(child->pid, SIGKILL);
    child->pid = 0;
}

static void
serve_say_ended(struct server *server, Tocsin__Role role, int status)
{
    Tocsin__Ended ended = TOCSIN__ENDED__INIT;

    ended.role = role;
    ended.status = status;
    if (server->ipc)
        (void)ipc_send(server->ipc, FRAME(ended, ENDED, &ended));
}

static void
serve_launch(struct server *server, const Tocsin__Launch *launch, int fd)
{
    struct outward_child *child = serve_child(server, launch->role);
    struct spawn spawn = {
        .role = launch->role, .config_path = "", .level = launch->level};

    if (child == NULL || fd < 0)
        return;
    serve_forget(child);
    child->pid = spawn_role(&spawn, fd);
    if (child->pid < 0) {
        child->pid = 0;
        log_say(
            LOG_ERROR, "cannot start", "role", role_name(launch->role), NULL);
        serve_say_ended(server, launch->role, EXIT_FAILURE << 8);
    }
}

static void
serve_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct server *server = arg;
    struct outward_child *child;

    (void)ipc;
    if (frame->body_case == TOCSIN__FRAME__BODY_LAUNCH) {
        serve_launch(server, frame->launch, fd);
    } else if (frame->body_case == TOCSIN__FRAME__BODY_RESTART) {
        child = serve_child(server, frame->restart->role);
        if (child && child->pid > 0)
            kill(child->pid, SIGKILL);
    }
    if (fd >= 0)
        close(fd);
}

static void
serve_drop_parent(struct server *server)
{
    for (size_t i = 0; i < OUTWARD_ROLES; i++)
        serve_forget(&server->child[i]);
    ipc_free(server->ipc);
    server->ipc = NULL;
}

static void
serve_ended(void *arg, struct ipc *ipc, const char *why)
{
    (void)ipc;
    log_say(LOG_INFO, "the parent's channel ended", "why", why, NULL);
    serve_drop_parent(arg);
}

static void
serve_accept(void *arg, int what)
{
    struct server *server = arg;
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)what;
    if (fd < 0)
        return;
    serve_drop_parent(server);
    if (ipc_new(server->loop, fd, TOCSIN__ROLE__ROLE_OUTWARD,
            TOCSIN__ROLE__ROLE_PARENT, 0, &serve_ipc_ops, server,
            &server->ipc) != 0)
        log_say(LOG_ERROR, "no memory for a channel", NULL);
}

static void
serve_reap(void *arg)
{
    struct server *server = arg;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < OUTWARD_ROLES; i++) {
            if (server->child[i].pid != pid)
                continue;
            server->child[i].pid = 0;
            serve_say_ended(server, server->child[i].role, status);
        }
    }
}

static void
serve_stop(void *arg)
{
    struct server *server = arg;

    sd_notify(0, "STOPPING=1");
    serve_drop_parent(server);
    loop_stop(server->loop);
}

/* A socket of our own, for its owner only; one that is left over goes. */
static int
serve_bind(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    struct stat st;
    mode_t mask;
    int fd, r;

    if (n == 0 || n >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, n);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mask = umask(0177);
    r = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
    (void)umask(mask);
    if (r == 0 && listen(fd, OUTWARD_BACKLOG) == 0)
        return fd;
    log_printf(LOG_ERROR, "cannot listen on %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int
launch_serve(const char *path)
{
    static struct server server = {.child = {{.role = TOCSIN__ROLE__ROLE_FETCH},
                                       {.role = TOCSIN__ROLE__ROLE_NOTIFY}}};
    struct loop_signal *signals[3];

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    server.fd = spawn_listener();
    if (server.fd < 0)
        server.fd = serve_bind(path);
    if (server.fd < 0)
        return EXIT_FAILURE;
    if (loop_new(&server.loop) != 0 ||
        loop_signal_new(
            server.loop, SIGCHLD, serve_reap, &server, &signals[0]) != 0 ||
        loop_signal_new(
            server.loop, SIGTERM, serve_stop, &server, &signals[1]) != 0 ||
        loop_signal_new(
            server.loop, SIGINT, serve_stop, &server, &signals[2]) != 0 ||
        loop_io_new(
            server.loop, server.fd, serve_accept, &server, &server.io) != 0 ||
        loop_io_want(server.io, LOOP_READ) != 0)
        return EXIT_FAILURE;
    sd_notify(0, "READY=1\nSTATUS=Waiting for the parent");
    (void)loop_run(server.loop);
    return EXIT_SUCCESS;
}
