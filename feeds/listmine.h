/*
 * listmine: find the records of a page that lists publications.
 *
 * A list is a set of links that stand alike.  The method looks for where one
 * record ends and the next begins:
 *
 *   links      every usable link with a text, in document order
 *   clusters   links with the same path of tags above them
 *   roots      the record of a link: the highest element around it that holds
 *              no other address of its cluster
 *   groups     records of one cluster whose parents look alike
 *   score      how many, how long their titles, how many dated, where
 *
 * The best group is the list, if it is good enough to be one.  "No list" is an
 * answer.  feeds/list.h makes items of the records.
 */
#ifndef TOCSIN_FEEDS_LISTMINE_H
#define TOCSIN_FEEDS_LISTMINE_H

#include "base/clock.h"
#include "feeds/feeds.h"
#include "feeds/html.h"
#include "feeds/pagedate.h"

enum {
    LIST_MAX_LINKS = 20000, /* of a page; the rest is not looked at */
    LIST_MIN_LETTERS = 4,   /* of a title */
    LIST_BARE_LINKS = 3,    /* a page with no more links than this lists them */
    LIST_PATH_LEVELS = 8,   /* tags above a link that make its cluster */
    LIST_MAX_CLUSTERS = 400
};

/* A link, and after mining the record around it. */
struct list_record {
    uint32_t link;     /* node of the <a> with the longest text */
    uint32_t root;     /* node of the record's element */
    uint32_t from, to; /* nodes of all that belongs to it */
    struct str url;
    uint64_t url_hash;
    uint64_t path;    /* of tags above it */
    uint64_t cluster; /* of the path, and of the shape where that parts it */
    uint64_t shape;   /* of its address without digits and values */
    bool has_query;
    uint32_t letters; /* of the text */
    uint64_t group;
    struct str title;
    struct wall date;
    bool date_in_url; /* the date is only the address's */
};

struct list_page {
    struct arena *arena;
    const struct html *html;
    const struct zone *zone;
    struct wall now;
};

/* Every usable link of the page, as records that are only a link.  E_NOMEM. */
int list_links(
    const struct list_page *page, struct list_record **ret, size_t *ret_n);
/* What was found on a page. */
struct list_found {
    struct list_record *records; /* in document order */
    size_t n;                    /* 0: there is no list */
    struct str hint;             /* to find it again, or absent */
    bool lost;                   /* the list of the hint given is not there */
};
/* Find the list that hint (of an earlier page, or absent) is of, or else the
 * best one.  E_NOMEM. */
int list_find(
    const struct list_page *page, struct str hint, struct list_found *ret);
/* The records of the best list; none when there is no list. */
int list_mine(
    const struct list_page *page, struct list_record **ret, size_t *ret_n);
/* Fill title and date of a record from link, from and to. */
void list_read_record(const struct list_page *page, struct list_record *record);
/* The date of record (listdate.c), with the title's own dates left out. */
void list_read_date(const struct list_page *page, struct list_record *record);
/* The date that text is or holds, WALL_NONE for none (listdate.c). */
struct wall list_read_date_text(const struct list_page *page, struct str text);
/* The title of record (listtitle.c). */
void list_read_title(const struct list_page *page, struct list_record *record);
/* The title of a record whose link says the same as every other ("查看详情"):
 * what stands beside it; left as it is when that is nothing (listtitle.c). */
void list_read_title_beside(
    const struct list_page *page, struct list_record *record);
/* What the element around the records of a list looks like: the tag of root,
 * tag and class of its parent. */
uint64_t list_look(const struct html *html, uint32_t root);
/* Letters and digits of a text, a Han character as one. */
uint32_t list_count_letters(struct str text);

#endif
