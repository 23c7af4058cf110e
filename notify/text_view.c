/*
 * text_view: the JSON that templates are filled with.
 */
#include "notify/text_view.h"

#include <string.h>

#include "base/jsonx.h"
#include "base/url.h"
#include "notify/text_mark.h"
#include "notify/text_words.h"

enum {
    VIEW_RULES = 8, /* of an explanation */
    VIEW_NAME_BYTES = 120
};

/* What building one view needs. */
struct view {
    struct arena *arena;
    const struct text_style *style;
    const struct text_budget *budget;
    enum text_markup markup;
    struct text *text;
    json_t *json;
    bool bad;
};

static void
set(struct view *view, json_t *json, const char *key, json_t *value)
{
    if (jsonx_set(json, key, value) < 0)
        view->bad = true;
}

static void
set_str(struct view *view, json_t *json, const char *key, struct str value)
{
    if (value.n)
        set(view, json, key, jsonx_str(value));
}

static void
set_number(struct view *view, json_t *json, const char *key, int64_t n)
{
    if (n)
        set(view, json, key, json_integer((json_int_t)n));
}

static bool
is_safe(const struct view *view)
{
    return view->style->form == TEXT_FORM_SAFE;
}

static struct str
foreign(const struct view *view, struct str text, size_t max)
{
    size_t cap = view->budget->text_bytes;

    return text.n ? mark_foreign(
                        view->arena, view->markup, text, max < cap ? max : cap)
                  : STR_NONE;
}

/* Text from outside, which the safe form has none of. */
static void
set_foreign(struct view *view, json_t *json, const char *key, struct str text)
{
    if (!is_safe(view))
        set_str(view, json, key, foreign(view, text, SIZE_MAX));
}

/* "2026-06-07T01:30:00Z" in the style's zone. */
static void
set_time(struct view *view, json_t *json, const char *key, struct str text)
{
    char local[TIMEFMT_LOCAL_SIZE];
    struct wall t;

    if (!text.n || timefmt_parse_rfc3339(text, &t) < 0)
        return;
    if (view->style->zone)
        set_str(view, json, key,
            str_of(timefmt_local(view->style->zone, t, local)));
    else
        set_str(view, json, key, text);
}

static enum level
level_of(const json_t *json)
{
    enum level level;

    return level_parse(jsonx_get_str(json, "level"), &level) == 0 ? level
                                                                  : LEVEL_NONE;
}

static size_t
lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many of n list entries are shown. */
static size_t
shown(const struct view *view, size_t n)
{
    return lesser(n, view->budget->most);
}

/* --- parts ---------------------------------------------------------------- */

/* Whether foreign addresses are linked. */
static bool
is_linked(const struct view *view)
{
    return view->style->form == TEXT_FORM_FULL &&
           view->markup != TEXT_MARKUP_NONE;
}

/* An item as its own headline, or by its source when the message has said the
 * headline already. */
static json_t *
item_view(struct view *view, const json_t *item, struct str said)
{
    json_t *json = json_object();
    struct str title = foreign(view, jsonx_get_str(item, "title"), SIZE_MAX);
    struct str source =
        foreign(view, jsonx_get_str(item, "source"), VIEW_NAME_BYTES);
    struct str url = jsonx_get_str(item, "url");

    if (source.n && said.n && url.n && is_linked(view) &&
        str_eq(jsonx_get_str(item, "title"), said)) {
        title = source;
        source = STR_NONE;
    }
    if (!title.n)
        title = words(WORD_NO_TITLE, view->style->english);
    set_str(view, json, "title", title);
    set_str(view, json, "source", source);
    if (view->style->form == TEXT_FORM_FULL)
        set_str(view, json, "url", url);
    if (is_linked(view))
        title = mark_link(view->arena, view->markup, title, url);
    set_str(view, json, "link", title);
    return json;
}

/* The items that the incident at in names, as far as the budget goes. */
static size_t
set_items(struct view *view, json_t *json, const json_t *in)
{
    const json_t *items = json_object_get(in, "new_items");
    size_t n = json_array_size(items);
    size_t most = is_safe(view) ? 0 : lesser(n, view->budget->items);
    json_t *list = json_array();

    for (size_t i = 0; i < most; i++)
        if (json_array_append_new(
                list, item_view(view, json_array_get(items, i),
                          jsonx_get_str(in, "title"))) < 0)
            view->bad = true;
    set(view, json, "new_items", list);
    set_number(view, json, "more_items", (int64_t)(n - most));
    return n - most;
}

static void
set_sources(struct view *view, json_t *json, const json_t *in)
{
    const json_t *sources = json_object_get(in, "sources");
    size_t n = json_array_size(sources), most = shown(view, n);
    struct str joined = STR_NONE;

    if (is_safe(view))
        return;
    for (size_t i = 0; i < most && i < 5; i++) {
        struct str name =
            foreign(view, str_of(json_string_value(json_array_get(sources, i))),
                VIEW_NAME_BYTES);

        joined =
            joined.n
                ? arena_printf(view->arena, "%.*s%.*s%.*s", STR_ARG(joined),
                      STR_ARG(words(WORD_SEPARATOR, view->style->english)),
                      STR_ARG(name))
                : name;
    }
    set_str(view, json, "sources", joined);
    set_number(view, json, "nsources", (int64_t)n);
}

static void
set_rules(struct view *view, json_t *json, const json_t *in)
{
    const json_t *rules = json_object_get(in, "explanation");
    size_t n = json_array_size(rules), most = shown(view, n);
    json_t *list = json_array();

    if (most > VIEW_RULES)
        most = VIEW_RULES;
    for (size_t i = 0; i < most; i++) {
        const json_t *rule = json_array_get(rules, i);
        json_t *one = json_object();
        struct str title = jsonx_get_str(rule, "title");

        if (!title.n)
            title =
                words_factor(jsonx_get_str(rule, "rule"), view->style->english);
        set_str(view, one, "title", foreign(view, title, VIEW_NAME_BYTES));
        set_str(view, one, "points",
            arena_printf(view->arena, "%+lld",
                (long long)json_integer_value(
                    json_object_get(rule, "points"))));
        if (i + 1 < most)
            set(view, one, "comma", json_true());
        if (json_array_append_new(list, one) < 0)
            view->bad = true;
    }
    set(view, json, "has_rules", json_boolean(most > 0));
    set(view, json, "rules", list);
    set_number(view, json, "more_rules", (int64_t)(n - most));
}

/* Level, owner, title and the like of an incident. */
static void
set_incident(struct view *view, json_t *json, const json_t *in)
{
    bool english = view->style->english;
    enum level level = level_of(in);
    struct str title = foreign(view, jsonx_get_str(in, "title"), SIZE_MAX);

    set_str(view, json, "level", str_of(words_level(level, english)));
    set_str(view, json, "level_name", str_of(level_name(level)));
    set_str(view, json, "rank", str_of(words_rank(level, english)));
    if (!is_safe(view))
        set_str(view, json, "title",
            title.n ? title : words(WORD_NO_TITLE, english));
    set_str(view, json, "owner",
        foreign(view, jsonx_get_str(in, "owner"), VIEW_NAME_BYTES));
    set_str(view, json, "category",
        words_category(jsonx_get_str(in, "category"), english));
    set_str(
        view, json, "state", words_state(jsonx_get_str(in, "state"), english));
    set_number(
        view, json, "score", json_integer_value(json_object_get(in, "score")));
    set_number(
        view, json, "items", json_integer_value(json_object_get(in, "items")));
    set_number(view, json, "id", json_integer_value(json_object_get(in, "id")));
    set_time(view, json, "first_seen", jsonx_get_str(in, "first_seen"));
    if (level > view->text->level)
        view->text->level = level;
}

static void
set_condition(struct view *view, json_t *json, const json_t *in)
{
    bool open = json_is_true(json_object_get(in, "open"));
    struct str title = jsonx_get_str(in, "title");

    if (!title.n)
        title = jsonx_get_str(in, "subject");
    set_str(view, json, "subject", foreign(view, title, VIEW_NAME_BYTES));
    set_str(view, json, "name", jsonx_get_str(in, "name"));
    set_str(view, json, "owner",
        foreign(view, jsonx_get_str(in, "owner"), VIEW_NAME_BYTES));
    set_time(view, json, "since", jsonx_get_str(in, "since"));
    set_time(view, json, "until", jsonx_get_str(in, "until"));
    set(view, json, "open", json_boolean(open));
    set(view, json, "ended", json_boolean(!open));
}

/* --- kinds of messages ---------------------------------------------------- */

static int
event_of(struct str type, enum incident_event *ret)
{
    static const char *const names[] = {
#define X(event, name) [INCIDENT_EVENT_##event] = name,
        INCIDENT_EVENTS(X)
#undef X
    };

    for (size_t i = 0; i < INCIDENT_EVENT_COUNT; i++) {
        if (names[i] && str_eq(type, str_of(names[i]))) {
            *ret = (enum incident_event)i;
            return 0;
        }
    }
    return E_PARSE;
}

static void
incident_message(struct view *view, const json_t *data)
{
    const json_t *in = json_object_get(data, "incident");

    set(view, view->json, "is_incident", json_true());
    set_incident(view, view->json, in);
    set_sources(view, view->json, in);
    set_rules(view, view->json, in);
    view->text->left_out = set_items(view, view->json, in);
    view->text->url = jsonx_get_str(in, "url");
}

/* What happened to an incident of a digest, unless it is merely there. */
static void
set_happened(struct view *view, json_t *json, const json_t *in)
{
    enum incident_event event;

    if (event_of(jsonx_get_str(in, "event"), &event) == 0 &&
        event != INCIDENT_EVENT_OPENED && event != INCIDENT_EVENT_DIGEST)
        set_str(view, json, "happened",
            str_of(words_event(event, view->style->english)));
}

/* Own links, one for each incident of a digest. */
static void
set_own_link(struct view *view, json_t *json, const json_t *in)
{
    struct str url = jsonx_get_str(in, "url");
    struct str name = str_of(json_string_value(json_object_get(json, "title")));

    if (!name.n)
        name = str_of(json_string_value(json_object_get(json, "category")));
    set_str(view, json, "url", url);
    set_str(view, json, "link",
        view->markup == TEXT_MARKUP_NONE
            ? name
            : mark_link(view->arena, view->markup, name, url));
}

static void
digest_message(struct view *view, const json_t *data)
{
    const json_t *conditions = json_object_get(data, "conditions");
    const json_t *in =
        conditions ? conditions : json_object_get(data, "incidents");
    size_t n = json_array_size(in), most = shown(view, n);
    int64_t more = json_integer_value(json_object_get(data, "more"));
    json_t *list = json_array();

    set(view, view->json, "is_digest", json_true());
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(in, i);
        json_t *json = json_object();

        if (conditions) {
            set_condition(view, json, one);
            set_foreign(view, json, "text", jsonx_get_str(one, "reason"));
        } else {
            set_incident(view, json, one);
            set_own_link(view, json, one);
            set_happened(view, json, one);
            (void)set_items(view, json, one);
        }
        set_number(view, json, "n", (int64_t)i + 1);
        if (i >= most)
            json_decref(json); /* looked at for the worst level */
        else if (json_array_append_new(list, json) < 0)
            view->bad = true;
    }
    set(view, view->json, conditions ? "conditions" : "incidents", list);
    if (more < 0)
        more = 0;
    view->text->left_out = (size_t)more + n - most;
    set_number(view, view->json, "more", (int64_t)view->text->left_out);
    set_number(view, view->json, "count", more + (int64_t)n);
    set_str(view, view->json, "level",
        view->text->level > LEVEL_NONE
            ? str_of(words_level(view->text->level, view->style->english))
            : STR_NONE);
}

static void
condition_message(struct view *view, const json_t *data)
{
    const json_t *in = json_object_get(data, "condition");

    set(view, view->json, "is_condition", json_true());
    set_condition(view, view->json, in);
    set_foreign(view, view->json, "text", jsonx_get_str(data, "reason"));
    set_str(view, view->json, "advice", jsonx_get_str(data, "advice"));
    view->text->open = json_is_true(json_object_get(in, "open"));
    view->text->url = jsonx_get_str(in, "url");
}

/* A test, a report, a canary: what it says of itself. */
static void
other_message(struct view *view, const json_t *data, bool test)
{
    set(view, view->json, test ? "is_test" : "is_other", json_true());
    set_str(view, view->json, "channel",
        foreign(view, jsonx_get_str(data, "channel"), VIEW_NAME_BYTES));
    set_foreign(view, view->json, "title", jsonx_get_str(data, "title"));
    set_foreign(view, view->json, "text", jsonx_get_str(data, "text"));
    view->text->url = jsonx_get_str(data, "url");
}

/* --- what all have -------------------------------------------------------- */

static void
set_link(struct view *view, const json_t *data)
{
    struct text *text = view->text;
    struct str console = view->style->console;

    while (console.n && console.p[console.n - 1] == '/')
        console.n--;
    text->url_name =
        words(json_object_get(data, "incident") ? WORD_OPEN_INCIDENT
                                                : WORD_OPEN_CONSOLE,
            view->style->english);
    if (!text->url.n)
        text->url =
            console.n
                ? arena_printf(view->arena, "%.*s%s", STR_ARG(console),
                      json_object_get(data, "incidents") ? "/incidents" : "/")
                : STR_NONE;
    else
        text->url = arena_str(view->arena, text->url);
    set_str(view, view->json, "console", console);
    set_str(view, view->json, "url", text->url);
    if (text->url.n && !view->style->buttons)
        set_str(view, view->json, "link",
            mark_link(view->arena, view->markup, text->url_name, text->url));
}

static struct text_action
action_of(const struct view *view, const json_t *in)
{
    struct str name = jsonx_get_str(in, "label");

    if (!name.n)
        name = words_act(jsonx_get_str(in, "act"), view->style->english);
    return (struct text_action){.name = arena_str(view->arena, name),
        .url = arena_str(view->arena, jsonx_get_str(in, "url"))};
}

/* The links that act without a log-in; the safe form has one link only. */
static void
set_actions(struct view *view, const json_t *data)
{
    const json_t *in =
        json_object_get(json_object_get(data, "incident"), "acts");
    size_t n =
        is_safe(view) ? 0 : lesser(json_array_size(in), TEXT_MAX_ACTIONS);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        struct text_action action = action_of(view, json_array_get(in, i));
        json_t *json = json_object();

        if (action.url.n)
            view->text->actions[view->text->nactions++] = action;
        set_str(view, json, "name", action.name);
        set_str(view, json, "link",
            mark_link(view->arena, view->markup, action.name, action.url));
        if (json_array_append_new(list, json) < 0)
            view->bad = true;
    }
    if (view->style->buttons)
        json_array_clear(list);
    set(view, view->json, "has_actions",
        json_boolean(json_array_size(list) > 0));
    set(view, view->json, "actions", list);
}

static void
fill(struct view *view, const json_t *data)
{
    bool english = view->style->english;

    set_str(view, view->json, "event",
        str_of(words_event(view->text->event, english)));
    set_str(view, view->json, "lang", english ? STR("en") : STR("zh"));
    set(view, view->json, english ? "en" : "zh", json_true());
    set_str(view, view->json, "b", str_of(mark_bold(view->markup, false)));
    set_str(view, view->json, "e", str_of(mark_bold(view->markup, true)));
    set_str(view, view->json, "bureau", view->style->bureau);
    if (json_object_get(data, "incident"))
        incident_message(view, data);
    else if (view->text->event == INCIDENT_EVENT_DIGEST)
        digest_message(view, data);
    else if (json_object_get(data, "condition"))
        condition_message(view, data);
    else
        other_message(view, data, view->text->event == INCIDENT_EVENT_TEST);
    if (!json_object_get(data, "condition"))
        set_str(view, view->json, "reason",
            foreign(view, words_reason(jsonx_get_str(data, "reason"), english),
                SIZE_MAX));
    set_link(view, data);
    set_actions(view, data);
}

int
text_view(struct arena *arena, const json_t *message,
    const struct text_style *style, const struct text_budget *budget,
    struct text *ret, json_t **ret_view)
{
    struct view view = {
        .arena = arena,
        .style = style,
        .budget = budget,
        .markup =
            style->form == TEXT_FORM_FULL || style->markup == TEXT_MARKUP_HTML
                ? style->markup
                : TEXT_MARKUP_NONE,
        .text = ret,
    };
    struct str type = jsonx_get_str(message, "type");

    *ret = (struct text){.level = LEVEL_NONE};
    if (event_of(type, &ret->event) < 0 ||
        !json_is_object(json_object_get(message, "data")))
        return E_PARSE;
    view.json = json_object();
    set_str(&view, view.json, "type", type);
    fill(&view, json_object_get(message, "data"));
    if (view.bad || arena_failed(arena)) {
        json_decref(view.json);
        return E_NOMEM;
    }
    *ret_view = view.json;
    return 0;
}
