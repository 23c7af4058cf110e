#include "rules/weigh.h"

#include <stddef.h>

enum { AGED_STEPS = 16, AGED_ONE = 65536, AGED_MAX_HALVINGS = 16 };

int
weigh_aged(int points, int64_t age_ms, int64_t half_life_ms)
{
    /* 65536 × 2^(-i/16) */
    static const int32_t power[AGED_STEPS + 1] = {65536, 62757, 60097, 57549,
        55109, 52773, 50535, 48393, 46341, 44376, 42495, 40693, 38968, 37316,
        35734, 34219, 32768};

    if (points <= 0 || age_ms <= 0 || half_life_ms <= 0)
        return points;
    int64_t halvings = age_ms / half_life_ms;
    if (halvings >= AGED_MAX_HALVINGS)
        return 0;
    /* half_life_ms is below 2^39: no product here leaves 63 bits */
    int64_t part = age_ms % half_life_ms * AGED_STEPS;
    int64_t step = part / half_life_ms;
    int64_t within = (part % half_life_ms) * 256 / half_life_ms;
    int64_t left = power[step] - (power[step] - power[step + 1]) * within / 256;
    return (int)(points * (left >> halvings) / AGED_ONE);
}

int
weigh_tier(struct str tier)
{
    static const struct {
        const char *tier;
        int percent;
    } tiers[] = {{"own", 110}, {"institution", 110}, {"press", 105},
        {"aggregator", 100}, {"forum", 100}};

    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
        if (str_eq(tier, str_of(tiers[i].tier)))
            return tiers[i].percent;
    return 100;
}

int
weigh_corroboration(unsigned sources)
{
    static const int points[] = {0, 5, 8, 10, 12, 15};
    unsigned last = sizeof(points) / sizeof(points[0]) - 1;

    return points[sources < last ? sources : last];
}

int
weigh_percent(int total, int percent)
{
    return total > 0 ? total * (percent - 100) / 100 : 0;
}
