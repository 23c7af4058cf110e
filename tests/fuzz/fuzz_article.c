/* article_parse: one publication's own page. */
#include "document.h"

void
fuzz_article(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, true);
    struct toc_error error = {.text = ""};
    const struct article *article = NULL;
    int err = article_parse(arena, &in, &error, &article);

    document_check_error(err, &error);
    HOLD((err == 0) == (article != NULL));
    if (article) {
        fuzz_text(article->title, FEED_MAX_TITLE_BYTES);
        fuzz_text(article->text, FEED_MAX_TEXT_BYTES);
        fuzz_text(article->encoding, 64);
        document_check_time(article->published);
        fuzz_text(article->blocked, 200);
        HOLD(!article->blocked.p || article->text.n == 0);
        HOLD(article->nnotes <= DOCUMENT_MAX_NOTES);
        for (size_t i = 0; i < article->nnotes; i++)
            fuzz_text(article->notes[i], SIZE_MAX);
    }
    arena_free(arena);
}
