/*
 * search: the index of what was collected, and its filling.
 *
 * An item is found by its characters and by the pairs of adjacent ones, so that
 * words of any length are, Chinese ones of one and two characters too; and by
 * what it is: its source, category, level, points and rules.  The index is
 * filled behind the commit, a little at a time, and catches up after a crash;
 * nothing that alarms asks it.  What is revised or purged is found no more at
 * once, because every find is looked at again; its words leave the index with
 * the next filling.
 */
#ifndef TOCSIN_STORE_SEARCH_H
#define TOCSIN_STORE_SEARCH_H

#include "store/store.h"

struct db;

enum {
    SEARCH_MAX_POINTS = 20000, /* of a text that are indexed */
    SEARCH_FIGURES = 4,        /* that stand for a character in the index */
    SEARCH_MAX_WORDS = 16,     /* pairs of a question that are looked up */
    SEARCH_SLICE = 40          /* items that one call indexes */
};

/* What an item is, as words of the index: r its newest revision, i the item;
 * ten steps of its points, its level, category, source and rules. */
#define SEARCH_WORDS(r, i)                                                     \
    "search_words(" r ".title, " r ".text) || ' zl' || " r ".level"            \
    " || ' zp' || (max(" r ".score, 0) / 10) || ' zc'"                         \
    " || hex(coalesce(" r ".category, '')) || ' zs' || hex(" i ".source)"      \
    " || coalesce((SELECT group_concat(' zr' || hex(f.rule), '')"              \
    " FROM finding AS f WHERE f.revision = " r ".id), '')"

/* Index some items that are not yet, within a transaction; *ret_left says
 * whether there are more. */
int store_search_fill(struct store *store, bool *ret_left);
/* What an incident is opened from by hand.  E_NOTFOUND. */
struct item_brief {
    struct str source, title, text, category;
};
int store_item_brief(struct store *store, int64_t item, struct arena *arena,
    struct item_brief *ret);
/* Whether there is anything to index. */
int store_search_is_behind(struct store *store, bool *ret);
/* Let statements and triggers ask search_words(title, text). */
int db_add_search(struct db *db);
/* What of an index' question finds text: appended to out, nothing when text has
 * no character that is indexed. */
int search_question(struct str text, struct buf *out);

#endif
