/* mime: encoded words, base64 lines, dates. */
#include "notify/mime.h"

#include "base/digest.h"
#include "base/timefmt.h"
#include "base/utf8.h"

enum { BASE64_LINE_IN = MIME_LINE_BYTES / 4 * 3, PLAIN_TEXT_MAX = 60 };

/* Whether text may stand as it is: printable, short, and no encoded word. */
static bool
is_plain(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] >= 0x7f)
            return false;
    return text.n <= PLAIN_TEXT_MAX && str_find(text, STR("=?")) == text.n;
}

/* The next characters of *rest that fit in one encoded word, harmless. */
static int
next_word(struct str *rest, struct buf *word)
{
    size_t at = 0;

    buf_clear(word);
    while (at < rest->n) {
        size_t next = at;
        uint32_t c = utf8_next(*rest, &next);

        if (word->n + (next - at) > MIME_WORD_BYTES)
            break;
        buf_add_codepoint(word, c < 0x20 || c == 0x7f ? ' ' : c);
        at = next;
    }
    *rest = str_from(*rest, at);
    return word->err;
}

static int
add_words(struct buf *out, struct str text)
{
    struct buf word;
    const char *before = "=?UTF-8?B?";
    int err = 0;

    buf_init(&word, 4 * MIME_WORD_BYTES);
    while (!err && text.n) {
        err = next_word(&text, &word);
        buf_add_cstr(out, before);
        if (!err)
            err = digest_base64(out, word.p, word.n);
        buf_add_cstr(out, "?=");
        before = "\r\n =?UTF-8?B?";
    }
    buf_done(&word);
    return err ? err : out->err;
}

int
mime_header_text(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, "%s: ", name);
    if (is_plain(text))
        buf_add_str(out, text);
    else
        add_words(out, text);
    return buf_add_cstr(out, "\r\n");
}

int
mime_phrase(struct buf *out, struct str text)
{
    bool words = text.n > PLAIN_TEXT_MAX;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
            (c < '0' || c > '9') && c != ' ' && c != '-')
            words = true;
    }
    return words ? add_words(out, text) : buf_add_str(out, text);
}

int
mime_date(struct buf *out, struct wall time)
{
    static const char *const days[] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
        "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of_wall(time, 0);
    int64_t day = civil_days(c.year, c.month, c.day) % 7;

    return buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n",
        days[day < 0 ? day + 7 : day], c.day, months[c.month - 1], c.year,
        c.hour, c.minute, c.second);
}

int
mime_part(struct buf *out, const char *type, struct str text)
{
    buf_printf(out,
        "Content-Type: %s; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n",
        type);
    for (size_t at = 0; at < text.n && !out->err; at += BASE64_LINE_IN) {
        struct str line = str_first(str_from(text, at), BASE64_LINE_IN);

        if (digest_base64(out, line.p, line.n) < 0)
            break;
        buf_add_cstr(out, "\r\n");
    }
    return out->err;
}
