#include "feeds/decode.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "feeds/charset.h"
#include "feeds/detect.h"

enum {
    CANDIDATES_MAX = 3,
    /* More than one in so many characters bad: the label is wrong. */
    BAD_SHARE = 10,
    /* So few are damage, as at the end of a document that was cut. */
    BAD_DAMAGE = 2,
    /* So many good sequences of UTF-8 and no bad one are no accident; pairs
     * of GB2312 may all look like sequences of two bytes. */
    UTF8_SURE = 3,
    /* More than one bad in so many good ones, and all in pairs: no damage. */
    PAIRED_SHARE = 8
};

int
decode_init(void)
{
    return charset_init();
}

struct str
decode_label(struct str label)
{
    const struct charset *charset = charset_find(label);

    return charset ? str_of(charset_name(charset)) : STR_NONE;
}

struct mark {
    const char *bytes;
    size_t n;
    const char *label;
    bool keep; /* no mark but the first character of a document */
};

/* Longer marks first: UTF-32's begins with UTF-16's. */
static const struct mark marks[] = {
    {"\xFF\xFE\0\0", 4, "utf-32le", false},
    {"\0\0\xFE\xFF", 4, "utf-32be", false},
    {"<\0\0\0", 4, "utf-32le", true},
    {"\0\0\0<", 4, "utf-32be", true},
    {"\xEF\xBB\xBF", 3, "utf-8", false},
    {"\xFE\xFF", 2, "utf-16be", false},
    {"\xFF\xFE", 2, "utf-16le", false},
    {"<\0", 2, "utf-16le", true},
    {"\0<", 2, "utf-16be", true},
    {"{\0", 2, "utf-16le", true},
    {"\0{", 2, "utf-16be", true},
};

static const struct mark *
find_mark(struct str bytes)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (bytes.n >= marks[i].n &&
            memcmp(bytes.p, marks[i].bytes, marks[i].n) == 0)
            return &marks[i];
    return NULL;
}

/* The value behind "key" and '=' in text, in quotes or bare. */
static struct str
value_after(struct str text, struct str key)
{
    for (;;) {
        size_t at = 0, end;
        char quote = 0;

        while (at + key.n <= text.n &&
               !str_eq_nocase(str_first(str_from(text, at), key.n), key))
            at++;
        if (at + key.n > text.n)
            return STR_NONE;
        text = str_from(text, at + key.n);
        for (at = 0;
             at < text.n && (text.p[at] == ' ' || text.p[at] == '\t' ||
                                text.p[at] == '\n' || text.p[at] == '\r');)
            at++;
        if (at == text.n || text.p[at] != '=')
            continue;
        text = str_trim(str_from(text, at + 1));
        if (text.n > 0 && (text.p[0] == '"' || text.p[0] == '\'')) {
            quote = text.p[0];
            text = str_from(text, 1);
        }
        for (end = 0; end < text.n; end++)
            if (quote ? text.p[end] == quote
                      : strchr(" \t\r\n;,>/\"'", text.p[end]) != NULL)
                break;
        return str_trim(str_first(text, end));
    }
}

static struct str
declared_xml(struct str bytes)
{
    struct str head = str_first(bytes, DECODE_SNIFF_BYTES);
    size_t at = str_find(head, STR("<?xml"));

    if (at == head.n)
        return STR_NONE;
    head = str_from(head, at);
    return value_after(
        str_first(head, str_find_char(head, '>')), STR("encoding"));
}

static struct str
declared_html(struct str bytes)
{
    struct str head = str_first(bytes, DECODE_SNIFF_BYTES);

    while (head.n > 0) {
        struct str tag;
        size_t at = str_find_char(head, '<'), end;

        head = str_from(head, at);
        if (str_starts(head, STR("<!--"))) {
            head = str_from(head, str_find(head, STR("-->")));
            continue;
        }
        if (!str_starts_nocase(head, STR("<meta"))) {
            head = str_from(head, 1);
            continue;
        }
        end = str_find_char(head, '>');
        tag = value_after(str_first(head, end), STR("charset"));
        if (tag.n > 0)
            return tag;
        head = str_from(head, end);
    }
    return STR_NONE;
}

static struct str
declared(struct str bytes, enum decode_kind kind)
{
    struct str label = STR_NONE;

    if (kind == DECODE_JSON)
        return STR_NONE;
    label = declared_xml(bytes);
    if (label.n == 0 && kind == DECODE_HTML)
        label = declared_html(bytes);
    return label;
}

/* What the label of a document of bytes can mean: a declaration that could be
 * read byte by byte is not in UTF-16. */
static const struct charset *
usable(struct str label)
{
    const struct charset *charset = charset_find(label);

    if (!charset)
        return NULL;
    switch (charset_kind(charset)) {
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
    case CHARSET_UTF32LE:
    case CHARSET_UTF32BE:
        return charset_find(STR("utf-8"));
    case CHARSET_UTF8:
    case CHARSET_SINGLE:
    case CHARSET_MULTI:
        break;
    }
    return charset;
}

static int
finish(struct arena *arena, struct buf *out, const struct charset *charset,
    size_t bad, struct decoded *ret)
{
    ret->text = arena_str(arena, buf_str(out));
    if (out->n == 0)
        ret->text = STR("");
    ret->encoding = str_of(charset_name(charset));
    ret->replaced = bad;
    return ret->text.p ? 0 : E_NOMEM;
}

static int
decode_as(struct arena *arena, struct str bytes, const struct charset *charset,
    struct decoded *ret)
{
    struct buf out;
    size_t bad;
    int err;

    buf_init(&out, DECODE_MAX_BYTES + 256 * 1024);
    err = charset_decode(charset, bytes, &out, &bad);
    if (!err && out.n > DECODE_MAX_BYTES)
        err = E_LIMIT;
    if (!err)
        err = finish(arena, &out, charset, bad, ret);
    buf_done(&out);
    return err;
}

static size_t
count_high(struct str bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes.n; i++)
        n += (uint8_t)bytes.p[i] >= 0x80;
    return n;
}

/* Whether so many bad ones mean that the encoding is another: a few are
 * damage.  Characters of the encodings in question have two or three bytes. */
static bool
is_wrong(size_t bad, size_t high_bytes)
{
    return bad > BAD_DAMAGE && bad * BAD_SHARE * 2 > high_bytes;
}

static int
decode_chosen(struct arena *arena, struct str bytes,
    const struct charset *charset, const struct charset *label,
    struct decoded *ret)
{
    int err = decode_as(arena, bytes, charset, ret);

    if (!err && label && label != charset)
        ret->note =
            arena_printf(arena, "the document says it is %s but reads as %s",
                charset_name(label), charset_name(charset));
    return err;
}

/* Whether bytes with bad sequences are another encoding and no damaged
 * UTF-8. */
static bool
is_not_utf8(struct str bytes, const struct detect_utf8 *shape)
{
    return shape->bad > shape->good ||
           (shape->bad * PAIRED_SHARE > shape->good && detect_is_paired(bytes));
}

/* Of the labels, UTF-8 and the detector's guess, the first that fits. */
static int
decode_contest(struct arena *arena, struct str bytes,
    const struct charset *const *labels, size_t nlabels, struct decoded *ret)
{
    const struct charset *utf8 = charset_find(STR("utf-8"));
    struct detect_utf8 shape = detect_utf8(bytes);
    size_t high = count_high(bytes), best_bad = SIZE_MAX;
    const struct charset *best = NULL, *guess;
    struct decoded first = {0}, tried = {0};
    bool not_utf8 = is_not_utf8(bytes, &shape);
    int err;

    if (shape.bad == 0 && (nlabels == 0 || labels[0] == utf8) &&
        detect_is_disguised_gb(bytes))
        return decode_chosen(arena, bytes, charset_find(STR("gb18030")),
            nlabels ? labels[0] : NULL, ret);
    if (shape.bad == 0 && (nlabels == 0 || shape.wide >= UTF8_SURE ||
                              (shape.good >= UTF8_SURE &&
                                  charset_kind(labels[0]) != CHARSET_MULTI)))
        return decode_chosen(
            arena, bytes, utf8, nlabels ? labels[0] : NULL, ret);
    for (size_t i = 0; i < nlabels; i++) {
        size_t bad = shape.bad;
        bool wrong = not_utf8;

        if (labels[i] != utf8) {
            err = decode_as(arena, bytes, labels[i], &tried);
            if (err)
                return err;
            bad = tried.replaced;
            wrong = is_wrong(bad, high);
            if (i == 0)
                first = tried;
        }
        if (!wrong) {
            if (i == 0 && labels[0] != utf8) {
                *ret = first;
                return 0;
            }
            return decode_chosen(arena, bytes, labels[i], labels[0], ret);
        }
        if (bad < best_bad) {
            best_bad = bad;
            best = labels[i];
        }
    }
    if (!not_utf8)
        return decode_chosen(
            arena, bytes, utf8, nlabels ? labels[0] : NULL, ret);
    guess = charset_find(detect_guess(bytes));
    err = decode_as(arena, bytes, guess, &tried);
    if (err)
        return err;
    if (!best || tried.replaced < best_bad)
        best = guess;
    return decode_chosen(arena, bytes, best, nlabels ? labels[0] : NULL, ret);
}

/* The note about a label; one that is no text is not quoted. */
static struct str
unknown_label(struct arena *arena, struct str label)
{
    return utf8_is_valid(label)
               ? arena_printf(
                     arena, "unknown encoding \"%.*s\"", STR_ARG(label))
               : STR("unknown encoding");
}

int
decode_bytes(struct arena *arena, struct str bytes, struct str content_type,
    enum decode_kind kind, struct decoded *ret)
{
    const struct charset *labels[CANDIDATES_MAX];
    const struct mark *mark = find_mark(bytes);
    struct str asked[2];
    struct decoded out = {0};
    size_t nlabels = 0;
    int err = 0;

    if (bytes.n > DECODE_MAX_BYTES)
        return E_LIMIT;
    if (mark && !mark->keep)
        bytes = str_from(bytes, mark->n);
    asked[0] = value_after(content_type, STR("charset"));
    asked[1] = declared(bytes, kind);
    for (size_t i = 0; i < 2; i++) {
        labels[nlabels] = usable(asked[i]);
        if (labels[nlabels])
            nlabels++;
        else if (asked[i].n > 0)
            out.note = unknown_label(arena, str_first(asked[i], 40));
    }
    if (mark && charset_find(str_of(mark->label)) &&
        strcmp(mark->label, "utf-8") != 0) {
        err = decode_as(arena, bytes, charset_find(str_of(mark->label)), &out);
    } else if ((mark || nlabels == 0 ||
                   strcmp(charset_name(labels[0]), "utf-8") == 0) &&
               detect_is_utf8(bytes) &&
               (mark || !detect_is_disguised_gb(bytes))) {
        /* By far the most frequent case: nothing to do. */
        out.text = bytes.p ? bytes : STR("");
        out.encoding = STR("utf-8");
    } else if (mark) {
        err = decode_as(arena, bytes, charset_find(STR("utf-8")), &out);
    } else {
        struct str note = out.note;

        err = decode_contest(arena, bytes, labels, nlabels, &out);
        if (!out.note.p)
            out.note = note;
    }
    if (!err && out.note.p && !utf8_is_valid(out.note))
        out.note = STR("unknown encoding");
    if (!err)
        *ret = out;
    return err;
}
