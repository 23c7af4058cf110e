/*
 * sheet_rows: what the sheet of an inspection of own sites is made from.  Types
 * only: the console, which reads them, includes this header;
 * incidents/report_sheet.h writes.
 */
#ifndef TOCSIN_INCIDENTS_SHEET_ROWS_H
#define TOCSIN_INCIDENTS_SHEET_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum { SHEET_GROUPS = 5 /* as feeds/sitekind.h has them */ };

enum sheet_state {
    SHEET_OPEN,    /* to be mended */
    SHEET_GONE,    /* seen mended */
    SHEET_ACCEPTED /* a person says that it is no fault */
};

struct sheet_finding {
    struct str group, kind;                  /* by their names for programs */
    struct str page, target, evidence, mask; /* or absent */
    uint32_t line, end_line;                 /* of the page; 0: none */
    uint32_t count;
    struct wall first_seen, last_seen, gone; /* gone: or WALL_NONE */
    enum sheet_state state;
    struct str reason; /* why it was accepted */
    int64_t incident;  /* 0: none */
};

struct sheet_site {
    struct str id, title, owner, url;           /* owner: or absent */
    uint64_t visits, opened;                    /* of the last seven days */
    struct wall cert_until, newest, last_round; /* or WALL_NONE */
    uint64_t open[SHEET_GROUPS];
    const struct sheet_finding *findings;
    size_t nfindings;
};

struct sheet {
    struct str bureau, about; /* about: which sites, absent: all of them */
    struct wall made;
    const struct sheet_site *sites;
    size_t nsites;
    bool cut; /* there are more findings than were read */
};

#endif
