#include "incidents/report.h"

#include "base/err.h"
#include "incidents/report_figures.h"
#include "incidents/report_writing.h"

static const struct format {
    const char *name, *ending, *type;
} formats[] = {
#define X(format, name, ending, type) {name, ending, type},
    REPORT_FORMATS(X)
#undef X
};

int
report_format_parse(struct str name, enum report_format *ret)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (str_eq(name, str_of(formats[i].name))) {
            *ret = (enum report_format)i;
            return 0;
        }
    }
    return E_PARSE;
}

const char *
report_format_type(enum report_format format)
{
    return formats[format].type;
}

const char *
report_format_ending(enum report_format format)
{
    return formats[format].ending;
}

/* --- head and end ----------------------------------------------------------
 */

/* "2026-W48" is read by people as the 48th week of 2026. */
static struct str
range_name(const struct writing *w, enum report_kind kind)
{
    struct str name = fig_str(w->range, "name");
    struct str year = str_first(name, 4), rest = str_from(name, 5);

    switch (kind) {
    case REPORT_WEEK:
        return SAY(w, WORD_NAME_WEEK, year, str_from(rest, 1));
    case REPORT_MONTH:
        return SAY(w, WORD_NAME_MONTH, year, rest);
    case REPORT_QUARTER:
        return SAY(w, WORD_NAME_QUARTER, year, str_from(rest, 1));
    case REPORT_DAY:
    case REPORT_DAYS:
    default:
        return name;
    }
}

static struct str
title(const struct writing *w)
{
    enum report_kind kind;

    if (report_kind_parse(fig_str(w->range, "kind"), &kind) != 0)
        kind = REPORT_DAYS;
    return say_join(w, say(w, (enum report_word)(WORD_TITLE_DAY + (int)kind)),
        STR(" "), range_name(w, kind));
}

static void
write_head(struct writing *w)
{
    int64_t first = (int64_t)fig_n(w->range, "first");
    uint64_t days = fig_n(w->range, "days");
    struct str bureau = fig_str(w->figures, "bureau");
    struct str zone = fig_str(w->range, "zone");
    struct str as_of = say_time(w, fig_time(w->range, "as_of"));
    bool finished = json_is_true(json_object_get(w->range, "finished"));

    doc_say(w->arena, doc_add(w->doc, DOC_HEADING, 1), title(w), STR_NONE);
    paragraph(w, days == 1
                     ? SAY(w, WORD_HEAD_ONE, bureau, say_day(w, first), zone)
                     : SAY(w, WORD_HEAD, bureau, say_day(w, first),
                           say_day(w, first + (int64_t)days - 1),
                           SAY(w, WORD_N_DAYS, say_n(w, days)), zone));
    note(w, SAY(w, finished ? WORD_AS_OF : WORD_STILL_RUNS, as_of));
}

static void
write_method(struct writing *w)
{
    bool finished = json_is_true(json_object_get(w->range, "finished"));

    heading(w, 2, WORD_S_METHOD);
    note(w, SAY(w, WORD_M_RANGE, say_time(w, fig_time(w->range, "from")),
                say_time(w, fig_time(w->range, "until")),
                fig_str(w->range, "zone")));
    note(w, SAY(w, WORD_M_BEFORE, say_time(w, fig_time(w->range, "before"))));
    note(w, say(w, WORD_M_AS_OF));
    note(w, say(w, WORD_M_MEDIAN));
    note(w, say(w, WORD_M_BLIND));
    note(w, SAY(w, finished ? WORD_M_HASH : WORD_M_HASH_RUNNING, w->hash));
}

static void
write_all(struct writing *w)
{
    write_head(w);
    heading(w, 2, WORD_S_OVERVIEW);
    paragraph(w, overview(w));
    write_todo(w);
    write_volume(w);
    write_levels(w);
    write_categories(w);
    write_important(w);
    write_lists(w);
    write_times(w);
    write_clocks(w);
    write_owners(w);
    write_sources(w);
    write_rules(w);
    write_coverage(w);
    write_own_sites(w);
    write_deliveries(w);
    write_method(w);
}

/* --- the five forms --------------------------------------------------------
 */

static int
write_json(const struct writing *w, struct buf *out)
{
    (void)buf_printf(out, "{\"hash\":\"%.*s\",\"figures\":", STR_ARG(w->hash));
    int r = jsonx_dump(w->figures, out);
    return r ? r : buf_add_cstr(out, "}\n");
}

static int
write_form(const struct doc *doc, enum report_format format, struct buf *out)
{
    switch (format) {
    case REPORT_HTML:
        return doc_html(doc, out);
    case REPORT_MARKDOWN:
        return doc_markdown(doc, out);
    case REPORT_CSV:
        return doc_csv(doc, out);
    case REPORT_DOCX:
        return doc_docx(doc, out);
    case REPORT_JSON:
    default:
        return E_BUG;
    }
}

int
report_write(const json_t *figures, struct str hash,
    const struct report_form *form, enum report_format format,
    struct arena *arena, struct buf *out)
{
    struct writing w = {.figures = figures,
        .range = json_object_get(figures, "range"),
        .form = form,
        .hash = hash,
        .arena = arena};

    if (fig_n(figures, "schema") != REPORT_SCHEMA || !w.range)
        return E_CORRUPT;
    if (format == REPORT_JSON)
        return write_json(&w, out);
    w.doc = doc_new(arena, form->lang,
        say_join(&w, title(&w), STR(" · "), fig_str(figures, "bureau")));
    if (!w.doc)
        return E_NOMEM;
    write_all(&w);
    if (arena_failed(arena))
        return E_NOMEM;
    int r = write_form(w.doc, format, out);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

struct str
report_title(const json_t *figures, enum lang lang, struct arena *arena)
{
    struct report_form form = {.lang = lang};
    struct writing w = {.figures = figures,
        .range = json_object_get(figures, "range"),
        .form = &form,
        .arena = arena};

    return title(&w);
}

struct str
report_overview(
    const json_t *figures, const struct report_form *form, struct arena *arena)
{
    struct writing w = {.figures = figures,
        .range = json_object_get(figures, "range"),
        .form = form,
        .arena = arena};

    return overview(&w);
}

struct str
report_summary(
    const json_t *figures, const struct report_form *form, struct arena *arena)
{
    enum { SUMMARY_MAX_BYTES = 4096, SUMMARY_MAX_LINES = 8 };
    struct writing w = {.figures = figures,
        .range = json_object_get(figures, "range"),
        .form = form,
        .arena = arena,
        .doc = doc_new(arena, form->lang, STR_NONE)};
    _cleanup_(buf_done) struct buf out;
    int lines = 0;

    buf_init(&out, SUMMARY_MAX_BYTES);
    (void)buf_add_str(&out, overview(&w));
    if (w.doc)
        write_todo(&w);
    for (const struct doc_block *b = w.doc ? w.doc->first : NULL; b;
         b = b->next) {
        if (b->kind != DOC_ITEM || lines++ >= SUMMARY_MAX_LINES)
            continue;
        (void)buf_add_cstr(&out, "\n• ");
        (void)buf_add_str(&out, doc_plain(arena, &b->text));
    }
    return arena_str(arena, buf_str(&out));
}

struct str
report_style(void)
{
    return doc_html_style();
}
