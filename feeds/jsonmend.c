#include "feeds/jsonmend.h"

#include <stdint.h>

#include "base/err.h"
#include "base/jsonx.h"

struct mend {
    struct str text;
    struct buf *out;
    size_t at;
    char open[JSONX_MAX_DEPTH]; /* the brackets that are open */
    size_t depth;
    size_t whole; /* length of out behind the last whole object, or 0 */
    size_t nwhole;
};

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

/* The backslash at the text's position. */
static void
mend_escape(struct mend *mend)
{
    struct str rest = str_from(mend->text, mend->at);
    char c = rest.n > 1 ? rest.p[1] : 0;
    size_t hex = 0;

    while (c == 'u' && hex < 4 && hex + 2 < rest.n && is_hex(rest.p[hex + 2]))
        hex++;
    if (c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' ||
        c == 'r' || c == 't' || hex == 4) {
        buf_add(mend->out, rest.p, 2);
        mend->at += 2;
        return;
    }
    buf_add_cstr(mend->out, "\\\\");
    mend->at++;
}

/* Whether c within a string stands for itself. */
static bool
is_plain(char c)
{
    return c != '"' && c != '\\' && (uint8_t)c >= 0x20;
}

/* The string that begins here; false when it does not end. */
static bool
mend_string(struct mend *mend)
{
    buf_add_char(mend->out, '"');
    mend->at++;
    while (mend->at < mend->text.n) {
        size_t from = mend->at;
        char c;

        while (mend->at < mend->text.n && is_plain(mend->text.p[mend->at]))
            mend->at++;
        buf_add(mend->out, mend->text.p + from, mend->at - from);
        if (mend->at == mend->text.n)
            break;
        c = mend->text.p[mend->at];
        if (c == '\\') {
            mend_escape(mend);
        } else if ((uint8_t)c < 0x20) {
            buf_printf(mend->out, "\\u%04x", (unsigned)(uint8_t)c);
            mend->at++;
        } else {
            buf_add_char(mend->out, '"');
            mend->at++;
            return true;
        }
    }
    return false;
}

/* Whether the comma here has nothing behind it but a closing bracket. */
static bool
is_idle_comma(const struct mend *mend)
{
    size_t at = mend->at + 1;

    while (at < mend->text.n && is_space(mend->text.p[at]))
        at++;
    return at < mend->text.n &&
           (mend->text.p[at] == ']' || mend->text.p[at] == '}');
}

/* A closing bracket; false when it closes nothing. */
static bool
mend_close(struct mend *mend, char c)
{
    if (mend->depth == 0 ||
        mend->open[mend->depth - 1] != (c == '}' ? '{' : '['))
        return false;
    mend->depth--;
    buf_add_char(mend->out, c);
    if (c == '}' && mend->depth == 2 && mend->open[0] == '{' &&
        mend->open[1] == '[') {
        mend->whole = mend->out->n;
        mend->nwhole++;
    }
    return true;
}

/* One token; false when the text ends or makes no sense here. */
static bool
mend_token(struct mend *mend)
{
    char c = mend->text.p[mend->at];

    if (c == '"')
        return mend_string(mend);
    if (c == '{' || c == '[') {
        if (mend->depth == JSONX_MAX_DEPTH)
            return false;
        mend->open[mend->depth++] = c;
        buf_add_char(mend->out, c);
    } else if (c == '}' || c == ']') {
        if (!mend_close(mend, c))
            return false;
    } else if (c != ',' || !is_idle_comma(mend)) {
        if ((uint8_t)c < 0x20 && !is_space(c))
            c = ' ';
        buf_add_char(mend->out, c);
    }
    mend->at++;
    return true;
}

size_t
jsonmend_values(struct str text)
{
    size_t values = 1;

    for (size_t at = 0; at < text.n; at++) {
        char c = text.p[at];

        if (c == '"')
            for (at++; at < text.n && text.p[at] != '"'; at++)
                at += text.p[at] == '\\';
        else
            values += c == ',' || c == '[' || c == '{';
    }
    return values;
}

int
jsonmend(struct str text, size_t max_items, struct buf *out,
    enum jsonmend_end *ret_end)
{
    struct mend mend = {.text = text, .out = out};
    bool complete = false;

    while (mend.at < text.n && !complete && mend.nwhole < max_items &&
           mend_token(&mend))
        complete = mend.depth == 0;
    if (out->err)
        return out->err;
    if (!complete) {
        if (mend.whole == 0)
            return E_PARSE;
        out->n = mend.whole;
        buf_add_cstr(out, "]}");
    }
    *ret_end = complete                   ? JSONMEND_WHOLE
               : mend.nwhole == max_items ? JSONMEND_FULL
                                          : JSONMEND_CUT;
    return out->err;
}
