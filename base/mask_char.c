/* mask_char: tables of characters; see the header. */
#include "base/mask_char.h"

#include "base/utf8.h"

enum { ESCAPED_MAX = 4 }; /* bytes of one character */

struct digits {
    uint32_t first, last;
    enum mask_script script;
    char digit; /* of the first */
};

/* Ten or fewer that follow each other, in order. */
static const struct digits rows[] = {
    {0xB2, 0xB3, MASK_SMALL, '2'},
    {0xB9, 0xB9, MASK_SMALL, '1'},
    {0x660, 0x669, MASK_ARABIC, '0'},
    {0x6F0, 0x6F9, MASK_ARABIC, '0'},
    {0x966, 0x96F, MASK_ARABIC, '0'},
    {0x2070, 0x2070, MASK_SMALL, '0'},
    {0x2074, 0x2079, MASK_SMALL, '4'},
    {0x2080, 0x2089, MASK_SMALL, '0'},
    {0x2460, 0x2468, MASK_RING, '1'},
    {0x2474, 0x247C, MASK_RING, '1'},
    {0x2488, 0x2490, MASK_RING, '1'},
    {0x24EA, 0x24EA, MASK_RING, '0'},
    {0x24F5, 0x24FD, MASK_RING, '1'},
    {0x24FF, 0x24FF, MASK_RING, '0'},
    {0x2776, 0x277E, MASK_RING, '1'},
    {0x2780, 0x2788, MASK_RING, '1'},
    {0x278A, 0x2792, MASK_RING, '1'},
    {0x3220, 0x3228, MASK_RING, '1'},
    {0x3280, 0x3288, MASK_RING, '1'},
    {0xFF10, 0xFF19, MASK_ARABIC, '0'},
    {0x1D7CE, 0x1D7D7, MASK_ARABIC, '0'},
    {0x1D7D8, 0x1D7E1, MASK_ARABIC, '0'},
    {0x1D7E2, 0x1D7EB, MASK_ARABIC, '0'},
    {0x1D7EC, 0x1D7F5, MASK_ARABIC, '0'},
    {0x1D7F6, 0x1D7FF, MASK_ARABIC, '0'},
    {0x1FBF0, 0x1FBF9, MASK_ARABIC, '0'},
};

/* As they are said, as they are written on forms, and as they are spoken where
 * they must not be mistaken. */
static const struct {
    uint32_t c;
    char digit;
} han[] = {
    {0x25CB, '0'}, /* ○ */
    {0x25EF, '0'}, /* ◯ */
    {0x3007, '0'}, /* 〇 */
    {0x4E00, '1'}, /* 一 */
    {0x4E03, '7'}, /* 七 */
    {0x4E09, '3'}, /* 三 */
    {0x4E24, '2'}, /* 两 */
    {0x4E5D, '9'}, /* 九 */
    {0x4E8C, '2'}, /* 二 */
    {0x4E94, '5'}, /* 五 */
    {0x4F0D, '5'}, /* 伍 */
    {0x516B, '8'}, /* 八 */
    {0x516D, '6'}, /* 六 */
    {0x52FE, '9'}, /* 勾 */
    {0x53C1, '3'}, /* 叁 */
    {0x53C3, '3'}, /* 參 */
    {0x56DB, '4'}, /* 四 */
    {0x58F9, '1'}, /* 壹 */
    {0x5E7A, '1'}, /* 幺 */
    {0x62D0, '7'}, /* 拐 */
    {0x634C, '8'}, /* 捌 */
    {0x67D2, '7'}, /* 柒 */
    {0x6D1E, '0'}, /* 洞 */
    {0x7396, '9'}, /* 玖 */
    {0x8086, '4'}, /* 肆 */
    {0x8CB3, '2'}, /* 貳 */
    {0x8D30, '2'}, /* 贰 */
    {0x9646, '6'}, /* 陆 */
    {0x9678, '6'}, /* 陸 */
    {0x96F6, '0'}, /* 零 */
};

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that an escape at at says; -1: there is none. */
static int
escaped_byte(struct str text, size_t at)
{
    if (at + 3 > text.n || text.p[at] != '%' || hex(text.p[at + 1]) < 0 ||
        hex(text.p[at + 2]) < 0)
        return -1;
    return hex(text.p[at + 1]) * 16 + hex(text.p[at + 2]);
}

uint32_t
mask_next(struct str text, size_t *at, bool url)
{
    char bytes[ESCAPED_MAX];
    size_t n = 0, used = 0;
    uint32_t c;

    while (url && n < ESCAPED_MAX) {
        int byte = escaped_byte(text, *at + 3 * n);

        if (byte < 0)
            break;
        bytes[n++] = (char)(unsigned char)byte;
    }
    if (n == 0)
        return utf8_next(text, at);
    c = utf8_next((struct str){bytes, n}, &used);
    *at += 3 * used;
    return c;
}

/* Half of a table after the other: texts are mostly of such characters. */
static enum mask_script
han_digit(uint32_t c, char *ret)
{
    size_t from = 0, until = sizeof han / sizeof *han;

    while (from < until) {
        size_t middle = (from + until) / 2;

        if (han[middle].c == c) {
            *ret = han[middle].digit;
            return MASK_HAN;
        }
        if (han[middle].c < c)
            from = middle + 1;
        else
            until = middle;
    }
    return MASK_NONE;
}

enum mask_script
mask_digit(uint32_t c, char *ret)
{
    if (c < 0x80) {
        *ret = (char)c;
        return c >= '0' && c <= '9' ? MASK_ARABIC : MASK_NONE;
    }
    if (han_digit(c, ret) != MASK_NONE)
        return MASK_HAN;
    if (c >= 0x4E00 && c <= 0x9FFF)
        return MASK_NONE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rows[i].first <= c;
         i++) {
        if (c <= rows[i].last) {
            *ret = (char)(rows[i].digit + (char)(c - rows[i].first));
            return rows[i].script;
        }
    }
    return MASK_NONE;
}

bool
mask_is_x(uint32_t c)
{
    return c == 'x' || c == 'X' || c == 0xFF38 || c == 0xFF58 || c == 0xD7 ||
           c == 0x3A7 || c == 0x3C7 || c == 0x425 || c == 0x445 || c == 0x2169;
}

bool
mask_is_invisible(uint32_t c)
{
    if (c < 0x80)
        return c > 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r';
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0xE0000 && c <= 0xE01EF) || c == 0xFEFF || c == 0xAD ||
           (c >= 0x300 && c <= 0x36F) || (c >= 0x20D0 && c <= 0x20F0) ||
           (c >= 0x180B && c <= 0x180E) || c == 0x61C || c == 0x115F ||
           c == 0x1160 || c == 0x3164 || c == 0xFFA0;
}

bool
mask_is_separator(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || c == '-' || c == '.' || c == '_' || c == '\t';
    return c == 0xA0 || c == 0xB7 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || (c >= 0x2010 && c <= 0x2015) ||
           c == 0x2022 || c == 0x2024 || c == 0x2027 || c == 0x202F ||
           c == 0x2043 || c == 0x205F || c == 0x2212 || c == 0x2219 ||
           c == 0x22C5 || c == 0x2500 || c == 0x2800 || c == 0x3000 ||
           c == 0x30FB || c == 0x30FC || c == 0xFE58 || c == 0xFE63 ||
           c == 0xFF0D || c == 0xFF0E || c == 0xFF3F || c == 0xFF61 ||
           c == 0xFF65 || c == 0xFF70;
}

bool
mask_is_odd_separator(uint32_t c)
{
    return c == '/' || c == '~' || c == ',' || c == '|' || c == '(' ||
           c == ')' || c == '+' || c == ':' || c == '\n' || c == '\r' ||
           c == 0x3001 || c == 0x3002 || c == 0xFF0C || c == 0xFF0F ||
           c == 0xFF5E || c == 0xFF08 || c == 0xFF09 || c == 0xFF0B ||
           c == 0xFF5C || c == 0x301C || c == 0xFF1A;
}
