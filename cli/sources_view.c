/*
 * sources_view: see sources_view.h.
 */
#include "cli/sources_view.h"

#include "base/utf8.h"

enum { SHOWN_TITLE_CHARS = 60, SHOWN_NOTES = 8 };

void
view_say(FILE *stream, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);

        if (c < 0x20 || (c >= 0x7f && c < 0xa0) ||
            (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            fputc(c == '\n' || c == '\t' ? ' ' : '?', stream);
        else
            fwrite(text.p + from, 1, at - from, stream);
    }
}

static struct wall
time_of(const json_t *item)
{
    struct wall t;

    if (timefmt_parse_rfc3339(jsonx_get_str(item, "published"), &t) == 0 ||
        timefmt_parse_rfc3339(jsonx_get_str(item, "updated"), &t) == 0)
        return t;
    return WALL_NONE;
}

/* Keep item among the newest; those without a time come after those with one,
 * in their order. */
static void
keep_newest(struct view *view, const struct view_item *item)
{
    size_t at = view->nnewest;

    while (at > 0 && item->time.ms > view->newest[at - 1].time.ms)
        at--;
    if (at == VIEW_NEWEST)
        return;
    if (view->nnewest < VIEW_NEWEST)
        view->nnewest++;
    for (size_t i = view->nnewest - 1; i > at; i--)
        view->newest[i] = view->newest[i - 1];
    view->newest[at] = *item;
}

void
view_read(const json_t *document, struct view *ret)
{
    const json_t *items = json_object_get(document, "items"), *item;
    size_t i;

    *ret = (struct view){.title = jsonx_get_str(document, "title"),
        .format = jsonx_get_str(document, "format"),
        .encoding = jsonx_get_str(document, "encoding"),
        .items = json_array_size(items),
        .notes = json_object_get(document, "notes"),
        .children = json_object_get(document, "children")};
    json_array_foreach(items, i, item)
    {
        struct view_item one = {jsonx_get_str(item, "title"),
            jsonx_get_str(item, "url"), time_of(item)};

        if (one.title.n == 0)
            one.title = jsonx_get_str(item, "text");
        ret->dated += wall_is_set(one.time);
        keep_newest(ret, &one);
    }
}

struct str
view_time(struct arena *arena, const struct zone *zone, struct wall t)
{
    char text[64];

    if (!wall_is_set(t) || !zone)
        return STR("");
    return arena_str(arena, str_of(timefmt_local(zone, t, text)));
}

void
view_print(FILE *stream, struct arena *arena, const struct zone *zone,
    const struct view *view)
{
    const json_t *note;
    size_t i;

    fputs("  title     ", stream);
    view_say(stream, view->title.n > 0 ? view->title : STR("(none)"));
    fprintf(stream, "\n  format    %.*s, %.*s\n", STR_ARG(view->format),
        STR_ARG(view->encoding));
    fprintf(
        stream, "  items     %zu, %zu with a date\n", view->items, view->dated);
    for (i = 0; i < view->nnewest; i++) {
        const struct view_item *item = &view->newest[i];
        struct str title = item->title;
        struct str when = view_time(arena, zone, item->time);

        fprintf(stream, "  %s  %-16.*s  ", i == 0 ? "newest " : "       ",
            STR_ARG(when));
        view_say(
            stream, str_first(title, utf8_offset(title, SHOWN_TITLE_CHARS)));
        fputc('\n', stream);
    }
    json_array_foreach(view->notes, i, note)
    {
        if (i == SHOWN_NOTES) {
            fprintf(stream, "            … %zu more\n",
                json_array_size(view->notes) - i);
            break;
        }
        fputs(i == 0 ? "  problems  " : "            ", stream);
        view_say(stream,
            (struct str){json_string_value(note), json_string_length(note)});
        fputc('\n', stream);
    }
    if (json_array_size(view->children) > 0)
        fprintf(stream,
            "  An index of sitemaps: the daemon reads the newest of %zu.\n",
            json_array_size(view->children));
}

json_t *
view_json(const struct view *view)
{
    json_t *json = json_object(), *newest = json_array();

    for (size_t i = 0; i < view->nnewest; i++) {
        json_t *one = json_object();

        jsonx_set(one, "title", jsonx_str(view->newest[i].title));
        jsonx_set(one, "url", jsonx_str(view->newest[i].url));
        jsonx_set(one, "time", jsonx_time(view->newest[i].time));
        json_array_append_new(newest, one);
    }
    jsonx_set(json, "title", jsonx_str(view->title));
    jsonx_set(json, "format", jsonx_str(view->format));
    jsonx_set(json, "encoding", jsonx_str(view->encoding));
    jsonx_set(json, "items", json_integer((json_int_t)view->items));
    jsonx_set(json, "dated", json_integer((json_int_t)view->dated));
    jsonx_set(json, "newest", newest);
    jsonx_set(json, "notes",
        view->notes ? json_deep_copy(view->notes) : json_array());
    return json;
}
