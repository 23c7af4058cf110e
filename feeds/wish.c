#include "feeds/wish.h"

static const int64_t WISH_MAX_MINUTES = 366 * 24 * 60;
enum { WISH_MAX_FREQUENCY = 24 * 60 };

void
wish_init(struct wish *wish)
{
    *wish = (struct wish){.period_ms = MS_DAY, .frequency = -1};
}

/* A number of digits; more of them than fit are the greatest there is. */
static bool
read_number(struct str text, int64_t max, int64_t *ret)
{
    int64_t n = 0;

    if (text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        n = n * 10 + (text.p[i] - '0');
        if (n > max)
            n = max;
    }
    *ret = n;
    return true;
}

static void
read_period(struct wish *wish, struct str text)
{
    static const struct {
        const char *word;
        int64_t days; /* 0: an hour */
    } periods[] = {{"hourly", 0}, {"daily", 1}, {"weekly", 7}, {"monthly", 30},
        {"yearly", 365}};

    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        if (!str_eq_nocase(text, str_of(periods[i].word)))
            continue;
        wish->syndication = true;
        wish->period_ms = periods[i].days ? periods[i].days * MS_DAY : MS_HOUR;
    }
}

static void
read_day(struct wish *wish, struct str text)
{
    static const char *const days[] = {"monday", "tuesday", "wednesday",
        "thursday", "friday", "saturday", "sunday"};

    for (unsigned i = 0; i < sizeof days / sizeof days[0]; i++)
        if (str_eq_nocase(text, str_of(days[i])))
            wish->skip_days |= (uint8_t)(1u << i);
}

void
wish_read(struct wish *wish, struct str name, struct str text)
{
    int64_t n;

    text = str_trim(text);
    if (str_eq(name, STR("updateperiod")))
        read_period(wish, text);
    else if (str_eq(name, STR("day")))
        read_day(wish, text);
    else if (str_eq(name, STR("ttl")) &&
             read_number(text, WISH_MAX_MINUTES, &n))
        wish->ttl_ms = n * MS_MINUTE;
    else if (str_eq(name, STR("hour")) && read_number(text, 25, &n) && n <= 24)
        wish->skip_hours |= 1u << (n % 24); /* some count from 1 to 24 */
    else if (str_eq(name, STR("updatefrequency")) &&
             read_number(text, WISH_MAX_FREQUENCY, &n)) {
        wish->frequency = n;
        wish->syndication = true;
    }
}

void
wish_finish(const struct wish *wish, struct document *document)
{
    int64_t frequency = wish->frequency < 0 ? 1 : wish->frequency;

    document->ttl_ms = wish->ttl_ms;
    if (wish->ttl_ms == 0 && wish->syndication && frequency > 0)
        document->ttl_ms = wish->period_ms / frequency;
    document->skip_hours = wish->skip_hours;
    document->skip_days = wish->skip_days;
}
