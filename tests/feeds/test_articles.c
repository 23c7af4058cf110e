/*
 * Articles of many makes: fixtures/articles/ holds pages and beside each, in
 * the .txt, address, title, day, and lines that its text must hold ("+…") or
 * must not ("-…").
 */
#include "fixture_check.h"

static int
check(const char *name, const struct article *article, struct str wanted)
{
    char text[TIMEFMT_RFC3339_SIZE];
    struct str title = str_split(&wanted, '\n');
    struct str day = str_split(&wanted, '\n');
    int wrong = 0;

    if (!str_eq(article->title, title)) {
        print_error("%s: title \"%.*s\"\n", name, STR_ARG(article->title));
        wrong++;
    }
    if (!str_eq(str_of(fixture_day(article->published, text)), day)) {
        print_error("%s: of %s, not %.*s\n", name, text, STR_ARG(day));
        wrong++;
    }
    while (wanted.n > 0) {
        struct str line = str_split(&wanted, '\n');
        bool found =
            str_find(article->text, str_from(line, 1)) < article->text.n;

        if (found != (line.p[0] == '+')) {
            print_error("%s: %.*s\n", name, STR_ARG(line));
            wrong++;
        }
    }
    return wrong;
}

static void
reads_articles_of_every_make(void **state)
{
    struct fixture *fixture = *state;
    struct arena *arena = arena_new(PAGE_ARENA_BYTES);
    const char *const *names;
    size_t n = fixture_names(fixture->arena, "articles", &names);
    int wrong = 0;

    assert_non_null(arena);
    assert_true(n >= 12);
    for (size_t i = 0; i < n; i++) {
        struct str wanted = fixture_load(arena, "articles", names[i], "txt");
        struct feed_input input = {
            .bytes = fixture_load(arena, "articles", names[i], "html"),
            .url = str_split(&wanted, '\n'),
            .now = page_time("2026-06-20T04:00:00Z")};
        const struct article *article = NULL;

        assert_int_equal(article_parse(arena, &input, NULL, &article), 0);
        assert_null(article->blocked.p);
        wrong += check(names[i], article, wanted);
        arena_clear(arena);
    }
    arena_free(arena);
    assert_int_equal(wrong, 0);
}

/* Strings of JSON-LD as pages really write them. */
static void
reads_lenient_json(void **state)
{
    struct fixture *fixture = *state;
    struct feed_input input = {
        .bytes =
            STR("<p>x<script type='application/ld+json'>{\"a\":[\"headline\""
                ",\"datePublished\"],\"headline\" : \"\\u5b66\\u6821 "
                "\\\"A\\\" \\ud83d\\ude00\",\n\"datePublished\":"
                "\"2026-06-07T08:00:00+08:00\",}</script>"),
        .url = STR("http://www.yunxi.example/"),
        .now = page_time("2026-06-20")};
    const struct article *article = NULL;

    assert_int_equal(article_parse(fixture->arena, &input, NULL, &article), 0);
    assert_str(article->title, "学校 \"A\" \xF0\x9F\x98\x80");
    assert_time(article->published, "2026-06-07T00:00:00Z");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            reads_articles_of_every_make, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            reads_lenient_json, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
