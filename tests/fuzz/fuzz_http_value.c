/* The header values that polling reads: dates, Retry-After, freshness. */
#include <stdio.h>

#include "base/timefmt.h"
#include "fuzz.h"
#include "net/http.h"

/* A date that was read is written in the preferred form and read again. */
static void
check_date(struct str value)
{
    static const char *const days[] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
        "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct wall t, again;
    struct civil c;
    char text[64];
    int64_t day;

    if (http_date(value, FUZZ_NOW, &t) != 0)
        return;
    c = civil_of_wall(t, 0);
    HOLD(civil_is_valid(&c));
    if (c.year < 1000 || c.year > 9999)
        return;
    day = civil_days(c.year, c.month, c.day) % 7;
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[(day + 7) % 7], c.day, months[c.month - 1], c.year, c.hour,
        c.minute, c.second);
    HOLD(http_date(str_of(text), FUZZ_NOW, &again) == 0);
    HOLD(again.ms == t.ms);
}

void
fuzz_http_value(struct str input)
{
    struct str rest = input;
    struct http_header headers[3] = {{STR("Cache-Control"), fuzz_line(&rest)},
        {STR("Expires"), fuzz_line(&rest)}, {STR("Age"), fuzz_line(&rest)}};
    struct http_answer answer = {.headers = headers, .nheaders = 3};
    int64_t ms;

    check_date(input);
    ms = http_retry_after(input, FUZZ_NOW, MS_DAY);
    HOLD(ms >= 0 && ms <= MS_DAY);
    ms = http_freshness(&answer, FUZZ_NOW, MS_DAY);
    HOLD(ms >= 0 && ms <= MS_DAY);
}
