/*
 * rota: who is on call at an instant, as a function of nothing but data.
 *
 * A rota has layers, in order of rank: the first gives the officer on duty, a
 * second the leader on duty, and so on.  A layer's members take turns; turns
 * change at a local time of day, every so many days or weeks, counted in days
 * of the calendar from its first day on.  So a change of the clocks makes one
 * turn an hour longer or shorter, and never moves a hand-over.  A layer may be
 * on duty only in some hours, or only on some days.
 *
 * Overrides stand above all layers, in the order in which they were made: add
 * somebody, replace one by another, take one off, in [start, end).  Key dates
 * add people too.
 */
#ifndef TOCSIN_INCIDENTS_ROTA_H
#define TOCSIN_INCIDENTS_ROTA_H

#include "incidents/calendar.h"

enum {
    ROTA_MAX = 50,
    ROTA_MAX_LAYERS = 8,
    ROTA_MAX_MEMBERS = 100,
    ROTA_MAX_EVERY = 53,
    ROTA_MAX_ON_CALL = 16,
    ROTA_MAX_OVERRIDES = 500, /* that have not ended */
    ROTA_MAX_WALK = 20000,    /* changes that are walked for one answer */
    PERSON_MAX = 2000
};

struct person {
    struct written at;
    struct str name; /* as rotas have it */
    struct str user; /* console user, absent when none */
    const struct str *channels;
    size_t nchannels;
    const struct str *mentions; /* as the channel's platform calls him */
    size_t nmentions;
};

enum rota_length { ROTA_DAILY, ROTA_WEEKLY };

struct rota_layer {
    struct written at;
    struct str name;
    const struct str *members;
    size_t nmembers;
    struct str from_text; /* first day; its turn is the first member's */
    struct str handover_text;
    struct str weekday_text; /* of weekly turns; absent: that of from */
    struct str hours_text;   /* absent: all day */
    const struct str *days;  /* mon … sun, workday, holiday; none: all */
    size_t ndays;
    enum rota_length length;
    int every; /* days or weeks in a turn */
    /* read from the texts: */
    int64_t from_day; /* weekly: moved back to the weekday */
    int64_t start_day;
    int handover; /* minutes */
    bool has_hours;
    struct day_hours hours;
};

struct rota {
    struct written at;
    struct str name;
    struct str zone_text; /* absent: the bureau's */
    const struct zone *zone;
    const struct rota_layer *layers;
    size_t nlayers;
    int64_t accept_ms; /* time to take over; 0: nobody is asked to */
};

/* clang-format off */
#define ROTA_OVERRIDES(X)  \
    X(ADD,     "add")      \
    X(REPLACE, "replace")  \
    X(REMOVE,  "remove")
/* clang-format on */
enum rota_override_kind {
#define X(name, text) ROTA_##name,
    ROTA_OVERRIDES(X)
#undef X
};
const char *rota_override_name(enum rota_override_kind kind);
int rota_override_parse(struct str name, enum rota_override_kind *ret);

struct rota_override {
    int64_t id;
    struct str rota;
    enum rota_override_kind kind;
    struct str person;  /* who comes; REMOVE: who goes */
    struct str instead; /* REPLACE: who goes */
    struct wall from, until;
    struct str by, reason;
    struct wall made;
};

/* Somebody more during a key date. */
struct rota_extra {
    struct str person;
    struct wall from, until;
};

/* What decides, besides the rota itself. */
struct rota_context {
    const struct calendar *calendar;
    const struct rota_override *overrides; /* of all rotas, oldest first */
    size_t noverrides;
    const struct rota_extra *extras; /* of this rota */
    size_t nextras;
};

/* The people on call, in order of rank; each once. */
struct on_call {
    struct str names[ROTA_MAX_ON_CALL];
    size_t n;
};

/* A time in which the same people are on call. */
struct rota_shift {
    struct wall from, until;
    struct on_call on_call;
};

/* Who is on call at t. */
void rota_at(const struct rota *rota, const struct rota_context *context,
    struct wall t, struct on_call *ret);
/* Whose turn it is in a layer, whatever its hours; false before its first day
 * and without members. */
bool rota_turn(const struct rota *rota, const struct rota_layer *layer,
    struct wall t, struct str *ret);
/* The next instant after t at which something may change; WALL_NONE: never. */
struct wall rota_next(
    const struct rota *rota, const struct rota_context *context, struct wall t);
/* The shifts of [from, until), neighbours with the same people as one; at most
 * max.  Returns how many. */
size_t rota_shifts(const struct rota *rota, const struct rota_context *context,
    struct wall from, struct wall until, struct rota_shift *ret, size_t max);
/* The same, only those with nobody. */
size_t rota_gaps(const struct rota *rota, const struct rota_context *context,
    struct wall from, struct wall until, struct rota_shift *ret, size_t max);
bool on_call_has(const struct on_call *on_call, struct str name);
bool on_call_eq(const struct on_call *a, const struct on_call *b);
/* "mon" … "sun" as 0 … 6.  0 or E_PARSE. */
int rota_weekday_parse(struct str name, int *ret);

#endif
