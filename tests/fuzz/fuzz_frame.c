/* A frame of another role: unpacked, packed, and what the engine asks of the
 * items in it. */
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine.h"
#include "daemon/pb.h"
#include "daemon/traffic.h"
#include "incidents/features.h"
#include "ruleset.h"

static void
check_item(const Tocsin__Item *item)
{
    struct features features;

    if (!engine_item_is_sound(ruleset_fixed(), item))
        return;
    HOLD(item->identity.len == DIGEST_SIZE && item->digest.len == DIGEST_SIZE);
    HOLD(utf8_is_valid(str_of(item->title)));
    HOLD(utf8_is_valid(str_of(item->text)));
    fuzz_url_out(pb_str(item->url));
    for (size_t i = 0; i < item->n_enclosures; i++)
        fuzz_url_out(pb_str(item->enclosures[i]->url));
    for (size_t i = 0; i < item->n_findings; i++)
        HOLD(item->findings[i]->rule < ruleset_count(ruleset_fixed()));
    (void)features_open(pb_bytes(item->features), &features);
}

/* What was packed unpacks, to what packs the same. */
static void
check_packing(const Tocsin__Frame *frame)
{
    size_t n = tocsin__frame__get_packed_size(frame);
    uint8_t *first = malloc(n + 1), *second = malloc(n + 1);
    Tocsin__Frame *again;

    HOLD(first && second);
    HOLD(tocsin__frame__pack(frame, first) == n);
    again = tocsin__frame__unpack(NULL, n, first);
    HOLD(again != NULL && again->body_case == frame->body_case);
    HOLD(tocsin__frame__get_packed_size(again) == n);
    HOLD(tocsin__frame__pack(again, second) == n);
    HOLD(memcmp(first, second, n) == 0);
    tocsin__frame__free_unpacked(again, NULL);
    free(first);
    free(second);
}

void
fuzz_frame(struct str input)
{
    Tocsin__Frame *frame =
        tocsin__frame__unpack(NULL, input.n, (const uint8_t *)input.p);

    if (!frame)
        return;
    (void)traffic_may(
        TOCSIN__ROLE__ROLE_PARSE, TOCSIN__ROLE__ROLE_ENGINE, frame->body_case);
    check_packing(frame);
    if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_RESULT)
        for (size_t i = 0; i < frame->parse_result->n_items; i++)
            check_item(frame->parse_result->items[i]);
    tocsin__frame__free_unpacked(frame, NULL);
}
