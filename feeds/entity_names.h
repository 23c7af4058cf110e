/*
 * entity_names: the table behind entity.c and nobody else.
 */
#ifndef TOCSIN_FEEDS_ENTITY_NAMES_H
#define TOCSIN_FEEDS_ENTITY_NAMES_H

#include <stddef.h>

extern const char *const entity_names[];
extern const size_t entity_names_count;
extern const char *const entity_legacy[];
extern const size_t entity_legacy_count;

#endif
