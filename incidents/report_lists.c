/* report_lists: which incidents a report names, and what it says of each. */
#include <stdlib.h>
#include <string.h>

#include "incidents/report_count.h"

/* --- order -----------------------------------------------------------------
 */

struct place {
    const struct report_case *one;
    size_t at, items;
};

/* The worst first, then the first. */
static int
worst_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->one->level != y->one->level)
        return x->one->level < y->one->level ? 1 : -1;
    if (x->one->score != y->one->score)
        return x->one->score < y->one->score ? 1 : -1;
    if (x->items != y->items)
        return x->items < y->items ? 1 : -1;
    return x->at < y->at ? -1 : x->at > y->at;
}

typedef bool choose_fn(const struct counting *c, const struct report_case *one);

static bool
was_carried(const struct counting *c, const struct report_case *one)
{
    (void)c;
    return incident_state_is_open(one->state);
}

static bool
is_important(const struct counting *c, const struct report_case *one)
{
    return one->level >= LEVEL_ORANGE && count_opened(c, one);
}

/* Of all that are open: what nobody has taken, what is orange or red, and what
 * of that somebody has. */
static void
set_carried(
    struct counting *c, json_t *object, const struct place *places, size_t n)
{
    uint64_t untaken = 0, serious = 0, taken = 0;

    for (size_t i = 0; i < n; i++) {
        bool fresh = places[i].one->state == INCIDENT_NEW;
        bool grave = places[i].one->level >= LEVEL_ORANGE;

        untaken += fresh;
        serious += grave;
        taken += grave && !fresh;
    }
    count_number(c, object, "untaken", untaken);
    count_number(c, object, "serious", serious);
    count_number(c, object, "serious_taken", taken);
}

static void
set_ended(
    struct counting *c, json_t *object, const struct place *places, size_t n)
{
    uint64_t wrong = 0;

    for (size_t i = 0; i < n; i++)
        wrong += places[i].one->state == INCIDENT_FALSE_ALARM;
    count_number(c, object, "false_alarms", wrong);
}

/* A list of ids, the worst first, at most max; how many there are in all. */
static void
set_list(struct counting *c, const char *key, choose_fn *choose, size_t max)
{
    size_t n = 0;
    struct place *places =
        ARENA_ARRAY(c->arena, c->rows->nincidents + 1, struct place);
    json_t *object = json_object(), *ids = json_array();

    for (size_t i = 0; places && i < c->rows->nincidents; i++)
        if (choose(c, &c->cases[i]))
            places[n++] = (struct place){&c->cases[i], i, c->items[i]};
    if (n > 1)
        qsort(places, n, sizeof *places, worst_first);
    for (size_t i = 0; i < n && i < max; i++) {
        c->listed[places[i].at] = true;
        if (choose == is_important)
            c->important[places[i].at] = true;
        (void)json_array_append_new(ids, json_integer(places[i].one->row->id));
    }
    count_number(c, object, "n", n);
    if (choose == count_ended)
        set_ended(c, object, places, n);
    if (choose == was_carried)
        set_carried(c, object, places, n);
    count_set(c, object, "ids", ids);
    count_set(c, c->out, key, object);
}

/* --- one incident ----------------------------------------------------------
 */

/* Kinds that say that one more publication came; there may be hundreds. */
static bool
is_item_entry(struct str kind)
{
    return str_eq(kind, STR("incident.item")) ||
           str_eq(kind, STR("incident.revised")) ||
           str_eq(kind, STR("incident.article"));
}

static json_t *
entry_json(struct counting *c, const struct report_entry *entry)
{
    json_auto_t *text = NULL;
    json_t *row = json_object();
    struct str kind = entry->kind, prefix = STR("incident.");

    if (entry->text.n)
        (void)jsonx_load(entry->text, NULL, &text);
    if (str_starts(kind, prefix))
        kind = str_from(kind, prefix.n);
    count_time(c, row, "at", entry->at);
    count_str(c, row, "kind", kind);
    count_str(
        c, row, "by", str_eq(entry->by, STR("system")) ? STR_NONE : entry->by);
    count_str(c, row, "level", jsonx_get_str(text, "level"));
    count_str(c, row, "title", jsonx_get_str(text, "title"));
    count_str(c, row, "object", jsonx_get_str(text, "object"));
    count_str(c, row, "text", jsonx_get_str(text, "text"));
    return row;
}

static void
set_timeline(
    struct counting *c, json_t *object, const struct report_incident_row *row)
{
    json_t *list = json_array();
    size_t n = 0, left = 0;

    for (size_t i = 0; i < row->nentries; i++) {
        const struct report_entry *entry = &row->entries[i];

        if (is_item_entry(entry->kind) || entry->at.ms >= c->until.ms)
            continue;
        if (n < REPORT_MAX_TIMELINE) {
            (void)json_array_append_new(list, entry_json(c, entry));
            n++;
        } else {
            left++;
        }
    }
    count_set(c, object, "timeline", list);
    count_number(c, object, "timeline_left", left);
}

/* The hour in which most of its items were seen; the first of equals. */
static void
set_peak(
    struct counting *c, json_t *object, const struct report_incident_row *row)
{
    struct wall at = WALL_NONE;
    size_t most = 0, first = 0;

    for (size_t i = 0; i < row->nitems; i++) {
        int64_t offset =
            zone_offset(c->input->zone, row->items[i].at) * (int64_t)MS_MINUTE;
        int64_t hour = row->items[i].at.ms + offset;

        hour -= hour % MS_HOUR + offset;
        while (row->items[first].at.ms < hour)
            first++;
        if (i - first + 1 > most) {
            most = i - first + 1;
            at.ms = hour;
        }
    }
    count_time(c, object, "peak", at);
    count_number(c, object, "peak_items", most);
}

static uint64_t
sources_of(const struct report_incident_row *row)
{
    uint64_t n = 0;

    for (size_t i = 0; i < row->nitems; i++) {
        size_t k = 0;

        while (row->items[k].source != row->items[i].source)
            k++;
        n += k == i;
    }
    return n;
}

static void
set_first(struct counting *c, json_t *object, size_t i)
{
    const struct report_incident_row *row = &c->rows->incidents[i];
    const struct report_source_row *source =
        row->nitems ? &c->rows->sources[row->items[0].source] : NULL;

    count_str(c, object, "first_source",
        source ? source->id : c->cases[i].first_source);
    count_str(c, object, "first_title", source ? source->title : STR_NONE);
    count_str(c, object, "first_tier", source ? source->tier : STR_NONE);
}

static void
set_more(struct counting *c, json_t *object, size_t i)
{
    const struct report_incident_row *row = &c->rows->incidents[i];
    json_t *why = NULL;

    if (row->explanation.n == 0 ||
        jsonx_load(row->explanation, NULL, &why) != 0)
        why = json_array();
    count_set(c, object, "why", why);
    set_peak(c, object, row);
    set_timeline(c, object, row);
}

static void
set_incident(struct counting *c, json_t *list, size_t i)
{
    const struct report_case *one = &c->cases[i];
    const struct report_incident_row *row = one->row;
    json_t *object = json_object();

    count_set(c, object, "id", json_integer(row->id));
    count_str(c, object, "title", row->title);
    count_str(c, object, "level", str_of(level_name(one->level)));
    count_set(c, object, "score", json_integer(one->score));
    count_str(c, object, "category", row->category);
    count_str(c, object, "owner", row->owner);
    count_str(c, object, "assignee", row->assignee);
    count_str(c, object, "state", str_of(incident_state_name(one->state)));
    count_str(c, object, "cause", one->cause);
    count_str(c, object, "reason", one->reason);
    count_time(c, object, "opened", one->opened);
    count_time(c, object, "acknowledged", one->acknowledged);
    count_str(c, object, "by", one->by);
    count_time(c, object, "responding", one->responding);
    count_time(c, object, "closed", one->closed);
    count_number(c, object, "reopened", one->reopened);
    count_number(c, object, "items", c->items[i]);
    count_number(c, object, "sources", sources_of(row));
    set_first(c, object, i);
    if (c->important[i])
        set_more(c, object, i);
    (void)json_array_append_new(list, object);
}

void
count_lists(struct counting *c)
{
    json_t *list = json_array();

    set_list(c, "important", is_important, REPORT_MAX_IMPORTANT);
    set_list(c, "opened", count_opened, REPORT_MAX_LIST);
    set_list(c, "ended", count_ended, REPORT_MAX_LIST);
    set_list(c, "carried", was_carried, REPORT_MAX_LIST);
    for (size_t i = 0; i < c->rows->nincidents; i++)
        if (c->listed[i])
            set_incident(c, list, i);
    count_set(c, c->out, "incidents", list);
}
