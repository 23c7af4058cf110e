/*
 * articlejson: what a page tells search engines of its article (JSON-LD).
 *
 * Pages write that by hand and by template: raw line ends in strings, broken
 * objects, several blocks.  So a member is looked for by its name, and its
 * string read leniently; the structure around it does not matter.
 */
#include <string.h>

#include "base/utf8.h"
#include "feeds/articlepage.h"
#include "feeds/plain.h"

enum {
    JSON_MAX_SCRIPT = 512 * 1024, /* bytes of a block that are searched */
    JSON_MIN_BODY = 200,          /* letters of a text worth reading */
    JSON_SAMPLE = 24,             /* bytes of a text that are compared */
    JSON_SAMPLES = 5
};

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit behind "\u" at at, -1 when there is none. */
static int32_t
read_unit(struct str s, size_t at)
{
    int32_t unit = 0;

    if (at + 4 > s.n)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        int digit = hex_digit(s.p[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Append c; a control character as white space. */
static void
add_char(char c, struct buf *out)
{
    bool control = (c >= 0 && c < ' ') || c == 0x7f;

    (void)buf_add_char(out, c == '\n' || c == '\r' ? '\n' : control ? ' ' : c);
}

/* Append what the escape at *at (behind the backslash) stands for. */
static void
add_escape(struct str s, size_t *at, struct buf *out)
{
    char c = s.p[(*at)++];
    int32_t unit, low;

    if (c != 'u') {
        add_char(c == 'n' || c == 'r'               ? '\n'
                 : c == 't' || c == 'b' || c == 'f' ? ' '
                                                    : c,
            out);
        return;
    }
    unit = read_unit(s, *at);
    if (unit < 0)
        return;
    *at += 4;
    if (unit >= 0xD800 && unit < 0xDC00 &&
        str_starts(str_from(s, *at), STR("\\u"))) {
        low = read_unit(s, *at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            *at += 6;
        }
    }
    if (unit < 0x80)
        add_char((char)unit, out);
    else
        (void)buf_add_codepoint(out, (uint32_t)unit);
}

/* Read the string that begins behind the quote at s, at most max bytes. */
static struct str
read_string(struct arena *arena, struct str s, size_t max)
{
    struct buf out;
    struct str text;
    size_t at = 0;

    buf_init(&out, max + 16);
    while (at < s.n && s.p[at] != '"' && out.n < max) {
        if (s.p[at] == '\\' && at + 1 < s.n) {
            at++;
            add_escape(s, &at, &out);
        } else {
            add_char(s.p[at++], &out);
        }
    }
    text = arena_str(arena, str_trim(utf8_cut(buf_str(&out), max)));
    buf_done(&out);
    return text;
}

/* The value of the first member called key in text that is a string. */
static struct str
find_member(struct arena *arena, struct str text, struct str key, size_t max)
{
    for (;;) {
        size_t at = str_find(text, key);
        struct str rest;

        if (at == text.n)
            return STR_NONE;
        text = str_from(text, at + key.n);
        rest = str_trim(text);
        if (at == 0 || !str_starts(rest, STR("\"")))
            continue;
        rest = str_trim(str_from(rest, 1));
        if (!str_starts(rest, STR(":")))
            continue;
        rest = str_trim(str_from(rest, 1));
        if (str_starts(rest, STR("\"")))
            return read_string(arena, str_from(rest, 1), max);
    }
}

struct str
article_json(
    struct arena *arena, const struct html *html, const char *key, size_t max)
{
    for (size_t k = 0; k < html->nasides; k++) {
        const struct html_aside *aside = &html->asides[k];
        struct str value;

        if (aside->kind != HTML_SCRIPT ||
            str_find(aside->type, STR("ld+json")) == aside->type.n)
            continue;
        value = find_member(arena, str_first(aside->text, JSON_MAX_SCRIPT),
            arena_printf(arena, "\"%s", key), max);
        if (value.n > 0)
            return value;
    }
    return STR_NONE;
}

/* Whether text holds some of the samples taken from body. */
static bool
is_known(struct str text, struct str body)
{
    for (size_t i = 1; i <= JSON_SAMPLES; i++) {
        struct str rest = str_from(body, body.n * i / (JSON_SAMPLES + 1));
        struct str sample;

        /* From a character's beginning, and within a line. */
        while (rest.n > 0 && ((unsigned char)rest.p[0] & 0xC0) == 0x80)
            rest = str_from(rest, 1);
        sample = utf8_cut(rest, JSON_SAMPLE);
        if (str_find_char(sample, '\n') < sample.n)
            continue;
        if (str_find(text, sample) < text.n)
            return true;
    }
    return false;
}

struct str
article_json_text(
    struct arena *arena, const struct html *html, struct str found)
{
    struct str body =
        article_json(arena, html, "articleBody", FEED_MAX_TEXT_BYTES);
    struct buf out;

    if (body.n == 0)
        return found;
    if (str_find_char(body, '<') < body.n ||
        str_find_char(body, '&') < body.n) {
        buf_init(&out, FEED_MAX_TEXT_BYTES + 16);
        (void)plain_add(body, PLAIN_HTML, &out);
        body = arena_str(arena, str_trim(buf_str(&out)));
        buf_done(&out);
    }
    if (utf8_count(body) < JSON_MIN_BODY)
        return found;
    if (utf8_count(found) * 10 >= utf8_count(body) * 6 && is_known(found, body))
        return found;
    return article_tidy(arena, body);
}
