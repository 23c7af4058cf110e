/* seed: an invented county's sources and incidents, for tests and looks. */
#ifndef TOCSIN_TESTS_CONSOLE_SEED_H
#define TOCSIN_TESTS_CONSOLE_SEED_H

#include "store/store.h"

/* Sources, n incidents of the last days, deliveries, conditions.  Aborts the
 * program when it cannot. */
void seed_store(struct store *store, size_t n, struct wall now);
/* One more incident with one item; its number. */
int64_t seed_one(struct store *store, struct str title, struct str text,
    struct str url, enum level level, struct wall now);

#endif
