/*
 * engine_site_words: what the kinds of findings are called in incidents, and
 * some small words about addresses.
 */
#include <string.h>

#include "base/timefmt.h"
#include "base/url.h"
#include "daemon/engine_site.h"

const char *
site_kind_words(enum site_kind kind)
{
    /* clang-format off */
    static const char *const words[SITE_KINDS_N] = {
        [SITE_KIND_UNREACHABLE] = "打不开",
        [SITE_KIND_CERT_EXPIRES] = "证书即将到期",
        [SITE_KIND_CERT_WRONG] = "证书有误",
        [SITE_KIND_DNS_CHANGED] = "域名指向有变",
        [SITE_KIND_REDIRECTED] = "跳转到别的网站",
        [SITE_KIND_NO_HTTPS] = "未启用 HTTPS",
        [SITE_KIND_STALE_HOME] = "首页未更新",
        [SITE_KIND_STALE_COLUMN] = "栏目未更新",
        [SITE_KIND_EMPTY_COLUMN] = "栏目空白",
        [SITE_KIND_NO_DATES] = "没有日期",
        [SITE_KIND_DEFACED] = "页面被篡改",
        [SITE_KIND_HIDDEN_LINKS] = "暗链",
        [SITE_KIND_NEW_HOST] = "链接到新的网站",
        [SITE_KIND_AGENT_DEPENDENT] = "给搜索引擎看的内容不同",
        [SITE_KIND_LEAK] = "泄露个人信息",
        [SITE_KIND_BROKEN_LINK] = "链接失效",
        [SITE_KIND_BROKEN_IMAGE] = "图片失效",
        [SITE_KIND_WRONG_WORD] = "用词有误"};
    /* clang-format on */

    return (unsigned)kind < SITE_KINDS_N ? words[kind] : "";
}

const char *
site_row_words(const struct site_finding_row *row)
{
    /* The site may be there again: it is the week that was not good enough. */
    if (row->kind == SITE_KIND_UNREACHABLE && str_eq(row->target, STR("share")))
        return "打不开的次数超标";
    return site_kind_words(row->kind);
}

const char *
site_target_words(enum site_kind kind, struct str target)
{
    static const struct {
        const char *name, *words;
    } kinds[] = {{"id_card", "身份证号"}, {"phone", "手机号"},
        {"bank_card", "银行卡号"}, {"student_name_list", "学生名单"}};

    if (kind != SITE_KIND_LEAK)
        return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(target, str_of(kinds[i].name)))
            return kinds[i].words;
    }
    return NULL;
}

struct str
site_day(struct engine *engine, struct wall at)
{
    char text[TIMEFMT_LOCAL_SIZE];

    return arena_str(engine->arena,
        str_first(str_of(timefmt_local(engine->zone, at, text)), 10));
}

struct str
site_host(struct str url)
{
    struct url parts;

    return url_parse(url, &parts) == 0 ? parts.host : STR_NONE;
}

/* Second-level names under which others are registered. */
static bool
is_shared(struct str label)
{
    static const char *const shared[] = {
        "com", "edu", "gov", "net", "org", "ac", "co"};

    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        if (str_eq_nocase(label, str_of(shared[i])))
            return true;
    }
    return false;
}

struct str
site_domain(struct str host)
{
    size_t dots[3], n = 0, keep;

    if (host.n == 0 || (host.p[host.n - 1] >= '0' && host.p[host.n - 1] <= '9'))
        return host; /* an address */
    for (size_t i = host.n; i-- > 0 && n < 3;) {
        if (host.p[i] == '.')
            dots[n++] = i;
    }
    if (n < 2)
        return host;
    keep = is_shared((struct str){host.p + dots[1] + 1, dots[0] - dots[1] - 1})
               ? 2
               : 1;
    return n > keep ? str_from(host, dots[keep] + 1) : host;
}
