/*
 * site: a page of an own site, checked for what its owner must mend.
 */
#include "base/mask.h"
#include "base/url.h"
#include "feeds/articlepage.h"
#include "feeds/attachment.h"
#include "feeds/date.h"
#include "feeds/listmine.h"
#include "feeds/siteparts.h"

enum {
    SITE_TITLE_BYTES = 1000,
    SITE_SIGNATURE_BYTES = 100, /* "云溪县实验小学 2026年6月7日" */
    SITE_TEXT_BYTES = 64 * 1024 /* of the page that is searched for words */
};

const char *
site_data_name(enum site_data_kind kind)
{
    static const char *const names[] = {
        "id_card", "phone", "bank_card", "student_name_list"};

    return names[kind];
}

void
site_add(struct site_page *page, const char *kind, struct site_lines lines,
    struct str evidence)
{
    struct site_report *report = page->report;

    if (report->nfindings < SITE_MAX_FINDINGS)
        page->findings[report->nfindings++] =
            (struct site_finding){.kind = kind,
                .lines = lines,
                .evidence =
                    mask_part(page->arena, evidence, 0, SITE_EVIDENCE_BYTES)};
}

/* The domain that is registered: the last two labels, three below a public
 * suffix of two ("edu.cn", "co.uk"). */
static struct str
registered(struct str host)
{
    static const char *const second[] = {
        "com", "edu", "gov", "org", "net", "ac", "co", "mil"};
    size_t dots = 0, i = host.n, last = host.n;

    while (i > 0) {
        if (host.p[--i] != '.')
            continue;
        dots++;
        if (dots == 1) {
            last = i;
        } else if (dots == 2) {
            struct str label = {host.p + i + 1, last - i - 1};
            bool two = host.n - last - 1 == 2; /* a country */

            for (size_t k = 0; two && k < sizeof second / sizeof second[0]; k++)
                if (str_eq_nocase(label, str_of(second[k])))
                    two = false;
            if (two || host.n - last - 1 != 2)
                return str_from(host, i + 1);
        } else {
            return str_from(host, i + 1);
        }
    }
    return host;
}

bool
site_is_elsewhere(const struct site_page *page, struct str url)
{
    struct url there, here;

    if (url_parse(url, &there) != 0 || there.host.n == 0)
        return false;
    if (!page->input->url.p || url_parse(page->input->url, &here) != 0)
        return true;
    return !str_eq_nocase(registered(there.host), registered(here.host));
}

/* Title, keywords and description of other trades. */
static void
check_head(struct site_page *page)
{
    const struct html *html = page->html;
    uint32_t i = html_find(html, 1, html->n, HTML_TAG_TITLE);

    if (i < html->n) {
        struct str title = html_text_of(page->arena, html, i, SITE_TITLE_BYTES);

        if (site_count_spam(title) > 0) {
            page->report->defaced = true;
            site_add(page, "meta_swapped", site_lines_of(page, i), title);
        }
    }
    for (i = 1; i < html->n; i++) {
        struct str name, content;

        if (!html_is(html, i, HTML_TAG_META))
            continue;
        name = html_attr(html, i, "name");
        content = html_attr(html, i, "content");
        if ((str_eq_nocase(name, STR("keywords")) ||
                str_eq_nocase(name, STR("description"))) &&
            site_count_spam(content) > 0) {
            page->report->defaced = true;
            site_add(page, "meta_swapped", site_lines_of(page, i), content);
        }
    }
}

/* The words of those who take a site over and say so. */
static void
check_takeover(struct site_page *page)
{
    static const char *const words[] = {"hacked by", "defaced by",
        "files are encrypted", "files have been encrypted", "owned by",
        "数据库已被", "文件已被加密", "已被加密", "黑客入侵", "到此一游"};
    static const char *const ransom[] = {"btc", "bitcoin", "比特币", "支付",
        "解密", "hacker", "hacked", "黑客", "owned", "defaced", "team"};
    struct str text = html_text_of(page->arena, page->html, 0, SITE_TEXT_BYTES);
    size_t hits = 0;
    struct str evidence = STR_NONE;

    /* A takeover leaves little else, and no foot of the site. */
    if (text.n > SITE_TEXT_BYTES / 8 || str_find(text, STR("ICP备")) < text.n ||
        str_find(text, STR("版权所有")) < text.n)
        return;
    for (size_t i = 0; i < text.n; i++) {
        struct str rest = str_from(text, i);

        for (size_t k = 0; !evidence.p && k < sizeof words / sizeof words[0];
             k++)
            if (str_starts_nocase(rest, str_of(words[k])))
                evidence = rest;
        for (size_t k = 0; k < sizeof ransom / sizeof ransom[0]; k++)
            hits += str_starts_nocase(rest, str_of(ransom[k]));
    }
    if (!evidence.p || hits == 0 || site_count_spam(text) > 3)
        return;
    page->report->defaced = true;
    site_add(page, "takeover", site_lines_in(page, page->source), evidence);
}

static bool
is_no_publication(struct str text)
{
    static const char *const words[] = {"今天是", "今日", "截止", "截至",
        "版权", "copyright", "Copyright", "有效期", "当前时间", "现在是",
        "备案", "上次登录"};

    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_find(text, str_of(words[k])) < text.n)
            return true;
    return false;
}

static void
offer_date(struct site_page *page, struct wall t)
{
    if (wall_is_set(t) &&
        (!wall_is_set(page->report->newest) || t.ms > page->report->newest.ms))
        page->report->newest = t;
}

/* Dates in data that a page keeps in its scripts. */
static void
find_newest_data(struct site_page *page)
{
    static const char *const keys[] = {"publishTime", "publishDate", "pubDate",
        "pubTime", "datePublished", "publish_time", "releaseTime",
        "createTime"};
    struct pagedate date;

    for (size_t a = 0; a < page->html->nasides; a++) {
        const struct html_aside *aside = &page->html->asides[a];

        if (aside->kind != HTML_SCRIPT)
            continue;
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            struct str rest = aside->text;
            struct str key = str_of(keys[k]);
            size_t at;

            while ((at = str_find(rest, key)) < rest.n) {
                rest = str_from(rest, at + key.n);
                if (pagedate_find(str_first(rest, 40), 0, 0, &date))
                    offer_date(page, pagedate_wall(&date, page->input->zone,
                                         page->input->now));
            }
        }
    }
}

/* Whether text gives the date of a publication: nothing but a date, a date and
 * what the page counts behind it, or a signature with a date at its end. */
static bool
dates_publication(struct str text, bool short_too, struct pagedate *ret)
{
    if (pagedate_is_pure(text, short_too ? PAGEDATE_SHORT : 0, ret))
        return true;
    if (!pagedate_find(text, 0, 0, ret) || ret->year == 0)
        return false;
    return str_find(text, STR("发布")) < text.n || ret->start == 0 ||
           (ret->end == text.n && text.n < SITE_SIGNATURE_BYTES);
}

/* The newest date that a text, a label or a <time> gives to a publication.
 * short_too: also dates without their year. */
static void
find_newest(struct site_page *page, bool short_too)
{
    const struct html *html = page->html;
    const struct feed_input *input = page->input;
    struct date_context context = {
        .zone = input->zone, .offset_minutes = 8 * 60, .now = input->now};
    struct pagedate date;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str rest = html->nodes[i].text;

        if (html_is(html, i, HTML_TAG_TIME))
            offer_date(
                page, date_parse(html_attr(html, i, "datetime"), &context));
        while (rest.n > 0) {
            struct str line = str_trim(str_split(&rest, '\n'));

            if (line.n >= 5 && line.n <= 200 && !is_no_publication(line) &&
                dates_publication(line, short_too, &date))
                offer_date(page, pagedate_wall(&date, input->zone, input->now));
        }
    }
}

/* The dates of the page's list, and of its article. */
static int
find_newest_item(struct site_page *page)
{
    struct list_page list = {.arena = page->arena,
        .html = page->html,
        .zone = page->input->zone,
        .now = page->input->now};
    struct list_record *records;
    size_t n;
    int err = list_mine(&list, &records, &n);

    for (size_t i = 0; err == 0 && i < n; i++)
        offer_date(page, records[i].date);
    return err;
}

static int
check_page(struct site_page *page)
{
    int err;

    check_head(page);
    check_takeover(page);
    site_find_redirects(page);
    err = site_find_links(page);
    if (err == 0)
        err = site_find_data(page);
    find_newest_data(page);
    find_newest(page, !wall_is_set(page->report->newest));
    if (err == 0 && !wall_is_set(page->report->newest))
        err = find_newest_item(page);
    return err;
}

/* Room for what is found on page, which gets its report. */
static int
begin_report(struct site_page *page)
{
    page->report = ARENA_NEW(page->arena, struct site_report);
    page->hidden = ARENA_ARRAY(page->arena, SITE_MAX_LINKS, struct str);
    page->findings =
        ARENA_ARRAY(page->arena, SITE_MAX_FINDINGS, struct site_finding);
    if (!page->report || !page->hidden || !page->findings)
        return E_NOMEM;
    page->report->newest = WALL_NONE;
    page->report->hidden_links = page->hidden;
    page->report->findings = page->findings;
    return 0;
}

static int
check_html(struct site_page *page, struct toc_error *reterr,
    struct site_reading *reading)
{
    struct htmlpage html;
    int err = htmlpage_open(page->arena, page->input, reterr, &html);

    if (err)
        return err;
    page->html = &html.html;
    page->source = html.decoded.text;
    page->index = site_index_new(page->arena, page->html, page->source);
    err = page->index ? check_page(page) : E_NOMEM;
    if (err == 0 && page->want)
        err = site_read_more(page, reterr, reading);
    htmlpage_done(&html);
    page->html = NULL;
    return err;
}

/* A document that a page links to can only leak. */
static int
check_document(struct site_page *page, struct toc_error *reterr,
    struct site_reading *reading)
{
    struct attachment document;
    int err =
        attachment_read(page->arena, page->input->bytes, reterr, &document);

    if (err)
        return err;
    page->source = document.text;
    if (document.locked)
        site_add(page, "document_locked", (struct site_lines){0},
            str_of(attachment_name(document.kind)));
    if (document.partial)
        site_add(page, "document_partial", (struct site_lines){0},
            str_of(attachment_name(document.kind)));
    err = site_find_data(page);
    if (err == 0 && page->want)
        err = site_read_more(page, reterr, reading);
    return err;
}

static int
check(struct site_page *page, struct toc_error *reterr,
    struct site_reading *reading)
{
    int err = begin_report(page);

    toc_error_set(reterr, NULL, 0, 0, "%s", "");
    if (!err)
        err = attachment_is_one(page->input->bytes)
                  ? check_document(page, reterr, reading)
                  : check_html(page, reterr, reading);
    if (!err && arena_failed(page->arena))
        err = E_NOMEM;
    if (err && reterr && !reterr->text[0])
        toc_error_set(reterr, NULL, 0, 0, "the page cannot be checked: %s",
            err_text(err));
    return err;
}

int
site_check(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct site_report **ret)
{
    struct site_page page = {.arena = arena, .input = input};
    int err = check(&page, reterr, NULL);

    if (err == 0)
        *ret = page.report;
    return err;
}

int
site_read(struct arena *arena, const struct feed_input *input,
    const struct site_want *want, struct toc_error *reterr,
    const struct site_reading **ret)
{
    struct site_page page = {.arena = arena, .input = input, .want = want};
    struct site_reading *reading = ARENA_NEW(arena, struct site_reading);
    int err = reading ? check(&page, reterr, reading) : E_NOMEM;

    if (err == 0)
        *ret = reading;
    return err;
}
