/*
 * listselect: the records of a list page as the operator's selectors name them.
 *
 * What a record's own selectors do not name is found in it as in any other
 * record; only its date is where the operator says, or nowhere.
 */
#ifndef TOCSIN_FEEDS_LISTSELECT_H
#define TOCSIN_FEEDS_LISTSELECT_H

#include "feeds/htmlpage.h"
#include "feeds/listmine.h"

/* The records that input->select names, in document order, with notes in page
 * on selectors that name nothing.  E_CONF, E_LIMIT, E_NOMEM with *reterr. */
int list_select(const struct list_page *list, const struct feed_input *input,
    struct htmlpage *page, struct toc_error *reterr, struct list_record **ret,
    size_t *ret_n);

#endif
