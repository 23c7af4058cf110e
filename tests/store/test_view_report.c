/* What reports are made from, as it is read; and reports that are kept. */
#include "base/err.h"
#include "fixture.h"
#include "store/report.h"

/* Two days that begin at second 0 and 86400, and the two before them. */
enum { DAY = 86400 };

static int64_t
put_at(struct fixture *f, int n, int64_t seconds, bool baseline,
    const char *category, enum level level)
{
    struct item item = item_of(n, "标题", "正文");
    struct str categories[] = {str_of(category)};
    struct score score = {.points = 45,
        .level = level,
        .categories = {categories[0]},
        .ncategories = 1};
    struct item_put put = {.source = STR("news"),
        .item = &item,
        .seen = at(seconds),
        .baseline = baseline,
        .score = category ? &score : NULL,
        .generation = 1};
    enum item_outcome outcome;
    int64_t id = 0, revision = 0;

    assert_int_equal(
        store_item_put(f->store, &put, &id, &revision, &outcome), 0);
    if (category) {
        struct finding_put finding = {.revision = revision,
            .rule = STR("r1"),
            .title = STR("规则"),
            .category = str_of(category),
            .generation = 1,
            .points = 45};

        assert_int_equal(store_finding_put(f->store, &finding), 0);
    }
    return id;
}

static struct report_rows
read_rows(struct fixture *f, int64_t until)
{
    static struct wall starts[3];
    struct report_span span = {
        .starts = starts, .days = 2, .before = at(-2 * DAY)};
    struct report_rows rows, same;

    for (int i = 0; i < 3; i++)
        starts[i] = at(i * DAY);
    span.until = at(until);
    assert_int_equal(view_report_rows(f->view, &span, f->arena, &rows), 0);
    assert_int_equal(store_report_rows(f->store, &span, f->arena, &same), 0);
    assert_int_equal(rows.nmatches, same.nmatches);
    return rows;
}

static void
items_are_counted_by_day(void **state)
{
    struct fixture *f = *state;
    struct report_rows rows;

    put_at(f, 1, -2 * DAY - 1, false, NULL, LEVEL_NONE); /* before it all */
    put_at(f, 2, -2 * DAY, false, NULL, LEVEL_NONE);
    put_at(f, 3, -1, false, "food", LEVEL_BLUE);
    put_at(f, 4, 0, false, "food", LEVEL_RED);
    put_at(f, 5, DAY - 1, false, NULL, LEVEL_NONE);
    put_at(f, 6, DAY, true, "food", LEVEL_RED); /* of a first poll */
    put_at(f, 7, DAY, false, "fees", LEVEL_NONE);
    put_at(f, 8, 2 * DAY, false, "food", LEVEL_RED); /* after it */
    rows = read_rows(f, 2 * DAY);
    assert_int_equal(rows.nsources, 1);
    assert_int_equal(rows.sources[0].before, 2);
    assert_int_equal(rows.sources[0].items[0], 2);
    assert_int_equal(rows.sources[0].items[1], 1);
    assert_int_equal(rows.sources[0].baseline, 1);
    assert_int_equal(rows.nmatches, 2);
    assert_int_equal(rows.matches[0].level, LEVEL_RED);
    assert_str(rows.matches[1].category, "fees");
    assert_int_equal(rows.nmatches_before, 1);
    assert_int_equal(rows.nrules, 1);
    assert_int_equal(rows.rules[0].items, 2);
    assert_int_equal(rows.rules[0].incident, 0);
    /* A range that still runs ends now. */
    rows = read_rows(f, DAY / 2);
    assert_int_equal(rows.sources[0].items[0], 1);
    assert_int_equal(rows.sources[0].items[1], 0);
    assert_int_equal(rows.nmatches, 1);
}

static void
incidents_that_were_not_over(void **state)
{
    struct fixture *f = *state;
    struct incident old = incident_of("早已结案", LEVEL_RED, -3 * DAY);
    struct ledger_entry entry = {.kind = STR("incident.opened"),
        .by = STR("system"),
        .from = STR("road"),
        .text = STR("{}")};
    int64_t closed, open, now, later, item;
    struct report_rows rows;

    old.state = INCIDENT_CLOSED;
    old.closed = at(-DAY);
    assert_int_equal(store_incident_add(f->store, &old, &closed), 0);
    old.closed = at(DAY);
    assert_int_equal(store_incident_add(f->store, &old, &open), 0);
    now = add_incident(f->store, "本期", LEVEL_BLUE, DAY);
    later = add_incident(f->store, "以后", LEVEL_BLUE, 2 * DAY);
    item = put_at(f, 1, DAY, false, "food", LEVEL_BLUE);
    assert_int_equal(
        store_incident_attach(f->store, now, item, STR("x"), 1, at(DAY)), 0);
    item = put_at(f, 2, 3 * DAY, false, "food", LEVEL_BLUE);
    assert_int_equal(
        store_incident_attach(f->store, now, item, STR("x"), 1, at(3 * DAY)),
        0);
    entry.incident = now;
    entry.at = at(DAY);
    assert_int_equal(store_ledger_add(f->store, &entry), 0);
    entry.at = at(2 * DAY);
    assert_int_equal(store_ledger_add(f->store, &entry), 0);
    rows = read_rows(f, 2 * DAY);
    assert_int_equal(rows.nincidents, 2);
    assert_int_equal(rows.incidents[0].id, open);
    assert_int_equal(rows.incidents[1].id, now);
    assert_int_equal(rows.incidents[1].nentries, 1);
    assert_int_equal(rows.incidents[1].nitems, 1);
    assert_false(rows.incidents[1].asked);
    assert_int_equal(rows.rules[0].incident, now);
    assert_true(later > now && closed < open);
}

static void
one_is_kept_as_it_was_first_made(void **state)
{
    struct fixture *f = *state;
    struct report_kept kept = {.name = STR("2026-W39"),
        .zone = STR("Asia/Shanghai"),
        .from = at(0),
        .until = at(7 * DAY),
        .made = at(8 * DAY),
        .figures = STR("{\"a\":1}")};
    struct report_kept got, *list;
    size_t n;

    assert_int_equal(
        view_report_kept(f->view, kept.name, kept.zone, f->arena, &got),
        E_NOTFOUND);
    assert_int_equal(store_report_keep(f->store, &kept), 0);
    kept.figures = STR("{\"a\":2}");
    assert_int_equal(store_report_keep(f->store, &kept), E_EXISTS);
    assert_int_equal(
        view_report_kept(f->view, kept.name, kept.zone, f->arena, &got), 0);
    assert_str(got.figures, "{\"a\":1}");
    assert_int_equal(got.until.ms, at(7 * DAY).ms);
    /* The same days elsewhere are other hours. */
    assert_int_equal(
        view_report_kept(f->view, kept.name, STR("UTC"), f->arena, &got),
        E_NOTFOUND);
    kept.name = STR("2026-W40");
    kept.until = at(14 * DAY);
    assert_int_equal(store_report_keep(f->store, &kept), 0);
    assert_int_equal(view_reports(f->view, 10, f->arena, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_str(list[0].name, "2026-W40");
}

static void
one_is_sent_once(void **state)
{
    struct fixture *f = *state;
    bool sent = true;

    assert_int_equal(
        store_report_sent(f->store, STR("a"), STR("2026-W39"), &sent), 0);
    assert_false(sent);
    assert_int_equal(
        store_report_send(f->store, STR("a"), STR("2026-W39"), at(1)), 0);
    assert_int_equal(
        store_report_sent(f->store, STR("a"), STR("2026-W39"), &sent), 0);
    assert_true(sent);
    assert_int_equal(
        store_report_send(f->store, STR("a"), STR("2026-W39"), at(2)),
        E_EXISTS);
    assert_int_equal(
        store_report_sent(f->store, STR("b"), STR("2026-W39"), &sent), 0);
    assert_false(sent);
}

/* A site of the range, one that left before it, and findings at each side of
 * its ends. */
static void
own_sites_are_read_as_they_stood(void **state)
{
    struct fixture *f = *state;
    struct report_rows rows;

    meddle(f->path,
        "INSERT INTO source_state(id, url, title, kind, owner, tags, added,"
        " removed) VALUES('a', 'x', '甲校', 'site', '甲', '', -9, NULL),"
        "('b', 'x', '乙校', 'site', NULL, '', -9, -5);"
        "INSERT INTO site_visit(source, at, opened, status, elapsed_ms) VALUES"
        "('a', -1, 0, 503, 1), ('a', 0, 1, 200, 1), ('a', 1000, 0, 503, 1),"
        "('a', 172800000, 0, 503, 1);"
        "INSERT INTO site_finding(source, kind, part, page, target, evidence,"
        " line, end_line, count, mask, level, points, first_seen, since,"
        " last_seen, gone, accepted) VALUES"
        /* there all the time */
        "('a', 'leak', 3, 'p', '1', '', 0, 0, 1, '', 3, 75, -5, -5, 9, NULL,"
        " NULL),"
        /* found in the range, and mended after it */
        "('a', 'leak', 3, 'p', '2', '', 0, 0, 1, '', 3, 75, 5, 5, 9,"
        " 172800000, NULL),"
        /* mended in the range */
        "('a', 'broken_link', 4, 'p', '3', '', 0, 0, 1, '', 1, 15, -5, -5, 9,"
        " 10, NULL),"
        /* said to be no fault in the range */
        "('a', 'wrong_word', 4, 'p', '4', '', 0, 0, 1, '', 1, 15, 5, 5, 9,"
        " NULL, 20),"
        /* found after it */
        "('a', 'leak', 3, 'p', '5', '', 0, 0, 1, '', 3, 75, 172800000,"
        " 172800000, 172800001, NULL, NULL);"
        /* all of it from second 0 on */
        "UPDATE source_state SET added = added + 1780000000000,"
        " removed = removed + 1780000000000 WHERE kind = 'site';"
        "UPDATE site_visit SET at = at + 1780000000000;"
        "UPDATE site_finding SET first_seen = first_seen + 1780000000000,"
        " since = since + 1780000000000, gone = gone + 1780000000000,"
        " accepted = accepted + 1780000000000;");
    rows = read_rows(f, 2 * DAY);
    assert_int_equal(rows.nsites, 1);
    assert_str(rows.sites[0].title, "甲校");
    assert_str(rows.sites[0].owner, "甲");
    assert_int_equal(rows.sites[0].visits, 2);
    assert_int_equal(rows.sites[0].failed, 1);
    assert_int_equal(rows.sites[0].found[3], 1);
    assert_int_equal(rows.sites[0].open[3], 2);
    assert_int_equal(rows.sites[0].mended[4], 1);
    assert_int_equal(rows.sites[0].found[4], 1);
    assert_int_equal(rows.sites[0].open[4], 0);
}

int
main(void)
{
#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {TEST(items_are_counted_by_day),
        TEST(incidents_that_were_not_over),
        TEST(one_is_kept_as_it_was_first_made), TEST(one_is_sent_once),
        TEST(own_sites_are_read_as_they_stood)};
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
