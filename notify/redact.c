/*
 * redact: find parts of a channel's address and secrets in a text.
 *
 * The tail of the URL is cut at the characters that separate its parts; each
 * part of some length is looked for.  Texts are short (a platform's answer,
 * bounded) and parts are few, so the plain search does.
 */
#include "notify/redact.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

enum {
    REDACT_MAX_PARTS = 64,
    REDACT_MAX_TEXT = 64 * 1024,
    REDACT_CUT_BYTES = 4,  /* the least of a part at the end of a text */
    SIGNATURE_LETTERS = 43 /* of base64, before its "=" */
};

struct parts {
    struct str list[REDACT_MAX_PARTS]; /* longest first */
    size_t n;
};

int
notify_redact(struct buf *out, struct str url)
{
    struct url parsed;

    if (url_parse(url, &parsed) < 0)
        return buf_add_char(out, '?');
    buf_add_str(out, parsed.scheme);
    buf_add_cstr(out, "://");
    if (str_find_char(parsed.host, ':') < parsed.host.n)
        buf_printf(out, "[%.*s]", STR_ARG(parsed.host));
    else
        buf_add_str(out, parsed.host);
    if (parsed.port.n > 0)
        buf_printf(out, ":%.*s", STR_ARG(parsed.port));
    return out->err;
}

static void
add_part(struct parts *parts, struct str part)
{
    size_t i = parts->n;

    if (part.n < REDACT_MIN_BYTES || parts->n == REDACT_MAX_PARTS)
        return;
    while (i > 0 && parts->list[i - 1].n < part.n) {
        parts->list[i] = parts->list[i - 1];
        i--;
    }
    parts->list[i] = part;
    parts->n++;
}

/* Add each piece of s between separators. */
static void
add_pieces(struct parts *parts, struct str s)
{
    size_t from = 0;

    if (!s.p)
        return;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && !strchr("/?&=#;:@", s.p[i]))
            continue;
        add_part(parts, (struct str){s.p + from, i - from});
        from = i + 1;
    }
}

static void
find_parts(const struct channel_config *config, struct parts *parts)
{
    struct url url;

    parts->n = 0;
    for (size_t i = 0; i < config->nsecrets; i++) {
        struct str secret = config->secrets[i];

        add_part(parts, secret);
        if (str_starts(secret, STR("whsec_")))
            add_part(parts, str_from(secret, 6));
    }
    /* How people are called is theirs. */
    for (size_t i = 0; i < config->nmentions; i++)
        add_part(parts, config->mentions[i]);
    if (url_parse(config->url, &url) < 0)
        return;
    add_pieces(parts, url.userinfo);
    add_pieces(parts, url.path);
    add_pieces(parts, url.query);
    add_pieces(parts, url.fragment);
}

static bool
is_base64(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* How long the signature at the start of text is: base64 of 32 bytes, as it is
 * or percent-encoded; 0 when there is none. */
static size_t
signature_at(struct str text)
{
    size_t at = 0, n = 0;

    while (n < SIGNATURE_LETTERS && at < text.n) {
        struct str rest = str_from(text, at);

        if (str_starts_nocase(rest, STR("%2B")) ||
            str_starts_nocase(rest, STR("%2F")))
            at += 3;
        else if (is_base64(text.p[at]))
            at++;
        else
            break;
        n++;
    }
    if (n < SIGNATURE_LETTERS)
        return 0;
    if (str_starts_nocase(str_from(text, at), STR("%3D")))
        return at + 3;
    return at < text.n && text.p[at] == '=' ? at + 1 : 0;
}

/* Whether text begins with part, or is what a cut has left of it. */
static bool
has_part(struct str text, struct str part)
{
    return str_starts_nocase(text, part) ||
           (text.n >= REDACT_CUT_BYTES && str_starts_nocase(part, text));
}

/* Append text on one line with the parts taken out. */
static void
add_clean(struct buf *out, struct str text, const struct parts *parts)
{
    size_t at = 0;

    while (at < text.n && !out->err) {
        struct str rest = str_from(text, at);
        size_t i = 0;

        while (i < parts->n && !has_part(rest, parts->list[i]))
            i++;
        size_t signature = i < parts->n ? 0 : signature_at(rest);

        if (i < parts->n || signature) {
            buf_add_cstr(out, "…");
            at += signature ? signature : str_first(rest, parts->list[i].n).n;
        } else {
            uint32_t c = utf8_next(text, &at);

            buf_add_codepoint(out, c < 0x20 || c == 0x7f ? ' ' : c);
        }
    }
}

int
redact_text(struct buf *out, const struct channel_config *config,
    struct str text, size_t max_bytes)
{
    struct parts parts;
    struct buf clean;
    int err;

    find_parts(config, &parts);
    buf_init(&clean, 4 * REDACT_MAX_TEXT);
    add_clean(&clean, str_first(text, REDACT_MAX_TEXT), &parts);
    err = clean.err;
    if (!err)
        err = buf_add_str(out, str_trim(utf8_cut(buf_str(&clean), max_bytes)));
    buf_done(&clean);
    return err;
}
