/*
 * articlepage: a page prepared for finding its article.
 *
 * Sums over the nodes in document order (letters, letters in links, commas,
 * …) make every question about a subtree a subtraction.  What is never part of
 * an article (navigation, forms, what is hidden) counts nothing in them.
 */
#ifndef TOCSIN_FEEDS_ARTICLEPAGE_H
#define TOCSIN_FEEDS_ARTICLEPAGE_H

#include "feeds/feeds.h"
#include "feeds/html.h"

/* How strictly parts are left out; a try that finds little text is repeated
 * with the next. */
enum article_pass {
    ARTICLE_STRICT,  /* by name, and unlikely parts again after choosing */
    ARTICLE_BY_NAME, /* by name only */
    ARTICLE_LOOSE,   /* only what cannot be text */
    ARTICLE_PASSES
};

struct article_sums {
    uint32_t letters;    /* code points of text; a Han character is two */
    uint32_t links;      /* the same inside <a> */
    uint32_t headings;   /* the same inside h1 … h6 */
    uint32_t commas;     /* , ， 、 ； 。 */
    uint32_t paragraphs; /* <p> */
    uint32_t items;      /* <li> */
    uint32_t blocks;     /* elements that begin a line */
    uint32_t images, inputs, embeds;
};

struct article_page {
    struct arena *arena;
    const struct html *html;
    struct article_sums *before; /* of all nodes before i; n + 1 */
    bool *dropped;               /* the node is no part of an article */
    bool *in_link;               /* inside <a> */
    uint32_t revealed;           /* hidden, but most of the page: a script shows
                                    it; 0 for none */
    int8_t *weight;              /* of the class and id: -25, 0, 25, or both */
    double *score;               /* of candidates */
    uint32_t *marked;            /* candidates, in the order they were found */
    size_t nmarked;
};

/* Prepare html for a pass.  Arrays live in arena.  E_NOMEM. */
int article_page_open(
    struct arena *arena, const struct html *html, struct article_page *ret);
/* Mark what pass leaves out, and sum up again. */
void article_page_pass(struct article_page *page, enum article_pass pass);
/* The sums over nodes [i, end of i). */
struct article_sums article_sums_of(
    const struct article_page *page, uint32_t i);
/* Share of a node's text that stands in links, 0 … 1. */
double article_link_density(const struct article_page *page, uint32_t i);
/* Leave node i and all below out. */
void article_drop(struct article_page *page, uint32_t i);
/* Sum up again after dropping. */
void article_sum(struct article_page *page);

/* articlebody.c: the nodes that hold the article, at most max, in document
 * order; 0 when there is none.  Drops what does not belong to it. */
size_t article_find_body(struct article_page *page, enum article_pass pass,
    uint32_t *ret, size_t max);

/* articletidy.c: text without furniture (share buttons, editors, lines above
 * it), in arena. */
struct str article_tidy(struct arena *arena, struct str text);
/* Whether text ends as sentences do. */
bool article_ends_sentence(struct str text);

/* articlejson.c: the first string called key in the page's JSON-LD, decoded, at
 * most max bytes; absent when there is none. */
struct str article_json(
    struct arena *arena, const struct html *html, const char *key, size_t max);
/* found, or the text that the JSON-LD gives when found is another or hardly a
 * part of it. */
struct str article_json_text(
    struct arena *arena, const struct html *html, struct str found);

/* articlemeta.c */
struct str article_find_title(
    struct arena *arena, const struct html *html, uint32_t *ret_node);
struct wall article_find_date(struct arena *arena, const struct html *html,
    const struct feed_input *input, uint32_t title_node);

#endif
