/*
 * siterefs: where a page leads, and which of that are its site's columns.
 *
 * A site is its host here, "www." and the default port apart: what stands on
 * another is somebody else's to answer for, even when it belongs to the same
 * domain.  A column is an entry of the page whose words are a column's name and
 * nothing more ("校园新闻"), or a "更多" beside a heading that is one.
 */
#include <string.h>

#include "base/mask.h"
#include "base/url.h"
#include "feeds/listmine.h"
#include "feeds/pagedate.h"
#include "feeds/siteparts.h"

enum {
    REFS_SLOTS = 8192,        /* a power of two, over SITE_MAX_REFS */
    REFS_NAME_LETTERS = 6,    /* of a column */
    REFS_NUMBER_DIGITS = 5,   /* of a publication: "58000.html" */
    REFS_HEADING_BYTES = 120, /* of the block that holds "更多" */
    REFS_MAX_HEADINGS = 100,  /* that are looked for */
    REFS_HEADING_LEVELS = 3,  /* how far around it */
    REFS_ENTRY_LEVELS = 2,    /* around a publication's link: its list item */
    REFS_BESIDE_BYTES = 40    /* of what stands there besides */
};

struct refs {
    struct site_page *page;
    struct site_ref *list, *columns;
    size_t n, ncolumns, headings;
    uint32_t *slots; /* index + 1 by hash of the address */
    struct url here;
};

static struct str
bare_host(struct str host)
{
    return str_starts_nocase(host, STR("www.")) ? str_from(host, 4) : host;
}

static struct str
port_of(const struct url *url)
{
    if (url->port.n > 0 && !str_eq(url->port, STR("80")) &&
        !str_eq(url->port, STR("443")))
        return url->port;
    return STR("");
}

static bool
is_own(const struct refs *refs, struct str address)
{
    struct url there;

    return refs->here.host.n > 0 && url_parse(address, &there) == 0 &&
           str_eq_nocase(bare_host(there.host), bare_host(refs->here.host)) &&
           str_eq(port_of(&there), port_of(&refs->here));
}

/* What the end of a name says that it is: SITE_REF_PAGE when nothing else;
 * false when it is nothing that is looked at (archives, films). */
static bool
kind_of_name(struct str name, enum site_ref_kind *ret)
{
    static const char *const documents[] = {
        ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et"};
    static const char *const images[] = {
        ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg", ".ico"};
    static const char *const others[] = {".zip", ".rar", ".7z", ".mp4", ".mp3",
        ".ppt", ".pptx", ".exe", ".apk", ".wmv", ".avi", ".flv", ".iso", ".swf",
        ".css", ".js"};

    for (size_t k = 0; k < sizeof documents / sizeof documents[0]; k++) {
        size_t n = strlen(documents[k]);

        if (name.n > n &&
            str_eq_nocase(str_from(name, name.n - n), str_of(documents[k]))) {
            *ret = SITE_REF_DOCUMENT;
            return true;
        }
    }
    for (size_t k = 0; k < sizeof images / sizeof images[0]; k++) {
        size_t n = strlen(images[k]);

        if (name.n > n &&
            str_eq_nocase(str_from(name, name.n - n), str_of(images[k]))) {
            *ret = SITE_REF_IMAGE;
            return true;
        }
    }
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        size_t n = strlen(others[k]);

        if (name.n > n &&
            str_eq_nocase(str_from(name, name.n - n), str_of(others[k])))
            return false;
    }
    *ret = SITE_REF_PAGE;
    return true;
}

static bool
is_known(struct refs *refs, struct str url)
{
    uint64_t hash = 0xcbf29ce484222325u;
    size_t slot;

    for (size_t i = 0; i < url.n; i++)
        hash = (hash ^ (unsigned char)url.p[i]) * 0x100000001b3u;
    slot = (size_t)(hash ^ hash >> 32) & (REFS_SLOTS - 1);
    while (refs->slots[slot] != 0) {
        if (str_eq(refs->list[refs->slots[slot] - 1].url, url))
            return true;
        slot = (slot + 1) & (REFS_SLOTS - 1);
    }
    refs->slots[slot] = (uint32_t)refs->n + 1;
    return false;
}

static void
add_ref(struct refs *refs, enum site_ref_kind kind, struct str url,
    struct str text, uint32_t line)
{
    if (refs->n == SITE_MAX_REFS || is_known(refs, url))
        return;
    refs->list[refs->n++] = (struct site_ref){.kind = kind,
        .url = url,
        .text = mask_part(
            refs->page->arena, str_trim(text), 0, SITE_LINK_TEXT_BYTES),
        .line = line};
}

/* The address that reference is of, without a fragment; absent when it is none,
 * or a place on the page itself. */
static struct str
address_of(const struct refs *refs, struct str reference)
{
    struct str url;

    reference = str_trim(reference);
    if (reference.n == 0 || reference.p[0] == '#')
        return STR_NONE;
    url = html_url(refs->page->arena, refs->page->html, reference);
    return url.p ? str_first(url, str_find_char(url, '#')) : STR_NONE;
}

static void
read_anchor(struct refs *refs, uint32_t i)
{
    struct site_page *page = refs->page;
    struct str url = address_of(refs, html_attr(page->html, i, "href")), text;
    enum site_ref_kind kind, named;

    if (!url.p || refs->n == SITE_MAX_REFS)
        return;
    text = html_text_of(page->arena, page->html, i, SITE_LINK_TEXT_BYTES);
    if (text.n == 0)
        text = html_attr(page->html, i, "title");
    if (!is_own(refs, url))
        kind = SITE_REF_ELSEWHERE;
    else if (!kind_of_name(str_first(url, str_find_char(url, '?')), &kind))
        return;
    /* "/download?id=7" whose words are "名单.xlsx" */
    if (kind == SITE_REF_PAGE && kind_of_name(text, &named) &&
        named == SITE_REF_DOCUMENT)
        kind = named;
    add_ref(refs, kind, url, text, site_line_of(page->index, i));
}

/* A picture; those that are brought when they are scrolled to as well. */
static void
read_image(struct refs *refs, uint32_t i)
{
    static const char *const names[] = {
        "data-src", "data-original", "data-lazy-src", "src"};
    const struct site_page *page = refs->page;
    struct str url = STR_NONE;

    for (size_t k = 0; k < sizeof names / sizeof names[0] && !url.p; k++)
        url = address_of(refs, html_attr(page->html, i, names[k]));
    if (url.p)
        add_ref(refs, is_own(refs, url) ? SITE_REF_IMAGE : SITE_REF_ELSEWHERE,
            url,
            is_own(refs, url) ? html_attr(page->html, i, "alt") : STR("<img>"),
            site_line_of(page->index, i));
}

/* Scripts and frames of others. */
static void
read_foreign(
    struct refs *refs, struct str reference, struct str text, uint32_t line)
{
    struct str url = address_of(refs, reference);

    if (url.p && !is_own(refs, url))
        add_ref(refs, SITE_REF_ELSEWHERE, url, text, line);
}

/* --- columns --- */

/* Whether text is what a column is called, and nothing more. */
static bool
is_name(struct str text)
{
    enum site_column column;

    if (text.n == 0 || list_count_letters(text) > REFS_NAME_LETTERS ||
        str_starts(text, STR("关于")))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            return false;
    return site_column_of(text, &column);
}

static bool
is_more(struct str text)
{
    static const char *const words[] = {
        "更多", "查看更多", "more", "全部", "查看全部", "更多内容"};

    while (text.n > 0 && strchr(">+»-[] ", text.p[text.n - 1]))
        text.n--;
    while (text.n > 0 && strchr("+[>", text.p[0]))
        text = str_from(text, 1);
    if (str_ends(text, STR("»")))
        text.n -= strlen("»");
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_eq_nocase(text, str_of(words[k])))
            return true;
    return false;
}

/* The heading that a "更多" (node i) stands beside, or absent. */
static struct str
heading_of(const struct refs *refs, uint32_t i, struct str more)
{
    const struct html *html = refs->page->html;
    uint32_t around = i;

    for (int level = 0; level < REFS_HEADING_LEVELS; level++) {
        struct str text;

        around = html->nodes[around].parent;
        if (around == 0)
            break;
        text =
            html_text_of(refs->page->arena, html, around, REFS_HEADING_BYTES);
        if (str_ends(text, more))
            text = str_trim(str_first(text, text.n - more.n));
        else if (str_starts(text, more))
            text = str_trim(str_from(text, more.n));
        if (is_name(text))
            return text;
        if (text.n > REFS_HEADING_BYTES / 2)
            break;
    }
    return STR_NONE;
}

/* Whether an address is a publication's: it has a date, or its last part is a
 * number. */
static bool
is_publication(struct str url)
{
    struct str path = str_first(url, str_find_char(url, '?')), last;
    struct pagedate date;
    size_t from = 0, digits = 0;

    if (pagedate_in_url(path, &date))
        return true;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/')
            from = i + 1;
    last = str_from(path, from);
    last = str_first(last, str_find_char(last, '.'));
    for (size_t i = 0; i < last.n; i++)
        digits += last.p[i] >= '0' && last.p[i] <= '9';
    return digits >= REFS_NUMBER_DIGITS && digits == last.n;
}

static void
add_column(struct refs *refs, struct str url, struct str name, uint32_t line)
{
    struct str home = refs->page->input->url;

    if (refs->ncolumns == SITE_MAX_COLUMNS || str_eq(url, home) ||
        is_publication(url))
        return;
    for (size_t i = 0; i < refs->ncolumns; i++)
        if (str_eq(refs->columns[i].url, url))
            return;
    refs->columns[refs->ncolumns++] =
        (struct site_ref){SITE_REF_PAGE, url, name, line};
}

/* Whether a date and little else stands beside a link (node i) of that name: it
 * is a publication's then, although "招生工作公告" sounds like a column. */
static bool
has_date_beside(const struct refs *refs, uint32_t i, struct str name)
{
    const struct html *html = refs->page->html;
    uint32_t around = i;
    struct pagedate date;

    for (int level = 0; level < REFS_ENTRY_LEVELS; level++) {
        struct str text;

        around = html->nodes[around].parent;
        if (around == 0)
            break;
        text =
            html_text_of(refs->page->arena, html, around, REFS_HEADING_BYTES);
        if (text.n > name.n + REFS_BESIDE_BYTES)
            break;
        if (pagedate_find(text, 0, PAGEDATE_SHORT, &date))
            return true;
    }
    return false;
}

static void
read_column(struct refs *refs, uint32_t i)
{
    struct site_page *page = refs->page;
    struct str url = address_of(refs, html_attr(page->html, i, "href")), name;
    enum site_ref_kind kind;

    if (!url.p || !is_own(refs, url) ||
        !kind_of_name(str_first(url, str_find_char(url, '?')), &kind) ||
        kind != SITE_REF_PAGE)
        return;
    name = html_text_of(page->arena, page->html, i, SITE_LINK_TEXT_BYTES);
    if (is_more(name) && refs->headings++ < REFS_MAX_HEADINGS)
        name = heading_of(refs, i, name);
    else if (!is_name(name) || has_date_beside(refs, i, name))
        return;
    if (is_name(name))
        add_column(refs, url, name, site_line_of(page->index, i));
}

int
site_read_refs(struct site_page *page, struct site_reading *reading)
{
    const struct html *html = page->html;
    struct refs refs = {.page = page,
        .list = ARENA_ARRAY(page->arena, SITE_MAX_REFS, struct site_ref),
        .columns = ARENA_ARRAY(page->arena, SITE_MAX_COLUMNS, struct site_ref),
        .slots = ARENA_ARRAY(page->arena, REFS_SLOTS, uint32_t)};

    if (!refs.list || !refs.columns || !refs.slots)
        return E_NOMEM;
    if (!page->input->url.p || url_parse(page->input->url, &refs.here) != 0)
        refs.here = (struct url){0};
    for (uint32_t i = 1; i < html->n; i++) {
        uint16_t tag = html->nodes[i].tag;

        if (tag == HTML_TAG_A || tag == HTML_TAG_AREA)
            read_anchor(&refs, i);
        else if (tag == HTML_TAG_IMG)
            read_image(&refs, i);
        else if (tag == HTML_TAG_IFRAME || tag == HTML_TAG_FRAME)
            read_foreign(&refs, html_attr(html, i, "src"), STR("<iframe>"),
                site_line_of(page->index, i));
        if (tag == HTML_TAG_A && page->want->look == SITE_LOOK_HOME)
            read_column(&refs, i);
    }
    for (size_t k = 0; k < html->nasides; k++)
        if (html->asides[k].kind == HTML_SCRIPT && html->asides[k].src.n > 0)
            read_foreign(&refs, html->asides[k].src, STR("<script>"),
                site_line_at(page->index, html->asides[k].text.p));
    reading->refs = refs.list;
    reading->nrefs = refs.n;
    reading->columns = refs.columns;
    reading->ncolumns = refs.ncolumns;
    return 0;
}
