/*
 * source: one feed or page that is polled.  Types only: the store may include
 * this header.  Sources come from the configuration and live as long as it.
 */
#ifndef TOCSIN_FEEDS_SOURCE_H
#define TOCSIN_FEEDS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum source_kind {
    SOURCE_FEED, /* RSS, Atom, RDF, JSON Feed, sitemap: told by its content */
    SOURCE_LIST, /* an HTML page that lists publications */
    SOURCE_PUSH, /* nothing is polled: somebody brings its items */
    SOURCE_SITE  /* an own site, that is checked and not polled */
};

/* Whether an item that comes with a headline only has its own page read. */
enum source_articles {
    ARTICLES_NEVER,
    ARTICLES_MATCHED, /* when a rule held on the headline, or there is none */
    ARTICLES_ALWAYS
};

/* A page of an own site that lists publications. */
struct source_column {
    struct {
        const char *file;
        unsigned line, column;
    } at; /* where it stands, as struct written (incidents/written.h) */
    struct str title, url;
    struct str kind;  /* "news", "notice"; absent: told by its title */
    int64_t fresh_ms; /* its newest date may be that old; 0: as its kind */
};

/* What a site says besides. */
struct source_site {
    const struct source_column *columns; /* none: found on its home page */
    size_t ncolumns;
    bool crawler;       /* its home page is also asked for as a crawler does */
    bool ignore_robots; /* its robots.txt does not bind its own bureau */
};

struct source {
    struct str id; /* unique, [a-z0-9-] */
    struct str url;
    enum source_kind kind;
    struct str title;
    struct str owner; /* school or office, or absent */
    struct str proxy; /* its own, "direct", or absent */
    struct str tier;  /* own, institution, press, aggregator, forum */
    const struct str *tags;
    size_t ntags;
    int weight;          /* reach, per cent; 100 is neutral */
    int64_t interval_ms; /* between polls when all is well */
    struct str schedule; /* "fixed", "learnt", or absent */
    bool learnt;         /* polled by its rhythm: what schedule comes to */
    enum source_articles articles;
    bool websub;       /* whether its hub is asked to tell of news */
    struct str select; /* the records of a list (feeds/select.h), or absent */
    struct str select_link, select_title, select_date; /* within a record */
    struct str zone;         /* zone of dates without one, or absent */
    const struct str *allow; /* "CIDR" or "CIDR:PORT" opened for it */
    size_t nallow;
    struct source_site site; /* SOURCE_SITE */
};

/* Whether it is asked for items by itself. */
static inline bool
source_is_polled(const struct source *source)
{
    return source->kind == SOURCE_FEED || source->kind == SOURCE_LIST;
}

/* What is known of how often a source publishes (feeds/rhythm.h), and what it
 * asks of those who poll it. */
struct source_rhythm {
    struct str learnt;      /* encoded, opaque to the store; absent: nothing */
    double items_a_week;    /* 0: not known yet */
    bool workdays;          /* nearly all of it from Monday to Friday */
    int from_hour, to_hour; /* local, most of a day; equal: no such hours */
    int64_t ttl_ms;         /* of the feed, 0 none */
    uint32_t skip_hours;    /* as in struct poll_answer (feeds/poll.h) */
    uint32_t skip_days;
    struct str next_why; /* poll_why_name: what decided next_poll */
};

/* What polling knows of one source, kept in the store; changes only together
 * with what it brought. */
struct source_state {
    struct str etag, last_modified; /* exactly as received */
    struct str validator_url;       /* the address that gave them */
    uint8_t body_hash[32];          /* of the last body, zero when none */
    struct str seen; /* the seen set (feeds/seen.h), opaque to the store */
    struct str hint; /* how its list was found (feeds/item.h), opaque */
    struct wall first_poll, last_poll, last_success, last_new, next_poll;
    uint32_t failures; /* in a row */
    int64_t interval_ms;
    struct str moved_to; /* target of 301/308 answers in a row */
    uint32_t moved_count;
    struct wall moved_since;
    uint32_t deaths; /* of parsers in a row on its document */
    int state;       /* enum poll_state (feeds/poll.h) */
    struct source_rhythm rhythm;
};

#endif
