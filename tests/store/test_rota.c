/* Overrides and hand-overs: kept over restarts between every two steps, and
 * deciding who is on call where clocks are set. */
#include "base/err.h"
#include "base/timefmt.h"
#include "fixture.h"
#include "store/rota.h"

static struct rota_override
override_of(enum rota_override_kind kind, const char *person, struct wall from,
    struct wall until)
{
    return (struct rota_override){.rota = STR("duty"),
        .kind = kind,
        .person = str_of(person),
        .instead = kind == ROTA_REPLACE ? STR("林") : STR_NONE,
        .from = from,
        .until = until,
        .by = STR("gao"),
        .reason = STR("病假"),
        .made = at(1)};
}

static int64_t
add(struct fixture *f, struct rota_override o)
{
    int64_t id = 0;

    assert_int_equal(store_override_add(f->store, &o, &id), 0);
    assert_true(id > 0);
    return id;
}

static void
an_override_is_what_it_was(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, override_of(ROTA_REPLACE, "沈", at(10), at(20)));
    struct rota_override got;

    fixture_reopen(f);
    assert_int_equal(store_override_load(f->store, id, f->arena, &got), 0);
    assert_str(got.rota, "duty");
    assert_int_equal(got.kind, ROTA_REPLACE);
    assert_str(got.person, "沈");
    assert_str(got.instead, "林");
    assert_int_equal(got.from.ms, at(10).ms);
    assert_int_equal(got.until.ms, at(20).ms);
    assert_str(got.by, "gao");
    assert_str(got.reason, "病假");
    assert_int_equal(got.made.ms, at(1).ms);
    assert_int_equal(store_override_drop(f->store, id), 0);
    fixture_reopen(f);
    assert_int_equal(
        store_override_load(f->store, id, f->arena, &got), E_NOTFOUND);
    assert_int_equal(store_override_drop(f->store, id), E_NOTFOUND);
}

static void
those_that_have_not_ended(void **state)
{
    struct fixture *f = *state;
    struct rota_override *list;
    int64_t first = add(f, override_of(ROTA_ADD, "甲", at(10), at(20)));
    int64_t second = add(f, override_of(ROTA_REMOVE, "林", at(5), at(30)));
    size_t n;

    fixture_reopen(f);
    assert_int_equal(store_overrides(f->store, at(0), f->arena, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, first);
    assert_int_equal(list[1].id, second);
    assert_int_equal(store_overrides(f->store, at(20), f->arena, &list, &n), 0);
    assert_int_equal(n, 1); /* it ends at its end */
    assert_int_equal(list[0].id, second);
    assert_int_equal(store_overrides(f->store, at(30), f->arena, &list, &n), 0);
    assert_int_equal(n, 0);
}

/* One that cannot be read takes no other away. */
static void
a_bad_override_is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct rota_override *list;
    int64_t good = add(f, override_of(ROTA_ADD, "甲", at(10), at(20)));
    int64_t bad = add(f, override_of(ROTA_ADD, "乙", at(10), at(20))), found;
    size_t n;

    assert_int_equal(
        store_override_unreadable(f->store, at(0), &found), E_NOTFOUND);
    meddle(f->path, "UPDATE rota_override SET kind = 7 WHERE person = '乙'");
    assert_int_equal(store_overrides(f->store, at(0), f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, good);
    assert_int_equal(store_override_unreadable(f->store, at(0), &found), 0);
    assert_int_equal(found, bad);
    assert_int_equal(store_override_drop(f->store, bad), 0);
}

static void
a_handover_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct handover h = {.rota = STR("duty"),
        .person = STR("沈"),
        .before = STR("林、高"),
        .at = at(100),
        .due = at(200),
        .accepted = WALL_NONE,
        .told = WALL_NONE,
        .ended = WALL_NONE};
    struct handover *list, got;
    int64_t id, next;
    size_t n;

    assert_int_equal(store_handover_save(f->store, &h, &id), 0);
    fixture_reopen(f);
    assert_int_equal(store_handover_load(f->store, id, f->arena, &got), 0);
    assert_str(got.person, "沈");
    assert_str(got.before, "林、高");
    assert_int_equal(got.at.ms, at(100).ms);
    assert_int_equal(got.due.ms, at(200).ms);
    assert_false(wall_is_set(got.accepted));
    got.accepted = at(150);
    got.by = STR("shen");
    assert_int_equal(store_handover_save(f->store, &got, &next), 0);
    fixture_reopen(f);
    assert_int_equal(store_handovers_open(f->store, f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, id);
    assert_int_equal(list[0].accepted.ms, at(150).ms);
    assert_str(list[0].by, "shen");
    list[0].ended = at(300);
    assert_int_equal(store_handover_save(f->store, &list[0], &next), 0);
    h.person = STR("林");
    assert_int_equal(store_handover_save(f->store, &h, &next), 0);
    assert_true(next > id);
    fixture_reopen(f);
    assert_int_equal(store_handovers_open(f->store, f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, next);
    assert_int_equal(
        store_handovers_last(f->store, STR("duty"), 1, f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, next);
    assert_int_equal(
        store_handovers_last(f->store, STR("none"), 5, f->arena, &list, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(
        store_handover_load(f->store, 999, f->arena, &got), E_NOTFOUND);
}

/* Replaced from one local hour to another, over a night on which the clocks are
 * set: asked every half hour, over a restart each. */
static void
over_clocks_that_are_set(void **state)
{
    static const struct {
        const char *zone;
        int year, month, day, halves; /* from 01:30 to 08:00 */
    } nights[] = {{"America/New_York", 2026, 3, 8, 11},
        {"America/New_York", 2027, 11, 7, 15},
        {"Europe/Berlin", 2028, 3, 26, 11}, {"Asia/Shanghai", 2026, 3, 8, 13}};
    static const struct str members[] = {{"林", 3}};
    static const struct calendar calendar = {.terms = NULL};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof nights / sizeof *nights; i++) {
        struct civil from = {.year = nights[i].year,
            .month = nights[i].month,
            .day = nights[i].day,
            .hour = 1,
            .minute = 30};
        struct civil until = from;
        struct rota_layer layer = {.members = members,
            .nmembers = 1,
            .every = 1,
            .from_day = civil_days(2026, 1, 1),
            .start_day = civil_days(2026, 1, 1)};
        struct rota rota = {
            .name = STR("duty"), .layers = &layer, .nlayers = 1};
        struct zone *zone = NULL;
        struct wall start, end;
        int64_t id;
        int halves = 0;

        assert_int_equal(zone_load(nights[i].zone, &zone), 0);
        rota.zone = zone;
        until.hour = 8;
        until.minute = 0;
        start = zone_to_wall(zone, &from);
        end = zone_to_wall(zone, &until);
        id = add(f, override_of(ROTA_REPLACE, "沈", start, end));
        for (int64_t t = start.ms - MS_HOUR; t < end.ms + MS_HOUR;
             t += 30LL * MS_MINUTE) {
            struct rota_context context = {.calendar = &calendar};
            struct rota_override *list;
            struct on_call on_call;
            bool replaced = t >= start.ms && t < end.ms;

            fixture_reopen(f);
            arena_clear(f->arena);
            assert_int_equal(store_overrides(f->store, (struct wall){t},
                                 f->arena, &list, &context.noverrides),
                0);
            context.overrides = list;
            rota_at(&rota, &context, (struct wall){t}, &on_call);
            assert_int_equal(on_call.n, 1);
            assert_true(on_call_has(&on_call, STR("沈")) == replaced);
            assert_true(on_call_has(&on_call, STR("林")) == !replaced);
            halves += replaced;
        }
        assert_int_equal(halves, nights[i].halves);
        assert_int_equal(store_override_drop(f->store, id), 0);
        zone_free(zone);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_override_is_what_it_was),
        TEST(those_that_have_not_ended),
        TEST(a_bad_override_is_passed_over),
        TEST(a_handover_is_taken_once),
        TEST(over_clocks_that_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
