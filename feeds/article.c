/*
 * article: one publication's own page: title, date, text.
 */
#include <string.h>

#include "base/utf8.h"
#include "feeds/articlepage.h"
#include "feeds/blocked.h"
#include "feeds/htmlpage.h"
#include "feeds/pagedate.h"

enum {
    ARTICLE_MAX_PARTS = 200,  /* nodes that make up an article */
    ARTICLE_ENOUGH = 500,     /* letters that end the search */
    ARTICLE_END_BYTES = 200,  /* of text before what may end it */
    ARTICLE_SHORT = 140,      /* the same for a text that ends as texts do */
    ARTICLE_GAIN = 13,        /* tenths: how much longer a later find is */
    ARTICLE_REPEATED = 60,    /* bytes of a line that is told once only */
    ARTICLE_INFO_LETTERS = 80 /* of a line with date and source */
};

static bool
starts_with_one(struct str line, const char *const *words)
{
    for (; *words; words++)
        if (str_starts_nocase(line, str_of(*words)))
            return true;
    return false;
}

/* Lines that pages put around an article's text. */
static bool
is_furniture(struct str line)
{
    static const char *const words[] = {"责任编辑", "[责任编辑", "【责任编辑",
        "（责任编辑", "(责任编辑", "编辑：", "上一篇", "下一篇", "上一条",
        "下一条", "分享到", "打印", "关闭", "【打印", "【关闭", "扫一扫",
        "返回列表", "点击数", "浏览次数", "阅读次数", "字号", "【字体",
        "字体：", "share this", "advertisement", "sign up for",
        "read more:", NULL};

    return line.n < 200 && starts_with_one(line, words);
}

/* Lines behind which other publications are named. */
static bool
is_end(struct str line)
{
    static const char *const words[] = {"相关阅读", "延伸阅读", "推荐阅读",
        "相关新闻", "相关链接", "相关文章", "热门推荐", "猜你喜欢", "为你推荐",
        "为您推荐", "相关推荐", "热点推荐", "精彩推荐", "related articles",
        "related stories", "more on this story", "read next", NULL};

    return line.n < 48 && starts_with_one(line, words);
}

/* "2026-06-07 10:20 来源：教务处 点击：88" above the text. */
static bool
is_info(struct str line)
{
    struct pagedate date;

    return line.n < 3 * ARTICLE_INFO_LETTERS &&
           str_find(line, STR("。")) == line.n &&
           pagedate_find(line, 0, 0, &date) &&
           (date.start == 0 || str_find(line, STR("来源")) < line.n ||
               str_find(line, STR("时间")) < line.n ||
               str_find(line, STR("日期")) < line.n ||
               str_find(line, STR("浏览")) < line.n ||
               str_find(line, STR("点击")) < line.n);
}

/* A line that is all of a button or a heading for nothing. */
static bool
is_label(struct str line)
{
    static const char *const words[] = {"share", "share this",
        "share this article", "share on facebook", "share on twitter",
        "share on x", "share on linkedin", "share on whatsapp",
        "share via email", "share on reddit", "copy link", "copy link copied",
        "link copied", "copy url", "email", "e-mail", "print", "facebook",
        "twitter", "linkedin", "whatsapp", "pinterest", "reddit", "telegram",
        "messenger", "save", "comments", "comment", "reply", "article content",
        "advertisement", "advertising", "anzeige", "werbung", "publicité",
        "publicidad", "teilen", "drucken", "merken", "partager", "compartir",
        "tags", "tags:", "read more", "read next", "loading...", "gift article",
        "share full article", "sign up", "subscribe", "分享", "收藏", "点赞",
        "评论", "微信", "微博", "举报", "纠错", "打印本页", "关闭窗口",
        "返回顶部", "字体大小", "シェア", "ツイート", "印刷", "保存", NULL};

    if (line.n > 40)
        return false;
    for (size_t i = 0; words[i]; i++)
        if (str_eq_nocase(line, str_of(words[i])))
            return true;
    return false;
}

/* Whether a line of some length is the same as the last or the one before it:
 * a caption told again. */
static bool
is_repeated(struct str line, const struct buf *before)
{
    struct str text = buf_str(before);

    for (int back = 0; back < 2 && line.n >= ARTICLE_REPEATED; back++) {
        size_t from = text.n;

        while (from > 0 && text.p[from - 1] != '\n')
            from--;
        if (str_eq(str_from(text, from), line))
            return true;
        text = str_first(text, from > 0 ? from - 1 : 0);
    }
    return false;
}

/* text without furniture, in arena. */
static struct str
tidy(struct arena *arena, struct str text)
{
    struct buf out;
    struct str rest = text;
    struct str result;
    size_t number = 0;

    buf_init(&out, FEED_MAX_TEXT_BYTES + 16);
    while (rest.n > 0) {
        size_t done = text.n - rest.n;
        struct str line = str_trim(str_split(&rest, '\n'));

        if (line.n == 0)
            continue;
        if (is_end(line) && done > ARTICLE_END_BYTES)
            break;
        number++;
        if (is_furniture(line) || is_label(line) ||
            (number <= 4 && is_info(line)) || is_repeated(line, &out))
            continue;
        if (out.n > 0)
            (void)buf_add_char(&out, '\n');
        (void)buf_add_str(&out, utf8_cut(line, FEED_MAX_TEXT_BYTES - out.n));
        if (out.n >= FEED_MAX_TEXT_BYTES)
            break;
    }
    result = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return result;
}

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
    text = tidy(page->arena, buf_str(&out));
    buf_done(&out);
    return text;
}

/* Whether most of text is Han characters, which count twice in letters. */
static bool
is_han(struct str text, uint32_t letters)
{
    return utf8_count(text) * 3 < (size_t)letters * 2;
}

static bool
ends_sentence(struct str text)
{
    static const char *const ends[] = {
        "。", "！", "？", "”", "）", ".", "!", "?", "\"", "。)", NULL};

    for (size_t i = 0; ends[i]; i++)
        if (str_ends(text, str_of(ends[i])))
            return true;
    return false;
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
                ends_sentence(text)))
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
    article->published = article_find_date(&page->html, input, title_node);
    err = find_text(arena, &page->html, title_node, &article->text);
    if (err == 0 && article->text.n == 0)
        htmlpage_note(page, STR("no article was found on this page"));
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
