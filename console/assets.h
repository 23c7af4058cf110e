/*
 * assets: templates, texts and static files, read once and kept in memory, so
 * that the locked-down console opens no file.
 */
#ifndef TOCSIN_CONSOLE_ASSETS_H
#define TOCSIN_CONSOLE_ASSETS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/catalog.h"
#include "base/err.h"
#include "base/str.h"
#include "base/tmpl.h"

enum {
    ASSETS_MAX_FILES = 64, /* of each kind */
    ASSETS_MAX_FILE_BYTES = 512 * 1024,
    ASSETS_ARENA_BYTES = 16 * 1024 * 1024
};

struct static_file {
    struct str name, bytes;
    const char *type;
    char etag[24]; /* quoted */
};

struct assets;

/* Read *.mustache of templates, *.yaml of texts and all known kinds of
 * statics; console.css and console.js are all *.css and *.js of them, in the
 * order of their names.  E_CONF with *reterr naming what is missing or wrong. */
int assets_load(struct str templates, struct str texts, struct str statics,
    struct toc_error *reterr, struct assets **ret);
void assets_free(struct assets *assets);
/* Lent; NULL when there is none. */
const struct tmpl *assets_template(
    const struct assets *assets, struct str name);
const struct static_file *assets_static(
    const struct assets *assets, struct str name);
const struct catalog *assets_texts(const struct assets *assets, enum lang lang);
/* All texts of a language as one JSON object; lent. */
json_t *assets_texts_json(const struct assets *assets, enum lang lang);
/* Render the template called name with data, its partials being the others. */
int assets_render(const struct assets *assets, const char *name,
    const json_t *data, struct buf *out);

#endif
