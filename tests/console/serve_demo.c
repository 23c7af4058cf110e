/*
 * serve_demo: the console on an invented county's store, to look at.
 *
 *     serve_demo [PORT [INCIDENTS]]
 *
 * Every 20 seconds another incident is found.  Not installed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "desk.h"

enum { NEWS_MS = 20000 };

struct demo {
    struct desk desk;
    struct loop_timer *news;
    unsigned n;
};

static void
news_cb(void *arg)
{
    struct demo *demo = arg;
    char url[64];
    int64_t id;

    (void)snprintf(
        url, sizeof url, "https://news.yunxi.example/live/%u", ++demo->n);
    demo->desk.now = loop_wall(demo->desk.loop);
    id = desk_add_incident(&demo->desk,
        STR("家长发帖称小区门口校车急刹多名孩子磕碰"),
        STR("今天下午放学时段，一辆校车在小区门口急刹，多名孩子磕碰，家长已带孩"
            "子去医院检查。"),
        str_of(url), demo->n % 2 ? LEVEL_ORANGE : LEVEL_BLUE);
    console_changed(demo->desk.console, "incident", id);
    loop_timer_set(demo->news, NEWS_MS);
}

static void
stop_cb(void *arg)
{
    loop_stop(arg);
}

int
main(int argc, char **argv)
{
    static struct demo demo;
    char listen[32], url[48];
    int64_t port = 8480, n = 200;
    struct desk_options options = {
        .strong = true, .socket = true, .sites = true};
    struct loop_signal *stop;

    if ((argc > 1 && num_parse_i64(str_of(argv[1]), 1, 65535, &port)) ||
        (argc > 2 && num_parse_i64(str_of(argv[2]), 0, 100000, &n)))
        return 2;
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%d", (int)port);
    (void)snprintf(url, sizeof url, "http://%s", listen);
    options.listen = str_of(listen);
    options.url = str_of(url);
    options.incidents = (size_t)n;
    desk_new(&demo.desk, &options);
    (void)printf("%s/  管理员 / 云溪-2026-admin\n%s\n", url, demo.desk.socket);
    (void)fflush(stdout);
    if (loop_signal_new(demo.desk.loop, SIGINT, stop_cb, demo.desk.loop, &stop))
        return 1;
    if (n > 0 &&
        loop_timer_new(demo.desk.loop, news_cb, &demo, &demo.news) == 0)
        loop_timer_set(demo.news, NEWS_MS);
    (void)loop_run(demo.desk.loop);
    loop_signal_free(stop);
    if (demo.news)
        loop_timer_free(demo.news);
    desk_free(&demo.desk);
    return 0;
}
