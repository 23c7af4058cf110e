/*
 * engine_evidence: what came along sealed is put into the store.
 *
 * It is written with what puts the item into its incident: killed before that
 * commit the poll is repeated and the evidence comes again, after it all of it
 * is there.
 */
#include "daemon/engine_evidence.h"

#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/seal.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/evidence.h"
#include "daemon/pb.h"
#include "store/evidence.h"

enum { ABOUT_MAX_BYTES = 8 * EVIDENCE_MAX_HEADER_BYTES };

bool
evidence_is_sound(const Tocsin__ParseResult *in)
{
    const Tocsin__Document *document = in->document;

    for (size_t i = 0; i < in->n_items; i++) {
        const Tocsin__Item *item = in->items[i];

        if (item->original.len > EVIDENCE_MAX_ORIGINAL_BYTES ||
            str_of(item->address).n > URL_MAX ||
            !utf8_is_valid(str_of(item->address)) ||
            (*item->address && !url_is_http(str_of(item->address))))
            return false;
    }
    return (in->answer == NULL ||
               in->answer->headers.len <= EVIDENCE_MAX_HEADER_BYTES) &&
           (document == NULL ||
               (document->hash.len == DIGEST_SIZE &&
                   document->sealed.len <= EVIDENCE_MAX_DOCUMENT_BYTES &&
                   str_of(document->url).n <= URL_MAX &&
                   document->content_type.len <= EVIDENCE_MAX_HEADER_BYTES &&
                   document->size <= INT64_MAX));
}

/* Where the document came from, sealed. */
static int
evidence_about(const struct arrival *arrival, struct buf *out)
{
    const Tocsin__Document *document = arrival->result->document;
    const Tocsin__Answer *answer = arrival->result->answer;
    json_t *json = json_object();
    struct buf text;
    int r = jsonx_set(json, "source", jsonx_str(arrival->source->id));

    buf_init(&text, ABOUT_MAX_BYTES);
    if (r == 0)
        r = jsonx_set(json, "url", jsonx_str(pb_str(document->url)));
    if (r == 0)
        r = jsonx_set(
            json, "content_type", jsonx_str(pb_bytes(document->content_type)));
    if (r == 0)
        r = jsonx_set(
            json, "received", jsonx_time((struct wall){document->received_ms}));
    if (r == 0)
        r = jsonx_set(
            json, "status", json_integer(answer ? answer->status : 0));
    if (r == 0)
        r = jsonx_set(json, "headers",
            jsonx_str(answer ? pb_bytes(answer->headers) : STR_NONE));
    if (r == 0)
        r = jsonx_dump(json, &text);
    if (r == 0)
        r = seal_pack(out, buf_str(&text));
    json_decref(json);
    buf_done(&text);
    return r;
}

int
engine_evidence_keep(struct engine *engine, const struct arrival *arrival,
    const Tocsin__Item *in, int64_t incident, int64_t item, int64_t revision)
{
    const Tocsin__ParseResult *result = arrival->result;
    struct evidence_put put = {.incident = incident,
        .item = item,
        .revision = revision,
        .article = arrival->article,
        .original = pb_bytes(in->original)};
    struct buf about;
    int r;

    if (result == NULL || result->document == NULL)
        return 0;
    put.at.ms = result->document->received_ms;
    put.size = result->document->size;
    put.sealed = pb_bytes(result->document->sealed);
    memcpy(put.hash, result->document->hash.data, DIGEST_SIZE);
    buf_init(&about, 2 * ABOUT_MAX_BYTES);
    r = evidence_about(arrival, &about);
    put.about = buf_str(&about);
    if (r == 0)
        r = store_evidence_add(engine->store, &put);
    buf_done(&about);
    return r == E_EXISTS ? 0 : r;
}
