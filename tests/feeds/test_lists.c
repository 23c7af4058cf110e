/*
 * Lists of many makes, each found without being told where: fixtures/lists/
 * holds pages and beside each what its reader sees.  In the .txt the first line
 * is the page's address, then a line for each publication: day (or "-"),
 * address, title.  A page without a list has none.
 */
#include <dirent.h>
#include <stdlib.h>

#include "page_check.h"

enum { LISTS_MAX = 200, PATH_BYTES = 512 };

struct lists {
    char *name[LISTS_MAX]; /* owned, without ".txt" */
    size_t n;
};

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
find_lists(struct lists *lists)
{
    DIR *dir = opendir(TESTS_DIR "/feeds/fixtures/lists");
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct str name = str_of(entry->d_name);

        if (!str_ends(name, STR(".txt")) || lists->n == LISTS_MAX)
            continue;
        lists->name[lists->n] = strndup(name.p, name.n - 4);
        assert_non_null(lists->name[lists->n]);
        lists->n++;
    }
    closedir(dir);
    qsort(lists->name, lists->n, sizeof lists->name[0], compare);
}

static struct str
load(struct arena *arena, const char *name, const char *ending)
{
    char path[PATH_BYTES];
    struct buf bytes;
    struct str text;

    snprintf(path, sizeof path, TESTS_DIR "/feeds/fixtures/lists/%s.%s", name,
        ending);
    buf_init(&bytes, PAGE_ARENA_BYTES);
    assert_int_equal(file_read(path, &bytes, NULL), 0);
    text = arena_str(arena, buf_str(&bytes));
    buf_done(&bytes);
    return text;
}

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
        struct wall local;

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
        local = item->published; /* the day in UTC+8 */
        if (wall_is_set(local))
            local.ms += 8 * 3600 * 1000;
        timefmt_rfc3339(local, text);
        if (!str_eq(day, STR("-")) && !str_starts(str_of(text), day)) {
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
    struct lists lists = {0};
    int wrong = 0;

    find_lists(&lists);
    assert_true(lists.n >= 50);
    for (size_t i = 0; i < lists.n; i++) {
        struct str wanted = load(fixture->arena, lists.name[i], "txt");
        struct feed_input input = {
            .bytes = load(fixture->arena, lists.name[i], "html"),
            .url = str_split(&wanted, '\n'),
            .now = page_time("2026-06-20T04:00:00Z")};
        const struct document *document = NULL, *again = NULL;

        assert_int_equal(
            list_parse(fixture->arena, &input, NULL, &document), 0);
        wrong += check(lists.name[i], document, wanted);
        /* With its own hint every list is the same. */
        input.hint = document->hint;
        assert_int_equal(list_parse(fixture->arena, &input, NULL, &again), 0);
        if (document->hint.p && again->nitems != document->nitems) {
            print_error("%s: %zu items with the hint, not %zu\n", lists.name[i],
                again->nitems, document->nitems);
            wrong++;
        }
        assert_false(again->hint_lost);
        assert_null(document->blocked.p);
        free(lists.name[i]);
        arena_clear(fixture->arena);
    }
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
