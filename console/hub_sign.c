#include "console/hub_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/digest.h"

static const EVP_MD *
method_of(struct str name)
{
    if (str_eq_nocase(name, STR("sha1")))
        return EVP_sha1();
    if (str_eq_nocase(name, STR("sha256")))
        return EVP_sha256();
    if (str_eq_nocase(name, STR("sha384")))
        return EVP_sha384();
    if (str_eq_nocase(name, STR("sha512")))
        return EVP_sha512();
    return NULL;
}

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
    size_t equals = str_find_char(header, '=');
    const EVP_MD *method = method_of(str_trim(str_first(header, equals)));
    uint8_t want[EVP_MAX_MD_SIZE], given[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    if (method == NULL || equals >= header.n || secret.n == 0 ||
        HMAC(method, secret.p, (int)secret.n, (const uint8_t *)body.p, body.n,
            want, &n) == NULL)
        return false;
    return unhex(str_trim(str_from(header, equals + 1)), given, n) &&
           digest_equal(want, given, n);
}
