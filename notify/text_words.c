/*
 * text_words: tables.
 */
#include "notify/text_words.h"

struct pair {
    const char *code, *zh, *en;
};

/* clang-format off */
static const struct pair levels[LEVEL_COUNT] = {
    [LEVEL_NONE] = {"none", "未定级", "no level"},
    [LEVEL_BLUE] = {"blue", "蓝色", "Blue"},
    [LEVEL_YELLOW] = {"yellow", "黄色", "Yellow"},
    [LEVEL_ORANGE] = {"orange", "橙色", "Orange"},
    [LEVEL_RED] = {"red", "红色", "Red"},
};

static const struct pair ranks[LEVEL_COUNT] = {
    [LEVEL_NONE] = {"none", "", ""},
    [LEVEL_BLUE] = {"blue", "四级 一般", "level IV"},
    [LEVEL_YELLOW] = {"yellow", "三级 较大", "level III"},
    [LEVEL_ORANGE] = {"orange", "二级 重大", "level II"},
    [LEVEL_RED] = {"red", "一级 特别重大", "level I"},
};

static const struct pair events[INCIDENT_EVENT_COUNT] = {
    [INCIDENT_EVENT_OPENED] = {"", "新事件", "New incident"},
    [INCIDENT_EVENT_RAISED] = {"", "等级升高", "Level raised"},
    [INCIDENT_EVENT_ACKNOWLEDGED] = {"", "已认领", "Acknowledged"},
    [INCIDENT_EVENT_ESCALATED] = {"", "升级催办", "Escalated"},
    [INCIDENT_EVENT_DEADLINE] = {"", "时限提醒", "Deadline"},
    [INCIDENT_EVENT_REOPENED] = {"", "再次出现", "Reopened"},
    [INCIDENT_EVENT_CLOSED] = {"", "已结案", "Closed"},
    [INCIDENT_EVENT_REMINDED] = {"", "尚未认领", "Reminder"},
    [INCIDENT_EVENT_RETRACTED] = {"", "原文已撤", "Retracted"},
    [INCIDENT_EVENT_DIGEST] = {"", "汇总", "Digest"},
    [INCIDENT_EVENT_SOURCE] = {"", "来源状况", "Source condition"},
    [INCIDENT_EVENT_CHANNEL] = {"", "渠道状况", "Channel condition"},
    [INCIDENT_EVENT_REPORT] = {"", "报告", "Report"},
    [INCIDENT_EVENT_HANDOVER] = {"", "交接班", "Handover"},
    [INCIDENT_EVENT_CANARY] = {"", "每日自检", "Daily check"},
    [INCIDENT_EVENT_TEST] = {"", "测试", "Test"},
};

static const struct pair categories[] = {
    {"accident", "意外伤害", "Accident"},
    {"food", "食品安全", "Food"},
    {"health", "卫生防病", "Health"},
    {"violence", "欺凌暴力", "Violence"},
    {"building_fire", "建筑消防", "Building, fire"},
    {"transport", "交通出行", "Transport"},
    {"drowning", "防溺水", "Drowning"},
    {"fees", "收费服务", "Fees, service"},
    {"exams", "考试招生", "Exams"},
    {"weather", "恶劣天气", "Weather"},
    {"commercial", "商业进校", "Commercial"},
    {"site_integrity", "网站安全", "Site integrity"},
    {"privacy", "隐私泄露", "Privacy"},
    {"data_error", "信息差错", "Data error"},
    {NULL, NULL, NULL}};

static const struct pair states[] = {
    {"new", "待认领", "New"},
    {"acknowledged", "已认领", "Acknowledged"},
    {"responding", "处置中", "Responding"},
    {"snoozed", "已暂缓", "Snoozed"},
    {"closed", "已结案", "Closed"},
    {"false_alarm", "误报", "False alarm"},
    {"merged", "已并入", "Merged"},
    {NULL, NULL, NULL}};

static const struct pair reasons[] = {
    {"first notification", "首次通知", "first notification"},
    {"the same event as a closed incident, again",
     "与一起已结案的事件相同，再次出现",
     "the same event as a closed incident, again"},
    {"the level went up", "等级升高", "the level went up"},
    {"new items after it was closed", "结案后又有新内容",
     "new items after it was closed"},
    {"new items", "有新内容", "new items"},
    {"more reports", "有新的报道", "more reports"},
    {"the acknowledgement ran out", "认领已到期，请重新认领",
        "the acknowledgement ran out"},
    {"an operator split it from another", "值班员从另一起事件中拆出",
        "an operator split it from another"},
    {"all its items are gone at their sources", "原文已全部不可访问",
        "all its items are gone at their sources"},
    {"daily check", "每日自检", "daily check"},
    {"conditions", "多项运行状况", "several conditions"},
    {"an operator acted", "值班员已操作", "an operator acted"},
    {"an operator opened it again", "值班员重新打开",
     "an operator opened it again"},
    {"repeat interval elapsed", "尚无人认领，再次提醒",
     "nobody has taken it yet"},
    {"too many messages", "消息过多，合并发送", "too many messages, sent as one"},
    {"an operator sent a test; nothing has happened",
     "值班员发送的测试，没有发生任何事件",
     "an operator sent a test; nothing has happened"},
    {NULL, NULL, NULL}};

/* What adds to a score and is no rule (rules/score.c). */
static const struct pair factors[] = {
    {"category-weight", "类别权重", "Weight of the category"},
    {"source-weight", "来源影响力", "Reach of the source"},
    {"source-tier", "来源类型", "Kind of source"},
    {"corroboration", "多个来源印证", "Other sources say so too"},
    {"other-categories", "其余类别折算", "Other categories count less"},
    {"nothing-to-raise", "没有可加重的情形", "Nothing to raise"},
    {"indeterminate", "规则未能判定，须人工查看", "Could not be decided: a human must look"},
    {"key-date", "重点时段", "Key date"},
    {"age", "发布已久", "Published long ago"},
    {"level-floor", "规则定的最低级别", "At least this level, says a rule"},
    {"context-limit", "语境限定的最高级别", "At most this level in this context"},
    {"further-rules", "其余规则", "Further rules"},
    {"test-rules", "若试行规则生效", "If the rules on trial counted"},
    {NULL, NULL, NULL}};

static const struct pair acts[] = {
    {"acknowledge", "认领", "Acknowledge"},
    {"snooze", "暂缓", "Snooze"},
    {"false_alarm", "误报", "False alarm"},
    {"close", "结案", "Close"},
    {"respond", "开始处置", "Respond"},
    {NULL, NULL, NULL}};

static const struct pair others[WORD_COUNT] = {
    [WORD_OPEN_INCIDENT] = {"", "查看并处理", "Open the incident"},
    [WORD_OPEN_CONSOLE] = {"", "打开值班台", "Open the console"},
    [WORD_HOLDS] = {"", "出现", "opened"},
    [WORD_ENDED] = {"", "恢复", "over"},
    [WORD_INCIDENTS] = {"", "起事件", "incidents"},
    [WORD_CONDITIONS] = {"", "项运行状况", "conditions"},
    [WORD_TEST] = {"", "渠道测试", "Channel test"},
    [WORD_SEPARATOR] = {"", "、", ", "},
    [WORD_COLON] = {"", "：", ": "},
    [WORD_NO_TITLE] = {"", "（无标题）", "(no title)"},
};
/* clang-format on */

static const char *
side(const struct pair *pair, bool english)
{
    return english ? pair->en : pair->zh;
}

static struct str
find(const struct pair *pairs, struct str code, bool english)
{
    for (const struct pair *p = pairs; p->code; p++)
        if (str_eq(str_of(p->code), code))
            return str_of(side(p, english));
    return code;
}

const char *
words_level(enum level level, bool english)
{
    return side(&levels[level], english);
}

const char *
words_rank(enum level level, bool english)
{
    return side(&ranks[level], english);
}

const char *
words_event(enum incident_event event, bool english)
{
    const char *word = side(&events[event], english);

    return word ? word : english ? "Notice" : "通知";
}

struct str
words_category(struct str code, bool english)
{
    return find(categories, code, english);
}

struct str
words_state(struct str code, bool english)
{
    return find(states, code, english);
}

struct str
words_reason(struct str reason, bool english)
{
    return find(reasons, reason, english);
}

struct str
words_factor(struct str code, bool english)
{
    return find(factors, code, english);
}

struct str
words_act(struct str act, bool english)
{
    return find(acts, act, english);
}

struct str
words(enum word word, bool english)
{
    return str_of(side(&others[word], english));
}
