/*
 * engine_site: own sites, checked.
 *
 *   engine_site.c           which look is due: schedule → fetch
 *   engine_site_answer.c    what fetch and parsers say of a look, checked
 *   engine_site_visit.c     whether a site is reachable, and a link leads
 *                           anywhere
 *   engine_site_page.c      what a page says: findings, links, columns, hosts
 *   engine_site_find.c      findings that come and go
 *   engine_site_incident.c  findings → an incident per site and group
 *   engine_site_words.c     what they are called
 *   engine_site_act.c       what people ask
 *
 * A look is one request to one address of a site, a round all looks of one
 * check.  A site has one look in flight.  What is next is asked of the store
 * each time, so a restart loses nothing and repeats at most one look.  A visit
 * of the home page is due at fixed instants of the day, of a phase of its own.
 *
 * What a look brings is one step of the transaction of the moment: the look,
 * its findings, and what becomes of their incidents.
 */
#ifndef TOCSIN_DAEMON_ENGINE_SITE_H
#define TOCSIN_DAEMON_ENGINE_SITE_H

#include "daemon/engine.h"
#include "daemon/engine_act.h"
#include "store/site.h"

enum {
    SITE_MAX_IN_FLIGHT = 64,
    SITE_PATIENCE_MS = 2 * 60 * 1000, /* beyond a look's own time */
    SITE_MAX_DEATHS = 3,     /* of parsers on a page; it is not read then */
    SITE_FORGIVE_ROUNDS = 7, /* it is tried again, once in so many */
    SITE_MAX_PUT_OFF = 3,    /* times in a row; the page had its turn then */
    SITE_MAX_HOME_BYTES = 1024 * 1024, /* kept for the crawler's look */
    SITE_MAX_ITEMS = 60,   /* pages of an incident that become items */
    SITE_LEAST_VISITS = 20 /* before a share of them says anything */
};

struct site {
    const struct source *source; /* in the configuration */
    uint16_t host;
    uint64_t look; /* in flight, or 0 */
    uint64_t round;
    bool round_open;
    bool baseline;                 /* no round has ended yet */
    struct wall learnt;            /* when it had */
    bool asked;                    /* a person wants it checked now */
    bool want_plain, want_crawler; /* in this round, behind the home page */
    int64_t put_off;               /* page that was not answered last, or 0 */
    Tocsin__SitePurpose put_off_for;
    unsigned put_off_times;
    struct wall next_visit, next_round, next_recheck;
    uint8_t *home; /* what the home page said in this round, packed, or NULL */
    size_t home_bytes;
};

struct site_slot {
    uint64_t number; /* 0: free; cannot be guessed */
    uint32_t site;
    Tocsin__SitePurpose purpose;
    int64_t page;    /* of the store */
    int32_t parser;  /* that has it, -1 */
    bool visited;    /* fetch has said how it went */
    bool handed;     /* a parser's result is to come */
    bool read;       /* it came */
    uint64_t serial; /* of handing over */
    uint64_t round;
    struct mono sent;
};

struct site_desk {
    struct site *sites;
    size_t n;
    struct site_slot looks[SITE_MAX_IN_FLIGHT];
    size_t in_flight;
    uint32_t first; /* whose turn is next, when not all can have one */
    struct mono host_next[ENGINE_HOSTS]; /* no request before */
    uint8_t host_busy[ENGINE_HOSTS];
    struct loop_timer *timer;
    uint8_t key[STORE_SITE_KEY_SIZE]; /* of keyed hashes */
    uint64_t serial;
    uint64_t rollbacks; /* of the engine, when the sites were planned */
};

/* --- engine_site.c ---------------------------------------------------------
 */
/* A configuration is in force, the first or another: looks in flight are given
 * up.  When it fails, which is logged, no site is looked at. */
void engine_site_reload(struct engine *engine);
void engine_site_done(struct engine *engine); /* tests */
/* Within the transaction that takes a configuration. */
int engine_site_sync(struct engine *engine, const struct config *config);
/* Send what is due; at every pulse, and by its own timer. */
void engine_site_run(struct engine *engine);
/* A person wants this source checked.  E_NOTFOUND, E_DENIED no site, E_STATE it
 * is being checked. */
int engine_site_probe(struct engine *engine, struct str source);
struct site *site_find(struct engine *engine, struct str source);
/* The look has ended: the next may go out. */
void site_look_end(struct engine *engine, struct site_slot *look);

/* --- engine_site_answer.c --------------------------------------------------
 */
void engine_site_visit(struct engine *engine, const Tocsin__SiteVisit *in);
void engine_site_handed(struct engine *engine, const Tocsin__PollHanded *in);
void engine_site_result(
    struct engine *engine, uint32_t parser, const Tocsin__SiteResult *in);
void engine_site_parser_died(struct engine *engine, uint32_t parser);
void engine_site_fetch_died(struct engine *engine);
void engine_site_patience(struct engine *engine);

/* --- a step ----------------------------------------------------------------
 */
enum site_change_is { SITE_CAME, SITE_CHANGED, SITE_WENT };
/* What a look brings, while it is written. */
struct site_step {
    struct engine *engine;
    struct site *site;
    const struct source *source;
    const struct site_slot *look; /* NULL: a person's act */
    struct site_page_row page;    /* that was looked at */
    const Tocsin__SiteVisit *visit;
    const Tocsin__SiteResult *result;
    struct wall now;
    unsigned touched; /* groups, as bits, whose findings changed */
    struct site_change {
        int64_t finding;
        enum site_group group;
        struct str page;
        enum site_change_is is;
    } * changes;
    size_t nchanges, changes_cap; /* in the engine's arena */
};

/* engine_site_find.c: one finding of the step's source. */
struct site_fault {
    enum site_kind kind;
    struct str page, target, evidence, mask;
    uint32_t line, end_line, count;
    enum level level; /* LEVEL_NONE: as its kind */
    int points;       /* 0: as its kind */
    struct str hash;  /* of what makes it; absent: its evidence does */
};
/* What a fault is about, as it is stored: masked, in the engine's arena. */
struct str site_target(struct site_step *step, struct str target);
/* It is there. */
int site_found(struct site_step *step, const struct site_fault *fault);
/* Nothing like it is there: kind on page about target, when it was. */
int site_not_found(struct site_step *step, enum site_kind kind, struct str page,
    struct str target);
/* This row was seen corrected. */
int site_gone(struct site_step *step, const struct site_finding_row *row);
/* A hash that stays while words stays, in the engine's arena. */
struct str site_hash(struct site_step *step, struct str words);

/* engine_site_visit.c: what fetch says of a look. */
int site_step_visit(struct site_step *step);
/* What the site's name stands for now is its own. */
int site_learn_addresses(struct site_step *step);
/* engine_site_page.c: what a parser says of it. */
int site_step_read(struct site_step *step);
/* engine_site_incident.c: let the incidents feel what changed. */
int site_settle(struct site_step *step);
/* Close what nothing is there of any more; within a transaction. */
int engine_site_unsettled(struct engine *engine);

/* engine_site_words.c; static, Chinese. */
const char *site_kind_words(enum site_kind kind);
/* Of one finding: "unreachable" is two things. */
const char *site_row_words(const struct site_finding_row *row);
const char *site_target_words(enum site_kind kind, struct str target);
/* "2026-06-07" in the bureau's zone. */
struct str site_day(struct engine *engine, struct wall at);
/* The registered part of a host, roughly: what two hosts of one owner share. */
struct str site_domain(struct str host);
struct str site_host(struct str url);

/* --- engine_site_act.c -----------------------------------------------------
 */
int act_site_hosts(struct asked *asked);
int act_site_accept(struct asked *asked);

#endif
