/*
 * console: the desk's pages and the API, from one set of handlers.
 *
 * A handler builds one JSON value; `Accept: application/json` (or a path under
 * /api/v1) gets the value, a browser gets the template filled with it.  It
 * belongs to the console role: it listens and reads the store, and asks the
 * engine for everything else.
 */
#ifndef TOCSIN_CONSOLE_CONSOLE_H
#define TOCSIN_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/catalog.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "console/action.h"
#include "console/report.h"
#include "net/loop.h"
#include "store/view.h"

enum {
    CONSOLE_MAX_HOSTS = 16,
    CONSOLE_MAX_PROXIES = 16,
    CONSOLE_MAX_GROUPS = 32
};

/* Users whom a reverse proxy vouches for (docs/console-access.md). */
struct console_proxy_user {
    struct str header; /* name of the header with the user; absent: none */
    struct str from[CONSOLE_MAX_PROXIES]; /* addresses that may send it */
    size_t nfrom;
    struct str groups; /* name of the header with his groups, or absent */
    struct str roles[CONSOLE_MAX_GROUPS]; /* "GROUP=ROLE" */
    size_t nroles;
    struct str create; /* role of a user that is not known yet; absent: none */
};

struct console_config {
    struct str listen;      /* "127.0.0.1:8480", "[::1]:8480"; absent: none */
    int listen_fd; /* taken: listens already in listen's place; 0: none */
    struct str socket_path; /* unix socket; absent: none */
    struct str hosts[CONSOLE_MAX_HOSTS]; /* allowed Host values besides the
                                            listening address */
    size_t nhosts;
    struct str url; /* how people reach it, for links */
    struct str bureau;
    struct str zone;                      /* IANA name */
    struct str templates_dir, static_dir; /* read at start, kept in memory */
    uint64_t generation;
    bool insecure; /* allow a non-loopback address without TLS */
    int64_t session_idle_ms, session_max_ms; /* 0: 30 min, 12 h */
    struct str texts_dir; /* absent: "texts" beside the templates */
    /* Addresses of reverse proxies: their X-Forwarded-For is believed, and they
     * may hold more connections than one person.  With none, and with a url
     * elsewhere than the loopback address listened on, that is this machine. */
    struct str proxies[CONSOLE_MAX_PROXIES];
    size_t nproxies;
    struct console_proxy_user proxy_user;
    struct str factor; /* least role that must have a second factor, or absent */
    unsigned factor_role; /* the same as enum role; filled in */
};

struct console;

struct console_ops {
    /* Send action to the engine; the answer comes by console_answer with the
     * same token.  0 or an error (then no answer comes). */
    int (*act)(void *arg, uint64_t token, const struct action *action);
    /* Make a report now and write it into out.  0; E_PARSE the range or format
     * is none; E_LIMIT it has not begun or is too long.  NULL: there are none.
     */
    int (*report)(void *arg, const struct report_ask *ask, struct buf *out,
        struct report_answer *ret);
    /* Write the sheet into out; *ret_type is its media type, static.  0;
     * E_PARSE the format is none.  NULL: there are no sheets. */
    int (*sheet)(void *arg, const struct sheet_ask *ask, struct buf *out,
        const char **ret_type);
};

/* Make a console: reads its templates, texts and static files, and listens;
 * nothing is accepted before console_start.  config is copied, view is
 * borrowed. */
int console_new(struct loop *loop, const struct console_config *config,
    struct view *view, const struct console_ops *ops, void *arg,
    struct toc_error *reterr, struct console **ret);
/* Accept connections (after lockdown). */
int console_start(struct console *console);
void console_free(struct console *console);
void console_answer(struct console *console, uint64_t token,
    const struct action_result *result);
/* The TCP port that is listened on, 0 when there is none (for tests). */
uint16_t console_port(const struct console *console);
/* Something was committed: tell open pages. what: "incident", "source",
 * "delivery", "config"; id 0 when there is none. */
void console_changed(struct console *console, const char *what, int64_t id);
/* A new configuration was swapped in (listeners stay). */
int console_reconfigure(
    struct console *console, const struct console_config *config);

#endif
