/* What feeds ask of those who poll them. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/arena.h"
#include "feeds/feeds.h"

#define RSS_BEGIN                                                              \
    "<rss version=\"2.0\""                                                     \
    " xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel>"     \
    "<title>云溪县第一小学</title><link>https://s.example/</link>"
#define RSS_END                                                                \
    "<item><title>开学通知</title><link>https://s.example/1</link></item>" \
    "</channel></rss>"

static struct document
read_rss(const char *wishes)
{
    struct arena *arena = arena_new(1 << 20);
    struct feed_input input = {0};
    struct toc_error error = {0};
    const struct document *document;
    struct document copy;

    input.bytes = arena_printf(arena, "%s%s%s", RSS_BEGIN, wishes, RSS_END);
    input.url = STR("https://s.example/feed");
    input.content_type = STR("application/rss+xml");
    assert_int_equal(feed_parse(arena, &input, &error, &document), 0);
    assert_int_equal(document->nitems, 1);
    copy = *document;
    arena_free(arena);
    return copy;
}

static int64_t
ttl(const char *wishes)
{
    return read_rss(wishes).ttl_ms;
}

static void
test_ttl(void **state)
{
    (void)state;
    assert_int_equal(ttl(""), 0);
    assert_int_equal(ttl("<ttl>60</ttl>"), MS_HOUR);
    assert_int_equal(ttl("<ttl> 30\n</ttl>"), 30 * MS_MINUTE);
    assert_int_equal(ttl("<ttl>-60</ttl>"), 0);
    assert_int_equal(ttl("<ttl>1h</ttl>"), 0);
    assert_int_equal(ttl("<ttl>0</ttl>"), 0);
    assert_int_equal(ttl("<ttl></ttl>"), 0);
    /* Bounded here, and more so where it is obeyed. */
    assert_int_equal(ttl("<ttl>525600</ttl>"), 365LL * MS_DAY);
    assert_int_equal(ttl("<ttl>99999999999999999999999</ttl>"), 366LL * MS_DAY);
}

static void
test_syndication(void **state)
{
#define PERIOD(p) "<sy:updatePeriod>" p "</sy:updatePeriod>"
#define FREQUENCY(f) "<sy:updateFrequency>" f "</sy:updateFrequency>"
    (void)state;
    assert_int_equal(ttl(PERIOD("hourly") FREQUENCY("2")), 30 * MS_MINUTE);
    assert_int_equal(ttl(PERIOD(" Daily ")), MS_DAY);
    assert_int_equal(ttl(FREQUENCY("24")), MS_HOUR); /* daily by default */
    assert_int_equal(ttl(FREQUENCY("0")), 0);
    assert_int_equal(ttl(PERIOD("hourly") FREQUENCY("0")), 0);
    assert_int_equal(ttl(PERIOD("fortnightly")), 0);
    assert_int_equal(ttl(PERIOD("weekly") FREQUENCY("x")), 7LL * MS_DAY);
    /* The feed's own ttl is nearer to what it means. */
    assert_int_equal(ttl(PERIOD("yearly") "<ttl>15</ttl>"), 15 * MS_MINUTE);
}

static void
test_skips(void **state)
{
    struct document d = read_rss(
        "<skipHours><hour>0</hour><hour>23</hour><hour>24</hour>"
        "<hour>25</hour><hour>-1</hour><hour>noon</hour></skipHours>"
        "<skipDays><day>Saturday</day><day> sunday </day><day>Feast</day>"
        "</skipDays>");

    (void)state;
    assert_int_equal(d.skip_hours, 1u << 23 | 1u);
    assert_int_equal(d.skip_days, 1u << 5 | 1u << 6);
    d = read_rss("<skipHours/><skipDays></skipDays>");
    assert_int_equal(d.skip_hours, 0);
    assert_int_equal(d.skip_days, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ttl),
        cmocka_unit_test(test_syndication),
        cmocka_unit_test(test_skips),
    };

    if (feeds_init() != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
