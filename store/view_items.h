/*
 * view_items: all that was collected, searched; one item.
 */
#ifndef TOCSIN_STORE_VIEW_ITEMS_H
#define TOCSIN_STORE_VIEW_ITEMS_H

#include "store/view.h"

enum item_in { ITEM_ANYWHERE, ITEM_IN_INCIDENT, ITEM_IN_NONE };

struct item_filter {
    struct str text; /* in title or text, whole and in order, from one
                        character up; ASCII letters in either case */
    struct str source, category, rule; /* absent is any */
    unsigned levels;                   /* bit 1 << level; 0 is all */
    int min_score, max_score;          /* max 0: any */
    enum item_in in;
    bool gone;                    /* only what is no longer at its source */
    struct wall from, to;         /* first seen; WALL_NONE and 0 are open */
    struct wall pub_from, pub_to; /* published, likewise */
    size_t limit;                 /* 0 is VIEW_PAGE_DEFAULT */
    struct str after;             /* cursor of the page before */
};

enum {
    VIEW_ITEMS_LOOKS = 2000, /* items that one page looks at: a question that
                                fits few of many goes on behind the cursor */
    VIEW_ITEMS_TEXT = 4000   /* bytes of a text that a list gives out */
};

struct found_item {
    struct item_row item; /* incident: 0 in none; text at most
                             VIEW_ITEMS_TEXT, from before where it was found */
    enum level level;
    enum incident_state state; /* of its incident */
    struct str incident_title;
    struct str category;
    bool baseline, backfill, starts; /* starts: text is from its start */
};

struct item_page {
    struct found_item *rows;
    size_t n;
    bool more;        /* there may be more behind next */
    bool unfinished;  /* it ended because it had looked at enough */
    struct str next;  /* cursor, absent when there is no more */
    struct wall back; /* how far back it has looked, when unfinished */
    bool filling;     /* the index does not have everything yet */
};
/* Newest first.  A wrong cursor is E_PARSE. */
int view_item_search(struct view *view, const struct item_filter *filter,
    struct arena *arena, struct item_page *ret);
/* One item with its whole text and findings; E_NOTFOUND. */
int view_item(
    struct view *view, int64_t id, struct arena *arena, struct found_item *ret);
/* Ids of the rules that held on anything, and the categories: to choose from,
 * in order, at most max. */
int view_item_rules(struct view *view, size_t max, struct arena *arena,
    struct str **ret, size_t *ret_n);

#endif
