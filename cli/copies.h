/*
 * copies: what `tocsin backup`, `restore` and `export` share: which database,
 * which folder, and how a copy is told of.
 */
#ifndef TOCSIN_CLI_COPIES_H
#define TOCSIN_CLI_COPIES_H

#include <getopt.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "cli/database.h"
#include "store/backup.h"

/* Options as given, or NULL and false. */
struct copies {
    const char *config, *database, *folder, *verify;
    bool list, json, replace, latest;
    struct arena *arena; /* owned, from copies_begin on */
    struct database_place place;
};

/* clang-format off */
#define COPIES_LONG_OPTIONS                                                    \
    {"config", required_argument, NULL, 'C'},                                  \
    {"database", required_argument, NULL, 'D'}
/* clang-format on */

/* Take the options of a command's own table: letters C D F V l J r n.  False
 * after a complaint. */
bool copies_options(
    struct copies *copies, int argc, char **argv, const struct option *table);
/* Find what was not given.  CLI_OK, or CLI_FAILED. */
int copies_begin(struct copies *copies);
/* Free, and return status. */
int copies_finish(struct copies *copies, int status);
/* Print what is wrong; CLI_FAILED. */
int copies_complain(const struct toc_error *error);
/* Print what a backup holds. */
void copies_print(const struct copies *copies, const char *path,
    const struct backup_facts *facts);

#endif
