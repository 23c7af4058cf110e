/*
 * robots.txt after RFC 9309: groups, the longest rule, wildcards, bounds.
 */
#include <stdlib.h>

#include "page_check.h"

struct row {
    const char *body, *agent, *path;
    bool allowed;
    unsigned line;
};

static struct robots_verdict
check(const char *body, const char *agent, const char *path)
{
    char url[512];

    snprintf(url, sizeof url, "https://www.yunxi.example%s", path);
    return robots_check(str_of(body), str_of(agent), str_of(url));
}

static void
verdicts(void **state)
{
    static const struct row rows[] = {
        {"", "tocsin", "/a", true, 0},
        {"User-agent: *\nDisallow: /a", "tocsin", "/a/b", false, 2},
        {"User-agent: *\nDisallow: /a", "tocsin", "/b", true, 0},
        {"User-agent: *\nDisallow: /a\nAllow: /a/b", "tocsin", "/a/b", true, 3},
        {"User-agent: *\nDisallow: /a\nAllow: /a", "tocsin", "/a", true, 3},
        {"User-agent: *\nDisallow:", "tocsin", "/a", true, 0},
        {"Disallow: /", "tocsin", "/a", true, 0},
        /* a group of one's own replaces the group of all */
        {"User-agent: *\nDisallow: /\nUser-agent: ToCsIn\nDisallow: /x",
            "tocsin", "/a", true, 0},
        {"User-agent: tocsin\nUser-agent: other\nDisallow: /x", "tocsin/1.0",
            "/x", false, 3},
        {"User-agent: tocsin-other\nDisallow: /", "tocsin", "/x", true, 0},
        /* groups of the same agent are one */
        {"User-agent: tocsin\nDisallow: /x\n\nUser-agent: b\nAllow: /\n\n"
         "User-agent: tocsin\nDisallow: /y",
            "tocsin", "/y", false, 8},
        /* unknown lines end no list of agents */
        {"User-agent: b\nSitemap: https://x/\nUser-agent: *\nDisallow: /", "b",
            "/y", false, 4},
        {"User-agent: *\nDisallow: /*.pdf$", "t", "/a/b.pdf", false, 2},
        {"User-agent: *\nDisallow: /*.pdf$", "t", "/a/b.pdf?x", true, 0},
        {"User-agent: *\nDisallow: /*a*b*c", "t", "/xxaxxbxxcx", false, 2},
        {"User-agent: *\nDisallow: /*a*b*c$", "t", "/xxaxxbxxcx", true, 0},
        {"User-agent: *\nDisallow: /a*a$", "t", "/a", true, 0},
        {"User-agent: *\nDisallow: *?", "t", "/a?b=1", false, 2},
        {"User-agent: *\nDisallow: /通知", "t", "/%E9%80%9A%E7%9F%A5", false,
            2},
        {"User-agent: *\r\nDisallow: /a # why\r\n", "t", "/a", false, 2},
        {"\xEF\xBB\xBFUser-agent: *\rDisallow: /a", "t", "/a", false, 2},
        {"User-agent: *\nDisallow: /", "t", "/robots.txt", true, 0},
        {"<html>404</html>", "t", "/a", true, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct robots_verdict v =
            check(rows[i].body, rows[i].agent, rows[i].path);

        if (v.allowed != rows[i].allowed || v.line != rows[i].line)
            fail_msg("row %zu: allowed %d, line %u", i, v.allowed, v.line);
    }
}

static void
crawl_delay(void **state)
{
    (void)state;
    assert_int_equal(check("", "t", "/").crawl_delay_ms, -1);
    assert_int_equal(
        check("User-agent: *\nCrawl-delay: 10", "t", "/").crawl_delay_ms,
        10000);
    assert_int_equal(check("User-agent: t\nCrawl-delay: 1.5\nUser-agent: *\n"
                           "Crawl-delay: 9",
                         "t", "/")
                         .crawl_delay_ms,
        1500);
    assert_int_equal(
        check("User-agent: *\nCrawl-delay: soon", "t", "/").crawl_delay_ms, -1);
    assert_int_equal(
        check("User-agent: *\nCrawl-delay: 99999999999999999999", "t", "/")
            .crawl_delay_ms,
        24 * 60 * 60 * 1000);
}

/* What lies beyond 500 KiB is not read, and stars cost nothing. */
static void
keeps_to_bounds(void **state)
{
    size_t n = 600 * 1024;
    char *body = malloc(n);
    static const char rule[] = "\nUser-agent: *\nDisallow: /\n";

    (void)state;
    assert_non_null(body);
    memset(body, '#', n);
    memcpy(body + n - sizeof rule, rule, sizeof rule - 1);
    assert_true(
        robots_check((struct str){body, n}, STR("t"), STR("http://a.example/x"))
            .allowed);
    memcpy(body + 1000, rule, sizeof rule - 1);
    assert_false(
        robots_check((struct str){body, n}, STR("t"), STR("http://a.example/x"))
            .allowed);
    memset(body, '*', n);
    memcpy(body, "user-agent: *\ndisallow: /", 24);
    body[400000] = 'q';
    assert_true(robots_check((struct str){body, n}, STR("t"),
        STR("http://a.example/xxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
                    .allowed);
    free(body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(crawl_delay),
        cmocka_unit_test(keeps_to_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
