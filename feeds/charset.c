#include "feeds/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

enum { LABEL_MAX_BYTES = 40 };

struct charset {
    const char *name; /* WHATWG's, lower case */
    enum charset_kind kind;
    const char *iconv;  /* the system's name */
    const char *labels; /* the others, in spaces */
};

/* clang-format off */
static const struct charset charsets[] = {
    {"utf-8", CHARSET_UTF8, NULL,
        " unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8 "},
    {"utf-16le", CHARSET_UTF16LE, NULL,
        " csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf16 "},
    {"utf-16be", CHARSET_UTF16BE, NULL, " unicodefffe utf16be "},
    {"utf-32le", CHARSET_UTF32LE, NULL, " utf-32 utf32 ucs-4 "},
    {"utf-32be", CHARSET_UTF32BE, NULL, " utf32be "},
    {"gb18030", CHARSET_MULTI, "GB18030",
        " gbk gb2312 chinese csgb2312 csiso58gb231280 gb_2312 gb_2312-80 "
        "iso-ir-58 x-gbk gb-2312 gb2312-80 cp936 ms936 936 windows-936 "
        "euc-cn euccn x-euc-cn gb18030-2000 gb18030-2005 "},
    {"big5", CHARSET_MULTI, "BIG5-HKSCS",
        " big5-hkscs big5hkscs cn-big5 csbig5 x-x-big5 cp950 ms950 big-5 "
        "big5-eten windows-950 "},
    {"shift_jis", CHARSET_MULTI, "CP932",
        " csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis cp932 "
        "shiftjis shift-jisx0213 shift-jis-2004 sjisx0213 sjis-2004 "},
    {"euc-jp", CHARSET_MULTI, "EUC-JP-MS",
        " cseucpkdfmtjapanese x-euc-jp eucjp ujis u-jis euc-jisx0213 "
        "euc-jis-2004 eucjis2004 "},
    {"iso-2022-jp", CHARSET_MULTI, "ISO-2022-JP-3",
        " csiso2022jp iso2022jp iso2022-jp iso-2022-jp-1 iso-2022-jp-2 "
        "iso-2022-jp-3 iso-2022-jp-ext iso-2022-jp-2004 iso2022-jp-1 "
        "iso2022-jp-2 iso2022-jp-3 "},
    {"euc-kr", CHARSET_MULTI, "UHC",
        " cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 "
        "ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 windows-949 cp949 euckr "
        "uhc "},
    {"windows-1252", CHARSET_SINGLE, "CP1252",
        " ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 "
        "iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 "
        "us-ascii x-cp1252 latin-1 "},
    {"windows-1250", CHARSET_SINGLE, "CP1250", " cp1250 x-cp1250 "},
    {"windows-1251", CHARSET_SINGLE, "CP1251", " cp1251 x-cp1251 "},
    {"windows-1253", CHARSET_SINGLE, "CP1253", " cp1253 x-cp1253 "},
    {"windows-1254", CHARSET_SINGLE, "CP1254",
        " cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 "
        "iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254 "},
    {"windows-1255", CHARSET_SINGLE, "CP1255", " cp1255 x-cp1255 "},
    {"windows-1256", CHARSET_SINGLE, "CP1256", " cp1256 x-cp1256 "},
    {"windows-1257", CHARSET_SINGLE, "CP1257", " cp1257 x-cp1257 "},
    {"windows-1258", CHARSET_SINGLE, "CP1258", " cp1258 x-cp1258 "},
    {"windows-874", CHARSET_SINGLE, "CP874",
        " dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 "},
    {"iso-8859-2", CHARSET_SINGLE, "ISO-8859-2",
        " csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 "
        "iso_8859-2:1987 l2 latin2 "},
    {"iso-8859-3", CHARSET_SINGLE, "ISO-8859-3",
        " csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 "
        "iso_8859-3:1988 l3 latin3 "},
    {"iso-8859-4", CHARSET_SINGLE, "ISO-8859-4",
        " csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 "
        "iso_8859-4:1988 l4 latin4 "},
    {"iso-8859-5", CHARSET_SINGLE, "ISO-8859-5",
        " csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 "
        "iso_8859-5 iso_8859-5:1988 "},
    {"iso-8859-6", CHARSET_SINGLE, "ISO-8859-6",
        " arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 "
        "iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 "
        "iso_8859-6:1987 "},
    {"iso-8859-7", CHARSET_SINGLE, "ISO-8859-7",
        " csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 "
        "iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek "},
    {"iso-8859-8", CHARSET_SINGLE, "ISO-8859-8",
        " csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 "
        "iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual csiso88598i "
        "iso-8859-8-i logical "},
    {"iso-8859-10", CHARSET_SINGLE, "ISO-8859-10",
        " csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
    {"iso-8859-13", CHARSET_SINGLE, "ISO-8859-13",
        " iso8859-13 iso885913 "},
    {"iso-8859-14", CHARSET_SINGLE, "ISO-8859-14",
        " iso8859-14 iso885914 "},
    {"iso-8859-15", CHARSET_SINGLE, "ISO-8859-15",
        " csisolatin9 iso8859-15 iso885915 iso_8859-15 l9 latin9 "},
    {"iso-8859-16", CHARSET_SINGLE, "ISO-8859-16", " iso8859-16 "},
    {"koi8-r", CHARSET_SINGLE, "KOI8-R", " cskoi8r koi koi8 koi8_r "},
    {"koi8-u", CHARSET_SINGLE, "KOI8-U", " koi8-ru "},
    {"ibm866", CHARSET_SINGLE, "CP866", " 866 cp866 csibm866 "},
    {"macintosh", CHARSET_SINGLE, "MACINTOSH",
        " csmacintosh mac x-mac-roman macroman mac-roman "},
    {"x-mac-cyrillic", CHARSET_SINGLE, "MAC-CYRILLIC",
        " x-mac-ukrainian mac-cyrillic maccyrillic "},
    /* Beyond WHATWG's list: what old archives carry. */
    {"koi8-t", CHARSET_SINGLE, "KOI8-T", " "},
    {"pt154", CHARSET_SINGLE, "PT154",
        " ptcp154 csptcp154 cp154 cyrillic-asian "},
    {"hp-roman8", CHARSET_SINGLE, "HP-ROMAN8", " roman8 r8 cshproman8 "},
    {"x-mac-ce", CHARSET_SINGLE, "MAC-CENTRALEUROPE",
        " maccentraleurope maclatin2 mac-latin2 mac-centraleurope "},
    {"x-mac-icelandic", CHARSET_SINGLE, "MAC-IS",
        " maciceland mac-iceland mac-is "},
    {"johab", CHARSET_MULTI, "JOHAB", " cp1361 ms1361 "},
    {"ibm437", CHARSET_SINGLE, "IBM437", " cp437 437 cspc8codepage437 "},
    {"ibm737", CHARSET_SINGLE, "CP737", " cp737 737 "},
    {"ibm775", CHARSET_SINGLE, "IBM775", " cp775 775 cspc775baltic "},
    {"ibm850", CHARSET_SINGLE, "IBM850", " cp850 850 cspc850multilingual "},
    {"ibm852", CHARSET_SINGLE, "IBM852", " cp852 852 cspcp852 "},
    {"ibm855", CHARSET_SINGLE, "IBM855", " cp855 855 csibm855 "},
    {"ibm857", CHARSET_SINGLE, "IBM857", " cp857 857 csibm857 "},
    {"ibm858", CHARSET_SINGLE, "IBM858", " cp858 858 "},
    {"ibm860", CHARSET_SINGLE, "IBM860", " cp860 860 csibm860 "},
    {"ibm861", CHARSET_SINGLE, "IBM861", " cp861 861 csibm861 cp-is "},
    {"ibm862", CHARSET_SINGLE, "IBM862",
        " cp862 862 cspc862latinhebrew "},
    {"ibm863", CHARSET_SINGLE, "IBM863", " cp863 863 csibm863 "},
    {"ibm864", CHARSET_SINGLE, "IBM864", " cp864 csibm864 "},
    {"ibm865", CHARSET_SINGLE, "IBM865", " cp865 865 csibm865 "},
    {"ibm869", CHARSET_SINGLE, "IBM869", " cp869 869 csibm869 cp-gr "},
    {"ibm1125", CHARSET_SINGLE, "CP1125", " cp1125 cp866u "},
};
/* clang-format on */

enum { CHARSET_COUNT = sizeof charsets / sizeof charsets[0] };

/* Made once by charset_init, read-only after that but for the converters'
 * own state, which every use resets. */
static uint16_t single_tables[CHARSET_COUNT][256];
static iconv_t converters[CHARSET_COUNT];
static bool ready;

static int
make_single(size_t index, iconv_t converter)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        char in = (char)byte, out[8];
        char *from = &in, *to = out;
        size_t nin = 1, nout = sizeof out, at = 0;

        iconv(converter, NULL, NULL, NULL, NULL);
        /* Hebrew's and Vietnamese's wait for a mark to join: flush them. */
        if (iconv(converter, &from, &nin, &to, &nout) == (size_t)-1 ||
            iconv(converter, NULL, NULL, &to, &nout) == (size_t)-1 ||
            to == out) {
            single_tables[index][byte] = UTF8_REPLACEMENT;
            continue;
        }
        single_tables[index][byte] =
            (uint16_t)utf8_next((struct str){out, (size_t)(to - out)}, &at);
    }
    return 0;
}

int
charset_init(void)
{
    if (ready)
        return 0;
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        iconv_t converter;

        if (!charsets[i].iconv)
            continue;
        converter = iconv_open("UTF-8", charsets[i].iconv);
        if (converter == (iconv_t)-1)
            return E_NOTFOUND;
        if (charsets[i].kind == CHARSET_SINGLE) {
            make_single(i, converter);
            iconv_close(converter);
        } else {
            converters[i] = converter;
        }
    }
    ready = true;
    return 0;
}

static const struct charset *
find_padded(const char *padded, size_t n)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        struct str labels = str_of(charsets[i].labels);

        if (str_eq(str_of(charsets[i].name), (struct str){padded + 1, n - 2}) ||
            str_find(labels, (struct str){padded, n}) < labels.n)
            return &charsets[i];
    }
    return NULL;
}

const struct charset *
charset_find(struct str label)
{
    char padded[LABEL_MAX_BYTES + 2];
    const struct charset *found;
    size_t n = 0;

    label = str_trim(label);
    if (label.n == 0 || label.n > LABEL_MAX_BYTES - 1)
        return NULL;
    padded[n++] = ' ';
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];

        if (c <= ' ' || c == '/')
            return NULL;
        padded[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    padded[n++] = ' ';
    found = find_padded(padded, n);
    for (size_t i = 0; i < n && !found; i++)
        if (padded[i] == '_')
            padded[i] = '-';
    return found ? found : find_padded(padded, n);
}

const char *
charset_name(const struct charset *charset)
{
    return charset->name;
}

enum charset_kind
charset_kind(const struct charset *charset)
{
    return charset->kind;
}

static int
add_bad(struct buf *out, size_t *bad)
{
    ++*bad;
    return buf_add_codepoint(out, UTF8_REPLACEMENT);
}

static int
decode_single(
    const uint16_t *table, struct str bytes, struct buf *out, size_t *bad)
{
    for (size_t at = 0; at < bytes.n;) {
        size_t n = bytes.n - at < 4096 ? bytes.n - at : 4096;
        char *begin = buf_room(out, 3 * n), *to = begin;

        if (!to)
            return out->err;
        for (size_t end = at + n; at < end; at++) {
            uint16_t c = table[(uint8_t)bytes.p[at]];

            if (c < 0x80) {
                *to++ = (char)c;
                continue;
            }
            if (c == UTF8_REPLACEMENT)
                ++*bad;
            to += utf8_encode(c, to);
        }
        out->n += (size_t)(to - begin);
    }
    return 0;
}

/* What the converter held back to see whether something joins it. */
static int
flush_multi(iconv_t converter, struct buf *out)
{
    size_t nout = 16;
    char *to = buf_room(out, nout);

    if (!to)
        return out->err;
    if (iconv(converter, NULL, NULL, &to, &nout) != (size_t)-1)
        out->n += 16 - nout;
    return 0;
}

static int
decode_multi(iconv_t converter, struct str bytes, struct buf *out, size_t *bad)
{
    union {
        const char *in;
        char *iconv; /* iconv never writes through it */
    } from = {bytes.p};
    size_t nin = bytes.n;

    iconv(converter, NULL, NULL, NULL, NULL);
    while (nin > 0) {
        size_t want = nin < 64 * 1024 ? 3 * nin + 16 : 192 * 1024;
        size_t nout = want, result;
        char *room = buf_room(out, want), *to = room;
        int why;

        if (!room)
            return out->err;
        errno = 0;
        result = iconv(converter, &from.iconv, &nin, &to, &nout);
        why = errno;
        out->n += want - nout;
        if (result != (size_t)-1 || why == E2BIG)
            continue;
        if (add_bad(out, bad))
            return out->err;
        if (why == EINVAL) /* cut in the middle of a character */
            break;
        from.in++;
        nin--;
    }
    return flush_multi(converter, out);
}

static uint32_t
unit16(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static int
decode_utf16(struct str bytes, bool big, struct buf *out, size_t *bad)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t at = 0;

    for (; at + 1 < bytes.n; at += 2) {
        uint32_t c = unit16(p + at, big), low;

        if (c < 0x80) {
            if (buf_add_char(out, (char)c))
                return out->err;
            continue;
        }
        if (c >= 0xD800 && c <= 0xDBFF && at + 3 < bytes.n) {
            low = unit16(p + at + 2, big);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        if (c >= 0xD800 && c <= 0xDFFF ? add_bad(out, bad)
                                       : buf_add_codepoint(out, c))
            return out->err;
    }
    return at < bytes.n ? add_bad(out, bad) : 0;
}

static int
decode_utf32(struct str bytes, bool big, struct buf *out, size_t *bad)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t at = 0;

    for (; at + 3 < bytes.n; at += 4) {
        uint32_t c =
            big ? unit16(p + at, true) << 16 | unit16(p + at + 2, true)
                : unit16(p + at + 2, false) << 16 | unit16(p + at, false);

        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)
                ? add_bad(out, bad)
                : buf_add_codepoint(out, c))
            return out->err;
    }
    return at < bytes.n ? add_bad(out, bad) : 0;
}

int
charset_decode(const struct charset *charset, struct str bytes, struct buf *out,
    size_t *ret_bad)
{
    size_t index = (size_t)(charset - charsets), bad = 0;
    long repaired;
    int err = 0;

    if (!ready)
        return E_BUG;
    switch (charset->kind) {
    case CHARSET_UTF8:
        repaired = utf8_repair(bytes, out);
        if (repaired < 0)
            err = (int)repaired;
        else
            bad = (size_t)repaired;
        break;
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        err = decode_utf16(bytes, charset->kind == CHARSET_UTF16BE, out, &bad);
        break;
    case CHARSET_UTF32LE:
    case CHARSET_UTF32BE:
        err = decode_utf32(bytes, charset->kind == CHARSET_UTF32BE, out, &bad);
        break;
    case CHARSET_SINGLE:
        err = decode_single(single_tables[index], bytes, out, &bad);
        break;
    case CHARSET_MULTI:
        err = decode_multi(converters[index], bytes, out, &bad);
        break;
    }
    if (!err)
        *ret_bad = bad;
    return err;
}
