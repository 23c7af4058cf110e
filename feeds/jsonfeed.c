#include "feeds/jsonfeed.h"

#include <jansson.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "feeds/decode.h"
#include "feeds/jsonmend.h"

/* The text of a member that may be a string or a number. */
static struct str
scalar(struct build *build, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_string(value))
        return (struct str){
            json_string_value(value), json_string_length(value)};
    if (json_is_integer(value))
        return arena_printf(
            build->arena, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return arena_printf(build->arena, "%.15g", json_real_value(value));
    return STR_NONE;
}

static void
read_texts(struct build *build, const json_t *entry)
{
    struct draft *item = build->item;
    struct str html = scalar(build, entry, "content_html");
    struct str text = scalar(build, entry, "content_text");

    build_offer_text(build, item, FIELD_TITLE, 9, scalar(build, entry, "title"),
        PLAIN_TITLE);
    build_offer_text(build, item, FIELD_CONTENT, 9, html, PLAIN_HTML);
    build_offer_text(build, item, FIELD_CONTENT, 8, text, PLAIN_TEXT);
    build_offer_text(build, item, FIELD_SUMMARY, 9,
        scalar(build, entry, "summary"), PLAIN_TITLE);
}

static void
read_lists(struct build *build, const json_t *entry)
{
    const json_t *value;
    size_t i;

    json_array_foreach(json_object_get(entry, "tags"), i,
        value) if (json_is_string(value)) build_category(build, build->item,
        (struct str){json_string_value(value), json_string_length(value)});
    json_array_foreach(json_object_get(entry, "attachments"), i, value)
        build_enclosure(build, build->item, scalar(build, value, "url"),
            scalar(build, value, "mime_type"));
}

static void
read_item(struct build *build, const json_t *entry)
{
    struct draft *item;

    if (!json_is_object(entry) || !build_begin(build))
        return;
    item = build->item;
    build_offer(build, item, FIELD_ID, 9, scalar(build, entry, "id"));
    build_offer(build, item, FIELD_LINK, 9, scalar(build, entry, "url"));
    build_offer(
        build, item, FIELD_LINK, 5, scalar(build, entry, "external_url"));
    build_offer(build, item, FIELD_PUBLISHED, 9,
        scalar(build, entry, "date_published"));
    build_offer(
        build, item, FIELD_UPDATED, 9, scalar(build, entry, "date_modified"));
    read_texts(build, entry);
    read_lists(build, entry);
    if (item->value[FIELD_ID].n == 0 && item->value[FIELD_LINK].n == 0 &&
        item->value[FIELD_TITLE].n == 0 && item->value[FIELD_CONTENT].n == 0 &&
        item->value[FIELD_SUMMARY].n == 0)
        build_drop(build); /* {} */
    else
        build_end(build);
}

/* Only WebSub is spoken. */
static void
read_hubs(struct build *build, const json_t *root)
{
    const json_t *hub;
    size_t i;

    json_array_foreach(json_object_get(root, "hubs"), i, hub)
    {
        if (!build->document.hub.p &&
            str_eq_nocase(jsonx_get_str(hub, "type"), STR("WebSub")))
            build->document.hub =
                arena_str(build->arena, jsonx_get_str(hub, "url"));
    }
    build->self = arena_str(build->arena, jsonx_get_str(root, "feed_url"));
}

static struct str
version_of(const json_t *root)
{
    struct str version = jsonx_get_str(root, "version");

    if (str_ends(version, STR("/1.1")) || str_ends(version, STR("/1.1/")))
        return STR("json11");
    return STR("json10");
}

void
jsonfeed_init(void)
{
    json_object_seed(0);
}

static void
note_end(struct build *build, enum jsonmend_end end)
{
    switch (end) {
    case JSONMEND_WHOLE:
        build_note(build, TROUBLE_MALFORMED,
            "the JSON was not well-formed and had to be mended");
        break;
    case JSONMEND_CUT:
        build->document.partial = true;
        build_note(
            build, TROUBLE_CUT, "the document ends before it is complete");
        break;
    case JSONMEND_FULL:
        build->full = true;
        break;
    }
}

/* Load what can be mended of text. */
static int
load_mended(struct build *build, struct str text, json_t **ret)
{
    enum jsonmend_end end;
    struct buf mended;
    int err;

    buf_init(&mended, 2 * DECODE_MAX_BYTES);
    err = jsonmend(text, FEED_MAX_ITEMS, &mended, &end);
    if (!err && jsonmend_values(buf_str(&mended)) > JSONFEED_MAX_VALUES)
        err = E_LIMIT;
    if (!err)
        err = jsonx_load(buf_str(&mended), NULL, ret);
    if (!err)
        note_end(build, end);
    buf_done(&mended);
    return err;
}

/* Load text, mended when it needs that. */
static int
load(struct build *build, struct str text, struct toc_error *reterr,
    json_t **ret)
{
    bool large = jsonmend_values(text) > JSONFEED_MAX_VALUES;
    int err = large ? E_PARSE : jsonx_load(text, reterr, ret);

    if (err != E_PARSE)
        return err;
    err = load_mended(build, text, ret);
    if (err && large) {
        toc_error_set(reterr, NULL, 0, 0, "the JSON has more than %d values",
            JSONFEED_MAX_VALUES);
        return E_LIMIT;
    }
    return err;
}

int
jsonfeed_read(struct build *build, struct str text, struct toc_error *reterr)
{
    json_t *root = NULL;
    const json_t *items, *entry;
    size_t i;
    int err = load(build, text, reterr, &root);

    if (err)
        return err;
    items = json_object_get(root, "items");
    if (!json_is_array(items)) {
        toc_error_set(reterr, NULL, 0, 0,
            "the JSON has no list of items: it is no JSON Feed");
        json_decref(root);
        return E_PARSE;
    }
    build->document.format = DOCUMENT_JSON;
    build->document.version = version_of(root);
    build->language =
        arena_str(build->arena, str_first(jsonx_get_str(root, "language"), 32));
    build_offer_text(build, &build->feed, FIELD_TITLE, 9,
        scalar(build, root, "title"), PLAIN_TITLE);
    build_offer(build, &build->feed, FIELD_LINK, 9,
        scalar(build, root, "home_page_url"));
    build->document.next =
        arena_str(build->arena, jsonx_get_str(root, "next_url"));
    read_hubs(build, root);
    json_array_foreach(items, i, entry)
    {
        if (build->err)
            break;
        read_item(build, entry);
    }
    json_decref(root);
    return build->err;
}
