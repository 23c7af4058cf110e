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
    LINKS_FAR = 400,       /* pixels that are off the screen */
    LINKS_MAX_RULES = 400, /* of style sheets that hide */
    LINKS_TEXT = 400       /* bytes of a link's text */
};

/* A class (or id) that the page's style sheet hides. */
struct hiding_rule {
    struct str name;
    bool id;
};

struct hiding {
    struct hiding_rule rules[LINKS_MAX_RULES];
    size_t n;
};

/* The value of a property, in a style; later ones win. */
static struct str
style_value(struct str style, const char *property)
{
    struct str value = STR_NONE;

    while (style.n > 0) {
        struct str part = str_split(&style, ';');
        size_t colon = str_find_char(part, ':');

        if (colon < part.n &&
            str_eq_nocase(str_trim(str_first(part, colon)), str_of(property)))
            value = str_trim(str_from(part, colon + 1));
    }
    return value;
}

/* The number that value begins with; fallback when it has none. */
static double
leading_number(struct str value, double fallback)
{
    size_t i = 0;
    double number = 0, unit = 1;
    bool negative = value.n > 0 && value.p[0] == '-';
    bool digits = false, fraction = false;

    for (i = negative; i < value.n && i < 16; i++) {
        char c = value.p[i];

        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            unit = fraction ? unit / 10 : 1;
            number =
                fraction ? number + (c - '0') * unit : number * 10 + (c - '0');
        } else {
            break;
        }
    }
    if (!digits)
        return fallback;
    return negative ? -number : number;
}

static bool
starts_value(struct str style, const char *property, const char *value)
{
    return str_starts_nocase(style_value(style, property), str_of(value));
}

static bool
style_hides(struct str style)
{
    static const char *const far[] = {"left", "top", "right", "bottom",
        "margin-left", "margin-top", "text-indent"};
    bool clipped = starts_value(style, "overflow", "hidden");

    if (style.n == 0)
        return false;
    if (starts_value(style, "display", "none") ||
        starts_value(style, "visibility", "hidden") ||
        leading_number(style_value(style, "opacity"), 1) < .05 ||
        leading_number(style_value(style, "font-size"), 12) < 1.5 ||
        starts_value(style, "clip", "rect(0") ||
        starts_value(style, "clip", "rect(1px") ||
        starts_value(style, "clip-path", "inset(100%") ||
        starts_value(style, "clip-path", "inset(50%") ||
        starts_value(style, "transform", "scale(0)"))
        return true;
    for (size_t k = 0; k < sizeof far / sizeof far[0]; k++)
        if (leading_number(style_value(style, far[k]), 0) < -LINKS_FAR)
            return true;
    return clipped &&
           (leading_number(style_value(style, "height"), 100) <= 1 ||
               leading_number(style_value(style, "width"), 100) <= 1 ||
               leading_number(style_value(style, "max-height"), 100) <= 1 ||
               leading_number(style_value(style, "line-height"), 100) < .5);
}

/* Remember the simple class and id selectors of a rule that hides. */
static void
add_selectors(struct hiding *hiding, struct str selectors)
{
    while (selectors.n > 0 && hiding->n < LINKS_MAX_RULES) {
        struct str one = str_trim(str_split(&selectors, ','));
        size_t last = 0;

        for (size_t i = 0; i < one.n; i++)
            if (one.p[i] == ' ' || one.p[i] == '>')
                last = i + 1;
        one = str_from(one, last);
        while (one.n > 0 && one.p[0] != '.' && one.p[0] != '#')
            one = str_from(one, 1);
        if (one.n < 2 || str_find_char(one, ':') < one.n)
            continue;
        hiding->rules[hiding->n].id = one.p[0] == '#';
        hiding->rules[hiding->n++].name = str_from(one, 1);
    }
}

static void
read_sheet(struct hiding *hiding, struct str sheet)
{
    while (sheet.n > 0) {
        size_t open = str_find_char(sheet, '{');
        struct str selectors = str_first(sheet, open);
        struct str body = str_from(sheet, open + 1);
        size_t close = str_find_char(body, '}');
        size_t comment = str_find(selectors, STR("-->"));

        if (comment < selectors.n)
            selectors = str_from(selectors, comment + 3);
        comment = str_find(selectors, STR("<!--"));
        if (comment < selectors.n)
            selectors = str_from(selectors, comment + 4);
        if (style_hides(str_first(body, close)))
            add_selectors(hiding, selectors);
        sheet = str_from(body, close + 1);
    }
}

/* document.getElementById("x").style.display="none" */
static void
read_script(struct hiding *hiding, struct str script)
{
    static const char call[] = "getElementById(";

    while (script.n > 0 && hiding->n < LINKS_MAX_RULES) {
        size_t at = str_find(script, STR(call));
        struct str rest = str_from(script, at + sizeof call - 1);
        struct str name, tail;

        if (rest.n < 3 || (rest.p[0] != '"' && rest.p[0] != '\''))
            name = STR_NONE;
        else
            name = str_first(
                str_from(rest, 1), str_find_char(str_from(rest, 1), rest.p[0]));
        tail = str_first(str_from(rest, name.n), 60);
        if (name.n > 0 && str_find(tail, STR("style.display")) < tail.n &&
            str_find(tail, STR("none")) < tail.n &&
            str_find(tail, STR(";")) > str_find(tail, STR("none"))) {
            hiding->rules[hiding->n].id = true;
            hiding->rules[hiding->n++].name = name;
        }
        script = rest;
    }
}

static bool
rule_hides(const struct hiding *hiding, const struct html *html, uint32_t i)
{
    struct str class = html_attr(html, i, "class");
    struct str id = html_attr(html, i, "id");

    for (size_t k = 0; (class.n || id.n) && k < hiding->n; k++) {
        struct str name = hiding->rules[k].name;
        struct str rest = class;

        if (hiding->rules[k].id) {
            if (str_eq(id, name))
                return true;
            continue;
        }
        while (rest.n > 0)
            if (str_eq(str_trim(str_split(&rest, ' ')), name))
                return true;
    }
    return false;
}

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

/* Whether node i has the colour of its ground. */
static bool
is_same_colour(const struct html *html, uint32_t i)
{
    char text[7] = "", ground[7] = "ffffff";
    bool has_text = false;

    for (uint32_t k = i; k != 0; k = html->nodes[k].parent) {
        struct str style = html_attr(html, k, "style");
        struct str value = style_value(style, "color");

        if (!value.p)
            value = html_is(html, k, HTML_TAG_FONT)
                        ? html_attr(html, k, "color")
                        : STR_NONE;
        if (!has_text && value.n > 0)
            has_text = read_colour(value, text);
        value = style_value(style, "background-color");
        if (!value.p)
            value = style_value(style, "background");
        if (!value.p)
            value = html_attr(html, k, "bgcolor");
        if (value.n > 0 && has_text) {
            if (!read_colour(value, ground))
                return false;
            return strcmp(text, ground) == 0;
        }
    }
    return false;
}

static bool
is_hiding_element(
    const struct hiding *hiding, const struct html *html, uint32_t i)
{
    uint16_t tag = html->nodes[i].tag;

    if (tag == HTML_TAG_TEXT)
        return false;
    if (tag == HTML_TAG_NOSCRIPT || tag == HTML_TAG_TEMPLATE)
        return true;
    if (tag == HTML_TAG_MARQUEE &&
        (leading_number(html_attr(html, i, "height"), 100) <= 5 ||
            leading_number(html_attr(html, i, "width"), 100) <= 5 ||
            leading_number(html_attr(html, i, "scrollamount"), 1) >= 1000))
        return true;
    return html_attr(html, i, "hidden").p ||
           style_hides(html_attr(html, i, "style")) ||
           rule_hides(hiding, html, i);
}

/* Offices, and counters of visits. */
static bool
is_trusted(struct str url)
{
    static const char *const hosts[] = {".gov.cn", ".edu.cn", "baidu.com",
        "cnzz.com", "51.la", "qq.com", "weixin", "beian", "google", "bshare",
        "jiathis", "miit.gov", "aliyun", "w3.org"};

    url = str_first(url, 8 + str_find_char(str_from(url, 8), '/'));
    for (size_t k = 0; k < sizeof hosts / sizeof hosts[0]; k++)
        if (str_find(url, str_of(hosts[k])) < url.n)
            return true;
    return false;
}

static void
add_hidden(struct site_page *page, struct str url)
{
    struct site_report *report = page->report;

    for (size_t i = 0; i < report->nhidden_links; i++)
        if (str_eq(page->hidden[i], url))
            return;
    if (report->nhidden_links < SITE_MAX_LINKS)
        page->hidden[report->nhidden_links++] = url;
}

/* Off-site links below a hidden element: all of them when one is spam, or when
 * they lead to several places that nobody has a reason to hide. */
static void
read_hidden(struct site_page *page, uint32_t from)
{
    const struct html *html = page->html;
    uint32_t end = html->nodes[from].end;
    size_t away = 0;
    bool spam = false;

    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = from; i < end; i++) {
            struct str url, text;

            if (!html_is(html, i, HTML_TAG_A))
                continue;
            url = html_url(page->arena, html, html_attr(html, i, "href"));
            if (!url.p || !site_is_elsewhere(page, url))
                continue;
            if (pass == 1) {
                if (spam || (away >= 2 && !is_trusted(url)))
                    add_hidden(page, url);
                continue;
            }
            text = html_text_of(page->arena, html, i, LINKS_TEXT);
            away += !is_trusted(url);
            spam |= site_count_spam(text) > 0 ||
                    site_count_spam(html_attr(html, i, "title")) > 0;
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
            site_add(page, "visible_spam_link", url);
        else if (url.p && ++own == 2)
            site_add(page, "foreign_articles", text);
    }
    if (own >= 2)
        page->report->defaced = true;
}

int
site_find_links(struct site_page *page)
{
    const struct html *html = page->html;
    struct hiding *hiding = ARENA_NEW(page->arena, struct hiding);
    bool *hidden = ARENA_ARRAY(page->arena, html->n, bool);

    if (!hiding || !hidden)
        return E_NOMEM;
    for (size_t k = 0; k < html->nasides; k++) {
        if (html->asides[k].kind == HTML_STYLE)
            read_sheet(hiding, html->asides[k].text);
        else if (html->asides[k].kind == HTML_SCRIPT)
            read_script(hiding, html->asides[k].text);
    }
    for (uint32_t i = 1; i < html->n; i++) {
        if (hidden[i])
            continue;
        if (!is_hiding_element(hiding, html, i) &&
            !(html_is(html, i, HTML_TAG_A) && is_same_colour(html, i)))
            continue;
        memset(hidden + i, true, html->nodes[i].end - i);
        read_hidden(page, i);
    }
    if (page->report->nhidden_links > 0)
        site_add(page, "hidden_links", page->hidden[0]);
    read_visible(page, hidden);
    return 0;
}
