#include "incidents/report_words.h"

static const struct str texts[WORD_COUNT][LANG_COUNT] = {
#define W(word, zh, en)                                                        \
    [WORD_##word] = {{zh, sizeof(zh) - 1}, {en, sizeof(en) - 1}},
#include "incidents/report_words.def"
#undef W
};

struct str
report_word(enum report_word word, enum lang lang)
{
    return texts[word][lang];
}

/* clang-format off */
static const struct code {
    enum report_code set;
    const char *code, *texts[LANG_COUNT];
} codes[] = {
    {CODE_LEVEL, "red", {"红", "Red"}},
    {CODE_LEVEL, "orange", {"橙", "Orange"}},
    {CODE_LEVEL, "yellow", {"黄", "Yellow"}},
    {CODE_LEVEL, "blue", {"蓝", "Blue"}},
    {CODE_LEVEL, "none", {"无", "None"}},
    {CODE_STATE, "new", {"待认领", "new"}},
    {CODE_STATE, "acknowledged", {"已认领", "acknowledged"}},
    {CODE_STATE, "responding", {"处置中", "responding"}},
    {CODE_STATE, "snoozed", {"已暂缓", "snoozed"}},
    {CODE_STATE, "closed", {"已结案", "closed"}},
    {CODE_STATE, "false_alarm", {"误报", "false alarm"}},
    {CODE_STATE, "merged", {"已并入", "merged"}},
    {CODE_CATEGORY, "accident", {"意外伤害", "accidents"}},
    {CODE_CATEGORY, "food", {"食品安全", "food"}},
    {CODE_CATEGORY, "health", {"卫生防病", "health"}},
    {CODE_CATEGORY, "violence", {"欺凌暴力", "bullying and violence"}},
    {CODE_CATEGORY, "building_fire", {"建筑消防", "buildings and fire"}},
    {CODE_CATEGORY, "transport", {"交通出行", "transport"}},
    {CODE_CATEGORY, "drowning", {"防溺水", "drowning"}},
    {CODE_CATEGORY, "fees", {"收费服务", "fees and service"}},
    {CODE_CATEGORY, "exams", {"考试招生", "exams and admission"}},
    {CODE_CATEGORY, "weather", {"恶劣天气", "weather"}},
    {CODE_CATEGORY, "commercial", {"商业进校", "commerce in schools"}},
    {CODE_CATEGORY, "site_integrity", {"网站安全", "site integrity"}},
    {CODE_CATEGORY, "privacy", {"隐私泄露", "privacy"}},
    {CODE_CATEGORY, "data_error", {"信息差错", "data errors"}},
    {CODE_CATEGORY, "", {"未分类", "no category"}},
    {CODE_TIER, "own", {"自有网站", "own sites"}},
    {CODE_TIER, "institution", {"机构", "institutions"}},
    {CODE_TIER, "press", {"媒体", "press"}},
    {CODE_TIER, "aggregator", {"聚合转载", "aggregators"}},
    {CODE_TIER, "forum", {"论坛", "forums"}},
    {CODE_TIER, "", {"未注明", "not stated"}},
    {CODE_CAUSE, "resolved", {"已处置完毕", "it is over"}},
    {CODE_CAUSE, "responded", {"已公开回应", "an answer was published"}},
    {CODE_CAUSE, "not_ours", {"不属本单位管辖", "another place's or office's"}},
    {CODE_CAUSE, "duplicate", {"与其他事件重复", "another incident has it"}},
    {CODE_CAUSE, "expired", {"无后续，自然结束", "nothing more came"}},
    {CODE_CAUSE, "drill", {"演练或宣传教育", "a drill or a lesson"}},
    {CODE_CAUSE, "old", {"旧闻", "an event of the past"}},
    {CODE_CAUSE, "elsewhere", {"外地事件", "of another place"}},
    {CODE_CAUSE, "figurative", {"词义不符", "the words meant something else"}},
    {CODE_CAUSE, "advert", {"广告", "an advertisement"}},
    {CODE_CAUSE, "no_event", {"政策、讲话或统计", "a policy, a talk, a statistic"}},
    {CODE_CAUSE, "other", {"其他", "something else"}},
    {CODE_ENTRY, "opened", {"发现", "opened"}},
    {CODE_ENTRY, "raised", {"等级升高", "the level went up"}},
    {CODE_ENTRY, "acknowledge", {"认领", "acknowledged"}},
    {CODE_ENTRY, "respond", {"开始处置", "responding"}},
    {CODE_ENTRY, "close", {"结案", "closed"}},
    {CODE_ENTRY, "false_alarm", {"标为误报", "marked a false alarm"}},
    {CODE_ENTRY, "snooze", {"暂缓", "snoozed"}},
    {CODE_ENTRY, "reopen", {"重新打开", "opened again"}},
    {CODE_ENTRY, "reopened", {"再次出现", "it came back"}},
    {CODE_ENTRY, "assign", {"指派", "assigned"}},
    {CODE_ENTRY, "note", {"备注", "note"}},
    {CODE_ENTRY, "expire", {"认领或暂缓到期", "the acknowledgement or snooze ran out"}},
    {CODE_ENTRY, "escalated", {"升级通知", "escalated"}},
    {CODE_ENTRY, "deadline", {"时限提醒", "a deadline"}},
    {CODE_ENTRY, "retract", {"报道都已撤下", "all its items are gone"}},
    {CODE_ENTRY, "retracted", {"报道都已撤下", "all its items are gone"}},
    {CODE_ENTRY, "return", {"报道又出现", "an item is there again"}},
    {CODE_ENTRY, "gone", {"一篇报道撤下", "an item is gone"}},
    {CODE_ENTRY, "back", {"一篇报道又出现", "an item is there again"}},
    {CODE_ENTRY, "merge", {"并入其他事件", "merged"}},
    {CODE_ENTRY, "merged_here", {"并入了另一起事件", "another was merged into it"}},
    {CODE_ENTRY, "unmerge", {"撤销合并", "taken out again"}},
    {CODE_ENTRY, "unmerged_here", {"撤销了一次合并", "one was taken out again"}},
    {CODE_ENTRY, "split", {"拆分", "items were split off"}},
    {CODE_ENTRY, "split_here", {"拆分而来", "items were moved here"}},
    {CODE_ENTRY, "unsplit", {"撤销拆分", "a split was undone"}},
    {CODE_ENTRY, "held", {"保留不清除", "kept from purging"}},
    {CODE_ENTRY, "released", {"解除保留", "no longer kept from purging"}},
    {CODE_ENTRY, "assessed", {"已评估", "assessed"}},
    {CODE_ENTRY, "purged", {"按保存期限清除", "purged in its time"}},
    {CODE_CONDITION, "down", {"打不开", "down"}},
    {CODE_CONDITION, "blocked", {"被拦截", "another page in its place"}},
    {CODE_CONDITION, "refused", {"不允许读取", "not allowed"}},
    {CODE_CONDITION, "gone", {"已撤销", "gone"}},
    {CODE_CONDITION, "quarantined", {"已隔离", "quarantined"}},
    {CODE_CONDITION, "selector-lost", {"页面改版找不到列表", "its list was lost"}},
    {CODE_CONDITION, "many-down", {"多个来源同时读不到", "many sources down"}},
    {CODE_CONDITION, "undeliverable", {"通知送不出去", "messages cannot be delivered"}},
    {CODE_CONDITION, "slow-rule", {"规则太慢", "a rule is too slow"}},
    {CODE_CONDITION, "configuration", {"配置有误", "the configuration is wrong"}},
    {CODE_SITE_GROUP, "reachable", {"可用", "reachable"}},
    {CODE_SITE_GROUP, "fresh", {"更新", "fresh"}},
    {CODE_SITE_GROUP, "clean", {"安全", "clean"}},
    {CODE_SITE_GROUP, "leaking", {"泄露", "leaking"}},
    {CODE_SITE_GROUP, "right", {"准确", "right"}},
    {CODE_SITE_KIND, "unreachable", {"打不开", "not reachable"}},
    {CODE_SITE_KIND, "cert_expires", {"证书即将到期", "certificate ends soon"}},
    {CODE_SITE_KIND, "cert_wrong", {"证书有误", "wrong certificate"}},
    {CODE_SITE_KIND, "dns_changed", {"域名指向有变", "name leads elsewhere"}},
    {CODE_SITE_KIND, "redirected", {"跳转到别的网站", "redirected elsewhere"}},
    {CODE_SITE_KIND, "no_https", {"未启用 HTTPS", "no HTTPS"}},
    {CODE_SITE_KIND, "stale_home", {"首页未更新", "home page not updated"}},
    {CODE_SITE_KIND, "stale_column", {"栏目未更新", "column not updated"}},
    {CODE_SITE_KIND, "empty_column", {"栏目空白", "empty column"}},
    {CODE_SITE_KIND, "no_dates", {"没有日期", "no dates"}},
    {CODE_SITE_KIND, "defaced", {"页面被篡改", "defaced"}},
    {CODE_SITE_KIND, "hidden_links", {"暗链", "hidden links"}},
    {CODE_SITE_KIND, "new_host", {"链接到新的网站", "links to a new host"}},
    {CODE_SITE_KIND, "agent_dependent", {"给搜索引擎看的内容不同", "differs for crawlers"}},
    {CODE_SITE_KIND, "leak", {"泄露个人信息", "personal information"}},
    {CODE_SITE_KIND, "broken_link", {"链接失效", "broken link"}},
    {CODE_SITE_KIND, "broken_image", {"图片失效", "broken image"}},
    {CODE_SITE_KIND, "wrong_word", {"用词有误", "wrong word"}},
    {CODE_SITE_DATA, "id_card", {"身份证号", "identity numbers"}},
    {CODE_SITE_DATA, "phone", {"手机号", "mobile numbers"}},
    {CODE_SITE_DATA, "bank_card", {"银行卡号", "bank cards"}},
    {CODE_SITE_DATA, "student_name_list", {"学生名单", "a list of students"}},
    {CODE_SITE_DATA, "meta_swapped", {"标题、关键词或描述被换", "title, keywords or description swapped"}},
    {CODE_SITE_DATA, "takeover", {"整页被换", "the whole page replaced"}},
    {CODE_SITE_DATA, "visible_spam_link", {"赌博等广告链接", "links to gambling and the like"}},
    {CODE_SITE_DATA, "foreign_articles", {"外来文章", "foreign articles"}},
    {CODE_SITE_DATA, "script_redirect", {"脚本跳转", "redirected by script"}},
    {CODE_SITE_DATA, "meta_redirect", {"自动跳转", "redirected by the page"}},
    {CODE_SITE_DATA, "foreign_script", {"外来脚本", "a foreign script"}},
    {CODE_SITE_DATA, "foreign_frame", {"外来框架", "a foreign frame"}},
};
/* clang-format on */

struct str
report_code_word(enum report_code set, struct str code, enum lang lang)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].set == set && str_eq(str_of(codes[i].code), code))
            return str_of(codes[i].texts[lang]);
    return code;
}
