/*
 * text_mark: the dialects of markdown, and making foreign text harmless in
 * them.  Internal to notify/.
 */
#ifndef TOCSIN_NOTIFY_TEXT_MARK_H
#define TOCSIN_NOTIFY_TEXT_MARK_H

#include "notify/text.h"

/* Begin and end of bold: static. */
const char *mark_bold(enum text_markup markup, bool end);
/* Foreign text on one line, at most max_bytes, without a character that means
 * something in markup, controls or reverses.  Absent when memory ends. */
struct str mark_foreign(struct arena *arena, enum text_markup markup,
    struct str text, size_t max_bytes);
/* A link whose name has been made harmless; the name alone where url is not an
 * http address or the dialect has no links.  For NONE: name and address. */
struct str mark_link(struct arena *arena, enum text_markup markup,
    struct str name, struct str url);
/* What a template made, with line feeds as the dialect reads them and without
 * empty lines at its ends. */
struct str mark_lines(
    struct arena *arena, enum text_markup markup, struct str lines);

#endif
