/*
 * ipc: frames over a socket pair.
 *
 * Output is a list of whole frames; a frame with a descriptor is written so
 * that the descriptor travels with its first byte, and no byte of another
 * frame with it.  Input arrives in any pieces: descriptors are queued in order
 * and the n-th frame whose header says "descriptor" takes the n-th of them.
 * The header's top bit is that flag; the rest is the length.
 */
#include "daemon/ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/traffic.h"

enum {
    HEADER_BYTES = 4,
    READ_BYTES = 256 * 1024 /* asked of the kernel at a time */
};
static const uint32_t HEADER_FD = 0x80000000u;

struct ipc_out {
    TAILQ_ENTRY(ipc_out) link;
    int fd; /* to go with the first byte, or -1 */
    size_t n, done;
    uint8_t bytes[];
};

struct ipc {
    struct loop_io *io;
    int fd;
    Tocsin__Role self, peer;
    uint32_t index;
    const struct ipc_ops *ops;
    void *arg;
    struct buf in;
    size_t in_done; /* bytes of in that were taken */
    int fds[IPC_MAX_PENDING_FDS];
    unsigned nfds;
    TAILQ_HEAD(, ipc_out) out;
    size_t queued;
    bool ended;
    bool *freed; /* set when freed inside a callback */
};

static void ipc_ready(void *arg, int what);

int
ipc_new(struct loop *loop, int fd, Tocsin__Role self, Tocsin__Role peer,
    uint32_t index, const struct ipc_ops *ops, void *arg, struct ipc **ret)
{
    struct ipc *ipc = calloc(1, sizeof *ipc);

    if (ipc == NULL) {
        close(fd);
        return E_NOMEM;
    }
    ipc->fd = fd;
    ipc->self = self;
    ipc->peer = peer;
    ipc->index = index;
    ipc->ops = ops;
    ipc->arg = arg;
    TAILQ_INIT(&ipc->out);
    buf_init(&ipc->in, IPC_MAX_FRAME_BYTES + READ_BYTES + HEADER_BYTES);
    if (loop_io_new(loop, fd, ipc_ready, ipc, &ipc->io) != 0) {
        ipc_free(ipc);
        return E_NOMEM;
    }
    loop_io_want(ipc->io, LOOP_READ);
    *ret = ipc;
    return 0;
}

void
ipc_free(struct ipc *ipc)
{
    if (ipc == NULL)
        return;
    if (ipc->freed)
        *ipc->freed = true;
    loop_io_free(ipc->io);
    for (struct ipc_out *out; (out = TAILQ_FIRST(&ipc->out)) != NULL;) {
        TAILQ_REMOVE(&ipc->out, out, link);
        if (out->fd >= 0)
            close(out->fd);
        free(out);
    }
    for (unsigned i = 0; i < ipc->nfds; i++)
        close(ipc->fds[i]);
    buf_done(&ipc->in);
    if (ipc->fd >= 0)
        close(ipc->fd);
    free(ipc);
}

Tocsin__Role
ipc_peer(const struct ipc *ipc)
{
    return ipc->peer;
}

uint32_t
ipc_index(const struct ipc *ipc)
{
    return ipc->index;
}

size_t
ipc_queued(const struct ipc *ipc)
{
    return ipc->queued;
}

/* Tell the owner once; it frees. */
static void
ipc_end(struct ipc *ipc, const char *why)
{
    if (ipc->ended)
        return;
    ipc->ended = true;
    loop_io_want(ipc->io, 0);
    ipc->ops->ended(ipc->arg, ipc, why);
}

/* --- output ----------------------------------------------------------------- */

/* Write as much of out as the kernel takes: 1 all, 0 not all, E_CLOSED. */
static int
ipc_write_one(struct ipc *ipc, struct ipc_out *out)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {out->bytes + out->done, out->n - out->done};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    ssize_t n;

    if (out->fd >= 0) {
        struct cmsghdr *c = &control.align;

        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof control.bytes;
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &out->fd, sizeof(int));
    }
    n = sendmsg(ipc->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : E_CLOSED;
    if (out->fd >= 0) {
        close(out->fd);
        out->fd = -1;
    }
    out->done += (size_t)n;
    return out->done == out->n;
}

static int
ipc_write(struct ipc *ipc)
{
    struct ipc_out *out;

    while ((out = TAILQ_FIRST(&ipc->out)) != NULL) {
        int r = ipc_write_one(ipc, out);

        if (r <= 0) {
            loop_io_want(ipc->io, LOOP_READ | LOOP_WRITE);
            return r;
        }
        TAILQ_REMOVE(&ipc->out, out, link);
        ipc->queued -= out->n;
        free(out);
    }
    loop_io_want(ipc->io, LOOP_READ);
    return 0;
}

int
ipc_send_fd(struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    size_t n = tocsin__frame__get_packed_size(frame);
    bool idle = TAILQ_EMPTY(&ipc->out);
    uint32_t header = (uint32_t)n;
    struct ipc_out *out;

    if (ipc->ended)
        return E_CLOSED;
    if (n > IPC_MAX_FRAME_BYTES || ipc->queued + n > IPC_MAX_QUEUE_BYTES)
        return E_LIMIT;
    out = malloc(sizeof *out + HEADER_BYTES + n);
    if (out == NULL)
        return E_NOMEM;
    out->fd = -1;
    if (fd >= 0) {
        out->fd = dup(fd);
        if (out->fd < 0) {
            free(out);
            return E_IO;
        }
        header |= HEADER_FD;
    }
    for (int i = 0; i < HEADER_BYTES; i++)
        out->bytes[i] = (uint8_t)(header >> (8 * i));
    tocsin__frame__pack(frame, out->bytes + HEADER_BYTES);
    out->n = HEADER_BYTES + n;
    out->done = 0;
    TAILQ_INSERT_TAIL(&ipc->out, out, link);
    ipc->queued += out->n;
    /* A closed peer is noticed by the read side, in the loop, not here: the
     * caller need not expect to lose the channel inside a send. */
    if (idle)
        (void)ipc_write(ipc);
    return 0;
}

int
ipc_send(struct ipc *ipc, const Tocsin__Frame *frame)
{
    return ipc_send_fd(ipc, frame, -1);
}

void
ipc_flush(struct ipc *ipc, int timeout_ms)
{
    struct pollfd p = {.fd = ipc->fd, .events = POLLOUT};

    while (!TAILQ_EMPTY(&ipc->out) && poll(&p, 1, timeout_ms) > 0) {
        if (ipc_write(ipc) < 0)
            return;
    }
}

/* --- input ------------------------------------------------------------------ */

static void
ipc_take_fds(struct ipc *ipc, struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        size_t n;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (ipc->nfds < IPC_MAX_PENDING_FDS)
                ipc->fds[ipc->nfds++] = fd;
            else
                close(fd);
        }
    }
}

/* Read what is there: 0, or E_CLOSED at the end, E_NOMEM. */
static int
ipc_fill(struct ipc *ipc)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 8)];
    } control;
    char *room = buf_room(&ipc->in, READ_BYTES);
    struct iovec iov = {room, READ_BYTES};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1,
        .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t n;

    if (room == NULL)
        return E_NOMEM;
    n = recvmsg(ipc->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : E_CLOSED;
    ipc_take_fds(ipc, &msg);
    if (n == 0)
        return E_CLOSED;
    ipc->in.n += (size_t)n;
    return 0;
}

static int
ipc_pop_fd(struct ipc *ipc)
{
    int fd;

    if (ipc->nfds == 0)
        return -1;
    fd = ipc->fds[0];
    ipc->nfds--;
    memmove(ipc->fds, ipc->fds + 1, ipc->nfds * sizeof(int));
    return fd;
}

/* Hand one frame over: 1 done, 0 not whole yet, negative: it breaks the
 * protocol.  The channel may be gone afterwards (*freed). */
static int
ipc_one(struct ipc *ipc)
{
    const uint8_t *p = (const uint8_t *)ipc->in.p + ipc->in_done;
    size_t have = ipc->in.n - ipc->in_done, n;
    Tocsin__Frame *frame;
    uint32_t header = 0;
    int fd = -1;

    if (have < HEADER_BYTES)
        return 0;
    for (int i = 0; i < HEADER_BYTES; i++)
        header |= (uint32_t)p[i] << (8 * i);
    n = header & ~HEADER_FD;
    if (n > IPC_MAX_FRAME_BYTES)
        return E_PROTO;
    if (have < HEADER_BYTES + n)
        return 0;
    if (header & HEADER_FD) {
        fd = ipc_pop_fd(ipc);
        if (fd < 0)
            return E_PROTO;
    }
    frame = tocsin__frame__unpack(NULL, n, p + HEADER_BYTES);
    if (frame == NULL || !traffic_may(ipc->peer, ipc->self, frame->body_case)) {
        if (frame)
            tocsin__frame__free_unpacked(frame, NULL);
        if (fd >= 0)
            close(fd);
        return E_PROTO;
    }
    ipc->in_done += HEADER_BYTES + n;
    ipc->ops->frame(ipc->arg, ipc, frame, fd);
    tocsin__frame__free_unpacked(frame, NULL);
    return 1;
}

static void
ipc_read(struct ipc *ipc)
{
    int end = ipc_fill(ipc), r = 0;
    bool freed = false;

    ipc->freed = &freed;
    do {
        r = ipc_one(ipc);
        if (freed)
            return;
    } while (r > 0 && !ipc->ended);
    ipc->freed = NULL;
    buf_drop(&ipc->in, ipc->in_done);
    ipc->in_done = 0;
    if (r < 0)
        ipc_end(ipc, "the peer broke the protocol");
    else if (end != 0)
        ipc_end(ipc, "the peer is gone");
}

static void
ipc_ready(void *arg, int what)
{
    struct ipc *ipc = arg;

    if (what & LOOP_WRITE)
        (void)ipc_write(ipc);
    if (what & LOOP_READ)
        ipc_read(ipc);
}
