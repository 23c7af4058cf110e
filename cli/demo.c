/*
 * tocsin demo: the command line of the demonstration (see demo.h).
 */
#include "cli/demo.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/num.h"
#include "cli/cli.h"

/* Whether the locale asks for Chinese. */
static bool
is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

static int
wrong(const char *option, const char *value, const char *right)
{
    fprintf(stderr, "tocsin: %s %s is to be %s\n", option, value, right);
    return CLI_USAGE;
}

static int
take(struct demo_options *o, int option, const char *value)
{
    int64_t seconds;

    switch (option) {
    case 'd':
        o->dir = value;
        break;
    case 'a':
        o->console = value;
        break;
    case 'r':
        o->record = value;
        break;
    case 'p':
        if (num_parse_i64(str_of(value), 0, UINT16_MAX, &o->port) < 0)
            return wrong("--port", value, "a port, or 0 for any");
        break;
    case 's':
        if (num_parse_double(str_of(value), 0.01, 1000, &o->speed) < 0)
            return wrong("--speed", value, "a number from 0.01 to 1000");
        break;
    case 't':
        if (num_parse_i64(str_of(value), 1, 86400, &seconds) < 0)
            return wrong("--duration", value, "seconds from 1 to 86400");
        o->duration_ms = seconds * MS_SECOND;
        break;
    case 'l':
        if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
            return wrong("--lang", value, "zh or en");
        o->chinese = value[0] == 'z';
        break;
    default:
        return CLI_USAGE; /* getopt_long has said why */
    }
    return CLI_OK;
}

int
cmd_demo(int argc, char **argv)
{
    static const struct option options[] = {
        {"dir", required_argument, NULL, 'd'},
        {"port", required_argument, NULL, 'p'},
        {"console", required_argument, NULL, 'a'},
        {"speed", required_argument, NULL, 's'},
        {"duration", required_argument, NULL, 't'},
        {"lang", required_argument, NULL, 'l'},
        {"record", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct demo_options o = {.dir = "tocsin-demo",
        .console = "127.0.0.1:8480",
        .port = 8490,
        .speed = 1,
        .chinese = is_chinese()};
    struct toc_errors errors = {0};
    struct demo_script *script = NULL;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (take(&o, c, optarg) != CLI_OK)
            return CLI_USAGE;
    if (optind < argc) {
        fputs("tocsin: demo takes no argument\n", stderr);
        return CLI_USAGE;
    }
    _cleanup_(arena_freep) struct arena *arena = arena_new(64 << 20);
    if (!arena || digest_init() < 0)
        return CLI_FAILED;
    struct str county = {(const char *)demo_county, demo_county_size};
    if (demo_script_load(arena, county, &errors, &script) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    return demo_serve(script, &o);
}
