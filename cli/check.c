/*
 * tocsin check: reads the configuration as the daemon would, and says all
 * that is wrong with it; or asks the database whether its invariants hold.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "cli/check_store.h"
#include "cli/cli.h"
#include "daemon/config.h"

enum { CHECK_MAX_PRINT = 512 * 1024 * 1024 };

static int
print(const struct config *config)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, CHECK_MAX_PRINT);
    if (config_print(config, &out) < 0) {
        fputs("tocsin: too large to print\n", stderr);
        return CLI_FAILED;
    }
    fputs(buf_cstr(&out), stdout);
    return CLI_OK;
}

static int
check(const char *path, int printed)
{
    struct toc_errors errors = {0};
    struct config *config = NULL;
    struct ruleset *rules = NULL;
    int status = CLI_OK;

    if (config_load(path, &errors, &config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        fprintf(stderr, "tocsin: %zu error%s\n", errors.n + errors.dropped,
            errors.n + errors.dropped == 1 ? "" : "s");
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    for (size_t i = 0; i < config->warnings.n; i++) {
        fputs("warning: ", stderr);
        toc_error_print(&config->warnings.list[i], stderr);
    }
    if (printed)
        status = print(config);
    else
        printf("%s: right; %zu sources, %zu channels, %zu rules\n", path,
            config->nsources, config->nchannels, ruleset_count(rules));
    ruleset_free(rules);
    config_free(config);
    return status;
}

int
cmd_check(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"print", no_argument, NULL, 'p'},
        {"invariants", no_argument, NULL, 'i'},
        {"database", required_argument, NULL, 'D'},
        {"json", no_argument, NULL, 'J'}, {NULL, 0, NULL, 0}};
    const char *path = getenv("TOCSIN_CONFIG"), *database = NULL;
    int c, printed = 0, invariants = 0, json = 0;

    if (!path || !*path)
        path = "/etc/tocsin/tocsin.yaml";
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'C')
            path = optarg;
        else if (c == 'p')
            printed = 1;
        else if (c == 'i')
            invariants = 1;
        else if (c == 'D')
            database = optarg;
        else if (c == 'J')
            json = 1;
        else
            return CLI_USAGE;
    }
    if (optind < argc && invariants)
        database = argv[optind++];
    else if (optind < argc) /* the path alone is as clear */
        path = argv[optind++];
    if (optind < argc) {
        fputs("tocsin: check takes one configuration, or with --invariants "
              "one database\n",
            stderr);
        return CLI_USAGE;
    }
    if ((database || json) && !invariants) {
        fputs("tocsin: --database and --json go with --invariants\n", stderr);
        return CLI_USAGE;
    }
    if (digest_init() < 0)
        return CLI_FAILED;
    if (invariants)
        return check_store(path, database, json);
    return check(path, printed);
}
