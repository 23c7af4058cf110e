/*
 * What is kept of a page of an own site: findings with their lines, where it
 * leads, its columns, wrong words, and a digest that only real changes change.
 */
#include "feeds/site.h"
#include "page_check.h"

#define BODY "<p>今年秋季招生工作安排如下，请各位家长按时到校报名，谢谢配合。"

static const struct site_word words[] = {
    {{"云溪一小", 12}, {"云溪县第一实验小学", 27}},
    {{"报名登记表", 15}, {NULL, 0}},
    {{"柳塘中心校", 15}, {"新柳塘中心校区", 21}},
    {{"帐号", 6}, {"账号", 6}},
    {{"QQ", 2}, {"微信", 6}},
};

static const struct site_want home = {.look = SITE_LOOK_HOME,
    .key = {"key", 3},
    .words = words,
    .nwords = sizeof words / sizeof words[0]};

static const struct site_reading *
read_as(struct fixture *f, const struct site_want *want, struct str bytes)
{
    struct feed_input input = {.bytes = bytes,
        .url = STR("https://www.yunxi-sx.example/index.htm"),
        .now = page_time("2026-06-20T10:00:00Z")};
    const struct site_reading *reading = NULL;
    struct toc_error error = {0};

    if (site_read(f->arena, &input, want, &error, &reading) != 0)
        fail_msg("not read: %s", error.text);
    return reading;
}

static const struct site_reading *
read_home(struct fixture *f, const char *page)
{
    return read_as(f, &home, str_of(page));
}

static const struct site_seen *
find(
    const struct site_reading *reading, enum site_kind kind, const char *target)
{
    for (size_t i = 0; i < reading->nseen; i++)
        if (reading->seen[i].kind == kind &&
            str_eq(reading->seen[i].target, str_of(target)))
            return &reading->seen[i];
    return NULL;
}

static void
findings_and_lines(void **state)
{
    static const char page[] =
        "<html><head>\n<title>六合彩开奖结果</title>\n</head><body>\n"
        "<p>欢迎\n<div style='display:none'>\n"
        "<a href='http://a.example/?x=1&amp;y=2'>澳门金沙</a>\n"
        "<a href='http://b.example/'>百家乐</a>\n</div>\n"
        "<table>\n<tr><td>339911201502095366\n"
        "<tr><td>33991220100627808<b>x</b>\n"
        "<tr><td>339911201502095366\n</table>\n";
    const struct site_reading *reading = read_home(*state, page);
    const struct site_seen *seen;

    seen = find(reading, SITE_KIND_DEFACED, "meta_swapped");
    assert_non_null(seen);
    assert_int_equal(seen->lines.first, 2);
    assert_str(seen->evidence, "六合彩开奖结果");
    seen = find(reading, SITE_KIND_HIDDEN_LINKS, "");
    assert_non_null(seen);
    assert_int_equal(seen->count, 2);
    assert_int_equal(seen->lines.first, 6);
    assert_int_equal(seen->lines.last, 7);
    seen = find(reading, SITE_KIND_LEAK, "id_card");
    assert_non_null(seen);
    assert_int_equal(seen->count, 2);
    assert_int_equal(seen->lines.first, 10);
    assert_int_equal(seen->lines.last, 12);
    assert_str(seen->mask, "339911********5366");
    assert_true(seen->hashed);
    assert_int_equal(reading->nseen, 3);
}

/* The same values in another order are the same finding; others are not. */
static void
keyed_hashes(void **state)
{
    static const struct site_want other = {
        .look = SITE_LOOK_HOME, .key = {"lock", 4}};
    static const struct site_want none = {.look = SITE_LOOK_HOME};
    static const char one[] = "<p>16600003920<p>19700003885";
    static const char two[] = "<b>x</b><p>19700003885<p>166 0000 3920";
    static const char three[] = "<p>16600003920<p>19700003886";
    const struct site_seen *a, *b, *c, *d, *e;

    a = find(read_home(*state, one), SITE_KIND_LEAK, "phone");
    b = find(read_home(*state, two), SITE_KIND_LEAK, "phone");
    c = find(read_home(*state, three), SITE_KIND_LEAK, "phone");
    d = find(read_as(*state, &other, str_of(one)), SITE_KIND_LEAK, "phone");
    e = find(read_as(*state, &none, str_of(one)), SITE_KIND_LEAK, "phone");
    assert_memory_equal(a->hash, b->hash, DIGEST_SIZE);
    assert_memory_not_equal(a->hash, c->hash, DIGEST_SIZE);
    assert_memory_not_equal(a->hash, d->hash, DIGEST_SIZE);
    assert_false(e->hashed);
    assert_str(a->mask, "166****3920");
}

/* Neither a value nor a name of a list is in anything that is told. */
static void
nobody_is_named(void **state)
{
    static const char page[] =
        "<title>资助名单公示</title><h1>名单</h1><table>"
        "<tr><th>姓名<th>身份证号<tr><td>张小明<td>339911201502095366"
        "<tr><td>李晓红<td>33991220100627808x<tr><td>王大力<td>1</table>"
        "<a href='/x.htm'>16600003920</a>";
    static const char *const secrets[] = {
        "张小明", "李晓红", "王大力", "339911201502095366", "0209", "0627808"};
    const struct site_reading *reading = read_home(*state, page);
    const struct site_seen *names;

    for (size_t i = 0; i < reading->nseen; i++)
        for (size_t k = 0; k < sizeof secrets / sizeof secrets[0]; k++) {
            const struct site_seen *seen = &reading->seen[i];

            assert_int_equal(
                str_find(seen->evidence, str_of(secrets[k])), seen->evidence.n);
            assert_int_equal(
                str_find(seen->mask, str_of(secrets[k])), seen->mask.n);
        }
    names = find(reading, SITE_KIND_LEAK, "student_name_list");
    assert_non_null(names);
    assert_int_equal(names->count, 3);
    assert_int_equal(names->mask.n, 0);
    assert_str(names->evidence, "资助名单公示");
}

static void
links_told_apart(void **state)
{
    static const struct {
        const char *url, *text;
        enum site_ref_kind kind;
    } wanted[] = {
        {"https://www.yunxi-sx.example/a.htm", "甲", SITE_REF_PAGE},
        {"https://yunxi-sx.example/b.htm", "乙", SITE_REF_PAGE},
        {"https://www.yunxi-sx.example/f/list.XLSX?v=1", "丙",
            SITE_REF_DOCUMENT},
        {"https://www.yunxi-sx.example/down?id=7", "名单.pdf",
            SITE_REF_DOCUMENT},
        {"https://www.yunxi-sx.example/p.jpg", "丁", SITE_REF_IMAGE},
        {"https://www.yunxi-sx.example/q.png", "校门", SITE_REF_IMAGE},
        {"https://other.example/", "戊", SITE_REF_ELSEWHERE},
        {"https://bbs.yunxi-sx.example/", "己", SITE_REF_ELSEWHERE},
        {"https://www.yunxi-sx.example:8443/", "庚", SITE_REF_ELSEWHERE},
        {"https://frame.example/", "<iframe>", SITE_REF_ELSEWHERE},
        {"https://cdn.example/x.js", "<script>", SITE_REF_ELSEWHERE},
    };
    static const char page[] =
        "<body>\n<a href='a.htm#top'>甲</a><a href='/a.htm'>again</a>"
        "<a href='https://yunxi-sx.example/b.htm'>乙</a>\n"
        "<a href='/f/list.XLSX?v=1'>丙</a><a href='/down?id=7'>名单.pdf</a>"
        "<a href='/p.jpg'>丁</a><img src='/q.png' alt='校门'>"
        "<a href='https://other.example/'>戊</a>"
        "<a href='https://bbs.yunxi-sx.example/'>己</a>"
        "<a href='https://www.yunxi-sx.example:8443/'>庚</a>"
        "<a href='javascript:x()'>x</a><a href='mailto:a@b.example'>y</a>"
        "<a href='#z'>z</a><a href='/film.mp4'>film</a>"
        "<iframe src='https://frame.example/'></iframe>"
        "<script src='https://cdn.example/x.js'></script>"
        "<script src='/own.js'></script>";
    const struct site_reading *reading = read_home(*state, page);

    assert_int_equal(reading->nrefs, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < reading->nrefs; i++) {
        assert_str(reading->refs[i].url, wanted[i].url);
        assert_str(reading->refs[i].text, wanted[i].text);
        assert_int_equal(reading->refs[i].kind, wanted[i].kind);
        assert_int_equal(reading->refs[i].line, i < 2 ? 2 : 3);
    }
}

static void
columns(void **state)
{
    static const char page[] =
        "<ul class=nav><li><a href=/index.htm>首页</a>"
        "<li><a href=/about.htm>学校概况</a><li><a href=/xw/>校园新闻</a>"
        "<li><a href=/gg/ >通知公告</a><li><a href=/xw/ >新闻</a></ul>"
        "<div><h3>教研动态</h3><a href=/jy/ >更多&gt;&gt;</a></div>"
        "<div><h3>师资队伍</h3><a href=/sz/ >更多</a></div>"
        "<a href=/2026/06/07/88.htm>停课通知</a>"
        "<a href=/n/58123.htm>放假公告</a>"
        "<ul><li><a href=/n/z.htm>招生公告</a> 2026-06-01</ul>"
        "<a href=/x.htm>关于开展安全检查的通知</a>"
        "<a href=http://other.example/xw/ >县教育新闻</a>";
    static const struct site_want plain = {.look = SITE_LOOK_PAGE};
    const struct site_reading *reading = read_home(*state, page);
    enum site_column kind;

    assert_int_equal(reading->ncolumns, 3);
    assert_str(reading->columns[0].text, "校园新闻");
    assert_str(reading->columns[0].url, "https://www.yunxi-sx.example/xw/");
    assert_str(reading->columns[1].text, "通知公告");
    assert_str(reading->columns[2].text, "教研动态");
    assert_int_equal(read_as(*state, &plain, str_of(page))->ncolumns, 0);
    assert_true(site_column_of(STR("通知公告"), &kind));
    assert_int_equal(kind, SITE_COLUMN_NOTICE);
    assert_true(site_column_of(STR("教研动态"), &kind));
    assert_int_equal(kind, SITE_COLUMN_NEWS);
    assert_false(site_column_of(STR("师资队伍"), &kind));
}

static void
entries(void **state)
{
    static const struct site_want column = {.look = SITE_LOOK_COLUMN};
    static const struct {
        const char *page;
        uint32_t entries, dated;
        bool doubtful;
    } rows[] = {
        {"<ul><li><a href=/1>我校开展消防演练</a><i>2026-05-03</i>"
         "<li><a href=/2>春季运动会圆满结束</a><i>2026-05-09</i>"
         "<li><a href=/3>家长开放日活动举行</a><i>2026-04-20</i>"
         "<li><a href=/4>校园读书节顺利开幕</a><i>2026-04-11</i></ul>",
            4, 4, false},
        {"<ul><li><a href=/1>我校开展消防演练</a><i>2026-05-03</i></ul>", 1, 1,
            false},
        {BODY "<div class=list></div>", 0, 0, false},
        {BODY "<div class=list></div><script src=/list.js></script>", 0, 0,
            true},
        {BODY "<div>暂无内容</div><script src=/list.js></script>", 0, 0, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct site_reading *reading =
            read_as(*state, &column, str_of(rows[i].page));

        if (reading->entries != rows[i].entries ||
            reading->dated != rows[i].dated ||
            reading->doubtful != rows[i].doubtful)
            fail_msg("%s: %u entries, %u dated, %d", rows[i].page,
                reading->entries, reading->dated, reading->doubtful);
    }
    /* Not the date beside the list. */
    assert_time(read_as(*state, &column,
                    STR("<p>今天是2026年6月20日<ul>"
                        "<li><a href=/1>我校开展消防演练</a><i>2026-01-03</i>"
                        "<li><a href=/2>春季运动会圆满结束</a><i>2026-01-09</i>"
                        "<li><a href=/3>家长开放日活动举行</a><i>2026-01-05</i>"
                        "<li><a href=/4>校园读书节顺利开幕</a><i>2026-01-06</i>"
                        "</ul><p>上次更新 2026-06-19"))
                    ->newest,
        "2026-01-08T16:00:00Z");
}

static void
wrong_words(void **state)
{
    static const struct {
        const char *page, *target;
        uint32_t count;
    } rows[] = {
        {"<p>云溪一小举行家长会", "云溪一小", 1},
        {"<p>云溪<b>一小</b>举行家长会<p>云溪一小", "云溪一小", 2},
        {"<p>请填写报名登记表后交到校办", "报名登记表", 1},
        {"<p>我校原名云溪一小", "云溪一小", 0},
        {"<p>2020年云溪一小更名为云溪县第一实验小学", "云溪一小", 0},
        {"<p>云溪县第一实验小学（原云溪一小）招生", "云溪一小", 0},
        {"<p>1998年，云溪一小建成第一栋教学楼", "云溪一小", 0},
        {"<ul><li>云溪一小获奖 2021-05-06", "云溪一小", 0},
        {"<p>版权所有 © 2015 云溪一小", "云溪一小", 1},
        {"<title>校史沿革</title><p>云溪一小的故事", "云溪一小", 0},
        {"<p>即日起报名登记表停止使用", "报名登记表", 0},
        {"<p>新柳塘中心校区招生", "柳塘中心校", 0},
        {"<p>柳塘中心校招生", "柳塘中心校", 1},
        {"<p>微信帐号", "帐号", 1},
        {"<p>加QQ群", "QQ", 1},
        {"<p>AQQB 型设备", "QQ", 0},
        {"<p>欢迎<!-- 云溪一小 --><img alt='云溪一小' src=/x>", "云溪一小", 0},
    };
    const struct site_seen *seen;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        seen = find(read_home(*state, rows[i].page), SITE_KIND_WRONG_WORD,
            rows[i].target);
        if ((seen ? seen->count : 0) != rows[i].count)
            fail_msg("%s: %u", rows[i].page, seen ? seen->count : 0);
    }
    seen = find(read_home(*state, "<h1>校园</h1>\n<p>\n<p>欢迎来到云溪一小！"),
        SITE_KIND_WRONG_WORD, "云溪一小");
    assert_str(
        seen->evidence, "欢迎来到云溪一小！（应为“云溪县第一实验小学”）");
    assert_int_equal(seen->lines.first, 3);
    assert_int_equal(seen->lines.last, 3);
}

#define PAGE(visits, day, ago, query, token, list, advert)                     \
    "<title>实验小学</title><p>" day "<p>您是第<b>" visits "</b>位访客"     \
    "<td>浏览次数：</td><td>" visits "</td><span>阅读(" visits ")</span>"      \
    "<i>" visits "次浏览</i><em>" ago "</em>"                                  \
    "<a href='/n.htm?id=7" query "'>新闻</a><img src='/x.png?" token "'>"      \
    "<form action=/s><input type=hidden name=csrf value='" token "'></form>"   \
    "<script>var t=" visits "00000000,k='" token "';</script>" list            \
    "<div class='ad-top'><a href='http://ad.example/" visits "'>" ago          \
    "</a></div><div><h3>猜你喜欢</h3>" advert "</div>"

/* What changes by itself, and order, change nothing; the rest does. */
static void
digests(void **state)
{
    static const char one[] = PAGE("1234", "今天是2026年6月20日 星期六",
        "3分钟前", "&_t=17182", "a81bc81bd1e4f5a6c7d8", "<ul><li>甲<li>乙</ul>",
        "<a href=/1>一</a><a href=/2>二</a>");
    static const char same[] = PAGE("99321", "今天是2026年6月21日 星期日",
        "2小时前", "&_t=99", "ff00aa81bd1e4f5a6c99", "<ul><li>乙<li>甲</ul>",
        "<a href=/7>七</a><a href=/9>九</a>");
    static const char *const others[] = {
        PAGE("1234", "今天是2026年6月20日 星期六", "3分钟前", "&_t=17182",
            "a81bc81bd1e4f5a6c7d8", "<ul><li>甲<li>丙</ul>", ""),
        PAGE("1234", "今天是2026年6月20日 星期六", "3分钟前", "&page=2",
            "a81bc81bd1e4f5a6c7d8", "<ul><li>甲<li>乙</ul>", ""),
        PAGE("1234", "6月20日停课", "3分钟前", "&_t=17182",
            "a81bc81bd1e4f5a6c7d8", "<ul><li>甲<li>乙</ul>", ""),
        PAGE("1234", "今天是2026年6月20日 星期六", "3分钟前", "&_t=17182",
            "a81bc81bd1e4f5a6c7d8",
            "<ul><li>甲<li>乙</ul><a href=http://x.example/>乙</a>", "")};
    uint8_t digest[DIGEST_SIZE];
    const struct site_reading *reading = read_home(*state, one);
    static const char *const told[] = {"访问计数", "当前日期和时间", "相对时间",
        "地址中的", "脚本中的", "隐藏表单", "广告位", "随机", "次序"};

    memcpy(digest, reading->digest, DIGEST_SIZE);
    for (size_t k = 0; k < sizeof told / sizeof told[0]; k++) {
        bool is = false;

        for (size_t i = 0; i < reading->nmasked; i++)
            is |= str_find(reading->masked[i], str_of(told[k])) <
                  reading->masked[i].n;
        if (!is)
            fail_msg("it is not told: %s", told[k]);
    }
    assert_memory_equal(digest, read_home(*state, same)->digest, DIGEST_SIZE);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (memcmp(digest, read_home(*state, others[i])->digest, DIGEST_SIZE) ==
            0)
            fail_msg("the same: %s", others[i]);
}

/* Numbers that are what the page is about are not masked. */
static void
numbers_that_count(void **state)
{
    static const char *const pairs[][2] = {
        {"<p>招生计划180人", "<p>招生计划200人"},
        {"<p>收费标准：每生每期350元", "<p>收费标准：每生每期650元"},
        {"<p>咨询电话 0508-5550198", "<p>咨询电话 0508-5550199"},
        {"<p>报名时间6月20日8:00", "<p>报名时间6月21日8:00"},
        {"<p>如何陪伴孩子阅读 2026-07-09", "<p>如何陪伴孩子阅读 2025-07-09"},
        {"<a href='/n?id=12'>x</a>", "<a href='/n?id=13'>x</a>"},
        {"<p>成绩 2026-06-18 公布", "<p>成绩 2026-06-19 公布"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct site_reading *a = read_home(*state, pairs[i][0]);
        const struct site_reading *b = read_home(*state, pairs[i][1]);

        if (memcmp(a->digest, b->digest, DIGEST_SIZE) == 0)
            fail_msg("the same: %s", pairs[i][0]);
    }
}

static bool
compare(struct fixture *f, const char *people, const char *crawler,
    struct site_seen *ret)
{
    const struct site_reading *a = read_home(f, people);
    const struct site_reading *b = read_home(f, crawler);
    struct site_facts one = {a->title, a->seen, a->nseen, a->refs, a->nrefs};
    struct site_facts two = {b->title, b->seen, b->nseen, b->refs, b->nrefs};

    return site_compare(f->arena, &one, &two, ret);
}

static void
two_visitors(void **state)
{
    static const char own[] = "<title>云溪县实验小学</title>" BODY
                              "<a href='http://a.example/'>甲</a>";
    static const struct {
        const char *page, *target;
    } rows[] = {
        {own, NULL},
        {"<title>云溪县实验小学 首页</title>" BODY, NULL},
        {"<title>云溪县实验小学</title>" BODY
         "<a href='http://b.example/'>乙</a><a href='http://c.example/'>丙</a>",
            NULL},
        {"<title>百家乐</title>" BODY, "spam"},
        {"<title>云溪县实验小学</title>" BODY
         "<div style='display:none'><a href='http://x.example/'>百家乐</a>"
         "</div>",
            "spam"},
        {"<title>最新手机游戏排行</title>" BODY, "title"},
        {"<title>云溪县实验小学</title>" BODY
         "<a href='http://a.example/'>甲</a><a href='http://b.example/'>乙</a>"
         "<a href='http://c.example/'>丙</a><a href='http://d.example/'>丁</a>",
            "links"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct site_seen seen = {0};
        bool found = compare(*state, own, rows[i].page, &seen);

        if (found != (rows[i].target != NULL))
            fail_msg("%s: %.*s", rows[i].page, STR_ARG(seen.target));
        if (!found)
            continue;
        assert_int_equal(seen.kind, SITE_KIND_AGENT_DEPENDENT);
        assert_str(seen.target, rows[i].target);
        assert_true(seen.evidence.n > 0);
    }
    /* What people see as well is no difference. */
    assert_false(
        compare(*state, rows[3].page, rows[3].page, &(struct site_seen){0}));
}

/* Another page in its place is no page that was corrected. */
static void
page_that_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct feed_input input = {.bytes = STR("<title>网站维护中</title>"
                                            "<h2>网站升级维护中</h2>"),
        .url = STR("https://www.yunxi-sx.example/")};
    const struct site_reading *reading = NULL;
    struct toc_error error = {0};

    assert_int_equal(
        site_read(f->arena, &input, &home, &error, &reading), E_PARSE);
    assert_true(error.text[0] != '\0');
    assert_null(reading);
}

/* Tags, headings and words without end are read in one pass. */
static void
floods(void **state)
{
    static const char *const parts[] = {"<a href=", "<a href=/x>更多</a>",
        "<script ", "<h3>猜你喜欢</h3>", "<!--", "<div><p>云溪一小",
        "<a href=/a.htm>这是一条很长的新闻标题</a><p>", "<img src=x ",
        "您是第1", "：：：：1"};
    struct fixture *f = *state;
    struct feed_input input = {.url = STR("https://www.yunxi-sx.example/")};
    const struct site_reading *reading;
    struct toc_error error;
    struct buf page;
    int r;

    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        buf_init(&page, 4 * 1024 * 1024);
        while (page.n < 1024 * 1024)
            (void)buf_add_cstr(&page, parts[k]);
        input.bytes = buf_str(&page);
        arena_clear(f->arena);
        r = site_read(f->arena, &input, &home, &error, &reading);
        if (r != 0 && r != E_PARSE)
            fail_msg("%s: %s", parts[k], error.text);
        buf_done(&page);
    }
}

/* Where evidence begins and ends within a number. */
static void
numbers_at_the_edge(void **state)
{
    static const char page[] =
        "<title>花名册</title><p>339911201502095366，%.*s云溪一小，"
        "%.*s339911201502095366，%.*s</p>" BODY;
    static const char filling[] = "丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥";
    char text[1024];

    for (int n = 0; n <= 60; n += 3) {
        const struct site_reading *reading;
        const struct site_seen *seen;

        (void)snprintf(
            text, sizeof text, page, n, filling, n, filling, n, filling);
        reading = read_home(*state, text);
        seen = find(reading, SITE_KIND_WRONG_WORD, "云溪一小");
        assert_non_null(seen);
        for (size_t at = 0; at < 13; at++) {
            struct str piece = {&"339911201502095366"[at], 6};

            if (at >= 1 && at + 6 <= 17)
                assert_int_equal(
                    str_find(seen->evidence, piece), seen->evidence.n);
        }
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, page_setup, page_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(findings_and_lines),
        TEST(keyed_hashes),
        TEST(nobody_is_named),
        TEST(links_told_apart),
        TEST(columns),
        TEST(entries),
        TEST(wrong_words),
        TEST(numbers_at_the_edge),
        TEST(digests),
        TEST(numbers_that_count),
        TEST(two_visitors),
        TEST(page_that_is_not_there),
        TEST(floods),
    };

    return digest_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
