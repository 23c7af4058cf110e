/*
 * main: finds the command that the arguments name, and explains commands.
 *
 * It does nothing else: what a command does is in its own file, and what is
 * said about it is in commands.c.
 */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/manual.h"

static void
list_commands(FILE *out, const struct command *table, const char *prefix)
{
    for (const struct command *c = table; c->name; c++)
        fprintf(out, "  %s%-10s %s\n", prefix, c->name, c->summary);
}

static void
print_overview(FILE *out)
{
    fputs("Usage: tocsin COMMAND [OPTION]… [ARGUMENT]…\n\n"
          "The daemon and its desk:\n",
        out);
    list_commands(out, cli_commands, "");
    fputs("\nOne step of the road, on a file, without the daemon:\n", out);
    list_commands(out, cli_try_commands, "try ");
    fputs("\n`tocsin help COMMAND` says more.  Every command exits 0 on "
          "success, 1 when what was\nasked for failed or was found wrong, 2 "
          "on wrong use.\n",
        out);
}

static void
print_help(FILE *out, const struct command *c, const char *prefix)
{
    fprintf(out, "Usage: tocsin %s%s%s%s\n\n%s.\n", prefix, c->name,
        c->usage[0] ? " " : "", c->usage, c->summary);
    if (c->help[0])
        fprintf(out, "\n%s", c->help);
}

static const struct command *
find(const struct command *table, const char *name)
{
    for (const struct command *c = table; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* Say which command was meant that does not exist. */
static int
unknown(const char *prefix, const char *name)
{
    fprintf(stderr,
        "tocsin: there is no command \"%s%s\"; `tocsin help` lists them\n",
        prefix, name);
    return CLI_USAGE;
}

/* For completion: what may follow, one word per line. */
static int
words(int argc, char **argv)
{
    bool tries = argc > 0 && strcmp(argv[0], "try") == 0;
    const struct command *table = tries ? cli_try_commands : cli_commands;
    const struct command *c = NULL;

    argc -= tries;
    argv += tries;
    if (argc > 0 && !(c = find(table, argv[0])))
        return CLI_FAILED;
    if (c)
        manual_words(stdout, c);
    else
        manual_commands(stdout, table);
    if (!c && !tries)
        fputs("try\nhelp\n", stdout);
    return CLI_OK;
}

static int
help(int argc, char **argv)
{
    const struct command *table = cli_commands;
    const char *prefix = "";

    if (argc > 0 && strcmp(argv[0], "--manual") == 0) {
        manual_print(stdout);
        return CLI_OK;
    }
    if (argc > 0 && strcmp(argv[0], "--words") == 0)
        return words(argc - 1, argv + 1);
    if (argc > 0 && strcmp(argv[0], "try") == 0) {
        table = cli_try_commands;
        prefix = "try ";
        argc--;
        argv++;
    }
    if (argc == 0) {
        print_overview(stdout);
        return CLI_OK;
    }
    const struct command *c = find(table, argv[0]);
    if (!c)
        return unknown(prefix, argv[0]);
    print_help(stdout, c, prefix);
    return CLI_OK;
}

/* Whether the arguments ask for help instead of the command's work. */
static int
asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return 1;
    return 0;
}

static int
run(const struct command *table, const char *prefix, int argc, char **argv)
{
    const struct command *c = find(table, argv[0]);

    if (!c)
        return unknown(prefix, argv[0]);
    if (asks_help(argc, argv)) {
        print_help(stdout, c, prefix);
        return CLI_OK;
    }
    return c->run(argc, argv);
}

/* What could not be written was not done. */
static int
finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("tocsin: writing to standard output failed\n", stderr);
        return status == CLI_OK ? CLI_FAILED : status;
    }
    return status;
}

int
main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc < 2) {
        print_overview(stderr);
        return CLI_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0)
        return finish(help(argc - 2, argv + 2));
    if (strcmp(name, "--version") == 0) {
        printf("tocsin %s\n", TOCSIN_VERSION);
        return finish(CLI_OK);
    }
    if (strcmp(name, "try") == 0) {
        if (argc < 3 || strcmp(argv[2], "--help") == 0)
            return finish(help(0, NULL));
        return finish(run(cli_try_commands, "try ", argc - 2, argv + 2));
    }
    return finish(run(cli_commands, "", argc - 1, argv + 1));
}
