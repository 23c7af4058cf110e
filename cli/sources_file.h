/*
 * sources_file: new sources: their ids, and the file that holds them.
 *
 * A file is written whole or not at all, never over another one unless that
 * is asked for, and stays only when the configuration is right with it.
 */
#ifndef TOCSIN_CLI_SOURCES_FILE_H
#define TOCSIN_CLI_SOURCES_FILE_H

#include "base/buf.h"
#include "daemon/config.h"

enum { SOURCES_FILE_MAX_BYTES = 14 * 1024 * 1024, SOURCE_ID_MAX_BYTES = 48 };

/* The ids that are taken, and the addresses. */
struct taken {
    struct arena *arena;
    struct tagged {
        struct str key, id;
    } * entries; /* open addressing, a key of "id:…" or "url:…" */
    size_t n, cap;
};

/* All of config.  0 or E_NOMEM; taken_done frees. */
int taken_init(
    struct taken *taken, struct arena *arena, const struct config *config);
void taken_done(struct taken *taken);
/* The id of the source that has url already (in its canonical form), or
 * absent. */
struct str taken_url(const struct taken *taken, struct str url);
bool taken_id(const struct taken *taken, struct str id);
/* Add one.  0 or E_NOMEM. */
int taken_add(struct taken *taken, struct str id, struct str url);
/* A new id out of a title in Latin letters, else of the address's host and
 * path; numbered when it is taken.  Absent when memory ended. */
struct str source_id_new(
    const struct taken *taken, struct str title, struct str url);
bool source_id_is_valid(struct str id);

/* Append source as an entry of `sources:`, what is default left out. */
void source_print(const struct source *source, struct buf *out);

/* The path of NAME.yaml in the folder sources.d of the configuration. */
struct str sources_file_path(
    struct arena *arena, const struct config *config, struct str name);
/* Write text as path and read the whole configuration again: when it is wrong
 * with the file, the file goes and the errors are printed.  Over a file that
 * exists only with force.  CLI_OK or CLI_FAILED, complaints printed. */
int sources_file_write(
    const struct config *config, struct str path, struct str text, bool force);

#endif
