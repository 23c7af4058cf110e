#include "base/svg_chart.h"

enum {
    WIDTH = 720,
    COLUMNS_HEIGHT = 240,
    LEFT = 44,  /* where the scale's numbers stand */
    TOP = 34,   /* the legend is above */
    FLOOR = 196 /* the line that columns stand on */
};

/* The first part is at the bottom.  Dark to light, so that the order shows
 * without colours too; the third and fourth are hatched and dotted. */
static const struct {
    const char *fill, *pattern;
} parts[SVG_CHART_PARTS] = {
    {"#b3261e", NULL},
    {"#c2570c", "<path d=\"M0 6L6 0M-1.5 1.5L1.5 -1.5M4.5 7.5L7.5 4.5\" "
                "stroke=\"#fff\" stroke-width=\"1.6\"/>"},
    {"#d9a400", "<path d=\"M0 3H6\" stroke=\"#5c4500\" stroke-width=\"1.2\"/>"},
    {"#b9d3f0", "<circle cx=\"3\" cy=\"3\" r=\"1\" fill=\"#1d4f91\"/>"},
};

void
svg_escape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            (void)buf_add_cstr(out, "&amp;");
            break;
        case '<':
            (void)buf_add_cstr(out, "&lt;");
            break;
        case '>':
            (void)buf_add_cstr(out, "&gt;");
            break;
        case '"':
            (void)buf_add_cstr(out, "&quot;");
            break;
        default:
            (void)buf_add_char(out, s.p[i]);
        }
    }
}

static void
svg_begin(const struct svg_chart *chart, struct buf *out, int height)
{
    (void)buf_printf(out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
        "width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"%s-t "
        "%s-d\" font-size=\"12\" fill=\"#1b1b1b\">\n<title id=\"%s-t\">",
        WIDTH, height, WIDTH, height, chart->id, chart->id, chart->id);
    svg_escape(out, chart->title);
    (void)buf_printf(out, "</title>\n<desc id=\"%s-d\">", chart->id);
    svg_escape(out, chart->text);
    (void)buf_add_cstr(out, "</desc>\n");
}

static void
svg_patterns(const struct svg_chart *chart, struct buf *out)
{
    (void)buf_add_cstr(out, "<defs>");
    for (size_t i = 0; i < chart->nparts; i++)
        (void)buf_printf(out,
            "<pattern id=\"%s-p%zu\" width=\"6\" height=\"6\" "
            "patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" "
            "fill=\"%s\"/>%s</pattern>",
            chart->id, i, parts[i].fill,
            parts[i].pattern ? parts[i].pattern : "");
    (void)buf_add_cstr(out, "</defs>\n");
}

static void
svg_rect(const struct svg_chart *chart, struct buf *out, size_t part, double x,
    double y, double w, double h)
{
    (void)buf_printf(out,
        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
        "fill=\"url(#%s-p%zu)\" stroke=\"#333\" stroke-width=\"0.6\"/>\n",
        x, y, w, h, chart->id, part);
}

static void
svg_text(struct buf *out, double x, double y, const char *anchor, struct str s)
{
    (void)buf_printf(
        out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">", x, y, anchor);
    svg_escape(out, s);
    (void)buf_add_cstr(out, "</text>\n");
}

/* --- columns ---------------------------------------------------------------
 */

static uint64_t
column_sum(const struct svg_chart *chart, size_t label)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < chart->nparts; i++)
        sum += chart->numbers[label * chart->nparts + i];
    return sum;
}

/* The height of a step of the scale: 1, 2 or 5 with noughts, four or five of
 * which reach most. */
static uint64_t
scale_step(uint64_t most)
{
    uint64_t step = 1;

    for (int i = 0; step * 5 < most && i < 54; i++)
        step = step * (i % 3 == 1 ? 5 : 2) / (i % 3 == 1 ? 2 : 1);
    return step;
}

static void
svg_scale(struct buf *out, uint64_t step, uint64_t top)
{
    for (uint64_t v = 0; v <= top; v += step) {
        double y = FLOOR - (double)v / (double)top * (FLOOR - TOP);

        (void)buf_printf(out,
            "<path d=\"M%d %.2fH%d\" stroke=\"%s\" stroke-width=\"1\"/>\n"
            "<text x=\"%d\" y=\"%.2f\" text-anchor=\"end\">%llu</text>\n",
            LEFT, y, WIDTH, v ? "#ddd" : "#333", LEFT - 6, y + 4,
            (unsigned long long)v);
    }
}

static void
svg_legend(const struct svg_chart *chart, struct buf *out)
{
    for (size_t i = 0; i < chart->nparts; i++) {
        double x = LEFT + (double)i * 150;

        svg_rect(chart, out, i, x, 6, 22, 12);
        svg_text(out, x + 28, 16, "start", chart->parts[i]);
    }
}

/* Labels that do not run into each other: every one, or every so manyth. */
static size_t
label_every(size_t n)
{
    size_t every = 1;

    while (n / every > 14)
        every++;
    return every;
}

int
svg_chart_columns(const struct svg_chart *chart, struct buf *out)
{
    uint64_t most = 1, step, top;
    size_t n = chart->nlabels, every = label_every(n);
    double slot = n ? (double)(WIDTH - LEFT) / (double)n : 1;
    double width = slot > 60 ? 42 : slot * 0.7;

    for (size_t i = 0; i < n; i++)
        most = column_sum(chart, i) > most ? column_sum(chart, i) : most;
    step = scale_step(most);
    top = (most + step - 1) / step * step;
    svg_begin(chart, out, COLUMNS_HEIGHT);
    svg_patterns(chart, out);
    svg_legend(chart, out);
    svg_scale(out, step, top);
    for (size_t i = 0; i < n; i++) {
        double x = LEFT + slot * (double)i + (slot - width) / 2, y = FLOOR;

        for (size_t k = 0; k < chart->nparts; k++) {
            double h = (double)chart->numbers[i * chart->nparts + k] /
                       (double)top * (FLOOR - TOP);

            if (h <= 0)
                continue;
            y -= h;
            svg_rect(chart, out, k, x, y, width, h);
        }
        if (i % every == 0)
            svg_text(
                out, x + width / 2, FLOOR + 18, "middle", chart->labels[i]);
    }
    (void)buf_add_cstr(out, "</svg>\n");
    return out->err;
}

/* --- bars ------------------------------------------------------------------
 */

int
svg_chart_bars(const struct svg_chart *chart, struct buf *out)
{
    enum { ROW = 26, NAMES = 190, VALUES = 150 };
    uint64_t most = 1;

    for (size_t i = 0; i < chart->nlabels; i++)
        most = chart->numbers[i * chart->nparts] > most
                   ? chart->numbers[i * chart->nparts]
                   : most;
    svg_begin(chart, out, ROW * (int)chart->nlabels + 8);
    (void)buf_printf(out,
        "<path d=\"M%d 2V%d\" stroke=\"#333\" stroke-width=\"1\"/>\n", NAMES,
        ROW * (int)chart->nlabels + 4);
    for (size_t i = 0; i < chart->nlabels; i++) {
        double y = 6 + ROW * (double)i;
        double w = (double)chart->numbers[i * chart->nparts] / (double)most *
                   (WIDTH - NAMES - VALUES);

        svg_text(out, NAMES - 8, y + 13, "end", chart->labels[i]);
        if (w > 0)
            (void)buf_printf(out,
                "<rect x=\"%d\" y=\"%.2f\" width=\"%.2f\" height=\"16\" "
                "fill=\"#3f6fa8\" stroke=\"#333\" stroke-width=\"0.6\"/>\n",
                NAMES, y, w);
        svg_text(out, NAMES + w + 8, y + 13, "start", chart->values[i]);
    }
    (void)buf_add_cstr(out, "</svg>\n");
    return out->err;
}
