/*
 * role: the common part of the five roles.
 *
 * The parent's channel is descriptor ROLE_FD.  A role lives as long as the
 * parent and the engine do: when either channel ends, it ends.
 */
#include "daemon/role.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <jansson.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/sandbox.h"
#include "daemon/traffic.h"

static void role_frame(
    void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd);
static void role_ended(void *arg, struct ipc *ipc, const char *why);
static const struct ipc_ops role_ipc_ops = {role_frame, role_ended};

void
role_stop(struct role *role, int status)
{
    role->exit_status = status;
    loop_stop(role->loop);
}

void
role_ready(struct role *role, const char *protections)
{
    char text[256];
    Tocsin__Ready ready = TOCSIN__READY__INIT;
    size_t n = str_of(protections).n;

    if (n >= sizeof text)
        n = sizeof text - 1;
    for (size_t i = 0; i < n; i++)
        text[i] = protections[i];
    text[n] = '\0';
    ready.role = role->self;
    ready.index = role->index;
    ready.protections = text;
    (void)ipc_send(role->parent, FRAME(ready, READY, &ready));
    if (role->engine)
        (void)ipc_send(role->engine, FRAME(ready, READY, &ready));
}

static void
role_take_peer(struct role *role, const Tocsin__Peer *peer, int fd)
{
    struct ipc *ipc;

    if (fd < 0)
        return;
    if (ipc_new(role->loop, fd, role->self, peer->role, peer->index,
            &role_ipc_ops, role, &ipc) != 0) {
        log_say(LOG_ERROR, "no memory for a channel", NULL);
        role_stop(role, EXIT_FAILURE);
        return;
    }
    if (peer->role == TOCSIN__ROLE__ROLE_ENGINE)
        role->engine = ipc;
    role->ops->peer(role, ipc);
}

static void
role_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct role *role = arg;

    if (frame->body_case == TOCSIN__FRAME__BODY_PEER) {
        role_take_peer(role, frame->peer, fd);
    } else if (frame->body_case == TOCSIN__FRAME__BODY_PING) {
        Tocsin__Pong pong = TOCSIN__PONG__INIT;

        pong.number = frame->ping->number;
        (void)ipc_send(ipc, FRAME(pong, PONG, &pong));
    } else {
        role->ops->frame(role, ipc, frame, fd);
    }
}

static void
role_ended(void *arg, struct ipc *ipc, const char *why)
{
    struct role *role = arg;

    log_say(LOG_DEBUG, "a channel ended", "peer", role_name(ipc_peer(ipc)),
        "why", why, NULL);
    if (ipc == role->parent || ipc == role->engine) {
        role_stop(role, EXIT_SUCCESS);
        return; /* freed at the end */
    }
    role->ops->ended(role, ipc);
    ipc_free(ipc);
}

/* What libraries would open at their first use, when no file may be opened any
 * more: the seed of JSON objects' hashes. */
static int
role_seed(void)
{
    size_t seed;
    int r = digest_init();

    if (r == 0) {
        digest_random(&seed, sizeof seed);
        json_object_seed(seed | 1);
    }
    return r;
}

int
role_run(const struct role_ops *ops, Tocsin__Role self, uint32_t index,
    const char *config_path)
{
    struct role role = {.ops = ops,
        .self = self,
        .index = index,
        .config_path = config_path};

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NAME, ops->name);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN); /* the parent says when it is time */
    signal(SIGTERM, SIG_IGN); /* systemd sends it to every process */
    signal(SIGHUP, SIG_IGN);
    sandbox_close_from(ROLE_FD + 1, -1);
    if (role_seed() != 0 || loop_new(&role.loop) != 0 ||
        ipc_new(role.loop, ROLE_FD, self, TOCSIN__ROLE__ROLE_PARENT, 0,
            &role_ipc_ops, &role, &role.parent) != 0) {
        log_say(LOG_ERROR, "cannot start", NULL);
        return EXIT_FAILURE;
    }
    if (ops->start(&role) == 0)
        (void)loop_run(role.loop);
    else if (role.exit_status == 0)
        role.exit_status = EXIT_FAILURE;
    ipc_flush(role.parent, ROLE_FLUSH_MS);
    return role.exit_status;
}
