#include "console/brought.h"

#include <stdarg.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "base/url.h"

struct brought {
    json_t *items;  /* of the document */
    json_t *errors; /* lent */
    size_t number;  /* of the item at hand, from 1 */
    size_t named;   /* the last one that an error was said of */
    int err;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct brought *b, const char *format, ...)
{
    json_t *one = json_object();
    char text[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    b->err = E_PARSE;
    /* One for each: whoever mends it learns of the next. */
    if (b->named == b->number) {
        json_decref(one);
        return;
    }
    b->named = b->number;
    if (json_array_size(b->errors) >= BROUGHT_MAX_ITEMS ||
        jsonx_set(one, "item", json_integer((json_int_t)b->number)) != 0 ||
        jsonx_set(one, "error", jsonx_str(str_of(text))) != 0) {
        json_decref(one);
        return;
    }
    (void)json_array_append_new(b->errors, one);
}

/* What an item may have, and as what the document has it. */
static const struct brought_field {
    const char *name, *feed;
    size_t max; /* bytes; 0: a list of texts */
} fields[] = {
    {"id", "id", BROUGHT_MAX_SHORT_BYTES},
    {"url", "url", BROUGHT_MAX_SHORT_BYTES},
    {"title", "title", BROUGHT_MAX_SHORT_BYTES},
    {"text", "content_text", SIZE_MAX},
    {"published", "date_published", 64},
    {"categories", "tags", 0},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const struct brought_field *
field_of(const char *name)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    }
    return NULL;
}

static void
check_list(struct brought *b, const char *name, const json_t *list)
{
    const json_t *one;
    size_t i;

    if (!json_is_array(list)) {
        complain(b, "\"%s\" is to be a list of texts", name);
        return;
    }
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one) ||
            json_string_length(one) > BROUGHT_MAX_SHORT_BYTES)
            complain(b, "\"%s\" is to be a list of texts", name);
    }
}

static void
check_field(struct brought *b, const char *name, const json_t *value)
{
    const struct brought_field *field = field_of(name);

    if (!field) {
        complain(b,
            "there is no field \"%.60s\"; an item has title, text, id, url, "
            "published and categories",
            name);
        return;
    }
    if (json_is_null(value))
        return;
    if (field->max == 0) {
        check_list(b, name, value);
        return;
    }
    if (!json_is_string(value)) {
        complain(b, "\"%s\" is to be a text", name);
        return;
    }
    if (json_string_length(value) > field->max)
        complain(b, "\"%s\" has more than %zu bytes", name, field->max);
    if (strcmp(name, "url") == 0 &&
        !url_is_http(str_of(json_string_value(value))))
        complain(b, "\"url\" is to be an http or https address");
}

/* Without an id or an address its contents say which item it is: the same one
 * brought twice is one, and two complaints under one title are two. */
static int
set_id(const json_t *in, json_t *out)
{
    struct str parts[] = {jsonx_get_str(in, "title"), jsonx_get_str(in, "text"),
        jsonx_get_str(in, "published")};
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    if (jsonx_get_str(in, "id").n || jsonx_get_str(in, "url").n)
        return 0;
    digest_parts(parts, 3, digest);
    return jsonx_set(out, "id", json_string(digest_hex(digest, hex)));
}

static void
take_item(struct brought *b, const json_t *in)
{
    json_t *out = json_object(), *value;
    const char *name;
    int err = 0;

    if (!json_is_object(in)) {
        complain(b, "it is to be an object: {\"title\": …, \"text\": …}");
        json_decref(out);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)in, name, value)
    {
        check_field(b, name, value);
        if (b->err == 0 && !json_is_null(value) && err == 0)
            err = jsonx_set(out, field_of(name)->feed, json_incref(value));
    }
    if (b->named != b->number && jsonx_get_str(in, "title").n == 0 &&
        jsonx_get_str(in, "text").n == 0)
        complain(b, "it has neither a title nor a text");
    if (err == 0)
        err = set_id(in, out);
    if (err == 0 && json_array_append(b->items, out) != 0)
        err = E_NOMEM;
    json_decref(out);
    if (err != 0)
        b->err = err;
}

static void
take_json(struct brought *b, struct str body)
{
    struct toc_error error = {0};
    json_t *root = NULL;
    const json_t *list, *one;
    size_t i;

    b->number = 1;
    if (jsonx_load(body, &error, &root) != 0) {
        complain(b, "it is no JSON: %.200s", error.text);
        return;
    }
    list = json_is_array(root) ? root : json_object_get(root, "items");
    if (!json_is_array(list))
        take_item(b, root);
    else
        json_array_foreach(list, i, one)
        {
            b->number = i + 1;
            if (i == BROUGHT_MAX_ITEMS) {
                b->err = E_LIMIT;
                break;
            }
            take_item(b, one);
        }
    json_decref(root);
}

static void
take_lines(struct brought *b, struct str body)
{
    while (body.n > 0) {
        size_t end = str_find_char(body, '\n');
        struct str line = str_trim(str_first(body, end));
        struct toc_error error = {0};
        json_t *one = NULL;

        body = end < body.n ? str_from(body, end + 1) : STR_NONE;
        b->number++;
        if (line.n == 0)
            continue;
        if (json_array_size(b->items) == BROUGHT_MAX_ITEMS) {
            b->err = E_LIMIT;
            return;
        }
        if (jsonx_load(line, &error, &one) != 0)
            complain(b, "it is no JSON: %.200s", error.text);
        else
            take_item(b, one);
        json_decref(one);
    }
}

int
brought_document(enum brought_form form, struct str body, struct str title,
    struct buf *out, json_t *errors)
{
    struct brought b = {.items = json_array(), .errors = errors};
    json_t *root = json_object();
    int err = b.items && root ? 0 : E_NOMEM;

    if (err == 0 && form == BROUGHT_LINES)
        take_lines(&b, body);
    else if (err == 0)
        take_json(&b, body);
    if (err == 0)
        err = b.err;
    if (err == 0 && json_array_size(b.items) == 0) {
        b.number = 1;
        complain(&b, "there is no item");
        err = E_PARSE;
    }
    if (err == 0)
        err = jsonx_set(
            root, "version", json_string("https://jsonfeed.org/version/1.1"));
    if (err == 0)
        err = jsonx_set(root, "title", jsonx_str(title));
    if (err == 0)
        err = jsonx_set(root, "items", json_incref(b.items));
    if (err == 0)
        err = jsonx_dump(root, out);
    json_decref(root);
    json_decref(b.items);
    return err;
}
