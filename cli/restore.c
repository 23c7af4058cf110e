/*
 * tocsin restore: a backup in the database's place.  Refuses while a daemon has
 * the database open.
 */
#include <stdio.h>

#include "base/clock.h"
#include "cli/copies.h"

static const struct option options[] = {COPIES_LONG_OPTIONS,
    {"folder", required_argument, NULL, 'F'},
    {"latest", no_argument, NULL, 'n'}, {"replace", no_argument, NULL, 'r'},
    {"json", no_argument, NULL, 'J'}, {NULL, 0, NULL, 0}};

static const char *
latest(struct copies *cmd)
{
    struct backup_file *files;
    size_t n = 0;

    if (backup_list(cmd->arena, cmd->folder, &files, &n) != 0 || n == 0) {
        fprintf(stderr, "tocsin: there is no backup in %s\n", cmd->folder);
        return NULL;
    }
    return files[0].path;
}

static int
restore(struct copies *cmd, const char *file)
{
    struct toc_error error = {.line = 0};
    struct backup_facts facts;
    char kept[PATH_MAX];
    struct restore asked = {.database = cmd->database,
        .replace = cmd->replace,
        .why = STR("asked for"),
        .by = STR("command line"),
        .now = clock_wall()};
    int r;

    asked.file = file ? file : latest(cmd);
    if (!asked.file)
        return CLI_FAILED;
    r = backup_restore(&asked, &error, kept, &facts);
    if (r == E_EXISTS) {
        fprintf(stderr,
            "tocsin: %s exists; --replace puts the backup in its place and "
            "keeps what is there aside\n",
            cmd->database);
        return CLI_FAILED;
    }
    if (r != 0)
        return copies_complain(&error);
    copies_print(cmd, asked.file, &facts);
    if (!cmd->json && kept[0])
        printf("What was there is kept as %s.\n", kept);
    if (!cmd->json)
        printf("It is now %s.  When tocsind starts, every source is asked "
               "again for all that it shows.\n",
            cmd->database);
    return CLI_OK;
}

int
cmd_restore(int argc, char **argv)
{
    struct copies cmd = {.config = NULL};
    const char *file = NULL;
    int status;

    if (!copies_options(&cmd, argc, argv, options))
        return CLI_USAGE;
    if (optind < argc)
        file = argv[optind++];
    if (optind < argc || (file != NULL) == cmd.latest) {
        fputs("tocsin: restore takes one BACKUP, or --latest\n", stderr);
        return CLI_USAGE;
    }
    status = copies_begin(&cmd);
    return copies_finish(&cmd, status == CLI_OK ? restore(&cmd, file) : status);
}
