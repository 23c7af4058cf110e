/*
 * sources_find: see sources_find.h.
 *
 * Every step asks less surely and is taken only when the one before it found
 * nothing.  A feed is asked for as the daemon asks for feeds; a page and a
 * path that is only guessed are asked for when robots.txt lets us.
 */
#include "cli/sources_find.h"

#include <stdlib.h>

#include "base/url.h"
#include "cli/sources_view.h"

struct finder {
    struct probe *probe;
    const struct feed_input *how;
    struct finding_list *list;
};

static void
add_failed(struct finder *finder, struct str url, struct str sentence)
{
    struct finding_list *list = finder->list;

    if (list->nfailed == FIND_MAX_FOUND)
        return;
    list->failed[list->nfailed].url = url;
    list->failed[list->nfailed++].sentence = sentence;
}

static bool
is_known(const struct finding_list *list, struct str url)
{
    for (size_t i = 0; i < list->nfound; i++)
        if (str_eq(list->found[i].url, url))
            return true;
    return false;
}

/* Keep what result read, giving up its document. */
static void
add_found(
    struct finder *finder, enum source_kind kind, struct probe_result *result)
{
    struct finding_list *list = finder->list;

    if (list->nfound == FIND_MAX_FOUND || is_known(list, result->source))
        return;
    list->found[list->nfound++] =
        (struct found){result->source, kind, json_incref(result->document)};
}

static size_t
items_of(const json_t *document)
{
    return json_array_size(json_object_get(document, "items"));
}

/* Ask for a feed; whether it is one. */
static bool
try_feed(struct finder *finder, struct str url, bool guessed)
{
    struct probe_result result;
    bool good;

    probe_ask(finder->probe, READING_FEED, guessed, url, finder->how, &result);
    good = result.document != NULL;
    if (good)
        add_found(finder, SOURCE_FEED, &result);
    else if (!guessed)
        add_failed(finder, url, result.sentence);
    probe_result_done(&result);
    return good;
}

static void
try_list(struct finder *finder, struct str url)
{
    struct probe_result result;

    if (is_known(finder->list, url))
        return;
    probe_ask(finder->probe, READING_LIST, true, url, finder->how, &result);
    if (result.document && items_of(result.document) >= FIND_MIN_ITEMS)
        add_found(finder, SOURCE_LIST, &result);
    else
        add_failed(finder, url,
            result.sentence.p ? result.sentence
                              : STR("no list of publications is found on it"));
    probe_result_done(&result);
}

static struct str
text_at(const json_t *array, size_t i)
{
    const json_t *one = json_array_get(array, i);

    return json_is_string(one)
               ? (struct str){json_string_value(one), json_string_length(one)}
               : STR_NONE;
}

static void
try_offered(struct finder *finder, const json_t *discovery)
{
    const json_t *feeds = json_object_get(discovery, "feeds");
    size_t n = json_array_size(feeds);

    for (size_t i = 0; i < n && i < FIND_MAX_FEEDS; i++)
        try_feed(
            finder, arena_str(finder->probe->arena, text_at(feeds, i)), false);
}

/* The paths at which feeds are usually found, at the page's folder and then at
 * the root, until one is. */
static void
try_usual_paths(struct finder *finder, struct str page)
{
    static const char *const paths[] = {"feed", "rss.xml", "atom.xml",
        "index.xml", "feed.xml", "feed.json", "rss", "feed/", "rss.php",
        "feed.php", "rss.aspx", "index.rdf", "sitemap-news.xml"};
    struct arena *arena = finder->probe->arena;
    struct url parts;
    struct str url;

    if (url_parse(page, &parts) < 0)
        return;
    for (int root = 0; root < 2; root++) {
        if (!root &&
            (parts.path.n <= 1 || str_find_char(str_from(parts.path, 1), '/') ==
                                      parts.path.n - 1))
            continue; /* its folder is the root */
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            struct str path =
                arena_printf(arena, "%s%s", root ? "/" : "", paths[i]);

            if (url_resolve(arena, page, path, &url) == 0 &&
                try_feed(finder, url, true))
                return;
        }
    }
}

static void
try_lists(struct finder *finder, struct probe_result *page)
{
    const json_t *lists = json_object_get(page->discovery, "lists");
    size_t n = json_array_size(lists);

    if (page->document && items_of(page->document) >= FIND_MIN_ITEMS)
        add_found(finder, SOURCE_LIST, page);
    for (size_t i = 0; i < n && i < FIND_MAX_LISTS; i++)
        try_list(finder, arena_str(finder->probe->arena, text_at(lists, i)));
}

static bool
mentions_comments(const struct found *found)
{
    struct str url = found->url;

    for (size_t i = 0; i + 7 <= url.n; i++)
        if (str_starts_nocase(str_from(url, i), STR("comment")))
            return true;
    return false;
}

/* How good a source it would be: publications with dates, recent ones, and not
 * what readers comment. */
static int64_t
worth(const struct found *found)
{
    struct view view;
    int64_t points = 0;

    view_read(found->document, &view);
    points += found->kind == SOURCE_FEED ? 4 : 0;
    points += view.items > 0 ? 8 : 0;
    points += view.dated > 0 && 2 * view.dated >= view.items ? 2 : 0;
    points -= mentions_comments(found) ? 16 : 0;
    return points;
}

/* The best first; of equals the one that was offered first. */
static void
sort_found(struct finding_list *list)
{
    for (size_t i = 1; i < list->nfound; i++) {
        struct found one = list->found[i];
        size_t at = i;

        while (at > 0 && worth(&one) > worth(&list->found[at - 1])) {
            list->found[at] = list->found[at - 1];
            at--;
        }
        list->found[at] = one;
    }
}

static void
look_behind(struct finder *finder, struct probe_result *page)
{
    finder->list->title =
        arena_str(finder->probe->arena, jsonx_get_str(page->document, "title"));
    try_offered(finder, page->discovery);
    if (finder->list->nfound == 0)
        try_usual_paths(finder, page->url);
    if (finder->list->nfound == 0)
        try_lists(finder, page);
}

int
sources_find(struct probe *probe, struct str url, enum find_as as,
    const struct feed_input *how, struct toc_error *reterr,
    struct finding_list *ret)
{
    struct finder finder = {probe, how, ret};
    struct probe_result page;

    *ret = (struct finding_list){.nfound = 0};
    probe_ask(probe,
        as == FIND_ANY    ? READING_ANY
        : as == FIND_FEED ? READING_FEED
                          : READING_LIST,
        as != FIND_FEED, url, how, &page);
    if (page.discovery)
        look_behind(&finder, &page);
    else if (page.document)
        add_found(&finder, as == FIND_LIST ? SOURCE_LIST : SOURCE_FEED, &page);
    sort_found(ret);
    if (ret->nfound == 0 && page.sentence.p)
        toc_error_set(reterr, NULL, 0, 0, "%.*s: %.*s", STR_ARG(url),
            STR_ARG(page.sentence));
    else if (ret->nfound == 0)
        toc_error_set(reterr, NULL, 0, 0,
            "%.*s is a page that offers no feed and lists no publications",
            STR_ARG(url));
    probe_result_done(&page);
    return ret->nfound > 0 ? 0 : E_NOTFOUND;
}

void
finding_list_done(struct finding_list *list)
{
    for (size_t i = 0; i < list->nfound; i++)
        json_decref(list->found[i].document);
    list->nfound = 0;
}
