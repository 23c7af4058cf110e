/*
 * Folding: known cases, a slow and obvious second implementation, closure, and
 * the way back to the original.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "check.h"
#include "rules/fold.h"
#include "rules/foldfast.h"

enum { RANDOM_TEXTS = 20000, RANDOM_CHARS = 40 };

/* Folded text as UTF-8, owned by the caller. */
static char *
folded_utf8(const struct folded *f)
{
    char *out = calloc(f->n * 4 + 1, 1);
    size_t at = 0;

    for (size_t i = 0; i < f->n; i++) {
        uint32_t c = f->unit[i];
        if ((c & 0xFC00) == 0xD800)
            c = 0x10000 + ((c & 0x3FF) << 10) + (f->unit[++i] & 0x3FFu);
        at += utf8_encode(c, out + at);
    }
    return out;
}

static void
check(const char *text, const char *want)
{
    struct folded f;
    char *got;

    folded_init(&f);
    assert_int_equal(fold_text(&f, str_of(text)), 0);
    got = folded_utf8(&f);
    assert_string_equal(got, want);
    free(got);
    folded_done(&f);
}

static void
known_cases(void **state)
{
    (void)state;
    check("", "");
    check("食物中毒", "食物中毒");
    check("學生嘔吐送醫", "学生呕吐送医");
    check("爲為麵裏裡羣峯覇", "为为面里里群峰霸");
    check("ＡＢＣ１２３！", "abc123!");
    check("Straße ﬁne ㎡ ①", "strasse fine m2 1");
    check("Café CAFE\xCC\x81", "cafe cafe");
    check("校\xE2\x80\x8B园\xEF\xB8\x8F霸\xC2\xAD凌\xEF\xBB\xBF", "校园霸凌");
    check("校\xCC\xB6园\xCC\xB6", "校园"); /* struck through */
    check("a\tb\r\n  c\xE3\x80\x80 d", "a b\nc d");
    check("“校园”—‘霸凌’", "\"校园\"-'霸凌'");
    check("&#x6821;&#22253;&nbsp;&amp;&bogus;&#xZ;&", "校园 &&bogus;&#xz;&");
    check("&amp;#x6821;", "&#x6821;"); /* once only */
    check("が ガ ｶﾞ", "か カ カ");     /* marks go, here too */
    check("𠀀😀", "𠀀😀");
    check("a\xFF\xE6\xA0z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"); /* invalid bytes */
    check("⾼⼭", "高山");                                 /* Kangxi radicals */
}

/* The same in an obvious way, for what OpenCC does not touch: the whole text
 * through utf8proc, marks dropped. */
static void
obvious(const char *text, struct buf *out)
{
    utf8proc_uint8_t *nfkc =
        utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)text);
    utf8proc_uint8_t *split = utf8proc_NFKD(nfkc);
    struct str s = str_of((const char *)split);
    bool blank = false;

    for (size_t at = 0; at < s.n;) {
        uint32_t c = utf8_next(s, &at);
        int cat = (int)utf8proc_category((utf8proc_int32_t)c);
        if (cat == UTF8PROC_CATEGORY_MN || cat == UTF8PROC_CATEGORY_ME)
            continue;
        if (cat == UTF8PROC_CATEGORY_ZS || c == '\t')
            c = ' ';
        else if (cat == UTF8PROC_CATEGORY_CC)
            continue;
        if (c == ' ' && blank)
            continue;
        blank = c == ' ';
        buf_add_codepoint(out, c);
    }
    free(split);
    free(nfkc);
}

static uint64_t random_state = 88172645463325252u;

static uint32_t
roll(uint32_t sides)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 16) % sides);
}

/* A code point that neither the dictionaries nor our punctuation change. */
static uint32_t
plain_codepoint(void)
{
    static const uint32_t from[] = {0x20, 0xC0, 0x370, 0x400, 0x1E00, 0x2150,
        0x2460, 0xFB00, 0xFF10, 0x1D400, 0x1F600};
    static const uint32_t to[] = {0x7E, 0x24F, 0x3E0, 0x4FF, 0x1EFF, 0x218B,
        0x24FF, 0xFB06, 0xFF5A, 0x1D4FF, 0x1F64F};
    uint32_t block = roll(sizeof(from) / sizeof(from[0]));
    uint32_t c = from[block] + roll(to[block] - from[block] + 1);

    return c == '&' ? '+' : c;
}

static void
same_as_the_obvious_one(void **state)
{
    struct buf text, want;

    (void)state;
    buf_init(&text, 10000);
    buf_init(&want, 100000);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        struct folded f;
        char *got;
        buf_clear(&text);
        buf_clear(&want);
        for (uint32_t n = 1 + roll(RANDOM_CHARS); n > 0; n--)
            buf_add_codepoint(&text, plain_codepoint());
        obvious(buf_cstr(&text), &want);
        folded_init(&f);
        assert_int_equal(fold_text(&f, buf_str(&text)), 0);
        got = folded_utf8(&f);
        assert_string_equal(got, buf_cstr(&want));
        free(got);
        folded_done(&f);
    }
    buf_done(&text);
    buf_done(&want);
}

/* Folding what was folded changes nothing, whatever the text. */
static void
is_closed(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        uint16_t once[FOLD_MAX_ONE], again[FOLD_MAX_ONE];
        size_t n = fold_codepoint(c, once), m = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t d = once[i];
            if ((d & 0xFC00) == 0xD800)
                d = 0x10000 + ((d & 0x3FF) << 10) + (once[++i] & 0x3FFu);
            m += fold_codepoint(d, again + m);
        }
        assert_int_equal(n, m);
        assert_memory_equal(once, again, n * sizeof(once[0]));
    }
}

/* Spans of every unit are in order, cover their code points, and fold again to
 * that unit. */
static void
leads_back(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i < RANDOM_TEXTS / 4; i++) {
        struct folded f;
        buf_clear(&text);
        for (uint32_t n = 1 + roll(RANDOM_CHARS); n > 0; n--) {
            if (roll(8) == 0)
                buf_add_cstr(&text, roll(2) ? "&#x4e59;" : "&shy;");
            else if (roll(4) == 0)
                buf_add_codepoint(&text, roll(2) ? 0x200B : 0x336);
            else
                buf_add_codepoint(
                    &text, roll(2) ? 0x4E00 + roll(0x5000) : plain_codepoint());
        }
        folded_init(&f);
        assert_int_equal(fold_text(&f, buf_str(&text)), 0);
        size_t count = utf8_count(buf_str(&text));
        for (size_t k = 0; k < f.n; k++) {
            assert_true(f.from[k] + f.len[k] <= count);
            assert_true(f.len[k] >= 1);
            assert_true(k == 0 || f.from[k] >= f.from[k - 1]);
            struct str rest = str_from(
                buf_str(&text), utf8_offset(buf_str(&text), f.from[k]));
            struct folded part;
            folded_init(&part);
            assert_int_equal(
                fold_text(&part, str_first(rest, utf8_offset(rest, f.len[k]))),
                0);
            bool found = false;
            for (size_t j = 0; j < part.n; j++)
                found = found || part.unit[j] == f.unit[k] || f.unit[k] == '\n';
            assert_true(found);
            folded_done(&part);
        }
        folded_done(&f);
    }
    buf_done(&text);
}

static void
check_squeeze(const char *text, bool newlines, const char *want)
{
    struct folded f;
    struct squeezed s;
    struct folded view = {.unit = NULL};
    char *got;

    folded_init(&f);
    squeezed_init(&s);
    assert_int_equal(fold_text(&f, str_of(text)), 0);
    assert_int_equal(fold_squeeze(&s, &f, 0, f.n, SIZE_MAX, newlines), 0);
    view.unit = s.unit;
    view.n = s.n;
    got = folded_utf8(&view);
    assert_string_equal(got, want);
    free(got);
    squeezed_done(&s);
    folded_done(&f);
}

static void
squeezes_gaps(void **state)
{
    (void)state;
    check_squeeze("食*物*中*毒", false, "食物中毒");
    check_squeeze("食 物　中·毒 了", false, "食物中毒了");
    check_squeeze("食<b>物</b><!-- x -->中毒", false, "食物中毒");
    check_squeeze("食<![CDATA[物]]>中", false, "食物中");
    check_squeeze("食😀物", false, "食物");
    check_squeeze("食物中毒", false, "");   /* no gap: nothing */
    check_squeeze("食物，中毒", false, ""); /* a sentence mark is none */
    check_squeeze("食a物", false, "");      /* a letter is none */
    check_squeeze("食*****物", false, "");  /* too many */
    check_squeeze("食<学>物", false, "");   /* no tag of ASCII */
    check_squeeze("食\n物", false, "");
    check_squeeze("食\n物", true, "食物");
    check_squeeze("食\n\n物 理", true, "食物理"); /* blank lines are one */
    check_squeeze("*食*", false, "");
}

static void
bounds_hold(void **state)
{
    struct folded f;
    char *big = malloc((size_t)FOLD_MAX_UNITS + 2);

    (void)state;
    assert_non_null(big);
    memset(big, 'a', (size_t)FOLD_MAX_UNITS + 1);
    big[FOLD_MAX_UNITS + 1] = '\0';
    folded_init(&f);
    assert_int_equal(fold_text(&f, str_of(big)), E_LIMIT);
    assert_true(f.n <= FOLD_MAX_UNITS);
    folded_done(&f);
    free(big);
}

/* What a byte of adversarial text may be: pieces that begin, end and break
 * stretches that are folded in blocks. */
static void
add_piece(struct buf *b)
{
    static const char *const pieces[] = {"校", "学", "食物", "，", "。", "　",
        " ", "  ", "\n", "a", "Z", "&", "&amp;", "&#x6821;", "\x7F", "\x01",
        "\xE0\xA4\xA8", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBD", "\xE4",
        "\xE4\xBA", "\xBA", "\xC3\xA9", "\xC0\x80", "\xF0\xA0\x80\x80",
        "\xF0\x9F\x98\x80", "\xE2\x80\x8B", "㎡", "ﬁ", "學", "Ａ",
        "abcdefghijklmnop", "校园食物中毒事件通报", "\xFF", "e\xCC\x81"};

    buf_add_cstr(b, pieces[roll(sizeof(pieces) / sizeof(pieces[0]))]);
}

static void
same_folded(struct str text, struct folded *a, struct folded *b)
{
    a->n = b->n = 0;
    assert_int_equal(fold_text(a, text), 0);
    assert_int_equal(fold_text_scalar(b, text), 0);
    assert_int_equal(a->n, b->n);
    if (a->n == 0)
        return;
    assert_memory_equal(a->unit, b->unit, a->n * sizeof(*a->unit));
    assert_memory_equal(a->from, b->from, a->n * sizeof(*a->from));
    assert_memory_equal(a->len, b->len, a->n);
}

/* Folding in blocks gives what folding one by one gives. */
static void
blocks_change_nothing(void **state)
{
    struct folded a, b;
    struct buf text;

    (void)state;
    if (!foldfast_is_there())
        printf("no blocks on this processor: compared with itself\n");
    folded_init(&a);
    folded_init(&b);
    buf_init(&text, 100000);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        buf_clear(&text);
        for (unsigned n = roll(RANDOM_CHARS); n > 0; n--)
            add_piece(&text);
        same_folded(buf_str(&text), &a, &b);
    }
    for (int i = 0; i < RANDOM_TEXTS; i++) { /* any bytes at all */
        buf_clear(&text);
        for (unsigned n = roll(RANDOM_CHARS); n > 0; n--)
            buf_add_char(&text, (char)(roll(3) ? 0x80 + roll(128) : roll(256)));
        same_folded(buf_str(&text), &a, &b);
    }
    buf_done(&text);
    folded_done(&a);
    folded_done(&b);
}

/* The helpers that skip stretches stop where a loop would. */
static void
skips_stop_in_time(void **state)
{
    static const uint16_t some[] = {
        0x4E00, 0x9FFF, 0xA000, 0x4DFF, 'a', 0x3004, 0x3005, 0xD840, 0xFFFF, 0};
    uint16_t u[64];

    (void)state;
    for (int round = 0; round < RANDOM_TEXTS; round++) {
        size_t n = roll(64), i = roll(64), k;
        unsigned kinds = 1 + roll(10);
        for (k = 0; k < n; k++)
            u[k] = some[roll(kinds)];
        if (i > n)
            continue;
        for (k = i; k + 1 < n; k++)
            if (u[k] >= 0x3005 && (u[k + 1] < 0x4E00 || u[k + 1] > 0x9FFF))
                break;
        assert_int_equal(foldfast_edge(u, i, n), k + 1 < n ? k : n);
        for (k = i;
             k + 4 <= n && (u[k] | u[k + 1] | u[k + 2] | u[k + 3]) >= 0x80; k++)
            ;
        assert_int_equal(foldfast_ascii_four(u, i, n), k + 4 <= n ? k : n);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_cases),
        cmocka_unit_test(same_as_the_obvious_one),
        cmocka_unit_test(is_closed),
        cmocka_unit_test(leads_back),
        cmocka_unit_test(squeezes_gaps),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(blocks_change_nothing),
        cmocka_unit_test(skips_stop_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
