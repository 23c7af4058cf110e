/*
 * Rendering is a walk along the nodes with one stack of frames, one frame for
 * each open section and partial; no call nests, so no template can exhaust the
 * machine's stack.
 */
#include "base/tmpl.h"

#include <stdbool.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/tmpl_node.h"

struct frame {
    const json_t *list;        /* a section over a list, else NULL */
    size_t index;              /* of the element in force */
    bool is_partial;           /* the rest is only for partials */
    const struct tmpl *caller; /* where to go on: template, node, indent */
    size_t caller_at;
    size_t indent_from, indent_n;
};

struct render {
    const struct tmpl *tmpl;
    size_t at; /* the next node */
    tmpl_partial_fn partial;
    void *arg;
    struct buf *out;
    struct frame frames[TMPL_MAX_OPEN];
    const json_t *contexts[TMPL_MAX_OPEN + 1];
    size_t nframes, ncontexts, partials;
    struct buf indent;  /* of all open partials, end to end */
    size_t indent_from; /* what is in force begins here */
    unsigned long steps;
};

/* Find key in the nearest context that has it. */
static const json_t *
find_outward(const struct render *r, struct str key)
{
    for (size_t i = r->ncontexts; i-- > 0;) {
        const json_t *value = json_object_getn(r->contexts[i], key.p, key.n);

        if (value)
            return value;
    }
    return NULL;
}

/* The value of a name, NULL when there is none.  Only the first part of a
 * dotted name is looked for outward. */
static const json_t *
find(const struct render *r, struct str name)
{
    struct str part;
    const json_t *value;

    if (str_eq(name, STR(".")))
        return r->contexts[r->ncontexts - 1];
    part = str_split(&name, '.');
    value = find_outward(r, part);
    while (value && name.p) {
        part = str_split(&name, '.');
        value = json_object_getn(value, part.p, part.n);
    }
    return value;
}

static bool
is_true(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_TRUE:
        return true;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) < 0 || json_real_value(value) > 0;
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return false;
}

static const char *
entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static int
add_escaped(struct buf *out, struct str s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.n; i++) {
        const char *entity = entity_of(s.p[i]);

        if (!entity)
            continue;
        buf_add(out, s.p + from, i - from);
        buf_add_cstr(out, entity);
        from = i + 1;
    }
    return buf_add_str(out, str_from(s, from));
}

/* The same for a text within JSON's quotes. */
static int
add_json_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_add_cstr(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_add_char(out, (char)c);
    }
    return out->err;
}

static int
add_string(struct render *r, struct str text, bool escaped)
{
    if (!escaped || r->tmpl->escape == TMPL_TEXT)
        return buf_add_str(r->out, text);
    return r->tmpl->escape == TMPL_JSON ? add_json_escaped(r->out, text)
                                        : add_escaped(r->out, text);
}

static int
add_value(struct render *r, const json_t *value, bool escaped)
{
    struct str text;

    if (!escaped && r->tmpl->escape == TMPL_JSON)
        return value ? jsonx_dump(value, r->out) : buf_add_cstr(r->out, "null");
    if (!value)
        return 0;
    switch (json_typeof(value)) {
    case JSON_STRING:
        text =
            (struct str){json_string_value(value), json_string_length(value)};
        return add_string(r, text, escaped);
    case JSON_INTEGER:
    case JSON_REAL:
    case JSON_TRUE:
    case JSON_FALSE:
        return jsonx_dump(value, r->out);
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_NULL:
        break;
    }
    return 0;
}

static struct str
indent_of(const struct render *r)
{
    return str_from(buf_str(&r->indent), r->indent_from);
}

/* Whether the line at p is empty: it then stays so. */
static bool
is_empty_line(struct str s)
{
    return str_starts(s, STR("\n")) || str_starts(s, STR("\r\n"));
}

/* Append text with the indent before each line that begins in it. */
static int
add_text(struct render *r, const struct node *node)
{
    struct str indent = indent_of(r), rest = node->text;
    bool starts_line = node->starts_line;

    if (indent.n == 0)
        return buf_add_str(r->out, rest);
    while (rest.n) {
        size_t end = str_find_char(rest, '\n');
        size_t n = end < rest.n ? end + 1 : end;

        if (starts_line && !is_empty_line(rest))
            buf_add_str(r->out, indent);
        buf_add_str(r->out, str_first(rest, n));
        rest = str_from(rest, n);
        starts_line = true;
    }
    return r->out->err;
}

static int
push_context(struct render *r, const json_t *list, const json_t *context)
{
    if (r->nframes == TMPL_MAX_OPEN)
        return E_LIMIT;
    r->frames[r->nframes++] = (struct frame){.list = list};
    r->contexts[r->ncontexts++] = context;
    return 0;
}

static int
enter_section(struct render *r, const struct node *node)
{
    const json_t *value = find(r, node->text);
    bool is_on = value && is_true(value);

    if (node->kind == NODE_INVERTED) {
        if (is_on)
            r->at = node->other + 1;
        return 0;
    }
    if (!is_on) {
        r->at = node->other + 1;
        return 0;
    }
    if (json_is_array(value))
        return push_context(r, value, json_array_get(value, 0));
    return push_context(r, NULL, value);
}

/* At the end of a section: once more for the next element, or on. */
static void
leave_section(struct render *r, const struct node *node)
{
    struct frame *frame;

    if (r->tmpl->nodes[node->other].kind == NODE_INVERTED)
        return;
    frame = &r->frames[r->nframes - 1];
    if (frame->list && ++frame->index < json_array_size(frame->list)) {
        r->contexts[r->ncontexts - 1] =
            json_array_get(frame->list, frame->index);
        r->at = node->other + 1;
        return;
    }
    r->nframes--;
    r->ncontexts--;
}

static int
enter_partial(struct render *r, const struct node *node)
{
    const struct tmpl *called =
        r->partial ? r->partial(r->arg, node->text) : NULL;

    if (!called)
        return 0;
    if (r->nframes == TMPL_MAX_OPEN || r->partials == TMPL_MAX_DEPTH)
        return E_LIMIT;
    r->partials++;
    r->frames[r->nframes++] = (struct frame){.is_partial = true,
        .caller = r->tmpl,
        .caller_at = r->at,
        .indent_from = r->indent_from,
        .indent_n = r->indent.n};
    if (node->standalone)
        buf_add_str(&r->indent, node->indent);
    else
        r->indent_from = r->indent.n;
    r->tmpl = called;
    r->at = 0;
    return r->indent.err;
}

static void
leave_partial(struct render *r)
{
    const struct frame *frame = &r->frames[--r->nframes];

    r->partials--;
    r->tmpl = frame->caller;
    r->at = frame->caller_at;
    r->indent_from = frame->indent_from;
    r->indent.n = frame->indent_n;
}

static int
render_node(struct render *r, const struct node *node)
{
    const json_t *value;

    if (node->kind == NODE_TEXT)
        return add_text(r, node);
    if (node->starts_line && buf_add_str(r->out, indent_of(r)))
        return r->out->err;
    switch (node->kind) {
    case NODE_ESCAPED:
    case NODE_RAW:
        value = find(r, node->text);
        return add_value(r, value, node->kind == NODE_ESCAPED);
    case NODE_SECTION:
    case NODE_INVERTED:
        return enter_section(r, node);
    case NODE_END:
        leave_section(r, node);
        return 0;
    case NODE_PARTIAL:
        return enter_partial(r, node);
    case NODE_TEXT:
        break;
    }
    return 0;
}

static int
render(struct render *r)
{
    for (;;) {
        int err;

        if (r->at == r->tmpl->n) {
            if (r->nframes == 0)
                return 0;
            leave_partial(r);
            continue;
        }
        if (++r->steps > TMPL_MAX_STEPS)
            return E_LIMIT;
        /* at is moved first: sections and partials move it again. */
        err = render_node(r, &r->tmpl->nodes[r->at++]);
        if (err)
            return err;
    }
}

int
tmpl_render(const struct tmpl *tmpl, const json_t *data,
    tmpl_partial_fn partial, void *arg, struct buf *out)
{
    struct render r = {.tmpl = tmpl,
        .partial = partial,
        .arg = arg,
        .out = out,
        .contexts = {data},
        .ncontexts = 1};
    size_t before = out->n;
    int err;

    buf_init(&r.indent, TMPL_MAX_BYTES);
    err = render(&r);
    buf_done(&r.indent);
    if (err && out->p) {
        out->n = before;
        out->p[before] = '\0';
    }
    return err;
}
