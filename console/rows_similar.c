/*
 * rows_similar: which open incidents may be the same event.
 *
 * The engine has put together what it was sure of.  This is for what it was
 * not: titles alike, the same school, the same category.  A person decides.
 */
#include "base/utf8.h"
#include "console/rows.h"
#include "console/rows_incident.h"
#include "store/view_similar.h"

enum {
    SIMILAR_SHOWN = 5,
    SIMILAR_LEAST = 40,       /* of 100: less is not shown */
    SIMILAR_TITLE_UNITS = 64, /* of a title that are compared */
    SIMILAR_OF_TITLE = 70,
    SIMILAR_OF_OWNER = 20,
    SIMILAR_OF_CATEGORY = 10
};

static size_t
title_units(struct str title, uint32_t units[SIMILAR_TITLE_UNITS])
{
    size_t n = 0, at = 0;

    while (at < title.n && n < SIMILAR_TITLE_UNITS)
        units[n++] = utf8_next(title, &at);
    return n;
}

int
similar_titles(struct str a, struct str b)
{
    uint32_t x[SIMILAR_TITLE_UNITS], y[SIMILAR_TITLE_UNITS];
    size_t nx = title_units(a, x), ny = title_units(b, y), shared = 0;
    bool used[SIMILAR_TITLE_UNITS] = {false};

    if (nx < 2 || ny < 2)
        return 0;
    for (size_t i = 0; i + 1 < nx; i++) {
        for (size_t k = 0; k + 1 < ny; k++) {
            if (used[k] || x[i] != y[k] || x[i + 1] != y[k + 1])
                continue;
            used[k] = true;
            shared++;
            break;
        }
    }
    return (int)(200 * shared / (nx - 1 + ny - 1));
}

static int
likeness(const struct incident *incident, const struct similar_row *row)
{
    int points =
        similar_titles(incident->title, row->title) * SIMILAR_OF_TITLE / 100;

    if (incident->owner.n > 0 && str_eq(incident->owner, row->owner))
        points += SIMILAR_OF_OWNER;
    if (incident->category.n > 0 && str_eq(incident->category, row->category))
        points += SIMILAR_OF_CATEGORY;
    return points;
}

static json_t *
similar_json(struct context *ctx, const struct incident *incident,
    const struct similar_row *row, int points)
{
    json_t *one = json_object();

    set_number(one, "id", row->id);
    set_str(one, "title", row->title);
    set_name(
        ctx, one, "state", "state", str_of(incident_state_name(row->state)));
    set_name(ctx, one, "level", "level", str_of(level_name(row->level)));
    set_number(one, "likeness", points);
    set_time(ctx, one, "last_seen", row->last_seen);
    set_flag(one, "same_owner",
        row->owner.n > 0 && str_eq(row->owner, incident->owner));
    set_flag(one, "same_category",
        row->category.n > 0 && str_eq(row->category, incident->category));
    return one;
}

int
set_similar(struct context *ctx, const struct incident *incident, json_t *value)
{
    struct similar_row *rows = NULL;
    int points[VIEW_SIMILAR_MAX];
    json_t *list = json_array();
    size_t n = 0, shown = 0;
    int err = 0;

    if (incident_state_is_open(incident->state))
        err = view_incident_similar(ctx->console->view, incident->id,
            incident->last_seen, ctx->arena, &rows, &n);
    for (size_t i = 0; i < n && !err; i++)
        points[i] = likeness(incident, &rows[i]);
    while (!err && shown < SIMILAR_SHOWN) {
        size_t best = n;

        for (size_t i = 0; i < n; i++)
            if (points[i] >= SIMILAR_LEAST &&
                (best == n || points[i] > points[best]))
                best = i;
        if (best == n)
            break;
        (void)json_array_append_new(
            list, similar_json(ctx, incident, &rows[best], points[best]));
        points[best] = 0;
        shown++;
    }
    set_flag(value, "has_similar", shown > 0);
    (void)json_object_set_new(value, "similar", list);
    return err;
}
