/* robots_check: a robots.txt, asked for an address in its first line. */
#include "feeds/feeds.h"
#include "fuzz.h"

void
fuzz_robots(struct str input)
{
    static const char *const agents[] = {"tocsin", "Tocsin/1.0", "", "*"};
    struct str agent = str_of(agents[fuzz_choice(&input) & 3]);
    struct str url = fuzz_line(&input);
    struct robots_verdict verdict = robots_check(input, agent, url);
    struct robots_verdict home =
        robots_check(input, agent, STR("https://yunxi.example/robots.txt"));
    unsigned lines = 1;

    for (size_t i = 0; i < input.n; i++)
        lines += input.p[i] == '\n' || input.p[i] == '\r';
    HOLD(verdict.line <= lines);
    HOLD(verdict.crawl_delay_ms >= -1);
    HOLD(verdict.allowed || verdict.line > 0);
    HOLD(home.allowed); /* RFC 9309, 2.2.2 */
}
