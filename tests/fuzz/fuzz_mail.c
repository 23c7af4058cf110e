/* What a mail server says while we talk to it. */
#include "fuzz.h"
#include "net/mail_talk.h"

enum { RECIPIENTS = 3, OUT_BYTES = 64 * 1024 };

static void
check_reply(const struct mail_reply *reply)
{
    HOLD(reply->code == 0 || (reply->code >= 100 && reply->code <= 999));
    fuzz_text(reply->text, 2 * MAIL_REPLY_TEXT_BYTES);
}

static void
check_end(const struct mail_talk *talk)
{
    bool any = false;

    check_reply(&talk->last);
    for (size_t i = 0; i < RECIPIENTS; i++) {
        check_reply(&talk->rcpt[i]);
        any = any || (talk->rcpt[i].code >= 200 && talk->rcpt[i].code < 300);
    }
    /* Taken only after the message was sent, for somebody, and with a yes. */
    if (talk->accepted)
        HOLD(talk->step == MAIL_BODY && any && talk->last.code >= 200 &&
             talk->last.code < 300);
    HOLD(talk->nasked <= RECIPIENTS);
}

void
fuzz_mail(struct str input)
{
    static const struct str to[RECIPIENTS] = {{"a@yunxi.example", 15},
        {"b@yunxi.example", 15}, {"c@yunxi.example", 15}};
    struct mail_reply rcpt[RECIPIENTS] = {{0, STR_NONE}};
    struct arena *arena = fuzz_arena();
    struct mail_talk talk = {.arena = arena,
        .from = STR("d@yunxi.example"),
        .message = STR("Subject: x\r\n\r\n.one\r\n"),
        .to = to,
        .nto = RECIPIENTS,
        .rcpt = rcpt};
    struct buf out;
    int err;

    buf_init(&out, OUT_BYTES);
    mail_talk_init(&talk);
    err = mail_talk_note(&talk, fuzz_line(&input));
    if (!err)
        err = mail_talk_begin(&talk, &out);
    while (!err && input.p)
        err = mail_talk_line(&talk, fuzz_line(&input), &out);
    HOLD(err == 0 || err == E_LIMIT || err == E_NOMEM);
    HOLD(str_ends(buf_str(&out), STR("\r\n")));
    check_end(&talk);
    mail_talk_done(&talk);
    buf_done(&out);
    arena_free(arena);
}
