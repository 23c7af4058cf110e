/*
 * siteread: what is to be kept of a page of an own site.
 *
 * The check (site.c) says what is wrong; this puts it into findings that can be
 * compared with those of the next look: one per kind and target, each with a
 * keyed hash over what makes it, its place, and evidence that names nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/url.h"
#include "base/utf8.h"
#include "feeds/blocked.h"
#include "feeds/siteparts.h"

enum { READ_TITLE_BYTES = 300 };

struct site_seen *
site_see(struct site_page *page, struct site_reading *reading,
    enum site_kind kind, struct str target)
{
    struct site_seen *seen;

    for (size_t i = 0; i < reading->nseen; i++)
        if (page->seen[i].kind == kind &&
            str_eq(page->seen[i].target, target)) {
            page->seen[i].count++;
            return &page->seen[i];
        }
    if (reading->nseen == SITE_MAX_SEEN)
        return NULL;
    seen = &page->seen[reading->nseen++];
    *seen = (struct site_seen){.kind = kind, .target = target, .count = 1};
    return seen;
}

static struct str
evidence_of(struct site_page *page, struct str text)
{
    return mask_part(page->arena, text, 0, SITE_EVIDENCE_BYTES);
}

/* The kinds of site_finding that say a page was altered by strangers. */
static bool
is_defacing(const char *kind)
{
    static const char *const kinds[] = {"meta_swapped", "takeover",
        "script_redirect", "meta_redirect", "foreign_articles",
        "visible_spam_link"};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (str_eq(str_of(kind), str_of(kinds[k])))
            return true;
    return false;
}

static void
see_findings(struct site_page *page, struct site_reading *reading)
{
    const struct site_report *report = page->report;

    for (size_t i = 0; i < report->nfindings; i++) {
        const struct site_finding *finding = &report->findings[i];
        struct site_seen *seen;

        if (!is_defacing(finding->kind))
            continue;
        seen =
            site_see(page, reading, SITE_KIND_DEFACED, str_of(finding->kind));
        if (!seen)
            return;
        site_lines_add(&seen->lines, finding->lines);
        if (!seen->evidence.p)
            seen->evidence = evidence_of(page, finding->evidence);
    }
}

static int
compare_links(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Hash where the hidden links lead, whatever their order. */
static void
hash_hidden(struct site_page *page, struct site_seen *seen)
{
    size_t n = page->report->nhidden_links;
    struct str *links = ARENA_ARRAY(page->arena, n, struct str);
    struct buf message;

    if (!links || page->want->key.n == 0)
        return;
    memcpy(links, page->report->hidden_links, n * sizeof *links);
    qsort(links, n, sizeof *links, compare_links);
    buf_init(&message, n * (URL_MAX + 1) + 1);
    for (size_t i = 0; i < n; i++) {
        (void)buf_add_str(&message, links[i]);
        (void)buf_add_char(&message, '\n');
    }
    digest_hmac_sha256(page->want->key, buf_str(&message), seen->hash);
    seen->hashed = message.err == 0;
    buf_done(&message);
}

/* Hidden links: how many, and where the first of them lead. */
static void
see_hidden(struct site_page *page, struct site_reading *reading)
{
    const struct site_report *report = page->report;
    struct site_seen *seen;
    struct buf text;

    if (report->nhidden_links == 0)
        return;
    seen = site_see(page, reading, SITE_KIND_HIDDEN_LINKS, STR(""));
    if (!seen)
        return;
    buf_init(&text, SITE_EVIDENCE_BYTES);
    for (size_t i = 0; i < report->nhidden_links && text.err == 0; i++) {
        if (text.n + 1 + report->hidden_links[i].n > SITE_EVIDENCE_BYTES)
            break;
        if (i > 0)
            (void)buf_add_char(&text, ' ');
        (void)buf_add_str(&text, report->hidden_links[i]);
    }
    seen->count = (uint32_t)report->nhidden_links;
    seen->lines = page->hidden_lines;
    hash_hidden(page, seen);
    seen->evidence =
        mask_url_in(page->arena, arena_str(page->arena, buf_str(&text)));
    buf_done(&text);
}

/* What may be told of the place where something leaks: the page's title, of a
 * document the name by which it is asked for.  Never a line of it. */
static struct str
name_of(struct site_page *page, const struct site_reading *reading)
{
    struct str path = page->input->url;
    size_t from = 0;

    if (page->html)
        return reading->title;
    path = str_first(path, str_find_char(path, '?'));
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/')
            from = i + 1;
    return utf8_cut(
        mask_url_in(page->arena, str_from(path, from)), SITE_EVIDENCE_BYTES);
}

static void
see_leaks(struct site_page *page, struct site_reading *reading)
{
    for (int k = 0; k < SITE_DATA_KINDS; k++) {
        const struct site_leak *leak = &page->leaks[k];
        struct site_seen *seen;

        if (page->report->data[k] == 0)
            continue;
        seen = site_see(page, reading, SITE_KIND_LEAK,
            str_of(site_data_name((enum site_data_kind)k)));
        if (!seen)
            return;
        seen->count = (uint32_t)page->report->data[k];
        seen->lines = leak->lines;
        seen->mask = leak->mask;
        seen->evidence = name_of(page, reading);
        seen->hashed = leak->hashed;
        memcpy(seen->hash, leak->hash, sizeof seen->hash);
    }
}

/* Hash what makes the findings that have no hash yet: their evidence, which is
 * all there is to them, and how many there are. */
static void
hash_seen(struct site_page *page, struct site_reading *reading)
{
    for (size_t i = 0; i < reading->nseen && page->want->key.n > 0; i++) {
        struct site_seen *seen = &page->seen[i];
        struct str message;

        if (seen->hashed)
            continue;
        message = arena_printf(page->arena, "%s\n%.*s\n%u\n%.*s",
            site_kind_name(seen->kind), STR_ARG(seen->target), seen->count,
            STR_ARG(seen->evidence));
        digest_hmac_sha256(page->want->key, message, seen->hash);
        seen->hashed = true;
    }
}

static struct str
find_title(struct site_page *page)
{
    const struct html *html = page->html;
    uint32_t i = html_find(html, 1, html->n, HTML_TAG_TITLE);

    if (i == html->n)
        return STR_NONE;
    return mask_part(page->arena,
        html_text_of(
            page->arena, html, i, READ_TITLE_BYTES + MASK_AROUND_BYTES),
        0, READ_TITLE_BYTES);
}

/* Whether something else stands in the page's place. */
static int
refuse_blocked(const struct site_page *page, struct toc_error *reterr)
{
    struct str why = blocked_reason(page->html);

    if (!why.p || page->report->defaced || page->report->nhidden_links > 0)
        return 0;
    toc_error_set(reterr, NULL, 0, 0, "%.*s", STR_ARG(why));
    return E_PARSE;
}

int
site_read_more(struct site_page *page, struct toc_error *reterr,
    struct site_reading *reading)
{
    int err = page->html ? refuse_blocked(page, reterr) : 0;

    page->seen = ARENA_ARRAY(page->arena, SITE_MAX_SEEN, struct site_seen);
    if (!page->seen)
        return E_NOMEM;
    reading->report = page->report;
    reading->newest = page->report->newest;
    if (err == 0 && page->html) {
        reading->title = find_title(page);
        err = site_read_entries(page, reading);
    }
    if (err == 0 && page->html)
        err = site_read_refs(page, reading);
    if (err)
        return err;
    see_findings(page, reading);
    see_hidden(page, reading);
    see_leaks(page, reading);
    err = site_find_terms(page, reading);
    if (err == 0)
        err = site_read_digest(page, reading);
    hash_seen(page, reading);
    reading->seen = page->seen;
    return err;
}

bool
site_column_of(struct str name, enum site_column *ret)
{
    static const char *const notices[] = {
        "通知", "公告", "公示", "通告", "notice", "Notice"};
    static const char *const news[] = {
        "新闻", "动态", "要闻", "快讯", "资讯", "简报", "news", "News"};

    for (size_t k = 0; k < sizeof notices / sizeof notices[0]; k++)
        if (str_find(name, str_of(notices[k])) < name.n) {
            *ret = SITE_COLUMN_NOTICE;
            return true;
        }
    for (size_t k = 0; k < sizeof news / sizeof news[0]; k++)
        if (str_find(name, str_of(news[k])) < name.n) {
            *ret = SITE_COLUMN_NEWS;
            return true;
        }
    return false;
}
