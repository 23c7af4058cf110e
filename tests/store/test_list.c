/*
 * list: the incident list answers the same before and after its words are
 * indexed, in each order, page by page; saved views; acts on many.
 */
#include <sqlite3.h>

#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "store/lists.h"
#include "store/regroup.h"
#include "store/search.h"
#include "store/users.h"
#include "store/view_list.h"

enum { INCIDENTS = 60 };

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

static void
seed(struct fixture *f)
{
    static const char *const texts[] = {"午餐后呕吐送医", "教学楼起火",
        "校车追尾", "一名学生溺水，水库无人看守", "食堂食品过期"};
    int64_t first = 0;

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i < INCIDENTS; i++) {
        struct item item = item_of(i, "云溪县通报", texts[i % 5]);
        struct incident incident = incident_of(
            i % 7 ? "标题" : "另有说法", (enum level)(1 + i % 4), i % 13);
        int64_t id, item_id = put_item(f->store, &item);

        incident.score = i % 10 * 10;
        incident.state = i % 3 ? INCIDENT_NEW : INCIDENT_CLOSED;
        if (i % 5 == 1)
            incident.assignee = STR("li");
        if (i == 23) { /* its words are found where it went */
            incident.state = INCIDENT_MERGED;
            incident.merged_into = first;
        }
        assert_int_equal(store_incident_add(f->store, &incident, &id), 0);
        assert_int_equal(
            store_incident_attach(f->store, id, item_id, STR_NONE, 1, at(1)),
            0);
        if (i == 2)
            first = id;
    }
    assert_int_equal(store_commit(f->store), 0);
    meddle(f->path, "UPDATE source_state SET tags = 'school, county'");
    meddle(f->path,
        "INSERT INTO finding(revision, rule, title, category, rule_version,"
        " generation, points, indeterminate, spans) SELECT id, 'fire', '',"
        " 'fire', 1, 1, 1, 0, x'' FROM revision WHERE text LIKE '%起火%'");
}

/* Numbers as one text; pages of limit, or all at once. */
static const char *
listed(struct fixture *f, struct list_filter filter, size_t limit)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct buf out;
    struct str text;
    bool more = true;

    buf_init(&out, 1 << 20);
    filter.limit = limit;
    for (int page = 0; more && page < 100; page++) {
        struct list_row *rows;
        size_t n;

        assert_int_equal(
            view_list(f->view, &filter, arena, &rows, &n, &more), 0);
        for (size_t i = 0; i < n; i++)
            (void)buf_printf(&out, "%lld ", (long long)rows[i].row.incident.id);
        if (n > 0)
            filter.after = arena_str(f->arena, rows[n - 1].row.cursor);
        arena_clear(arena);
    }
    assert_false(more);
    arena_free(arena);
    text = arena_str(f->arena, buf_str(&out));
    buf_done(&out);
    return arena_cstr(f->arena, text);
}

static uint64_t
counted(struct fixture *f, const struct list_filter *filter)
{
    uint64_t n = 0;

    assert_int_equal(view_list_count(f->view, filter, &n), 0);
    return n;
}

static const struct list_filter filters[] = {{.levels = 1u << LEVEL_RED},
    {.states = (1u << INCIDENT_STATE_COUNT) - 1},
    {.states = 1u << INCIDENT_CLOSED, .text = {"火", 3}}, {.text = {"水库", 6}},
    {.text = {"一名学生溺水", 18}}, {.text = {"学生 水库", 13}},
    {.text = {"，", 3}}, {.text = {"另有", 6}}, {.text = {"没有这个词", 15}},
    {.assignee = {"li", 2}}, {.unassigned = true},
    {.source = {"news", 4}, .text = {"食", 3}}, {.source = {"none", 4}},
    {.rule = {"none", 4}}, {.source = {"news", 4}, .text = {"，", 3}},
    {.source = {"news", 4}, .text = {"食品过期", 12}}, {.text = {"食，", 6}},
    {.text = {"溺水，水", 12}}, {.tag = {"county", 6}}, {.tag = {"none", 4}},
    {.tag = {"county", 6}, .text = {"一名学生溺水", 18}}, {.rule = {"fire", 4}},
    {.rule = {"fire", 4}, .text = {"火", 3}},
    {.rule = {"fire", 4}, .text = {"水", 3}}};

static void
the_index_changes_no_answer(void **state)
{
    enum { N = sizeof filters / sizeof *filters };
    struct fixture *f = *state;
    const char *before[N];

    seed(f);
    for (size_t i = 0; i < N; i++)
        before[i] = listed(f, filters[i], 0);
    fill(f);
    for (size_t i = 0; i < N; i++) {
        size_t n = 0;

        assert_string_equal(listed(f, filters[i], 0), before[i]);
        for (const char *p = before[i]; *p; p++)
            n += *p == ' ';
        assert_int_equal(counted(f, &filters[i]), n);
    }
    assert_string_equal(before[5], "");        /* they stand apart */
    assert_non_null(strstr(before[3], " 3 ")); /* by what went into it */
    for (size_t i = 14; i < N; i++) /* each finds some, where there are some */
        assert_true((before[i][0] != '\0') == (i != 16 && i != 19 && i != 23));
}

/* More than are looked at one by one: every order gives the same as the texts
 * do, page by page, and says how many there are. */
static void
many_are_found_in_every_order(void **state)
{
    enum { MANY = 2400 };
    struct fixture *f = *state;
    const char *before[2][LIST_SORT_COUNT];
    struct list_row *rows;
    uint64_t total;
    size_t n;
    bool more;

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i < MANY; i++) {
        struct item item =
            item_of(i, "云溪县通报", i % 30 ? "食堂食品过期" : "平安");
        struct incident incident =
            incident_of("标题", (enum level)(1 + i % 4), i % 61);
        int64_t id, item_id = put_item(f->store, &item);

        incident.score = i % 10 * 10;
        incident.state = i % 100 ? INCIDENT_CLOSED : INCIDENT_NEW;
        assert_int_equal(store_incident_add(f->store, &incident, &id), 0);
        assert_int_equal(
            store_incident_attach(f->store, id, item_id, STR_NONE, 1, at(1)),
            0);
    }
    assert_int_equal(store_commit(f->store), 0);
    for (int full = 0; full < 2; full++) {
        for (int sort = 0; sort < LIST_SORT_COUNT; sort++)
            before[full][sort] = listed(f,
                (struct list_filter){.text = full ? STR("食品") : STR("平"),
                    .states = (1u << INCIDENT_STATE_COUNT) - 1,
                    .sort = (enum list_sort)sort},
                VIEW_PAGE_MAX);
    }
    fill(f);
    for (int full = 0; full < 2; full++) {
        for (int sort = 0; sort < LIST_SORT_COUNT; sort++) {
            struct list_filter filter = {.text = full ? STR("食品") : STR("平"),
                .states = (1u << INCIDENT_STATE_COUNT) - 1,
                .sort = (enum list_sort)sort};

            assert_string_equal(
                listed(f, filter, VIEW_PAGE_MAX), before[full][sort]);
            assert_int_equal(view_list_page(f->view, &filter, f->arena, &rows,
                                 &n, &more, &total),
                0);
            assert_int_equal(n, VIEW_PAGE_DEFAULT);
            assert_true(more);
            assert_int_equal(total, full ? LIST_COUNT_MAX + 1 : MANY / 30);
        }
    }
}

/* What is put into an incident, or into another, after its words were indexed
 * is found there, and no more where it was. */
static void
words_go_where_their_item_goes(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "通报", "水库溺水");
    int64_t a = add_incident(f->store, "甲", LEVEL_RED, 1),
            b = add_incident(f->store, "乙", LEVEL_RED, 2), id, split;

    id = put_item(f->store, &item);
    fill(f);
#define FIND(word) listed(f, (struct list_filter){.text = STR(word)}, 0)
    assert_string_equal(FIND("水库"), "");
    assert_int_equal(
        store_incident_attach(f->store, a, id, STR_NONE, 1, at(1)), 0);
    assert_string_equal(FIND("水库"), "1 ");
    fill(f);
    assert_string_equal(FIND("水库"), "1 ");
    assert_int_equal(store_split_add(f->store,
                         &(struct split){.origin = a,
                             .target = b,
                             .at = at(3),
                             .by = STR("li"),
                             .items = &id,
                             .nitems = 1},
                         &split),
        0);
    fill(f);
    assert_string_equal(FIND("水库"), "2 ");
    item = item_of(1, "更正", "平安无事");
    assert_int_equal(put_item(f->store, &item), id);
    fill(f);
    assert_string_equal(FIND("水库"), "");
    assert_string_equal(FIND("平安"), "2 ");
    assert_int_equal(b, 2);
#undef FIND
}

/* Those with a deadline come first, the nearest before; then all others. */
static void
deadlines_come_first(void **state)
{
    struct fixture *f = *state;
    struct list_filter filter = {
        .sort = LIST_SORT_CLOCK, .states = (1u << INCIDENT_STATE_COUNT) - 1};

    seed(f);
    meddle(f->path,
        "INSERT INTO clock_run(incident, clock, title, ending, until, own,"
        " started, due, paused_ms, told, over) SELECT id, 'c', 'c', 0, 0, 0,"
        " 0, 5000 - id, 0, 0, 0 FROM incident WHERE id IN (8, 9, 11, 12)");
    for (size_t limit = 1; limit < 7; limit++) {
        const char *all = listed(f, filter, limit);

        assert_string_equal(all, listed(f, filter, VIEW_PAGE_MAX));
        assert_true(strncmp(all, "12 11 9 8 ", 10) == 0);
    }
}

static void
orders_page_without_gaps(void **state)
{
    struct fixture *f = *state;

    seed(f);
    fill(f);
    for (int sort = 0; sort < LIST_SORT_COUNT; sort++) {
        for (int any = 0; any < 2; any++) {
            struct list_filter filter = {.sort = (enum list_sort)sort,
                .states = any ? (1u << INCIDENT_STATE_COUNT) - 1 : 0};
            const char *whole = listed(f, filter, VIEW_PAGE_MAX);

            assert_string_equal(listed(f, filter, 7), whole);
            filter.text = STR("食");
            assert_string_equal(
                listed(f, filter, 2), listed(f, filter, VIEW_PAGE_MAX));
        }
    }
    assert_int_equal(
        view_list(f->view,
            &(struct list_filter){.sort = LIST_SORT_LEVEL, .after = STR("1.2")},
            f->arena, &(struct list_row *){NULL}, &(size_t){0}, &(bool){false}),
        E_PARSE);
}

static void
all_of_them_are_those_that_were_seen(void **state)
{
    struct fixture *f = *state;
    struct list_filter filter = {.upto = 10};
    int64_t *ids, newest;
    size_t n;
    bool more;

    seed(f);
    assert_int_equal(
        view_list_ids(f->view, &filter, f->arena, &ids, &n, &more), 0);
    assert_false(more);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_true(ids[i] <= 10);
    assert_int_equal(view_list_newest(f->view, &newest), 0);
    assert_int_equal(newest, INCIDENTS);
}

/* A title that is changed is found by its new words, an erased one by none. */
static void
titles_are_found_as_they_are(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_incident(f->store, "旧名", LEVEL_RED, 1);
    struct incident incident;

#define FIND(word) counted(f, &(struct list_filter){.text = STR(word)})
    assert_int_equal(FIND("旧"), 1);
    assert_int_equal(store_incident_load(f->store, id, f->arena, &incident), 0);
    incident.title = STR("新名");
    assert_int_equal(store_incident_save(f->store, &incident), 0);
    assert_int_equal(FIND("旧"), 0);
    assert_int_equal(FIND("新名"), 1);
    /* Of what is open, those of the states alone that are asked for. */
    assert_int_equal(counted(f, &(struct list_filter){.text = STR("新名"),
                                    .states = 1u << INCIDENT_NEW}),
        1);
    assert_int_equal(counted(f, &(struct list_filter){.text = STR("新名"),
                                    .states = 1u << INCIDENT_ACKNOWLEDGED}),
        0);
#undef FIND
}

static void
views_and_bulks_are_kept(void **state)
{
    struct fixture *f = *state;
    struct saved_view view = {.name = STR("我的"),
        .query = STR("level=red"),
        .owner = STR("li"),
        .by = STR("li"),
        .made = at(1)};
    struct saved_view *views;
    struct bulk_row bulk = {.by = STR("li"),
        .action = STR("note"),
        .at = at(1),
        .until = WALL_NONE,
        .undone = WALL_NONE};
    struct bulk_row got;
    int64_t id;
    size_t n;

    assert_int_equal(store_saved_view_add(f->store, &view, &id), 0);
    assert_int_equal(store_saved_view_add(f->store, &view, &id), E_EXISTS);
    view.owner = STR_NONE;
    assert_int_equal(store_saved_view_add(f->store, &view, &id), 0);
    assert_int_equal(
        view_saved_views(f->view, STR("zhao"), 9, f->arena, &views, &n), 0);
    assert_int_equal(n, 1); /* everybody's, and not li's own */
    assert_int_equal(store_saved_view_drop(f->store, id), 0);
    assert_int_equal(store_saved_view_drop(f->store, id), E_NOTFOUND);

    assert_int_equal(store_bulk_add(f->store, &bulk, STR("x"), &id), 0);
    assert_int_equal(store_bulk_add(f->store, &bulk, STR("x"), &id), E_EXISTS);
    assert_int_equal(store_bulk_once(f->store, STR("x"), f->arena, &got), 0);
    assert_int_equal(store_bulk_item_add(f->store, got.id,
                         &(struct bulk_item){7, at(1), STR("a"), STR("b")}),
        0);
    bulk.at.ms += BULK_KEPT_MS + 1;
    assert_int_equal(store_bulk_add(f->store, &bulk, STR("y"), &id), 0);
    assert_int_equal(
        store_bulk_once(f->store, STR("x"), f->arena, &got), E_NOTFOUND);
}

/* Nobody's views take the place of another's, and they go with their owner. */
static void
views_are_their_owners(void **state)
{
    struct fixture *f = *state;
    struct user user = {
        .name = STR("li"), .role = STR("operator"), .created = at(1)};
    struct saved_view *views;
    int64_t id;
    size_t n;
    char name[16];

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i <= SAVED_VIEWS_MAX; i++) {
        struct saved_view view = {.query = STR("level=red"),
            .owner = STR("li"),
            .by = STR("li"),
            .made = at(1)};

        (void)snprintf(name, sizeof name, "v%d", i);
        view.name = str_of(name);
        assert_int_equal(store_saved_view_add(f->store, &view, &id),
            i < SAVED_VIEWS_MAX ? 0 : E_LIMIT);
        view.owner = STR("zhao");
        if (i == SAVED_VIEWS_MAX)
            assert_int_equal(store_saved_view_add(f->store, &view, &id), 0);
    }
    assert_int_equal(store_user_add(f->store, &user), 0);
    assert_int_equal(store_user_drop(f->store, STR("li")), 0);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(
        view_saved_views(f->view, STR("li"), 9, f->arena, &views, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(
        view_saved_views(f->view, STR("zhao"), 9, f->arena, &views, &n), 0);
    assert_int_equal(n, 1);
}

static int
tallied(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    int n = -1;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            db, "SELECT sum(n) FROM tally WHERE what = 'item'", -1, &q, NULL),
        SQLITE_OK);
    if (sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int(q, 0);
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

/* An item of a clock that is years ahead does not take what was counted. */
static void
a_wrong_clock_costs_an_hour_of_charts(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 30; i++) {
        struct item item = item_of(i, "通报", "正文");
        struct item_put put = {.source = STR("news"),
            .item = &item,
            .seen = at(i < 25 ? i * 7200 : 400000000 + i)};
        enum item_outcome outcome;
        int64_t id, revision;

        assert_int_equal(
            store_item_put(f->store, &put, &id, &revision, &outcome), 0);
    }
    assert_int_equal(tallied(f->path), 29);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            views_are_their_owners, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_wrong_clock_costs_an_hour_of_charts,
            fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            many_are_found_in_every_order, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            words_go_where_their_item_goes, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            deadlines_come_first, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            the_index_changes_no_answer, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            orders_page_without_gaps, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(all_of_them_are_those_that_were_seen,
            fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            titles_are_found_as_they_are, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            views_and_bulks_are_kept, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
