/*
 * webfiles: the system's files that a role which connects out goes on reading
 * after lockdown: those of the name service.  Certificates are read before.
 */
#ifndef TOCSIN_DAEMON_WEBFILES_H
#define TOCSIN_DAEMON_WEBFILES_H

#include "daemon/sandbox.h"

void webfiles_allow(struct sandbox *sandbox);

#endif
