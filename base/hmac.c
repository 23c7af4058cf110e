#include "base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *
digest_of(struct str name)
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

int
hmac_by_name(struct str name, struct str key, struct str message,
    uint8_t ret[HMAC_MAX_SIZE], size_t *ret_n)
{
    const EVP_MD *digest = digest_of(name);
    unsigned n = HMAC_MAX_SIZE;

    if (digest == NULL)
        return E_NOTFOUND;
    if (HMAC(digest, key.p, (int)key.n, (const uint8_t *)message.p, message.n,
            ret, &n) == NULL)
        return E_NOMEM;
    *ret_n = n;
    return 0;
}
