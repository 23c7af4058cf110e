/*
 * pager: the next page of a list; see pager.h.
 */
#include "feeds/pager.h"

#include <string.h>

#include "base/url.h"
#include "feeds/htmlword.h"

struct pager {
    struct arena *arena;
    const struct html *html;
    struct str url; /* of the page itself, or absent */
};

static bool
is_one_of(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_eq_nocase(text, str_of(*words)))
            return true;
    return false;
}

static struct str
host_of(struct str url)
{
    struct url parts;

    return url_parse(url, &parts) == 0 ? parts.host : STR_NONE;
}

static struct str
without_fragment(struct str url)
{
    return str_first(url, str_find_char(url, '#'));
}

/* href as the address of another page of this site, or absent. */
static struct str
page_url(const struct pager *pager, struct str href)
{
    struct str url;

    href = str_trim(href);
    if (href.n == 0 || href.p[0] == '#')
        return STR_NONE;
    url = without_fragment(html_url(pager->arena, pager->html, href));
    if (!url.p || (pager->url.p &&
                      (str_eq(url, without_fragment(pager->url)) ||
                          !str_eq_nocase(host_of(url), host_of(pager->url)))))
        return STR_NONE;
    return url;
}

static struct str
by_relation(const struct pager *pager)
{
    const struct html *html = pager->html;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str url;

        if ((!html_is(html, i, HTML_TAG_A) &&
                !html_is(html, i, HTML_TAG_LINK)) ||
            !html_attr_has_word(html, i, "rel", "next"))
            continue;
        url = page_url(pager, html_attr(html, i, "href"));
        if (url.p)
            return url;
    }
    return STR_NONE;
}

/* Signs around the words of a link, and white space, away. */
static struct str
bare(struct str text)
{
    static const char *const signs[] = {" ", ">", "»", "›", "→", "<", "«", "‹",
        "←", "[", "]", "【", "】", "（", "）", "(", ")", "|", "…", "·", "＞",
        "《", "》", "▶", "►", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xB8\x8F", NULL};

    for (bool again = true; again;) {
        again = false;
        for (size_t k = 0; signs[k]; k++) {
            struct str sign = str_of(signs[k]);

            if (str_starts(text, sign)) {
                text = str_from(text, sign.n);
                again = true;
            } else if (str_ends(text, sign)) {
                text = str_first(text, text.n - sign.n);
                again = true;
            }
        }
    }
    return text;
}

/* Words by which a link leads to the next page. */
static bool
says_next(struct str text)
{
    static const char *const words[] = {"下一页", "下页", "下一頁", "下頁",
        "后一页", "后页", "往后", "翻下一页", "加载更多", "查看更多文章",
        "next", "next page", "nextpage", "older", "older posts",
        "older entries", "previous posts", "load more", "more posts", "次へ",
        "次のページ", "次ページ", "다음", "다음 페이지", "siguiente", "suivant",
        "page suivante", "weiter", "nächste seite", "volgende", "próxima",
        "следующая", NULL};

    return is_one_of(bare(text), words);
}

/* A sign that means the next page: 1, or one that may mean the last: 2. */
static int
sign_of_next(struct str text)
{
    static const char *const next[] = {
        ">", "›", "→", "＞", "&gt;", "▶", "►", "▸", NULL};
    static const char *const far[] = {">>", "»", "››", "＞＞", NULL};

    return is_one_of(text, next) ? 1 : is_one_of(text, far) ? 2 : 0;
}

/* A class or id as pagers have. */
static bool
is_pager_name(struct str name)
{
    static const char *const words[] = {
        "page", "paging", "paginat", "fanye", "fenye", "pgs", "turn", NULL};

    return htmlword_has(name, words);
}

/* Whether node i stands in something that is called a pager. */
static bool
is_in_pager(const struct html *html, uint32_t i)
{
    for (int level = 0; level < 4 && i != 0; level++) {
        if (is_pager_name(html_attr(html, i, "class")) ||
            is_pager_name(html_attr(html, i, "id")))
            return true;
        i = html->nodes[i].parent;
    }
    return false;
}

/* The number that text is, 0 when it is none. */
static int
number_of(struct str text)
{
    int n = 0;

    text = bare(text);
    if (text.n == 0 || text.n > 4)
        return 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return 0;
        n = n * 10 + (text.p[i] - '0');
    }
    return n <= PAGER_MAX_PAGE ? n : 0;
}

static struct str
link_text(const struct pager *pager, uint32_t i)
{
    if (pager->html->nodes[i].end - i > PAGER_MAX_NODES)
        return STR("");
    return html_text_of(pager->arena, pager->html, i, PAGER_MAX_TEXT);
}

/* How surely the link at i leads to the next page, 0 not at all. */
static int
link_rank(const struct pager *pager, uint32_t i)
{
    static const char *const names[] = {"title", "aria-label"};
    const struct html *html = pager->html;
    struct str text = link_text(pager, i);
    int sign;

    if (text.n >= PAGER_MAX_TEXT)
        return 0;
    if (says_next(text))
        return 4;
    for (size_t k = 0; k < 2; k++)
        if (says_next(html_attr(html, i, names[k])))
            return 3;
    sign = sign_of_next(text);
    if (sign == 0 && number_of(text) == 0 &&
        (html_attr_has_word(html, i, "class", "next") ||
            html_attr_has_word(html, html->nodes[i].parent, "class", "next")))
        return is_in_pager(html, i) ? 3 : 0;
    return sign == 0 || !is_in_pager(html, i) ? 0 : 3 - sign;
}

static struct str
by_words(const struct pager *pager)
{
    const struct html *html = pager->html;
    struct str best = STR_NONE;
    int most = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str url;
        int rank;

        if (!html_is(html, i, HTML_TAG_A))
            continue;
        rank = link_rank(pager, i);
        if (rank <= most)
            continue;
        url = page_url(pager, html_attr(html, i, "href"));
        if (!url.p)
            continue;
        best = url;
        most = rank;
    }
    return best;
}

/* The one text below node i that is not white space; empty when there are
 * several. */
static struct str
only_text(const struct html *html, uint32_t i)
{
    struct str text = STR("");

    for (uint32_t k = i + 1; k < html->nodes[i].end; k++) {
        struct str one = str_trim(html->nodes[k].text);

        if (!html_is(html, k, HTML_TAG_TEXT) || one.n == 0)
            continue;
        if (text.n > 0)
            return STR("");
        text = one;
    }
    return text;
}

/* A number that stands where a page's link would: the current page. */
static int
current_number(const struct pager *pager, uint32_t i)
{
    static const char *const classes[] = {
        "current", "active", "on", "cur", "now", "selected", "this"};
    const struct html *html = pager->html;
    uint32_t a = html_is(html, i, HTML_TAG_A) ? i : 0;
    int number;

    if (html_is(html, i, HTML_TAG_TEXT) || html->nodes[i].end - i > 4)
        return 0;
    number = number_of(only_text(html, i));
    if (number == 0 || !is_in_pager(html, i))
        return 0;
    if (a == 0 && html_ancestor(html, i, HTML_TAG_A) == 0 &&
        html_find(html, i, html->nodes[i].end, HTML_TAG_A) ==
            html->nodes[i].end)
        return number;
    for (size_t k = 0; k < sizeof classes / sizeof classes[0]; k++)
        if (html_attr_has_word(html, i, "class", classes[k]))
            return number;
    if (html_attr(html, i, "aria-current").p)
        return number;
    return 0;
}

/* The link with the number behind the current page's; without any, page 2 of
 * a pager that has no page 1 to go back to. */
static struct str
by_number(const struct pager *pager)
{
    const struct html *html = pager->html;
    struct str second = STR_NONE;
    int current = 0;
    bool first_linked = false;

    for (uint32_t i = 1; i < html->n; i++) {
        int number;

        if (current == 0)
            current = current_number(pager, i);
        if (!html_is(html, i, HTML_TAG_A) ||
            html->nodes[i].end - i > PAGER_MAX_NODES)
            continue;
        number = number_of(only_text(html, i));
        if (number == 0 || !is_in_pager(html, i))
            continue;
        if (number == 1 && page_url(pager, html_attr(html, i, "href")).p)
            first_linked = true;
        if (number < 2)
            continue;
        if (current != 0 && number == current + 1)
            return page_url(pager, html_attr(html, i, "href"));
        if (number == 2 && !second.p)
            second = page_url(pager, html_attr(html, i, "href"));
    }
    return current == 0 && !first_linked ? second : STR_NONE;
}

/* The arguments of a call of createPageHTML: how many pages, which one this
 * is (from 0), the name of their files and its ending. */
struct written {
    int count, current;
    struct str name, ending;
};

static bool
read_call(struct str arguments, struct written *ret)
{
    int numbers = 0, texts = 0;

    *ret = (struct written){0};
    arguments = str_first(arguments, str_find_char(arguments, ')'));
    while (arguments.n > 0) {
        struct str one = str_trim(str_split(&arguments, ','));
        bool quoted = one.n >= 2 && (one.p[0] == '"' || one.p[0] == '\'');

        if (!quoted && one.n > 0 && one.n <= 6 && one.p[0] >= '0' &&
            one.p[0] <= '9') {
            int n = one.n == 1 && one.p[0] == '0' ? 0 : number_of(one);

            if (numbers == 0)
                ret->count = n;
            else if (numbers == 1)
                ret->current = n;
            numbers++;
        } else if (quoted && numbers >= 2) {
            one = str_first(str_from(one, 1), one.n - 2);
            if (texts == 0)
                ret->name = one;
            else if (texts == 1)
                ret->ending = one;
            texts++;
        }
    }
    return numbers >= 2 && texts >= 2 && ret->name.n > 0 && ret->ending.n > 0;
}

/* The page that a script's pager would lead to: index.html, index_1.html, … */
static struct str
by_script(const struct pager *pager)
{
    struct str call = STR("createPageHTML(");

    for (size_t k = 0; k < pager->html->nasides; k++) {
        const struct html_aside *aside = &pager->html->asides[k];
        struct str text = str_first(aside->text, PAGER_MAX_SCRIPT);

        while (aside->kind == HTML_SCRIPT) {
            size_t at = str_find(text, call);
            struct written written;

            if (at == text.n)
                break;
            text = str_from(text, at + call.n);
            if (read_call(text, &written) &&
                written.current + 1 < written.count)
                return page_url(
                    pager, arena_printf(pager->arena, "%.*s_%d.%.*s",
                               STR_ARG(written.name), written.current + 1,
                               STR_ARG(written.ending)));
        }
    }
    return STR_NONE;
}

struct str
pager_next(struct arena *arena, const struct html *html, struct str url)
{
    struct pager pager = {arena, html, url};
    struct str next = by_relation(&pager);

    if (!next.p)
        next = by_words(&pager);
    if (!next.p)
        next = by_number(&pager);
    if (!next.p)
        next = by_script(&pager);
    return next;
}
