/*
 * config_report: which reports are sent when, and by which channels.
 */
#ifndef TOCSIN_DAEMON_CONFIG_REPORT_H
#define TOCSIN_DAEMON_CONFIG_REPORT_H

#include "base/err.h"
#include "base/timefmt.h"
#include "incidents/report_range.h"
#include "incidents/written.h"

enum { REPORT_MAX_SCHEDULES = 20 };

/* One entry of `reports:`. */
struct report_schedule {
    struct written at;
    struct str id;
    struct str range_text; /* "day", "week", "month", "quarter" */
    struct str when_text;  /* "08:00", "Mon 08:00", "1 08:00" */
    const struct str *channels;
    size_t nchannels; /* 0: all */
    struct str lang;  /* "zh" or "en" */
    struct str format;
    /* read from the texts: */
    enum report_kind kind;
    int day; /* after the end of the range, 0: the first */
    int minutes;
};

struct config;

/* Read what the texts say and check it; errors get what is wrong. */
void config_reports_settle(struct config *config, struct toc_errors *errors);
/* When the report of range is due by schedule. */
struct wall report_schedule_due(const struct report_schedule *schedule,
    const struct report_range *range, const struct zone *zone);

#endif
