/*
 * tests_mask_forms: the ways in which people write a number, and what a number
 * is when all of these are read.
 */
#ifndef TESTS_BASE_TESTS_MASK_FORMS_H
#define TESTS_BASE_TESTS_MASK_FORMS_H

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mask_char.h"
#include "tests_mask.h"

static const char *const form_digits[][10] = {
    {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
    {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"},
    {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"},
    {"○", "幺", "二", "三", "四", "五", "六", "七", "八", "九"},
    {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"},
    {"⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"},
    {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"},
    {"𝟎", "𝟏", "𝟐", "𝟑", "𝟒", "𝟓", "𝟔", "𝟕", "𝟖", "𝟗"}};
enum { FORM_SCRIPTS = sizeof form_digits / sizeof *form_digits };

/* Between the groups, or between all digits. */
static const char *const form_gaps[] = {" ", "-", ".", "－", "—", "·", " - ",
    "  ", "　", "\xE2\x80\x89", "–", "_", "\xE2\x80\x8B-\xE2\x80\x8B"};
/* Only between three, four and four. */
static const char *const form_odd_gaps[] = {
    "/", "~", "、", "|", " / ", ")", "\n"};
static const char *const form_hidden[] = {"\xE2\x80\x8B", "\xE2\x80\x8C",
    "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xAD", "\xE2\x80\x8E",
    "\xEF\xB8\x8F\xE2\x83\xA3", "\xCC\xB6"};
static const char *const form_prefixes[] = {"", "+86", "+86 ", "0086", "0086-",
    "86", "86-", "(+86)", "（86）", "+86(0)", "＋８６", "tel:", "+86-"};

#define FORM_OF(list, seed)                                                    \
    ((list)[made_random((seed), sizeof(list) / sizeof *(list))])

/* number in groups of so many digits (a string of their numbers, the last one
 * takes the rest), with gap between. */
static inline void
form_groups(struct buf *out, const char *number, const char *groups,
    const char *gap, size_t script)
{
    size_t left = (size_t)(*groups - '0');

    for (size_t i = 0; number[i]; i++, left--) {
        if (left == 0) {
            buf_add_cstr(out, gap);
            groups += groups[1] != '\0';
            left = (size_t)(*groups - '0');
        }
        if (number[i] == 'X')
            buf_add_cstr(out, script == 1 ? "Ｘ" : script % 2 ? "x" : "X");
        else
            buf_add_cstr(out, form_digits[script][number[i] - '0']);
    }
}

/* Append number in one of its forms. */
static inline void
form_text(struct buf *out, uint64_t *seed, enum made kind, const char *number)
{
    static const char *const mobile[] = {"344", "38", "434", "335", "74", "1"};
    static const char *const id[] = {"684", "6444", "64224", "44444", "69"};
    size_t script = made_random(seed, FORM_SCRIPTS);
    const char *gap = FORM_OF(form_gaps, seed);

    if (kind == MADE_MOBILE)
        buf_add_cstr(out, FORM_OF(form_prefixes, seed));
    switch (made_random(seed, 5)) {
    case 0:
        form_groups(out, number, "1", FORM_OF(form_hidden, seed), 0);
        return;
    case 1:
        if (kind == MADE_MOBILE)
            form_groups(
                out, number, "344", FORM_OF(form_odd_gaps, seed), script);
        else
            form_groups(out, number, "9", "", script);
        return;
    case 2:
        if (kind == MADE_MOBILE)
            form_groups(out, number, FORM_OF(mobile, seed), gap, script % 2);
        else if (kind == MADE_ID)
            form_groups(out, number, FORM_OF(id, seed), gap, script % 2);
        else
            form_groups(out, number, "663", gap, script % 2);
        return;
    default:
        form_groups(
            out, number, "9", "", kind == MADE_ID ? script : script % 3);
    }
}

/* The same as an address would have it. */
static inline void
form_url(struct buf *out, uint64_t *seed, const char *number)
{
    static const char *const heads[] = {"https://a.example/p/",
        "https://a.example/?tel=", "https://a.example/?n=%E7%94%B0",
        "https://a.example/x_", "https://a.example/?a=1&id=", "tel:",
        "urn:call:", "https://a.example/#"};
    static const char *const tails[] = {"", ".html", "&b=2", "%E7%94%B0", "/"};
    bool escaped = made_random(seed, 3) == 0;
    const char *const *digits = form_digits[made_random(seed, 3)];

    buf_add_cstr(out, FORM_OF(heads, seed));
    for (size_t i = 0; number[i]; i++) {
        const char *p = number[i] == 'X' ? "X" : digits[number[i] - '0'];

        for (; *p; p++) {
            if (escaped)
                (void)buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
            else
                buf_add_char(out, *p);
        }
    }
    buf_add_cstr(out, FORM_OF(tails, seed));
}

/* Whether number is in text, whatever script it is in and whatever stands
 * between its digits. */
static inline bool
form_is_in(const char *number, struct str text, bool url)
{
    size_t n = strlen(number);

    for (size_t from = 0; from < text.n;) {
        size_t at = from, matched = 0, next = from;
        bool first = true;

        while (at < text.n && matched < n) {
            uint32_t c = mask_next(text, &at, url);
            char digit = 0;

            if (first)
                next = at;
            first = false;
            if (number[matched] == 'X' && mask_is_x(c))
                digit = 'X';
            else if (mask_digit(c, &digit) == MASK_NONE) {
                if (c != '*' && matched > 0)
                    continue;
                break;
            }
            if (digit != number[matched])
                break;
            matched++;
        }
        if (matched == n)
            return true;
        from = next;
    }
    return false;
}

#endif
