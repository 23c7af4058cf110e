#include "incidents/report_writing.h"

#include "base/timefmt.h"

enum { SAY_MAX_BYTES = 256 * 1024 };

/* --- figures ---------------------------------------------------------------
 */

uint64_t
fig_n(const json_t *object, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(object, key));

    return n > 0 ? (uint64_t)n : 0;
}

struct str
fig_str(const json_t *object, const char *key)
{
    struct str s = jsonx_get_str(object, key);

    return s.p ? s : STR("");
}

struct wall
fig_time(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? (struct wall){json_integer_value(value)}
                                  : WALL_NONE;
}

const json_t *
fig_incident(const struct writing *w, int64_t id)
{
    const json_t *list = json_object_get(w->figures, "incidents");
    size_t low = 0, high = json_array_size(list);

    while (low < high) { /* they are in order of id */
        size_t middle = low + (high - low) / 2;
        const json_t *one = json_array_get(list, middle);
        json_int_t at = json_integer_value(json_object_get(one, "id"));

        if (at == id)
            return one;
        if (at < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool
has_before(const struct writing *w)
{
    const json_t *volume = json_object_get(w->figures, "volume");

    /* Half a period is not compared with a whole one. */
    return json_is_true(json_object_get(w->range, "finished")) &&
           json_is_true(
               json_object_get(json_object_get(volume, "before"), "complete"));
}

/* --- words -----------------------------------------------------------------
 */

struct str
say(const struct writing *w, enum report_word word)
{
    return report_word(word, w->form->lang);
}

struct str
say_fill(const struct writing *w, enum report_word word, const struct str *args,
    size_t n)
{
    struct str text = say(w, word);
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, SAY_MAX_BYTES);
    for (size_t i = 0; i < text.n; i++) {
        size_t arg = i + 2 < text.n && text.p[i] == '{' && text.p[i + 2] == '}'
                         ? (size_t)(unsigned char)(text.p[i + 1] - '0')
                         : n;

        if (arg < n) {
            (void)buf_add_str(&out, args[arg]);
            i += 2;
        } else {
            (void)buf_add_char(&out, text.p[i]);
        }
    }
    return arena_str(w->arena, buf_str(&out));
}

struct str
say_code(const struct writing *w, enum report_code set, struct str code)
{
    return report_code_word(set, code.p ? code : STR(""), w->form->lang);
}

struct str
say_n(const struct writing *w, uint64_t n)
{
    return arena_printf(w->arena, "%llu", (unsigned long long)n);
}

struct str
say_large(const struct writing *w, uint64_t n)
{
    if (n < 1000)
        return say_n(w, n);
    struct str head = say_large(w, n / 1000); /* at most six deep */
    return arena_printf(
        w->arena, "%.*s,%03llu", STR_ARG(head), (unsigned long long)(n % 1000));
}

struct str
say_ms(const struct writing *w, int64_t ms)
{
    int64_t minutes = (ms + MS_MINUTE / 2) / MS_MINUTE;
    int64_t hours = minutes / 60, days = hours / 24;

    if (ms < MS_MINUTE)
        return say(w, WORD_D_NONE);
    if (hours == 0)
        return SAY(w, WORD_D_MINUTES, say_n(w, (uint64_t)minutes));
    if (days < 2)
        return minutes % 60 == 0
                   ? SAY(w, WORD_D_HOURS, say_n(w, (uint64_t)hours))
                   : SAY(w, WORD_D_HOURS_MINUTES, say_n(w, (uint64_t)hours),
                         say_n(w, (uint64_t)(minutes % 60)));
    return hours % 24 == 0 ? SAY(w, WORD_D_DAYS, say_n(w, (uint64_t)days))
                           : SAY(w, WORD_D_DAYS_HOURS, say_n(w, (uint64_t)days),
                                 say_n(w, (uint64_t)(hours % 24)));
}

struct str
say_time(const struct writing *w, struct wall t)
{
    char out[TIMEFMT_LOCAL_SIZE];

    return arena_str(w->arena, str_of(timefmt_local(w->form->zone, t, out)));
}

struct str
say_day(const struct writing *w, int64_t day)
{
    struct civil c = civil_of_wall((struct wall){day * MS_DAY}, 0);

    return arena_printf(w->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

struct str
say_percent(const struct writing *w, uint64_t part, uint64_t whole)
{
    uint64_t tenths = whole ? (part * 1000 + whole / 2) / whole : 0;

    if (whole == 0)
        return STR("");
    return SAY(w, WORD_PERCENT,
        arena_printf(w->arena, "%llu.%llu", (unsigned long long)(tenths / 10),
            (unsigned long long)(tenths % 10)));
}

struct str
say_of(const struct writing *w, uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return STR("");
    return SAY(w, WORD_OF, say_percent(w, part, whole), say_n(w, part),
        say_n(w, whole));
}

/* "+2.5" of tenths. */
static struct str
signed_tenths(const struct writing *w, int64_t tenths)
{
    int64_t size = tenths < 0 ? -tenths : tenths;

    return arena_printf(w->arena, "%s%lld.%lld",
        tenths > 0   ? "+"
        : tenths < 0 ? "-"
                     : "±",
        (long long)(size / 10), (long long)(size % 10));
}

static int64_t
rounded(int64_t numerator, int64_t denominator)
{
    int64_t half = denominator / 2;

    return numerator < 0 ? -((-numerator + half) / denominator)
                         : (numerator + half) / denominator;
}

struct str
say_change(const struct writing *w, uint64_t now, uint64_t before)
{
    int64_t by = (int64_t)now - (int64_t)before;
    struct str text;

    if (!has_before(w))
        return say(w, WORD_NO_BEFORE);
    if (by == 0)
        return say(w, WORD_SAME);
    text = arena_printf(w->arena, "%+lld", (long long)by);
    if (before == 0)
        return text;
    return arena_printf(w->arena,
        w->form->lang == LANG_ZH ? "%.*s（%.*s）" : "%.*s (%.*s)",
        STR_ARG(text),
        STR_ARG(SAY(w, WORD_PERCENT,
            signed_tenths(w, rounded(by * 1000, (int64_t)before)))));
}

struct str
say_points(const struct writing *w, uint64_t now, uint64_t whole,
    uint64_t before, uint64_t whole_before)
{
    int64_t difference;

    if (!has_before(w) || whole == 0 || whole_before == 0)
        return say(w, WORD_NO_BEFORE);
    difference = (int64_t)(now * whole_before) - (int64_t)(before * whole);
    return SAY(w, WORD_POINTS,
        signed_tenths(
            w, rounded(difference * 1000, (int64_t)(whole * whole_before))));
}

struct str
say_join(const struct writing *w, struct str a, struct str b, struct str c)
{
    return arena_printf(
        w->arena, "%.*s%.*s%.*s", STR_ARG(a), STR_ARG(b), STR_ARG(c));
}

/* --- links -----------------------------------------------------------------
 */

static struct str
escaped(const struct writing *w, struct str s)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, SAY_MAX_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                     c == '.' || c == ',';

        if (plain)
            (void)buf_add_char(&out, c);
        else
            (void)buf_printf(&out, "%%%02X", (unsigned)(unsigned char)c);
    }
    return arena_str(w->arena, buf_str(&out));
}

struct str
link_path(const struct writing *w, const char *path, struct str tail)
{
    struct str base = w->form->url;
    struct str end = tail.p ? escaped(w, tail) : STR("");

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return arena_printf(
        w->arena, "%.*s%s%.*s", STR_ARG(base), path, STR_ARG(end));
}

struct str
link_incident(const struct writing *w, int64_t id)
{
    return link_path(w, "/incidents/", say_n(w, (uint64_t)id));
}

/* A list whose first parameter stands already, and one more filter. */
static struct str
link_more(const struct writing *w, struct str list, const char *name,
    struct str value)
{
    if (!name)
        return list;
    return arena_printf(w->arena, "%.*s&%s=%.*s", STR_ARG(list), name,
        STR_ARG(escaped(w, value)));
}

/* Incidents to which something happened in the range. */
static struct str
link_when(const struct writing *w, const char *states, const char *what)
{
    char from[TIMEFMT_RFC3339_SIZE], to[TIMEFMT_RFC3339_SIZE];

    timefmt_rfc3339(fig_time(w->range, "from"), from);
    timefmt_rfc3339(fig_time(w->range, "as_of"), to);
    return arena_printf(w->arena, "%.*s%s&%s_from=%s&%s_to=%s",
        STR_ARG(link_path(w, "/incidents?state=", STR_NONE)), states, what,
        from, what, to);
}

struct str
link_opened(const struct writing *w, const char *name, struct str value)
{
    return link_more(w,
        link_when(w, "new,acknowledged,responding,snoozed,closed,false_alarm",
            "opened"),
        name, value);
}

struct str
link_ended(const struct writing *w, const char *states, const char *name,
    struct str value)
{
    return link_more(w,
        link_when(w, states ? states : "closed,false_alarm", "closed"), name,
        value);
}

struct str
link_open(const struct writing *w, const char *name, struct str value)
{
    return link_more(
        w, link_path(w, "/incidents?state=open", STR_NONE), name, value);
}

struct str
link_items(const struct writing *w, const char *name, struct str value)
{
    int64_t first = (int64_t)fig_n(w->range, "first");
    int64_t days = (int64_t)fig_n(w->range, "days");

    return link_more(w,
        arena_printf(w->arena, "%.*s%.*s&to=%.*s",
            STR_ARG(link_path(w, "/items?from=", STR_NONE)),
            STR_ARG(say_day(w, first)),
            STR_ARG(say_day(w, first + (days > 0 ? days - 1 : 0)))),
        name, value);
}

/* --- the document ----------------------------------------------------------
 */

void
heading(struct writing *w, int depth, enum report_word word)
{
    doc_say(
        w->arena, doc_add(w->doc, DOC_HEADING, depth), say(w, word), STR_NONE);
}

void
paragraph(struct writing *w, struct str s)
{
    doc_say(w->arena, doc_add(w->doc, DOC_PARAGRAPH, 0), s, STR_NONE);
}

void
note(struct writing *w, struct str s)
{
    doc_say(w->arena, doc_add(w->doc, DOC_NOTE, 0), s, STR_NONE);
}

struct doc_table *
table(struct writing *w, const char *id, struct str caption, size_t ncolumns)
{
    return doc_table(w->doc, id, caption, ncolumns);
}

void
column(struct writing *w, struct doc_table *t, size_t i, enum report_word title,
    bool number, int share)
{
    doc_column(w->doc, t, i, say(w, title), number, share);
}

void
cell(struct writing *w, struct doc_cell *cells, size_t i, struct str s)
{
    doc_cell(w->doc, cells, i, s, STR_NONE);
}

void
cell_link(struct writing *w, struct doc_cell *cells, size_t i, struct str s,
    struct str link)
{
    doc_cell(w->doc, cells, i, s, link);
}

void
cell_level(struct writing *w, struct doc_cell *cells, size_t i, struct str code)
{
    enum level level;

    if (cells && level_parse(code, &level) == 0)
        cells[i].level = level;
    cell(w, cells, i, say_code(w, CODE_LEVEL, code));
}
