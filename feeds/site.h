/*
 * site: a page of an own site, checked for what its owner must mend.
 *
 * Defaced titles and redirects, links that a visitor cannot see, numbers of
 * persons that should not be public, and the newest publication.  Numbers are
 * only counted: no value leaves this file's functions.
 */
#ifndef TOCSIN_FEEDS_SITE_H
#define TOCSIN_FEEDS_SITE_H

#include "base/digest.h"
#include "feeds/feeds.h"
#include "feeds/sitekind.h"

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

/* Lines of the page's HTML as it came, from 1; first 0: not known. */
struct site_lines {
    uint32_t first, last;
};

struct site_finding {
    const char *kind;    /* static: "meta_swapped", "script_redirect", … */
    struct str evidence; /* from the page */
    struct site_lines lines;
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

/* --- what the daemon keeps of a page ----------------------------------------
 */

enum {
    SITE_MAX_SEEN = 64,    /* findings of a page */
    SITE_MAX_REFS = 2000,  /* links of a page; the rest is not told */
    SITE_MAX_COLUMNS = 40, /* of a home page */
    SITE_MAX_MASKED = 40,  /* sentences */
    SITE_MAX_WORDS = 2000, /* of the bureau's list */
    SITE_EVIDENCE_BYTES = 300,
    SITE_LINK_TEXT_BYTES = 120
};

/* What a page is looked at for. */
enum site_look {
    SITE_LOOK_HOME,   /* its columns are told */
    SITE_LOOK_COLUMN, /* its newest date is that of its list */
    SITE_LOOK_PAGE,
    SITE_LOOK_DOCUMENT
};

/* A word of the bureau's own list; right may be absent. */
struct site_word {
    struct str wrong, right;
};

struct site_want {
    enum site_look look;
    struct str key; /* of the keyed hashes; absent: there are none */
    const struct site_word *words;
    size_t nwords;
};

enum site_ref_kind {
    SITE_REF_PAGE,
    SITE_REF_DOCUMENT, /* by its name: PDF, DOCX, XLSX, DOC, XLS, WPS, ET */
    SITE_REF_IMAGE,
    SITE_REF_ELSEWHERE /* another site's: links, scripts and frames */
};

struct site_ref {
    enum site_ref_kind kind;
    struct str url;  /* absolute, without its fragment */
    struct str text; /* of the link, masked; "<script>", "<iframe>" */
    uint32_t line;   /* 0: not known */
};

/* One finding of a page: there is one per kind and target. */
struct site_seen {
    enum site_kind kind;
    struct str target;   /* of DEFACED how (site_finding.kind), of LEAK what
                          * (site_data_name), of WRONG_WORD the word */
    struct str evidence; /* of the page, masked; of a LEAK where, never what */
    struct site_lines lines;
    uint32_t count;  /* links, different values, places; else 1 */
    struct str mask; /* LEAK: one of the values, masked; absent of names */
    bool hashed;     /* the same hash: the finding has not changed */
    uint8_t hash[DIGEST_SIZE]; /* HMAC over what makes it, in order of value */
};

struct site_reading {
    const struct site_report *report; /* as site_check gives it */
    struct str title;                 /* masked */
    struct wall newest; /* of a column's list; otherwise report->newest */
    uint32_t entries;   /* publications that it lists */
    uint32_t dated;     /* of them with a date */
    bool doubtful;      /* entries is 0, yet the page does not say that there
                         * are none: its list may be brought by script */
    const struct site_seen *seen;
    size_t nseen;
    const struct site_ref *refs; /* each once, in order */
    size_t nrefs;
    const struct site_ref *columns; /* pages of refs that list news or notices,
                                     * with the column's name */
    size_t ncolumns;
    uint8_t digest[DIGEST_SIZE]; /* of the page without what changes by itself,
                                  * and without the order of its blocks */
    const struct str *masked;    /* what that was, a sentence each (zh) */
    size_t nmasked;
};

/* What a column of this name lists.  False when the name says neither. */
enum site_column { SITE_COLUMN_NEWS, SITE_COLUMN_NOTICE };
bool site_column_of(struct str name, enum site_column *ret);

/* site_check, and all that is to be kept of the page.  E_PARSE also when
 * another page stands in its place (page_blocked): *reterr says which. */
int site_read(struct arena *arena, const struct feed_input *input,
    const struct site_want *want, struct toc_error *reterr,
    const struct site_reading **ret);

/* The same page as two visitors got it. */
struct site_facts {
    struct str title;
    const struct site_seen *seen;
    size_t nseen;
    const struct site_ref *refs;
    size_t nrefs;
};
/* Whether a crawler is shown what people are not: spam, another title, links
 * to other sites.  *ret is then an AGENT_DEPENDENT finding, without a hash; its
 * texts live in arena.  Lends all of its input. */
bool site_compare(struct arena *arena, const struct site_facts *people,
    const struct site_facts *crawler, struct site_seen *ret);

#endif
