#include "rules/pairfreq.h"

#include <stddef.h>

/* How common a unit is in running text, roughly: 0 rare … 3 everywhere. */
static unsigned
commonness(uint16_t u)
{
    static const uint16_t frequent[] = {0x7684, 0x4E00, 0x662F, 0x5728, 0x4E0D,
        0x4E86, 0x6709, 0x548C, 0x4EBA, 0x8FD9, 0x4E2D, 0x5927, 0x4E3A, 0x4E0A,
        0x4E2A, 0x56FD, 0x5B66, 0x6821, 0x751F, 0x8001, 0x5E08, 0x5B50, 0x5BB6,
        0x53BF, 0x6559, 0x80B2, 0x5168, 0x5F00, 0x65E5, 0x6708, 0x5E74};

    if (u < 0x80)
        return 3;
    for (size_t i = 0; i < sizeof(frequent) / sizeof(frequent[0]); i++)
        if (frequent[i] == u)
            return 2;
    return u >= 0x4E00 && u <= 0x9FFF ? 1 : 0;
}

uint32_t
pairfreq_of(uint16_t a, uint16_t b)
{
    return commonness(a) + commonness(b) + 1;
}
