/*
 * site: a page of an own site, checked for what its owner must mend.
 *
 * Defaced titles and redirects, links that a visitor cannot see, numbers of
 * persons that should not be public, and the newest publication.  Numbers are
 * only counted: no value leaves this file's functions.
 */
#ifndef TOCSIN_FEEDS_SITE_H
#define TOCSIN_FEEDS_SITE_H

#include "feeds/feeds.h"

enum {
    SITE_MAX_LINKS = 500, /* hidden links that are reported */
    SITE_MAX_FINDINGS = 64,
    SITE_MAX_VALUES = 20000 /* numbers of persons that are told apart */
};

enum site_data_kind {
    SITE_ID_CARD,   /* resident identity numbers with a right checksum */
    SITE_PHONE,     /* mobile numbers that no office is named for */
    SITE_BANK_CARD, /* card numbers with a right checksum */
    SITE_NAME_LIST, /* names in a list with something sensitive */
    SITE_DATA_KINDS
};

/* "id_card", "phone", "bank_card", "student_name_list". */
const char *site_data_name(enum site_data_kind kind);

struct site_finding {
    const char *kind;    /* static: "meta_swapped", "script_redirect", … */
    struct str evidence; /* from the page */
};

struct site_report {
    bool defaced;
    const struct str *hidden_links; /* absolute */
    size_t nhidden_links;
    size_t data[SITE_DATA_KINDS]; /* different values of each kind */
    struct wall newest;           /* newest publication, or WALL_NONE */
    const struct site_finding *findings;
    size_t nfindings;
};

/* Check a page, or a document that one links to (feeds/attachment.h), which can
 * only leak.  0, E_PARSE, E_LIMIT or E_NOMEM with *reterr. */
int site_check(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct site_report **ret);

#endif
