/*
 * htmlscan: cut a page to bounds before libxml2 sees it; see htmlscan.h.
 *
 * The tokeniser is that of browsers reduced to what matters here: text, start
 * tags, end tags, comments (also bogus ones: "<!x", "<?x", "</1"), and
 * elements whose content is no markup.  Every byte is looked at a constant
 * number of times: a search for the end of something that has no end is made
 * once and remembered.
 */
#include "feeds/htmlscan.h"

#include <string.h>

enum {
    HTMLSCAN_MAX_NAME = 64,  /* bytes of a tag's name; longer is no tag */
    HTMLSCAN_TABLE_DEPTH = 3 /* what a table counts for: rows and cells */
};

struct scan {
    struct arena *arena;
    struct str page;
    size_t at;
    struct htmlscan *ret;
    size_t ntags, nattributes;
    unsigned open[HTML_TAG_COUNT];    /* start tags without their end */
    unsigned dropped[HTML_TAG_COUNT]; /* start tags left out for depth */
    unsigned depth;
    bool no_svg_end, no_comment_end;
    bool island; /* inside records written out of a script */
};

static bool
scan_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
scan_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
scan_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Append text with '<', and '"' in attributes, escaped, and without control
 * characters. */
static void
scan_put_text(struct scan *scan, struct str text, bool attribute)
{
    size_t from = 0;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        const char *instead = NULL;

        if (c == '<')
            instead = "&lt;";
        else if (c == '"' && attribute)
            instead = "&quot;";
        else if ((c < 0x20 && !scan_is_space((char)c)) || c == 0x7f)
            instead = "";
        if (!instead)
            continue;
        buf_add(&scan->ret->out, text.p + from, i - from);
        buf_add_cstr(&scan->ret->out, instead);
        from = i + 1;
    }
    buf_add(&scan->ret->out, text.p + from, text.n - from);
}

static void
scan_add_aside(struct scan *scan, const struct html_aside *aside)
{
    if (scan->ret->nasides == HTML_MAX_ASIDES) {
        scan->ret->cut = true;
        return;
    }
    scan->ret->asides[scan->ret->nasides++] = *aside;
}

/* Position of needle (ASCII, lower case) in any case at or behind from. */
static size_t
scan_find(struct str s, size_t from, struct str needle)
{
    while (from + needle.n <= s.n) {
        const char *p = memchr(s.p + from, needle.p[0], s.n - from);

        if (!p)
            break;
        from = (size_t)(p - s.p);
        if (str_starts_nocase(str_from(s, from), needle))
            return from;
        from++;
    }
    return s.n;
}

/* Where the end tag of a raw element begins, page.n when it has none. */
static size_t
scan_raw_end(const struct scan *scan, struct str name)
{
    size_t i = scan->at;

    for (;;) {
        size_t end;

        i = scan_find(scan->page, i, STR("</"));
        if (i == scan->page.n)
            return i;
        end = i + 2 + name.n;
        if (str_starts_nocase(str_from(scan->page, i + 2), name) &&
            (end >= scan->page.n || scan_is_space(scan->page.p[end]) ||
                scan->page.p[end] == '>' || scan->page.p[end] == '/'))
            return i;
        i += 2;
    }
}

static void
scan_comment(struct scan *scan)
{
    struct str page = scan->page;
    size_t from = scan->at + 4;
    size_t end, after, close, bang;
    struct str rest;

    if (str_starts(str_from(page, from), STR(">")) ||
        str_starts(str_from(page, from), STR("->"))) {
        scan->at = from + 1 + (page.p[from] == '-');
        return;
    }
    rest = str_from(page, from);
    close = scan->no_comment_end ? rest.n : str_find(rest, STR("-->"));
    scan->no_comment_end = close == rest.n;
    bang = str_find(str_first(rest, close), STR("--!>"));
    end = from + (bang < close ? bang : close);
    after = end + (bang < close ? 4 : 3);
    if (end > page.n)
        end = page.n;
    scan_add_aside(
        scan, &(struct html_aside){.kind = HTML_COMMENT,
                  .text = str_first(str_from(page, from), end - from)});
    scan->at = after < page.n ? after : page.n;
}

/* "<!", "<?", "</" with no name: up to the next '>'. */
static void
scan_bogus(struct scan *scan)
{
    struct str rest = str_from(scan->page, scan->at);

    if (scan->island && str_starts(rest, STR("<![CDATA["))) {
        scan->at += 9;
        return;
    }
    scan->at += str_find_char(rest, '>') + 1;
    if (scan->at > scan->page.n)
        scan->at = scan->page.n;
}

struct attribute {
    struct str name, value;
    bool has_value;
};

static size_t
scan_skip_space(const struct scan *scan, size_t i)
{
    while (i < scan->page.n && scan_is_space(scan->page.p[i]))
        i++;
    return i;
}

/* Read an attribute's value at scan->at, quoted or not. */
static struct str
scan_value(struct scan *scan)
{
    const char *p = scan->page.p;
    size_t n = scan->page.n;
    size_t from = scan->at;
    size_t i = from;

    if (i < n && (p[i] == '"' || p[i] == '\'')) {
        const char *q = memchr(p + i + 1, p[i], n - i - 1);
        size_t end = q ? (size_t)(q - p) : n;

        scan->at = end < n ? end + 1 : n;
        return (struct str){p + i + 1, end - i - 1};
    }
    while (i < n && !scan_is_space(p[i]) && p[i] != '>')
        i++;
    scan->at = i;
    return (struct str){p + from, i - from};
}

/* Read one attribute at scan->at; false at the end of the tag or page. */
static bool
scan_attribute(struct scan *scan, struct attribute *ret)
{
    const char *p = scan->page.p;
    size_t n = scan->page.n;
    size_t i = scan->at;
    size_t from;

    while (i < n && (scan_is_space(p[i]) || p[i] == '/'))
        i++;
    scan->at = i;
    if (i >= n || p[i] == '>')
        return false;
    from = i++;
    while (i < n && !scan_is_space(p[i]) && !strchr("=>/", p[i]))
        i++;
    *ret = (struct attribute){.name = {p + from, i - from}};
    scan->at = i;
    i = scan_skip_space(scan, i);
    if (i < n && p[i] == '=') {
        scan->at = scan_skip_space(scan, i + 1);
        ret->has_value = true;
        ret->value = scan_value(scan);
    }
    return true;
}

/* A name that libxml2 takes as one: a letter, then letters, digits, "-_:.".
 */
static bool
scan_is_name(struct str name)
{
    if (name.n == 0 || name.n > HTMLSCAN_MAX_NAME ||
        (!scan_is_letter(name.p[0]) && name.p[0] != '_'))
        return false;
    for (size_t i = 1; i < name.n; i++)
        if (!scan_is_letter(name.p[i]) &&
            !(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '-' &&
            name.p[i] != '_' && name.p[i] != ':' && name.p[i] != '.')
            return false;
    return true;
}

static void
scan_put_attribute(struct scan *scan, const struct attribute *a)
{
    struct buf *out = &scan->ret->out;

    if (!scan_is_name(a->name))
        return;
    if (a->value.n > HTML_MAX_VALUE_BYTES ||
        ++scan->nattributes > HTML_MAX_ATTRIBUTES_ALL) {
        scan->ret->cut = true;
        return;
    }
    buf_add_char(out, ' ');
    for (size_t i = 0; i < a->name.n; i++)
        buf_add_char(out, scan_lower(a->name.p[i]));
    if (!a->has_value)
        return;
    buf_add_cstr(out, "=\"");
    scan_put_text(scan, a->value, true);
    buf_add_char(out, '"');
}

/* Whether a start tag would nest too deep; counts it when not. */
static bool
scan_is_too_deep(struct scan *scan, enum html_tag tag)
{
    unsigned flags = html_tag_flags(tag);
    unsigned weight = tag == HTML_TAG_TABLE ? HTMLSCAN_TABLE_DEPTH : 1;

    if (flags & (HTML_VOID | HTML_CLOSES | HTML_RAW | HTML_TEXT_ONLY) ||
        tag == HTML_TAG_HTML || tag == HTML_TAG_BODY || tag == HTML_TAG_HEAD)
        return false;
    if (scan->depth + weight > HTML_MAX_OPEN ||
        ((flags & HTML_FORMAT) && scan->open[tag] >= HTML_MAX_OPEN / 4)) {
        scan->dropped[tag]++;
        scan->ret->cut = true;
        return true;
    }
    scan->open[tag]++;
    scan->depth += weight;
    return false;
}

static void
scan_end_tag(struct scan *scan, struct str name, enum html_tag tag)
{
    struct buf *out = &scan->ret->out;

    if (scan->dropped[tag] > 0) {
        scan->dropped[tag]--;
        return;
    }
    if (scan->open[tag] > 0) {
        scan->open[tag]--;
        scan->depth -= tag == HTML_TAG_TABLE ? HTMLSCAN_TABLE_DEPTH : 1;
    }
    buf_add_cstr(out, "</");
    buf_add_str(out, name);
    buf_add_char(out, '>');
}

/* What stands between a raw element's tags. */
static void
scan_raw(struct scan *scan, struct str name, enum html_tag tag, struct str type,
    struct str src)
{
    size_t end = scan_raw_end(scan, name);
    struct str text = str_first(str_from(scan->page, scan->at), end - scan->at);

    if (tag == HTML_TAG_SCRIPT && !scan->island &&
        str_eq_nocase(type, STR("text/xml")) &&
        scan_find(text, 0, STR("<record")) < text.n) {
        scan->island = true; /* go on reading its content as markup */
        buf_add_cstr(&scan->ret->out, "</script>");
        return;
    }
    if (html_tag_flags(tag) & HTML_TEXT_ONLY)
        scan_put_text(scan, text, false);
    else if (tag == HTML_TAG_SCRIPT || tag == HTML_TAG_STYLE)
        scan_add_aside(
            scan, &(struct html_aside){
                      .kind = tag == HTML_TAG_SCRIPT ? HTML_SCRIPT : HTML_STYLE,
                      .type = type,
                      .src = src,
                      .text = text});
    scan->at = end;
    if (end == scan->page.n)
        scan_end_tag(scan, name, tag);
}

static void
scan_start_tag(struct scan *scan, struct str name, enum html_tag tag)
{
    struct buf *out = &scan->ret->out;
    size_t mark = out->n;
    size_t before = scan->at;
    struct attribute a;
    struct str type = STR_NONE, src = STR_NONE;
    size_t n = 0;

    buf_add_char(out, '<');
    buf_add_str(out, name);
    while (scan_attribute(scan, &a)) {
        if (str_eq_nocase(a.name, STR("type")))
            type = a.value;
        else if (str_eq_nocase(a.name, STR("src")))
            src = a.value;
        if (n < HTML_MAX_ATTRIBUTES)
            scan_put_attribute(scan, &a);
        else
            scan->ret->cut = true;
        n++;
    }
    if (scan->at >= scan->page.n) { /* the page ends inside the tag */
        if (out->err == 0)
            out->n = mark;
        return;
    }
    scan->at++;
    if (tag == HTML_TAG_SVG) {
        size_t end = scan->no_svg_end ? scan->page.n : scan_raw_end(scan, name);

        scan->no_svg_end = end == scan->page.n;
        if (end < scan->page.n)
            scan->at = end;
    }
    if (++scan->ntags > HTML_MAX_TAGS) {
        scan->ret->cut = true;
        scan->at = scan->page.n;
    }
    if ((scan->ntags > HTML_MAX_TAGS || scan_is_too_deep(scan, tag)) &&
        before) {
        if (out->err == 0)
            out->n = mark;
        return;
    }
    buf_add_char(out, '>');
    if (html_tag_flags(tag) & (HTML_RAW | HTML_TEXT_ONLY))
        scan_raw(scan, name, tag, type, src);
}

/* A '<' that begins no tag: a comment, or a mere character. */
static void
scan_no_tag(struct scan *scan, struct str rest)
{
    if (str_starts(rest, STR("<!--"))) {
        scan_comment(scan);
    } else if (rest.n > 1 && strchr("/!?", rest.p[1]) && rest.p[1]) {
        scan_bogus(scan);
    } else {
        buf_add_cstr(&scan->ret->out, "&lt;");
        scan->at++;
    }
}

/* A '<' at scan->at. */
static void
scan_markup(struct scan *scan)
{
    struct str rest = str_from(scan->page, scan->at);
    bool end = rest.n > 1 && rest.p[1] == '/';
    size_t i = end ? 2 : 1;
    char lower[HTMLSCAN_MAX_NAME];
    struct str name = {lower, 0};
    enum html_tag tag;

    if (i >= rest.n || !scan_is_letter(rest.p[i])) {
        scan_no_tag(scan, rest);
        return;
    }
    for (; i < rest.n && !scan_is_space(rest.p[i]) && rest.p[i] != '>' &&
           rest.p[i] != '/';
         i++)
        if (name.n < HTMLSCAN_MAX_NAME)
            lower[name.n++] = scan_lower(rest.p[i]);
    if (!scan_is_name(name)) {
        scan_bogus(scan);
        return;
    }
    tag = html_tag_of(name);
    scan->at += i;
    if (!end) {
        scan_start_tag(scan, name, tag);
        return;
    }
    scan->at += str_find_char(str_from(scan->page, scan->at), '>') + 1;
    if (scan->at > scan->page.n)
        scan->at = scan->page.n;
    if (scan->island && tag == HTML_TAG_SCRIPT)
        scan->island = false;
    else
        scan_end_tag(scan, name, tag);
}

/* Text between tags; inside records the ends of CDATA sections are none. */
static void
scan_put_island(struct scan *scan, struct str text)
{
    while (scan->island) {
        size_t end = str_find(text, STR("]]>"));

        if (end == text.n)
            break;
        scan_put_text(scan, str_first(text, end), false);
        text = str_from(text, end + 3);
    }
    scan_put_text(scan, text, false);
}

int
htmlscan_run(struct arena *arena, struct str page, struct htmlscan *ret)
{
    struct scan scan = {.arena = arena, .page = page, .ret = ret};

    *ret = (struct htmlscan){0};
    /* A text of '<' alone grows fourfold; tags grow by their quotes. */
    buf_init(&ret->out, 4 * (size_t)HTML_MAX_BYTES + 1024);
    if (page.n > HTML_MAX_BYTES)
        return E_LIMIT;
    ret->asides = ARENA_ARRAY(arena, HTML_MAX_ASIDES, struct html_aside);
    if (!ret->asides)
        return E_NOMEM;
    while (scan.at < page.n && ret->out.err == 0) {
        struct str rest = str_from(page, scan.at);
        size_t n = str_find_char(rest, '<');

        scan_put_island(&scan, str_first(rest, n));
        scan.at += n;
        if (scan.at < page.n)
            scan_markup(&scan);
    }
    return ret->out.err;
}

void
htmlscan_done(struct htmlscan *scan)
{
    buf_done(&scan->out);
}
