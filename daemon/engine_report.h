/*
 * engine_report: reports are kept when their range is over, and sent when it
 * is their time.
 */
#ifndef TOCSIN_DAEMON_ENGINE_REPORT_H
#define TOCSIN_DAEMON_ENGINE_REPORT_H

#include "daemon/engine.h"

/* Keep and send what is to be; at every pulse. */
void engine_report_run(struct engine *engine);
/* Keep the report of a finished range that somebody has looked at.  0, also
 * when it is kept already; E_PARSE, E_LIMIT no such range; E_STATE one that is
 * not over; E_BUSY another was made a moment ago. */
int engine_report_keep(struct engine *engine, struct str range);

#endif
