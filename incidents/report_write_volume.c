/* report_write_volume: how much there was, of what, about whom, from where. */
#include "incidents/report_writing.h"

enum { BAR_WHOLE = 1000, CHART_MAX_CATEGORIES = 12 };

static const char *const level_names[] = {"red", "orange", "yellow", "blue"};
enum { LEVELS = sizeof level_names / sizeof *level_names };

/* --- volume ----------------------------------------------------------------
 */

static void
volume_row(struct writing *w, struct doc_table *t, enum report_word title,
    const char *key, struct str link)
{
    const json_t *now = json_object_get(w->figures, "volume");
    const json_t *before = json_object_get(now, "before");
    struct doc_cell *cells = doc_row(w->doc, t);

    cell(w, cells, 0, say(w, title));
    cell_link(w, cells, 1, say_n(w, fig_n(now, key)), link);
    cell(w, cells, 2, has_before(w) ? say_n(w, fig_n(before, key)) : STR("–"));
    cell(w, cells, 3, say_change(w, fig_n(now, key), fig_n(before, key)));
}

static void
days_chart(struct writing *w, const json_t *days)
{
    const json_t *volume = json_object_get(w->figures, "volume");
    struct doc_chart *chart =
        doc_chart(w->doc, DOC_COLUMNS, say(w, WORD_CH_DAYS),
            SAY(w, WORD_CH_DAYS_TEXT, say_n(w, fig_n(volume, "incidents"))),
            json_array_size(days), LEVELS);

    for (size_t k = 0; chart && k < LEVELS; k++)
        chart->parts[k] = say_code(w, CODE_LEVEL, str_of(level_names[k]));
    for (size_t i = 0; chart && i < chart->nlabels; i++) {
        const json_t *day = json_array_get(days, i);

        chart->labels[i] = str_from(say_day(w, (int64_t)fig_n(day, "day")), 5);
        for (size_t k = 0; k < LEVELS; k++)
            chart->numbers[i * LEVELS + k] = fig_n(day, level_names[k]);
    }
}

static void
days_table(struct writing *w, const json_t *days)
{
    struct doc_table *t = table(w, "days", say(w, WORD_CAP_DAYS), 3 + LEVELS);

    column(w, t, 0, WORD_C_DAY, true, 20);
    column(w, t, 1, WORD_C_ITEMS, true, 0);
    column(w, t, 2, WORD_C_MATCHES, true, 0);
    for (size_t k = 0; k < LEVELS; k++)
        doc_column(w->doc, t, 3 + k,
            say_code(w, CODE_LEVEL, str_of(level_names[k])), true, 0);
    for (size_t i = 0; i < json_array_size(days); i++) {
        const json_t *day = json_array_get(days, i);
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0, say_day(w, (int64_t)fig_n(day, "day")));
        cell(w, cells, 1, say_n(w, fig_n(day, "items")));
        cell(w, cells, 2, say_n(w, fig_n(day, "matches")));
        for (size_t k = 0; k < LEVELS; k++)
            cell(w, cells, 3 + k, say_n(w, fig_n(day, level_names[k])));
    }
}

void
write_volume(struct writing *w)
{
    const json_t *volume = json_object_get(w->figures, "volume");
    const json_t *days = json_object_get(w->figures, "days");
    struct doc_table *t;

    heading(w, 2, WORD_S_VOLUME);
    t = table(w, "volume", STR(""), 4);
    column(w, t, 0, WORD_C_FIGURE, false, 40);
    column(w, t, 1, WORD_C_NOW, true, 0);
    column(w, t, 2, WORD_C_BEFORE, true, 0);
    column(w, t, 3, WORD_C_CHANGE, true, 0);
    volume_row(w, t, WORD_R_ITEMS, "items", link_items(w, NULL, STR_NONE));
    volume_row(w, t, WORD_R_MATCHES, "matches", link_items(w, "min", STR("1")));
    volume_row(
        w, t, WORD_R_INCIDENTS, "incidents", link_opened(w, NULL, STR_NONE));
    if (!has_before(w) && json_is_true(json_object_get(w->range, "finished")))
        note(w, say(w, WORD_V_PARTIAL)); /* a running one was said to be */
    if (fig_n(volume, "merged"))
        note(w, SAY(w, WORD_V_MERGED, say_n(w, fig_n(volume, "merged"))));
    if (fig_n(volume, "baseline"))
        note(w, SAY(w, WORD_V_BASELINE, say_n(w, fig_n(volume, "baseline"))));
    if (json_array_size(days) > 1 &&
        fig_n(volume, "items") + fig_n(volume, "incidents") > 0) {
        if (fig_n(volume, "incidents"))
            days_chart(w, days);
        days_table(w, days);
    }
}

/* --- levels ----------------------------------------------------------------
 */

void
write_levels(struct writing *w)
{
    const json_t *volume = json_object_get(w->figures, "volume");
    const json_t *list = json_object_get(w->figures, "levels");
    uint64_t all = fig_n(volume, "incidents");
    uint64_t before = fig_n(json_object_get(volume, "before"), "incidents");
    struct doc_table *t;

    heading(w, 2, WORD_S_LEVELS);
    if (all == 0 && before == 0) {
        paragraph(w, say(w, WORD_LEVELS_NONE));
        return;
    }
    t = table(w, "levels", STR(""), 5);
    column(w, t, 0, WORD_C_LEVEL, false, 14);
    column(w, t, 1, WORD_C_INCIDENTS, true, 14);
    column(w, t, 2, WORD_C_SHARE, true, 26);
    column(w, t, 3, WORD_C_CHANGE, true, 22);
    column(w, t, 4, WORD_C_SHARE_CHANGE, true, 24);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        uint64_t n = fig_n(one, "incidents"), was = fig_n(one, "before");
        struct doc_cell *cells = doc_row(w->doc, t);

        cell_level(w, cells, 0, fig_str(one, "level"));
        cell_link(w, cells, 1, say_n(w, n),
            link_opened(w, "level", fig_str(one, "level")));
        cell(w, cells, 2, say_of(w, n, all));
        cell(w, cells, 3, say_change(w, n, was));
        cell(w, cells, 4, say_points(w, n, all, was, before));
    }
}

/* --- categories ------------------------------------------------------------
 */

static void
categories_chart(struct writing *w, const json_t *list, uint64_t all)
{
    size_t n = json_array_size(list);
    struct doc_chart *chart;

    while (n > 0 && fig_n(json_array_get(list, n - 1), "incidents") == 0)
        n--;
    n = n < CHART_MAX_CATEGORIES ? n : CHART_MAX_CATEGORIES;
    if (n < 2)
        return;
    chart = doc_chart(w->doc, DOC_BARS, say(w, WORD_CH_CATEGORIES),
        say(w, WORD_CH_CATEGORIES_TEXT), n, 1);
    for (size_t i = 0; chart && i < n; i++) {
        const json_t *one = json_array_get(list, i);

        chart->labels[i] = say_code(w, CODE_CATEGORY, fig_str(one, "category"));
        chart->numbers[i] = fig_n(one, "incidents");
        chart->values[i] = say_of(w, fig_n(one, "incidents"), all);
    }
}

void
write_categories(struct writing *w)
{
    const json_t *volume = json_object_get(w->figures, "volume");
    const json_t *list = json_object_get(w->figures, "categories");
    uint64_t all = fig_n(volume, "incidents");
    uint64_t before = fig_n(json_object_get(volume, "before"), "incidents");
    struct doc_table *t;

    heading(w, 2, WORD_S_CATEGORIES);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_CATEGORIES_NONE));
        return;
    }
    categories_chart(w, list, all);
    t = table(w, "categories", STR(""), 6);
    column(w, t, 0, WORD_C_CATEGORY, false, 18);
    column(w, t, 1, WORD_C_MATCHES, true, 10);
    column(w, t, 2, WORD_C_INCIDENTS, true, 10);
    column(w, t, 3, WORD_C_SHARE, true, 22);
    column(w, t, 4, WORD_C_CHANGE, true, 20);
    column(w, t, 5, WORD_C_SHARE_CHANGE, true, 20);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        uint64_t n = fig_n(one, "incidents"), was = fig_n(one, "before");
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0, say_code(w, CODE_CATEGORY, fig_str(one, "category")));
        cell_link(w, cells, 1, say_n(w, fig_n(one, "matches")),
            link_items(w, "category", fig_str(one, "category")));
        cell_link(w, cells, 2, say_n(w, n),
            n ? link_opened(w, "category", fig_str(one, "category"))
              : STR_NONE);
        cell(w, cells, 3, say_of(w, n, all));
        cell(w, cells, 4, say_change(w, n, was));
        cell(w, cells, 5, say_points(w, n, all, was, before));
    }
}

/* --- offices ---------------------------------------------------------------
 */

void
write_owners(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "owners");
    uint64_t all = fig_n(w->figures, "owners_all");
    struct doc_table *t;

    heading(w, 2, WORD_S_OWNERS);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_OWNERS_NONE));
        return;
    }
    t = table(w, "owners", STR(""), 5);
    column(w, t, 0, WORD_C_OWNER, false, 40);
    column(w, t, 1, WORD_S_OPENED, true, 0);
    column(w, t, 2, WORD_C_ENDED, true, 0);
    column(w, t, 3, WORD_C_FALSE, true, 0);
    column(w, t, 4, WORD_C_OPEN, true, 0);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct str owner = fig_str(one, "owner");
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0, owner.n ? owner : say(w, WORD_NOBODY));
        cell_link(w, cells, 1, say_n(w, fig_n(one, "incidents")),
            owner.n && fig_n(one, "incidents") ? link_opened(w, "owner", owner)
                                               : STR_NONE);
        cell_link(w, cells, 2, say_n(w, fig_n(one, "closed")),
            owner.n && fig_n(one, "closed")
                ? link_ended(w, NULL, "owner", owner)
                : STR_NONE);
        cell_link(w, cells, 3, say_n(w, fig_n(one, "false_alarms")),
            owner.n && fig_n(one, "false_alarms")
                ? link_ended(w, "false_alarm", "owner", owner)
                : STR_NONE);
        cell_link(w, cells, 4, say_n(w, fig_n(one, "open")),
            owner.n && fig_n(one, "open") ? link_open(w, "owner", owner)
                                          : STR_NONE);
    }
    if (all > json_array_size(list)) {
        struct doc_text *text = doc_add(w->doc, DOC_NOTE, 0);

        doc_say(w->arena, text,
            SAY(w, WORD_OWNERS_MORE, say_n(w, all - json_array_size(list))),
            STR_NONE);
        doc_say(w->arena, text, say(w, WORD_T_SEE_LIST),
            link_opened(w, NULL, STR_NONE));
    }
}

/* --- sources ---------------------------------------------------------------
 */

static uint64_t
sum_of(const json_t *list, const char *key)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        sum += fig_n(json_array_get(list, i), key);
    return sum;
}

static void
write_tiers(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "tiers");
    uint64_t items = sum_of(list, "items"), first = sum_of(list, "first");
    uint64_t before = sum_of(list, "items_before");
    struct doc_table *t = table(w, "tiers", STR(""), 7);

    column(w, t, 0, WORD_C_TIER, false, 14);
    column(w, t, 1, WORD_C_SOURCES, true, 9);
    column(w, t, 2, WORD_C_ITEMS, true, 10);
    column(w, t, 3, WORD_C_ITEM_SHARE, true, 13);
    column(w, t, 4, WORD_C_SHARE_CHANGE, true, 18);
    column(w, t, 5, WORD_C_FIRST, true, 12);
    column(w, t, 6, WORD_C_FIRST_SHARE, true, 24);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0, say_code(w, CODE_TIER, fig_str(one, "id")));
        cell(w, cells, 1, say_n(w, fig_n(one, "sources")));
        cell(w, cells, 2, say_n(w, fig_n(one, "items")));
        cell(w, cells, 3, say_percent(w, fig_n(one, "items"), items));
        cell(w, cells, 4,
            say_points(w, fig_n(one, "items"), items,
                fig_n(one, "items_before"), before));
        cell(w, cells, 5, say_n(w, fig_n(one, "first")));
        cell(w, cells, 6, say_of(w, fig_n(one, "first"), first));
    }
}

static struct str
link_more_matches(const struct writing *w, struct str source)
{
    return say_join(w, link_items(w, "source", source), STR("&min=1"), STR(""));
}

static void
write_top(struct writing *w, const json_t *list)
{
    struct doc_table *t = table(w, "sources", STR(""), 5);
    uint64_t most = 1;

    for (size_t i = 0; i < json_array_size(list); i++)
        if (fig_n(json_array_get(list, i), "items") > most)
            most = fig_n(json_array_get(list, i), "items");
    column(w, t, 0, WORD_C_SOURCE, false, 36);
    column(w, t, 1, WORD_C_FIRST, true, 14);
    column(w, t, 2, WORD_C_MATCHES, true, 12);
    column(w, t, 3, WORD_C_ITEMS, true, 12);
    doc_column(w->doc, t, 4, STR(""), false, 26);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct str title = fig_str(one, "title");
        struct doc_cell *cells = doc_row(w->doc, t);

        cell_link(w, cells, 0, title.n ? title : fig_str(one, "id"),
            link_path(w, "/sources/", fig_str(one, "id")));
        cell_link(w, cells, 1, say_n(w, fig_n(one, "first")),
            fig_n(one, "first") ? link_opened(w, "source", fig_str(one, "id"))
                                : STR_NONE);
        cell_link(w, cells, 2, say_n(w, fig_n(one, "matches")),
            fig_n(one, "matches") ? link_more_matches(w, fig_str(one, "id"))
                                  : STR_NONE);
        cell_link(w, cells, 3, say_n(w, fig_n(one, "items")),
            link_items(w, "source", fig_str(one, "id")));
        if (cells)
            cells[4].bar = (int)(fig_n(one, "items") * BAR_WHOLE / most);
    }
}

void
write_sources(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "sources");
    uint64_t active = fig_n(w->figures, "sources_active");
    uint64_t all = fig_n(json_object_get(w->figures, "coverage"), "sources");

    heading(w, 2, WORD_S_SOURCES);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_SOURCES_NONE));
        return;
    }
    write_tiers(w);
    paragraph(w, SAY(w, WORD_SOURCES_NOTE, say_n(w, active), say_n(w, all)));
    write_top(w, list);
    if (active > json_array_size(list))
        note(w, SAY(w, WORD_SOURCES_MORE,
                    say_n(w, active - json_array_size(list))));
}
