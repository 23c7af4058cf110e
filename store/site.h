/*
 * site: what is known of own sites, as the engine writes it (view_site.h is
 * the readers').
 *
 * A finding is one row for ever: gone when it is seen corrected, there again
 * when it comes back.  A page is one address of a site.
 */
#ifndef TOCSIN_STORE_SITE_H
#define TOCSIN_STORE_SITE_H

#include "base/digest.h"
#include "store/store.h"
#include "store/view_site.h"

enum {
    STORE_SITE_MAX_PAGES = 5000, /* that are known of one site */
    STORE_SITE_MAX_HOSTS = 1000, /* of one site */
    STORE_SITE_KEY_SIZE = 32
};

/* Make the rows of sites those of the configuration.  What is known of a site
 * at another address is forgotten, and its findings are gone. */
int store_site_sync(struct store *store, const struct source *sources, size_t n,
    struct wall now);

/* How a site stands. */
struct site_known {
    uint64_t round;
    struct wall round_started, round_done, baseline, last_visit, last_opened;
    uint32_t failures;
    struct str known_addresses; /* networks, one a line */
    struct str last_reason;
    struct wall cert_expires;
    struct str cert_subject, cert_issuer, cert_trouble;
    struct str addresses, landed, title;
    struct wall newest;
};
int store_site_load(struct store *store, struct str source, struct arena *arena,
    struct site_known *ret);
int store_site_save(
    struct store *store, struct str source, const struct site_known *known);

/* A visit of its home page; reason is absent when it opened. */
int store_site_visit(struct store *store, struct str source, struct wall at,
    bool opened, int status, int64_t elapsed_ms, struct str reason);
/* Its visits since, and those that failed. */
int store_site_visits(struct store *store, struct str source, struct wall since,
    uint32_t *ret, uint32_t *ret_failed);

/* --- pages -----------------------------------------------------------------
 */
struct site_page_put {
    struct str source, url;
    enum site_page_purpose purpose;
    struct str name, kind; /* kind also "image" */
    int64_t fresh_ms;
    struct str from; /* the page that links to it, or absent: configured */
    uint32_t from_line;
    struct wall now;
    int64_t added_ms; /* since when it is there; 0: now */
};
/* Remember a page, or that it is linked still.  A page that is a column, or the
 * home page, stays one; E_LIMIT beyond STORE_SITE_MAX_PAGES. */
int store_site_page_put(struct store *store, const struct site_page_put *put);
/* Forget what from does not link to any more (its links were put at now), and
 * what only forgotten pages link to, but what has findings: that has no parent
 * then, and is forgotten when they are gone. */
int store_site_page_unlinked(
    struct store *store, struct str source, struct str from, struct wall now);
/* Columns that were found on the home page are mere pages, until they are put
 * again. */
int store_site_columns_begin(struct store *store, struct str source);
int store_site_page_load(struct store *store, int64_t id, struct arena *arena,
    struct site_page_row *ret);
int store_site_page_find(struct store *store, struct str source, struct str url,
    struct arena *arena, struct site_page_row *ret);
/* The one of this purpose that is to be looked at next in round, when fewer
 * than most were; else E_NOTFOUND. */
int store_site_page_next(struct store *store, struct str source,
    enum site_page_purpose purpose, uint64_t round, int64_t most,
    struct arena *arena, struct site_page_row *ret);
/* The page, not the home page, that findings are on, or that is their target,
 * and that was looked at longest ago; E_NOTFOUND. */
int store_site_page_recheck(struct store *store, struct str source,
    struct arena *arena, struct site_page_row *ret);
/* A look at it, that opened or did not. */
struct site_page_look {
    int64_t id;
    uint64_t round;
    struct wall at;
    bool opened;
    bool counts; /* a failure that counts: not one of ours */
    bool died;   /* it ended its parser */
    int status;
    struct str reason; /* absent when it opened */
};
int store_site_page_looked(
    struct store *store, const struct site_page_look *look);
/* Pages that ended most parsers or more may end one more. */
int store_site_pages_forgive(
    struct store *store, struct str source, unsigned most);
/* What was read in it. */
struct site_page_reading {
    int64_t id;
    struct wall at, newest;
    uint32_t entries, dated;
    struct str title, masked;
    struct str digest; /* the page is another when it is another */
};
int store_site_page_read(
    struct store *store, const struct site_page_reading *reading);

/* --- findings --------------------------------------------------------------
 */
struct site_finding_put {
    struct str source, page, target, evidence, mask;
    enum site_kind kind;
    enum site_group group;
    const char *kind_name;
    enum level level;
    int points;
    uint32_t line, end_line, count;
    struct str hash; /* of what makes it, or absent: then its evidence does */
    struct wall now;
};
enum site_finding_is {
    SITE_FINDING_SAME,
    SITE_FINDING_NEW,     /* or there again */
    SITE_FINDING_CHANGED, /* there, and something of it is another */
    SITE_FINDING_ACCEPTED_SAME
};
/* It is there.  One that was accepted as no fault stays so until what makes it
 * changes; then it is NEW. */
int store_site_finding_put(struct store *store,
    const struct site_finding_put *put, int64_t *ret_id,
    enum site_finding_is *ret);
/* It was seen corrected.  That somebody took it for no fault holds when it
 * comes back, but for "unreachable". */
int store_site_finding_gone(struct store *store, int64_t id, struct wall now);
int store_site_finding_incident(
    struct store *store, int64_t id, int64_t incident);
int store_site_finding_accept(struct store *store, int64_t id, struct str by,
    struct str reason, struct wall now);
/* Those that are there on a page, accepted ones too; absent page: on any. */
int store_site_findings(struct store *store, struct str source, struct str page,
    struct arena *arena, struct site_finding_row **ret, size_t *ret_n);
/* Those of one kind with this target on any page that are there. */
int store_site_findings_about(struct store *store, struct str source,
    const char *kind_name, struct str target, struct arena *arena,
    struct site_finding_row **ret, size_t *ret_n);
int store_site_finding_load(struct store *store, int64_t id,
    struct arena *arena, struct site_finding_row *ret);
/* The last incident of a site's findings of a group; E_NOTFOUND. */
int store_site_incident(struct store *store, struct str source,
    enum site_group group, int64_t *ret);
/* Sites that left the configuration, or are at another address and not visited
 * yet, and have an open incident with nothing that is there.  (What a person
 * opened again at a site that is checked is hers to close.) */
int store_site_unsettled(
    struct store *store, struct arena *arena, struct str **ret, size_t *ret_n);

/* --- hosts -----------------------------------------------------------------
 */
/* A site leads to host.  *ret_waits: it is neither of the first round nor
 * approved.  E_LIMIT beyond STORE_SITE_MAX_HOSTS. */
int store_site_host_put(struct store *store, struct str source, struct str host,
    struct str page, uint32_t line, bool baseline, struct wall now,
    bool *ret_waits);
/* Approve one host, or all when it is absent; *ret_n how many were not yet. */
int store_site_hosts_approve(struct store *store, struct str source,
    struct str host, struct str by, struct wall now, uint32_t *ret_n);

/* The key of the keyed hashes, made of random when there is none yet. */
int store_site_key(struct store *store,
    const uint8_t random[STORE_SITE_KEY_SIZE],
    uint8_t ret[STORE_SITE_KEY_SIZE]);

#endif
