/*
 * articlepage: a page prepared for finding its article; see articlepage.h.
 */
#include "feeds/articlepage.h"

#include <string.h>

#include "base/utf8.h"
#include "feeds/htmlword.h"

/* Words of classes and ids, each list in alphabetical order. */
static const char *const unlikely_words[] = {"-ad-", "ad-break", "agegate",
    "banner", "breadcrumb", "combx", "comment", "community", "consent",
    "cookie", "copyright", "cover-wrap", "crumb", "disqus", "extra", "footer",
    "gdpr", "header", "hotnews", "legends", "login", "menu", "newsletter",
    "onetrust", "outbrain", "pager", "pagination", "popup", "print", "promo",
    "recommend", "related", "remark", "replies", "rss", "share", "shoutbox",
    "sidebar", "skyscraper", "social", "sponsor", "subscribe", "supplemental",
    "taboola", "toolbar", "yom-remote", NULL};
static const char *const maybe_words[] = {
    "article", "body", "column", "content", "main", "shadow", "zoom", NULL};
static const char *const good_words[] = {"article", "blog", "body", "content",
    "detail", "entry", "hentry", "h-entry", "main", "page", "pagination",
    "post", "story", "text", "trs_editor", "zoom", NULL};
static const char *const bad_words[] = {"-ad-", "banner", "combx", "comment",
    "com-", "contact", "copyright", "crumb", "editor-list", "foot", "gdpr",
    "hidden", "hot", "masthead", "media", "meta", "outbrain", "promo", "rank",
    "recommend", "related", "scroll", "share", "shoutbox", "sidebar",
    "skyscraper", "sponsor", "shopping", "subscribe", "tags", "tool", "widget",
    NULL};

static int8_t
weigh(const struct html *html, uint32_t i)
{
    static const char *const names[] = {"class", "id"};
    int weight = 0;

    for (size_t k = 0; k < 2; k++) {
        struct str name = html_attr(html, i, names[k]);

        if (name.n == 0)
            continue;
        if (htmlword_has(name, bad_words))
            weight -= 25;
        if (htmlword_has(name, good_words))
            weight += 25;
    }
    return (int8_t)weight;
}

/* What is hidden until a script shows it: the outermost hidden element that
 * holds most of the page's text. */
static uint32_t
find_revealed(const struct article_page *page)
{
    const struct html *html = page->html;
    uint32_t all = page->before[html->n].letters;

    for (uint32_t i = 1; i < html->n; i++)
        if (!html_is(html, i, HTML_TAG_TEXT) && html_is_hidden(html, i) &&
            article_sums_of(page, i).letters * 2 > all)
            return i;
    return 0;
}

int
article_page_open(
    struct arena *arena, const struct html *html, struct article_page *ret)
{
    struct article_page page = {.arena = arena, .html = html};
    size_t n = (size_t)html->n + 1;

    page.before = ARENA_ARRAY(arena, n, struct article_sums);
    page.dropped = ARENA_ARRAY(arena, n, bool);
    page.in_link = ARENA_ARRAY(arena, n, bool);
    page.weight = ARENA_ARRAY(arena, n, int8_t);
    page.score = ARENA_ARRAY(arena, n, double);
    page.marked = ARENA_ARRAY(arena, n, uint32_t);
    if (arena_failed(arena))
        return E_NOMEM;
    for (uint32_t i = 1; i < html->n; i++) {
        uint32_t parent = html->nodes[i].parent;

        page.in_link[i] = html_is(html, i, HTML_TAG_A) || page.in_link[parent];
        if (!html_is(html, i, HTML_TAG_TEXT))
            page.weight[i] = weigh(html, i);
    }
    article_sum(&page);
    page.revealed = find_revealed(&page);
    *ret = page;
    return 0;
}

static bool
is_never_text(const struct article_page *page, uint32_t i)
{
    const struct html *html = page->html;

    switch ((int)html->nodes[i].tag) {
    case HTML_TAG_HEAD:
    case HTML_TAG_SCRIPT:
    case HTML_TAG_STYLE:
    case HTML_TAG_NOSCRIPT:
    case HTML_TAG_TEMPLATE:
    case HTML_TAG_IFRAME:
    case HTML_TAG_BUTTON:
    case HTML_TAG_SELECT:
    case HTML_TAG_TEXTAREA:
    case HTML_TAG_OBJECT:
    case HTML_TAG_SVG:
    case HTML_TAG_DIALOG:
        return true;
    default:
        return (html_is_hidden(html, i) && i != page->revealed) ||
               (html_attr_has_word(html, i, "aria-hidden", "true") &&
                   !html_attr_has_word(html, i, "class", "fallback-image"));
    }
}

static bool
is_unlikely(const struct article_page *page, uint32_t i)
{
    static const char *const roles[] = {"menu", "menubar", "complementary",
        "navigation", "alert", "alertdialog", "dialog", "banner",
        "contentinfo"};
    const struct html *html = page->html;
    uint16_t tag = html->nodes[i].tag;
    struct str class, id, role;

    if (tag == HTML_TAG_NAV || tag == HTML_TAG_ASIDE ||
        tag == HTML_TAG_FOOTER || tag == HTML_TAG_FIGCAPTION)
        return true;
    if (tag == HTML_TAG_BODY || tag == HTML_TAG_A || tag == HTML_TAG_HTML ||
        tag == HTML_TAG_ARTICLE)
        return false;
    role = html_attr(html, i, "role");
    for (size_t k = 0; role.n > 0 && k < sizeof roles / sizeof roles[0]; k++)
        if (str_eq_nocase(role, str_of(roles[k])))
            return true;
    class = html_attr(html, i, "class");
    id = html_attr(html, i, "id");
    return (htmlword_has(class, unlikely_words) ||
               htmlword_has(id, unlikely_words)) &&
           !htmlword_has(class, maybe_words) &&
           !htmlword_has(id, maybe_words) &&
           html_ancestor(html, i, HTML_TAG_TABLE) == 0;
}

void
article_drop(struct article_page *page, uint32_t i)
{
    memset(page->dropped + i, true, page->html->nodes[i].end - i);
}

void
article_page_pass(struct article_page *page, enum article_pass pass)
{
    const struct html *html = page->html;

    memset(page->dropped, 0, html->n);
    for (uint32_t i = 1; i < html->n; i++) {
        if (html_is(html, i, HTML_TAG_TEXT))
            continue;
        if (is_never_text(page, i) ||
            (pass != ARTICLE_LOOSE && is_unlikely(page, i))) {
            article_drop(page, i);
            i = html->nodes[i].end - 1;
        }
    }
    memset(page->score, 0, html->n * sizeof *page->score);
    page->nmarked = 0;
    article_sum(page);
}

static bool
is_comma(uint32_t c)
{
    return c == ',' || c == 0xFF0C || c == 0x3001 || c == 0xFF1B ||
           c == 0x3002 || c == 0x060C || c == 0xFE50;
}

static void
sum_text(struct article_sums *sums, struct str text, bool link, bool heading)
{
    uint32_t n = 0;
    bool space = true;

    for (size_t i = 0; i < text.n;) {
        unsigned char first = (unsigned char)text.p[i];
        uint32_t c = first;

        if (first < 0x80)
            i++;
        else
            c = utf8_next(text, &i);

        if (c <= ' ' || c == 0xA0 || c == 0x3000) {
            n += !space;
            space = true;
            continue;
        }
        space = false;
        n += c >= 0x2E80 ? 2 : 1;
        sums->commas += is_comma(c);
    }
    sums->letters += n;
    if (link)
        sums->links += n;
    if (heading)
        sums->headings += n;
}

void
article_sum(struct article_page *page)
{
    const struct html *html = page->html;
    struct article_sums sums = {0};
    uint32_t heading_end = 0;

    for (uint32_t i = 0; i < html->n; i++) {
        uint16_t tag = html->nodes[i].tag;

        page->before[i] = sums;
        if (page->dropped[i])
            continue;
        if (tag == HTML_TAG_TEXT)
            sum_text(
                &sums, html->nodes[i].text, page->in_link[i], i < heading_end);
        else if (tag >= HTML_TAG_H1 && tag <= HTML_TAG_H6)
            heading_end = html->nodes[i].end;
        sums.paragraphs += tag == HTML_TAG_P;
        sums.items += tag == HTML_TAG_LI;
        sums.blocks += (html_tag_flags((enum html_tag)tag) & HTML_BLOCK) != 0;
        sums.images += tag == HTML_TAG_IMG;
        sums.inputs += tag == HTML_TAG_INPUT;
        sums.embeds += tag == HTML_TAG_EMBED;
    }
    page->before[html->n] = sums;
}

struct article_sums
article_sums_of(const struct article_page *page, uint32_t i)
{
    const struct article_sums *a = &page->before[i];
    const struct article_sums *b = &page->before[page->html->nodes[i].end];

    return (struct article_sums){.letters = b->letters - a->letters,
        .links = b->links - a->links,
        .headings = b->headings - a->headings,
        .commas = b->commas - a->commas,
        .paragraphs = b->paragraphs - a->paragraphs,
        .items = b->items - a->items,
        .blocks = b->blocks - a->blocks,
        .images = b->images - a->images,
        .inputs = b->inputs - a->inputs,
        .embeds = b->embeds - a->embeds};
}

double
article_link_density(const struct article_page *page, uint32_t i)
{
    struct article_sums sums = article_sums_of(page, i);

    return sums.letters > 0 ? (double)sums.links / (double)sums.letters : 0;
}
