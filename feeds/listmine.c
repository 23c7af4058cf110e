/*
 * listmine: find the records of a page that lists publications; see
 * listmine.h for the method.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/listhint.h"

enum {
    MINE_MAX_GROUPS = 400,   /* that are scored, the largest first */
    MINE_MAX_EXTENSION = 40, /* nodes beside a root that may belong to it */
    MINE_SHAPE_MIN = 3,      /* links of a shape that make it a cluster */
    MINE_COLUMN_MAX = 8,     /* letters of a column's name */
    MINE_TITLE_MAX = 40      /* letters beyond which longer is not better */
};

struct mine {
    const struct list_page *page;
    struct list_record *links; /* by cluster, then in document order */
    size_t n;
    bool hinted; /* the links are those of a known list, with their roots */
};

/* Records [from, to) of mine->links that look alike. */
struct mine_group {
    size_t from, to;
    double score;
    double dated, url_dated; /* shares of the records */
    double letters;          /* of the titles, mean */
    bool aside;              /* navigation, side bar, footer */
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
cluster_end(const struct mine *mine, size_t from)
{
    size_t to = from;

    while (to < mine->n && mine->links[to].cluster == mine->links[from].cluster)
        to++;
    return to;
}

static int
compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
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
split_by_shape(struct mine *mine, uint64_t *scratch)
{
    for (size_t from = 0; from < mine->n;) {
        size_t to = cluster_end(mine, from);
        size_t n = 0;
        bool several = false;

        for (size_t i = from; i < to; i++)
            if (mine->links[i].has_query)
                scratch[n++] = mine->links[i].shape;
        qsort(scratch, n, sizeof *scratch, compare_u64);
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
drop_columns(struct mine *mine, uint64_t *scratch)
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
        qsort(scratch, n, sizeof *scratch, compare_u64);
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
holds_only(const struct mine *mine, uint32_t p, size_t from, size_t to,
    size_t a, size_t b)
{
    uint32_t end = mine->page->html->nodes[p].end;

    return (a == from || mine->links[a - 1].link < p) &&
           (b == to || mine->links[b].link >= end);
}

static uint32_t
climb(const struct mine *mine, size_t from, size_t to, size_t a, size_t b)
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
root_height(const struct mine *mine, const struct list_record *record)
{
    const struct html_node *nodes = mine->page->html->nodes;

    return (unsigned)(nodes[record->link].depth - nodes[record->root].depth);
}

/* Most records of a cluster are equally high; a record that is alone in its
 * part of the list (one publication in a month) climbs too far. */
static void
level_roots(struct mine *mine, size_t from, size_t to)
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

static uint64_t
mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u ^ (hash >> 29);
}

/* A class without its digits, so that "list1" and "list2" are one. */
static uint64_t
class_hash(const struct html *html, uint32_t i)
{
    struct str class = html_attr(html, i, "class");
    uint64_t hash = 7;

    for (size_t k = 0; k < class.n; k++)
        if (class.p[k] < '0' || class.p[k] > '9')
            hash = mix(hash, (unsigned char)class.p[k]);
    return hash;
}

uint64_t
list_look(const struct html *html, uint32_t root)
{
    uint32_t parent = html->nodes[root].parent;
    uint64_t hash = mix(html->nodes[root].tag, html->nodes[parent].tag);

    return mix(hash, class_hash(html, parent));
}

static void
set_group(struct mine *mine, struct list_record *record)
{
    record->group =
        mix(record->cluster, list_look(mine->page->html, record->root));
}

/* One record per run of links with one address; the link with the longest
 * text speaks for it. */
static void
find_roots(struct mine *mine)
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
        for (size_t i = first; i < kept; i++)
            set_group(mine, &mine->links[i]);
        from = to;
    }
    mine->n = kept;
}

/* Whether what belongs to a record can stand beside its root. */
static bool
may_extend(uint16_t tag)
{
    return tag != HTML_TAG_LI && tag != HTML_TAG_TR && tag != HTML_TAG_ARTICLE;
}

/* Set from and to of records [a, b): the root, and forwards (or backwards) its
 * siblings up to the next (or last) record. */
static void
set_extents(struct mine *mine, size_t a, size_t b, bool forwards)
{
    const struct html_node *nodes = mine->page->html->nodes;

    for (size_t i = a; i < b; i++) {
        struct list_record *r = &mine->links[i];
        uint32_t parent = nodes[r->root].parent;
        uint32_t low = parent + 1;
        uint32_t high = nodes[parent].end;

        r->from = r->root;
        r->to = nodes[r->root].end;
        if (!may_extend(nodes[r->root].tag))
            continue;
        if (i > a && mine->links[i - 1].root >= parent)
            low = nodes[mine->links[i - 1].root].end;
        if (i + 1 < b && mine->links[i + 1].root < high)
            high = mine->links[i + 1].root;
        if (forwards && high > r->to)
            r->to = high < r->to + MINE_MAX_EXTENSION
                        ? high
                        : r->to + MINE_MAX_EXTENSION;
        if (!forwards && low < r->from)
            r->from = low + MINE_MAX_EXTENSION > r->from
                          ? low
                          : r->from - MINE_MAX_EXTENSION;
        if (r->to > nodes[parent].end)
            r->to = nodes[parent].end;
    }
}

static size_t
count_dated(const struct mine *mine, size_t a, size_t b)
{
    size_t n = 0;

    for (size_t i = a; i < b; i++)
        n += wall_is_set(mine->links[i].date) && !mine->links[i].date_in_url;
    return n;
}

static void
read_dates(struct mine *mine, size_t a, size_t b)
{
    for (size_t i = a; i < b; i++)
        list_read_date(mine->page, &mine->links[i]);
}

/* Read the records of a group, with what stands behind the roots or, when
 * that dates more of them, with what stands before. */
static void
read_group(struct mine *mine, size_t a, size_t b)
{
    size_t behind;

    set_extents(mine, a, b, true);
    read_dates(mine, a, b);
    behind = count_dated(mine, a, b);
    if (behind < b - a &&
        may_extend(mine->page->html->nodes[mine->links[a].root].tag)) {
        set_extents(mine, a, b, false);
        read_dates(mine, a, b);
        if (count_dated(mine, a, b) <= behind) {
            set_extents(mine, a, b, true);
            read_dates(mine, a, b);
        }
    }
    for (size_t i = a; i < b; i++)
        list_read_title(mine->page, &mine->links[i]);
}

static bool
says_aside(struct str name)
{
    static const char *const words[] = {"nav", "menu", "side", "foot", "hot",
        "crumb", "position", "friend", "flink", "yqlj", "rank", "recommend",
        "related", "relate", "share", "banner", "slide", "swiper", "focus",
        "paging", "copyright", "tool", "login", "search", "comment"};

    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        for (size_t i = 0; i < name.n; i++)
            if (str_starts_nocase(str_from(name, i), str_of(words[k])))
                return true;
    return false;
}

/* Whether node i stands in what surrounds a page's matter. */
static bool
is_aside(const struct html *html, uint32_t i)
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

static void
score_group(struct mine *mine, struct mine_group *group, uint64_t *scratch)
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
                mix(scratch[titles], (unsigned char)r->title.p[k]);
        titles++;
    }
    qsort(scratch, titles, sizeof *scratch, compare_u64);
    titles = 0;
    for (size_t i = 0; i < n; i++)
        titles += i == 0 || scratch[i] != scratch[i - 1];
    group->letters = (double)letters / (double)n;
    group->dated = (double)dated / (double)n;
    group->url_dated = (double)url_dated / (double)n;
    group->aside = is_aside(mine->page->html, mine->links[group->from].root);
    group->score = pow((double)n, .8) * group->letters *
                   (.15 + group->dated + .5 * group->url_dated) *
                   (group->aside ? .35 : 1) * (double)titles / (double)n;
}

/* Whether a group is a list and not what every page has. */
static bool
is_list(const struct mine_group *group)
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

/* In a list that is dated, drop parts (lists of their own below another
 * parent) where nothing is. */
static size_t
drop_undated_parts(struct mine *mine, struct list_record *r, size_t n)
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
static struct mine_group
best_group(struct mine *mine, uint64_t *scratch)
{
    struct mine_group best = {0};
    size_t groups = 0;

    for (size_t from = 0; from < mine->n && groups < MINE_MAX_GROUPS;) {
        struct mine_group group = {.from = from, .to = from};

        while (group.to < mine->n &&
               mine->links[group.to].group == mine->links[from].group)
            group.to++;
        from = group.to;
        if (group.to - group.from < 2 && !mine->hinted)
            continue;
        groups++;
        read_group(mine, group.from, group.to);
        score_group(mine, &group, scratch);
        if ((mine->hinted ? group.letters >= LIST_MIN_LETTERS
                          : is_list(&group)) &&
            group.score > best.score)
            best = group;
    }
    return best;
}

/* A page of hardly any links lists those. */
static size_t
bare_links(struct mine *mine)
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
mine_links(struct mine *mine, struct list_found *ret)
{
    uint64_t *scratch = ARENA_ARRAY(mine->page->arena, mine->n + 1, uint64_t);
    struct mine_group best;

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
        struct mine mine = {.page = page, .hinted = true};

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
    struct mine mine = {.page = page};
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
