/*
 * author: what the commands of rule authors share: which rules, which store.
 *
 * The rules are those named with --rules, else those of the configuration,
 * else the shipped packs.  The store is that of the configuration, or the one
 * named with --database; it is only read.  Where there is one, the exceptions
 * that editors accepted are rules as they are in the daemon.
 */
#ifndef TOCSIN_CLI_AUTHOR_H
#define TOCSIN_CLI_AUTHOR_H

#include <getopt.h>
#include <stdbool.h>

#include "base/jsonx.h"
#include "base/timefmt.h"
#include "daemon/config.h"
#include "rules/files.h"
#include "store/view_rules.h"

struct author {
    bool json;
    const char *config_path, *database; /* as given, or NULL */
    struct arena *arena;                /* of the rules; owned */
    struct arena *scratch;              /* of one item; owned */
    struct rule_files *files;           /* of --rules, or of the packs */
    bool own_files;                     /* --rules was given */
    bool plain; /* --no-exceptions: as if none had been accepted */
    struct rule_file region;
    bool has_region;
    struct config *config; /* owned, or NULL */
    struct ruleset *set;   /* owned */
    struct matcher *matcher;
    struct view *view;
    struct zone *zone; /* in which times are shown; owned */
    struct toc_errors errors;
};

/* clang-format off */
#define AUTHOR_LONG_OPTIONS                                                    \
    {"rules", required_argument, NULL, 'r'},                                   \
    {"region", required_argument, NULL, 'g'},                                  \
    {"config", required_argument, NULL, 'C'},                                  \
    {"database", required_argument, NULL, 'D'},                                \
    {"json", no_argument, NULL, 'J'},                                          \
    {"no-exceptions", no_argument, NULL, 'X'}
/* clang-format on */

/* What an author's command needs besides its rules. */
enum author_need {
    AUTHOR_NEEDS_MATCHER = 1,
    AUTHOR_NEEDS_STORE = 2,
    AUTHOR_LINT = 4 /* say what is allowed but unwise, too */
};

/* 0 or E_NOMEM. */
int author_init(struct author *author);
void author_done(struct author *author);
/* Take one of the common options.  False when it is none of them. */
bool author_option(struct author *author, int option);
/* Read and compile the rules and open what is needed.  CLI_OK, or CLI_FAILED
 * with everything that is wrong on standard error.  *ret_warnings is how many
 * warnings were printed. */
int author_open(struct author *author, unsigned needs, size_t *ret_warnings);
/* "30d", "12h" before now, or a date; CLI_USAGE with a sentence. */
int author_time(
    const char *option, const char *text, struct wall now, struct wall *ret);
/* Match a stored item as the daemon would have when it was first seen, and
 * score it.  Results live in author->scratch.  0 or an error. */
int author_match(struct author *author, const struct matched_item *stored,
    struct rule_item *item, struct verdict *verdict, struct score *score);
/* The time in the author's zone, for people. */
struct str author_when(
    struct author *author, struct arena *arena, struct wall t);
/* The part of the field that a span names. */
struct str author_slice(const struct rule_item *item, const struct span *span);

#endif
