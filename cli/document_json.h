/*
 * document_json: a document as the JSON of CONTRACTS §1.
 */
#ifndef TOCSIN_CLI_DOCUMENT_JSON_H
#define TOCSIN_CLI_DOCUMENT_JSON_H

#include <jansson.h>

#include "base/err.h"
#include "feeds/feeds.h"

/* Return the document as a new object, NULL without memory. */
json_t *document_json(const struct document *document);
/* Return notes as a new array, NULL without memory. */
json_t *document_json_notes(const struct str *notes, size_t nnotes);
/* Write json and a line end to standard output and let go of it (taken).  An
 * exit status. */
int document_json_print(json_t *json_taken);

/* What `tocsin try` commands on one document have in common: read the options
 * --url, --content-type, --select, --now, --zone, --select-link (as 'l'),
 * --select-title ('t'), --select-date ('d') and --hint as far as options names
 * them by their letters ("uc" is the first two), then the file. */
struct document_args {
    struct feed_input input;
    struct buf bytes;  /* owned */
    struct zone *zone; /* owned, or NULL */
    const char *file;
};
/* 0, or an exit status with the complaint already printed. */
int document_args_read(
    int argc, char **argv, const char *options, struct document_args *ret);
void document_args_done(struct document_args *args);
/* Print what is wrong with the file; an exit status. */
int document_args_fail(
    const struct document_args *args, const struct toc_error *error);

#endif
