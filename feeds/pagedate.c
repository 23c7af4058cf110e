/*
 * pagedate: dates inside running text; see pagedate.h.
 *
 * A date begins with a digit or with a word.  At each place where one may
 * begin the forms are tried in order (feeds/pagedateform.h); none looks further
 * ahead than some dozens of bytes, so the search is linear.
 */
#include "feeds/pagedate.h"

#include <string.h>

#include "feeds/pagedateform.h"

enum { PAGEDATE_UTC8_MINUTES = 8 * 60 };

static bool
pagedate_may_begin(struct str text, size_t i)
{
    unsigned char c = (unsigned char)text.p[i];
    unsigned char before = i > 0 ? (unsigned char)text.p[i - 1] : ' ';
    bool digit_before = before >= '0' && before <= '9';
    bool letter_before =
        (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');

    if (c >= '0' && c <= '9')
        return !digit_before;
    if (c >= 0x80) /* 今, 令, 昨, 前, 刚, 平 */
        return c == 0xE4 || c == 0xE5 || c == 0xE6;
    return !letter_before && !digit_before && strchr("jfmasondJFMASONDRH", c);
}

bool
pagedate_find(
    struct str text, size_t from, unsigned flags, struct pagedate *ret)
{
    for (size_t i = from; i < text.n; i++) {
        struct cursor c = {text, i};
        struct pagedate date;

        if (text.p[i] == '\0' || !pagedate_may_begin(text, i) ||
            !pagedate_at(&c, flags, &date))
            continue;
        if (!date.is_relative || date.is_day)
            pagedate_time(&c, &date);
        date.start = i;
        date.end = c.at;
        *ret = date;
        return true;
    }
    return false;
}

/* Labels, brackets and punctuation that may stand around a date. */
static const char *const pagedate_around[] = {"[", "]", "(", ")", "（", "）",
    "【", "】", "〔", "〕", "［", "］", "<", ">", "|", "｜", "/", "-", "—", "–",
    "·", "•", ":", "：", ",", "，", ".", ";", "；", "发布时间", "发布日期",
    "更新时间", "发表时间", "发文时间", "发文日期", "发布于", "发布", "日期",
    "时间", "更新", "时", "Published", "Updated", "Posted", "Date", "on ",
    "at ", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "星期一", "星期二",
    "星期三", "星期四", "星期五", "星期六", "星期日", "등록일", "작성일",
    "投稿日", "公開日", "更新日", "掲載日", NULL};

static bool
pagedate_is_around(struct str text)
{
    struct cursor c = {text, 0};

    while (c.at < text.n)
        if (cursor_space(&c, text.n) == 0 && !cursor_any(&c, pagedate_around))
            return false;
    return true;
}

bool
pagedate_is_pure(struct str text, unsigned flags, struct pagedate *ret)
{
    enum { PURE_MAX = 120 }; /* bytes; longer is more than a date */
    struct pagedate date;

    if (text.n > PURE_MAX || !pagedate_find(text, 0, flags, &date) ||
        !pagedate_is_around(str_first(text, date.start)) ||
        !pagedate_is_around(str_from(text, date.end)))
        return false;
    *ret = date;
    return true;
}

static struct wall
pagedate_local(const struct civil *civil, const struct zone *zone)
{
    return zone ? zone_to_wall(zone, civil)
                : civil_to_wall(civil, PAGEDATE_UTC8_MINUTES);
}

static struct civil
pagedate_now(const struct zone *zone, struct wall now)
{
    return civil_of_wall(
        now, zone ? zone_offset(zone, now) : PAGEDATE_UTC8_MINUTES);
}

static bool
pagedate_is_future(struct wall t, struct wall now)
{
    return wall_is_set(now) && t.ms > now.ms + PAGEDATE_FUTURE_MAX_MS;
}

struct wall
pagedate_wall(
    const struct pagedate *date, const struct zone *zone, struct wall now)
{
    struct civil civil = {.year = date->year,
        .month = date->month,
        .day = date->day,
        .hour = date->hour,
        .minute = date->minute,
        .second = date->second};
    struct wall t;

    if (date->is_relative) {
        if (!wall_is_set(now))
            return WALL_NONE;
        t = (struct wall){now.ms - date->back_ms};
        if (!date->is_day)
            return t;
        civil = pagedate_now(zone, t);
        civil.hour = date->hour;
        civil.minute = date->minute;
        civil.second = 0;
        civil.ms = 0;
        return pagedate_local(&civil, zone);
    }
    if (date->day == 0 || (date->year == 0 && !wall_is_set(now)))
        return WALL_NONE;
    if (date->year == 0)
        civil.year = pagedate_now(zone, now).year;
    /* A leap day may lie up to eight years back. */
    for (int back = 0; back < 9; back++) {
        if (civil_is_valid(&civil)) {
            t = date->has_zone ? civil_to_wall(&civil, date->zone_minutes)
                               : pagedate_local(&civil, zone);
            if (!pagedate_is_future(t, now))
                return t;
        }
        if (date->year != 0)
            return WALL_NONE;
        civil.year--;
    }
    return WALL_NONE;
}
