/*
 * sitemasks: what changes on a page though nobody has changed it.
 *
 * Counters of visits, today's date and the time, "3分钟前", the year behind a
 * ©, the weather, time stamps and session numbers in addresses, what scripts
 * and forms carry for the next request, places for advertisements and blocks
 * that show something else each time.  Each is replaced by a sign, and noted
 * with one example, so that a person can see what was left out.
 */
#include <string.h>

#include "base/mask.h"
#include "feeds/pagedate.h"
#include "feeds/siteparts.h"

enum {
    MASKS_SAMPLE_BYTES = 60,
    MASKS_NOW_BYTES = 160,   /* behind "今天是" */
    MASKS_UNIT_BYTES = 160,  /* of a text that is nothing but the time */
    MASKS_NOW_MINUTES = 20,  /* by which a server's clock may be wrong */
    MASKS_STAMP_DIGITS = 6,  /* in a script */
    MASKS_TOKEN_BYTES = 16,  /* letters and digits in a script or a value */
    MASKS_MAX_HEADINGS = 20, /* of random blocks */
    MASKS_BLOCK_LEVELS = 4,  /* around the heading of a random block */
    MASKS_BLOCK_LINKS = 30   /* a larger one is more than that */
};

struct site_masks {
    struct site_page *page;
    struct str samples[SITE_MASKS];
    size_t counts[SITE_MASKS];
    bool *random;       /* nodes whose block shows something else each time */
    bool after_counter; /* the text before this one named a counter */
};

#define SIGN '#'

static const char *const counters[] = {"访问量", "访问次数", "访问人数",
    "总访问", "今日访问", "昨日访问", "访问", "浏览量", "浏览次数", "浏览",
    "阅读量", "阅读次数", "阅读", "点击量", "点击数", "点击率", "点击次数",
    "点击", "人气", "访客", "访客数", "您是", "你是", "您是本站", "在线",
    "在线人数", "流量", "下载次数", "下载量", "下载", "点赞", "热度", "关注",
    "PV", "UV", "IP", "hits", "Hits", "views", "Views", "visits", "Visitors",
    "visitors", "Visits"};
static const char *const counted[] = {"浏览", "访问", "阅读", "点击", "访客",
    "位访", "在线", "人在线", "views", "hits", "visits", "visitors"};
static const char *const now_words[] = {"今天是", "今日是", "现在是",
    "当前时间", "现在时间", "北京时间", "系统时间", "服务器时间", "当前日期",
    "今天日期", "今日日期", "Today is"};

void
site_mask_note(struct site_masks *masks, enum site_mask kind, struct str sample)
{
    sample = str_trim(sample);
    if (masks->counts[kind]++ == 0 || !masks->samples[kind].p)
        masks->samples[kind] =
            mask_part(masks->page->arena, sample, 0, MASKS_SAMPLE_BYTES);
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
ends_with_any(struct str text, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_ends(text, str_of(words[k])))
            return true;
    return false;
}

static bool
starts_with_any(struct str text, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_starts(text, str_of(words[k])))
            return true;
    return false;
}

static bool
holds_any(struct str text, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_find(text, str_of(words[k])) < text.n)
            return true;
    return false;
}

#define ENDS(text, words)                                                      \
    ends_with_any(text, words, sizeof(words) / sizeof *(words))
#define STARTS(text, words)                                                    \
    starts_with_any(text, words, sizeof(words) / sizeof *(words))
#define HOLDS(text, words)                                                     \
    holds_any(text, words, sizeof(words) / sizeof *(words))

/* Whether text ends with the name of a counter, and at most little words. */
static bool
names_counter(struct str text)
{
    static const char *const between[] = {" ", ":", "：", "(", "（", "[", "【",
        "约", "为", "共", "已", "有", "第", "数", "量", "次", "人", "总", "|",
        "\xC2\xA0"};

    for (bool more = true; more;) {
        if (ENDS(text, counters))
            return true;
        more = false;
        for (size_t k = 0; k < sizeof between / sizeof between[0]; k++)
            if (str_ends(text, str_of(between[k]))) {
                text.n -= strlen(between[k]);
                more = true;
                break;
            }
    }
    return false;
}

/* Whether text begins with what a counter counts. */
static bool
names_counted(struct str text)
{
    static const char *const between[] = {
        " ", "+", "次", "人次", "人", "位", "\xC2\xA0"};

    for (bool more = true; more;) {
        if (STARTS(text, counted))
            return true;
        more = false;
        for (size_t k = 0; k < sizeof between / sizeof between[0]; k++)
            if (str_starts(text, str_of(between[k]))) {
                text = str_from(text, strlen(between[k]));
                more = true;
                break;
            }
    }
    return false;
}

/* Length of "分钟前" and the like that text begins with, 0 for none. */
static size_t
ago_unit(struct str text)
{
    static const char *const units[] = {
        "秒前", "秒钟前", "分钟前", "小时前", "天前", "日前", "周前", "个月前"};
    size_t blank = str_starts(text, STR(" ")) ? 1 : 0;

    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++)
        if (str_starts(str_from(text, blank), str_of(units[k])))
            return blank + strlen(units[k]);
    return 0;
}

/* "今天 10:20", "昨天": how many bytes, 0 for none. */
static size_t
ago_day(struct str text)
{
    static const char *const days[] = {"今天", "昨天", "前天"};
    size_t n = 0;

    for (size_t k = 0; k < sizeof days / sizeof days[0]; k++)
        if (str_starts(text, str_of(days[k])))
            n = strlen(days[k]);
    while (n > 0 && n < text.n && text.p[n] == ' ')
        n++;
    if (n == 0 || n + 4 > text.n || !is_digit(text.p[n]))
        return 0;
    while (n < text.n && (is_digit(text.p[n]) || text.p[n] == ':'))
        n++;
    return text.p[n - 3] == ':' ? n : 0;
}

/* Which of the kinds that change all of a text's digits it is of, SITE_MASKS
 * for none. */
static enum site_mask
kind_of_text(struct str text)
{
    static const char *const timing[] = {"Processed in", "processed in",
        "执行时间", "页面生成", "生成时间", "耗时", "Page generated",
        "queries"};
    static const char *const weather[] = {"℃", "°C", "℉", "空气质量", "AQI"};

    if (HOLDS(text, timing))
        return SITE_MASK_TIMING;
    return HOLDS(text, weather) ? SITE_MASK_WEATHER : SITE_MASKS;
}

/* Whether text is the date of today with its day of the week, or the time at
 * which the page was asked for. */
static bool
is_clock(const struct site_masks *masks, struct str text)
{
    static const char *const week[] = {"星期", "周一", "周二", "周三", "周四",
        "周五", "周六", "周日", "礼拜", "Monday", "Tuesday", "Wednesday",
        "Thursday", "Friday", "Saturday", "Sunday"};
    const struct feed_input *input = masks->page->input;
    struct pagedate date;
    struct wall t;
    int64_t off, day_ms = 24 * 60 * 60 * 1000;

    if (text.n > MASKS_UNIT_BYTES || !wall_is_set(input->now) ||
        !pagedate_find(text, 0, 0, &date))
        return false;
    t = pagedate_wall(&date, input->zone, input->now);
    if (!wall_is_set(t))
        return false;
    off = input->now.ms - t.ms;
    if (date.has_time)
        return off < MASKS_NOW_MINUTES * 60 * 1000 &&
               off > -MASKS_NOW_MINUTES * 60 * 1000;
    return HOLDS(text, week) && off >= 0 && off < day_ms;
}

/* Which mask the digits [from, to) of text are of, SITE_MASKS for none. */
static enum site_mask
kind_of_digits(struct site_masks *masks, struct str text, size_t from,
    size_t to, bool years)
{
    static const char *const date_signs[] = {"-", ".", "/", "年"};
    struct str before = str_first(text, from), after = str_from(text, to);

    if (years && to - from == 4)
        return SITE_MASK_YEAR;
    if (to - from == 4 && (STARTS(after, date_signs)))
        return SITE_MASKS;
    if (ago_unit(after) > 0)
        return SITE_MASK_AGO;
    if (names_counter(before) || names_counted(after) ||
        (masks->after_counter && from == 0 && to == text.n))
        return SITE_MASK_COUNTER;
    return SITE_MASKS;
}

/* How many bytes of text from at on are masked, 0: none; *ret says as what. */
static size_t
masked_at(struct site_masks *masks, struct str text, size_t at, bool years,
    enum site_mask *ret)
{
    struct str rest = str_from(text, at);
    size_t to = at;

    if (STARTS(rest, now_words)) {
        *ret = SITE_MASK_NOW;
        return rest.n < MASKS_NOW_BYTES ? rest.n : MASKS_NOW_BYTES;
    }
    *ret = SITE_MASK_AGO;
    if (ago_day(rest) > 0)
        return ago_day(rest);
    if (!is_digit(rest.p[0]) || (at > 0 && is_digit(text.p[at - 1])))
        return 0;
    while (to < text.n &&
           (is_digit(text.p[to]) || (text.p[to] == ',' && to + 1 < text.n &&
                                        is_digit(text.p[to + 1]))))
        to++;
    *ret = kind_of_digits(masks, text, at, to, years);
    if (*ret == SITE_MASKS)
        return 0;
    return to - at + (*ret == SITE_MASK_AGO ? ago_unit(str_from(text, to)) : 0);
}

void
site_mask_text(struct site_masks *masks, struct str text, struct buf *out)
{
    static const char *const rights[] = {
        "©", "Copyright", "copyright", "版权所有", "All Rights"};
    enum site_mask whole = kind_of_text(text), kind = SITE_MASKS;
    bool years = HOLDS(text, rights);

    if (is_clock(masks, text) || str_eq(text, STR("刚刚"))) {
        kind = text.n == strlen("刚刚") ? SITE_MASK_AGO : SITE_MASK_NOW;
        site_mask_note(masks, kind, text);
        (void)buf_add_char(out, SIGN);
        return;
    }
    if (whole != SITE_MASKS)
        site_mask_note(masks, whole, text);
    for (size_t i = 0; i < text.n;) {
        size_t n = whole == SITE_MASKS ? masked_at(masks, text, i, years, &kind)
                                       : is_digit(text.p[i]);

        if (n == 0) {
            (void)buf_add_char(out, text.p[i++]);
            continue;
        }
        if (whole == SITE_MASKS) {
            size_t from = kind == SITE_MASK_NOW ? i : i > 24 ? i - 24 : 0;

            while (from < i && ((unsigned char)text.p[from] & 0xC0) == 0x80)
                from++;
            site_mask_note(masks, kind, str_from(text, from));
        }
        (void)buf_add_char(out, SIGN);
        i += n;
    }
    masks->after_counter = names_counter(text);
}

/* --- addresses and scripts --- */

/* Whether a value is a time stamp, a number drawn at random or a token. */
static bool
is_token(struct str value)
{
    size_t digits = 0, letters = 0, hex = 0;

    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];

        digits += is_digit(c);
        letters += is_letter(c);
        hex += (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_digit(c) && !is_letter(c) && !strchr("-_.+=", c))
            return false;
    }
    if (digits == value.n)
        return (value.n == 10 || value.n == 13) && value.p[0] == '1';
    if (letters == 0)
        return str_starts(value, STR("0.")) && digits >= 8;
    return value.n >= MASKS_TOKEN_BYTES && digits >= 3 &&
           (letters == hex || value.n >= MASKS_TOKEN_BYTES + 4);
}

static bool
is_changing_name(struct str name)
{
    static const char *const names[] = {"t", "_t", "ts", "_", "r", "rand",
        "random", "rnd", "time", "timestamp", "_time", "nonce", "token",
        "_token", "csrf", "csrf_token", "sid", "session", "sessionid",
        "jsessionid", "phpsessid", "aspsessionid", "v", "ver", "version",
        "cache", "nocache", "sign", "sig", "uuid", "guid", "traceid"};

    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (str_eq_nocase(name, str_of(names[k])))
            return true;
    return false;
}

/* Append path without a session's number and, of a counter's pictures, without
 * their digits. */
static void
mask_path(struct site_masks *masks, struct str path, struct buf *out)
{
    static const char *const pictures[] = {"counter", "/count/", "digit"};
    bool counter = HOLDS(path, pictures);
    size_t session = str_find(path, STR(";jsessionid="));

    if (counter)
        site_mask_note(masks, SITE_MASK_COUNTER, path);
    if (session < path.n)
        site_mask_note(masks, SITE_MASK_ADDRESS, str_from(path, session));
    path = str_first(path, session);
    for (size_t i = 0; i < path.n; i++)
        (void)buf_add_char(
            out, counter && is_digit(path.p[i]) ? SIGN : path.p[i]);
}

void
site_mask_address(struct site_masks *masks, struct str address, struct buf *out)
{
    size_t mark = str_find_char(address, '?');
    struct str query = str_from(address, mark + 1);

    query = str_first(query, str_find_char(query, '#'));
    mask_path(masks, str_first(address, mark), out);
    while (query.n > 0) {
        struct str part = str_split(&query, '&');
        size_t equals = str_find_char(part, '=');
        struct str name = str_first(part, equals);
        struct str value = str_from(part, equals + 1);

        (void)buf_add_char(out, '&');
        if (equals == part.n && is_token(part)) {
            site_mask_note(masks, SITE_MASK_ADDRESS, part);
            (void)buf_add_char(out, SIGN);
            continue;
        }
        (void)buf_add_str(out, name);
        if (value.n > 0 && (is_changing_name(name) || is_token(value))) {
            site_mask_note(masks, SITE_MASK_ADDRESS, part);
            (void)buf_add_char(out, SIGN);
        } else {
            (void)buf_add_str(out, value);
        }
    }
}

void
site_mask_script(struct site_masks *masks, struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n;) {
        size_t n = 0, digits = 0;
        bool quoted = i > 0 && strchr("\"'", text.p[i - 1]);

        while (i + n < text.n &&
               (is_digit(text.p[i + n]) || is_letter(text.p[i + n]) ||
                   (quoted && strchr("-_+=/", text.p[i + n])))) {
            digits += is_digit(text.p[i + n]);
            n++;
        }
        if ((n == digits && n >= MASKS_STAMP_DIGITS) ||
            (quoted && n >= MASKS_TOKEN_BYTES && digits >= 3)) {
            site_mask_note(
                masks, SITE_MASK_SCRIPT, str_first(str_from(text, i), n));
            (void)buf_add_char(out, SIGN);
        } else {
            n = n > 0 ? n : 1;
            (void)buf_add_str(out, str_first(str_from(text, i), n));
        }
        i += n;
    }
}

/* --- blocks --- */

/* Whether a class or an id says that advertisements stand there. */
static bool
is_advert_name(struct str names)
{
    static const char *const words[] = {"ad", "ads", "adv", "advert", "adverts",
        "advertisement", "adbox", "guanggao", "gg", "sponsor", "piaofu",
        "floatad", "suiji", "random", "rand"};
    size_t from = 0;

    for (size_t i = 0; i <= names.n; i++) {
        struct str word;

        if (i < names.n && is_letter(names.p[i]))
            continue;
        word = str_first(str_from(names, from), i - from);
        from = i + 1;
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (str_eq_nocase(word, str_of(words[k])))
                return true;
    }
    return false;
}

uint32_t
site_mask_block(struct site_masks *masks, uint32_t i)
{
    const struct html *html = masks->page->html;
    struct str class = html_attr(html, i, "class"), id;
    uint16_t tag = html->nodes[i].tag;

    if (masks->random[i])
        return html->nodes[i].end;
    if (tag == HTML_TAG_BODY || tag == HTML_TAG_HTML)
        return 0;
    id = html_attr(html, i, "id");
    if (!is_advert_name(class) && !is_advert_name(id))
        return 0;
    site_mask_note(masks, SITE_MASK_ADVERT, class.n > 0 ? class : id);
    return html->nodes[i].end;
}

static size_t
count_links(const struct html *html, uint32_t i)
{
    size_t n = 0;

    for (uint32_t k = i; k < html->nodes[i].end; k++)
        n += html_is(html, k, HTML_TAG_A);
    return n;
}

/* Mark the blocks below headings such as "猜你喜欢". */
static void
find_random(struct site_masks *masks)
{
    static const char *const headings[] = {"猜你喜欢", "随机推荐", "随机阅读",
        "随机文章", "点击排行", "点击排行榜", "热点排行", "阅读排行",
        "浏览排行", "热门排行", "热门推荐", "热点推荐", "为您推荐",
        "大家都在看"};
    const struct html *html = masks->page->html;
    size_t looked = 0;

    for (uint32_t i = 1; i < html->n; i++) {
        struct str text = str_trim(html->nodes[i].text);
        uint32_t block = i;
        bool is = false;

        for (size_t k = 0; k < sizeof headings / sizeof headings[0]; k++)
            is |= str_eq(text, str_of(headings[k]));
        if (is && looked++ == MASKS_MAX_HEADINGS)
            return;
        for (int level = 0; is && level < MASKS_BLOCK_LEVELS; level++) {
            size_t links;

            block = html->nodes[block].parent;
            if (block == 0 || html_is(html, block, HTML_TAG_BODY))
                break;
            links = count_links(html, block);
            if (links > MASKS_BLOCK_LINKS)
                break;
            if (links < 2)
                continue;
            masks->random[block] = true;
            site_mask_note(masks, SITE_MASK_RANDOM, text);
            break;
        }
    }
}

struct site_masks *
site_masks_new(struct site_page *page)
{
    struct site_masks *masks = ARENA_NEW(page->arena, struct site_masks);

    if (!masks)
        return NULL;
    masks->page = page;
    masks->random = ARENA_ARRAY(page->arena, page->html->n, bool);
    if (!masks->random)
        return NULL;
    find_random(masks);
    return masks;
}

int
site_masks_tell(struct site_masks *masks, struct site_reading *reading)
{
    static const char *const what[SITE_MASKS] = {"访问计数", "当前日期和时间",
        "相对时间", "页面生成用时", "版权年份", "天气",
        "地址中的时间戳、版本号、令牌或会话号", "脚本中的时间戳或令牌",
        "隐藏表单字段的值", "广告位的内容", "随机或按热度显示的区块",
        "HTML 注释"};
    struct arena *arena = masks->page->arena;
    struct str *list = ARENA_ARRAY(arena, SITE_MASKS + 1, struct str);

    for (int k = 0; k < SITE_MASKS && list; k++) {
        struct str sample = masks->samples[k];

        if (masks->counts[k] == 0)
            continue;
        list[reading->nmasked++] =
            sample.n > 0
                ? arena_printf(arena, "%s %zu 处，如“%.*s”", what[k],
                      masks->counts[k], STR_ARG(mask_in(arena, sample)))
                : arena_printf(arena, "%s %zu 处", what[k], masks->counts[k]);
    }
    if (list)
        list[reading->nmasked++] = STR("各段落和链接的先后次序");
    reading->masked = list;
    return list ? 0 : E_NOMEM;
}
