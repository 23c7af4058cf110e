/*
 * config_duty: what the configuration says of duty: deadlines, people, who is
 * on call, who is told next, and the school calendar.
 *
 * Types are those of incidents/; this is where they stand in the
 * configuration.  Part of struct config; lives in its arena.
 */
#ifndef TOCSIN_DAEMON_CONFIG_DUTY_H
#define TOCSIN_DAEMON_CONFIG_DUTY_H

#include "incidents/calendar.h"
#include "incidents/clock.h"
#include "incidents/escalation.h"
#include "incidents/keydate.h"
#include "incidents/rota.h"

enum {
    DUTY_MAX_ZONES = ROTA_MAX + 1,
    DUTY_MAX_CONTACTS = 16, /* of an owner */
    DUTY_GAP_DAYS = 60      /* ahead, in which `tocsin check` looks for gaps */
};

/* Whom to reach at a school or office. */
struct contact {
    struct written at;
    struct str name, role;
    struct str mobile;  /* for people to read; never sent */
    struct str channel; /* absent: told by hand */
    struct str mention;
};

/* A school or office, as duty knows it (rules know its names: rule_owner). */
struct owner {
    struct written at;
    struct str name;
    struct str kind;   /* "school" or "office" */
    struct str parent; /* district or office above it, absent: none */
    const struct str *tags;
    size_t ntags;
    const struct contact *contacts;
    size_t ncontacts;
};

struct duty {
    /* of tocsin.yaml */
    bool clocks_shipped;
    int64_t reopen_ms;          /* after the close, in which an item reopens */
    struct str owner;           /* of what nobody else owns, or absent */
    const struct str *fallback; /* channels told when nobody is reached */
    size_t nfallback;
    const struct str *office_hours;
    size_t noffice_hours;

    const struct clock_rule *clocks; /* as written; then with the defaults */
    size_t nclocks;
    const struct person *people;
    size_t npeople;
    const struct rota *rotas;
    size_t nrotas;
    const struct escalation *escalations;
    size_t nescalations;
    const struct owner *owners;
    size_t nowners;
    /* of calendar.d */
    const struct day_range *terms;
    size_t nterms;
    const struct day_range *holidays;
    size_t nholidays;
    const struct day_range *workdays;
    size_t nworkdays;
    const struct key_date *exams;
    size_t nexams;

    struct calendar calendar;
    struct zone *zone;                  /* of the bureau; owned */
    struct zone *zones[DUTY_MAX_ZONES]; /* of rotas; owned */
    size_t nzones;
};

struct config;
struct option;
struct option_reader;
struct ynode;
struct toc_errors;

/* Fill in what follows from several options, and say what does not go
 * together.  Errors and warnings go where config_check's go. */
void config_duty_settle(struct config *config, struct toc_errors *errors);
void config_clocks_settle(struct config *config, struct toc_errors *errors);
void config_key_dates_settle(struct config *config, struct toc_errors *errors);
/* What an owner of a list may have besides its names, NULL-ended; and take it
 * from the list. */
extern const char *const config_owner_keys[];
void config_owners_read(const struct option_reader *reader,
    const struct ynode *list, struct config *config);
/* Free the zones. */
void config_duty_done(struct duty *duty);
/* The deadlines that the program brings. */
const struct clock_rule *config_clocks_shipped(size_t *ret_n);

const struct person *duty_person(const struct duty *duty, struct str name);
const struct rota *duty_rota(const struct duty *duty, struct str name);
const struct owner *duty_owner(const struct duty *duty, struct str name);
const struct clock_rule *duty_clock(const struct duty *duty, struct str id);
/* Who is more on call in rota by key dates, from since on for a year; in arena.
 */
int duty_extras(const struct config *config, struct str rota, struct wall since,
    struct arena *arena, const struct rota_extra **ret, size_t *ret_n);

#endif
