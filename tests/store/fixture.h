/*
 * fixture: a real database file in a folder of its own, and things to put in.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

/* clang-format off */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "base/arena.h"
#include "store/store.h"
#include "store/view.h"

struct fixture {
    char folder[64];
    char path[128];
    struct store *store;
    struct view *view;
    struct arena *arena;
};

/* Per test: an open store with the source "news", an open view, an arena. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Close store and view. */
void fixture_close(struct fixture *f);
/* Close and open the store again. */
void fixture_reopen(struct fixture *f);

struct wall at(int64_t seconds);
/* An item whose identity is made of n and whose digest is made of text. */
struct item item_of(int n, const char *title, const char *text);
/* Put it under "news"; return the item's id. */
int64_t put_item(struct store *store, const struct item *item);
/* An incident of that level and time; all else plain. */
struct incident incident_of(const char *title, enum level level, int64_t seen);
int64_t add_incident(
    struct store *store, const char *title, enum level level, int64_t seen);
/* A pending delivery due at next. */
int64_t add_delivery(struct store *store, const char *message_id,
    enum level level, int64_t created, int64_t next);
/* Run SQL on the file behind the store's back. */
void meddle(const char *path, const char *sql);
/* The same, whether SQLite lets it happen. */
bool may(const char *path, const char *sql);

#define assert_str(s, literal) assert_true(str_eq((s), STR(literal)))

#endif
