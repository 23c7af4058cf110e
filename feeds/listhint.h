/*
 * listhint: which list of a page it was, to find it again.
 *
 * A hint holds the path of tags above the links, how many levels a record's
 * element stands above its link, and the look of the element around the
 * records (its tag and class).  A page that has been rebuilt around the list
 * has another path; the look alone tells the list then, if it has a class.
 */
#ifndef TOCSIN_FEEDS_LISTHINT_H
#define TOCSIN_FEEDS_LISTHINT_H

#include "feeds/listmine.h"

enum { LISTHINT_MAX_HEIGHT = 64 };

struct listhint {
    uint64_t path;
    uint64_t shape; /* of the addresses, 0 when it does not matter */
    uint64_t look;
    unsigned height; /* of a record's element above its link */
    bool has_class;  /* the look is of a class */
};

/* False when text is no hint of this version. */
bool listhint_read(struct str text, struct listhint *ret);
/* The hint of a list's records in arena; absent without memory. */
struct str listhint_write(
    const struct list_page *page, const struct list_record *records, size_t n);
/* Keep of links those that hint is of, by path and look, or with loose by the
 * look only; set their roots.  How many are kept. */
size_t listhint_keep(const struct listhint *hint, bool loose,
    const struct html *html, struct list_record *links, size_t n);

#endif
