#include "feeds/plain.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "feeds/entity.h"

enum { NAME_MAX_BYTES = 16 };

/* Elements of HTML in byte order; those with '+' begin a line of their own or
 * part two cells, those with '-' hold what is no text. */
/* clang-format off */
static const char *const elements[] = {
    "a", "abbr", "acronym", "address+", "applet-", "area", "article+",
    "aside+", "audio", "b", "base", "basefont", "bdi", "bdo", "bgsound",
    "big", "blink", "blockquote+", "body+", "br+", "button+", "canvas",
    "caption+", "center+", "cite", "code", "col", "colgroup", "data",
    "datalist", "dd+", "del", "details+", "dfn", "dialog+", "dir+", "div+",
    "dl+", "dt+", "em", "embed", "fieldset+", "figcaption+", "figure+",
    "font", "footer+", "form+", "frame", "frameset", "h1+", "h2+", "h3+",
    "h4+", "h5+", "h6+", "head", "header+", "hgroup+", "hr+", "html", "i",
    "iframe", "img+", "input", "ins", "isindex", "kbd", "keygen", "label",
    "layer", "legend+", "li+", "link", "main+", "map", "mark", "marquee",
    "math", "menu+", "meta", "meter", "nav+", "nobr", "noembed", "noframes",
    "noscript", "object", "ol+", "optgroup+", "option+", "output", "p+",
    "param", "picture", "pre+", "progress", "q", "rp", "rt", "ruby", "s",
    "samp", "script-", "section+", "select+", "slot", "small", "source",
    "span", "strike", "strong", "style-", "sub", "summary+", "sup", "svg",
    "table+", "tbody+", "td+", "template", "textarea", "tfoot+", "th+",
    "thead+", "time", "title+", "tr+", "track", "tt", "u", "ul+", "var",
    "video", "wbr", "xmp",
};
/* clang-format on */

/* '+', '-', ' ' for an element that is neither, NUL for one that is none. */
static char
element_kind(struct str name)
{
    char lower[NAME_MAX_BYTES + 1];
    size_t from = 0, to = sizeof elements / sizeof elements[0];

    if (name.n == 0 || name.n > NAME_MAX_BYTES)
        return '\0';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const char *row = elements[middle];
        int order = strncmp(lower, row, name.n);

        if (order == 0 && row[name.n] != '\0' && row[name.n] != '+' &&
            row[name.n] != '-')
            order = -1;
        if (order == 0)
            return row[name.n] == '\0' ? ' ' : row[name.n];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return '\0';
}

bool
plain_is_block(struct str name)
{
    return element_kind(name) == '+';
}

bool
plain_is_html(struct str name)
{
    return element_kind(name) != '\0';
}

/* What the first byte of a character calls for. */
enum class {
    ORDINARY,
    SPACE,   /* ASCII white space */
    CONTROL, /* dropped */
    LEAD,    /* may begin white space beyond ASCII, or a control */
    MARKUP   /* '<' or '&' */
};

static const uint8_t classes[256] = {
    /* C0 */
    CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL,
    CONTROL, SPACE, SPACE, SPACE, SPACE, SPACE, CONTROL, CONTROL, CONTROL,
    CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL,
    CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL,
    CONTROL, [' '] = SPACE, ['&'] = MARKUP, ['<'] = MARKUP, [0x7F] = CONTROL,
    [0xC2] = LEAD, [0xE1] = LEAD, [0xE2] = LEAD, [0xE3] = LEAD, [0xEF] = LEAD};

struct plain {
    struct buf *out;
    size_t begin; /* of what is ours in out */
    bool space;   /* one is due before the next character */
    enum plain_mode mode;
    int cdata;         /* marks of CDATA that are open */
    size_t tags_end;   /* behind the last '>': no tag can end beyond */
    size_t values_end; /* behind the last '=' */
};

static void
put(struct plain *plain, const char *p, size_t n)
{
    if (plain->space && plain->out->n > plain->begin)
        buf_add_char(plain->out, ' ');
    plain->space = false;
    buf_add(plain->out, p, n);
}

static enum class class_of(uint32_t c) {
    if (c == 0xA0 || c == 0x85 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
        c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
        c == 0x3000) return SPACE;
    if ((c >= 0x7F && c <= 0x9F) || c == 0xFEFF) return CONTROL;
    if (c < 0x20) return c >= '\t' && c <= '\r' ? SPACE : CONTROL;
    return c == ' ' ? SPACE : ORDINARY;
}

/* The character that begins at by a LEAD byte; return its length. */
static size_t
put_lead(struct plain *plain, struct str s, size_t at)
{
    size_t next = at;
    uint32_t c = utf8_next(s, &next);

    switch (class_of(c)) {
    case SPACE:
        plain->space = true;
        break;
    case CONTROL:
        break;
    case ORDINARY:
    case LEAD:
    case MARKUP:
        put(plain, s.p + at, next - at);
        break;
    }
    return next - at;
}

static size_t
put_reference(struct plain *plain, struct str s, size_t at)
{
    char out[ENTITY_MAX_BYTES];
    size_t taken, n = entity_decode(str_from(s, at), &taken, out);
    size_t done = 0;

    if (n == 0) {
        put(plain, "&", 1);
        return 1;
    }
    /* A title is text whose publisher escaped it once too often, or never
     * meant markup: "&amp;" may be what it says. */
    if (plain->mode == PLAIN_TITLE && n == 1 && out[0] == '&') {
        put(plain, s.p + at, taken);
        return taken;
    }
    while (done < n) {
        size_t from = done;

        switch (class_of(utf8_next((struct str){out, n}, &done))) {
        case SPACE:
            plain->space = true;
            break;
        case CONTROL:
            break;
        case ORDINARY:
        case LEAD:
        case MARKUP:
            put(plain, out + from, done - from);
            break;
        }
    }
    return taken;
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t
find_from(struct str s, size_t at, struct str what)
{
    size_t found = str_find(str_from(s, at), what);

    return at + found;
}

/* Behind the '>' of the tag that begins at, or s.n when there is none.  A '>'
 * within a quoted value is no end. */
static size_t
tag_end(struct str s, size_t at)
{
    char quote = 0;
    size_t close;

    for (size_t i = at; i < s.n; i++) {
        char c = s.p[i];

        if (quote) {
            if (c == quote)
                quote = 0;
        } else if (c == '>') {
            return i + 1;
        } else if ((c == '"' || c == '\'') && s.p[i - 1] == '=') {
            quote = c;
        }
    }
    close = find_from(s, at, STR(">"));
    return close < s.n ? close + 1 : s.n;
}

/* Behind the end tag of the element name whose start tag ended at. */
static size_t
skip_element(struct str s, size_t at, struct str name)
{
    while (at < s.n) {
        size_t end = find_from(s, at, STR("</"));
        struct str rest = str_from(s, end + 2);

        if (end >= s.n)
            return s.n;
        if (str_starts_nocase(rest, name) &&
            (rest.n == name.n || !is_letter(rest.p[name.n])))
            return tag_end(s, end + 2 + name.n);
        at = end + 2;
    }
    return s.n;
}

/* A declaration, comment or instruction at: behind its end. */
static size_t
skip_declaration(struct plain *plain, struct str s, size_t at)
{
    struct str rest = str_from(s, at);
    char sign = rest.n > 2 ? rest.p[2] : ' ';
    size_t end;

    if (str_starts(rest, STR("<![CDATA["))) {
        plain->cdata++;
        return at + 9;
    }
    if (str_starts(rest, STR("<!--"))) {
        end = find_from(s, at + 4, STR("-->"));
        return end < s.n ? end + 3 : s.n;
    }
    end = at < plain->tags_end ? find_from(s, at + 1, STR(">")) : s.n;
    if (end == s.n ||
        (rest.p[1] == '!' && !is_letter(sign) && sign != '[' && sign != '-')) {
        put(plain, "<", 1);
        return at + 1;
    }
    return end + 1;
}

/* '<' at: skip markup, or print the sign when it is none.  Return what it
 * took. */
static size_t
put_tag(struct plain *plain, struct str s, size_t at)
{
    size_t name_at = at + 1, end;
    struct str name;
    char kind;

    if (name_at < s.n && (s.p[name_at] == '!' || s.p[name_at] == '?'))
        return skip_declaration(plain, s, at) - at;
    if (name_at < s.n && s.p[name_at] == '/')
        name_at++;
    if (name_at >= s.n || !is_letter(s.p[name_at])) {
        put(plain, "<", 1);
        return 1;
    }
    for (end = name_at; end < s.n && end - name_at <= NAME_MAX_BYTES &&
                        strchr("></", s.p[end]) == NULL &&
                        (uint8_t)s.p[end] > ' ';)
        end++;
    name = (struct str){s.p + name_at, end - name_at};
    kind = element_kind(name);
    if (plain->mode == PLAIN_TITLE && kind == '\0') {
        put(plain, "<", 1);
        return 1;
    }
    if (at >= plain->tags_end) {
        /* "a<b" is not even half a tag, "<a href=" is. */
        if (at < plain->values_end)
            return s.n - at;
        put(plain, "<", 1);
        return 1;
    }
    end = tag_end(s, end);
    if (kind == '+')
        plain->space = true;
    if (kind == '-' && name_at == at + 1 && s.p[end - 1] == '>') {
        plain->space = true;
        if (s.p[end - 2] != '/')
            end = skip_element(s, end, name);
    }
    return end - at;
}

static size_t
put_markup(struct plain *plain, struct str s, size_t at)
{
    if (plain->mode == PLAIN_TEXT) {
        put(plain, s.p + at, 1);
        return 1;
    }
    return s.p[at] == '&' ? put_reference(plain, s, at) : put_tag(plain, s, at);
}

/* Whether the character at p, whose first byte is a LEAD, is one that is not
 * to be printed as it is. */
static bool
is_special(const uint8_t *p, size_t n)
{
    switch (p[0]) {
    case 0xC2:
        return n < 2 || p[1] <= 0xA0;
    case 0xE1:
        return n < 3 || p[1] == 0x9A;
    case 0xE2:
        return n < 3 || p[1] == 0x80 || p[1] == 0x81;
    case 0xE3:
        return n < 3 || (p[1] == 0x80 && p[2] == 0x80);
    default:
        return n < 3 || (p[1] == 0xBB && p[2] == 0xBF);
    }
}

/* Behind the run of characters from at on that print as they are, single
 * spaces between them included. */
static size_t
run_end(struct str s, size_t at)
{
    const uint8_t *p = (const uint8_t *)s.p;
    size_t begin = at;

    for (;;) {
        while (at < s.n && classes[p[at]] == ORDINARY)
            at++;
        if (at == s.n)
            return at;
        if (p[at] == ' ') {
            if (at == begin || at + 1 == s.n || classes[p[at + 1]] != ORDINARY)
                return at;
        } else if (classes[p[at]] != LEAD || is_special(p + at, s.n - at)) {
            return at;
        }
        at++;
    }
}

/* Position behind the last c of s, 0 when there is none. */
static size_t
behind_last(struct str s, char c)
{
    const char *last = s.n > 0 ? memrchr(s.p, c, s.n) : NULL;

    return last ? (size_t)(last - s.p) + 1 : 0;
}

int
plain_add(struct str s, enum plain_mode mode, struct buf *out)
{
    struct plain plain = {
        out, out->n, false, mode, 0, behind_last(s, '>'), behind_last(s, '=')};
    size_t at = 0;

    while (at < s.n && !out->err) {
        size_t from = at;

        at = run_end(s, at);
        if (at > from) {
            if (plain.cdata) {
                struct str run = {s.p + from, at - from};
                size_t mark = str_find(run, STR("]]>"));

                if (mark < run.n) {
                    plain.cdata--;
                    put(&plain, run.p, mark);
                    at = from + mark + 3;
                    continue;
                }
            }
            put(&plain, s.p + from, at - from);
            continue;
        }
        switch ((enum class)classes[(uint8_t)s.p[at]]) {
        case SPACE:
            plain.space = true;
            at++;
            break;
        case CONTROL:
            at++;
            break;
        case LEAD:
            at += put_lead(&plain, s, at);
            break;
        case MARKUP:
            at += put_markup(&plain, s, at);
            break;
        case ORDINARY:
            at++;
            break;
        }
    }
    return out->err;
}
