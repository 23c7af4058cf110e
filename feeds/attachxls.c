/*
 * attachxls: the cells of a workbook's stream ([MS-XLS], BIFF8).
 *
 * A stream is records: type, length, bytes.  Texts stand in one table that all
 * sheets share (SST) and that goes on in CONTINUE records, which may cut a text
 * anywhere between two characters; the rest of it then says anew whether its
 * characters are one byte or two.
 */
#include <string.h>

#include "feeds/attachparts.h"
#include "feeds/le.h"

enum {
    XLS_FORMULA = 0x0006,
    XLS_EOF = 0x000A,
    XLS_FILEPASS = 0x002F,
    XLS_CONTINUE = 0x003C,
    XLS_MULRK = 0x00BD,
    XLS_SST = 0x00FC,
    XLS_LABELSST = 0x00FD,
    XLS_NUMBER = 0x0203,
    XLS_LABEL = 0x0204,
    XLS_STRING = 0x0207,
    XLS_RK = 0x027E,
    XLS_BOF = 0x0809,
    XLS_BIFF8 = 0x0600,
    XLS_MAX_STRINGS = 1000 * 1000,
    XLS_HEAD = 4 /* bytes of type and length */
};

/* How a string is flagged. */
enum { STRING_WIDE = 1, STRING_EXTENDED = 4, STRING_RICH = 8 };

struct workbook {
    struct str left; /* records not read yet */
    struct str data; /* of the record that is read, less what was taken */
    struct buf *out;
    struct buf bytes, starts; /* shared texts; starts: size_t each */
    unsigned row;             /* of the cell before */
    bool any, damaged;
};

static unsigned
number(struct str s, size_t at, size_t n)
{
    return at <= s.n && s.n - at >= n ? (unsigned)le_get(s.p + at, n) : 0;
}

/* Take the next record; its type, or -1 at the end. */
static int
next_record(struct workbook *book)
{
    size_t n;
    int type;

    if (book->left.n < XLS_HEAD)
        return -1;
    type = (int)number(book->left, 0, 2);
    n = number(book->left, 2, 2);
    book->damaged |= n > book->left.n - XLS_HEAD;
    book->data = str_first(str_from(book->left, XLS_HEAD), n);
    book->left = str_from(book->left, XLS_HEAD + n);
    return type;
}

/* Go on in a CONTINUE record when this one is used up; false at its end. */
static bool
more_data(struct workbook *book)
{
    while (book->data.n == 0) {
        if (number(book->left, 0, 2) != XLS_CONTINUE || next_record(book) < 0)
            return false;
    }
    return true;
}

static bool
skip(struct workbook *book, size_t n)
{
    while (n > 0) {
        size_t step;

        if (!more_data(book))
            return false;
        step = n < book->data.n ? n : book->data.n;
        book->data = str_from(book->data, step);
        n -= step;
    }
    return true;
}

/* Append the next n characters of the data to out, over its borders. */
static bool
take_characters(struct workbook *book, size_t n, bool wide, struct buf *out)
{
    uint32_t high = 0;

    while (n > 0) {
        size_t width = wide ? 2 : 1;
        uint32_t unit;

        if (book->data.n < width) {
            book->data = STR_NONE;
            if (!more_data(book))
                return false;
            wide = book->data.p[0] & STRING_WIDE;
            book->data = str_from(book->data, 1);
            continue;
        }
        unit = number(book->data, 0, width);
        book->data = str_from(book->data, width);
        n--;
        if (unit >= 0xD800 && unit < 0xDC00)
            high = unit;
        else if (unit >= 0xDC00 && unit < 0xE000)
            (void)buf_add_codepoint(
                out, high ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)
                          : 0xFFFD);
        else
            (void)buf_add_codepoint(out, unit < 0x20 ? ' ' : unit);
    }
    return true;
}

/* A text with a length of two bytes before it ([MS-XLS] 2.5.293). */
static bool
take_string(struct workbook *book, struct buf *out)
{
    size_t n, behind = 0;
    unsigned flags;

    if (!more_data(book) || book->data.n < 3)
        return false;
    n = number(book->data, 0, 2);
    flags = number(book->data, 2, 1);
    book->data = str_from(book->data, 3);
    if (flags & STRING_RICH) {
        behind += 4 * (size_t)number(book->data, 0, 2);
        book->data = str_from(book->data, 2);
    }
    if (flags & STRING_EXTENDED) {
        behind += number(book->data, 0, 4);
        book->data = str_from(book->data, 4);
    }
    return take_characters(book, n, flags & STRING_WIDE, out) &&
           skip(book, behind);
}

static void
read_shared(struct workbook *book)
{
    size_t n = number(book->data, 4, 4);

    book->data = str_from(book->data, 8);
    if (n > XLS_MAX_STRINGS) {
        n = XLS_MAX_STRINGS;
        book->damaged = true;
    }
    for (size_t i = 0; i < n && !book->bytes.err; i++) {
        if (buf_add(&book->starts, &book->bytes.n, sizeof book->bytes.n))
            break;
        if (!take_string(book, &book->bytes)) {
            book->damaged = true;
            break;
        }
    }
}

static struct str
shared_text(const struct workbook *book, size_t i)
{
    size_t n = book->starts.n / sizeof(size_t), from, to = book->bytes.n;

    if (i >= n)
        return STR_NONE;
    memcpy(&from, book->starts.p + i * sizeof from, sizeof from);
    if (i + 1 < n)
        memcpy(&to, book->starts.p + (i + 1) * sizeof to, sizeof to);
    return str_first(str_from(buf_str(&book->bytes), from), to - from);
}

/* A cell begins: another row is another line. */
static void
begin_cell(struct workbook *book)
{
    unsigned row = number(book->data, 0, 2);

    if (book->any && row != book->row)
        (void)buf_add_char(book->out, '\n');
    book->row = row;
    book->any = true;
}

static double
double_at(struct str s, size_t at)
{
    uint64_t bits = at <= s.n && s.n - at >= 8 ? le_get(s.p + at, 8) : 0;
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A number in 30 bits ([MS-XLS] 2.5.242). */
static double
of_rk(uint32_t rk)
{
    double value;

    if (rk & 2) {
        value = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & ~3u) << 32;

        memcpy(&value, &bits, sizeof value);
    }
    return rk & 1 ? value / 100 : value;
}

static void
add_number(struct workbook *book, double value)
{
    attach_add_number(book->out, value);
    (void)buf_add_char(book->out, '\t');
}

static void
read_many(struct workbook *book)
{
    begin_cell(book);
    for (size_t at = 4; at + 6 + 2 <= book->data.n; at += 6)
        add_number(book, of_rk(number(book->data, at + 2, 4)));
}

static void
read_label(struct workbook *book)
{
    begin_cell(book);
    book->data = str_from(book->data, 6);
    book->damaged |= !take_string(book, book->out);
    (void)buf_add_char(book->out, '\t');
}

/* The result of a formula: a number, or a text in a record of its own. */
static void
read_formula(struct workbook *book)
{
    begin_cell(book);
    if (number(book->data, 12, 2) != 0xFFFF)
        add_number(book, double_at(book->data, 6));
}

static void
read_record(struct workbook *book, int type)
{
    switch (type) {
    case XLS_SST:
        read_shared(book);
        break;
    case XLS_LABELSST:
        begin_cell(book);
        (void)buf_add_str(
            book->out, shared_text(book, number(book->data, 6, 4)));
        (void)buf_add_char(book->out, '\t');
        break;
    case XLS_LABEL:
        read_label(book);
        break;
    case XLS_STRING:
        book->damaged |= !take_string(book, book->out);
        (void)buf_add_char(book->out, '\t');
        break;
    case XLS_NUMBER:
        begin_cell(book);
        add_number(book, double_at(book->data, 6));
        break;
    case XLS_RK:
        begin_cell(book);
        add_number(book, of_rk(number(book->data, 6, 4)));
        break;
    case XLS_MULRK:
        read_many(book);
        break;
    case XLS_FORMULA:
        read_formula(book);
        break;
    case XLS_EOF: /* of a sheet */
        if (book->any)
            (void)buf_add_char(book->out, '\n');
        book->any = false;
        break;
    default:
        break;
    }
}

int
attachxls_read(struct str workbook, struct buf *out, struct attachment *ret)
{
    struct workbook book = {.left = workbook, .out = out};
    int type = next_record(&book);

    if (type != XLS_BOF || number(book.data, 0, 2) != XLS_BIFF8)
        return E_PARSE;
    buf_init(&book.bytes, ATTACHMENT_MAX_PART_BYTES);
    buf_init(&book.starts, XLS_MAX_STRINGS * sizeof(size_t));
    while (!out->err && !ret->locked && (type = next_record(&book)) >= 0) {
        if (type == XLS_FILEPASS)
            ret->locked = true;
        else
            read_record(&book, type);
    }
    ret->partial |= book.damaged || book.bytes.err || book.starts.err;
    buf_done(&book.bytes);
    buf_done(&book.starts);
    return book.bytes.err == E_NOMEM ? E_NOMEM : 0;
}
