/*
 * names: the telling pair of characters in the name of a school or place;
 * private to incidents/.
 *
 * 城南小学, 云溪县城南中心小学 and 城南幼儿园 all tell 城南; 云溪县第一中学 and
 * 云溪一中 tell 一中.  Found by what stands before a generic ending, so that it
 * works for names nobody has listed.
 */
#ifndef TOCSIN_INCIDENTS_NAMES_H
#define TOCSIN_INCIDENTS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "incidents/topics.h"

bool unit_is_han(uint16_t u);
/* Whether a name's generic ending begins at i; its telling pair as a
 * FEATURE_NAME, or as a FEATURE_AREA where schools share it: of a county, a
 * city, a district. */
bool name_at(const uint16_t *u, size_t n, size_t i, uint32_t *ret);
uint32_t feature_of_topic(enum topic topic);

#endif
