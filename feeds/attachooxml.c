/*
 * attachooxml: DOCX and XLSX (ECMA-376): XML parts in a ZIP archive.
 *
 * The parts stand in any order; a sheet's texts are mostly numbers of entries
 * in one part for all sheets, which is read in a first pass over the archive.
 */
#include <string.h>

#include "base/num.h"
#include "base/unzip.h"
#include "feeds/attachparts.h"
#include "feeds/decode.h"
#include "feeds/prescan.h"
#include "feeds/repair.h"
#include "feeds/xml.h"

enum {
    OOXML_MAX_STRINGS = 1000 * 1000, /* shared strings of a workbook */
    OOXML_MAX_CELL_BYTES = 32 * 1024
};

/* Shared strings: one buffer of bytes, where each begins. */
struct strings {
    struct buf bytes, starts; /* starts: size_t each */
};

struct reading {
    struct buf *out;
    struct strings *strings;
    struct buf value; /* of the cell that is read */
    bool in_text;     /* within an element whose text counts */
    bool shared;      /* the cell's value is a number of a shared string */
    bool number;      /* … is a number */
    bool phonetic;    /* within a reading aid, which repeats the text */
};

static size_t
strings_count(const struct strings *strings)
{
    return strings->starts.n / sizeof(size_t);
}

static size_t
strings_start(const struct strings *strings, size_t i)
{
    size_t start = strings->bytes.n;

    if (i < strings_count(strings))
        memcpy(&start, strings->starts.p + i * sizeof start, sizeof start);
    return start;
}

static struct str
strings_get(const struct strings *strings, size_t i)
{
    size_t from = strings_start(strings, i);

    return str_first(str_from(buf_str(&strings->bytes), from),
        strings_start(strings, i + 1) - from);
}

/* --- XLSX --- */

static void
shared_start(void *arg, const struct xml_element *element)
{
    struct reading *reading = arg;
    struct strings *strings = reading->strings;

    if (str_eq(element->name, STR("si")) &&
        strings_count(strings) < OOXML_MAX_STRINGS)
        (void)buf_add(
            &strings->starts, &strings->bytes.n, sizeof strings->bytes.n);
    reading->phonetic |= str_eq(element->name, STR("rPh"));
    reading->in_text = str_eq(element->name, STR("t")) && !reading->phonetic;
}

static void
shared_end(void *arg, enum xml_ns ns, struct str name)
{
    struct reading *reading = arg;

    (void)ns;
    reading->in_text = false;
    if (str_eq(name, STR("rPh")))
        reading->phonetic = false;
}

static void
shared_text(void *arg, struct str text)
{
    struct reading *reading = arg;

    if (reading->in_text)
        (void)buf_add_str(&reading->strings->bytes, text);
}

static bool
shared_enough(void *arg)
{
    const struct reading *reading = arg;

    return reading->strings->bytes.err || reading->strings->starts.err;
}

static void
sheet_start(void *arg, const struct xml_element *element)
{
    struct reading *reading = arg;

    if (str_eq(element->name, STR("c"))) {
        struct str type = xml_attr_get(element, "t");

        reading->shared = str_eq(type, STR("s"));
        reading->number = type.n == 0 || str_eq(type, STR("n"));
        buf_clear(&reading->value);
    }
    reading->in_text =
        str_eq(element->name, STR("v")) || str_eq(element->name, STR("t"));
}

/* Append a cell's text as a person sees it. */
static void
add_cell(struct reading *reading)
{
    struct str value = str_trim(buf_str(&reading->value));
    int64_t i;
    double number;

    if (reading->shared && num_parse_i64(value, 0, UINT32_MAX, &i) == 0)
        (void)buf_add_str(
            reading->out, strings_get(reading->strings, (size_t)i));
    else if (reading->number &&
             num_parse_double(value, -1e300, 1e300, &number) == 0)
        attach_add_number(reading->out, number);
    else
        (void)buf_add_str(reading->out, value);
    (void)buf_add_char(reading->out, '\t');
}

static void
sheet_end(void *arg, enum xml_ns ns, struct str name)
{
    struct reading *reading = arg;

    (void)ns;
    reading->in_text = false;
    if (str_eq(name, STR("c")))
        add_cell(reading);
    else if (str_eq(name, STR("row")))
        (void)buf_add_char(reading->out, '\n');
}

static void
sheet_text(void *arg, struct str text)
{
    struct reading *reading = arg;

    if (reading->in_text && reading->value.n + text.n <= OOXML_MAX_CELL_BYTES)
        (void)buf_add_str(&reading->value, text);
}

/* --- DOCX --- */

static void
word_start(void *arg, const struct xml_element *element)
{
    struct reading *reading = arg;

    reading->in_text = str_eq(element->name, STR("t"));
    if (str_eq(element->name, STR("tab")))
        (void)buf_add_char(reading->out, '\t');
    else if (str_eq(element->name, STR("br")) ||
             str_eq(element->name, STR("cr")))
        (void)buf_add_char(reading->out, '\n');
    else if (str_eq(element->name, STR("tc")))
        reading->number = true; /* in a cell: paragraphs are parts of a row */
}

static void
word_end(void *arg, enum xml_ns ns, struct str name)
{
    struct reading *reading = arg;

    (void)ns;
    reading->in_text = false;
    if (str_eq(name, STR("p"))) {
        (void)buf_add_char(reading->out, reading->number ? ' ' : '\n');
    } else if (str_eq(name, STR("tc"))) {
        (void)buf_add_char(reading->out, '\t');
        reading->number = false;
    } else if (str_eq(name, STR("tr"))) {
        (void)buf_add_char(reading->out, '\n');
    }
}

static void
word_text(void *arg, struct str text)
{
    struct reading *reading = arg;

    if (reading->in_text)
        (void)buf_add_str(reading->out, text);
}

static bool
out_enough(void *arg)
{
    const struct reading *reading = arg;

    return reading->out->err != 0;
}

/* --- parts --- */

enum part_kind { PART_NONE, PART_SHARED, PART_SHEET, PART_WORD };

static enum part_kind
part_kind(struct str name)
{
    if (!str_ends(name, STR(".xml")))
        return PART_NONE;
    if (str_eq(name, STR("xl/sharedStrings.xml")))
        return PART_SHARED;
    if (str_starts(name, STR("xl/worksheets/")) ||
        str_starts(name, STR("xl/comments")))
        return PART_SHEET;
    if (str_starts(name, STR("word/document")) ||
        str_starts(name, STR("word/header")) ||
        str_starts(name, STR("word/footer")) ||
        str_starts(name, STR("word/footnotes")) ||
        str_starts(name, STR("word/endnotes")) ||
        str_starts(name, STR("word/comments")))
        return PART_WORD;
    return PART_NONE;
}

/* Read one part; what is damaged gives its beginning. */
static int
read_part(struct arena *arena, struct str bytes, const struct xml_ops *ops,
    struct reading *reading, bool *partial)
{
    struct decoded decoded;
    struct prescan scan;
    _cleanup_(buf_done) struct buf repaired;
    int err = decode_bytes(arena, bytes, STR_NONE, DECODE_XML, &decoded);

    buf_init(&repaired, 2 * (size_t)DECODE_MAX_BYTES);
    if (!err)
        err = prescan_xml(arena, decoded.text, NULL, &scan);
    if (!err && scan.damaged)
        err = repair_xml(&scan, &repaired);
    if (!err)
        err = xml_parse(
            scan.damaged ? buf_str(&repaired) : scan.root, ops, reading);
    if (err == E_NOMEM)
        return err;
    *partial |= err != 0 || scan.truncated;
    return 0;
}

/* Go through the archive once and read the parts of the kinds in wanted. */
static int
read_parts(struct arena *arena, struct str bytes, unsigned wanted,
    struct reading *reading, struct attachment *ret)
{
    static const struct xml_ops ops[] = {
        [PART_SHARED] = {shared_start, shared_end, shared_text, shared_enough},
        [PART_SHEET] = {sheet_start, sheet_end, sheet_text, out_enough},
        [PART_WORD] = {word_start, word_end, word_text, out_enough}};
    _cleanup_(unzip_freep) struct unzip *unzip = NULL;
    _cleanup_(buf_done) struct buf part;
    struct str name;
    int err = unzip_open(bytes, &unzip);

    buf_init(&part, ATTACHMENT_MAX_PART_BYTES);
    while (!err && (err = unzip_next(unzip, &name)) == 0) {
        enum part_kind kind = part_kind(name);

        if (kind != PART_NONE)
            ret->kind = kind == PART_WORD ? ATTACHMENT_DOCX : ATTACHMENT_XLSX;
        if (!(wanted & 1u << kind) || kind == PART_NONE)
            continue;
        buf_clear(&part);
        err = unzip_read(unzip, &part);
        if (part.err == E_NOMEM)
            return E_NOMEM;
        ret->partial |= err != 0;
        err = read_part(
            arena, buf_str(&part), &ops[kind], reading, &ret->partial);
        if (!err && reading->out->err)
            return 0;
    }
    if (err == E_PARSE || err == E_LIMIT) {
        ret->partial = true;
        return 0;
    }
    return err == E_NOTFOUND ? 0 : err;
}

int
attachooxml_read(struct arena *arena, struct str bytes, struct buf *out,
    struct attachment *ret)
{
    struct strings strings;
    struct reading reading = {.out = out, .strings = &strings};
    int err;

    buf_init(&strings.bytes, ATTACHMENT_MAX_PART_BYTES);
    buf_init(&strings.starts, OOXML_MAX_STRINGS * sizeof(size_t));
    buf_init(&reading.value, OOXML_MAX_CELL_BYTES);
    err = read_parts(arena, bytes, 1u << PART_SHARED, &reading, ret);
    ret->partial |= strings.bytes.err || strings.starts.err;
    if (!err)
        err = read_parts(
            arena, bytes, 1u << PART_SHEET | 1u << PART_WORD, &reading, ret);
    buf_done(&strings.bytes);
    buf_done(&strings.starts);
    buf_done(&reading.value);
    if (!err && ret->kind == ATTACHMENT_NONE)
        err = E_PARSE;
    return err;
}
