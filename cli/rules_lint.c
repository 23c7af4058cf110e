/*
 * tocsin rules lint: everything that is wrong with rules, and what is allowed
 * but unwise.
 */
#include <stdio.h>

#include "cli/author.h"
#include "cli/cli.h"

int
cmd_rules_lint(int argc, char **argv)
{
    static const struct option options[] = {AUTHOR_LONG_OPTIONS,
        {"strict", no_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    struct author author;
    size_t warnings = 0;
    bool strict = false;
    int c, status = CLI_FAILED;

    if (author_init(&author) != 0)
        return CLI_FAILED;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 's')
            strict = true;
        else if (!author_option(&author, c))
            break;
    }
    for (; c == -1 && optind < argc; optind++) { /* paths alone are as clear */
        author.own_files = true;
        (void)rule_files_add(
            author.files, author.arena, argv[optind], &author.errors);
    }
    status = c == -1 ? author_open(&author, AUTHOR_LINT, &warnings) : CLI_USAGE;
    if (status == CLI_OK)
        printf("%zu rules: right; %zu warning%s\n", ruleset_count(author.set),
            warnings, warnings == 1 ? "" : "s");
    if (status == CLI_OK && strict && warnings > 0)
        status = CLI_FAILED;
    author_done(&author);
    return status;
}
