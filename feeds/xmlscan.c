#include "feeds/xmlscan.h"

#include <stdint.h>
#include <string.h>

static bool
is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool
is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (uint8_t)c >= 0x80;
}

static bool
is_name_char(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == ':' || c == '-' ||
           c == '.';
}

/* The value of a numeric reference's digits is a character of XML and means
 * the same to a browser. */
static bool
number_ok(struct str digits)
{
    bool hex = digits.n > 0 && digits.p[0] == 'x';
    uint32_t c = 0;
    size_t i = hex ? 1 : 0;

    if (i == digits.n || digits.n > 9)
        return false;
    for (; i < digits.n; i++) {
        char d = digits.p[i];
        uint32_t value = 99;

        if (d >= '0' && d <= '9')
            value = (uint32_t)(d - '0');
        else if (hex && (d | 0x20) >= 'a' && (d | 0x20) <= 'f')
            value = (uint32_t)((d | 0x20) - 'a' + 10);
        if (value == 99)
            return false;
        c = c * (hex ? 16 : 10) + value;
    }
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    return (c < 0x7F || c > 0x9F) && c <= 0x10FFFF &&
           (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
}

bool
xmlscan_refs_ok(struct str s)
{
    const char *p = s.p, *end = s.p + s.n;

    while (p < end && (p = memchr(p, '&', (size_t)(end - p)))) {
        struct str rest = {p + 1, (size_t)(end - p - 1)};
        size_t semicolon = str_find_char(str_first(rest, 10), ';');
        struct str name = str_first(rest, semicolon);

        if (semicolon >= rest.n || semicolon >= 10)
            return false;
        if (name.n > 1 && name.p[0] == '#') {
            if (!number_ok(str_from(name, 1)))
                return false;
        } else if (!str_eq(name, STR("amp")) && !str_eq(name, STR("lt")) &&
                   !str_eq(name, STR("gt")) && !str_eq(name, STR("quot")) &&
                   !str_eq(name, STR("apos"))) {
            return false;
        }
        p += semicolon + 2;
    }
    return true;
}

static enum xmlscan_kind
found(struct xmlscan *scan, enum xmlscan_kind kind, size_t n)
{
    scan->kind = kind;
    scan->token = str_first(str_from(scan->text, scan->at), n);
    scan->at += scan->token.n;
    return kind;
}

/* Position of a mark of two or three signs in s, s.n when it is not there.  Its
 * first sign is rare in texts, which memchr makes use of. */
static size_t
find_mark(struct str s, struct str mark)
{
    const char *p = s.p, *end = s.p + s.n;

    while ((size_t)(end - p) >= mark.n) {
        p = memchr(p, mark.p[0], (size_t)(end - p));
        if (!p || (size_t)(end - p) < mark.n)
            break;
        if (memcmp(p, mark.p, mark.n) == 0)
            return (size_t)(p - s.p);
        p++;
    }
    return s.n;
}

/* A token that ends in what, which begins after skip bytes. */
static enum xmlscan_kind
found_until(
    struct xmlscan *scan, enum xmlscan_kind kind, size_t skip, struct str what)
{
    struct str rest = str_from(scan->text, scan->at);
    struct str body = str_from(rest, skip);
    size_t end = find_mark(body, what);

    if (rest.n < skip || end == body.n)
        return found(scan, XMLSCAN_CUT, rest.n);
    return found(scan, kind, skip + end + what.n);
}

/* <!DOCTYPE …>, with an internal subset in brackets and quoted texts. */
static enum xmlscan_kind
scan_doctype(struct xmlscan *scan)
{
    struct str rest = str_from(scan->text, scan->at);
    int brackets = 0;
    char quote = 0;

    for (size_t i = 9; i < rest.n; i++) {
        char c = rest.p[i];

        if (quote) {
            if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            brackets++;
        } else if (c == ']') {
            brackets--;
        } else if (c == '>' && brackets <= 0) {
            return found(scan, XMLSCAN_DOCTYPE, i + 1);
        }
    }
    return found(scan, XMLSCAN_CUT, rest.n);
}

/* The tag's parts behind its name: where it ends, and how it is made. */
struct tag {
    const char *end; /* behind '>'; NULL: what stopped it is in kind */
    enum xmlscan_kind kind;
    bool crooked, bad_refs;
};

/* Whether a value without quotes ends at p. */
static bool
ends_bare(const char *p, const char *end)
{
    return is_space(*p) || *p == '>' ||
           (*p == '/' && p + 1 < end && p[1] == '>');
}

/* An attribute value from p on; return where it ends, NULL when cut. */
static const char *
scan_value(const char *p, const char *end, struct tag *tag)
{
    const char *close;

    if (*p != '"' && *p != '\'') {
        tag->crooked = true;
        while (p < end && !ends_bare(p, end))
            p++;
        return p;
    }
    close = memchr(p + 1, *p, (size_t)(end - p - 1));
    if (!close)
        return NULL;
    if (memchr(p, '<', (size_t)(close - p)))
        tag->crooked = true;
    if (!xmlscan_refs_ok((struct str){p, (size_t)(close - p)}))
        tag->bad_refs = true;
    return close + 1;
}

static const char *
skip_spaces(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

static struct tag
scan_attributes(const char *p, const char *end)
{
    struct tag tag = {NULL, XMLSCAN_CUT, false, false};
    unsigned count = 0;

    for (;;) {
        const char *before = p;

        p = skip_spaces(p, end);
        if (p == end)
            return tag;
        if (*p == '>' || (*p == '/' && p + 1 < end && p[1] == '>')) {
            tag.kind = *p == '>' ? XMLSCAN_START : XMLSCAN_EMPTY;
            tag.end = p + (*p == '>' ? 1 : 2);
            return tag;
        }
        if (*p == '<') {
            tag.kind = XMLSCAN_STRAY;
            return tag;
        }
        if (p == before || !is_name_start(*p))
            tag.crooked = true;
        before = p;
        while (p < end && is_name_char(*p))
            p++;
        if (p == before) { /* '=', '/', a quote: out of place */
            p++;
            continue;
        }
        if (++count > XMLSCAN_MAX_ATTRIBUTES) {
            tag.kind = XMLSCAN_LIMIT;
            return tag;
        }
        p = skip_spaces(p, end);
        if (p == end)
            return tag;
        if (*p != '=') {
            tag.crooked = true;
            p = before + (p - before);
            continue;
        }
        p = skip_spaces(p + 1, end);
        if (p == end || !(p = scan_value(p, end, &tag)))
            return tag;
    }
}

static enum xmlscan_kind
scan_tag(struct xmlscan *scan, const char *begin, bool closing)
{
    const char *end = scan->text.p + scan->text.n;
    const char *name = begin + (closing ? 2 : 1), *p = name;
    const char *limit = (size_t)(end - begin) > XMLSCAN_MAX_TAG_BYTES
                            ? begin + XMLSCAN_MAX_TAG_BYTES
                            : end;
    struct tag tag;

    while (p < limit && is_name_char(*p))
        p++;
    tag = scan_attributes(p, limit);
    if (!tag.end) {
        if (tag.kind == XMLSCAN_STRAY && closing) {
            /* "</a <b>": an end tag that lacks its '>'. */
            tag.end = p;
            tag.kind = XMLSCAN_END;
            tag.crooked = true;
        } else if (tag.kind == XMLSCAN_STRAY) {
            return found(scan, XMLSCAN_STRAY, 1);
        } else if (tag.kind == XMLSCAN_LIMIT || limit < end) {
            return found(scan, XMLSCAN_LIMIT, 1);
        } else if (closing) {
            tag.end = end;
            tag.crooked = true;
        } else {
            return found(scan, XMLSCAN_CUT, (size_t)(end - begin));
        }
    }
    scan->name = (struct str){name, (size_t)(p - name)};
    scan->crooked = tag.crooked;
    scan->bad_refs = tag.bad_refs;
    return found(
        scan, closing ? XMLSCAN_END : tag.kind, (size_t)(tag.end - begin));
}

enum xmlscan_kind
xmlscan_next(struct xmlscan *scan)
{
    struct str rest = str_from(scan->text, scan->at);
    const char *sign;

    scan->crooked = scan->bad_refs = false;
    if (rest.n == 0)
        return found(scan, XMLSCAN_EOF, 0);
    if (rest.p[0] != '<') {
        sign = memchr(rest.p, '<', rest.n);
        found(scan, XMLSCAN_TEXT, sign ? (size_t)(sign - rest.p) : rest.n);
        scan->bad_refs = !xmlscan_refs_ok(scan->token);
        return XMLSCAN_TEXT;
    }
    if (rest.n == 1)
        return found(scan, XMLSCAN_CUT, 1);
    if (is_name_start(rest.p[1]))
        return scan_tag(scan, rest.p, false);
    if (rest.p[1] == '/' && rest.n > 2 && is_name_start(rest.p[2]))
        return scan_tag(scan, rest.p, true);
    if (rest.p[1] == '?')
        return found_until(scan, XMLSCAN_PI, 2, STR("?>"));
    if (str_starts(rest, STR("<!--")))
        return found_until(scan, XMLSCAN_COMMENT, 4, STR("-->"));
    if (str_starts(rest, STR("<![CDATA[")))
        return found_until(scan, XMLSCAN_CDATA, 9, STR("]]>"));
    if (str_starts_nocase(rest, STR("<!DOCTYPE")))
        return scan_doctype(scan);
    return found(scan, XMLSCAN_STRAY, 1);
}

bool
xmlscan_is_cut_end(const struct xmlscan *scan, struct str name)
{
    return scan->at == scan->text.n && scan->crooked && scan->token.n > 0 &&
           scan->token.p[scan->token.n - 1] != '>' &&
           str_starts(name, scan->name);
}

bool
xmlscan_attr(struct str *rest, struct xmlscan_attr *ret)
{
    const char *p = rest->p, *end = rest->p + rest->n, *name;

    while (p < end && !is_name_start(*p))
        p++;
    if (p == end)
        return false;
    name = p;
    while (p < end && is_name_char(*p))
        p++;
    ret->name = (struct str){name, (size_t)(p - name)};
    ret->value = STR_NONE;
    name = skip_spaces(p, end);
    if (name < end && *name == '=') {
        p = skip_spaces(name + 1, end);
        if (p < end && (*p == '"' || *p == '\'')) {
            const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
            const char *stop = close ? close : end;

            ret->value = (struct str){p + 1, (size_t)(stop - p - 1)};
            p = close ? close + 1 : end;
        } else {
            name = p;
            while (p < end && !ends_bare(p, end))
                p++;
            ret->value = (struct str){name, (size_t)(p - name)};
        }
    }
    *rest = str_from(*rest, (size_t)(p - rest->p));
    return true;
}
