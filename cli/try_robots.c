/*
 * try_robots: may an agent fetch an address, by a robots.txt?
 */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/document_json.h"

enum { ROBOTS_FILE_MAX_BYTES = 16 * 1024 * 1024 };

static json_t *
verdict_json(struct robots_verdict verdict)
{
    json_t *json = json_object();

    jsonx_set(json, "allowed", json_boolean(verdict.allowed));
    jsonx_set(json, "line", json_integer(verdict.line));
    if (verdict.crawl_delay_ms >= 0)
        jsonx_set(json, "crawl_delay_ms", json_integer(verdict.crawl_delay_ms));
    return json;
}

static int
check_file(const char *file, const char *agent, const char *url)
{
    struct toc_error error = {0};
    struct buf body;
    int status = CLI_FAILED;

    buf_init(&body, ROBOTS_FILE_MAX_BYTES);
    if (file_read(file, &body, &error) != 0)
        toc_error_print(&error, stderr);
    else
        status = document_json_print(verdict_json(
            robots_check(buf_str(&body), str_of(agent), str_of(url))));
    buf_done(&body);
    return status;
}

int
cmd_try_robots(int argc, char **argv)
{
    static const struct option known[] = {
        {"agent", required_argument, NULL, 'a'},
        {"url", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};
    const char *agent = NULL, *url = NULL;
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            return CLI_USAGE;
        *(option == 'a' ? &agent : &url) = optarg;
    }
    if (!agent || !url || optind + 1 < argc) {
        fputs("tocsin try robots: it needs --agent, --url and at most one "
              "file\n",
            stderr);
        return CLI_USAGE;
    }
    return check_file(optind < argc ? argv[optind] : "-", agent, url);
}
