/* gone: the sentences that stand where a publication was. */
#include "incidents/gone.h"

#include <string.h>

#include "base/utf8.h"

enum { NOTICE_MAX_CHARS = 160 /* a longer text is an article */ };

static const char *const notices[] = {"已被删除", "已删除", "已被发布者删除",
    "内容不存在", "文章不存在", "页面不存在", "信息不存在", "帖子不存在",
    "您访问的页面不存在", "该页面不存在", "找不到该页", "找不到页面", "已下架",
    "已撤稿", "内容已失效", "无法找到该页", "此内容因违规无法查看",
    "page not found", "404 not found", "no longer available",
    "has been removed", "has been deleted", "does not exist"};

static bool
holds(struct str text, const char *needle)
{
    size_t n = strlen(needle);

    for (size_t i = 0; i + n <= text.n; i++)
        if (strncasecmp(text.p + i, needle, n) == 0)
            return true;
    return false;
}

bool
gone_says(struct str was_title, struct str title, struct str text)
{
    bool says = false;

    if (utf8_count(text) > NOTICE_MAX_CHARS)
        return false;
    /* The article is there, and is about something that was deleted. */
    if (was_title.n > 0 && title.n > 0 && str_eq(was_title, title))
        return false;
    for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]) && !says; i++)
        says = holds(title, notices[i]) || holds(text, notices[i]);
    return says;
}
