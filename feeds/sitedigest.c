/*
 * sitedigest: what a page says, without what changes by itself.
 *
 * The page is taken as pieces: the text of a block, where a link leads, a
 * picture, a script.  Each is masked (sitemasks.c) and hashed; the digest is of
 * the hashes in order of value, so that the order of the pieces means nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/siteparts.h"

enum {
    DIGEST_PIECE_SIZE = 16,
    DIGEST_PIECE_BYTES = 64 * 1024, /* of a piece; a longer one is cut */
    DIGEST_SCRIPT_BYTES = 256 * 1024
};

struct pieces {
    struct site_page *page;
    struct site_masks *masks;
    uint8_t (*list)[DIGEST_PIECE_SIZE];
    size_t n, max;
    struct buf text; /* of the block that is being read */
    struct buf out;
};

/* Add what stands in pieces->out. */
static void
add_piece(struct pieces *pieces)
{
    uint8_t hash[DIGEST_SIZE];

    if (pieces->n == pieces->max || pieces->out.n == 0)
        return;
    digest_sha256(buf_str(&pieces->out), hash);
    memcpy(pieces->list[pieces->n++], hash, DIGEST_PIECE_SIZE);
    buf_clear(&pieces->out);
}

static void
end_block(struct pieces *pieces)
{
    struct str text = str_trim(buf_str(&pieces->text));

    if (text.n > 0) {
        buf_clear(&pieces->out);
        site_mask_text(pieces->masks, text, &pieces->out);
        add_piece(pieces);
    }
    buf_clear(&pieces->text);
}

static void
add_address(struct pieces *pieces, const char *name, struct str address)
{
    if (!address.p)
        return;
    buf_clear(&pieces->out);
    (void)buf_printf(&pieces->out, "%s ", name);
    site_mask_address(pieces->masks, address, &pieces->out);
    add_piece(pieces);
}

/* What search engines read. */
static void
add_meta(struct pieces *pieces, uint32_t i)
{
    static const char *const names[] = {"keywords", "description", "author"};
    const struct html *html = pieces->page->html;
    struct str name = html_attr(html, i, "name");
    bool told = str_eq_nocase(html_attr(html, i, "http-equiv"), STR("refresh"));

    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        told |= str_eq_nocase(name, str_of(names[k]));
    if (!told)
        return;
    buf_clear(&pieces->out);
    (void)buf_printf(&pieces->out, "meta %.*s ", STR_ARG(name));
    site_mask_text(pieces->masks, html_attr(html, i, "content"), &pieces->out);
    add_piece(pieces);
}

static void
add_element(struct pieces *pieces, uint32_t i)
{
    const struct html *html = pieces->page->html;
    uint16_t tag = html->nodes[i].tag;

    if (tag == HTML_TAG_A || tag == HTML_TAG_AREA)
        add_address(pieces, "a", html_attr(html, i, "href"));
    else if (tag == HTML_TAG_IMG || tag == HTML_TAG_IFRAME ||
             tag == HTML_TAG_FRAME)
        add_address(pieces, "src", html_attr(html, i, "src"));
    else if (tag == HTML_TAG_FORM)
        add_address(pieces, "form", html_attr(html, i, "action"));
    else if (tag == HTML_TAG_META)
        add_meta(pieces, i);
    else if (tag == HTML_TAG_INPUT &&
             str_eq_nocase(html_attr(html, i, "type"), STR("hidden")) &&
             html_attr(html, i, "value").n > 0)
        site_mask_note(
            pieces->masks, SITE_MASK_FORM, html_attr(html, i, "name"));
}

static void
add_nodes(struct pieces *pieces)
{
    const struct html *html = pieces->page->html;

    for (uint32_t i = 1; i < html->n; i++) {
        uint16_t tag = html->nodes[i].tag;
        uint32_t skip;

        if (tag == HTML_TAG_TEXT) {
            struct str text = html->nodes[i].text;
            size_t room = DIGEST_PIECE_BYTES - pieces->text.n;

            (void)buf_add_str(&pieces->text, str_first(text, room));
            continue;
        }
        skip = site_mask_block(pieces->masks, i);
        if (skip > i) {
            end_block(pieces);
            i = skip - 1;
            continue;
        }
        if (tag == HTML_TAG_A || tag == HTML_TAG_BR ||
            (html_tag_flags((enum html_tag)tag) & HTML_BLOCK))
            end_block(pieces);
        add_element(pieces, i);
    }
    end_block(pieces);
}

static void
add_asides(struct pieces *pieces)
{
    const struct html *html = pieces->page->html;
    size_t comments = 0;

    for (size_t k = 0; k < html->nasides; k++) {
        const struct html_aside *aside = &html->asides[k];

        comments += aside->kind == HTML_COMMENT;
        if (aside->kind != HTML_SCRIPT)
            continue;
        if (aside->src.n > 0)
            add_address(pieces, "script", aside->src);
        buf_clear(&pieces->out);
        site_mask_script(pieces->masks,
            str_first(str_trim(aside->text), DIGEST_SCRIPT_BYTES),
            &pieces->out);
        add_piece(pieces);
    }
    for (size_t k = 0; k < comments; k++)
        site_mask_note(pieces->masks, SITE_MASK_COMMENT, STR_NONE);
}

static int
compare_pieces(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_PIECE_SIZE);
}

int
site_read_digest(struct site_page *page, struct site_reading *reading)
{
    struct pieces pieces = {.page = page};
    struct str all;

    if (!page->html) {
        digest_sha256(page->source, reading->digest);
        return 0;
    }
    pieces.max = 3 * (size_t)page->html->n + 2 * page->html->nasides;
    pieces.list = arena_array(page->arena, pieces.max, DIGEST_PIECE_SIZE);
    pieces.masks = site_masks_new(page);
    if (!pieces.list || !pieces.masks)
        return E_NOMEM;
    buf_init(&pieces.text, 2 * DIGEST_PIECE_BYTES);
    buf_init(&pieces.out, 2 * DIGEST_SCRIPT_BYTES);
    add_nodes(&pieces);
    add_asides(&pieces);
    buf_done(&pieces.text);
    buf_done(&pieces.out);
    qsort(pieces.list, pieces.n, DIGEST_PIECE_SIZE, compare_pieces);
    all = (struct str){(const char *)pieces.list, pieces.n * DIGEST_PIECE_SIZE};
    digest_sha256(all, reading->digest);
    return site_masks_tell(pieces.masks, reading);
}
