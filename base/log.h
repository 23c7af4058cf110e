/*
 * log: one line per event, with fields, to standard error or the journal.
 *
 * Only daemon/, console/ and cli/ log; other folders return errors.  A value
 * is escaped (control characters, bidi controls, U+2028) so that foreign text
 * cannot forge a line; numbers of persons are masked (base/mask.h).  Format:
 * "role: sentence key=value …", a value with spaces, quotes or '=' in quotes;
 * before it sd-daemon(3)'s "<N>" when standard error is the journal.  Long
 * values and lines are cut.  errno is kept.
 */
#ifndef TOCSIN_BASE_LOG_H
#define TOCSIN_BASE_LOG_H

#include "base/str.h"

enum log_level {
    LOG_ERROR = 3,
    LOG_WARN = 4,
    LOG_NOTICE = 5,
    LOG_INFO = 6,
    LOG_DEBUG = 7
};

/* Set what is shown: messages above level are dropped.  name is the role's,
 * static. */
void log_init(const char *name, enum log_level level);
enum log_level log_level(void);

/* Log a sentence, then fields: pairs of const char *key, const char *value,
 * ended by NULL.  log_say(LOG_WARN, "poll failed", "source", id, NULL). */
void log_say(enum log_level level, const char *sentence, ...)
    __attribute__((sentinel));
/* The same with a printf sentence and no fields. */
void log_printf(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Append s to buf as it is safe in one line of a log. */
struct buf;
int log_escape(struct buf *buf, struct str s);

#endif
