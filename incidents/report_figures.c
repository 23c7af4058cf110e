#include "incidents/report_figures.h"

#include "base/err.h"
#include "incidents/report_count.h"

enum { MERGES_MAX = 64 };

/* --- setting ---------------------------------------------------------------
 */

void
count_set(
    struct counting *c, json_t *object, const char *key, json_t *value_taken)
{
    if (jsonx_set(object, key, value_taken) != 0)
        c->failed = true;
}

void
count_number(
    struct counting *c, json_t *object, const char *key, uint64_t value)
{
    count_set(c, object, key, json_integer((json_int_t)value));
}

void
count_str(struct counting *c, json_t *object, const char *key, struct str value)
{
    count_set(c, object, key, jsonx_str(value));
}

void
count_time(struct counting *c, json_t *object, const char *key, struct wall t)
{
    count_set(
        c, object, key, wall_is_set(t) ? json_integer(t.ms) : json_null());
}

/* --- cases -----------------------------------------------------------------
 */

bool
count_opened(const struct counting *c, const struct report_case *one)
{
    return one->state != INCIDENT_MERGED && one->opened.ms >= c->from.ms &&
           one->opened.ms < c->until.ms;
}

bool
count_ended(const struct counting *c, const struct report_case *one)
{
    return (one->state == INCIDENT_CLOSED ||
               one->state == INCIDENT_FALSE_ALARM) &&
           wall_is_set(one->closed) && one->closed.ms >= c->from.ms;
}

size_t
count_find(const struct counting *c, int64_t id)
{
    size_t low = 0, high = c->rows->nincidents;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (c->rows->incidents[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->rows->nincidents && c->rows->incidents[low].id == id
               ? low
               : c->rows->nincidents;
}

size_t
count_root(const struct counting *c, size_t i)
{
    for (int hops = 0; hops < MERGES_MAX; hops++) {
        size_t next = c->cases[i].state == INCIDENT_MERGED
                          ? count_find(c, c->cases[i].into)
                          : c->rows->nincidents;

        if (next == c->rows->nincidents)
            break;
        i = next;
    }
    return i;
}

static int
make_cases(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    int r = 0;

    c->cases = ARENA_ARRAY(c->arena, rows->nincidents + 1, struct report_case);
    c->before =
        ARENA_ARRAY(c->arena, rows->nincidents_before + 1, struct report_case);
    c->items = ARENA_ARRAY(c->arena, rows->nincidents + 1, size_t);
    c->listed = ARENA_ARRAY(c->arena, rows->nincidents + 1, bool);
    c->important = ARENA_ARRAY(c->arena, rows->nincidents + 1, bool);
    if (arena_failed(c->arena))
        return E_NOMEM;
    for (size_t i = 0; r == 0 && i < rows->nincidents; i++)
        r = report_case_at(
            &rows->incidents[i], c->until, c->arena, &c->cases[i]);
    for (size_t i = 0; r == 0 && i < rows->nincidents_before; i++)
        r = report_case_at(
            &rows->incidents_before[i], c->from, c->arena, &c->before[i]);
    for (size_t i = 0; r == 0 && i < rows->nincidents; i++)
        c->items[count_root(c, i)] += rows->incidents[i].nitems;
    return r;
}

/* --- the whole -------------------------------------------------------------
 */

static void
count_head(struct counting *c)
{
    const struct report_range *range = c->input->range;
    json_t *object = json_object();

    count_number(c, c->out, "schema", REPORT_SCHEMA);
    count_str(c, c->out, "bureau", c->input->bureau);
    count_str(c, object, "kind", str_of(report_kind_name(range->kind)));
    count_str(c, object, "name", str_of(range->name));
    count_str(c, object, "zone", str_of(zone_name(c->input->zone)));
    count_set(c, object, "first", json_integer(range->first));
    count_set(c, object, "days", json_integer(range->days));
    count_time(c, object, "from", range->from);
    count_time(c, object, "until", range->until);
    count_time(c, object, "as_of", c->until);
    count_set(c, object, "finished", json_boolean(range->finished));
    count_time(c, object, "since", c->rows->since);
    count_time(c, object, "before", c->input->span->before);
    count_set(c, c->out, "range", object);
}

int
report_figures(
    const struct report_input *input, struct arena *arena, json_t **ret)
{
    struct counting c = {.input = input,
        .rows = input->rows,
        .from = input->span->starts[0],
        .until = input->span->until,
        .arena = arena,
        .out = json_object()};
    int r = c.out ? make_cases(&c) : E_NOMEM;

    if (r == 0) {
        count_head(&c);
        count_volume(&c);
        count_sources(&c);
        count_owners(&c);
        count_lists(&c);
        count_times(&c);
        count_clocks(&c);
        count_rules(&c);
        count_coverage(&c);
        count_deliveries(&c);
        count_own_sites(&c);
        if (c.failed || arena_failed(arena))
            r = E_NOMEM;
    }
    if (r == 0)
        *ret = c.out;
    else
        json_decref(c.out);
    return r;
}

int
report_figures_dump(
    const json_t *figures, struct buf *out, uint8_t ret_hash[DIGEST_SIZE])
{
    int r = jsonx_dump(figures, out);

    if (r == 0)
        digest_sha256(buf_str(out), ret_hash);
    return r;
}
