#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "store/conditions.h"

#define CHECK(call)                                                            \
    do {                                                                       \
        int check_ = (call);                                                   \
        if (check_) {                                                          \
            (void)fprintf(stderr, "%s:%d: %s: %d (%s)\n", __FILE__, __LINE__,  \
                #call, check_, store_error(store));                            \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* A str as a constant. */
#define TEXT(literal)                                                          \
    {                                                                          \
        (literal), sizeof(literal) - 1                                         \
    }

static const struct source sources[] = {
    {.id = {"yunxi-news", 10},
        .title = {"云溪新闻网", 15},
        .url = {"https://news.yunxi.example/rss.xml", 34},
        .tier = {"press", 5},
        .interval_ms = 10 * MS_MINUTE},
    {.id = {"yunxi-forum", 11},
        .title = {"云溪论坛·教育", 20},
        .url = {"https://bbs.yunxi.example/edu/feed", 34},
        .tier = {"forum", 5},
        .interval_ms = 5 * MS_MINUTE},
    {.id = {"county-edu", 10},
        .title = {"云溪县教育局", 18},
        .url = {"https://edu.yunxi.example/news/", 31},
        .kind = SOURCE_LIST,
        .tier = {"own", 3},
        .interval_ms = 30 * MS_MINUTE},
    {.id = {"shiyan-primary", 14},
        .title = {"云溪县实验小学", 21},
        .url = {"http://shiyan.yunxi.example/", 28},
        .kind = SOURCE_LIST,
        .owner = {"实验小学", 12},
        .tier = {"own", 3},
        .interval_ms = 2 * MS_HOUR},
    {.id = {"no1-middle", 10},
        .title = {"云溪县第一中学", 21},
        .url = {"http://yxyz.yunxi.example/news", 30},
        .kind = SOURCE_LIST,
        .owner = {"第一中学", 12},
        .tier = {"own", 3},
        .interval_ms = 2 * MS_HOUR},
    {.id = {"city-evening", 12},
        .title = {"临江晚报", 12},
        .url = {"https://evening.linjiang.example/atom", 37},
        .tier = {"press", 5},
        .interval_ms = 10 * MS_MINUTE},
    {.id = {"hospital", 8},
        .title = {"云溪县人民医院", 21},
        .url = {"https://hospital.yunxi.example/feed.json", 40},
        .tier = {"institution", 11},
        .interval_ms = MS_HOUR},
    {.id = {"weather", 7},
        .title = {"云溪县气象台", 18},
        .url = {"https://weather.yunxi.example/warn.xml", 38},
        .tier = {"institution", 11},
        .interval_ms = 10 * MS_MINUTE},
};
enum { NSOURCES = sizeof sources / sizeof *sources };

/* What an invented event is made of. */
struct event {
    const char *title, *text, *term, *rule, *rule_title, *category;
    enum level level;
    int score;
};
static const struct event events[] = {
    {"实验小学多名学生午餐后呕吐送医",
        "今天中午，实验小学多名学生在食堂用餐后出现呕吐、腹痛，目前已有 12 "
        "名学生送往县人民医院。家长称孩子吃了土豆烧肉后不适，学校已封存留样，"
        "市场监管部门到场调查。",
        "呕吐", "food-poisoning", "疑似食物中毒", "food", LEVEL_RED, 88},
    {"网传第一中学女生宿舍楼起火，学校回应",
        "昨晚 21 时许，有网民发布视频称第一中学女生宿舍楼冒出浓烟。学校回应称，"
        "系三楼一插座短路引燃被褥，起火后宿管及时扑灭，无人员受伤，住宿生已疏散"
        "到体育馆。",
        "起火", "building-fire", "校园火情", "building_fire", LEVEL_ORANGE, 71},
    {"家长投诉：云溪二中课后服务被强制收费",
        "多位家长反映，云溪二中本学期课后服务每月收费 380 "
        "元，不参加的学生被单独"
        "安排在教室后排。家长质疑乱收费，已向教育局投诉，希望退费并公示标准。",
        "乱收费", "fees-complaint", "收费争议", "fees", LEVEL_YELLOW, 46},
    {"青石镇中心小学校车与货车相撞，4 名学生受轻伤",
        "今晨 7 时 20 分，青石镇中心小学一辆校车在镇口与货车发生刮擦相撞，车上 "
        "19 名学生中 4 人受轻伤，均已送医检查，无生命危险。",
        "相撞", "school-bus", "校车事故", "transport", LEVEL_ORANGE, 68},
    {"实验中学一班级多人发热，疑似流感聚集",
        "实验中学初二（3）班本周有 9 名学生发热请假，疾控中心已采样，该班改为线"
        "上教学三天。",
        "发热", "cluster-illness", "聚集性发病", "health", LEVEL_YELLOW, 52},
    {"云溪三小网站页面出现博彩链接",
        "云溪三小官方网站底部被植入多条博彩链接，点击跳转到境外网站。", "博彩",
        "site-gambling", "网站被植入博彩内容", "site_integrity", LEVEL_YELLOW,
        55},
    {"公示名单含学生身份证号，家长要求撤下",
        "某校资助名单公示文件中包含 40 余名学生的身份证号与家庭住址，家长在论坛"
        "发帖要求立即撤下。",
        "身份证号", "privacy-id", "公开个人信息", "privacy", LEVEL_YELLOW, 49},
    {"台风红色预警：全县中小学幼儿园明日停课",
        "县防指决定，明日全县中小学、幼儿园停课一天，校外培训机构同步停课。",
        "停课", "weather-closure", "恶劣天气停课", "weather", LEVEL_BLUE, 34},
    {"九年级学生体育课跑步摔伤骨折",
        "一名九年级学生在体育课 1000 米测试中摔倒，手臂骨折，已住院治疗。",
        "骨折", "sports-injury", "体育活动受伤", "accident", LEVEL_BLUE, 31},
    {"家长反映孩子被多名同学推搡殴打",
        "一名家长发帖称孩子在校门外被多名同学殴打，并被拍视频上传，学校德育处已"
        "介入，派出所受理。",
        "殴打", "bullying", "欺凌与殴打", "violence", LEVEL_ORANGE, 62},
};
enum { NEVENTS = sizeof events / sizeof *events };

/* --- pieces --- */

/* Where term stands in text, in code points. */
static size_t
find_spans(
    struct str text, struct str term, enum rule_field field, struct span *spans)
{
    size_t at = str_find(text, term);

    if (term.n == 0 || at == text.n)
        return 0;
    spans[0].field = field;
    spans[0].start = (uint32_t)utf8_count(str_first(text, at));
    spans[0].end = spans[0].start + (uint32_t)utf8_count(term);
    return 1;
}

static void
put_finding(struct store *store, int64_t revision, const struct event *event,
    struct str title, struct str text)
{
    struct span spans[2];
    size_t n = find_spans(title, str_of(event->term), FIELD_TITLE, spans);
    struct finding_put put = {.revision = revision,
        .rule = str_of(event->rule),
        .title = str_of(event->rule_title),
        .category = str_of(event->category),
        .rule_version = 1,
        .generation = 1,
        .points = event->score > 60 ? 45 : 30,
        .spans = spans};

    n += find_spans(text, str_of(event->term), FIELD_TEXT, spans + n);
    put.nspans = n;
    CHECK(store_finding_put(store, &put));
}

static int64_t
put_item(struct store *store, const struct event *event,
    const struct source *source, struct str title, struct str text,
    struct str url, struct wall seen)
{
    struct item item = {.url = url,
        .title = title,
        .text = text,
        .published = {seen.ms - 7 * MS_MINUTE},
        .updated = WALL_NONE};
    static uint64_t sequence; /* no two items are the same */
    struct str parts[] = {
        title, {(const char *)&sequence, sizeof sequence}, text};
    struct score score = {.points = event->score, .level = event->level};
    struct item_put put = {.source = source->id,
        .item = &item,
        .seen = seen,
        .score = &score,
        .generation = 1};
    int64_t id, revision;
    enum item_outcome outcome;

    sequence++;
    digest_parts(parts, 2, item.identity);
    digest_parts(parts, 3, item.digest);
    CHECK(store_item_put(store, &put, &id, &revision, &outcome));
    put_finding(store, revision, event, title, text);
    return id;
}

static void
put_ledger(struct store *store, int64_t incident, const char *kind,
    const char *by, struct str text, struct wall at)
{
    struct ledger_entry entry = {.at = at,
        .kind = str_of(kind),
        .incident = incident,
        .by = str_of(by),
        .from = str_of(strcmp(by, "system") == 0 ? "road" : "127.0.0.1"),
        .text = text};

    CHECK(store_ledger_add(store, &entry));
}

static void
put_attempts(struct store *store, const struct delivery *delivery, unsigned n)
{
    for (unsigned i = 1; i <= n; i++) {
        bool last = i == n && delivery->state == DELIVERY_DELIVERED;
        struct attempt attempt = {.delivery = delivery->id,
            .number = i,
            .at = {delivery->created.ms + i * 5 * (int64_t)MS_MINUTE},
            .elapsed_ms = 120 + 40 * i,
            .class = last ? STR("delivered") : STR("transient"),
            .status = last ? 200 : 503,
            .text = last ? STR("ok") : STR("upstream connect error")};

        CHECK(store_attempt_add(store, &attempt));
    }
}

static void
put_delivery(struct store *store, int64_t incident, enum level level,
    enum delivery_state state, struct wall at)
{
    char id[40];
    struct delivery delivery = {.channel = STR("desk-robot"),
        .type = STR("incident.opened"),
        .incident = incident,
        .level = level,
        .body = STR("{}"),
        .state = state,
        .attempts = state == DELIVERY_DEAD ? 3 : 1,
        .created = at,
        .next = {at.ms + MS_HOUR},
        .finished = WALL_NONE};

    (void)snprintf(id, sizeof id, "msg_%08lld", (long long)incident);
    delivery.message_id = str_of(id);
    if (state != DELIVERY_PENDING) {
        delivery.finished.ms = at.ms + 2 * MS_SECOND;
        delivery.next = WALL_NONE;
    }
    if (state == DELIVERY_DEAD)
        delivery.last_error = STR("HTTP 404: {\"errcode\":93000,\"errmsg\":"
                                  "\"invalid webhook url\"}");
    CHECK(store_delivery_add(store, &delivery, &delivery.id));
    CHECK(store_delivery_save(store, &delivery));
    put_attempts(store, &delivery, delivery.attempts);
}

/* --- incidents --- */

static struct str
explanation_of(struct arena *arena, const struct event *event)
{
    return arena_printf(arena,
        "[{\"rule\":\"%s\",\"title\":\"%s\",\"category\":\"%s\",\"points\":45,"
        "\"text\":\"%s\"},{\"rule\":\"pupils\",\"title\":\"涉及学生\","
        "\"points\":15,\"text\":\"学生、孩子\"},"
        "{\"rule\":\"source-weight\",\"points\":8,\"text\":\"\"},"
        "{\"rule\":\"advice\",\"title\":\"官方已回应\",\"points\":-6,"
        "\"text\":\"回应\"}]",
        event->rule, event->rule_title, event->category, event->term);
}

static void
set_state(struct incident *incident, size_t i, struct wall at)
{
    static const enum incident_state states[] = {INCIDENT_NEW, INCIDENT_NEW,
        INCIDENT_ACKNOWLEDGED, INCIDENT_RESPONDING, INCIDENT_CLOSED,
        INCIDENT_CLOSED, INCIDENT_FALSE_ALARM, INCIDENT_ACKNOWLEDGED};
    size_t n = sizeof states / sizeof *states;

    incident->state = i < 4 ? INCIDENT_NEW : states[(i * 7 + 3) % n];
    incident->until = WALL_NONE;
    incident->acknowledged = WALL_NONE;
    incident->closed = WALL_NONE;
    if (incident->state == INCIDENT_NEW)
        return;
    incident->assignee = STR("值班员");
    incident->acknowledged.ms = at.ms + 9 * MS_MINUTE;
    if (incident->state == INCIDENT_CLOSED ||
        incident->state == INCIDENT_FALSE_ALARM) {
        incident->closed.ms = at.ms + 3 * MS_HOUR;
        incident->reason = incident->state == INCIDENT_CLOSED
                               ? STR("已核实并处置，学校已向家长说明情况。")
                               : STR("为去年旧闻，被重新转发。");
    }
}

static int64_t
put_incident(struct store *store, const struct event *event, struct str title,
    struct str text, struct str url, size_t i, struct wall at)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(1024 * 1024);
    struct incident incident = {.level = event->level,
        .score = event->score,
        .title = title,
        .category = str_of(event->category),
        .first_seen = at,
        .last_seen = at,
        .opened = at,
        .generation = 1};
    size_t nitems = 1 + (i * 5 + 1) % 4;
    const struct source *source = NULL;
    int64_t id;

    incident.explanation = explanation_of(arena, event);
    set_state(&incident, i, at);
    CHECK(store_incident_add(store, &incident, &id));
    for (size_t j = 0; j < nitems; j++) {
        struct wall seen = {at.ms + (int64_t)j * 13 * MS_MINUTE};
        int64_t item;

        source = &sources[(i + j) % NSOURCES];
        item = put_item(store, event, source,
            j ? arena_printf(arena, "%.*s（第 %zu 报）", STR_ARG(title), j + 1)
              : title,
            text, arena_printf(arena, "%.*s/%zu-%zu", STR_ARG(url), i, j),
            seen);
        CHECK(store_incident_attach(store, id, item,
            j ? STR("标题与正文相似，同一学校") : STR_NONE, j ? 0.83 : 0,
            seen));
    }
    put_ledger(store, id, "incident.opened", "system",
        arena_printf(arena, "{\"level\":\"%s\",\"score\":%d}",
            level_name(event->level), event->score),
        at);
    if (incident.state != INCIDENT_NEW)
        put_ledger(store, id, "incident.acknowledged", "值班员",
            STR("{\"reason\":\"已电话联系学校核实\"}"), incident.acknowledged);
    if (event->level >= LEVEL_YELLOW)
        put_delivery(store, id, event->level,
            i % 17 == 3   ? DELIVERY_DEAD
            : i % 11 == 1 ? DELIVERY_PENDING
                          : DELIVERY_DELIVERED,
            at);
    return id;
}

int64_t
seed_one(struct store *store, struct str title, struct str text, struct str url,
    enum level level, struct wall now)
{
    struct event event = events[0];
    int64_t id;

    event.level = level;
    event.term = "";
    CHECK(store_begin(store));
    id = put_incident(store, &event, title, text, url, 0, now);
    CHECK(store_commit(store));
    return id;
}

static void
seed_sources(struct store *store, struct wall now)
{
    CHECK(store_source_sync(store, sources, NSOURCES, now));
    for (size_t i = 0; i < NSOURCES - 1; i++) {
        struct source_state state = {.first_poll = {now.ms - 20 * MS_DAY},
            .last_poll = {now.ms - (int64_t)(i + 1) * 2 * MS_MINUTE},
            .last_success = {now.ms - (int64_t)(i + 1) * 2 * MS_MINUTE},
            .last_new = {now.ms - (int64_t)(i * i + 1) * 3 * MS_HOUR},
            .next_poll = {now.ms + (int64_t)(i + 1) * 3 * MS_MINUTE},
            .interval_ms = sources[i].interval_ms,
            .moved_since = WALL_NONE};

        if (i == 4)
            state.failures = 6;
        if (i % 2 == 0)
            state.rhythm =
                (struct source_rhythm){.items_a_week = 3.5 * (double)(i + 1),
                    .workdays = true,
                    .from_hour = 8,
                    .to_hour = 18,
                    .next_why = STR("rhythm")};
        CHECK(store_source_save(store, sources[i].id, &state));
    }
}

static void
seed_condition(struct store *store, const char *subject, const char *kind,
    struct condition_text text, struct wall at)
{
    bool edge;

    CHECK(store_condition_put(
        store, str_of(subject), str_of(kind), &text, at, &edge));
}

static void
seed_conditions(struct store *store, struct wall now)
{
    bool edge;

    seed_condition(store, "source:no1-middle", "down",
        (struct condition_text){
            STR("7 polls in a row failed: no connection to the server "
                "(connection refused)"),
            STR("连续 7 次未能获取：无法连接服务器（connection refused）")},
        (struct wall){now.ms - 5 * MS_HOUR});
    seed_condition(store, "source:no1-middle", "certificate",
        (struct condition_text){STR("its certificate expires in 6 days"),
            STR("证书将在 6 天后到期")},
        (struct wall){now.ms - 2 * MS_DAY});
    seed_condition(store, "source:no1-middle", "gap",
        (struct condition_text){STR("none of what it showed was known"),
            STR("最新显示的条目此前都未见过")},
        (struct wall){now.ms - 9 * MS_DAY});
    CHECK(store_condition_close(store, STR("source:no1-middle"), STR("gap"),
        (struct wall){now.ms - 8 * MS_DAY}, &edge));
    seed_condition(store, "source:shiyan-primary", "moved",
        (struct condition_text){
            STR("moved for good to https://shiyan.yunxi.example/"),
            STR("已永久迁移到 https://shiyan.yunxi.example/")},
        (struct wall){now.ms - 2 * MS_DAY});
    /* Of the time before texts had two languages. */
    CHECK(store_condition_open(store, STR("daemon"), STR("configuration"),
        STR("sources.d/new.yaml:3:5: source has no title"),
        (struct wall){now.ms - MS_HOUR}, &edge));
}

static void
seed_polls(struct store *store, struct wall now)
{
    static const struct poll_entry entries[] = {
        {.outcome = TEXT("items"),
            .status = 200,
            .elapsed_ms = 184,
            .bytes = 48211,
            .in_window = 30,
            .news = 2,
            .notes = TEXT("encoding: the label gb2312 is not what the "
                          "bytes are\ndate: \"昨天\" is not a date")},
        {.outcome = TEXT("unchanged"), .status = 304, .elapsed_ms = 41},
        {.outcome = TEXT("unchanged"), .status = 304, .elapsed_ms = 39},
        {.outcome = TEXT("unchanged"), .status = 304, .elapsed_ms = 52},
        {.outcome = TEXT("failed"),
            .cause = TEXT("status"),
            .status = 503,
            .elapsed_ms = 9021,
            .reason = TEXT("the server says 503")},
        {.outcome = TEXT("failed"),
            .cause = TEXT("connect"),
            .reason = TEXT("connection refused")},
    };
    enum { ENTRIES = sizeof entries / sizeof *entries };

    for (size_t i = 0; i < ENTRIES; i++) {
        struct poll_entry entry = entries[i];

        entry.at.ms = now.ms - (int64_t)(ENTRIES - i) * 10 * MS_MINUTE;
        CHECK(store_poll_log(store, STR("no1-middle"), &entry));
    }
}

void
seed_store(struct store *store, size_t n, struct wall now)
{
    uint64_t generation;

    CHECK(store_begin(store));
    CHECK(store_generation_add(
        store, STR("0123456789abcdef0123456789abcdef"), now, &generation));
    seed_sources(store, now);
    seed_conditions(store, now);
    seed_polls(store, now);
    for (size_t i = n; i-- > 0;) {
        const struct event *event = &events[(i * 3) % NEVENTS];
        struct wall at = {now.ms - (int64_t)(i * i * 3 + 2) * MS_MINUTE -
                          (int64_t)i * 11 * MS_MINUTE};

        (void)put_incident(store, event, str_of(event->title),
            str_of(event->text), STR("https://news.yunxi.example/2026"), i, at);
    }
    CHECK(store_commit(store));
}
