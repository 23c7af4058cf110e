/*
 * brought: items that a program brings over the API, as one document.
 *
 * One item is a JSON object of the fields below; what is unknown, of the wrong
 * type or too long is an error with its number, and then nothing of the
 * request is taken.  The document is a JSON Feed 1.1, read by the same code as
 * one that was fetched.  Who wrote an item is no field: it is not stored.
 *
 *   title         text; needed unless there is a text
 *   text          plain text, all of it
 *   id            text: what makes it the same item again; without it and
 *                 without a url, its contents do
 *   url           http or https address where people can read it
 *   published     RFC 3339, or a date as feeds have them
 *   categories    list of texts
 */
#ifndef TOCSIN_CONSOLE_BROUGHT_H
#define TOCSIN_CONSOLE_BROUGHT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    BROUGHT_MAX_ITEMS = 500,       /* in one request */
    BROUGHT_MAX_SHORT_BYTES = 4096 /* of ids, addresses, titles */
};

enum brought_form {
    BROUGHT_JSON, /* one object, a list of objects, or {"items": […]} */
    BROUGHT_LINES /* one object per line */
};

/* Errors in errors are lists of {"item": n, "error": "…"}, n from 1: the line,
 * or the place in the list.  0 and the document appended to out; E_PARSE and
 * at least one error; E_LIMIT too many items; E_NOMEM. */
int brought_document(enum brought_form form, struct str body, struct str title,
    struct buf *out, json_t *errors);

#endif
