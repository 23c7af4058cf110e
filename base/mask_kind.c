/*
 * mask_kind: what numbers of persons look like.
 *
 * Mobile numbers follow the numbering plan (1, then 3 to 9, eleven digits);
 * identity numbers GB 11643 (place, date of birth, checksum), the old ones
 * without century and checksum; bank cards ISO/IEC 7812 with the prefixes that
 * are issued to people here.  Other numbers are known by the word before them.
 */
#include "base/mask_kind.h"

#include <string.h>

#include "base/timefmt.h"

enum {
    BEFORE_BYTES = 30,    /* that are searched for a word */
    WRONG_SUM_YEAR = 2025 /* of birth, the last with a wrong checksum: what is
                             later is the date of a document */
};

/* --- words before
 * ---------------------------------------------------------------- */

struct words {
    const char *const *list;
    size_t n;
};
#define WORDS(array) ((struct words){(array), sizeof(array) / sizeof *(array)})

static const char *const id_words[] = {"身份证", "身份证件", "公民身份", "证件",
    "學籍", "学籍", "身份號", "身份证明"};
static const char *const card_words[] = {"卡号", "卡號", "银行卡", "账号",
    "帐号", "账户", "帐户", "賬號", "储蓄卡", "收款卡"};
static const char *const account_words[] = {"qq", "扣扣", "企鹅号", "微信",
    "微 信", "薇信", "wechat", "weixin", "vx", "加v", "加微", "wx"};
static const char *const register_words[] = {"学号", "學號", "学籍", "考生",
    "准考证", "考号", "考生号", "学生证", "护照", "借书证", "社保", "医保"};
static const char *const phone_words[] = {"电话", "電話", "手机", "手機",
    "联系", "聯繫", "致电", "拨打", "来电", "来电显示", "短信", "联系方式",
    "热线", "tel", "phone", "mobile", "call", "微信", "微信同", "加", "☎"};
/* Numbers of things. */
static const char *const thing_words[] = {"订单", "单号", "编号", "流水",
    "文号", "条码", "条形码", "代码", "案号", "批号", "批次", "货号", "型号",
    "isbn", "issn", "备案", "序列", "快递", "运单", "第", "¥", "￥", "$",
    "资金", "金额"};
/* Latin words that a number may follow without a gap. */
static const char *const tied_words[] = {"tel", "phone", "mobile", "mob",
    "call", "cell", "wx", "vx", "v", "qq", "t", "m", "sms", "g", "sfz", "id",
    "sjh", "sj", "dh", "wechat", "weixin", "lxdh", "telephone", "cellphone",
    "tele", "telno", "phoneno", "mobileno", "contact", "ph", "mp", "hp",
    "shouji", "dianhua", "lianxi", "whatsapp", "telegram", "line", "user",
    "uid", "u", "p", "no", "num", "number", "from", "by", "mr", "ms", "mrs",
    "fax", "sim", "or", "and", "to", "at", "is"};

/* What may stand between a word and its number, or belong to the word: its
 * length in bytes at the end of s, which is not empty. */
static size_t
filler_length(struct str s)
{
    static const char ascii[] = " :=\"('[#_-+)\n\t,";
    static const char *const others[] = {"：", "“", "”", "（", "号码", "号",
        "號", "编", "码", "是", "为", "　", "【", "）", "\xC2\xA0", "，"};
    char last = s.p[s.n - 1];

    if ((unsigned char)last < 0x80)
        return last && strchr(ascii, last) ? 1 : 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (str_ends(s, str_of(others[i])))
            return strlen(others[i]);
    }
    return 0;
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
ends_with_word(struct str s, struct words words)
{
    char last = lower(s.p[s.n - 1]);

    for (size_t i = 0; i < words.n; i++) {
        struct str word = str_of(words.list[i]);

        if (word.p[word.n - 1] == last && s.n >= word.n &&
            str_eq_nocase(str_from(s, s.n - word.n), word))
            return true;
    }
    return false;
}

/* Whether one of the words stands before the number, with nothing but fillers
 * between; the word may end in a filler itself. */
static bool
has_word(const struct mask_number *number, struct words words)
{
    struct str s = {number->before.p, number->before.n + number->word.n};

    if (s.n > BEFORE_BYTES)
        s = str_from(s, s.n - BEFORE_BYTES);
    while (s.n > 0) {
        size_t n;

        if (s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9')
            return false; /* another number */
        if (ends_with_word(s, words))
            return true;
        n = filler_length(s);
        if (n == 0)
            return false;
        s = str_first(s, s.n - n);
    }
    return false;
}

/* "学号B2026…", "护照E123…": up to four letters belong to the number. */
static bool
has_word_before_letters(const struct mask_number *number, struct words words)
{
    struct mask_number bare = *number;

    if (has_word(number, words))
        return true;
    if (number->word.n == 0 || number->word.n > 4)
        return false;
    bare.word = STR_NONE;
    return has_word(&bare, words);
}

static bool
is_tied(struct str word)
{
    for (size_t i = 0; i < sizeof tied_words / sizeof *tied_words; i++) {
        if (str_eq_nocase(word, str_of(tied_words[i])))
            return true;
    }
    return false;
}

/* The Latin letters that s begins with. */
static struct str
letters_of(struct str s)
{
    size_t n = 0;

    while (n < s.n && lower(s.p[n]) >= 'a' && lower(s.p[n]) <= 'z')
        n++;
    return str_first(s, n);
}

/* Part of a code: a letter right before or behind that says nothing else. */
static bool
is_code(const struct mask_number *number)
{
    struct str word = number->word, next = letters_of(number->after);

    while (word.n > 0 && word.p[word.n - 1] == '_')
        word.n--;
    if (number->word.n > 0 && word.n == 0)
        return false;
    if (next.n > 0 && (number->url || !is_tied(next)))
        return true;
    return word.n > 0 && !is_tied(word);
}

/* "…元", "….50": money, or another quantity. */
static bool
is_amount(const struct mask_number *number)
{
    static const char *const units[] = {
        "元", "万", "亿", "角", "％", "%", "吨", "千", "人次"};
    struct str after = number->after;

    if (number->url || number->groups > 1)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_starts(after, str_of(units[i])))
            return true;
    }
    return after.n >= 3 && after.p[0] == '.' && after.p[1] >= '0' &&
           after.p[1] <= '9' && after.p[2] >= '0' && after.p[2] <= '9' &&
           !(after.n > 3 && after.p[3] >= '0' && after.p[3] <= '9');
}

/* "考生 423000 人": so many, not one of them. */
static bool
is_count(const struct mask_number *number)
{
    static const char *const units[] = {
        "人", "名", "余", "多", "位", "分", "个", "元", "万"};
    struct str after = number->after;

    if (number->n > 8)
        return false;
    if (str_starts(after, STR(" ")))
        after = str_from(after, 1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_starts(after, str_of(units[i])))
            return true;
    }
    return false;
}

/* --- kinds
 * ------------------------------------------------------------------------ */

static int
number_of(const char *d, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++)
        value = value * 10 + (d[i] - '0');
    return value;
}

/* The first two digits of a place: one of the provinces. */
static bool
is_place(const char *d)
{
    int province = number_of(d, 2);

    return (province >= 11 && province <= 15) ||
           (province >= 21 && province <= 23) ||
           (province >= 31 && province <= 37) ||
           (province >= 41 && province <= 46) ||
           (province >= 50 && province <= 54) ||
           (province >= 61 && province <= 65) || province == 71 ||
           (province >= 81 && province <= 83);
}

static bool
is_birthday(int year, const char *d)
{
    struct civil birth = {
        .year = year, .month = number_of(d, 2), .day = number_of(d + 2, 2)};

    return civil_is_valid(&birth);
}

static bool
is_id_new(const char *d)
{
    static const int weights[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    int sum = 0, year = number_of(d + 6, 4);

    for (int i = 0; i < 17; i++)
        sum += (d[i] - '0') * weights[i];
    return checks[sum % 11] == d[17] && year >= 1900 && year <= 2099 &&
           is_place(d) && is_birthday(year, d + 10);
}

static bool
is_id_old(const char *d)
{
    return is_place(d) && is_birthday(1900 + number_of(d + 6, 2), d + 8);
}

static bool
is_luhn(const char *d, size_t n)
{
    int sum = 0;

    for (size_t i = 0; i < n; i++) {
        int digit = d[n - 1 - i] - '0';

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* The prefixes of cards that people carry; in addresses only UnionPay's, for
 * there long numbers are mostly names of pages. */
static bool
is_card(const struct mask_number *number)
{
    const char *d = number->digit;
    size_t n = number->n;
    bool union_pay = n >= 16 && n <= 19 && d[0] == '6' &&
                     (d[1] == '2' || (d[1] == '0' && !number->url));
    bool other = n == 16 && (d[0] == '4' || d[0] == '5') && !number->url;

    return (number->fours || (number->groups <= 2 && number->shortest >= 3)) &&
           (union_pay || other) && is_luhn(d, n);
}

/* "1998 2026 100": years, not the beginning of a number. */
static bool
is_years(const struct mask_number *number)
{
    const char *d = number->digit;

    return number->groups > 1 && number->ends[1] == 4 && d[1] == '9' &&
           number->ends[2] >= 8 &&
           (memcmp(d + 4, "19", 2) == 0 || memcmp(d + 4, "20", 2) == 0);
}

/* Eleven digits from skip on, in groups that somebody would write; the first
 * may have the prefix. */
static bool
is_mobile(const struct mask_number *number, size_t skip)
{
    const char *d = number->digit + skip;
    const size_t *ends = number->ends;
    bool spoken =
        number->groups == 3 && ends[1] == skip + 3 && ends[2] == skip + 7;

    if (number->n != skip + 11 || d[0] != '1' || d[1] < '3')
        return false;
    if (number->groups == 1)
        return true;
    if (number->url)
        return spoken && !number->more;
    if (number->odd)
        return spoken;
    if (!number->more && !number->mixed && ends[1] > 1 &&
        has_word(number, WORDS(phone_words)))
        return true;
    if (number->mixed)
        return number->shortest >= 3 && ends[1] == skip + 3;
    return (number->groups == 11 && ends[1] == skip + 1) ||
           (number->shortest >= 3 && !is_years(number));
}

static bool
judge_mobile(const struct mask_number *number, struct mask_cut *ret)
{
    static const char *const prefixes[] = {
        "", "86", "0086", "0", "086", "17951", "17911", "12593", "10193"};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t skip = strlen(prefixes[i]);

        if (number->n == skip + 11 &&
            memcmp(number->digit, prefixes[i], skip) == 0 &&
            is_mobile(number, skip)) {
            *ret = (struct mask_cut){skip + 3, 4};
            return !is_code(number) && !is_amount(number) &&
                   (str_ends(number->before, STR("+")) ||
                       !has_word(number, WORDS(thing_words)));
        }
    }
    return false;
}

/* A place and a birthday, but the wrong sum: who types a list makes mistakes.
 */
static bool
is_id_mistyped(const struct mask_number *number)
{
    const char *d = number->digit;
    int year = number_of(d + 6, 4);

    return !number->mixed && !number->odd && year >= 1900 &&
           year <= WRONG_SUM_YEAR && is_place(d) && is_birthday(year, d + 10) &&
           !is_code(number) && !is_amount(number) &&
           !has_word(number, WORDS(thing_words));
}

/* Place and birthday, the birthday alone, or all in one. */
static bool
is_id_grouped(const struct mask_number *number)
{
    const size_t *ends = number->ends;

    return number->groups == 1 ||
           (!number->mixed && !number->odd && ends[1] == 6 &&
               (number->groups == 2 || (number->groups == 3 && ends[2] == 12)));
}

/* 18 digits, whatever is around them when their sum is right; behind a word
 * whatever they are. */
static bool
judge_id(const struct mask_number *number, struct mask_cut *ret)
{
    const char *d = number->digit;

    *ret = (struct mask_cut){6, 4};
    if (number->n == 18)
        return is_id_new(d) || is_id_mistyped(number) ||
               (!number->url && !number->odd && d[0] >= '1' && d[0] <= '8' &&
                   has_word_before_letters(number, WORDS(id_words)));
    if (number->n != 15 || number->groups > 3 || number->odd)
        return false;
    if (!number->url && has_word(number, WORDS(id_words)))
        return true;
    return is_id_grouped(number) && is_id_old(d) && !is_code(number) &&
           !is_amount(number) && !has_word(number, WORDS(thing_words));
}

/* Whether no further group belongs to a number that only its word makes one. */
static bool
is_all_of_it(const struct mask_number *number)
{
    return number->groups == 1 || !number->more || number->n == 19 ||
           (number->n >= 16 && is_luhn(number->digit, number->n));
}

static bool
judge_card(const struct mask_number *number, struct mask_cut *ret)
{
    *ret = (struct mask_cut){number->n >= 16 ? 6 : 4, 4};
    if (number->mixed || number->odd || (number->url && number->groups > 1))
        return false;
    if (number->n == 18 && number->digit[17] == 'X')
        return false;
    if (!number->url && number->n >= 12 && number->n <= 19 &&
        is_all_of_it(number) && has_word(number, WORDS(card_words)))
        return true;
    return is_card(number) && !is_code(number) && !is_amount(number) &&
           !has_word(number, WORDS(thing_words));
}

/* A number that its word makes one: one group only. */
static bool
judge_worded(const struct mask_number *number, struct mask_cut *ret)
{
    size_t stay = number->n <= 7 ? 1 : 2;

    *ret = (struct mask_cut){stay, stay};
    if (number->url || number->han || number->groups > 1 || number->n < 5 ||
        number->n > 20)
        return false;
    return (number->n <= 12 && has_word(number, WORDS(account_words))) ||
           (number->n >= 6 && !is_count(number) &&
               has_word_before_letters(number, WORDS(register_words)));
}

bool
mask_judge(const struct mask_number *number, struct mask_cut *ret)
{
    if (number->n < 5)
        return false;
    return judge_mobile(number, ret) || judge_id(number, ret) ||
           judge_card(number, ret) || judge_worded(number, ret);
}

size_t
mask_glued(const char *digit, size_t n)
{
    size_t first = 0, pieces = 0;

    for (size_t at = 0; at < n; pieces++) {
        const char *d = digit + at;
        size_t length = 0;

        if (n - at >= 18 && is_id_new(d))
            length = 18;
        else if (n - at >= 11 && d[0] == '1' && d[1] >= '3')
            length = 11;
        if (length == 0)
            return 0;
        first = at == 0 ? length : first;
        at += length;
    }
    return pieces > 1 ? first : 0;
}

bool
mask_is_private_host(struct str text)
{
    static const char *const hosts[] = {"qq.com", "vip.qq.com", "foxmail.com",
        "163.com", "126.com", "yeah.net", "vip.163.com", "188.com", "sina.com",
        "sina.cn", "vip.sina.com", "sohu.com", "139.com", "189.cn", "wo.cn",
        "aliyun.com", "gmail.com", "outlook.com", "hotmail.com", "live.com",
        "live.cn", "icloud.com", "yahoo.com", "msn.com", "21cn.com", "tom.com"};

    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct str host = str_of(hosts[i]);
        char next = text.n > host.n ? text.p[host.n] : '\0';

        if (str_starts_nocase(text, host) && next != '-' &&
            !(next >= 'a' && next <= 'z') && !(next >= '0' && next <= '9'))
            return true;
    }
    return false;
}
