/*
 * attachdoc: the text of a Word document in its pieces ([MS-DOC] 2.4.1).
 *
 * The FIB at the stream's beginning says where the table stream holds the Clx,
 * whose piece table lists, for ranges of characters, where in the document's
 * stream they stand and whether as Windows-1252 or as UTF-16.
 */
#include "base/utf8.h"
#include "feeds/attachparts.h"
#include "feeds/le.h"

enum {
    FIB_IDENT = 0xA5EC,
    FIB_FLAGS = 0x0A,
    FIB_ENCRYPTED = 0x0100,
    FIB_TABLE_1 = 0x0200,
    FIB_CLX = 0x01A2, /* offset, then length, of the Clx in the table stream */
    FIB_BYTES = 0x01AA,
    CLX_PRC = 1,
    CLX_PCDT = 2,
    PCD_BYTES = 8,
    PCD_COMPRESSED = 1 << 30
};

/* How Word marks what is no character of the text. */
enum {
    WORD_CELL = 0x07,
    WORD_LINE = 0x0B,
    WORD_PAGE = 0x0C,
    WORD_PARAGRAPH = 0x0D,
    WORD_FIELD_BEGIN = 0x13,
    WORD_FIELD_RESULT = 0x14,
    WORD_FIELD_END = 0x15,
    WORD_HARD_HYPHEN = 0x1E
};

static uint64_t
number_at(struct str s, size_t at, size_t n)
{
    return at <= s.n && s.n - at >= n ? le_get(s.p + at, n) : 0;
}

int
attachdoc_table(struct str document)
{
    if (document.n < FIB_BYTES || number_at(document, 0, 2) != FIB_IDENT)
        return -1;
    return number_at(document, FIB_FLAGS, 2) & FIB_TABLE_1 ? 1 : 0;
}

/* The piece table: the ends of ranges, then the pieces.  Absent when there is
 * none. */
static struct str
find_pieces(struct str document, struct str table)
{
    struct str clx =
        str_first(str_from(table, (size_t)number_at(document, FIB_CLX, 4)),
            (size_t)number_at(document, FIB_CLX + 4, 4));

    while (clx.n >= 5) {
        if (clx.p[0] == CLX_PCDT)
            return str_first(str_from(clx, 5), (size_t)number_at(clx, 1, 4));
        if (clx.p[0] != CLX_PRC)
            break;
        clx = str_from(clx, 3 + (size_t)number_at(clx, 1, 2));
    }
    return STR_NONE;
}

struct writer {
    struct buf *out;
    unsigned codes; /* fields whose instructions are being read */
    uint32_t high;  /* of a surrogate pair */
    bool cell;      /* the character before ended a cell */
};

static void
write_character(struct writer *writer, uint32_t c)
{
    if (c == WORD_FIELD_BEGIN) {
        writer->codes++;
    } else if (c == WORD_FIELD_RESULT || c == WORD_FIELD_END) {
        if (writer->codes)
            writer->codes--;
    } else if (writer->codes) {
        return;
    } else if (c == WORD_CELL) {
        /* A row ends with a mark of its own, which looks like another cell's;
         * an empty cell in the middle is taken for it. */
        (void)buf_add_char(writer->out, writer->cell ? '\n' : '\t');
        writer->cell = !writer->cell;
        return;
    } else if (c == WORD_PARAGRAPH || c == WORD_LINE || c == WORD_PAGE) {
        (void)buf_add_char(writer->out, '\n');
    } else if (c == WORD_HARD_HYPHEN) {
        (void)buf_add_char(writer->out, '-');
    } else if (c >= 0x20 || c == '\t') {
        (void)buf_add_codepoint(writer->out, c);
    }
    writer->cell = false;
}

static void
write_unit(struct writer *writer, uint32_t unit)
{
    if (unit >= 0xD800 && unit < 0xDC00) {
        writer->high = unit;
        return;
    }
    if (unit >= 0xDC00 && unit < 0xE000) {
        if (writer->high)
            write_character(writer,
                0x10000 + ((writer->high - 0xD800) << 10) + (unit - 0xDC00));
    } else {
        write_character(writer, unit);
    }
    writer->high = 0;
}

/* Windows-1252 where it differs from ISO 8859-1 ([MS-DOC] 2.9.73). */
static uint32_t
of_1252(unsigned char c)
{
    static const uint16_t map[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026,
        0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0, 0, 0,
        0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
        0x0161, 0x203A, 0x0153, 0, 0, 0x0178};

    return c >= 0x80 && c < 0xA0 ? map[c - 0x80] : c;
}

/* Write n characters of the piece pcd; false when it leads out of document. */
static bool
write_piece(
    struct writer *writer, struct str document, struct str pcd, size_t n)
{
    uint64_t place = number_at(pcd, 2, 4);
    bool narrow = place & PCD_COMPRESSED;
    size_t width = narrow ? 1 : 2;
    size_t at = (size_t)(place & (PCD_COMPRESSED - 1)) / (narrow ? 2 : 1);
    struct str text = str_from(document, at);
    bool whole = n <= text.n / width;

    if (!whole)
        n = text.n / width;
    for (size_t i = 0; i < n && !writer->out->err; i++)
        write_unit(writer, narrow ? of_1252((unsigned char)text.p[i])
                                  : (uint32_t)number_at(text, 2 * i, 2));
    return whole;
}

int
attachdoc_read(struct str document, struct str table, struct buf *out,
    struct attachment *ret)
{
    struct writer writer = {.out = out};
    struct str pieces = find_pieces(document, table);
    size_t n;

    if (number_at(document, FIB_FLAGS, 2) & FIB_ENCRYPTED) {
        ret->locked = true;
        return 0;
    }
    if (pieces.n < 4 + PCD_BYTES + 4) {
        ret->partial = true;
        return 0;
    }
    n = (pieces.n - 4) / (4 + PCD_BYTES);
    for (size_t i = 0; i < n && !out->err; i++) {
        uint64_t from = number_at(pieces, 4 * i, 4);
        uint64_t to = number_at(pieces, 4 * (i + 1), 4);
        struct str pcd = str_from(pieces, 4 * (n + 1) + PCD_BYTES * i);

        if (to < from || !write_piece(&writer, document,
                             str_first(pcd, PCD_BYTES), (size_t)(to - from)))
            ret->partial = true;
    }
    return 0;
}
