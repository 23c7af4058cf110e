/*
 * discover: the feeds that a page names, and its pages that look like lists.
 *
 * Feeds are named by <link rel="alternate"> with the type of a feed; only a
 * page without any is searched for plain links to feeds.  Lists are the
 * columns of a site: links within the site whose text is a column's name
 * ("通知公告") or leads on from one ("更多").  Nothing is fetched here: whether
 * they are what they seem is found out by reading them.
 */
#include "base/url.h"
#include "feeds/feeds.h"
#include "feeds/htmlpage.h"

enum {
    DISCOVER_MAX = 64,        /* feeds, and as many lists */
    DISCOVER_MAX_NAME = 9 * 3 /* bytes: nine Han characters */
};

struct finder {
    struct arena *arena;
    const struct html *html;
    struct str *feeds, *lists;
    size_t nfeeds, nlists;
};

static void
finder_add(struct finder *finder, bool feed, struct str reference)
{
    struct str *list = feed ? finder->feeds : finder->lists;
    size_t *n = feed ? &finder->nfeeds : &finder->nlists;
    struct str url;

    if (*n == DISCOVER_MAX || str_trim(reference).n == 0)
        return;
    url = html_url(finder->arena, finder->html, reference);
    url = str_first(url, str_find_char(url, '#'));
    if (!url.p)
        return;
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i], url))
            return;
    list[(*n)++] = url;
}

/* Whether needle occurs in s, in any case (ASCII). */
static bool
has_nocase(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_starts_nocase(str_from(s, i), needle))
            return true;
    return false;
}

static bool
is_feed_type(struct str type, struct str href)
{
    static const char *const types[] = {"application/rss+xml",
        "application/atom+xml", "application/feed+json", "application/rdf+xml",
        "text/rss+xml", "application/x.atom+xml", "application/x-atom+xml"};

    type = str_trim(str_first(type, str_find_char(type, ';')));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq_nocase(type, str_of(types[i])))
            return true;
    if (str_eq_nocase(type, STR("application/json")))
        return !has_nocase(href, STR("wp-json"));
    if (str_eq_nocase(type, STR("text/xml")) ||
        str_eq_nocase(type, STR("application/xml")))
        return has_nocase(href, STR("rss")) || has_nocase(href, STR("atom")) ||
               has_nocase(href, STR("feed"));
    return false;
}

static void
find_links(struct finder *finder)
{
    const struct html *html = finder->html;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str href;

        if (!html_is(html, i, HTML_TAG_LINK))
            continue;
        href = html_attr(html, i, "href");
        if ((html_attr_has_word(html, i, "rel", "alternate") ||
                html_attr_has_word(html, i, "rel", "feed")) &&
            !html_attr_has_word(html, i, "rel", "stylesheet") &&
            is_feed_type(html_attr(html, i, "type"), href))
            finder_add(finder, true, href);
    }
}

/* Whether the last part of a path is what feeds are called. */
static bool
is_feed_path(struct str href)
{
    static const char *const ends[] = {".rss", ".atom", ".rdf", "/rss", "/rss/",
        "/feed", "/feed/", "/atom", "/rss.xml", "/atom.xml", "/feed.xml",
        "/index.xml", "/feed.json", "/rss.aspx", "/rss.php", "/rss.asp"};

    href = str_first(href, str_find_char(href, '#'));
    href = str_first(href, str_find_char(href, '?'));
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct str end = str_of(ends[i]);

        if (href.n >= end.n &&
            str_eq_nocase(str_from(href, href.n - end.n), end))
            return true;
    }
    return false;
}

/* Whether text is what a column of a site is called. */
static bool
is_column_name(struct str text)
{
    static const char *const words[] = {"新闻", "通知", "公告", "通告", "公示",
        "动态", "要闻", "资讯", "快讯", "简报", "信息公开", "政务公开",
        "校务公开", "招生", "招聘", "采购", "招标", "活动", "头条", "时讯",
        "news", "notice", "announcement", "press", "blog"};

    if (text.n == 0 || text.n > DISCOVER_MAX_NAME ||
        str_starts(text, STR("关于")))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_nocase(text, str_of(words[i])))
            return true;
    return false;
}

static bool
is_more(struct str text)
{
    static const char *const words[] = {"更多", "查看更多", "more", "更多>>",
        "more>>", "更多>", "更多»", "更多+", "+更多", "全部", "查看全部",
        "MORE+", "more+"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(text, str_of(words[i])))
            return true;
    return false;
}

/* The site that url is on, as far as lists go: its host. */
static struct str
site_of(struct str url)
{
    struct url parts;

    return url_parse(url, &parts) == 0 ? parts.host : STR_NONE;
}

static void
find_anchors(struct finder *finder, bool feeds_too)
{
    const struct html *html = finder->html;
    struct str site = site_of(html->base);

    for (uint32_t i = 1; i < html->n; i++) {
        struct str href, text, url;

        if (!html_is(html, i, HTML_TAG_A))
            continue;
        href = str_trim(html_attr(html, i, "href"));
        if (href.n == 0 || href.p[0] == '#')
            continue;
        if (is_feed_path(href) ||
            is_feed_type(html_attr(html, i, "type"), href)) {
            if (feeds_too)
                finder_add(finder, true, href);
            continue;
        }
        text = html_text_of(finder->arena, html, i, DISCOVER_MAX_NAME + 1);
        if (!is_column_name(text) && !is_more(text))
            continue;
        url = html_url(finder->arena, html, href);
        if (url.p && (!site.p || str_eq_nocase(site_of(url), site)))
            finder_add(finder, false, href);
    }
}

int
discover_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct discovery **ret)
{
    struct htmlpage page;
    struct finder finder = {.arena = arena, .html = &page.html};
    struct discovery *found;
    int err = htmlpage_open(arena, input, reterr, &page);

    if (err != 0)
        return err;
    found = ARENA_NEW(arena, struct discovery);
    finder.feeds = ARENA_ARRAY(arena, DISCOVER_MAX, struct str);
    finder.lists = ARENA_ARRAY(arena, DISCOVER_MAX, struct str);
    if (found && finder.feeds && finder.lists) {
        find_links(&finder);
        find_anchors(&finder, finder.nfeeds == 0);
        *found = (struct discovery){
            finder.feeds, finder.lists, finder.nfeeds, finder.nlists};
    }
    htmlpage_done(&page);
    if (arena_failed(arena)) {
        toc_error_set(reterr, NULL, 0, 0, "%s", err_text(E_NOMEM));
        return E_NOMEM;
    }
    *ret = found;
    return 0;
}
