/*
 * chart: the geometry of a chart, as JSON that templates/chart.mustache draws.
 *
 * A chart is shapes only: its words stand beside it in the page, so that they
 * have the page's size on a telephone and on a wall.  Every shape has a title
 * for who points at it, and every chart a table with the same figures.
 */
#ifndef TOCSIN_CONSOLE_CHART_H
#define TOCSIN_CONSOLE_CHART_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    CHART_COLUMN = 12, /* units of a column, with the gap behind it */
    CHART_BAR = 9,     /* of its bar */
    CHART_HEIGHT = 100
};

/* One series of a stack: the class it is drawn in, and its values, one for each
 * column. */
struct chart_series {
    const char *look;
    const double *values;
};

/* The least of 1, 2, 5 × 10^k that is not below most; at least 1. */
double chart_top(double most);
/* Columns of bars, stacked, the first series at the foot; titles has one for
 * each column, or is NULL.  {"width","height","top","columns":[{"x","title",
 * "parts":[{"x","y","height","look"}]}]} */
json_t *chart_stack(const struct chart_series *series, size_t nseries, size_t n,
    const struct str *titles);
/* The same with each series as a line of points above its column:
 * {"width","height","top","lines":[{"look","points"}],"dots":[{"x","y","look",
 * "title"}]}; a value below 0 is a gap. */
json_t *chart_lines(const struct chart_series *series, size_t nseries, size_t n,
    const struct str *titles);

#endif
