/*
 * sitelinks: links that lead away and that a visitor cannot see.
 *
 * Hidden is what an element or one around it says by attribute, by style or by
 * a class of the page's own style sheet: not displayed, not visible, off the
 * screen, without size, transparent, clipped, in the colour of its ground, in
 * a marquee without height, or only for browsers without script.  Menus and
 * dialogues are hidden as well; they lead to their own site or to offices and
 * carry none of the trade's words.
 */
#include <string.h>

#include "feeds/listmine.h"
#include "feeds/siteparts.h"

enum {
    LINKS_TEXT = 400,               /* bytes of a link's text */
    LINKS_SCRIPT_BYTES = 256 * 1024 /* of a script that is looked at */
};

/* A colour as six hexadecimal digits, where it is easily told. */
static bool
read_colour(struct str value, char out[7])
{
    if (str_starts_nocase(value, STR("white"))) {
        memcpy(out, "ffffff", 7);
        return true;
    }
    if (str_starts_nocase(value, STR("black"))) {
        memcpy(out, "000000", 7);
        return true;
    }
    if (value.n < 4 || value.p[0] != '#')
        return false;
    value = str_from(value, 1);
    for (size_t i = 0; i < 6; i++) {
        char c = value.n >= 6 ? value.p[i] : value.p[i / 2];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[6] = '\0';
    return true;
}

/* The colour of node i's own text and ground, absent when it has none. */
static void
own_colours(
    const struct html *html, uint32_t i, struct str *text, struct str *ground)
{
    struct str style = html_attr(html, i, "style");

    *text = site_style_value(style, "color");
    if (!text->p && html_is(html, i, HTML_TAG_FONT))
        *text = html_attr(html, i, "color");
    *ground = site_style_value(style, "background-color");
    if (!ground->p)
        *ground = site_style_value(style, "background");
    if (!ground->p)
        *ground = html_attr(html, i, "bgcolor");
}

/* Whether node i has the colour of its ground.  Without a ground that the page
 * itself names it is only likely: a style sheet elsewhere may have a dark one.
 */
static enum site_sight
colour_sight(const struct html *html, uint32_t i)
{
    char text[7] = "", ground[7] = "";
    bool has_text = false;

    for (uint32_t k = i; k != 0; k = html->nodes[k].parent) {
        struct str own, behind;

        own_colours(html, k, &own, &behind);
        if (!has_text && own.n > 0)
            has_text = read_colour(own, text);
        if (behind.n > 0 && has_text)
            return read_colour(behind, ground) && strcmp(text, ground) == 0
                       ? SITE_HIDDEN
                       : SITE_SEEN;
    }
    return has_text && strcmp(text, "ffffff") == 0 ? SITE_FOLDED : SITE_SEEN;
}

/* Too small or too fast a marquee to read. */
static bool
is_marquee_away(const struct html *html, uint32_t i)
{
    struct str style = html_attr(html, i, "style");

    return html_is(html, i, HTML_TAG_MARQUEE) &&
           (site_style_number(html_attr(html, i, "height"), 100) <= 5 ||
               site_style_number(html_attr(html, i, "width"), 100) <= 5 ||
               site_style_number(site_style_value(style, "height"), 100) <= 5 ||
               site_style_number(site_style_value(style, "width"), 100) <= 5 ||
               site_style_number(html_attr(html, i, "scrollamount"), 1) >=
                   1000);
}

/* What node i itself leaves to be seen. */
static enum site_sight
element_sight(
    const struct site_hiding *hiding, const struct html *html, uint32_t i)
{
    uint16_t tag = html->nodes[i].tag;
    struct str style = html_attr(html, i, "style");
    enum site_sight sight, more;

    if (tag == HTML_TAG_TEXT)
        return SITE_SEEN;
    if (is_marquee_away(html, i))
        return SITE_HIDDEN;
    sight = site_style_sight(style);
    more = site_hiding_sight(hiding, html, i);
    if (more > sight)
        sight = more;
    if (tag == HTML_TAG_A && sight == SITE_SEEN)
        sight = colour_sight(html, i);
    if (sight == SITE_SEEN &&
        (tag == HTML_TAG_NOSCRIPT || tag == HTML_TAG_TEMPLATE ||
            html_attr(html, i, "hidden").p ||
            /* without a size, though nothing is cut off */
            (site_style_number(site_style_value(style, "height"), 9) <= 0 &&
                site_style_number(site_style_value(style, "width"), 9) <= 0) ||
            site_style_number(site_style_value(style, "z-index"), 0) < 0))
        sight = SITE_FOLDED;
    return sight;
}

/* Offices, and counters of visits. */
static bool
is_trusted(struct str url)
{
    static const char *const hosts[] = {".gov.cn", ".edu.cn", "baidu.com",
        "cnzz.com", "51.la", "qq.com", "weixin", "beian", "google", "bshare",
        "jiathis", "miit.gov", "aliyun", "w3.org", "weibo.com", "douyin.com",
        "facebook.com", "twitter.com", "instagram.com", "linkedin.com",
        "youtube.com", "pinterest.com"};

    url = str_first(url, 8 + str_find_char(str_from(url, 8), '/'));
    for (size_t k = 0; k < sizeof hosts / sizeof hosts[0]; k++)
        if (str_find(url, str_of(hosts[k])) < url.n)
            return true;
    return false;
}

static void
add_hidden(struct site_page *page, struct site_lines lines, struct str url)
{
    struct site_report *report = page->report;

    site_lines_add(&page->hidden_lines, lines);
    for (size_t i = 0; i < report->nhidden_links; i++)
        if (str_eq(page->hidden[i], url))
            return;
    if (report->nhidden_links < SITE_MAX_LINKS)
        page->hidden[report->nhidden_links++] = url;
}

/* Whether what is folded is a part of the page that unfolds: a menu, a tab, a
 * dialogue, a slide. */
static bool
unfolds(const struct html *html, uint32_t i)
{
    static const char *const words[] = {"menu", "nav", "tab", "drop", "sub",
        "pop", "modal", "dialog", "layer", "slide", "swiper", "carousel",
        "banner", "float", "panel", "collapse", "more", "mobile", "link",
        "share", "wechat", "weixin", "qr", "code", "print", "sr-only", "skip",
        "search", "login", "tip", "select", "box", "con", "list", "item"};
    struct str names[2] = {
        html_attr(html, i, "class"), html_attr(html, i, "id")};

    if (html_is(html, i, HTML_TAG_NOSCRIPT) ||
        html_is(html, i, HTML_TAG_TEMPLATE) || html_is(html, i, HTML_TAG_NAV))
        return true;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        for (int n = 0; n < 2; n++)
            for (size_t at = 0; at < names[n].n; at++)
                if (str_starts_nocase(str_from(names[n], at), str_of(words[k])))
                    return true;
    return false;
}

/* Off-site links below a hidden element: all of them when one is spam, or when
 * they lead to nothing but several places that nobody has a reason to hide. */
static void
read_hidden(struct site_page *page, uint32_t from, enum site_sight sight)
{
    const struct html *html = page->html;
    uint32_t end = html->nodes[from].end;
    size_t away = 0, own = 0;
    bool spam = false;
    bool only_spam = html_is(html, from, HTML_TAG_A) ||
                     (sight == SITE_FOLDED && unfolds(html, from));

    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = from; i < end; i++) {
            struct str url, text;

            if (!html_is(html, i, HTML_TAG_A))
                continue;
            url = html_url(page->arena, html, html_attr(html, i, "href"));
            if (!url.p || !site_is_elsewhere(page, url)) {
                own += url.p != NULL;
                continue;
            }
            if (pass == 1) {
                if (spam ||
                    (away >= 2 && own == 0 && !only_spam && !is_trusted(url)))
                    add_hidden(page, site_lines_of(page, i), url);
                continue;
            }
            text = html_text_of(page->arena, html, i, LINKS_TEXT);
            away += !is_trusted(url);
            spam |= site_count_spam(text) > 0 ||
                    site_count_spam(html_attr(html, i, "title")) > 0;
        }
}

/* --- links that a script writes --- */

/* The next <a href=…>…</a> in markup, as address and text. */
static bool
next_link(struct str *markup, struct str *ret_href, struct str *ret_text)
{
    static const char mark[] = "href=";

    while (markup->n > 0) {
        struct str rest = str_from(*markup, str_find(*markup, STR("<a ")));
        struct str tag = str_first(rest, str_find_char(rest, '>'));
        size_t at = str_find(tag, STR(mark));
        struct str href = str_from(tag, at + sizeof mark - 1), text;

        *markup = str_from(rest, 3);
        if (at == tag.n)
            continue;
        while (href.n > 0 && strchr("\\\"' ", href.p[0]))
            href = str_from(href, 1);
        for (at = 0; at < href.n && !strchr("\\\"' >", href.p[at]); at++)
            ;
        text = str_from(rest, tag.n + 1);
        *ret_href = str_first(href, at);
        *ret_text = str_first(text, str_find(text, STR("</a")));
        return true;
    }
    return false;
}

/* Whether markup that a script writes hides what stands in it. */
static bool
markup_hides(struct str markup)
{
    static const char *const hides[] = {"display:none", "display: none",
        "visibility:hidden", "left:-", "top:-", "text-indent:-", "font-size:0",
        "opacity:0", "height:0", "<marquee"};

    for (size_t k = 0; k < sizeof hides / sizeof hides[0]; k++)
        if (str_find(markup, str_of(hides[k])) < markup.n)
            return true;
    return false;
}

/* Off-site links in markup, when it is hidden and one of them is spam. */
static void
read_written(struct site_page *page, struct str markup, bool hidden,
    struct site_lines lines)
{
    for (int pass = 0; pass < 2; pass++) {
        struct str rest = markup, href, text;
        size_t spam = 0;

        while (next_link(&rest, &href, &text)) {
            struct str url = html_url(page->arena, page->html, href);

            if (!url.p || !site_is_elsewhere(page, url))
                continue;
            spam += site_count_spam(str_first(text, LINKS_TEXT)) > 0;
            if (pass == 1 && hidden && !is_trusted(url))
                add_hidden(page, lines, url);
        }
        if (spam == 0)
            return;
    }
}

/* What stands in the page behind script k, which wrote the beginning of an
 * element that hides, as far as the script that writes its end. */
static void
read_wrapped(struct site_page *page, size_t k, struct str written)
{
    const struct html *html = page->html;
    const char *from = html->asides[k].text.p + html->asides[k].text.n;

    if (!markup_hides(written) || str_find(written, STR("</")) < written.n)
        return;
    while (++k < html->nasides) {
        struct str script = html->asides[k].text;

        if (html->asides[k].kind != HTML_SCRIPT || script.p < from ||
            str_find(script, STR("</")) == script.n)
            continue;
        written = (struct str){from, (size_t)(script.p - from)};
        read_written(page, written, true, site_lines_in(page, written));
        return;
    }
}

static void
read_scripts(struct site_page *page)
{
    for (size_t k = 0; k < page->html->nasides; k++) {
        const struct html_aside *aside = &page->html->asides[k];
        struct buf plain;

        if (aside->kind != HTML_SCRIPT ||
            (str_find(aside->text, STR("write")) == aside->text.n &&
                str_find(aside->text, STR("innerHTML")) == aside->text.n &&
                str_find(aside->text, STR("unescape")) == aside->text.n))
            continue;
        buf_init(&plain, LINKS_SCRIPT_BYTES);
        site_unescape(str_first(aside->text, LINKS_SCRIPT_BYTES / 4), &plain);
        read_written(page, buf_str(&plain), markup_hides(buf_str(&plain)),
            site_lines_in(page, aside->text));
        read_wrapped(page, k, buf_str(&plain));
        buf_done(&plain);
    }
}

/* Comments that a script makes part of the page. */
static void
read_comments(struct site_page *page)
{
    const struct html *html = page->html;
    bool live = false;

    for (size_t k = 0; k < html->nasides; k++)
        live |= html->asides[k].kind == HTML_SCRIPT &&
                (str_find(html->asides[k].text, STR("nodeType")) <
                        html->asides[k].text.n ||
                    str_find(html->asides[k].text, STR("<!--/")) <
                        html->asides[k].text.n ||
                    str_find(html->asides[k].text, STR("COMMENT_NODE")) <
                        html->asides[k].text.n);
    for (size_t k = 0; live && k < html->nasides; k++)
        if (html->asides[k].kind == HTML_COMMENT) {
            struct str rest = html->asides[k].text, href, text;

            while (next_link(&rest, &href, &text)) {
                struct str url = html_url(page->arena, html, href);

                if (url.p && site_is_elsewhere(page, url) &&
                    site_count_spam(str_first(text, LINKS_TEXT)) > 0)
                    add_hidden(
                        page, site_lines_in(page, html->asides[k].text), url);
            }
        }
}

/* Spam that a visitor sees: off-site links, and titles in the site's own
 * lists. */
static void
read_visible(struct site_page *page, const bool *hidden)
{
    const struct html *html = page->html;
    size_t own = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str url, text;

        if (!html_is(html, i, HTML_TAG_A) || hidden[i])
            continue;
        text = html_text_of(page->arena, html, i, LINKS_TEXT);
        if (site_count_spam(text) == 0)
            continue;
        url = html_url(page->arena, html, html_attr(html, i, "href"));
        if (url.p && site_is_elsewhere(page, url))
            site_add(page, "visible_spam_link", site_lines_of(page, i), url);
        else if (url.p && ++own == 2)
            site_add(page, "foreign_articles", site_lines_of(page, i), text);
    }
    if (own >= 2)
        page->report->defaced = true;
}

int
site_find_links(struct site_page *page)
{
    const struct html *html = page->html;
    struct site_hiding *hiding = site_hiding_read(page->arena, html);
    bool *hidden = ARENA_ARRAY(page->arena, html->n, bool);

    if (!hiding || !hidden)
        return E_NOMEM;
    for (uint32_t i = 1; i < html->n; i++) {
        enum site_sight sight =
            hidden[i] ? SITE_SEEN : element_sight(hiding, html, i);
        size_t before = page->report->nhidden_links;

        if (sight == SITE_SEEN)
            continue;
        read_hidden(page, i, sight);
        /* What is folded may hold something that is hidden for good. */
        if (sight == SITE_HIDDEN || page->report->nhidden_links > before)
            memset(hidden + i, true, html->nodes[i].end - i);
        else if (html_is(html, i, HTML_TAG_A))
            hidden[i] = true;
    }
    read_scripts(page);
    read_comments(page);
    if (page->report->nhidden_links > 0)
        site_add(page, "hidden_links", page->hidden_lines, page->hidden[0]);
    read_visible(page, hidden);
    return 0;
}
