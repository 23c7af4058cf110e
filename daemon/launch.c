/* launch: the parent's side of the outward process. */
#include "daemon/launch.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/ipc.h"

struct launch {
    struct loop *loop;
    const char *path;
    const struct launch_ops *ops;
    void *arg;
    struct ipc *ipc; /* NULL while nobody is connected */
};

static void launch_frame(
    void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd);
static void launch_ended(void *arg, struct ipc *ipc, const char *why);
static const struct ipc_ops launch_ipc_ops = {launch_frame, launch_ended};

bool
launch_is_outward(Tocsin__Role role)
{
    return role == TOCSIN__ROLE__ROLE_FETCH ||
           role == TOCSIN__ROLE__ROLE_NOTIFY;
}

int
launch_new(struct loop *loop, const char *path, const struct launch_ops *ops,
    void *arg, struct launch **ret)
{
    struct launch *launch = calloc(1, sizeof *launch);

    if (launch == NULL)
        return E_NOMEM;
    *launch = (struct launch){loop, path, ops, arg, NULL};
    *ret = launch;
    return 0;
}

void
launch_free(struct launch *launch)
{
    if (launch == NULL)
        return;
    ipc_free(launch->ipc);
    free(launch);
}

static int
launch_connect(struct launch *launch)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(launch->path);
    int fd;

    if (n >= sizeof address.sun_path)
        return E_CONF;
    memcpy(address.sun_path, launch->path, n);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return E_IO;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        log_printf(LOG_WARN, "nobody starts the roles that connect out: %s: %s",
            launch->path, strerror(errno));
        close(fd);
        return E_CLOSED;
    }
    return ipc_new(launch->loop, fd, TOCSIN__ROLE__ROLE_PARENT,
        TOCSIN__ROLE__ROLE_OUTWARD, 0, &launch_ipc_ops, launch, &launch->ipc);
}

int
launch_role(struct launch *launch, Tocsin__Role role, const char *level, int fd)
{
    Tocsin__Launch message = TOCSIN__LAUNCH__INIT;
    char text[16] = "";
    int r = launch->ipc ? 0 : launch_connect(launch);

    for (size_t i = 0; level[i] && i + 1 < sizeof text; i++)
        text[i] = level[i];
    message.role = role;
    message.level = text;
    if (r == 0)
        r = ipc_send_fd(launch->ipc, FRAME(launch, LAUNCH, &message), fd);
    return r;
}

void
launch_kill(struct launch *launch, Tocsin__Role role)
{
    Tocsin__Restart message = TOCSIN__RESTART__INIT;

    message.role = role;
    if (launch->ipc)
        (void)ipc_send(launch->ipc, FRAME(restart, RESTART, &message));
}

static void
launch_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct launch *launch = arg;

    (void)ipc;
    if (fd >= 0)
        close(fd);
    if (frame->body_case == TOCSIN__FRAME__BODY_ENDED &&
        launch_is_outward(frame->ended->role))
        launch->ops->ended(
            launch->arg, frame->ended->role, frame->ended->status);
}

static void
launch_ended(void *arg, struct ipc *ipc, const char *why)
{
    struct launch *launch = arg;

    log_say(
        LOG_WARN, "the outward process ended its channel", "why", why, NULL);
    ipc_free(ipc);
    launch->ipc = NULL;
    launch->ops->lost(launch->arg);
}
