/* feed_parse: a feed of any format, told by its content. */
#include "document.h"

void
fuzz_feed(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, false);
    struct toc_error error = {.text = ""};
    const struct document *document = NULL;
    int err = feed_parse(arena, &in, &error, &document);

    document_check_error(err, &error);
    HOLD((err == 0) == (document != NULL));
    if (document) {
        HOLD(document->format != DOCUMENT_UNKNOWN);
        HOLD(document->format != DOCUMENT_LIST);
        document_check(document, &in);
    }
    arena_free(arena);
}
