/*
 * siteparts: the parts of feeds/site.c.
 */
#ifndef TOCSIN_FEEDS_SITEPARTS_H
#define TOCSIN_FEEDS_SITEPARTS_H

#include "feeds/htmlpage.h"
#include "feeds/site.h"

/* What is told of the numbers of one kind. */
struct site_leak {
    struct site_lines lines;
    struct str mask; /* of one, masked; absent of names */
    bool hashed;
    uint8_t hash[DIGEST_SIZE];
};

struct site_page {
    struct arena *arena;
    const struct feed_input *input;
    const struct site_want *want; /* NULL: only the report is */
    const struct html *html;      /* NULL: a document, whose text is source */
    struct str source;            /* the page in UTF-8, as it came */
    struct site_report *report;
    struct str *hidden; /* SITE_MAX_LINKS */
    struct site_lines hidden_lines;
    struct site_leak leaks[SITE_DATA_KINDS]; /* when want is set */
    struct site_finding *findings;
    struct site_seen *seen;   /* SITE_MAX_SEEN */
    struct site_index *index; /* siteindex.c; NULL: lines are not told */
};

/* Add a finding; evidence is copied, cut to a line. */
void site_add(struct site_page *page, const char *kind, struct site_lines lines,
    struct str evidence);
/* Whether url leads to another site than the page's own: another registered
 * domain. */
bool site_is_elsewhere(const struct site_page *page, struct str url);

/* sitewords.c: how many different spam words text holds, 0 when it speaks
 * against them ("防范网络赌博"). */
unsigned site_count_spam(struct str text);

/* sitestyle.c: what a style leaves to be seen. */
enum site_sight {
    SITE_SEEN,
    SITE_FOLDED, /* not displayed, as a menu is before it is asked for */
    SITE_HIDDEN  /* off the screen, without size, transparent, clipped */
};
enum site_sight site_style_sight(struct str style);
/* The value of a property; later ones win; absent when there is none. */
struct str site_style_value(struct str style, const char *property);
/* The number that a value begins with, fallback when it has none. */
double site_style_number(struct str value, double fallback);
bool site_style_is_transparent(struct str colour);

/* sitehiding.c: what a page's style sheets and scripts hide by class or id. */
struct site_hiding;
struct site_hiding *site_hiding_read(
    struct arena *arena, const struct html *html);
enum site_sight site_hiding_sight(
    const struct site_hiding *hiding, const struct html *html, uint32_t i);
/* text with \xHH, \uHHHH and %HH decoded (sitescript.c). */
void site_unescape(struct str text, struct buf *out);

/* sitelinks.c: links that a visitor cannot see, and spam that he can. */
int site_find_links(struct site_page *page);

/* sitescript.c: redirects by script or meta, foreign frames. */
void site_find_redirects(struct site_page *page);

/* sitedata.c: numbers of persons in the page's text and source. */
int site_find_data(struct site_page *page);

/* siteindex.c: where in the page's HTML something stands.  NULL without
 * memory. */
struct site_index;
struct site_index *site_index_new(
    struct arena *arena, const struct html *html, struct str source);
/* The line of a place within the source, 0 for one outside. */
uint32_t site_line_at(const struct site_index *index, const char *p);
/* The line where node i begins; 0 when it is not known. */
uint32_t site_line_of(const struct site_index *index, uint32_t i);
/* The same as lines of page: of node i; of a view into its source. */
struct site_lines site_lines_of(const struct site_page *page, uint32_t i);
struct site_lines site_lines_in(const struct site_page *page, struct str part);
/* Let lines reach as far as more. */
void site_lines_add(struct site_lines *lines, struct site_lines more);

/* siteentries.c: what page lists, and of a column the newest of it. */
int site_read_entries(struct site_page *page, struct site_reading *reading);
/* siterefs.c: where page leads, and of a home page its columns. */
int site_read_refs(struct site_page *page, struct site_reading *reading);
/* siteterms.c: words of want's list that are wrong, as findings. */
int site_find_terms(struct site_page *page, struct site_reading *reading);
/* sitedigest.c: digest and masked of reading. */
int site_read_digest(struct site_page *page, struct site_reading *reading);

/* sitemasks.c: what changes by itself.  NULL without memory. */
enum site_mask {
    SITE_MASK_COUNTER,
    SITE_MASK_NOW,
    SITE_MASK_AGO,
    SITE_MASK_TIMING,
    SITE_MASK_YEAR,
    SITE_MASK_WEATHER,
    SITE_MASK_ADDRESS,
    SITE_MASK_SCRIPT,
    SITE_MASK_FORM,
    SITE_MASK_ADVERT,
    SITE_MASK_RANDOM,
    SITE_MASK_COMMENT,
    SITE_MASKS
};
struct site_masks;
struct site_masks *site_masks_new(struct site_page *page);
/* Append a block's text, an address, a script without what changes. */
void site_mask_text(struct site_masks *masks, struct str text, struct buf *out);
void site_mask_address(
    struct site_masks *masks, struct str address, struct buf *out);
void site_mask_script(
    struct site_masks *masks, struct str text, struct buf *out);
/* The end of node i's block when it changes as a whole, else 0. */
uint32_t site_mask_block(struct site_masks *masks, uint32_t i);
/* Note that something of that kind was left out. */
void site_mask_note(
    struct site_masks *masks, enum site_mask kind, struct str sample);
/* What was left out, as sentences of reading. */
int site_masks_tell(struct site_masks *masks, struct site_reading *reading);

/* siteread.c: the finding of that kind and target; when it is there already its
 * count grows.  NULL when there is no room. */
struct site_seen *site_see(struct site_page *page, struct site_reading *reading,
    enum site_kind kind, struct str target);
/* What is to be kept of page, which is open and was checked. */
int site_read_more(struct site_page *page, struct toc_error *reterr,
    struct site_reading *reading);

#endif
