/*
 * text_mark: one table of dialects.
 *
 * Backslashes do not work in every client of these platforms, so foreign text
 * is not escaped: a character that means something is replaced by its
 * full-width form, which every reader of Chinese reads without a thought.
 * Slack alone has escapes of its own for & < >.
 */
#include "notify/text_mark.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

enum {
    FULL_WIDTH = 0xFEE0, /* from an ASCII character to its full-width form */
    MARK_TEXT_BYTES = 64 * 1024,
    MARK_URL_BYTES = 2000
};

struct dialect {
    const char *bold[2];
    const char *special; /* what foreign text may not have as it is */
    const char *line;    /* what a line feed becomes */
    bool entities;       /* & < > are written as entities */
    bool links;
};

/* clang-format off */
static const struct dialect dialects[TEXT_MARKUP_COUNT] = {
    [TEXT_MARKUP_NONE] =
        {{"", ""}, "", "\n", false, false},
    [TEXT_MARKUP_DINGTALK] =
        {{"**", "**"}, "[]*_`~#<>|\\@", "\n\n", false, true},
    [TEXT_MARKUP_WECOM] =
        {{"**", "**"}, "[]*_`~#<>|\\", "\n", false, true},
    [TEXT_MARKUP_FEISHU] =
        {{"**", "**"}, "[]*_`~#<>|\\", "\n", false, true},
    [TEXT_MARKUP_SLACK] =
        {{"*", "*"}, "*_`~|@", "\n", true, true},
    [TEXT_MARKUP_MATTERMOST] =
        {{"**", "**"}, "[]*_`~#<>|\\@:", "\n", false, true},
    [TEXT_MARKUP_HTML] =
        {{"<b>", "</b>"}, "", "<br>\n", true, true},
};
/* clang-format on */

const char *
mark_bold(enum text_markup markup, bool end)
{
    return dialects[markup].bold[end];
}

/* What nobody sees, or what turns the direction of what is seen. */
static bool
is_hidden(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0xAD;
}

static void
add_character(struct buf *out, const struct dialect *dialect, uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
        c = ' ';
    if (is_hidden(c) || (c == ' ' && out->n && out->p[out->n - 1] == ' '))
        return;
    if (dialect->entities && c == '&')
        buf_add_cstr(out, "&amp;");
    else if (dialect->entities && c == '<')
        buf_add_cstr(out, "&lt;");
    else if (dialect->entities && c == '>')
        buf_add_cstr(out, "&gt;");
    else if (c < 0x80 && c != 0 && strchr(dialect->special, (int)c))
        buf_add_codepoint(out, c + FULL_WIDTH);
    else
        buf_add_codepoint(out, c);
}

struct str
mark_foreign(struct arena *arena, enum text_markup markup, struct str text,
    size_t max_bytes)
{
    struct buf out;
    struct str ret;
    size_t at = 0;

    text = str_trim(text);
    text = text_cut(arena, str_first(text, MARK_TEXT_BYTES), max_bytes);
    buf_init(&out, 8 * MARK_TEXT_BYTES);
    while (at < text.n && !out.err)
        add_character(&out, &dialects[markup], utf8_next(text, &at));
    ret = out.err ? STR_NONE : arena_str(arena, str_trim(buf_str(&out)));
    buf_done(&out);
    return ret.p ? ret : STR("");
}

/* An http address of bytes that end a link in no dialect: others are written
 * as %XX.  Absent when it is none. */
static struct str
link_address(struct arena *arena, struct str url)
{
    struct buf out;
    struct str ret = STR_NONE;

    if (!str_starts_nocase(url, STR("http://")) &&
        !str_starts_nocase(url, STR("https://")))
        return STR_NONE;
    if (url.n > MARK_URL_BYTES)
        return STR_NONE;
    buf_init(&out, 3 * MARK_URL_BYTES + 1);
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];

        if (c <= ' ' || c >= 0x7F || strchr("()<>[]\"'`|*\\^{}", c))
            buf_printf(&out, "%%%02X", c);
        else
            buf_add_char(&out, (char)c);
    }
    if (!out.err)
        ret = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

/* In HTML and Slack an address holds entities too. */
static struct str
link_entities(struct arena *arena, struct str url)
{
    struct buf out;
    struct str ret;

    buf_init(&out, 5 * 3 * MARK_URL_BYTES + 1);
    for (size_t i = 0; i < url.n; i++) {
        if (url.p[i] == '&')
            buf_add_cstr(&out, "&amp;");
        else
            buf_add_char(&out, url.p[i]);
    }
    ret = out.err ? url : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

struct str
mark_link(struct arena *arena, enum text_markup markup, struct str name,
    struct str url)
{
    struct str address = url.p ? link_address(arena, url) : STR_NONE;

    if (!address.p)
        return name;
    switch ((int)markup) {
    case TEXT_MARKUP_NONE:
        return arena_printf(
            arena, "%.*s %.*s", STR_ARG(name), STR_ARG(address));
    case TEXT_MARKUP_SLACK:
        return arena_printf(arena, "<%.*s|%.*s>",
            STR_ARG(link_entities(arena, address)), STR_ARG(name));
    case TEXT_MARKUP_HTML:
        return arena_printf(arena, "<a href=\"%.*s\">%.*s</a>",
            STR_ARG(link_entities(arena, address)), STR_ARG(name));
    default:
        return arena_printf(
            arena, "[%.*s](%.*s)", STR_ARG(name), STR_ARG(address));
    }
}

struct str
mark_lines(struct arena *arena, enum text_markup markup, struct str lines)
{
    struct buf out;
    struct str ret, rest = str_trim(lines);
    bool first = true;

    if (rest.n == 0)
        return STR("");
    buf_init(&out, 8 * MARK_TEXT_BYTES);
    while (rest.p) {
        struct str line = str_split(&rest, '\n');

        while (
            line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r'))
            line.n--;
        if (!first)
            buf_add_cstr(&out, dialects[markup].line);
        buf_add_str(&out, line);
        first = false;
    }
    ret = out.err ? STR_NONE : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret.p ? ret : STR("");
}
