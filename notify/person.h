/*
 * person: names of people in a text, as Chinese news write them.
 *
 * A name is found by what stands around it: "学生李小明", "李小明同学",
 * "王芳（女，9岁）", "小明（化名）", "李小明被…".  It is made for messages
 * about children, so it would rather take a word for a name than a name for a
 * word; "李某某" names nobody and stays.
 */
#ifndef TOCSIN_NOTIFY_PERSON_H
#define TOCSIN_NOTIFY_PERSON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* The first name at or behind byte *at of text, which is valid UTF-8; *at is
 * then behind it.  false when there is none. */
bool person_find(struct str text, size_t *at, struct str *ret);
/* Append text with each name as "某某".  0 or the error of out. */
int person_mask(struct buf *out, struct str text);

#endif
