/* list_parse: a page that lists publications; its first line may select.  Read
 * a second time with the hint of the first. */
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

static void
select_parts(unsigned choice, struct feed_input *in)
{
    static const char *const links[] = {
        NULL, "a:nth-child(2n+1)", "concat('/x/', @id)", ".//@href"};
    static const char *const titles[] = {
        NULL, "a::attr(title)", "h3, a::text", "//b"};
    static const char *const dates[] = {
        NULL, "span:last-child", "td:not(:first-child)", "string(.)"};

    in->select_link = str_of(links[choice & 3]);
    in->select_title = str_of(titles[choice >> 2 & 3]);
    in->select_date = str_of(dates[choice >> 4 & 3]);
}

static void
read_again(struct arena *arena, struct feed_input *in, struct str hint)
{
    struct toc_error error = {.text = ""};
    const struct document *document = NULL;
    int err;

    HOLD(hint.n > 0 && hint.n <= DOCUMENT_MAX_HINT_BYTES);
    in->hint = hint;
    err = list_parse(arena, in, &error, &document);
    document_check_error(err, &error);
    if (document)
        document_check(document, in);
}

void
fuzz_list(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, true);
    struct toc_error error = {.text = ""};
    const struct document *document = NULL;
    unsigned choice = fuzz_choice(&input);
    int err;

    /* From the configuration, which is valid. */
    in.select = selector(choice, &input);
    if (in.select.p) {
        in.select = fuzz_repaired(arena, in.select);
        select_parts(choice >> 3, &in);
    }
    in.bytes = input;
    err = list_parse(arena, &in, &error, &document);
    document_check_error(err, &error);
    HOLD((err == 0) == (document != NULL));
    if (document) {
        HOLD(document->format == DOCUMENT_LIST ||
             document->format == DOCUMENT_UNKNOWN);
        document_check(document, &in);
        fuzz_text(document->blocked, 200);
        HOLD(!document->blocked.p || document->nitems == 0);
        if (document->hint.p)
            read_again(arena, &in, document->hint);
    }
    arena_free(arena);
}
