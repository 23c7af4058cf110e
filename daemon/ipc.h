/*
 * ipc: frames between two roles over a socket pair.
 *
 * A frame is a 4-byte little-endian length and one packed Frame of
 * messages.proto; a descriptor may come with it (SCM_RIGHTS).  Both queues are
 * born with their maximum.  Who may send what is in traffic.h: a frame that
 * the peer may not send, that is too long or does not unpack ends the channel,
 * as does the peer's end.
 */
#ifndef TOCSIN_DAEMON_IPC_H
#define TOCSIN_DAEMON_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/messages.pb-c.h"
#include "net/loop.h"

enum {
    IPC_MAX_FRAME_BYTES = 48 * 1024 * 1024,
    IPC_MAX_QUEUE_BYTES = 128 * 1024 * 1024,
    IPC_MAX_PENDING_FDS = 64
};

struct ipc;

/* One side of the house's traffic, as the table in traffic.h knows it. */
struct ipc_ops {
    /* A frame came; lent until the call returns.  fd is the descriptor that
     * came with it or -1; the callee owns it. */
    void (*frame)(void *arg, struct ipc *ipc, const Tocsin__Frame *frame,
        int fd);
    /* The channel ended: why is a static sentence.  ipc is to be freed by the
     * callee (now or later); nothing more comes. */
    void (*ended)(void *arg, struct ipc *ipc, const char *why);
};

/* Take fd (also on failure), the end of a channel from self to peer. */
int ipc_new(struct loop *loop, int fd, Tocsin__Role self, Tocsin__Role peer,
    uint32_t index, const struct ipc_ops *ops, void *arg, struct ipc **ret);
void ipc_free(struct ipc *ipc);
Tocsin__Role ipc_peer(const struct ipc *ipc);
uint32_t ipc_index(const struct ipc *ipc); /* which of several of that role */
/* Queue a frame.  E_LIMIT when the queue is full, E_CLOSED after the end. */
int ipc_send(struct ipc *ipc, const Tocsin__Frame *frame);
/* The same with a descriptor, which is duplicated. */
int ipc_send_fd(struct ipc *ipc, const Tocsin__Frame *frame, int fd);
/* Bytes that wait to be written. */
size_t ipc_queued(const struct ipc *ipc);
/* Write out what is queued, waiting at most timeout_ms: for the last words of
 * a process. */
void ipc_flush(struct ipc *ipc, int timeout_ms);

/* FRAME(poll_answer, POLL_ANSWER, &answer): a frame around a message. */
#define FRAME(field, CASE, message)                        \
    (&(Tocsin__Frame){.base = PROTOBUF_C_MESSAGE_INIT(     \
                          &tocsin__frame__descriptor),     \
        .body_case = TOCSIN__FRAME__BODY_##CASE,           \
        .field = (message)})

#endif
