/*
 * robot: tables read, requests written.
 */
#include "notify/robot.h"

#include "base/jsonx.h"
#include "notify/text_mark.h"

enum { ROBOT_LINE_BYTES = 2 /* between heading and lines */ };

/* --- judging -------------------------------------------------------------- */

void
robot_hint(const struct channel_config *config, struct arena *arena,
    const char *zh, const char *en, struct channel_verdict *ret)
{
    const char *hint = str_eq(config->lang, STR("en")) ? en : zh;

    if (hint)
        ret->text = arena_printf(arena, "%.*s (%s)", STR_ARG(ret->text), hint);
}

void
robot_judge_status(const struct http_answer *answer, struct wall now,
    struct arena *arena, struct channel_verdict *ret)
{
    int status = answer->status;

    *ret = (struct channel_verdict){
        .class = CLASS_TRANSIENT,
        .retry_after_ms =
            http_retry_after(http_answer_header(answer, "retry-after"), now,
                CHANNEL_RETRY_AFTER_MAX_MS),
        .code = arena_printf(arena, "HTTP %d", status),
        .text = arena_printf(arena, "HTTP %d: %.*s", status,
            STR_ARG(str_first(answer->body, CHANNEL_TEXT_BYTES))),
    };
    if (status == 429)
        ret->class = CLASS_RATE;
    else if (status == 413)
        ret->class = CLASS_BAD_PAYLOAD;
    else if (status >= 300 && status < 400)
        ret->text =
            arena_printf(arena, "HTTP %d: a redirect is not followed", status);
    else
        /* A 200 without a verdict, or nobody there: it may be a moment's
         * trouble of what stands before the platform. */
        ret->unknown = status < 500 && status != 408;
}

static struct str
lower(struct arena *arena, struct str s)
{
    char *copy = arena_copy(arena, s.p, s.n);

    for (size_t i = 0; copy && i < s.n; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + 'a' - 'A');
    return copy ? (struct str){copy, s.n} : STR_NONE;
}

static const struct robot_code *
find_code(const struct robot_platform *platform, int64_t code, struct str words)
{
    for (const struct robot_code *c = platform->codes;
         c->class != CLASS_DELIVERED; c++) {
        if (c->code == code &&
            (!c->words || str_find(words, str_of(c->words)) < words.n))
            return c;
    }
    return NULL;
}

static void
judge_code(const struct robot_platform *platform,
    const struct channel_config *config, int64_t code, struct str words,
    struct arena *arena, struct channel_verdict *ret)
{
    const struct robot_code *found;

    ret->code = arena_printf(arena, "%s %lld", platform->name, (long long)code);
    ret->text = arena_printf(arena, "%.*s: %.*s", STR_ARG(ret->code),
        STR_ARG(str_first(words, CHANNEL_TEXT_BYTES)));
    ret->unknown = false;
    if (code == 0) {
        ret->class = CLASS_DELIVERED;
        return;
    }
    found = find_code(platform, code, lower(arena, words));
    if (!found) {
        ret->unknown = true;
        return;
    }
    ret->class = found->class;
    ret->moderated = found->moderated;
    ret->penalty_ms = found->wait_ms;
    robot_hint(config, arena, found->zh, found->en, ret);
}

/* How long the body asks to wait. */
static int64_t
robot_wait(const struct robot_platform *platform, const json_t *json)
{
    const json_t *wait =
        platform->wait ? json_object_get(json, platform->wait) : NULL;
    double seconds = json_number_value(wait);

    if (!(seconds > 0))
        return 0;
    return seconds < (double)CHANNEL_RETRY_AFTER_MAX_MS / MS_SECOND
               ? (int64_t)(seconds * MS_SECOND)
               : CHANNEL_RETRY_AFTER_MAX_MS;
}

void
robot_judge(const struct robot_platform *platform,
    const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    json_t *json = NULL;
    struct str words = STR_NONE;
    int64_t code;

    robot_judge_status(answer, now, arena, ret);
    if (answer->body.n && jsonx_load(answer->body, NULL, &json) == 0 &&
        platform->read(json, &code, &words)) {
        /* Only a 2xx is a yes, whatever its body says. */
        if (code != 0 || (answer->status >= 200 && answer->status < 300))
            judge_code(platform, config, code, words, arena, ret);
        if (ret->class == CLASS_RATE && ret->retry_after_ms == 0)
            ret->retry_after_ms = robot_wait(platform, json);
    }
    json_decref(json);
}

/* --- requests ------------------------------------------------------------- */

int
robot_request(struct arena *arena, struct str url, json_t *json_taken,
    size_t max_bytes, struct http_request *ret)
{
    struct http_header *headers = ARENA_ARRAY(arena, 1, struct http_header);
    struct buf body;
    int err = json_taken && headers ? 0 : E_NOMEM;

    buf_init(&body, max_bytes);
    if (!err)
        err = jsonx_dump(json_taken, &body);
    json_decref(json_taken);
    if (!err) {
        headers[0] = (struct http_header){
            STR("content-type"), STR("application/json; charset=utf-8")};
        ret->method = STR("POST");
        ret->url = url;
        ret->headers = headers;
        ret->nheaders = 1;
        ret->body = arena_str(arena, buf_str(&body));
        err = arena_failed(arena) ? E_NOMEM : 0;
    }
    buf_done(&body);
    return err;
}

json_t *
robot_pair(const char *key, struct str value)
{
    json_t *json = json_object();

    if (jsonx_set(json, key, jsonx_str(value)) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* --- words ---------------------------------------------------------------- */

static bool
has_keyword(const struct channel_config *config, struct str s)
{
    for (size_t i = 0; i < config->nkeywords; i++)
        if (str_find(s, config->keywords[i]) < s.n)
            return true;
    return config->nkeywords == 0;
}

/* Title and lines each have a keyword; the heading of the other platforms is
 * part of what Feishu's card has apart. */
static void
add_keyword(struct arena *arena, const struct channel_config *config,
    enum text_markup markup, struct text *text)
{
    struct str keyword = config->nkeywords ? config->keywords[0] : STR_NONE;

    if (!has_keyword(config, text->title)) {
        text->title = arena_printf(
            arena, "%.*s %.*s", STR_ARG(keyword), STR_ARG(text->title));
        text->heading = arena_printf(
            arena, "%.*s %.*s", STR_ARG(keyword), STR_ARG(text->heading));
    }
    if (markup == TEXT_MARKUP_FEISHU && !has_keyword(config, text->lines))
        text->lines = arena_printf(
            arena, "%.*s\n%.*s", STR_ARG(text->lines), STR_ARG(keyword));
}

int
robot_text(struct arena *arena, const struct channel_config *config,
    const struct channel_message *message, enum text_markup markup,
    bool buttons, size_t max_bytes, struct text *ret)
{
    struct text_style style = channel_style(config, message);
    size_t keyword = config->nkeywords ? config->keywords[0].n + 2 : 0;
    int err;

    style.markup = markup;
    style.buttons = buttons && message->form == TEXT_FORM_FULL;
    /* In full-width a title may be three times as long. */
    style.max_bytes =
        max_bytes - 2 * keyword - 2 * TEXT_TITLE_BYTES - ROBOT_LINE_BYTES;
    err = text_make(arena, message->body, &style, ret);
    if (err < 0)
        return err == E_PARSE ? E_CONF : err;
    add_keyword(arena, config, markup, ret);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
robot_check(const struct channel_config *config, struct toc_error *reterr)
{
    for (size_t i = 0; i < config->nkeywords; i++)
        if (config->keywords[i].n > ROBOT_KEYWORD_BYTES) {
            toc_error_set(reterr, NULL, 0, 0,
                "a keyword of %zu bytes leaves no room for a message; use one"
                " of at most %d",
                config->keywords[i].n, ROBOT_KEYWORD_BYTES);
            return E_CONF;
        }
    return 0;
}

bool
robot_mentions(const struct channel_config *config, const struct text *text)
{
    return config->nmentions > 0 && text->level >= config->mention_level &&
           text->level > LEVEL_NONE;
}

bool
robot_is_mobile(struct str mention)
{
    size_t i = mention.n && mention.p[0] == '+' ? 1 : 0;
    size_t from = i;

    while (i < mention.n && ((mention.p[i] >= '0' && mention.p[i] <= '9') ||
                                mention.p[i] == '-'))
        i++;
    return i == mention.n && i - from >= 8;
}

bool
robot_is_all(struct str mention)
{
    return str_eq_nocase(mention, STR("all")) ||
           str_eq_nocase(mention, STR("@all"));
}
