/*
 * purge_words: what is said of an incident whose time has come, wherever it is
 * said: its title and reasons, its entries in the ledger, reports that are
 * kept, digests and reports that were sent, exceptions that it taught, silences
 * that were made for it, what was done to it among many.
 *
 * Messages are JSON and are written anew without it; figures, times and numbers
 * stay everywhere.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "store/purge_inside.h"
#include "store/report_inside.h"

enum {
    MESSAGE_MAX_BYTES = 1024 * 1024,
    TITLE_MIN_BYTES = 6 /* a shorter title is no quotation */
};
/* A quarter's report goes out so long after what it is about. */
static const int64_t MESSAGE_AFTER_MS = 100LL * MS_DAY;

/* --- messages
 * -------------------------------------------------------------------------- */

struct forgetting {
    struct db *db;
    struct arena *arena;
    int64_t incident;
    struct str title; /* may be empty */
    char number[32];  /* "#41" */
};

/* The head of an incident within a message: its words go. */
static bool
forget_head(const struct forgetting *f, json_t *head)
{
    static const char *const words[] = {
        "new_items", "explanation", "sources", "acts"};
    bool changed = false;

    if (!json_is_object(head) ||
        json_integer_value(json_object_get(head, "id")) != f->incident ||
        !json_object_get(head, "level"))
        return false;
    if (jsonx_get_str(head, "title").n > 0)
        changed =
            json_object_set_new(head, "title", json_string(f->number)) == 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        changed |= json_object_del(head, words[i]) == 0;
    return changed;
}

/* Every place of the title within a text, as the incident's number. */
static bool
forget_quoted(const struct forgetting *f, json_t *data, const char *key)
{
    struct str text = jsonx_get_str(data, key);
    _cleanup_(buf_done) struct buf out;
    size_t at;

    buf_init(&out, MESSAGE_MAX_BYTES);
    if (f->title.n < TITLE_MIN_BYTES || str_find(text, f->title) >= text.n)
        return false;
    while ((at = str_find(text, f->title)) < text.n) {
        buf_add(&out, text.p, at);
        buf_add_cstr(&out, f->number);
        text = str_from(text, at + f->title.n);
    }
    buf_add_str(&out, text);
    return out.err == 0 &&
           json_object_set_new(data, key, jsonx_str(buf_str(&out))) == 0;
}

static bool
forget_in_message(const struct forgetting *f, json_t *message)
{
    json_t *data = json_object_get(message, "data"), *head;
    bool changed = forget_head(f, json_object_get(data, "incident"));
    bool alone = changed;
    size_t i;

    json_array_foreach(json_object_get(data, "incidents"), i, head) changed |=
        forget_head(f, head);
    changed |= forget_quoted(f, data, "text");
    changed |= forget_quoted(f, data, "title");
    if (alone && json_object_get(data, "reason"))
        (void)json_object_set_new(data, "reason", json_string(""));
    return changed;
}

static int
forget_message(const struct forgetting *f, int64_t id, struct str body)
{
    json_auto_t *message = NULL;
    _cleanup_(buf_done) struct buf out;
    struct query q;
    int r = jsonx_load(body, NULL, &message);

    buf_init(&out, MESSAGE_MAX_BYTES);
    if (r == E_PARSE || (r == 0 && !forget_in_message(f, message)))
        return 0;
    if (r == 0)
        r = jsonx_dump(message, &out);
    if (r != 0)
        return r;
    db_query(f->db, &q, DB_SQL("UPDATE delivery SET body = ? WHERE id = ?"));
    query_blob(&q, out.p, out.n);
    query_int(&q, id);
    return query_run(&q);
}

/* The next message behind *id that may say something of it: one that is about
 * several things, or one of its own that was given up. */
static int
next_message(const struct forgetting *f, int64_t *id, struct str *ret)
{
    char mark[40]; /* as an incident's head begins */
    struct query q;
    int r;

    (void)snprintf(mark, sizeof mark, "\"id\":%lld,", (long long)f->incident);
    db_query(f->db, &q,
        DB_SQL("SELECT d.id, d.body FROM delivery AS d JOIN incident AS i"
               " ON i.id = ?1 WHERE d.id > ?2 AND d.created >= "
               "coalesce(i.opened, i.first_seen)"
               " AND d.created <= max(i.last_seen, coalesce(i.closed, 0)) + ?3"
               " AND (d.incident IS NULL OR (d.incident = ?1"
               " AND d.state <> 'delivered'))"
               " AND (instr(d.body, CAST(?4 AS BLOB)) > 0 OR (?5 <> ''"
               " AND instr(d.body, CAST(?5 AS BLOB)) > 0))"
               " ORDER BY d.id LIMIT 1"));
    query_int(&q, f->incident);
    query_int(&q, *id);
    query_int(&q, MESSAGE_AFTER_MS);
    query_str(&q, str_of(mark));
    query_text(&q, f->title.n < TITLE_MIN_BYTES ? STR("") : f->title);
    r = query_next(&q);
    if (r == 0) {
        *id = query_get_int(&q);
        *ret = query_get_str(&q, f->arena);
        r = arena_failed(f->arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    return r;
}

static int
forget_messages(struct db *db, int64_t incident, struct str title)
{
    _cleanup_(arena_freep) struct arena *arena =
        arena_new(4 * MESSAGE_MAX_BYTES);
    struct forgetting f = {
        .db = db, .arena = arena, .incident = incident, .title = title};
    int64_t id = 0;
    int r = arena ? 0 : E_NOMEM;

    (void)snprintf(f.number, sizeof f.number, "#%lld", (long long)incident);
    while (r == 0) {
        struct str body = STR_NONE;

        arena_clear(arena);
        r = next_message(&f, &id, &body);
        if (r == 0)
            r = forget_message(&f, id, body);
    }
    return r == E_NOTFOUND ? 0 : r;
}

/* --- rows
 * -----------------------------------------------------------------------------
 */

static int
title_of(struct db *db, int64_t incident, struct arena *arena, struct str *ret)
{
    struct query q;
    int r;

    db_query(db, &q, DB_SQL("SELECT title FROM incident WHERE id = ?"));
    query_int(&q, incident);
    r = query_next(&q);
    if (r == 0) {
        *ret = query_get_str(&q, arena);
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    return r;
}

/* An exception that still holds needs its terms. */
static int
blank_rows(struct db *db, int64_t incident)
{
    static const struct purge_drop words[] = {
        {DB_SQL("UPDATE incident SET title = '', reason = NULL,"
                " explanation = NULL, cause = NULL, assignee = NULL"
                " WHERE id = ?"),
            NULL},
        {DB_SQL("UPDATE exception SET reason = '', terms = CASE WHEN ended"
                " IS NULL THEN terms ELSE '[]' END WHERE incident = ?"),
            NULL},
        {DB_SQL("UPDATE silence SET reason = '', title = NULL"
                " WHERE incident = ?"),
            NULL},
        {DB_SQL("UPDATE bulk_item SET before = '{}', after = '{}'"
                " WHERE incident = ?"),
            NULL}};

    return purge_drop_all(db, words, sizeof words / sizeof *words, incident);
}

static int
mark_purged(struct db *db, int64_t incident, struct wall now)
{
    struct query q;

    db_query(db, &q,
        DB_SQL("INSERT INTO incident_keeping(incident, purged) VALUES(?, ?)"
               " ON CONFLICT(incident) DO UPDATE SET"
               " purged = excluded.purged"));
    query_int(&q, incident);
    query_int(&q, now.ms);
    return query_run(&q);
}

int
purge_words(struct db *db, int64_t incident, struct wall now)
{
    /* What its entries in the ledger say; their hashes stand. */
    static const struct purge_drop entries = {
        DB_SQL("UPDATE ledger SET text = NULL WHERE incident = ?"
               " AND text_hash IS NOT NULL"
               " AND kind NOT IN ('incident.purged', 'evidence.purged')"),
        NULL};
    /* What was found on own sites and led to it. */
    static const struct purge_drop found = {
        DB_SQL("DELETE FROM site_finding WHERE incident = ?"
               " AND gone IS NOT NULL"),
        NULL};
    _cleanup_(arena_freep) struct arena *arena = arena_new(MESSAGE_MAX_BYTES);
    struct str title = STR_NONE;
    int r = arena ? title_of(db, incident, arena, &title) : E_NOMEM;

    if (r == 0)
        r = forget_messages(db, incident, title);
    if (r == 0)
        r = blank_rows(db, incident);
    if (r == 0)
        r = mark_purged(db, incident, now);
    if (r == 0)
        r = report_forget(db, incident);
    if (r == 0)
        r = purge_drop_all(db, &found, 1, incident);
    return r ? r : purge_drop_all(db, &entries, 1, incident);
}

int
purge_old_words(struct db *db, struct wall before)
{
    static const char *const words[] = {
        DB_SQL("UPDATE silence SET reason = '', title = NULL"
               " WHERE ended < ? AND (reason <> '' OR title IS NOT NULL)"),
        DB_SQL("UPDATE exception SET reason = '', terms = '[]'"
               " WHERE ended < ? AND (reason <> '' OR terms <> '[]')"),
        DB_SQL("UPDATE rota_override SET reason = NULL"
               " WHERE until < ? AND reason IS NOT NULL")};
    /* The index of titles lets go of what it has as words of no incident. */
    static const char *const index[] = {
        DB_SQL("INSERT INTO incident_title(incident_title, rowid, words)"
               " SELECT 'delete', incident, words FROM incident_title_gone"),
        DB_SQL("DELETE FROM incident_title_gone"),
        DB_SQL("INSERT INTO incident_title(incident_title) VALUES('optimize')"),
    };
    struct query q;
    int r = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words && r == 0; i++) {
        db_query(db, &q, words[i]);
        query_int(&q, before.ms);
        r = query_run(&q);
    }
    for (size_t i = 0; i < sizeof index / sizeof *index && r == 0; i++)
        r = db_run(db, index[i]);
    return r;
}
