/*
 * svg_chart: two kinds of charts as SVG, to be read in colour and in black and
 * white.
 *
 * A chart is drawn with attributes only, without styles or scripts, so that it
 * can stand in a page that allows neither.  Parts differ by colour and by
 * pattern.  Text is set in the page's font.  The same numbers are the same
 * bytes.
 */
#ifndef TOCSIN_BASE_SVG_CHART_H
#define TOCSIN_BASE_SVG_CHART_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { SVG_CHART_PARTS = 4 /* that patterns can tell apart */ };

struct svg_chart {
    const char *id;         /* unique in the page; of its patterns */
    struct str title, text; /* for those who cannot see it */
    size_t nlabels, nparts; /* parts: 1 … SVG_CHART_PARTS */
    const struct str *labels, *parts;
    const struct str *values; /* svg_chart_bars: what stands at each bar */
    const uint64_t *numbers;  /* nlabels × nparts */
};

/* One column per label, its parts from the bottom, with a scale and a legend.
 * 0 or the error of out. */
int svg_chart_columns(const struct svg_chart *chart, struct buf *out);
/* One bar per label, lying; the first part counts. */
int svg_chart_bars(const struct svg_chart *chart, struct buf *out);
/* Append s as XML text or in a quoted attribute. */
void svg_escape(struct buf *out, struct str s);

#endif
