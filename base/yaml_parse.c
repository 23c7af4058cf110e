/*
 * yaml_parse: from libyaml's events to the tree of yaml.h.
 *
 * The open collections are a stack of frames, so that depth costs no call.
 * What can be told at its place without losing the thread (duplicate keys,
 * aliases, tags) is added to the errors and reading goes on; a syntax error
 * ends it.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/utf8.h"
#include "base/yaml.h"

enum { KEYS_FIRST = 256 }; /* slots of the first table of keys, a power of 2 */

/* All keys of all maps so far, to find duplicates: open addressing. */
struct keys {
    struct key_slot {
        const struct ynode *map, *key; /* map is NULL in a free slot */
    } * slots;
    size_t cap, n;
};

struct frame {
    struct ynode *node; /* a sequence or a map */
    struct ynode *last; /* its last child */
    struct ynode *key;  /* in a map: the key whose value is next */
};

struct reading {
    struct arena *arena;
    const char *file;
    struct toc_errors *errors;
    struct keys keys;
    struct frame frames[YAML_MAX_DEPTH];
    size_t depth, nodes, documents;
    struct ynode *root;
    int err;
};

static size_t
key_hash(const struct ynode *map, struct str key)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uintptr_t)map;

    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * UINT64_C(1099511628211);
    return (size_t)(hash ^ hash >> 32);
}

/* The slot of key in map, or the free one where it goes. */
static struct key_slot *
keys_slot(const struct keys *keys, const struct ynode *map, struct str key)
{
    size_t i = key_hash(map, key);

    for (;; i++) {
        struct key_slot *slot = &keys->slots[i & (keys->cap - 1)];

        if (!slot->map || (slot->map == map && str_eq(slot->key->text, key)))
            return slot;
    }
}

static int
keys_grow(struct keys *keys)
{
    struct keys more = {
        .n = keys->n, .cap = keys->cap ? 2 * keys->cap : KEYS_FIRST};

    more.slots = calloc(more.cap, sizeof(*more.slots));
    if (!more.slots)
        return E_NOMEM;
    for (size_t i = 0; i < keys->cap; i++) {
        struct key_slot *old = &keys->slots[i];

        if (old->map)
            *keys_slot(&more, old->map, old->key->text) = *old;
    }
    free(keys->slots);
    *keys = more;
    return 0;
}

/* Add key to map.  *ret_first is the same key if it was there before. */
static int
keys_add(struct keys *keys, const struct ynode *map, const struct ynode *key,
    const struct ynode **ret_first)
{
    struct key_slot *slot;

    if (4 * (keys->n + 1) > 3 * keys->cap) {
        int err = keys_grow(keys);

        if (err)
            return err;
    }
    slot = keys_slot(keys, map, key->text);
    *ret_first = slot->map ? slot->key : NULL;
    if (!slot->map) {
        *slot = (struct key_slot){map, key};
        keys->n++;
    }
    return 0;
}

/* End the reading with an error at mark. */
static void
fail(struct reading *r, const yaml_mark_t *mark, const char *text)
{
    toc_errors_add(r->errors, r->file, (unsigned)mark->line + 1,
        (unsigned)mark->column + 1, "%s", text);
    r->err = E_CONF;
}

static void
fail_memory(struct reading *r)
{
    toc_errors_add(r->errors, r->file, 0, 0, "is too large for its memory");
    r->err = E_CONF;
}

/* Tell of something that does not end the reading. */
static void
complain(struct reading *r, const yaml_mark_t *mark, const char *text)
{
    toc_errors_add(r->errors, r->file, (unsigned)mark->line + 1,
        (unsigned)mark->column + 1, "%s", text);
}

static struct ynode *
node_new(struct reading *r, enum yaml_type type, const yaml_mark_t *mark)
{
    struct ynode *node;

    if (r->nodes == YAML_MAX_NODES) {
        fail(r, mark, "has more values than a file may have");
        return NULL;
    }
    node = ARENA_NEW(r->arena, struct ynode);
    if (!node) {
        fail_memory(r);
        return NULL;
    }
    r->nodes++;
    node->type = type;
    node->line = (unsigned)mark->line + 1;
    node->column = (unsigned)mark->column + 1;
    return node;
}

/* Make node, a scalar, the key of the map in frame. */
static void
take_key(struct reading *r, struct frame *frame, struct ynode *node)
{
    const struct ynode *first;

    if (keys_add(&r->keys, frame->node, node, &first)) {
        fail_memory(r);
        return;
    }
    frame->key = node;
    if (first)
        toc_errors_add(r->errors, r->file, node->line, node->column,
            "key \"%.*s\" is here a second time; the first is on line %u",
            STR_ARG(str_first(node->text, 80)), first->line);
}

/* Put node where the stack says: a key, a value, an entry or the root. */
static void
place(struct reading *r, struct ynode *node)
{
    struct frame *frame = r->depth ? &r->frames[r->depth - 1] : NULL;

    if (!frame) {
        r->root = node;
        return;
    }
    if (frame->node->type == YAML_MAP) {
        if (!frame->key) {
            take_key(r, frame, node);
            return;
        }
        node->key = frame->key;
        frame->key = NULL;
    }
    if (frame->last)
        frame->last->next = node;
    else
        frame->node->first = node;
    frame->last = node;
    frame->node->count++;
}

/* Whether the next node is a key of a map. */
static bool
key_is_next(const struct reading *r)
{
    const struct frame *frame = r->depth ? &r->frames[r->depth - 1] : NULL;

    return frame && frame->node->type == YAML_MAP && !frame->key;
}

static bool
is_str_tag(const yaml_char_t *tag)
{
    const char *text = (const char *)tag;

    return strcmp(text, YAML_STR_TAG) == 0 || strcmp(text, "!") == 0;
}

static void
on_scalar(struct reading *r, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.scalar.tag;
    struct ynode *node = node_new(r, YAML_SCALAR, &event->start_mark);

    if (!node)
        return;
    if (tag && !is_str_tag(tag))
        complain(r, &event->start_mark,
            "a tag (a word that begins with !) is not possible here");
    node->quoted = tag || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text =
        arena_str(r->arena, (struct str){(const char *)event->data.scalar.value,
                                event->data.scalar.length});
    if (!node->text.p)
        fail_memory(r);
    else
        place(r, node);
}

static void
on_alias(struct reading *r, const yaml_event_t *event)
{
    struct ynode *node = node_new(r, YAML_SCALAR, &event->start_mark);

    if (!node)
        return;
    complain(r, &event->start_mark,
        "an alias (*name) is not possible here; write the value itself");
    node->text = STR("");
    place(r, node);
}

static void
on_open(struct reading *r, const yaml_event_t *event, enum yaml_type type,
    const yaml_char_t *tag)
{
    struct ynode *node;

    if (key_is_next(r)) {
        fail(r, &event->start_mark,
            "a list or a group cannot be a key; put the text in quotes");
        return;
    }
    if (r->depth == YAML_MAX_DEPTH) {
        fail(r, &event->start_mark, "is nested too deep");
        return;
    }
    if (tag)
        complain(r, &event->start_mark,
            "a tag (a word that begins with !) is not possible here");
    node = node_new(r, type, &event->start_mark);
    if (!node)
        return;
    place(r, node);
    r->frames[r->depth++] = (struct frame){.node = node};
}

static void
on_event(struct reading *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->documents++ > 0)
            fail(r, &event->start_mark,
                "a second document (---) is not possible in one file");
        break;
    case YAML_ALIAS_EVENT:
        on_alias(r, event);
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(r, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        on_open(r, event, YAML_SEQ, event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        on_open(r, event, YAML_MAP, event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

/* What libyaml says, in the words of somebody who edits a file. */
static const char *
plain_words(const char *problem)
{
    static const struct {
        const char *theirs, *ours;
    } words[] = {
        {"found character that cannot start any token",
            "this character cannot begin a value (tabs cannot indent; put "
            "other text in quotes)"},
        {"could not find expected ':'", "a key needs \": \" behind it"},
        {"mapping values are not allowed in this context",
            "\": \" is not possible here; put the text in quotes or mend the "
            "indentation"},
        {"did not find expected key",
            "a key is expected here; mend the indentation"},
        {"did not find expected '-' indicator",
            "\"- \" is expected here; mend the indentation"},
        {"found unexpected end of stream", "a quote is not closed"},
        {"did not find expected ',' or ']'", "\",\" or \"]\" is missing"},
        {"did not find expected ',' or '}'", "\",\" or \"}\" is missing"},
        {"found unknown escape character",
            "this \\ escape is not known; use single quotes for text with \\"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].theirs, problem) == 0)
            return words[i].ours;
    return problem;
}

/* Line and column of byte offset in text. */
static yaml_mark_t
mark_of(struct str text, size_t offset)
{
    yaml_mark_t mark = {0};

    for (size_t i = 0; i < offset && i < text.n; i++) {
        if (text.p[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static void
fail_syntax(struct reading *r, const yaml_parser_t *parser, struct str text)
{
    yaml_mark_t mark = parser->problem_mark;
    const char *problem = parser->problem ? parser->problem : "not understood";

    if (parser->error == YAML_MEMORY_ERROR) {
        fail_memory(r);
        return;
    }
    if (parser->error == YAML_READER_ERROR)
        mark = mark_of(text, parser->problem_offset);
    fail(r, &mark, plain_words(problem));
}

/* What is refused before libyaml sees it. */
static bool
is_readable(struct reading *r, struct str text)
{
    size_t at = 0;

    if (text.n > YAML_MAX_BYTES) {
        toc_errors_add(r->errors, r->file, 0, 0, "is larger than %d bytes",
            YAML_MAX_BYTES);
        return false;
    }
    if (utf8_is_valid(text))
        return true;
    while (at < text.n) {
        size_t start = at;

        if (utf8_next(text, &at) == UTF8_REPLACEMENT &&
            !utf8_is_valid((struct str){text.p + start, at - start})) {
            yaml_mark_t mark = mark_of(text, start);

            fail(r, &mark, "is not UTF-8 here");
            break;
        }
    }
    return false;
}

static int
read_events(struct reading *r, struct str text)
{
    yaml_parser_t parser;
    bool done = false;

    if (!yaml_parser_initialize(&parser)) {
        fail_memory(r);
        return r->err;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &parser, (const unsigned char *)text.p, text.n);
    while (!done && !r->err) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            fail_syntax(r, &parser, text);
            break;
        }
        on_event(r, &event);
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return r->err;
}

int
yaml_parse(struct arena *arena, const char *file, struct str text,
    struct toc_errors *errors, struct ynode **ret)
{
    struct toc_errors own = {0};
    struct reading r = {.arena = arena, .file = file};
    size_t before;
    int err = E_CONF;

    r.errors = errors ? errors : &own;
    before = r.errors->n + r.errors->dropped;
    if (!text.p)
        text = STR("");
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from(text, 3);
    if (is_readable(&r, text))
        err = read_events(&r, text);
    free(r.keys.slots);
    if (r.errors->n + r.errors->dropped > before)
        err = E_CONF;
    toc_errors_done(&own);
    if (err)
        return err;
    *ret = r.root;
    return 0;
}
