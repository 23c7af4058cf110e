/*
 * mail: the connection to a server, and the dialogue over it.
 *
 * libcurl connects, greets, encrypts and logs in (CURLOPT_CONNECT_ONLY), and
 * we say the rest over what it has made (mail_talk.h): curl itself would wait
 * for the last reply without giving the loop back, and servers take their time
 * with that one.  Until then its debug callback is listened to, because it
 * says no more than "it failed": a command that it sends names the step, a
 * reply that it reads is the reason.  Nothing heard there is kept but replies;
 * commands hold the password.
 */
#include "net/mail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/num.h"
#include "base/url.h"
#include "net/http_int.h"
#include "net/mail_talk.h"

enum {
    MAIL_ARENA_BYTES = 4 * 1024 * 1024,
    MAIL_MAX_LINE_BYTES = 4096,                    /* of the server's */
    MAIL_MAX_OUT_BYTES = 2 * MAIL_MAX_BYTES + 4096 /* with every dot doubled */
};

struct mail_call {
    unsigned magic;
    bool finished;
    struct http *http;
    TAILQ_ENTRY(mail_call) link;
    struct arena *arena;
    void (*done)(void *arg, const struct mail_answer *answer);
    void *arg;

    struct gate_policy policy;
    struct gate_target target;
    struct str url;
    const char *user, *password;
    bool insecure;
    int64_t connect_ms, total_ms;

    CURL *easy;
    struct loop_timer *timer;
    struct mono begun;
    char error_text[CURL_ERROR_SIZE];

    struct loop_io *io; /* once we talk ourselves */
    struct mail_talk talk;
    struct buf in, out; /* an unfinished line; what is to be sent */

    bool failed;
    enum http_result result;
    const char *reason;
};

const char *
mail_step_name(enum mail_step step)
{
    static const char *const names[] = {
#define X(step, name) [MAIL_##step] = name,
        MAIL_STEPS(X)
#undef X
    };

    return names[step];
}

static struct mail_call *
call_of(void *arg)
{
    struct mail_call *call = arg;

    assert(call->magic == HTTP_MAIL_MAGIC);
    return call;
}

static void
fail(struct mail_call *call, enum http_result result, const char *reason)
{
    if (call->failed)
        return;
    call->failed = true;
    call->result = result;
    call->reason = reason;
}

static const char too_much[] = "the server said more than 64 KiB";

/* --- addresses -------------------------------------------------------------
 */

bool
mail_address_is_valid(struct str text)
{
    size_t at = str_find_char(text, '@');

    if (at == 0 || at + 1 >= text.n || text.n > MAIL_MAX_ADDRESS_BYTES ||
        str_find_char(str_from(text, at + 1), '@') < text.n - at - 1)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= 0x20 || text.p[i] >= 0x7f ||
            strchr("<>()[],;:\\\"", text.p[i]))
            return false;
    return true;
}

/* Make target of url: the gate judges the same host and port as http, with
 * that port open, because the channel names it and nothing else can. */
static int
find_target(struct gate_policy *policy, struct arena *arena, struct str url,
    struct gate_target *ret, bool *ret_tls, const char **ret_reason)
{
    struct url parts;
    int64_t port;
    struct str as_http;
    int err;

    if (url_parse(url, &parts) < 0 || parts.userinfo.p || parts.query.p ||
        parts.fragment.p || (parts.path.n && !str_eq(parts.path, STR("/")))) {
        *ret_reason = "a mail server's URL is smtp://HOST:PORT or "
                      "smtps://HOST:PORT";
        return E_DENIED;
    }
    *ret_tls = str_eq_nocase(parts.scheme, STR("smtps"));
    if (!*ret_tls && !str_eq_nocase(parts.scheme, STR("smtp"))) {
        *ret_reason = "the scheme is to be smtp or smtps";
        return E_DENIED;
    }
    port = *ret_tls ? MAIL_TLS_PORT : MAIL_PORT;
    if (parts.port.n && num_parse_i64(parts.port, 1, UINT16_MAX, &port) < 0) {
        *ret_reason = "the port is none";
        return E_DENIED;
    }
    policy->ports[0] = (uint16_t)port;
    policy->nports = 1;
    policy->https_only = false;
    as_http = arena_printf(arena,
        str_find_char(parts.host, ':') < parts.host.n ? "http://[%.*s]:%u/"
                                                      : "http://%.*s:%u/",
        STR_ARG(parts.host), (unsigned)port);
    if (!as_http.p)
        return E_NOMEM;
    err = gate_target(policy, arena, as_http, ret, ret_reason);
    return err;
}

int
mail_url(
    const struct gate_policy *policy, struct str url, const char **ret_reason)
{
    struct gate_policy copy = *policy;
    struct arena *arena = arena_new(GATE_MAX_URL_BYTES * 8);
    struct gate_target target;
    bool tls;
    int err = E_NOMEM;

    *ret_reason = err_text(E_NOMEM);
    if (arena)
        err = find_target(&copy, arena, url, &target, &tls, ret_reason);
    arena_free(arena);
    return err;
}

static int
judge(struct mail_call *call, const struct sockaddr *addr, socklen_t len)
{
    const char *reason = "";
    int err = call->target.inside
                  ? gate_address_inside(&call->policy, addr, len, &reason)
                  : gate_address(&call->policy, addr, len, &reason);

    if (err < 0)
        fail(call, HTTP_REFUSED, reason);
    return err;
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct mail_call *call = call_of(arg);

    if (purpose != CURLSOCKTYPE_IPCXN || call->failed ||
        judge(call, &address->addr, address->addrlen) < 0)
        return CURL_SOCKET_BAD;
    return socket(address->family,
        address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

/* --- while curl talks ------------------------------------------------------
 */

static void
heard_command(struct mail_call *call, struct str text)
{
    static const struct {
        const char *word;
        enum mail_step step;
    } commands[] = {{"EHLO", MAIL_HELLO}, {"HELO", MAIL_HELLO},
        {"STARTTLS", MAIL_TLS}, {"AUTH", MAIL_LOGIN}};

    if (call->talk.step == MAIL_LOGIN)
        return; /* what follows is part of it */
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (str_starts(text, str_of(commands[i].word)))
            call->talk.step = commands[i].step;
}

static int
listen_in(CURL *easy, curl_infotype what, char *bytes, size_t n, void *arg)
{
    struct mail_call *call = call_of(arg);

    (void)easy;
    if (what == CURLINFO_HEADER_OUT)
        heard_command(call, (struct str){bytes, n});
    else if (what == CURLINFO_HEADER_IN &&
             mail_talk_note(&call->talk, (struct str){bytes, n}) < 0)
        fail(call, HTTP_TOO_LARGE, too_much);
    return 0;
}

/* Replies are noted above; too many of them end it here. */
static size_t
on_reply(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes;
    return call_of(arg)->failed ? 0 : size * n;
}

/* --- setting a handle up ---------------------------------------------------
 */

static CURLcode
use_store(CURL *easy, void *ssl_ctx, void *arg)
{
    struct mail_call *call = call_of(arg);

    (void)easy;
    SSL_CTX_set1_cert_store(ssl_ctx, call->http->store);
    SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_RENEGOTIATION);
    return CURLE_OK;
}

/* What protects us, as in http_call.c. */
static void
set_protection(CURL *easy, struct mail_call *call)
{
    long use = call->insecure ? CURLUSESSL_TRY : CURLUSESSL_ALL;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, use);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, call->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, call->insecure ? 0L : 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL); /* the store is ours */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, use_store);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    /* A connection of its own: it was judged, and with CONNECT_ONLY it ends
     * with the handle's part in it. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)HTTP_DNS_CACHE_S);
}

static int
set_up(CURL *easy, struct mail_call *call)
{
    set_protection(easy, call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error_text);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, listen_in);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, call);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* to the function above */
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (call->user) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, call->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, call->password);
        curl_easy_setopt(easy, CURLOPT_SASL_IR, 1L);
    }
    return curl_easy_setopt(easy, CURLOPT_URL, call->url.p) == CURLE_OK
               ? 0
               : E_NOMEM;
}

/* --- life ------------------------------------------------------------------
 */

static void
mail_free(struct mail_call *call)
{
    if (call->password)
        explicit_bzero(
            (char *)(uintptr_t)call->password, strlen(call->password));
    loop_timer_free(call->timer);
    mail_talk_done(&call->talk);
    buf_done(&call->in);
    buf_done(&call->out);
    arena_free(call->arena);
    call->magic = 0;
    free(call);
}

/* Take the handle back from curl, which closes the connection. */
static void
mail_end(struct mail_call *call)
{
    if (!call->easy)
        return;
    loop_io_free(call->io);
    call->io = NULL;
    curl_multi_remove_handle(call->http->multi, call->easy);
    http_handle_give(call->http, call->easy);
    call->easy = NULL;
    loop_timer_cancel(call->timer);
    TAILQ_REMOVE(&call->http->mails, call, link);
}

static void
finish(struct mail_call *call)
{
    call->finished = true;
    TAILQ_INSERT_TAIL(&call->http->mails_finished, call, link);
    loop_timer_set(call->http->pump_timer, 0);
}

static void
on_time(void *arg)
{
    struct mail_call *call = call_of(arg);

    fail(call, HTTP_TIMEOUT, "the server took longer than total_ms");
    mail_end(call);
    finish(call);
}

static struct str *
copy_list(struct arena *arena, const struct str *list, size_t n)
{
    struct str *copy = ARENA_ARRAY(arena, n, struct str);

    for (size_t i = 0; copy && i < n; i++)
        copy[i] = arena_str(arena, list[i]);
    return copy;
}

static int
copy_request(struct mail_call *call, const struct mail_request *request)
{
    struct arena *arena = call->arena;

    call->policy = *request->policy;
    call->talk.arena = arena;
    call->talk.from = arena_str(arena, request->from);
    call->talk.to = copy_list(arena, request->to, request->nto);
    call->talk.nto = request->nto;
    call->talk.rcpt = ARENA_ARRAY(arena, request->nto, struct mail_reply);
    call->talk.message = arena_str(arena, request->message);
    if (request->user.n) {
        call->user = arena_cstr(arena, request->user);
        call->password = arena_cstr(
            arena, request->password.p ? request->password : STR(""));
    }
    call->insecure = request->insecure;
    call->connect_ms =
        request->connect_ms ? request->connect_ms : MAIL_CONNECT_MS;
    call->total_ms = request->total_ms ? request->total_ms : MAIL_TOTAL_MS;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
check_request(const struct mail_request *request)
{
    if (!mail_address_is_valid(request->from))
        return E_PARSE;
    for (size_t i = 0; i < request->nto; i++)
        if (!mail_address_is_valid(request->to[i]))
            return E_PARSE;
    for (size_t i = 0; i < request->hello.n; i++)
        if (request->hello.p[i] <= 0x20 || request->hello.p[i] >= 0x7f ||
            strchr("/?#%@:", request->hello.p[i]))
            return E_PARSE;
    if (request->nto == 0 || request->nto > MAIL_MAX_RECIPIENTS ||
        request->message.n > MAIL_MAX_BYTES)
        return E_LIMIT;
    return 0;
}

static int
mail_new(struct http *http, const struct mail_request *request,
    struct mail_call **ret)
{
    struct mail_call *call = calloc(1, sizeof(*call));

    if (!call)
        return E_NOMEM;
    call->magic = HTTP_MAIL_MAGIC;
    call->http = http;
    mail_talk_init(&call->talk);
    buf_init(&call->in, MAIL_MAX_LINE_BYTES);
    buf_init(&call->out, MAIL_MAX_OUT_BYTES);
    call->begun = loop_mono(http->loop);
    call->arena = arena_new(MAIL_ARENA_BYTES);
    if (!call->arena || copy_request(call, request) < 0 ||
        loop_timer_new(http->loop, on_time, call, &call->timer) < 0) {
        mail_free(call);
        return E_NOMEM;
    }
    *ret = call;
    return 0;
}

/* Let curl have it. */
static int
mail_begin(struct mail_call *call)
{
    struct http *http = call->http;

    if (!http->multi && http_multi_new(http) < 0)
        return E_NOMEM;
    call->easy = http_handle_take(http);
    if (!call->easy)
        return E_NOMEM;
    if (set_up(call->easy, call) < 0 ||
        curl_multi_add_handle(http->multi, call->easy) != CURLM_OK) {
        http_handle_give(http, call->easy);
        call->easy = NULL;
        return E_NOMEM;
    }
    TAILQ_INSERT_TAIL(&http->mails, call, link);
    loop_timer_set(call->timer, call->total_ms);
    return 0;
}

/* "smtp://host:587/hello" */
static struct str
server_url(const struct mail_call *call, bool tls, struct str hello)
{
    bool v6 = str_find_char(call->target.host, ':') < call->target.host.n;

    return arena_printf(call->arena, "%s://%s%.*s%s:%u/%.*s",
        tls ? "smtps" : "smtp", v6 ? "[" : "", STR_ARG(call->target.host),
        v6 ? "]" : "", (unsigned)call->target.port, STR_ARG(hello));
}

int
mail_start(struct http *http, const struct mail_request *request,
    void (*done)(void *arg, const struct mail_answer *answer), void *arg,
    struct mail_call **ret)
{
    struct mail_call *call = NULL;
    const char *reason = NULL;
    size_t under_way = 0;
    bool tls = false;
    int err = check_request(request);

    TAILQ_FOREACH (call, &http->mails, link)
        under_way++;
    if (!err && under_way >= MAIL_MAX_CALLS)
        err = E_BUSY;
    if (!err)
        err = mail_new(http, request, &call);
    if (err < 0)
        return err;
    call->done = done;
    call->arg = arg;
    err = find_target(
        &call->policy, call->arena, request->url, &call->target, &tls, &reason);
    if (err == E_DENIED) {
        fail(call, HTTP_REFUSED, reason);
        finish(call);
        err = 0;
    } else if (!err) {
        call->url = server_url(call, tls, request->hello);
        err = call->url.p ? mail_begin(call) : E_NOMEM;
    }
    if (err < 0) {
        mail_free(call);
        return err;
    }
    if (ret)
        *ret = call;
    return 0;
}

void
mail_cancel(struct mail_call *call)
{
    assert(call->magic == HTTP_MAIL_MAGIC);
    if (call->finished)
        TAILQ_REMOVE(&call->http->mails_finished, call, link);
    mail_end(call);
    mail_free(call);
}

/* --- while we talk ---------------------------------------------------------
 */

static void
end(struct mail_call *call)
{
    mail_end(call);
    finish(call);
}

/* Send what is to be sent, as far as it goes.  False when it broke. */
static bool
flush(struct mail_call *call)
{
    while (call->out.n > 0) {
        size_t n = 0;
        CURLcode code =
            curl_easy_send(call->easy, call->out.p, call->out.n, &n);

        buf_drop(&call->out, n);
        if (code == CURLE_AGAIN || (code == CURLE_OK && n == 0))
            break;
        if (code != CURLE_OK)
            return false;
    }
    return true;
}

/* Take what came in: whole lines are answered, the rest waits. */
static int
take(struct mail_call *call, struct str bytes)
{
    int err = buf_add_str(&call->in, bytes);

    while (!err) {
        struct str line = buf_str(&call->in);
        size_t n = str_find_char(line, '\n');

        if (n == line.n)
            break;
        err = mail_talk_line(&call->talk, str_first(line, n), &call->out);
        buf_drop(&call->in, n + 1);
    }
    return err;
}

/* Read until there is no more.  False when it is over, one way or other. */
static bool
read_on(struct mail_call *call)
{
    char bytes[1024];

    while (!call->talk.over) {
        size_t n = 0;
        CURLcode code = curl_easy_recv(call->easy, bytes, sizeof(bytes), &n);
        int err;

        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK || n == 0) {
            fail(call, HTTP_BROKEN, "the server closed the connection");
            return false;
        }
        err = take(call, (struct str){bytes, n});
        if (err < 0) {
            fail(call, err == E_LIMIT ? HTTP_TOO_LARGE : HTTP_NO_MEMORY,
                err == E_LIMIT ? too_much : err_text(err));
            return false;
        }
    }
    return false;
}

static void
on_ready(void *arg, int what)
{
    struct mail_call *call = call_of(arg);
    bool more;

    (void)what;
    more = read_on(call);
    if (!flush(call) && more) {
        fail(call, HTTP_BROKEN, "the server closed the connection");
        more = false;
    }
    if (more && loop_io_want(call->io,
                    call->out.n ? LOOP_READ | LOOP_WRITE : LOOP_READ) < 0) {
        fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
        more = false;
    }
    if (!more)
        end(call);
}

/* curl has made the connection: it is ours now. */
static int
take_over(struct mail_call *call)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    int err = mail_talk_begin(&call->talk, &call->out);

    if (curl_easy_getinfo(call->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD)
        return E_IO;
    if (!err)
        err = loop_io_new(call->http->loop, fd, on_ready, call, &call->io);
    return err ? err : loop_io_want(call->io, LOOP_READ | LOOP_WRITE);
}

/* --- the end ---------------------------------------------------------------
 */

/* Why curl failed, when no reply of the server says it. */
static void
judge_end(struct mail_call *call, CURLcode code)
{
    const char *text = curl_easy_strerror(code);

    if (call->failed || call->talk.last.code >= 400)
        return;
    if (call->error_text[0])
        text = arena_cstr(call->arena, str_of(call->error_text));
    if (code == CURLE_USE_SSL_FAILED)
        text = "the server does not offer STARTTLS, so nothing was sent";
    else if (code == CURLE_LOGIN_DENIED)
        text = "the server offers no way to log in that is known";
    fail(call, code == CURLE_USE_SSL_FAILED ? HTTP_TLS : http_result_of(code),
        text ? text : err_text(E_NOMEM));
}

void
mail_ended(struct mail_call *call, CURLcode code)
{
    if (code == CURLE_OK && !call->failed) {
        if (take_over(call) == 0)
            return;
        fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
    }
    judge_end(call, code);
    end(call);
}

void
mail_deliver(struct http *http)
{
    struct mail_call *call;

    while ((call = TAILQ_FIRST(&http->mails_finished)) != NULL) {
        struct mail_answer answer = {
            .result = call->failed ? call->result : HTTP_ANSWERED,
            .reason = str_of(call->failed ? call->reason : NULL),
            .accepted = call->talk.accepted,
            .step = call->talk.step,
            .last = call->talk.last,
            .rcpt = call->talk.rcpt,
            .nrcpt = call->talk.nto,
            .elapsed_ms = loop_mono(http->loop).ms - call->begun.ms,
        };

        TAILQ_REMOVE(&http->mails_finished, call, link);
        call->done(call->arg, &answer);
        mail_free(call);
    }
}

void
mail_start_over(struct http *http)
{
    struct mail_call *call;

    while ((call = TAILQ_FIRST(&http->mails)) != NULL) {
        fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
        mail_end(call);
        finish(call);
    }
}

void
mail_free_all(struct http *http)
{
    struct mail_call *call;

    while ((call = TAILQ_FIRST(&http->mails)) != NULL)
        mail_cancel(call);
    while ((call = TAILQ_FIRST(&http->mails_finished)) != NULL)
        mail_cancel(call);
}
