/*
 * page: what finding a list or an article on a page costs, beside libxml2
 * alone.
 *
 *     bench_page [--tiny] [FOLDER…]
 *
 * Ours is all of list_parse and of article_parse: encoding, bounds, tree,
 * method.  The rival is libxml2's htmlReadMemory on the same page, unpacked and
 * in UTF-8 already: the least that a tree can cost with this library.  Every
 * page is measured on its own, because it is the slow one that holds up a poll.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "base/arena.h"
#include "base/file.h"
#include "bench.h"
#include "feeds/decode.h"
#include "feeds/feeds.h"
#include "feeds/gunzip.h"

enum {
    PAGES_MAX = 2000, /* of a folder */
    PAGE_MAX_BYTES = 32 * 1024 * 1024,
    PAGE_ROUNDS = 5, /* of which the median is told */
    PATH_MAX_BYTES = 1024,
    ARENA_MAX_BYTES = 160 * 1024 * 1024
};
static const struct wall read_at = {1781928000000};

enum contender { LIST, ARTICLE, LIBXML2, CONTENDERS };
static const char *const names[CONTENDERS] = {"list", "article", "libxml2"};

struct page {
    const char *name;
    size_t bytes;
    double ms[CONTENDERS];
};

struct pages {
    struct page *page;
    size_t n;
    size_t rounds;
    struct arena *arena, *kept;
};

static int
read_html(struct str text)
{
    htmlDocPtr doc = htmlReadMemory(text.p, (int)text.n, NULL, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
            HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC);

    if (doc)
        xmlFreeDoc(doc);
    return doc ? 0 : E_PARSE;
}

static int
run(struct arena *arena, enum contender who, struct str bytes)
{
    struct feed_input input = {.bytes = bytes,
        .url = STR("https://www.yunxi.example/xw/list.htm"),
        .content_type = STR("text/html"),
        .now = read_at};
    const struct document *document;
    const struct article *article;

    arena_clear(arena);
    if (who == LIST)
        return list_parse(arena, &input, NULL, &document);
    if (who == ARTICLE)
        return article_parse(arena, &input, NULL, &article);
    return read_html(bytes);
}

static int
measure_page(struct pages *pages, struct page *page, struct str bytes)
{
    struct decoded decoded;
    int wrong = decode_bytes(
        pages->kept, bytes, STR("text/html"), DECODE_HTML, &decoded);

    if (wrong != 0)
        return wrong;
    for (int who = LIST; who < CONTENDERS; who++) {
        double ms[PAGE_ROUNDS];

        for (size_t i = 0; i < pages->rounds; i++) {
            double begin = bench_cpu();
            int err = run(pages->arena, (enum contender)who,
                who == LIBXML2 ? decoded.text : bytes);

            if (err != 0) {
                fprintf(stderr, "%s, %s: %s\n", page->name, names[who],
                    err_text(err));
                return err;
            }
            ms[i] = (bench_cpu() - begin) * 1000;
        }
        page->ms[who] = bench_median(ms, pages->rounds);
    }
    page->bytes = bytes.n;
    return 0;
}

static int
read_page(struct pages *pages, const char *folder, struct page *page)
{
    char path[PATH_MAX_BYTES];
    struct toc_error error = {0};
    struct str bytes;
    struct buf file;
    bool whole;
    int err;

    snprintf(path, sizeof path, "%s/%s", folder, page->name);
    buf_init(&file, PAGE_MAX_BYTES);
    err = file_read(path, &file, &error);
    bytes = buf_str(&file);
    arena_clear(pages->kept);
    if (err == 0 && gunzip_is(bytes))
        err = gunzip_bytes(pages->kept, bytes, PAGE_MAX_BYTES, &bytes, &whole);
    if (err == 0)
        err = measure_page(pages, page, bytes);
    else
        fprintf(stderr, "%s: %s\n", path, err_text(err));
    buf_done(&file);
    return err;
}

static double
figure(const struct page *page, int who)
{
    return who < CONTENDERS ? page->ms[who] : (double)page->bytes / 1000;
}

/* The value that a share of the pages does not pass; the median for .5. */
static double
quantile(const struct pages *pages, int who, double share)
{
    double *values = calloc(pages->n + 1, sizeof *values);
    double value;
    size_t at = (size_t)((double)(pages->n - 1) * share + .5);

    if (!values)
        return 0;
    for (size_t i = 0; i < pages->n; i++)
        values[i] = figure(&pages->page[i], who);
    bench_median(values, pages->n); /* sorts */
    value = values[at];
    free(values);
    return value;
}

static double
ratio(const struct pages *pages, int who)
{
    double *values = calloc(pages->n + 1, sizeof *values);
    double value;

    if (!values)
        return 0;
    for (size_t i = 0; i < pages->n; i++)
        values[i] = pages->page[i].ms[who] / pages->page[i].ms[LIBXML2];
    value = bench_median(values, pages->n);
    free(values);
    return value;
}

static void
print(const struct pages *pages, const char *folder)
{
    const struct page *slowest = &pages->page[0];

    printf("%s: %zu pages, median %.0f KB\n", folder, pages->n,
        quantile(pages, CONTENDERS, .5));
    for (int who = LIST; who < CONTENDERS; who++)
        printf("  %-8s %8.2f %8.2f %8.2f %7.2f\n", names[who],
            quantile(pages, who, .5), quantile(pages, who, .95),
            quantile(pages, who, 1), ratio(pages, who));
    for (size_t i = 0; i < pages->n; i++)
        if (pages->page[i].ms[ARTICLE] + pages->page[i].ms[LIST] >
            slowest->ms[ARTICLE] + slowest->ms[LIST])
            slowest = &pages->page[i];
    printf("  slowest: %s, %.0f KB: list %.2f, article %.2f, libxml2 %.2f\n",
        slowest->name, (double)slowest->bytes / 1000, slowest->ms[LIST],
        slowest->ms[ARTICLE], slowest->ms[LIBXML2]);
}

static int
measure_folder(struct pages *pages, const char *folder)
{
    static const char *const endings[] = {".html", ".gz", ".htm"};
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct page *page = calloc(PAGES_MAX, sizeof *page);
    int err = arena && page ? 0 : E_NOMEM;

    pages->page = page;
    pages->n = 0;
    for (size_t k = 0; k < 3 && err == 0; k++) {
        const char **found;
        size_t n;

        err = file_list(arena, folder, endings[k], &found, &n);
        for (size_t i = 0; err == 0 && i < n && pages->n < PAGES_MAX &&
                           bench_wall() < BENCH_MAX_SECONDS;
             i++) {
            page[pages->n] = (struct page){.name = found[i]};
            err = read_page(pages, folder, &page[pages->n++]);
        }
    }
    if (err == 0 && pages->n > 0)
        print(pages, folder);
    free(page);
    return err;
}

int
main(int argc, char **argv)
{
    static const char *const folders[] = {BENCH_PAGES "/lists",
        BENCH_SHARED "/lists/html", BENCH_SHARED "/pages/html/zh",
        BENCH_SHARED "/pages/html/zhgb", BENCH_SHARED "/pages/html/sh",
        BENCH_SHARED "/pages/html/fu"};
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX_BYTES);
    _cleanup_(arena_freep) struct arena *kept = arena_new(ARENA_MAX_BYTES);
    bool tiny = argc > 1 && strcmp(argv[1], "--tiny") == 0;
    int first = tiny ? 2 : 1;
    struct pages pages = {
        .rounds = tiny ? 1 : PAGE_ROUNDS, .arena = arena, .kept = kept};
    int err = arena && kept ? feeds_init() : E_NOMEM;

    bench_wall();
    bench_print_load();
    printf("%-10s %8s %8s %8s %7s\n", "ms a page", "median", "95 %", "most",
        "ratio");
    for (int i = first; i < argc && err == 0; i++)
        err = measure_folder(&pages, argv[i]);
    for (size_t i = 0; i < (tiny ? 1 : sizeof folders / sizeof folders[0]) &&
                       first == argc && err == 0;
         i++)
        err = measure_folder(&pages, folders[i]);
    bench_print_load();
    return err != 0;
}
