/*
 * tmpl_parse: from the text of a template to an array of nodes.
 *
 * A line that holds nothing but one tag that prints nothing itself (section,
 * end, comment, delimiters, partial) and white space is "standalone": it leaves
 * no line behind.  So the parser keeps where the line began and whether all
 * since then is blank.
 */
#include <stdlib.h>
#include <string.h>

#include "base/tmpl_node.h"
#include "base/utf8.h"

#define SIGILS "#^/>&{!="

enum {
    NODES_FIRST = 32,
    NAME_SHOWN = 60,   /* bytes of a name in an error */
    DELIMITER_MAX = 16 /* bytes of a delimiter */
};

struct tag {
    char sigil; /* one of SIGILS, 0 for a plain name */
    struct str name;
    size_t end; /* offset behind the tag */
};

struct parser {
    const char *name; /* of the template, for errors */
    struct tmpl *tmpl;
    struct str text;
    struct str open, close; /* the delimiters */
    size_t at;              /* all before it is done */
    size_t line;            /* offset where the line began */
    bool blank;             /* only white space since then */
    bool at_line_start;     /* the next node is the first of its line */
    size_t sections[TMPL_MAX_DEPTH];
    size_t depth;
    struct toc_error *reterr;
};

/* Say what is wrong at offset. */
static int
fail(struct parser *p, size_t offset, const char *what, struct str name)
{
    unsigned line = 1;
    size_t start = 0;

    for (size_t i = 0; i < offset; i++) {
        if (p->text.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    toc_error_set(p->reterr, p->name, line,
        (unsigned)utf8_count(str_from(str_first(p->text, offset), start)) + 1,
        name.n ? "%s \"%.*s\"" : "%s", what,
        STR_ARG(utf8_cut(name, NAME_SHOWN)));
    return E_PARSE;
}

static struct node *
push(struct parser *p, enum node_kind kind, struct str text)
{
    struct tmpl *t = p->tmpl;
    struct node *node;

    if (t->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : NODES_FIRST;
        struct node *nodes = realloc(t->nodes, cap * sizeof(*nodes));

        if (!nodes)
            return NULL;
        t->nodes = nodes;
        t->cap = cap;
    }
    node = &t->nodes[t->n++];
    *node = (struct node){
        .kind = kind, .text = text, .starts_line = p->at_line_start};
    p->at_line_start = false;
    return node;
}

static int
push_text(struct parser *p, size_t from, size_t to)
{
    struct str text = str_from(str_first(p->text, to), from);

    if (text.n == 0)
        return 0;
    if (!push(p, NODE_TEXT, text))
        return E_NOMEM;
    p->at_line_start = text.p[text.n - 1] == '\n';
    return 0;
}

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t')
            return false;
    return true;
}

/* Take note of the text before a tag: where its last line begins. */
static void
see_text(struct parser *p, size_t to)
{
    struct str text = str_from(str_first(p->text, to), p->at);
    const char *newline = text.n ? memrchr(text.p, '\n', text.n) : NULL;

    if (newline) {
        p->line = (size_t)(newline - p->text.p) + 1;
        p->blank = true;
        text = str_from(str_first(p->text, to), p->line);
    }
    p->blank = p->blank && is_blank(text);
}

/* Read the tag whose opening delimiter is at offset start. */
static int
read_tag(struct parser *p, size_t start, struct tag *ret)
{
    struct str rest = str_from(p->text, start + p->open.n);
    char close[DELIMITER_MAX + 1];
    struct str closing;
    struct tag tag = {0};
    size_t at = 0;

    /* White space may stand before the sigil, not only behind it. */
    while (at < rest.n && is_space(rest.p[at]))
        at++;
    rest = str_from(rest, at);
    if (rest.n && memchr(SIGILS, rest.p[0], sizeof(SIGILS) - 1)) {
        tag.sigil = rest.p[0];
        rest = str_from(rest, 1);
    }
    /* "}" or "=" stands before the closing delimiter of these two. */
    close[0] = tag.sigil == '{' ? '}' : '=';
    memcpy(close + 1, p->close.p, p->close.n);
    closing = (struct str){close, p->close.n + 1};
    if (tag.sigil != '{' && tag.sigil != '=')
        closing = str_from(closing, 1);
    at = str_find(rest, closing);
    if (at == rest.n)
        return fail(p, start, "a tag is not closed", STR_NONE);
    tag.name = str_trim(str_first(rest, at));
    tag.end = (size_t)(rest.p - p->text.p) + at + closing.n;
    if (tag.name.n == 0 && tag.sigil != '!')
        return fail(p, start, "a tag has no name", STR_NONE);
    *ret = tag;
    return 0;
}

/* Take new delimiters from "<% %>". */
static int
set_delimiters(struct parser *p, size_t start, struct str pair)
{
    size_t end = 0;
    struct str open, close;

    while (end < pair.n && !is_space(pair.p[end]))
        end++;
    open = str_first(pair, end);
    close = str_trim(str_from(pair, end));
    for (size_t i = 0; i < close.n; i++)
        if (is_space(close.p[i]))
            close.n = 0;
    if (close.n == 0 || open.n > DELIMITER_MAX || close.n > DELIMITER_MAX ||
        str_find_char(pair, '=') != pair.n)
        return fail(p, start, "these are no two delimiters:", pair);
    p->open = open;
    p->close = close;
    return 0;
}

static int
open_section(struct parser *p, const struct tag *tag)
{
    struct node *node =
        push(p, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, tag->name);

    if (!node)
        return E_NOMEM;
    if (p->depth == TMPL_MAX_DEPTH)
        return E_LIMIT;
    p->sections[p->depth++] = p->tmpl->n - 1;
    return 0;
}

static int
close_section(struct parser *p, size_t start, const struct tag *tag)
{
    struct node *nodes;
    size_t open;

    if (p->depth == 0)
        return fail(p, start, "no section is open to be closed by", tag->name);
    open = p->sections[--p->depth];
    if (!str_eq(p->tmpl->nodes[open].text, tag->name))
        return fail(
            p, start, "the section that is open here is not", tag->name);
    if (!push(p, NODE_END, tag->name))
        return E_NOMEM;
    nodes = p->tmpl->nodes;
    nodes[open].other = p->tmpl->n - 1;
    nodes[p->tmpl->n - 1].other = open;
    return 0;
}

static int
push_partial(
    struct parser *p, size_t start, const struct tag *tag, bool standalone)
{
    struct node *node = push(p, NODE_PARTIAL, tag->name);

    if (!node)
        return E_NOMEM;
    node->standalone = standalone;
    if (standalone)
        node->indent = str_from(str_first(p->text, start), p->line);
    return 0;
}

static int
push_tag(struct parser *p, size_t start, const struct tag *tag, bool standalone)
{
    switch (tag->sigil) {
    case '!':
        return 0;
    case '=':
        return set_delimiters(p, start, tag->name);
    case '#':
    case '^':
        return open_section(p, tag);
    case '/':
        return close_section(p, start, tag);
    case '>':
        return push_partial(p, start, tag, standalone);
    default:
        return push(p, tag->sigil ? NODE_RAW : NODE_ESCAPED, tag->name)
                   ? 0
                   : E_NOMEM;
    }
}

/* Whether nothing but white space stands from offset to the end of the line;
 * *ret_next is then the offset of the next one. */
static bool
rest_is_blank(const struct parser *p, size_t offset, size_t *ret_next)
{
    struct str line = str_from(p->text, offset);
    size_t end = str_find_char(line, '\n');

    *ret_next = offset + end + (end < line.n);
    /* "\r\n" ends a line, a lone "\r" does not. */
    if (end < line.n && end > 0 && line.p[end - 1] == '\r')
        end--;
    return is_blank(str_first(line, end));
}

/* Put the text before the tag at start and the tag itself. */
static int
parse_tag(struct parser *p, size_t start)
{
    struct tag tag;
    size_t next = 0;
    bool standalone;
    int err = read_tag(p, start, &tag);

    if (err)
        return err;
    see_text(p, start);
    standalone = p->blank && tag.sigil && memchr("!=#^/>", tag.sigil, 6) &&
                 rest_is_blank(p, tag.end, &next);
    err = push_text(p, p->at, standalone ? p->line : start);
    if (err)
        return err;
    if (standalone) {
        /* The line leaves nothing behind, so nothing indents it. */
        p->at_line_start = false;
        err = push_tag(p, start, &tag, true);
        p->at = p->line = next;
        p->at_line_start = true;
    } else {
        err = push_tag(p, start, &tag, false);
        p->at = tag.end;
        p->blank = false;
    }
    return err;
}

static int
parse(struct parser *p)
{
    for (;;) {
        size_t found = str_find(str_from(p->text, p->at), p->open);
        size_t start = p->at + found;
        int err;

        if (start >= p->text.n)
            break;
        err = parse_tag(p, start);
        if (err)
            return err;
    }
    if (p->depth) {
        struct str name = p->tmpl->nodes[p->sections[p->depth - 1]].text;

        return fail(p, (size_t)(name.p - p->text.p),
            "this section is not closed:", name);
    }
    return push_text(p, p->at, p->text.n);
}

int
tmpl_parse(const char *name, struct str text, enum tmpl_escape escape,
    struct toc_error *reterr, struct tmpl **ret)
{
    struct parser p = {.name = name,
        .open = STR("{{"),
        .close = STR("}}"),
        .blank = true,
        .at_line_start = true,
        .reterr = reterr};
    int err;

    if (text.n > TMPL_MAX_BYTES) {
        toc_error_set(
            reterr, name, 0, 0, "is larger than %d bytes", TMPL_MAX_BYTES);
        return E_LIMIT;
    }
    p.tmpl = calloc(1, sizeof(*p.tmpl));
    if (!p.tmpl)
        return E_NOMEM;
    p.tmpl->escape = escape;
    p.tmpl->text = malloc(text.n + 1);
    if (!p.tmpl->text) {
        tmpl_free(p.tmpl);
        return E_NOMEM;
    }
    if (text.n)
        memcpy(p.tmpl->text, text.p, text.n);
    p.tmpl->text[text.n] = '\0';
    p.text = (struct str){p.tmpl->text, text.n};
    err = parse(&p);
    if (err) {
        if (err != E_PARSE)
            toc_error_set(reterr, name, 0, 0, "%s",
                err == E_LIMIT ? "has sections nested too deep"
                               : err_text(err));
        tmpl_free(p.tmpl);
        return err;
    }
    *ret = p.tmpl;
    return 0;
}

void
tmpl_free(struct tmpl *tmpl)
{
    if (!tmpl)
        return;
    free(tmpl->nodes);
    free(tmpl->text);
    free(tmpl);
}
