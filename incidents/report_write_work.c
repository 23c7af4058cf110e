/* report_write_work: how fast it was answered, what was missed, what was not
 * seen, what did not arrive, and how right the rules were. */
#include "base/timefmt.h"
#include "incidents/report_writing.h"

enum { CLOCK_MAX_IDS = 12 /* in one cell */ };

/* --- response times --------------------------------------------------------
 */

static const struct point {
    const char *name;
    enum report_word title;
} points[] = {{"told", WORD_P_TOLD}, {"acknowledged", WORD_P_ACKNOWLEDGED},
    {"responding", WORD_P_RESPONDING}, {"closed", WORD_P_CLOSED}};
enum { POINTS = sizeof points / sizeof *points };

static struct str
left_out(const struct writing *w, const json_t *one)
{
    bool told = str_eq(fig_str(one, "point"), STR("told"));
    const struct {
        const char *key;
        enum report_word word;
    } reasons[] = {{"open", told ? WORD_X_OPEN_TOLD : WORD_X_OPEN},
        {"ended", WORD_X_ENDED}, {"false_alarms", WORD_X_FALSE},
        {"held", WORD_X_HELD}, {"untold", WORD_X_UNTOLD}};
    struct str text = STR("");

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        uint64_t n = fig_n(one, reasons[i].key);

        if (n == 0)
            continue;
        text = say_join(w, text, text.n ? say(w, WORD_COMMA) : STR(""),
            SAY(w, reasons[i].word, say_n(w, n)));
    }
    return text.n ? text : say(w, WORD_NONE);
}

static void
times_chart(struct writing *w, const json_t *list)
{
    struct doc_chart *chart;
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        n += fig_n(json_array_get(list, i), "n") > 0;
    if (n < 2)
        return;
    chart = doc_chart(w->doc, DOC_BARS, say(w, WORD_CH_TIMES),
        say(w, WORD_CH_TIMES_TEXT), n, 1);
    n = 0;
    for (size_t i = 0; chart && i < json_array_size(list) && i < POINTS; i++) {
        const json_t *one = json_array_get(list, i);

        if (fig_n(one, "n") == 0)
            continue;
        chart->labels[n] = say(w, points[i].title);
        chart->numbers[n] = fig_n(one, "median_ms");
        chart->values[n++] =
            say_join(w, say_ms(w, (int64_t)fig_n(one, "median_ms")),
                STR("  n="), say_n(w, fig_n(one, "n")));
    }
}

/* Those of the range that came to the point. */
static struct str
link_point(const struct writing *w, const char *name)
{
    char until[TIMEFMT_RFC3339_SIZE];

    if (str_eq(str_of(name), STR("acknowledged"))) {
        timefmt_rfc3339(fig_time(w->range, "as_of"), until);
        return arena_printf(w->arena, "%.*s&acknowledged_to=%s",
            STR_ARG(link_opened(w, NULL, STR_NONE)), until);
    }
    return link_opened(w, NULL, STR_NONE);
}

void
write_times(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "times");
    uint64_t all = fig_n(json_object_get(w->figures, "volume"), "incidents");
    uint64_t snoozed = fig_n(w->figures, "times_snoozed");
    struct doc_table *t;

    heading(w, 2, WORD_S_TIMES);
    if (all == 0) {
        paragraph(w, say(w, WORD_TIMES_NONE));
        return;
    }
    t = table(w, "times", STR(""), 5);
    column(w, t, 0, WORD_C_POINT, false, 20);
    column(w, t, 1, WORD_C_N, true, 9);
    column(w, t, 2, WORD_C_MEDIAN, true, 17);
    column(w, t, 3, WORD_C_P90, true, 17);
    column(w, t, 4, WORD_C_EXCLUDED, false, 37);
    for (size_t i = 0; i < json_array_size(list) && i < POINTS; i++) {
        const json_t *one = json_array_get(list, i);
        bool any = fig_n(one, "n") > 0;
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0, say(w, points[i].title));
        cell_link(w, cells, 1, say_n(w, fig_n(one, "n")),
            any ? link_point(w, points[i].name) : STR_NONE);
        cell(w, cells, 2,
            any ? say_ms(w, (int64_t)fig_n(one, "median_ms")) : STR("–"));
        cell(w, cells, 3,
            any ? say_ms(w, (int64_t)fig_n(one, "p90_ms")) : STR("–"));
        cell(w, cells, 4, left_out(w, one));
    }
    times_chart(w, list);
    note(w, SAY(w, WORD_TIMES_NOTE, say_n(w, all)));
    if (snoozed)
        note(w, SAY(w, WORD_TIMES_SNOOZED, say_n(w, snoozed)));
}

/* --- deadlines -------------------------------------------------------------
 */

static void
clock_cells(struct writing *w, struct doc_cell *cells, const json_t *one)
{
    const json_t *ids = json_object_get(one, "ids");
    uint64_t runs = fig_n(one, "runs"), missed = fig_n(one, "missed");
    struct str document = fig_str(one, "document");

    cell(w, cells, 0, fig_str(one, "title"));
    cell(w, cells, 1, document.n ? document : say(w, WORD_UNKNOWN));
    cell(w, cells, 2, say_n(w, runs));
    cell(w, cells, 3, say_of(w, missed, runs));
    for (size_t i = 0; i < json_array_size(ids) && i < CLOCK_MAX_IDS && cells;
         i++) {
        int64_t id = json_integer_value(json_array_get(ids, i));

        cell(w, cells, 4, i ? STR(" ") : STR(""));
        cell_link(w, cells, 4, arena_printf(w->arena, "#%lld", (long long)id),
            link_incident(w, id));
    }
    if (json_array_size(ids) == 0)
        cell(w, cells, 4, say(w, WORD_NONE));
    else if (missed > CLOCK_MAX_IDS)
        cell_link(w, cells, 4,
            SAY(w, WORD_AND_MORE, say_n(w, missed - CLOCK_MAX_IDS)),
            link_path(w, "/incidents?state=all&clock=breached", STR_NONE));
}

void
write_clocks(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "clocks");
    struct doc_table *t;
    uint64_t missed = 0;

    heading(w, 2, WORD_S_CLOCKS);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_CLOCKS_NONE));
        return;
    }
    t = table(w, "clocks", STR(""), 5);
    column(w, t, 0, WORD_C_CLOCK, false, 22);
    column(w, t, 1, WORD_C_DOCUMENT, false, 30);
    column(w, t, 2, WORD_C_RUNS, true, 9);
    column(w, t, 3, WORD_C_MISSED, true, 18);
    column(w, t, 4, WORD_C_WHICH, false, 21);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        clock_cells(w, doc_row(w->doc, t), one);
        missed += fig_n(one, "missed");
    }
    if (missed == 0)
        paragraph(w, say(w, WORD_CLOCKS_MET));
}

/* --- rules -----------------------------------------------------------------
 */

static void
write_silent(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "rules_silent");
    struct str names = STR("");

    for (size_t i = 0; i < json_array_size(list); i++)
        names = say_join(w, names, i ? say(w, WORD_LIST) : STR(""),
            fig_str(json_array_get(list, i), "title"));
    if (names.n)
        note(w, SAY(w, WORD_RULES_SILENT, names));
}

void
write_rules(struct writing *w)
{
    const json_t *list = json_object_get(w->figures, "rules");
    struct doc_table *t;

    heading(w, 2, WORD_S_RULES);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_RULES_NONE));
        write_silent(w);
        return;
    }
    t = table(w, "rules", STR(""), 6);
    column(w, t, 0, WORD_C_RULE, false, 34);
    column(w, t, 1, WORD_C_MATCHES, true, 11);
    column(w, t, 2, WORD_C_INCIDENTS, true, 11);
    column(w, t, 3, WORD_C_RIGHT, true, 11);
    column(w, t, 4, WORD_C_WRONG, true, 11);
    column(w, t, 5, WORD_C_PRECISION, true, 22);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        uint64_t right = fig_n(one, "right"), wrong = fig_n(one, "wrong");
        struct doc_cell *cells = doc_row(w->doc, t);

        cell(w, cells, 0,
            fig_str(one, "title").n ? fig_str(one, "title")
                                    : fig_str(one, "rule"));
        cell_link(w, cells, 1, say_n(w, fig_n(one, "items")),
            link_items(w, "rule", fig_str(one, "rule")));
        cell_link(w, cells, 2, say_n(w, fig_n(one, "incidents")),
            link_opened(w, "rule", fig_str(one, "rule")));
        cell_link(w, cells, 3, say_n(w, right),
            right ? link_ended(w, "closed", "rule", fig_str(one, "rule"))
                  : STR_NONE);
        cell_link(w, cells, 4, say_n(w, wrong),
            wrong ? link_ended(w, "false_alarm", "rule", fig_str(one, "rule"))
                  : STR_NONE);
        cell(w, cells, 5,
            right + wrong ? say_of(w, right, right + wrong)
                          : say(w, WORD_RULES_UNREVIEWED));
    }
    note(w, say(w, WORD_RULES_NOTE));
    write_silent(w);
}

/* --- coverage --------------------------------------------------------------
 */

static struct str
source_name(const json_t *one)
{
    return fig_str(one, "title").n ? fig_str(one, "title") : fig_str(one, "id");
}

static void
write_blind(struct writing *w, const json_t *list)
{
    struct doc_table *t = table(w, "coverage", STR(""), 4);

    column(w, t, 0, WORD_C_SOURCE, false, 40);
    column(w, t, 1, WORD_C_WHY, false, 24);
    column(w, t, 2, WORD_C_BLIND, true, 18);
    column(w, t, 3, WORD_C_END, false, 18);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct doc_cell *cells = doc_row(w->doc, t);

        cell_link(w, cells, 0, source_name(one),
            link_path(w, "/sources/", fig_str(one, "id")));
        cell(w, cells, 1, say_code(w, CODE_CONDITION, fig_str(one, "kind")));
        cell(w, cells, 2, say_ms(w, (int64_t)fig_n(one, "ms")));
        cell(w, cells, 3,
            json_is_true(json_object_get(one, "open"))
                ? say(w, WORD_STILL_BLIND)
                : say(w, WORD_SEEN_AGAIN));
    }
}

static void
write_gaps(struct writing *w, const json_t *coverage)
{
    const json_t *list = json_object_get(coverage, "gaps");
    struct str names = STR("");

    for (size_t i = 0; i < json_array_size(list); i++)
        names = say_join(w, names, i ? say(w, WORD_LIST) : STR(""),
            source_name(json_array_get(list, i)));
    paragraph(w, names.n ? SAY(w, WORD_GAPS_SOME,
                               say_n(w, fig_n(coverage, "gaps_all")), names)
                         : say(w, WORD_GAPS_NONE));
}

static void
write_house(struct writing *w, const json_t *list)
{
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_HOUSE_NONE));
        return;
    }
    paragraph(w, say(w, WORD_HOUSE_SOME));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct str zh = fig_str(one, "text_zh");
        struct str text =
            w->form->lang == LANG_ZH && zh.n ? zh : fig_str(one, "text");

        doc_say(w->arena, doc_add(w->doc, DOC_ITEM, 0),
            SAY(w, WORD_HOUSE_ONE, say_time(w, fig_time(one, "at")),
                say_ms(w, (int64_t)fig_n(one, "ms")),
                text.n ? text
                       : say_code(w, CODE_CONDITION, fig_str(one, "kind"))),
            STR_NONE);
    }
}

void
write_coverage(struct writing *w)
{
    const json_t *coverage = json_object_get(w->figures, "coverage");
    const json_t *blind = json_object_get(coverage, "blind");
    uint64_t lost = fig_n(coverage, "blind_ms");
    struct str sources = say_n(w, fig_n(coverage, "sources"));

    heading(w, 2, WORD_S_COVERAGE);
    if (fig_n(coverage, "sources") == 0) {
        paragraph(w, say(w, WORD_COVER_NONE));
    } else if (lost == 0) {
        paragraph(w, SAY(w, WORD_COVER_ALL, sources));
    } else {
        paragraph(w, SAY(w, WORD_COVER_SUM, sources,
                         say_ms(w, (int64_t)fig_n(coverage, "watched_ms")),
                         say_n(w, fig_n(coverage, "blind_sources")),
                         say_ms(w, (int64_t)lost),
                         say_percent(w, lost, fig_n(coverage, "watched_ms"))));
        write_blind(w, blind);
    }
    write_gaps(w, coverage);
    write_house(w, json_object_get(coverage, "house"));
}

/* --- deliveries ------------------------------------------------------------
 */

void
write_deliveries(struct writing *w)
{
    static const struct {
        const char *key;
        enum report_word title;
    } columns[] = {{"sent", WORD_C_SENT}, {"accepted", WORD_C_ACCEPTED},
        {"late", WORD_C_LATE}, {"retried", WORD_C_RETRIED},
        {"dead", WORD_C_DEAD}, {"pending", WORD_C_PENDING}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    const json_t *list = json_object_get(w->figures, "deliveries");
    struct doc_table *t;

    heading(w, 2, WORD_S_DELIVERIES);
    if (json_array_size(list) == 0) {
        paragraph(w, say(w, WORD_DELIVERIES_NONE));
        return;
    }
    t = table(w, "deliveries", STR(""), COLUMNS + 1);
    column(w, t, 0, WORD_C_CHANNEL, false, 28);
    for (size_t i = 0; i < COLUMNS; i++)
        column(w, t, i + 1, columns[i].title, true, 12);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct doc_cell *cells = doc_row(w->doc, t);
        uint64_t sent = fig_n(one, "sent");

        cell(w, cells, 0, fig_str(one, "channel"));
        for (size_t k = 0; k < COLUMNS; k++) {
            uint64_t n = fig_n(one, columns[k].key);
            bool dead = columns[k].title == WORD_C_DEAD && n > 0;
            bool share = columns[k].title == WORD_C_ACCEPTED;

            cell_link(w, cells, k + 1, share ? say_of(w, n, sent) : say_n(w, n),
                dead ? link_path(w, "/deliveries?state=dead", STR_NONE)
                     : STR_NONE);
        }
    }
    note(w, say(w, WORD_DELIVERIES_NOTE));
}
