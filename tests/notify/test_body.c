/*
 * body: the JSON of CONTRACTS §4, masked and bounded.
 */
#include "base/jsonx.h"
#include "check.h"
#include "notify/body.h"

static const struct wall now = {INT64_C(1780795800000)};

static struct incident
an_incident(void)
{
    return (struct incident){
        .id = 41,
        .state = INCIDENT_NEW,
        .level = LEVEL_ORANGE,
        .score = 67,
        .title = STR("云溪县某小学学生午餐后呕吐 家长13812345678"),
        .category = STR("food"),
        .explanation = STR("[{\"rule\":\"food-poisoning\",\"points\":45,"
                           "\"text\":\"呕吐\",\"extra\":1}]"),
        .items = 3,
        .sources = 2,
        .first_seen = {INT64_C(1780795740000)},
    };
}

static json_t *
parsed(const struct buf *out)
{
    json_t *json = NULL;

    assert_int_equal(jsonx_load(buf_str(out), NULL, &json), 0);
    return json;
}

static void
test_incident(void **state)
{
    struct incident incident = an_incident();
    struct str sources[] = {STR("云溪新闻网"), STR("yunxi-forum")};
    struct body_incident view = {
        .incident = &incident,
        .url = STR("https://desk.yunxi.example/incidents/41"),
        .sources = sources,
        .nsources = 2,
        .items = &(struct body_item){STR("午餐后呕吐 13812345678"),
            STR("https://news.example/1"), STR("云溪新闻网")},
        .nitems = 1,
    };
    size_t named = 0;
    struct buf out;

    (void)state;
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(body_incident(&out, INCIDENT_EVENT_OPENED, &view,
                         STR("first notification"), now, &named),
        0);
    assert_string_equal(buf_cstr(&out),
        "{\"type\":\"incident.opened\",\"timestamp\":\"2026-06-07T01:30:00Z\","
        "\"data\":{\"incident\":{\"id\":41,"
        "\"url\":\"https://desk.yunxi.example/incidents/41\","
        "\"level\":\"orange\",\"score\":67,"
        "\"title\":\"云溪县某小学学生午餐后呕吐 家长138****5678\","
        "\"category\":\"food\",\"state\":\"new\",\"owner\":null,"
        "\"first_seen\":\"2026-06-07T01:29:00Z\",\"items\":3,"
        "\"sources\":[\"云溪新闻网\",\"yunxi-forum\"],"
        "\"new_items\":[{\"title\":\"午餐后呕吐 138****5678\","
        "\"url\":\"https://news.example/1\",\"source\":\"云溪新闻网\"}],"
        "\"explanation\":[{\"rule\":\"food-poisoning\",\"points\":45,"
        "\"text\":\"呕吐\"}]},\"reason\":\"first notification\"}}");
    assert_int_equal(named, 1);
    buf_done(&out);
}

/* Of a child nothing is quoted, and no name is passed on. */
static void
test_discreet(void **state)
{
    struct incident incident = an_incident();
    struct body_item items[] = {
        {STR("李小明同学被围殴"), STR("https://news.example/1"), STR("论坛")},
        {STR("某校学生被打"), STR("https://news.example/2"), STR("论坛")}};
    struct body_incident view = {
        .incident = &incident, .items = items, .nitems = 2, .discreet = true};
    size_t named = 0;
    struct buf out;
    struct str body;

    (void)state;
    incident.title = STR("网传：李小明被同学殴打");
    incident.owner = STR("云溪县第一中学");
    incident.category = STR("violence");
    incident.explanation =
        STR("[{\"rule\":\"level\",\"points\":5,\"title\":\"伤情\"},"
            "{\"rule\":\"bullying\",\"points\":45,\"title\":\"学生被打\","
            "\"text\":\"李小明被\"}]");
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(body_incident(&out, INCIDENT_EVENT_OPENED, &view,
                         STR("first notification"), now, &named),
        0);
    body = buf_str(&out);
    assert_true(str_find(body, STR("李小明")) == body.n);
    assert_true(str_find(body, STR("\"title\":\"学生被打 · 云溪县第一中学 · "
                                   "橙色\"")) < body.n);
    assert_true(str_find(body, STR("某校学生被打")) == body.n);
    assert_true(str_find(body, STR("\"rule\":\"bullying\"")) < body.n);
    view.discreet = false;
    buf_clear(&out);
    assert_int_equal(body_incident(&out, INCIDENT_EVENT_OPENED, &view,
                         STR("first notification"), now, &named),
        0);
    body = buf_str(&out);
    assert_true(str_find(body, STR("李小明")) < body.n);
    buf_done(&out);
}

/* --- whoever it is
 * ------------------------------------------------------------ */

static uint32_t
some(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

/* A child, as news, parents and pupils name one, and the class. */
static void
add_child(struct buf *out, uint64_t *seed, const char *name, const char *class)
{
    static const char *const forms[][3] = {{"学生", "", "在校内被打"},
        {"网传：", "", "同学失踪"}, {"", "（女，9岁）", "送医"},
        {"小", "", "的妈妈说"}, {"student ", "", " was beaten"},
        {"孩子叫", "，", "今年读"}, {"", "", "，坠楼"}, {"求助！", "", ""}};
    const char *const *form = forms[some(seed, 8)];

    (void)buf_printf(
        out, "%s%s%s%s %s", form[0], name, form[1], form[2], class);
}

/* Whatever a child is called, no message about one of the named categories has
 * the name or the class in it: neither in a title, of the incident or of an
 * item, nor in a quotation, nor in an address. */
static void
test_no_child(void **state)
{
    static const char *const families[] = {
        "李", "王", "欧阳", "买买提·", "覃", "仝", "Smith ", "扎西"};
    static const char *const given[] = {
        "小明", "芳", "梓涵", "子轩", "John", "阿卜", "一诺", "卓玛"};
    static const char *const classes[] = {"三年级2班", "初二（3）班",
        "高一(12)班", "六(1)班", "Class 3B", "大班"};
    uint64_t seed = 20261125;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct incident incident = an_incident();
        char name[64], address[256], why[512];
        const char *class = classes[some(&seed, 6)];
        struct body_item item = {.source = STR("论坛")};
        struct body_incident view = {.incident = &incident,
            .items = &item,
            .nitems = 1,
            .discreet = true};
        struct buf title, text, out;
        size_t named = 0, shown = 0;

        snprintf(name, sizeof name, "%s%s", families[some(&seed, 8)],
            given[some(&seed, 8)]);
        buf_init(&title, 1024);
        buf_init(&text, 1024);
        buf_init(&out, 2 * BODY_MAX_BYTES);
        add_child(&title, &seed, name, class);
        add_child(&text, &seed, name, class);
        snprintf(why, sizeof why,
            "[{\"rule\":\"r\",\"points\":40,\"title\":\"学生受伤\","
            "\"text\":\"%s\"}]",
            name);
        snprintf(address, sizeof address, "https://a.example/%s.html", name);
        incident.title = buf_str(&title);
        incident.explanation = str_of(why);
        item.title = buf_str(&text);
        item.url = str_of(address);
        if (strchr(name, 'S') || strchr(name, 'J'))
            item.url = STR("https://a.example/1");
        assert_int_equal(
            body_incident(&out,
                some(&seed, 2) ? INCIDENT_EVENT_OPENED : INCIDENT_EVENT_RAISED,
                &view, STR("first notification"), now, &named),
            0);
        assert_int_equal(body_digest(&out, &view, 1, STR("quiet hours"), now,
                             &shown, &named),
            0);
        if (str_find(buf_str(&out), str_of(name)) < out.n ||
            str_find(buf_str(&out), str_of(class)) < out.n)
            fail_msg("%s or %s is in %s", name, class, buf_cstr(&out));
        buf_done(&title);
        buf_done(&text);
        buf_done(&out);
    }
}

/* Whatever came from outside, the message stays below its limit. */
static void
test_bounds(void **state)
{
    static char quotes[BODY_MAX_BYTES], explanation[200000];
    struct str sources[100];
    struct body_item items[100];
    struct incident incident = an_incident();
    struct body_incident view = {.incident = &incident,
        .sources = sources,
        .nsources = 100,
        .items = items,
        .nitems = 100};
    size_t named = 0;
    struct buf text, out;
    json_t *json, *data;

    (void)state;
    memset(quotes, '"', sizeof(quotes));
    for (size_t i = 0; i < 100; i++)
        sources[i] = items[i].title = items[i].url = items[i].source =
            (struct str){quotes, sizeof(quotes)};
    buf_init(&text, sizeof(explanation));
    buf_add_cstr(&text, "[");
    for (int i = 0; i < 100; i++) {
        buf_printf(
            &text, "%s{\"rule\":\"r\",\"points\":1,\"text\":\"", i ? "," : "");
        for (int j = 0; j < 400; j++)
            buf_add_cstr(&text, "\\\"");
        buf_add_cstr(&text, "\"}");
    }
    assert_int_equal(buf_add_cstr(&text, "]"), 0);
    incident.explanation = buf_str(&text);
    incident.title = incident.owner = (struct str){quotes, sizeof(quotes)};
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(body_incident(&out, INCIDENT_EVENT_RAISED, &view,
                         (struct str){quotes, sizeof(quotes)}, now, &named),
        0);
    assert_true(out.n <= BODY_MAX_BYTES);
    json = parsed(&out);
    data = json_object_get(json, "data");
    assert_true(json_array_size(json_object_get(
                    json_object_get(data, "incident"), "explanation")) > 0);
    assert_int_equal(json_array_size(json_object_get(
                         json_object_get(data, "incident"), "new_items")),
        named);
    assert_true(named > 0 && named <= BODY_MAX_ITEMS);
    json_decref(json);
    buf_done(&text);
    buf_done(&out);
}

static void
test_broken_explanation(void **state)
{
    static const char *const broken[] = {
        "", "{", "{}", "[1,\"a\",null]", "[{\"rule\":\"x\"}]", NULL};
    struct incident incident = an_incident();
    struct body_incident view = {.incident = &incident};
    size_t named = 0;

    (void)state;
    for (size_t i = 0; broken[i]; i++) {
        struct buf out;
        json_t *json;

        incident.explanation = str_of(broken[i]);
        buf_init(&out, BODY_MAX_BYTES);
        assert_int_equal(body_incident(&out, INCIDENT_EVENT_CLOSED, &view,
                             STR_NONE, now, &named),
            0);
        json = parsed(&out);
        assert_non_null(strstr(buf_cstr(&out), "\"explanation\":[]"));
        json_decref(json);
        buf_done(&out);
    }
}

static void
test_digest(void **state)
{
    struct incident incidents[200];
    struct body_incident views[200];
    struct body_item item = {STR("学生午餐后呕吐"), STR_NONE, STR("论坛")};
    size_t shown = 0, named = 0;
    struct buf out;
    json_t *json, *data, *entry;
    size_t index;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        incidents[i] = an_incident();
        incidents[i].id = (int64_t)i + 1;
        views[i] = (struct body_incident){
            .incident = &incidents[i], .items = &item, .nitems = 1};
    }
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(
        body_digest(&out, views, 200, STR("many at once"), now, &shown, &named),
        0);
    json = parsed(&out);
    data = json_object_get(json, "data");
    assert_string_equal(
        json_string_value(json_object_get(json, "type")), "digest");
    assert_int_equal(
        json_array_size(json_object_get(data, "incidents")) +
            (size_t)json_integer_value(json_object_get(data, "more")),
        200);
    assert_int_equal(
        json_array_size(json_object_get(data, "incidents")), shown);
    assert_true(shown >= 20);
    json_array_foreach(json_object_get(data, "incidents"), index, entry)
    {
        assert_int_equal(
            json_array_size(json_object_get(entry, "new_items")), 1);
    }
    json_decref(json);
    buf_done(&out);
}

static struct body_condition
a_condition(void)
{
    return (struct body_condition){
        .subject = STR("yunxi-news"),
        .title = STR("云溪新闻网"),
        .owner = STR("云溪传媒"),
        .kind = STR("down"),
        .name = STR("无法获取"),
        .text = STR("连续 3 次未能获取：13812345678"),
        .advice = STR("请打开该地址"),
        .open = true,
        .since = now,
        .until = WALL_NONE,
    };
}

static void
test_conditions(void **state)
{
    struct body_condition conditions[BODY_MAX_DIGEST + 5];
    struct buf out;
    json_t *json, *data;

    (void)state;
    for (size_t i = 0; i < BODY_MAX_DIGEST + 5; i++)
        conditions[i] = a_condition();
    conditions[1].open = false;
    conditions[1].until = now;
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(body_conditions(&out, conditions, 7, now), 0);
    json = parsed(&out);
    assert_string_equal(
        json_string_value(json_object_get(json, "type")), "digest");
    data = json_object_get(json, "data");
    assert_int_equal(json_array_size(json_object_get(data, "conditions")), 7);
    assert_int_equal(json_integer_value(json_object_get(data, "more")), 0);
    json_decref(json);
    buf_clear(&out);
    assert_int_equal(
        body_conditions(&out, conditions, BODY_MAX_DIGEST + 5, now), 0);
    json = parsed(&out);
    data = json_object_get(json, "data");
    /* Those that find no place are counted, none is lost. */
    assert_int_equal(
        json_array_size(json_object_get(data, "conditions")) +
            (size_t)json_integer_value(json_object_get(data, "more")),
        BODY_MAX_DIGEST + 5);
    assert_true(json_integer_value(json_object_get(data, "more")) >= 5);
    json_decref(json);
    buf_done(&out);
}

static void
test_others(void **state)
{
    struct body_condition condition = a_condition();
    struct buf out;

    (void)state;
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(
        body_condition(&out, INCIDENT_EVENT_SOURCE, &condition, now), 0);
    assert_string_equal(buf_cstr(&out),
        "{\"type\":\"source.condition\",\"timestamp\":\"2026-06-07T01:30:00Z\","
        "\"data\":{\"condition\":{\"subject\":\"yunxi-news\","
        "\"title\":\"云溪新闻网\",\"owner\":\"云溪传媒\",\"kind\":\"down\","
        "\"name\":\"无法获取\",\"open\":true,"
        "\"since\":\"2026-06-07T01:30:00Z\",\"until\":null,\"url\":null},"
        "\"reason\":\"连续 3 次未能获取：138****5678\","
        "\"advice\":\"请打开该地址\"}}");
    buf_clear(&out);
    assert_int_equal(body_test(&out, STR("desk"), now), 0);
    assert_non_null(strstr(buf_cstr(&out), "\"type\":\"test\""));
    buf_done(&out);
    /* no room is an error, and nothing is half written */
    buf_init(&out, 10);
    assert_int_equal(body_test(&out, STR("desk"), now), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_done(&out);
}

static void
test_message_id(void **state)
{
    uint8_t random[16] = {0};
    char a[BODY_ID_SIZE], b[BODY_ID_SIZE];

    (void)state;
    body_message_id(random, a);
    assert_int_equal(strlen(a), 28);
    assert_null(strchr(a, '.'));
    random[15] = 1;
    assert_string_not_equal(a, body_message_id(random, b));
    random[15] = 0;
    random[0] = 1;
    assert_string_not_equal(a, body_message_id(random, b));
    memset(random, 0xff, sizeof(random));
    assert_int_equal(strlen(body_message_id(random, b)), 28);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incident),
        cmocka_unit_test(test_discreet),
        cmocka_unit_test(test_no_child),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_broken_explanation),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_message_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
