/*
 * siteindex: where in a page's HTML something stands.
 *
 * The tree is made of a cleaned copy of the page and knows no lines.  The page
 * as it came is therefore walked once more for the tags that findings are
 * about, and each node is paired with the next such tag that holds the same
 * address.  A node that finds none has no line, never a wrong one.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/siteparts.h"

enum {
    INDEX_MAX_TAGS = 40000,
    INDEX_AHEAD = 200,       /* tags of its kind in which a node is searched */
    INDEX_VALUE_BYTES = 200, /* of an address that are compared */
    INDEX_TAG_BYTES = 4096,  /* of a tag that are read */
    INDEX_HEAD_BYTES = 200   /* of a script that say what it is */
};

/* A tag of the page as it came. */
struct index_tag {
    const char *at;
    struct str value; /* raw */
    uint16_t tag;
    uint32_t next; /* of its kind, index + 1 */
};

struct site_index {
    struct str source;
    const char **lines; /* where each begins */
    size_t nlines;
    struct index_tag *tags;
    size_t ntags, max_tags;
    uint32_t first[HTML_TAG_COUNT], last[HTML_TAG_COUNT]; /* index + 1 */
    const char **nodes; /* where each begins, NULL: not known */
    uint32_t nnodes;
};

/* The attribute by which tags of a kind are told apart, NULL: they are not in
 * the index. */
static const char *
told_by(uint16_t tag)
{
    switch ((int)tag) {
    case HTML_TAG_A:
    case HTML_TAG_AREA:
    case HTML_TAG_LINK:
        return "href";
    case HTML_TAG_IMG:
    case HTML_TAG_IFRAME:
    case HTML_TAG_FRAME:
    case HTML_TAG_EMBED:
        return "src";
    case HTML_TAG_META:
        return "content";
    case HTML_TAG_TITLE:
        return "";
    default:
        return NULL;
    }
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-';
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The value of an attribute in the text of a tag, absent when it has none. */
static struct str
value_in(struct str text, const char *name)
{
    struct str wanted = str_of(name);
    size_t i = 0;

    while (i < text.n) {
        size_t from, n;
        struct str attribute;

        while (i < text.n && (is_blank(text.p[i]) || text.p[i] == '/'))
            i++;
        from = i;
        while (i < text.n && !is_blank(text.p[i]) && text.p[i] != '=')
            i++;
        attribute = str_first(str_from(text, from), i - from);
        while (i < text.n && is_blank(text.p[i]))
            i++;
        if (i == text.n || text.p[i] != '=')
            continue;
        i++;
        while (i < text.n && is_blank(text.p[i]))
            i++;
        if (i < text.n && (text.p[i] == '"' || text.p[i] == '\'')) {
            char quote = text.p[i++];

            n = str_find_char(str_from(text, i), quote);
        } else {
            for (n = 0; i + n < text.n && !is_blank(text.p[i + n]); n++)
                ;
        }
        if (str_eq_nocase(attribute, wanted))
            return str_trim(str_first(str_from(text, i), n));
        i += n + 1;
    }
    return STR_NONE;
}

/* The end of the tag that begins source: behind its '>', quotes left out. */
static size_t
tag_end(struct str source)
{
    size_t max = source.n < INDEX_TAG_BYTES ? source.n : INDEX_TAG_BYTES;
    char quote = 0;

    for (size_t i = 1; i < max; i++) {
        char c = source.p[i];

        if (quote)
            quote = c == quote ? 0 : quote;
        else if ((c == '"' || c == '\'') && source.p[i - 1] == '=')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    return max;
}

/* How far rest is text of the element called name and no markup: to its end
 * tag.  A script that holds records as XML is markup (htmlscan.c). */
static size_t
raw_bytes(struct str rest, struct str name)
{
    struct str head = str_first(rest, INDEX_HEAD_BYTES);

    if (str_find(head, STR("<datastore")) < head.n ||
        str_find(head, STR("<recordset")) < head.n)
        return 0;
    for (size_t i = 0; i + 2 + name.n <= rest.n; i++)
        if (rest.p[i] == '<' && rest.p[i + 1] == '/' &&
            str_starts_nocase(str_from(rest, i + 2), name))
            return i;
    return rest.n;
}

static void
add_tag(
    struct site_index *index, uint16_t tag, const char *at, struct str value)
{
    if (index->ntags == index->max_tags)
        return;
    index->tags[index->ntags++] =
        (struct index_tag){.at = at, .tag = tag, .value = value};
    if (index->last[tag] == 0)
        index->first[tag] = (uint32_t)index->ntags;
    else
        index->tags[index->last[tag] - 1].next = (uint32_t)index->ntags;
    index->last[tag] = (uint32_t)index->ntags;
}

/* What begins with the '<' that source begins with; how many bytes it has. */
static size_t
read_tag(struct site_index *index, struct str source)
{
    static const char *const raw[] = {"script", "style", "textarea", "xmp"};
    char name[16];
    size_t n = 0, end;
    const char *by;
    uint16_t tag;

    if (str_starts(source, STR("<!--")))
        return 4 + str_find(str_from(source, 4), STR("-->"));
    while (n + 1 < source.n && n < sizeof name && is_letter(source.p[n + 1])) {
        char c = source.p[n + 1];

        name[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    if (n == 0 || n == sizeof name)
        return 1;
    end = tag_end(source);
    for (size_t k = 0; k < sizeof raw / sizeof raw[0]; k++)
        if (str_eq((struct str){name, n}, str_of(raw[k])))
            return end + raw_bytes(str_from(source, end), str_of(raw[k]));
    tag = (uint16_t)html_tag_of((struct str){name, n});
    by = told_by(tag);
    if (by)
        add_tag(index, tag, source.p,
            value_in(str_first(str_from(source, n + 1),
                         end > n + 2 ? end - n - 2 : 0),
                by));
    return end;
}

/* Whether raw, as the page has it, may stand for value, its references
 * decoded: the same as far as the first of them. */
static bool
is_same(struct str raw, struct str value)
{
    size_t plain = str_find_char(raw, '&');

    value = str_first(str_trim(value), INDEX_VALUE_BYTES);
    if (plain == raw.n)
        return str_eq(str_first(raw, INDEX_VALUE_BYTES), value);
    return str_starts(value, str_first(raw, plain));
}

static void
pair(struct site_index *index, const struct html *html)
{
    for (uint32_t i = 1; i < html->n; i++) {
        uint16_t tag = html->nodes[i].tag;
        const char *by = told_by(tag);
        struct str value = by && *by ? html_attr(html, i, by) : STR_NONE;
        uint32_t k = by ? index->first[tag] : 0;

        for (int ahead = 0; k != 0 && ahead < INDEX_AHEAD; ahead++) {
            const struct index_tag *found = &index->tags[k - 1];

            k = found->next;
            if (!is_same(found->value, value))
                continue;
            index->nodes[i] = found->at;
            index->first[tag] = k;
            break;
        }
    }
}

struct site_index *
site_index_new(struct arena *arena, const struct html *html, struct str source)
{
    struct site_index *index = ARENA_NEW(arena, struct site_index);
    size_t lines = 1, tags = 1;

    for (size_t i = 0; i < source.n; i++) {
        lines += source.p[i] == '\n';
        tags += source.p[i] == '<';
    }
    if (!index)
        return NULL;
    index->max_tags = tags < INDEX_MAX_TAGS ? tags : INDEX_MAX_TAGS;
    index->source = source;
    index->lines = ARENA_ARRAY(arena, lines, const char *);
    index->tags = ARENA_ARRAY(arena, index->max_tags, struct index_tag);
    index->nodes = ARENA_ARRAY(arena, html->n, const char *);
    index->nnodes = html->n;
    if (!index->lines || !index->tags || !index->nodes)
        return NULL;
    index->lines[index->nlines++] = source.p;
    for (size_t i = 0; i < source.n; i++)
        if (source.p[i] == '\n')
            index->lines[index->nlines++] = source.p + i + 1;
    for (size_t i = 0; i < source.n;)
        i += source.p[i] == '<' ? read_tag(index, str_from(source, i)) : 1;
    pair(index, html);
    return index;
}

uint32_t
site_line_at(const struct site_index *index, const char *p)
{
    size_t low = 0, high;

    if (!index || !p || p < index->source.p ||
        p > index->source.p + index->source.n)
        return 0;
    high = index->nlines;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (index->lines[middle] <= p)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)(low + 1);
}

uint32_t
site_line_of(const struct site_index *index, uint32_t i)
{
    return index && i < index->nnodes && index->nodes[i]
               ? site_line_at(index, index->nodes[i])
               : 0;
}

struct site_lines
site_lines_of(const struct site_page *page, uint32_t i)
{
    uint32_t line = site_line_of(page->index, i);

    return (struct site_lines){line, line};
}

struct site_lines
site_lines_in(const struct site_page *page, struct str part)
{
    return (struct site_lines){site_line_at(page->index, part.p),
        site_line_at(page->index, part.p ? part.p + part.n : NULL)};
}

void
site_lines_add(struct site_lines *lines, struct site_lines more)
{
    if (more.first == 0)
        return;
    if (lines->first == 0 || more.first < lines->first)
        lines->first = more.first;
    if (more.last > lines->last)
        lines->last = more.last;
}
