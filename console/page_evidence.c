/*
 * page_evidence: what is kept of an incident, shown as text and never as a
 * page of its own; what it is kept for.
 */
#include <inttypes.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "console/evidence.h"
#include "console/rows.h"
#include "store/view_purge.h"

enum {
    PAGE_RAW_BYTES = 64 * 1024, /* of a document, shown */
    PAGE_TEXT_BYTES = 64 * 1024,
    KEEPING_MAX_REASON_BYTES = 1000
};

/* --- the ledger is told
 * ---------------------------------------------------------- */

static void
tell_seen(struct context *ctx, int64_t incident, struct str how, int64_t piece)
{
    struct action action = {.kind = ACTION_EVIDENCE_SEEN,
        .id = incident,
        .object = how,
        .until = WALL_NONE,
        .by = ctx->who.user,
        .from = str_of(ctx->exchange->peer.address)};

    if (piece)
        action.text = arena_printf(ctx->arena, "#%" PRId64, piece);
    tell_engine(ctx->console, &action);
}

/* --- the list
 * -------------------------------------------------------------------- */

static void
set_size(struct context *ctx, json_t *object, uint64_t bytes)
{
    set_number(object, "bytes", (int64_t)bytes);
    if (ctx->json)
        return;
    set_str(object, "bytes_text",
        bytes < 10240
            ? arena_printf(ctx->arena, "%" PRIu64 " B", bytes)
            : arena_printf(ctx->arena, "%" PRIu64 " KiB", bytes / 1024));
}

static json_t *
row_evidence(struct context *ctx, const struct evidence_row *row)
{
    json_t *object = json_object();
    char hex[DIGEST_HEX_SIZE];

    set_number(object, "id", row->id);
    set_number(object, "incident", row->incident);
    set_number(object, "item", row->item);
    set_number(object, "revision", row->revision);
    set_name(ctx, object, "kind", "evidence",
        row->article ? STR("article") : STR("listing"));
    set_time(ctx, object, "at", row->at);
    set_str(object, "sha256", str_of(digest_hex(row->hash, hex)));
    set_size(ctx, object, row->size);
    (void)json_object_set_new(object, "kept", json_boolean(row->kept));
    set_str(object, "title", row->title);
    set_str(object, "source", row->source);
    if (!ctx->json && row->source.n)
        set_str(object, "source_title", rows_source_title(ctx, row->source));
    return object;
}

static int
set_keeping(struct context *ctx, int64_t incident, json_t *value)
{
    struct incident_keeping keeping;
    json_t *object = json_object();
    int err = view_incident_keeping(
        ctx->console->view, incident, ctx->arena, &keeping);

    if (err) {
        json_decref(object);
        return err;
    }
    set_str(object, "hold", keeping.hold);
    set_str(object, "hold_by", keeping.hold_by);
    set_time(ctx, object, "hold_at", keeping.hold_at);
    set_str(object, "assessed_by", keeping.assessed_by);
    set_time(ctx, object, "assessed", keeping.assessed);
    set_time(ctx, object, "purged", keeping.purged);
    if (!ctx->json) {
        set_flag(object, "is_held", keeping.hold.n > 0);
        set_flag(object, "is_assessed", wall_is_set(keeping.assessed));
        set_flag(object, "is_purged", wall_is_set(keeping.purged));
    }
    (void)json_object_set_new(value, "keeping", object);
    return 0;
}

/* Behind which piece to begin; 0: at the first. */
static int
read_after(const struct context *ctx, int64_t *ret)
{
    struct str after = query_get(ctx, "after");

    *ret = 0;
    return after.n == 0 || num_parse_i64(after, 0, INT64_MAX, ret) == 0
               ? 0
               : E_PARSE;
}

/* Where the list goes on. */
static void
set_next(struct context *ctx, int64_t id, int64_t last, json_t *value)
{
    set_number(value, "next", last);
    if (!ctx->json)
        set_str(value, "next_href",
            arena_printf(ctx->arena,
                "/incidents/%" PRId64 "/evidence?after=%" PRId64, id, last));
}

void
page_evidence(struct context *ctx)
{
    struct evidence_row *rows = NULL;
    struct incident_row incident;
    json_t *value, *list;
    size_t n = 0;
    int64_t id, after = 0;
    bool more;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : read_after(ctx, &after);

    if (!err)
        err = view_incident(ctx->console->view, id, ctx->arena, &incident);
    if (!err)
        err = view_evidence(ctx->console->view, id, after,
            VIEW_EVIDENCE_MAX + 1, ctx->arena, &rows, &n);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    more = n > VIEW_EVIDENCE_MAX;
    n -= more;
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_evidence(ctx, &rows[i]));
    (void)json_object_set_new(value, "evidence", list);
    (void)json_object_set_new(value, "incident", row_incident(ctx, &incident));
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        if (after)
            set_number(value, "after", after);
        set_number(value, "count", (int64_t)n);
        set_flag(value, "is_closed", wall_is_set(incident.incident.closed));
    }
    if (more)
        set_next(ctx, id, rows[n - 1].id, value);
    err = set_keeping(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "evidence", value);
}

/* --- one piece
 * -------------------------------------------------------------------- */

static int
load_piece(struct context *ctx, struct evidence_row *ret)
{
    int64_t id;

    return arg_number(ctx, 0, &id)
               ? E_NOTFOUND
               : view_evidence_one(ctx->console->view, id, ctx->arena, ret);
}

static void
set_printable(json_t *value, const char *key, struct buf *text)
{
    for (size_t i = 0; i < text->n; i++) {
        unsigned char c = (unsigned char)text->p[i];

        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            text->p[i] = ' ';
    }
    set_str(value, key, buf_str(text));
}

/* The start of the document as text, whatever it is. */
static int
set_raw(struct context *ctx, const struct evidence_row *row, json_t *value)
{
    struct buf bytes, text;
    int err;

    buf_init(&bytes, EVIDENCE_MAX_BYTES);
    buf_init(&text, 4 * PAGE_RAW_BYTES);
    err = evidence_document(ctx, row, &bytes);
    if (err == 0) {
        (void)utf8_repair(str_first(buf_str(&bytes), PAGE_RAW_BYTES), &text);
        set_printable(value, "raw", &text);
        set_flag(value, "raw_cut", bytes.n > PAGE_RAW_BYTES);
    }
    buf_done(&bytes);
    buf_done(&text);
    return err == E_NOTFOUND ? 0 : err;
}

void
page_evidence_one(struct context *ctx)
{
    struct evidence_row row;
    json_t *value, *about, *original;
    int err = load_piece(ctx, &row);

    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    about = evidence_json(row.about);
    original = evidence_json(row.original);
    (void)json_object_set_new(value, "piece", row_evidence(ctx, &row));
    (void)json_object_set(value, "about", about);
    (void)json_object_set(value, "original", original);
    if (!ctx->json) {
        set_flag(value, "has_original", json_object_size(original) > 0);
        set_str(value, "text",
            utf8_cut(jsonx_get_str(original, "text"), PAGE_TEXT_BYTES));
        err = set_raw(ctx, &row, value);
    }
    json_decref(about);
    json_decref(original);
    tell_seen(ctx, row.incident, STR("page"), row.id);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "evidence_one", value);
}

/* Bytes that somebody else made: to be kept as a file, never to be run. */
static void
reply_file(
    struct context *ctx, const char *type, struct str name, struct str bytes)
{
    (void)exchange_header(ctx->exchange, "Content-Disposition",
        arena_printf(
            ctx->arena, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    (void)exchange_header(ctx->exchange, "Content-Security-Policy",
        STR("sandbox; default-src 'none'"));
    reply_bytes(ctx, 200, type, bytes);
}

void
page_evidence_file(struct context *ctx)
{
    struct evidence_row row;
    struct buf bytes;
    int err = load_piece(ctx, &row);

    buf_init(&bytes, EVIDENCE_MAX_BYTES);
    if (!err)
        err = evidence_document(ctx, &row, &bytes);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
    } else {
        tell_seen(ctx, row.incident, STR("file"), row.id);
        reply_file(ctx, "application/octet-stream",
            arena_printf(ctx->arena, "evidence-%" PRId64 ".bin", row.id),
            buf_str(&bytes));
    }
    buf_done(&bytes);
}

void
page_evidence_archive(struct context *ctx)
{
    struct buf zip;
    int64_t id, after = 0;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : read_after(ctx, &after);

    buf_init(&zip, EVIDENCE_MAX_ARCHIVE);
    if (!err)
        err = evidence_archive(ctx, id, after, &zip);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
    } else {
        tell_seen(ctx, id, STR("archive"), 0);
        reply_file(ctx, "application/zip",
            arena_printf(ctx->arena, "incident-%" PRId64 "-evidence.zip", id),
            buf_str(&zip));
    }
    buf_done(&zip);
}

/* --- what it is kept for
 * ------------------------------------------------------------ */

static void
kept(struct context *ctx, const struct action_result *result)
{
    const struct action *action = ctx->data;

    if (result->err == E_STATE)
        reply_error(ctx, 409, "error_keeping_open");
    else
        reply_result(ctx, result,
            arena_printf(
                ctx->arena, "/incidents/%" PRId64 "/evidence", action->id));
}

void
do_keeping(struct context *ctx)
{
    struct action *action = ARENA_NEW(ctx->arena, struct action);
    struct str name = field_get(ctx, "action");

    if (!action) {
        reply_error(ctx, 503, NULL);
        return;
    }
    *action = (struct action){
        .until = WALL_NONE, .text = str_trim(field_get(ctx, "reason"))};
    if (arg_number(ctx, 0, &action->id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    if (str_eq(name, STR("hold")))
        action->kind = ACTION_HOLD;
    else if (str_eq(name, STR("release")))
        action->kind = ACTION_RELEASE;
    else if (str_eq(name, STR("assess")))
        action->kind = ACTION_ASSESS;
    if (action->kind == ACTION_ACKNOWLEDGE) {
        reply_error(ctx, 422, "error_action");
        return;
    }
    if (!utf8_is_valid(action->text) ||
        action->text.n > KEEPING_MAX_REASON_BYTES) {
        reply_error(ctx, 422, "error_reason_long");
        return;
    }
    if (action->text.n == 0 && action->kind != ACTION_ASSESS) {
        reply_error(ctx, 422, "error_reason");
        return;
    }
    ctx->data = action;
    ask_engine(ctx, action, kept);
}

static void
purged(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/settings"));
}

/* Its times before which things go, and how many would. */
static void
purge_shown(struct context *ctx, const struct action_result *result)
{
    struct purge_policy policy = {.assessed = WALL_NONE};
    uint64_t counts[PURGE_COUNT];
    json_t *before = NULL, *value = json_object(), *numbers = json_object();
    int err = result->err;

    if (!err)
        err = jsonx_load(result->data, NULL, &before);
    for (int i = 0; i < PURGE_COUNT && !err; i++) {
        const char *name = purge_table_name((enum purge_table)i);

        if (timefmt_parse_rfc3339(
                jsonx_get_str(before, name), &policy.before[i]))
            policy.before[i] = WALL_NONE;
    }
    if (timefmt_parse_rfc3339(
            jsonx_get_str(before, "assessed"), &policy.assessed))
        policy.assessed = WALL_NONE;
    if (!err)
        err = view_purge_counts(ctx->console->view, &policy, counts);
    for (int i = 0; i < PURGE_COUNT && !err; i++)
        set_number(
            numbers, purge_table_name((enum purge_table)i), (int64_t)counts[i]);
    (void)json_object_set(value, "would_go", numbers);
    (void)json_object_set(value, "before", before);
    json_decref(numbers);
    json_decref(before);
    if (!err) {
        reply(ctx, 200, "", value);
        return;
    }
    json_decref(value);
    reply_error(ctx, status_of_err(err), NULL);
}

void
page_purge(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_PURGE, .object = STR("show"), .until = WALL_NONE};

    ask_engine(ctx, &action, purge_shown);
}

void
do_purge(struct context *ctx)
{
    struct action action = {.kind = ACTION_PURGE, .until = WALL_NONE};

    ask_engine(ctx, &action, purged);
}
