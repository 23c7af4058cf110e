/*
 * view_site: own sites as the console reads them: how each stands, what was
 * found on it and is there or gone, its columns, the hosts that it leads to.
 */
#ifndef TOCSIN_STORE_VIEW_SITE_H
#define TOCSIN_STORE_VIEW_SITE_H

#include "base/digest.h"
#include "feeds/sitekind.h"
#include "store/view.h"

enum {
    VIEW_SITES_MAX = 5000,
    VIEW_SITE_FINDINGS_MAX = 5000,
    VIEW_SITE_PAGES_MAX = 1000,
    VIEW_SITE_HOSTS_MAX = 1000,
    VIEW_SITE_DAYS = 35 /* that visits are kept */
};

/* How one site stands. */
struct site_row {
    struct str source, title, url, owner; /* owner may be absent */
    uint32_t visits, failed;              /* of the seven days before now */
    struct wall last_visit, last_opened;  /* or WALL_NONE */
    uint32_t failures;                    /* visits in a row */
    struct str last_reason;   /* of the last visit when it failed, or absent */
    struct wall cert_expires; /* WALL_NONE: none, or not known */
    struct str cert_subject, cert_issuer;
    struct str cert_trouble;   /* what is wrong with it, or absent */
    struct str landed;         /* where its home page is, after redirects */
    struct str addresses;      /* that its name stood for last, one a line */
    struct str page_title;     /* of its home page */
    struct wall newest;        /* newest date of its home page */
    uint64_t round;            /* number of the round at hand; 0: none yet */
    struct wall round_started; /* of it */
    struct wall round_done;    /* when the last whole one ended */
    struct wall baseline;      /* when its first round ended, or WALL_NONE */
    uint32_t pages, documents, columns; /* that are known of it */
    uint32_t open[SITE_GROUPS];         /* findings that are there */
    uint32_t accepted;                  /* besides: said to be no fault */
    uint32_t gone;                      /* findings that were there */
    uint32_t hosts_waiting;             /* to be approved */
    enum level worst; /* of the heaviest that is there, or LEVEL_NONE */
};
struct site_filter {
    struct str owner;  /* absent: any */
    struct str source; /* absent: any */
    unsigned groups; /* bits 1 << enum site_group that have findings; 0: any */
    size_t limit;    /* 0: VIEW_SITES_MAX */
};
/* What is to be mended first stands first.  Sites that left the configuration
 * are not among them. */
int view_sites(struct view *view, const struct site_filter *filter,
    struct wall now, struct arena *arena, struct site_row **ret, size_t *ret_n);
/* E_NOTFOUND when there is no such site. */
int view_site(struct view *view, struct str source, struct wall now,
    struct arena *arena, struct site_row *ret);

/* Its visits on one day. */
struct site_day {
    struct wall day; /* when it begins */
    uint32_t visits, failed;
    int64_t mean_ms, slowest_ms; /* of those that opened */
};
/* Days begin offset_ms before midnight UTC (the zone's offset); oldest first;
 * days without visits are left out. */
int view_site_days(struct view *view, struct str source, int64_t offset_ms,
    struct wall now, struct arena *arena, struct site_day **ret, size_t *ret_n);
/* Visits that failed, newest first, at most max. */
struct site_visit_row {
    struct wall at;
    bool opened;
    int status; /* HTTP, 0: none came */
    int64_t elapsed_ms;
    struct str reason;
};
int view_site_failures(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_visit_row **ret, size_t *ret_n);

enum site_page_purpose {
    /* As in SitePurpose (daemon/messages.proto). */
    SITE_PAGE_HOME,
    SITE_PAGE_COLUMN,
    SITE_PAGE_PAGE,
    SITE_PAGE_DOCUMENT,
    SITE_PAGE_LINK /* an image, or another address that is only there or not */
};
struct site_page_row {
    int64_t id;
    struct str url;
    enum site_page_purpose purpose;
    struct str name;  /* of a column, or the words of the link to it */
    struct str kind;  /* of a column: "news", "notice", or "" */
    int64_t fresh_ms; /* older than this its newest date is stale; 0: never */
    struct str from;  /* the page that links to it, or absent */
    uint32_t from_line;
    struct wall added, looked, opened, changed; /* or WALL_NONE */
    int status;        /* HTTP, of the last look; 0: none came */
    uint32_t failures; /* looks in a row */
    struct str reason; /* of the last look when it failed, or absent */
    struct str title;
    struct wall newest; /* or WALL_NONE */
    uint32_t entries, dated;
    struct str masked; /* what was taken as changing by itself, one a line */
    uint32_t deaths;   /* parsers that it ended, in a row */
    uint32_t findings; /* that are there */
};
/* The home page and the columns first, then others by their last look. */
int view_site_pages(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_page_row **ret, size_t *ret_n);

struct site_finding_row {
    int64_t id;
    struct str source, title, owner; /* of the site */
    struct str site_url;
    enum site_kind kind;
    enum site_group group;
    const char *kind_name, *group_name; /* for programs; static */
    struct str page;                    /* address that it is on */
    struct str page_title;
    struct str target;       /* what it is about within the page, or "" */
    struct str evidence;     /* of the page, masked */
    uint32_t line, end_line; /* of the HTML that shows it, from 1; 0: none */
    uint32_t count;
    struct str mask; /* of one value that leaks, or "" */
    enum level level;
    int points;
    struct wall first_seen; /* ever */
    struct wall since;      /* it has been there, or was when it went */
    struct wall last_seen;
    struct wall gone;          /* seen corrected, or WALL_NONE: it is there */
    uint32_t times;            /* that it came */
    int64_t incident;          /* 0: none */
    struct str incident_state; /* its name, or absent */
    struct wall accepted; /* a person said that it is no fault, or WALL_NONE */
    struct str accepted_by, accepted_reason;
};
enum site_finding_which {
    SITE_FINDINGS_OPEN = 1,     /* there, and a fault */
    SITE_FINDINGS_ACCEPTED = 2, /* there, and none */
    SITE_FINDINGS_GONE = 4
};
struct site_finding_filter {
    struct str source, owner; /* absent: any */
    unsigned groups;          /* bits 1 << enum site_group; 0: any */
    unsigned which;           /* bits; 0: SITE_FINDINGS_OPEN */
    int64_t incident;         /* 0: any */
    struct wall gone_from;    /* gone since then only, or WALL_NONE */
    size_t limit;             /* 0: VIEW_SITE_FINDINGS_MAX */
};
/* By site, then the heaviest first. */
int view_site_findings(struct view *view,
    const struct site_finding_filter *filter, struct arena *arena,
    struct site_finding_row **ret, size_t *ret_n);
int view_site_finding(struct view *view, int64_t id, struct arena *arena,
    struct site_finding_row *ret);

/* A host that a site leads to. */
struct site_host_row {
    struct str host, page; /* page: where it was seen first */
    uint32_t line;
    struct wall first_seen, last_seen;
    bool baseline;        /* was there when the site was first looked at */
    struct wall approved; /* or WALL_NONE: to be approved */
    struct str approved_by;
};
/* Those to be approved first. */
int view_site_hosts(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_host_row **ret, size_t *ret_n);

/* Sites and findings of all sites together. */
struct site_counts {
    uint32_t sites;
    uint32_t with[SITE_GROUPS]; /* sites that have findings of the group */
    uint32_t open[SITE_GROUPS]; /* findings */
};
int view_site_counts(struct view *view, struct site_counts *ret);

#endif
