/*
 * What stands in front of a page is told from the page: walls, log-in pages,
 * notices and error pages say so, ordinary small pages do not.
 */
#include "feeds/blocked.h"
#include "page_check.h"

/* Pages in the manner of what they stand for, none copied. */
static const struct {
    const char *page;
    const char *reason; /* a part of it; NULL: an ordinary page */
} rows[] = {
    {"<title>Just a moment...</title><body><h1>news.example</h1><p>One more "
     "step.<script>window._cf_chl_opt={cvId:'3'}</script>",
        "Cloudflare"},
    {"<title>Attention Required!</title><div id=cf-error-details><h1>Sorry, "
     "you have been blocked</h1></div>",
        "Cloudflare"},
    {"<html><head><script src=/_Incapsula_Resource?SWJIYLWA=1></script></head>"
     "<body></body></html>",
        "Imperva"},
    {"<body><p>Please enable JS<script src=https://ct.captcha-delivery.com/"
     "c.js></script>",
        "DataDome"},
    {"<body><script>var arg1='4A8B';document.cookie='acw_sc__v2='+x;"
     "</script></body>",
        "Aliyun"},
    {"<div id=block><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，"
     "您的访问被阻断。</p></div>",
        "refused"},
    {"<title>安全检测</title><script src='/.safeline/static/slg.js'></script>"
     "<p>正在确认</p>",
        "SafeLine"},
    {"<html><head><meta id='9Dhe' content='a'><script>$_ts=window['$_ts'];"
     "if(!$_ts)$_ts={};$_ts.nsd=1;</script></head><body></body></html>",
        "Ruishu"},
    {"<iframe src='/aqb_cc/error/img.html'></iframe>", "Anquanbao"},
    {"<script>document.cookie='__jsl_clearance=1';location.reload()</script>",
        "Jiasule"},
    {"<script>var x='yunsuo_session_verify';location.href='/?s=1'</script>",
        "Yunsuo"},
    {"<h3>网站防火墙</h3><p>您的请求带有不合法参数，已被网站管理员设置拦截！"
     "</p><p>可能原因：您提交的内容包含危险的攻击请求</p>",
        "refused"},
    {"<title>提示</title><p>您的访问过于频繁，请稍后再试</p>", "refused"},
    {"<title>Access Denied</title><h1>Access Denied</h1>You don't have "
     "permission to access \"http://x.example/\" on this server.<p>Reference "
     "&#35;18.7",
        "refused"},
    {"<h2>请完成安全验证</h2><p>拖动滑块完成拼图</p>", "captcha"},
    {"<form><div class=g-recaptcha></div><p>Please confirm.</form>", "captcha"},
    {"<p>Verify you are human by completing the action below.", "captcha"},
    {"<title>统一身份认证平台</title><form><input name=user><input "
     "type=password name=p><button>登录</button></form>"
     "<a href=/forget>忘记密码</a>",
        "log-in"},
    {"<title>用户登录</title><div id=app>请稍候</div>", "log-in"},
    {"<noscript>请开启JavaScript后继续访问</noscript><div id=app></div>",
        "scripts"},
    {"<title>云溪县教育局</title><noscript>You need to enable JavaScript to "
     "run this app.</noscript><div id=root></div><script src=a.js></script>",
        "scripts"},
    {"<title>云溪县教育局</title><div id=app></div><script src=a.js></script>",
        "scripts"},
    {"<script>location.href='/site/index.html'</script>", "scripts"},
    {"<title>网站维护中</title><h2>网站升级维护中</h2><p>请稍后访问</p>",
        "maintenance"},
    {"<h1>Site under maintenance</h1><p>We will be back at noon.</p>",
        "maintenance"},
    {"<h1>yunxi-school.example</h1><p>This domain is for sale. Make an "
     "offer.</p>",
        "parked"},
    {"<p>您访问的域名已过期，请联系注册商续费</p>", "parked"},
    {"<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>If you see "
     "this page, the web server is working.</p>",
        "web server"},
    {"<title>404 Not Found</title><center><h1>404 Not Found</h1></center><hr>"
     "<center>nginx</center>",
        "error page"},
    {"<title>提示信息</title><p>对不起，您访问的页面不存在！</p>"
     "<a href=/>返回首页</a>",
        "error page"},
    {"", "empty"},
    {"<html><head></head><body>\n</body></html>", "empty"},

    {"<title>通知公告</title><ul class=list></ul>", NULL},
    {"<title>通知公告</title><a href=/>首页</a><p>暂无内容</p>", NULL},
    {"<p>云溪县实验小学</p>", NULL},
    {"<a href=1.htm><img src=1.jpg></a><a href=2.htm><img src=2.jpg></a>"
     "<a href=3.htm><img src=3.jpg></a><a href=4.htm><img src=4.jpg></a>"
     "<a href=5.htm><img src=5.jpg></a><script>x()</script>",
        NULL},
    {"<frameset><frame src=left.htm><frame src=main.htm></frameset>", NULL},
    /* A school's front page with a corner for logging in. */
    {"<title>云溪县实验小学</title><a href=1>首页</a><a href=2>学校概况</a>"
     "<a href=3>新闻中心</a><a href=4>通知公告</a><a href=5>德育之窗</a>"
     "<a href=6>教学科研</a><a href=7>招生信息</a><a href=8>联系我们</a>"
     "<a href=9>校长信箱</a><form><input type=password>登录</form>"
     "<p>我校举行第二十三届校园文化艺术节",
        NULL},
    /* Publications about such things are none of them. */
    {"<title>关于校园网系统维护的通知</title><h1>关于校园网系统维护的通知</h1>"
     "<p>各位师生：因机房检修，校园网系统将于6月7日晚间维护，届时网站维护中，"
     "期间无法访问教务系统、办公系统和图书馆系统，请提前保存资料，由此带来的"
     "不便敬请谅解。维护结束后另行通知。</p><p>信息中心</p><p>6月5日</p>",
        NULL},
    {"<title>防诈骗提醒</title><h1>防诈骗提醒</h1><p>近期有家长收到要求"
     "“统一身份认证”的短信，点开后是假冒的登录页面，要求输入密码和验证码。"
     "请广大家长不要点击不明链接，不要向他人透露密码。</p>"
     "<a href=/>返回首页</a>",
        NULL},
};

static void
tells_walls_from_pages(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct html html;
        struct str reason;

        assert_int_equal(
            html_parse(fixture->arena, str_of(rows[i].page), STR_NONE, &html),
            0);
        reason = blocked_reason(&html);
        html_done(&html);
        if (!rows[i].reason && reason.p)
            fail_msg("%s: \"%.*s\"", rows[i].page, STR_ARG(reason));
        if (rows[i].reason &&
            str_find(reason, str_of(rows[i].reason)) == reason.n)
            fail_msg("%s: \"%.*s\" is to be \"%s\"", rows[i].page,
                STR_ARG(reason), rows[i].reason);
    }
}

/* The same words far inside a page with something to read mean nothing. */
static void
a_page_with_text_is_a_page(void **state)
{
    struct fixture *fixture = *state;
    struct buf page;
    struct html html;

    buf_init(&page, 100000);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].reason)
            (void)buf_add_cstr(&page, rows[i].page);
    for (int i = 0; i < 100; i++)
        (void)buf_add_cstr(
            &page, "<p>县教育局督导组到校检查食堂和校舍安全工作情况。</p>");
    assert_int_equal(page.err, 0);
    assert_int_equal(
        html_parse(fixture->arena, buf_str(&page), STR_NONE, &html), 0);
    assert_null(blocked_reason(&html).p);
    html_done(&html);
    buf_done(&page);
}

static void
readers_say_it(void **state)
{
    struct fixture *fixture = *state;
    struct feed_input input = {
        .bytes = STR("<html><title>系统维护中</title><p>系统维护中</p></html>"),
        .url = STR("http://www.yunxi.example/tz/"),
        .now = page_time("2026-06-20")};
    const struct document *document;
    const struct article *article;
    struct toc_error error = {0};
    struct str reason;

    assert_int_equal(list_parse(fixture->arena, &input, &error, &document), 0);
    assert_non_null(document->blocked.p);
    assert_int_equal(document->nitems, 0);
    assert_int_equal(
        article_parse(fixture->arena, &input, &error, &article), 0);
    assert_non_null(article->blocked.p);
    assert_int_equal(article->text.n, 0);
    assert_int_equal(page_blocked(fixture->arena, &input, &reason), 0);
    assert_str(reason, document->blocked.p);
    assert_int_equal(
        feed_parse(fixture->arena, &input, &error, &document), E_PARSE);
    assert_non_null(strstr(error.text, "HTML page"));
    assert_non_null(strstr(error.text, "maintenance"));
    input.bytes = STR("<html><title>云溪县实验小学</title><p>欢迎来到云溪县实验"
                      "小学的网站</p></html>");
    assert_int_equal(page_blocked(fixture->arena, &input, &reason), 0);
    assert_null(reason.p);
}

/* A list is no wall, whatever stands around it. */
static void
a_list_is_no_wall(void **state)
{
    struct fixture *fixture = *state;
    struct feed_input input = {
        .bytes = STR("<title>网站维护中</title><ul>"
                     "<li><a href=1>关于放假安排的通知</a> 2026-06-01"
                     "<li><a href=2>关于召开家长会的通知</a> 2026-06-02"
                     "<li><a href=3>关于停电的紧急通知</a> 2026-06-03"
                     "<li><a href=4>关于举行运动会的通知</a> 2026-06-04"
                     "<li><a href=5>关于食堂改造的通知</a> 2026-06-05</ul>"),
        .url = STR("http://www.yunxi.example/tz/"),
        .now = page_time("2026-06-20")};
    const struct document *document;

    assert_int_equal(list_parse(fixture->arena, &input, NULL, &document), 0);
    assert_null(document->blocked.p);
    assert_int_equal(document->nitems, 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            tells_walls_from_pages, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_page_with_text_is_a_page, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            readers_say_it, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_list_is_no_wall, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
