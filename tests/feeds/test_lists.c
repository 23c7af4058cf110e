/*
 * Lists of many makes, each found without being told where: fixtures/lists/
 * holds pages and beside each what its reader sees.  In the .txt the first line
 * is the page's address, then a line for each publication: day (or "-"),
 * address, title.  A page without a list has none.
 */
#include "fixture_check.h"

static const struct item *
find_item(const struct document *document, struct str url)
{
    for (size_t i = 0; i < document->nitems; i++)
        if (str_eq(document->items[i].url, url))
            return &document->items[i];
    return NULL;
}

/* Say what is wrong with the reading of one page; how much it is. */
static int
check(const char *name, const struct document *document, struct str wanted)
{
    size_t n = 0;
    int wrong = 0;

    while (wanted.n > 0) {
        struct str line = str_split(&wanted, '\n');
        struct str day = str_split(&line, '\t');
        struct str url = str_split(&line, '\t');
        const struct item *item = find_item(document, url);
        char text[TIMEFMT_RFC3339_SIZE];
        n++;
        if (!item) {
            print_error("%s: %.*s is missing\n", name, STR_ARG(url));
            wrong++;
            continue;
        }
        if (!str_eq(item->title, line)) {
            print_error("%s: \"%.*s\" is to be \"%.*s\"\n", name,
                STR_ARG(item->title), STR_ARG(line));
            wrong++;
        }
        fixture_day(item->published, text);
        if (!str_eq(day, STR("-")) && !str_eq(str_of(text), day)) {
            print_error("%s: \"%.*s\" is of %s, not %.*s\n", name,
                STR_ARG(line), text, STR_ARG(day));
            wrong++;
        }
    }
    if (document->nitems != n) {
        print_error("%s: %zu items, not %zu\n", name, document->nitems, n);
        wrong++;
    }
    return wrong;
}

static void
reads_lists_of_every_make(void **state)
{
    struct fixture *fixture = *state;
    struct arena *arena = arena_new(PAGE_ARENA_BYTES);
    const char *const *names;
    size_t n = fixture_names(fixture->arena, "lists", &names);
    int wrong = 0;

    assert_non_null(arena);
    assert_true(n >= 50);
    for (size_t i = 0; i < n; i++) {
        struct str wanted = fixture_load(arena, "lists", names[i], "txt");
        struct feed_input input = {
            .bytes = fixture_load(arena, "lists", names[i], "html"),
            .url = str_split(&wanted, '\n'),
            .now = page_time("2026-06-20T04:00:00Z")};
        const struct document *document = NULL, *again = NULL;

        assert_int_equal(list_parse(arena, &input, NULL, &document), 0);
        wrong += check(names[i], document, wanted);
        /* With its own hint every list is the same. */
        input.hint = document->hint;
        assert_int_equal(list_parse(arena, &input, NULL, &again), 0);
        if (document->hint.p && again->nitems != document->nitems) {
            print_error("%s: %zu items with the hint, not %zu\n", names[i],
                again->nitems, document->nitems);
            wrong++;
        }
        assert_false(again->hint_lost);
        assert_null(document->blocked.p);
        arena_clear(arena);
    }
    arena_free(arena);
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            reads_lists_of_every_make, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
