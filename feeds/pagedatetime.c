/*
 * pagedatetime: the time of day behind a date, and dates told from now.
 */
#include "feeds/pagedateform.h"

/* Z, UTC, GMT, +08:00, +0800 directly behind a time. */
static void
pagedate_zone(struct cursor *c, struct pagedate *ret)
{
    struct cursor try = *c;
    int hour, minute = 0;
    int sign;

    (void)cursor_space(&try, 2);
    if (cursor_word(&try, "UTC") || cursor_word(&try, "GMT") ||
        cursor_word(&try, "Z")) {
        if (!cursor_ends_word(&try))
            return;
        ret->has_zone = true;
        *c = try;
        return;
    }
    try = *c;
    (void)cursor_space(&try, 1);
    sign = cursor_word(&try, "+") ? 1 : cursor_word(&try, "-") ? -1 : 0;
    if (sign == 0)
        return;
    if (cursor_number(&try, 4, 4, &hour)) {
        minute = hour % 100;
        hour /= 100;
    } else if (!cursor_number(&try, 2, 2, &hour) || !cursor_word(&try, ":") ||
               !cursor_number(&try, 2, 2, &minute)) {
        return;
    }
    if (hour > 14 || minute > 59)
        return;
    ret->has_zone = true;
    ret->zone_minutes = sign * (hour * 60 + minute);
    *c = try;
}

/* A time of day behind a date: "T10:00:00Z", " 10:00", " 下午3时20分". */
void
pagedate_time(struct cursor *c, struct pagedate *ret)
{
    static const char *const colons[] = {":", "：", "时", "點", "点", NULL};
    static const char *const before[] = {
        "T", ",", "，", "at ", "|", "-", "·", NULL};
    static const char *const weekdays[] = {"星期一", "星期二", "星期三",
        "星期四", "星期五", "星期六", "星期日", "星期天", "周一", "周二",
        "周三", "周四", "周五", "周六", "周日", NULL};
    struct cursor try = *c;
    int hour, minute, second = 0;
    bool after_noon;

    (void)cursor_space(&try, 8);
    if (cursor_any(&try, weekdays))
        (void)cursor_space(&try, 8);
    (void)cursor_any(&try, before);
    (void)cursor_space(&try, 8);
    after_noon = cursor_word(&try, "下午") || cursor_word(&try, "晚上");
    if (!after_noon)
        (void)cursor_word(&try, "上午");
    if (!cursor_number(&try, 1, 2, &hour) || !cursor_any(&try, colons) ||
        !cursor_number(&try, 2, 2, &minute) || hour > 24 || minute > 59)
        return;
    *c = try;
    (void)cursor_word(c, "分");
    if (cursor_any(&try, colons) && cursor_number(&try, 2, 2, &second) &&
        second <= 60) {
        *c = try;
        (void)cursor_word(c, "秒");
        if (cursor_is_digit(c, c->at + 1) && c->text.p[c->at] == '.')
            for (c->at++; cursor_is_digit(c, c->at); c->at++)
                ;
    } else {
        second = 0;
    }
    try = *c;
    (void)cursor_space(&try, 2);
    if (cursor_word(&try, "pm") || cursor_word(&try, "p.m.")) {
        after_noon = true;
        *c = try;
    } else if (cursor_word(&try, "am") || cursor_word(&try, "a.m.")) {
        hour %= 12;
        *c = try;
    }
    ret->has_time = true;
    ret->hour = (after_noon && hour < 12 ? hour + 12 : hour) % 24;
    ret->minute = minute;
    ret->second = second;
    pagedate_zone(c, ret);
}

/* 刚刚, 今天, 昨天 21:40, 前天, 3小时前, 5分钟前, 2天前. */
bool
pagedate_relative(struct cursor *c, struct pagedate *ret)
{
    static const struct {
        const char *word;
        int days;
    } days[] = {{"今天", 0}, {"昨天", 1}, {"前天", 2}};
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"秒", MS_SECOND}, {"分", MS_MINUTE}, {"小时", MS_HOUR},
        {"天", MS_DAY}, {"周", 7 * (int64_t)MS_DAY}};
    struct cursor try = *c;
    int n;

    if (cursor_word(&try, "刚刚")) {
        ret->is_relative = true;
        *c = try;
        return true;
    }
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        if (!cursor_word(&try, days[i].word))
            continue;
        ret->is_relative = true;
        ret->is_day = true;
        ret->back_ms = days[i].days * (int64_t)MS_DAY;
        *c = try;
        return true;
    }
    if (!cursor_number(&try, 1, 3, &n))
        return false;
    (void)cursor_space(&try, 4);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!cursor_word(&try, units[i].word))
            continue;
        if (units[i].ms == MS_MINUTE)
            (void)cursor_word(&try, "钟");
        if (!cursor_word(&try, "前"))
            return false;
        ret->is_relative = true;
        ret->back_ms = n * units[i].ms;
        *c = try;
        return true;
    }
    return false;
}
