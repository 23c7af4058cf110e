/*
 * notify_beat: the heartbeat: one address is asked, to show that we live.
 */
#ifndef TOCSIN_DAEMON_NOTIFY_BEAT_H
#define TOCSIN_DAEMON_NOTIFY_BEAT_H

#include "daemon/ipc.h"
#include "net/http.h"

/* Ask in->url, through the gate with config's policy, and tell engine what came
 * of it.  engine must outlive http. */
void notify_beat(struct http *http, struct ipc *engine,
    const Tocsin__NotifyConfig *config, const Tocsin__BeatRequest *in);

#endif
