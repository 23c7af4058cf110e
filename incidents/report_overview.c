/*
 * report_overview: the paragraph that says it all, and what follows from the
 * figures that somebody would have to do.
 */
#include "incidents/report_writing.h"

enum {
    TODO_BLIND_MS =
        6 * MS_HOUR, /* a source that long unseen is to be looked at */
    TODO_MAX_BLIND = 5,
    TODO_MAX_IDS = 5,
    TODO_RULE_REVIEWED = 5,  /* a rule is judged by that many at least, */
    TODO_RULE_PRECISION = 60 /* and wrong below so many per cent */
};

static const json_t *
list_of(const struct writing *w, const char *key)
{
    return json_object_get(w->figures, key);
}

static uint64_t
level_n(const struct writing *w, const char *level)
{
    const json_t *list = list_of(w, "levels");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        if (str_eq(fig_str(one, "level"), str_of(level)))
            return fig_n(one, "incidents");
    }
    return 0;
}

static const json_t *
times_of(const struct writing *w, const char *point)
{
    const json_t *list = list_of(w, "times");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        if (str_eq(fig_str(one, "point"), str_of(point)))
            return one;
    }
    return NULL;
}

static enum report_word
this_period(const struct writing *w)
{
    enum report_kind kind;

    if (report_kind_parse(fig_str(w->range, "kind"), &kind) != 0)
        return WORD_THIS_DAYS;
    return (enum report_word)(WORD_THIS_DAY + (int)kind);
}

/* --- the paragraph ---------------------------------------------------------
 */

/* "1 item", "1,234 items" */
static struct str
counted(const struct writing *w, uint64_t n, enum report_word one,
    enum report_word many)
{
    return n == 1 ? say(w, one) : SAY(w, many, say_large(w, n));
}

static void
say_volume(const struct writing *w, struct buf *out)
{
    const json_t *volume = list_of(w, "volume");
    const json_t *before = json_object_get(volume, "before");
    uint64_t n = fig_n(volume, "incidents"), was = fig_n(before, "incidents");
    uint64_t sources =
        fig_n(json_object_get(w->figures, "coverage"), "sources");

    (void)buf_add_str(
        out, SAY(w, WORD_O_VOLUME, say(w, this_period(w)),
                 counted(w, sources, WORD_N_SOURCE, WORD_N_SOURCES),
                 counted(w, fig_n(volume, "items"), WORD_N_ITEM, WORD_N_ITEMS),
                 say_large(w, fig_n(volume, "matches")),
                 counted(w, n, WORD_N_INCIDENT, WORD_N_INCIDENTS)));
    if (has_before(w))
        (void)buf_add_str(
            out, n > was   ? SAY(w, WORD_O_MORE, say_large(w, n - was))
                 : n < was ? SAY(w, WORD_O_LESS, say_large(w, was - n))
                           : say(w, WORD_O_SAME));
    (void)buf_add_str(out, say(w, WORD_STOP));
}

static void
say_levels(const struct writing *w, struct buf *out)
{
    const json_t *top = json_array_get(list_of(w, "categories"), 0);
    uint64_t red = level_n(w, "red"), orange = level_n(w, "orange");

    (void)buf_add_str(out,
        red + orange ? SAY(w, WORD_O_SERIOUS, say_n(w, red), say_n(w, orange))
                     : say(w, WORD_O_NOT_SERIOUS));
    if (fig_n(top, "incidents"))
        (void)buf_add_str(
            out, SAY(w, WORD_O_CATEGORY,
                     say_code(w, CODE_CATEGORY, fig_str(top, "category")),
                     say_n(w, fig_n(top, "incidents"))));
    (void)buf_add_str(out, say(w, WORD_STOP));
}

static void
say_taken(const struct writing *w, struct buf *out)
{
    const json_t *taken = times_of(w, "acknowledged");
    uint64_t n = fig_n(taken, "n");
    struct str middle = say_ms(w, (int64_t)fig_n(taken, "median_ms"));

    if (n == 0 && fig_n(taken, "open"))
        (void)buf_add_str(out, say(w, WORD_O_NEVER_TAKEN));
    else if (n == 1)
        (void)buf_add_str(out, SAY(w, WORD_O_TIME_ONE, middle));
    else if (n > 1)
        (void)buf_add_str(out, SAY(w, WORD_O_TIMES, say_n(w, n), middle,
                                   say_ms(w, (int64_t)fig_n(taken, "p90_ms"))));
}

static uint64_t
carried_serious(const struct writing *w)
{
    const json_t *carried = list_of(w, "carried");
    const json_t *ids = json_object_get(carried, "ids");
    uint64_t n = 0;

    if (json_object_get(carried, "serious"))
        return fig_n(carried, "serious");
    /* A report that was kept before that was counted. */
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *one =
            fig_incident(w, json_integer_value(json_array_get(ids, i)));
        struct str level = fig_str(one, "level");

        n += str_eq(level, STR("red")) || str_eq(level, STR("orange"));
    }
    return n;
}

static void
say_state(const struct writing *w, struct buf *out)
{
    const json_t *owners = list_of(w, "owners");
    uint64_t ended = fig_n(list_of(w, "ended"), "n"), wrong = 0;
    uint64_t open = fig_n(list_of(w, "carried"), "n");
    uint64_t serious = carried_serious(w);

    if (json_object_get(list_of(w, "ended"), "false_alarms"))
        wrong = fig_n(list_of(w, "ended"), "false_alarms");
    else
        for (size_t i = 0; i < json_array_size(owners); i++)
            wrong += fig_n(json_array_get(owners, i), "false_alarms");
    (void)buf_add_str(
        out, ended ? SAY(w, WORD_O_ENDED, say_n(w, ended), say_n(w, wrong))
                   : say(w, WORD_O_ENDED_NONE));
    (void)buf_add_str(out, open == 0 ? say(w, WORD_O_OPEN_NONE)
                           : serious ? SAY(w, WORD_O_OPEN_SERIOUS,
                                           say_n(w, open), say_n(w, serious))
                                     : SAY(w, WORD_O_OPEN, say_n(w, open)));
}

static uint64_t
missed(const struct writing *w)
{
    const json_t *clocks = list_of(w, "clocks");
    uint64_t n = 0;

    for (size_t i = 0; i < json_array_size(clocks); i++)
        n += fig_n(json_array_get(clocks, i), "missed");
    return n;
}

struct str
overview(const struct writing *w)
{
    const json_t *volume = list_of(w, "volume");
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 16 * 1024);
    if (fig_n(volume, "items") == 0 && fig_n(volume, "incidents") == 0)
        (void)buf_add_str(
            &out, SAY(w, WORD_O_QUIET, say(w, this_period(w)),
                      say_n(w, fig_n(json_object_get(w->figures, "coverage"),
                                   "sources"))));
    else
        say_volume(w, &out);
    if (fig_n(volume, "incidents")) {
        say_levels(w, &out);
        say_taken(w, &out);
    }
    say_state(w, &out);
    if (missed(w))
        (void)buf_add_str(&out, SAY(w, WORD_O_MISSED, say_n(w, missed(w))));
    return arena_str(w->arena, buf_str(&out));
}

/* --- what needs doing ------------------------------------------------------
 */

static struct doc_text *
todo(struct writing *w, struct str s)
{
    struct doc_text *text = doc_add(w->doc, DOC_ITEM, 0);

    doc_say(w->arena, text, s, STR_NONE);
    return text;
}

/* What an incident is called: by its title when the report knows one. */
static struct str
name_of(const struct writing *w, int64_t id)
{
    struct str number = say_n(w, (uint64_t)id);
    struct str title = fig_str(fig_incident(w, id), "title");

    if (title.n == 0)
        return SAY(w, WORD_T_SEE_INCIDENT, number);
    return title.p[0] == '#' ? title
                             : arena_printf(w->arena, "#%.*s %.*s",
                                   STR_ARG(number), STR_ARG(title));
}

static void
add_ids(struct writing *w, struct doc_text *text, const json_t *ids,
    uint64_t all, struct str list)
{
    for (size_t i = 0; i < json_array_size(ids) && i < TODO_MAX_IDS; i++) {
        int64_t id = json_integer_value(json_array_get(ids, i));

        if (i)
            doc_say(w->arena, text, say(w, WORD_LIST), STR_NONE);
        doc_say(w->arena, text, name_of(w, id), link_incident(w, id));
    }
    if (all > TODO_MAX_IDS)
        doc_say(w->arena, text,
            SAY(w, WORD_AND_MORE, say_n(w, all - TODO_MAX_IDS)), list);
}

/* Open ones that nobody has, and open ones that are orange or red. */
static unsigned
todo_incidents(struct writing *w)
{
    const json_t *carried = list_of(w, "carried");
    const json_t *ids = json_object_get(carried, "ids");
    json_auto_t *serious = json_array();
    const json_t *worst = NULL;
    uint64_t fresh = 0, grave;

    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *one =
            fig_incident(w, json_integer_value(json_array_get(ids, i)));
        struct str level = fig_str(one, "level");

        if (str_eq(fig_str(one, "state"), STR("new"))) {
            worst = fresh++ == 0 ? one : worst;
        } else if (str_eq(level, STR("red")) || str_eq(level, STR("orange"))) {
            (void)json_array_append(serious, json_array_get(ids, i));
        }
    }
    /* The list is cut, the numbers are not; older reports have none. */
    grave = json_object_get(carried, "serious_taken")
                ? fig_n(carried, "serious_taken")
                : json_array_size(serious);
    if (json_object_get(carried, "untaken"))
        fresh = fig_n(carried, "untaken");
    if (fresh)
        doc_say(w->arena,
            todo(w, SAY(w, WORD_T_NEW, say_n(w, fresh),
                        say_code(w, CODE_LEVEL, fig_str(worst, "level")))),
            fig_str(worst, "title").n ? fig_str(worst, "title")
                                      : say(w, WORD_UNTITLED),
            worst ? link_incident(w, (int64_t)fig_n(worst, "id"))
                  : link_path(w, "/incidents?state=new", STR_NONE));
    if (grave)
        add_ids(w, todo(w, SAY(w, WORD_T_OPEN_SERIOUS, say_n(w, grave))),
            serious, grave, link_open(w, "level", STR("red,orange")));
    return (fresh ? 1u : 0u) + (grave ? 1u : 0u);
}

static unsigned
todo_clocks(struct writing *w)
{
    const json_t *clocks = list_of(w, "clocks");
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(clocks); i++) {
        const json_t *one = json_array_get(clocks, i);

        if (fig_n(one, "missed") == 0)
            continue;
        add_ids(w,
            todo(w, SAY(w, WORD_T_MISSED, fig_str(one, "title"),
                        say_n(w, fig_n(one, "missed")),
                        say_n(w, fig_n(one, "runs")))),
            json_object_get(one, "ids"), fig_n(one, "missed"),
            link_path(w, "/incidents?state=all&clock=breached", STR_NONE));
        n++;
    }
    return n;
}

static unsigned
todo_rules(struct writing *w)
{
    const json_t *rules = list_of(w, "rules");
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *one = json_array_get(rules, i);
        uint64_t right = fig_n(one, "right");
        uint64_t all = right + fig_n(one, "wrong");

        if (all < TODO_RULE_REVIEWED ||
            right * 100 >= all * TODO_RULE_PRECISION)
            continue;
        doc_say(w->arena,
            todo(w, SAY(w, WORD_T_RULE, fig_str(one, "title"), say_n(w, all),
                        say_n(w, all - right), say_percent(w, right, all))),
            say(w, WORD_T_SEE_LIST),
            link_ended(w, "false_alarm", "rule", fig_str(one, "rule")));
        n++;
    }
    return n;
}

static unsigned
todo_coverage(struct writing *w)
{
    const json_t *coverage = list_of(w, "coverage");
    const json_t *blind = json_object_get(coverage, "blind");
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(blind) && n < TODO_MAX_BLIND; i++) {
        const json_t *one = json_array_get(blind, i);

        if (fig_n(one, "ms") < TODO_BLIND_MS)
            break;
        doc_say(w->arena,
            todo(w, SAY(w, WORD_T_BLIND,
                        fig_str(one, "title").n ? fig_str(one, "title")
                                                : fig_str(one, "id"),
                        say_ms(w, (int64_t)fig_n(one, "ms")),
                        say_code(w, CODE_CONDITION, fig_str(one, "kind")))),
            say(w, WORD_T_SEE_SOURCE),
            link_path(w, "/sources/", fig_str(one, "id")));
        n++;
    }
    if (fig_n(coverage, "gaps_all")) {
        (void)todo(
            w, SAY(w, WORD_T_GAPS, say_n(w, fig_n(coverage, "gaps_all"))));
        n++;
    }
    return n;
}

static unsigned
todo_deliveries(struct writing *w)
{
    const json_t *list = list_of(w, "deliveries");
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        if (fig_n(one, "dead") == 0)
            continue;
        doc_say(w->arena,
            todo(w, SAY(w, WORD_T_DEAD, fig_str(one, "channel"),
                        say_n(w, fig_n(one, "dead")))),
            say(w, WORD_T_SEE_LIST),
            link_path(w, "/deliveries?state=dead", STR_NONE));
        n++;
    }
    return n;
}

static unsigned
todo_sites(struct writing *w)
{
    const json_t *sites = list_of(w, "own_sites");

    if (fig_n(sites, "open") == 0)
        return 0;
    doc_say(w->arena,
        todo(w, SAY(w, WORD_T_OWN_SITES, say_n(w, fig_n(sites, "bad")),
                    say_n(w, fig_n(sites, "open")))),
        say(w, WORD_T_SEE_SITES), link_path(w, "/sites", STR_NONE));
    return 1;
}

void
write_todo(struct writing *w)
{
    unsigned n;

    heading(w, 2, WORD_S_TODO);
    n = todo_incidents(w);
    n += todo_clocks(w);
    n += todo_deliveries(w);
    n += todo_coverage(w);
    n += todo_sites(w);
    n += todo_rules(w);
    if (n == 0)
        paragraph(w, say(w, WORD_T_NONE));
}
