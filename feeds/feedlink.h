/*
 * feedlink: the addresses in an XML feed: xml:base, links with their
 * relations, enclosures.
 *
 * An address is resolved here only against xml:base, which is known only here;
 * the feed's own link and the document's address come in at the end
 * (build_finish).
 */
#ifndef TOCSIN_FEEDS_FEEDLINK_H
#define TOCSIN_FEEDS_FEEDLINK_H

#include "feeds/build.h"
#include "feeds/xml.h"

enum { FEEDLINK_MAX_BASES = 16 }; /* xml:base within xml:base */

struct feedlink_base {
    unsigned depth;
    struct str url;
};

struct feedlink {
    struct build *build;
    struct feedlink_base bases[FEEDLINK_MAX_BASES];
    size_t nbases;
};

/* An element at depth begins, and ends. */
void feedlink_push(
    struct feedlink *link, const struct xml_element *element, unsigned depth);
void feedlink_pop(struct feedlink *link, unsigned depth);
/* Offer url as the link of the item under way, or of the feed. */
void feedlink_offer(struct feedlink *link, uint8_t rank, struct str url);
/* Read the attributes of a link element as Atom has them. */
void feedlink_atom(
    struct feedlink *link, const struct xml_element *element, uint8_t rank);
void feedlink_enclosure(
    struct feedlink *link, const struct xml_element *element);
/* Whether a link of this relation is the publication's page. */
bool feedlink_is_page(struct str rel);

#endif
