/*
 * fold: entries in the order in which they were first named; a message is in
 * the digest when all that it names is.
 */
#include "notify/fold.h"

#include <stdlib.h>

#include "base/jsonx.h"
#include "base/level.h"
#include "notify/body.h"

enum { FOLD_MAX_ENTRIES = 4000, FOLD_ARENA_BYTES = 4 * 1024 * 1024 };

/* What one digest is about: they are told in different words. */
enum subject { SUBJECT_NONE, SUBJECT_INCIDENTS, SUBJECT_CONDITIONS };

struct entry {
    json_t *json;   /* owned */
    int64_t id;     /* of an incident */
    struct str key; /* of a condition: its subject and kind, in the JSON */
    struct str kind;
    bool used; /* by the digest that is being made */
};

struct row {
    size_t first, n; /* of its entries, in links */
};

struct fold {
    struct text_style style;
    enum subject subject;
    struct entry *entries;
    size_t nentries, entries_cap;
    struct row rows[FOLD_MAX_ROWS];
    size_t nrows;
    size_t *links; /* numbers of entries */
    size_t nlinks, links_cap;
};

struct fold *
fold_new(const struct text_style *style)
{
    struct fold *fold = calloc(1, sizeof *fold);

    if (fold)
        fold->style = *style;
    return fold;
}

void
fold_free(struct fold *fold)
{
    if (fold == NULL)
        return;
    for (size_t i = 0; i < fold->nentries; i++)
        json_decref(fold->entries[i].json);
    free(fold->entries);
    free(fold->links);
    free(fold);
}

size_t
fold_entries(const struct fold *fold)
{
    return fold->nentries;
}

/* --- what is told of one thing -------------------------------------------- */

static bool
is_entry(const struct fold *fold, const struct entry *entry, const json_t *json)
{
    if (fold->subject == SUBJECT_INCIDENTS)
        return entry->id == json_integer_value(json_object_get(json, "id"));
    return str_eq(entry->key, jsonx_get_str(json, "subject")) &&
           str_eq(entry->kind, jsonx_get_str(json, "kind"));
}

static bool
has_item(const json_t *items, const json_t *item)
{
    size_t i;
    const json_t *one;

    json_array_foreach(items, i, one)
    {
        if (json_equal(one, item))
            return true;
    }
    return false;
}

/* json becomes what is said of the entry; what was new before stays new. */
static int
entry_renew(struct entry *entry, json_t *json_taken)
{
    json_t *before = json_object_get(entry->json, "new_items");
    json_t *after = json_object_get(json_taken, "new_items");
    size_t i;
    json_t *item;
    int err = 0;

    json_array_foreach(before, i, item)
    {
        if (!after || json_array_size(after) >= FOLD_MAX_ITEMS)
            break;
        if (!has_item(after, item))
            err |= json_array_append(after, item);
    }
    json_decref(entry->json);
    entry->json = json_taken;
    entry->key = jsonx_get_str(json_taken, "subject");
    entry->kind = jsonx_get_str(json_taken, "kind");
    return err ? E_NOMEM : 0;
}

static int
grow(void *list, size_t size, size_t n, size_t *cap)
{
    void **at = list;
    size_t more = *cap ? 2 * *cap : 64;
    void *grown;

    if (n < *cap)
        return 0;
    grown = reallocarray(*at, more, size);
    if (grown == NULL)
        return E_NOMEM;
    *at = grown;
    *cap = more;
    return 0;
}

/* Number of the entry that json is about, made if it is new. */
static int
entry_put(struct fold *fold, json_t *json_taken, size_t *ret)
{
    struct entry *entry;
    int err;

    if (json_taken == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < fold->nentries; i++) {
        if (!is_entry(fold, &fold->entries[i], json_taken))
            continue;
        *ret = i;
        return entry_renew(&fold->entries[i], json_taken);
    }
    err =
        grow(&fold->entries, sizeof *entry, fold->nentries, &fold->entries_cap);
    if (!err && fold->nentries == FOLD_MAX_ENTRIES)
        err = E_LIMIT;
    if (err) {
        json_decref(json_taken);
        return err;
    }
    entry = &fold->entries[fold->nentries];
    *entry = (struct entry){
        .id = json_integer_value(json_object_get(json_taken, "id"))};
    *ret = fold->nentries++;
    return entry_renew(entry, json_taken);
}

/* --- what a message names --------------------------------------------------
 */

/* A copy of an incident without what only its own message carries. */
static json_t *
plain_incident(const json_t *incident, struct str type)
{
    json_t *json = json_deep_copy(incident);

    (void)json_object_del(json, "sources");
    (void)json_object_del(json, "explanation");
    if (jsonx_set(json, "event", jsonx_str(type)) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *
plain_condition(const json_t *condition, const json_t *data)
{
    json_t *json = json_deep_copy(condition);

    if (!json_object_get(json, "reason") &&
        jsonx_set(json, "reason", jsonx_str(jsonx_get_str(data, "reason"))) <
            0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static int
row_put(struct fold *fold, json_t *json_taken)
{
    size_t at = 0;
    int err = entry_put(fold, json_taken, &at);

    if (!err)
        err = grow(
            &fold->links, sizeof *fold->links, fold->nlinks, &fold->links_cap);
    if (!err)
        fold->links[fold->nlinks++] = at;
    return err;
}

static int
row_fill(struct fold *fold, const json_t *data, struct str type)
{
    const json_t *one = json_object_get(
        data, fold->subject == SUBJECT_INCIDENTS ? "incident" : "condition");
    const json_t *list = json_object_get(
        data, fold->subject == SUBJECT_INCIDENTS ? "incidents" : "conditions");
    size_t i;
    int err = 0;

    if (one)
        return row_put(fold, fold->subject == SUBJECT_INCIDENTS
                                 ? plain_incident(one, type)
                                 : plain_condition(one, data));
    json_array_foreach(list, i, one)
    {
        if (!err)
            err = row_put(fold, fold->subject == SUBJECT_INCIDENTS
                                    ? json_deep_copy(one)
                                    : plain_condition(one, data));
    }
    return err;
}

static enum subject
subject_of(const json_t *data)
{
    if (json_is_object(json_object_get(data, "incident")) ||
        json_array_size(json_object_get(data, "incidents")) > 0)
        return SUBJECT_INCIDENTS;
    if (json_is_object(json_object_get(data, "condition")) ||
        json_array_size(json_object_get(data, "conditions")) > 0)
        return SUBJECT_CONDITIONS;
    return SUBJECT_NONE;
}

int
fold_add(struct fold *fold, struct str body)
{
    struct row row = {.first = fold->nlinks};
    const json_t *data;
    enum subject subject;
    json_t *json;
    int err;

    if (fold->nrows == FOLD_MAX_ROWS)
        return E_LIMIT;
    if (jsonx_load(body, NULL, &json) < 0)
        return E_STATE;
    data = json_object_get(json, "data");
    subject = subject_of(data);
    if (subject == SUBJECT_NONE ||
        (fold->subject != SUBJECT_NONE && fold->subject != subject)) {
        json_decref(json);
        return E_STATE;
    }
    fold->subject = subject;
    err = row_fill(fold, data, jsonx_get_str(json, "type"));
    json_decref(json);
    if (err)
        return err;
    row.n = fold->nlinks - row.first;
    fold->rows[fold->nrows++] = row;
    return 0;
}

/* --- the digest -------------------------------------------------------------
 */

/* Mark what is used when there is place for most entries; *ret_rows of the
 * first messages are all in it. */
static size_t
mark(struct fold *fold, size_t most, size_t *ret_rows)
{
    size_t used = 0, rows = 0;

    for (size_t i = 0; i < fold->nentries; i++)
        fold->entries[i].used = false;
    for (; rows < fold->nrows; rows++) {
        const size_t *links = &fold->links[fold->rows[rows].first];
        size_t n = fold->rows[rows].n, more = 0;

        for (size_t i = 0; i < n; i++)
            more += !fold->entries[links[i]].used;
        if (used + more > most)
            break;
        for (size_t i = 0; i < n; i++)
            fold->entries[links[i]].used = true;
        used += more;
    }
    *ret_rows = rows;
    return used;
}

static json_t *
without_items(const json_t *json)
{
    json_t *copy = json_deep_copy(json);

    if (json_object_get(copy, "new_items"))
        (void)jsonx_set(copy, "new_items", json_array());
    return copy;
}

static json_t *
digest(const struct fold *fold, size_t used, bool items)
{
    json_t *data = json_object(), *list = json_array();
    int bad = 0;

    for (size_t i = 0; i < fold->nentries; i++) {
        const struct entry *entry = &fold->entries[i];

        if (entry->used)
            bad |= json_array_append_new(list,
                items ? json_incref(entry->json) : without_items(entry->json));
    }
    bad |= jsonx_set(data,
        fold->subject == SUBJECT_INCIDENTS ? "incidents" : "conditions", list);
    bad |= jsonx_set(
        data, "more", json_integer((json_int_t)(fold->nentries - used)));
    bad |= jsonx_set(data, "reason", json_string("too many messages"));
    if (!bad)
        return data;
    json_decref(data);
    return NULL;
}

/* Whether its words name all of it where there is a limit. */
static int
fits(const struct fold *fold, struct str body, size_t left_out)
{
    struct arena *arena;
    struct text text;
    int err;

    if (fold->style.max_bytes == 0)
        return 0;
    arena = arena_new(FOLD_ARENA_BYTES);
    if (arena == NULL)
        return E_NOMEM;
    err = text_make(arena, body, &fold->style, &text);
    if (!err && text.left_out > left_out)
        err = E_LIMIT;
    else if (err && err != E_NOMEM && err != E_LIMIT)
        err = 0; /* its own template is wrong, which is told when it is sent */
    arena_free(arena);
    return err;
}

static int
try_write(const struct fold *fold, struct buf *out, struct wall now,
    size_t used, bool items)
{
    int err;

    buf_clear(out);
    err = body_say(out, INCIDENT_EVENT_DIGEST, now, digest(fold, used, items));
    return err ? err : fits(fold, buf_str(out), fold->nentries - used);
}

int
fold_write(struct fold *fold, struct buf *out, struct wall now,
    size_t *ret_rows, size_t *ret_entries)
{
    size_t most = BODY_MAX_DIGEST;
    int err = E_LIMIT;

    while (err == E_LIMIT && most > 0) {
        size_t rows, used = mark(fold, most, &rows);

        if (rows == 0)
            return E_LIMIT;
        err = try_write(fold, out, now, used, true);
        if (err == E_LIMIT)
            err = try_write(fold, out, now, used, false);
        *ret_rows = rows;
        *ret_entries = used;
        most = used - (used + 7) / 8;
    }
    return err;
}
