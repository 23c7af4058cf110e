/*
 * listmine: find the records of a page that lists publications; see
 * listmine.h for the method.
 */
#include "feeds/listmine.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/listgroup.h"
#include "feeds/listhint.h"

enum {
    MINE_MAX_GROUPS = 400, /* that are scored, the largest first */
    MINE_SHAPE_MIN = 3,    /* links of a shape that make it a cluster */
    MINE_COLUMN_MAX = 8    /* letters of a column's name */
};

static int
by_cluster(const void *a, const void *b)
{
    const struct list_record *x = a, *y = b;

    if (x->cluster != y->cluster)
        return x->cluster < y->cluster ? -1 : 1;
    return x->link < y->link ? -1 : x->link > y->link;
}

static int
by_group(const void *a, const void *b)
{
    const struct list_record *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->link < y->link ? -1 : x->link > y->link;
}

static int
by_place(const void *a, const void *b)
{
    const struct list_record *x = a, *y = b;

    return x->link < y->link ? -1 : x->link > y->link;
}

static size_t
cluster_end(const struct listmine *mine, size_t from)
{
    size_t to = from;

    while (to < mine->n && mine->links[to].cluster == mine->links[from].cluster)
        to++;
    return to;
}

/* How often value is in sorted[0 … n). */
static size_t
count_sorted(const uint64_t *sorted, size_t n, uint64_t value)
{
    size_t low = 0, high = n, count = 0;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < n && sorted[low] == value) {
        low++;
        count++;
    }
    return count;
}

/* Links of one cluster whose addresses have queries of several shapes are
 * several clusters: the title's link and the department's. */
static int
split_by_shape(struct listmine *mine, uint64_t *scratch)
{
    for (size_t from = 0; from < mine->n;) {
        size_t to = cluster_end(mine, from);
        size_t n = 0;
        bool several = false;

        for (size_t i = from; i < to; i++)
            if (mine->links[i].has_query)
                scratch[n++] = mine->links[i].shape;
        qsort(scratch, n, sizeof *scratch, listgroup_compare);
        for (size_t i = 1; i < n; i++)
            if (scratch[i] != scratch[0])
                several = true;
        for (size_t i = from; several && i < to; i++) {
            struct list_record *link = &mine->links[i];

            if (link->has_query &&
                count_sorted(scratch, n, link->shape) >= MINE_SHAPE_MIN)
                link->cluster ^= link->shape * 3;
        }
        from = to;
    }
    qsort(mine->links, mine->n, sizeof *mine->links, by_cluster);
    return 0;
}

/* Drop links whose address comes again and again between others: columns. */
static void
drop_columns(struct listmine *mine, uint64_t *scratch)
{
    size_t kept = 0;

    for (size_t from = 0; from < mine->n;) {
        size_t to = cluster_end(mine, from);
        size_t n = 0;

        /* One entry per run of links with one address. */
        for (size_t i = from; i < to; i++)
            if (i == from ||
                mine->links[i].url_hash != mine->links[i - 1].url_hash)
                scratch[n++] = mine->links[i].url_hash;
        qsort(scratch, n, sizeof *scratch, listgroup_compare);
        for (size_t i = from; i < to; i++) {
            struct list_record link = mine->links[i];

            size_t times = count_sorted(scratch, n, link.url_hash);

            if (times >= 3 || (times == 2 && link.letters <= MINE_COLUMN_MAX))
                continue;
            mine->links[kept++] = link;
        }
        from = to;
    }
    mine->n = kept;
}

/* Whether nodes [p, end of p) hold no link of the cluster outside a … b. */
static bool
holds_only(const struct listmine *mine, uint32_t p, size_t from, size_t to,
    size_t a, size_t b)
{
    uint32_t end = mine->page->html->nodes[p].end;

    return (a == from || mine->links[a - 1].link < p) &&
           (b == to || mine->links[b].link >= end);
}

static uint32_t
climb(const struct listmine *mine, size_t from, size_t to, size_t a, size_t b)
{
    const struct html *html = mine->page->html;
    uint32_t root = mine->links[a].link;

    for (;;) {
        uint32_t p = html->nodes[root].parent;

        if (p == 0 || html_is(html, p, HTML_TAG_BODY) ||
            html_is(html, p, HTML_TAG_HTML) ||
            !holds_only(mine, p, from, to, a, b))
            return root;
        root = p;
    }
}

/* Levels between a link and its root. */
static unsigned
root_height(const struct listmine *mine, const struct list_record *record)
{
    const struct html_node *nodes = mine->page->html->nodes;

    return (unsigned)(nodes[record->link].depth - nodes[record->root].depth);
}

/* Most records of a cluster are equally high; a record that is alone in its
 * part of the list (one publication in a month) climbs too far. */
static void
level_roots(struct listmine *mine, size_t from, size_t to)
{
    enum { HEIGHTS = 32 };
    size_t count[HEIGHTS] = {0};
    unsigned usual = 0;

    for (size_t i = from; i < to; i++) {
        unsigned h = root_height(mine, &mine->links[i]);

        count[h < HEIGHTS ? h : HEIGHTS - 1]++;
    }
    for (unsigned h = 0; h < HEIGHTS; h++)
        if (count[h] > count[usual])
            usual = h;
    for (size_t i = from; i < to; i++) {
        struct list_record *record = &mine->links[i];

        if (root_height(mine, record) <= usual)
            continue;
        record->root = record->link;
        for (unsigned h = 0; h < usual; h++)
            record->root = mine->page->html->nodes[record->root].parent;
    }
}

/* A class without its digits, so that "list1" and "list2" are one. */
static uint64_t
class_hash(const struct html *html, uint32_t i)
{
    struct str class = html_attr(html, i, "class");
    uint64_t hash = 7;

    for (size_t k = 0; k < class.n; k++)
        if (class.p[k] < '0' || class.p[k] > '9')
            hash = listgroup_mix(hash, (unsigned char)class.p[k]);
    return hash;
}

uint64_t
list_look(const struct html *html, uint32_t root)
{
    uint32_t parent = html->nodes[root].parent;
    uint64_t hash =
        listgroup_mix(html->nodes[root].tag, html->nodes[parent].tag);

    return listgroup_mix(hash, class_hash(html, parent));
}

/* Set the groups of records [a, b) of a cluster: those that look alike, and
 * stand in the page's matter or all beside it. */
static void
set_groups(struct listmine *mine, size_t a, size_t b)
{
    const struct html *html = mine->page->html;
    uint32_t last = 0; /* the parent that aside is of */
    bool aside = false;

    for (size_t i = a; i < b; i++) {
        struct list_record *record = &mine->links[i];
        uint32_t parent = html->nodes[record->root].parent;

        if (parent != last)
            aside = listgroup_is_aside(html, parent);
        last = parent;
        record->group = listgroup_mix(
            record->cluster + aside, list_look(html, record->root));
    }
}

/* One record per run of links with one address; the link with the longest
 * text speaks for it. */
static void
find_roots(struct listmine *mine)
{
    size_t kept = 0;

    for (size_t from = 0; from < mine->n;) {
        size_t to = cluster_end(mine, from);
        size_t first = kept;

        for (size_t a = from; a < to;) {
            size_t b = a;
            struct list_record record = mine->links[a];

            while (
                b < to && mine->links[b].url_hash == mine->links[a].url_hash) {
                if (mine->links[b].letters > record.letters)
                    record = mine->links[b];
                b++;
            }
            if (!mine->hinted)
                record.root = climb(mine, from, to, a, b);
            if (record.root > record.link ||
                html_is(mine->page->html, record.root, HTML_TAG_A))
                record.root = record.link;
            /* kept never passes a: what climb looks at is still there */
            mine->links[kept++] = record;
            a = b;
        }
        if (!mine->hinted)
            level_roots(mine, first, kept);
        set_groups(mine, first, kept);
        from = to;
    }
    mine->n = kept;
}

/* In a list that is dated, drop parts (lists of their own below another
 * parent) where nothing is. */
static size_t
drop_undated_parts(struct listmine *mine, struct list_record *r, size_t n)
{
    const struct html_node *nodes = mine->page->html->nodes;
    size_t kept = 0;

    for (size_t a = 0; a < n;) {
        size_t b = a;
        bool dated = false;

        while (b < n && nodes[r[b].root].parent == nodes[r[a].root].parent) {
            dated |= wall_is_set(r[b].date) && !r[b].date_in_url;
            b++;
        }
        for (; a < b; a++)
            if (dated)
                r[kept++] = r[a];
    }
    return kept;
}

/* The best group of all, or one with from == to. */
static struct listgroup
best_group(struct listmine *mine, uint64_t *scratch)
{
    struct listgroup best = {0};
    size_t groups = 0;

    for (size_t from = 0; from < mine->n && groups < MINE_MAX_GROUPS;) {
        struct listgroup group = {.from = from, .to = from};

        while (group.to < mine->n &&
               mine->links[group.to].group == mine->links[from].group)
            group.to++;
        from = group.to;
        if (group.to - group.from < 2 && !mine->hinted)
            continue;
        groups++;
        listgroup_read(mine, group.from, group.to);
        listgroup_score(mine, &group, scratch);
        if ((mine->hinted ? group.letters >= LIST_MIN_LETTERS
                          : listgroup_is_list(&group)) &&
            group.score > best.score)
            best = group;
    }
    return best;
}

/* A page of hardly any links lists those. */
static size_t
bare_links(struct listmine *mine)
{
    if (mine->n > LIST_BARE_LINKS)
        return 0;
    qsort(mine->links, mine->n, sizeof *mine->links, by_place);
    for (size_t i = 0; i < mine->n; i++)
        list_read_record(mine->page, &mine->links[i]);
    return mine->n;
}

/* The records of the best list among mine's links. */
static int
mine_links(struct listmine *mine, struct list_found *ret)
{
    uint64_t *scratch = ARENA_ARRAY(mine->page->arena, mine->n + 1, uint64_t);
    struct listgroup best;

    if (!scratch)
        return E_NOMEM;
    qsort(mine->links, mine->n, sizeof *mine->links, by_cluster);
    (void)split_by_shape(mine, scratch);
    drop_columns(mine, scratch);
    find_roots(mine);
    qsort(mine->links, mine->n, sizeof *mine->links, by_group);
    best = best_group(mine, scratch);
    if (best.to == best.from)
        return 0;
    ret->records = mine->links + best.from;
    ret->n = best.to - best.from;
    qsort(ret->records, ret->n, sizeof *ret->records, by_place);
    if (best.dated >= .6)
        ret->n = drop_undated_parts(mine, ret->records, ret->n);
    ret->hint = listhint_write(mine->page, ret->records, ret->n);
    return 0;
}

/* The list of a hint: where it was, else what looks like it. */
static int
mine_hint(const struct list_page *page, const struct listhint *hint,
    const struct list_record *links, size_t n, struct list_found *ret)
{
    int err = 0;

    for (int loose = 0; loose < 2 && ret->n == 0 && err == 0; loose++) {
        struct listmine mine = {.page = page, .hinted = true};

        mine.links = ARENA_ARRAY(page->arena, n + 1, struct list_record);
        if (!mine.links)
            return E_NOMEM;
        memcpy(mine.links, links, n * sizeof *links);
        mine.n = listhint_keep(hint, loose != 0, page->html, mine.links, n);
        if (mine.n > 0)
            err = mine_links(&mine, ret);
    }
    return err;
}

int
list_find(const struct list_page *page, struct str hint, struct list_found *ret)
{
    struct listmine mine = {.page = page};
    struct list_found found = {0};
    struct listhint known;
    int err = list_links(page, &mine.links, &mine.n);

    if (err == 0 && listhint_read(hint, &known)) {
        err = mine_hint(page, &known, mine.links, mine.n, &found);
        found.lost = found.n == 0;
    }
    if (err == 0 && found.n == 0) {
        size_t bare = found.lost ? 0 : bare_links(&mine);

        /* Two and three may be a list with dates. */
        if (bare != 1)
            err = mine_links(&mine, &found);
        if (err == 0 && found.n == 0 && bare > 0) {
            qsort(mine.links, mine.n, sizeof *mine.links, by_place);
            found.records = mine.links;
            found.n = mine.n < bare ? mine.n : bare;
        }
    }
    if (err == 0)
        *ret = found;
    return err;
}

int
list_mine(const struct list_page *page, struct list_record **ret, size_t *ret_n)
{
    struct list_found found = {0};
    int err = list_find(page, STR_NONE, &found);

    if (err != 0)
        return err;
    *ret = found.records;
    *ret_n = found.n;
    return 0;
}
