/*
 * sitescript: a page that sends its visitors elsewhere.
 *
 * Injected scripts look where the visitor came from (a search engine) or what
 * he browses with, and send only him away, so that the owner sees nothing.
 * Their words are often written as escapes; those are decoded before looking.
 */
#include <string.h>

#include "base/digest.h"
#include "base/num.h"
#include "feeds/siteparts.h"

enum {
    SCRIPT_MAX_BYTES = 256 * 1024,
    SCRIPT_SHORT_BYTES = 6000, /* of one that does little else */
    SCRIPT_MOVE_BYTES = 120    /* behind "location" in a longer one */
};

static int
hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The value of n hexadecimal digits at s, or -1. */
static int
hex_number(struct str s, size_t n)
{
    int value = 0;

    if (s.n < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (hex_value(s.p[i]) < 0)
            return -1;
        value = value * 16 + hex_value(s.p[i]);
    }
    return value;
}

void
site_unescape(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        struct str rest = str_from(text, i);
        size_t mark = 0, digits = 2;
        int value = -1;

        if (str_starts(rest, STR("\\x"))) {
            mark = 2;
        } else if (str_starts(rest, STR("\\u")) ||
                   str_starts(rest, STR("%u"))) {
            mark = 2;
            digits = 4;
        } else if (text.p[i] == '%') {
            mark = 1;
        }
        if (mark > 0)
            value = hex_number(str_from(rest, mark), digits);
        if (value >= 0 && digits == 4)
            (void)buf_add_codepoint(out, (uint32_t)value);
        else
            (void)buf_add_char(out, value >= 0 ? (char)value : text.p[i]);
        if (value >= 0)
            i += mark + digits - 1;
    }
}

/* Append the characters whose numbers stand in each fromCharCode(…) of text. */
static void
add_char_codes(struct str text, struct buf *out)
{
    static const char call[] = "fromCharCode(";

    for (;;) {
        size_t at = str_find(text, STR(call));
        struct str list;

        if (at == text.n)
            return;
        text = str_from(text, at + sizeof call - 1);
        list = str_first(text, str_find_char(text, ')'));
        while (list.n > 0) {
            int64_t code;

            if (num_parse_i64(
                    str_trim(str_split(&list, ',')), 0, 0x10FFFF, &code) == 0)
                (void)buf_add_codepoint(out, (uint32_t)code);
        }
        (void)buf_add_char(out, ' ');
    }
}

/* Append what the quoted texts of atob("…") say. */
static void
add_base64(struct str text, struct buf *out)
{
    static const char call[] = "atob(";

    for (;;) {
        size_t at = str_find(text, STR(call));
        struct str quoted;

        if (at == text.n)
            return;
        text = str_trim(str_from(text, at + sizeof call - 1));
        if (text.n < 2)
            return;
        quoted = str_from(text, 1);
        quoted = str_first(quoted, str_find_char(quoted, text.p[0]));
        if (digest_unbase64(out, quoted) == 0)
            (void)buf_add_char(out, ' ');
    }
}

static bool
holds(struct str text, const char *word)
{
    struct str needle = str_of(word);

    return str_find(text, needle) < text.n;
}

static bool
holds_one(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (holds(text, *words))
            return true;
    return false;
}

/* Whether an address is of what pages are made of: nobody is sent there. */
static bool
is_part(struct str address, size_t n)
{
    static const char *const ends[] = {
        ".js", ".css", ".png", ".gif", ".jpg", ".ico", ".svg", ".swf"};

    address = str_first(address, n);
    address = str_first(address, str_find_char(address, '?'));
    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
        if (str_ends(address, str_of(ends[k])))
            return true;
    return false;
}

/* Whether the "//" at byte at of text, with n bytes, is an address and no
 * comment, nor a part of a pattern: behind a scheme or a quote, with a host. */
static bool
is_address(struct str text, size_t at, size_t n)
{
    struct str before = str_first(text, at), host;
    size_t end = 2, dot = 0;

    if (!str_ends(before, STR("http:")) && !str_ends(before, STR("https:")) &&
        !str_ends(before, STR("\"")) && !str_ends(before, STR("'")))
        return false;
    host = str_first(str_from(text, at), n);
    while (end < host.n && !strchr("/:?#", host.p[end]))
        end++;
    host = str_from(str_first(host, end), 2);
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];

        if (c == '.')
            dot = i;
        else if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
                 !(c >= 'A' && c <= 'Z') && c != '-')
            return false;
    }
    return dot > 0 && host.n - dot > 2 && !is_part(str_from(text, at), n);
}

/* The first address of another site in text, or absent. */
static struct str
find_foreign(const struct site_page *page, struct str text)
{
    while (text.n > 0) {
        size_t at = str_find(text, STR("//"));
        struct str url = str_from(text, at);
        size_t n = 2;
        struct str whole, before = text;

        while (n < url.n && !strchr("\"'<>() ;\\\n\r", url.p[n]))
            n++;
        text = str_from(text, at + 2);
        if (n < 6 || !is_address(before, at, n))
            continue;
        whole =
            arena_printf(page->arena, "http:%.*s", STR_ARG(str_first(url, n)));
        if (site_is_elsewhere(page, whole))
            return whole;
    }
    return STR_NONE;
}

/* The same, but only where text goes there; a long script names many places. */
static struct str
find_foreign_move(const struct site_page *page, struct str text)
{
    struct str word = STR("location"), statement, target;
    size_t at;

    while ((at = str_find(text, word)) < text.n) {
        text = str_from(text, at + word.n);
        statement = str_first(text, SCRIPT_MOVE_BYTES);
        statement = str_first(statement, str_find_char(statement, ';'));
        statement = str_first(statement, str_find_char(statement, '\n'));
        target = find_foreign(page, statement);
        if (target.p)
            return target;
    }
    return STR_NONE;
}

/* Whether a script does nothing but go elsewhere: "window.location='…'". */
static bool
only_moves(struct str script)
{
    static const char *const objects[] = {
        "window.", "top.", "self.", "parent.", "document.", NULL};

    script = str_trim(script);
    for (int k = 0; objects[k];)
        if (str_starts(script, str_of(objects[k]))) {
            script = str_from(script, strlen(objects[k]));
            k = 0;
        } else {
            k++;
        }
    if (!str_starts(script, STR("location")))
        return false;
    script = str_from(script, sizeof "location" - 1);
    if (str_starts(script, STR(".href")))
        script = str_from(script, sizeof ".href" - 1);
    script = str_trim(script);
    return str_starts(script, STR(".replace(")) ||
           str_starts(script, STR(".assign(")) ||
           (str_starts(script, STR("=")) && !str_starts(script, STR("==")));
}

/* Whether a script sends some of its visitors away, by where they came from or
 * what they browse with, or all of them. */
static bool
sends_away(struct str text)
{
    static const char *const engines[] = {"baidu", "sogou", "google", "so.com",
        "360", "bing", "soso", "haosou", "sm.cn", "spider", "yahoo", NULL};
    static const char *const phones[] = {
        "Android", "android", "iPhone", "iphone", "Mobile", "mobile", NULL};
    static const char *const moves[] = {"location", "window.open", NULL};

    if (only_moves(text))
        return true;
    return holds_one(text, moves) &&
           ((holds_one(text, engines) &&
                (holds(text, "referrer") || holds(text, "userAgent"))) ||
               (holds_one(text, phones) && holds(text, "userAgent")));
}

static void
read_script(struct site_page *page, struct str script)
{
    static const char *const known[] = {"baidu", "google", "tongji", "cnzz",
        ".gov.cn", ".edu.cn", "qq.com", "51.la", NULL};
    struct buf plain;
    struct str target;

    buf_init(&plain, SCRIPT_MAX_BYTES + 16);
    script = str_first(script, SCRIPT_MAX_BYTES / 2);
    site_unescape(script, &plain);
    (void)buf_add_char(&plain, ' ');
    add_char_codes(script, &plain);
    add_base64(script, &plain);
    if (sends_away(buf_str(&plain))) {
        target = script.n > SCRIPT_SHORT_BYTES
                     ? find_foreign_move(page, buf_str(&plain))
                     : find_foreign(page, buf_str(&plain));
        if (target.p && !holds_one(target, known)) {
            page->report->defaced = true;
            site_add(
                page, "script_redirect", site_lines_in(page, script), target);
        }
    }
    buf_done(&plain);
}

/* <meta http-equiv=refresh content="0;url=…"> to another site. */
static void
read_meta(struct site_page *page, uint32_t i)
{
    struct str content = html_attr(page->html, i, "content");
    size_t at;
    struct str url;

    if (!str_eq_nocase(html_attr(page->html, i, "http-equiv"), STR("refresh")))
        return;
    at = str_find_char(content, '=');
    url =
        html_url(page->arena, page->html, str_trim(str_from(content, at + 1)));
    if (at == content.n || !url.p || !site_is_elsewhere(page, url))
        return;
    page->report->defaced = true;
    site_add(page, "meta_redirect", site_lines_of(page, i), url);
}

void
site_find_redirects(struct site_page *page)
{
    const struct html *html = page->html;

    for (size_t k = 0; k < html->nasides; k++) {
        const struct html_aside *aside = &html->asides[k];
        struct str src;

        if (aside->kind != HTML_SCRIPT)
            continue;
        read_script(page, aside->text);
        src = aside->src.n > 0 ? html_url(page->arena, html, aside->src)
                               : STR_NONE;
        if (src.p && site_is_elsewhere(page, src))
            site_add(page, "foreign_script",
                site_lines_in(page, str_first(aside->text, 0)), src);
    }
    for (uint32_t i = 1; i < html->n; i++) {
        if (html_is(html, i, HTML_TAG_META)) {
            read_meta(page, i);
        } else if (html_is(html, i, HTML_TAG_IFRAME)) {
            struct str src =
                html_url(page->arena, html, html_attr(html, i, "src"));

            if (src.p && site_is_elsewhere(page, src))
                site_add(page, "foreign_frame", site_lines_of(page, i), src);
        }
    }
}
