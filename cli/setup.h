/*
 * setup: the first configuration, out of at most six answers.
 */
#ifndef TOCSIN_CLI_SETUP_H
#define TOCSIN_CLI_SETUP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    SETUP_MAX_SOURCES = 64, /* addresses given at once */
    SETUP_QUESTIONS = 6,
    SETUP_ANSWER_BYTES = 4096
};

struct setup {
    /* What was asked for or given; NULL: not yet. */
    const char *bureau, *contact, *zone, *listen, *admin;
    const char *password_file;
    const char *sources[SETUP_MAX_SOURCES]; /* addresses, or files of OPML */
    size_t nsources;
    const char *channel, *secret; /* "KIND ADDRESS"; what it signs with */
    bool no_test;                 /* no test message */

    char answers[SETUP_QUESTIONS][SETUP_ANSWER_BYTES];

    const char *dir;     /* where the configuration goes */
    bool given;          /* nothing is asked */
    char config[512];    /* DIR/tocsin.yaml */
    char database[1024]; /* that it names */
};

/* --- setup_admin.c --- */
/* Whether his name and password will do; said before anything is written. */
int setup_admin_check(const struct setup *setup, const struct buf *password);
/* Make the first admin in the database, which the daemon must not have open. */
int setup_admin(const struct setup *setup, const struct buf *password);

/* --- setup_files.c ---------------------------------------------------------
 */
/* Make the folders and tocsin.yaml, and read it as the daemon will.  0, or an
 * error with everything said on standard error, and no tocsin.yaml. */
int setup_write(struct setup *setup);
/* Make the folder of the database, where no package did. */
int setup_folder(const struct setup *setup);
/* Write channels.d/desk.yaml and its secrets. */
int setup_write_channel(struct setup *setup);
/* Give what was written to the user that tocsind runs as, where that is
 * another one. */
int setup_give(const struct setup *setup);

#endif
