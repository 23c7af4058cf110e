/*
 * blocked: is this the page, or what stands in front of it?  See blocked.h.
 */
#include "feeds/blocked.h"

#include "feeds/feeds.h"
#include "feeds/htmlpage.h"
#include "feeds/listmine.h"

enum {
    BLOCKED_MAX_TITLE = 400,     /* bytes */
    BLOCKED_MAX_TEXT = 8 * 1024, /* bytes of what is to be read */
    BLOCKED_MAX_ASIDE = 48 * 1024,
    BLOCKED_FEW_LINKS = 8,
    BLOCKED_LINE = 60,       /* letters of a line that says no more */
    BLOCKED_NOTICE = 160,    /* letters of a page that is one notice */
    BLOCKED_LOGIN = 500,     /* letters of a page that is for logging in */
    BLOCKED_NOTHING = 12,    /* letters that say nothing */
    BLOCKED_MAX_CHILDREN = 4 /* links and pictures of a page without text */
};

/* What a page shows and holds, as far as it matters here. */
struct blocked_page {
    const struct html *html;
    struct buf title; /* lower case (ASCII), as the other two */
    struct buf text;  /* what is to be read, in lines */
    struct buf code;  /* scripts, comments, addresses, names */
    uint32_t letters; /* of text */
    uint32_t links, pictures, frames;
    bool password;
    bool scripts; /* that run */
    bool data;    /* scripts that only tell machines something */
};

static void
add_lower(struct buf *out, struct str s, size_t max)
{
    s = str_first(s, max);
    for (size_t i = 0; i < s.n; i++)
        (void)buf_add_char(out, s.p[i] >= 'A' && s.p[i] <= 'Z'
                                    ? (char)(s.p[i] - 'A' + 'a')
                                    : s.p[i]);
}

/* Append s to what is searched for marks, within the bound. */
static void
add_code(struct blocked_page *page, struct str s)
{
    if (page->code.n + BLOCKED_MAX_ASIDE + 1 > BLOCKED_MAX_CODE || s.n == 0)
        return;
    add_lower(&page->code, s, BLOCKED_MAX_ASIDE);
    (void)buf_add_char(&page->code, '\n');
}

static bool
is_unseen(const struct html *html, uint32_t i)
{
    switch ((int)html->nodes[i].tag) {
    case HTML_TAG_HEAD:
    case HTML_TAG_SCRIPT:
    case HTML_TAG_STYLE:
    case HTML_TAG_TEMPLATE:
    case HTML_TAG_SELECT:
    case HTML_TAG_TEXTAREA:
    case HTML_TAG_SVG:
        return true;
    default:
        return html->nodes[i].tag != HTML_TAG_TEXT && html_is_hidden(html, i);
    }
}

static bool
is_link(const struct html *html, uint32_t i)
{
    struct str href = html_attr(html, i, "href");

    return html_is(html, i, HTML_TAG_A) && href.n > 0 && href.p[0] != '#';
}

static void
look_at_element(struct blocked_page *page, uint32_t i)
{
    static const char *const names[] = {
        "id", "class", "src", "action", "href", "content", "name"};
    const struct html *html = page->html;
    uint16_t tag = html->nodes[i].tag;

    page->links += is_link(html, i);
    page->pictures += tag == HTML_TAG_IMG || tag == HTML_TAG_AREA ||
                      tag == HTML_TAG_EMBED || tag == HTML_TAG_OBJECT;
    page->frames += tag == HTML_TAG_FRAME || tag == HTML_TAG_IFRAME;
    page->password |= tag == HTML_TAG_INPUT &&
                      html_attr_has_word(html, i, "type", "password");
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        add_code(page, str_first(html_attr(html, i, names[k]), 512));
}

static uint32_t
count_letters(const struct html *html, uint32_t i)
{
    uint32_t letters = 0;

    for (uint32_t k = i; k < html->nodes[i].end; k++)
        if (html_is(html, k, HTML_TAG_TEXT))
            letters += list_count_letters(html->nodes[k].text);
    return letters;
}

/* Count what there is to read; false as soon as it is too much for a wall. */
static bool
is_small(struct blocked_page *page)
{
    const struct html *html = page->html;
    uint32_t links = 0, hidden = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        if (is_unseen(html, i)) {
            if (html_is_hidden(html, i))
                hidden += count_letters(html, i);
            if (hidden > BLOCKED_MAX_LETTERS)
                return false;
            i = html->nodes[i].end - 1;
            continue;
        }
        links += html_is(html, i, HTML_TAG_A);
        if (html_is(html, i, HTML_TAG_TEXT))
            page->letters += list_count_letters(html->nodes[i].text);
        if (page->letters > BLOCKED_MAX_LETTERS || links > BLOCKED_MAX_LINKS)
            return false;
    }
    return true;
}

/* Whether a script of this type is not run. */
static bool
is_data(struct str type)
{
    return str_find(type, STR("json")) < type.n ||
           str_find(type, STR("xml")) < type.n;
}

static void
collect(struct blocked_page *page)
{
    const struct html *html = page->html;
    uint32_t title = html_find(html, 1, html->n, HTML_TAG_TITLE);
    struct buf text;

    buf_init(&text, BLOCKED_MAX_TEXT + 64 * 1024);
    if (title < html->n)
        (void)html_text(html, title, html->nodes[title].end, false, &text);
    add_lower(&page->title, str_trim(buf_str(&text)), BLOCKED_MAX_TITLE);
    buf_clear(&text);
    for (uint32_t i = 1; i < html->n; i++) {
        if (!html_is(html, i, HTML_TAG_TEXT))
            look_at_element(page, i);
        else if (!is_unseen(html, html->nodes[i].parent))
            (void)html_text(html, i, i + 1, false, &text);
        if (html_tag_flags((enum html_tag)html->nodes[i].tag) & HTML_BLOCK)
            (void)buf_add_char(&text, '\n');
    }
    add_lower(&page->text, buf_str(&text), BLOCKED_MAX_TEXT);
    buf_done(&text);
    for (size_t k = 0; k < html->nasides; k++) {
        const struct html_aside *aside = &html->asides[k];

        if (aside->kind == HTML_SCRIPT && is_data(aside->type))
            page->data = true;
        else
            page->scripts |= aside->kind == HTML_SCRIPT;
        add_code(page, aside->src);
        if (aside->kind != HTML_STYLE)
            add_code(page, aside->text);
    }
}

/* Whether a line of text, or the title, holds mark and little else. */
static bool
has_line(const struct blocked_page *page, struct str mark)
{
    struct str title = buf_str(&page->title);
    struct str rest = buf_str(&page->text);

    if (str_find(title, mark) < title.n &&
        list_count_letters(title) <= BLOCKED_LINE)
        return true;
    if (str_find(rest, mark) == rest.n)
        return false;
    while (rest.n > 0) {
        struct str line = str_split(&rest, '\n');

        if (str_find(line, mark) < line.n &&
            list_count_letters(line) <= BLOCKED_LINE)
            return true;
    }
    return false;
}

static bool
has_mark(const struct blocked_page *page, const struct blocked_mark *mark)
{
    struct str text = str_of(mark->text);
    struct str in;

    if (page->letters > mark->letters)
        return false;
    if (mark->place == IN_LINE)
        return page->links <= BLOCKED_FEW_LINKS && has_line(page, text);
    in = mark->place == IN_CODE ? buf_str(&page->code) : buf_str(&page->text);
    if (str_find(in, text) < in.n)
        return true;
    in = buf_str(&page->title);
    return mark->place == IN_TEXT && str_find(in, text) < in.n;
}

static bool
title_has(const struct blocked_page *page, const char *const *words)
{
    struct str title = buf_str(&page->title);

    for (; *words; words++)
        if (str_find(title, str_of(*words)) < title.n)
            return true;
    return false;
}

/* A page for logging in: it asks for a password and offers little else, or
 * says so and offers nothing. */
static bool
is_login(const struct blocked_page *page)
{
    static const char *const words[] = {"登录", "登陆", "身份认证", "身份验证",
        "login", "log in", "sign in", "signin", "ログイン", "로그인", NULL};

    if (page->letters > BLOCKED_LOGIN)
        return false;
    if (page->password)
        return page->links <= BLOCKED_FEW_LINKS || title_has(page, words);
    return page->letters <= BLOCKED_NOTICE &&
           page->links <= BLOCKED_MAX_CHILDREN && title_has(page, words);
}

static struct str
read_marks(const struct blocked_page *page)
{
    for (const struct blocked_mark *mark = blocked_marks; mark->text; mark++)
        if (has_mark(page, mark))
            return str_of(mark->reason);
    if (is_login(page))
        return STR("it is a log-in page");
    if (page->letters > BLOCKED_NOTHING || page->frames > 0 ||
        page->links + page->pictures > BLOCKED_MAX_CHILDREN)
        return STR_NONE;
    if (page->scripts && !page->data)
        return STR("the page shows nothing without running its scripts");
    return page->letters + page->links + page->pictures == 0 &&
                   page->title.n == 0 && !page->data
               ? STR("the page is empty")
               : STR_NONE;
}

struct str
blocked_reason(const struct html *html)
{
    struct blocked_page page = {.html = html};
    struct str reason = STR_NONE;

    if (!is_small(&page))
        return STR_NONE;
    buf_init(&page.title, BLOCKED_MAX_TITLE + 16);
    buf_init(&page.text, BLOCKED_MAX_TEXT + 16);
    buf_init(&page.code, BLOCKED_MAX_CODE + 16);
    collect(&page);
    reason = read_marks(&page);
    buf_done(&page.title);
    buf_done(&page.text);
    buf_done(&page.code);
    return reason;
}

void
blocked_explain(struct arena *arena, struct str text, struct toc_error *reterr)
{
    struct html html;
    struct str reason = STR_NONE;

    if (html_parse(arena, text, STR_NONE, &html) == 0) {
        reason = blocked_reason(&html);
        html_done(&html);
    }
    toc_error_set(reterr, NULL, 0, 0,
        "the document is an HTML page, not a feed%s%.*s", reason.p ? ": " : "",
        STR_ARG(reason));
}

int
page_blocked(
    struct arena *arena, const struct feed_input *input, struct str *ret)
{
    struct htmlpage page;
    int err = htmlpage_open(arena, input, NULL, &page);

    if (err != 0)
        return err;
    *ret = blocked_reason(&page.html);
    htmlpage_done(&page);
    return 0;
}
