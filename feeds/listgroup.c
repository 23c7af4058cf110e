/*
 * listgroup: records that look alike: read, and judged whether they are a list.
 */
#include "feeds/listgroup.h"

#include <math.h>
#include <stdlib.h>

#include "feeds/htmlword.h"

enum {
    MINE_MAX_EXTENSION = 40, /* nodes beside a root that may belong to it */
    MINE_MAX_HEADING = 40,   /* nodes before the first record's heading */
    MINE_TITLE_MAX = 40      /* letters beyond which longer is not better */
};

int
listgroup_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static bool
says_aside(struct str name)
{
    static const char *const words[] = {"nav", "menu", "side", "foot", "hot",
        "crumb", "position", "friend", "flink", "yqlj", "rank", "recommend",
        "related", "relate", "share", "banner", "slide", "swiper", "focus",
        "paging", "copyright", "tool", "login", "search", "comment", NULL};

    return htmlword_has(name, words);
}

/* Whether node i stands in what surrounds a page's matter. */
bool
listgroup_is_aside(const struct html *html, uint32_t i)
{
    for (; i != 0; i = html->nodes[i].parent) {
        uint16_t tag = html->nodes[i].tag;

        if (tag == HTML_TAG_BODY || tag == HTML_TAG_HTML)
            return false;
        if (tag == HTML_TAG_NAV || tag == HTML_TAG_FOOTER ||
            tag == HTML_TAG_ASIDE || tag == HTML_TAG_SELECT ||
            says_aside(html_attr(html, i, "class")) ||
            says_aside(html_attr(html, i, "id")))
            return true;
    }
    return false;
}

/* Where what belongs to a record may stand beside its root. */
enum extent { EXTENT_BEHIND, EXTENT_BEFORE, EXTENTS };

/* Whether siblings of a root with this tag are records themselves, so that
 * only what has no link can belong to one ("标题" above "发布时间" in rows). */
static bool
is_row(uint16_t tag)
{
    return tag == HTML_TAG_LI || tag == HTML_TAG_TR || tag == HTML_TAG_ARTICLE;
}

/* The node at or before high at which the siblings behind from end that hold
 * no link. */
static uint32_t
linkless_end(const struct html *html, uint32_t from, uint32_t high)
{
    while (from < high) {
        uint32_t end = html->nodes[from].end;

        if (html_find(html, from, end, HTML_TAG_A) < end)
            return from;
        from = end;
    }
    return from < high ? from : high;
}

/* Set from and to of records [a, b): the root, and with extent its siblings up
 * to the next or last record. */
static void
set_extents(struct listmine *mine, size_t a, size_t b, enum extent extent)
{
    const struct html *html = mine->page->html;
    const struct html_node *nodes = html->nodes;

    for (size_t i = a; i < b; i++) {
        struct list_record *r = &mine->links[i];
        uint32_t parent = nodes[r->root].parent;
        uint32_t low = parent + 1;
        uint32_t high = nodes[parent].end;

        r->from = r->root;
        r->to = nodes[r->root].end;
        if (extent == EXTENTS)
            continue;
        if (i > a && mine->links[i - 1].root >= parent)
            low = nodes[mine->links[i - 1].root].end;
        if (i + 1 < b && mine->links[i + 1].root < high)
            high = mine->links[i + 1].root;
        if (extent == EXTENT_BEHIND && high > r->to) {
            if (is_row(nodes[r->root].tag))
                high = linkless_end(html, r->to, high);
            r->to = high < r->to + MINE_MAX_EXTENSION
                        ? high
                        : r->to + MINE_MAX_EXTENSION;
        }
        if (extent == EXTENT_BEFORE && low < r->from)
            r->from = low + MINE_MAX_EXTENSION > r->from
                          ? low
                          : r->from - MINE_MAX_EXTENSION;
        if (r->to > nodes[parent].end)
            r->to = nodes[parent].end;
    }
}

static size_t
count_dated(const struct listmine *mine, size_t a, size_t b)
{
    size_t n = 0;

    for (size_t i = a; i < b; i++)
        n += wall_is_set(mine->links[i].date) && !mine->links[i].date_in_url;
    return n;
}

/* Whether the links of records [a, b) all say the same: "Read more". */
static bool
is_one_title(const struct listmine *mine, size_t a, size_t b)
{
    size_t i = a;

    while (i < b && str_eq(mine->links[i].title, mine->links[a].title))
        i++;
    return i == b && b - a > 1;
}

static size_t
try_extent(struct listmine *mine, size_t a, size_t b, enum extent extent)
{
    set_extents(mine, a, b, extent);
    for (size_t i = a; i < b; i++)
        list_read_date(mine->page, &mine->links[i]);
    return count_dated(mine, a, b);
}

/* The date that is all of a text in nodes [from, to), the last one. */
static struct wall
heading_date(const struct list_page *page, uint32_t from, uint32_t to)
{
    struct wall t = WALL_NONE;

    for (uint32_t k = from; k < to; k++) {
        struct pagedate date;

        if (html_is(page->html, k, HTML_TAG_TEXT) &&
            pagedate_is_pure(
                page->html->nodes[k].text, PAGEDATE_RELATIVE, &date) &&
            wall_is_set(pagedate_wall(&date, page->zone, page->now)))
            t = pagedate_wall(&date, page->zone, page->now);
    }
    return t;
}

/* A date that stands between records is that of all behind it, up to the next.
 */
static void
carry_headings(struct listmine *mine, size_t a, size_t b)
{
    const struct html_node *nodes = mine->page->html->nodes;
    struct wall t = WALL_NONE;

    for (size_t i = a; i < b; i++) {
        struct list_record *r = &mine->links[i];
        uint32_t back =
            r->root > MINE_MAX_HEADING ? r->root - MINE_MAX_HEADING : 0;
        uint32_t from = i > a ? nodes[mine->links[i - 1].root].end : back;
        struct wall heading =
            heading_date(mine->page, from > back ? from : back, r->root);

        if (wall_is_set(heading))
            t = heading;
        if (wall_is_set(t) && (!wall_is_set(r->date) || r->date_in_url)) {
            r->date = t;
            r->date_in_url = false;
        }
    }
}

/* Read the dates of a group: of the roots alone where those are rows, else
 * with what stands behind them, or in whichever way dates more of them. */
static void
read_group_dates(struct listmine *mine, size_t a, size_t b)
{
    bool rows = is_row(mine->page->html->nodes[mine->links[a].root].tag);
    enum extent best = rows ? EXTENTS : EXTENT_BEHIND;
    enum extent other = rows ? EXTENT_BEHIND : EXTENT_BEFORE;
    size_t dated = try_extent(mine, a, b, best);

    if (dated == b - a || (rows && dated * 2 > b - a))
        return;
    if (try_extent(mine, a, b, other) > dated)
        best = other;
    dated = try_extent(mine, a, b, best);
    if (dated * 2 >= b - a)
        return;
    (void)try_extent(mine, a, b, EXTENTS);
    carry_headings(mine, a, b);
    if (count_dated(mine, a, b) <= dated)
        (void)try_extent(mine, a, b, best);
}

/* Read the records of a group. */
void
listgroup_read(struct listmine *mine, size_t a, size_t b)
{
    read_group_dates(mine, a, b);
    for (size_t i = a; i < b; i++)
        list_read_title(mine->page, &mine->links[i]);
    if (is_one_title(mine, a, b))
        for (size_t i = a; i < b; i++)
            list_read_title_beside(mine->page, &mine->links[i]);
}

void
listgroup_score(
    struct listmine *mine, struct listgroup *group, uint64_t *scratch)
{
    size_t n = group->to - group->from;
    size_t letters = 0, dated = 0, url_dated = 0, titles = 0;

    for (size_t i = group->from; i < group->to; i++) {
        const struct list_record *r = &mine->links[i];
        uint32_t count = list_count_letters(r->title);

        letters += count < MINE_TITLE_MAX ? count : MINE_TITLE_MAX;
        dated += wall_is_set(r->date) && !r->date_in_url;
        url_dated += wall_is_set(r->date) && r->date_in_url;
        scratch[titles] = 7;
        for (size_t k = 0; k < r->title.n; k++)
            scratch[titles] =
                listgroup_mix(scratch[titles], (unsigned char)r->title.p[k]);
        titles++;
    }
    qsort(scratch, titles, sizeof *scratch, listgroup_compare);
    titles = 0;
    for (size_t i = 0; i < n; i++)
        titles += i == 0 || scratch[i] != scratch[i - 1];
    group->letters = (double)letters / (double)n;
    group->dated = (double)dated / (double)n;
    group->url_dated = (double)url_dated / (double)n;
    group->aside =
        listgroup_is_aside(mine->page->html, mine->links[group->from].root);
    group->score = pow((double)n, .8) * group->letters *
                   (.15 + group->dated + .5 * group->url_dated) *
                   (group->aside ? .35 : 1) * (double)titles / (double)n;
}

/* Whether a group is a list and not what every page has. */
bool
listgroup_is_list(const struct listgroup *group)
{
    size_t n = group->to - group->from;
    double dated = group->dated + group->url_dated;

    if (group->letters < LIST_MIN_LETTERS)
        return false;
    if (n >= 4 && dated >= .5)
        return true;
    if (n >= 2 && group->dated >= 1 && group->letters >= 6 && !group->aside)
        return true;
    return n >= 10 && group->letters >= 9 && !group->aside;
}
