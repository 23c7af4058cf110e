/*
 * sample: invented incidents of an invented county.
 */
#include "notify/sample.h"

#include <string.h>

#include "base/jsonx.h"

enum { SAMPLE_DIGEST = 3, SAMPLE_URL_BYTES = 300 };

struct sample {
    enum level level;
    int score;
    const char *title, *category, *owner, *explanation;
};

/* clang-format off */
static const struct sample samples[2][SAMPLE_DIGEST] = {
    {{LEVEL_ORANGE, 67, "（示例）青石镇中心学校多名学生午餐后呕吐送医", "food",
      "青石镇中心学校",
      "[{\"rule\":\"food-poisoning\",\"points\":45,\"title\":\"疑似食物中毒\","
      "\"text\":\"午餐后呕吐\"},{\"rule\":\"many-pupils\",\"points\":12,"
      "\"title\":\"涉及多名学生\",\"text\":\"多名学生\"},"
      "{\"rule\":\"two-sources\",\"points\":10,\"title\":\"两个来源\"}]"},
     {LEVEL_YELLOW, 46, "（示例）家长反映校服价格高于往年", "fees",
      "云溪县第二小学",
      "[{\"rule\":\"fees\",\"points\":46,\"title\":\"收费争议\"}]"},
     {LEVEL_BLUE, 24, "（示例）学校网站通知栏三周未更新", "site_integrity",
      "云溪县第三中学",
      "[{\"rule\":\"stale\",\"points\":24,\"title\":\"栏目久未更新\"}]"}},
    {{LEVEL_ORANGE, 67,
      "(sample) Pupils of Qingshi school taken to hospital after lunch", "food",
      "Qingshi Central School",
      "[{\"rule\":\"food-poisoning\",\"points\":45,\"title\":\"food "
      "poisoning suspected\",\"text\":\"after lunch\"},"
      "{\"rule\":\"many-pupils\",\"points\":12,\"title\":\"several pupils\"},"
      "{\"rule\":\"two-sources\",\"points\":10,\"title\":\"two sources\"}]"},
     {LEVEL_YELLOW, 46, "(sample) Parents find school uniforms too dear",
      "fees", "Yunxi No. 2 Primary School",
      "[{\"rule\":\"fees\",\"points\":46,\"title\":\"dispute on fees\"}]"},
     {LEVEL_BLUE, 24, "(sample) Notices of a school's site three weeks old",
      "site_integrity", "Yunxi No. 3 Middle School",
      "[{\"rule\":\"stale\",\"points\":24,\"title\":\"column not updated\"}]"}}};

static const struct str names[2][2] = {
    {{"云溪新闻网", 15}, {"云溪论坛", 12}},
    {{"Yunxi News", 10}, {"Yunxi Forum", 11}}};
/* clang-format on */

/* An address of the console in out, of SAMPLE_URL_BYTES; or absent. */
static struct str
page(struct str console, const char *path, int64_t id, char out[])
{
    struct buf url;
    struct str ret = STR_NONE;

    while (console.n && console.p[console.n - 1] == '/')
        console.n--;
    if (!console.n)
        return STR_NONE;
    buf_init(&url, SAMPLE_URL_BYTES);
    buf_printf(&url, "%.*s/%s", STR_ARG(console), path);
    if (id)
        buf_printf(&url, "/%lld", (long long)id);
    if (!url.err) {
        memcpy(out, url.p, url.n);
        ret = (struct str){out, url.n};
    }
    buf_done(&url);
    return ret;
}

static struct incident
incident_of(const struct sample *sample, int64_t id, struct wall now)
{
    return (struct incident){.id = id,
        .state = INCIDENT_NEW,
        .level = sample->level,
        .score = sample->score,
        .title = str_of(sample->title),
        .category = str_of(sample->category),
        .owner = str_of(sample->owner),
        .explanation = str_of(sample->explanation),
        .items = 3,
        .sources = 2,
        .first_seen = {now.ms - 4 * MS_MINUTE},
        .last_seen = now,
        .opened = now};
}

static enum incident_state
state_after(enum incident_event event)
{
    if (event == INCIDENT_EVENT_ACKNOWLEDGED)
        return INCIDENT_ACKNOWLEDGED;
    return event == INCIDENT_EVENT_CLOSED ? INCIDENT_CLOSED : INCIDENT_NEW;
}

static struct str
reason_of(enum incident_event event, bool english)
{
    switch ((int)event) {
    case INCIDENT_EVENT_OPENED:
        return STR("first notification");
    case INCIDENT_EVENT_RAISED:
        return STR("the level went up");
    case INCIDENT_EVENT_REOPENED:
        return STR("new items after it was closed");
    case INCIDENT_EVENT_DEADLINE:
        return english
                   ? STR("half of the 5 hours for a first statement is over")
                   : STR("5 小时权威发布时限已过半");
    case INCIDENT_EVENT_ESCALATED:
        return english ? STR("nobody took it within 15 minutes")
                       : STR("15 分钟内无人认领");
    case INCIDENT_EVENT_DIGEST:
        return STR("more reports");
    case INCIDENT_EVENT_RETRACTED:
        return english ? STR("all its items are gone from their sources")
                       : STR("原文已全部不可访问");
    case INCIDENT_EVENT_REMINDED:
        return STR("repeat interval elapsed");
    default:
        return STR("an operator acted");
    }
}

static int
incident_sample(struct buf *out, enum incident_event event, struct str console,
    bool english, struct wall now)
{
    const struct body_item item = {.title = str_of(samples[english][0].title),
        .url = STR("https://news.yunxi.example/2026/0607/1.html"),
        .source = names[english][0]};
    struct incident incident = incident_of(&samples[english][0], 41, now);
    char url[SAMPLE_URL_BYTES], act[SAMPLE_URL_BYTES];
    struct str link = page(console, "act/sample", 0, act);
    const struct body_act acts[] = {{"acknowledge", STR_NONE, link},
        {"snooze", STR_NONE, link}, {"false_alarm", STR_NONE, link}};
    struct body_incident view = {.incident = &incident,
        .url = page(console, "incidents", 41, url),
        .acts = acts,
        .nacts = link.n ? 3 : 0,
        .sources = names[english],
        .nsources = 2,
        .items = &item,
        .nitems = 1};
    size_t items;

    if (event == INCIDENT_EVENT_RAISED)
        incident.level = LEVEL_RED;
    incident.state = state_after(event);
    return body_incident(
        out, event, &view, reason_of(event, english), now, &items);
}

static int
digest_sample(
    struct buf *out, struct str console, bool english, struct wall now)
{
    struct incident incidents[SAMPLE_DIGEST];
    struct body_incident views[SAMPLE_DIGEST];
    char urls[SAMPLE_DIGEST][SAMPLE_URL_BYTES];
    size_t shown, items;

    for (size_t i = 0; i < SAMPLE_DIGEST; i++) {
        int64_t id = 41 + (int64_t)i;

        incidents[i] = incident_of(&samples[english][i], id, now);
        views[i] = (struct body_incident){.incident = &incidents[i],
            .url = page(console, "incidents", id, urls[i])};
    }
    return body_digest(out, views, SAMPLE_DIGEST,
        reason_of(INCIDENT_EVENT_DIGEST, english), now, &shown, &items);
}

static int
condition_sample(struct buf *out, enum incident_event event, struct str console,
    bool english, struct wall now)
{
    bool source = event == INCIDENT_EVENT_SOURCE;
    char url[SAMPLE_URL_BYTES];
    struct body_condition view = {
        .subject = source ? STR("yunxi-news") : STR("duty"),
        .title = source    ? names[english][0]
                 : english ? STR("duty room")
                           : STR("值班群"),
        .kind = source ? STR("down") : STR("undeliverable"),
        .name = source    ? (english ? STR("down") : STR("不可达"))
                : english ? STR("undeliverable")
                          : STR("送不到"),
        .text = english ? STR("(sample) no answer three times in a row")
                        : STR("（示例）连续三次没有应答"),
        .advice = english ? STR("Open its address in a browser.")
                          : STR("请在浏览器中打开其地址核实。"),
        .url = page(console, source ? "sources" : "deliveries", 0, url),
        .open = true,
        .since = {now.ms - 30 * MS_MINUTE},
        .until = WALL_NONE};

    return body_condition(out, event, &view, now);
}

static int
other_sample(struct buf *out, enum incident_event event, struct str console,
    bool english, struct wall now)
{
    static const char *const texts[][2] = {
        {"（示例）本周 12 起事件，已结案 10 起。",
            "(sample) Twelve incidents this week, ten of them closed."},
        {"（示例）请接班：未结事件 2 起。",
            "(sample) Please take over: two incidents are open."},
        {"（示例）每日自检：从来源到本渠道全程正常。",
            "(sample) Daily check: all is well from the sources to here."}};
    int which = event == INCIDENT_EVENT_REPORT     ? 0
                : event == INCIDENT_EVENT_HANDOVER ? 1
                                                   : 2;
    char url[SAMPLE_URL_BYTES];
    json_t *data = json_object();

    (void)jsonx_set(data, "text", json_string(texts[which][english]));
    (void)jsonx_set(data, "reason", json_string(texts[which][1]));
    (void)jsonx_set(data, "url", jsonx_str(page(console, "incidents", 0, url)));
    return body_say(out, event, now, data);
}

int
sample_body(struct buf *out, enum incident_event event, struct str channel,
    struct str console, bool english, struct wall now)
{
    switch ((int)event) {
    case INCIDENT_EVENT_OPENED:
    case INCIDENT_EVENT_RAISED:
    case INCIDENT_EVENT_ACKNOWLEDGED:
    case INCIDENT_EVENT_ESCALATED:
    case INCIDENT_EVENT_DEADLINE:
    case INCIDENT_EVENT_REOPENED:
    case INCIDENT_EVENT_CLOSED:
    case INCIDENT_EVENT_RETRACTED:
    case INCIDENT_EVENT_REMINDED:
        return incident_sample(out, event, console, english, now);
    case INCIDENT_EVENT_DIGEST:
        return digest_sample(out, console, english, now);
    case INCIDENT_EVENT_SOURCE:
    case INCIDENT_EVENT_CHANNEL:
        return condition_sample(out, event, console, english, now);
    case INCIDENT_EVENT_REPORT:
    case INCIDENT_EVENT_HANDOVER:
    case INCIDENT_EVENT_CANARY:
        return other_sample(out, event, console, english, now);
    default:
        return body_test(out, channel, now);
    }
}

int
sample_event(struct str type, enum incident_event *ret)
{
    static const char *const types[] = {
#define X(event, name) [INCIDENT_EVENT_##event] = name,
        INCIDENT_EVENTS(X)
#undef X
    };
    const struct str prefix = STR("incident.");

    for (size_t i = 0; i < INCIDENT_EVENT_COUNT; i++) {
        struct str name = str_of(types[i]);

        if (str_eq(type, name) || (str_starts(name, prefix) &&
                                      str_eq(type, str_from(name, prefix.n)))) {
            *ret = (enum incident_event)i;
            return 0;
        }
    }
    return E_PARSE;
}
