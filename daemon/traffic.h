/*
 * traffic: who may send what to whom.
 *
 * One row per message of messages.proto.  ipc.c asks for every frame that
 * arrives, so that a role that was taken over can say nothing outside its row.
 */
#ifndef TOCSIN_DAEMON_TRAFFIC_H
#define TOCSIN_DAEMON_TRAFFIC_H

#include <stdbool.h>

#include "daemon/messages.pb-c.h"

/* Whether a role may receive this message from that one. */
bool traffic_may(Tocsin__Role from, Tocsin__Role to,
    Tocsin__Frame__BodyCase what);
/* "fetch", "parse", … for logs and arguments. */
const char *role_name(Tocsin__Role role);
/* 0 or E_PARSE. */
int role_by_name(const char *name, Tocsin__Role *ret);

#endif
