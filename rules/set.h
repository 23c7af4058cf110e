/*
 * set: an opened rule set.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_SET_H
#define TOCSIN_RULES_SET_H

#include "rules/image.h"
#include "rules/rules.h"

struct ruleset {
    struct image image;
    struct str bytes;
    char *owned; /* bytes, when the set was compiled here */
};

/* Open a block made by aligned_alloc; takes it, also on failure. */
int set_open_take(char *block, size_t size, struct ruleset **ret);

#endif
