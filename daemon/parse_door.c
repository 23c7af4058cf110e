/* parse_door: masked and sealed; see the header. */
#include "daemon/parse_door.h"

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "base/seal.h"
#include "daemon/evidence.h"
#include "daemon/pb.h"

int
door_mask(struct arena *arena, struct item *item)
{
    struct str *categories =
        ARENA_ARRAY(arena, item->ncategories + 1, struct str);
    struct enclosure *enclosures =
        ARENA_ARRAY(arena, item->nenclosures + 1, struct enclosure);

    if (categories == NULL || enclosures == NULL)
        return E_NOMEM;
    /* An address, or any text. */
    item->id = mask_in(arena, mask_url_in(arena, item->id));
    item->url = mask_url_in(arena, item->url);
    item->title = mask_in(arena, item->title);
    item->text = mask_in(arena, item->text);
    item->summary = mask_in(arena, item->summary);
    for (size_t i = 0; i < item->ncategories; i++)
        categories[i] = mask_in(arena, item->categories[i]);
    for (size_t i = 0; i < item->nenclosures; i++)
        enclosures[i] = (struct enclosure){
            .url = mask_url_in(arena, item->enclosures[i].url),
            .type = mask_in(arena, item->enclosures[i].type)};
    item->categories = categories;
    item->enclosures = enclosures;
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* Seal bytes into arena, when they fit into max and the budget. */
static int
door_seal(struct arena *arena, struct str bytes, size_t max, size_t *budget,
    ProtobufCBinaryData *ret)
{
    struct buf sealed;
    int r;

    buf_init(&sealed, max < *budget ? max : *budget);
    r = seal_pack(&sealed, bytes);
    if (r == 0) {
        *ret = pb_data(arena_str(arena, buf_str(&sealed)));
        r = arena_failed(arena) ? E_NOMEM : 0;
        *budget -= sealed.n;
    } else if (r == E_LIMIT) {
        r = 0;
    }
    buf_done(&sealed);
    return r;
}

int
door_original(struct arena *arena, const struct item *item, size_t *budget,
    Tocsin__Item *out)
{
    json_t *json = json_object();
    struct buf text;
    int r = jsonx_set(json, "id", jsonx_str(item->id));

    buf_init(&text, EVIDENCE_MAX_OPENED_BYTES);
    if (r == 0)
        r = jsonx_set(json, "url", jsonx_str(item->url));
    if (r == 0)
        r = jsonx_set(json, "title", jsonx_str(item->title));
    if (r == 0)
        r = jsonx_set(json, "text", jsonx_str(item->text));
    if (r == 0)
        r = jsonx_set(json, "published", jsonx_time(item->published));
    if (r == 0)
        r = jsonx_set(json, "updated", jsonx_time(item->updated));
    if (r == 0)
        r = jsonx_dump(json, &text);
    if (r == 0)
        r = door_seal(arena, buf_str(&text), EVIDENCE_MAX_ORIGINAL_BYTES,
            budget, &out->original);
    json_decref(json);
    buf_done(&text);
    return r == E_LIMIT ? 0 : r;
}

static bool
has_findings(const Tocsin__ParseResult *result)
{
    for (size_t i = 0; i < result->n_items; i++) {
        if (result->items[i]->n_findings > 0)
            return true;
    }
    return false;
}

int
door_document(struct arena *arena, const Tocsin__ParseRequest *request,
    bool revised, size_t *budget, Tocsin__ParseResult *result)
{
    if (!has_findings(result) &&
        (!revised || request->body.len > EVIDENCE_MAX_REVISED_BYTES))
        return 0;
    return door_body(arena, request, budget, &result->document);
}

int
door_body(struct arena *arena, const Tocsin__ParseRequest *request,
    size_t *budget, Tocsin__Document **ret)
{
    struct str body = pb_bytes(request->body);
    Tocsin__Document *out = ARENA_NEW(arena, Tocsin__Document);
    uint8_t hash[DIGEST_SIZE];

    if (out == NULL)
        return E_NOMEM;
    tocsin__document__init(out);
    digest_sha256(body, hash);
    out->hash = pb_data(
        arena_str(arena, (struct str){(const char *)hash, DIGEST_SIZE}));
    out->size = body.n;
    out->content_type = request->content_type;
    out->url = request->url;
    out->received_ms = request->now_ms;
    *ret = out;
    return door_seal(
        arena, body, EVIDENCE_MAX_DOCUMENT_BYTES, budget, &out->sealed);
}

int
door_describe(struct arena *arena, Tocsin__ParseResult *result)
{
    result->title = pb_cstr(arena, mask_in(arena, pb_str(result->title)));
    if (result->reason)
        result->reason = pb_cstr(arena, mask_in(arena, pb_str(result->reason)));
    for (size_t i = 0; i < result->n_notes; i++)
        result->notes[i] =
            pb_cstr(arena, mask_in(arena, pb_str(result->notes[i])));
    return arena_failed(arena) ? E_NOMEM : 0;
}
