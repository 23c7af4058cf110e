/*
 * feedtype: how the content of an Atom element is written, by its type and
 * mode attributes.
 */
#ifndef TOCSIN_FEEDS_FEEDTYPE_H
#define TOCSIN_FEEDS_FEEDTYPE_H

#include "feeds/vocab.h"

/* atom03: by the rules of Atom 0.3.  title: the element is a title, which is
 * never a file. */
enum vocab_mode feedtype_mode(
    const struct xml_element *element, bool atom03, bool title);

#endif
