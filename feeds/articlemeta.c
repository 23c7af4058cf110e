/*
 * articlemeta: title and date of an article, from what a page says of itself
 * for machines, and from where they stand for readers.
 */
#include <string.h>

#include "feeds/articlepage.h"
#include "feeds/date.h"
#include "feeds/htmlword.h"
#include "feeds/listmine.h"
#include "feeds/pagedate.h"

enum {
    META_MAX_TITLE = 600,   /* bytes */
    META_MIN_LETTERS = 3,   /* of a title */
    META_MAX_KEY = 1024,    /* bytes of a normalised title */
    META_HEADING_BACK = 40, /* nodes between a date and its heading */
    META_DATE_TEXTS = 400,  /* texts behind the title that are searched */
    META_MAX_DATE = 100     /* bytes */
};

/* Letters and digits of text in lower case (ASCII), for comparing. */
static struct str
normal_key(struct str text, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < META_MAX_KEY; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c >= 'A' && c <= 'Z')
            out[n++] = (char)(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
            out[n++] = (char)c;
    }
    return (struct str){out, n};
}

static bool
is_heading(const struct html *html, uint32_t i)
{
    static const char *const words[] = {"tit", "headline", "bt", NULL};
    static const char *const names[] = {"class", "id"};
    uint16_t tag = html->nodes[i].tag;

    if (tag >= HTML_TAG_H1 && tag <= HTML_TAG_H4)
        return true;
    if (tag == HTML_TAG_TEXT || tag == HTML_TAG_TITLE || tag == HTML_TAG_A ||
        tag == HTML_TAG_BODY || tag == HTML_TAG_META)
        return false;
    for (size_t k = 0; k < 2; k++) {
        if (htmlword_has(html_attr(html, i, names[k]), words))
            return true;
    }
    return false;
}

static struct str
meta_content(const struct html *html, uint32_t i, const char *wanted)
{
    static const char *const names[] = {"property", "name", "itemprop"};

    if (!html_is(html, i, HTML_TAG_META))
        return STR_NONE;
    for (size_t k = 0; k < 3; k++)
        if (str_eq_nocase(
                str_trim(html_attr(html, i, names[k])), str_of(wanted)))
            return str_trim(html_attr(html, i, "content"));
    return STR_NONE;
}

static struct str
find_meta(const struct html *html, const char *const *wanted)
{
    for (size_t k = 0; wanted[k]; k++)
        for (uint32_t i = 1; i < html->n; i++) {
            struct str content = meta_content(html, i, wanted[k]);

            if (content.n > 0)
                return content;
        }
    return STR_NONE;
}

/* The longest part of a <title> between the marks that sites put there. */
static struct str
title_part(struct str title)
{
    static const char *const marks[] = {
        " | ", "|", "_", " » ", " - ", " – ", " — ", "--", "-", "—"};
    struct str best = title;

    for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++) {
        struct str mark = str_of(marks[k]);
        struct str rest = title;

        if (str_find(title, mark) == title.n)
            continue;
        best = STR_NONE;
        while (rest.n > 0) {
            size_t n = str_find(rest, mark);
            struct str part = str_trim(str_first(rest, n));

            if (part.n > best.n)
                best = part;
            rest = n < rest.n ? str_from(rest, n + mark.n) : STR_NONE;
        }
        break;
    }
    return best;
}

/* The longest heading whose words begin or stand in the page's title; *ret_only
 * is the only h1 when there is exactly one. */
static uint32_t
find_heading(struct arena *arena, const struct html *html, struct str title,
    uint32_t *ret_only)
{
    char title_bytes[META_MAX_KEY], bytes[META_MAX_KEY];
    struct str title_key = normal_key(title, title_bytes);
    uint32_t best = 0, ones = 0;
    size_t longest = 0;

    *ret_only = 0;
    for (uint32_t i = 1; i < html->n; i++) {
        struct str text, key;

        if (!is_heading(html, i) || html->nodes[i].end - i > 60)
            continue;
        text = html_text_of(arena, html, i, META_MAX_TITLE);
        if (list_count_letters(text) < META_MIN_LETTERS)
            continue;
        if (html_is(html, i, HTML_TAG_H1)) {
            ones++;
            *ret_only = i;
        }
        key = normal_key(text, bytes);
        if (key.n > longest && key.n > 0 &&
            str_find(title_key, key) < title_key.n) {
            longest = key.n;
            best = i;
        }
    }
    if (ones != 1)
        *ret_only = 0;
    return longest * 4 >= title_key.n || longest >= 24 ? best : 0;
}

/* Where a label of a publication's date stands in text; text.n: nowhere. */
static size_t
find_label(struct str text)
{
    static const char *const labels[] = {"发布时间", "发布日期", "发表时间",
        "发文日期", "发布于", "时间：", "日期：", "时间:", "日期:", "更新时间",
        "Published", "Posted on"};

    for (size_t k = 0; k < sizeof labels / sizeof labels[0]; k++) {
        size_t at = str_find(text, str_of(labels[k]));

        if (at < text.n)
            return at;
    }
    return text.n;
}

/* The heading above the line with the publication's date: where a site's
 * <title> names only the site. */
static uint32_t
find_heading_above_date(struct arena *arena, const struct html *html)
{
    uint32_t i = 1;

    while (i < html->n &&
           (html->nodes[i].text.n == 0 || html->nodes[i].text.n > 400 ||
               find_label(html->nodes[i].text) == html->nodes[i].text.n))
        i++;
    for (int back = 0; i < html->n && i > 1 && back < META_HEADING_BACK;
         back++) {
        uint16_t tag = html->nodes[--i].tag;
        struct str text;

        if ((tag < HTML_TAG_H1 || tag > HTML_TAG_H6) && !is_heading(html, i))
            continue;
        text = html_text_of(arena, html, i, META_MAX_TITLE);
        if (list_count_letters(text) >= 2 * META_MIN_LETTERS &&
            find_label(text) == text.n)
            return i;
    }
    return 0;
}

struct str
article_find_title(
    struct arena *arena, const struct html *html, uint32_t *ret_node)
{
    static const char *const metas[] = {
        "og:title", "twitter:title", "headline", NULL};
    uint32_t i = html_find(html, 1, html->n, HTML_TAG_TITLE);
    struct str title = STR_NONE, said;
    uint32_t only, node;

    if (i < html->n)
        title = html_text_of(arena, html, i, META_MAX_TITLE);
    node = find_heading(arena, html, title, &only);
    said = article_json(arena, html, "headline", META_MAX_TITLE);
    if (said.n == 0)
        said = find_meta(html, metas);
    if (node == 0 && said.n == 0)
        node = find_heading_above_date(arena, html);
    if (node == 0)
        node = only;
    *ret_node = node;
    if (node != 0)
        return html_text_of(arena, html, node, META_MAX_TITLE);
    if (said.n > 0)
        return arena_str(arena, str_first(said, META_MAX_TITLE));
    return title.n > 0 ? title_part(title) : STR_NONE;
}

static struct wall
read_machine_date(struct str text, const struct feed_input *input)
{
    struct date_context context = {
        .zone = input->zone, .offset_minutes = 8 * 60, .now = input->now};
    struct pagedate date;
    struct wall t;

    text = str_trim(text);
    if (text.n == 0)
        return WALL_NONE;
    t = date_parse(text, &context);
    if (!wall_is_set(t) && text.n < 200 &&
        pagedate_find(text, 0, PAGEDATE_COMPACT, &date))
        t = pagedate_wall(&date, input->zone, input->now);
    return t;
}

/* Names under which pages tell machines when they were published, the surest
 * first, and when they were changed. */
static const char *const meta_dates[] = {"article:published_time",
    "og:published_time", "og:article:published_time", "datepublished",
    "publishdate", "pubdate", "publish_date", "publish-date",
    "publication_date", "publication-date", "parsely-pub-date", "sailthru.date",
    "article.published", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dcterms.date", "dc.date", "firstpublishedtime",
    "weibo:article:create_at", "apub:time", "bt:pubdate",
    "cxenseparse:recs:publishtime", "rnews:datepublished",
    "shareaholic:article_published_time", "og:release_date", "date", "created",
    "article.created", "displaydate", NULL};
static const char *const meta_changes[] = {
    "article:modified_time", "dateupdate", "datemodified", "lastmod", NULL};

static struct wall
find_meta_date(const struct html *html, const struct feed_input *input,
    const char *const *names)
{
    for (size_t k = 0; names[k]; k++)
        for (uint32_t i = 1; i < html->n; i++) {
            struct wall t =
                read_machine_date(meta_content(html, i, names[k]), input);

            if (wall_is_set(t))
                return t;
        }
    return WALL_NONE;
}

static struct wall
find_element_date(const struct html *html, const struct feed_input *input)
{
    for (uint32_t i = 1; i < html->n; i++) {
        struct wall t = WALL_NONE;

        if (html_is(html, i, HTML_TAG_TEXT))
            continue;
        if (html_is(html, i, HTML_TAG_TIME) ||
            html_attr_has_word(html, i, "itemprop", "datePublished")) {
            t = read_machine_date(html_attr(html, i, "datetime"), input);
            if (!wall_is_set(t))
                t = read_machine_date(html_attr(html, i, "content"), input);
        }
        if (wall_is_set(t))
            return t;
    }
    return WALL_NONE;
}

static struct wall
find_url_date(const struct feed_input *input)
{
    struct pagedate date;

    if (!input->url.p || !pagedate_in_url(input->url, &date))
        return WALL_NONE;
    return pagedate_wall(&date, input->zone, input->now);
}

/* A date in the texts [i, end): behind a label, or the first of all. */
static struct wall
find_text_date(const struct html *html, const struct feed_input *input,
    uint32_t i, bool labelled, int texts)
{
    int wait = 0; /* texts that a label may still be followed by */

    for (; i < html->n && texts > 0; i++) {
        struct str text = html->nodes[i].text;
        struct pagedate date;
        size_t at = 0;

        if (!html_is(html, i, HTML_TAG_TEXT) || str_trim(text).n == 0 ||
            html_is(html, html->nodes[i].parent, HTML_TAG_TITLE))
            continue;
        texts--;
        text = str_first(text, 2000);
        if (labelled) {
            at = find_label(text);
            if (at < text.n)
                wait = 3;
            else if (wait > 0)
                at = 0;
            else
                continue;
            wait--;
        }
        while (pagedate_find(text, at, 0, &date)) {
            struct wall t = pagedate_wall(&date, input->zone, input->now);

            if (wall_is_set(t) && date.year != 0)
                return t;
            at = date.end > at ? date.end : at + 1;
        }
    }
    return WALL_NONE;
}

struct wall
article_find_date(struct arena *arena, const struct html *html,
    const struct feed_input *input, uint32_t title_node)
{
    struct wall t = find_meta_date(html, input, meta_dates);
    struct wall seen;

    if (!wall_is_set(t))
        t = read_machine_date(
            article_json(arena, html, "datePublished", META_MAX_DATE), input);
    if (!wall_is_set(t))
        t = find_element_date(html, input);
    if (wall_is_set(t))
        return t;
    t = find_url_date(input);
    seen = find_text_date(html, input, 1, true, (int)html->n);
    if (!wall_is_set(seen))
        seen = find_text_date(html, input, title_node, false, META_DATE_TEXTS);
    /* The text may add the time of day to the day that the address tells. */
    if (!wall_is_set(t))
        return wall_is_set(seen) ? seen
                                 : find_meta_date(html, input, meta_changes);
    return wall_is_set(seen) && seen.ms >= t.ms && seen.ms < t.ms + MS_DAY
               ? seen
               : t;
}
