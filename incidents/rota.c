#include "incidents/rota.h"

#include "base/err.h"

enum { WEEK_DAYS = 7 };

static const char *const override_names[] = {
#define X(name, text) text,
    ROTA_OVERRIDES(X)
#undef X
};
enum { OVERRIDE_KINDS = sizeof(override_names) / sizeof(*override_names) };

const char *
rota_override_name(enum rota_override_kind kind)
{
    return (unsigned)kind < OVERRIDE_KINDS ? override_names[kind] : "unknown";
}

int
rota_override_parse(struct str name, enum rota_override_kind *ret)
{
    for (unsigned i = 0; i < OVERRIDE_KINDS; i++)
        if (str_eq(name, str_of(override_names[i]))) {
            *ret = (enum rota_override_kind)i;
            return 0;
        }
    return E_PARSE;
}

int
rota_weekday_parse(struct str name, int *ret)
{
    static const char *const names[WEEK_DAYS] = {
        "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

    for (int i = 0; i < WEEK_DAYS; i++)
        if (str_eq(name, str_of(names[i]))) {
            *ret = i;
            return 0;
        }
    return E_PARSE;
}

/* --- people ------------------------------------------------------------------
 */

bool
on_call_has(const struct on_call *on_call, struct str name)
{
    for (size_t i = 0; i < on_call->n; i++)
        if (str_eq(on_call->names[i], name))
            return true;
    return false;
}

bool
on_call_eq(const struct on_call *a, const struct on_call *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!str_eq(a->names[i], b->names[i]))
            return false;
    return true;
}

static void
add(struct on_call *on_call, struct str name)
{
    if (on_call->n < ROTA_MAX_ON_CALL && !on_call_has(on_call, name))
        on_call->names[on_call->n++] = name;
}

static void
drop(struct on_call *on_call, struct str name)
{
    for (size_t i = 0; i < on_call->n; i++) {
        if (!str_eq(on_call->names[i], name))
            continue;
        for (size_t k = i + 1; k < on_call->n; k++)
            on_call->names[k - 1] = on_call->names[k];
        on_call->n--;
        return;
    }
}

/* One in place of another; who is not on call cannot be replaced. */
static void
replace(struct on_call *on_call, struct str old, struct str name)
{
    if (!on_call_has(on_call, old))
        return;
    if (on_call_has(on_call, name)) {
        drop(on_call, old);
        return;
    }
    for (size_t i = 0; i < on_call->n; i++)
        if (str_eq(on_call->names[i], old))
            on_call->names[i] = name;
}

/* --- layers ------------------------------------------------------------------
 */

/* The day whose hand-over was the last at or before t. */
static int64_t
handed_day(
    const struct rota *rota, const struct rota_layer *layer, struct wall t)
{
    int64_t day = day_of(rota->zone, t);

    return day_at(rota->zone, day, layer->handover).ms > t.ms ? day - 1 : day;
}

static int64_t
turn_days(const struct rota_layer *layer)
{
    int64_t every = layer->every > 0 ? layer->every : 1;

    return layer->length == ROTA_WEEKLY ? every * WEEK_DAYS : every;
}

bool
rota_turn(const struct rota *rota, const struct rota_layer *layer,
    struct wall t, struct str *ret)
{
    int64_t day = handed_day(rota, layer, t);

    if (layer->nmembers == 0 || day < layer->start_day)
        return false;
    *ret =
        layer->members[(uint64_t)((day - layer->from_day) / turn_days(layer)) %
                       layer->nmembers];
    return true;
}

/* Whether a layer is on duty in what begins on day. */
static bool
is_day(const struct rota_layer *layer, const struct calendar *calendar,
    int64_t day)
{
    bool work = calendar_is_workday(calendar, day);

    for (size_t i = 0; i < layer->ndays; i++) {
        int weekday;

        if (str_eq(layer->days[i], work ? STR("workday") : STR("holiday")))
            return true;
        if (rota_weekday_parse(layer->days[i], &weekday) == 0 &&
            weekday == day_weekday(day))
            return true;
    }
    return layer->ndays == 0;
}

/* The hours of a layer that begin on day. */
static void
window(const struct rota *rota, const struct rota_layer *layer, int64_t day,
    struct wall *ret_from, struct wall *ret_until)
{
    int from = layer->has_hours ? layer->hours.from : layer->handover;
    int until = layer->has_hours ? layer->hours.until
                                 : layer->handover + CALENDAR_DAY_MINUTES;

    *ret_from = day_at(rota->zone, day, from);
    *ret_until = day_at(rota->zone, day, until);
}

/* Whether a layer is on duty at t: in hours that began today or yesterday. */
static bool
is_on(const struct rota *rota, const struct rota_layer *layer,
    const struct calendar *calendar, struct wall t)
{
    int64_t today = day_of(rota->zone, t);

    for (int64_t day = today - 1; day <= today; day++) {
        struct wall from, until;

        window(rota, layer, day, &from, &until);
        if (t.ms >= from.ms && t.ms < until.ms && is_day(layer, calendar, day))
            return true;
    }
    return false;
}

void
rota_at(const struct rota *rota, const struct rota_context *context,
    struct wall t, struct on_call *ret)
{
    struct on_call on_call = {.n = 0};

    for (size_t i = 0; i < rota->nlayers; i++) {
        struct str name;

        if (is_on(rota, &rota->layers[i], context->calendar, t) &&
            rota_turn(rota, &rota->layers[i], t, &name))
            add(&on_call, name);
    }
    for (size_t i = 0; i < context->nextras; i++)
        if (t.ms >= context->extras[i].from.ms &&
            t.ms < context->extras[i].until.ms)
            add(&on_call, context->extras[i].person);
    for (size_t i = 0; i < context->noverrides; i++) {
        const struct rota_override *o = &context->overrides[i];

        if (!str_eq(o->rota, rota->name) || t.ms < o->from.ms ||
            t.ms >= o->until.ms)
            continue;
        if (o->kind == ROTA_ADD)
            add(&on_call, o->person);
        else if (o->kind == ROTA_REMOVE)
            drop(&on_call, o->person);
        else
            replace(&on_call, o->instead, o->person);
    }
    *ret = on_call;
}

/* --- changes
 * ------------------------------------------------------------------- */

/* Take at as the next change when it is later than t and nearer. */
static void
nearer(struct wall t, struct wall at, struct wall *next)
{
    if (at.ms > t.ms && (!wall_is_set(*next) || at.ms < next->ms))
        *next = at;
}

struct wall
rota_next(
    const struct rota *rota, const struct rota_context *context, struct wall t)
{
    struct wall next = WALL_NONE;
    int64_t today = day_of(rota->zone, t);

    for (size_t i = 0; i < rota->nlayers; i++) {
        const struct rota_layer *layer = &rota->layers[i];
        int64_t first = today < layer->start_day ? layer->start_day : today;

        for (int64_t day = first - 1; day <= first + 1; day++) {
            struct wall from, until;

            window(rota, layer, day, &from, &until);
            nearer(t, from, &next);
            nearer(t, until, &next);
            nearer(t, day_at(rota->zone, day, layer->handover), &next);
        }
    }
    for (size_t i = 0; i < context->nextras; i++) {
        nearer(t, context->extras[i].from, &next);
        nearer(t, context->extras[i].until, &next);
    }
    for (size_t i = 0; i < context->noverrides; i++) {
        if (!str_eq(context->overrides[i].rota, rota->name))
            continue;
        nearer(t, context->overrides[i].from, &next);
        nearer(t, context->overrides[i].until, &next);
    }
    return next;
}

static size_t
walk(const struct rota *rota, const struct rota_context *context,
    struct wall from, struct wall until, bool gaps, struct rota_shift *ret,
    size_t max)
{
    size_t n = 0;
    struct wall t = from;

    for (int steps = 0; t.ms < until.ms && steps < ROTA_MAX_WALK; steps++) {
        struct rota_shift shift = {.from = t, .until = until};
        struct wall next = rota_next(rota, context, t);

        rota_at(rota, context, t, &shift.on_call);
        if (wall_is_set(next) && next.ms < until.ms)
            shift.until = next;
        t = shift.until;
        if (gaps && shift.on_call.n > 0)
            continue;
        if (n > 0 && ret[n - 1].until.ms == shift.from.ms &&
            on_call_eq(&ret[n - 1].on_call, &shift.on_call)) {
            ret[n - 1].until = shift.until;
            continue;
        }
        if (n == max)
            break;
        ret[n++] = shift;
    }
    return n;
}

size_t
rota_shifts(const struct rota *rota, const struct rota_context *context,
    struct wall from, struct wall until, struct rota_shift *ret, size_t max)
{
    return walk(rota, context, from, until, false, ret, max);
}

size_t
rota_gaps(const struct rota *rota, const struct rota_context *context,
    struct wall from, struct wall until, struct rota_shift *ret, size_t max)
{
    return walk(rota, context, from, until, true, ret, max);
}
