/*
 * tocsin backup: a copy of the database while the daemon runs, read back.
 */
#include <stdio.h>

#include "base/clock.h"
#include "cli/copies.h"

static const struct option options[] = {COPIES_LONG_OPTIONS,
    {"folder", required_argument, NULL, 'F'},
    {"verify", required_argument, NULL, 'V'}, {"list", no_argument, NULL, 'l'},
    {"json", no_argument, NULL, 'J'}, {NULL, 0, NULL, 0}};

static int
list(struct copies *cmd)
{
    struct backup_file *files;
    size_t n = 0;
    int r = backup_list(cmd->arena, cmd->folder, &files, &n);

    if (r != 0) {
        fprintf(stderr, "tocsin: %s: %s\n", cmd->folder, err_text(r));
        return CLI_FAILED;
    }
    for (size_t i = 0; i < n; i++)
        printf("%s\n", files[i].path);
    return CLI_OK;
}

static int
backup(struct copies *cmd)
{
    struct toc_error error = {.line = 0};
    struct backup_facts facts;
    char path[PATH_MAX];

    if (cmd->list)
        return list(cmd);
    if (cmd->verify) {
        if (backup_verify(cmd->verify, &error, &facts) != 0)
            return copies_complain(&error);
        copies_print(cmd, cmd->verify, &facts);
        return CLI_OK;
    }
    if (backup_make(cmd->database, cmd->folder, clock_wall(), &error, path,
            &facts) != 0)
        return copies_complain(&error);
    copies_print(cmd, path, &facts);
    return CLI_OK;
}

int
cmd_backup(int argc, char **argv)
{
    struct copies cmd = {.config = NULL};
    int status;

    if (!copies_options(&cmd, argc, argv, options))
        return CLI_USAGE;
    if (optind < argc && !cmd.folder)
        cmd.folder = argv[optind++];
    if (optind < argc) {
        fputs("tocsin: backup takes one folder\n", stderr);
        return CLI_USAGE;
    }
    status = copies_begin(&cmd);
    return copies_finish(&cmd, status == CLI_OK ? backup(&cmd) : status);
}
