/*
 * listen: the sockets that the console listens on.
 */
#ifndef TOCSIN_CONSOLE_LISTEN_H
#define TOCSIN_CONSOLE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { LISTEN_BACKLOG = 64 };

struct sockaddr;
struct peer;

/* Bind and listen on a numeric "address:port".  An address that is not this
 * machine's own needs insecure.  E_CONF with *reterr. */
int listen_tcp(struct str where, bool insecure, struct toc_error *reterr,
    int *ret_fd, uint16_t *ret_port);
/* The same for a socket that listens already; fd is taken, also on failure. */
int listen_take(int fd, bool insecure, struct toc_error *reterr, int *ret_fd,
    uint16_t *ret_port);
/* Whether where is an address of this machine only. */
bool listen_is_loopback(struct str where);
/* Bind and listen on path, mode 0660; a socket left behind by a dead process is
 * replaced, a live one or another file is not. */
int listen_local(struct str path, struct toc_error *reterr, int *ret_fd);
/* Say who is at the other end of fd, accepted from address. */
void listen_peer(int fd, const struct sockaddr *address, struct peer *ret);

#endif
