/* What is kept of own sites: pages in turn, findings that come and go, hosts,
 * and what readers see of it. */
#include "base/err.h"
#include "feeds/source.h"
#include "fixture.h"
#include "store/purge.h"
#include "store/site.h"

#define HOME "https://qingshi.example/"

static const struct source_column columns[] = {
    {.title = {"通知公告", 12}, .url = {HOME "notice/", 31}}};
static struct source sources[] = {{.id = {"qingshi", 7},
    .url = {HOME, 24},
    .title = {"青石小学", 12},
    .owner = {"青石小学", 12},
    .kind = SOURCE_SITE}};

static void
sync_at(struct fixture *f, int64_t seconds)
{
    assert_int_equal(store_source_sync(f->store, sources, 1, at(seconds)), 0);
    assert_int_equal(store_site_sync(f->store, sources, 1, at(seconds)), 0);
}

static int
setup(void **state)
{
    int r = fixture_setup(state);

    sources[0].url = STR(HOME);
    sources[0].site = (struct source_site){0};
    if (r == 0)
        sync_at(*state, 0);
    return r;
}

static void
link_to(struct fixture *f, const char *url, enum site_page_purpose purpose,
    int64_t seconds)
{
    struct site_page_put put = {.source = sources[0].id,
        .url = str_of(url),
        .purpose = purpose,
        .name = STR("链接"),
        .from = STR(HOME),
        .from_line = 4,
        .now = at(seconds)};

    assert_int_equal(store_site_page_put(f->store, &put), 0);
}

static struct site_finding_put
fault(const char *evidence, int64_t seconds)
{
    return (struct site_finding_put){.source = sources[0].id,
        .page = STR(HOME),
        .target = STR("https://bet.example/"),
        .evidence = str_of(evidence),
        .kind = SITE_KIND_HIDDEN_LINKS,
        .group = SITE_CLEAN,
        .kind_name = "hidden_links",
        .level = LEVEL_ORANGE,
        .points = 70,
        .line = 12,
        .end_line = 15,
        .count = 3,
        .now = at(seconds)};
}

static enum site_finding_is
put(struct fixture *f, const char *evidence, int64_t seconds, int64_t *ret_id)
{
    struct site_finding_put p = fault(evidence, seconds);
    enum site_finding_is is;

    assert_int_equal(store_site_finding_put(f->store, &p, ret_id, &is), 0);
    return is;
}

static struct site_row
row_of(struct fixture *f, int64_t seconds)
{
    struct site_row row;

    assert_int_equal(
        view_site(f->view, sources[0].id, at(seconds), f->arena, &row), 0);
    return row;
}

static void
a_finding(void **state)
{
    struct fixture *f = *state;
    struct site_finding_filter filter = {.which = SITE_FINDINGS_GONE};
    struct site_finding_row *rows;
    int64_t id, again;
    size_t n;

    assert_int_equal(put(f, "左移", 10, &id), SITE_FINDING_NEW);
    assert_int_equal(put(f, "左移", 20, &again), SITE_FINDING_SAME);
    assert_int_equal(id, again);
    assert_int_equal(put(f, "上移", 30, &again), SITE_FINDING_CHANGED);
    assert_int_equal(row_of(f, 30).open[SITE_CLEAN], 1);
    assert_int_equal(row_of(f, 30).worst, LEVEL_ORANGE);
    assert_int_equal(store_site_finding_gone(f->store, id, at(40)), 0);
    assert_int_equal(row_of(f, 40).open[SITE_CLEAN], 0);
    assert_int_equal(row_of(f, 40).gone, 1);
    assert_int_equal(
        view_site_findings(f->view, &filter, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].gone.ms, at(40).ms);
    assert_string_equal(rows[0].kind_name, "hidden_links");
    assert_string_equal(rows[0].group_name, "clean");
    assert_true(str_eq(rows[0].owner, STR("青石小学")));
    assert_int_equal(put(f, "上移", 50, &again), SITE_FINDING_NEW);
    assert_int_equal(again, id);
    assert_int_equal(view_site_finding(f->view, id, f->arena, &rows[0]), 0);
    assert_int_equal(rows[0].times, 2);
    assert_int_equal(rows[0].first_seen.ms, at(10).ms);
    assert_int_equal(rows[0].since.ms, at(50).ms);
}

static void
what_was_accepted(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    (void)put(f, "左移", 10, &id);
    assert_int_equal(store_site_finding_accept(
                         f->store, id, STR("wang"), STR("无障碍"), at(20)),
        0);
    assert_int_equal(store_site_finding_accept(
                         f->store, id, STR("wang"), STR("无障碍"), at(20)),
        E_STATE);
    assert_int_equal(put(f, "左移", 30, &id), SITE_FINDING_ACCEPTED_SAME);
    assert_int_equal(row_of(f, 30).accepted, 1);
    assert_int_equal(row_of(f, 30).open[SITE_CLEAN], 0);
    /* Gone and back as it was, it is accepted still. */
    assert_int_equal(store_site_finding_gone(f->store, id, at(40)), 0);
    assert_int_equal(put(f, "左移", 50, &id), SITE_FINDING_ACCEPTED_SAME);
    assert_int_equal(put(f, "另一处", 60, &id), SITE_FINDING_NEW);
    assert_int_equal(row_of(f, 60).open[SITE_CLEAN], 1);
}

static void
pages_in_turn(void **state)
{
    struct fixture *f = *state;
    struct site_page_row page;
    struct site_page_look look = {.round = 1, .opened = true, .status = 200};
    int64_t id;

    link_to(f, HOME "a", SITE_PAGE_PAGE, 1);
    link_to(f, HOME "b", SITE_PAGE_PAGE, 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_site_page_next(f->store, sources[0].id,
                             SITE_PAGE_PAGE, 1, 5, f->arena, &page),
            0);
        look.id = page.id;
        look.at = at(10 + i);
        assert_int_equal(store_site_page_looked(f->store, &look), 0);
    }
    assert_int_equal(store_site_page_next(f->store, sources[0].id,
                         SITE_PAGE_PAGE, 1, 5, f->arena, &page),
        E_NOTFOUND);
    assert_int_equal(store_site_page_next(f->store, sources[0].id,
                         SITE_PAGE_PAGE, 2, 5, f->arena, &page),
        0);
    assert_true(str_eq(page.url, STR(HOME "a"))); /* longest ago */
    assert_int_equal(store_site_page_next(f->store, sources[0].id,
                         SITE_PAGE_PAGE, 1, 2, f->arena, &page),
        E_NOTFOUND); /* the round has had its share */

    /* b is linked no more; a page that something was found on stays. */
    link_to(f, HOME "c", SITE_PAGE_PAGE, 20);
    (void)put(f, "x", 20, &id);
    assert_int_equal(
        store_site_page_unlinked(f->store, sources[0].id, STR(HOME), at(20)),
        0);
    assert_int_equal(store_site_page_find(f->store, sources[0].id,
                         STR(HOME "b"), f->arena, &page),
        E_NOTFOUND);
    assert_int_equal(store_site_page_find(f->store, sources[0].id,
                         STR(HOME "c"), f->arena, &page),
        0);
    assert_int_equal(page.from_line, 4);
}

/* What only a page that is forgotten links to is forgotten with it. */
static void
pages_of_a_page_that_is_gone(void **state)
{
    struct fixture *f = *state;
    struct site_page_put image = {.source = sources[0].id,
        .url = STR(HOME "b.png"),
        .purpose = SITE_PAGE_LINK,
        .from = STR(HOME "b"),
        .now = at(5)};
    struct site_page_row page;

    link_to(f, HOME "b", SITE_PAGE_PAGE, 5);
    assert_int_equal(store_site_page_put(f->store, &image), 0);
    assert_int_equal(
        store_site_page_unlinked(f->store, sources[0].id, STR(HOME "b"), at(5)),
        0);
    assert_int_equal(store_site_page_find(
                         f->store, sources[0].id, image.url, f->arena, &page),
        0);
    assert_int_equal(
        store_site_page_unlinked(f->store, sources[0].id, STR(HOME), at(20)),
        0);
    assert_int_equal(store_site_page_find(
                         f->store, sources[0].id, image.url, f->arena, &page),
        E_NOTFOUND);
}

static void
columns_listed_and_found(void **state)
{
    struct fixture *f = *state;
    struct site_page_row *pages, page;
    size_t n;

    link_to(f, HOME "news/", SITE_PAGE_COLUMN, 5);
    assert_int_equal(row_of(f, 5).columns, 1);
    sources[0].site = (struct source_site){.columns = columns, .ncolumns = 1};
    sync_at(f, 10);
    assert_int_equal(store_site_columns_begin(f->store, sources[0].id), 0);
    assert_int_equal(
        view_site_pages(f->view, sources[0].id, 0, f->arena, &pages, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(pages[0].purpose, SITE_PAGE_HOME);
    assert_int_equal(pages[1].purpose, SITE_PAGE_COLUMN);
    assert_true(str_eq(pages[1].name, STR("通知公告")));
    link_to(f, HOME "notice/", SITE_PAGE_PAGE, 11); /* stays what it is */
    assert_int_equal(store_site_page_find(f->store, sources[0].id,
                         STR(HOME "notice/"), f->arena, &page),
        0);
    assert_int_equal(page.purpose, SITE_PAGE_COLUMN);
    sources[0].site = (struct source_site){0};
    sync_at(f, 20);
    assert_int_equal(row_of(f, 20).columns, 0);
}

static void
hosts(void **state)
{
    struct fixture *f = *state;
    struct site_host_row *rows;
    uint32_t approved;
    bool waits = true;
    size_t n;

    assert_int_equal(store_site_host_put(f->store, sources[0].id,
                         STR("moe.example"), STR(HOME), 3, true, at(1), &waits),
        0);
    assert_false(waits);
    for (int i = 0; i < 2; i++) {
        waits = false;
        assert_int_equal(
            store_site_host_put(f->store, sources[0].id, STR("bet.example"),
                STR(HOME), 9, false, at(2), &waits),
            0);
        assert_true(waits);
    }
    assert_int_equal(row_of(f, 3).hosts_waiting, 2);
    assert_int_equal(store_site_hosts_approve(f->store, sources[0].id,
                         STR("bet.example"), STR("wang"), at(3), &approved),
        0);
    assert_int_equal(approved, 1);
    assert_int_equal(
        store_site_host_put(f->store, sources[0].id, STR("bet.example"),
            STR(HOME), 9, false, at(4), &waits),
        0);
    assert_false(waits);
    assert_int_equal(
        view_site_hosts(f->view, sources[0].id, 0, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_true(str_eq(rows[0].host, STR("moe.example")));
    assert_true(str_eq(rows[1].approved_by, STR("wang")));
}

static void
visits_by_day(void **state)
{
    struct fixture *f = *state;
    struct site_day *days;
    struct site_visit_row *failures;
    size_t n;
    uint32_t visits, failed;

    for (int i = 0; i < 48; i++)
        assert_int_equal(
            store_site_visit(f->store, sources[0].id, at(3600 * i), i % 12 != 0,
                i % 12 ? 200 : 0, 100 + i, i % 12 ? STR_NONE : STR("timeout")),
            0);
    assert_int_equal(
        store_site_visits(f->store, sources[0].id, at(-1), &visits, &failed),
        0);
    assert_int_equal(visits, 48);
    assert_int_equal(failed, 4);
    assert_int_equal(view_site_days(f->view, sources[0].id, 8 * MS_HOUR,
                         at(48 * 3600), f->arena, &days, &n),
        0);
    assert_int_equal(n, 3);
    assert_int_equal((days[1].day.ms + 8 * MS_HOUR) % MS_DAY, 0);
    assert_int_equal(days[1].visits, 24);
    assert_int_equal(
        view_site_failures(f->view, sources[0].id, 2, f->arena, &failures, &n),
        0);
    assert_int_equal(n, 2);
    assert_true(str_eq(failures[0].reason, STR("timeout")));
}

static void
another_address(void **state)
{
    struct fixture *f = *state;
    struct site_counts counts;
    int64_t id;

    link_to(f, HOME "a", SITE_PAGE_PAGE, 1);
    (void)put(f, "左移", 1, &id);
    assert_int_equal(view_site_counts(f->view, &counts), 0);
    assert_int_equal(counts.sites, 1);
    assert_int_equal(counts.with[SITE_CLEAN], 1);
    sources[0].url = STR("https://qingshi.other.example/");
    sync_at(f, 10);
    assert_int_equal(row_of(f, 10).open[SITE_CLEAN], 0);
    assert_int_equal(row_of(f, 10).pages, 0);
    sources[0].kind = SOURCE_LIST; /* is no site any more */
    sync_at(f, 20);
    sources[0].kind = SOURCE_SITE;
    assert_int_equal(view_site_counts(f->view, &counts), 0);
    assert_int_equal(counts.sites, 0);
}

static void
what_is_purged(void **state)
{
    struct fixture *f = *state;
    struct purge_policy policy;
    struct purge purge;
    struct purge_step step;
    uint64_t counts[PURGE_COUNT];
    int64_t id;

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = WALL_NONE;
    policy.assessed = WALL_NONE;
    policy.before[PURGE_VISITS] = policy.before[PURGE_FOUND] = at(100);
    (void)put(f, "左移", 1, &id);
    for (int i = 0; i < 4; i++)
        assert_int_equal(store_site_visit(f->store, sources[0].id, at(60 * i),
                             true, 200, 1, STR_NONE),
            0);
    assert_int_equal(view_purge_counts(f->view, &policy, counts), 0);
    assert_int_equal(counts[PURGE_VISITS], 2);
    assert_int_equal(counts[PURGE_FOUND], 0); /* it is there */
    assert_int_equal(store_site_finding_gone(f->store, id, at(50)), 0);
    assert_int_equal(view_purge_counts(f->view, &policy, counts), 0);
    assert_int_equal(counts[PURGE_FOUND], 1);
    purge_begin(&purge, &policy);
    while (purge.table != PURGE_COUNT)
        assert_int_equal(
            store_purge_step(f->store, &purge, at(1000), &step), 0);
    assert_int_equal(purge.counts[PURGE_VISITS], 2);
    assert_int_equal(purge.counts[PURGE_FOUND], 1);
    assert_int_equal(row_of(f, 1000).visits, 2);
}

static void
one_key(void **state)
{
    struct fixture *f = *state;
    uint8_t random[STORE_SITE_KEY_SIZE] = {1}, a[STORE_SITE_KEY_SIZE],
            b[STORE_SITE_KEY_SIZE];

    assert_int_equal(store_site_key(f->store, random, a), 0);
    random[0] = 2;
    assert_int_equal(store_site_key(f->store, random, b), 0);
    assert_memory_equal(a, b, sizeof a);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_finding),
        TEST(what_was_accepted),
        TEST(pages_in_turn),
        TEST(pages_of_a_page_that_is_gone),
        TEST(columns_listed_and_found),
        TEST(hosts),
        TEST(visits_by_day),
        TEST(another_address),
        TEST(what_is_purged),
        TEST(one_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
