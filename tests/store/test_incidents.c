/* Incidents as they are kept, and the list that people see. */
#include <unistd.h>

#include "base/err.h"
#include "fixture.h"

static void
an_incident_goes_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct incident i = {.state = INCIDENT_SNOOZED,
        .substate = INCIDENT_SUB_REGRESSED,
        .level = LEVEL_ORANGE,
        .score = 67,
        .title = STR("某校学生呕吐"),
        .category = STR("food"),
        .owner = STR("城南小学"),
        .assignee = STR("li"),
        .reason = STR("r"),
        .explanation = STR("[{\"rule\":\"x\"}]"),
        .first_seen = at(1),
        .last_seen = at(2),
        .opened = at(3),
        .acknowledged = at(4),
        .closed = WALL_NONE,
        .until = at(6),
        .before = INCIDENT_RESPONDING,
        .before_until = at(7),
        .generation = 9};
    struct incident got;
    int64_t id, second;

    assert_int_equal(store_incident_add(f->store, &i, &id), 0);
    assert_int_equal(store_incident_load(f->store, id, f->arena, &got), 0);
    i.id = id;
    assert_int_equal(got.id, id);
    assert_int_equal(got.state, i.state);
    assert_int_equal(got.substate, i.substate);
    assert_int_equal(got.level, i.level);
    assert_int_equal(got.score, i.score);
    assert_true(str_eq(got.title, i.title));
    assert_true(str_eq(got.explanation, i.explanation));
    assert_int_equal(got.acknowledged.ms, i.acknowledged.ms);
    assert_false(wall_is_set(got.closed));
    assert_int_equal(got.until.ms, i.until.ms);
    assert_int_equal(got.before, i.before);
    assert_int_equal(got.before_until.ms, i.before_until.ms);
    assert_int_equal(got.generation, 9);
    assert_int_equal(got.items, 0);

    got.state = INCIDENT_CLOSED;
    got.assignee = STR_NONE;
    got.closed = at(8);
    assert_int_equal(store_incident_save(f->store, &got), 0);
    assert_int_equal(store_incident_load(f->store, id, f->arena, &got), 0);
    assert_int_equal(got.state, INCIDENT_CLOSED);
    assert_null(got.assignee.p);
    assert_int_equal(got.closed.ms, at(8).ms);

    got.previous = id;
    assert_int_equal(store_incident_add(f->store, &got, &second), 0);
    got.previous = 777;
    assert_int_equal(store_incident_add(f->store, &got, &second), E_NOTFOUND);
    got.id = 777;
    got.previous = 0;
    assert_int_equal(store_incident_save(f->store, &got), E_NOTFOUND);
    assert_int_equal(
        store_incident_load(f->store, 777, f->arena, &got), E_NOTFOUND);
}

static void
an_item_is_in_one_incident(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "甲", "一"), other = item_of(2, "乙", "二");
    int64_t id = put_item(f->store, &item), id2 = put_item(f->store, &other);
    int64_t a = add_incident(f->store, "甲", LEVEL_RED, 1);
    int64_t b = add_incident(f->store, "乙", LEVEL_RED, 1);
    int64_t of;
    uint32_t items, sources;

    assert_int_equal(store_incident_of(f->store, id, &of), E_NOTFOUND);
    assert_int_equal(
        store_incident_attach(f->store, a, id, STR("w"), 1, at(1)), 0);
    assert_int_equal(
        store_incident_attach(f->store, b, id, STR("w"), 1, at(1)), E_EXISTS);
    assert_int_equal(
        store_incident_attach(f->store, 99, id2, STR("w"), 1, at(1)),
        E_NOTFOUND);
    assert_int_equal(
        store_incident_attach(f->store, a, id2, STR("w"), 1, at(1)), 0);
    assert_int_equal(store_incident_of(f->store, id, &of), 0);
    assert_int_equal(of, a);
    assert_int_equal(store_incident_counts(f->store, a, &items, &sources), 0);
    assert_int_equal(items, 2);
    assert_int_equal(sources, 1);
}

struct opened {
    int n;
    int64_t incident[8];
    char titles[64];
};

static int
opened_add(void *arg, const struct open_item *item)
{
    struct opened *o = arg;

    o->incident[o->n++] = item->incident;
    (void)strncat(o->titles, item->title.p, item->title.n);
    return o->n == 8 ? E_LIMIT : 0;
}

static void
the_grouper_remembers_what_was_seen_lately(void **state)
{
    struct fixture *f = *state;
    struct opened o = {0};
    struct incident closed;
    int64_t ids[4];

    for (int i = 0; i < 4; i++) {
        const char *titles[] = {"a", "b", "c", "d"};
        struct item item = item_of(i, titles[i], "x");
        int64_t item_id = put_item(f->store, &item);

        ids[i] = add_incident(f->store, titles[i], LEVEL_BLUE, i * 100);
        assert_int_equal(store_incident_attach(
                             f->store, ids[i], item_id, STR_NONE, 1, at(1)),
            0);
    }
    assert_int_equal(
        store_incident_load(f->store, ids[2], f->arena, &closed), 0);
    closed.state = INCIDENT_FALSE_ALARM;
    assert_int_equal(store_incident_save(f->store, &closed), 0);
    assert_int_equal(store_open_items(f->store, at(50), 100, opened_add, &o), 0);
    assert_int_equal(o.n, 3); /* what is over too: it may come again */
    assert_string_equal(o.titles, "bcd");
    /* What was merged counts for the one that it went into, at any depth. */
    closed.merged_into = ids[1];
    closed.state = INCIDENT_MERGED;
    assert_int_equal(store_incident_save(f->store, &closed), 0);
    assert_int_equal(
        store_incident_load(f->store, ids[3], f->arena, &closed), 0);
    closed.merged_into = ids[2];
    closed.state = INCIDENT_MERGED;
    assert_int_equal(store_incident_save(f->store, &closed), 0);
    o = (struct opened){0};
    assert_int_equal(store_open_items(f->store, at(50), 100, opened_add, &o), 0);
    assert_int_equal(o.n, 3);
    assert_string_equal(o.titles, "bcd");
    for (int i = 0; i < 3; i++)
        assert_int_equal(o.incident[i], ids[1]);
    o = (struct opened){0};
    assert_int_equal(store_open_items(f->store, at(0), 1, opened_add, &o), 0);
    assert_int_equal(o.incident[0], ids[1]); /* the newest, if only one */
    o = (struct opened){.n = 7};
    assert_int_equal(
        store_open_items(f->store, at(50), 100, opened_add, &o), E_LIMIT);
}

static void
what_ran_out_is_found(void **state)
{
    struct fixture *f = *state;
    struct incident i = incident_of("甲", LEVEL_RED, 1);
    int64_t a, b, c, *ids;
    size_t n;

    i.state = INCIDENT_ACKNOWLEDGED;
    i.until = at(20);
    assert_int_equal(store_incident_add(f->store, &i, &a), 0);
    i.until = at(10);
    assert_int_equal(store_incident_add(f->store, &i, &b), 0);
    i.state = INCIDENT_CLOSED;
    assert_int_equal(store_incident_add(f->store, &i, &c), 0);
    assert_int_equal(
        store_incident_expired(f->store, at(9), 10, f->arena, &ids, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(
        store_incident_expired(f->store, at(20), 10, f->arena, &ids, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], b);
    assert_int_equal(ids[1], a);
    assert_int_equal(
        store_incident_expired(f->store, at(20), 1, f->arena, &ids, &n), 0);
    assert_int_equal(n, 1);
}

/* Ids of the rows that filter gives, as one text. */
static const char *
listed(struct fixture *f, struct incident_filter filter)
{
    struct incident_row *rows;
    struct str text = STR("");
    size_t n;
    bool more;

    assert_int_equal(
        view_incidents(f->view, &filter, f->arena, &rows, &n, &more), 0);
    for (size_t i = 0; i < n; i++)
        text = arena_printf(f->arena, "%.*s%lld ", STR_ARG(text),
            (long long)rows[i].incident.id);
    return arena_cstr(f->arena, text);
}

/* Incident with one item of that text. */
static int64_t
add_with_text(struct fixture *f, int n, const char *title, const char *text,
    const struct incident *i)
{
    struct item item = item_of(n, title, text);
    int64_t item_id = put_item(f->store, &item);
    int64_t id;

    assert_int_equal(store_incident_add(f->store, i, &id), 0);
    assert_int_equal(
        store_incident_attach(f->store, id, item_id, STR_NONE, 1, at(1)), 0);
    return id;
}

static void
the_list_filters(void **state)
{
    struct fixture *f = *state;
    struct incident i = incident_of("一", LEVEL_BLUE, 1);

    i.category = STR("food");
    add_with_text(f, 1, "午餐后呕吐", "学生食物中毒 ABC", &i);
    i = incident_of("二", LEVEL_RED, 2);
    i.owner = STR("一中");
    i.assignee = STR("li");
    add_with_text(f, 2, "教学楼起火", "无人受伤 100%_a'b\"c", &i);
    i = incident_of("三", LEVEL_RED, 3);
    i.state = INCIDENT_CLOSED;
    add_with_text(f, 3, "溺水", "水库", &i);

    assert_string_equal(listed(f, (struct incident_filter){0}), "2 1 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.states = 1u << INCIDENT_CLOSED}),
        "3 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.states = ~0u}), "3 2 1 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.levels = 1u << LEVEL_RED}), "2 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.category = STR("food")}), "1 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.owner = STR("一中")}), "2 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.assignee = STR("li")}), "2 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.source = STR("news")}), "2 1 ");
    assert_string_equal(
        listed(f, (struct incident_filter){.source = STR("forum")}), "");
    assert_string_equal(
        listed(f, (struct incident_filter){.from = at(2), .to = at(9)}), "2 ");
}

static void
the_list_finds_words_of_any_length(void **state)
{
    struct fixture *f = *state;
    struct incident i = incident_of("一", LEVEL_BLUE, 1);

#define FIND(word) listed(f, (struct incident_filter){.text = STR(word)})
    add_with_text(f, 1, "午餐后呕吐", "学生食物中毒 Abc", &i);
    i = incident_of("二", LEVEL_RED, 2);
    add_with_text(f, 2, "教学楼起火", "无人受伤 100%_a'b\"c", &i);
    assert_string_equal(FIND("火"), "2 ");
    assert_string_equal(FIND("食"), "1 ");
    assert_string_equal(FIND("毒"), "1 ");
    assert_string_equal(FIND("中毒"), "1 ");
    assert_string_equal(FIND("食物中毒"), "1 ");
    assert_string_equal(FIND("学生中毒"), "");
    assert_string_equal(FIND("aBC"), "1 ");
    assert_string_equal(FIND("100%_a'b\"c"), "2 ");
    assert_string_equal(FIND("二"), "2 "); /* the incident's own title */
    assert_string_equal(FIND("%"), "2 ");
    assert_string_equal(FIND("_"), "2 ");
    assert_string_equal(FIND("*"), "");
#undef FIND
}

static void
the_row_says_who_and_what_was_sent(void **state)
{
    struct fixture *f = *state;
    struct source sources[7];
    char ids[7][8];
    int64_t incident = add_incident(f->store, "甲", LEVEL_RED, 1), id;
    struct incident_row row;
    struct delivery d = {.channel = STR("c"),
        .type = STR("t"),
        .level = LEVEL_RED,
        .body = STR("b"),
        .created = at(1),
        .next = at(1),
        .finished = WALL_NONE,
        .incident = incident};

    for (int i = 0; i < 7; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "s%d", i);
        sources[i] = (struct source){
            .id = str_of(ids[i]), .url = STR("u"), .title = STR("t")};
    }
    assert_int_equal(store_source_sync(f->store, sources, 7, at(1)), 0);
    for (int i = 0; i < 8; i++) {
        struct item item = item_of(i, "题", "文");
        struct item_put put = {
            .source = str_of(ids[i % 7]), .item = &item, .seen = at(100 - i)};
        enum item_outcome outcome;
        int64_t revision;

        assert_int_equal(
            store_item_put(f->store, &put, &id, &revision, &outcome), 0);
        assert_int_equal(
            store_incident_attach(f->store, incident, id, STR_NONE, 1, at(1)),
            0);
    }
    d.message_id = STR("m1");
    assert_int_equal(store_delivery_add(f->store, &d, &id), 0);
    d.message_id = STR("m2");
    d.state = DELIVERY_DEAD;
    assert_int_equal(store_delivery_add(f->store, &d, &id), 0);
    assert_int_equal(view_incident(f->view, incident, f->arena, &row), 0);
    assert_str(row.sources, "s0, s6, s5, s4, s3, +2");
    assert_int_equal(row.pending, 1);
    assert_int_equal(row.dead, 1);
    assert_int_equal(row.delivered, 0);
    assert_int_equal(row.incident.items, 8);
    assert_int_equal(row.incident.sources, 7);
    assert_int_equal(view_incident(f->view, 99, f->arena, &row), E_NOTFOUND);
}

/* Walk all pages while others are added; each is seen once, none is missed. */
static void
pages_have_no_gaps_and_no_repeats(void **state)
{
    struct fixture *f = *state;
    struct incident_filter filter = {.limit = 7};
    bool seen[301] = {false};
    bool more = true;
    int pages = 0;

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i < 100; i++) /* many of one second */
        add_incident(f->store, "甲", LEVEL_BLUE, i / 10);
    assert_int_equal(store_commit(f->store), 0);
    while (more) {
        struct incident_row *rows;
        size_t n;

        assert_int_equal(
            view_incidents(f->view, &filter, f->arena, &rows, &n, &more), 0);
        for (size_t i = 0; i < n; i++) {
            assert_false(seen[rows[i].incident.id]);
            seen[rows[i].incident.id] = true;
        }
        filter.after = rows[n - 1].cursor;
        /* New ones come on top and in the middle. */
        add_incident(f->store, "新", LEVEL_BLUE, 1000 + pages);
        add_incident(f->store, "新", LEVEL_BLUE, 5);
        pages++;
    }
    for (int i = 1; i <= 100; i++)
        assert_true(seen[i]);
    assert_true(pages >= 100 / 7);
    filter.after = STR("nonsense");
    {
        struct incident_row *rows;
        size_t n;

        assert_int_equal(
            view_incidents(f->view, &filter, f->arena, &rows, &n, &more),
            E_PARSE);
    }
    filter = (struct incident_filter){.limit = 100000};
    {
        struct incident_row *rows;
        size_t n;

        assert_int_equal(
            view_incidents(f->view, &filter, f->arena, &rows, &n, &more), 0);
        assert_true(n <= VIEW_PAGE_MAX);
    }
}

static void
a_reader_sees_only_what_is_committed(void **state)
{
    struct fixture *f = *state;
    uint64_t counts[LEVEL_COUNT];

    assert_int_equal(store_begin(f->store), 0);
    add_incident(f->store, "甲", LEVEL_RED, 1);
    assert_int_equal(view_incident_counts(f->view, counts), 0);
    assert_int_equal(counts[LEVEL_RED], 0);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(view_incident_counts(f->view, counts), 0);
    assert_int_equal(counts[LEVEL_RED], 1);
    assert_int_equal(counts[LEVEL_BLUE], 0);
    assert_int_equal(store_idle(f->store), 0);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_incident_goes_there_and_back),
        TEST(an_item_is_in_one_incident),
        TEST(the_grouper_remembers_what_was_seen_lately),
        TEST(what_ran_out_is_found),
        TEST(the_list_filters),
        TEST(the_list_finds_words_of_any_length),
        TEST(the_row_says_who_and_what_was_sent),
        TEST(pages_have_no_gaps_and_no_repeats),
        TEST(a_reader_sees_only_what_is_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
