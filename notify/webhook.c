/*
 * webhook: signing and judging (the specification's own words are in
 * webhook.h).
 *
 * The key is decoded for the moment of signing and wiped afterwards.
 */
#include "notify/webhook.h"

#include <string.h>

#include "base/digest.h"
#include "base/num.h"

enum {
    KEY_MAX_BYTES = WEBHOOK_SECRET_MAX_BYTES + 4,
    SIGNED_EXTRA_BYTES = 256 /* of id and timestamp */
};

static const struct str prefix = {"whsec_", 6};

/* Decode a secret into key (of KEY_MAX_BYTES).  0, E_CONF or E_NOMEM. */
static int
read_key(struct str secret, struct buf *key)
{
    int err;

    if (!str_starts(secret, prefix))
        return E_CONF;
    err = digest_unbase64(key, str_from(secret, prefix.n));
    if (err == E_NOMEM)
        return err;
    if (err < 0 || key->n < WEBHOOK_SECRET_MIN_BYTES ||
        key->n > WEBHOOK_SECRET_MAX_BYTES)
        return E_CONF;
    return 0;
}

static void
wipe(struct buf *key)
{
    if (key->p)
        explicit_bzero(key->p, key->cap);
    buf_done(key);
}

bool
webhook_secret_is_valid(struct str text)
{
    struct buf key;
    bool valid;

    buf_init(&key, KEY_MAX_BYTES);
    valid = read_key(text, &key) == 0;
    wipe(&key);
    return valid;
}

static int
sign_one(struct buf *out, struct str secret, struct str content)
{
    uint8_t digest[DIGEST_SIZE];
    struct buf key;
    int err;

    buf_init(&key, KEY_MAX_BYTES);
    err = read_key(secret, &key);
    if (!err) {
        digest_hmac_sha256(buf_str(&key), content, digest);
        err = buf_add_cstr(out, "v1,");
    }
    if (!err)
        err = digest_base64(out, digest, sizeof(digest));
    wipe(&key);
    return err;
}

/* "id.timestamp.body" */
static int
signed_content(
    struct buf *out, struct str id, int64_t timestamp_s, struct str body)
{
    buf_add_str(out, id);
    buf_printf(out, ".%lld.", (long long)timestamp_s);
    return buf_add_str(out, body);
}

int
webhook_sign(struct buf *out, const struct str *secrets, size_t nsecrets,
    struct str id, int64_t timestamp_s, struct str body)
{
    struct buf content;
    int err;

    buf_init(&content, id.n + body.n + SIGNED_EXTRA_BYTES);
    err = signed_content(&content, id, timestamp_s, body);
    for (size_t i = 0; !err && i < nsecrets; i++) {
        if (i > 0)
            err = buf_add_char(out, ' ');
        if (!err)
            err = sign_one(out, secrets[i], buf_str(&content));
    }
    buf_done(&content);
    return err;
}

bool
webhook_verify(struct str signatures, struct str secret, struct str id,
    int64_t timestamp_s, struct str body, int64_t now_s, int64_t tolerance_s)
{
    struct buf wanted;
    bool found = false;

    if (timestamp_s < now_s - tolerance_s || timestamp_s > now_s + tolerance_s)
        return false;
    buf_init(&wanted, SIGNED_EXTRA_BYTES);
    if (webhook_sign(&wanted, &secret, 1, id, timestamp_s, body) == 0) {
        while (signatures.p) {
            struct str one = str_split(&signatures, ' ');

            if (one.n == wanted.n && digest_equal(one.p, wanted.p, one.n))
                found = true;
        }
    }
    buf_done(&wanted);
    return found;
}

/* --- the table -------------------------------------------------------------
 */

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    if (config->nsecrets == 0) {
        toc_error_set(reterr, NULL, 0, 0,
            "it has no secret, and receivers know us by it; secret: {file: "
            "PATH} "
            "would be right");
        return E_CONF;
    }
    for (size_t i = 0; i < config->nsecrets; i++) {
        if (!webhook_secret_is_valid(config->secrets[i])) {
            toc_error_set(reterr, NULL, 0, 0,
                "secret %zu is to be \"whsec_\" and base64 of %d to %d bytes",
                i + 1, WEBHOOK_SECRET_MIN_BYTES, WEBHOOK_SECRET_MAX_BYTES);
            return E_CONF;
        }
    }
    return 0;
}

static bool
id_is_sendable(struct str id)
{
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
            (c < '0' || c > '9') && c != '_' && c != '-')
            return false;
    }
    return id.n > 0;
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    struct http_header *headers = ARENA_ARRAY(arena, 4, struct http_header);
    int64_t timestamp_s = now.ms / MS_SECOND;
    struct buf signatures;
    int err;

    if (!id_is_sendable(message->id) || config->nsecrets == 0)
        return E_CONF;
    buf_init(&signatures, 64 * CHANNEL_MAX_SECRETS);
    err = webhook_sign(&signatures, config->secrets, config->nsecrets,
        message->id, timestamp_s, message->body);
    if (!err && headers) {
        headers[0] =
            (struct http_header){STR("content-type"), STR("application/json")};
        headers[1] = (struct http_header){STR("webhook-id"), message->id};
        headers[2] = (struct http_header){STR("webhook-timestamp"),
            arena_printf(arena, "%lld", (long long)timestamp_s)};
        headers[3] = (struct http_header){
            STR("webhook-signature"), arena_str(arena, buf_str(&signatures))};
        ret->method = STR("POST");
        ret->url = config->url;
        ret->headers = headers;
        ret->nheaders = 4;
        ret->body = message->body;
    }
    buf_done(&signatures);
    if (!err && arena_failed(arena))
        err = E_NOMEM;
    return err;
}

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    int status = answer->status;

    (void)config;
    *ret = (struct channel_verdict){
        .class = CLASS_TRANSIENT,
        .retry_after_ms =
            http_retry_after(http_answer_header(answer, "retry-after"), now,
                CHANNEL_RETRY_AFTER_MAX_MS),
        .text = arena_printf(arena, "%d %.*s", status,
            STR_ARG(str_first(answer->body, CHANNEL_TEXT_BYTES))),
    };
    if (status >= 200 && status < 300)
        ret->class = CLASS_DELIVERED;
    else if (status == 410)
        ret->class = CLASS_GONE;
    else if (status == 429)
        ret->class = CLASS_RATE;
    else if ((status == 401 || status == 403) &&
             ret->retry_after_ms < WEBHOOK_REFUSED_WAIT_MS)
        ret->retry_after_ms = WEBHOOK_REFUSED_WAIT_MS;
    else if (status >= 300 && status < 400)
        ret->text =
            arena_printf(arena, "%d: a redirect is not followed", status);
}

const struct channel_ops webhook_ops = {
    .kind = "webhook",
    .check = check,
    .render = render,
    .judge = judge,
};
