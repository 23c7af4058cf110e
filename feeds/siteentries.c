/*
 * siteentries: what a page lists: how many publications, how many of them
 * dated, the newest.
 *
 * A list is found as the lists of sources are (listmine.h).  A page with too
 * little for one may list a publication or two all the same; a page with
 * nothing is empty only when it says so, or when no script could bring what is
 * missing.
 */
#include <string.h>

#include "feeds/listgroup.h"
#include "feeds/listmine.h"
#include "feeds/siteparts.h"

enum {
    ENTRIES_LETTERS = 6,     /* of the title of a lone publication */
    ENTRIES_ROW_BYTES = 400, /* of the row around it */
    ENTRIES_FEW = 5,         /* of which a list may have lost the dates */
    ENTRIES_MAX_LONE = 200,  /* links that are looked at */
    ENTRIES_TEXT_BYTES = 256 * 1024
};

static void
offer(struct wall *newest, struct wall t)
{
    if (wall_is_set(t) && (!wall_is_set(*newest) || t.ms > newest->ms))
        *newest = t;
}

/* Whether a date is that of today, which the page's head shows ("今天是2026年
 * 6月7日"): a block that reaches up to there is no publication's row. */
static bool
is_of_today(struct str text, const struct pagedate *date)
{
    static const char *const words[] = {
        "今天是", "今日是", "现在是", "当前时间", "北京时间", "今天"};
    struct str before = str_trim(str_first(text, date->start));

    while (str_ends(before, STR("：")) || str_ends(before, STR(":")))
        before.n -= before.p[before.n - 1] == ':' ? 1 : strlen("：");
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_ends(before, str_of(words[k])))
            return true;
    return false;
}

/* The date beside a lone link: of the smallest row, paragraph or block around
 * it that is hardly more than the link. */
static struct wall
date_beside(const struct list_page *list, uint32_t link)
{
    const struct html *html = list->html;
    struct str text;
    struct pagedate date;

    for (uint32_t i = html->nodes[link].parent; i != 0;
         i = html->nodes[i].parent) {
        if (!(html_tag_flags((enum html_tag)html->nodes[i].tag) & HTML_BLOCK))
            continue;
        text = html_text_of(list->arena, html, i, ENTRIES_ROW_BYTES);
        if (text.n >= ENTRIES_ROW_BYTES)
            break;
        if (pagedate_find(text, 0, PAGEDATE_SHORT, &date))
            return is_of_today(text, &date)
                       ? WALL_NONE
                       : pagedate_wall(&date, list->zone, list->now);
    }
    return WALL_NONE;
}

/* Publications of a page that has no list: links with a date beside them. */
static int
read_lone(const struct list_page *list, struct site_reading *reading,
    struct wall *newest)
{
    struct list_record *links;
    size_t n, looked = 0;
    int err = list_links(list, &links, &n);

    for (size_t i = 0; err == 0 && i < n && looked < ENTRIES_MAX_LONE; i++) {
        struct wall date;

        if (links[i].letters < ENTRIES_LETTERS ||
            listgroup_is_aside(list->html, links[i].link))
            continue;
        looked++;
        date = date_beside(list, links[i].link);
        if (!wall_is_set(date))
            continue;
        reading->entries++;
        reading->dated++;
        offer(newest, date);
    }
    return err;
}

/* Whether the page says that there is nothing in it. */
static bool
says_none(const struct html *html)
{
    static const char *const words[] = {"暂无数据", "暂无内容", "暂无信息",
        "暂无记录", "暂无新闻", "暂无公告", "暂无通知", "暂无文章", "暂无相关",
        "暂无更新", "没有相关", "没有数据", "没有内容", "没有找到", "没有文章",
        "栏目建设中", "正在建设中", "内容建设中", "共0条", "共 0 条"};
    struct buf text;
    bool said = false;

    buf_init(&text, ENTRIES_TEXT_BYTES);
    (void)html_text(html, 1, html->n, true, &text);
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        said |= str_find(buf_str(&text), str_of(words[k])) < text.n;
    buf_done(&text);
    return said;
}

/* Whether a script of the page may bring a list. */
static bool
may_be_brought(const struct html *html)
{
    static const char *const words[] = {"ajax", "fetch(", "XMLHttpRequest",
        "$.get", "$.post", "getJSON", "axios", "Vue", "innerHTML", "append",
        "document.write", "template"};

    for (size_t k = 0; k < html->nasides; k++) {
        const struct html_aside *aside = &html->asides[k];

        if (aside->kind != HTML_SCRIPT)
            continue;
        if (aside->src.n > 0)
            return true;
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
            if (str_find(aside->text, str_of(words[w])) < aside->text.n)
                return true;
    }
    for (uint32_t i = 1; i < html->n; i++)
        if (html_is(html, i, HTML_TAG_IFRAME) ||
            html_is(html, i, HTML_TAG_FRAME))
            return true;
    return false;
}

int
site_read_entries(struct site_page *page, struct site_reading *reading)
{
    struct list_page list = {.arena = page->arena,
        .html = page->html,
        .zone = page->input->zone,
        .now = page->input->now};
    struct list_record *records;
    struct wall newest = WALL_NONE;
    size_t n;
    int err = list_mine(&list, &records, &n);

    if (err)
        return err;
    for (size_t i = 0; i < n; i++) {
        if (!wall_is_set(records[i].date) && n <= ENTRIES_FEW)
            records[i].date = date_beside(&list, records[i].link);
        reading->dated += wall_is_set(records[i].date);
        offer(&newest, records[i].date);
    }
    reading->entries = (uint32_t)n;
    if (n == 0)
        err = read_lone(&list, reading, &newest);
    if (reading->entries == 0)
        reading->doubtful =
            !says_none(page->html) && may_be_brought(page->html);
    if (page->want->look == SITE_LOOK_COLUMN && wall_is_set(newest))
        reading->newest = newest;
    return err;
}
