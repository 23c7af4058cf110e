/* search: items found by words of any length, and by what they are. */
#include <sqlite3.h>

#include "base/err.h"
#include "fixture.h"
#include "store/purge.h"
#include "store/search.h"
#include "store/view_items.h"

static void
fill(struct fixture *f)
{
    bool left = true;

    for (int i = 0; left && i < 1000; i++) {
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(store_search_fill(f->store, &left), 0);
        assert_int_equal(store_commit(f->store), 0);
    }
    assert_false(left);
}

static int64_t
put(struct fixture *f, int n, const char *title, const char *text)
{
    struct item item = item_of(n, title, text);
    int64_t id;

    assert_int_equal(store_begin(f->store), 0);
    id = put_item(f->store, &item);
    assert_int_equal(store_commit(f->store), 0);
    return id;
}

static size_t
found(struct fixture *f, const char *text, int64_t *ret_first)
{
    struct item_filter filter = {.text = str_of(text)};
    struct item_page page;

    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    if (ret_first)
        *ret_first = page.n ? page.rows[0].item.id : 0;
    return page.n;
}

static void
test_words(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, 1, "云溪县实验小学食物中毒", "多名学生送医"), first;
    int64_t b = put(f, 2, "Notice of the school board", "buses A12 run late");

    put(f, 3, "食堂公示", "本周菜谱，食品安全");
    fill(f);
    assert_int_equal(found(f, "食", &first), 2);
    assert_int_equal(found(f, "毒", &first), 1); /* ends its title */
    assert_int_equal(first, a);
    assert_int_equal(found(f, "中毒", NULL), 1);
    assert_int_equal(found(f, "食物中毒", NULL), 1);
    assert_int_equal(found(f, "毒中", NULL), 0);
    /* all pairs are there, and the word is not */
    put(f, 4, "甲乙 乙丙", "");
    fill(f);
    assert_int_equal(found(f, "甲乙丙", NULL), 0);
    assert_int_equal(found(f, "SCHOOL Bo", &first), 1);
    assert_int_equal(first, b);
    assert_int_equal(found(f, "choo", NULL), 1);
    assert_int_equal(found(f, "a1", NULL), 1);
    assert_int_equal(found(f, "菜谱，食品", NULL), 1);
    assert_int_equal(found(f, "，", NULL), 1); /* by looking at all */
    assert_int_equal(found(f, "' OR 1=1 --", NULL), 0);
    assert_int_equal(found(f, "\"", NULL), 0);
}

static void
test_revised(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, 1, "旧闻", "暴雨停课"), first;

    put(f, 2, "另一条", "暴雨预警");
    fill(f);
    assert_int_equal(put(f, 1, "旧闻更正", "恢复上课"), a);
    assert_int_equal(found(f, "停课", NULL), 0);
    assert_int_equal(found(f, "恢复", NULL), 0); /* not yet indexed */
    fill(f);
    assert_int_equal(found(f, "恢复", &first), 1);
    assert_int_equal(first, a);
    /* revised twice before it is indexed again */
    put(f, 1, "旧闻二", "甲");
    put(f, 1, "旧闻三", "乙");
    fill(f);
    assert_int_equal(found(f, "旧闻三", NULL), 1);
    assert_int_equal(found(f, "旧闻", NULL), 1);
    assert_int_equal(found(f, "暴雨", NULL), 1);
}

static int
words_left(struct fixture *f)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    int n = -1;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
            "CREATE VIRTUAL TABLE temp.w USING fts5vocab(main, search, row)",
            NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM w", -1, &q, NULL),
        SQLITE_OK);
    if (sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int(q, 0);
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void
test_deleted(void **state)
{
    struct fixture *f = *state;
    struct purge purge;
    struct purge_step step;
    struct purge_policy policy = {.assessed = WALL_NONE};

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = WALL_NONE;
    put(f, 1, "会被清除的消息", "正文");
    meddle(f->path,
        "INSERT INTO finding(revision, rule, title, category, rule_version,"
        " generation, points, indeterminate, spans)"
        " VALUES(1, 'fire', '', '', 1, 1, 1, 0, x'')");
    fill(f);
    assert_true(words_left(f) > 0);
    assert_int_equal(found(f, "清除", NULL), 1);
    policy.before[PURGE_ITEMS] = at(1000000);
    purge_begin(&purge, &policy);
    while (purge.table < PURGE_COUNT) {
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(
            store_purge_step(f->store, &purge, at(2000000), &step), 0);
        assert_int_equal(store_commit(f->store), 0);
    }
    assert_int_equal(purge.counts[PURGE_ITEMS], 1);
    assert_int_equal(found(f, "清除", NULL), 0);
    meddle(f->path, "INSERT INTO search(search) VALUES('integrity-check')");
    /* Nothing of it is left in the index, its rules neither. */
    fill(f);
    assert_int_equal(words_left(f), 0);
    /* Its number is never given again, and what comes after is found. */
    assert_int_equal(put(f, 2, "后来的消息", "正文"), 2);
    fill(f);
    assert_int_equal(found(f, "后来", NULL), 1);
    assert_int_equal(found(f, "清除", NULL), 0);
}

static void
test_pages(void **state)
{
    struct fixture *f = *state;
    struct item_filter filter = {.text = STR("学"), .limit = 7};
    struct item_page page = {.more = true};
    int64_t last = INT64_MAX;
    size_t n = 0;

    for (int i = 0; i < 40; i++)
        put(f, i, i % 2 ? "学校消息" : "别的", "");
    fill(f);
    while (page.more) {
        assert_int_equal(
            view_item_search(f->view, &filter, f->arena, &page), 0);
        for (size_t i = 0; i < page.n; i++) {
            assert_true(page.rows[i].item.id < last);
            last = page.rows[i].item.id;
        }
        n += page.n;
        filter.after = page.next;
    }
    assert_int_equal(n, 20);
    filter.after = STR("x");
    assert_int_equal(
        view_item_search(f->view, &filter, f->arena, &page), E_PARSE);
}

static void
test_filters(void **state)
{
    struct fixture *f = *state;
    struct item_page page;
    struct item_filter filter = {.source = STR("news")};
    int64_t id = put(f, 1, "一", "");

    put(f, 2, "二", "");
    fill(f);
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 2);
    filter.source = STR("nowhere");
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 0);
    filter = (struct item_filter){.in = ITEM_IN_INCIDENT};
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 0);
    filter.in = ITEM_IN_NONE;
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 2);
    filter = (struct item_filter){.min_score = 20};
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 0);
    filter = (struct item_filter){.to = page.n ? at(0) : (struct wall){1}};
    assert_int_equal(view_item_search(f->view, &filter, f->arena, &page), 0);
    assert_int_equal(page.n, 0);
    struct found_item one;
    assert_int_equal(view_item(f->view, id, f->arena, &one), 0);
    assert_str(one.item.title, "一");
    assert_int_equal(view_item(f->view, 12345, f->arena, &one), E_NOTFOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_words, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            test_revised, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            test_deleted, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            test_pages, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            test_filters, fixture_setup, fixture_teardown)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
