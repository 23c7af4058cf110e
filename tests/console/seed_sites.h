/* seed_sites: an invented county's own sites, for tests and looks. */
#ifndef TOCSIN_TESTS_CONSOLE_SEED_SITES_H
#define TOCSIN_TESTS_CONSOLE_SEED_SITES_H

#include "base/clock.h"

/* Into the store at path, which is open elsewhere: four sites, with visits of
 * four weeks, findings that are there, gone and accepted, hosts to approve.
 * incident: that a finding belongs to, 0 none.  Aborts the program when it
 * cannot. */
void seed_sites(const char *path, struct wall now, int64_t incident);

#endif
