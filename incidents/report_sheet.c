#include "incidents/report_sheet.h"

#include "base/err.h"
#include "incidents/report_writing.h"

struct sheet_writing {
    struct writing w;
    const struct sheet *sheet;
};

/* --- words -----------------------------------------------------------------
 */

static struct str
or_none(const struct writing *w, struct str s)
{
    return s.n ? s : say(w, WORD_SHEET_NONE);
}

static struct str
say_day_of(const struct writing *w, struct wall t)
{
    return wall_is_set(t) ? str_first(say_time(w, t), sizeof "2026-06-07" - 1)
                          : say(w, WORD_SHEET_NONE);
}

static struct str
say_minute(const struct writing *w, struct wall t)
{
    return wall_is_set(t) ? say_time(w, t) : say(w, WORD_SHEET_NONE);
}

static struct str
say_state(const struct writing *w, enum sheet_state state)
{
    static const enum report_word words[] = {
        WORD_SHEET_OPEN, WORD_SHEET_GONE, WORD_SHEET_ACCEPTED};

    return say(w, words[state]);
}

/* "lines 12–14". */
static struct str
say_lines(const struct writing *w, const struct sheet_finding *f)
{
    if (f->line == 0)
        return STR("");
    if (f->end_line <= f->line)
        return SAY(w, WORD_SHEET_LINE, say_n(w, f->line));
    return SAY(w, WORD_SHEET_LINES, say_n(w, f->line), say_n(w, f->end_line));
}

static void
add_part(struct buf *out, struct str part)
{
    if (part.n == 0)
        return;
    if (out->n > 0)
        (void)buf_add_cstr(out, " · ");
    (void)buf_add_str(out, part);
}

/* What shows it: its target, the page's own words, lines, how many. */
static struct str
say_evidence(const struct writing *w, const struct sheet_finding *f)
{
    enum { EVIDENCE_BYTES = 16 * 1024 };
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, EVIDENCE_BYTES);
    if (!str_eq(f->target, f->page))
        add_part(&out, say_code(w, CODE_SITE_DATA, f->target));
    if (f->count > 1)
        add_part(&out, SAY(w, WORD_SHEET_COUNT, say_n(w, f->count)));
    add_part(&out, f->mask);
    if (!str_eq(f->evidence, f->target))
        add_part(&out, f->evidence);
    add_part(&out, say_lines(w, f));
    if (f->state == SHEET_ACCEPTED && f->reason.n)
        add_part(&out, SAY(w, WORD_SHEET_REASON, f->reason));
    return arena_str(w->arena, buf_str(&out));
}

/* --- the document ----------------------------------------------------------
 */

static uint64_t
count_state(const struct sheet *sheet, enum sheet_state state)
{
    uint64_t n = 0;

    for (size_t i = 0; i < sheet->nsites; i++)
        for (size_t k = 0; k < sheet->sites[i].nfindings; k++)
            n += sheet->sites[i].findings[k].state == state;
    return n;
}

static uint64_t
open_of(const struct sheet_site *site)
{
    uint64_t n = 0;

    for (size_t i = 0; i < SHEET_GROUPS; i++)
        n += site->open[i];
    return n;
}

static void
write_head(struct sheet_writing *s)
{
    struct writing *w = &s->w;
    uint64_t bad = 0;

    for (size_t i = 0; i < s->sheet->nsites; i++)
        bad += open_of(&s->sheet->sites[i]) > 0;
    doc_say(w->arena, doc_add(w->doc, DOC_HEADING, 1), say(w, WORD_SHEET_TITLE),
        STR_NONE);
    paragraph(
        w, SAY(w, WORD_SHEET_HEAD, s->sheet->bureau,
               s->sheet->about.n ? s->sheet->about : say(w, WORD_SHEET_ALL),
               say_time(w, s->sheet->made), str_of(zone_name(w->form->zone))));
    paragraph(w, SAY(w, WORD_SHEET_SUM, say_n(w, s->sheet->nsites),
                     say_n(w, bad), say_n(w, count_state(s->sheet, SHEET_OPEN)),
                     say_n(w, count_state(s->sheet, SHEET_GONE))));
    note(w, say(w, WORD_SHEET_AFTER));
    if (s->sheet->cut)
        note(w, say(w, WORD_SHEET_CUT));
}

static void
site_columns(struct writing *w, struct doc_table *t)
{
    column(w, t, 0, WORD_SHEET_C_SITE, false, 19);
    column(w, t, 1, WORD_SHEET_C_OWNER, false, 11);
    column(w, t, 2, WORD_SHEET_C_OPENS, true, 10);
    column(w, t, 3, WORD_SHEET_C_CERT, false, 9);
    column(w, t, 4, WORD_SHEET_C_NEWEST, false, 9);
    column(w, t, 5, WORD_SHEET_C_G0, true, 6);
    column(w, t, 6, WORD_SHEET_C_G1, true, 6);
    column(w, t, 7, WORD_SHEET_C_G2, true, 6);
    column(w, t, 8, WORD_SHEET_C_G3, true, 6);
    column(w, t, 9, WORD_SHEET_C_G4, true, 6);
    column(w, t, 10, WORD_SHEET_C_ROUND, false, 12);
}

static struct str
say_opens(const struct writing *w, const struct sheet_site *site)
{
    return site->visits ? say_percent(w, site->opened, site->visits)
                        : say(w, WORD_SHEET_NONE);
}

static void
write_sites(struct sheet_writing *s)
{
    struct writing *w = &s->w;
    struct doc_table *t;

    heading(w, 2, WORD_SHEET_S_SITES);
    if (s->sheet->nsites == 0) {
        paragraph(w, say(w, WORD_SHEET_NO_SITES));
        return;
    }
    t = table(w, "sites", say(w, WORD_SHEET_SITES_NOTE), 11);
    site_columns(w, t);
    for (size_t i = 0; i < s->sheet->nsites; i++) {
        const struct sheet_site *site = &s->sheet->sites[i];
        struct doc_cell *cells = doc_row(w->doc, t);

        cell_link(w, cells, 0, site->title, site->url);
        cell(w, cells, 1, or_none(w, site->owner));
        cell(w, cells, 2, say_opens(w, site));
        cell(w, cells, 3, say_day_of(w, site->cert_until));
        cell(w, cells, 4, say_day_of(w, site->newest));
        for (size_t g = 0; g < SHEET_GROUPS; g++)
            cell(w, cells, 5 + g, say_n(w, site->open[g]));
        cell(w, cells, 10, say_minute(w, site->last_round));
    }
}

static void
write_finding(struct writing *w, struct doc_table *t, uint64_t number,
    const struct sheet_site *site, const struct sheet_finding *f)
{
    struct doc_cell *cells = doc_row(w->doc, t);
    struct str until =
        f->state == SHEET_GONE ? say_minute(w, f->gone) : STR("");

    cell(w, cells, 0, say_n(w, number));
    cell(w, cells, 1, site->title);
    cell(w, cells, 2, say_code(w, CODE_SITE_KIND, f->kind));
    cell_link(w, cells, 3, f->page, f->page);
    cell(w, cells, 4, say_evidence(w, f));
    cell(w, cells, 5, say_minute(w, f->first_seen));
    cell(w, cells, 6, say_minute(w, f->last_seen));
    cell(w, cells, 7,
        until.n ? say_join(w, say_state(w, f->state), STR(" "), until)
                : say_state(w, f->state));
}

static void
write_findings(struct sheet_writing *s)
{
    struct writing *w = &s->w;
    struct doc_table *t = NULL;
    uint64_t number = 0;

    heading(w, 2, WORD_SHEET_S_FINDINGS);
    for (size_t i = 0; i < s->sheet->nsites; i++) {
        const struct sheet_site *site = &s->sheet->sites[i];

        for (size_t k = 0; k < site->nfindings; k++) {
            if (number == 0) {
                t = table(w, "findings", say(w, WORD_SHEET_FOUND_NOTE), 8);
                column(w, t, 0, WORD_SHEET_C_NUMBER, true, 4);
                column(w, t, 1, WORD_SHEET_C_SITE, false, 12);
                column(w, t, 2, WORD_SHEET_C_KIND, false, 11);
                column(w, t, 3, WORD_SHEET_C_PAGE, false, 18);
                column(w, t, 4, WORD_SHEET_C_EVIDENCE, false, 26);
                column(w, t, 5, WORD_SHEET_C_FIRST, false, 10);
                column(w, t, 6, WORD_SHEET_C_LAST, false, 10);
                column(w, t, 7, WORD_SHEET_C_STATE, false, 9);
            }
            write_finding(w, t, ++number, site, &site->findings[k]);
        }
    }
    if (number == 0)
        paragraph(w, say(w, WORD_SHEET_NO_FINDINGS));
    paragraph(w, say(w, WORD_SHEET_SIGN));
}

/* --- the table for spreadsheets --------------------------------------------
 */

static const enum report_word csv_columns[] = {WORD_SHEET_C_OWNER,
    WORD_SHEET_C_SITE, WORD_SHEET_C_ADDRESS, WORD_SHEET_C_GROUP,
    WORD_SHEET_C_KIND, WORD_SHEET_C_PAGE, WORD_SHEET_C_EVIDENCE,
    WORD_SHEET_C_COUNT, WORD_SHEET_C_FIRST, WORD_SHEET_C_LAST,
    WORD_SHEET_C_GONE, WORD_SHEET_C_STATE, WORD_SHEET_C_INCIDENT,
    WORD_SHEET_C_OPENS, WORD_SHEET_C_CERT, WORD_SHEET_C_NEWEST,
    WORD_SHEET_C_ROUND};
enum {
    CSV_COLUMNS = sizeof csv_columns / sizeof *csv_columns,
    CSV_SITE = 13 /* from here on the columns are of the site */
};

static void
csv_site(
    struct writing *w, struct doc_cell *cells, const struct sheet_site *site)
{
    cell(w, cells, 0, site->owner);
    cell(w, cells, 1, site->title);
    cell(w, cells, 2, site->url);
    cell(w, cells, CSV_SITE, site->visits ? say_opens(w, site) : STR(""));
    if (wall_is_set(site->cert_until))
        cell(w, cells, CSV_SITE + 1, say_day_of(w, site->cert_until));
    if (wall_is_set(site->newest))
        cell(w, cells, CSV_SITE + 2, say_day_of(w, site->newest));
    if (wall_is_set(site->last_round))
        cell(w, cells, CSV_SITE + 3, say_minute(w, site->last_round));
}

static void
csv_finding(
    struct writing *w, struct doc_cell *cells, const struct sheet_finding *f)
{
    cell(w, cells, 3, say_code(w, CODE_SITE_GROUP, f->group));
    cell(w, cells, 4, say_code(w, CODE_SITE_KIND, f->kind));
    cell(w, cells, 5, f->page);
    cell(w, cells, 6, say_evidence(w, f));
    cell(w, cells, 7, say_n(w, f->count));
    cell(w, cells, 8, say_minute(w, f->first_seen));
    cell(w, cells, 9, say_minute(w, f->last_seen));
    if (wall_is_set(f->gone))
        cell(w, cells, 10, say_minute(w, f->gone));
    cell(w, cells, 11, say_state(w, f->state));
    if (f->incident > 0)
        cell(w, cells, 12, link_incident(w, f->incident));
}

/* A line for each finding, and one for a site that has none. */
static struct doc_table *
csv_lines(struct sheet_writing *s)
{
    struct writing *w = &s->w;
    struct doc_table *t = table(w, "sheet", STR_NONE, CSV_COLUMNS);

    for (size_t i = 0; i < CSV_COLUMNS; i++)
        column(w, t, i, csv_columns[i], false, 0);
    for (size_t i = 0; i < s->sheet->nsites; i++) {
        const struct sheet_site *site = &s->sheet->sites[i];
        struct doc_cell *cells;

        if (site->nfindings == 0) {
            cells = doc_row(w->doc, t);
            csv_site(w, cells, site);
            cell(w, cells, 11, say(w, WORD_SHEET_FINE));
        }
        for (size_t k = 0; k < site->nfindings; k++) {
            cells = doc_row(w->doc, t);
            csv_site(w, cells, site);
            csv_finding(w, cells, &site->findings[k]);
        }
    }
    return t;
}

/* --- both ------------------------------------------------------------------
 */

int
sheet_write(const struct sheet *sheet, const struct report_form *form,
    enum report_format format, struct arena *arena, struct buf *out)
{
    struct sheet_writing s = {
        .w = {.form = form, .arena = arena}, .sheet = sheet};
    struct doc_table *lines = NULL;
    int r;

    if (format != REPORT_CSV && format != REPORT_DOCX)
        return E_PARSE;
    s.w.doc = doc_new(arena, form->lang, say(&s.w, WORD_SHEET_TITLE));
    if (!s.w.doc)
        return E_NOMEM;
    s.w.doc->wide = true;
    if (format == REPORT_CSV) {
        lines = csv_lines(&s);
    } else {
        write_head(&s);
        write_sites(&s);
        write_findings(&s);
    }
    if (arena_failed(arena))
        return E_NOMEM;
    r = lines ? doc_csv_table(s.w.doc, lines, out) : doc_docx(s.w.doc, out);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}
