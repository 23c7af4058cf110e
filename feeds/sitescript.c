/*
 * sitescript: a page that sends its visitors elsewhere.
 *
 * Injected scripts look where the visitor came from (a search engine) or what
 * he browses with, and send only him away, so that the owner sees nothing.
 * Their words are often written as escapes; those are decoded before looking.
 */
#include <string.h>

#include "feeds/siteparts.h"

enum { SCRIPT_MAX_BYTES = 256 * 1024 };

static int
hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* text with \xHH, \u00HH and %HH decoded. */
static void
unescape(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t skip = 0;

        if (str_starts(str_from(text, i), STR("\\x")))
            skip = 2;
        else if (str_starts(str_from(text, i), STR("\\u00")))
            skip = 4;
        else if (text.p[i] == '%')
            skip = 1;
        if (skip > 0 && i + skip + 1 < text.n &&
            hex_value(text.p[i + skip]) >= 0 &&
            hex_value(text.p[i + skip + 1]) >= 0) {
            (void)buf_add_char(out, (char)(hex_value(text.p[i + skip]) * 16 +
                                           hex_value(text.p[i + skip + 1])));
            i += skip + 1;
        } else {
            (void)buf_add_char(out, text.p[i]);
        }
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

/* The first address of another site in text, or absent. */
static struct str
find_foreign(const struct site_page *page, struct str text)
{
    while (text.n > 0) {
        size_t at = str_find(text, STR("//"));
        struct str url = str_from(text, at);
        size_t n = 2;
        struct str whole;

        while (n < url.n && !strchr("\"'<>() ;\\\n\r", url.p[n]))
            n++;
        text = str_from(text, at + 2);
        if (n < 6)
            continue;
        whole =
            arena_printf(page->arena, "http:%.*s", STR_ARG(str_first(url, n)));
        if (site_is_elsewhere(page, whole))
            return whole;
    }
    return STR_NONE;
}

static void
read_script(struct site_page *page, struct str script)
{
    static const char *const engines[] = {"baidu", "sogou", "google", "so.com",
        "360", "bing", "soso", "haosou", "sm.cn", "spider", "yahoo", NULL};
    static const char *const moves[] = {"location", "window.open", NULL};
    struct buf plain;
    struct str text, target;

    buf_init(&plain, SCRIPT_MAX_BYTES + 16);
    unescape(str_first(script, SCRIPT_MAX_BYTES), &plain);
    text = buf_str(&plain);
    if (holds_one(text, moves) && holds_one(text, engines) &&
        (holds(text, "referrer") || holds(text, "userAgent"))) {
        target = find_foreign(page, text);
        if (target.p && !holds(target, "baidu") && !holds(target, "google") &&
            !holds(target, "tongji") && !holds(target, "cnzz")) {
            page->report->defaced = true;
            site_add(page, "script_redirect", target);
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
    site_add(page, "meta_redirect", url);
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
            site_add(page, "foreign_script", src);
    }
    for (uint32_t i = 1; i < html->n; i++) {
        if (html_is(html, i, HTML_TAG_META)) {
            read_meta(page, i);
        } else if (html_is(html, i, HTML_TAG_IFRAME)) {
            struct str src =
                html_url(page->arena, html, html_attr(html, i, "src"));

            if (src.p && site_is_elsewhere(page, src))
                site_add(page, "foreign_frame", src);
        }
    }
}
