/*
 * listlink: the usable links of a page, in document order.
 */
#include <string.h>

#include "base/utf8.h"
#include "feeds/listmine.h"

static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

enum { HASH_START = 0x4bf29ce4, BRACKETED_MAX = 10 /* letters */ };

/* Ranges beyond ASCII that hold punctuation and signs. */
static const struct {
    uint32_t first, last;
} sign_ranges[] = {{0x80, 0xBF}, {0xD7, 0xD7}, {0xF7, 0xF7}, {0x2000, 0x2BFF},
    {0x3000, 0x3004}, {0x3008, 0x3020}, {0xE000, 0xF8FF}, {0xFE30, 0xFE4F},
    {0xFF00, 0xFF0F}, {0xFF1A, 0xFF20}, {UTF8_REPLACEMENT, UTF8_REPLACEMENT}};

static bool
is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z');
    for (size_t i = 0; i < sizeof sign_ranges / sizeof sign_ranges[0]; i++)
        if (c >= sign_ranges[i].first && c <= sign_ranges[i].last)
            return false;
    return true;
}

uint32_t
list_count_letters(struct str text)
{
    uint32_t n = 0;

    for (size_t i = 0; i < text.n;)
        n += is_letter(utf8_next(text, &i));
    return n;
}

static uint32_t
count_node_letters(const struct html *html, uint32_t i)
{
    uint32_t n = 0;

    for (uint32_t k = i + 1; k < html->nodes[i].end; k++)
        if (html_is(html, k, HTML_TAG_TEXT))
            n += list_count_letters(html->nodes[k].text);
    return n;
}

/* Tags that come and go between records of one list. */
static bool
is_loose_tag(uint16_t tag)
{
    return tag == HTML_TAG_B || tag == HTML_TAG_STRONG ||
           tag == HTML_TAG_FONT || tag == HTML_TAG_EM || tag == HTML_TAG_I ||
           tag == HTML_TAG_U || tag == HTML_TAG_TBODY;
}

static uint64_t
hash_path(const struct html *html, uint32_t i)
{
    uint64_t hash = HASH_START;
    int levels = 0;

    for (i = html->nodes[i].parent; i != 0 && levels < LIST_PATH_LEVELS;
         i = html->nodes[i].parent) {
        uint16_t tag = html->nodes[i].tag;

        if (is_loose_tag(tag))
            continue;
        hash = hash_bytes(hash, &tag, sizeof tag);
        levels++;
    }
    return hash;
}

/* An address without its digits and the values of its query. */
static uint64_t
hash_shape(struct str url)
{
    uint64_t hash = HASH_START;
    bool value = false;

    for (size_t i = 0; i < url.n; i++) {
        char c = url.p[i];

        if (c == '?' || c == '&' || c == '#')
            value = false;
        else if (c == '=')
            value = true;
        if (!value && !(c >= '0' && c <= '9'))
            hash = hash_bytes(hash, &c, 1);
    }
    return hash;
}

/* "[教务处]": a link to the record's column, not to the record. */
static bool
is_bracketed(const struct list_page *page, uint32_t i, uint32_t letters)
{
    struct str text;

    if (letters > BRACKETED_MAX)
        return false;
    text = html_text_of(page->arena, page->html, i, 16 * BRACKETED_MAX);
    return (str_starts(text, STR("[")) && str_ends(text, STR("]"))) ||
           (str_starts(text, STR("【")) && str_ends(text, STR("】"))) ||
           (str_starts(text, STR("［")) && str_ends(text, STR("］")));
}

static bool
is_usable(struct str href)
{
    static const char *const not [] = {
        "#", "javascript:", "mailto:", "tel:", "data:", "vbscript:"};

    if (href.n == 0)
        return false;
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (str_starts_nocase(href, str_of(not [i])))
            return false;
    return true;
}

/* Whether a link without a text of its own is named in an attribute. */
static bool
has_name(const struct html *html, uint32_t i)
{
    return list_count_letters(html_attr(html, i, "title")) >=
               LIST_MIN_LETTERS ||
           list_count_letters(html_attr(html, i, "aria-label")) >=
               LIST_MIN_LETTERS;
}

int
list_links(
    const struct list_page *page, struct list_record **ret, size_t *ret_n)
{
    const struct html *html = page->html;
    struct list_record *links;
    size_t count = 0;
    size_t n = 0;

    for (uint32_t i = 1; i < html->n; i++)
        count += html_is(html, i, HTML_TAG_A);
    if (count > LIST_MAX_LINKS)
        count = LIST_MAX_LINKS;
    links = ARENA_ARRAY(page->arena, count + 1, struct list_record);
    if (!links)
        return E_NOMEM;
    for (uint32_t i = 1; i < html->n && n < count; i++) {
        struct list_record *link = &links[n];
        struct str href;

        if (!html_is(html, i, HTML_TAG_A))
            continue;
        href = str_trim(html_attr(html, i, "href"));
        if (!is_usable(href))
            continue;
        link->letters = count_node_letters(html, i);
        if (link->letters < LIST_MIN_LETTERS && !has_name(html, i))
            continue;
        link->url = html_url(page->arena, html, href);
        if (!link->url.p || is_bracketed(page, i, link->letters))
            continue;
        link->link = link->root = link->from = i;
        link->to = html->nodes[i].end;
        link->url_hash = hash_bytes(HASH_START, link->url.p, link->url.n);
        link->shape = hash_shape(link->url);
        link->has_query = str_find_char(link->url, '?') < link->url.n;
        link->path = link->cluster = hash_path(html, i);
        link->date = WALL_NONE;
        n++;
    }
    *ret = links;
    *ret_n = n;
    return arena_failed(page->arena) ? E_NOMEM : 0;
}
