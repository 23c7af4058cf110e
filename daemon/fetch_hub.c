/*
 * fetch_hub: asks a hub for the news of a feed (W3C WebSub 1.0, section 5.1).
 *
 * One POST through the same gate as every poll.  A redirect is not followed
 * here: the engine hears where it leads and remembers it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"

enum {
    HUB_MAX_ANSWER_BYTES = 64 * 1024,
    HUB_MAX_WORDS_BYTES = 200, /* of the hub's own, in a reason */
    HUB_ARENA_BYTES = 256 * 1024,
    HUB_RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000
};

struct fetch_hub {
    struct fetch *fetch;
    struct arena *arena; /* owned: everything below */
    struct str source, url, form;
    struct gate_policy policy;
};

static void
hub_answer(struct fetch_hub *hub, Tocsin__HubAnswer *out)
{
    struct role *role = hub->fetch->role;

    out->source = pb_cstr(hub->arena, hub->source);
    if (role->engine && out->source)
        (void)ipc_send(role->engine, FRAME(hub_answer, HUB_ANSWER, out));
    arena_free(hub->arena);
    free(hub);
}

static void
hub_done(void *arg, const struct http_answer *http)
{
    struct fetch_hub *hub = arg;
    Tocsin__HubAnswer out = TOCSIN__HUB_ANSWER__INIT;
    struct wall now = loop_wall(hub->fetch->role->loop);
    struct str location = http_answer_header(http, "location"), target;

    out.status = http->status;
    if (http->result != HTTP_ANSWERED)
        out.reason = pb_cstr(hub->arena, http->reason);
    else if (http->status >= 400)
        out.reason = pb_cstr(hub->arena,
            arena_printf(hub->arena, "the hub says %d: %.*s", http->status,
                STR_ARG(utf8_cut(http->body, HUB_MAX_WORDS_BYTES))));
    if (location.n > 0 &&
        url_resolve(hub->arena, http->url, location, &target) == 0)
        out.location = pb_cstr(hub->arena, target);
    out.retry_after_ms = http_retry_after(
        http_answer_header(http, "retry-after"), now, HUB_RETRY_AFTER_MAX_MS);
    hub_answer(hub, &out);
}

void
fetch_hub_take(struct fetch *fetch, const Tocsin__HubRequest *in)
{
    static const struct http_header headers[] = {
        {{"Content-Type", 12}, {"application/x-www-form-urlencoded", 33}}};
    struct fetch_hub *hub = calloc(1, sizeof *hub);
    struct arena *arena = arena_new(HUB_ARENA_BYTES);
    Tocsin__HubAnswer failed = TOCSIN__HUB_ANSWER__INIT;
    char reason[] = "the request could not be made";
    struct http_request request;

    if (hub == NULL || arena == NULL || fetch->http == NULL) {
        free(hub);
        arena_free(arena);
        return; /* the engine asks again later */
    }
    *hub = (struct fetch_hub){.fetch = fetch,
        .arena = arena,
        .source = arena_str(arena, str_of(in->source)),
        .url = arena_str(arena, str_of(in->hub)),
        .form = arena_str(arena, pb_bytes(in->form)),
        .policy = fetch->policy};
    outward_allow(&hub->policy, in->allow, in->n_allow);
    hub->policy.proxy =
        arena_str(arena, str_of(*in->proxy ? in->proxy : fetch->proxy));
    if (hub->policy.proxy.n == 0 || str_eq(hub->policy.proxy, STR("direct")))
        hub->policy.proxy = STR_NONE;
    request = (struct http_request){.method = STR("POST"),
        .url = hub->url,
        .headers = headers,
        .nheaders = 1,
        .body = hub->form,
        .policy = &hub->policy,
        .max_body_bytes = HUB_MAX_ANSWER_BYTES,
        .max_wire_bytes = HUB_MAX_ANSWER_BYTES,
        .max_header_bytes = fetch->max_header_bytes,
        .connect_ms = fetch->connect_ms,
        .first_byte_ms = fetch->first_byte_ms,
        .total_ms = fetch->total_ms};
    if (arena_failed(arena) ||
        (hub->policy.proxy.n > 0 &&
            gate_proxy_parse(hub->policy.proxy, NULL,
                &hub->policy.proxy_port) != 0) ||
        http_start(fetch->http, &request, hub_done, hub, NULL) != 0) {
        failed.reason = reason;
        hub_answer(hub, &failed);
    }
}
