#include "seed_sites.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 28, VISITS = 22 };
#define HOURS(n) ((n) * (int64_t)MS_HOUR)
#define DAYS_AGO(n) ((n) * (int64_t)MS_DAY)

static sqlite3 *db;

static void
run(const char *sql)
{
    char *error = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        (void)fprintf(stderr, "%s: %s\n", sql, error);
        abort();
    }
}

/* A statement made of sqlite's own printf: %Q is a quoted text, or NULL. */
#define RUN(...)                                                               \
    do {                                                                       \
        char *sql_ = sqlite3_mprintf(__VA_ARGS__);                             \
        run(sql_);                                                             \
        sqlite3_free(sql_);                                                    \
    } while (0)

/* --- the sites -------------------------------------------------------------
 */

struct site {
    const char *id, *title, *owner, *url, *page_title;
    int newest_days; /* ago; -1: no date */
    int cert_days;   /* left; -1000: none */
    const char *trouble;
    int bad_day;  /* days ago on which it failed; -1: none */
    int failures; /* at the end */
    int rounds;
};

static const struct site sites[] = {
    {"site-shiyan", "云溪县实验小学", "实验小学",
        "https://shiyan.yunxi.example/", "云溪县实验小学欢迎您", 3, 61, NULL, 6,
        0, 12},
    {"site-no1", "云溪县第一中学", "第一中学", "https://yxyz.yunxi.example/",
        "云溪县第一中学", 71, 2, NULL, -1, 0, 12},
    {"site-qingshi", "青石镇中心小学", "青石镇中心校",
        "http://qingshi.yunxi.example/", "青石镇中心小学", 5, -1000, NULL, 0, 4,
        12},
    {"site-bailu", "白鹭中学", NULL, "https://bailu.yunxi.example/", "白鹭中学",
        1, 200, NULL, -1, 0, 12},
    {"site-new", "柳河高级中学", "柳河高中", "https://liuhe.yunxi.example/",
        NULL, -1, -1000, NULL, -1, 0, 0},
};
enum { SITES = sizeof sites / sizeof *sites };

static int64_t
ago(struct wall now, int64_t ms)
{
    return now.ms - ms;
}

static void
put_visits(const struct site *s, struct wall now)
{
    for (int day = 0; day < DAYS && s->rounds > 0; day++) {
        for (int i = 0; i < VISITS; i++) {
            int64_t at = ago(now, DAYS_AGO(day) + i * HOURS(24) / VISITS);
            int failed =
                (day == s->bad_day && i < 9) || (day == 0 && i < s->failures);

            RUN("INSERT INTO site_visit(source, at, opened, status,"
                " elapsed_ms, reason) VALUES(%Q, %lld, %d, %d, %d, %Q)",
                s->id, (long long)at, !failed, failed ? 503 : 200,
                failed ? 15000 : 180 + (day * 37 + i * 53) % 900,
                failed ? "the server says 503" : NULL);
        }
    }
}

static void
put_site(const struct site *s, struct wall now)
{
    char newest[24] = "NULL", expires[24] = "NULL";

    if (s->newest_days >= 0)
        (void)snprintf(newest, sizeof newest, "%lld",
            (long long)ago(now, DAYS_AGO(s->newest_days)));
    if (s->cert_days > -1000)
        (void)snprintf(expires, sizeof expires, "%lld",
            (long long)ago(now, -DAYS_AGO(s->cert_days) - HOURS(5)));
    RUN("INSERT INTO source_state(id, url, title, kind, owner, tags, added)"
        " VALUES(%Q, %Q, %Q, 'site', %Q, '', %lld)",
        s->id, s->url, s->title, s->owner, (long long)ago(now, DAYS_AGO(40)));
    if (s->rounds == 0)
        return;
    RUN("INSERT INTO site_state(source, url, round, round_started, round_done,"
        " baseline, last_visit, last_opened, failures, last_reason,"
        " cert_expires, cert_subject, cert_issuer, addresses, title, newest)"
        " VALUES(%Q, %Q, %d, %lld, %lld, %lld, %lld, %lld, %d, %Q, %s, %Q,"
        " %Q, '198.51.100.17', %Q, %s)",
        s->id, s->url, s->rounds, (long long)ago(now, HOURS(7)),
        (long long)ago(now, HOURS(6)), (long long)ago(now, DAYS_AGO(39)),
        (long long)ago(now, HOURS(1)),
        (long long)ago(now, s->failures ? HOURS(5) : HOURS(1)), s->failures,
        s->failures ? "the server says 503" : NULL, expires,
        s->cert_days > -1000 ? "CN=*.yunxi.example" : NULL,
        s->cert_days > -1000 ? "CN=County Test CA" : NULL, s->page_title,
        newest);
    put_visits(s, now);
}

/* --- pages -----------------------------------------------------------------
 */

static void
put_page(const struct site *s, struct wall now, int purpose, const char *path,
    const char *name, const char *kind, int fresh_days, int newest_days,
    int entries, const char *masked)
{
    char newest[24] = "NULL";

    if (newest_days >= 0)
        (void)snprintf(newest, sizeof newest, "%lld",
            (long long)ago(now, DAYS_AGO(newest_days)));
    RUN("INSERT INTO site_page(source, url, purpose, name, kind, fresh_ms,"
        " parent_line, added, looked, opened, changed, status, title, newest,"
        " entries, dated, masked) VALUES(%Q, %Q || %Q, %d, %Q, %Q, %lld, 0,"
        " %lld, %lld, %lld, %lld, 200, %Q, %s, %d, %d, %Q)",
        s->id, s->url, path, purpose, name, kind,
        (long long)DAYS_AGO(fresh_days), (long long)ago(now, DAYS_AGO(39)),
        (long long)ago(now, HOURS(6)), (long long)ago(now, HOURS(6)),
        (long long)ago(now, DAYS_AGO(2)), name, newest, entries,
        newest_days >= 0 ? entries : 0, masked);
}

static void
put_pages(struct wall now)
{
    for (int i = 0; i < 4; i++) {
        const struct site *s = &sites[i];

        put_page(s, now, 0, "", s->page_title, "news", 14, s->newest_days, 24,
            "访问计数 3 处\n页面上的当前日期和时间\n样式表地址里的版本号");
        put_page(s, now, 1, "news/", "校园动态", "news", 14, s->newest_days, 20,
            i == 0 ? "浏览次数 20 处" : NULL);
        put_page(s, now, 1, "notice/", "通知公告", "notice", 180,
            i == 1 ? 240 : 12, 15, NULL);
        put_page(s, now, 1, "food/", "食堂公开", "news", 14, -1, i == 2 ? 0 : 9,
            NULL);
        put_page(s, now, 2, "about.html", "学校概况", "", 0, -1, 0, NULL);
        put_page(
            s, now, 3, "files/list.xlsx", "助学金公示名单", "", 0, -1, 0, NULL);
    }
}

/* --- findings --------------------------------------------------------------
 */

struct finding {
    int site;
    const char *kind;
    int part;
    const char *path, *target, *evidence;
    int line, end_line, count;
    const char *mask;
    int level, points, first_days, gone_days; /* gone_days -1: it is there */
    int times;
    const char *accepted;
    bool of_incident;
};

static const struct finding findings[] = {
    {0, "hidden_links", 2, "", "https://bet.example/",
        "<div style=\"position:absolute;left:-9999px\"><a "
        "href=\"https://bet.example/\">真人投注</a>…",
        212, 219, 14, "", 3, 70, 2, -1, 2, NULL, true},
    {0, "leak", 3, "files/list.xlsx", "id_card",
        "表“名单”第 3 列，表头“身份证号”", 0, 0, 41, "110101********7758", 3,
        75, 1, -1, 1, NULL, false},
    {0, "broken_link", 4, "about.html", "https://shiyan.yunxi.example/old.html",
        "<a href=\"/old.html\">旧版网站</a>", 88, 88, 1, "", 1, 15, 9, -1, 1,
        NULL, false},
    {0, "wrong_word", 4, "news/", "云溪县第二小学",
        "……云溪县第二小学（应为：云溪县实验小学东校区）……", 140, 140, 2, "", 1,
        15, 9, -1, 1, "历史新闻，保留原校名", false},
    {0, "broken_image", 4, "news/", "https://shiyan.yunxi.example/img/3.jpg",
        "<img src=\"/img/3.jpg\">", 61, 61, 1, "", 1, 15, 20, 12, 1, NULL,
        false},
    {1, "cert_expires", 0, "", "", "证书还有 2 天到期", 0, 0, 1, "", 2, 45, 12,
        -1, 1, NULL, false},
    {1, "stale_home", 1, "", "", "最新日期在 71 天前，期限 14 天", 0, 0, 1, "",
        1, 25, 57, -1, 1, NULL, false},
    {1, "stale_column", 1, "notice/", "", "最新日期在 240 天前，期限 180 天", 0,
        0, 1, "", 1, 20, 60, -1, 1, NULL, false},
    {2, "unreachable", 0, "", "", "最近 7 天 154 次访问中 13 次打不开", 0, 0,
        13, "", 2, 45, 1, -1, 1, NULL, false},
    {2, "no_https", 0, "", "",
        "https://qingshi.yunxi.example/ 可以打开，但"
        "首页没有跳转过去",
        0, 0, 1, "", 1, 20, 30, -1, 1, NULL, false},
    {2, "empty_column", 1, "food/", "", "栏目里没有一条信息", 0, 0, 1, "", 1,
        20, 30, -1, 1, NULL, false},
    {3, "new_host", 2, "", "cdn.unknown.example",
        "<script src=\"https://cdn.unknown.example/a.js\">", 12, 12, 1, "", 1,
        20, 6, 4, 1, NULL, false},
};

static void
put_findings(struct wall now, int64_t incident)
{
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        const struct finding *f = &findings[i];
        const struct site *s = &sites[f->site];
        char gone[24] = "NULL", accepted[24] = "NULL", of[24] = "NULL";

        if (f->gone_days >= 0)
            (void)snprintf(gone, sizeof gone, "%lld",
                (long long)ago(now, DAYS_AGO(f->gone_days)));
        if (f->accepted)
            (void)snprintf(accepted, sizeof accepted, "%lld",
                (long long)ago(now, DAYS_AGO(3)));
        if (f->of_incident && incident > 0)
            (void)snprintf(of, sizeof of, "%lld", (long long)incident);
        RUN("INSERT INTO site_finding(source, kind, part, page, target,"
            " evidence, line, end_line, count, mask, level, points, first_seen,"
            " since, last_seen, gone, times, incident, accepted, accepted_by,"
            " accepted_reason) VALUES(%Q, %Q, %d, %Q || %Q, %Q, %Q, %d, %d, %d,"
            " %Q, %d, %d, %lld, %lld, %lld, %s, %d, %s, %s, %Q, %Q)",
            s->id, f->kind, f->part, s->url, f->path, f->target, f->evidence,
            f->line, f->end_line, f->count, f->mask, f->level, f->points,
            (long long)ago(now, DAYS_AGO(f->first_days)),
            (long long)ago(now, DAYS_AGO(f->first_days)),
            (long long)ago(now, f->gone_days >= 0
                                    ? DAYS_AGO(f->gone_days) + HOURS(24)
                                    : HOURS(6)),
            gone, f->times, of, accepted, f->accepted ? "管理员" : NULL,
            f->accepted);
    }
}

/* --- hosts -----------------------------------------------------------------
 */

static void
put_host(const struct site *s, struct wall now, const char *host, bool baseline,
    bool approved)
{
    char at[24] = "NULL";

    if (approved)
        (void)snprintf(
            at, sizeof at, "%lld", (long long)ago(now, DAYS_AGO(38)));
    RUN("INSERT INTO site_host(source, host, page, line, first_seen, last_seen,"
        " baseline, approved, approved_by) VALUES(%Q, %Q, %Q, 41, %lld, %lld,"
        " %d, %s, %Q)",
        s->id, host, s->url, (long long)ago(now, DAYS_AGO(baseline ? 39 : 2)),
        (long long)ago(now, HOURS(6)), baseline, at,
        approved ? "管理员" : NULL);
}

void
seed_sites(const char *path, struct wall now, int64_t incident)
{
    if (sqlite3_open(path, &db) != SQLITE_OK)
        abort();
    run("BEGIN IMMEDIATE");
    for (size_t i = 0; i < SITES; i++)
        put_site(&sites[i], now);
    put_pages(now);
    put_findings(now, incident);
    put_host(&sites[0], now, "bet.example", false, false);
    put_host(&sites[0], now, "edu.yunxi.example", true, false);
    put_host(&sites[0], now, "www.beian.example", true, false);
    put_host(&sites[1], now, "edu.yunxi.example", true, true);
    put_host(&sites[1], now, "www.beian.example", true, true);
    run("COMMIT");
    (void)sqlite3_close(db);
    db = NULL;
}
