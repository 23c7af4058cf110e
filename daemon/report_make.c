#include "daemon/report_make.h"

#include <stdio.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "incidents/report_figures.h"

enum { KEPT_MAX_BYTES = 64 * 1024 * 1024 };

/* --- what was kept ---------------------------------------------------------
 */

static int
read_kept(const struct report_from *from, struct arena *arena,
    struct report_made *made)
{
    struct str name = str_of(made->range.name);
    struct str zone = str_of(zone_name(from->zone));
    struct report_kept kept;
    int r = from->store
                ? store_report_kept(from->store, name, zone, arena, &kept)
                : view_report_kept(from->view, name, zone, arena, &kept);

    if (r == 0)
        r = jsonx_load(kept.figures, NULL, &made->figures);
    if (r == 0)
        r = buf_add_str(&made->bytes, kept.figures);
    if (r != 0)
        return r;
    digest_sha256(kept.figures, made->hash);
    made->kept = true;
    /* What was altered behind our back is not what was reported. */
    return digest_equal(made->hash, kept.hash, sizeof made->hash) ? 0
                                                                  : E_CORRUPT;
}

/* --- what is counted -------------------------------------------------------
 */

static int
count(const struct report_from *from, struct arena *arena,
    struct report_made *made)
{
    const struct report_range *range = &made->range;
    struct wall *starts =
        ARENA_ARRAY(arena, (size_t)range->days + 1, struct wall);
    struct report_span span = {.starts = starts, .days = (size_t)range->days};
    struct report_input input = {.range = range,
        .span = &span,
        .zone = from->zone,
        .bureau = from->bureau};
    struct report_range before;
    struct report_rows rows;
    int r = starts ? 0 : E_NOMEM;

    for (int64_t n = 0; r == 0 && n <= range->days; n++)
        starts[n] = report_range_day(range, from->zone, n);
    report_range_before(range, from->zone, &before);
    span.before = before.from;
    span.until = range->finished ? range->until : from->now;
    if (r == 0)
        r = from->store ? store_report_rows(from->store, &span, arena, &rows)
                        : view_report_rows(from->view, &span, arena, &rows);
    input.rows = &rows;
    if (r == 0)
        r = report_figures(&input, arena, &made->figures);
    if (r == 0)
        r = report_figures_dump(made->figures, &made->bytes, made->hash);
    return r;
}

int
report_make(
    const struct report_from *from, struct str text, struct report_made *ret)
{
    struct report_made made = {.kept = false};
    _cleanup_(arena_freep) struct arena *arena = arena_new(REPORT_MAKE_BYTES);
    int r = arena ? 0 : E_NOMEM;

    buf_init(&made.bytes, KEPT_MAX_BYTES);
    if (r == 0)
        r = report_range_parse(text, from->zone, from->now, &made.range);
    if (r == 0)
        r = made.range.finished ? read_kept(from, arena, &made) : E_NOTFOUND;
    if (r == E_NOTFOUND)
        r = count(from, arena, &made);
    if (r == 0) {
        digest_hex(made.hash, made.hex);
        *ret = made;
    } else {
        report_made_done(&made);
    }
    return r;
}

void
report_made_done(struct report_made *made)
{
    json_decref(made->figures);
    made->figures = NULL;
    buf_done(&made->bytes);
}

int
report_made_write(const struct report_made *made,
    const struct report_form *form, enum report_format format, struct buf *out)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(REPORT_MAKE_BYTES);

    if (!arena)
        return E_NOMEM;
    return report_write(
        made->figures, str_of(made->hex), form, format, arena, out);
}

char *
report_made_name(
    const struct report_made *made, enum report_format format, char *out)
{
    snprintf(out, REPORT_FILE_SIZE, "tocsin-%s.%s", made->range.name,
        report_format_ending(format));
    return out;
}
