/*
 * articlebody: which nodes of a page are the article.
 *
 * Every paragraph gives points (for being one, for commas, for length) to the
 * elements around it, the nearest most; the names of classes and the share of
 * links correct them.  The element with the most points is the article, with
 * siblings that look as if they belong to it; parts of it that look like
 * lists of links are taken out again.  The idea is that of the "readability"
 * family; the figures are theirs too, with a Han character counted as two
 * letters.  Containers that content management systems of schools and offices
 * always use are taken first when they hold as much as what was found.
 */
#include <math.h>
#include <string.h>

#include "feeds/articlepage.h"
#include "feeds/htmlword.h"

enum {
    BODY_MIN_PARAGRAPH = 25, /* letters; shorter gives no points */
    BODY_ANCESTORS = 5,      /* that share in a paragraph's points */
    BODY_MAX_LINK = 200,     /* letters of a paragraph that is only a link */
    BODY_LONG = 500,         /* letters of a body that can do without one */
    BODY_CLIMB = 8,          /* levels that chunks of a text stand apart */
    BODY_MUCH_MORE = 16,     /* tenths */
    BODY_TOP = 5,            /* candidates that are compared */
    BODY_COMMON = 3          /* of them that make a common ancestor better */
};

/* What an element brings with it, before its class and its paragraphs. */
static const int8_t start_points[HTML_TAG_COUNT] = {[HTML_TAG_DIV] = 5,
    [HTML_TAG_ARTICLE] = 5,
    [HTML_TAG_MAIN] = 5,
    [HTML_TAG_PRE] = 3,
    [HTML_TAG_TD] = 3,
    [HTML_TAG_BLOCKQUOTE] = 3,
    [HTML_TAG_ADDRESS] = -3,
    [HTML_TAG_OL] = -3,
    [HTML_TAG_UL] = -3,
    [HTML_TAG_DL] = -3,
    [HTML_TAG_DD] = -3,
    [HTML_TAG_DT] = -3,
    [HTML_TAG_LI] = -3,
    [HTML_TAG_FORM] = -3,
    [HTML_TAG_H1] = -5,
    [HTML_TAG_H2] = -5,
    [HTML_TAG_H3] = -5,
    [HTML_TAG_H4] = -5,
    [HTML_TAG_H5] = -5,
    [HTML_TAG_H6] = -5,
    [HTML_TAG_TH] = -5};

static double
start_score(const struct article_page *page, uint32_t i)
{
    return page->weight[i] + start_points[page->html->nodes[i].tag];
}

/* Give points to node and the elements around it. */
static void
spread(struct article_page *page, uint32_t node, double points)
{
    const struct html *html = page->html;

    for (int level = 0; level < BODY_ANCESTORS && node != 0; level++) {
        double part = level == 0 ? 1 : level == 1 ? 2 : level * 3;

        if (html_is(html, node, HTML_TAG_HTML))
            return;
        if (page->score[node] == 0) {
            double start = start_score(page, node);

            page->score[node] = start == 0 ? .01 : start;
            page->marked[page->nmarked++] = node;
        }
        page->score[node] += points / part;
        node = html->nodes[node].parent;
    }
}

/* A run of text in one block. */
struct run {
    uint32_t block; /* 0: none */
    struct article_sums sums;
};

static void
run_end(struct article_page *page, struct run *run)
{
    const struct html *html = page->html;
    uint32_t block = run->block;
    uint16_t tag;
    double points;

    run->block = 0;
    if (block == 0 || run->sums.letters < BODY_MIN_PARAGRAPH)
        return;
    tag = html->nodes[block].tag;
    points = 1 + run->sums.commas + fmin(floor(run->sums.letters / 100.0), 3);
    /* A paragraph speaks for what is around it, a mixed block for itself. */
    if (tag == HTML_TAG_P || tag == HTML_TAG_PRE || tag == HTML_TAG_TD ||
        (tag >= HTML_TAG_H2 && tag <= HTML_TAG_H6) ||
        article_sums_of(page, block).blocks <= 1) /* only itself */
        block = html->nodes[block].parent;
    spread(page, block, points);
}

static void
score_all(struct article_page *page)
{
    const struct html *html = page->html;
    struct run run = {0};
    int breaks = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        uint16_t tag = html->nodes[i].tag;
        uint32_t block;

        if (page->dropped[i])
            continue;
        if (tag == HTML_TAG_BR) {
            if (++breaks >= 2)
                run_end(page, &run);
            continue;
        }
        if (html_tag_flags((enum html_tag)tag) & HTML_BLOCK) {
            run_end(page, &run);
            continue;
        }
        if (tag != HTML_TAG_TEXT)
            continue;
        block = html->nodes[i].parent;
        while (block != 0 &&
               !(html_tag_flags((enum html_tag)html->nodes[block].tag) &
                   HTML_BLOCK))
            block = html->nodes[block].parent;
        if (block != run.block) {
            run_end(page, &run);
            run = (struct run){.block = block};
        }
        run.sums.letters +=
            page->before[i + 1].letters - page->before[i].letters;
        run.sums.commas += page->before[i + 1].commas - page->before[i].commas;
        if (page->before[i + 1].letters > page->before[i].letters)
            breaks = 0;
    }
    run_end(page, &run);
    for (size_t k = 0; k < page->nmarked; k++) {
        uint32_t i = page->marked[k];

        page->score[i] *= 1 - article_link_density(page, i);
    }
}

/* The best candidates, the best first. */
static size_t
best_candidates(const struct article_page *page, uint32_t best[BODY_TOP])
{
    size_t n = 0;

    for (size_t k = 0; k < page->nmarked; k++) {
        uint32_t i = page->marked[k];
        size_t at = n;

        while (at > 0 && page->score[best[at - 1]] < page->score[i])
            at--;
        if (at == BODY_TOP)
            continue;
        if (n < BODY_TOP)
            n++;
        memmove(best + at + 1, best + at, (n - at - 1) * sizeof *best);
        best[at] = i;
    }
    return n;
}

static bool
is_inside(const struct html *html, uint32_t i, uint32_t outer)
{
    return i >= outer && i < html->nodes[outer].end;
}

/* The candidate to take: an ancestor that several good ones share, or one
 * whose score does not fall on the way up. */
static uint32_t
choose(const struct article_page *page)
{
    const struct html *html = page->html;
    uint32_t best[BODY_TOP + 1];
    size_t n = best_candidates(page, best);
    uint32_t top, parent;
    double last;

    if (n == 0)
        return 0;
    top = best[0];
    for (parent = html->nodes[top].parent;
         parent != 0 && !html_is(html, parent, HTML_TAG_BODY) &&
         !html_is(html, parent, HTML_TAG_HTML);
         parent = html->nodes[parent].parent) {
        size_t share = 0;

        for (size_t k = 1; k < n; k++)
            share += page->score[best[k]] >= .75 * page->score[best[0]] &&
                     is_inside(html, best[k], parent) && best[k] != parent &&
                     !is_inside(html, top, best[k]);
        if (share >= BODY_COMMON) {
            top = parent;
            break;
        }
    }
    last = page->score[top];
    for (parent = html->nodes[top].parent;
         parent != 0 && !html_is(html, parent, HTML_TAG_BODY) &&
         !html_is(html, parent, HTML_TAG_HTML);
         parent = html->nodes[parent].parent) {
        double score = page->score[parent];

        if (score == 0)
            continue;
        if (score < page->score[best[0]] / 3)
            break;
        if (score > last) {
            top = parent;
            break;
        }
        last = score;
    }
    return top;
}

/* Texts cut into chunks that stand each in boxes of their own: the element
 * around them, when it holds much more running text than top and hardly a
 * link. */
static uint32_t
climb_to_chunks(const struct article_page *page, uint32_t top)
{
    const struct html *html = page->html;
    uint32_t best = top;

    for (int level = 0; level < BODY_CLIMB; level++) {
        uint32_t parent = html->nodes[top].parent;
        struct article_sums inner, outer;

        if (parent == 0 || html_is(html, parent, HTML_TAG_BODY) ||
            html_is(html, parent, HTML_TAG_HTML))
            break;
        top = parent;
        inner = article_sums_of(page, best);
        outer = article_sums_of(page, top);
        if (outer.letters - outer.links >
                (inner.letters - inner.links) * BODY_MUCH_MORE / 10 &&
            outer.commas * 10 > inner.commas * BODY_MUCH_MORE &&
            outer.paragraphs * 10 > inner.paragraphs * BODY_MUCH_MORE &&
            article_link_density(page, top) < .2)
            best = top;
    }
    return best;
}

/* Whether node i looks as if it ended a sentence. */
static bool
ends_sentence(const struct html *html, uint32_t i)
{
    for (uint32_t k = html->nodes[i].end; k-- > i;) {
        struct str text = str_trim(html->nodes[k].text);

        if (html_is(html, k, HTML_TAG_TEXT) && text.n > 0)
            return str_ends(text, STR(".")) || str_ends(text, STR("。")) ||
                   str_ends(text, STR("！")) || str_ends(text, STR("”")) ||
                   str_find(text, STR(". ")) < text.n;
    }
    return false;
}

/* Whether sibling belongs to the article in top. */
static bool
belongs(const struct article_page *page, uint32_t sibling, uint32_t top)
{
    const struct html *html = page->html;
    double threshold = fmax(10, page->score[top] * .2);
    double bonus = 0;
    double density;
    struct str a = html_attr(html, sibling, "class");
    struct article_sums sums;

    if (page->dropped[sibling] || html_is(html, sibling, HTML_TAG_TEXT))
        return false;
    if (a.n > 0 && str_eq(a, html_attr(html, top, "class")))
        bonus = page->score[top] * .2;
    if (page->score[sibling] != 0 && page->score[sibling] + bonus >= threshold)
        return true;
    if (!html_is(html, sibling, HTML_TAG_P))
        return false;
    sums = article_sums_of(page, sibling);
    density = article_link_density(page, sibling);
    return (sums.letters > 80 && density < .25) ||
           (sums.letters > 0 && sums.letters <= 80 && sums.links == 0 &&
               ends_sentence(html, sibling));
}

/* Whether part i of an article of body_letters looks like something else. */
static bool
is_foreign_part(
    const struct article_page *page, uint32_t i, uint32_t body_letters)
{
    struct article_sums s = article_sums_of(page, i);
    uint16_t tag = page->html->nodes[i].tag;
    bool list = tag == HTML_TAG_UL || tag == HTML_TAG_OL;
    int weight = page->weight[i];
    double density = article_link_density(page, i);
    int items = (int)s.items - 100;

    if (weight < 0 || (density > .6 && s.letters * 2 < body_letters))
        return true;
    if (s.commas >= 10)
        return false;
    return (!list && items > (int)s.paragraphs) ||
           s.inputs > s.paragraphs / 3 ||
           (!list && s.letters < BODY_MIN_PARAGRAPH && s.images == 0 &&
               s.headings < s.letters * 9 / 10) ||
           (!list && weight < 25 && density > .2) ||
           (weight >= 25 && density > .5) || (list && density > .6);
}

static bool
is_conditional(uint16_t tag)
{
    return tag == HTML_TAG_DIV || tag == HTML_TAG_UL || tag == HTML_TAG_OL ||
           tag == HTML_TAG_FORM || tag == HTML_TAG_FIELDSET ||
           tag == HTML_TAG_SECTION || tag == HTML_TAG_TABLE;
}

/* Whether paragraph i says nothing but where else to read on: all of it is one
 * link or two, and it is no sentence of some length. */
static bool
is_document(const struct html *html, uint32_t i)
{
    static const char *const endings[] = {".doc", ".docx", ".xls", ".xlsx",
        ".pdf", ".zip", ".rar", ".ppt", ".pptx", ".wps", NULL};
    uint32_t a = html_find(html, i, html->nodes[i].end, HTML_TAG_A);
    struct str href =
        a < html->nodes[i].end ? html_attr(html, a, "href") : STR_NONE;

    href = str_first(href, str_find_char(href, '?'));
    return htmlword_has(str_from(href, href.n > 6 ? href.n - 6 : 0), endings);
}

static bool
is_only_link(const struct article_page *page, uint32_t i)
{
    struct article_sums s = article_sums_of(page, i);

    return s.links > 0 && s.letters <= BODY_MAX_LINK && s.images == 0 &&
           s.links * 10 >= s.letters * 9 && !is_document(page->html, i);
}

/* Drop the parts of body that do not belong to it, the outer ones first. */
static void
clean(struct article_page *page, uint32_t body)
{
    const struct html *html = page->html;
    uint32_t letters = article_sums_of(page, body).letters;

    for (uint32_t i = body + 1; i < html->nodes[body].end; i++) {
        uint16_t tag = html->nodes[i].tag;

        if (page->dropped[i])
            continue;
        if ((is_conditional(tag) && is_foreign_part(page, i, letters)) ||
            (tag == HTML_TAG_P && letters >= BODY_LONG &&
                is_only_link(page, i))) {
            article_drop(page, i);
            i = html->nodes[i].end - 1;
        }
    }
    article_sum(page);
}

/* Containers by which content management systems name an article. */
static bool
is_known_container(const struct html *html, uint32_t i)
{
    static const char *const classes[] = {"wp_articlecontent", "v_news_content",
        "TRS_Editor", "pages_content", "article-content", "entry-content",
        "article_content", "news_content", "rich_media_content", "newsdetail",
        "article-body", "articlebody", "post-content", "story-body",
        "article__body", "article__content"};
    static const char *const ids[] = {"vsb_content", "zoom", "js_content",
        "endText", "articleContent", "article_content", "artibody", "ozoom",
        "content_area", "UCAP-CONTENT"};
    struct str class = html_attr(html, i, "class");
    struct str id = html_attr(html, i, "id");

    if (html_attr_has_word(html, i, "itemprop", "articleBody"))
        return true;
    for (size_t k = 0; id.n > 0 && k < sizeof ids / sizeof ids[0]; k++)
        if (str_eq_nocase(id, str_of(ids[k])))
            return true;
    for (size_t k = 0; class.n > 0 && k < sizeof classes / sizeof classes[0];
         k++)
        if (html_attr_has_word(html, i, "class", classes[k]))
            return true;
    return false;
}

/* The known container with the most text, 0 for none. */
static uint32_t
known_container(const struct article_page *page)
{
    const struct html *html = page->html;
    uint32_t best = 0, most = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        struct article_sums sums;
        uint16_t tag = html->nodes[i].tag;

        if (page->dropped[i] || tag == HTML_TAG_TEXT || tag == HTML_TAG_BODY ||
            !is_known_container(html, i))
            continue;
        sums = article_sums_of(page, i);
        if (sums.letters - sums.links > most) {
            most = sums.letters - sums.links;
            best = i;
        }
    }
    return best;
}

size_t
article_find_body(struct article_page *page, enum article_pass pass,
    uint32_t *ret, size_t max)
{
    const struct html *html = page->html;
    uint32_t top, known, parent;
    size_t n = 0;

    article_page_pass(page, pass);
    score_all(page);
    top = choose(page);
    if (top != 0)
        top = climb_to_chunks(page, top);
    known = known_container(page);
    if (top == 0)
        top = known;
    if (top == 0)
        return 0;
    if (known != 0 && known != top &&
        article_sums_of(page, known).letters * 5 >=
            article_sums_of(page, top).letters * 4 &&
        article_link_density(page, known) < .4)
        top = known;
    parent = html->nodes[top].parent;
    for (uint32_t i = parent + 1; top != known && i < html->nodes[parent].end;
         i = html->nodes[i].end)
        if (n < max && (i == top || belongs(page, i, top)))
            ret[n++] = i;
    if (top == known)
        ret[n++] = top;
    if (pass == ARTICLE_STRICT)
        for (size_t k = 0; k < n; k++)
            clean(page, ret[k]);
    return n;
}
