/*
 * page_feed: the incident list as an Atom feed (RFC 4287), for those who
 * prefer a reader.  Its address takes the list's filters.
 *
 * An entry says what the list's row says: nothing in it was not on the page.
 */
#include <inttypes.h>

#include "console/context.h"
#include "console/list_query.h"
#include "console/rows.h"

enum {
    FEED_MAX_BYTES = 1024 * 1024,
    FEED_ENTRIES = 50,
    FEED_MAX_SELF_BYTES = HTTP_MAX_TARGET_BYTES
};

/* Append s as XML's text or attribute; what XML cannot hold is left out. */
static void
add_xml(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '&')
            (void)buf_add_cstr(out, "&amp;");
        else if (c == '<')
            (void)buf_add_cstr(out, "&lt;");
        else if (c == '>')
            (void)buf_add_cstr(out, "&gt;");
        else if (c == '"')
            (void)buf_add_cstr(out, "&quot;");
        else if (c == 0xef && i + 2 < s.n &&
                 (unsigned char)s.p[i + 1] == 0xbf &&
                 ((unsigned char)s.p[i + 2] | 1) == 0xbf)
            i += 2; /* U+FFFE, U+FFFF */
        else if (c >= 0x20 || c == '\t' || c == '\n')
            (void)buf_add_char(out, (char)c);
    }
}

static void
add_element(struct buf *out, const char *name, struct str text)
{
    (void)buf_printf(out, "<%s>", name);
    add_xml(out, text);
    (void)buf_printf(out, "</%s>\n", name);
}

static void
add_time(struct buf *out, const char *name, struct wall t)
{
    char text[TIMEFMT_RFC3339_SIZE];

    add_element(out, name, str_of(timefmt_rfc3339(t, text)));
}

/* The later of what was seen and what was done. */
static struct wall
touched(const struct list_row *row)
{
    const struct incident *incident = &row->row.incident;
    struct wall t = incident->last_seen;

    if (wall_is_set(incident->opened) && incident->opened.ms > t.ms)
        t = incident->opened;
    if (wall_is_set(row->touched) && row->touched.ms > t.ms)
        t = row->touched;
    return t;
}

static void
add_address(const struct context *ctx, struct buf *out, int64_t id)
{
    add_xml(out, ctx->console->config.url);
    (void)buf_printf(out, "/incidents/%" PRId64, id);
}

/* "orange: title" is a reader's line; the rest is its text. */
static void
add_entry(
    const struct context *ctx, struct buf *out, const struct list_row *row)
{
    const struct incident *incident = &row->row.incident;
    struct str state =
        text_of(ctx, "state", str_of(incident_state_name(incident->state)));
    struct str level =
        text_of(ctx, "level", str_of(level_name(incident->level)));
    struct str category = text_of(ctx, "category", incident->category);

    (void)buf_add_cstr(out, "<entry>\n<id>");
    add_address(ctx, out, incident->id);
    (void)buf_add_cstr(out, "</id>\n");
    add_element(out, "title",
        arena_printf(ctx->arena, "[%.*s] %.*s", STR_ARG(level),
            STR_ARG(incident->title)));
    (void)buf_add_cstr(out, "<link rel=\"alternate\" href=\"");
    add_address(ctx, out, incident->id);
    (void)buf_add_cstr(out, "\"/>\n");
    add_time(out, "published",
        wall_is_set(incident->opened) ? incident->opened
                                      : incident->first_seen);
    add_time(out, "updated", touched(row));
    if (incident->category.n) {
        (void)buf_add_cstr(out, "<category term=\"");
        add_xml(out, incident->category);
        (void)buf_add_cstr(out, "\" label=\"");
        add_xml(out, category);
        (void)buf_add_cstr(out, "\"/>\n");
    }
    add_element(out, "summary",
        arena_printf(ctx->arena, "%.*s · %.*s · %d%s%.*s%s%.*s", STR_ARG(state),
            STR_ARG(category), incident->score, incident->owner.n ? " · " : "",
            STR_ARG(incident->owner), incident->assignee.n ? " · " : "",
            STR_ARG(incident->assignee)));
    (void)buf_add_cstr(out, "</entry>\n");
}

static void
add_head(const struct context *ctx, struct buf *out, struct wall updated)
{
    struct str url = ctx->console->config.url;

    (void)buf_printf(out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n<id>",
        lang_code(ctx->lang));
    add_xml(out, url);
    (void)buf_add_cstr(out, "/incidents.atom</id>\n");
    add_element(out, "title",
        arena_printf(ctx->arena, "%.*s · %.*s",
            STR_ARG(text_get(ctx, "nav_incidents")),
            STR_ARG(ctx->console->config.bureau)));
    (void)buf_add_cstr(out, "<author>");
    add_element(out, "name", ctx->console->config.bureau);
    (void)buf_add_cstr(out, "</author>\n<generator>tocsin</generator>\n"
                            "<link rel=\"self\" href=\"");
    add_xml(out, url);
    add_xml(out, ctx->exchange->request->target);
    (void)buf_add_cstr(out, "\"/>\n<link rel=\"alternate\" href=\"");
    add_xml(out, url);
    add_xml(out, list_link(ctx, "/incidents", NULL, STR_NONE));
    (void)buf_add_cstr(out, "\"/>\n");
    add_time(out, "updated", updated);
}

void
page_feed(struct context *ctx)
{
    struct list_query query = list_query_own(ctx);
    struct list_filter filter = {0};
    struct list_row *rows = NULL;
    struct wall updated = {0};
    _cleanup_(buf_done) struct buf out;
    size_t n = 0;
    bool more;
    int err = list_query_filter(ctx, &query, &filter);

    if (!err && filter.limit == 0)
        filter.limit = FEED_ENTRIES;
    if (!err)
        err = view_list(
            ctx->console->view, &filter, ctx->arena, &rows, &n, &more);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : 503, NULL);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (touched(&rows[i]).ms > updated.ms)
            updated = touched(&rows[i]);
    buf_init(&out, FEED_MAX_BYTES);
    add_head(ctx, &out, updated.ms ? updated : ctx->now);
    for (size_t i = 0; i < n; i++)
        add_entry(ctx, &out, &rows[i]);
    (void)buf_add_cstr(&out, "</feed>\n");
    if (out.err)
        reply_error(ctx, 503, NULL);
    else
        reply_bytes(
            ctx, 200, "application/atom+xml; charset=utf-8", buf_str(&out));
}
