/*
 * xml: SAX events of a clean XML document, with namespaces as words.
 *
 * The one place where libxml2 reads feeds: no tree, no DTD, no loader, one
 * parser context for the life of the process (one thread only), made by
 * xml_init before lockdown.  Give it what prescan and repair let through.
 */
#ifndef TOCSIN_FEEDS_XML_H
#define TOCSIN_FEEDS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum xml_ns {
    XML_NS_NONE, /* no namespace, or one that only says "RSS" */
    XML_NS_RDF,
    XML_NS_RSS1, /* RSS 1.0 and 0.90 */
    XML_NS_ATOM,
    XML_NS_ATOM03,
    XML_NS_DC,
    XML_NS_DC10,
    XML_NS_DCTERMS,
    XML_NS_CONTENT,
    XML_NS_MEDIA,
    XML_NS_ITUNES,
    XML_NS_XHTML,
    XML_NS_SITEMAP,
    XML_NS_NEWS,
    XML_NS_IMAGE,
    XML_NS_VIDEO,
    XML_NS_FEEDBURNER,
    XML_NS_SYNDICATION,
    XML_NS_XML,
    XML_NS_OTHER
};

enum { XML_MAX_ATTRIBUTES = 32 }; /* of one element that are shown */

struct xml_attr {
    enum xml_ns ns; /* XML_NS_NONE without a prefix */
    struct str name, value;
};

struct xml_element {
    enum xml_ns ns;
    bool prefixed;
    bool known_uri; /* its namespace is in the table by its address */
    struct str name;
    const struct xml_attr *attrs;
    size_t nattrs;
};

struct xml_ops {
    void (*start)(void *arg, const struct xml_element *element);
    void (*end)(void *arg, enum xml_ns ns, struct str name);
    void (*text)(void *arg, struct str text);
    /* Whether to stop; asked after every element. */
    bool (*enough)(void *arg);
};

int xml_init(void);
/* Parse text, whose root element is all of it; views are valid during the
 * call.  0, E_NOMEM, or E_PARSE when libxml2 gave up before the end (what was
 * reported until then stands). */
int xml_parse(struct str text, const struct xml_ops *ops, void *arg);
/* The value of an attribute without namespace, absent when there is none. */
struct str xml_attr_get(const struct xml_element *element, const char *name);
/* The same for one of a namespace. */
struct str xml_attr_ns(
    const struct xml_element *element, enum xml_ns ns, const char *name);

#endif
