#include "client.h"

#include "check.h"

enum { CLIENT_WAIT_MS = 30000 };

void
client_init(struct client *client)
{
    memset(client, 0, sizeof(*client));
    gate_policy_init(&client->policy);
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.0/8"), NULL, &client->policy.allow[0]),
        0);
    client->policy.nallow = 1;
    assert_int_equal(loop_new(&client->loop), 0);
    assert_int_equal(
        http_new(client->loop, STR("tocsin/test (+https://yunxi.example/)"),
            &client->http),
        0);
    client->request.policy = &client->policy;
    client->request.follow = true;
}

void
client_done(struct client *client)
{
    http_free(client->http);
    loop_free(client->loop);
}

static void
copy(char *to, size_t size, struct str from)
{
    from = str_first(from, size - 1);
    if (from.n)
        memcpy(to, from.p, from.n);
    to[from.n] = '\0';
}

static void
keep(void *arg, const struct http_answer *answer)
{
    struct got *got = arg;
    size_t n = answer->body.n < sizeof(got->body) - 1 ? answer->body.n
                                                      : sizeof(got->body) - 1;

    got->done++;
    got->result = answer->result;
    got->status = answer->status;
    got->nheaders = answer->nheaders;
    got->nredirects = answer->nredirects;
    got->wire_bytes = answer->wire_bytes;
    got->elapsed_ms = answer->elapsed_ms;
    got->cert_expires = answer->cert_expires;
    got->cut = answer->cut;
    got->bad_coding = answer->bad_coding;
    got->conditional = answer->conditional;
    got->later_ms = answer->later_ms;
    got->body_n = answer->body.n;
    if (n)
        memcpy(got->body, answer->body.p, n);
    got->body[n] = '\0';
    got->last = answer->body.n ? answer->body.p[answer->body.n - 1] : '\0';
    copy(got->reason, sizeof(got->reason), answer->reason);
    copy(got->cert_subject, sizeof(got->cert_subject), answer->cert.subject);
    copy(got->cert_issuer, sizeof(got->cert_issuer), answer->cert.issuer);
    copy(got->cert_trouble, sizeof(got->cert_trouble), answer->cert.trouble);
    got->naddresses = answer->naddresses;
    copy(got->address, sizeof(got->address), answer->addresses[0]);
    copy(got->url, sizeof(got->url), answer->url);
    copy(got->etag, sizeof(got->etag), http_answer_header(answer, "etag"));
    for (size_t i = 0; i < answer->nredirects; i++) {
        got->redirects[i].status = answer->redirects[i].status;
        copy(got->redirects[i].url, sizeof(got->redirects[i].url),
            answer->redirects[i].url);
    }
}

int
client_start(struct client *client, const char *url, struct got *got,
    struct http_call **ret_call)
{
    memset(got, 0, sizeof(*got));
    got->client = client;
    client->request.url = str_of(url);
    return http_start(client->http, &client->request, keep, got, ret_call);
}

static void
nothing(void *arg)
{
    (void)arg;
}

void
client_turn(struct client *client, int64_t ms)
{
    struct loop_timer *timer;
    int64_t end;

    assert_int_equal(loop_timer_new(client->loop, nothing, NULL, &timer), 0);
    assert_int_equal(loop_turn(client->loop, false), 0);
    end = clock_mono().ms + ms;
    while (clock_mono().ms < end) {
        loop_timer_set(timer, 5);
        assert_int_equal(loop_turn(client->loop, true), 0);
    }
    loop_timer_free(timer);
}

void
client_wait(struct client *client, struct got *got)
{
    int64_t end = clock_mono().ms + CLIENT_WAIT_MS;

    while (!got->done) {
        if (clock_mono().ms > end)
            fail_msg("no answer within 30 s");
        client_turn(client, 1);
    }
}

void
client_get(struct client *client, const char *url, struct got *got)
{
    assert_int_equal(client_start(client, url, got, NULL), 0);
    client_wait(client, got);
}

char *
client_url(const struct origin *origin, const char *path, char *out)
{
    snprintf(
        out, 512, "http://127.0.0.1:%u%s", (unsigned)origin_port(origin), path);
    return out;
}

void
client_get_from(struct client *client, struct origin *origin, const char *path,
    struct got *got)
{
    char url[512];

    client_get(client, client_url(origin, path, url), got);
}
