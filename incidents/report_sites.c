/* report_sites: how the bureau's own sites stood: counted, and written. */
#include <stdlib.h>

#include "incidents/report_count.h"
#include "incidents/report_writing.h"

/* --- counting --------------------------------------------------------------
 */

static uint64_t
sum(const uint64_t *groups)
{
    uint64_t n = 0;

    for (size_t i = 0; i < REPORT_SITE_GROUPS; i++)
        n += groups[i];
    return n;
}

/* The one with most to mend first. */
static int
site_order(const void *a, const void *b)
{
    const struct report_site_row *const *x = a, *const *y = b;
    uint64_t nx = sum((*x)->open), ny = sum((*y)->open);

    if (nx != ny)
        return nx < ny ? 1 : -1;
    return str_cmp((*x)->id, (*y)->id);
}

static void
set_groups(struct counting *c, json_t *object, const uint64_t *groups)
{
    static const char *const names[REPORT_SITE_GROUPS] = {
        "reachable", "fresh", "clean", "leaking", "right"};
    json_t *open = json_object();

    for (size_t i = 0; i < REPORT_SITE_GROUPS; i++)
        count_number(c, open, names[i], groups[i]);
    count_set(c, object, "open", open);
}

static void
set_site(struct counting *c, json_t *list, const struct report_site_row *row)
{
    json_t *one = json_object();

    count_str(c, one, "id", row->id);
    count_str(c, one, "title", row->title.n ? row->title : row->id);
    count_str(c, one, "owner", row->owner);
    count_number(c, one, "visits", row->visits);
    count_number(c, one, "failed", row->failed);
    count_number(c, one, "found", sum(row->found));
    count_number(c, one, "mended", sum(row->mended));
    set_groups(c, one, row->open);
    (void)json_array_append_new(list, one);
}

void
count_own_sites(struct counting *c)
{
    size_t n = c->rows->nsites;
    const struct report_site_row **order =
        ARENA_ARRAY(c->arena, n + 1, const struct report_site_row *);
    json_t *object, *list;
    uint64_t found = 0, mended = 0, open = 0, bad = 0;

    if (n == 0) /* then the report says nothing of them */
        return;
    object = json_object();
    list = json_array();
    for (size_t i = 0; order && i < n; i++) {
        order[i] = &c->rows->sites[i];
        found += sum(order[i]->found);
        mended += sum(order[i]->mended);
        open += sum(order[i]->open);
        bad += sum(order[i]->open) > 0;
    }
    if (order && n > 1)
        qsort(order, n, sizeof *order, site_order);
    for (size_t i = 0; order && i < n && i < REPORT_MAX_SITES; i++)
        set_site(c, list, order[i]);
    count_number(c, object, "sites", n);
    count_number(c, object, "bad", bad);
    count_number(c, object, "found", found);
    count_number(c, object, "mended", mended);
    count_number(c, object, "open", open);
    count_set(c, object, "list", list);
    count_set(c, c->out, "own_sites", object);
}

/* --- writing ---------------------------------------------------------------
 */

static void
site_cells(struct writing *w, struct doc_cell *cells, const json_t *one)
{
    static const char *const names[REPORT_SITE_GROUPS] = {
        "reachable", "fresh", "clean", "leaking", "right"};
    const json_t *open = json_object_get(one, "open");
    uint64_t visits = fig_n(one, "visits");

    cell_link(w, cells, 0, fig_str(one, "title"),
        link_path(w, "/sites/", fig_str(one, "id")));
    cell(w, cells, 1,
        fig_str(one, "owner").n ? fig_str(one, "owner")
                                : say(w, WORD_SHEET_NONE));
    cell(w, cells, 2,
        visits ? say_percent(w, visits - fig_n(one, "failed"), visits)
               : say(w, WORD_SHEET_NONE));
    cell(w, cells, 3, say_n(w, fig_n(one, "found")));
    cell(w, cells, 4, say_n(w, fig_n(one, "mended")));
    for (size_t i = 0; i < REPORT_SITE_GROUPS; i++)
        cell(w, cells, 5 + i, say_n(w, fig_n(open, names[i])));
}

void
write_own_sites(struct writing *w)
{
    const json_t *all = json_object_get(w->figures, "own_sites");
    const json_t *list = json_object_get(all, "list");
    uint64_t n = fig_n(all, "sites");
    struct doc_table *t;

    if (n == 0) /* none, or kept before there were any */
        return;
    heading(w, 2, WORD_S_OWN_SITES);
    paragraph(
        w, SAY(w, WORD_OWN_SITES_SUM, say_n(w, n), say_n(w, fig_n(all, "bad")),
               say_n(w, fig_n(all, "open")), say_n(w, fig_n(all, "found")),
               say_n(w, fig_n(all, "mended"))));
    t = table(w, "own-sites", say(w, WORD_OWN_SITES_NOTE), 10);
    column(w, t, 0, WORD_SHEET_C_SITE, false, 24);
    column(w, t, 1, WORD_SHEET_C_OWNER, false, 16);
    column(w, t, 2, WORD_SHEET_C_OPENS, true, 10);
    column(w, t, 3, WORD_C_FOUND_NEW, true, 8);
    column(w, t, 4, WORD_C_MENDED, true, 8);
    column(w, t, 5, WORD_SHEET_C_G0, true, 7);
    column(w, t, 6, WORD_SHEET_C_G1, true, 7);
    column(w, t, 7, WORD_SHEET_C_G2, true, 7);
    column(w, t, 8, WORD_SHEET_C_G3, true, 6);
    column(w, t, 9, WORD_SHEET_C_G4, true, 7);
    for (size_t i = 0; i < json_array_size(list); i++)
        site_cells(w, doc_row(w->doc, t), json_array_get(list, i));
    if (n > json_array_size(list))
        note(w,
            SAY(w, WORD_OWN_SITES_MORE, say_n(w, n - json_array_size(list))));
}
