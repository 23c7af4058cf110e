/*
 * level: the four levels of urgency and "none", one scale for the whole house.
 *
 * 四级/一般 blue, 三级/较大 yellow, 二级/重大 orange, 一级/特别重大 red.  The
 * number is only an order; names are what is stored and sent.
 */
#ifndef TOCSIN_BASE_LEVEL_H
#define TOCSIN_BASE_LEVEL_H

#include "base/str.h"

/* LEVEL_NONE is below blue: stored and searchable, but no alarm. */
enum level { LEVEL_NONE, LEVEL_BLUE, LEVEL_YELLOW, LEVEL_ORANGE, LEVEL_RED };
enum { LEVEL_COUNT = LEVEL_RED + 1 };

/* "none", "blue", "yellow", "orange", "red"; static. */
const char *level_name(enum level level);
/* 0 or E_PARSE. */
int level_parse(struct str name, enum level *ret);

#endif
