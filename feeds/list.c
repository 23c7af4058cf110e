/*
 * list: a page that lists publications, read as a document with items.
 *
 * The records come from the operator's selector or from mining the page
 * (feeds/listmine.h); here they become items, and the page's own title, next
 * page and notes are found.
 */
#include "base/utf8.h"
#include "feeds/blocked.h"
#include "feeds/htmlpage.h"
#include "feeds/identity.h"
#include "feeds/listmine.h"
#include "feeds/pager.h"
#include "feeds/select.h"

enum {
    LIST_TITLE_BYTES = 1000,
    LIST_NO_WALL = 5 /* items that a wall does not have */
};

/* The record of an element that the selector named: its link with the longest
 * text.  False when it has none. */
static bool
record_of_node(
    const struct list_page *page, uint32_t node, struct list_record *ret)
{
    const struct html *html = page->html;
    uint32_t end = html->nodes[node].end;
    uint32_t best = 0, letters = 0;

    for (uint32_t i = node; i < end; i++) {
        uint32_t n;

        if (!html_is(html, i, HTML_TAG_A) ||
            !html_url(page->arena, html, html_attr(html, i, "href")).p)
            continue;
        n = list_count_letters(
            html_text_of(page->arena, html, i, FEED_MAX_TITLE_BYTES));
        if (n == 0)
            n = list_count_letters(html_attr(html, i, "title"));
        if (best == 0 || n > letters) {
            best = i;
            letters = n;
        }
    }
    if (best == 0) {
        best = html_ancestor(html, node, HTML_TAG_A);
        if (best == 0)
            return false;
    }
    *ret = (struct list_record){.link = best,
        .root = node,
        .from = node,
        .to = end,
        .url = html_url(page->arena, html, html_attr(html, best, "href")),
        .date = WALL_NONE};
    return ret->url.p != NULL;
}

static int
list_select(const struct list_page *page, struct str selector,
    struct toc_error *reterr, struct list_record **ret, size_t *ret_n)
{
    uint32_t *nodes;
    size_t count, n = 0;
    struct list_record *records;
    int err =
        select_nodes(page->arena, page->html, selector, reterr, &nodes, &count);

    if (err != 0)
        return err;
    records = ARENA_ARRAY(page->arena, count + 1, struct list_record);
    if (!records)
        return E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!record_of_node(page, nodes[i], &records[n]))
            continue;
        list_read_record(page, &records[n]);
        n++;
    }
    *ret = records;
    *ret_n = n;
    return 0;
}

static bool
is_known(const struct item *items, size_t n, struct str url)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(items[i].url, url))
            return true;
    return false;
}

static int
make_items(struct arena *arena, const struct feed_input *input,
    const struct list_record *records, size_t n, struct document *document)
{
    size_t max = input->max_items ? input->max_items : FEED_MAX_ITEMS;
    struct item *items = ARENA_ARRAY(arena, n + 1, struct item);
    size_t count = 0;

    if (!items)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (is_known(items, count, records[i].url) ||
            list_count_letters(records[i].title) == 0)
            continue;
        if (count == max) {
            document->partial = true;
            break;
        }
        items[count++] = (struct item){.url = records[i].url,
            .title = records[i].title,
            .published = records[i].date,
            .updated = WALL_NONE};
    }
    document->items = items;
    document->nitems = count;
    return identity_fill(arena, items, count, NULL);
}

static struct str
find_title(struct arena *arena, const struct html *html)
{
    uint32_t i = html_find(html, 1, html->n, HTML_TAG_TITLE);
    struct str title;

    if (i == html->n)
        return STR_NONE;
    title = html_text_of(arena, html, i, LIST_TITLE_BYTES);
    return title.n > 0 ? title : STR_NONE;
}

static int
read_page(struct arena *arena, const struct feed_input *input,
    struct htmlpage *page, struct toc_error *reterr, struct document *document)
{
    struct list_page list = {.arena = arena,
        .html = &page->html,
        .zone = input->zone,
        .now = input->now};
    struct list_record *records;
    size_t n;
    int err;

    if (str_trim(input->select).n > 0) {
        err = list_select(&list, input->select, reterr, &records, &n);
        if (err == 0 && n == 0)
            htmlpage_note(page, STR("the selector names nothing on this page"));
    } else {
        err = list_mine(&list, &records, &n);
        if (err == 0 && n == 0)
            htmlpage_note(page, STR("no list was found on this page"));
    }
    if (err == 0)
        err = make_items(arena, input, records, n, document);
    /* A page that lists something is no wall, whatever it says. */
    if (err == 0 && document->nitems < LIST_NO_WALL)
        document->blocked = blocked_reason(&page->html);
    if (document->blocked.p) {
        document->nitems = 0;
        htmlpage_note(page,
            arena_printf(arena, "blocked: %.*s", STR_ARG(document->blocked)));
    }
    document->title = find_title(arena, &page->html);
    if (!document->blocked.p)
        document->next = pager_next(arena, &page->html, input->url);
    return err;
}

int
list_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct document **ret)
{
    struct htmlpage page;
    struct document *document;
    int err = htmlpage_open(arena, input, reterr, &page);

    if (err != 0)
        return err;
    document = ARENA_NEW(arena, struct document);
    if (!document) {
        err = E_NOMEM;
    } else {
        *document = (struct document){.format = DOCUMENT_LIST,
            .version = STR("html"),
            .encoding = page.decoded.encoding,
            .link = input->url,
            .updated = WALL_NONE,
            .replaced = page.decoded.replaced,
            .trouble = (page.decoded.note.p || page.decoded.replaced > 0
                               ? TROUBLE_ENCODING
                               : 0u) |
                       (page.html.cut ? TROUBLE_LIMIT : 0u),
            .partial = page.html.cut};
        err = read_page(arena, input, &page, reterr, document);
        for (size_t i = 0; i < page.nnotes; i++)
            document->notes[document->nnotes++] = page.notes[i];
    }
    htmlpage_done(&page);
    if (err == 0 && arena_failed(arena))
        err = E_NOMEM;
    if (err != 0) {
        if (reterr && !reterr->text[0])
            toc_error_set(reterr, NULL, 0, 0, "the page cannot be read: %s",
                err_text(err));
        return err;
    }
    *ret = document;
    return 0;
}
