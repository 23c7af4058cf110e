/*
 * siteparts: the parts of feeds/site.c.
 */
#ifndef TOCSIN_FEEDS_SITEPARTS_H
#define TOCSIN_FEEDS_SITEPARTS_H

#include "feeds/htmlpage.h"
#include "feeds/site.h"

struct site_page {
    struct arena *arena;
    const struct feed_input *input;
    const struct html *html; /* NULL: a document, whose text is source */
    struct str source;       /* the page in UTF-8, as it came */
    struct site_report *report;
    struct str *hidden; /* SITE_MAX_LINKS */
    struct site_finding *findings;
};

/* Add a finding; evidence is copied, cut to a line. */
void site_add(struct site_page *page, const char *kind, struct str evidence);
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

#endif
