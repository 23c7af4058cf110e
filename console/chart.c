#include "console/chart.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/jsonx.h"

enum { CHART_MAX_POINTS_BYTES = 16 * 1024 };

double
chart_top(double most)
{
    double ten = 1;

    while (ten * 10 < most && ten < 1e15)
        ten *= 10;
    if (most <= ten)
        return ten;
    if (most <= 2 * ten)
        return 2 * ten;
    return most <= 5 * ten ? 5 * ten : 10 * ten;
}

/* With one digit behind the point: a tenth of a unit cannot be seen. */
static void
set_units(json_t *object, const char *key, double units)
{
    char text[320];

    (void)snprintf(text, sizeof text, "%.1f", units);
    (void)json_object_set_new(object, key, json_string(text));
}

static json_t *
chart_new(size_t n, double top)
{
    json_t *chart = json_object();

    (void)json_object_set_new(
        chart, "width", json_integer((json_int_t)(n * CHART_COLUMN)));
    (void)json_object_set_new(chart, "height", json_integer(CHART_HEIGHT));
    (void)json_object_set_new(chart, "top", json_real(top));
    return chart;
}

/* --- bars ------------------------------------------------------------------
 */

static json_t *
stack_column(const struct chart_series *series, size_t nseries, size_t i,
    double top, const struct str *titles)
{
    json_t *column = json_object(), *parts = json_array();
    double x =
        (double)(i * CHART_COLUMN) + (double)(CHART_COLUMN - CHART_BAR) / 2;
    double foot = CHART_HEIGHT;

    for (size_t k = 0; k < nseries; k++) {
        double height = series[k].values[i] / top * CHART_HEIGHT;
        json_t *part;

        if (height <= 0)
            continue;
        part = json_object();
        foot -= height;
        set_units(part, "x", x);
        set_units(part, "y", foot);
        set_units(part, "height", height);
        (void)json_object_set_new(part, "look", json_string(series[k].look));
        (void)json_array_append_new(parts, part);
    }
    set_units(column, "x", (double)(i * CHART_COLUMN));
    if (titles)
        (void)json_object_set_new(column, "title", jsonx_str(titles[i]));
    (void)json_object_set_new(column, "parts", parts);
    return column;
}

json_t *
chart_stack(const struct chart_series *series, size_t nseries, size_t n,
    const struct str *titles)
{
    json_t *chart, *columns = json_array();
    double most = 0;

    for (size_t i = 0; i < n; i++) {
        double sum = 0;

        for (size_t k = 0; k < nseries; k++)
            sum += series[k].values[i];
        most = sum > most ? sum : most;
    }
    chart = chart_new(n, chart_top(most));
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(
            columns, stack_column(series, nseries, i, chart_top(most), titles));
    (void)json_object_set_new(chart, "columns", columns);
    return chart;
}

/* --- lines -----------------------------------------------------------------
 */

static double
middle_of(size_t i)
{
    return (double)(i * CHART_COLUMN) + (double)CHART_COLUMN / 2;
}

static double
height_of(double value, double top)
{
    return CHART_HEIGHT - value / top * CHART_HEIGHT;
}

/* One polyline for each stretch without a gap. */
static void
add_lines(
    const struct chart_series *series, size_t n, double top, json_t *lines)
{
    struct buf points;

    buf_init(&points, CHART_MAX_POINTS_BYTES);
    for (size_t i = 0; i <= n; i++) {
        if (i < n && series->values[i] >= 0) {
            (void)buf_printf(&points, "%s%.1f,%.1f", points.n ? " " : "",
                middle_of(i), height_of(series->values[i], top));
            continue;
        }
        if (points.n > 0) {
            json_t *line = json_object();

            (void)json_object_set_new(
                line, "points", jsonx_str(buf_str(&points)));
            (void)json_object_set_new(line, "look", json_string(series->look));
            (void)json_array_append_new(lines, line);
        }
        buf_clear(&points);
    }
    buf_done(&points);
}

json_t *
chart_lines(const struct chart_series *series, size_t nseries, size_t n,
    const struct str *titles)
{
    json_t *chart, *lines = json_array(), *dots = json_array();
    double most = 0, top;

    for (size_t k = 0; k < nseries; k++)
        for (size_t i = 0; i < n; i++)
            if (series[k].values[i] > most)
                most = series[k].values[i];
    top = chart_top(most);
    chart = chart_new(n, top);
    for (size_t k = 0; k < nseries; k++) {
        add_lines(&series[k], n, top, lines);
        for (size_t i = 0; i < n; i++) {
            json_t *dot;

            if (series[k].values[i] < 0)
                continue;
            dot = json_object();
            set_units(dot, "x", middle_of(i) - 2);
            set_units(dot, "y", height_of(series[k].values[i], top) - 2);
            (void)json_object_set_new(dot, "look", json_string(series[k].look));
            if (titles)
                (void)json_object_set_new(dot, "title", jsonx_str(titles[i]));
            (void)json_array_append_new(dots, dot);
        }
    }
    (void)json_object_set_new(chart, "lines", lines);
    (void)json_object_set_new(chart, "dots", dots);
    return chart;
}
