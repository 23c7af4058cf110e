/*
 * schema: the tables, as numbered steps; private to store/.
 *
 * The file's PRAGMA user_version is the number of steps it has been through.
 * Each step is one transaction, so that a crash leaves a file between steps,
 * never inside one.  A step that has been released is never edited: a change
 * is a new step.
 */
#ifndef TOCSIN_STORE_SCHEMA_H
#define TOCSIN_STORE_SCHEMA_H

#include "store/db.h"

/* "tocs", in the file's header: what file(1) and we know it by. */
enum { SCHEMA_APPLICATION_ID = 0x746f6373 };

/* How many steps this program knows. */
unsigned schema_version(void);
/* The step a file has been through; E_CORRUPT when it is another program's. */
int schema_of(struct db *db, unsigned *ret);
/* Take the file from where it is to version upto (at most schema_version). */
int schema_migrate(struct db *db, unsigned upto);

#endif
