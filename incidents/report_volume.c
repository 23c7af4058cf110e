/* report_volume: how much there was, by day, level, category, source, office.
 */
#include <stdlib.h>
#include <string.h>

#include "incidents/report_count.h"

/* Counts under one name. */
struct named {
    struct str name, title;
    uint64_t items, items_before, matches, matches_before, incidents,
        incidents_before, closed, false_alarms, open;
};

struct names_seen {
    struct named *list;
    size_t n, cap;
    struct arena *arena;
};

/* The counts under name: linear, for there are few names; NULL: no memory. */
static struct named *
named_of(struct names_seen *seen, struct str name)
{
    for (size_t i = 0; i < seen->n; i++)
        if (str_eq(seen->list[i].name, name))
            return &seen->list[i];
    if (seen->n == seen->cap) {
        size_t cap = seen->cap ? seen->cap * 2 : 32;
        struct named *list = ARENA_ARRAY(seen->arena, cap, struct named);

        if (!list)
            return NULL;
        if (seen->n)
            memcpy(list, seen->list, seen->n * sizeof *list);
        seen->list = list;
        seen->cap = cap;
    }
    seen->list[seen->n] = (struct named){.name = name};
    return &seen->list[seen->n++];
}

/* More incidents first, then more matches, more items, then by name. */
static int
named_order(const void *a, const void *b)
{
    const struct named *x = a, *y = b;

    if (x->incidents != y->incidents)
        return x->incidents < y->incidents ? 1 : -1;
    if (x->matches != y->matches)
        return x->matches < y->matches ? 1 : -1;
    if (x->items != y->items)
        return x->items < y->items ? 1 : -1;
    return str_cmp(x->name, y->name);
}

static void
named_sort(struct names_seen *seen)
{
    if (seen->n > 1)
        qsort(seen->list, seen->n, sizeof *seen->list, named_order);
}

/* --- volume, days ----------------------------------------------------------
 */

static uint64_t
items_of(const struct counting *c, const struct report_source_row *source)
{
    uint64_t n = 0;

    for (size_t d = 0; d < c->input->span->days; d++)
        n += source->items[d];
    return n;
}

static void
count_totals(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    uint64_t items = 0, before = 0, baseline = 0, opened = 0, merged = 0,
             opened_before = 0;
    json_t *now = json_object(), *then = json_object();

    for (size_t i = 0; i < rows->nsources; i++) {
        items += items_of(c, &rows->sources[i]);
        before += rows->sources[i].before;
        baseline += rows->sources[i].baseline;
    }
    for (size_t i = 0; i < rows->nincidents; i++) {
        opened += count_opened(c, &c->cases[i]);
        merged += c->cases[i].state == INCIDENT_MERGED &&
                  c->cases[i].opened.ms >= c->from.ms;
    }
    for (size_t i = 0; i < rows->nincidents_before; i++)
        opened_before += c->before[i].state != INCIDENT_MERGED;
    count_number(c, now, "items", items);
    count_number(c, now, "matches", rows->nmatches);
    count_number(c, now, "incidents", opened);
    count_number(c, now, "merged", merged);
    count_number(c, now, "baseline", baseline);
    count_number(c, then, "items", before);
    count_number(c, then, "matches", rows->nmatches_before);
    count_number(c, then, "incidents", opened_before);
    /* Half a period watched is no period to compare with. */
    count_set(c, then, "complete",
        json_boolean(wall_is_set(rows->since) &&
                     rows->since.ms <= c->input->span->before.ms));
    count_set(c, now, "before", then);
    count_set(c, c->out, "volume", now);
}

struct day {
    uint64_t items, matches, levels[LEVEL_COUNT];
};

static size_t
day_of(const struct counting *c, struct wall t)
{
    int64_t day = report_range_day_of(c->input->range, c->input->zone, t);
    int64_t last = (int64_t)c->input->span->days - 1;

    return (size_t)(day < 0 ? 0 : day > last ? last : day);
}

static void
set_levels(struct counting *c, json_t *object, const uint64_t *levels)
{
    for (int l = LEVEL_RED; l >= LEVEL_BLUE; l--)
        count_number(c, object, level_name((enum level)l), levels[l]);
}

static void
count_days(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    size_t n = c->input->span->days;
    struct day *days = ARENA_ARRAY(c->arena, n + 1, struct day);
    json_t *list = json_array();

    for (size_t d = 0; days && d < n; d++)
        for (size_t i = 0; i < rows->nsources; i++)
            days[d].items += rows->sources[i].items[d];
    for (size_t i = 0; days && i < rows->nmatches; i++)
        days[day_of(c, rows->matches[i].seen)].matches++;
    for (size_t i = 0; days && i < rows->nincidents; i++)
        if (count_opened(c, &c->cases[i]))
            days[day_of(c, c->cases[i].opened)].levels[c->cases[i].level]++;
    for (size_t d = 0; days && d < n; d++) {
        json_t *day = json_object();

        count_set(
            c, day, "day", json_integer(c->input->range->first + (int64_t)d));
        count_number(c, day, "items", days[d].items);
        count_number(c, day, "matches", days[d].matches);
        set_levels(c, day, days[d].levels);
        (void)json_array_append_new(list, day);
    }
    count_set(c, c->out, "days", list);
}

static void
count_levels(struct counting *c)
{
    uint64_t now[LEVEL_COUNT] = {0}, before[LEVEL_COUNT] = {0};
    json_t *list = json_array();

    for (size_t i = 0; i < c->rows->nincidents; i++)
        if (count_opened(c, &c->cases[i]))
            now[c->cases[i].level]++;
    for (size_t i = 0; i < c->rows->nincidents_before; i++)
        if (c->before[i].state != INCIDENT_MERGED)
            before[c->before[i].level]++;
    for (int l = LEVEL_RED; l >= LEVEL_BLUE; l--) {
        json_t *one = json_object();

        count_str(c, one, "level", str_of(level_name((enum level)l)));
        count_number(c, one, "incidents", now[l]);
        count_number(c, one, "before", before[l]);
        (void)json_array_append_new(list, one);
    }
    count_set(c, c->out, "levels", list);
}

static void
count_categories(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    struct names_seen seen = {.arena = c->arena};
    json_t *list = json_array();
    struct named *one;

    for (size_t i = 0; i < rows->nmatches; i++)
        if ((one = named_of(&seen, rows->matches[i].category)) != NULL)
            one->matches++;
    for (size_t i = 0; i < rows->nmatches_before; i++)
        if ((one = named_of(&seen, rows->matches_before[i].category)) != NULL)
            one->matches_before++;
    for (size_t i = 0; i < rows->nincidents; i++)
        if (count_opened(c, &c->cases[i]) &&
            (one = named_of(&seen, rows->incidents[i].category)) != NULL)
            one->incidents++;
    for (size_t i = 0; i < rows->nincidents_before; i++)
        if (c->before[i].state != INCIDENT_MERGED &&
            (one = named_of(&seen, rows->incidents_before[i].category)) != NULL)
            one->incidents_before++;
    named_sort(&seen);
    for (size_t i = 0; i < seen.n; i++) {
        json_t *row = json_object();

        count_str(c, row, "category", seen.list[i].name);
        count_number(c, row, "matches", seen.list[i].matches);
        count_number(c, row, "matches_before", seen.list[i].matches_before);
        count_number(c, row, "incidents", seen.list[i].incidents);
        count_number(c, row, "before", seen.list[i].incidents_before);
        (void)json_array_append_new(list, row);
    }
    count_set(c, c->out, "categories", list);
}

void
count_volume(struct counting *c)
{
    count_totals(c);
    count_days(c);
    count_levels(c);
    count_categories(c);
}

/* --- sources ---------------------------------------------------------------
 */

/* Number of the source whose item was the first of a case. */
static size_t
first_source(const struct counting *c, size_t i)
{
    const struct report_incident_row *row = &c->rows->incidents[i];

    if (row->nitems > 0)
        return row->items[0].source;
    for (size_t s = 0; s < c->rows->nsources; s++)
        if (str_eq(c->rows->sources[s].id, c->cases[i].first_source))
            return s;
    return c->rows->nsources;
}

static void
set_source(struct counting *c, json_t *list, const struct named *one)
{
    json_t *row = json_object();

    count_str(c, row, "id", one->name);
    count_str(c, row, "title", one->title);
    count_number(c, row, "items", one->items);
    count_number(c, row, "items_before", one->items_before);
    count_number(c, row, "matches", one->matches);
    count_number(c, row, "matches_before", one->matches_before);
    count_number(c, row, "first", one->incidents);
    (void)json_array_append_new(list, row);
}

static void
add_to_tier(struct names_seen *tiers, struct str tier, const struct named *one)
{
    struct named *sum = named_of(tiers, tier);

    if (!sum)
        return;
    sum->items += one->items;
    sum->items_before += one->items_before;
    sum->matches += one->matches;
    sum->matches_before += one->matches_before;
    sum->incidents += one->incidents;
    sum->closed++; /* here: how many sources */
}

static void
set_tiers(struct counting *c, struct names_seen *tiers)
{
    json_t *list = json_array();

    named_sort(tiers);
    for (size_t i = 0; i < tiers->n; i++) {
        set_source(c, list, &tiers->list[i]);
        count_number(
            c, json_array_get(list, i), "sources", tiers->list[i].closed);
    }
    count_set(c, c->out, "tiers", list);
}

void
count_sources(struct counting *c)
{
    const struct report_rows *rows = c->rows;
    struct names_seen sources = {.arena = c->arena}, tiers = sources;
    json_t *list = json_array();
    size_t active = 0, shown = 0;

    sources.cap = rows->nsources + 1;
    sources.n = rows->nsources;
    sources.list = ARENA_ARRAY(c->arena, sources.cap, struct named);
    for (size_t i = 0; sources.list && i < rows->nsources; i++)
        sources.list[i] = (struct named){.name = rows->sources[i].id,
            .title = rows->sources[i].title,
            .items = items_of(c, &rows->sources[i]),
            .items_before = rows->sources[i].before};
    if (!sources.list)
        return;
    for (size_t i = 0; i < rows->nmatches; i++)
        sources.list[rows->matches[i].source].matches++;
    for (size_t i = 0; i < rows->nmatches_before; i++)
        sources.list[rows->matches_before[i].source].matches_before++;
    for (size_t i = 0; i < rows->nincidents; i++) {
        size_t first = first_source(c, i);

        if (count_opened(c, &c->cases[i]) && first < rows->nsources)
            sources.list[first].incidents++;
    }
    for (size_t i = 0; i < rows->nsources; i++)
        add_to_tier(&tiers, rows->sources[i].tier, &sources.list[i]);
    named_sort(&sources);
    for (size_t i = 0; i < sources.n; i++) {
        if (sources.list[i].items == 0 && sources.list[i].incidents == 0)
            continue;
        active++;
        if (shown++ < REPORT_MAX_SOURCES)
            set_source(c, list, &sources.list[i]);
    }
    set_tiers(c, &tiers);
    count_set(c, c->out, "sources", list);
    count_number(c, c->out, "sources_active", active);
    count_number(c, c->out, "sources_all", rows->nsources);
}

/* --- offices ---------------------------------------------------------------
 */

void
count_owners(struct counting *c)
{
    struct names_seen seen = {.arena = c->arena};
    json_t *list = json_array();

    for (size_t i = 0; i < c->rows->nincidents; i++) {
        const struct report_case *one = &c->cases[i];
        bool open = incident_state_is_open(one->state);
        struct named *owner;

        if (!count_opened(c, one) && !count_ended(c, one) && !open)
            continue;
        owner = named_of(&seen, one->row->owner);
        if (!owner)
            break;
        owner->incidents += count_opened(c, one);
        owner->closed += count_ended(c, one);
        owner->false_alarms +=
            count_ended(c, one) && one->state == INCIDENT_FALSE_ALARM;
        owner->open += open;
    }
    named_sort(&seen);
    for (size_t i = 0; i < seen.n && i < REPORT_MAX_OWNERS; i++) {
        json_t *row = json_object();

        count_str(c, row, "owner", seen.list[i].name);
        count_number(c, row, "incidents", seen.list[i].incidents);
        count_number(c, row, "closed", seen.list[i].closed);
        count_number(c, row, "false_alarms", seen.list[i].false_alarms);
        count_number(c, row, "open", seen.list[i].open);
        (void)json_array_append_new(list, row);
    }
    count_set(c, c->out, "owners", list);
    count_number(c, c->out, "owners_all", seen.n);
}
