/*
 * sources_find: what may become a source at an address: the feed that it is,
 * the feeds that a page offers, those at the usual paths, and at last its
 * pages that list publications.
 */
#ifndef TOCSIN_CLI_SOURCES_FIND_H
#define TOCSIN_CLI_SOURCES_FIND_H

#include "cli/probe.h"

enum {
    FIND_MAX_FOUND = 16,
    FIND_MAX_FEEDS = 8, /* of those that a page offers, asked for */
    FIND_MAX_LISTS = 8,
    FIND_MIN_ITEMS = 3 /* of a page to be a list */
};

struct found {
    struct str url;
    enum source_kind kind;
    json_t *document; /* owned */
};

struct finding_list {
    struct found found[FIND_MAX_FOUND]; /* the best first */
    size_t nfound;
    /* Addresses that were offered and gave nothing, and why. */
    struct {
        struct str url, sentence;
    } failed[FIND_MAX_FOUND];
    size_t nfailed;
    struct str title; /* of the page, or absent */
};

enum find_as { FIND_ANY, FIND_FEED, FIND_LIST };

/* Look at url.  In FIND_FEED and FIND_LIST it is taken to be that itself.  0
 * with something found, or E_NOTFOUND with the reason in *reterr. */
int sources_find(struct probe *probe, struct str url, enum find_as as,
    const struct feed_input *how, struct toc_error *reterr,
    struct finding_list *ret);
void finding_list_done(struct finding_list *list);

#endif
