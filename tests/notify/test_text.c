/*
 * text: words of every event in both languages; limits of bytes; foreign text
 * that would mark up, mention or link; the safe form.
 */
#include <stdlib.h>

#include "base/jsonx.h"
#include "base/utf8.h"
#include "check.h"
#include "notify/text.h"

#define CONSOLE "https://bell.yunxi.example/"

static struct arena *arena;
static struct zone *zone;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(64 * 1024 * 1024);
    return arena ? zone_load("Asia/Shanghai", &zone) : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    zone_free(zone);
    return 0;
}

static const char opened[] =
    "{\"type\":\"incident.opened\",\"timestamp\":\"2026-06-07T01:31:00Z\","
    "\"data\":{\"incident\":{\"id\":41,\"url\":\"" CONSOLE "incidents/41\","
    "\"level\":\"orange\",\"score\":67,\"title\":\"多名学生午餐后呕吐送医\","
    "\"category\":\"food\",\"state\":\"new\",\"owner\":\"云溪县第一小学\","
    "\"first_seen\":\"2026-06-07T01:30:00Z\",\"items\":3,"
    "\"sources\":[\"云溪新闻网\",\"云溪论坛\"],"
    "\"new_items\":[{\"title\":\"一小学生午餐后呕吐\","
    "\"url\":\"https://news.yunxi.example/a(1)?x=1&y=2\","
    "\"source\":\"云溪新闻网\"}],"
    "\"explanation\":[{\"rule\":\"food-poisoning\",\"points\":45,"
    "\"title\":\"疑似食物中毒\",\"text\":\"呕吐\"},"
    "{\"rule\":\"pupils\",\"points\":-5,\"text\":\"学生\"}]},"
    "\"reason\":\"first notification\"}}";

static struct text_style
plain_zh(void)
{
    return (struct text_style){.zone = zone, .console = STR(CONSOLE)};
}

static struct text
make(const char *body, const struct text_style *style)
{
    struct text text;

    assert_int_equal(text_make(arena, str_of(body), style, &text), 0);
    assert_true(utf8_is_valid(text.lines));
    assert_true(utf8_is_valid(text.title));
    return text;
}

static bool
has(struct str s, const char *part)
{
    return str_find(s, str_of(part)) < s.n;
}

#define ASSERT_HAS(s, part)                                                    \
    do {                                                                       \
        if (!has((s), (part)))                                                 \
            fail_msg("no \"%s\" in \"%.*s\"", (part), STR_ARG(s));             \
    } while (0)
#define ASSERT_HAS_NOT(s, part)                                                \
    do {                                                                       \
        if (has((s), (part)))                                                  \
            fail_msg("\"%s\" in \"%.*s\"", (part), STR_ARG(s));                \
    } while (0)

static void
test_incident(void **state)
{
    struct text_style style = plain_zh();
    struct text text = make(opened, &style);

    (void)state;
    assert_string_equal(arena_cstr(arena, text.title),
        "【橙色】云溪县第一小学：多名学生午餐后呕吐送医");
    assert_string_equal(arena_cstr(arena, text.lines),
        "新事件 · 橙色（二级 重大） · 评分 67\n"
        "单位：云溪县第一小学\n"
        "事件：多名学生午餐后呕吐送医（食品安全）\n"
        "来源：云溪新闻网、云溪论坛，共 3 条\n"
        "首次发现：2026-06-07 09:30，待认领\n"
        "· 一小学生午餐后呕吐（云溪新闻网）\n"
        "通知原因：首次通知\n"
        "判定依据：疑似食物中毒 +45，pupils -5\n"
        "查看并处理 " CONSOLE "incidents/41");
    assert_int_equal(text.level, LEVEL_ORANGE);
    assert_string_equal(arena_cstr(arena, text.url), CONSOLE "incidents/41");
    style.english = true;
    text = make(opened, &style);
    ASSERT_HAS(text.title, "[Orange] 云溪县第一小学: ");
    ASSERT_HAS(text.lines, "Why you are told: first notification\n");
    ASSERT_HAS(text.lines, "Because of: 疑似食物中毒 +45, pupils -5");
}

static void
test_markup(void **state)
{
    struct text_style style = plain_zh();
    struct text text;

    (void)state;
    style.markup = TEXT_MARKUP_DINGTALK;
    text = make(opened, &style);
    ASSERT_HAS(text.lines, "**新事件** · 橙色（二级 重大） · 评分 67\n\n单位");
    ASSERT_HAS(text.lines,
        "[一小学生午餐后呕吐](https://news.yunxi.example/a%281%29?x=1&y=2)");
    ASSERT_HAS(text.lines, "[查看并处理](" CONSOLE "incidents/41)");
    style.markup = TEXT_MARKUP_SLACK;
    text = make(opened, &style);
    ASSERT_HAS(text.lines, "*新事件* ·");
    ASSERT_HAS(text.lines,
        "<https://news.yunxi.example/a%281%29?x=1&amp;y=2|一小学生午餐后呕吐>");
    style.markup = TEXT_MARKUP_HTML;
    text = make(opened, &style);
    ASSERT_HAS(text.lines, "<b>新事件</b>");
    style.buttons = true;
    text = make(opened, &style);
    ASSERT_HAS_NOT(text.lines, CONSOLE);
    assert_string_equal(arena_cstr(arena, text.url_name), "查看并处理");
}

/* A title of every character that means something anywhere. */
static const char hostile[] =
    "{\"type\":\"incident.raised\",\"timestamp\":\"2026-06-07T01:31:00Z\","
    "\"data\":{\"incident\":{\"id\":7,\"level\":\"red\",\"score\":90,"
    "\"title\":\"\\n# **[x](http://evil.example)** <@all> <at "
    "id=all></at> @all `c` ~s~ <font color=\\\"info\\\">\\u202Ebox "
    "<!channel>\",\"state\":\"new\",\"items\":1,\"sources\":[],"
    "\"new_items\":[{\"title\":\"{{secret}} <b>\","
    "\"url\":\"javascript:alert(1)\",\"source\":\"*s*\"}]},"
    "\"reason\":\"the level went up\"}}";

static void
test_foreign(void **state)
{
    (void)state;
    for (int m = TEXT_MARKUP_DINGTALK; m < TEXT_MARKUP_COUNT; m++) {
        struct text_style style = plain_zh();
        struct text text;

        style.markup = (enum text_markup)m;
        style.buttons = true;
        text = make(hostile, &style);
        ASSERT_HAS(text.title, "【红色·等级升高】");
        if (m != TEXT_MARKUP_SLACK && m != TEXT_MARKUP_HTML)
            ASSERT_HAS_NOT(text.lines, "](http://evil"); /* no link there */
        ASSERT_HAS_NOT(text.lines, "<@all>");
        ASSERT_HAS_NOT(text.lines, "<at ");
        ASSERT_HAS_NOT(text.lines, "<font");
        ASSERT_HAS_NOT(text.lines, "<!channel>");
        ASSERT_HAS_NOT(text.lines, "javascript:");
        ASSERT_HAS_NOT(text.lines, "\xE2\x80\xAE");
        ASSERT_HAS_NOT(text.lines, "\n#");
        ASSERT_HAS_NOT(text.heading, "<@all>");
        /* Foreign text is filled in, never a template itself. */
        ASSERT_HAS(text.lines, "{{secret}}");
    }
}

static void
test_safe(void **state)
{
    struct text_style style = plain_zh();
    struct text text;

    (void)state;
    style.markup = TEXT_MARKUP_DINGTALK;
    style.form = TEXT_FORM_SAFE;
    style.template = STR("{{title}} {{console}}");
    text = make(opened, &style);
    assert_string_equal(
        arena_cstr(arena, text.title), "【橙色】云溪县第一小学：食品安全");
    ASSERT_HAS(text.lines, "单位：云溪县第一小学\n类别：食品安全\n");
    ASSERT_HAS(text.lines, "另有 1 条");
    ASSERT_HAS(text.lines, CONSOLE "incidents/41");
    ASSERT_HAS_NOT(text.lines, "呕吐");
    ASSERT_HAS_NOT(text.lines, "news.yunxi.example");
    ASSERT_HAS_NOT(text.lines, "**");
    style.form = TEXT_FORM_PLAIN;
    style.template = STR_NONE;
    text = make(opened, &style);
    ASSERT_HAS(text.lines, "呕吐");
    ASSERT_HAS_NOT(text.lines, "news.yunxi.example");
    ASSERT_HAS_NOT(text.lines, "**");
}

static const char *
digest_of(size_t n, size_t more)
{
    struct buf out;
    const char *ret;

    buf_init(&out, 1000000);
    buf_add_cstr(&out, "{\"type\":\"digest\",\"data\":{\"incidents\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&out,
            "%s{\"id\":%zu,\"url\":\"" CONSOLE "incidents/%zu\",\"level\":"
            "\"%s\",\"title\":\"第%zu起：云溪县某中学有情况发生\","
            "\"category\":\"food\",\"owner\":\"云溪县第%zu中学\",\"items\":2,"
            "\"new_items\":[{\"title\":\"某报道\",\"url\":\"https://a.example/"
            "%zu\",\"source\":\"论坛\"}]}",
            i ? "," : "", i, i, i == 3 ? "red" : "blue", i, i, i);
    buf_printf(&out, "],\"more\":%zu,\"reason\":\"more reports\"}}", more);
    ret = arena_cstr(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

static size_t
count(struct str s, const char *part)
{
    size_t n = 0, at;

    while ((at = str_find(s, str_of(part))) < s.n) {
        n++;
        s = str_from(s, at + 1);
    }
    return n;
}

static void
test_limits(void **state)
{
    static const size_t limits[] = {16000, 8000, 4096, 2048, 1000, 512, 300};
    const char *digest = digest_of(60, 12);

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        for (int m = 0; m < TEXT_MARKUP_COUNT; m++) {
            struct text_style style = plain_zh();
            struct text text;
            size_t named;

            style.markup = (enum text_markup)m;
            style.max_bytes = limits[i];
            text = make(digest, &style);
            assert_true(text.lines.n <= limits[i]);
            /* What is named and what is counted come to all there are. */
            named = count(text.lines, ". 【");
            assert_int_equal(named + text.left_out, 72);
            ASSERT_HAS(text.lines, "共 72 条");
            if (limits[i] >= 4096)
                assert_true(named > 20);
            ASSERT_HAS(text.lines,
                arena_cstr(
                    arena, arena_printf(arena, "另有 %zu 条", text.left_out)));
            ASSERT_HAS(text.lines, CONSOLE "incidents");
            assert_int_equal(text.level, LEVEL_RED);
            assert_string_equal(
                arena_cstr(arena, text.title), "【红色·汇总】72 起事件");
        }
    }
}

static void
test_template(void **state)
{
    struct text_style style = plain_zh();
    struct text text;
    struct buf big;

    (void)state;
    style.template = STR("请{{owner}}核实：{{title}}\n{{link}}");
    text = make(opened, &style);
    assert_string_equal(arena_cstr(arena, text.lines),
        "请云溪县第一小学核实：多名学生午餐后呕吐送医\n"
        "查看并处理 " CONSOLE "incidents/41");
    /* One that cannot be made short is cut, and its link is kept. */
    buf_init(&big, 10000);
    for (int i = 0; i < 300; i++)
        buf_add_cstr(&big, "云溪县");
    style.template = buf_str(&big);
    style.max_bytes = 500;
    text = make(opened, &style);
    assert_true(text.lines.n <= 500);
    ASSERT_HAS(text.lines, "…\n" CONSOLE "incidents/41");
    buf_done(&big);
    style.template = STR("{{#a}}");
    assert_true(text_make(arena, STR(opened), &style, &text) < 0);
}

static void
test_others(void **state)
{
    struct text_style style = plain_zh();
    struct text text = make(
        "{\"type\":\"channel.condition\",\"data\":{\"condition\":{\"subject\":"
        "\"duty\",\"title\":\"值班群\",\"kind\":\"undeliverable\",\"name\":"
        "\"送不到\",\"open\":true,\"since\":\"2026-06-07T01:30:00Z\","
        "\"until\":null,\"url\":\"" CONSOLE "deliveries\"},\"reason\":"
        "\"errcode 93000 invalid webhook url\",\"advice\":\"改正渠道\"}}",
        &style);

    (void)state;
    assert_string_equal(
        arena_cstr(arena, text.title), "【渠道状况】值班群：送不到 · 出现");
    assert_string_equal(arena_cstr(arena, text.lines),
        "值班群：送不到\n"
        "errcode 93000 invalid webhook url\n"
        "自 2026-06-07 09:30\n"
        "处理：改正渠道\n"
        "打开值班台 " CONSOLE "deliveries");
    assert_true(text.open);
    style.bureau = STR("云溪县教育局");
    text = make("{\"type\":\"test\",\"data\":{\"channel\":\"duty\",\"reason\":"
                "\"an operator sent a test; nothing has happened\"}}",
        &style);
    assert_string_equal(arena_cstr(arena, text.title), "【测试】duty");
    assert_string_equal(arena_cstr(arena, text.lines),
        "测试 · 渠道 duty\n值班员发送的测试，没有发生任何事件\n"
        "发自：云溪县教育局\n打开值班台 " CONSOLE);
    /* A folded digest says what happened to each; no tag says it twice. */
    text = make("{\"type\":\"digest\",\"data\":{\"incidents\":[{\"id\":1,"
                "\"level\":\"blue\",\"title\":\"甲\",\"event\":\"incident."
                "closed\"},{\"id\":2,\"level\":\"red\",\"title\":\"乙\","
                "\"event\":\"incident.opened\"}]}}",
        &style);
    ASSERT_HAS(text.lines, "1. 【蓝色·已结案】甲\n2. 【红色】乙");
    text = make("{\"type\":\"canary\",\"data\":{\"title\":\"每日自检：正常\"}}",
        &style);
    assert_string_equal(arena_cstr(arena, text.title), "每日自检：正常");
    assert_int_equal(
        text_make(arena, STR("{\"type\":\"test\"}"), &style, &text), E_PARSE);
    assert_int_equal(text_make(arena, STR("[]"), &style, &text), E_PARSE);
    assert_int_equal(text_make(arena, STR("x"), &style, &text), E_PARSE);
}

static void
test_plain(void **state)
{
    struct text_style style = plain_zh();
    struct text text = make(opened, &style);

    (void)state;
    for (size_t max = 60; max < 700; max++) {
        struct str s = text_plain(arena, &text, max);

        assert_true(s.n <= max);
        assert_true(utf8_is_valid(s));
        ASSERT_HAS(s, CONSOLE "incidents/41");
        assert_int_equal(count(s, CONSOLE), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incident),
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_safe),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_template),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_plain),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
