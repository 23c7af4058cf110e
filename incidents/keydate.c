#include "incidents/keydate.h"

const struct key_span *
key_date_span(const struct key_date *date, struct wall now)
{
    size_t low = 0, high = date->nspans;

    while (low < high) { /* the first whose end is later than now */
        size_t mid = low + (high - low) / 2;

        if (date->spans[mid].until.ms <= now.ms)
            low = mid + 1;
        else
            high = mid;
    }
    return low < date->nspans ? &date->spans[low] : NULL;
}

bool
key_date_is_on(const struct key_date *date, struct wall now)
{
    const struct key_span *span = key_date_span(date, now);

    return span && now.ms >= span->from.ms;
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
        if (dates[i].polls > most && is_about(&dates[i], tags, ntags) &&
            key_date_is_on(&dates[i], now))
            most = dates[i].polls;
    return most;
}

const struct key_date *
key_date_weighs(const struct key_date *dates, size_t n, struct str category,
    const struct str *tags, size_t ntags, struct wall now)
{
    const struct key_date *most = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct key_date *d = &dates[i];
        bool named = false;

        for (size_t k = 0; k < d->ncategories; k++)
            named = named || str_eq(d->categories[k], category);
        if (named && d->weight > (most ? most->weight : 100) &&
            is_about(d, tags, ntags) && key_date_is_on(d, now))
            most = d;
    }
    return most;
}
