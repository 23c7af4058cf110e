#include "console/hub_sign.h"

#include "base/digest.h"
#include "base/hmac.h"

static int
digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool
unhex(struct str hex, uint8_t *out, size_t n)
{
    if (hex.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = digit_of(hex.p[2 * i]), low = digit_of(hex.p[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool
hub_sign_holds(struct str header, struct str secret, struct str body)
{
    size_t equals = str_find_char(header, '='), n = 0;
    struct str method = str_trim(str_first(header, equals));
    uint8_t want[HMAC_MAX_SIZE], given[HMAC_MAX_SIZE];

    return equals < header.n && secret.n > 0 &&
           hmac_by_name(method, secret, body, want, &n) == 0 &&
           unhex(str_trim(str_from(header, equals + 1)), given, n) &&
           digest_equal(want, given, n);
}
