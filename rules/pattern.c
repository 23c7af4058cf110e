/*
 * pattern: folding a regular expression.
 *
 * A literal character is folded as texts are.  If a character that had no
 * meaning becomes one that has (full-width ？ becomes ?), it is escaped; if it
 * becomes several, they are grouped, so that a quantifier behind it still
 * means all of it.  Escapes, properties and group names stay as they are.
 */
#include "rules/pattern.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/utf8.h"
#include "rules/fold.h"

struct folder {
    struct str in;
    size_t at;
    uint16_t *out;
    size_t n, cap;
    bool raw, class, quote;
    size_t class_first; /* where the first member of the class stands */
};

static void
emit(struct folder *f, uint16_t unit)
{
    if (f->n < f->cap)
        f->out[f->n] = unit;
    f->n++;
}

static void
emit_ascii(struct folder *f, const char *s)
{
    for (; *s; s++)
        emit(f, (uint16_t)(unsigned char)*s);
}

/* Append c as it is, as UTF-16. */
static void
emit_verbatim(struct folder *f, uint32_t c)
{
    if (c < 0x10000) {
        emit(f, (uint16_t)c);
        return;
    }
    emit(f, (uint16_t)(0xD800 + ((c - 0x10000) >> 10)));
    emit(f, (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF)));
}

/* Copy bytes of the input unchanged up to and including one of stop. */
static void
copy_through(struct folder *f, const char *stop)
{
    while (f->at < f->in.n) {
        uint32_t c = utf8_next(f->in, &f->at);
        emit_verbatim(f, c);
        if (c < 0x80 && c != 0 && strchr(stop, (int)c))
            return;
    }
}

static bool
is_plain(uint16_t u)
{
    return u > 0x7F || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') ||
           (u >= 'A' && u <= 'Z') || u == '_';
}

/* Append the folded form of the literal c. */
static void
emit_literal(struct folder *f, uint32_t c)
{
    uint16_t units[FOLD_MAX_ONE];
    size_t n;

    if (f->raw) {
        if (c < 0x80 && !is_plain((uint16_t)c))
            emit(f, '\\');
        emit_verbatim(f, c);
        return;
    }
    n = fold_codepoint(c, units);
    bool pair = n == 2 && (units[0] & 0xFC00) == 0xD800;
    bool group = !f->class && n != 1 && !pair;
    if (group)
        emit_ascii(f, "(?:");
    for (size_t i = 0; i < n; i++) {
        if (!is_plain(units[i]))
            emit(f, '\\');
        emit(f, units[i]);
    }
    if (group)
        emit(f, ')');
}

/* Read \x41 or \x{6821} at the 'x'; false when it is neither. */
static bool
read_hex(struct folder *f, uint32_t *ret)
{
    struct str rest = str_from(f->in, f->at + 1);
    uint64_t v;

    if (rest.n > 0 && rest.p[0] == '{') {
        size_t end = str_find_char(rest, '}');
        if (end == rest.n || end < 2 ||
            num_parse_hex(
                str_first(str_from(rest, 1), end - 1), 0x10FFFF, &v) != 0)
            return false;
        f->at += 1 + end + 1;
    } else {
        if (rest.n < 2 || num_parse_hex(str_first(rest, 2), 0xFF, &v) != 0)
            return false;
        f->at += 3;
    }
    *ret = (uint32_t)v;
    return v != 0 && (v < 0xD800 || v > 0xDFFF);
}

static void
fold_escape(struct folder *f)
{
    size_t start = f->at;
    uint32_t c;

    if (f->at >= f->in.n) {
        emit(f, '\\');
        return;
    }
    if (f->in.p[f->at] == 'x' && read_hex(f, &c)) {
        emit_literal(f, c);
        return;
    }
    f->at = start;
    c = utf8_next(f->in, &f->at);
    if (c == 'Q') {
        f->quote = true;
        return;
    }
    if (c >= 0x80) {
        emit_literal(f, c);
        return;
    }
    emit(f, '\\');
    emit(f, (uint16_t)c);
    char next = f->at < f->in.n ? f->in.p[f->at] : '\0';
    if (strchr("pPkgNox", (int)c) && next == '{')
        copy_through(f, "}");
    else if (strchr("kg", (int)c) && (next == '<' || next == '\'')) {
        emit(f, (uint16_t)next);
        f->at++;
        copy_through(f, next == '<' ? ">" : "'");
    } else if ((c == 'p' || c == 'P' || c == 'c') && next) {
        emit(f, (uint16_t)(unsigned char)next);
        f->at++;
    }
}

/* Whether the member at at of a class begins a range; its bounds. */
static bool
is_range(const struct folder *f, size_t at, uint32_t *low, uint32_t *high,
    size_t *end)
{
    *low = utf8_next(f->in, &at);
    if (at + 1 >= f->in.n || f->in.p[at] != '-' || f->in.p[at + 1] == ']' ||
        f->in.p[at + 1] == '\\' || f->in.p[at + 1] == '[')
        return false;
    at++;
    *high = utf8_next(f->in, &at);
    *end = at;
    return true;
}

static void
fold_range(struct folder *f, uint32_t low, uint32_t high)
{
    bool upper = low >= 'A' && low <= 'Z' && high >= 'A' && high <= 'Z';

    if (low >= 0xFF01 && high <= 0xFF5E) { /* full width: as half width */
        fold_range(f, low - 0xFF01 + '!', high - 0xFF01 + '!');
        return;
    }
    if (upper && !f->raw) {
        low += 'a' - 'A';
        high += 'a' - 'A';
    }
    if (low < 0x80 && !is_plain((uint16_t)low))
        emit(f, '\\');
    emit_verbatim(f, low);
    emit(f, '-');
    if (high < 0x80 && !is_plain((uint16_t)high))
        emit(f, '\\');
    emit_verbatim(f, high);
}

/* One step inside [ ]. */
static void
fold_class_member(struct folder *f)
{
    char b = f->in.p[f->at];
    uint32_t low, high;
    size_t end;

    if (b == ']' && f->at > f->class_first) {
        f->class = false;
        emit(f, ']');
        f->at++;
    } else if (b == '\\') {
        f->at++;
        fold_escape(f);
    } else if (b == '[' && f->at + 1 < f->in.n && f->in.p[f->at + 1] == ':') {
        copy_through(f, "]");
    } else if (is_range(f, f->at, &low, &high, &end)) {
        f->at = end;
        fold_range(f, low, high);
    } else {
        low = utf8_next(f->in, &f->at);
        if (low < 0x80 && !(low >= 'A' && low <= 'Z')) {
            if (!is_plain((uint16_t)low)) /* [:：] must not become [::] */
                emit(f, '\\');
            emit_verbatim(f, low);
        } else
            emit_literal(f, low);
    }
}

static void
begin_class(struct folder *f)
{
    emit(f, '[');
    f->at++;
    f->class = true;
    if (f->at < f->in.n && f->in.p[f->at] == '^') {
        emit(f, '^');
        f->at++;
    }
    f->class_first = f->at;
}

static void
fold_step(struct folder *f)
{
    char b = f->in.p[f->at];

    if (f->quote) {
        if (str_starts(str_from(f->in, f->at), STR("\\E"))) {
            f->quote = false;
            f->at += 2;
        } else
            emit_literal(f, utf8_next(f->in, &f->at));
    } else if (f->class) {
        fold_class_member(f);
    } else if (b == '\\') {
        f->at++;
        fold_escape(f);
    } else if (b == '[') {
        begin_class(f);
    } else if (b == '(' && f->at + 1 < f->in.n && f->in.p[f->at + 1] == '?') {
        copy_through(f, ":=!>)|#");
    } else if ((unsigned char)b < 0x80 && !(b >= 'A' && b <= 'Z')) {
        emit(f, (uint16_t)b);
        f->at++;
    } else {
        emit_literal(f, utf8_next(f->in, &f->at));
    }
}

int
pattern_fold(struct arena *arena, struct str pattern, bool raw, uint16_t **ret,
    size_t *ret_n)
{
    struct folder f = {.in = pattern, .raw = raw};

    if (pattern.n > PATTERN_MAX_BYTES)
        return E_LIMIT;
    f.cap = pattern.n * 8 + 16;
    f.out = ARENA_ARRAY(arena, f.cap, uint16_t);
    if (!f.out)
        return E_NOMEM;
    while (f.at < f.in.n) {
        if (raw)
            emit_verbatim(&f, utf8_next(f.in, &f.at));
        else
            fold_step(&f);
    }
    if (f.n > f.cap || f.n > PATTERN_MAX_UNITS)
        return E_LIMIT;
    *ret = f.out;
    *ret_n = f.n;
    return 0;
}
