/*
 * search_incidents: the words of what is in incidents, by incident; private to
 * store/.
 *
 * Table incident_search has a row per item that is in an incident, at
 * search_place.place: the incident's number above SEARCH_PLACE_BITS.
 * search_state.incidents is the item up to which it has them.
 */
#ifndef TOCSIN_STORE_SEARCH_INCIDENTS_H
#define TOCSIN_STORE_SEARCH_INCIDENTS_H

#include <stdbool.h>

enum { SEARCH_PLACE_BITS = 14 };

struct store;

/* Take out, then put in again as they are now, the first SEARCH_SLICE items of
 * search_todo; what waits there is deleted by the caller, after both. */
int search_incidents_forget(struct store *store);
int search_incidents_again(struct store *store);
/* Follow the index of items by a slice; *ret_left: there is more. */
int search_incidents_fill(struct store *store, bool *ret_left);

#endif
