/*
 * region: which names are home, far, or too wide to tell anything; private to
 * incidents/.  From the JSON of CONTRACTS §1.
 */
#ifndef TOCSIN_INCIDENTS_REGION_H
#define TOCSIN_INCIDENTS_REGION_H

#include <stdint.h>

#include "base/str.h"

enum { REGION_MAX_NAMES = 8192, REGION_MAX_DEPTH = 3 };

enum place {
    PLACE_UNKNOWN, /* not in the list */
    PLACE_WIDE,    /* the county itself, its prefecture: everything is there */
    PLACE_HOME,
    PLACE_FAR
};

struct region;

/* E_PARSE, E_LIMIT, E_NOMEM.  An absent text gives an empty region. */
int region_new(struct str json, struct region **ret);
void region_free(struct region *region);
/* name is a FEATURE_NAME. */
enum place region_place(const struct region *region, uint32_t name);

#endif
