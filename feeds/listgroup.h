/*
 * listgroup: records that look alike: read, and judged whether they are a list.
 * For listmine.c only.
 */
#ifndef TOCSIN_FEEDS_LISTGROUP_H
#define TOCSIN_FEEDS_LISTGROUP_H

#include "feeds/listmine.h"

struct listmine {
    const struct list_page *page;
    struct list_record *links; /* by cluster, then in document order */
    size_t n;
    bool hinted; /* the links are those of a known list, with their roots */
};

/* Records [from, to) of mine->links that look alike. */
struct listgroup {
    size_t from, to;
    double score;
    double dated, url_dated; /* shares of the records */
    double letters;          /* of the titles, mean */
    bool aside;              /* navigation, side bar, footer */
};

/* A value into a hash. */
static inline uint64_t
listgroup_mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u ^ (hash >> 29);
}
/* For qsort. */
int listgroup_compare(const void *a, const void *b);
/* Whether node i stands in what surrounds a page's matter. */
bool listgroup_is_aside(const struct html *html, uint32_t i);
/* Read dates and titles of mine->links [a, b). */
void listgroup_read(struct listmine *mine, size_t a, size_t b);
/* Fill the figures and the score of group, whose from and to are set; scratch
 * has room for as many numbers as it has records. */
void listgroup_score(
    struct listmine *mine, struct listgroup *group, uint64_t *scratch);
/* Whether a group is a list and not what every page has. */
bool listgroup_is_list(const struct listgroup *group);

#endif
