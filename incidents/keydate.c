#include "incidents/keydate.h"

bool
key_date_is_on(const struct key_date *date, struct wall now)
{
    return now.ms >= date->from.ms && now.ms < date->until.ms;
}

static bool
is_about(const struct key_date *date, const struct str *tags, size_t ntags)
{
    for (size_t i = 0; i < date->ntags; i++)
        for (size_t k = 0; k < ntags; k++)
            if (str_eq(date->tags[i], tags[k]))
                return true;
    return date->ntags == 0;
}

int
key_date_polls(const struct key_date *dates, size_t n, const struct str *tags,
    size_t ntags, struct wall now)
{
    int most = 1;

    for (size_t i = 0; i < n; i++)
        if (key_date_is_on(&dates[i], now) && dates[i].polls > most &&
            is_about(&dates[i], tags, ntags))
            most = dates[i].polls;
    return most;
}
