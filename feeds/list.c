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
#include "feeds/listselect.h"
#include "feeds/pager.h"

enum {
    LIST_TITLE_BYTES = 1000,
    LIST_BARE_LETTERS = 20, /* of a page that says nothing */
    LIST_NO_WALL = 5        /* items that a wall does not have */
};

/* Whether there is anything to read on the page. */
static bool
is_bare_page(const struct html *html)
{
    uint32_t letters = 0;

    for (uint32_t i = 1; i < html->n && letters < LIST_BARE_LETTERS; i++)
        if (html_is(html, i, HTML_TAG_TEXT))
            letters += list_count_letters(html->nodes[i].text);
    return letters < LIST_BARE_LETTERS;
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

/* The address of the first link element with that rel, or absent. */
static struct str
find_link(struct arena *arena, const struct html *html, const char *rel)
{
    for (uint32_t i = 1; i < html->n; i++) {
        if (html_is(html, i, HTML_TAG_LINK) &&
            html_attr_has_word(html, i, "rel", rel))
            return html_url(arena, html, html_attr(html, i, "href"));
    }
    return STR_NONE;
}

/* The records of the page: those that are named, or the list that is found. */
static int
find_records(const struct list_page *list, const struct feed_input *input,
    struct htmlpage *page, struct toc_error *reterr, struct list_found *ret)
{
    bool named = str_trim(input->select).n > 0;
    int err;

    *ret = (struct list_found){0};
    if (named) {
        err = list_select(list, input, page, reterr, &ret->records, &ret->n);
        ret->lost = err == 0 && ret->n == 0;
    } else {
        err = list_find(list, input->hint, ret);
        if (err == 0 && ret->n == 0)
            htmlpage_note(page, STR("list: none was found on this page"));
        else if (err == 0 && ret->lost)
            htmlpage_note(page,
                STR("list: the one that was here is gone: another was read"));
    }
    return err;
}

static int
read_page(struct arena *arena, const struct feed_input *input,
    struct htmlpage *page, struct toc_error *reterr, struct document *document)
{
    const struct html *html = &page->html;
    struct list_page list = {
        .arena = arena, .html = html, .zone = input->zone, .now = input->now};
    struct list_found found;
    int err = find_records(&list, input, page, reterr, &found);

    if (err == 0)
        err = make_items(arena, input, found.records, found.n, document);
    if (err != 0)
        return err;
    document->title = find_title(arena, html);
    /* A page that lists something is no wall, whatever it says. */
    if (document->nitems < LIST_NO_WALL)
        document->blocked = blocked_reason(html);
    if (document->blocked.p) {
        document->nitems = 0;
        htmlpage_note(page,
            arena_printf(arena, "blocked: %.*s", STR_ARG(document->blocked)));
        return 0;
    }
    document->next = pager_next(arena, html, input->url);
    document->hub = find_link(arena, html, "hub");
    document->self = find_link(arena, html, "self");
    document->hint = found.hint;
    document->hint_lost = found.lost && !is_bare_page(html);
    return 0;
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
