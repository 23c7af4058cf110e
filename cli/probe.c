/*
 * probe: see probe.h.
 */
#include "cli/probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/url.h"
#include "cli/cli.h"

/* One request and its answer, copied. */
struct asking {
    struct probe *probe;
    bool done, moved;
    enum http_result result;
    int status;
    struct str reason, url, body, content_type;
};

static const char *
config_path(const char *path)
{
    if (!path)
        path = getenv("TOCSIN_CONFIG");
    return path && *path ? path : "/etc/tocsin/tocsin.yaml";
}

int
probe_open_config(struct probe *probe, const char *path)
{
    struct toc_errors errors = {0};
    struct ruleset *rules = NULL;
    int err = digest_init();

    *probe = (struct probe){.arena = arena_new(PROBE_ARENA_BYTES)};
    if (err < 0 || !probe->arena) {
        fputs("tocsin: out of memory\n", stderr);
        return CLI_FAILED;
    }
    path = config_path(path);
    if (config_load(path, &errors, &probe->config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        fprintf(stderr, "tocsin: the configuration %s is to be right first\n",
            path);
        return CLI_FAILED;
    }
    ruleset_free(rules);
    zone_load(arena_cstr(probe->arena, probe->config->zone), &probe->zone);
    return CLI_OK;
}

void
probe_allow(struct probe *probe, const struct str *allow, size_t nallow)
{
    struct gate_policy *policy = &probe->policy;

    for (size_t i = 0; i < nallow && policy->nallow < GATE_MAX_ALLOW; i++)
        if (gate_allow_parse(allow[i], NULL, &policy->allow[policy->nallow]) ==
            0)
            policy->nallow++;
}

bool
probe_proxy(struct probe *probe, struct str proxy)
{
    struct gate_policy *policy = &probe->policy;

    if (proxy.n == 0)
        proxy = probe->config->fetch_proxy;
    policy->proxy = STR_NONE;
    if (proxy.n == 0 || str_eq(proxy, STR("direct")))
        return true;
    policy->proxy = proxy;
    return gate_proxy_parse(proxy, NULL, &policy->proxy_port) == 0;
}

static void
open_policy(struct probe *probe)
{
    const struct config *config = probe->config;
    struct gate_policy *policy = &probe->policy;

    gate_policy_init(policy);
    probe_allow(probe, config->allow, config->nallow);
    for (size_t i = 0; i < config->nports && i < GATE_MAX_PORTS; i++)
        policy->ports[policy->nports++] = config->ports[i];
}

int
probe_open(struct probe *probe, const char *path)
{
    const struct config *config;
    struct str agent;

    if (probe_open_config(probe, path) != CLI_OK)
        return CLI_FAILED;
    config = probe->config;
    agent = arena_printf(probe->arena, "tocsin/%s (+%.*s)", TOCSIN_VERSION,
        STR_ARG(config->contact));
    open_policy(probe);
    probe->limits = (struct reading_limits){
        config->parse_cpu_ms, config->parse_memory_bytes};
    if (!probe_proxy(probe, STR_NONE)) {
        fputs("tocsin: fetch.proxy could not be used\n", stderr);
        return CLI_FAILED;
    }
    if (reading_init() < 0 || loop_new(&probe->loop) < 0 ||
        http_new(probe->loop, agent, &probe->http) < 0) {
        fputs("tocsin: the web client could not be made\n", stderr);
        return CLI_FAILED;
    }
    if (config->fetch_trust.n > 0 &&
        http_trust(probe->http, arena_cstr(probe->arena, config->fetch_trust)) <
            0) {
        fprintf(stderr, "tocsin: %.*s cannot be read\n",
            STR_ARG(config->fetch_trust));
        return CLI_FAILED;
    }
    http_set_limits(probe->http, 1, 1, config->host_gap_ms);
    return CLI_OK;
}

void
probe_close(struct probe *probe)
{
    if (probe->http)
        http_free(probe->http);
    if (probe->loop)
        loop_free(probe->loop);
    config_free(probe->config);
    zone_free(probe->zone);
    arena_free(probe->arena);
}

static void
on_answer(void *arg, const struct http_answer *answer)
{
    struct asking *asking = arg;
    struct arena *arena = asking->probe->arena;

    asking->done = true;
    asking->result = answer->result;
    asking->status = answer->status;
    asking->moved = answer->nredirects > 0;
    for (size_t i = 0; i < answer->nredirects; i++)
        if (answer->redirects[i].status != 301 &&
            answer->redirects[i].status != 308)
            asking->moved = false;
    asking->reason = arena_str(arena, answer->reason);
    asking->url = arena_str(arena, answer->url);
    asking->body = arena_str(arena, answer->body);
    asking->content_type =
        arena_str(arena, http_answer_header(answer, "content-type"));
}

static void
ask(struct probe *probe, struct str url, struct str accept, struct asking *ret)
{
    const struct config *config = probe->config;
    struct http_header headers[] = {{STR("Accept"), accept}};
    struct http_request request = {.method = STR("GET"),
        .url = url,
        .headers = headers,
        .nheaders = accept.n > 0 ? 1 : 0,
        .policy = &probe->policy,
        .follow = true,
        .max_body_bytes = (size_t)config->max_body_bytes,
        .max_wire_bytes = (size_t)config->max_wire_bytes,
        .max_header_bytes = (size_t)config->max_header_bytes,
        .connect_ms = config->connect_ms,
        .first_byte_ms = config->first_byte_ms,
        .total_ms = config->total_ms};

    *ret = (struct asking){.probe = probe,
        .result = HTTP_BROKEN,
        .reason = STR("the request could not be made")};
    if (http_start(probe->http, &request, on_answer, ret, NULL) != 0)
        return;
    probe->requests++;
    while (!ret->done)
        if (loop_turn(probe->loop, true) != 0)
            break;
}

static struct str
origin_of(struct arena *arena, struct str url)
{
    struct url u;
    bool bracket;

    if (url_parse(url, &u) < 0)
        return STR_NONE;
    bracket = str_find_char(u.host, ':') < u.host.n;
    return arena_printf(arena, "%.*s://%s%.*s%s%s%.*s", STR_ARG(u.scheme),
        bracket ? "[" : "", STR_ARG(u.host), bracket ? "]" : "",
        u.port.n > 0 ? ":" : "", STR_ARG(u.port));
}

/* The robots.txt of url's origin, asked for once; NULL when there are too many
 * origins. */
static const struct probe_origin *
find_origin(struct probe *probe, struct str url)
{
    struct str name = origin_of(probe->arena, url);
    struct probe_origin *origin;
    struct asking asking;

    for (size_t i = 0; i < probe->norigins; i++)
        if (str_eq(probe->origins[i].name, name))
            return &probe->origins[i];
    if (!name.p || probe->norigins == PROBE_MAX_ORIGINS)
        return NULL;
    origin = &probe->origins[probe->norigins++];
    *origin = (struct probe_origin){.name = name};
    ask(probe, arena_printf(probe->arena, "%.*s/robots.txt", STR_ARG(name)),
        STR("text/plain"), &asking);
    /* RFC 9309 §2.3.1: none is leave, trouble is no leave. */
    if (asking.result == HTTP_ANSWERED && asking.status / 100 == 2)
        origin->body = asking.body;
    origin->known = asking.result == HTTP_TOO_LARGE ||
                    (asking.result == HTTP_ANSWERED &&
                        (asking.status / 100 == 2 || asking.status / 100 == 4));
    origin->why =
        asking.result == HTTP_ANSWERED
            ? arena_printf(probe->arena, "the server says %d", asking.status)
            : asking.reason;
    return origin;
}

/* Why robots.txt does not allow url, or absent. */
static struct str
robots_refusal(struct probe *probe, struct str url)
{
    const struct probe_origin *origin = find_origin(probe, url);
    struct robots_verdict verdict;

    if (!origin)
        return STR("its robots.txt could not be asked for");
    if (!origin->known)
        return arena_printf(probe->arena,
            "the robots.txt of %.*s could not be read (%.*s), so nothing "
            "there is asked for",
            STR_ARG(origin->name), STR_ARG(origin->why));
    verdict = robots_check(origin->body, STR("tocsin"), url);
    if (verdict.allowed)
        return STR_NONE;
    return arena_printf(probe->arena,
        "the robots.txt of %.*s does not allow it (line %u)",
        STR_ARG(origin->name), verdict.line);
}

static void
read_body(struct probe *probe, enum reading_kind kind,
    const struct feed_input *how, const struct asking *asking,
    struct probe_result *ret)
{
    struct feed_input input = *how;
    struct toc_error error = {0};
    json_t *json = NULL;

    input.bytes = asking->body;
    input.url = asking->url;
    input.content_type = asking->content_type;
    input.now = loop_wall(probe->loop);
    if (reading_run(kind, &input, &probe->limits, &error, &json) < 0) {
        ret->sentence = arena_str(probe->arena, str_of(error.text));
        return;
    }
    ret->document = json_incref(json_object_get(json, "document"));
    ret->discovery = json_incref(json_object_get(json, "discovery"));
    json_decref(json);
}

void
probe_ask(struct probe *probe, enum reading_kind kind, bool robots,
    struct str url, const struct feed_input *how, struct probe_result *ret)
{
    static const char feeds[] =
        "application/atom+xml, application/rss+xml, application/feed+json, "
        "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1";
    static const char pages[] =
        "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";
    static const char any[] = "text/html, application/atom+xml, "
                              "application/rss+xml, application/feed+json, "
                              "application/xml;q=0.9, */*;q=0.1";
    struct asking asking;

    *ret = (struct probe_result){.url = url, .source = url};
    if (robots)
        ret->sentence = robots_refusal(probe, url);
    if (ret->sentence.p)
        return;
    ask(probe, url,
        str_of(kind == READING_FEED   ? feeds
               : kind == READING_LIST ? pages
                                      : any),
        &asking);
    ret->status = asking.status;
    if (asking.url.n > 0)
        ret->url = asking.url;
    if (asking.url.n > 0 && asking.moved)
        ret->source = asking.url;
    if (asking.result != HTTP_ANSWERED)
        ret->sentence = asking.reason;
    else if (asking.status != 200)
        ret->sentence =
            arena_printf(probe->arena, "the server says %d", asking.status);
    else
        read_body(probe, kind, how, &asking, ret);
}

void
probe_result_done(struct probe_result *result)
{
    json_decref(result->document);
    json_decref(result->discovery);
    *result = (struct probe_result){0};
}
