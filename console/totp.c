#include "console/totp.h"

#include <errno.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>

#include "base/digest.h"
#include "base/err.h"
#include "console/http.h"

/* Letters and digits that nobody takes for one another. */
static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
enum { LETTERS = sizeof letters - 1, TOTP_MAX_TYPED = 64 };

/* --- secrets --- */

void
totp_secret_new(char ret[TOTP_TEXT_SIZE])
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t random[TOTP_TEXT_SIZE - 1];

    _Static_assert(TOTP_SECRET_SIZE * 8 == (TOTP_TEXT_SIZE - 1) * 5, "whole");
    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        ret[i] = base32[random[i] % 32];
    ret[sizeof random] = '\0';
    sodium_memzero(random, sizeof random);
}

int
totp_secret_parse(struct str text, uint8_t ret[TOTP_SECRET_SIZE])
{
    char typed[TOTP_MAX_TYPED], *bytes = NULL;
    size_t n = 0, nbytes = 0;
    int err;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            continue;
        if (n == TOTP_TEXT_SIZE - 1)
            return E_PARSE;
        typed[n++] = text.p[i];
    }
    if (n != TOTP_TEXT_SIZE - 1)
        return E_PARSE;
    err = oath_base32_decode(typed, n, &bytes, &nbytes) != OATH_OK ||
                  nbytes != TOTP_SECRET_SIZE
              ? E_PARSE
              : 0;
    if (!err)
        memcpy(ret, bytes, TOTP_SECRET_SIZE);
    if (bytes)
        sodium_memzero(bytes, nbytes);
    free(bytes);
    sodium_memzero(typed, sizeof typed);
    return err;
}

struct str
totp_uri(struct arena *arena, struct str secret, struct str user)
{
    _cleanup_(buf_done) struct buf name;

    buf_init(&name, 1024);
    http_escape(&name, user);
    return arena_printf(arena,
        "otpauth://totp/tocsin:%.*s?secret=%.*s&issuer=tocsin"
        "&algorithm=SHA1&digits=%d&period=%d",
        STR_ARG(buf_str(&name)), STR_ARG(secret), TOTP_DIGITS,
        TOTP_STEP_MS / 1000);
}

/* --- codes --- */

int
totp_code(struct str secret, int64_t step, char ret[TOTP_DIGITS + 1])
{
    return oath_hotp_generate(secret.p, secret.n, (uint64_t)step, TOTP_DIGITS,
               false, OATH_HOTP_DYNAMIC_TRUNCATION, ret) == OATH_OK
               ? 0
               : E_NOMEM;
}

bool
totp_check(struct str secret, struct str code, int64_t used, struct wall now,
    int64_t *ret_step)
{
    char typed[TOTP_DIGITS + 1] = "", right[TOTP_DIGITS + 1];
    size_t n = 0;
    bool found = false;

    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == ' ')
            continue;
        if (n == TOTP_DIGITS)
            return false;
        typed[n++] = code.p[i];
    }
    if (n != TOTP_DIGITS || secret.n != TOTP_SECRET_SIZE)
        return false;
    for (int64_t by = -TOTP_WINDOW; by <= TOTP_WINDOW; by++) {
        int64_t step = now.ms / TOTP_STEP_MS + by;

        if (totp_code(secret, step, right) == 0 &&
            digest_equal(typed, right, TOTP_DIGITS) && step > used && !found) {
            found = true;
            *ret_step = step;
        }
    }
    return found;
}

/* --- recovery codes --- */

void
totp_recovery_new(char ret[TOTP_CODE_SIZE], uint8_t hash[32])
{
    size_t n = 0;

    while (n < TOTP_CODE_SIZE - 1) {
        unsigned char c;

        if (n % 5 == 4) {
            ret[n++] = '-';
            continue;
        }
        digest_random(&c, 1);
        if (c < 256 / LETTERS * LETTERS) /* else the first come oftener */
            ret[n++] = letters[c % LETTERS];
    }
    ret[n] = '\0';
    (void)totp_recovery_hash(str_of(ret), hash);
}

int
totp_recovery_hash(struct str text, uint8_t hash[32])
{
    char plain[TOTP_CODE_SIZE];
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '-' || c == ' ')
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (n == 16 || !c || !strchr(letters, c))
            return E_PARSE;
        plain[n++] = c;
    }
    if (n != 16)
        return E_PARSE;
    digest_sha256((struct str){plain, n}, hash);
    sodium_memzero(plain, sizeof plain);
    return 0;
}

/* --- the picture --- */

/* One row: a rectangle per run of dark modules. */
static void
qr_row(struct buf *out, const unsigned char *row, int width, int y)
{
    for (int x = 0; x < width; x++) {
        int from = x;

        while (x < width && row[x] & 1)
            x++;
        if (x > from)
            (void)buf_printf(
                out, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
    }
}

int
qr_path(
    struct arena *arena, struct str text, int *ret_width, struct str *ret_path)
{
    enum { QR_MAX_PATH_BYTES = 256 * 1024 };
    struct str whole = arena_str(arena, text);
    const char *cstr = arena_cstr(arena, whole);
    QRcode *code = cstr ? QRcode_encodeString8bit(cstr, 0, QR_ECLEVEL_M) : NULL;
    _cleanup_(buf_done) struct buf path;
    int err;

    if (!code)
        return errno == ERANGE ? E_LIMIT : E_NOMEM;
    buf_init(&path, QR_MAX_PATH_BYTES);
    for (int y = 0; y < code->width; y++)
        qr_row(&path, code->data + (size_t)y * (size_t)code->width, code->width,
            y);
    *ret_width = code->width;
    QRcode_free(code);
    err = path.err;
    *ret_path = arena_str(arena, buf_str(&path));
    return err ? err : arena_failed(arena) ? E_NOMEM : 0;
}
