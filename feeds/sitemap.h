/*
 * sitemap: sitemaps.org's XML and plain-text forms, with the news extension.
 */
#ifndef TOCSIN_FEEDS_SITEMAP_H
#define TOCSIN_FEEDS_SITEMAP_H

#include "feeds/build.h"

/* Read a <urlset> or <sitemapindex>. */
int sitemap_read(struct build *build, struct str text, bool truncated);
/* Whether text is nothing but addresses, one a line. */
bool sitemap_is_text(struct str text);
int sitemap_read_text(struct build *build, struct str text);

#endif
