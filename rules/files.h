/*
 * files: rule files from the disk, for those who compile a set.
 *
 * What is given is a file, a pack (a folder with a manifest), or a folder of
 * the bureau's own rules:
 *
 *   *.yaml           in the order of their names
 *   NAME/            a pack, when it holds manifest.yaml
 *   local.d/ *.yaml  changes of packs; read last
 *
 * A file of a pack given alone lends from the rest of its pack; packs that are
 * required lend too.  A file may include others:
 *
 *   include: [more/names.yaml, tocsin-extra]     # a path or the id of a pack
 *
 * A path is meant from the including file's folder and may not leave the
 * folder that was given.
 */
#ifndef TOCSIN_RULES_FILES_H
#define TOCSIN_RULES_FILES_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "rules/manifest.h"
#include "rules/rules.h"

enum {
    RULE_FILES_MAX = 4096,
    RULE_FILE_MAX_BYTES = 16 * 1024 * 1024,
    PACK_LIST_MAX = 256,
    RULE_FILES_MAX_INCLUDES = 4096,
    RULE_FILES_MAX_ROOTS = 64
};

struct pack_list {
    struct pack pack[PACK_LIST_MAX];
    size_t n;
};

/* What is known of a file besides its text. */
struct rule_file_origin {
    dev_t dev;
    ino_t ino;
    const char *root; /* folder that its includes may not leave */
    bool scanned;     /* its includes were followed */
};

/* A list of rule files; all of it lives in an arena. */
struct rule_files {
    struct rule_file file[RULE_FILES_MAX];
    size_t n;
    struct rule_file_origin origin[RULE_FILES_MAX];
    struct pack *pack[PACK_LIST_MAX];
    bool whole[PACK_LIST_MAX]; /* all its files are here, lent or not */
    size_t npacks;
    const char *root[RULE_FILES_MAX_ROOTS]; /* folders beside which packs lie */
    size_t nroots;
    struct {
        uint32_t from, to; /* files */
        unsigned line, column;
    } include[RULE_FILES_MAX_INCLUDES];
    size_t nincludes;
};

/* Add path: a file or a folder as above.  What cannot be read is added to
 * errors.  0, E_CONF, E_NOMEM. */
int rule_files_add(struct rule_files *files, struct arena *arena,
    const char *path, struct toc_errors *errors);
/* After all was added: follow includes, find what packs require beside them or
 * in the folder of packs library (may be NULL).  0, E_CONF, E_NOMEM. */
int rule_files_finish(struct rule_files *files, struct arena *arena,
    const char *library, struct toc_errors *errors);
/* Add the packs of a folder, or the one that the folder is; everything lives
 * in arena.  0, E_CONF with errors added, E_NOMEM. */
int pack_list_add(struct pack_list *packs, struct arena *arena,
    const char *folder, struct toc_errors *errors);
/* Read one file, such as the region's. */
int rule_files_read(struct arena *arena, const char *path,
    struct toc_errors *errors, struct rule_file *ret);
/* The folder of the shipped packs, in arena: wish when it is not NULL (the
 * environment's TOCSIN_RULES_DIR), else the installed one beside the running
 * program, else the source tree's when the program runs from a build folder,
 * else the one given when the program was built. */
const char *rule_files_packs(struct arena *arena, const char *wish);

/* --- between files.c and include.c ------------------------------------------
 */

/* Number of the file at path when it is there, else n. */
size_t rule_files_find(const struct rule_files *files, const char *path);
/* Add one file; one that is there already is not added again, but it is no
 * longer only lent when it is wanted whole.  Its number in *ret. */
int rule_files_add_one(struct rule_files *files, struct arena *arena,
    const char *path, const char *root, const struct pack *pack, bool lent,
    struct toc_errors *errors, size_t *ret);
/* Add a pack with all its files. */
int rule_files_add_pack(struct rule_files *files, struct arena *arena,
    const char *folder, bool lent, struct toc_errors *errors);
/* Number of the pack with this id, or npacks. */
size_t rule_files_find_pack(const struct rule_files *files, struct str id);
char *rule_files_join(
    struct arena *arena, const char *folder, const char *name);
/* Whether the folder holds a manifest. */
bool rule_files_is_pack(struct arena *arena, const char *folder);

#endif
