/*
 * body: building JSON values and writing them out once.
 *
 * Each helper gives a new reference and NULL when memory ends; jsonx_set()
 * takes it in either case, so that a builder only looks at the last result of
 * each step.
 */
#include "notify/body.h"

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "notify/text_words.h"

static const char *
event_name(enum incident_event event)
{
    static const char *const names[] = {
#define X(event, name) [INCIDENT_EVENT_##event] = name,
        INCIDENT_EVENTS(X)
#undef X
    };

    return names[event];
}

static const char *
state_name(enum incident_state state)
{
    static const char *const names[] = {
#define X(state, name, open) [INCIDENT_##state] = name,
        INCIDENT_STATES(X)
#undef X
    };

    return names[state];
}

/* Text from outside: masked, then cut. */
static json_t *
foreign(struct str text, size_t max_bytes)
{
    struct buf masked;
    json_t *json;

    if (!text.p)
        return json_null();
    buf_init(&masked, 16 * BODY_MAX_BYTES);
    if (mask_text(&masked, str_first(text, BODY_MAX_BYTES)) < 0) {
        buf_done(&masked);
        return NULL;
    }
    json = jsonx_str(utf8_cut(buf_str(&masked), max_bytes));
    buf_done(&masked);
    return json;
}

/* What is left of the explanation: rule, points, title and text of each. */
static json_t *
explanation(struct str text, size_t most, bool discreet)
{
    json_t *all = NULL;
    json_t *list = json_array();
    size_t i;
    json_t *entry;

    if (!list || text.n == 0 || jsonx_load(text, NULL, &all) < 0)
        return list;
    json_array_foreach(all, i, entry)
    {
        json_t *one;

        if (i == most)
            break;
        one = json_object();
        if (jsonx_set(one, "rule",
                foreign(jsonx_get_str(entry, "rule"), BODY_TEXT_BYTES)) < 0 ||
            jsonx_set(one, "points",
                json_incref(json_object_get(entry, "points"))) < 0) {
            json_decref(one);
            continue; /* no points: not an entry of ours */
        }
        if (jsonx_get_str(entry, "title").n > 0)
            jsonx_set(one, "title",
                foreign(jsonx_get_str(entry, "title"), BODY_TEXT_BYTES));
        jsonx_set(one, "text",
            foreign(discreet ? STR_NONE : jsonx_get_str(entry, "text"),
                BODY_TEXT_BYTES));
        json_array_append_new(list, one);
    }
    json_decref(all);
    return list;
}

static json_t *
source_list(const struct body_incident *view, size_t most)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->nsources && i < most; i++)
        if (json_array_append_new(
                list, foreign(view->sources[i], BODY_TEXT_BYTES)) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* The title of the rule that counts most: what happened, in words of ours. */
static struct str
rule_title(json_t *explanation)
{
    struct str title = STR_NONE;
    json_int_t most = 0;
    json_t *entry;
    size_t i;

    json_array_foreach(explanation, i, entry)
    {
        json_int_t points =
            json_integer_value(json_object_get(entry, "points"));
        struct str name = jsonx_get_str(entry, "title");

        if (name.n > 0 && points > most) {
            title = name;
            most = points;
        }
    }
    return title;
}

/* What the publication calls it; where nobody is to be named, which rule held,
 * for whom, and how bad it is: no title can be known to name nobody. */
static json_t *
title_json(const struct body_incident *view, struct str title)
{
    const struct incident *incident = view->incident;
    json_auto_t *explanation = NULL;
    struct str what;
    struct buf text;
    json_t *json;

    if (!view->discreet)
        return foreign(title, BODY_TITLE_BYTES);
    if (incident->explanation.n)
        (void)jsonx_load(incident->explanation, NULL, &explanation);
    what = rule_title(explanation);
    if (what.n == 0)
        what = words_category(incident->category, false);
    buf_init(&text, BODY_MAX_BYTES);
    (void)buf_printf(&text, "%.*s%s%.*s · %s", STR_ARG(what),
        incident->owner.n ? " · " : "", STR_ARG(incident->owner),
        words_level(incident->level, false));
    json = foreign(buf_str(&text), BODY_TITLE_BYTES);
    buf_done(&text);
    return json;
}

/* Whether an address is made of more than ASCII: it may be a title. */
static bool
has_words(struct str url)
{
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];

        if (c >= 0x80 || (c == '%' && i + 1 < url.n && url.p[i + 1] >= '8'))
            return true;
    }
    return false;
}

static json_t *
item_json(const struct body_incident *view, const struct body_item *item)
{
    json_t *json = json_object();
    int bad = 0;

    bad |= jsonx_set(json, "title", title_json(view, item->title));
    bad |= jsonx_set(json, "url",
        foreign(view->discreet && has_words(item->url) ? STR_NONE : item->url,
            BODY_TITLE_BYTES));
    bad |= jsonx_set(json, "source", foreign(item->source, BODY_TEXT_BYTES));
    if (bad) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* How many of view's items fit where most do. */
static size_t
items_shown(const struct body_incident *view, size_t most)
{
    size_t n = most < BODY_MAX_ITEMS ? most : BODY_MAX_ITEMS;

    return view->nitems < n ? view->nitems : n;
}

static json_t *
item_list(const struct body_incident *view, size_t most)
{
    json_t *list = json_array();

    for (size_t i = 0; i < items_shown(view, most); i++)
        if (json_array_append_new(list, item_json(view, &view->items[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* The incident without what only its own message carries. */
static json_t *
incident_head(const struct body_incident *view)
{
    const struct incident *incident = view->incident;
    json_t *json = json_object();
    int bad = 0;

    bad |= jsonx_set(json, "id", json_integer(incident->id));
    bad |= jsonx_set(json, "url", jsonx_str(view->url));
    bad |= jsonx_set(json, "level", json_string(level_name(incident->level)));
    bad |= jsonx_set(json, "score", json_integer(incident->score));
    bad |= jsonx_set(json, "title", title_json(view, incident->title));
    bad |= jsonx_set(json, "category", jsonx_str(incident->category));
    bad |= jsonx_set(json, "state", json_string(state_name(incident->state)));
    bad |= jsonx_set(json, "owner", foreign(incident->owner, BODY_TEXT_BYTES));
    bad |= jsonx_set(json, "first_seen", jsonx_time(incident->first_seen));
    bad |= jsonx_set(json, "items", json_integer(incident->items));
    if (bad) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* Made by us, and a token must stay what it is: nothing is masked. */
static json_t *
act_list(const struct body_incident *view)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->nacts; i++) {
        json_t *one = json_object();

        jsonx_set(one, "act", json_string(view->acts[i].act));
        jsonx_set(one, "label", jsonx_str(view->acts[i].label));
        jsonx_set(one, "url", jsonx_str(view->acts[i].url));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
incident_json(const struct body_incident *view, size_t most)
{
    size_t sources = most < BODY_MAX_SOURCES ? most : BODY_MAX_SOURCES;
    json_t *json = incident_head(view);

    if ((view->nacts && jsonx_set(json, "acts", act_list(view)) < 0) ||
        jsonx_set(json, "sources", source_list(view, sources)) < 0 ||
        jsonx_set(json, "new_items", item_list(view, most)) < 0 ||
        jsonx_set(json, "explanation",
            explanation(view->incident->explanation, most, view->discreet)) <
            0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* Write {"type", "timestamp", "data"}; data is taken, NULL is no memory.
 * E_LIMIT, and nothing written, when it is longer than BODY_MAX_BYTES. */
static int
write_message(struct buf *out, enum incident_event event, struct wall now,
    json_t *data_taken)
{
    json_t *json = json_object();
    struct buf text;
    int err = 0;

    if (jsonx_set(json, "type", json_string(event_name(event))) < 0 ||
        jsonx_set(json, "timestamp", jsonx_time(now)) < 0) {
        json_decref(data_taken);
        err = E_NOMEM;
    } else if (jsonx_set(json, "data", data_taken) < 0) {
        err = E_NOMEM;
    }
    buf_init(&text, BODY_MAX_BYTES);
    if (!err)
        err = jsonx_dump(json, &text);
    if (!err)
        err = buf_add_str(out, buf_str(&text));
    buf_done(&text);
    json_decref(json);
    return err;
}

int
body_incident(struct buf *out, enum incident_event event,
    const struct body_incident *view, struct str reason, struct wall now,
    size_t *ret_items)
{
    size_t most = BODY_MAX_EXPLANATIONS;
    int err;

    do {
        json_t *data = json_object();

        if (jsonx_set(data, "incident", incident_json(view, most)) < 0 ||
            jsonx_set(data, "reason", foreign(reason, BODY_TEXT_BYTES)) < 0) {
            json_decref(data);
            return E_NOMEM;
        }
        err = write_message(out, event, now, data);
        *ret_items = items_shown(view, most);
    } while (err == E_LIMIT && !out->err && (most /= 2) > 0);
    return err;
}

static json_t *
digest_entry(const struct body_incident *view, size_t items)
{
    json_t *json = incident_head(view);

    if (jsonx_set(json, "new_items", item_list(view, items)) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *
digest_data(const struct body_incident *views, size_t nviews, size_t shown,
    size_t items, struct str reason)
{
    json_t *data = json_object();
    json_t *list = json_array();
    int bad = 0;

    for (size_t i = 0; i < shown; i++)
        bad |= json_array_append_new(list, digest_entry(&views[i], items));
    bad |= jsonx_set(data, "incidents", list);
    bad |= jsonx_set(data, "more", json_integer((json_int_t)(nviews - shown)));
    bad |= jsonx_set(data, "reason", foreign(reason, BODY_TEXT_BYTES));
    if (!bad)
        return data;
    json_decref(data);
    return NULL;
}

int
body_digest(struct buf *out, const struct body_incident *views, size_t nviews,
    struct str reason, struct wall now, size_t *ret_shown, size_t *ret_items)
{
    size_t shown = nviews < BODY_MAX_DIGEST ? nviews : BODY_MAX_DIGEST;
    size_t items = BODY_MAX_ITEMS;
    int err;

    do {
        err = write_message(out, INCIDENT_EVENT_DIGEST, now,
            digest_data(views, nviews, shown, items, reason));
        *ret_shown = shown;
        *ret_items = items;
        /* Too long: fewer items of each, then fewer incidents. */
        if (items > 1)
            items /= 2;
        else
            shown /= 2;
    } while (err == E_LIMIT && !out->err && shown > 0);
    return err;
}

static json_t *
condition_json(const struct body_condition *condition)
{
    json_t *json = json_object();
    int bad = 0;

    bad |= jsonx_set(json, "subject", jsonx_str(condition->subject));
    bad |= jsonx_set(json, "title", foreign(condition->title, BODY_TEXT_BYTES));
    bad |= jsonx_set(json, "owner", foreign(condition->owner, BODY_TEXT_BYTES));
    bad |= jsonx_set(json, "kind", jsonx_str(condition->kind));
    bad |= jsonx_set(json, "name", jsonx_str(condition->name));
    bad |= jsonx_set(json, "open", json_boolean(condition->open));
    bad |= jsonx_set(json, "since", jsonx_time(condition->since));
    bad |= jsonx_set(json, "until", jsonx_time(condition->until));
    bad |= jsonx_set(json, "url", jsonx_str(condition->url));
    if (bad) {
        json_decref(json);
        return NULL;
    }
    return json;
}

int
body_condition(struct buf *out, enum incident_event event,
    const struct body_condition *condition, struct wall now)
{
    json_t *data = json_object();
    int bad = 0;

    bad |= jsonx_set(data, "condition", condition_json(condition));
    bad |= jsonx_set(data, "reason", foreign(condition->text, BODY_TEXT_BYTES));
    bad |= jsonx_set(data, "advice", jsonx_str(condition->advice));
    if (bad) {
        json_decref(data);
        return E_NOMEM;
    }
    return write_message(out, event, now, data);
}

static json_t *
conditions_data(const struct body_condition *conditions, size_t n, size_t shown)
{
    json_t *data = json_object();
    json_t *list = json_array();
    int bad = 0;

    for (size_t i = 0; i < shown; i++) {
        json_t *one = condition_json(&conditions[i]);

        bad |= jsonx_set(
            one, "reason", foreign(conditions[i].text, BODY_TEXT_BYTES));
        bad |= json_array_append_new(list, one);
    }
    bad |= jsonx_set(data, "conditions", list);
    bad |= jsonx_set(data, "more", json_integer((json_int_t)(n - shown)));
    bad |= jsonx_set(data, "reason", json_string("conditions"));
    if (!bad)
        return data;
    json_decref(data);
    return NULL;
}

int
body_conditions(struct buf *out, const struct body_condition *conditions,
    size_t n, struct wall now)
{
    size_t shown = n < BODY_MAX_DIGEST ? n : BODY_MAX_DIGEST;
    int err;

    do {
        err = write_message(out, INCIDENT_EVENT_DIGEST, now,
            conditions_data(conditions, n, shown));
        shown /= 2;
    } while (err == E_LIMIT && !out->err && shown > 0);
    return err;
}

int
body_say(struct buf *out, enum incident_event event, struct wall now,
    json_t *data_taken)
{
    return data_taken ? write_message(out, event, now, data_taken) : E_NOMEM;
}

int
body_test(struct buf *out, struct str channel, struct wall now)
{
    json_t *data = json_object();

    if (jsonx_set(data, "channel", jsonx_str(channel)) < 0 ||
        jsonx_set(data, "reason",
            json_string("an operator sent a test; nothing has happened")) < 0) {
        json_decref(data);
        return E_NOMEM;
    }
    return write_message(out, INCIDENT_EVENT_TEST, now, data);
}

char *
body_message_id(const uint8_t random[16], char out[BODY_ID_SIZE])
{
    static const char letters[] =
        "ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789";
    uint64_t n[2] = {0, 0};
    size_t at = 0;

    for (size_t i = 0; i < 16; i++)
        n[i / 8] = n[i / 8] << 8 | random[i];
    out[at++] = 'm';
    out[at++] = 's';
    out[at++] = 'g';
    out[at++] = '_';
    /* Eleven letters hold 63 bits; twelve hold any 64-bit number. */
    for (size_t half = 0; half < 2; half++) {
        for (size_t i = 0; i < 12; i++) {
            out[at++] = letters[n[half] % (sizeof(letters) - 1)];
            n[half] /= sizeof(letters) - 1;
        }
    }
    out[at] = '\0';
    return out;
}
