/*
 * cli: the commands of `tocsin`.  One file per command; cli/commands.c holds
 * the table that names them.  Every command returns its exit status: 0
 * success, 1 failed or found wrong, 2 wrong use; argv[0] is its own name.
 */
#ifndef TOCSIN_CLI_CLI_H
#define TOCSIN_CLI_CLI_H

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct command {
    const char *name;
    const char *usage;   /* what follows the name */
    const char *summary; /* one line of the list */
    const char *help;    /* options and behaviour */
    int (*run)(int argc, char **argv);
};

/* The tables, ended by a command without a name.  Static. */
extern const struct command cli_commands[];
extern const struct command cli_try_commands[];

/* tocsin try …: one step of the road on a file (CONTRACTS §1) */
int cmd_try_feed(int argc, char **argv);
int cmd_try_discover(int argc, char **argv);
int cmd_try_list(int argc, char **argv);
int cmd_try_article(int argc, char **argv);
int cmd_try_rules(int argc, char **argv);
int cmd_try_group(int argc, char **argv);
int cmd_try_pair(int argc, char **argv);
int cmd_try_site(int argc, char **argv);
int cmd_try_address(int argc, char **argv);
int cmd_try_robots(int argc, char **argv);
int cmd_try_template(int argc, char **argv);
int cmd_try_channel(int argc, char **argv);

/* the daemon's administration */
int cmd_setup(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_sources(int argc, char **argv);
int cmd_sources_add(int argc, char **argv);
int cmd_sources_test(int argc, char **argv);
int cmd_sources_import(int argc, char **argv);
int cmd_sources_export(int argc, char **argv);
int cmd_ingest(int argc, char **argv);
int cmd_incidents(int argc, char **argv);
int cmd_rota(int argc, char **argv);
int cmd_calendar(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_deliveries(int argc, char **argv);
int cmd_silences(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_evidence(int argc, char **argv);
int cmd_purge(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_demo(int argc, char **argv);

/* those who write rules: `tocsin rules …`, by its second word (rules.c) */
int cmd_rules(int argc, char **argv);
int cmd_rules_packs(int argc, char **argv);
int cmd_rules_lint(int argc, char **argv);
int cmd_rules_test(int argc, char **argv);
int cmd_rules_backtest(int argc, char **argv);
int cmd_rules_explain(int argc, char **argv);
int cmd_rules_stats(int argc, char **argv);

#endif
