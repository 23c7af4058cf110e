/*
 * config_site: what own sites are checked for, and how often.
 */
#ifndef TOCSIN_DAEMON_CONFIG_SITE_H
#define TOCSIN_DAEMON_CONFIG_SITE_H

#include "base/err.h"
#include "feeds/source.h"

enum {
    CONFIG_SITE_MAX_COLUMNS = 60, /* of one site that are looked at */
    CONFIG_SITE_MAX_WORDS = 2000  /* of the bureau's list */
};

/* A word that is not to stand on a page, and the right one. */
struct wrong_word {
    struct str wrong, right; /* right may be absent */
    struct str note;         /* for the owner, or absent */
};

/* The section `sites:`. */
struct config_sites {
    int64_t visits_per_day, rounds_per_day, requests_per_hour, concurrent;
    int64_t open_ms;       /* a page has to be there in that time */
    int64_t window_ms;     /* that the share is of */
    int64_t share_percent; /* of failed visits that is borne */
    int64_t down_after;    /* failed visits in a row */
    int64_t link_failures; /* in a row, until a link is broken */
    int64_t cert_first_ms, cert_second_ms, cert_last_ms;
    int64_t home_ms, news_ms, notices_ms; /* how old the newest may be */
    bool empty_columns;
    int64_t pages, documents, links; /* looked at in a round */
    int64_t recheck_ms; /* until a page with findings is looked at again */
    struct str words_path;
    const struct wrong_word *words; /* in order of the file */
    size_t nwords;
};

struct config;
struct arena;

/* Read the bureau's word list from the text of its file. */
void config_site_words(
    struct config *config, struct str text, struct toc_errors *errors);
/* What a source of kind site says besides; of another kind it says nothing of
 * the sort.  file, line, column: where it stands. */
void config_site_check(const struct config *config, const struct source *source,
    const char *file, unsigned line, unsigned column,
    struct toc_errors *errors);
/* "news" or "notice": what a column is by its kind, or its title. */
struct str config_site_column_kind(const struct source_column *column);

#endif
