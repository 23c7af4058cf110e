/*
 * demo_render: a source of the county as its server would answer now.
 *
 * Each format is written as sites of that kind write it: RSS 2.0 with
 * description, RDF with dc:date, Atom with content, JSON Feed 1.1, and a page
 * of links with dates.  The malformed one has what such feeds have: white
 * space before the declaration, bare ampersands, HTML entities, a control
 * character, and no end.
 */
#include <iconv.h>
#include <string.h>

#include "base/jsonx.h"
#include "cli/demo.h"

enum { ZONE_OFFSET_MINUTES = 8 * 60 }; /* the county lives in UTC+8 */

/* One document under way. */
struct render {
    const struct demo_script *script;
    size_t source;
    const char *base_url;
    struct buf *out;
};

static void
add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '&')
            buf_add_cstr(out, "&amp;");
        else if (c == '<')
            buf_add_cstr(out, "&lt;");
        else if (c == '>')
            buf_add_cstr(out, "&gt;");
        else if (c == '"')
            buf_add_cstr(out, "&quot;");
        else
            buf_add_char(out, c);
    }
}

void
demo_source_path(
    const struct demo_script *script, size_t source, struct buf *out)
{
    static const char *const names[] = {
        "rss.xml", "index.rdf", "atom.xml", "feed.json", ""};
    const struct demo_source *s = &script->sources[source];

    buf_printf(out, "/%.*s/%s", STR_ARG(s->id), names[s->format]);
}

void
demo_publication_path(
    const struct demo_script *script, size_t publication, struct buf *out)
{
    const struct demo_publication *p = &script->publications[publication];

    buf_printf(out, "/%.*s/%zu.html", STR_ARG(script->sources[p->source].id),
        publication + 1);
}

static void
add_url(const struct render *r, size_t publication)
{
    buf_add_cstr(r->out, r->base_url);
    demo_publication_path(r->script, publication, r->out);
}

/* "Sun, 07 Jun 2026 09:30:00 +0800" */
static void
add_rfc822(struct buf *out, struct wall t)
{
    static const char days[][4] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of_wall(t, ZONE_OFFSET_MINUTES);

    buf_printf(out, "%s, %02d %s %04d %02d:%02d:%02d +0800",
        days[civil_days(c.year, c.month, c.day) % 7], c.day,
        months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static void
add_w3c(struct buf *out, struct wall t)
{
    struct civil c = civil_of_wall(t, ZONE_OFFSET_MINUTES);

    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d+08:00", c.year, c.month,
        c.day, c.hour, c.minute, c.second);
}

/* Call each for the newest publications of the source, newest first. */
static void
for_each(const struct render *r,
    void (*each)(const struct render *r, size_t publication))
{
    size_t shown = 0;

    for (size_t i = r->script->nout; i-- > 0 && shown < DEMO_FEED_ITEMS;)
        if (r->script->publications[i].source == r->source) {
            each(r, i);
            shown++;
        }
}

static const char *
charset(const struct render *r)
{
    return r->script->sources[r->source].gb18030 ? "GB18030" : "UTF-8";
}

static void
rss_item(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];
    struct buf *out = r->out;

    buf_add_cstr(out, "<item>\n<title>");
    add_escaped(out, p->title);
    buf_add_cstr(out, "</title>\n<link>");
    add_url(r, i);
    buf_add_cstr(out, "</link>\n<guid>");
    add_url(r, i);
    buf_add_cstr(out, "</guid>\n<pubDate>");
    add_rfc822(out, p->published);
    buf_add_cstr(out, "</pubDate>\n<description>");
    add_escaped(out, p->text);
    buf_add_cstr(out, "</description>\n</item>\n");
}

static void
malformed_item(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];

    buf_add_cstr(r->out, "<item>\n<title>");
    buf_add_str(r->out, p->title);
    buf_add_cstr(r->out, "</title>\n<link>");
    add_url(r, i);
    buf_add_cstr(r->out, "?from=rss&go=1</link>\n<pubDate>");
    add_rfc822(r->out, p->published);
    buf_add_cstr(r->out, "</pubDate>\n<description>&nbsp;\x0B");
    buf_add_str(r->out, p->text);
    buf_add_cstr(r->out, " 吃喝玩乐 & 同城资讯</description>\n</item>\n");
}

static void
render_rss(const struct render *r)
{
    const struct demo_source *s = &r->script->sources[r->source];

    if (s->malformed)
        buf_add_cstr(r->out, "\n \n");
    buf_printf(r->out,
        "<?xml version=\"1.0\" encoding=\"%s\"?>\n<rss version=\"2.0\">\n"
        "<channel>\n<title>",
        charset(r));
    add_escaped(r->out, s->title);
    buf_printf(r->out, "</title>\n<link>%s/%.*s/</link>\n<description/>\n",
        r->base_url, STR_ARG(s->id));
    for_each(r, s->malformed ? malformed_item : rss_item);
    if (!s->malformed)
        buf_add_cstr(r->out, "</channel>\n</rss>\n");
}

static void
rdf_reference(const struct render *r, size_t i)
{
    buf_add_cstr(r->out, "<rdf:li rdf:resource=\"");
    add_url(r, i);
    buf_add_cstr(r->out, "\"/>\n");
}

static void
rdf_item(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];

    buf_add_cstr(r->out, "<item rdf:about=\"");
    add_url(r, i);
    buf_add_cstr(r->out, "\">\n<title>");
    add_escaped(r->out, p->title);
    buf_add_cstr(r->out, "</title>\n<link>");
    add_url(r, i);
    buf_add_cstr(r->out, "</link>\n<description>");
    add_escaped(r->out, p->text);
    buf_add_cstr(r->out, "</description>\n<dc:date>");
    add_w3c(r->out, p->published);
    buf_add_cstr(r->out, "</dc:date>\n</item>\n");
}

static void
render_rdf(const struct render *r)
{
    const struct demo_source *s = &r->script->sources[r->source];

    buf_printf(r->out,
        "<?xml version=\"1.0\" encoding=\"%s\"?>\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
        " xmlns=\"http://purl.org/rss/1.0/\""
        " xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
        "<channel rdf:about=\"%s/%.*s/\">\n<title>",
        charset(r), r->base_url, STR_ARG(s->id));
    add_escaped(r->out, s->title);
    buf_printf(r->out,
        "</title>\n<link>%s/%.*s/</link>\n<description/>\n"
        "<items>\n<rdf:Seq>\n",
        r->base_url, STR_ARG(s->id));
    for_each(r, rdf_reference);
    buf_add_cstr(r->out, "</rdf:Seq>\n</items>\n</channel>\n");
    for_each(r, rdf_item);
    buf_add_cstr(r->out, "</rdf:RDF>\n");
}

static void
atom_entry(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];

    buf_add_cstr(r->out, "<entry>\n<id>");
    add_url(r, i);
    buf_add_cstr(r->out, "</id>\n<title>");
    add_escaped(r->out, p->title);
    buf_add_cstr(r->out, "</title>\n<link rel=\"alternate\" href=\"");
    add_url(r, i);
    buf_add_cstr(r->out, "\"/>\n<updated>");
    add_w3c(r->out, p->published);
    buf_add_cstr(r->out, "</updated>\n<published>");
    add_w3c(r->out, p->published);
    buf_add_cstr(r->out, "</published>\n<content type=\"html\">&lt;p&gt;");
    add_escaped(r->out, p->text);
    buf_add_cstr(r->out, "&lt;/p&gt;</content>\n</entry>\n");
}

static void
render_atom(const struct render *r)
{
    const struct demo_source *s = &r->script->sources[r->source];

    buf_printf(r->out,
        "<?xml version=\"1.0\" encoding=\"%s\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n"
        "<id>%s/%.*s/</id>\n<title>",
        charset(r), r->base_url, STR_ARG(s->id));
    add_escaped(r->out, s->title);
    buf_add_cstr(r->out, "</title>\n<updated>");
    add_w3c(r->out, s->changed);
    buf_add_cstr(r->out, "</updated>\n");
    for_each(r, atom_entry);
    buf_add_cstr(r->out, "</feed>\n");
}

static void
json_item(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];
    _cleanup_(buf_done) struct buf text;
    json_t *item = json_object();

    buf_init(&text, 256);
    struct render to = {r->script, r->source, r->base_url, &text};
    add_url(&to, i);
    jsonx_set(item, "id", jsonx_str(buf_str(&text)));
    jsonx_set(item, "url", jsonx_str(buf_str(&text)));
    jsonx_set(item, "title", jsonx_str(p->title));
    jsonx_set(item, "content_text", jsonx_str(p->text.p ? p->text : STR("")));
    buf_clear(&text);
    add_w3c(&text, p->published);
    jsonx_set(item, "date_published", jsonx_str(buf_str(&text)));
    jsonx_dump(item, r->out);
    buf_add_char(r->out, ',');
    json_decref(item);
}

static void
render_json(const struct render *r)
{
    const struct demo_source *s = &r->script->sources[r->source];
    json_t *title = jsonx_str(s->title);

    buf_add_cstr(
        r->out, "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":");
    jsonx_dump(title, r->out);
    json_decref(title);
    buf_printf(r->out, ",\"home_page_url\":\"%s/%.*s/\",\"items\":[",
        r->base_url, STR_ARG(s->id));
    for_each(r, json_item);
    if (r->out->n && r->out->p[r->out->n - 1] == ',')
        r->out->n--;
    buf_add_cstr(r->out, "]}\n");
}

static void
list_row(const struct render *r, size_t i)
{
    const struct demo_publication *p = &r->script->publications[i];
    struct civil c = civil_of_wall(p->published, ZONE_OFFSET_MINUTES);

    buf_printf(r->out, "<li><a href=\"%zu.html\" title=\"", i + 1);
    add_escaped(r->out, p->title);
    buf_add_cstr(r->out, "\">");
    add_escaped(r->out, p->title);
    buf_printf(r->out, "</a><span class=\"date\">%04d-%02d-%02d</span></li>\n",
        c.year, c.month, c.day);
}

static void
render_list(const struct render *r)
{
    const struct demo_source *s = &r->script->sources[r->source];

    buf_printf(r->out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
        "<meta charset=\"%s\">\n<title>",
        charset(r));
    add_escaped(r->out, s->title);
    buf_add_cstr(r->out,
        "</title>\n</head>\n<body>\n<div id=\"nav\"><a href=\"/\">首页</a> "
        "<a href=\"about.html\">学校概况</a> <a href=\"contact.html\">联系我们"
        "</a></div>\n<div class=\"main\">\n<h2>新闻动态</h2>\n"
        "<ul class=\"news-list\">\n");
    for_each(r, list_row);
    buf_add_cstr(r->out,
        "</ul>\n</div>\n<div id=\"footer\">版权所有 地址：云溪县桐花路 1 号"
        "</div>\n</body>\n</html>\n");
}

/* Turn UTF-8 text into GB18030, in place. */
static int
to_gb18030(struct buf *out)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    size_t n = out->n * 2 + 16;

    if (cd == (iconv_t)-1)
        return E_ENCODING;
    _cleanup_(buf_done) struct buf copy;
    buf_init(&copy, out->max);
    int err = buf_add(&copy, out->p, out->n);
    buf_clear(out);
    char *to = err == 0 ? buf_room(out, n) : NULL;
    char *from = copy.p;
    size_t left = copy.n, room = n;
    if (!to || iconv(cd, &from, &left, &to, &room) == (size_t)-1)
        err = err < 0 ? err : E_ENCODING;
    else
        out->n += n - room;
    iconv_close(cd);
    return err;
}

int
demo_render_source(const struct demo_script *script, size_t source,
    const char *base_url, struct buf *out, const char **ret_type)
{
    static void (*const renderers[])(const struct render *) = {
        render_rss, render_rdf, render_atom, render_json, render_list};
    static const char *const types[] = {"application/rss+xml",
        "application/rdf+xml", "application/atom+xml", "application/feed+json",
        "text/html"};
    const struct demo_source *s = &script->sources[source];
    struct render r = {script, source, base_url, out};

    renderers[s->format](&r);
    *ret_type = types[s->format];
    if (out->err < 0)
        return out->err;
    return s->gb18030 ? to_gb18030(out) : 0;
}

int
demo_render_page(
    const struct demo_script *script, size_t publication, struct buf *out)
{
    const struct demo_publication *p = &script->publications[publication];

    buf_add_cstr(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
                      "<meta charset=\"UTF-8\">\n<title>");
    add_escaped(out, p->title);
    buf_add_cstr(out, "</title>\n</head>\n<body>\n<article>\n<h1>");
    add_escaped(out, p->title);
    buf_add_cstr(out, "</h1>\n<p class=\"info\">");
    add_escaped(out, script->sources[p->source].title);
    buf_add_char(out, ' ');
    add_w3c(out, p->published);
    buf_add_cstr(out, "</p>\n<p>");
    add_escaped(out, p->text);
    buf_add_cstr(out, "</p>\n</article>\n</body>\n</html>\n");
    return out->err;
}
