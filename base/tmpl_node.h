/*
 * tmpl_node: what a parsed template is, between tmpl_parse.c and tmpl.c.
 */
#ifndef TOCSIN_BASE_TMPL_NODE_H
#define TOCSIN_BASE_TMPL_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/tmpl.h"

enum node_kind {
    NODE_TEXT,
    NODE_ESCAPED, /* {{name}} */
    NODE_RAW,     /* {{{name}}} and {{&name}} */
    NODE_SECTION,
    NODE_INVERTED,
    NODE_END, /* of a section of either kind */
    NODE_PARTIAL
};

/* Sections are not a tree: a section knows where its end is and the end where
 * its section is, so that rendering is a walk along one array. */
struct node {
    enum node_kind kind;
    bool starts_line;  /* indentation of the template goes before it */
    bool standalone;   /* partial: indent is in force, maybe empty */
    struct str text;   /* the text, or the name */
    struct str indent; /* of a partial that has its line for itself */
    size_t other;      /* index of the end, or of the section */
};

struct tmpl {
    enum tmpl_escape escape;
    char *text; /* owned; all views above are into it */
    struct node *nodes;
    size_t n, cap;
};

#endif
