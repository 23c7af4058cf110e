/*
 * files: rule files from the disk, for those who compile a set.
 */
#ifndef TOCSIN_RULES_FILES_H
#define TOCSIN_RULES_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "rules/manifest.h"
#include "rules/rules.h"

enum { RULE_FILES_MAX = 4096, RULE_FILE_MAX_BYTES = 16 * 1024 * 1024 };

/* A list of rule files; all of it lives in an arena. */
struct rule_files {
    struct rule_file file[RULE_FILES_MAX];
    size_t n;
};

enum { PACK_LIST_MAX = 256 };

struct pack_list {
    struct pack pack[PACK_LIST_MAX];
    size_t n;
};

/* Add the packs of a folder, or the one that the folder is; everything lives
 * in arena.  0, E_CONF with errors added, E_NOMEM. */
int pack_list_add(struct pack_list *packs, struct arena *arena,
    const char *folder, struct toc_errors *errors);

/* Add path: a file, or all *.yaml of a folder in the order of their names, and
 * then those of the packs in it. What cannot be read is added to errors.  0,
 * E_CONF, E_NOMEM. */
int rule_files_add(struct rule_files *files, struct arena *arena,
    const char *path, struct toc_errors *errors);
/* Read one file, such as the region's. */
int rule_files_read(struct arena *arena, const char *path,
    struct toc_errors *errors, struct rule_file *ret);
/* The folder of the shipped packs, in arena: wish when it is not NULL (the
 * environment's TOCSIN_RULES_DIR), else the installed one beside the running
 * program, else the source tree's when the program runs from a build folder,
 * else the one given when the program was built. */
const char *rule_files_packs(struct arena *arena, const char *wish);

#endif
