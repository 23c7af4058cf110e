/* report_write_incidents: the important ones one by one, the others in lists.
 */
#include "incidents/report_writing.h"

enum { TEXT_MAX_BYTES = 240 /* of a note in a timeline */ };

static struct str
title_of(const struct writing *w, const json_t *one)
{
    struct str title = fig_str(one, "title");

    return title.n ? title : say(w, WORD_UNTITLED);
}

static struct str
owner_of(const struct writing *w, const json_t *one)
{
    struct str owner = fig_str(one, "owner");

    return owner.n ? owner : say(w, WORD_NOBODY);
}

/* --- one of the important --------------------------------------------------
 */

static void
write_first(struct writing *w, const json_t *one)
{
    struct str source = fig_str(one, "first_title"), place = STR("");
    struct str tier = fig_str(one, "first_tier");
    struct str opened = say_time(w, fig_time(one, "opened"));

    if (source.n == 0)
        source = fig_str(one, "first_source");
    place = source.n == 0 ? SAY(w, WORD_I_FIRST_UNKNOWN, opened)
            : tier.n      ? SAY(w, WORD_I_FIRST, source,
                                say_code(w, CODE_TIER, tier), opened)
                     : SAY(w, WORD_I_FIRST_TIERLESS, source, STR(""), opened);
    if (fig_n(one, "peak_items") > 1)
        place = say_join(w, place, STR(" "),
            SAY(w, WORD_I_PEAK, say_time(w, fig_time(one, "peak")),
                say_n(w, fig_n(one, "peak_items"))));
    paragraph(w, place);
}

static void
write_why(struct writing *w, const json_t *one)
{
    const json_t *why = json_object_get(one, "why");
    struct doc_text *text;
    bool any = false;

    if (json_array_size(why) == 0) {
        paragraph(w, say(w, WORD_I_WHY_NONE));
        return;
    }
    text = doc_add(w->doc, DOC_PARAGRAPH, 0);
    doc_say_strong(w->arena, text, say(w, WORD_I_WHY));
    for (size_t i = 0; i < json_array_size(why); i++) {
        const json_t *part = json_array_get(why, i);
        json_int_t points = json_integer_value(json_object_get(part, "points"));
        struct str name = fig_str(part, "text");

        if (name.n == 0)
            name = fig_str(part, "rule");
        if (any)
            doc_say(w->arena, text, say(w, WORD_LIST), STR_NONE);
        doc_say(w->arena, text,
            SAY(w, WORD_I_POINTS, name,
                arena_printf(w->arena, "%+lld", (long long)points)),
            STR_NONE);
        any = true;
    }
}

/* "2026-11-24 08:02　认领（王敏）：已联系学校" */
static void
write_entry(struct writing *w, const json_t *entry)
{
    struct str kind = fig_str(entry, "kind"), by = fig_str(entry, "by");
    struct str text = fig_str(entry, "text"), object = fig_str(entry, "object");
    struct str level = fig_str(entry, "level");
    struct doc_text *line = doc_add(w->doc, DOC_ITEM, 0);
    size_t cut = TEXT_MAX_BYTES;

    doc_say(w->arena, line,
        SAY(w, WORD_I_ENTRY, say_time(w, fig_time(entry, "at")),
            say_code(w, CODE_ENTRY, kind)),
        STR_NONE);
    if (str_eq(kind, STR("raised")) && level.n)
        doc_say(w->arena, line,
            say_join(
                w, say(w, WORD_COLON), say_code(w, CODE_LEVEL, level), STR("")),
            STR_NONE);
    if (str_eq(kind, STR("assign")) && object.n)
        doc_say(w->arena, line,
            say_join(w, say(w, WORD_COLON), object, STR("")), STR_NONE);
    if (by.n)
        doc_say(w->arena, line, SAY(w, WORD_I_BY, by), STR_NONE);
    if (text.n == 0)
        return;
    if (text.n > cut) { /* not within a character */
        while (cut > 0 && ((unsigned char)text.p[cut] & 0xc0) == 0x80)
            cut--;
        text = say_join(w, str_first(text, cut), STR("…"), STR(""));
    }
    doc_say(w->arena, line, say_join(w, say(w, WORD_COLON), text, STR("")),
        STR_NONE);
}

static void
write_timeline(struct writing *w, const json_t *one)
{
    const json_t *list = json_object_get(one, "timeline");
    struct doc_text *text = doc_add(w->doc, DOC_PARAGRAPH, 0);
    bool touched = false;

    doc_say_strong(w->arena, text, say(w, WORD_I_TIMELINE));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);

        write_entry(w, entry);
        touched = touched || fig_str(entry, "by").n > 0;
    }
    if (fig_n(one, "timeline_left"))
        note(w, SAY(w, WORD_I_TIMELINE_MORE,
                    say_n(w, fig_n(one, "timeline_left"))));
    if (!touched)
        paragraph(w, say(w, WORD_I_UNTOUCHED));
}

static void
write_one(struct writing *w, const json_t *one)
{
    int64_t id = (int64_t)fig_n(one, "id");
    struct doc_text *text = doc_add(w->doc, DOC_HEADING, 3);
    struct str level = say_code(w, CODE_LEVEL, fig_str(one, "level"));

    doc_say(w->arena, text, arena_printf(w->arena, "#%lld ", (long long)id),
        link_incident(w, id));
    doc_say(w->arena, text, title_of(w, one), STR_NONE);
    text = doc_add(w->doc, DOC_PARAGRAPH, 0);
    doc_say(w->arena, text,
        SAY(w, WORD_I_FACTS, level, say_n(w, fig_n(one, "score")),
            say_n(w, fig_n(one, "items")), say_n(w, fig_n(one, "sources")),
            owner_of(w, one), say_code(w, CODE_STATE, fig_str(one, "state"))),
        STR_NONE);
    write_first(w, one);
    write_why(w, one);
    write_timeline(w, one);
}

void
write_important(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "important");
    const json_t *ids = json_object_get(list, "ids");
    uint64_t n = fig_n(list, "n");

    heading(w, 2, WORD_S_IMPORTANT);
    if (n == 0) {
        paragraph(w, say(w, WORD_IMPORTANT_NONE));
        return;
    }
    if (n > json_array_size(ids)) {
        struct doc_text *text = doc_add(w->doc, DOC_PARAGRAPH, 0);

        doc_say(w->arena, text,
            SAY(w, WORD_IMPORTANT_MORE, say_n(w, n),
                say_n(w, json_array_size(ids))),
            STR_NONE);
        doc_say(w->arena, text, say(w, WORD_T_SEE_LIST),
            link_opened(w, "level", STR("red,orange")));
    }
    for (size_t i = 0; i < json_array_size(ids); i++)
        write_one(
            w, fig_incident(w, json_integer_value(json_array_get(ids, i))));
}

/* --- lists -----------------------------------------------------------------
 */

/* What stands in the fourth and fifth columns. */
struct kind {
    const char *id;
    enum report_word title, none, fourth, fifth;
};

static void
list_cells(struct writing *w, const struct kind *kind, struct doc_cell *cells,
    const json_t *one)
{
    int64_t id = (int64_t)fig_n(one, "id");
    struct wall opened = fig_time(one, "opened");
    struct wall as_of = fig_time(w->range, "as_of");
    struct str state = say_code(w, CODE_STATE, fig_str(one, "state"));
    struct str cause = say_code(w, CODE_CAUSE, fig_str(one, "cause"));

    cell(w, cells, 0, arena_printf(w->arena, "#%lld", (long long)id));
    cell_level(w, cells, 1, fig_str(one, "level"));
    cell_link(w, cells, 2, title_of(w, one), link_incident(w, id));
    cell(w, cells, 3, owner_of(w, one));
    if (kind->fourth == WORD_C_CLOSED)
        cell(w, cells, 4, say_time(w, fig_time(one, "closed")));
    else
        cell(w, cells, 4, say_time(w, opened));
    if (kind->fifth == WORD_C_RESULT)
        cell(w, cells, 5,
            fig_str(one, "cause").n
                ? say_join(w, state, say(w, WORD_COLON), cause)
                : state);
    else if (kind->fifth == WORD_C_AGE)
        cell(w, cells, 5,
            say_join(
                w, state, say(w, WORD_COMMA), say_ms(w, as_of.ms - opened.ms)));
    else
        cell(w, cells, 5, state);
}

static void
write_list(struct writing *w, const struct kind *kind, struct str link)
{
    const json_t *list = json_object_get(w->figures, kind->id);
    const json_t *ids = json_object_get(list, "ids");
    uint64_t n = fig_n(list, "n");
    struct doc_text *text;
    struct doc_table *t;

    heading(w, 2, kind->title);
    if (n == 0) {
        paragraph(w, say(w, kind->none));
        return;
    }
    text = doc_add(w->doc, DOC_PARAGRAPH, 0);
    doc_say(w->arena, text, SAY(w, WORD_LIST_COUNT, say_n(w, n)), STR_NONE);
    doc_say(w->arena, text, say(w, WORD_T_SEE_LIST), link);
    t = table(w, kind->id, STR(""), 6);
    doc_column(w->doc, t, 0, STR("#"), false, 8);
    column(w, t, 1, WORD_C_LEVEL, false, 9);
    column(w, t, 2, WORD_C_TITLE, false, 33);
    column(w, t, 3, WORD_C_OWNER, false, 17);
    column(w, t, 4, kind->fourth, false, 16);
    column(w, t, 5, kind->fifth, false, 17);
    for (size_t i = 0; i < json_array_size(ids); i++)
        list_cells(w, kind, doc_row(w->doc, t),
            fig_incident(w, json_integer_value(json_array_get(ids, i))));
    if (n > json_array_size(ids)) {
        text = doc_add(w->doc, DOC_NOTE, 0);
        doc_say(w->arena, text,
            SAY(w, WORD_LIST_MORE, say_n(w, n - json_array_size(ids))),
            STR_NONE);
        doc_say(w->arena, text, say(w, WORD_T_SEE_LIST), link);
    }
}

void
write_lists(struct writing *w)
{
    static const struct kind opened = {
        "opened", WORD_S_OPENED, WORD_OPENED_NONE, WORD_C_OPENED, WORD_C_STATE};
    static const struct kind ended = {
        "ended", WORD_S_ENDED, WORD_ENDED_NONE, WORD_C_CLOSED, WORD_C_RESULT};
    static const struct kind carried = {"carried", WORD_S_CARRIED,
        WORD_CARRIED_NONE, WORD_C_OPENED, WORD_C_AGE};

    write_list(w, &carried, link_open(w, NULL, STR_NONE));
    write_list(w, &opened, link_opened(w, NULL, STR_NONE));
    write_list(w, &ended, link_ended(w, NULL, NULL, STR_NONE));
}
