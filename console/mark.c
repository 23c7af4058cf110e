#include "console/mark.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/utf8.h"

struct range {
    size_t start, end; /* code points */
};

static int
range_cmp(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The spans of field, clipped to count code points, in order, merged. */
static size_t
collect(struct range *ranges, enum rule_field field, const struct span *spans,
    size_t nspans, size_t count)
{
    size_t n = 0, merged = 0;

    for (size_t i = 0; i < nspans && n < MARK_MAX_SPANS; i++) {
        struct range range = {spans[i].start, spans[i].end};

        if (range.end > count)
            range.end = count;
        if (spans[i].field == field && range.start < range.end)
            ranges[n++] = range;
    }
    if (n == 0)
        return 0;
    qsort(ranges, n, sizeof *ranges, range_cmp);
    for (size_t i = 1; i < n; i++) {
        if (ranges[i].start <= ranges[merged].end) {
            if (ranges[i].end > ranges[merged].end)
                ranges[merged].end = ranges[i].end;
        } else {
            ranges[++merged] = ranges[i];
        }
    }
    return merged + 1;
}

/* Walks a text by code points, adding pieces. */
struct pieces {
    json_t *list;
    struct str text;
    size_t at;   /* code point */
    size_t byte; /* its offset */
};

static struct str
advance(struct pieces *pieces, size_t to)
{
    size_t from = pieces->byte;

    while (pieces->at < to && pieces->byte < pieces->text.n) {
        (void)utf8_next(pieces->text, &pieces->byte);
        pieces->at++;
    }
    return (struct str){pieces->text.p + from, pieces->byte - from};
}

static void
add_piece(struct pieces *pieces, struct str text, const char *flag)
{
    json_t *piece;

    if (text.n == 0)
        return;
    piece = json_object();
    (void)json_object_set_new(piece, "text", jsonx_str(text));
    if (flag)
        (void)json_object_set_new(piece, flag, json_true());
    (void)json_array_append_new(pieces->list, piece);
}

/* The plain text up to `to`; when it is long and the whole is to be cut, only
 * what surrounds the marks before and after it. */
static void
add_plain(struct pieces *pieces, size_t to, bool cut, bool first, bool last)
{
    size_t length = to - pieces->at;
    size_t head = first ? 0 : MARK_CONTEXT, tail = last ? 0 : MARK_CONTEXT;

    if (first && last) /* no marks at all: its beginning */
        head = 4 * MARK_CONTEXT;
    if (!cut || length <= head + tail + 1) {
        add_piece(pieces, advance(pieces, to), NULL);
        return;
    }
    add_piece(pieces, advance(pieces, pieces->at + head), NULL);
    add_piece(pieces, STR(" … "), "cut");
    (void)advance(pieces, to - tail);
    add_piece(pieces, advance(pieces, to), NULL);
}

json_t *
mark_pieces(struct arena *arena, struct str text, enum rule_field field,
    const struct span *spans, size_t nspans, size_t max)
{
    size_t count = utf8_count(text), n;
    struct range *ranges = ARENA_ARRAY(arena, MARK_MAX_SPANS, struct range);
    struct pieces pieces = {.list = json_array(), .text = text};
    bool cut = max > 0 && count > max;

    if (!ranges || !pieces.list) {
        json_decref(pieces.list);
        return NULL;
    }
    n = collect(ranges, field, spans, nspans, count);
    for (size_t i = 0; i < n; i++) {
        add_plain(&pieces, ranges[i].start, cut, i == 0, false);
        add_piece(&pieces, advance(&pieces, ranges[i].end), "mark");
    }
    add_plain(&pieces, count, cut, n == 0, true);
    return pieces.list;
}
