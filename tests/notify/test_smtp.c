/*
 * smtp: a mail is ASCII, threads by its incident, holds no header that a title
 * made up; what a server says becomes a class.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "check.h"
#include "notify/mime.h"
#include "notify/smtp.h"

#define BODY(type, title)                                                      \
    "{\"type\":\"" type "\",\"timestamp\":\"2026-06-07T02:03:04Z\",\"data\":{" \
    "\"incident\":{\"id\":41,\"url\":\"https://desk.yunxi.example/incidents/"  \
    "41\",\"level\":\"orange\",\"score\":67,\"title\":\"" title                \
    "\",\"category\":\"food\",\"state\":\"new\",\"owner\":\"云溪一中\","   \
    "\"first_seen\":\"2026-06-07T01:30:00Z\",\"items\":3},\"reason\":\"x\"}}"

static struct arena *arena;
static const struct str to[] = {
    {"li@yunxi.example", 16}, {"wang@yunxi.example", 18}};

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(8 * 1024 * 1024);
    return digest_init();
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct channel_config
channel(void)
{
    struct channel_config config = {
        .id = STR("mail"),
        .kind = STR("smtp"),
        .url = STR("smtp://mail.yunxi.example:587"),
        .secrets = {STR("T0k3nT0k3n")},
        .nsecrets = 1,
        .user = STR("desk"),
        .from = STR("云溪县教育局 <desk@yunxi.example>"),
        .to = to,
        .nto = 2,
        .lang = STR("zh"),
        .console = STR("https://desk.yunxi.example"),
    };

    gate_policy_init(&config.policy);
    config.policy.https_only = true;
    return config;
}

static const char *
mail(const char *id, const char *type, const char *body, enum text_form form)
{
    struct channel_config config = channel();
    struct channel_message message = {.id = str_of(id),
        .type = str_of(type),
        .body = str_of(body),
        .attempt = 1,
        .form = form};
    struct mail_request request = {0};

    assert_int_equal(
        smtp_ops.render_mail(&config, &message, arena, &request), 0);
    assert_true(str_eq(request.from, STR("desk@yunxi.example")));
    assert_true(str_eq(request.user, STR("desk")));
    assert_true(str_eq(request.password, STR("T0k3nT0k3n")));
    assert_true(str_eq(request.hello, STR("yunxi.example")));
    assert_int_equal(request.nto, 2);
    return arena_cstr(arena, request.message);
}

/* A header's value, its lines joined; NULL when it is not there. */
static const char *
field(const char *text, const char *name)
{
    char wanted[80];
    const char *from, *end = strstr(text, "\r\n\r\n");

    assert_non_null(end);
    snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
    from = strstr(text, wanted);
    if (!from || from > end)
        return NULL;
    from += strlen(wanted);
    end = strstr(from, "\r\n");
    while (end[2] == ' ')
        end = strstr(end + 2, "\r\n");
    return arena_cstr(arena, (struct str){from, (size_t)(end - from)});
}

static void
is_a_plain_mail(const char *text)
{
    size_t line = 0;

    for (const char *c = text; *c; c++) {
        assert_true((unsigned char)*c < 0x80);
        if (*c == '\n') {
            assert_true(c > text && c[-1] == '\r');
            line = 0;
        } else {
            assert_true(*c != '\r' || c[1] == '\n');
            line++;
        }
        assert_true(line <= 78);
    }
}

/* The texts of the first part in base64. */
static void
decode_part(const char *text, const char *type, struct buf *out)
{
    const char *at = strstr(text, type);
    const char *end;

    assert_non_null(at);
    at = strstr(at, "\r\n\r\n");
    assert_non_null(at);
    end = strstr(at, "\r\n--");
    buf_clear(out);
    for (at += 4; *at && (!end || at < end);) {
        struct str line = {at, strcspn(at, "\r")};

        assert_int_equal(digest_unbase64(out, line), 0);
        at += line.n + 2;
    }
}

static void
a_mail_is_made(void **state)
{
    const char *text = mail("msg_Ab1", "incident.opened",
        BODY("incident.opened", "多名学生午餐后呕吐<b>送医</b>，"
                                "家长群里已经传开，校方尚未回应"),
        TEXT_FORM_FULL);
    struct buf part;

    (void)state;
    is_a_plain_mail(text);
    assert_string_equal(field(text, "MIME-Version"), "1.0");
    assert_non_null(strstr(text, "Date: Sun, 07 Jun 2026 02:03:04 +0000\r\n"));
    assert_non_null(strstr(field(text, "From"), " <desk@yunxi.example>"));
    assert_non_null(strstr(field(text, "From"), "=?UTF-8?B?"));
    assert_non_null(strstr(field(text, "To"), "<wang@yunxi.example>"));
    assert_non_null(strstr(field(text, "Subject"), "=?UTF-8?B?"));
    assert_string_equal(field(text, "Auto-Submitted"), "auto-generated");
    assert_string_equal(field(text, "Importance"), "high");
    assert_non_null(
        strstr(field(text, "Content-Type"), "multipart/alternative"));
    buf_init(&part, 65536);
    decode_part(text, "Content-Type: text/plain", &part);
    assert_non_null(strstr(buf_cstr(&part), "午餐后呕吐<b>送医"));
    assert_non_null(strstr(buf_cstr(&part), "/incidents/41"));
    decode_part(text, "Content-Type: text/html", &part);
    assert_non_null(strstr(buf_cstr(&part), "<!DOCTYPE html>"));
    assert_null(strstr(buf_cstr(&part), "<b>送医"));
    assert_non_null(
        strstr(buf_cstr(&part), "https://desk.yunxi.example/incidents/41"));
    buf_done(&part);
    assert_null(strstr(text, "T0k3n"));
    /* The plain form has one part only. */
    text = mail("msg_Ab1", "incident.opened", BODY("incident.opened", "x"),
        TEXT_FORM_PLAIN);
    assert_null(strstr(text, "multipart"));
}

static void
mails_of_an_incident_are_a_thread(void **state)
{
    const char *first = mail("msg_Ab1", "incident.opened",
        BODY("incident.opened", "x"), TEXT_FORM_FULL);
    const char *again = mail("msg_Ab1", "incident.opened",
        BODY("incident.opened", "x"), TEXT_FORM_FULL);
    const char *second = mail("msg_Cd2", "incident.raised",
        BODY("incident.raised", "x"), TEXT_FORM_FULL);
    const char *third = mail("msg_Ef3", "incident.closed",
        BODY("incident.closed", "x"), TEXT_FORM_FULL);
    const char *root = field(first, "Message-ID");

    (void)state;
    assert_string_equal(field(again, "Message-ID"), root);
    assert_true(root[0] == '<' && strstr(root, "@yunxi.example>"));
    assert_null(field(first, "References"));
    assert_string_equal(field(second, "In-Reply-To"), root);
    assert_string_equal(field(second, "References"), root);
    assert_string_equal(field(third, "References"), root);
    assert_non_null(strstr(field(second, "Message-ID"), "msg-Cd2@"));
    assert_string_not_equal(
        field(second, "Message-ID"), field(third, "Message-ID"));
}

static void
a_title_makes_no_header(void **state)
{
    const char *text = mail("msg_Ab1", "incident.opened",
        BODY("incident.opened",
            "a\\r\\nBcc: x@evil.example\\r\\n\\r\\nhello =?UTF-8?B?eA==?="),
        TEXT_FORM_FULL);
    struct buf out;

    (void)state;
    is_a_plain_mail(text);
    assert_null(field(text, "Bcc"));
    assert_null(strstr(text, "evil"));
    buf_init(&out, 4096);
    mime_header_text(&out, "Subject", STR("ok =?x"));
    assert_non_null(strstr(buf_cstr(&out), "Subject: =?UTF-8?B?"));
    buf_clear(&out);
    mime_header_text(&out, "Subject", STR("a\r\nBcc: x"));
    assert_string_equal(
        buf_cstr(&out), "Subject: =?UTF-8?B?YSAgQmNjOiB4?=\r\n");
    buf_clear(&out);
    mime_header_text(&out, "Subject", STR("a fire"));
    assert_string_equal(buf_cstr(&out), "Subject: a fire\r\n");
    buf_clear(&out);
    mime_phrase(&out, STR("Desk, \"Li\" <x@y>"));
    assert_true(str_starts(buf_str(&out), STR("=?UTF-8?B?")));
    buf_clear(&out);
    mime_phrase(&out, STR("Duty desk"));
    assert_string_equal(buf_cstr(&out), "Duty desk");
    buf_done(&out);
}

static void
options_are_checked(void **state)
{
    static const struct str bad[] = {{"li@yunxi.example\r\nRCPT", 22}};
    struct toc_error error;
    struct channel_config c = channel();

    (void)state;
    assert_int_equal(channel_check(&c, &error), 0);
    c.url = STR("https://mail.yunxi.example/");
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c.url = STR("smtp://10.0.0.1:25");
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c.url = STR("smtps://mail.yunxi.example");
    assert_int_equal(channel_check(&c, &error), 0);
    c.from = STR("desk");
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c = channel();
    c.to = bad;
    c.nto = 1;
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c = channel();
    c.nto = 0;
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c = channel();
    c.user = STR_NONE;
    assert_int_equal(channel_check(&c, &error), E_CONF);
    c.nsecrets = 0;
    assert_int_equal(channel_check(&c, &error), 0);
    c.from = STR("desk@yunxi.example");
    assert_int_equal(channel_check(&c, &error), 0);
}

static struct str settled_before;

static struct channel_verdict
judged(enum mail_step step, int code, bool accepted, int rcpt1, int rcpt2)
{
    struct mail_reply rcpt[] = {{rcpt1, arena_printf(arena, "%d first", rcpt1)},
        {rcpt2, arena_printf(arena, "%d second", rcpt2)}};
    struct mail_answer answer = {.result = HTTP_ANSWERED,
        .accepted = accepted,
        .step = step,
        .last = {code, arena_printf(arena, "%d said", code)},
        .rcpt = rcpt,
        .nrcpt = 2};
    struct channel_config config = channel();
    struct channel_verdict verdict;

    config.settled = settled_before;
    smtp_ops.judge_mail(&config, &answer, arena, &verdict);
    return verdict;
}

static void
replies_have_a_meaning(void **state)
{
    static const struct {
        enum mail_step step;
        int code, rcpt1, rcpt2;
        enum delivery_class class;
    } rows[] = {
        {MAIL_CONNECT, 554, 0, 0, CLASS_DEAD_TARGET},
        {MAIL_CONNECT, 421, 0, 0, CLASS_TRANSIENT},
        {MAIL_LOGIN, 535, 0, 0, CLASS_DEAD_TARGET},
        {MAIL_LOGIN, 454, 0, 0, CLASS_TRANSIENT},
        {MAIL_FROM, 550, 0, 0, CLASS_DEAD_TARGET},
        {MAIL_RCPT, 550, 550, 553, CLASS_DEAD_TARGET},
        {MAIL_RCPT, 451, 550, 451, CLASS_TRANSIENT},
        {MAIL_RCPT, 550, 451, 550, CLASS_TRANSIENT},
        {MAIL_DATA, 451, 250, 250, CLASS_TRANSIENT},
        {MAIL_BODY, 452, 250, 250, CLASS_TRANSIENT},
        {MAIL_BODY, 552, 250, 250, CLASS_BAD_PAYLOAD},
        {MAIL_BODY, 554, 250, 250, CLASS_BAD_PAYLOAD},
    };
    struct channel_verdict v;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        v = judged(
            rows[i].step, rows[i].code, false, rows[i].rcpt1, rows[i].rcpt2);
        assert_int_equal(v.class, rows[i].class);
        assert_true(v.text.n > 0);
    }
    assert_true(judged(MAIL_BODY, 554, false, 250, 250).moderated);
    assert_false(judged(MAIL_BODY, 552, false, 250, 250).moderated);
    v = judged(MAIL_BODY, 250, true, 550, 250);
    assert_int_equal(v.class, CLASS_DELIVERED);
    assert_true(
        str_eq(v.text, STR("250 said; not for li@yunxi.example: 550 first")));
    assert_true(
        str_eq(v.settled, STR("!li@yunxi.example\nwang@yunxi.example")));
    v = judged(MAIL_BODY, 250, true, 250, 250);
    assert_true(str_eq(v.text, STR("250 said")));
    /* Some took it: it is over for those alone. */
    v = judged(MAIL_BODY, 250, true, 250, 451);
    assert_int_equal(v.class, CLASS_TRANSIENT);
    assert_true(str_eq(v.settled, STR("li@yunxi.example")));
    assert_true(
        str_find(v.text, STR("not for wang@yunxi.example: 451")) < v.text.n);
    /* What is about nobody says so. */
    settled_before = STR("li@yunxi.example");
    assert_int_equal(judged(MAIL_CONNECT, 421, false, 0, 0).settled.n, 0);
    assert_int_equal(judged(MAIL_RCPT, 421, false, 421, 0).settled.n, 0);
    assert_true(
        str_eq(judged(MAIL_RCPT, 451, false, 451, 0).settled, settled_before));
    settled_before = STR_NONE;
    v = judged(MAIL_RCPT, 451, false, 550, 451);
    assert_true(str_find(v.text, STR("wang@yunxi.example: 451")) < v.text.n);
}

/* A mail that one of two took goes again to the other alone, as the very same
 * mail; what the other says ends it. */
static void
who_has_it_is_not_asked_again(void **state)
{
    struct channel_config config = channel();
    struct channel_message message = {.id = STR("msg_abc"),
        .type = STR("test"),
        .body = STR("{\"type\":\"test\",\"timestamp\":\"2026-06-07T01:30:00Z\","
                    "\"data\":{\"text\":\"x\"}}"),
        .attempt = 2};
    struct mail_request first = {0}, again = {0};
    struct mail_reply rcpt[] = {{550, STR("550 no")}};
    struct mail_answer answer = {.result = HTTP_ANSWERED,
        .step = MAIL_RCPT,
        .last = {550, STR("550 no")},
        .rcpt = rcpt,
        .nrcpt = 1};
    struct channel_verdict v;

    (void)state;
    assert_int_equal(smtp_ops.render_mail(&config, &message, arena, &first), 0);
    config.settled = STR("li@yunxi.example");
    assert_int_equal(smtp_ops.render_mail(&config, &message, arena, &again), 0);
    assert_int_equal(first.nto, 2);
    assert_int_equal(again.nto, 1);
    assert_true(str_eq(again.to[0], STR("wang@yunxi.example")));
    assert_true(str_eq(first.message, again.message));
    /* Refused for good: the other has it, and that is all there is. */
    smtp_ops.judge_mail(&config, &answer, arena, &v);
    assert_int_equal(v.class, CLASS_DELIVERED);
    config.settled = STR("!li@yunxi.example");
    smtp_ops.judge_mail(&config, &answer, arena, &v);
    assert_int_equal(v.class, CLASS_DEAD_TARGET);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_made),
        cmocka_unit_test(mails_of_an_incident_are_a_thread),
        cmocka_unit_test(a_title_makes_no_header),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(replies_have_a_meaning),
        cmocka_unit_test(who_has_it_is_not_asked_again),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
