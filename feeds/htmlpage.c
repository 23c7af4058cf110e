/*
 * htmlpage: the bytes of a page as received, opened as a tree.
 */
#include "feeds/htmlpage.h"

#include "feeds/gunzip.h"

int
htmlpage_open(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, struct htmlpage *ret)
{
    struct htmlpage page = {0};
    struct str bytes = input->bytes;
    bool whole = true;
    int err = 0;

    if (gunzip_is(bytes))
        err = gunzip_bytes(arena, bytes, DECODE_MAX_BYTES, &bytes, &whole);

    if (err == 0)
        err = decode_bytes(
            arena, bytes, input->content_type, DECODE_HTML, &page.decoded);
    if (err == 0)
        err = html_parse(arena, page.decoded.text, input->url, &page.html);
    if (err != 0) {
        toc_error_set(
            reterr, NULL, 0, 0, "the page cannot be read: %s", err_text(err));
        return err;
    }
    if (page.decoded.note.p)
        htmlpage_note(&page,
            arena_printf(arena, "encoding: %.*s", STR_ARG(page.decoded.note)));
    if (!whole)
        htmlpage_note(&page, STR("cut: the compressed page is damaged: its end "
                                 "is missing"));
    if (page.html.cut)
        htmlpage_note(
            &page, STR("limit: the page has more tags, attributes or depth "
                       "than the bounds allow: the rest was left out"));
    *ret = page;
    return 0;
}

void
htmlpage_done(struct htmlpage *page)
{
    if (page)
        html_done(&page->html);
}

void
htmlpage_note(struct htmlpage *page, struct str sentence)
{
    if (sentence.p && page->nnotes < DOCUMENT_MAX_NOTES)
        page->notes[page->nnotes++] = sentence;
}
