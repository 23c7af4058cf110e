/*
 * text: the view filled into its template until it fits.
 *
 * What is given up, in this order: items of an incident beyond the first few,
 * long texts, then whole entries of a digest, which are counted instead.  If
 * even the shortest of that is too long (a template of the operator's), the
 * lines are cut and the link is put behind the cut.
 */
#include "notify/text.h"

#include "base/jsonx.h"
#include "base/tmpl.h"
#include "base/utf8.h"
#include "notify/text_mark.h"
#include "notify/text_shipped.h"
#include "notify/text_view.h"
#include "notify/text_words.h"

enum {
    RENDER_MAX_BYTES = 256 * 1024,
    TITLE_TEXT_BYTES = 400 /* of the incident's title in ours */
};

static const struct str dots = {"…", 3};

struct str
text_cut(struct arena *arena, struct str s, size_t max_bytes)
{
    if (s.n <= max_bytes)
        return s;
    if (max_bytes <= dots.n)
        return utf8_cut(s, max_bytes);
    return arena_printf(arena, "%.*s%.*s",
        STR_ARG(str_trim(utf8_cut(s, max_bytes - dots.n))), STR_ARG(dots));
}

/* What one making of a text needs. */
struct making {
    struct arena *arena;
    const struct text_style *style;
    const json_t *message;
    struct tmpl *tmpl;
    size_t max;
    struct text text; /* of the last rendering */
};

/* --- the title ------------------------------------------------------------ */

static struct str
get(const json_t *json, const char *key)
{
    return jsonx_get_str(json, key);
}

/* "【橙色】" or "[Orange]", with the event unless it is the usual one. */
static struct str
tag(const struct making *m, const json_t *view)
{
    bool english = m->style->english;
    struct str level = get(view, "level"), event = get(view, "event");
    struct str words = level.n ? level : event;

    if (level.n && m->text.event != INCIDENT_EVENT_OPENED)
        words =
            arena_printf(m->arena, "%.*s·%.*s", STR_ARG(level), STR_ARG(event));
    return arena_printf(
        m->arena, english ? "[%.*s] " : "【%.*s】", STR_ARG(words));
}

static struct str
digest_words(const struct making *m, const json_t *view)
{
    bool conditions = json_object_get(view, "conditions") != NULL;

    return arena_printf(m->arena, "%lld %.*s",
        (long long)json_integer_value(json_object_get(view, "count")),
        STR_ARG(words(
            conditions ? WORD_CONDITIONS : WORD_INCIDENTS, m->style->english)));
}

/* What stands behind the tag. */
static struct str
title_words(const struct making *m, const json_t *view)
{
    bool english = m->style->english;
    struct str colon = words(WORD_COLON, english);
    struct str owner = get(view, "owner"), title = get(view, "title");

    if (json_object_get(view, "is_digest"))
        return digest_words(m, view);
    if (json_object_get(view, "is_condition"))
        return arena_printf(m->arena, "%.*s%.*s%.*s · %.*s",
            STR_ARG(get(view, "subject")), STR_ARG(colon),
            STR_ARG(get(view, "name")),
            STR_ARG(words(m->text.open ? WORD_HOLDS : WORD_ENDED, english)));
    if (!json_object_get(view, "is_incident") && !title.n) {
        struct str channel = get(view, "channel");

        return channel.n ? channel : get(view, "reason");
    }
    if (!title.n)
        title = get(view, "category");
    if (!owner.n || str_find(title, owner) < title.n)
        return title;
    return arena_printf(m->arena, "%.*s%.*s%.*s", STR_ARG(owner),
        STR_ARG(colon), STR_ARG(title));
}

/* The title is made from a view of its own, without markup. */
static int
make_title(struct making *m)
{
    const struct text_budget budget = {
        .most = 1, .items = 0, .text_bytes = TITLE_TEXT_BYTES};
    size_t max =
        m->style->title_bytes ? m->style->title_bytes : TEXT_TITLE_BYTES;
    struct text_style style = *m->style;
    struct str said;
    json_t *view;
    int err;

    style.markup = TEXT_MARKUP_NONE;
    err = text_view(m->arena, m->message, &style, &budget, &m->text, &view);
    if (err < 0)
        return err;
    said = title_words(m, view);
    m->text.title = text_cut(m->arena,
        str_starts(said, get(view, "event"))
            ? arena_str(m->arena, said)
            : arena_printf(
                  m->arena, "%.*s%.*s", STR_ARG(tag(m, view)), STR_ARG(said)),
        max);
    json_decref(view);
    return arena_failed(m->arena) ? E_NOMEM : 0;
}

/* --- the lines ------------------------------------------------------------ */

static int
render(struct making *m, const struct text_budget *budget)
{
    struct str title = m->text.title;
    enum text_markup markup = m->style->markup;
    struct buf out;
    json_t *view;
    int err =
        text_view(m->arena, m->message, m->style, budget, &m->text, &view);

    if (err < 0)
        return err;
    if (m->style->form != TEXT_FORM_FULL && markup != TEXT_MARKUP_HTML)
        markup = TEXT_MARKUP_NONE;
    m->text.title = title;
    m->text.heading = mark_foreign(m->arena, markup, title, SIZE_MAX);
    buf_init(&out, RENDER_MAX_BYTES);
    err = tmpl_render(m->tmpl, view, NULL, NULL, &out);
    if (!err)
        m->text.lines = mark_lines(m->arena, markup, buf_str(&out));
    buf_done(&out);
    json_decref(view);
    return !err && arena_failed(m->arena) ? E_NOMEM : err;
}

/* Entries of the message's own list. */
static size_t
entries(const json_t *message)
{
    const json_t *data = json_object_get(message, "data");
    size_t a = json_array_size(json_object_get(data, "incidents"));
    size_t b = json_array_size(json_object_get(data, "conditions"));
    size_t c = json_array_size(
        json_object_get(json_object_get(data, "incident"), "explanation"));

    a = a > b ? a : b;
    return a > c ? a : c;
}

/* The most entries that fit, by halving. */
static int
fit_entries(struct making *m, struct text_budget budget)
{
    size_t low = 0, high = budget.most;
    int err = 0;

    while (!err && low + 1 < high) {
        budget.most = low + (high - low) / 2;
        err = render(m, &budget);
        if (!err && m->text.lines.n <= m->max)
            low = budget.most;
        else
            high = budget.most;
    }
    budget.most = low;
    return err ? err : render(m, &budget);
}

static void
cut_hard(struct making *m)
{
    struct text *text = &m->text;
    size_t room = m->max;

    if (text->lines.n <= m->max)
        return;
    if (!text->url.n || m->style->buttons || text->url.n + dots.n + 1 > room) {
        text->lines = text_cut(m->arena, text->lines, room);
        return;
    }
    text->lines = arena_printf(m->arena, "%.*s\n%.*s",
        STR_ARG(text_cut(m->arena, text->lines, room - text->url.n - 1)),
        STR_ARG(text->url));
}

static int
fit(struct making *m)
{
    static const struct text_budget steps[] = {{0, 30, 512}, {0, 8, 300},
        {0, 3, 200}, {0, 1, 160}, {0, 0, 120}, {0, 0, 60}};
    struct text_budget budget = {0};
    int err = 0;

    for (size_t i = 0; !err && i < sizeof steps / sizeof *steps; i++) {
        budget = steps[i];
        budget.most = entries(m->message) + 1;
        err = render(m, &budget);
        if (!err && m->text.lines.n <= m->max)
            return 0;
    }
    if (!err)
        err = fit_entries(m, budget);
    if (!err)
        cut_hard(m);
    return err;
}

/* --- all of it ------------------------------------------------------------ */

static int
parse_template(struct making *m)
{
    bool incident = json_object_get(json_object_get(m->message, "data"),
                        "incident") != NULL;
    struct str template = m->style->template;

    /* The safe form is ours: an own template may quote anything. */
    if (!template.n || m->style->form == TEXT_FORM_SAFE)
        template = text_shipped(m->text.event, incident, m->style->english);
    return tmpl_parse("template", template, TMPL_TEXT, NULL, &m->tmpl);
}

int
text_make(struct arena *arena, struct str body, const struct text_style *style,
    struct text *ret)
{
    struct making m = {.arena = arena,
        .style = style,
        .max = style->max_bytes ? style->max_bytes : TEXT_MAX_BYTES};
    json_t *message;
    int err = jsonx_load(body, NULL, &message);

    if (err < 0)
        return err;
    if (style->form != TEXT_FORM_FULL && m.max > TEXT_SMALL_BYTES)
        m.max = TEXT_SMALL_BYTES;
    if (m.max < TEXT_MIN_BYTES)
        m.max = TEXT_MIN_BYTES;
    m.message = message;
    err = make_title(&m);
    if (!err)
        err = parse_template(&m);
    if (!err)
        err = fit(&m);
    if (!err)
        *ret = m.text;
    tmpl_free(m.tmpl);
    json_decref(message);
    return err;
}

struct str
text_plain(struct arena *arena, const struct text *text, size_t max_bytes)
{
    bool linked = str_find(text->lines, text->url) < text->lines.n;
    size_t tail = text->url.n && !linked ? text->url.n + 1 : 0;
    struct str all = arena_printf(
        arena, "%.*s\n%.*s", STR_ARG(text->title), STR_ARG(text->lines));

    if (all.n + tail <= max_bytes && !tail)
        return all;
    if (all.n + tail > max_bytes) {
        /* The link is behind the cut, wherever it stood. */
        tail = text->url.n ? text->url.n + 1 : 0;
        if (tail > max_bytes)
            return text_cut(arena, all, max_bytes);
        all = text_cut(arena, all, max_bytes - tail);
    }
    return tail ? arena_printf(
                      arena, "%.*s\n%.*s", STR_ARG(all), STR_ARG(text->url))
                : all;
}
