/*
 * http_request: a call made from a request: everything is copied, and what
 * could not be sent as it stands is refused here.
 */
#include <stdlib.h>
#include <string.h>

#include "net/http_int.h"

static bool
is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
            (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return s.n > 0;
}

static int
copy_headers(struct http_call *call, const struct http_request *request)
{
    struct http_header *to =
        ARENA_ARRAY(call->arena, request->nheaders, struct http_header);

    if (request->nheaders && !to)
        return E_NOMEM;
    for (size_t i = 0; i < request->nheaders; i++) {
        const struct http_header *from = &request->headers[i];

        if (!is_token(from->name))
            return E_PARSE;
        for (size_t j = 0; j < from->value.n; j++)
            if (strchr("\r\n", from->value.p[j])) /* and NUL */
                return E_PARSE;
        to[i].name = arena_str(call->arena, from->name);
        to[i].value = arena_str(call->arena, from->value);
    }
    call->headers = to;
    call->nheaders = request->nheaders;
    return 0;
}

static int
copy_request(struct http_call *call, const struct http_request *request)
{
    struct str method = request->method.n ? request->method : STR("GET");
    int err = copy_headers(call, request);

    if (err < 0)
        return err;
    if (!str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD")) &&
        !str_eq(method, STR("POST")) && !str_eq(method, STR("PUT")))
        return E_BUG;
    call->method = arena_cstr(call->arena, method);
    call->body.n = request->body.n;
    call->body.p = arena_copy(
        call->arena, request->body.p ? request->body.p : "", request->body.n);
    call->policy = request->policy;
    call->proxy = arena_cstr(call->arena, request->policy->proxy);
    call->cut = request->cut;
    call->plain = request->plain;
    call->afresh = request->afresh;
    call->hop = request->hop;
    call->gap_ms = request->gap_ms;
    call->patience_ms = request->patience_ms;
    if (request->conditional_url.n)
        call->conditional_url =
            arena_str(call->arena, request->conditional_url);
    call->follow = request->follow &&
                   (str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")));
    call->may_downgrade = request->may_downgrade;
    call->max_body =
        request->max_body_bytes ? request->max_body_bytes : HTTP_MAX_BODY_BYTES;
    call->max_wire =
        request->max_wire_bytes ? request->max_wire_bytes : HTTP_MAX_WIRE_BYTES;
    call->max_header = request->max_header_bytes ? request->max_header_bytes
                                                 : HTTP_MAX_HEADER_BYTES;
    call->connect_ms =
        request->connect_ms ? request->connect_ms : HTTP_CONNECT_MS;
    call->first_byte_ms =
        request->first_byte_ms ? request->first_byte_ms : HTTP_FIRST_BYTE_MS;
    call->left_ms = request->total_ms ? request->total_ms : HTTP_TOTAL_MS;
    call->answer_headers =
        ARENA_ARRAY(call->arena, HTTP_MAX_ANSWER_HEADERS, struct http_header);
    return arena_failed(call->arena) ? E_NOMEM : 0;
}

int
call_new(struct http *http, const struct http_request *request,
    struct http_call **ret)
{
    struct http_call *call = calloc(1, sizeof(*call));
    int err;

    if (!call)
        return E_NOMEM;
    call->magic = HTTP_CALL_MAGIC;
    call->http = http;
    tls_peer_init(&call->peer);
    call->arena = arena_new(HTTP_CALL_ARENA_BYTES);
    call->seen = tls_seen_new();
    err = call->arena && call->seen ? copy_request(call, request) : E_NOMEM;
    buf_init(&call->answer_body, call->max_body);
    if (err < 0) {
        call_free(call);
        return err;
    }
    *ret = call;
    return 0;
}

void
call_free(struct http_call *call)
{
    loop_timer_free(call->timer);
    curl_slist_free_all(call->slist);
    buf_done(&call->answer_body);
    tls_seen_unref(call->seen);
    arena_free(call->arena);
    call->magic = 0;
    free(call);
}
