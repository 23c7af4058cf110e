#include "rules/entity.h"

#include <string.h>

#include "base/num.h"

enum { ENTITY_MAX_BYTES = 32 };

/* Letters are not needed: a name that hides a word is one of these. */
static const struct {
    const char *name;
    uint32_t codepoint;
} names[] = {
    {"amp", '&'},
    {"lt", '<'},
    {"gt", '>'},
    {"quot", '"'},
    {"apos", '\''},
    {"nbsp", 0xA0},
    {"shy", 0xAD},
    {"ensp", 0x2002},
    {"emsp", 0x2003},
    {"thinsp", 0x2009},
    {"zwnj", 0x200C},
    {"zwj", 0x200D},
    {"lrm", 0x200E},
    {"rlm", 0x200F},
    {"ZeroWidthSpace", 0x200B},
    {"NoBreak", 0x2060},
    {"middot", 0xB7},
    {"bull", 0x2022},
    {"hellip", 0x2026},
    {"mdash", 0x2014},
    {"ndash", 0x2013},
    {"lsquo", 0x2018},
    {"rsquo", 0x2019},
    {"ldquo", 0x201C},
    {"rdquo", 0x201D},
    {"laquo", 0xAB},
    {"raquo", 0xBB},
    {"times", 0xD7},
    {"copy", 0xA9},
    {"reg", 0xAE},
    {"deg", 0xB0},
    {"sect", 0xA7},
    {"ast", '*'},
    {"period", '.'},
    {"comma", ','},
    {"colon", ':'},
    {"excl", '!'},
    {"num", '#'},
    {"percnt", '%'},
    {"lowbar", '_'},
    {"hyphen", 0x2010},
    {"sol", '/'},
    {"Tab", '\t'},
    {"NewLine", '\n'},
};

static size_t
read_number(struct str digits, uint32_t *ret)
{
    uint64_t hex;
    int64_t dec;

    if (digits.n > 1 && (digits.p[0] == 'x' || digits.p[0] == 'X')) {
        if (num_parse_hex(str_from(digits, 1), 0x10FFFF, &hex) != 0)
            return 0;
        *ret = (uint32_t)hex;
        return 1;
    }
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_from(digits, 1);
    if (num_parse_i64(digits, 0, 0x10FFFF, &dec) != 0)
        return 0;
    *ret = (uint32_t)dec;
    return 1;
}

size_t
entity_read(struct str text, size_t at, uint32_t *ret)
{
    struct str rest = str_first(str_from(text, at + 1), ENTITY_MAX_BYTES);
    size_t end = str_find_char(rest, ';');
    struct str name = str_first(rest, end);

    if (end == rest.n || name.n < 2)
        return 0;
    if (name.p[0] == '#') {
        if (!read_number(str_from(name, 1), ret))
            return 0;
        if (*ret >= 0xD800 && *ret <= 0xDFFF)
            return 0;
        return name.n + 2;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(name, str_of(names[i].name))) {
            *ret = names[i].codepoint;
            return name.n + 2;
        }
    }
    return 0;
}
