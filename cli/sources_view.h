/*
 * sources_view: what a source gives, shown to a person or as JSON.
 */
#ifndef TOCSIN_CLI_SOURCES_VIEW_H
#define TOCSIN_CLI_SOURCES_VIEW_H

#include <stdio.h>

#include "base/arena.h"
#include "base/jsonx.h"
#include "base/timefmt.h"

enum { VIEW_NEWEST = 3 };

/* A document as `tocsin try` prints it, boiled down.  Texts are views into
 * it. */
struct view {
    struct str title, format, encoding;
    size_t items, dated;
    struct view_item {
        struct str title, url;
        struct wall time; /* WALL_NONE when it does not say */
    } newest[VIEW_NEWEST];
    size_t nnewest;
    const json_t *notes, *children;
};

void view_read(const json_t *document, struct view *ret);
/* Several lines about it. */
void view_print(FILE *stream, struct arena *arena, const struct zone *zone,
    const struct view *view);
/* The same as a new JSON object. */
json_t *view_json(const struct view *view);
/* A time in zone, "" for none.  Lent by arena. */
struct str view_time(
    struct arena *arena, const struct zone *zone, struct wall t);
/* Print foreign text so that it cannot steer the terminal. */
void view_say(FILE *stream, struct str text);

#endif
