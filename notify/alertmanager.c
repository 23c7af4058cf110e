/* alertmanager: alerts made of a message. */
#include "notify/alertmanager.h"

#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "notify/post.h"

#define STILL_FIRING "0001-01-01T00:00:00Z"
enum {
    FINGERPRINT_DIGITS = 16,
    ALERTMANAGER_TEXT_BYTES = 4000 /* of a description */
};

/* One payload in the making. */
struct payload {
    const struct channel_config *config;
    const struct channel_message *message;
    const json_t *body; /* of the message, parsed */
    const json_t *data;
    struct arena *arena;
    struct text text; /* its words */
    json_t *alerts;
    bool firing; /* at least one is */
    bool bad;
};

static void
set(struct payload *p, json_t *object, const char *key, json_t *value)
{
    if (jsonx_set(object, key, value) < 0)
        p->bad = true;
}

/* Set what there is; labels and annotations are texts. */
static void
set_str(struct payload *p, json_t *object, const char *key, struct str s)
{
    if (s.n > 0)
        set(p, object, key, jsonx_str(s));
}

static void
set_number(struct payload *p, json_t *object, const char *key, const json_t *n)
{
    if (json_is_integer(n))
        set_str(p, object, key,
            arena_printf(p->arena, "%lld", (long long)json_integer_value(n)));
}

/* Sixteen hex digits of what an alert is about. */
static json_t *
fingerprint(struct payload *p, struct str about)
{
    const struct str parts[] = {p->config->console, about};
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    digest_parts(parts, sizeof(parts) / sizeof(*parts), digest);
    return json_stringn(digest_hex(digest, hex), FINGERPRINT_DIGITS);
}

/* The word that rules of receivers look at. */
static const char *
severity(struct str level)
{
    if (str_eq(level, STR("red")) || str_eq(level, STR("orange")))
        return "critical";
    return str_eq(level, STR("yellow")) ? "warning" : "info";
}

/* What every alert has; labels and annotations are taken. */
static void
add_alert(struct payload *p, bool firing, struct str about, json_t *labels,
    json_t *annotations, struct str starts, struct str ends, struct str url)
{
    json_t *alert = json_object();

    set(p, alert, "status", json_string(firing ? "firing" : "resolved"));
    set(p, alert, "labels", labels);
    set(p, alert, "annotations", annotations);
    set(p, alert, "startsAt", jsonx_str(starts));
    set(p, alert, "endsAt",
        firing ? json_string(STILL_FIRING) : jsonx_str(ends));
    set(p, alert, "generatorURL", jsonx_str(url.p ? url : STR("")));
    set(p, alert, "fingerprint", fingerprint(p, about));
    if (json_array_append_new(p->alerts, alert) < 0)
        p->bad = true;
    p->firing = p->firing || firing;
}

static bool
is_open(const json_t *incident)
{
    struct str state = jsonx_get_str(incident, "state");

#define X(name, word, open)                                                    \
    if (!(open) && str_eq(state, STR(word)))                                   \
        return false;
    INCIDENT_STATES(X)
#undef X
    return true;
}

/* One incident; words only when the message is about it alone. */
static void
add_incident(struct payload *p, const json_t *in, bool alone)
{
    json_t *labels = json_object(), *annotations = json_object();
    struct str id = arena_printf(p->arena, "%lld",
        (long long)json_integer_value(json_object_get(in, "id")));
    struct str level = jsonx_get_str(in, "level");
    struct str began = jsonx_get_str(in, "first_seen");
    struct str now = jsonx_get_str(p->body, "timestamp");

    set_str(p, labels, "alertname", STR("TocsinIncident"));
    set_str(p, labels, "incident", id);
    set_str(p, labels, "level", level);
    set_str(p, labels, "severity", str_of(severity(level)));
    set_str(p, labels, "category", jsonx_get_str(in, "category"));
    set_str(p, labels, "owner", jsonx_get_str(in, "owner"));
    if (p->message->form != TEXT_FORM_SAFE)
        set_str(p, annotations, "summary", jsonx_get_str(in, "title"));
    else
        set_str(p, annotations, "summary", p->text.title);
    if (alone && p->message->form == TEXT_FORM_FULL)
        set_str(p, annotations, "description", p->text.lines);
    set_str(p, annotations, "state", jsonx_get_str(in, "state"));
    set_number(p, annotations, "score", json_object_get(in, "score"));
    set_number(p, annotations, "items", json_object_get(in, "items"));
    add_alert(p, is_open(in),
        arena_printf(p->arena, "incident %.*s", STR_ARG(id)), labels,
        annotations, began.n ? began : now, now, jsonx_get_str(in, "url"));
}

static void
add_condition(struct payload *p, const json_t *in, bool alone)
{
    json_t *labels = json_object(), *annotations = json_object();
    struct str kind = jsonx_get_str(in, "kind");
    struct str subject = jsonx_get_str(in, "subject");
    struct str since = jsonx_get_str(in, "since");
    struct str until = jsonx_get_str(in, "until");
    struct str now = jsonx_get_str(p->body, "timestamp");

    set_str(p, labels, "alertname", STR("TocsinCondition"));
    set_str(p, labels, "condition", kind);
    set_str(p, labels, "subject", subject);
    set_str(p, labels, "severity", STR("warning"));
    set_str(p, labels, "owner", jsonx_get_str(in, "owner"));
    set_str(p, annotations, "summary",
        arena_printf(p->arena, "%.*s: %.*s", STR_ARG(subject),
            STR_ARG(jsonx_get_str(in, "name"))));
    set_str(p, annotations, "description",
        jsonx_get_str(alone ? p->data : in, "reason"));
    add_alert(p, !json_is_false(json_object_get(in, "open")),
        arena_printf(
            p->arena, "condition %.*s %.*s", STR_ARG(kind), STR_ARG(subject)),
        labels, annotations, since.n ? since : now, until.n ? until : now,
        jsonx_get_str(in, "url"));
}

/* A message that is about neither: a test, a report. */
static void
add_other(struct payload *p)
{
    json_t *labels = json_object(), *annotations = json_object();
    struct str now = jsonx_get_str(p->body, "timestamp");

    set_str(p, labels, "alertname", STR("TocsinMessage"));
    set_str(p, labels, "type", p->message->type);
    set_str(p, labels, "severity", STR("info"));
    set_str(p, annotations, "summary", p->text.title);
    set_str(p, annotations, "description", p->text.lines);
    add_alert(
        p, true, p->message->id, labels, annotations, now, now, p->text.url);
}

static void
add_alerts(struct payload *p)
{
    const json_t *incident = json_object_get(p->data, "incident");
    const json_t *condition = json_object_get(p->data, "condition");
    const json_t *one;
    size_t i;

    if (incident)
        add_incident(p, incident, true);
    if (condition)
        add_condition(p, condition, true);
    json_array_foreach(json_object_get(p->data, "incidents"), i, one)
        add_incident(p, one, false);
    json_array_foreach(json_object_get(p->data, "conditions"), i, one)
        add_condition(p, one, false);
    if (json_array_size(p->alerts) == 0)
        add_other(p);
}

/* What all alerts have the same of member. */
static json_t *
common(const json_t *alerts, const char *member)
{
    const json_t *first = json_object_get(json_array_get(alerts, 0), member);
    json_t *shared = json_copy((json_t *)(uintptr_t)first);
    size_t i;
    const char *key;
    json_t *alert, *value;

    json_array_foreach(alerts, i, alert)
    {
        const json_t *own = json_object_get(alert, member);

        json_object_foreach((json_t *)(uintptr_t)first, key,
            value) if (!json_equal(value, json_object_get(own, key)))
            json_object_del(shared, key);
    }
    return shared;
}

/* A group is one incident or one condition, or else all of a name. */
static json_t *
group_labels(const json_t *common_labels)
{
    static const char *const keys[] = {
        "alertname", "incident", "condition", "subject"};
    json_t *labels = json_object();

    for (size_t i = 0; labels && i < sizeof(keys) / sizeof(*keys); i++) {
        json_t *value = json_object_get(common_labels, keys[i]);

        if (value && json_object_set(labels, keys[i], value) < 0) {
            json_decref(labels);
            return NULL;
        }
    }
    return labels;
}

/* "{}/{receiver="desk"}:{alertname="TocsinIncident", incident="41"}" */
static json_t *
group_key(struct payload *p, const json_t *labels)
{
    struct buf key;
    const char *name, *comma = "";
    const json_t *value;
    json_t *json;

    buf_init(&key, 4096);
    buf_printf(&key, "{}/{receiver=\"%.*s\"}:{", STR_ARG(p->config->id));
    json_object_foreach((json_t *)(uintptr_t)labels, name, value)
    {
        buf_printf(&key, "%s%s=", comma, name);
        jsonx_dump(value, &key);
        comma = ", ";
    }
    buf_add_char(&key, '}');
    json = key.err ? NULL : jsonx_str(buf_str(&key));
    buf_done(&key);
    return json;
}

static json_t *
make_payload(struct payload *p)
{
    json_t *json = json_object();
    json_t *labels, *group;

    add_alerts(p);
    labels = common(p->alerts, "labels");
    group = group_labels(labels);
    set(p, json, "version", json_string("4"));
    set(p, json, "groupKey", group ? group_key(p, group) : NULL);
    set(p, json, "truncatedAlerts",
        json_integer(json_integer_value(json_object_get(p->data, "more"))));
    set(p, json, "status", json_string(p->firing ? "firing" : "resolved"));
    set(p, json, "receiver", jsonx_str(p->config->id));
    set(p, json, "groupLabels", group);
    set(p, json, "commonLabels", labels);
    set(p, json, "commonAnnotations", common(p->alerts, "annotations"));
    set(p, json, "externalURL",
        jsonx_str(p->config->console.p ? p->config->console : STR("")));
    set_str(p, json, "notification_reason", jsonx_get_str(p->data, "reason"));
    set(p, json, "alerts", json_incref(p->alerts));
    if (!p->bad)
        return json;
    json_decref(json);
    return NULL;
}

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    return post_check_token(config, reterr);
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    struct text_style style = channel_style(config, message);
    struct payload p = {.config = config, .message = message, .arena = arena};
    json_t *body = NULL;
    int err;

    (void)now;
    style.markup = TEXT_MARKUP_NONE;
    style.max_bytes = ALERTMANAGER_TEXT_BYTES;
    err = text_make(arena, message->body, &style, &p.text);
    if (err < 0)
        return err == E_NOMEM ? E_NOMEM : E_CONF;
    if (jsonx_load(message->body, NULL, &body) < 0)
        return E_CONF;
    p.body = body;
    p.data = json_object_get(body, "data");
    p.alerts = json_array();
    err = post_json(config, config->url, STR("application/json"),
        p.alerts ? make_payload(&p) : NULL, arena, ret);
    json_decref(p.alerts);
    json_decref(body);
    return err;
}

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    (void)config;
    post_judge(answer, now, arena, ret);
}

const struct channel_ops alertmanager_ops = {
    .kind = "alertmanager",
    .check = check,
    .render = render,
    .judge = judge,
};
