/*
 * http_field: dates in the three forms, Retry-After, freshness.
 */

#include "check.h"
#include "net/http.h"

/* 2026-03-02T00:00:00Z, a Monday */
static const struct wall now = {INT64_C(1772409600000)};

static int64_t
date_ms(const char *text)
{
    struct wall t;

    return http_date(str_of(text), now, &t) == 0 ? t.ms : -1;
}

static void
test_dates(void **state)
{
    static const char *const wrong[] = {"", "0", "Mon", "2026-03-02T00:02:00Z",
        "Mon, 2 Mar 2026 00:02:00 GMT", "Mon, 02 Mar 2026 00:02:00 +0800",
        "Mon, 02 Mar 2026 00:02:00", "Mon, 02 Mar 2026 00:02:00 GMT x",
        "Mon, 31 Feb 2026 00:02:00 GMT", "Mon, 02 Mar 2026 24:02:00 GMT",
        "Mon, 02 mar 2026 00:02:00 GMT", "Xxx, 02 Mar 2026 00:02:00 GMT",
        "Monday, 02 Mar 2026 00:02:00 GMT", "Mon Mar 02 00:02:00 2026 GMT",
        "Monday, 02-Mar-2026 00:02:00 GMT", NULL};

    (void)state;
    assert_int_equal(date_ms("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777000);
    assert_int_equal(date_ms("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777000);
    assert_int_equal(date_ms("Sun Nov  6 08:49:37 1994"), 784111777000);
    assert_int_equal(date_ms(" Mon, 02 Mar 2026 00:00:00 GMT "), now.ms);
    assert_int_equal(date_ms("Mon Mar 02 00:00:00 2026"), now.ms);
    /* more than fifty years ahead is the past (RFC 9110 §5.6.7) */
    assert_int_equal(
        date_ms("Monday, 02-Mar-26 00:00:00 GMT"), INT64_C(1772409600000));
    assert_int_equal(
        date_ms("Saturday, 01-Jan-77 00:00:00 GMT"), INT64_C(220924800000));
    assert_true(date_ms("Wednesday, 01-Jan-76 00:00:00 GMT") > now.ms);
    for (size_t i = 0; wrong[i]; i++)
        if (date_ms(wrong[i]) != -1)
            fail_msg("\"%s\" is read as a date", wrong[i]);
}

static int64_t
retry(const char *text)
{
    return http_retry_after(str_of(text), now, MS_DAY);
}

static void
test_retry_after(void **state)
{
    (void)state;
    assert_int_equal(retry("120"), 120000);
    assert_int_equal(retry(" 60\r\n"), 60000);
    assert_int_equal(retry("0"), 0);
    assert_int_equal(retry("86401"), MS_DAY);
    assert_int_equal(retry("999999999999999999999"), MS_DAY);
    assert_int_equal(retry("Mon, 02 Mar 2026 00:02:00 GMT"), 120000);
    assert_int_equal(retry("Sun, 01 Mar 2026 00:00:00 GMT"), 0);
    assert_int_equal(retry("Fri, 31 Dec 9999 23:59:59 GMT"), MS_DAY);
    assert_int_equal(retry("-1"), 0);
    assert_int_equal(retry("+1"), 0);
    assert_int_equal(retry("1.5"), 0);
    assert_int_equal(retry("0x10"), 0);
    assert_int_equal(retry("1e3"), 0);
    assert_int_equal(retry("soon"), 0);
    assert_int_equal(retry(NULL), 0);
    assert_int_equal(
        http_retry_after(STR("999999999999999999999"), now, INT64_MAX),
        INT64_MAX / 1000 * 1000);
}

static int64_t
fresh(const char *const *fields)
{
    struct http_header headers[8];
    struct http_answer answer = {.headers = headers};

    for (size_t i = 0; fields[i]; i += 2)
        headers[answer.nheaders++] =
            (struct http_header){str_of(fields[i]), str_of(fields[i + 1])};
    return http_freshness(&answer, now, MS_DAY) / 1000;
}

#define FRESH(...) fresh((const char *const[]){__VA_ARGS__, NULL})

static void
test_freshness(void **state)
{
    (void)state;
    assert_int_equal(FRESH("Cache-Control", "max-age=600"), 600);
    assert_int_equal(FRESH("cache-control", "public, MAX-AGE=600"), 600);
    assert_int_equal(FRESH("cache-control", "max-age=\"600\""), 600);
    assert_int_equal(FRESH("cache-control", "x=\"a,max-age=5\", max-age=9"), 9);
    assert_int_equal(FRESH("cache-control", "max-age=600, max-age=5"), 600);
    assert_int_equal(FRESH("cache-control", "max-age=5000000"), 86400);
    assert_int_equal(
        FRESH("cache-control", "max-age=99999999999999999999"), 86400);
    assert_int_equal(FRESH("cache-control", "max-age=-1"), 0);
    assert_int_equal(FRESH("cache-control", "max-age=1x"), 0);
    assert_int_equal(FRESH("cache-control", "max-age"), 0);
    assert_int_equal(FRESH("cache-control", "s-maxage=600"), 0);
    assert_int_equal(FRESH("cache-control", "no-cache, max-age=600"), 0);
    assert_int_equal(
        FRESH("cache-control", "max-age=600", "cache-control", "no-store"), 0);
    assert_int_equal(FRESH("cache-control", "max-age=600", "age", "100"), 500);
    assert_int_equal(
        FRESH("cache-control", "max-age=600", "age", "99999999999"), 0);
    assert_int_equal(FRESH("cache-control", "max-age=600", "age", "x"), 600);
    assert_int_equal(FRESH("cache-control", "max-age=7", "expires",
                         "Mon, 02 Mar 2026 01:00:00 GMT"),
        7);
    assert_int_equal(FRESH("expires", "Mon, 02 Mar 2026 01:00:00 GMT"), 3600);
    assert_int_equal(FRESH("expires", "Mon, 02 Mar 2026 01:00:00 GMT", "date",
                         "Mon, 02 Mar 2026 00:30:00 GMT"),
        1800);
    assert_int_equal(FRESH("expires", "0"), 0);
    assert_int_equal(FRESH("expires", "-1"), 0);
    assert_int_equal(FRESH("etag", "x"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_freshness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
