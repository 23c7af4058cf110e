/*
 * db: a connection to SQLite as this house wants it; private to store/.
 *
 * Every statement is a literal in the source (the DB_SQL macro accepts nothing
 * else), is compiled once per connection and kept.  A query binds its
 * parameters from left to right and reads its columns from left to right:
 *
 *     struct query q;
 *     db_query(db, &q, DB_SQL("SELECT title FROM incident WHERE id = ?"));
 *     query_int(&q, id);
 *     r = query_next(&q);          0 a row, E_NOTFOUND no more, or an error
 *     if (r == 0)
 *         title = query_get_str(&q, arena);
 *     query_done(&q);              always, once per db_query
 *
 * An absent text is NULL, WALL_NONE is NULL.  Binding errors are kept and come
 * out of query_next or query_run.
 */
#ifndef TOCSIN_STORE_DB_H
#define TOCSIN_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum {
    DB_STATEMENTS = 512, /* slots of the cache, a power of two */
    DB_HEAP_MAX_BYTES = 256 * 1024 * 1024,
    DB_SQL_MAX_BYTES = 100 * 1024,
    DB_BUSY_MS = 5000, /* a reader's checkpoint or recovery in the way */
    DB_JOURNAL_MAX_BYTES = 64 * 1024 * 1024,
    DB_CACHE_KIB = 16 * 1024
};

struct db_slot {
    const char *sql; /* the literal's address is the key */
    sqlite3_stmt *stmt;
};

struct db {
    sqlite3 *handle;
    bool reader;
    bool doomed; /* damage was found, or a sync failed */
    bool full;   /* the last failure was a full disk */
    bool begun; /* between db_begin and db_commit or db_rollback */
    struct db_slot slots[DB_STATEMENTS];
    unsigned nslots;
    char error[256]; /* what SQLite said of the last failure */
};

/* Open path for the writer (created with mode 0600 when create) or a reader;
 * sets every pragma and limit.  On failure db is closed. */
int db_open(struct db *db, const char *path, bool reader, bool create);
void db_close(struct db *db);
/* The file was checked: closing may now move the log into it.  Until then
 * nothing is written into what may be damaged. */
int db_trust(struct db *db);
/* The toc_err of an SQLite code; keeps the message in db->error. */
int db_error(struct db *db, int code);
/* A write transaction for the writer, a snapshot for a reader.  What fails on a
 * full disk makes SQLite roll back by itself: every query until db_rollback is
 * then refused with E_STATE, so that none is committed alone. */
int db_begin(struct db *db);
int db_commit(struct db *db);
void db_rollback(struct db *db);
/* Put a sentence of our own where SQLite's would stand. */
void db_say(struct db *db, struct str sentence);
/* Let statements ask holds(text, needle); see holds.c. */
int db_add_holds(struct db *db);
/* Run a literal that takes nothing and gives nothing. */
int db_run(struct db *db, const char *sql);

#define DB_SQL(text) ("" text "")

struct query {
    struct db *db;
    sqlite3_stmt *stmt;
    int err;
    bool done;         /* stepped to its end without an error */
    int param, column; /* next of each */
};

void db_query(struct db *db, struct query *ret, const char *sql);
void query_done(struct query *q);
DEFINE_CLEANUP(struct query *, query_done)

void query_int(struct query *q, int64_t value);
void query_id(struct query *q, int64_t value); /* 0 is NULL */
void query_double(struct query *q, double value);
void query_str(struct query *q, struct str s);
void query_text(struct query *q, struct str s); /* absent is '' */
void query_cstr(struct query *q, const char *s);
void query_blob(struct query *q, const void *bytes, size_t n);
void query_bytes(struct query *q, struct str bytes); /* absent is NULL */
void query_wall(struct query *q, struct wall t);

/* Step: 0 a row, E_NOTFOUND no more. */
int query_next(struct query *q);
/* Step a statement without rows to its end, and finish it. */
int query_run(struct query *q);
/* The same for an INSERT; *ret is the new row's id. */
int query_insert(struct query *q, int64_t *ret);
/* Rows that the last statement changed. */
int64_t db_changes(const struct db *db);

int64_t query_get_int(struct query *q); /* NULL is 0 */
double query_get_double(struct query *q);
/* Copies live in arena; of NULL STR_NONE.  Also for blobs. */
struct str query_get_str(struct query *q, struct arena *arena);
/* Lent until the next step. */
struct str query_peek_str(struct query *q);
struct wall query_get_wall(struct query *q);
/* Copy a blob of exactly n bytes; false when it is another size. */
bool query_get_hash(struct query *q, uint8_t *out, size_t n);
void query_skip(struct query *q);

#endif
