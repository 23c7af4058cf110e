/* list_parse: a page that lists publications; its first line may select. */
#include "document.h"

static struct str
selector(unsigned choice, struct str *input)
{
    static const char *const fixed[] = {NULL, NULL, "//li", "//tr[td]/td[1]",
        "ul.news > li, .list a", "#main div[class~=item]",
        "//a[contains(@href,'2026')]/.."};

    if (choice % 8 == 7)
        return fuzz_line(input);
    return str_of(fixed[choice % 8]);
}

void
fuzz_list(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, true);
    struct toc_error error = {.text = ""};
    const struct document *document = NULL;
    int err;

    /* From the configuration, which is valid. */
    in.select = selector(fuzz_choice(&input), &input);
    if (in.select.p)
        in.select = fuzz_repaired(arena, in.select);
    in.bytes = input;
    err = list_parse(arena, &in, &error, &document);
    document_check_error(err, &error);
    HOLD((err == 0) == (document != NULL));
    if (document) {
        HOLD(document->format == DOCUMENT_LIST ||
             document->format == DOCUMENT_UNKNOWN);
        document_check(document, &in);
    }
    arena_free(arena);
}
