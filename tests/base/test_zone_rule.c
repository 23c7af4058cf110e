#include "base/err.h"
#include "base/timefmt.h"
#include "base/zone_rule.h"
#include "check.h"

static int64_t
seconds_of(const char *text)
{
    struct wall t = WALL_NONE;

    assert_int_equal(timefmt_parse_rfc3339(str_of(text), &t), 0);
    return t.ms / 1000;
}

static void
assert_offset(const char *rule_text, const char *at, int wanted)
{
    struct zone_rule rule;

    assert_int_equal(zone_rule_parse(str_of(rule_text), &rule), 0);
    assert_int_equal(zone_rule_offset(&rule, seconds_of(at)), wanted);
}

static void
fixed_offsets(void **state)
{
    (void)state;
    assert_offset("CST-8", "2026-06-07", 28800);
    assert_offset("<+0545>-5:45", "2026-06-07", 20700);
    assert_offset("EST5", "2026-06-07", -18000);
    assert_offset("LMT-0:25:21", "2026-06-07", 1521);
}

static void
three_ways_to_name_a_day(void **state)
{
    (void)state;
    /* The last Sunday of March at 01:00 UTC. */
    assert_offset("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600);
    assert_offset("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200);
    /* J60 is the first of March, in leap years too; 59 is not. */
    assert_offset("AAA0BBB,J60/0,J300", "2024-02-29T23:00:00Z", 0);
    assert_offset("AAA0BBB,J60/0,J300", "2024-03-01T00:00:00Z", 3600);
    assert_offset("AAA0BBB,59/0,300", "2024-02-29T00:00:00Z", 3600);
    assert_offset("AAA0BBB,59/0,300", "2023-02-28T23:00:00Z", 0);
    /* Its own summer offset, and a time before midnight. */
    assert_offset("AAA0BBB-2,J60/-1,J300", "2024-02-29T23:00:00Z", 7200);
}

static void
what_is_no_rule(void **state)
{
    static const char *const wrong[] = {"", "C-8", "CST", "CST8CDT", "<+08-8",
        "CST-8x", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,M3.5.0,M10.5.0,", "CST-8:60"};
    struct zone_rule rule;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (zone_rule_parse(str_of(wrong[i]), &rule) != E_PARSE)
            fail_msg("%s was understood", wrong[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_offsets),
        cmocka_unit_test(three_ways_to_name_a_day),
        cmocka_unit_test(what_is_no_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
