/*
 * sitedata: numbers of persons that stand in a page for everyone to read.
 *
 * The page is searched twice: as the text that a reader sees (a number may be
 * broken by markup) and as its source (comments, attributes, data in
 * scripts).  A number counts once however often it stands there.  Kinds are
 * told by their checksums; what only looks like one (order numbers, hotlines,
 * masked numbers) does not count.  Values stay in this file: what leaves it is
 * how many, one of them masked, and a keyed hash of all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "feeds/siteparts.h"

enum {
    DATA_DIGITS_MAX = 24,  /* of a run of digits that is looked at */
    DATA_CONTEXT = 60,     /* bytes before a number that may name its office */
    DATA_CODE_BYTES = 120, /* on either side of a number in code */
    DATA_LINE_MAX = 2000,  /* bytes of a line of a list */
    DATA_HEAD_BYTES = 300, /* of a document's beginning: its title */
    DATA_VALUE_BYTES = 23, /* of a value: a card's 19 digits */
    DATA_MIN_NAMES = 3     /* of a list */
};

/* A number or a name. */
struct value {
    char text[DATA_VALUE_BYTES];
    uint8_t n;
};

/* Different values of one kind. */
struct values {
    struct value *list;
    size_t n;
    struct site_lines lines;
};

struct search {
    struct site_page *page;
    bool code; /* what is searched is no text that is read */
    struct values values[SITE_DATA_KINDS];
};

static void
add_value(struct search *search, enum site_data_kind kind, const char *digits,
    size_t n)
{
    struct values *values = &search->values[kind];
    struct value *value;

    if (values->n == SITE_MAX_VALUES || n > DATA_VALUE_BYTES)
        return;
    value = &values->list[values->n++];
    memcpy(value->text, digits, n);
    value->n = (uint8_t)n;
}

static struct str
value_str(const struct value *value)
{
    return (struct str){value->text, value->n};
}

static int
compare_values(const void *a, const void *b)
{
    return str_cmp(value_str(a), value_str(b));
}

/* Bring the values in order, each once. */
static void
sort_values(struct values *values)
{
    size_t kept = 0;

    qsort(values->list, values->n, sizeof *values->list, compare_values);
    for (size_t i = 0; i < values->n; i++)
        if (i == 0 ||
            compare_values(&values->list[i], &values->list[kept - 1]) != 0)
            values->list[kept++] = values->list[i];
    values->n = kept;
}

/* GB 11643: 17 digits with weights, the last character is the checksum; the
 * seventh to fourteenth are a date of birth. */
static bool
is_id_card(const char *d, size_t n)
{
    static const int weights[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    int sum = 0;
    struct civil birth = {0};

    if (n != 18 || d[0] < '1' || d[0] > '9')
        return false;
    for (int i = 0; i < 17; i++) {
        if (d[i] == 'X')
            return false;
        sum += (d[i] - '0') * weights[i];
    }
    for (int i = 6; i < 10; i++)
        birth.year = birth.year * 10 + (d[i] - '0');
    birth.month = (d[10] - '0') * 10 + (d[11] - '0');
    birth.day = (d[12] - '0') * 10 + (d[13] - '0');
    return checks[sum % 11] == d[17] && birth.year >= 1900 &&
           birth.year <= 2099 && civil_is_valid(&birth);
}

/* The form before 1999: no century, no checksum (GB 11643-1989).  The code of a
 * province and a date of birth have to do for one. */
static bool
is_old_id_card(const char *d, size_t n)
{
    static const char provinces[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 "
                                    "37 41 42 43 44 45 46 50 51 52 53 54 61 62 "
                                    "63 64 65 71 81 82 ";
    struct civil birth = {0};
    char province[4];

    if (n != 15 || memchr(d, 'X', n))
        return false;
    (void)snprintf(province, sizeof province, "%.2s ", d);
    birth.year = 1900 + (d[6] - '0') * 10 + (d[7] - '0');
    birth.month = (d[8] - '0') * 10 + (d[9] - '0');
    birth.day = (d[10] - '0') * 10 + (d[11] - '0');
    return strstr(provinces, province) && civil_is_valid(&birth);
}

static bool
is_bank_card(const char *d, size_t n)
{
    int sum = 0;

    if (n < 16 || n > 19 || memchr(d, 'X', n) ||
        !(d[0] == '6' && (d[1] == '2' || d[1] == '0')) ==
            !(n == 16 && (d[0] == '4' || d[0] == '5')))
        return false;
    for (size_t i = 0; i < n; i++) {
        int digit = d[n - 1 - i] - '0';

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool
is_mobile(const char *d, size_t n)
{
    return n == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9' &&
           !memchr(d, 'X', n);
}

static bool
has_any(struct str text, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_find(text, str_of(words[k])) < text.n)
            return true;
    return false;
}

#define HAS_ANY(text, words)                                                   \
    has_any(text, words, sizeof(words) / sizeof *(words))

/* Whether the words before a number say that it is an office's. */
static bool
is_official(struct str before)
{
    static const char *const words[] = {"值班", "热线", "咨询", "监督", "举报",
        "投诉", "公务", "服务电话", "招生电话", "办公", "总机", "报警", "校办",
        "保卫处", "应急电话", "对公", "单号", "订单", "快递", "编号", "条码",
        "学校电话", "门卫"};

    return HAS_ANY(before, words);
}

/* One run of digits, with what may part their groups, at *at. */
static size_t
read_digits(struct str text, size_t *at, char out[DATA_DIGITS_MAX + 1])
{
    size_t i = *at;
    size_t n = 0;
    size_t end = i;

    while (i < text.n) {
        size_t before = i;
        uint32_t c = utf8_next(text, &i);

        if (c >= 0xFF10 && c <= 0xFF19)
            c = c - 0xFF10 + '0';
        if (c >= '0' && c <= '9') {
            if (n < DATA_DIGITS_MAX)
                out[n] = (char)c;
            n++;
            end = i;
        } else if ((c == 'x' || c == 'X' || c == 0xFF38 || c == 0xFF58) &&
                   n == 17) {
            out[n++] = 'X';
            end = i;
            break;
        } else if ((c != ' ' && c != '-' && c != 0xA0 && c != 0x3000) ||
                   before != end) {
            break;
        }
    }
    *at = end;
    return n;
}

static bool
is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether a number that has no checksum worth the name stands among words or
 * names in a page's code, and is not one of the many numbers of its programs.
 */
static bool
is_told(struct str text, size_t from, size_t to)
{
    static const char *const words[] = {
        "phone", "mobile", "sfz", "idcard", "bankcard", "Phone", "Mobile"};
    size_t start = from > DATA_CODE_BYTES ? from - DATA_CODE_BYTES : 0;
    struct str around =
        str_first(str_from(text, start), to + DATA_CODE_BYTES - start);

    for (size_t i = 0; i < around.n; i++)
        if ((unsigned char)around.p[i] >= 0xE4 &&
            (unsigned char)around.p[i] <= 0xE9)
            return true; /* a Han character */
    return HAS_ANY(around, words);
}

static void
look_at_number(struct search *search, struct str text, size_t from, size_t to,
    const char *digits, size_t n)
{
    size_t start = from > DATA_CONTEXT ? from - DATA_CONTEXT : 0;
    struct str before = str_first(str_from(text, start), from - start);
    bool touches = from > 0 && is_word_byte(text.p[from - 1]) &&
                   !(text.p[from - 1] == 'G' &&
                       (from < 2 || !is_word_byte(text.p[from - 2])));
    enum site_data_kind kind;

    if (n > DATA_DIGITS_MAX || touches ||
        (to < text.n && is_word_byte(text.p[to])) ||
        (from > 0 && strchr("./=%", text.p[from - 1])))
        return;
    if (n == 13 && digits[0] == '8' && digits[1] == '6') { /* +86 */
        digits += 2;
        n -= 2;
    }
    if (is_id_card(digits, n) ||
        (is_old_id_card(digits, n) && !is_official(before)))
        kind = SITE_ID_CARD;
    else if (is_mobile(digits, n) && !is_official(before))
        kind = SITE_PHONE;
    else if (is_bank_card(digits, n) && !is_official(before))
        kind = SITE_BANK_CARD;
    else
        return;
    if (search->code && n != 18 && !is_told(text, from, to))
        return;
    add_value(search, kind, digits, n);
    site_lines_add(&search->values[kind].lines,
        site_lines_in(search->page, (struct str){text.p + from, to - from}));
}

/* Try the run of digits whole, then, when separators join several numbers,
 * its parts. */
static void
search_numbers(struct search *search, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        unsigned char c = (unsigned char)text.p[i];
        char digits[DATA_DIGITS_MAX + 1];
        size_t from = i, end = i;
        size_t n;

        if (!(c >= '0' && c <= '9') &&
            !(c == 0xEF && i + 2 < text.n && text.p[i + 1] == '\xBC' &&
                (unsigned char)text.p[i + 2] >= 0x90 &&
                (unsigned char)text.p[i + 2] <= 0x99)) {
            i++;
            continue;
        }
        n = read_digits(text, &end, digits);
        if (n > DATA_DIGITS_MAX || n < 11 || n > 19) {
            /* Not one number: look at the first group alone. */
            size_t group = i;

            while (group < end && text.p[group] >= '0' && text.p[group] <= '9')
                group++;
            if (group > i && group < end && group - i >= 11 &&
                group - i <= 19) {
                look_at_number(
                    search, text, from, group, text.p + i, group - i);
            }
            i = group > i ? group : end;
            continue;
        }
        look_at_number(search, text, from, end, digits, n);
        i = end;
    }
}

/* Family names that begin most Chinese names. */
static bool
is_family_name(struct str character)
{
    static const char names[] = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑"
                                "谢韩唐冯于董萧程曹袁邓许傅"
                                "沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
                                "姜范方石姚谭廖邹熊金陆郝孔"
                                "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武"
                                "乔贺赖龚文庞樊兰殷施陶洪翟"
                                "安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢"
                                "路岳齐梅莫庄辛管祝左涂谷祁"
                                "时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席"
                                "卫查屈鲍位覃霍翁隋植甘景薄"
                                "单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚"
                                "丘古米池滕晋苑邬臧畅宫来嵺"
                                "苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾"
                                "郁商蒙计喻揭窦迟宇敖糜鄢冷"
                                "卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗"
                                "匡宗应台巫鞠僧桑荆谌银扬明"
                                "沙薄伏岑习胥保和蔺麻阙邝";
    struct str all = STR(names);

    return character.n == 3 && str_find(all, character) % 3 == 0 &&
           str_find(all, character) < all.n;
}

/* "张三", "欧阳小明": two to four Han characters, a family name first. */
static bool
is_name(struct str text)
{
    text = str_trim(text);
    if (text.n < 6 || text.n > 12 || text.n % 3 != 0)
        return false;
    for (size_t i = 0; i < text.n; i += 3)
        if ((unsigned char)text.p[i] < 0xE4 || (unsigned char)text.p[i] > 0xE9)
            return false;
    return is_family_name(str_first(text, 3));
}

static bool
is_sensitive(struct str text)
{
    static const char *const words[] = {"身份证", "证件号", "贫困", "低保",
        "困难", "残疾", "建档立卡", "孤儿", "资助", "名次", "排名", "总分",
        "监护人", "家长电话", "父亲电话", "母亲电话", "银行卡", "学籍号",
        "sfzh"};

    return HAS_ANY(text, words);
}

/* Whether a line has a whole number of a person. */
static bool
has_number(struct search *search, struct str line)
{
    size_t before[SITE_DATA_KINDS];
    bool found = false;

    for (int k = 0; k < SITE_DATA_KINDS; k++)
        before[k] = search->values[k].n;
    search_numbers(search, line);
    for (int k = 0; k < SITE_DATA_KINDS; k++) {
        found |= search->values[k].n > before[k];
        search->values[k].n = before[k];
    }
    return found;
}

/* The first part of line that is a name. */
static struct str
name_in(struct str line)
{
    for (size_t i = 0, from = 0; i <= line.n; i++) {
        struct str part;

        if (i < line.n && !strchr(" ,\t:;|>.", line.p[i]) &&
            !str_starts(str_from(line, i), STR("，")) &&
            !str_starts(str_from(line, i), STR("、")) &&
            !str_starts(str_from(line, i), STR("：")))
            continue;
        part = str_first(str_from(line, from), i - from);
        if (is_name(part))
            return str_trim(part);
        from = i < line.n && (unsigned char)line.p[i] >= 0x80 ? i + 3 : i + 1;
    }
    return STR_NONE;
}

/* Names in lines that hold a number of a person as well, or stand below a
 * heading of something sensitive. */
static void
search_names(struct search *search, struct str text)
{
    bool sensitive = false;

    while (text.n > 0) {
        struct str line =
            str_first(str_trim(str_split(&text, '\n')), DATA_LINE_MAX);
        struct str name;

        if (line.n == 0)
            continue;
        if (is_sensitive(line) && str_find(line, STR("姓名")) < line.n)
            sensitive = true;
        name = name_in(line);
        if (name.n > 0 && (sensitive || has_number(search, line)))
            add_value(search, SITE_NAME_LIST, name.p, name.n);
    }
}

/* Text with one line per row of a table. */
static void
add_rows(const struct html *html, struct buf *out)
{
    for (uint32_t i = 1; i < html->n && out->err == 0; i++) {
        uint16_t tag = html->nodes[i].tag;

        if (tag == HTML_TAG_TR || tag == HTML_TAG_LI || tag == HTML_TAG_P ||
            tag == HTML_TAG_BR || tag == HTML_TAG_DIV || tag == HTML_TAG_PRE)
            (void)buf_add_char(out, '\n');
        else if (tag == HTML_TAG_TD || tag == HTML_TAG_TH)
            (void)buf_add_char(out, ' ');
        else if (tag == HTML_TAG_TEXT)
            (void)buf_add_str(out, html->nodes[i].text);
    }
}

/* Comments and scripts, with tags as separators. */
static void
add_asides(const struct html *html, struct buf *out)
{
    for (size_t k = 0; k < html->nasides && out->err == 0; k++) {
        struct str text = html->asides[k].text;

        if (html->asides[k].kind == HTML_STYLE)
            continue;
        for (size_t i = 0; i < text.n; i++) {
            struct str rest = str_from(text, i);

            if (str_starts_nocase(rest, STR("<tr")) ||
                str_starts(rest, STR("},")))
                (void)buf_add_char(out, '\n');
            if (text.p[i] == '<') {
                i += str_find_char(rest, '>');
                (void)buf_add_char(out, ' ');
            } else {
                (void)buf_add_char(out, text.p[i] == '"' ? ' ' : text.p[i]);
            }
        }
        (void)buf_add_char(out, '\n');
    }
}

/* Whether title and headings speak of grown-ups only; of a document its
 * beginning. */
static bool
is_about_staff(const struct site_page *page)
{
    static const char *const staff[] = {
        "教师", "招聘", "拟聘", "职工", "聘用", "干部", "考编", "公务员"};
    static const char *const pupils[] = {
        "学生", "新生", "同学", "幼儿", "年级", "学籍"};
    bool about = false;

    if (!page->html) {
        struct str head = str_first(page->source, DATA_HEAD_BYTES);

        return HAS_ANY(head, staff) && !HAS_ANY(head, pupils);
    }
    for (uint32_t i = 1; i < page->html->n; i++) {
        uint16_t tag = page->html->nodes[i].tag;
        struct str text;

        if (tag != HTML_TAG_TITLE &&
            !(tag >= HTML_TAG_H1 && tag <= HTML_TAG_H3))
            continue;
        text = html_text_of(page->arena, page->html, i, DATA_LINE_MAX);
        if (HAS_ANY(text, pupils))
            return false;
        about |= HAS_ANY(text, staff);
    }
    return about;
}

/* The lines of a list of names, whose values are still in its order. */
static void
find_names(const struct site_page *page, struct values *names)
{
    struct str first, last, rest = page->source;
    size_t at;

    if (names->n == 0)
        return;
    first = value_str(&names->list[0]);
    last = value_str(&names->list[names->n - 1]);
    at = str_find(rest, first);
    if (at == rest.n)
        return;
    names->lines = site_lines_in(page, str_first(str_from(rest, at), first.n));
    rest = str_from(rest, at);
    while ((at = str_find(rest, last)) < rest.n) {
        site_lines_add(&names->lines,
            site_lines_in(page, str_first(str_from(rest, at), last.n)));
        rest = str_from(rest, at + last.n);
    }
}

/* A value as it may be shown: no name, and of a number both its ends. */
static struct str
mask_value(
    struct arena *arena, enum site_data_kind kind, const struct value *value)
{
    size_t head = kind == SITE_PHONE ? 3 : 6, tail = 4;
    char text[DATA_VALUE_BYTES];

    if (kind == SITE_NAME_LIST || value->n <= head + tail)
        return STR_NONE;
    memcpy(text, value->text, value->n);
    memset(text + head, '*', value->n - head - tail);
    return arena_str(arena, (struct str){text, value->n});
}

/* What is told of the values of one kind, which are in order. */
static int
tell_leak(struct site_page *page, enum site_data_kind kind,
    const struct values *values)
{
    struct site_leak *leak = &page->leaks[kind];
    struct buf message;
    int err;

    if (!page->want || values->n == 0)
        return 0;
    leak->lines = values->lines;
    leak->mask = mask_value(page->arena, kind, &values->list[0]);
    buf_init(&message, (size_t)SITE_MAX_VALUES * (DATA_VALUE_BYTES + 1) + 32);
    (void)buf_add_cstr(&message, site_data_name(kind));
    for (size_t i = 0; i < values->n; i++) {
        (void)buf_add_char(&message, '\n');
        (void)buf_add_str(&message, value_str(&values->list[i]));
    }
    err = message.err;
    if (err == 0 && page->want->key.n > 0) {
        digest_hmac_sha256(page->want->key, buf_str(&message), leak->hash);
        leak->hashed = true;
    }
    buf_done(&message);
    return err;
}

int
site_find_data(struct site_page *page)
{
    struct search search = {.page = page};
    struct buf text;
    size_t rows = 0;

    for (int k = 0; k < SITE_DATA_KINDS; k++) {
        search.values[k].list =
            ARENA_ARRAY(page->arena, SITE_MAX_VALUES, struct value);
        if (!search.values[k].list)
            return E_NOMEM;
    }
    buf_init(&text, 2 * (size_t)HTML_MAX_BYTES);
    if (page->html) {
        add_rows(page->html, &text);
        search_numbers(&search, buf_str(&text));
        rows = text.n;
        add_asides(page->html, &text);
        search.code = true;
    } else {
        (void)buf_add_str(&text, page->source);
    }
    search_numbers(&search, str_from(buf_str(&text), rows));
    search_numbers(&search, page->source);
    search.code = false;
    search_names(&search, buf_str(&text));
    buf_done(&text);
    find_names(page, &search.values[SITE_NAME_LIST]);
    for (int k = 0; k < SITE_DATA_KINDS; k++)
        sort_values(&search.values[k]);
    if (search.values[SITE_NAME_LIST].n < DATA_MIN_NAMES ||
        is_about_staff(page))
        search.values[SITE_NAME_LIST].n = 0;
    for (int k = 0; k < SITE_DATA_KINDS; k++) {
        int err = tell_leak(page, (enum site_data_kind)k, &search.values[k]);

        page->report->data[k] = search.values[k].n;
        if (err)
            return err;
    }
    return 0;
}
