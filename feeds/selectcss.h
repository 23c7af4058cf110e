/*
 * selectcss: a CSS selector as XPath.
 *
 * What operators write: types, .class, #id, [attribute] with = ~= |= ^= $= *=,
 * descendants, ">", "+", "~", commas, :first-child, :last-child, :nth-child(),
 * :nth-last-child(), :first-of-type, :nth-of-type(), :not(), :contains("text"),
 * and at the end of one that names a text ::text or ::attr(name).
 */
#ifndef TOCSIN_FEEDS_SELECTCSS_H
#define TOCSIN_FEEDS_SELECTCSS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Append css as XPath to out; within a record, relative to it.  0; E_CONF with
 * the offset in css of what is not understood in *reterr_at. */
int selectcss_translate(
    struct str css, bool within, struct buf *out, size_t *reterr_at);

#endif
