/*
 * rules: the commands of those who write and keep rules, by the second word.
 *
 * What each does is in its own file rules_….c beside this one; a new one is
 * one line of the table.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct command rules_commands[] = {
    {"packs", "[--dir DIR]… [--config FILE] [--json]",
        "List the rule packs that are there, and what each needs", "",
        cmd_rules_packs},
    {"lint", "[PATH]… [--strict] [--config FILE]",
        "Say what is wrong with rules, and what is unwise", "",
        cmd_rules_lint},
    {"test", "[PATH]… [--json]",
        "Run the samples that stand beside the rules", "", cmd_rules_test},
    {"backtest", "[--since 30d] [--rules PATH]… [--json]",
        "Try rules on what was collected: new, gone, alarms a day", "",
        cmd_rules_backtest},
    {"explain", "ITEM [--json]",
        "Say why a stored item scores what it scores", "", cmd_rules_explain},
    {"stats", "[--since 30d] [--json]",
        "Show what each rule came to, its precision and its cost", "",
        cmd_rules_stats},
    {NULL, NULL, NULL, NULL, NULL}};

static void
list(FILE *out)
{
    fputs("Usage: tocsin rules COMMAND [OPTION]… [ARGUMENT]…\n\n", out);
    for (const struct command *c = rules_commands; c->name; c++)
        fprintf(out, "  %-9s %-32s %s\n", c->name, c->usage, c->summary);
}

int
cmd_rules(int argc, char **argv)
{
    if (argc < 2) {
        list(stderr);
        return CLI_USAGE;
    }
    for (const struct command *c = rules_commands; c->name; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c->run(argc - 1, argv + 1);
    fprintf(stderr,
        "tocsin: there is no command \"rules %s\"; `tocsin help rules` lists "
        "them\n",
        argv[1]);
    return CLI_USAGE;
}
