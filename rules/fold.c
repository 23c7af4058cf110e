/*
 * fold: see fold.h.  One pass, one look-up per code point.
 *
 * Two things look beyond the single code point: white space runs become one
 * unit (a newline when the run holds one), and "&…;" becomes the code point it
 * names.  Everything else is in the table.
 */
#include "rules/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/entity.h"
#include "rules/foldfast.h"

void
folded_init(struct folded *f)
{
    *f = (struct folded){.unit = NULL};
}

void
folded_done(struct folded *f)
{
    free(f->unit);
    free(f->from);
    free(f->len);
    folded_init(f);
}

/* Grow one array to cap elements of size bytes, and what foldfast may write
 * behind them. */
static int
grow(void *array, size_t cap, size_t size)
{
    void **slot = (void **)array;
    void *p = realloc(*slot, (cap + FOLDFAST_BLOCK) * size);

    if (!p)
        return E_NOMEM;
    *slot = p;
    return 0;
}

/* Make room for more units. */
static int
folded_reserve(struct folded *f, size_t more)
{
    size_t cap;

    if (more <= f->cap - f->n)
        return 0;
    if (more > FOLD_MAX_UNITS - f->n)
        return E_LIMIT;
    cap = f->cap * 2 > f->n + more ? f->cap * 2 : f->n + more;
    if (cap > FOLD_MAX_UNITS)
        cap = FOLD_MAX_UNITS;
    if (grow(&f->unit, cap, sizeof(*f->unit)) != 0 ||
        grow(&f->from, cap, sizeof(*f->from)) != 0 ||
        grow(&f->len, cap, sizeof(*f->len)) != 0)
        return E_NOMEM;
    f->cap = cap;
    return 0;
}

static inline void
put(struct folded *f, uint16_t unit, uint32_t from, uint8_t len)
{
    f->unit[f->n] = unit;
    f->from[f->n] = from;
    f->len[f->n] = len;
    f->n++;
}

static const struct foldtab_long *
find_long(uint32_t c)
{
    size_t low = 0, high = foldtab_nlongs;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (foldtab_longs[mid].codepoint < c)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < foldtab_nlongs && foldtab_longs[low].codepoint == c)
        return &foldtab_longs[low];
    return NULL;
}

static size_t
put_pair(uint32_t c, uint16_t *out)
{
    if (c < 0x10000) {
        out[0] = (uint16_t)c;
        return 1;
    }
    out[0] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
    out[1] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
    return 2;
}

size_t
fold_codepoint(uint32_t c, uint16_t *out)
{
    const struct foldtab_long *l;

    if (c <= 0xFFFF && foldtab_unit[c] < FOLDTAB_DROP) {
        out[0] = foldtab_unit[c];
        return 1;
    }
    if (c <= 0xFFFF && foldtab_unit[c] == FOLDTAB_DROP)
        return 0;
    l = find_long(c);
    if (!l)
        return put_pair(c, out);
    memcpy(out, foldtab_pool + l->at, l->n * sizeof(*out));
    return l->n;
}

/* Append the units of c; a white space joins one that stands before it. */
static int
put_long(struct folded *f, size_t begin, uint32_t c, uint32_t from, uint8_t len)
{
    uint16_t units[FOLD_MAX_ONE];
    size_t n = fold_codepoint(c, units);
    int err = folded_reserve(f, n);

    if (err != 0)
        return err;
    for (size_t i = 0; i < n; i++) {
        unsigned class = foldtab_class[units[i]];
        if (class & (UNIT_SPACE | UNIT_NEWLINE) && f->n > begin) {
            unsigned before = foldtab_class[f->unit[f->n - 1]];
            if (before & (UNIT_SPACE | UNIT_NEWLINE)) {
                if (class & UNIT_NEWLINE)
                    f->unit[f->n - 1] = '\n';
                continue;
            }
        }
        put(f, units[i], from, len);
    }
    return 0;
}

static inline int
put_folded(
    struct folded *f, size_t begin, uint32_t c, uint32_t from, uint8_t len)
{
    uint16_t unit = c <= 0xFFFF ? foldtab_unit[c] : FOLDTAB_DROP;

    /* all white space folds to values up to ' ' */
    if (unit <= ' ' || unit >= FOLDTAB_DROP || f->n == f->cap)
        return put_long(f, begin, c, from, len);
    put(f, unit, from, len);
    return 0;
}

/* Decode one code point; what is not everyday is left to utf8_next. */
static inline uint32_t
next_codepoint(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;

    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (s.n - *at >= 3 && p[0] > 0xE0 && p[0] < 0xED && (p[1] & 0xC0) == 0x80 &&
        (p[2] & 0xC0) == 0x80) {
        *at += 3;
        return (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    }
    return utf8_next(s, at);
}

/* Fold one code point or reference. */
static int
fold_step(
    struct folded *f, size_t begin, struct str text, size_t *at, uint32_t *cp)
{
    uint32_t c = 0;
    size_t ref = text.p[*at] == '&' ? entity_read(text, *at, &c) : 0;
    size_t len = ref ? ref : 1;
    int err;

    if (ref)
        *at += ref;
    else
        c = next_codepoint(text, at);
    err = put_folded(f, begin, c, *cp, (uint8_t)len);
    *cp += (uint32_t)len;
    return err;
}

/* fast: take the plain stretches in blocks. */
static int
fold(struct folded *f, struct str text, bool fast)
{
    size_t at = 0, begin = f->n;
    uint32_t cp = 0;
    int err = folded_reserve(
        f, text.n + 1 > FOLD_MAX_UNITS ? FOLD_MAX_UNITS : text.n + 1);

    while (err == 0 && at < text.n) {
        if (fast)
            foldfast_run(f, begin, text, &at, &cp);
        if (at < text.n)
            err = fold_step(f, begin, text, &at, &cp);
    }
    return err;
}

int
fold_text_scalar(struct folded *f, struct str text)
{
    return fold(f, text, false);
}

int
fold_text(struct folded *f, struct str text)
{
    return fold(f, text, foldfast_is_there());
}

int
fold_raw(struct folded *f, struct str text)
{
    size_t at = 0;
    uint32_t cp = 0;
    int err = folded_reserve(
        f, text.n + 1 > FOLD_MAX_UNITS ? FOLD_MAX_UNITS : text.n + 1);

    while (at < text.n && err == 0) {
        uint16_t units[2];
        size_t n = put_pair(utf8_next(text, &at), units);
        err = folded_reserve(f, n);
        for (size_t i = 0; i < n && err == 0; i++)
            put(f, units[i], cp, 1);
        cp++;
    }
    return err;
}

int
fold_border(struct folded *f)
{
    int err = folded_reserve(f, 1);

    if (err == 0)
        put(f, '\n', 0, 0);
    return err;
}

void
squeezed_init(struct squeezed *s)
{
    *s = (struct squeezed){.unit = NULL};
}

void
squeezed_done(struct squeezed *s)
{
    free(s->unit);
    free(s->at);
    squeezed_init(s);
}

static int
squeezed_put(struct squeezed *s, uint16_t unit, uint32_t at)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 256;
        if (cap > 2 * (size_t)FOLD_MAX_UNITS)
            return E_LIMIT;
        if (grow(&s->unit, cap, sizeof(*s->unit)) != 0 ||
            grow(&s->at, cap, sizeof(*s->at)) != 0)
            return E_NOMEM;
        s->cap = cap;
    }
    s->unit[s->n] = unit;
    s->at[s->n] = at;
    s->n++;
    return 0;
}

static bool
stands_at(const uint16_t *unit, size_t i, size_t end, struct str what)
{
    if (what.n > end - i)
        return false;
    for (size_t k = 0; k < what.n; k++)
        if (unit[i + k] != (uint16_t)(unsigned char)what.p[k])
            return false;
    return true;
}

/* End of the tag or comment of ASCII that begins at i, or i when there is
 * none: "<b>", "</p>", "<!-- x -->", and the marks of a CDATA section. */
static size_t
skip_tag(const uint16_t *unit, size_t i, size_t end)
{
    size_t last = end - i > FOLD_GAP_TAG ? i + FOLD_GAP_TAG : end;
    uint16_t c = i + 1 < end ? unit[i + 1] : 0;

    if (unit[i] != '<' && unit[i] != ']')
        return i;
    if (stands_at(unit, i, end, STR("<![cdata[")))
        return i + STR("<![cdata[").n;
    if (stands_at(unit, i, end, STR("]]>")))
        return i + STR("]]>").n;
    if (unit[i] != '<' || !(c == '!' || c == '/' || (c >= 'a' && c <= 'z')))
        return i;
    for (size_t k = i + 1; k < last; k++) {
        if (unit[k] == '>')
            return k + 1;
        if (unit[k] == '<' || unit[k] > 0x7E)
            return i;
    }
    return i;
}

/* End of the gap that begins behind the Han unit at i - 1, or i when none
 * leads to another Han unit. */
static size_t
skip_gap(const uint16_t *unit, size_t i, size_t end, bool newlines)
{
    size_t at = i;
    unsigned pieces = 0, breaks = 0;

    while (at < end) {
        unsigned class = foldtab_class[unit[at]];
        if (class & UNIT_HAN)
            return at;
        size_t next = skip_tag(unit, at, end);
        if (next == at) {
            if (class & UNIT_NEWLINE) {
                if (!newlines || ++breaks > 1)
                    return i;
            } else if (!(class & (UNIT_SEPARATOR | UNIT_SPACE)))
                return i;
            next = at + 1;
            if (next < end && foldtab_class[unit[next]] & UNIT_LOW)
                next++;
        }
        at = next;
        if (++pieces > FOLD_GAP_PIECES)
            return i;
    }
    return i;
}

/* Next gap at or after *i: *i becomes its begin, the result is its end; end
 * when there is no more. */
static size_t
next_gap(const uint16_t *unit, size_t *i, size_t end, bool newlines)
{
    while ((*i = foldfast_edge(unit, *i, end)) < end) {
        if (fold_class(unit, *i) & UNIT_HAN &&
            !(foldtab_class[unit[*i + 1]] & (UNIT_HAN | UNIT_LOW))) {
            size_t to = skip_gap(unit, *i + 1, end, newlines);
            if (to > *i + 1) {
                *i += 1;
                return to;
            }
        }
        *i += 1;
    }
    return end;
}

int
fold_squeeze(struct squeezed *s, const struct folded *f, size_t begin,
    size_t end, size_t context, bool newlines)
{
    size_t gap = begin, done = begin; /* done: all before it is copied */
    size_t left = 0; /* units of context still wanted behind the last gap */
    int err = 0;

    s->n = 0;
    for (;;) {
        size_t gap_end = next_gap(f->unit, &gap, end, newlines);
        bool last = gap >= end;
        size_t want = last ? 0 : context;
        for (; done < gap && done < end && left > 0 && err == 0; done++, left--)
            err = squeezed_put(s, f->unit[done], (uint32_t)done);
        if (last || err != 0)
            return err;
        size_t from = gap - done > want ? gap - want : done;
        if (from > done && s->n > 0)
            err = squeezed_put(s, '\n', UINT32_MAX);
        for (; from < gap && err == 0; from++)
            err = squeezed_put(s, f->unit[from], (uint32_t)from);
        done = gap = gap_end;
        left = context;
        if (err != 0)
            return err;
    }
}
