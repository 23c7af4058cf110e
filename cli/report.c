/*
 * tocsin report: what a day, week, month, quarter or any other days brought,
 * as a page, a Word document, Markdown, CSV or JSON.
 *
 * It reads the store and needs no daemon.  A finished range of which the daemon
 * keeps the figures is written from those.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "daemon/config.h"
#include "daemon/report_make.h"

#define DEFAULT_CONFIG "/etc/tocsin/tocsin.yaml"

struct report_options {
    const char *config, *database, *range, *format, *lang, *output;
};

struct reporting {
    struct report_options options;
    struct config *config;
    struct view *view;
    struct zone *zone;
    enum report_format format;
    enum lang lang;
};

/* --- options ---------------------------------------------------------------
 */

static int
wrong(const char *option, const char *value, const char *may)
{
    fprintf(stderr, "tocsin: %s %s is to be %s\n", option, value, may);
    return CLI_USAGE;
}

/* The form: as told, else by the ending of the file, else Markdown. */
static int
choose_format(struct reporting *it)
{
    const char *name = it->options.format;
    const char *dot =
        it->options.output ? strrchr(it->options.output, '.') : NULL;

    if (!name && dot && report_format_parse(str_of(dot + 1), &it->format) == 0)
        return CLI_OK;
    if (!name && dot && strcmp(dot, ".htm") == 0)
        name = "html";
    if (report_format_parse(str_of(name ? name : "md"), &it->format) != 0)
        return wrong("--format", name, "html, md, csv, json or docx");
    return CLI_OK;
}

static int
choose_lang(struct reporting *it)
{
    const char *name = it->options.lang;

    it->lang = name && strcmp(name, "en") == 0 ? LANG_EN : LANG_ZH;
    if (name && strcmp(name, "en") != 0 && strcmp(name, "zh") != 0)
        return wrong("--lang", name, "zh or en");
    return CLI_OK;
}

static int
read_options(struct reporting *it, int argc, char **argv)
{
    static const struct option options[] = {
        {"range", required_argument, NULL, 'r'},
        {"format", required_argument, NULL, 'f'},
        {"lang", required_argument, NULL, 'l'},
        {"output", required_argument, NULL, 'o'},
        {"config", required_argument, NULL, 'C'},
        {"database", required_argument, NULL, 'D'}, {NULL, 0, NULL, 0}};
    struct report_options *o = &it->options;
    int c, status;

    while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        if (c == 'r')
            o->range = optarg;
        else if (c == 'f')
            o->format = optarg;
        else if (c == 'l')
            o->lang = optarg;
        else if (c == 'o')
            o->output = optarg;
        else if (c == 'C')
            o->config = optarg;
        else if (c == 'D')
            o->database = optarg;
        else
            return CLI_USAGE;
    }
    if (optind < argc) {
        fputs("tocsin: report takes no argument; the days are given with "
              "--range\n",
            stderr);
        return CLI_USAGE;
    }
    status = choose_format(it);
    return status == CLI_OK ? choose_lang(it) : status;
}

/* --- opening ---------------------------------------------------------------
 */

static int
open_store(struct reporting *it)
{
    const char *path = it->options.config;
    struct toc_errors errors = {.n = 0};
    struct toc_error error = {0};
    struct ruleset *rules = NULL;

    if (!path)
        path = getenv("TOCSIN_CONFIG");
    if (!path || !*path)
        path = DEFAULT_CONFIG;
    if (config_load(path, &errors, &it->config, &rules) != 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    ruleset_free(rules);
    toc_errors_done(&errors);
    if (zone_load(it->config->zone.p, &it->zone) != 0)
        return CLI_FAILED;
    if (view_open(it->options.database ? it->options.database
                                       : it->config->database.p,
            &error, &it->view) != 0) {
        toc_error_print(&error, stderr);
        return CLI_FAILED;
    }
    return CLI_OK;
}

static void
close_store(struct reporting *it)
{
    view_close(it->view);
    zone_free(it->zone);
    config_free(it->config);
}

/* --- making and writing ----------------------------------------------------
 */

static int
put(const struct reporting *it, struct str bytes)
{
    const char *path = it->options.output;
    FILE *out = path && strcmp(path, "-") != 0 ? fopen(path, "wb") : stdout;
    bool failed;

    if (!out) {
        fprintf(stderr, "tocsin: %s cannot be written: %s\n", path,
            strerror(errno));
        return CLI_FAILED;
    }
    failed = fwrite(bytes.p, 1, bytes.n, out) != bytes.n || fflush(out) != 0;
    if (out != stdout)
        failed = fclose(out) != 0 || failed;
    if (!failed)
        return CLI_OK;
    fprintf(stderr, "tocsin: the report could not be written: %s\n",
        strerror(errno));
    return CLI_FAILED;
}

static int
complain(const struct reporting *it, int err)
{
    const char *range = it->options.range;

    if (err == E_PARSE)
        return wrong("--range", range,
            "day, week, month or quarter (the last one that is over), today, "
            "this-week, this-month or this-quarter, a date as 2026-11-24, "
            "2026-W48, 2026-11 or 2026-Q4, or two dates as "
            "2026-11-01..2026-11-20");
    if (err == E_LIMIT) {
        fprintf(stderr,
            "tocsin: --range %s has not begun, or has more than %d days\n",
            range, REPORT_MAX_DAYS);
        return CLI_USAGE;
    }
    fprintf(stderr, "tocsin: the report cannot be made: %s\n", err_text(err));
    return CLI_FAILED;
}

static int
report(struct reporting *it)
{
    struct report_from from = {.view = it->view,
        .zone = it->zone,
        .bureau = it->config->bureau,
        .now = clock_wall()};
    struct report_form form = {
        .lang = it->lang, .url = it->config->console_url, .zone = it->zone};
    _cleanup_(buf_done) struct buf out;
    struct report_made made;
    int err, status = CLI_FAILED;

    buf_init(&out, REPORT_MAX_BYTES);
    err = report_make(&from, str_of(it->options.range), &made);
    if (err != 0)
        return complain(it, err);
    err = report_made_write(&made, &form, it->format, &out);
    if (err == 0)
        status = put(it, buf_str(&out));
    else
        status = complain(it, err);
    report_made_done(&made);
    return status;
}

int
cmd_report(int argc, char **argv)
{
    struct reporting it = {.options = {.range = "week"}};
    int status =
        digest_init() == 0 ? read_options(&it, argc, argv) : CLI_FAILED;

    if (status == CLI_OK)
        status = open_store(&it);
    if (status == CLI_OK)
        status = report(&it);
    close_store(&it);
    return status;
}
