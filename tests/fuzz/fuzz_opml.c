/* opml_parse: the lists that feed readers exchange; what was read is written
 * and reads the same. */
#include "document.h"
#include "feeds/opml.h"

enum { WRITTEN_MAX_BYTES = 64 * 1024 * 1024 };

static void
check_outline(const struct opml_outline *outline)
{
    HOLD(outline->feed.p || outline->page.p);
    HOLD(outline->ntags <= OPML_MAX_TAGS);
    fuzz_url_out(outline->feed);
    fuzz_url_out(outline->page);
    fuzz_text(outline->title, OPML_MAX_TITLE_BYTES);
    fuzz_text(outline->type, 32);
    for (size_t i = 0; i < outline->ntags; i++)
        fuzz_text(outline->tags[i], OPML_MAX_TAG_BYTES);
}

/* Order apart: outlines of one tag stand together. */
static void
check_written(const struct opml *opml)
{
    struct arena *arena = fuzz_arena();
    struct opml again = {.noutlines = 0};
    struct toc_error error = {.text = ""};
    struct buf text;

    buf_init(&text, WRITTEN_MAX_BYTES);
    HOLD(opml_write(opml->title, opml->outlines, opml->noutlines, &text) == 0);
    HOLD(opml_parse(arena, buf_str(&text), &error, &again) == 0);
    HOLD(again.noutlines == opml->noutlines);
    HOLD(again.unusable == 0 && !again.partial);
    buf_done(&text);
    arena_free(arena);
}

void
fuzz_opml(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, false);
    struct toc_error error = {.text = ""};
    struct opml opml = {.noutlines = 0};
    int err = opml_parse(arena, in.bytes, &error, &opml);

    document_check_error(err, &error);
    if (err == 0) {
        HOLD(opml.noutlines <= OPML_MAX_OUTLINES);
        fuzz_text(opml.title, OPML_MAX_TITLE_BYTES);
        for (size_t i = 0; i < opml.noutlines; i++)
            check_outline(&opml.outlines[i]);
        check_written(&opml);
    }
    arena_free(arena);
}
