/* discover_parse: the feeds and lists that a page offers. */
#include "document.h"

void
fuzz_discover(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, true);
    struct toc_error error = {.text = ""};
    const struct discovery *found = NULL;
    int err = discover_parse(arena, &in, &error, &found);

    document_check_error(err, &error);
    HOLD((err == 0) == (found != NULL));
    for (size_t i = 0; found && i < found->nfeeds; i++) {
        HOLD(found->feeds[i].p != NULL);
        fuzz_url_out(found->feeds[i]);
    }
    for (size_t i = 0; found && i < found->nlists; i++) {
        HOLD(found->lists[i].p != NULL);
        fuzz_url_out(found->lists[i]);
    }
    arena_free(arena);
}
