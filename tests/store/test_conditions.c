/* Conditions: signs in a row, who was told, sources that change; poll logs. */
#include "fixture.h"
#include "store/conditions.h"
#include "store/hub.h"
#include "store/wanted.h"

#define NEWS STR("source:news")

static bool
opened(struct fixture *f, struct str subject, struct str kind, int64_t when)
{
    struct condition_text text = {STR("it fails"), STR("失败")};
    bool edge = false;

    assert_int_equal(
        store_condition_put(f->store, subject, kind, &text, at(when), &edge),
        0);
    return edge;
}

static bool
closed(struct fixture *f, struct str subject, struct str kind, int64_t when)
{
    bool edge = false;

    assert_int_equal(
        store_condition_close(f->store, subject, kind, at(when), &edge), 0);
    return edge;
}

static size_t
untold(struct fixture *f, int64_t before, struct condition_news **ret)
{
    size_t n = 99;

    assert_int_equal(store_condition_untold(f->store, UINT32_MAX, at(before),
                         10, f->arena, ret, &n),
        0);
    return n;
}

static void
signs_are_remembered_until_they_stop(void **state)
{
    struct fixture *f = *state;
    struct condition_course courses[CONDITION_COUNT];

    assert_int_equal(
        store_condition_suspect(f->store, NEWS, STR("down"), 1), 0);
    assert_int_equal(
        store_condition_suspect(f->store, NEWS, STR("down"), 2), 0);
    assert_true(opened(f, NEWS, STR("gap"), 1));
    assert_int_equal(store_condition_courses(f->store, NEWS, courses), 0);
    assert_false(courses[CONDITION_DOWN].open);
    assert_int_equal(courses[CONDITION_DOWN].against, 2);
    assert_true(courses[CONDITION_GAP].open);
    assert_int_equal(courses[CONDITION_GAP].against, 0);
    assert_int_equal(
        store_condition_suspect(f->store, NEWS, STR("down"), 0), 0);
    assert_int_equal(store_condition_courses(f->store, NEWS, courses), 0);
    assert_int_equal(courses[CONDITION_DOWN].against, 0);
    assert_int_equal(
        store_condition_courses(f->store, STR("source:other"), courses), 0);
    assert_false(courses[CONDITION_GAP].open);
}

static void
what_stands_long_enough_is_told_once(void **state)
{
    struct fixture *f = *state;
    struct condition_news *news = NULL;

    assert_true(opened(f, NEWS, STR("down"), 10));
    assert_int_equal(untold(f, 9, &news), 0);
    assert_int_equal(untold(f, 10, &news), 1);
    assert_str(news[0].kind, "down");
    assert_str(news[0].text.zh, "失败");
    assert_true(news[0].open);
    assert_true(news[0].title.n > 0);
    assert_int_equal(store_condition_told(f->store, &news[0], at(20)), 0);
    assert_int_equal(untold(f, 30, &news), 0);
    assert_true(closed(f, NEWS, STR("down"), 40));
    assert_int_equal(untold(f, 39, &news), 0);
    assert_int_equal(untold(f, 40, &news), 1);
    assert_false(news[0].open);
    assert_int_equal(store_condition_told(f->store, &news[0], at(50)), 0);
    assert_int_equal(untold(f, 60, &news), 0);
}

static void
nobody_hears_the_end_of_what_was_not_told(void **state)
{
    struct fixture *f = *state;
    struct condition_news *news = NULL;

    assert_true(opened(f, NEWS, STR("down"), 10));
    assert_true(closed(f, NEWS, STR("down"), 11));
    assert_int_equal(untold(f, 100, &news), 0);
}

static void
flapping_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct condition_news *news = NULL;

    assert_true(opened(f, NEWS, STR("down"), 10));
    assert_int_equal(untold(f, 10, &news), 1);
    assert_int_equal(store_condition_told(f->store, &news[0], at(20)), 0);
    /* It is well for a moment, then as before: that is no news. */
    assert_true(closed(f, NEWS, STR("down"), 30));
    assert_true(opened(f, NEWS, STR("down"), 31));
    assert_int_equal(untold(f, 100, &news), 0);
    assert_true(closed(f, NEWS, STR("down"), 110));
    assert_int_equal(untold(f, 110, &news), 1);
    assert_false(news[0].open);
}

static void
only_wanted_kinds_are_news(void **state)
{
    struct fixture *f = *state;
    struct condition_news *news = NULL;
    size_t n = 99;

    assert_true(opened(f, NEWS, STR("down"), 10));
    assert_true(opened(f, NEWS, STR("gap"), 11));
    assert_true(opened(f, NEWS, STR("nonsense"), 12));
    assert_int_equal(store_condition_untold(f->store, 1u << CONDITION_GAP,
                         at(100), 10, f->arena, &news, &n),
        0);
    assert_int_equal(n, 1);
    assert_str(news[0].kind, "gap");
    assert_int_equal(store_condition_untold(
                         f->store, UINT32_MAX, at(100), 1, f->arena, &news, &n),
        0);
    assert_int_equal(n, 1);
    assert_str(news[0].kind, "down");
}

static size_t
open_count(struct fixture *f)
{
    struct condition_row *rows;
    size_t n = 99;

    assert_int_equal(
        view_conditions(f->view, STR_NONE, f->arena, &rows, &n), 0);
    return n;
}

static void
another_address_begins_anew(void **state)
{
    struct fixture *f = *state;
    struct source source = {
        .id = STR("news"), .url = STR("new"), .title = STR("t")};

    assert_int_equal(store_source_sync(f->store, &source, 1, at(1)), 0);
    assert_true(opened(f, NEWS, STR("moved"), 2));
    assert_int_equal(store_source_sync(f->store, &source, 1, at(3)), 0);
    assert_int_equal(open_count(f), 1);
    source.url = STR("newer");
    assert_int_equal(store_source_sync(f->store, &source, 1, at(4)), 0);
    assert_int_equal(open_count(f), 0);
    assert_true(opened(f, NEWS, STR("down"), 5));
    assert_int_equal(store_condition_suspect(f->store, NEWS, STR("gap"), 1), 0);
    assert_int_equal(store_source_sync(f->store, NULL, 0, at(6)), 0);
    assert_int_equal(open_count(f), 0);
}

static void
wait_for_page_and_hub(struct fixture *f)
{
    struct wanted wanted = {.source = STR("news"),
        .kind = WANTED_PAGE,
        .url = STR("http://yunxi.example/2"),
        .since = WALL_NONE,
        .due = at(1)};
    struct hub hub = {.source = STR("news"),
        .named = STR("http://hub.example/"),
        .hub = STR("http://hub.example/"),
        .topic = STR("http://yunxi.example/1"),
        .path = STR("0123"),
        .secret = STR("4567"),
        .lease_until = WALL_NONE,
        .next = at(1),
        .last_push = WALL_NONE};

    assert_int_equal(store_wanted_add(f->store, &wanted), 0);
    assert_int_equal(store_hub_save(f->store, &hub), 0);
}

static bool
waits_for_page_and_hub(struct fixture *f)
{
    struct hub hub;
    uint32_t pages = 99;
    int r = store_hub_load(f->store, STR("news"), f->arena, &hub);

    assert_int_equal(store_wanted_count(
                         f->store, STR("news"), WANTED_PAGE, &pages),
        0);
    assert_int_equal(r, pages == 0 ? E_NOTFOUND : 0);
    return pages > 0;
}

/* What the old address left to be read is not read into the new source. */
static void
another_address_waits_for_nothing(void **state)
{
    struct fixture *f = *state;
    struct source sources[] = {
        {.id = STR("news"), .url = STR("new"), .title = STR("t")},
        {.id = STR("other"), .url = STR("o"), .title = STR("o")}};

    assert_int_equal(store_source_sync(f->store, sources, 2, at(1)), 0);
    wait_for_page_and_hub(f);
    sources[0].title = STR("another title");
    sources[1].url = STR("another's address");
    assert_int_equal(store_source_sync(f->store, sources, 2, at(2)), 0);
    assert_true(waits_for_page_and_hub(f));
    sources[0].url = STR("newer");
    assert_int_equal(store_source_sync(f->store, sources, 2, at(3)), 0);
    assert_false(waits_for_page_and_hub(f));
    wait_for_page_and_hub(f);
    sources[0].kind = SOURCE_LIST;
    assert_int_equal(store_source_sync(f->store, sources, 2, at(4)), 0);
    assert_false(waits_for_page_and_hub(f));
}

static void
old_ones_are_forgotten(void **state)
{
    struct fixture *f = *state;
    struct condition_row *rows;
    size_t n = 0;

    for (int i = 0; i < 2 * STORE_PAST_CONDITIONS; i++) {
        assert_true(opened(f, NEWS, STR("down"), 10 * i));
        assert_true(closed(f, NEWS, STR("down"), 10 * i + 5));
    }
    assert_int_equal(
        view_source_conditions(f->view, STR("news"), 1000, f->arena, &rows, &n),
        0);
    assert_int_equal(n, STORE_PAST_CONDITIONS);
    assert_int_equal(rows[0].closed.ms, at(20 * STORE_PAST_CONDITIONS - 5).ms);
}

/* --- the log of polls --- */

static void
logged(struct fixture *f, const char *outcome, int64_t when, uint32_t news)
{
    struct poll_entry entry = {.at = at(when),
        .outcome = str_of(outcome),
        .status = 200,
        .elapsed_ms = 12,
        .bytes = 345,
        .news = news,
        .notes = STR("date: one\nencoding: two")};

    assert_int_equal(store_poll_log(f->store, STR("news"), &entry), 0);
}

static void
polls_without_news_are_counted_together(void **state)
{
    struct fixture *f = *state;
    struct poll_entry *polls;
    size_t n = 0;

    logged(f, "items", 1, 2);
    logged(f, "unchanged", 2, 0);
    logged(f, "unchanged", 3, 0);
    logged(f, "unchanged", 4, 0);
    logged(f, "items", 5, 1);
    logged(f, "items", 6, 1);
    assert_int_equal(
        view_source_polls(f->view, STR("news"), f->arena, &polls, &n), 0);
    assert_int_equal(n, 4); /* newest first */
    assert_int_equal(polls[0].at.ms, at(6).ms);
    assert_int_equal(polls[2].times, 3);
    assert_int_equal(polls[2].since.ms, at(2).ms);
    assert_int_equal(polls[2].at.ms, at(4).ms);
    assert_int_equal(polls[3].news, 2);
    assert_str(polls[3].notes, "date: one\nencoding: two");
}

static void
a_log_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct poll_entry *polls;
    struct poll_sum *sums;
    size_t n = 0;

    for (int i = 0; i < 10 * STORE_POLLS_KEPT; i++)
        logged(f, i % 2 ? "failed" : "unchanged", i, 0);
    assert_int_equal(
        view_source_polls(f->view, STR("news"), f->arena, &polls, &n), 0);
    assert_int_equal(n, STORE_POLLS_KEPT);
    assert_int_equal(view_poll_sums(f->view, f->arena, &sums, &n), 0);
    assert_int_equal(n, 2);
    assert_str(sums[0].outcome, "failed");
    assert_int_equal(sums[0].polls, 5 * STORE_POLLS_KEPT);
    assert_int_equal(sums[0].ms, 12 * 5 * STORE_POLLS_KEPT);
}

/* --- pages of sources --- */

static void
those_in_trouble_come_first_page_by_page(void **state)
{
    struct fixture *f = *state;
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    const struct str tags[] = {STR("local"), STR("50%")};
    struct source sources[5] = {0};
    struct source_filter filter = {.limit = 2};
    struct source_row *rows;
    char seen[16] = "";
    bool more = true;
    size_t n = 0;

    for (int i = 0; i < 5; i++)
        sources[i] = (struct source){.id = str_of(ids[i]),
            .url = STR("u"),
            .title = STR("Title"),
            .tags = tags,
            .ntags = i == 1 ? 2 : 0};
    assert_int_equal(store_source_sync(f->store, sources, 5, at(1)), 0);
    assert_true(opened(f, STR("source:c"), STR("moved"), 2));
    assert_true(opened(f, STR("source:d"), STR("down"), 2));
    for (int page = 0; more; page++) {
        assert_true(page < 4);
        assert_int_equal(
            view_source_page(f->view, &filter, f->arena, &rows, &n, &more), 0);
        for (size_t i = 0; i < n; i++)
            seen[strlen(seen)] = rows[i].id.p[0];
        filter.after = rows[n - 1].cursor;
    }
    assert_string_equal(seen, "dcaben"); /* news was removed: last */
    filter = (struct source_filter){.condition = STR("moved")};
    assert_int_equal(
        view_source_page(f->view, &filter, f->arena, &rows, &n, &more), 0);
    assert_int_equal(n, 1);
    assert_str(rows[0].id, "c");
    assert_int_equal(rows[0].nconditions, 1);
    filter = (struct source_filter){.tag = STR("50%")};
    assert_int_equal(
        view_source_page(f->view, &filter, f->arena, &rows, &n, &more), 0);
    assert_int_equal(n, 1);
    assert_str(rows[0].id, "b");
    filter = (struct source_filter){.tag = STR("loc")};
    assert_int_equal(
        view_source_page(f->view, &filter, f->arena, &rows, &n, &more), 0);
    assert_int_equal(n, 0);
    filter = (struct source_filter){.text = STR("tITLE"), .troubled = true};
    assert_int_equal(
        view_source_page(f->view, &filter, f->arena, &rows, &n, &more), 0);
    assert_int_equal(n, 2);
    filter = (struct source_filter){.after = STR("nonsense")};
    assert_int_equal(
        view_source_page(f->view, &filter, f->arena, &rows, &n, &more),
        E_PARSE);
}

static void
one_source_is_found_or_is_not(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "甲", "一");
    struct source_row row;
    struct source_item *items;
    size_t n = 0;

    put_item(f->store, &item);
    assert_true(opened(f, NEWS, STR("gap"), 2));
    assert_int_equal(view_source(f->view, STR("news"), f->arena, &row), 0);
    assert_str(row.id, "news");
    assert_int_equal(row.nconditions, 1);
    assert_str(row.conditions[0].text_zh, "失败");
    assert_int_equal(
        view_source(f->view, STR("none"), f->arena, &row), E_NOTFOUND);
    assert_int_equal(
        view_source_items(f->view, STR("news"), 5, f->arena, &items, &n), 0);
    assert_int_equal(n, 1);
    assert_str(items[0].title, "甲");
}

static void
open_ones_are_counted_by_kind(void **state)
{
    struct fixture *f = *state;
    uint64_t counts[CONDITION_COUNT] = {0};

    assert_true(opened(f, NEWS, STR("gap"), 2));
    assert_true(opened(f, STR("source:x"), STR("gap"), 2));
    assert_true(opened(f, NEWS, STR("down"), 2));
    assert_true(closed(f, NEWS, STR("down"), 3));
    assert_int_equal(view_condition_counts(f->view, counts), 0);
    assert_int_equal(counts[CONDITION_GAP], 2);
    assert_int_equal(counts[CONDITION_DOWN], 0);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signs_are_remembered_until_they_stop),
        TEST(what_stands_long_enough_is_told_once),
        TEST(nobody_hears_the_end_of_what_was_not_told),
        TEST(flapping_is_not_told),
        TEST(only_wanted_kinds_are_news),
        TEST(another_address_begins_anew),
        TEST(another_address_waits_for_nothing),
        TEST(old_ones_are_forgotten),
        TEST(polls_without_news_are_counted_together),
        TEST(a_log_is_bounded),
        TEST(those_in_trouble_come_first_page_by_page),
        TEST(one_source_is_found_or_is_not),
        TEST(open_ones_are_counted_by_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
