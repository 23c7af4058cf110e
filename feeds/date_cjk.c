#include <stdint.h>

#include "base/utf8.h"
#include "feeds/date_read.h"

/* What a word of the three languages does to the date under way. */
enum sign {
    SIGN_YEAR,
    SIGN_MONTH,
    SIGN_DAY,
    SIGN_HOUR,
    SIGN_MINUTE,
    SIGN_SECOND,
    SIGN_HALF,
    SIGN_AM,
    SIGN_PM,
    SIGN_NOON,
    SIGN_TODAY,
    SIGN_YESTERDAY,
    SIGN_BEFORE_YESTERDAY,
    SIGN_NOW,
    SIGN_AGO,   /* with the unit before it */
    SIGN_HOURS, /* of a distance: "3小时前" */
    SIGN_WEEKS,
    SIGN_NOISE
};

struct word {
    const char *text;
    enum sign sign;
    bool korean;
};

/* Longer words before those that they begin with. */
/* clang-format off */
static const struct word words[] = {
    {"年", SIGN_YEAR, false}, {"년", SIGN_YEAR, true},
    {"月份", SIGN_MONTH, false}, {"月", SIGN_MONTH, false},
    {"월", SIGN_MONTH, true}, {"日", SIGN_DAY, false}, {"号", SIGN_DAY, false},
    {"號", SIGN_DAY, false}, {"일", SIGN_DAY, true},
    {"小时", SIGN_HOURS, false}, {"小時", SIGN_HOURS, false},
    {"个小时", SIGN_HOURS, false}, {"時間", SIGN_HOURS, false},
    {"시간", SIGN_HOURS, true},
    {"点钟", SIGN_HOUR, false}, {"时", SIGN_HOUR, false},
    {"時", SIGN_HOUR, false}, {"点", SIGN_HOUR, false},
    {"點", SIGN_HOUR, false}, {"시", SIGN_HOUR, true},
    {"分钟", SIGN_MINUTE, false}, {"分鐘", SIGN_MINUTE, false},
    {"分", SIGN_MINUTE, false}, {"분", SIGN_MINUTE, true},
    {"秒钟", SIGN_SECOND, false}, {"秒", SIGN_SECOND, false},
    {"초", SIGN_SECOND, true}, {"半", SIGN_HALF, false},
    {"上午", SIGN_AM, false}, {"早上", SIGN_AM, false},
    {"凌晨", SIGN_AM, false}, {"清晨", SIGN_AM, false},
    {"午前", SIGN_AM, false}, {"오전", SIGN_AM, true},
    {"下午", SIGN_PM, false}, {"晚上", SIGN_PM, false},
    {"傍晚", SIGN_PM, false}, {"午後", SIGN_PM, false},
    {"晚", SIGN_PM, false}, {"오후", SIGN_PM, true},
    {"中午", SIGN_NOON, false},
    {"今天", SIGN_TODAY, false}, {"今日", SIGN_TODAY, false},
    {"昨天", SIGN_YESTERDAY, false}, {"昨日", SIGN_YESTERDAY, false},
    {"昨晚", SIGN_YESTERDAY, false},
    {"前天", SIGN_BEFORE_YESTERDAY, false},
    {"刚刚", SIGN_NOW, false}, {"刚才", SIGN_NOW, false},
    {"剛剛", SIGN_NOW, false}, {"之前", SIGN_AGO, false},
    {"以前", SIGN_AGO, false}, {"前", SIGN_AGO, false},
    {"전", SIGN_AGO, true}, {"天", SIGN_DAY, false},
    {"周前", SIGN_WEEKS, false}, {"星期", SIGN_NOISE, false},
    {"周", SIGN_NOISE, false}, {"曜", SIGN_NOISE, false},
    {"요일", SIGN_NOISE, true}, {"一", SIGN_NOISE, false},
    {"二", SIGN_NOISE, false}, {"三", SIGN_NOISE, false},
    {"四", SIGN_NOISE, false}, {"五", SIGN_NOISE, false},
    {"六", SIGN_NOISE, false}, {"火", SIGN_NOISE, false},
    {"水", SIGN_NOISE, false}, {"木", SIGN_NOISE, false},
    {"金", SIGN_NOISE, false}, {"土", SIGN_NOISE, false},
    {"整", SIGN_NOISE, false}, {"许", SIGN_NOISE, false},
    {"于", SIGN_NOISE, false}, {"北京时间", SIGN_NOISE, false},
};
/* clang-format on */

struct cjk {
    struct date_parts parts;
    int number; /* not yet spent; -1: none */
    int unit;   /* minutes of the last unit, for "前" */
    int unit_number;
    int era;     /* added to the year that follows */
    int seconds; /* of the unit instead, when it is smaller than a minute */
    bool pm, am, noon;
    bool any;
    bool weekday; /* what follows is the name of one */
};

/* Value of a Chinese numeral character, -1 when it is none. */
static int
numeral(uint32_t c)
{
    static const uint32_t digits[] = {0x3007, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
        0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D, 0x5341};

    if (c == 0x96F6 || c == 0x25CB)
        return 0;
    if (c == 0x5143) /* 元: an era's first year */
        return 1;
    for (int i = 0; i <= 10; i++)
        if (digits[i] == c)
            return i;
    return -1;
}

/* "二〇二六", "十二", "二十", "三十一": at the start of *rest; -1: none. */
static int
read_numerals(struct str *rest)
{
    size_t at = 0;
    int value = 0, count = 0;
    bool tens = false;

    while (at < rest->n && count < 5) {
        size_t next = at;
        int digit = numeral(utf8_next(*rest, &next));

        if (digit < 0)
            break;
        if (digit == 10) {
            value = value ? value * 10 : 10;
            tens = true;
        } else {
            value = tens ? value + digit : value * 10 + digit;
        }
        count++;
        at = next;
    }
    if (count == 0)
        return -1;
    *rest = str_from(*rest, at);
    return value;
}

static bool
spend(struct cjk *cjk, int *field)
{
    if (cjk->number < 0)
        return false;
    *field = cjk->number;
    cjk->unit_number = cjk->number;
    cjk->number = -1;
    cjk->any = true;
    return true;
}

static void
days_ago(struct cjk *cjk, int days)
{
    cjk->parts.days_ago_set = true;
    cjk->parts.days_ago = days;
    cjk->any = true;
}

static int
full_year(const struct cjk *cjk, int year)
{
    if (cjk->era > 0)
        return year + cjk->era;
    return year < 100 ? date_read_century(year) : year;
}

static bool
apply_unit(struct cjk *cjk, enum sign sign)
{
    struct date_parts *parts = &cjk->parts;
    bool done;

    switch (sign) {
    case SIGN_YEAR:
        done = spend(cjk, &parts->year);
        if (done)
            parts->year = full_year(cjk, parts->year);
        return done;
    case SIGN_MONTH:
        return spend(cjk, &parts->month);
    case SIGN_DAY:
        if (cjk->number < 0) /* 日 of a weekday */
            return cjk->any;
        cjk->unit = 24 * 60;
        return spend(cjk, &parts->day);
    case SIGN_HOUR:
        parts->has_time = true;
        return spend(cjk, &parts->hour);
    case SIGN_HOURS:
        cjk->unit = 60;
        return spend(cjk, &parts->hour);
    case SIGN_MINUTE:
        cjk->unit = 1;
        return spend(cjk, &parts->minute);
    case SIGN_SECOND:
        cjk->seconds = 1;
        return spend(cjk, &parts->second);
    case SIGN_HALF:
        parts->minute = 30;
        return parts->has_time;
    case SIGN_AM:
    case SIGN_PM:
    case SIGN_NOON:
    case SIGN_TODAY:
    case SIGN_YESTERDAY:
    case SIGN_BEFORE_YESTERDAY:
    case SIGN_NOW:
    case SIGN_AGO:
    case SIGN_WEEKS:
    case SIGN_NOISE:
        break;
    }
    return false;
}

static bool
apply_ago(struct cjk *cjk, int minutes)
{
    if (cjk->unit_number < 0)
        return false;
    cjk->parts.back = true;
    cjk->parts.back_ms =
        (int64_t)cjk->unit_number *
        (minutes > 0 ? (int64_t)minutes * MS_MINUTE : MS_SECOND);
    return true;
}

static bool
apply(struct cjk *cjk, enum sign sign)
{
    switch (sign) {
    case SIGN_AM:
        cjk->am = true;
        return true;
    case SIGN_PM:
        cjk->pm = true;
        return true;
    case SIGN_NOON:
        cjk->noon = true;
        return true;
    case SIGN_TODAY:
        days_ago(cjk, 0);
        return true;
    case SIGN_YESTERDAY:
        days_ago(cjk, 1);
        return true;
    case SIGN_BEFORE_YESTERDAY:
        days_ago(cjk, 2);
        return true;
    case SIGN_NOW:
        cjk->parts.back = true;
        return true;
    case SIGN_AGO:
        return (cjk->unit > 0 || cjk->seconds) && apply_ago(cjk, cjk->unit);
    case SIGN_WEEKS:
        cjk->unit_number = cjk->number;
        return apply_ago(cjk, 7 * 24 * 60);
    case SIGN_NOISE:
        return true;
    case SIGN_YEAR:
    case SIGN_MONTH:
    case SIGN_DAY:
    case SIGN_HOUR:
    case SIGN_HOURS:
    case SIGN_MINUTE:
    case SIGN_SECOND:
    case SIGN_HALF:
        break;
    }
    return apply_unit(cjk, sign);
}

/* The name of an era is taken from *rest; its years are counted from it. */
static bool
read_era(struct cjk *cjk, struct str *rest)
{
    static const struct {
        const char *name;
        int before; /* the year before its first */
    } eras[] = {{"中华民国", 1911}, {"中華民國", 1911}, {"民国", 1911},
        {"民國", 1911}, {"令和", 2018}, {"平成", 1988}};

    for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++)
        if (str_starts(*rest, str_of(eras[i].name))) {
            cjk->era = eras[i].before;
            *rest = str_from(*rest, str_of(eras[i].name).n);
            return true;
        }
    return false;
}

static bool
read_cjk_word(struct cjk *cjk, struct str *rest)
{
    const struct word *best = NULL;
    size_t length = 0;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str text = str_of(words[i].text);

        if (text.n > length && str_starts(*rest, text)) {
            best = &words[i];
            length = text.n;
        }
    }
    if (!best || !apply(cjk, best->sign))
        return false;
    if (best->korean)
        cjk->parts.script_offset = 9 * 60;
    *rest = str_from(*rest, length);
    if (best->sign == SIGN_NOISE &&
        (best->text[0] == "星"[0] || best->text[0] == "周"[0]))
        cjk->weekday = true;
    return true;
}

static bool
read_ascii(struct cjk *cjk, struct str *rest)
{
    char c = rest->p[0];

    if (c >= '0' && c <= '9') {
        if (!cjk->parts.has_time && date_read_time(rest, &cjk->parts)) {
            cjk->any = true;
            return true;
        }
        return cjk->number < 0 && date_read_number(rest, 4, &cjk->number) > 0;
    }
    if (c == '+' || (c >= 'a' && c <= 'z')) {
        bool ok = cjk->parts.has_time && date_read_zone(*rest, &cjk->parts);

        *rest = STR_NONE;
        return ok;
    }
    *rest = str_from(*rest, 1);
    return true;
}

static void
apply_half(struct cjk *cjk)
{
    int *hour = &cjk->parts.hour;

    if (cjk->pm && *hour < 12)
        *hour += 12;
    if (cjk->am && *hour == 12)
        *hour = 0;
    if (cjk->noon && *hour < 10)
        *hour += 12;
}

static struct str
skip_spaces(struct str s)
{
    while (s.n > 0 && s.p[0] == ' ')
        s = str_from(s, 1);
    return s;
}

/* "2026/6/7" and "2026. 6. 7." before words of the three languages, or
 * nothing. */
static void
read_numeric(struct str *rest, struct date_parts *parts)
{
    struct str at = *rest;
    int value[3];
    char separator = 0;

    for (size_t i = 0; i < 3; i++) {
        size_t digits = date_read_number(&at, i == 0 ? 4 : 2, &value[i]);

        if (digits == 0 || (i == 0 && digits != 4))
            return;
        if (i == 2)
            break;
        if (at.n == 0 || (i > 0 && at.p[0] != separator))
            return;
        separator = at.p[0];
        if (separator != '/' && separator != '.' && separator != '-')
            return;
        at = skip_spaces(str_from(at, 1));
    }
    if (at.n > 0 && at.p[0] == separator)
        at = str_from(at, 1);
    parts->year = value[0];
    parts->month = value[1];
    parts->day = value[2];
    *rest = at;
}

bool
date_read_cjk(struct str text, struct date_parts *ret)
{
    struct cjk cjk = {.number = -1, .unit_number = -1};

    cjk.parts.script_offset = 8 * 60;
    read_numeric(&text, &cjk.parts);
    cjk.any = cjk.parts.year > 0;
    while (text.n > 0 && !cjk.parts.back) {
        if ((uint8_t)text.p[0] < 0x80) {
            if (!read_ascii(&cjk, &text))
                return false;
            continue;
        }
        if (cjk.number < 0 && !cjk.weekday) {
            cjk.number = read_numerals(&text);
            if (cjk.number >= 0)
                continue;
        }
        if (!read_era(&cjk, &text) && !read_cjk_word(&cjk, &text))
            return false;
    }
    if (cjk.parts.back) {
        *ret = cjk.parts;
        return true;
    }
    apply_half(&cjk);
    if (cjk.parts.year && cjk.parts.month && !cjk.parts.day)
        cjk.parts.day = 1;
    if (!cjk.parts.days_ago_set && !(cjk.parts.month && cjk.parts.day))
        return false;
    if (cjk.parts.hour > 24 || cjk.parts.minute > 59 || cjk.parts.second > 60)
        return false;
    *ret = cjk.parts;
    return true;
}
