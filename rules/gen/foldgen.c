/*
 * foldgen: writes the folding table, at build time.
 *
 *     foldgen OUT TS.txt VARIANTS.txt… > nothing
 *
 * What a code point folds to is worked out once, here, from utf8proc's
 * Unicode data (NFKC, case folding, default-ignorables) and from OpenCC's
 * dictionaries (traditional to simplified, variants of Hong Kong, Taiwan and
 * Japan), so that folding at run time is one look-up.  The mapping is closed:
 * folding what was folded changes nothing; the generator fails when it is not.
 *
 * It also writes a class for each UTF-16 unit: Han, separator, word, …
 */
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "rules/foldtab.h"

enum { LAST_CODEPOINT = 0x10FFFF, MAX_FOLD = 24, MAX_ROUNDS = 8 };

static int32_t simpler[LAST_CODEPOINT + 1]; /* traditional → simplified */
static int32_t variant[LAST_CODEPOINT + 1]; /* regional form → standard */

struct fold {
    int32_t c[MAX_FOLD];
    int n;
};

static void
die(const char *what, long which)
{
    fprintf(stderr, "foldgen: %s (U+%04lX)\n", what, (unsigned long)which);
    exit(1);
}

/* Whether c belongs to GB 2312: then it is a character of today's simplified
 * script and no regional form of another. */
static bool
is_gb2312(int32_t c)
{
    static iconv_t cd;
    static bool opened;
    char in[4], out[8], *pin = in, *pout = out;
    utf8proc_ssize_t n = utf8proc_encode_char(c, (utf8proc_uint8_t *)in);
    size_t nin = n > 0 ? (size_t)n : 0, nout = sizeof(out);

    if (!opened) {
        cd = iconv_open("GB2312", "UTF-8");
        opened = true;
    }
    if (cd == (iconv_t)-1)
        die("no GB2312 converter", 0);
    iconv(cd, NULL, NULL, NULL, NULL);
    return iconv(cd, &pin, &nin, &pout, &nout) != (size_t)-1;
}

/* Read "from<TAB>to[ to…]" lines of single characters into map; the first
 * candidate counts, beyond the BMP it is left alone. */
static void
read_map(const char *path, int32_t *map, bool regional)
{
    FILE *f = fopen(path, "r");
    char line[4096];

    if (!f)
        die(path, 0);
    while (fgets(line, sizeof(line), f)) {
        utf8proc_int32_t from, to;
        char *tab = strchr(line, '\t');
        if (!tab)
            continue;
        utf8proc_ssize_t n =
            utf8proc_iterate((utf8proc_uint8_t *)line, tab - line, &from);
        if (n <= 0 || line + n != tab)
            continue;
        n = utf8proc_iterate((utf8proc_uint8_t *)tab + 1, -1, &to);
        if (n <= 0 || !strchr(" \n", tab[1 + n]) || to > 0xFFFF || from == to)
            continue;
        if (regional && is_gb2312(from))
            continue;
        if (!map[from])
            map[from] = to;
    }
    fclose(f);
}

static int32_t
unify_punctuation(int32_t c)
{
    if (c >= 0x2018 && c <= 0x201B)
        return '\'';
    if ((c >= 0x201C && c <= 0x201F) || c == 0x301D || c == 0x301E)
        return '"';
    if (c == 0x2022 || c == 0x30FB || c == 0x2027)
        return 0x00B7;
    if (c == 0x301C)
        return '~';
    if (c == 0x2028 || c == 0x2029 || c == 0x85 || c == '\v' || c == '\f' ||
        c == '\r')
        return '\n';
    if (c == '\t')
        return ' ';
    switch ((int)utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_ZS:
        return ' ';
    case UTF8PROC_CATEGORY_PD:
        return '-';
    default:
        return c;
    }
}

/* Append what c becomes in one round. */
static void
fold_once(int32_t c, struct fold *out)
{
    int32_t u = unify_punctuation(c), decomposed[64];
    int last = 0;

    if (u != c || u == '\n') {
        out->c[out->n++] = u;
        return;
    }
    if (utf8proc_category(c) == UTF8PROC_CATEGORY_CC)
        return;
    if (c >= 0xAC00 && c <= 0xD7A3) { /* Hangul syllables stay composed */
        out->c[out->n++] = c;
        return;
    }
    unsigned options = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
        UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    utf8proc_ssize_t n = utf8proc_decompose_char(
        c, decomposed, 64, (utf8proc_option_t)options, &last);
    if (n < 0 || n > 64)
        die("cannot decompose", c);
    for (int i = 0; i < n; i++) {
        utf8proc_category_t cat = utf8proc_category(decomposed[i]);
        if (cat == UTF8PROC_CATEGORY_MN || cat == UTF8PROC_CATEGORY_ME)
            continue;
        int32_t d = unify_punctuation(decomposed[i]);
        if (variant[d])
            d = variant[d];
        if (simpler[d])
            d = simpler[d];
        if (out->n == MAX_FOLD)
            die("folds to too much", c);
        out->c[out->n++] = d;
    }
}

/* Fold c until nothing changes any more. */
static struct fold
fold_fully(int32_t c)
{
    struct fold now = {.c = {c}, .n = 1};

    for (int round = 0; round < MAX_ROUNDS; round++) {
        struct fold next = {.n = 0};
        for (int i = 0; i < now.n; i++)
            fold_once(now.c[i], &next);
        if (next.n == now.n &&
            memcmp(next.c, now.c, sizeof(int32_t) * (size_t)now.n) == 0)
            return now;
        now = next;
    }
    die("does not settle", c);
    return now;
}

static bool
is_sentence_mark(int32_t c)
{
    static const int32_t marks[] = {0x3001, 0x3002, '"', '\'', ',', ';', ':',
        '!', '?', '(', ')', '[', ']', '{', '}', '<', '>', 0x300A, 0x300B,
        0x300C, 0x300D, 0x300E, 0x300F, 0x3010, 0x3011, 0x3014, 0x3015, 0x3008,
        0x3009};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (marks[i] == c)
            return true;
    return false;
}

static unsigned
unit_class(int32_t u)
{
    if (u >= 0xDC00 && u <= 0xDFFF)
        return UNIT_LOW;
    if ((u >= 0x3400 && u <= 0x9FFF) || (u >= 0xF900 && u <= 0xFAFF) ||
        u == 0x3005 || u == 0x3007 || (u >= 0xD840 && u <= 0xD88F))
        return UNIT_HAN;
    if (u == '\n')
        return UNIT_NEWLINE;
    if (u == ' ')
        return UNIT_SPACE;
    if (u >= 0xD83C && u <= 0xD83E)
        return UNIT_SEPARATOR;
    if (u >= 0xD800 && u <= 0xDBFF)
        return 0;
    if (u == '_')
        return UNIT_SEPARATOR | UNIT_WORD;
    int cat = (int)utf8proc_category(u); /* the kinds stand in order there */
    if ((cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_LO) ||
        (cat >= UTF8PROC_CATEGORY_ND && cat <= UTF8PROC_CATEGORY_NO))
        return u < 0x0590 ? UNIT_WORD : 0;
    if (cat >= UTF8PROC_CATEGORY_PC && cat <= UTF8PROC_CATEGORY_SO)
        return is_sentence_mark(u) ? 0 : UNIT_SEPARATOR;
    return 0;
}

static size_t
put_units(const struct fold *f, uint16_t *units)
{
    size_t n = 0;

    for (int i = 0; i < f->n; i++) {
        uint32_t c = (uint32_t)f->c[i];
        if (c >= 0x10000) {
            units[n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            units[n++] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else
            units[n++] = (uint16_t)c;
    }
    return n;
}

static uint64_t hash = 14695981039346656037u;
static void
stamp(uint32_t v)
{
    hash = (hash ^ v) * 1099511628211u;
}

static void
write_tables(FILE *out)
{
    static struct fold folds[LAST_CODEPOINT + 1];
    uint16_t units[MAX_FOLD * 2];
    size_t nlong = 0, pool = 0;

    for (int32_t c = 0; c <= LAST_CODEPOINT; c++) {
        folds[c] = (struct fold){.c = {0xFFFD}, .n = 1};
        if ((c < 0xD800 || c > 0xDFFF) && (c & 0xFFFE) != 0xFFFE)
            folds[c] = fold_fully(c);
        stamp((uint32_t)folds[c].n);
        for (int i = 0; i < folds[c].n; i++)
            stamp((uint32_t)folds[c].c[i]);
    }
    fprintf(out, "#include \"rules/foldtab.h\"\n\n"
                 "const uint16_t foldtab_unit[65536] = {");
    for (int32_t c = 0; c <= 0xFFFF; c++) {
        size_t n = put_units(&folds[c], units);
        fprintf(out, "%s%u,", c % 16 ? "" : "\n",
            n == 1   ? (unsigned)units[0]
            : n == 0 ? (unsigned)FOLDTAB_DROP
                     : (unsigned)FOLDTAB_LONG);
    }
    fprintf(out, "};\n\nconst struct foldtab_long foldtab_longs[] = {\n");
    for (int32_t c = 0; c <= LAST_CODEPOINT; c++) {
        size_t n = put_units(&folds[c], units);
        bool same = c > 0xFFFF && folds[c].n == 1 && folds[c].c[0] == c;
        if ((c <= 0xFFFF && n < 2) || same)
            continue;
        fprintf(out, "{%ld,%zu,%zu},\n", (long)c, pool, n);
        pool += n;
        nlong++;
    }
    fprintf(out, "};\nconst size_t foldtab_nlongs = %zu;\n\n", nlong);
    fprintf(out, "const uint16_t foldtab_pool[] = {");
    for (int32_t c = 0; c <= LAST_CODEPOINT; c++) {
        size_t n = put_units(&folds[c], units);
        bool same = c > 0xFFFF && folds[c].n == 1 && folds[c].c[0] == c;
        if ((c <= 0xFFFF && n < 2) || same)
            continue;
        for (size_t i = 0; i < n; i++)
            fprintf(out, "%u,", units[i]);
        fprintf(out, "\n");
    }
    fprintf(out, "};\n\nconst uint8_t foldtab_class[65536] = {");
    for (int32_t c = 0; c <= 0xFFFF; c++) {
        fprintf(out, "%s%u,", c % 32 ? "" : "\n", unit_class(c));
        stamp(unit_class(c));
    }
    fprintf(out, "};\n\nconst uint32_t foldtab_version = 0x%08lxu;\n",
        (unsigned long)((hash ^ (hash >> 32)) & 0xFFFFFFFFu));
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: foldgen OUT TS.txt VARIANTS.txt…\n");
        return 2;
    }
    read_map(argv[2], simpler, false);
    for (int i = 3; i < argc; i++)
        read_map(argv[i], variant, true);
    FILE *out = fopen(argv[1], "w");
    if (!out)
        die(argv[1], 0);
    write_tables(out);
    return fclose(out) == 0 ? 0 : 1;
}
