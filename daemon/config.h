/*
 * config: the configuration, read and checked whole.
 *
 *   tocsin.yaml        the bureau, console, limits
 *   sources.d/ *.yaml  sources
 *   owners.d/ *.yaml   schools and offices
 *   people.d/ *.yaml   who may be on call
 *   calendar.d/ *.yaml terms, holidays, make-up workdays, examinations
 *   rules.d/ *.yaml    the bureau's own rules, besides the shipped packs
 *   channels.d/ *.yaml where notifications go
 *   routes.d/ *.yaml   which of them when, and what a greater one drops
 *
 * Reading never changes anything: config_load gives a complete new struct
 * config or all that is wrong.  A config is immutable; everything in it lives
 * in its own arena.  Secrets are read by reference (file, credential,
 * environment) and are never printed.
 */
#ifndef TOCSIN_DAEMON_CONFIG_H
#define TOCSIN_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/level.h"
#include "base/str.h"
#include "daemon/config_keep.h"
#include "daemon/config_console.h"
#include "daemon/config_delivery.h"
#include "daemon/config_duty.h"
#include "daemon/config_report.h"
#include "daemon/config_site.h"
#include "feeds/source.h"
#include "incidents/keydate.h"
#include "incidents/route.h"
#include "net/http.h"
#include "notify/channel.h"
#include "rules/rules.h"

enum {
    CONFIG_MAX_SOURCES = 200000,
    CONFIG_MAX_CHANNELS = 200,
    CONFIG_MAX_OWNERS = 20000,
    CONFIG_MAX_SECRETS = 4,
    CONFIG_MAX_SECRET_BYTES = 4096,
    /* A shorter interval stays what it is: no rhythm is of seconds. */
    CONFIG_LEARNT_LEAST_MS = MS_MINUTE
};

struct channel {
    struct str id, kind, url;
    struct str secrets[CONFIG_MAX_SECRETS]; /* newest first; never printed */
    size_t nsecrets;
    struct str secret_refs[CONFIG_MAX_SECRETS]; /* where each came from */
    enum level min_level;                       /* of incidents it is told of */
    const struct str *allow; /* opened addresses, as for sources */
    size_t nallow;
    bool insecure_http; /* plain http allowed */
    struct str lang;    /* "zh" (default) or "en" */
    const struct str *keywords; /* one of which a robot wants to see */
    size_t nkeywords;
    const struct str *mentions; /* whom it calls, from mention_level on */
    size_t nmentions;
    enum level mention_level;
    int rate; /* messages a minute; 0: the platform's */
    struct str url_ref; /* where url was read from; absent: it stood there */
    struct str template_path, template; /* file and text; or absent */
    struct str from, user;              /* of smtp */
    const struct str *to;
    size_t nto;
    bool insecure_smtp;
    struct str method, content_type; /* of template; or absent */
    const struct str *headers;       /* "Name: value" */
    size_t nheaders;
    struct channel_success success;
    const struct str *conditions; /* kinds that it is told of, "all", "none";
                                     absent: the usual ones */
    size_t nconditions;
    struct hours quiet_hours; /* the house's, unless it has its own or none */
};

enum { RETENTION_MAX_MS_DAYS = 36500 };
#define RETENTION_MAX_MS (RETENTION_MAX_MS_DAYS * (int64_t)MS_DAY)

/* How long what is kept, 0: for ever; hour: of the day of the purge. */
struct config_retention {
    int64_t evidence_ms, incidents_ms, assessed_ms, items_ms, deliveries_ms,
        attempts_ms, polls_ms, conditions_ms, sessions_ms, site_visits_ms,
        site_findings_ms, hour;
};

struct config {
    struct arena *arena; /* owns everything below */
    struct str path;     /* of tocsin.yaml */
    uint8_t hash[32];    /* over all files read, in order */

    struct str bureau, zone, contact, database, region;
    enum level notify_min_level; /* default yellow */
    int64_t ack_expiry_ms;       /* an acknowledgement lasts, default 24 h */
    int64_t recheck_ms; /* until items of incidents are looked at again */
    int64_t condition_after_ms;  /* how long one stands before it is told */
    struct config_delivery delivery;

    /* console */
    struct str console_listen, console_socket, console_url;
    const struct str *console_hosts;
    size_t nconsole_hosts;
    bool console_insecure;
    int64_t session_idle_ms, session_max_ms; /* 30 min, 12 h */
    struct config_access console_access;

    /* fetch */
    int64_t interval_ms, interval_min_ms;     /* default 10 min, floor 1 min */
    int64_t interval_max_ms;                  /* of learnt schedules */
    struct str schedule;                      /* "fixed" or "learnt" */
    int64_t polls_per_hour;                   /* of learnt ones; 0: derived */
    int64_t host_gap_ms;                      /* default 1 s */
    int64_t fetch_concurrent, fetch_per_host; /* 64, 1 */
    int64_t max_body_bytes, max_wire_bytes, max_header_bytes;
    int64_t connect_ms, first_byte_ms, total_ms;
    struct str websub_callback; /* of hubs; absent: none is asked */
    int64_t further_pages;     /* followed after a gap; 5 */
    int64_t backfill_after_ms; /* published so long before: no alarm; 2 days */
    struct str notify_trust;            /* PEM file; absent: none */
    struct str fetch_trust, fetch_proxy; /* PEM file, URL; absent: none */
    enum http_scope fetch_scope;    /* of what a gap is kept; a host */
    bool obey_robots, robots_feeds; /* pages; feeds too: true, false */
    const struct str *allow; /* allow_addresses */
    size_t nallow;
    const uint16_t *ports;
    size_t nports;

    /* parse */
    int64_t parsers;                          /* 0: as many as cores */
    int64_t parse_cpu_ms, parse_memory_bytes; /* 2 s, 512 MiB */

    struct config_sites sites; /* own ones */
    struct config_retention retention;
    struct config_keep kept; /* backups, room on the disk */
    const struct str *no_names; /* categories; absent: config_privacy.c */
    size_t nno_names;

    const struct source *sources;
    size_t nsources;
    const struct channel *channels;
    size_t nchannels;
    const struct key_date *key_dates;
    size_t nkey_dates;
    struct duty duty; /* deadlines, people, rotas, policies, calendar */
    const struct rule_owner *owners; /* schools and offices, by name */
    size_t nowners;
    const struct report_schedule *reports;
    size_t nreports;
    const struct route *routes; /* none: every channel hears of everything */
    size_t nroutes;
    const struct inhibit *inhibits;
    size_t ninhibits;
    struct hours quiet_hours;   /* of channels without their own */
    bool act_links;             /* messages carry links to act by */
    int64_t act_links_ms;       /* how long they are good */

    /* texts of the rule files, as compiled; the shipped packs, from
     * $TOCSIN_RULES_DIR or the installed folder, come first */
    bool rules_shipped;
    struct str rules_approval; /* "one", "two": a second person has to agree
                                  to what is edited on the console */
    struct str rules_edited; /* folder of what was edited on the console */
    const struct rule_file *rules;
    size_t nrules;
    struct rule_file region_file; /* text absent when there is none */
    struct toc_errors warnings;   /* what is no error: of the rules */
};

/* Read path (tocsin.yaml) and the folders beside it.  E_CONF with everything
 * that is wrong in errors; rule files are compiled once to check them, the set
 * is returned in *ret_rules (the caller frees).  Environment is read only for
 * secrets that ask for it, and TOCSIN_RULES_DIR. */
int config_load(const char *path, struct toc_errors *errors,
    struct config **ret, struct ruleset **ret_rules);
void config_free(struct config *config);
/* What was understood, as YAML, without secrets (`tocsin check --print`). */
int config_print(const struct config *config, struct buf *out);
/* Source or channel by id, or NULL. */
const struct source *config_source(const struct config *config, struct str id);
const struct channel *config_channel(
    const struct config *config, struct str id);
/* Whether messages about incidents of category quote nothing and name nobody. */
bool config_is_discreet(const struct config *config, struct str category);

#endif
