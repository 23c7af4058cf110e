#include "cli/manual.h"

#include <string.h>

static const char head[] =
    "# Name\n\n"
    "tocsin - the desk's commands for the alarm daemon tocsind\n\n"
    "# Synopsis\n\n"
    "`tocsin` *COMMAND* \\[*OPTION*\\]… \\[*ARGUMENT*\\]…\n\n"
    "`tocsin try` *STEP* \\[*OPTION*\\]… \\[*FILE*\\]\n\n"
    "# Description\n\n"
    "Asks the running daemon over its socket, reads its database, or tries one "
    "step of its work on a file.  What a command prints is for people; with "
    "`--json` it is for programs, where the command has that option.\n\n"
    "A time is written 2026-06-07T08:30 in the configured zone, or as RFC 3339 "
    "has it; a span of time 30s, 15m, 12h or 30d.\n\n";

static const char tail[] =
    "# Environment\n\n"
    "`TOCSIN_CONFIG` is the configuration when `--config` is not given; "
    "without "
    "both it is `/etc/tocsin/tocsin.yaml`.\n\n"
    "# Exit status\n\n"
    "0 on success, 1 when what was asked for failed or was found wrong, 2 on "
    "wrong use.\n\n"
    "# See also\n\n"
    "tocsind(8), tocsin.yaml(5), tocsin-rules(5)\n";

static void
print_table(FILE *out, const struct command *table, const char *prefix)
{
    for (const struct command *c = table; c->name; c++) {
        fprintf(out, "## tocsin %s%s\n\n", prefix, c->name);
        fprintf(out, "```\ntocsin %s%s%s%s\n```\n\n%s.\n\n", prefix, c->name,
            c->usage[0] ? " " : "", c->usage, c->summary);
        if (c->help[0])
            fprintf(out, "```\n%s```\n\n", c->help);
    }
}

void
manual_print(FILE *out)
{
    fputs(head, out);
    fputs("# The daemon and its desk\n\n", out);
    print_table(out, cli_commands, "");
    fputs("# One step of the road, without the daemon\n\n", out);
    print_table(out, cli_try_commands, "try ");
    fputs(tail, out);
}

/* Print the words of text that begin where one may: an option after a blank, a
 * bracket or a bar. */
static void
print_options(FILE *out, const char *text)
{
    const char *p = text;

    while ((p = strstr(p, "--")) != NULL) {
        size_t n = 2 + strspn(p + 2, "abcdefghijklmnopqrstuvwxyz0123456789-");

        if (n > 2 && (p == text || strchr(" [|\n(", p[-1])))
            fprintf(out, "%.*s\n", (int)n, p);
        p += n;
    }
}

/* Print the small words of a usage, as "list" and "export" in
 * "[list | export FILE] [OPTION]…". */
static void
print_verbs(FILE *out, const char *usage)
{
    for (const char *p = usage; *p != '\0';) {
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz-");

        if (n > 1 && *p != '-' && (p == usage || strchr(" [|,", p[-1])))
            fprintf(out, "%.*s\n", (int)n, p);
        p += n > 0 ? n : 1;
    }
}

void
manual_words(FILE *out, const struct command *command)
{
    print_verbs(out, command->usage);
    print_options(out, command->usage);
    print_options(out, command->help);
}

void
manual_commands(FILE *out, const struct command *table)
{
    for (const struct command *c = table; c->name; c++)
        fprintf(out, "%s\n", c->name);
}
