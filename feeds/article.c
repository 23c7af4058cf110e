/*
 * article: one publication's own page: title, date, text.
 */
#include "base/utf8.h"
#include "feeds/articlepage.h"
#include "feeds/blocked.h"
#include "feeds/htmlpage.h"

enum {
    ARTICLE_MAX_PARTS = 200, /* nodes that make up an article */
    ARTICLE_ENOUGH = 500,    /* letters that end the search */
    ARTICLE_SHORT = 140,     /* the same for a text that ends as texts do */
    ARTICLE_GAIN = 13        /* tenths: how much longer a later find is */
};

/* Text of the parts, and *ret_letters of it outside of links. */
static struct str
text_of(struct article_page *page, const uint32_t *parts, size_t n,
    uint32_t title_node, uint32_t *ret_letters)
{
    const struct html *html = page->html;
    struct buf out;
    struct str text;

    if (title_node != 0)
        article_drop(page, title_node);
    buf_init(&out, 4 * FEED_MAX_TEXT_BYTES);
    *ret_letters = 0;
    for (size_t k = 0; k < n; k++) {
        struct article_sums sums = article_sums_of(page, parts[k]);

        *ret_letters += sums.letters - sums.links;
        (void)html_text_without(html, parts[k], html->nodes[parts[k]].end,
            page->dropped, true, &out);
        if (out.n > 0 && out.p[out.n - 1] != '\n')
            (void)buf_add_char(&out, '\n');
    }
    text = article_tidy(page->arena, buf_str(&out));
    buf_done(&out);
    return text;
}

/* Whether most of text is Han characters, which count twice in letters. */
static bool
is_han(struct str text, uint32_t letters)
{
    return utf8_count(text) * 3 < (size_t)letters * 2;
}

/* The text of the first pass that finds enough, else the longest. */
static int
find_text(struct arena *arena, const struct html *html, uint32_t title_node,
    struct str *ret)
{
    struct article_page page;
    uint32_t parts[ARTICLE_MAX_PARTS];
    uint32_t most = 0;
    int err = article_page_open(arena, html, &page);

    if (err != 0)
        return err;
    for (int pass = 0; pass < ARTICLE_PASSES; pass++) {
        uint32_t letters;
        size_t n = article_find_body(
            &page, (enum article_pass)pass, parts, ARTICLE_MAX_PARTS);
        struct str text = text_of(&page, parts, n, title_node, &letters);

        /* A short article stays short: what a looser pass adds to it must
         * be more than the page's furniture. */
        if (letters * 10 > most * ARTICLE_GAIN) {
            most = letters;
            *ret = text;
        }
        if (letters >= ARTICLE_ENOUGH ||
            (letters >= ARTICLE_SHORT && is_han(text, letters) &&
                article_ends_sentence(text)))
            break;
    }
    return 0;
}

static int
read_page(struct arena *arena, const struct feed_input *input,
    struct htmlpage *page, struct article *article)
{
    uint32_t title_node;
    int err;

    article->title =
        arena_str(arena, article_find_title(arena, &page->html, &title_node));
    article->published =
        article_find_date(arena, &page->html, input, title_node);
    err = find_text(arena, &page->html, title_node, &article->text);
    if (err == 0)
        article->text = article_json_text(arena, &page->html, article->text);
    if (err == 0 && article->text.n == 0)
        htmlpage_note(page, STR("article: none was found on this page"));
    return err;
}

int
article_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct article **ret)
{
    struct htmlpage page;
    struct article *article;
    int err = htmlpage_open(arena, input, reterr, &page);

    if (err != 0)
        return err;
    article = ARENA_NEW(arena, struct article);
    if (article) {
        article->encoding = page.decoded.encoding;
        article->published = WALL_NONE;
        article->blocked = blocked_reason(&page.html);
        if (article->blocked.p)
            htmlpage_note(&page, arena_printf(arena, "blocked: %.*s",
                                     STR_ARG(article->blocked)));
        else
            err = read_page(arena, input, &page, article);
        for (size_t i = 0; i < page.nnotes; i++)
            article->notes[article->nnotes++] = page.notes[i];
    }
    htmlpage_done(&page);
    if (err == 0 && arena_failed(arena))
        err = E_NOMEM;
    if (err != 0) {
        toc_error_set(
            reterr, NULL, 0, 0, "the page cannot be read: %s", err_text(err));
        return err;
    }
    *ret = article;
    return 0;
}
