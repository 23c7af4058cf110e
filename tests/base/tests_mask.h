/*
 * tests_mask: numbers of persons that nobody has, with right checksums.
 */
#ifndef TESTS_BASE_TESTS_MASK_H
#define TESTS_BASE_TESTS_MASK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum made { MADE_MOBILE, MADE_ID, MADE_OLD_ID, MADE_CARD, MADE_KINDS };

static inline uint32_t
made_random(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

/* value as width digits at *at, which moves on. */
static inline void
made_digits(char *out, size_t *at, uint32_t value, size_t width)
{
    for (size_t i = width; i-- > 0; value /= 10)
        out[*at + i] = (char)('0' + value % 10);
    *at += width;
    out[*at] = '\0';
}

/* A place, and a day of birth. */
static inline size_t
made_birth(uint64_t *seed, char out[32], size_t year_digits)
{
    size_t at = 0;

    made_digits(out, &at, 530000 + 100 + made_random(seed, 3000), 6);
    made_digits(out, &at, 1950 + made_random(seed, 50), year_digits);
    made_digits(out, &at, 1 + made_random(seed, 12), 2);
    made_digits(out, &at, 1 + made_random(seed, 28), 2);
    made_digits(out, &at, made_random(seed, 1000), 3);
    return at;
}

static inline void
made_id(uint64_t *seed, char out[32])
{
    static const int weights[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    (void)made_birth(seed, out, 4);
    for (int i = 0; i < 17; i++)
        sum += (out[i] - '0') * weights[i];
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

static inline void
made_card(uint64_t *seed, char out[32])
{
    size_t n = 16 + made_random(seed, 4);
    int sum = 0;

    out[0] = '6';
    out[1] = '2';
    for (size_t i = 2; i + 1 < n; i++)
        out[i] = (char)('0' + made_random(seed, 10));
    for (size_t i = 0; i + 1 < n; i++) {
        int digit = out[n - 2 - i] - '0';

        if (i % 2 == 0)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    out[n - 1] = (char)('0' + (10 - sum % 10) % 10);
    out[n] = '\0';
}

static inline void
make_number(uint64_t *seed, enum made kind, char out[32])
{
    size_t at = 0;

    if (kind == MADE_MOBILE) {
        made_digits(out, &at, 13 + made_random(seed, 7), 2);
        made_digits(out, &at, made_random(seed, 1000000000), 9);
    } else if (kind == MADE_ID) {
        made_id(seed, out);
    } else if (kind == MADE_OLD_ID) {
        (void)made_birth(seed, out, 2);
    } else {
        made_card(seed, out);
    }
}

#endif
