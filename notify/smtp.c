/* smtp: the mail, and what a server's replies come to. */
#include "notify/smtp.h"

#include "base/digest.h"
#include "base/jsonx.h"
#include "notify/mime.h"

enum { MAIL_CLOSING = 421 /* whatever it was asked, it goes */ };

int
smtp_parse_from(struct str from, struct str *ret_name, struct str *ret_address)
{
    size_t open = str_find_char(from, '<');
    struct str name = STR_NONE, address = from;

    if (open < from.n) {
        if (from.p[from.n - 1] != '>')
            return E_CONF;
        name = str_trim(str_first(from, open));
        address = (struct str){from.p + open + 1, from.n - open - 2};
    }
    if (!mail_address_is_valid(address) || name.n > SMTP_NAME_BYTES)
        return E_CONF;
    *ret_name = name;
    *ret_address = address;
    return 0;
}

/* --- the configuration -----------------------------------------------------
 */

static int
wrong(struct toc_error *reterr, const char *sentence)
{
    toc_error_set(reterr, NULL, 0, 0, "%s", sentence);
    return E_CONF;
}

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    struct str name, address;
    const char *reason = "";
    int err = mail_url(&config->policy, config->url, &reason);

    if (err == E_DENIED) {
        toc_error_set(reterr, NULL, 0, 0, "url cannot be used: %s", reason);
        return E_CONF;
    }
    if (err < 0)
        return err;
    if (smtp_parse_from(config->from, &name, &address) < 0)
        return wrong(reterr, "from is to be an address, as desk@example.org "
                             "or Desk <desk@example.org>");
    if (config->nto == 0 || config->nto > MAIL_MAX_RECIPIENTS)
        return wrong(reterr, "to is to be a list of 1 to 50 addresses");
    for (size_t i = 0; i < config->nto; i++)
        if (!mail_address_is_valid(config->to[i])) {
            toc_error_set(reterr, NULL, 0, 0,
                "to: \"%.*s\" is no address; wang@example.org would be right",
                STR_ARG(str_first(config->to[i], MAIL_MAX_ADDRESS_BYTES)));
            return E_CONF;
        }
    if ((config->user.n > 0) != (config->nsecrets > 0))
        return wrong(reterr, "a log-in is to have both user and secret");
    return 0;
}

/* --- the mail --------------------------------------------------------------
 */

/* What one mail is made of. */
struct mail {
    const struct channel_config *config;
    const struct channel_message *message;
    const json_t *body; /* parsed */
    struct str name, address, domain;
    struct text text, html;
    bool with_html;
};

/* The incident that the message is about alone, or NULL. */
static const json_t *
incident_of(const json_t *body)
{
    const json_t *data = json_object_get(body, "data");
    const json_t *list = json_object_get(data, "incidents");

    if (json_array_size(list) == 1 &&
        json_integer_value(json_object_get(data, "more")) == 0)
        return json_array_get(list, 0);
    return json_object_get(data, "incident");
}

/* A Message-ID's part from what may be any text: letters, digits, '-', '.'. */
static void
add_atom(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9'))
            buf_add_char(out, c);
        else
            buf_add_char(out, '-');
    }
}

/* Append the id of the thread: the incident's, or that of a condition as long
 * as it holds.  The time it began is in it, because numbers begin anew with a
 * new database and some servers drop what has a Message-ID they know.  False,
 * and nothing appended, when there is none. */
static bool
add_thread(struct buf *out, const struct mail *m)
{
    const json_t *incident = incident_of(m->body);
    const json_t *condition =
        json_object_get(json_object_get(m->body, "data"), "condition");

    if (incident) {
        buf_printf(out, "<incident.%lld.",
            (long long)json_integer_value(json_object_get(incident, "id")));
        add_atom(out, jsonx_get_str(incident, "first_seen"));
    } else if (condition) {
        buf_add_cstr(out, "<condition.");
        add_atom(out, jsonx_get_str(condition, "kind"));
        buf_add_char(out, '.');
        add_atom(out, jsonx_get_str(condition, "subject"));
        buf_add_char(out, '.');
        add_atom(out, jsonx_get_str(condition, "since"));
    } else {
        return false;
    }
    buf_printf(out, "@%.*s>", STR_ARG(m->domain));
    return true;
}

static void
add_ids(struct buf *out, const struct mail *m)
{
    struct buf thread;
    bool opens = str_eq(m->message->type, str_of("incident.opened"));

    buf_init(&thread, 1024);
    if (!add_thread(&thread, m) || thread.err)
        buf_clear(&thread);
    buf_add_cstr(out, "Message-ID: ");
    if (opens && thread.n) {
        buf_printf(out, "%s\r\n", buf_cstr(&thread));
    } else {
        buf_add_char(out, '<');
        add_atom(out, m->message->id);
        buf_printf(out, "@%.*s>\r\n", STR_ARG(m->domain));
        if (thread.n)
            buf_printf(out, "In-Reply-To: %s\r\nReferences: %s\r\n",
                buf_cstr(&thread), buf_cstr(&thread));
    }
    buf_done(&thread);
}

static void
add_addresses(struct buf *out, const struct mail *m)
{
    buf_add_cstr(out, "From: ");
    if (m->name.n) {
        mime_phrase(out, m->name);
        buf_add_char(out, ' ');
    }
    buf_printf(out, "<%.*s>\r\nTo: ", STR_ARG(m->address));
    for (size_t i = 0; i < m->config->nto; i++)
        buf_printf(
            out, "%s<%.*s>", i ? ",\r\n " : "", STR_ARG(m->config->to[i]));
    buf_add_cstr(out, "\r\n");
}

static void
add_header(struct buf *out, const struct mail *m)
{
    struct wall at;

    if (timefmt_parse_rfc3339(jsonx_get_str(m->body, "timestamp"), &at) == 0)
        mime_date(out, at);
    add_addresses(out, m);
    mime_header_text(out, "Subject", m->text.title);
    add_ids(out, m);
    buf_add_cstr(out, "Auto-Submitted: auto-generated\r\n"
                      "X-Auto-Response-Suppress: All\r\n");
    buf_add_cstr(out, "X-Tocsin-Message: ");
    add_atom(out, m->message->id);
    buf_add_cstr(out, "\r\n");
    if (m->text.level == LEVEL_RED || m->text.level == LEVEL_ORANGE)
        buf_add_cstr(out, "Importance: high\r\nX-Priority: 1\r\n");
    buf_add_cstr(out, "MIME-Version: 1.0\r\n");
}

/* A boundary that cannot stand in base64. */
static void
add_boundary(struct buf *out, const struct mail *m)
{
    buf_add_cstr(out, "=_");
    add_atom(out, m->message->id);
}

static int
write_mail(struct buf *out, const struct mail *m)
{
    add_header(out, m);
    if (!m->with_html)
        return mime_part(out, "text/plain", m->text.lines);
    buf_add_cstr(out, "Content-Type: multipart/alternative;\r\n boundary=\"");
    add_boundary(out, m);
    buf_add_cstr(out, "\"\r\n\r\n--");
    add_boundary(out, m);
    buf_add_cstr(out, "\r\n");
    mime_part(out, "text/plain", m->text.lines);
    buf_add_cstr(out, "--");
    add_boundary(out, m);
    buf_add_cstr(out, "\r\n");
    mime_part(out, "text/html", m->html.lines);
    buf_add_cstr(out, "--");
    add_boundary(out, m);
    return buf_add_cstr(out, "--\r\n");
}

/* A document of what the texts gave as lines. */
static struct str
html_document(struct arena *arena, const struct mail *m)
{
    return arena_printf(arena,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "</head><body style=\"font-family:sans-serif;line-height:1.5\">\n"
        "<h3>%.*s</h3>\n<p>%.*s</p>\n</body></html>\n",
        str_eq(m->config->lang, STR("en")) ? "en" : "zh-CN",
        STR_ARG(m->html.heading), STR_ARG(m->html.lines));
}

static int
make_texts(struct mail *m, struct arena *arena)
{
    struct text_style style = channel_style(m->config, m->message);
    int err;

    style.markup = TEXT_MARKUP_NONE;
    err = text_make(arena, m->message->body, &style, &m->text);
    if (err || m->message->form != TEXT_FORM_FULL)
        return err;
    style.markup = TEXT_MARKUP_HTML;
    err = text_make(arena, m->message->body, &style, &m->html);
    m->html.lines = html_document(arena, m);
    m->with_html = !err;
    return err ? err : m->html.lines.p ? 0 : E_NOMEM;
}

/* --- who is asked -----------------------------------------------------------
 */

static bool
is_settled(const struct channel_config *config, struct str address)
{
    struct str rest = config->settled;

    while (rest.p) {
        struct str line = str_split(&rest, '\n');

        if (line.n > 0 && line.p[0] == '!')
            line = str_from(line, 1);
        if (str_eq(line, address))
            return true;
    }
    return false;
}

/* Whether any of those that were settled before took it. */
static bool
is_taken(const struct channel_config *config)
{
    struct str rest = config->settled;

    while (rest.p) {
        struct str line = str_split(&rest, '\n');

        if (line.n > 0 && line.p[0] != '!')
            return true;
    }
    return false;
}

/* Those of the recipients that the message is not over for; all of them when it
 * is over for every one, as after a resend. */
static const struct str *
asked(const struct channel_config *config, struct arena *arena, size_t *ret_n)
{
    struct str *list = ARENA_ARRAY(arena, config->nto + 1, struct str);
    size_t n = 0;

    for (size_t i = 0; list && i < config->nto; i++)
        if (!is_settled(config, config->to[i]))
            list[n++] = config->to[i];
    *ret_n = list && n > 0 ? n : config->nto;
    return list && n > 0 ? list : config->to;
}

/* --- the request ------------------------------------------------------------
 */

static int
render_mail(const struct channel_config *config,
    const struct channel_message *message, struct arena *arena,
    struct mail_request *ret)
{
    struct mail m = {.config = config, .message = message};
    json_t *body = NULL;
    struct buf bytes;
    int err = smtp_parse_from(config->from, &m.name, &m.address);

    if (!err)
        err = make_texts(&m, arena);
    if (!err)
        err = jsonx_load(message->body, NULL, &body);
    if (err < 0)
        return err == E_NOMEM ? E_NOMEM : E_CONF;
    m.body = body;
    m.domain = str_from(m.address, str_find_char(m.address, '@') + 1);
    buf_init(&bytes, 2 * SMTP_MAX_BYTES);
    err = write_mail(&bytes, &m);
    ret->url = config->url;
    ret->user = config->user;
    ret->password = config->nsecrets ? config->secrets[0] : STR_NONE;
    ret->hello = m.domain;
    ret->from = m.address;
    ret->to = asked(config, arena, &ret->nto);
    ret->insecure = config->insecure_smtp;
    ret->message = arena_str(arena, buf_str(&bytes));
    buf_done(&bytes);
    json_decref(body);
    if (err == E_LIMIT)
        return E_CONF;
    return err ? err : arena_failed(arena) ? E_NOMEM : 0;
}

/* --- the answer ------------------------------------------------------------
 */

/* An answer, with whom it is about. */
struct replies {
    const struct channel_config *config;
    const struct mail_answer *answer;
    const struct str *to;
    size_t n;
    struct arena *arena;
};

static bool
is_refused(const struct mail_reply *reply)
{
    return reply->code >= 400;
}

/* "wang@yunxi.example: 550 5.1.1 no such user; …" of those who were refused. */
static struct str
refusals(const struct replies *replies)
{
    struct str all = STR_NONE;

    for (size_t i = 0; i < replies->n; i++) {
        const struct mail_reply *reply = &replies->answer->rcpt[i];

        if (is_refused(reply))
            all = arena_printf(replies->arena, "%.*s%s%.*s: %.*s", STR_ARG(all),
                all.n ? "; " : "", STR_ARG(replies->to[i]),
                STR_ARG(reply->text));
    }
    return all;
}

/* Whether some may take it another time, by themselves. */
static bool
some_wait(const struct replies *replies)
{
    for (size_t i = 0; i < replies->n; i++)
        if (replies->answer->rcpt[i].code >= 400 &&
            replies->answer->rcpt[i].code < 500)
            return true;
    return false;
}

/* Whether all were refused for good. */
static bool
all_dead(const struct replies *replies)
{
    for (size_t i = 0; i < replies->n; i++)
        if (replies->answer->rcpt[i].code < 500)
            return false;
    return true;
}

static enum delivery_class
class_of(const struct replies *replies)
{
    const struct mail_answer *answer = replies->answer;

    if (answer->accepted)
        return some_wait(replies) ? CLASS_TRANSIENT : CLASS_DELIVERED;
    if (answer->step == MAIL_RCPT && !all_dead(replies))
        return CLASS_TRANSIENT;
    if (answer->step ==
        MAIL_RCPT) /* the others have it: that is all there is */
        return is_taken(replies->config) ? CLASS_DELIVERED : CLASS_DEAD_TARGET;
    if (answer->last.code < 500)
        return CLASS_TRANSIENT;
    /* By then it is the message that is refused, not the people. */
    return answer->step == MAIL_DATA || answer->step == MAIL_BODY
               ? CLASS_BAD_PAYLOAD
               : CLASS_DEAD_TARGET;
}

/* Whom it is over for after this answer; absent when it is about nobody. */
static struct str
settled(const struct replies *replies)
{
    const struct mail_answer *answer = replies->answer;
    struct str all = replies->config->settled;

    if (!answer->accepted &&
        (answer->step != MAIL_RCPT || answer->last.code == MAIL_CLOSING))
        return STR_NONE;
    for (size_t i = 0; i < replies->n; i++) {
        int code = answer->rcpt[i].code;
        bool taken = answer->accepted && code >= 200 && code < 300;

        if (taken || code >= 500)
            all = arena_printf(replies->arena, "%.*s%s%s%.*s", STR_ARG(all),
                all.n ? "\n" : "", taken ? "" : "!", STR_ARG(replies->to[i]));
    }
    return all;
}

static void
judge_mail(const struct channel_config *config,
    const struct mail_answer *answer, struct arena *arena,
    struct channel_verdict *ret)
{
    struct replies replies = {
        .config = config, .answer = answer, .arena = arena};
    struct str refused;

    replies.to = asked(config, arena, &replies.n);
    if (replies.n > answer->nrcpt)
        replies.n = answer->nrcpt;
    refused = refusals(&replies);
    *ret = (struct channel_verdict){
        .class = class_of(&replies),
        .code = arena_printf(arena, "SMTP %d", answer->last.code),
        .text = answer->last.text,
        /* 552 is about size; the others are about what is in it. */
        .moderated = answer->last.code != 552,
    };
    /* Where nobody is, all are asked again when it is tried. */
    ret->settled =
        ret->class == CLASS_DEAD_TARGET ? config->settled : settled(&replies);
    if (answer->accepted && refused.n)
        ret->text = arena_printf(arena, "%.*s; not for %.*s",
            STR_ARG(answer->last.text), STR_ARG(refused));
    else if (answer->step == MAIL_RCPT && refused.n)
        ret->text = refused;
    else if (!answer->accepted)
        ret->text = arena_printf(arena, "%s: %.*s",
            mail_step_name(answer->step), STR_ARG(answer->last.text));
}

const struct channel_ops smtp_ops = {
    .kind = "smtp",
    .own_url = true,
    .check = check,
    .render_mail = render_mail,
    .judge_mail = judge_mail,
};
