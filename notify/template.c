/* template: the view, the body, the headers. */
#include "notify/template.h"

#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/tmpl.h"
#include "notify/post.h"
#include "notify/sample.h"
#include "notify/text_view.h"

enum { SAMPLE_ARENA_BYTES = 4 * 1024 * 1024, VALUE_BYTES = 2048 };

static int
wrong(struct toc_error *reterr, const char *sentence)
{
    toc_error_set(reterr, NULL, 0, 0, "%s", sentence);
    return E_CONF;
}

static struct str
content_type(const struct channel_config *config)
{
    return config->content_type.n ? config->content_type
                                  : STR("application/json; charset=utf-8");
}

static bool
type_has(const struct channel_config *config, const char *word)
{
    struct str type = content_type(config), w = str_of(word);

    for (size_t i = 0; i < type.n && type.p[i] != ';'; i++)
        if (str_starts_nocase(str_from(type, i), w))
            return true;
    return false;
}

static enum tmpl_escape
escape_of(const struct channel_config *config)
{
    if (type_has(config, "json"))
        return TMPL_JSON;
    return type_has(config, "xml") || type_has(config, "html") ? TMPL_HTML
                                                               : TMPL_TEXT;
}

/* --- headers ---------------------------------------------------------------
 */

static bool
is_header_name(struct str s)
{
    static const char *const ours[] = {"content-type", "content-length", "host",
        "transfer-encoding", "connection", "expect", NULL};

    for (size_t i = 0; ours[i]; i++)
        if (str_eq_nocase(s, str_of(ours[i])))
            return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
            (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return s.n > 0;
}

/* Length of a "{secret}" or "{secret2}" at the start of s, and which of the
 * secrets it names; 0 when there is none. */
static size_t
reference(struct str s, size_t *ret_which)
{
    static const struct str word = {"{secret", 7};
    size_t n = word.n;

    *ret_which = 0;
    if (!str_starts(s, word))
        return 0;
    if (n < s.n && s.p[n] >= '2' && s.p[n] <= '9')
        *ret_which = (size_t)(s.p[n++] - '1');
    return n < s.n && s.p[n] == '}' ? n + 1 : 0;
}

/* Append value with its references replaced.  0, E_CONF for a secret that the
 * channel has not, or a character that no header may hold. */
static int
fill_value(
    const struct channel_config *config, struct str value, struct buf *out)
{
    for (size_t i = 0; i < value.n;) {
        size_t which;
        size_t n = reference(str_from(value, i), &which);

        if (n > 0 && which >= config->nsecrets)
            return E_CONF;
        if (n > 0) {
            if (!post_token_is_valid(config->secrets[which]))
                return E_CONF;
            buf_add_str(out, config->secrets[which]);
            i += n;
        } else if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f) {
            return E_CONF;
        } else {
            buf_add_char(out, value.p[i++]);
        }
    }
    return out->err == E_LIMIT ? E_CONF : out->err;
}

static int
make_header(const struct channel_config *config, struct str line,
    struct arena *arena, struct http_header *ret)
{
    size_t colon = str_find_char(line, ':');
    struct buf value;
    int err = E_CONF;

    buf_init(&value, VALUE_BYTES);
    if (colon < line.n && is_header_name(str_first(line, colon)))
        err = fill_value(config, str_trim(str_from(line, colon + 1)), &value);
    if (!err) {
        ret->name = arena_str(arena, str_first(line, colon));
        ret->value = arena_str(arena, value.n ? buf_str(&value) : STR(""));
    }
    buf_done(&value);
    return err;
}

static int
make_headers(const struct channel_config *config, struct arena *arena,
    struct http_request *ret)
{
    struct http_header *headers =
        ARENA_ARRAY(arena, config->nheaders + 1, struct http_header);
    int err = headers ? 0 : E_NOMEM;

    for (size_t i = 0; !err && i < config->nheaders; i++)
        err = make_header(config, config->headers[i], arena, &headers[i + 1]);
    if (err)
        return err;
    headers[0] =
        (struct http_header){STR("content-type"), content_type(config)};
    ret->headers = headers;
    ret->nheaders = config->nheaders + 1;
    return 0;
}

/* --- the view --------------------------------------------------------------
 */

/* Say in each entry of a list whether another follows. */
static int
add_comma(json_t *list)
{
    json_t *entry;
    size_t i;
    int bad = 0;

    json_array_foreach(list, i, entry) if (json_is_object(entry)) bad |=
        jsonx_set(entry, "comma", json_boolean(i + 1 < json_array_size(list)));
    return bad;
}

/* In the lists of the view, and in those of their entries. */
static int
add_commas(json_t *view)
{
    const char *key, *name; /* a name of its own: each loop goes on by its */
    json_t *list, *entry, *inner;
    size_t i;
    int bad = 0;

    json_object_foreach(view, key, list)
    {
        bad |= add_comma(list);
        json_array_foreach(list, i, entry)
            json_object_foreach(entry, name, inner) bad |= add_comma(inner);
    }
    return bad ? E_NOMEM : 0;
}

static int
add_secrets(const struct channel_config *config, json_t *view)
{
    int bad = 0;

    for (size_t i = 0; i < config->nsecrets; i++) {
        char key[16] = "secret";

        if (i > 0) {
            key[6] = (char)('1' + i);
            key[7] = '\0';
        }
        bad |= jsonx_set(view, key, jsonx_str(config->secrets[i]));
    }
    return bad;
}

static int
make_view(const struct channel_config *config,
    const struct channel_message *message, struct arena *arena, json_t **ret)
{
    const struct text_budget budget = {.most = TEMPLATE_MAX_LIST,
        .items = TEMPLATE_MAX_LIST,
        .text_bytes = TEMPLATE_TEXT_BYTES};
    struct text_style style = channel_style(config, message);
    json_t *body = NULL, *view = NULL;
    struct text text, seen;
    int err;

    style.markup = TEXT_MARKUP_NONE;
    style.max_bytes = TEMPLATE_TEXT_BYTES;
    err = text_make(arena, message->body, &style, &text);
    if (!err)
        err = jsonx_load(message->body, NULL, &body);
    if (!err)
        err = text_view(arena, body, &style, &budget, &seen, &view);
    if (!err && (jsonx_set(view, "headline", jsonx_str(text.title)) < 0 ||
                    jsonx_set(view, "text", jsonx_str(text.lines)) < 0 ||
                    jsonx_set(view, "message_id", jsonx_str(message->id)) < 0 ||
                    add_secrets(config, view) < 0 || add_commas(view) < 0 ||
                    jsonx_set(view, "message", json_incref(body)) < 0))
        err = E_NOMEM;
    json_decref(body);
    if (!err)
        *ret = view;
    else
        json_decref(view);
    return err == E_NOMEM ? E_NOMEM : err ? E_CONF : 0;
}

/* --- the body --------------------------------------------------------------
 */

/* Whether body is what content_type says.  0, E_NOMEM, or E_PARSE with *why. */
static int
check_body(const struct channel_config *config, struct str body,
    struct arena *arena, struct str *ret_why)
{
    struct toc_error error = {0};
    json_t *json = NULL;

    if (escape_of(config) != TMPL_JSON)
        return 0;
    if (jsonx_load(body, &error, &json) == 0) {
        json_decref(json);
        return 0;
    }
    *ret_why = arena_printf(arena,
        "the template makes no JSON: line %u, column %u: %s", error.line,
        error.column, error.text);
    return ret_why->p ? E_PARSE : E_NOMEM;
}

static int
make_body(const struct channel_config *config,
    const struct channel_message *message, struct arena *arena, struct str *ret,
    struct str *ret_why)
{
    struct toc_error error = {0};
    struct tmpl *tmpl = NULL;
    json_t *view = NULL;
    struct buf out;
    int err = tmpl_parse(
        "template", config->template, escape_of(config), &error, &tmpl);

    if (err) {
        *ret_why = arena_printf(
            arena, "the template is none: line %u: %s", error.line, error.text);
        return err == E_NOMEM ? E_NOMEM : E_PARSE;
    }
    buf_init(&out, POST_MAX_BYTES);
    err = make_view(config, message, arena, &view);
    if (!err)
        err = tmpl_render(tmpl, view, NULL, NULL, &out);
    if (err == E_LIMIT) {
        *ret_why = arena_printf(
            arena, "the template makes more than %d bytes", POST_MAX_BYTES);
        err = E_PARSE;
    }
    if (!err) {
        *ret = arena_str(arena, buf_str(&out));
        err = ret->p ? check_body(config, *ret, arena, ret_why) : E_NOMEM;
    }
    buf_done(&out);
    json_decref(view);
    tmpl_free(tmpl);
    return err;
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    struct str body = STR_NONE, why = STR_NONE;
    int err = make_body(config, message, arena, &body, &why);

    (void)now;
    ret->body = err == E_PARSE ? why : body;
    if (!err)
        err = make_headers(config, arena, ret);
    ret->method = config->method.n ? config->method : STR("POST");
    ret->url = config->url;
    return err;
}

/* --- the configuration -----------------------------------------------------
 */

static int
check_headers(const struct channel_config *config, struct toc_error *reterr)
{
    struct arena *arena = arena_new(SAMPLE_ARENA_BYTES);
    struct http_header header;
    int err = arena ? 0 : E_NOMEM;

    if (config->nheaders > TEMPLATE_MAX_HEADERS)
        err = wrong(reterr, "there are more than 16 headers");
    for (size_t i = 0; !err && i < config->nheaders; i++) {
        err = make_header(config, config->headers[i], arena, &header);
        if (err == E_CONF)
            toc_error_set(reterr, NULL, 0, 0,
                "headers: entry %zu is to be \"Name: value\", with {secret} "
                "only where the channel has one; Content-Type and Host are not "
                "for it",
                i + 1);
    }
    arena_free(arena);
    return err;
}

/* Cut "2xx", "200" or "200-204" into numbers. */
static int
parse_status(struct str text, int64_t *ret_from, int64_t *ret_to)
{
    struct str rest = text, from;

    if (text.n == 0)
        text = rest = STR("2xx");
    if (text.n == 3 && str_ends(text, STR("xx")) && text.p[0] >= '1' &&
        text.p[0] <= '5') {
        *ret_from = (text.p[0] - '0') * 100;
        *ret_to = *ret_from + 99;
        return 0;
    }
    from = str_split(&rest, '-');
    if (num_parse_i64(from, 100, 599, ret_from) < 0)
        return E_CONF;
    *ret_to = *ret_from;
    return rest.p ? num_parse_i64(rest, *ret_from, 599, ret_to) : 0;
}

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    const struct channel_success *success = &config->success;
    int64_t from, to;

    if (config->template.n == 0)
        return wrong(reterr,
            "a channel of kind template is to have a template: the file that "
            "makes the body");
    if (type_has(config, "form"))
        return wrong(
            reterr, "content_type: a form is not what a template can make");
    if (parse_status(success->status, &from, &to) < 0)
        return wrong(reterr, "success.status is to be as 2xx, 200 or 200-204");
    if (success->pointer.n > TEMPLATE_MAX_POINTER_BYTES ||
        (success->pointer.n && success->pointer.p[0] != '/'))
        return wrong(reterr,
            "success.pointer is to be a JSON pointer, as /code or /data/state");
    if (success->equals.p && !success->pointer.n)
        return wrong(
            reterr, "success.equals needs success.pointer, which says where");
    return check_headers(config, reterr);
}

int
template_try(const struct channel_config *config, struct toc_error *reterr)
{
    int err = 0;

    for (int i = 0; !err && i < INCIDENT_EVENT_COUNT; i++) {
        struct arena *arena = arena_new(SAMPLE_ARENA_BYTES);
        enum incident_event event = (enum incident_event)i;
        struct channel_message message = {
            .id = STR("msg_sample"), .attempt = 1};
        struct str made = STR_NONE, why = STR_NONE;
        struct buf body;

        buf_init(&body, BODY_MAX_BYTES);
        err = arena ? sample_body(&body, event, config->id, config->console,
                          str_eq(config->lang, STR("en")), (struct wall){0})
                    : E_NOMEM;
        message.body = buf_str(&body);
        if (!err)
            err = make_body(config, &message, arena, &made, &why);
        if (err == E_PARSE)
            toc_error_set(reterr, NULL, 0, 0,
                "a sample does not pass: %.*s "
                "(%.*s…)",
                STR_ARG(why), STR_ARG(str_first(message.body, 60)));
        buf_done(&body);
        arena_free(arena);
    }
    return err == E_PARSE ? E_CONF : err;
}

/* --- the answer ------------------------------------------------------------
 */

/* One step of a JSON pointer, with ~1 and ~0 undone in key. */
static const json_t *
step(const json_t *at, struct str token)
{
    char key[TEMPLATE_MAX_POINTER_BYTES + 1];
    size_t n = 0;
    int64_t i;

    if (json_is_array(at))
        return num_parse_i64(token, 0, INT32_MAX, &i) < 0
                   ? NULL
                   : json_array_get(at, (size_t)i);
    for (size_t j = 0; j < token.n && n < sizeof(key) - 1; j++) {
        bool escape = token.p[j] == '~' && j + 1 < token.n;

        key[n++] = !escape ? token.p[j] : token.p[j + 1] == '1' ? '/' : '~';
        j += escape;
    }
    key[n] = '\0';
    return json_object_get(at, key);
}

static const json_t *
find(const json_t *json, struct str pointer)
{
    struct str rest = str_from(pointer, 1);

    if (pointer.n == 0)
        return json;
    while (json && rest.p)
        json = step(json, str_split(&rest, '/'));
    return json;
}

/* A scalar as it is written, a text without its quotes; absent for others. */
static struct str
text_of(const json_t *json, struct arena *arena)
{
    struct buf out;
    struct str ret = STR_NONE;

    if (json_is_string(json))
        return arena_str(arena,
            (struct str){json_string_value(json), json_string_length(json)});
    if (!json || json_is_object(json) || json_is_array(json))
        return STR_NONE;
    buf_init(&out, 64);
    if (jsonx_dump(json, &out) == 0)
        ret = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

static bool
pointer_agrees(const struct channel_success *success,
    const struct http_answer *answer, struct arena *arena, struct str *ret_why)
{
    json_t *json = NULL;
    const json_t *found;
    struct str value;
    bool agrees;

    if (jsonx_load(answer->body, NULL, &json) < 0) {
        *ret_why = STR("the answer is no JSON");
        return false;
    }
    found = find(json, success->pointer);
    value = text_of(found, arena);
    agrees = found && (!success->equals.p || str_eq(value, success->equals));
    if (!agrees)
        *ret_why =
            arena_printf(arena, "%.*s is %.*s", STR_ARG(success->pointer),
                STR_ARG(found ? value : STR("not there")));
    json_decref(json);
    return agrees;
}

bool
template_is_success(const struct channel_success *success,
    const struct http_answer *answer, struct arena *arena, struct str *ret_why)
{
    int64_t from = 200, to = 299;

    *ret_why = STR_NONE;
    (void)parse_status(success->status, &from, &to);
    if (answer->status < from || answer->status > to) {
        *ret_why = arena_printf(arena, "status %d", answer->status);
        return false;
    }
    if (success->contains.n &&
        str_find(answer->body, success->contains) == answer->body.n) {
        *ret_why = arena_printf(
            arena, "\"%.*s\" is not in the answer", STR_ARG(success->contains));
        return false;
    }
    return !success->pointer.n ||
           pointer_agrees(success, answer, arena, ret_why);
}

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    struct str why;
    bool yes = template_is_success(&config->success, answer, arena, &why);

    post_judge(answer, now, arena, ret);
    ret->unknown = !yes && ret->class == CLASS_DELIVERED;
    if (!yes)
        ret->code = why;
    else
        ret->class = CLASS_DELIVERED;
}

const struct channel_ops template_ops = {
    .kind = "template",
    .check = check,
    .render = render,
    .judge = judge,
};
