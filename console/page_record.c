/*
 * page_record: an incident as one Markdown text, to be filed or sent on.
 *
 * It says what the page says, in the reader's language: the answers, why this
 * score, each item with its address, and all that happened.  Text from outside
 * is escaped, so that it cannot pose as the record's own.
 */
#include <inttypes.h>

#include "base/jsonx.h"
#include "base/utf8.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_incident.h"

enum {
    RECORD_MAX_BYTES = 4 * 1024 * 1024,
    RECORD_MAX_ITEMS = 500,
    RECORD_ITEM_POINTS = 4000 /* of an item's text, bytes */
};

/* Text in a line: no line ends, and no mark that Markdown would take for its
 * own. */
static void
say(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '\n' || c == '\r' || c == '\t') {
            (void)buf_add_char(out, ' ');
            continue;
        }
        if (c > 0 && c < 0x20)
            continue;
        if (c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' ||
            c == ']' || c == '<' || c == '>' || c == '|' || c == '#' ||
            c == '~' || c == '!')
            (void)buf_add_char(out, '\\');
        (void)buf_add_char(out, c);
    }
}

static void
say_key(struct buf *out, const json_t *object, const char *key)
{
    say(out, jsonx_get_str(object, key));
}

static void
heading(struct context *ctx, struct buf *out, const char *key)
{
    (void)buf_printf(out, "\n## %.*s\n\n", STR_ARG(text_get(ctx, key)));
}

static void
say_glance(struct buf *out, const json_t *value)
{
    const json_t *cell;
    size_t i;

    json_array_foreach(json_object_get(value, "glance"), i, cell)
    {
        (void)buf_add_cstr(out, "- **");
        say_key(out, cell, "question");
        (void)buf_add_cstr(out, "** ");
        say_key(out, cell, "answer");
        if (jsonx_get_str(cell, "note").n > 0) {
            (void)buf_add_cstr(out, " (");
            say_key(out, cell, "note");
            (void)buf_add_char(out, ')');
        }
        (void)buf_add_char(out, '\n');
    }
}

static void
say_score(struct context *ctx, struct buf *out, const json_t *incident)
{
    const json_t *line;
    size_t i;

    heading(ctx, out, "record_score");
    (void)buf_printf(out, "| %.*s | %.*s | %.*s | %.*s |\n|---|---|--:|--:|\n",
        STR_ARG(text_get(ctx, "score_line")),
        STR_ARG(text_get(ctx, "score_basis")),
        STR_ARG(text_get(ctx, "score_points")),
        STR_ARG(text_get(ctx, "score_sum")));
    json_array_foreach(json_object_get(incident, "explanation"), i, line)
    {
        struct str title = jsonx_get_str(line, "title");

        (void)buf_add_cstr(out, "| ");
        say(out, title.n ? title : jsonx_get_str(line, "rule"));
        (void)buf_add_cstr(out, " | ");
        say_key(out, line, "text");
        (void)buf_add_cstr(out, " | ");
        (void)buf_add_str(out, jsonx_get_str(line, "points_text"));
        (void)buf_printf(out, " | %" JSON_INTEGER_FORMAT " |\n",
            json_integer_value(json_object_get(line, "sum")));
    }
}

static void
say_item(struct context *ctx, struct buf *out, const struct item_row *row)
{
    char seen[TIMEFMT_LOCAL_SIZE];
    struct str title = row->title.n ? row->title : text_get(ctx, "untitled");

    (void)buf_add_cstr(out, "### ");
    say(out, title);
    (void)buf_add_cstr(out, "\n\n- ");
    say(out, row->source_title.n ? row->source_title : row->source);
    (void)buf_printf(
        out, " · %s", timefmt_local(ctx->console->zone, row->first_seen, seen));
    if (row->url.n > 0) {
        (void)buf_add_cstr(out, "\n- ");
        say(out, row->url);
    }
    if (row->why.n > 0) {
        (void)buf_add_cstr(out, "\n- ");
        say(out, text_sentence(ctx, row->why));
    }
    (void)buf_add_cstr(out, "\n\n> ");
    say(out, utf8_cut(row->text, RECORD_ITEM_POINTS));
    (void)buf_add_cstr(out, "\n\n");
}

static void
say_event(struct context *ctx, struct buf *out, const json_t *event)
{
    static const char *const parts[] = {
        "kind_text", "channel", "clock", "by", "reason", "said"};
    const json_t *detail;
    size_t i;

    (void)ctx;
    (void)buf_add_cstr(out, "- ");
    say_key(out, event, "at_text");
    for (i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (jsonx_get_str(event, parts[i]).n == 0)
            continue;
        (void)buf_add_cstr(out, " · ");
        say_key(out, event, parts[i]);
    }
    json_array_foreach(json_object_get(event, "details"), i, detail)
    {
        (void)buf_add_cstr(out, " · ");
        say_key(out, detail, "name");
        (void)buf_add_char(out, ' ');
        say_key(out, detail, "value");
    }
    (void)buf_add_char(out, '\n');
}

static void
say_record(struct context *ctx, const struct incident_page *page,
    const json_t *value, struct buf *out)
{
    const json_t *incident = json_object_get(value, "incident"), *event;
    const json_t *events = json_object_get(value, "events");
    char now[TIMEFMT_LOCAL_SIZE];

    (void)buf_printf(out, "# #%" PRId64 " ", page->row->incident.id);
    say(out, page->row->incident.title);
    (void)buf_add_cstr(out, "\n\n");
    say_key(out, incident, "level_text");
    (void)buf_add_cstr(out, " · ");
    say_key(out, incident, "state_text");
    (void)buf_printf(out, "  \n<%.*s>  \n%.*s %s\n\n",
        STR_ARG(jsonx_get_str(incident, "url")),
        STR_ARG(text_get(ctx, "record_made")),
        timefmt_local(ctx->console->zone, ctx->now, now));
    say_glance(out, value);
    say_score(ctx, out, incident);
    heading(ctx, out, "record_items");
    for (size_t i = 0; i < page->nitems && i < RECORD_MAX_ITEMS; i++)
        say_item(ctx, out, &page->items[i]);
    heading(ctx, out, "record_time");
    for (size_t i = json_array_size(events); i-- > 0;) {
        event = json_array_get(events, i);
        say_event(ctx, out, event);
    }
}

void
page_record(struct context *ctx)
{
    struct incident_page page;
    struct str bytes;
    struct buf out;
    json_t *value;
    bool json = ctx->json;
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = incident_page_read(ctx, id, RECORD_MAX_ITEMS, &page);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    page.whole = true;
    buf_init(&out, RECORD_MAX_BYTES);
    ctx->json = false; /* the words, as on the page */
    value = json_object();
    (void)json_object_set_new(value, "incident", row_incident(ctx, page.row));
    set_score_sums(
        ctx, json_object_get(value, "incident"), page.row->incident.score);
    set_glance(ctx, &page, value);
    set_events(ctx, &page, value);
    say_record(ctx, &page, value, &out);
    json_decref(value);
    bytes = arena_str(ctx->arena, buf_str(&out));
    err = out.err;
    buf_done(&out);
    ctx->json = json;
    if (err)
        reply_error(ctx, 503, NULL);
    else
        reply_bytes(ctx, 200, "text/markdown; charset=utf-8", bytes);
}
