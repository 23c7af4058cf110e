/*
 * webfiles: the system's files that a role which connects out goes on reading
 * after lockdown: those of the name service.  Certificates are read before.
 */
#ifndef TOCSIN_DAEMON_WEBFILES_H
#define TOCSIN_DAEMON_WEBFILES_H

#include "daemon/sandbox.h"

void webfiles_allow(struct sandbox *sandbox);
enum { WEBFILES_CHECK_MS = 60 * 1000 };
/* Whether one of them is another file than when it was allowed.  It then cannot
 * be opened any more, and the role does best to end and be started anew. */
bool webfiles_have_changed(void);

#endif
