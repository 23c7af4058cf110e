#include "base/digest.h"

#include <sodium.h>

#include "base/err.h"

int
digest_init(void)
{
    return sodium_init() < 0 ? E_BUG : 0;
}

static const unsigned char *
str_bytes(struct str s)
{
    return (const unsigned char *)(s.p ? s.p : "");
}

void
digest_sha256(struct str bytes, uint8_t ret[DIGEST_SIZE])
{
    crypto_hash_sha256(ret, str_bytes(bytes), bytes.n);
}

void
digest_parts(const struct str *parts, size_t nparts, uint8_t ret[DIGEST_SIZE])
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < nparts; i++) {
        uint8_t length[8];

        for (unsigned j = 0; j < sizeof(length); j++)
            length[j] = (uint8_t)((uint64_t)parts[i].n >> (56 - 8 * j));
        crypto_hash_sha256_update(&state, length, sizeof(length));
        crypto_hash_sha256_update(&state, str_bytes(parts[i]), parts[i].n);
    }
    crypto_hash_sha256_final(&state, ret);
}

void
digest_hmac_sha256(struct str key, struct str message, uint8_t ret[DIGEST_SIZE])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, str_bytes(key), key.n);
    crypto_auth_hmacsha256_update(&state, str_bytes(message), message.n);
    crypto_auth_hmacsha256_final(&state, ret);
    sodium_memzero(&state, sizeof(state));
}

char *
digest_hex(const uint8_t digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE])
{
    return sodium_bin2hex(out, DIGEST_HEX_SIZE, digest, DIGEST_SIZE);
}

int
digest_base64(struct buf *out, const void *bytes, size_t n)
{
    size_t length =
        sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *room = buf_room(out, length);

    if (!room)
        return out->err;
    sodium_bin2base64(room, length, bytes, n, sodium_base64_VARIANT_ORIGINAL);
    out->n += length - 1; /* the length counts the NUL */
    return 0;
}

int
digest_unbase64(struct buf *out, struct str text)
{
    struct str digits = text;
    size_t room_n, n;
    char *room;

    while (digits.n && text.n - digits.n < 2 && digits.p[digits.n - 1] == '=')
        digits.n--;
    if (digits.n < text.n && text.n % 4 != 0)
        return E_PARSE;
    room_n = digits.n / 4 * 3 + 2;
    room = buf_room(out, room_n);
    if (!room)
        return out->err;
    if (sodium_base642bin((unsigned char *)room, room_n, digits.p, digits.n,
            NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0) {
        room[0] = '\0';
        return E_PARSE;
    }
    out->n += n;
    return 0;
}

void
digest_random(void *bytes, size_t n)
{
    randombytes_buf(bytes, n);
}

bool
digest_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}
