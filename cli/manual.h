/*
 * manual: the command table as a manual page, and as words to complete.
 *
 * The table (commands.c) is what the program does, so its page and its
 * completion cannot say anything else.
 */
#ifndef TOCSIN_CLI_MANUAL_H
#define TOCSIN_CLI_MANUAL_H

#include <stdio.h>

#include "cli/cli.h"

/* tocsin(1) as Markdown. */
void manual_print(FILE *out);
/* What may follow the command on a command line: the words of its usage and
 * its options, one per line. */
void manual_words(FILE *out, const struct command *command);
/* The names of a table, one per line. */
void manual_commands(FILE *out, const struct command *table);

#endif
