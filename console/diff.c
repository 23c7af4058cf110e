#include "console/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/utf8.h"

enum piece { SAME, GONE, ADDED };

/* A text as code points, and where each begins. */
struct points {
    struct str text;
    uint32_t *at; /* n + 1 offsets, owned */
    size_t n;
};

struct run {
    enum piece piece;
    size_t from, to; /* points of before (SAME, GONE) or of after (ADDED) */
};

struct diff {
    struct points before, after;
    struct run *runs; /* owned */
    size_t nruns, cap;
    bool failed;
};

static int
points_init(struct str text, struct points *ret)
{
    size_t n = utf8_count(text), at = 0;

    if (n > DIFF_MAX_POINTS)
        n = DIFF_MAX_POINTS;
    *ret = (struct points){text, malloc((n + 1) * sizeof *ret->at), n};
    if (!ret->at)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        ret->at[i] = (uint32_t)at;
        (void)utf8_next(text, &at);
    }
    ret->at[n] = (uint32_t)at;
    return 0;
}

static struct str
points_slice(const struct points *p, size_t from, size_t to)
{
    return (struct str){p->text.p + p->at[from], p->at[to] - p->at[from]};
}

static bool
same_point(const struct diff *d, size_t i, size_t j)
{
    return str_eq(
        points_slice(&d->before, i, i + 1), points_slice(&d->after, j, j + 1));
}

static void
add_run(struct diff *d, enum piece piece, size_t from, size_t to)
{
    struct run *last = d->nruns ? &d->runs[d->nruns - 1] : NULL;

    if (from == to || d->failed)
        return;
    if (last && last->piece == piece && last->to == from) {
        last->to = to;
        return;
    }
    if (d->nruns == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : 32;
        struct run *runs = realloc(d->runs, cap * sizeof *runs);

        if (!runs) {
            d->failed = true;
            return;
        }
        d->runs = runs;
        d->cap = cap;
    }
    d->runs[d->nruns++] = (struct run){piece, from, to};
}

/* Between from and the ends, by the longest common subsequence; best[i][j] is
 * its length of what begins at i and j. */
static void
compare(struct diff *d, size_t from, size_t to_before, size_t to_after)
{
    size_t n = to_before - from, m = to_after - from, w = m + 1;
    uint16_t *best = NULL;
    size_t i = 0, j = 0;

    if (n > 0 && m > 0 && (n + 1) * w <= DIFF_MAX_CELLS)
        best = calloc((n + 1) * w, sizeof *best);
    for (size_t a = n; best && a-- > 0;) {
        for (size_t b = m; b-- > 0;) {
            uint16_t down = best[(a + 1) * w + b], right = best[a * w + b + 1];

            best[a * w + b] = same_point(d, from + a, from + b)
                                  ? (uint16_t)(best[(a + 1) * w + b + 1] + 1)
                              : down > right ? down
                                             : right;
        }
    }
    while (best && i < n && j < m) {
        if (same_point(d, from + i, from + j)) {
            add_run(d, SAME, from + i, from + i + 1);
            i++;
            j++;
        } else if (best[(i + 1) * w + j] >= best[i * w + j + 1]) {
            add_run(d, GONE, from + i, from + i + 1);
            i++;
        } else {
            add_run(d, ADDED, from + j, from + j + 1);
            j++;
        }
    }
    add_run(d, GONE, from + i, to_before);
    add_run(d, ADDED, from + j, to_after);
    free(best);
}

/* --- pieces for people --------------------------------------------------- */

static int
add_piece(json_t *list, struct str text, const char *flag)
{
    json_t *one = json_object();
    int err = jsonx_set(one, "text", jsonx_str(text));

    if (err == 0 && flag)
        err = jsonx_set(one, flag, json_true());
    if (err == 0 && json_array_append(list, one) != 0)
        err = E_NOMEM;
    json_decref(one);
    return err;
}

/* What stayed: its ends only, when it is long. */
static int
add_same(const struct diff *d, json_t *list, const struct run *run, bool first,
    bool last)
{
    size_t head = first ? 0 : DIFF_CONTEXT, tail = last ? 0 : DIFF_CONTEXT;
    int err = 0;

    if (run->to - run->from <= head + tail + 1)
        return add_piece(
            list, points_slice(&d->before, run->from, run->to), NULL);
    if (head)
        err = add_piece(
            list, points_slice(&d->before, run->from, run->from + head), NULL);
    if (err == 0)
        err = add_piece(list, STR("…"), "cut");
    if (err == 0 && tail)
        err = add_piece(
            list, points_slice(&d->before, run->to - tail, run->to), NULL);
    return err;
}

/* Changes that follow each other, and the little that stayed between them: all
 * that went, then all that came.  Returns the run behind them. */
static size_t
add_change(const struct diff *d, json_t *list, size_t i, int *ret_err)
{
    struct buf gone, added;
    int err = 0;

    buf_init(&gone, DIFF_MAX_POINTS * 4);
    buf_init(&added, DIFF_MAX_POINTS * 4);
    for (; i < d->nruns; i++) {
        const struct run *run = &d->runs[i];
        bool small = run->piece == SAME && run->to - run->from < DIFF_MIN_SAME;

        if (run->piece == SAME && (!small || i + 1 == d->nruns))
            break;
        if (run->piece != ADDED)
            (void)buf_add_str(
                &gone, points_slice(&d->before, run->from, run->to));
        if (run->piece == ADDED)
            (void)buf_add_str(
                &added, points_slice(&d->after, run->from, run->to));
        if (small)
            (void)buf_add_str(
                &added, points_slice(&d->before, run->from, run->to));
    }
    if (gone.n)
        err = add_piece(list, buf_str(&gone), "gone");
    if (err == 0 && added.n)
        err = add_piece(list, buf_str(&added), "added");
    buf_done(&gone);
    buf_done(&added);
    *ret_err = err;
    return i;
}

static int
make_pieces(const struct diff *d, json_t *list)
{
    int err = d->failed ? E_NOMEM : 0;
    size_t i = 0;

    if (d->nruns == 1 && d->runs[0].piece == SAME)
        return err;
    while (i < d->nruns && err == 0) {
        if (d->runs[i].piece == SAME) {
            err = add_same(d, list, &d->runs[i], i == 0, i + 1 == d->nruns);
            i++;
        } else {
            i = add_change(d, list, i, &err);
        }
    }
    return err;
}

json_t *
diff_pieces(struct str before, struct str after)
{
    struct diff d = {0};
    json_t *list = json_array();
    size_t head = 0, tail = 0, n, m;
    int err = list ? points_init(before, &d.before) : E_NOMEM;

    if (err == 0)
        err = points_init(after, &d.after);
    n = d.before.n;
    m = d.after.n;
    if (err == 0) {
        while (head < n && head < m && same_point(&d, head, head))
            head++;
        while (tail < n - head && tail < m - head &&
               same_point(&d, n - tail - 1, m - tail - 1))
            tail++;
        add_run(&d, SAME, 0, head);
        compare(&d, head, n - tail, m - tail);
        add_run(&d, SAME, n - tail, n);
        err = make_pieces(&d, list);
    }
    free(d.runs);
    free(d.before.at);
    free(d.after.at);
    if (err == 0)
        return list;
    json_decref(list);
    return NULL;
}
