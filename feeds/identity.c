#include "feeds/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/url.h"

/* Title without what differs between two ways to write it. */
static struct str
fold_title(struct arena *arena, struct str title)
{
    char *out = arena_alloc(arena, title.n + 1);
    size_t n = 0;

    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < title.n; i++) {
        char c = title.p[i];

        if (c == ' ')
            continue;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return (struct str){out, n};
}

static struct str
date_bytes(const struct wall *t)
{
    return (struct str){(const char *)&t->ms, sizeof t->ms};
}

static struct str
canonical(struct arena *arena, struct str url)
{
    struct str out;

    if (!url.p || url_canonical(arena, url, &out))
        return url;
    return out;
}

static void
identity_of(struct arena *arena, struct item *item)
{
    struct str parts[3] = {STR_NONE, STR_NONE, STR_NONE};
    struct wall date =
        wall_is_set(item->published) ? item->published : item->updated;

    if (item->id.n > 0) {
        parts[0] = STR("id");
        parts[1] = str_trim(item->id);
    } else if (item->url.n > 0) {
        parts[0] = STR("url");
        parts[1] = canonical(arena, item->url);
    } else {
        parts[0] = STR("title");
        parts[1] = fold_title(arena,
            item->title.n > 0 ? item->title : str_first(item->text, 200));
        parts[2] = date_bytes(&date);
    }
    digest_parts(parts, 3, item->identity);
}

static void
widen(struct item *item, struct str by, struct str and)
{
    struct str parts[3] = {
        {(const char *)item->identity, DIGEST_SIZE}, by, and};

    digest_parts(parts, 3, item->identity);
}

static int
compare(const void *a, const void *b)
{
    const struct item *const *x = a, *const *y = b;
    int order = memcmp((*x)->identity, (*y)->identity, DIGEST_SIZE);

    if (order != 0)
        return order;
    return *x < *y ? -1 : *x > *y;
}

/* Call fn for every item whose identity another one has too; return how many
 * there are. */
static size_t
for_shared(struct item **sorted, size_t n,
    void (*fn)(struct arena *, struct item *), struct arena *arena)
{
    size_t shared = 0;

    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1;
             to < n && memcmp(sorted[from]->identity, sorted[to]->identity,
                           DIGEST_SIZE) == 0;)
            to++;
        for (size_t i = from; to - from > 1 && i < to; i++, shared++)
            fn(arena, sorted[i]);
    }
    return shared;
}

static void
widen_by_url(struct arena *arena, struct item *item)
{
    widen(item, STR("url"), canonical(arena, item->url));
}

static void
widen_by_title(struct arena *arena, struct item *item)
{
    widen(item, fold_title(arena, item->title), date_bytes(&item->published));
}

static void
digests_of(struct item *item)
{
    struct str digest[3] = {item->title, item->text, item->url};
    struct str content[3] = {
        item->title, item->text, date_bytes(&item->published)};

    digest_parts(digest, 3, item->digest);
    memset(item->content, 0, sizeof item->content);
    if (item->title.n > 0 || item->text.n > 0)
        digest_parts(content, 3, item->content);
}

int
identity_fill(
    struct arena *arena, struct item *items, size_t nitems, size_t *ret_shared)
{
    struct item **sorted = calloc(nitems + 1, sizeof *sorted);
    size_t shared;

    if (!sorted)
        return E_NOMEM;
    for (size_t i = 0; i < nitems; i++) {
        identity_of(arena, &items[i]);
        digests_of(&items[i]);
        sorted[i] = &items[i];
    }
    qsort(sorted, nitems, sizeof *sorted, compare);
    shared = for_shared(sorted, nitems, widen_by_url, arena);
    qsort(sorted, nitems, sizeof *sorted, compare);
    for_shared(sorted, nitems, widen_by_title, arena);
    free(sorted);
    if (ret_shared)
        *ret_shared = shared;
    return arena_failed(arena) ? E_NOMEM : 0;
}
