/* mail_talk: replies, and the command that follows from each. */
#include "net/mail_talk.h"

#include "base/num.h"
#include "base/utf8.h"

enum { REPLY_READY = 354 };

void
mail_talk_init(struct mail_talk *talk)
{
    buf_init(&talk->reply, 8 * MAIL_REPLY_TEXT_BYTES);
}

void
mail_talk_done(struct mail_talk *talk)
{
    buf_done(&talk->reply);
}

/* Keep a line, with whatever is no text made harmless. */
static void
keep_line(struct buf *reply, struct str line)
{
    if (reply->n)
        buf_add_char(reply, ' ');
    for (size_t at = 0; at < line.n && reply->n < MAIL_REPLY_TEXT_BYTES;) {
        uint32_t c = utf8_next(line, &at);

        buf_add_codepoint(reply, c < 0x20 || c == 0x7f ? ' ' : c);
    }
}

/* Take a line; *ret_code is its code when it ends a reply, else 0. */
static int
hear(struct mail_talk *talk, struct str line, int *ret_code)
{
    struct str text;
    int64_t code;

    *ret_code = 0;
    talk->heard += line.n;
    if (talk->heard > MAIL_MAX_REPLY_BYTES)
        return E_LIMIT;
    line = str_trim(line);
    if (line.n < 3 || num_parse_i64(str_first(line, 3), 100, 999, &code) < 0)
        return 0;
    /* A further line of a reply has its code already. */
    keep_line(&talk->reply, talk->reply.n ? str_from(line, 4) : line);
    if (line.n > 3 && line.p[3] == '-')
        return 0;
    text = arena_str(talk->arena, str_trim(buf_str(&talk->reply)));
    buf_clear(&talk->reply);
    talk->last = (struct mail_reply){(int)code, text.p ? text : STR("")};
    *ret_code = (int)code;
    return 0;
}

int
mail_talk_note(struct mail_talk *talk, struct str line)
{
    int code;

    return talk->over ? 0 : hear(talk, line, &code);
}

int
mail_talk_begin(struct mail_talk *talk, struct buf *out)
{
    talk->step = MAIL_FROM;
    buf_clear(&talk->reply);
    return buf_printf(out, "MAIL FROM:<%.*s>\r\n", STR_ARG(talk->from));
}

/* The message with a dot before each that begins a line (RFC 5321 §4.5.2). */
static int
say_message(struct mail_talk *talk, struct buf *out)
{
    struct str rest = talk->message;

    while (rest.n) {
        size_t n = str_find_char(rest, '\n');

        n = n < rest.n ? n + 1 : rest.n;
        if (rest.p[0] == '.')
            buf_add_char(out, '.');
        buf_add(out, rest.p, n);
        rest = str_from(rest, n);
    }
    if (!str_ends(talk->message, STR("\r\n")))
        buf_add_cstr(out, "\r\n");
    return buf_add_cstr(out, ".\r\n");
}

static int
say_recipient(struct mail_talk *talk, struct buf *out)
{
    struct str to = talk->to[talk->nasked++];

    talk->step = MAIL_RCPT;
    return buf_printf(out, "RCPT TO:<%.*s>\r\n", STR_ARG(to));
}

static int
leave(struct mail_talk *talk, struct buf *out)
{
    talk->over = true;
    return buf_add_cstr(out, "QUIT\r\n");
}

/* The command after a complete reply. */
static int
go_on(struct mail_talk *talk, int code, struct buf *out)
{
    bool ok = code >= 200 && code < 300;

    if (talk->step == MAIL_RCPT) {
        talk->rcpt[talk->nasked - 1] = talk->last;
        talk->any_ok = talk->any_ok || ok;
    }
    if (talk->step == MAIL_BODY)
        talk->accepted = ok;
    if (code == 421) /* it is closing the connection */
        return leave(talk, out);
    if ((talk->step == MAIL_FROM && ok) ||
        (talk->step == MAIL_RCPT && talk->nasked < talk->nto))
        return say_recipient(talk, out);
    if (talk->step == MAIL_RCPT && talk->any_ok) {
        talk->step = MAIL_DATA;
        return buf_add_cstr(out, "DATA\r\n");
    }
    if (talk->step == MAIL_DATA && code == REPLY_READY) {
        talk->step = MAIL_BODY;
        return say_message(talk, out);
    }
    return leave(talk, out);
}

int
mail_talk_line(struct mail_talk *talk, struct str line, struct buf *out)
{
    int code, err;

    if (talk->over)
        return 0;
    err = hear(talk, line, &code);
    return err || !code ? err : go_on(talk, code, out);
}
