/*
 * listselect: the records of a list page as the operator's selectors name them.
 */
#include "feeds/listselect.h"

#include "base/utf8.h"
#include "feeds/select.h"

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

/* The address that hit names: an attribute's or a value's, or a link's in or
 * around the element. */
static struct str
hit_url(const struct list_page *page, const struct select_hit *hit)
{
    const struct html *html = page->html;
    uint32_t link = hit->node;

    if (link == 0)
        return html_url(page->arena, html, hit->text);
    link = html_find(html, link, html->nodes[link].end, HTML_TAG_A);
    if (link == html->nodes[hit->node].end)
        link = html_ancestor(html, hit->node, HTML_TAG_A);
    return link == 0
               ? STR_NONE
               : html_url(page->arena, html, html_attr(html, link, "href"));
}

static struct str
hit_text(const struct list_page *page, const struct select_hit *hit)
{
    if (hit->node != 0)
        return html_text_of(
            page->arena, page->html, hit->node, FEED_MAX_TITLE_BYTES);
    return str_trim(utf8_cut(hit->text, FEED_MAX_TITLE_BYTES));
}

static struct wall
hit_date(const struct list_page *page, const struct select_hit *hit)
{
    struct str machine = hit->node != 0
                             ? html_attr(page->html, hit->node, "datetime")
                             : STR_NONE;
    struct wall t = WALL_NONE;

    if (machine.n > 0)
        t = list_read_date_text(page, machine);
    return wall_is_set(t) ? t : list_read_date_text(page, hit_text(page, hit));
}

/* The operator's selectors within the records, those that there are. */
enum list_part { PART_LINK, PART_TITLE, PART_DATE, PARTS };
struct list_parts {
    struct select *select[PARTS];
    size_t hits[PARTS];
};

static void
parts_done(struct list_parts *parts)
{
    for (int i = 0; i < PARTS; i++)
        select_done(parts->select[i]);
}

static int
parts_open(struct list_parts *parts, const struct list_page *page,
    const struct feed_input *input, struct toc_error *reterr)
{
    const struct str selectors[PARTS] = {
        input->select_link, input->select_title, input->select_date};
    int err = 0;

    for (int i = 0; i < PARTS && err == 0; i++)
        if (str_trim(selectors[i]).n > 0)
            err = select_open(
                page->html, selectors[i], reterr, &parts->select[i]);
    return err;
}

/* Where part stands in the record at node; *ret is empty without a selector
 * for it, or when it names nothing there. */
static int
parts_find(struct list_parts *parts, enum list_part part,
    const struct list_page *page, uint32_t node, struct toc_error *reterr,
    struct select_hit *ret)
{
    int err = 0;

    *ret = (struct select_hit){0};
    if (parts->select[part])
        err =
            select_within(parts->select[part], page->arena, node, reterr, ret);
    parts->hits[part] += ret->node != 0 || ret->text.p;
    return err;
}

/* Read the record at node; *ret_is_one is false when it has no address. */
static int
read_record(const struct list_page *page, uint32_t node,
    struct list_parts *parts, struct toc_error *reterr, struct list_record *ret,
    bool *ret_is_one)
{
    struct select_hit link, title, date;
    int err = parts_find(parts, PART_LINK, page, node, reterr, &link);

    if (err == 0)
        err = parts_find(parts, PART_TITLE, page, node, reterr, &title);
    if (err == 0)
        err = parts_find(parts, PART_DATE, page, node, reterr, &date);
    if (err != 0)
        return err;
    *ret_is_one = record_of_node(page, node, ret);
    if (parts->select[PART_LINK] && (link.node != 0 || link.text.p)) {
        ret->url = hit_url(page, &link);
        *ret_is_one = ret->url.p != NULL;
    }
    if (!*ret_is_one)
        return 0;
    list_read_record(page, ret);
    if (title.node != 0 || title.text.n > 0)
        ret->title = hit_text(page, &title);
    if (parts->select[PART_DATE])
        ret->date = hit_date(page, &date);
    return 0;
}

static int
read_records(const struct list_page *page, const struct feed_input *input,
    struct list_parts *parts, struct toc_error *reterr,
    struct list_record **ret, size_t *ret_n)
{
    uint32_t *nodes;
    size_t count, n = 0;
    struct list_record *records;
    int err = select_nodes(
        page->arena, page->html, input->select, reterr, &nodes, &count);

    if (err == 0)
        err = parts_open(parts, page, input, reterr);
    if (err != 0)
        return err;
    records = ARENA_ARRAY(page->arena, count + 1, struct list_record);
    if (!records)
        return E_NOMEM;
    for (size_t i = 0; i < count && err == 0; i++) {
        bool is_one = false;

        err = read_record(page, nodes[i], parts, reterr, &records[n], &is_one);
        n += is_one;
    }
    *ret = records;
    *ret_n = n;
    return err;
}

int
list_select(const struct list_page *list, const struct feed_input *input,
    struct htmlpage *page, struct toc_error *reterr, struct list_record **ret,
    size_t *ret_n)
{
    static const char *const names[PARTS] = {"link", "title", "date"};
    struct list_parts parts = {0};
    int err = read_records(list, input, &parts, reterr, ret, ret_n);

    for (int i = 0; i < PARTS && err == 0 && *ret_n > 0; i++)
        if (parts.select[i] && parts.hits[i] == 0)
            htmlpage_note(page,
                arena_printf(list->arena,
                    "selector: the one of the %s names nothing in any record",
                    names[i]));
    parts_done(&parts);
    if (err == 0 && *ret_n == 0)
        htmlpage_note(page, STR("selector: it names nothing on this page"));
    return err;
}
