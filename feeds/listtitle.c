/*
 * listtitle: the title of a record: whole, and nothing but the title.
 *
 * Lists cut titles short ("关于做好…") and keep the whole in the link's title
 * attribute; cards wrap heading, summary and date into one link; many put the
 * date into the link as well.
 */
#include <string.h>

#include "base/utf8.h"
#include "feeds/htmlword.h"
#include "feeds/listmine.h"

static struct str
skip_prefix(struct str text, const char *const *words)
{
    for (bool again = true; again;) {
        again = false;
        text = str_trim(text);
        for (size_t i = 0; words[i]; i++) {
            if (str_starts(text, str_of(words[i]))) {
                text = str_from(text, strlen(words[i]));
                again = true;
            }
        }
    }
    return text;
}

static struct str
skip_suffix(struct str text, const char *const *words)
{
    for (bool again = true; again;) {
        again = false;
        text = str_trim(text);
        for (size_t i = 0; words[i]; i++) {
            if (str_ends(text, str_of(words[i]))) {
                text = str_first(text, text.n - strlen(words[i]));
                again = true;
            }
        }
    }
    return text;
}

static const char *const bullets[] = {"·", "•", "▪", "■", "●", "◆", "★", "☆",
    "►", "▶", "»", "›", "※", "○", "◇", "→", "|", "[置顶]", "【置顶】", "[顶]",
    "・", "\xEF\xBB\xBF", NULL};
static const char *const cut_marks[] = {"…", "...", "..", "．．．", NULL};
static const char *const brackets_open[] = {
    "[", "(", "（", "【", "［", "〔", "-", "—", "|", ":", "：", NULL};
static const char *const brackets_close[] = {
    "]", ")", "）", "】", "］", "〕", "|", ":", "：", NULL};

/* text without a date at its end or beginning. */
static struct str
without_date(struct str text)
{
    struct pagedate date;
    size_t from = 0;

    text = str_trim(text);
    while (pagedate_find(text, from,
        PAGEDATE_SHORT | PAGEDATE_RELATIVE | PAGEDATE_SPLIT, &date)) {
        struct str rest = skip_prefix(str_from(text, date.end), brackets_close);
        struct str before = str_first(text, date.start);

        if (rest.n == 0 && before.n > 0 &&
            (before.p[before.n - 1] == ' ' ||
                skip_suffix(before, brackets_open).n < before.n))
            return skip_suffix(before, brackets_open);
        if (date.start == 0 || skip_prefix(before, brackets_open).n == 0) {
            bool parted = rest.n < text.n - date.end;

            if (parted && rest.n > 0 && date.year != 0)
                return without_date(rest);
        }
        from = date.end > from ? date.end : from + 1;
    }
    return text;
}

/* Whether the words of a class or id say that this is a title. */
static bool
is_title_element(const struct html *html, uint32_t i)
{
    static const char *const words[] = {"title", "tit", "headline", "bt",
        "biaoti", "subject", "news-name", "heading", NULL};
    struct str class = html_attr(html, i, "class");
    uint16_t tag = html->nodes[i].tag;

    if (tag >= HTML_TAG_H1 && tag <= HTML_TAG_H6)
        return true;
    if (tag == HTML_TAG_TEXT || tag == HTML_TAG_A)
        return false;
    return htmlword_has(class, words);
}

static bool
is_date_only(struct str text)
{
    struct pagedate date;

    return pagedate_is_pure(text,
        PAGEDATE_SHORT | PAGEDATE_RELATIVE | PAGEDATE_SPLIT | PAGEDATE_PARTIAL,
        &date);
}

/* The first block inside i that reads like a title, or 0. */
static uint32_t
title_block(const struct list_page *page, uint32_t i)
{
    const struct html *html = page->html;
    uint32_t first = 0;

    for (uint32_t k = i + 1; k < html->nodes[i].end; k++) {
        bool block =
            html_tag_flags((enum html_tag)html->nodes[k].tag) & HTML_BLOCK;
        bool named = is_title_element(html, k);
        struct str text;

        if ((!block || first != 0) && !named)
            continue;
        text = html_text_of(page->arena, html, k, FEED_MAX_TITLE_BYTES);
        if (list_count_letters(text) < LIST_MIN_LETTERS || is_date_only(text))
            continue;
        if (named)
            return k;
        if (html_find(html, k + 1, html->nodes[k].end, HTML_TAG_DIV) ==
            html->nodes[k].end)
            first = k;
    }
    return first;
}

/* The text of node i with the texts that are only a date left out. */
static struct str
text_without_dates(const struct list_page *page, uint32_t i)
{
    const struct html *html = page->html;
    struct buf out;
    struct str text;

    buf_init(&out, FEED_MAX_TITLE_BYTES);
    for (uint32_t k = i; k < html->nodes[i].end; k++) {
        struct str node = html->nodes[k].text;

        if (html_is(html, k, HTML_TAG_BR))
            (void)buf_add_char(&out, ' ');
        if (html_is(html, k, HTML_TAG_TEXT) &&
            (node.n > 40 || !is_date_only(str_trim(node))))
            (void)html_text(html, k, k + 1, false, &out);
    }
    text = arena_str(page->arena, str_trim(buf_str(&out)));
    buf_done(&out);
    return without_date(text);
}

/* Whether short_text, its cut mark apart, begins whole, white space apart. */
static bool
is_cut_of(struct str short_text, struct str whole)
{
    size_t i = 0, k = 0;

    short_text = skip_suffix(short_text, cut_marks);
    while (i < short_text.n) {
        if ((unsigned char)short_text.p[i] <= ' ') {
            i++;
        } else if (k < whole.n && (unsigned char)whole.p[k] <= ' ') {
            k++;
        } else {
            if (k >= whole.n || short_text.p[i] != whole.p[k])
                return false;
            i++;
            k++;
        }
    }
    return true;
}

/* The text of an attribute in the form of the page's other texts. */
static struct str
attribute_text(const struct list_page *page, uint32_t i, const char *name)
{
    struct str value = html_attr(page->html, i, name);

    return str_trim(utf8_cut(value, FEED_MAX_TITLE_BYTES));
}

/* The first text in [from, to) outside of the link that can be a title: that
 * of an element called so, else of any. */
static struct str
text_beside(const struct list_page *page, const struct list_record *record)
{
    const struct html *html = page->html;
    struct str first = STR_NONE;

    for (uint32_t k = record->from; k < record->to; k++) {
        bool named = is_title_element(html, k);
        struct str text;

        if (k == record->link) {
            k = html->nodes[k].end - 1;
            continue;
        }
        if (!named && (first.p || !html_is(html, k, HTML_TAG_TEXT)))
            continue;
        text = without_date(
            html_text_of(page->arena, html, k, FEED_MAX_TITLE_BYTES));
        if (list_count_letters(text) < LIST_MIN_LETTERS || is_date_only(text))
            continue;
        if (named)
            return text;
        first = text;
    }
    return first;
}

void
list_read_title_beside(const struct list_page *page, struct list_record *record)
{
    struct str text = skip_prefix(text_beside(page, record), bullets);

    if (text.n > 0)
        record->title = arena_str(page->arena, str_trim(text));
}

void
list_read_title(const struct list_page *page, struct list_record *record)
{
    struct str whole = attribute_text(page, record->link, "title");
    uint32_t block = title_block(page, record->link);
    struct str text = block != 0 ? without_date(html_text_of(page->arena,
                                       page->html, block, FEED_MAX_TITLE_BYTES))
                                 : text_without_dates(page, record->link);

    text = skip_prefix(text, bullets);
    whole = skip_prefix(whole, bullets);
    if (list_count_letters(whole) >= LIST_MIN_LETTERS && whole.n >= text.n &&
        is_cut_of(text, whole))
        text = whole;
    else if (skip_suffix(text, cut_marks).n < text.n && block != 0) {
        struct str inner = attribute_text(page, block, "title");

        if (inner.n >= text.n && is_cut_of(text, inner))
            text = inner;
    }
    record->title = arena_str(page->arena, str_trim(text));
    /* A link that lies over the whole record names it, or has no text. */
    if (record->letters == 0 && record->title.n == 0) {
        record->title = arena_str(
            page->arena, attribute_text(page, record->link, "aria-label"));
        list_read_title_beside(page, record);
    }
}

void
list_read_record(const struct list_page *page, struct list_record *record)
{
    list_read_title(page, record);
    list_read_date(page, record);
}
