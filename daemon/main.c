/*
 * main: tocsind, the parent, or one of the five roles that it starts.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/num.h"
#include "daemon/launch.h"
#include "daemon/parent.h"
#include "daemon/role.h"
#include "daemon/traffic.h"

static const char default_config[] = "/etc/tocsin/tocsin.yaml";

static const char usage[] =
    "usage: tocsind [--config FILE] [--log-level LEVEL] [--outward PATH]\n"
    "       tocsind --serve-outward PATH [--log-level LEVEL]\n"
    "\n"
    "Watches the sources of FILE (default /etc/tocsin/tocsin.yaml) until it\n"
    "is told to end (SIGTERM); SIGHUP reads the configuration again.  Stays "
    "in\n"
    "the foreground and logs to standard error; systemd does the rest.\n"
    "\n"
    "  --config FILE      the configuration\n"
    "  --log-level LEVEL  error, warning, notice, info (default) or debug\n"
    "  --outward PATH     have the roles that connect out started by the\n"
    "                     tocsind that serves at PATH, in a unit of its own\n"
    "  --serve-outward PATH\n"
    "                     be that one: listen there, or on systemd's socket\n"
    "  --version          print the version\n"
    "  --help             print this\n";

static int
level_of(const char *name, enum log_level *ret)
{
    static const char *const names[] = {
        "error", "warning", "notice", "info", "debug"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum log_level)(LOG_ERROR + i);
            return 0;
        }
    }
    return E_PARSE;
}

static const struct role_ops *
ops_of(Tocsin__Role role)
{
    switch ((int)role) {
    case TOCSIN__ROLE__ROLE_ENGINE:
        return &role_engine;
    case TOCSIN__ROLE__ROLE_FETCH:
        return &role_fetch;
    case TOCSIN__ROLE__ROLE_PARSE:
        return &role_parse;
    case TOCSIN__ROLE__ROLE_NOTIFY:
        return &role_notify;
    case TOCSIN__ROLE__ROLE_CONSOLE:
        return &role_console;
    case TOCSIN__ROLE__ROLE_KEEPER:
        return &role_keeper;
    default:
        return NULL;
    }
}

struct options {
    const char *config, *level, *role, *outward, *serve;
    int64_t index;
};

/* -1 to go on, else the exit status. */
static int
read_options(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"log-level", required_argument, NULL, 'l'},
        {"role", required_argument, NULL, 'r'},
        {"index", required_argument, NULL, 'i'},
        {"outward", required_argument, NULL, 'o'},
        {"serve-outward", required_argument, NULL, 's'},
        {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            o->config = optarg;
            break;
        case 'l':
            o->level = optarg;
            break;
        case 'r':
            o->role = optarg;
            break;
        case 'i':
            if (num_parse_i64(str_of(optarg), 0, ROLE_MAX_PARSERS, &o->index) !=
                0)
                return 2;
            break;
        case 'o':
            o->outward = optarg;
            break;
        case 's':
            o->serve = optarg;
            break;
        case 'v':
            puts("tocsind " TOCSIN_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    return -1;
}

int
main(int argc, char **argv)
{
    struct options o = {.config = default_config, .level = "info"};
    const struct role_ops *ops;
    enum log_level level;
    Tocsin__Role role;
    int status = read_options(argc, argv, &o);

    if (status >= 0)
        return status;
    if (level_of(o.level, &level) != 0) {
        fprintf(stderr,
            "tocsind: --log-level is to be error, warning, notice, info or "
            "debug, not \"%s\"\n",
            o.level);
        return 2;
    }
    if (o.serve) {
        log_init("outward", level);
        return launch_serve(o.serve);
    }
    if (o.role == NULL) {
        log_init("tocsind", level);
        return parent_run(o.config, o.level, o.outward);
    }
    if (role_by_name(o.role, &role) != 0 || (ops = ops_of(role)) == NULL) {
        fprintf(stderr, "tocsind: no role \"%s\"\n", o.role);
        return 2;
    }
    log_init(ops->name, level);
    return role_run(ops, role, (uint32_t)o.index, o.config);
}
