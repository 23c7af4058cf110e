/*
 * config_duty: whether people, rotas, policies and the calendar go together.
 */
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "daemon/config_option.h"

enum { DUTY_MAX_GAPS = 3 /* of a rota that are named */ };

#define SAY(errors, at, ...)                                                   \
    toc_errors_add(errors, (at)->file, (at)->line, (at)->column, __VA_ARGS__)

/* --- finding ---------------------------------------------------------------
 */

const struct person *
duty_person(const struct duty *duty, struct str name)
{
    for (size_t i = 0; i < duty->npeople; i++)
        if (str_eq(duty->people[i].name, name))
            return &duty->people[i];
    return NULL;
}

const struct rota *
duty_rota(const struct duty *duty, struct str name)
{
    for (size_t i = 0; i < duty->nrotas; i++)
        if (str_eq(duty->rotas[i].name, name))
            return &duty->rotas[i];
    return NULL;
}

const struct owner *
duty_owner(const struct duty *duty, struct str name)
{
    for (size_t i = 0; i < duty->nowners; i++)
        if (str_eq(duty->owners[i].name, name))
            return &duty->owners[i];
    return NULL;
}

const struct clock_rule *
duty_clock(const struct duty *duty, struct str id)
{
    for (size_t i = 0; i < duty->nclocks; i++)
        if (str_eq(duty->clocks[i].id, id))
            return &duty->clocks[i];
    return NULL;
}

/* --- people
 * ------------------------------------------------------------------- */

static void
check_channel(const struct config *config, const struct written *at,
    struct str id, struct str who, struct toc_errors *errors)
{
    if (id.n && !config_channel(config, id))
        SAY(errors, at, "%.*s: there is no channel \"%.*s\"", STR_ARG(who),
            STR_ARG(id));
}

static void
check_people(const struct config *config, struct toc_errors *errors)
{
    const struct duty *duty = &config->duty;

    for (size_t i = 0; i < duty->npeople; i++) {
        const struct person *p = &duty->people[i];

        for (size_t k = 0; k < i; k++)
            if (p->name.n && str_eq(duty->people[k].name, p->name))
                SAY(errors, &p->at,
                    "the person \"%.*s\" is there already, at %s:%u",
                    STR_ARG(p->name), duty->people[k].at.file,
                    duty->people[k].at.line);
        for (size_t k = 0; k < p->nchannels; k++)
            check_channel(config, &p->at, p->channels[k], p->name, errors);
    }
    for (size_t i = 0; i < duty->nfallback; i++)
        if (!config_channel(config, duty->fallback[i]))
            toc_errors_add(errors, config->path.p, 0, 0,
                "duty.fallback: there is no channel \"%.*s\"",
                STR_ARG(duty->fallback[i]));
    for (size_t i = 0; i < duty->nowners; i++)
        for (size_t k = 0; k < duty->owners[i].ncontacts; k++) {
            const struct contact *c = &duty->owners[i].contacts[k];

            check_channel(config, &c->at, c->channel, c->name, errors);
        }
}

static void
check_person(const struct duty *duty, const struct written *at, struct str name,
    struct str what, struct toc_errors *errors)
{
    if (name.n && !duty_person(duty, name))
        SAY(errors, at,
            "%.*s: there is nobody called \"%.*s\" among the people",
            STR_ARG(what), STR_ARG(name));
}

/* --- rotas
 * ---------------------------------------------------------------------- */

static void
settle_layer(const struct duty *duty, const struct rota *rota,
    struct rota_layer *l, struct toc_errors *errors)
{
    int weekday;

    for (size_t i = 0; i < l->nmembers; i++)
        check_person(duty, &l->at, l->members[i], rota->name, errors);
    if (!l->from_text.p || day_parse(l->from_text, &l->start_day) != 0)
        return; /* it was said */
    if (day_minutes_parse(l->handover_text, &l->handover) != 0 ||
        l->handover == CALENDAR_DAY_MINUTES)
        SAY(errors, &l->at,
            "handover \"%.*s\" is to be a time of day, such as 08:30",
            STR_ARG(l->handover_text));
    l->has_hours = l->hours_text.p != NULL;
    if (l->has_hours && day_hours_parse(l->hours_text, &l->hours) != 0)
        SAY(errors, &l->at, "hours \"%.*s\" is to be such as 18:00-08:00",
            STR_ARG(l->hours_text));
    l->from_day = l->start_day;
    if (l->weekday_text.p && l->length != ROTA_WEEKLY) {
        SAY(errors, &l->at, "weekday is of weekly turns only");
        return;
    }
    if (l->weekday_text.p && rota_weekday_parse(l->weekday_text, &weekday) == 0)
        l->from_day -= (day_weekday(l->from_day) - weekday + 7) % 7;
}

static void
settle_zone(struct config *config, struct rota *rota)
{
    struct duty *duty = &config->duty;
    struct zone *zone = NULL;

    rota->zone = duty->zone;
    if (!rota->zone_text.p || duty->nzones >= DUTY_MAX_ZONES ||
        zone_load(rota->zone_text.p, &zone) != 0)
        return; /* what is no zone was said to be none */
    duty->zones[duty->nzones++] = zone;
    rota->zone = zone;
}

static void
settle_rotas(struct config *config, struct toc_errors *errors)
{
    struct duty *duty = &config->duty;
    struct rota *rotas =
        ARENA_ARRAY(config->arena, duty->nrotas + 1, struct rota);

    if (!rotas)
        return;
    for (size_t i = 0; i < duty->nrotas; i++) {
        struct rota *r = &rotas[i];
        struct rota_layer *layers;

        *r = duty->rotas[i];
        settle_zone(config, r);
        for (size_t k = 0; k < i; k++)
            if (r->name.n && str_eq(rotas[k].name, r->name))
                SAY(errors, &r->at, "the rota \"%.*s\" is there already",
                    STR_ARG(r->name));
        layers = ARENA_ARRAY(config->arena, r->nlayers + 1, struct rota_layer);
        if (!layers)
            return;
        for (size_t k = 0; k < r->nlayers; k++) {
            layers[k] = r->layers[k];
            settle_layer(duty, r, &layers[k], errors);
        }
        r->layers = layers;
    }
    duty->rotas = rotas;
}

/* --- policies
 * -------------------------------------------------------------------- */

static void
check_target(const struct config *config, const struct escalation_step *step,
    struct str text, struct toc_errors *errors)
{
    const struct duty *duty = &config->duty;
    struct escalation_target target;
    bool known = true;

    if (escalation_target_parse(text, &target) != 0) {
        SAY(errors, &step->at,
            "\"%.*s\" is to be rota:NAME, person:NAME, channel:ID or owner",
            STR_ARG(text));
        return;
    }
    if (target.kind == TARGET_ROTA)
        known = duty_rota(duty, target.name) != NULL;
    else if (target.kind == TARGET_PERSON)
        known = duty_person(duty, target.name) != NULL;
    else if (target.kind == TARGET_CHANNEL)
        known = config_channel(config, target.name) != NULL;
    if (!known)
        SAY(errors, &step->at, "\"%.*s\" names nothing that is there",
            STR_ARG(text));
}

static void
check_policies(const struct config *config, struct toc_errors *errors)
{
    const struct duty *duty = &config->duty;

    for (size_t i = 0; i < duty->nescalations; i++) {
        const struct escalation *e = &duty->escalations[i];

        for (size_t k = 0; k < i; k++)
            if (e->name.n && str_eq(duty->escalations[k].name, e->name))
                SAY(errors, &e->at, "the policy \"%.*s\" is there already",
                    STR_ARG(e->name));
        for (size_t k = 0; k < e->nsteps; k++)
            for (size_t t = 0; t < e->steps[k].nto; t++)
                check_target(config, &e->steps[k], e->steps[k].to[t], errors);
    }
}

/* --- the calendar
 * ------------------------------------------------------------------ */

static const struct day_range *
settle_ranges(struct config *config, const struct day_range *list, size_t n,
    struct toc_errors *errors)
{
    struct day_range *ranges =
        ARENA_ARRAY(config->arena, n + 1, struct day_range);

    if (!ranges)
        return list;
    for (size_t i = 0; i < n; i++) {
        struct day_range *r = &ranges[i];

        *r = list[i];
        if (!r->last.p)
            r->last = r->first;
        if (!r->first.p || day_parse(r->first, &r->from_day) != 0 ||
            day_parse(r->last, &r->to_day) != 0) {
            r->from_day = 1; /* nothing: it was said what is wrong */
            r->to_day = 0;
            continue;
        }
        if (r->to_day < r->from_day)
            SAY(errors, &r->at,
                "\"%.*s\" ends before it begins; until is to be the same day "
                "as from, or a later one",
                STR_ARG(r->name));
        else if (r->to_day - r->from_day > 366)
            SAY(errors, &r->at, "\"%.*s\" is longer than a year",
                STR_ARG(r->name));
    }
    return ranges;
}

static void
check_overlap(const struct day_range *list, size_t n, const char *what,
    struct toc_errors *errors)
{
    size_t one, other;

    if (calendar_overlap(list, n, &one, &other))
        SAY(errors, &list[other].at,
            "the %s \"%.*s\" overlaps \"%.*s\", at %s:%u", what,
            STR_ARG(list[other].name), STR_ARG(list[one].name),
            list[one].at.file, list[one].at.line);
}

static void
settle_calendar(struct config *config, struct toc_errors *errors)
{
    struct duty *d = &config->duty;
    struct calendar *c = &d->calendar;

    c->terms = settle_ranges(config, d->terms, d->nterms, errors);
    c->nterms = d->nterms;
    c->holidays = settle_ranges(config, d->holidays, d->nholidays, errors);
    c->nholidays = d->nholidays;
    c->workdays = settle_ranges(config, d->workdays, d->nworkdays, errors);
    c->nworkdays = d->nworkdays;
    check_overlap(c->terms, c->nterms, "term", errors);
    check_overlap(c->holidays, c->nholidays, "holiday", errors);
    check_overlap(c->workdays, c->nworkdays, "make-up workday", errors);
    for (size_t i = 0; i < c->nworkdays; i++)
        for (int64_t day = c->workdays[i].from_day;
             day <= c->workdays[i].to_day; day++)
            if (day_weekday(day) < 5 && !calendar_holiday(c, day)) {
                SAY(&config->warnings, &c->workdays[i].at,
                    "\"%.*s\" makes a day up that is a working day anyway",
                    STR_ARG(c->workdays[i].name));
                break;
            }
    for (size_t i = 0; i < d->noffice_hours && i < CALENDAR_MAX_HOURS; i++) {
        struct day_hours *h = &c->hours[c->nhours];

        if (day_hours_parse(d->office_hours[i], h) != 0 ||
            (i > 0 && h->from < c->hours[i - 1].until)) {
            toc_errors_add(errors, config->path.p, 0, 0,
                "duty.office_hours: \"%.*s\" is to be such as 08:30-12:00, "
                "after the one before it",
                STR_ARG(d->office_hours[i]));
            return;
        }
        c->nhours++;
    }
    if (c->nhours == 0)
        c->hours[c->nhours++] = (struct day_hours){510, 1050}; /* 08:30-17:30 */
}

/* --- gaps
 * ------------------------------------------------------------------------- */

int
duty_extras(const struct config *config, struct str rota, struct wall since,
    struct arena *arena, const struct rota_extra **ret, size_t *ret_n)
{
    size_t n = 0, max = 0;
    struct rota_extra *list;

    for (size_t i = 0; i < config->nkey_dates; i++)
        max += config->key_dates[i].nextra;
    list = ARENA_ARRAY(arena, max + 1, struct rota_extra);
    if (!list)
        return E_NOMEM;
    for (size_t i = 0; i < config->nkey_dates; i++) {
        const struct key_date *d = &config->key_dates[i];
        const struct key_span *span = key_date_span(d, since);

        for (size_t k = 0; span && k < d->nextra; k++)
            if (str_eq(d->rota, rota))
                list[n++] =
                    (struct rota_extra){d->extra[k], span->from, span->until};
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

/* The first hours in which nobody is on call, from the rota's first day. */
static void
warn_gaps(struct config *config, const struct rota *rota)
{
    struct rota_shift gaps[DUTY_MAX_GAPS + 1];
    struct rota_context context = {.calendar = &config->duty.calendar};
    struct wall from = {0}, until;
    char a[TIMEFMT_LOCAL_SIZE], b[TIMEFMT_LOCAL_SIZE];
    size_t n;

    if (rota->nlayers == 0 || !rota->zone)
        return;
    for (size_t i = 0; i < rota->nlayers; i++) {
        const struct rota_layer *l = &rota->layers[i];
        struct wall start = day_at(rota->zone, l->start_day,
            l->has_hours ? l->hours.from : l->handover);

        if (i == 0 || start.ms < from.ms)
            from = start;
    }
    until.ms = from.ms + DUTY_GAP_DAYS * (int64_t)MS_DAY;
    n = rota_gaps(rota, &context, from, until, gaps, DUTY_MAX_GAPS + 1);
    for (size_t i = 0; i < n && i < DUTY_MAX_GAPS; i++)
        SAY(&config->warnings, &rota->at,
            "rota \"%.*s\": nobody is on call from %s to %s%s",
            STR_ARG(rota->name), timefmt_local(rota->zone, gaps[i].from, a),
            timefmt_local(rota->zone, gaps[i].until, b),
            i + 1 == DUTY_MAX_GAPS && n > DUTY_MAX_GAPS ? ", and further on"
                                                        : "");
}

void
config_duty_settle(struct config *config, struct toc_errors *errors)
{
    struct duty *duty = &config->duty;
    size_t before = errors->n + errors->dropped;

    /* What is no zone was said to be none; days are checked all the same. */
    if ((!config->zone.p || zone_load(config->zone.p, &duty->zone) != 0) &&
        zone_load("UTC", &duty->zone) != 0)
        return;
    settle_calendar(config, errors);
    check_people(config, errors);
    settle_rotas(config, errors);
    check_policies(config, errors);
    config_clocks_settle(config, errors);
    config_key_dates_settle(config, errors);
    if (errors->n + errors->dropped != before)
        return;
    for (size_t i = 0; i < duty->nrotas; i++)
        warn_gaps(config, &duty->rotas[i]);
}

void
config_duty_done(struct duty *duty)
{
    zone_free(duty->zone);
    for (size_t i = 0; i < duty->nzones; i++)
        zone_free(duty->zones[i]);
    duty->zone = NULL;
    duty->nzones = 0;
}
