/*
 * try_robots: may an agent fetch a URL, by the robots.txt in FILE?
 */
#include "cli/try_page.h"

int
cmd_try_robots(int argc, char **argv)
{
    _cleanup_(page_end) struct page_run run;
    struct robots_verdict verdict;
    json_t *json;
    int status = page_start(&run, "ua", argc, argv);

    if (status != CLI_OK)
        return status;
    if (!run.agent.p || !run.input.url.p) {
        fputs("tocsin try robots: --agent and --url are needed\n", stderr);
        return CLI_USAGE;
    }
    verdict = robots_check(run.input.bytes, run.agent, run.input.url);
    json = json_object();
    jsonx_set(json, "allowed", json_boolean(verdict.allowed));
    jsonx_set(json, "line", json_integer(verdict.line));
    if (verdict.crawl_delay_ms >= 0)
        jsonx_set(json, "crawl_delay_ms", json_integer(verdict.crawl_delay_ms));
    return page_print(json);
}
