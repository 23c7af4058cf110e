/* evidence: opened piece by piece; a document that many pieces share is put
 * into the archive once. */
#include "console/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bundle.h"
#include "base/digest.h"
#include "base/jsonx.h"
#include "base/seal.h"
#include "console/rows.h"

enum {
    JSON_MAX_BYTES = 16 * 1024 * 1024,
    SUMS_MAX_BYTES = 1024 * 1024,
    NAME_BYTES = 128
};

int
evidence_open(struct str sealed, struct buf *out)
{
    return sealed.n ? seal_open(out, sealed) : 0;
}

json_t *
evidence_json(struct str sealed)
{
    json_t *json = NULL;
    struct buf text;

    buf_init(&text, EVIDENCE_MAX_BYTES);
    if (evidence_open(sealed, &text) != 0 ||
        jsonx_load(buf_str(&text), NULL, &json) != 0 || !json_is_object(json)) {
        json_decref(json);
        json = json_object();
    }
    buf_done(&text);
    return json;
}

int
evidence_document(
    struct context *ctx, const struct evidence_row *row, struct buf *out)
{
    struct str sealed = STR_NONE;
    uint8_t hash[DIGEST_SIZE];
    int err;

    if (!row->kept)
        return E_NOTFOUND;
    err = view_evidence_document(
        ctx->console->view, row->hash, ctx->arena, &sealed);
    if (!err)
        err = evidence_open(sealed, out);
    if (err)
        return err;
    /* What it is called by is also what it has to be. */
    digest_sha256(buf_str(out), hash);
    return memcmp(hash, row->hash, DIGEST_SIZE) == 0 ? 0 : E_CORRUPT;
}

/* --- the archive
 * --------------------------------------------------------------- */

struct archiving {
    struct context *ctx;
    struct bundle *bundle;
    struct buf sums, *out;
    json_t *pieces;
};

/* Add a file, and its line of SHA256SUMS. */
static int
add_file(struct archiving *a, const char *name, struct str bytes,
    struct wall at, char ret_hex[DIGEST_HEX_SIZE])
{
    uint8_t hash[DIGEST_SIZE];

    digest_sha256(bytes, hash);
    (void)buf_printf(&a->sums, "%s  %s\n", digest_hex(hash, ret_hex), name);
    return bundle_add(a->bundle, name, bytes, at);
}

static int
add_json(
    struct archiving *a, const char *name, const json_t *json, struct wall at)
{
    char hex[DIGEST_HEX_SIZE];
    char *text =
        json ? json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(15))
             : NULL;
    int err = text ? add_file(a, name, str_of(text), at, hex) : E_NOMEM;

    free(text);
    return err;
}

/* What a document is called, by what it says it is. */
static const char *
extension(struct str type)
{
    static const struct {
        const char *part, *name;
    } kinds[] = {{"html", "html"}, {"json", "json"}, {"xml", "xml"},
        {"text/plain", "txt"}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_find(type, str_of(kinds[i].part)) < type.n)
            return kinds[i].name;
    }
    return "bin";
}

static bool
is_added(const struct archiving *a, const char *name)
{
    json_t *piece;
    size_t i;

    json_array_foreach(a->pieces, i, piece)
    {
        if (str_eq(jsonx_get_str(piece, "file"), str_of(name)))
            return true;
    }
    return false;
}

static int
add_document(struct archiving *a, const struct evidence_row *row, json_t *piece,
    const json_t *about)
{
    char hex[DIGEST_HEX_SIZE], check[DIGEST_HEX_SIZE], name[NAME_BYTES];
    struct buf bytes;
    int err;

    digest_hex(row->hash, hex);
    (void)snprintf(name, sizeof name, "documents/%s.%s", hex,
        extension(jsonx_get_str(about, "content_type")));
    buf_init(&bytes, EVIDENCE_MAX_BYTES);
    err = is_added(a, name) ? E_EXISTS : evidence_document(a->ctx, row, &bytes);
    if (err == 0 && bytes.n > EVIDENCE_MAX_ARCHIVE - a->out->n)
        err = E_LIMIT; /* even if it would not shrink */
    if (err == 0)
        err = add_file(a, name, buf_str(&bytes), row->at, check);
    buf_done(&bytes);
    if (err == 0 || err == E_EXISTS) {
        set_str(piece, "file", str_of(name));
        return 0;
    }
    set_str(piece, "left_out",
        err == E_NOTFOUND ? STR("it was too large to be kept")
        : err == E_LIMIT  ? STR("the archive is full; see its own page")
                          : STR("it is damaged"));
    return err == E_NOMEM ? err : 0;
}

/* One of a piece's texts as a file of its own. */
static int
add_text(struct archiving *a, const struct evidence_row *row,
    const char *folder, struct str text, json_t *piece)
{
    char name[NAME_BYTES], hex[DIGEST_HEX_SIZE], key[NAME_BYTES];
    int err;

    if (text.n == 0)
        return 0;
    (void)snprintf(name, sizeof name, "%s/%" PRId64 ".txt", folder, row->id);
    err = add_file(a, name, text, row->at, hex);
    set_str(piece, folder, str_of(name));
    (void)snprintf(key, sizeof key, "%s_sha256", folder);
    set_str(piece, key, str_of(hex));
    return err;
}

static int
add_piece(struct archiving *a, int64_t id)
{
    struct evidence_row row;
    json_t *piece = json_object(), *about, *original;
    char hex[DIGEST_HEX_SIZE];
    struct buf said;
    int err = view_evidence_one(a->ctx->console->view, id, a->ctx->arena, &row);

    if (err) {
        json_decref(piece);
        return err;
    }
    about = evidence_json(row.about);
    original = evidence_json(row.original);
    set_number(piece, "id", row.id);
    set_number(piece, "item", row.item);
    set_number(piece, "revision", row.revision);
    set_str(piece, "kind", row.article ? STR("article") : STR("listing"));
    (void)json_object_set_new(piece, "received", jsonx_time(row.at));
    set_str(piece, "sha256", str_of(digest_hex(row.hash, hex)));
    set_number(piece, "bytes", (int64_t)row.size);
    err = add_document(a, &row, piece, about);
    if (err == 0)
        err = add_text(
            a, &row, "headers", jsonx_get_str(about, "headers"), piece);
    buf_init(&said, EVIDENCE_MAX_BYTES);
    (void)buf_printf(&said, "%.*s\n%.*s\n\n%.*s\n",
        STR_ARG(jsonx_get_str(original, "title")),
        STR_ARG(jsonx_get_str(original, "url")),
        STR_ARG(jsonx_get_str(original, "text")));
    if (err == 0)
        err = add_text(a, &row, "texts",
            json_object_size(original) ? buf_str(&said) : STR_NONE, piece);
    buf_done(&said);
    (void)json_object_del(about, "headers");
    (void)json_object_del(original, "text");
    (void)json_object_update(piece, about);
    (void)json_object_set(piece, "item_said", original);
    json_decref(about);
    json_decref(original);
    (void)json_array_append_new(a->pieces, piece);
    return err;
}

static int
add_ledger(struct archiving *a, int64_t incident)
{
    struct ledger_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_incident_ledger(
        a->ctx->console->view, incident, a->ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++)
        (void)json_array_append_new(list, row_ledger(a->ctx, &rows[i]));
    if (!err)
        err = add_json(a, "ledger.json", list, a->ctx->now);
    json_decref(list);
    return err;
}

static int
add_incident(struct archiving *a, int64_t incident)
{
    struct incident_row row;
    json_t *json;
    int err =
        view_incident(a->ctx->console->view, incident, a->ctx->arena, &row);

    if (err)
        return err;
    json = row_incident(a->ctx, &row);
    err = add_json(a, "incident.json", json, a->ctx->now);
    json_decref(json);
    return err;
}

static int
add_all(struct archiving *a, int64_t incident, int64_t after)
{
    struct context *ctx = a->ctx;
    struct evidence_row *rows = NULL;
    json_t *manifest;
    size_t n = 0;
    bool more;
    int err = add_incident(a, incident);

    if (!err)
        err = add_ledger(a, incident);
    if (!err)
        err = view_evidence(ctx->console->view, incident, after,
            VIEW_EVIDENCE_MAX + 1, ctx->arena, &rows, &n);
    more = n > VIEW_EVIDENCE_MAX;
    n -= more;
    for (size_t i = 0; i < n && !err; i++)
        err = add_piece(a, rows[i].id);
    manifest = json_object();
    set_number(manifest, "incident", incident);
    set_str(manifest, "bureau", ctx->console->config.bureau);
    (void)json_object_set_new(manifest, "made", jsonx_time(ctx->now));
    set_str(manifest, "by", ctx->who.user);
    set_str(manifest, "check", STR("sha256sum -c SHA256SUMS"));
    if (more)
        set_number(manifest, "next", rows[n - 1].id);
    (void)json_object_set(manifest, "pieces", a->pieces);
    if (!err)
        err = add_json(a, "manifest.json", manifest, ctx->now);
    json_decref(manifest);
    if (!err)
        err = bundle_add(a->bundle, "SHA256SUMS", buf_str(&a->sums), ctx->now);
    return err ? err : bundle_end(a->bundle);
}

int
evidence_archive(
    struct context *ctx, int64_t incident, int64_t after, struct buf *out)
{
    struct archiving a = {.ctx = ctx, .out = out, .pieces = json_array()};
    bool json = ctx->json;
    int err = a.pieces ? bundle_new(out, &a.bundle) : E_NOMEM;

    buf_init(&a.sums, SUMS_MAX_BYTES);
    ctx->json = true; /* rows without what only pages need */
    if (!err)
        err = add_all(&a, incident, after);
    ctx->json = json;
    bundle_free(a.bundle);
    json_decref(a.pieces);
    buf_done(&a.sums);
    return err;
}
