/*
 * Checks of own sites: what is found, and what only looks like it.
 */
#include "feeds/site.h"
#include "page_check.h"

static const struct site_report *
check(struct fixture *f, const char *page)
{
    struct feed_input input = {.bytes = str_of(page),
        .url = STR("https://www.yunxi-sx.example/index.htm"),
        .now = page_time("2026-06-20")};
    const struct site_report *report = NULL;
    struct toc_error error = {0};

    arena_clear(f->arena);
    if (site_check(f->arena, &input, &error, &report) != 0)
        fail_msg("not checked: %s", error.text);
    return report;
}

static void
hidden_links(void **state)
{
    static const char *const hiding[] = {"<div style='display:none'>",
        "<div style='DISPLAY : none ;'>", "<div hidden>",
        "<div style='position:absolute;left:-9999px'>",
        "<div style='text-indent:-2000px'>",
        "<div style='height:0;overflow:hidden'>", "<div style='opacity:0'>",
        "<div style='font-size:0'>", "<div style='clip:rect(0,0,0,0)'>",
        "<marquee height=1 width=2>", "<noscript>",
        "<style>.q7{display:none}</style><div class='a q7'>",
        ("<script>document.getElementById('zz').style.display='none';</script>"
         "<div id=zz>"),
        "<div style='left:-200%'>", "<div style='margin-left:-50em'>",
        "<div style='color:transparent'>", "<div style='font:0/0 a'>",
        "<div style='color:rgba(0,0,0,0)'>",
        "<div style='filter:alpha(opacity=0)'>",
        "<div style='transform:translateX(-9999px)'>",
        "<div style='transform:scale(0,0)'>",
        "<div style='clip:rect( 1px , 1px, 1px, 1px )'>",
        "<div style='clip-path:circle(0)'>",
        "<div style='overflow-y:auto;max-height:0'>",
        "<div style='visibility:collapse'>", "<div style='z-index:-99'>",
        "<div style='width:0;height:0'>", "<template>",
        "<marquee style='height:1px'>",
        ("<style>@media screen{ /* x */ #a .q8{height:0;overflow:hidden}}"
         "</style><div class=q8>"),
        ("<script>document.getElementById('zz').style.left = '-9999px';"
         "</script><div id=zz>"),
        ("<script>document.getElementById('zz').style.cssText='position:"
         "absolute;top:-3000px'</script><div id=zz>"),
        ("<script>var d=document.getElementById('zz');"
         "d.setAttribute('style','display:none')</script><div id=zz>"),
        "<script>$('.zz').hide();</script><div class='zz'>",
        "<script>$('#zz').css('display','none')</script><div id=zz>",
        ("<script>$('#zz').css({'position':'absolute','left':'-999px'})"
         "</script><div id=zz>"),
        "<div><font color=#FFFFFF>", "<div style='color:#fff'>",
        "<div style='background:#F0F0F0'><span style='color:#f0f0f0'>",
        "<script>document.write('<div style=\"display:none\">')</script>"};
    static const char *const shown[] = {"<div>", "<div style='height:0'>",
        "<div style='left:-20px'>",
        ("<style>.q7{color:red}</style>"
         "<div class=q7>"),
        "<style>@media print{.q7{display:none}}</style><div class=q7>",
        "<style>.q7:hover{display:none}</style><div class=q7>",
        "<div style='background:#000'><span style='color:#fff'>",
        "<script>$('#other').hide()</script><div id=zz>"};
    static const char link[] =
        "<a href='http://a.example/'>澳门金沙</a></font></div>"
        "<script>document.write('</div>')</script>";
    struct fixture *f = *state;
    char page[1024];

    for (size_t i = 0; i < sizeof hiding / sizeof hiding[0]; i++) {
        const struct site_report *report;

        snprintf(page, sizeof page, "<body>%s%s", hiding[i], link);
        report = check(f, page);
        if (report->nhidden_links != 1)
            fail_msg("not seen: %s", hiding[i]);
        assert_str(report->hidden_links[0], "http://a.example/");
        assert_false(report->defaced);
    }
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        snprintf(page, sizeof page, "<body>%s%s", shown[i], link);
        assert_int_equal(check(f, page)->nhidden_links, 0);
    }
}

static void
hidden_for_good_reason(void **state)
{
    static const char *const pages[] = {
        ("<ul style='display:none'><li><a href='/a/'>学校概况</a>"
         "<li><a href='/b/'>新闻中心</a></ul>"),
        ("<div hidden><a href='https://www.moe.gov.cn/'>教育部</a>"
         "<a href='http://www.gov.cn/'>政府</a></div>"),
        ("<div style='display:none'>"
         "<a href='https://tongji.baidu.com/x'>统计</a></div>"),
        ("<div style='display:none'>"
         "<a href='http://sub.yunxi-sx.example/'>澳门风光摄影展</a></div>"),
        ("<div class='tab-con' style='display:none'>"
         "<a href='http://daily.example/'>云溪日报</a>"
         "<a href='http://tv.example/'>云溪电视台</a></div>"),
        ("<noscript><a href='http://stat.example/'>stat</a>"
         "<img src=x><a href='http://count.example/'>c</a></noscript>"),
        ("<a style='color:#fff' href='http://a1.example/'>友好学校</a>"
         "<a style='color:#fff' href='http://b1.example/'>共建单位</a>"),
        ("<div style='display:none'><a href='/a/'>走进校园</a>"
         "<a href='http://daily.example/'>云溪日报</a>"
         "<a href='http://tv.example/'>云溪电视台</a></div>"),
        ("<script>document.write('<a href=\"http://daily.example/\">日报</a>"
         "<a href=\"http://tv.example/\">电视台</a>')</script>")};

    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        assert_int_equal(check(*state, pages[i])->nhidden_links, 0);
}

/* Links that only a script brings into the page. */
static void
written_links(void **state)
{
    static const char *const pages[] = {
        ("<script>document.write('<div style=\"display:none\"><a href=\"http:"
         "//a.example/\">百家乐</a></div>')</script>"),
        ("<script>document.write(unescape('%3Cmarquee height=1%3E%3Ca href=%22"
         "http://a.example/%22%3E%u767E%u5BB6%u4E50%3C/a%3E'))</script>"),
        ("<script>x.innerHTML='\\x3cdiv style=left:-999px>\\x3ca href=http://"
         "a.example/>\\u767e\\u5bb6\\u4e50</a></div>'</script>"),
        ("<!--<a href='http://a.example/'>百家乐</a>--><script>for(n of d)"
         "if(n.nodeType==8)p.innerHTML+=n.data</script>")};

    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        const struct site_report *report = check(*state, pages[i]);

        if (report->nhidden_links != 1)
            fail_msg("not seen: %s", pages[i]);
        assert_str(report->hidden_links[0], "http://a.example/");
    }
}

static void
defaced(void **state)
{
    static const char *const yes[] = {
        "<title>&#20845;&#21512;&#24425;-开奖结果</title>",
        "<title>实验小学</title><meta name=keywords content='百家乐,投注'>",
        "<title>新开传奇私服发布网</title>",
        "<title>实验小学</title><meta name=description content='乐鱼体育'>",
        "<meta http-equiv=refresh content='0;url=http://x.example/'>",
        ("<script>if(document.referrer.indexOf('baidu')>0)"
         "{location='http://x.example/'}</script>"),
        ("<script>var a=['\\x72\\x65\\x66\\x65\\x72\\x72\\x65\\x72',"
         "'\\x62\\x61\\x69\\x64\\x75','\\x6c\\x6f\\x63\\x61\\x74\\x69\\x6f"
         "\\x6e','\\x68\\x74\\x74\\x70\\x3a\\x2f\\x2f\\x78\\x2e\\x65\\x78"
         "']</script>"),
        "<script> window.top.location.href = 'http://x.example/'</script>",
        "<script>location.replace('//x.example/')</script>",
        ("<script>if(/Android|iPhone/.test(navigator.userAgent)){"
         "location='http://x.example/'}</script>"),
        ("<script>if(document.referrer.match(/baidu/))location.href="
         "atob('aHR0cDovL3guZXhhbXBsZS8=')</script>"),
        ("<script>if(document.referrer.match(/sogou/))location.href="
         "String.fromCharCode(104,116,116,112,58,47,47,120,46,101,120,97)"
         "</script>"),
        "<h1>Hacked by x</h1><p>no team is safe",
        "<ul><li><a href=/1>百家乐技巧</a><li><a href=/2>网上投注</a></ul>"};
    static const char *const no[] = {"<title>防范六合彩知识讲座</title>",
        "<title>拒绝高利贷 远离赌场</title>", "<title>私立学校服务</title>",
        "<title>实验小学</title><p>棋类社团",
        "<meta http-equiv=refresh content='0;url=/index2.htm'>",
        ("<script>var r=document.referrer;send('https://hm.baidu.com/h?'+r)"
         "</script>"),
        "<script>location.href='/m/'</script>",
        "<script>function f(){location.href='http://x.example/'}</script>",
        ("<script>if(/Android/.test(navigator.userAgent))location="
         "'http://m.yunxi-sx.example/'</script>"),
        ("<script>// baidu sogou //x.example/\n"
         "var r=document.referrer,p=/^http:\\/\\/.test/;location.hash='#a'"
         "</script>"),
        ("<script>if(/Android/.test(navigator.userAgent)){location='/m/'}"
         "document.write('<script src=\"http://cdn.example/a.js\">')"
         "</script>"),
        "<ul><li><a href=/1>Judiciary</a><li><a href=/2>Escorting</a></ul>",
        "<a href=http://x.example/>澳门金沙</a>"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (!check(*state, yes[i])->defaced)
            fail_msg("not seen: %s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (check(*state, no[i])->defaced)
            fail_msg("wrongly seen: %s", no[i]);
}

/* Numbers of a region that does not exist, with right checksums. */
static void
numbers_of_persons(void **state)
{
    static const struct {
        const char *page;
        enum site_data_kind kind;
        size_t count;
    } rows[] = {
        {"<p>339911201502095366", SITE_ID_CARD, 1},
        {"<p>339911 20150209 5366，339911201502095366", SITE_ID_CARD, 1},
        {"<p>３３９９１１２０１５０２０９５３６６", SITE_ID_CARD, 1},
        {"<p>33991220100627808<span>x</span>", SITE_ID_CARD, 1},
        {"<!-- 339911201502095366 -->", SITE_ID_CARD, 1},
        {"<input value='339911201502095366'>", SITE_ID_CARD, 1},
        {"<p>339911201502095367", SITE_ID_CARD, 0},
        {"<p>339911********5366", SITE_ID_CARD, 0},
        {"<p>SN339911201502095366", SITE_ID_CARD, 0},
        {"<p>1339911201502095366", SITE_ID_CARD, 0},
        {"<p>妈妈 16600003920，爸爸 197 0000 3885", SITE_PHONE, 2},
        {"<p>+86 16600005181", SITE_PHONE, 1},
        {"<p>值班手机：16600003920", SITE_PHONE, 0},
        {"<p>0508-5550198", SITE_PHONE, 0},
        {"<script>var a={id:'16600003920',n:6299999171066108790}</script>",
            SITE_PHONE, 0},
        {"<script>var a={id:'16600003920',n:6299999171066108790}</script>",
            SITE_BANK_CARD, 0},
        {"<script>var a=[{n:'小明',p:'16600003920'}]</script>", SITE_PHONE, 1},
        {"<!-- phone 16600003920 -->", SITE_PHONE, 1},
        {"<p>6299999171066108790", SITE_BANK_CARD, 1},
        {"<p>6299999171066108791", SITE_BANK_CARD, 0},
        {"<p>快递单号 6299999171066108790", SITE_BANK_CARD, 0},
        {"<table><tr><th>姓名<th>身份证号<tr><td>张小明<td>1<tr><td>李晓红"
         "<td>2<tr><td>王大力<td>3</table>",
            SITE_NAME_LIST, 3},
        {"<table><tr><th>姓名<th>奖项<tr><td>张小明<td>一等奖<tr><td>李晓红"
         "<td>二等奖<tr><td>王大力<td>三等奖</table>",
            SITE_NAME_LIST, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct site_report *report = check(*state, rows[i].page);

        if (report->data[rows[i].kind] != rows[i].count)
            fail_msg("%s: %zu of %s", rows[i].page, report->data[rows[i].kind],
                site_data_name(rows[i].kind));
    }
}

static void
newest_date(void **state)
{
    assert_time(
        check(*state, "<p>今天是2026年6月20日<ul><li><a href=/1>通知</a>"
                      "<i>2026-05-03</i><li><a href=/2>公告</a><i>2026-05-09"
                      "</i></ul><p>报名截止 2026-06-19<p>版权所有 2026-06-18")
            ->newest,
        "2026-05-08T16:00:00Z");
    assert_false(wall_is_set(check(*state, "<p>欢迎光临")->newest));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            hidden_links, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            hidden_for_good_reason, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            written_links, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(defaced, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            numbers_of_persons, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(newest_date, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
