/*
 * check_store: `tocsin check --invariants`.
 */
#ifndef TOCSIN_CLI_CHECK_STORE_H
#define TOCSIN_CLI_CHECK_STORE_H

#include <stdbool.h>

/* Ask the database (NULL: the configuration's) whether all that is promised of
 * it holds; print each, and what breaks it.  An exit status. */
int check_store(const char *config, const char *database, bool json);

#endif
