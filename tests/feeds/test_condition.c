/*
 * Every kind of a source opens on bad polls and closes on good ones, after as
 * many signs as the header says, and says something in both languages.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/utf8.h"
#include "feeds/condition.h"
#include "feeds/item.h"

static const struct wall now = {INT64_C(1780795800000)};
static struct arena *arena;

static int
setup(void **state)
{
    (void)state;
    arena = arena_new(1024 * 1024);
    return arena ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* A poll that went well and showed thirty items, none of them new. */
static struct condition_facts
well(void)
{
    return (struct condition_facts){.now = now,
        .status = 200,
        .document = true,
        .in_window = 30,
        .known = true,
        .cert_expires = {now.ms + 90 * (int64_t)MS_DAY},
        .silent_since = WALL_NONE};
}

static struct condition_facts
unchanged(void)
{
    struct condition_facts facts = well();

    facts.status = 304;
    facts.document = false;
    facts.in_window = 0;
    return facts;
}

static struct condition_facts
failed(enum poll_cause cause, int status, const char *reason)
{
    return (struct condition_facts){.now = now,
        .cause = cause,
        .status = status,
        .reason = str_of(reason),
        .failures = 3,
        .known = true,
        .cert_expires = WALL_NONE,
        .silent_since = WALL_NONE};
}

static void
judge(const struct condition_facts *facts, struct condition_signs *ret)
{
    condition_judge(arena, facts, ret);
    assert_false(arena_failed(arena));
}

/* How many polls like bad open kind, and how many like good close it again. */
static void
opens_and_closes(enum condition_kind kind, struct condition_facts bad,
    struct condition_facts good, unsigned to_open, unsigned to_close)
{
    struct condition_course course = {0};
    struct condition_signs signs;

    for (unsigned i = 1; i <= to_open; i++) {
        judge(&bad, &signs);
        assert_int_equal(signs.sign[kind], CONDITION_BAD);
        assert_true(signs.text[kind].en.n > 0 && signs.text[kind].zh.n > 0);
        assert_true(utf8_is_valid(signs.text[kind].zh));
        assert_int_equal(
            condition_step(kind, signs.sign[kind], &course), i == to_open);
    }
    assert_true(course.open);
    assert_false(condition_step(kind, CONDITION_BAD, &course));
    for (unsigned i = 1; i <= to_close; i++) {
        judge(&good, &signs);
        assert_int_equal(signs.sign[kind], CONDITION_GOOD);
        assert_int_equal(
            condition_step(kind, signs.sign[kind], &course), i == to_close);
    }
    assert_false(course.open);
}

static void
every_kind_of_a_source_opens_and_closes(void **state)
{
    struct condition_facts bad, good = well();

    (void)state;
    opens_and_closes(CONDITION_DOWN,
        failed(CAUSE_STATUS, 503, "the server says 503"), unchanged(), 3, 1);
    opens_and_closes(CONDITION_BLOCKED,
        failed(CAUSE_BLOCKED, 200, "a log-in page"), unchanged(), 2, 1);
    opens_and_closes(CONDITION_REFUSED,
        failed(CAUSE_ROBOTS, 0, "robots.txt does not allow it"), good, 1, 1);
    bad = failed(CAUSE_STATUS, 410, "");
    bad.gone = true;
    opens_and_closes(CONDITION_GONE, bad, good, 1, 1);
    bad = failed(CAUSE_DIED, 0, "");
    bad.quarantined = true;
    opens_and_closes(CONDITION_QUARANTINED, bad, good, 1, 1);
    bad = well();
    bad.hint_lost = true;
    opens_and_closes(CONDITION_SELECTOR_LOST, bad, good, 2, 1);
    bad = well();
    bad.in_window = 0;
    opens_and_closes(CONDITION_EMPTY, bad, good, 2, 1);
    bad = unchanged();
    bad.silent_since.ms = now.ms - 9 * (int64_t)MS_DAY;
    good.news = 1;
    opens_and_closes(CONDITION_SILENT, bad, good, 1, 1);
    good = well();
    bad = well();
    bad.cert_expires.ms = now.ms + 13 * (int64_t)MS_DAY;
    opens_and_closes(CONDITION_CERTIFICATE, bad, good, 1, 1);
    bad = well();
    bad.trouble = TROUBLE_CUT;
    opens_and_closes(CONDITION_MALFORMED, bad, good, 3, 2);
    bad.trouble = TROUBLE_ENCODING;
    opens_and_closes(CONDITION_ENCODING, bad, good, 3, 2);
}

static void
a_good_sign_between_begins_anew(void **state)
{
    struct condition_course course = {0};

    (void)state;
    assert_false(condition_step(CONDITION_DOWN, CONDITION_BAD, &course));
    assert_false(condition_step(CONDITION_DOWN, CONDITION_BAD, &course));
    assert_false(condition_step(CONDITION_DOWN, CONDITION_GOOD, &course));
    assert_false(condition_step(CONDITION_DOWN, CONDITION_BAD, &course));
    assert_false(condition_step(CONDITION_DOWN, CONDITION_BAD, &course));
    /* A poll that says nothing of it neither counts nor forgets. */
    assert_false(condition_step(CONDITION_DOWN, CONDITION_UNSAID, &course));
    assert_true(condition_step(CONDITION_DOWN, CONDITION_BAD, &course));
}

/* --- what is no sign ------------------------------------------------------- */

static void
what_did_not_change_says_nothing_of_the_document(void **state)
{
    static const enum condition_kind kinds[] = {CONDITION_EMPTY,
        CONDITION_SELECTOR_LOST, CONDITION_ENCODING, CONDITION_MALFORMED};
    struct condition_facts facts = unchanged();
    struct condition_signs signs;

    (void)state;
    judge(&facts, &signs);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(signs.sign[kinds[i]], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_DOWN], CONDITION_GOOD);
}

static void
a_page_in_its_place_is_not_an_empty_one(void **state)
{
    struct condition_facts facts = failed(CAUSE_BLOCKED, 200, "a bot wall");
    struct condition_signs signs;

    (void)state;
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_BLOCKED], CONDITION_BAD);
    assert_int_equal(signs.sign[CONDITION_EMPTY], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_SILENT], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_DOWN], CONDITION_GOOD);
}

static void
a_failed_poll_says_nothing_of_a_wall_before_it(void **state)
{
    struct condition_facts facts = failed(CAUSE_TIMEOUT, 0, "too long");
    struct condition_signs signs;

    (void)state;
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_BLOCKED], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_REFUSED], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_CERTIFICATE], CONDITION_UNSAID);
    assert_int_equal(signs.sign[CONDITION_DOWN], CONDITION_BAD);
}

static void
only_news_ends_a_silence(void **state)
{
    struct condition_facts facts = well();
    struct condition_signs signs;

    (void)state;
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_SILENT], CONDITION_UNSAID);
    facts.news = 1;
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_SILENT], CONDITION_GOOD);
    /* That nothing is heard of one that is down is no silence of its own. */
    facts = failed(CAUSE_DNS, 0, "");
    facts.silent_since.ms = now.ms - 9 * (int64_t)MS_DAY;
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_SILENT], CONDITION_UNSAID);
}

/* --- certificates ---------------------------------------------------------- */

static enum condition_sign
certificate(int64_t days, int64_t ms, enum poll_cause cause)
{
    struct condition_facts facts =
        cause ? failed(cause, 0, "a handshake that failed") : well();
    struct condition_signs signs;

    facts.cert_expires.ms = now.ms + days * MS_DAY + ms;
    judge(&facts, &signs);
    return signs.sign[CONDITION_CERTIFICATE];
}

static void
a_certificate_closes_later_than_it_opens(void **state)
{
    struct condition_facts facts = failed(CAUSE_TLS, 0, "the certificate is "
                                                        "not trusted");
    struct condition_signs signs;

    (void)state;
    assert_int_equal(certificate(0, 0, CAUSE_NONE), CONDITION_BAD);
    assert_int_equal(certificate(14, -1, CAUSE_NONE), CONDITION_BAD);
    assert_int_equal(certificate(14, 0, CAUSE_NONE), CONDITION_UNSAID);
    assert_int_equal(certificate(15, -1, CAUSE_NONE), CONDITION_UNSAID);
    assert_int_equal(certificate(15, 0, CAUSE_NONE), CONDITION_GOOD);
    assert_int_equal(certificate(90, 0, CAUSE_TLS), CONDITION_BAD);
    assert_int_equal(certificate(-1, 0, CAUSE_TLS), CONDITION_BAD);
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_CERTIFICATE], CONDITION_BAD);
    facts.reason = STR("the peer reset the connection");
    judge(&facts, &signs);
    assert_int_equal(signs.sign[CONDITION_CERTIFICATE], CONDITION_UNSAID);
}

/* --- words ----------------------------------------------------------------- */

static void
texts_quote_what_was_heard_within_bounds(void **state)
{
    static char long_note[4096];
    struct condition_facts facts = well();
    struct condition_signs signs;
    const struct str notes[] = {STR("date: nonsense"), {long_note, 4000}};

    (void)state;
    for (size_t i = 0; i + 3 <= 4000; i += 3)
        memcpy(long_note + i, "\xe4\xb8\xad", 3);
    memcpy(long_note, "encoding: ", 10);
    memcpy(long_note + 10, "xx", 2); /* keep it whole characters */
    facts.trouble = TROUBLE_ENCODING;
    facts.notes = notes;
    facts.nnotes = 2;
    judge(&facts, &signs);
    assert_true(signs.text[CONDITION_ENCODING].en.n <
                CONDITION_NOTE_BYTES + 100);
    assert_true(str_find(signs.text[CONDITION_ENCODING].en,
                    STR("encoding: xx")) <
                signs.text[CONDITION_ENCODING].en.n);
    assert_int_equal(signs.sign[CONDITION_MALFORMED], CONDITION_GOOD);
    facts = failed(CAUSE_STATUS, 503, "the server says 503");
    judge(&facts, &signs);
    assert_true(str_eq(signs.text[CONDITION_DOWN].en,
        STR("3 polls in a row failed: the server answers 503")));
}

static void
every_kind_and_cause_has_its_words(void **state)
{
    (void)state;
    for (int i = 0; i < CONDITION_COUNT; i++) {
        enum condition_kind kind = (enum condition_kind)i;

        assert_true(condition_name(kind).en.n && condition_name(kind).zh.n);
        assert_true(
            condition_advice(kind).en.n && condition_advice(kind).zh.n);
        assert_int_equal(condition_of(str_of(condition_word(kind))), i);
        assert_in_range(
            condition_severity(kind), CONDITION_NOTE, CONDITION_BLIND);
    }
    assert_int_equal(condition_of(STR("nonsense")), CONDITION_COUNT);
    for (int i = 0; i < CAUSE_COUNT; i++) {
        assert_non_null(cause_word((enum poll_cause)i));
        assert_in_range(cause_class_of((enum poll_cause)i), 0,
            CAUSE_CLASS_COUNT - 1);
    }
    assert_true(condition_many(arena, 7, 12, CAUSE_CLASS_NETWORK).zh.n > 0);
}

static void
no_memory_is_no_crash(void **state)
{
    struct arena *small = arena_new(64);
    struct condition_facts facts =
        failed(CAUSE_DNS, 0, "a reason that is longer than the memory");
    struct condition_signs signs;

    (void)state;
    assert_non_null(small);
    condition_judge(small, &facts, &signs);
    assert_int_equal(signs.sign[CONDITION_DOWN], CONDITION_BAD);
    arena_free(small);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_a_source_opens_and_closes),
        TEST(a_good_sign_between_begins_anew),
        TEST(what_did_not_change_says_nothing_of_the_document),
        TEST(a_page_in_its_place_is_not_an_empty_one),
        TEST(a_failed_poll_says_nothing_of_a_wall_before_it),
        TEST(only_news_ends_a_silence),
        TEST(a_certificate_closes_later_than_it_opens),
        TEST(texts_quote_what_was_heard_within_bounds),
        TEST(every_kind_and_cause_has_its_words),
        TEST(no_memory_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
