/* post: one JSON value on its way, and statuses. */
#include "notify/post.h"

#include "base/jsonx.h"

bool
post_token_is_valid(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= 0x20 || text.p[i] >= 0x7f)
            return false;
    return text.n > 0 && text.n <= POST_TOKEN_BYTES;
}

int
post_check_token(const struct channel_config *config, struct toc_error *reterr)
{
    for (size_t i = 0; i < config->nsecrets; i++) {
        if (post_token_is_valid(config->secrets[i]))
            continue;
        toc_error_set(reterr, NULL, 0, 0,
            "secret %zu is to be a token of printable characters without "
            "blanks, of at most %d bytes",
            i + 1, POST_TOKEN_BYTES);
        return E_CONF;
    }
    return 0;
}

int
post_json(const struct channel_config *config, struct str url,
    struct str content_type, json_t *value_taken, struct arena *arena,
    struct http_request *ret)
{
    struct http_header *headers =
        ARENA_ARRAY(arena, POST_MAX_HEADERS, struct http_header);
    struct buf body;
    int err;

    if (!value_taken)
        return E_NOMEM;
    buf_init(&body, POST_MAX_BYTES);
    err = jsonx_dump(value_taken, &body);
    json_decref(value_taken);
    if (!err && headers) {
        headers[0] = (struct http_header){STR("content-type"), content_type};
        ret->nheaders = 1;
        if (config->nsecrets > 0)
            headers[ret->nheaders++] = (struct http_header){
                STR("authorization"), arena_printf(arena, "Bearer %.*s",
                                          STR_ARG(config->secrets[0]))};
        ret->method = STR("POST");
        ret->url = url;
        ret->headers = headers;
        ret->body = arena_str(arena, buf_str(&body));
    }
    buf_done(&body);
    if (err == E_LIMIT)
        return E_CONF;
    return err ? err : arena_failed(arena) ? E_NOMEM : 0;
}

static enum delivery_class
class_of(int status, bool asks_to_wait)
{
    if (status >= 200 && status < 300)
        return CLASS_DELIVERED;
    switch (status) {
    case 429:
        return CLASS_RATE;
    case 503:
        return asks_to_wait ? CLASS_RATE : CLASS_TRANSIENT;
    case 410:
        return CLASS_GONE;
    case 400:
    case 413:
    case 415:
    case 422:
        return CLASS_BAD_PAYLOAD;
    case 401:
    case 403:
    case 404:
    case 405:
        return CLASS_DEAD_TARGET;
    default:
        return CLASS_TRANSIENT;
    }
}

void
post_judge(const struct http_answer *answer, struct wall now,
    struct arena *arena, struct channel_verdict *ret)
{
    int status = answer->status;
    int64_t wait = http_retry_after(http_answer_header(answer, "retry-after"),
        now, CHANNEL_RETRY_AFTER_MAX_MS);

    *ret = (struct channel_verdict){
        .class = class_of(status, wait > 0),
        .retry_after_ms = wait,
        .text = arena_printf(arena, "%d %.*s", status,
            STR_ARG(str_first(answer->body, CHANNEL_TEXT_BYTES))),
    };
    if (ret->class == CLASS_RATE && wait == 0)
        ret->penalty_ms = POST_THROTTLED_MS;
    if (status >= 300 && status < 400)
        ret->text =
            arena_printf(arena, "%d: a redirect is not followed", status);
}
