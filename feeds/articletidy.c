/*
 * articletidy: an article's text without what pages put around and between.
 */
#include <string.h>

#include "base/utf8.h"
#include "feeds/articlepage.h"
#include "feeds/pagedate.h"

enum {
    TIDY_END_BYTES = 200,   /* of text before what may end it */
    TIDY_REPEATED = 60,     /* bytes of a line that is told once only */
    TIDY_INFO_LETTERS = 80, /* of a line with date and source */
    TIDY_HEAD = 10,         /* lines that may stand above the text */
    TIDY_RUNNING = 100,     /* letters of a line of running text */
    TIDY_SENTENCE = 40,     /* the same when it ends as sentences do */
    TIDY_KICKER = 60        /* letters of what stands above it */
};

bool
article_ends_sentence(struct str text)
{
    static const char *const ends[] = {
        "。", "！", "？", "”", "）", ".", "!", "?", "\"", "。)", NULL};

    for (size_t i = 0; ends[i]; i++)
        if (str_ends(text, str_of(ends[i])))
            return true;
    return false;
}

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

    return line.n < 3 * TIDY_INFO_LETTERS &&
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

    for (int back = 0; back < 2 && line.n >= TIDY_REPEATED; back++) {
        size_t from = text.n;

        while (from > 0 && text.p[from - 1] != '\n')
            from--;
        if (str_eq(str_from(text, from), line))
            return true;
        text = str_first(text, from > 0 ? from - 1 : 0);
    }
    return false;
}

/* Letters of a line, a Han character as two. */
static size_t
weight(struct str line)
{
    size_t count = utf8_count(line);

    return count + (line.n - count) / 2;
}

/* A line with running text. */
static bool
is_running(struct str line)
{
    size_t letters = weight(line);

    return letters >= TIDY_RUNNING ||
           (letters >= TIDY_SENTENCE && article_ends_sentence(line));
}

/* How many lines stand above the first with running text, 0 when that is far
 * down or nowhere: sections, authors, places. */
static size_t
head_lines(struct str text)
{
    size_t n = 0;

    while (text.n > 0 && n < TIDY_HEAD) {
        struct str line = str_trim(str_split(&text, '\n'));

        if (line.n == 0)
            continue;
        if (is_running(line))
            return n;
        n++;
    }
    return 0;
}

/* Above the text: what is too short to be part of it.  Han texts begin with
 * short lines ("各有关学校：") and have no such habit. */
static bool
is_kicker(struct str line)
{
    return utf8_count(line) * 2 > line.n && weight(line) < TIDY_KICKER &&
           !article_ends_sentence(line) && !str_ends(line, STR(":")) &&
           !str_ends(line, STR("："));
}

struct str
article_tidy(struct arena *arena, struct str text)
{
    struct buf out;
    struct str rest = text;
    struct str result;
    size_t number = 0, head;

    buf_init(&out, FEED_MAX_TEXT_BYTES + 16);
    head = head_lines(text);
    while (rest.n > 0) {
        size_t done = text.n - rest.n;
        struct str line = str_trim(str_split(&rest, '\n'));

        if (line.n == 0)
            continue;
        if (is_end(line) && done > TIDY_END_BYTES)
            break;
        number++;
        if (number <= head && is_kicker(line))
            continue;
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
