/*
 * config_keep: the backups, and how much of the disk is left free.
 */
#ifndef TOCSIN_DAEMON_CONFIG_KEEP_H
#define TOCSIN_DAEMON_CONFIG_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct config_keep {
    struct str folder; /* absent: backups/ beside the database */
    int64_t keep;      /* backups that stay; 0: none is made */
    int64_t hour;      /* of the day, at which one is made */
    bool restore;      /* a damaged database is replaced at the start */
    int64_t low_bytes, ballast_bytes; /* engine_disk.h */
};

#endif
