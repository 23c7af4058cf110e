/*
 * safety: what the engine asks of the store's own state.
 */
#ifndef TOCSIN_STORE_SAFETY_H
#define TOCSIN_STORE_SAFETY_H

#include "store/store.h"

/* As store_open; when the file is known to have been there (there are backups
 * of it), one that is gone is damage too: E_CORRUPT. */
int store_open_known(
    const char *path, bool known, struct toc_error *reterr, struct store **ret);
/* Whether SQLite has found damage, or a sync has failed: what is in memory
 * cannot be trusted then, and the process is to end.  The next store_open looks
 * at every index too. */
bool store_is_doomed(const struct store *store);
/* Whether the disk was full at the last failure. */
bool store_was_full(const struct store *store);
/* When a thing that is watched was last tried and last well; E_NOTFOUND. */
int store_pulse_load(struct store *store, struct str name,
    struct wall *ret_tried, struct wall *ret_well);

#endif
