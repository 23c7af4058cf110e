/*
 * http_call: one request, from its handle to its answer.
 *
 * Bytes pass in this order: gate (before and at the connection), header
 * budget, wire budget, decoding (curl), ratio and body budget, buffer.  A
 * callback that refuses says why with call_fail() and then makes curl give
 * up; what curl says of it afterwards is not looked at.
 *
 * Redirects are followed here and not by curl, so that each hop passes the
 * gate as a request of its own.  A hop to another host goes through that
 * host's queue, at its head; the total time stands still meanwhile.
 */
#include <assert.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/url.h"
#include "net/http_int.h"

static struct http_call *
call_of(void *arg)
{
    struct http_call *call = arg;

    assert(call->magic == HTTP_CALL_MAGIC);
    return call;
}

void
call_fail(struct http_call *call, enum http_result result, const char *reason)
{
    size_t n = strlen(reason);

    if (call->failed)
        return;
    call->failed = true;
    call->result = result;
    if (n >= sizeof(call->reason))
        n = sizeof(call->reason) - 1;
    memcpy(call->reason, reason, n);
    call->reason[n] = '\0';
}

/* --- the gate, at the connection -------------------------------------------
 */

static int
judge(struct http_call *call, const struct sockaddr *addr, socklen_t len)
{
    const char *reason = "";
    int err;

    if (call->policy->proxy.n)
        err = gate_address_proxy(call->policy, addr, len, &reason);
    else if (call->target.inside)
        err = gate_address_inside(call->policy, addr, len, &reason);
    else
        err = gate_address(call->policy, addr, len, &reason);
    if (err < 0)
        call_fail(call, HTTP_REFUSED, reason);
    return err;
}

/* Remember an address of the first hop's name; a proxy's is not one. */
static void
keep_address(struct http_call *call, const struct sockaddr *addr, socklen_t len)
{
    struct http_address *to = &call->addresses[call->naddresses];

    if (call->nredirects > 0 || call->policy->proxy.n > 0 ||
        call->naddresses == HTTP_MAX_ADDRESSES ||
        getnameinfo(addr, len, to->text, sizeof(to->text), NULL, 0,
            NI_NUMERICHOST) != 0)
        return;
    for (size_t i = 0; i < call->naddresses; i++)
        if (strcmp(call->addresses[i].text, to->text) == 0)
            return;
    call->naddresses++;
}

/* Called for each address that curl wants to try.  One refusal ends the call:
 * curl would go on with the name's next address. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_call *call = call_of(arg);

    if (purpose != CURLSOCKTYPE_IPCXN || call->failed ||
        judge(call, &address->addr, address->addrlen) < 0)
        return CURL_SOCKET_BAD;
    keep_address(call, &address->addr, address->addrlen);
    return socket(address->family,
        address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

/* Called before the request is sent, also on a connection that was kept.  When
 * a kept one breaks curl would ask again at once on a new one; but the server
 * may have heard the request, and is not to hear it twice. */
static int
before_request(void *arg, char *peer, char *local, int port, int local_port)
{
    struct http_call *call = call_of(arg);
    struct sockaddr_storage addr;
    socklen_t len;

    (void)local;
    (void)local_port;
    if (call->failed)
        return CURL_PREREQFUNC_ABORT;
    if (gate_sockaddr(peer, (uint16_t)port, &addr, &len) < 0) {
        call_fail(call, HTTP_REFUSED, "the connected address is not known");
        return CURL_PREREQFUNC_ABORT;
    }
    if (judge(call, (struct sockaddr *)&addr, len) < 0)
        return CURL_PREREQFUNC_ABORT;
    keep_address(call, (struct sockaddr *)&addr, len);
    if (call->asked) {
        call_fail(
            call, HTTP_BROKEN, "the connection was closed on the request");
        return CURL_PREREQFUNC_ABORT;
    }
    call->asked = true;
    if (call->target.https)
        tls_peer_of(call->easy, &call->peer);
    return CURL_PREREQFUNC_OK;
}

/* --- headers ---------------------------------------------------------------
 */

static bool
is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

static void
keep_header(struct http_call *call, struct str line)
{
    struct http_header *header;
    size_t colon = str_find_char(line, ':');
    struct str value = str_trim(str_from(line, colon + 1));

    if (colon == 0 || colon == line.n || line.p[0] == ' ' ||
        line.p[0] == '\t' || call->nanswer_headers == HTTP_MAX_ANSWER_HEADERS)
        return;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return;
    }
    header = &call->answer_headers[call->nanswer_headers];
    header->name = arena_str(call->arena, str_trim(str_first(line, colon)));
    header->value = arena_str(call->arena, value);
    if (header->name.p && header->value.p)
        call->nanswer_headers++;
}

static struct str
header_value(const struct http_call *call, const char *name)
{
    struct http_answer answer = {
        .headers = call->answer_headers,
        .nheaders = call->nanswer_headers,
    };

    return http_answer_header(&answer, name);
}

static void
headers_end(struct http_call *call)
{
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->status = (int)status;
    if (status < 200)
        return; /* interim: another block of headers comes */
    call->headers_done = true;
    call->in_redirect = call->follow && is_redirect(call->status) &&
                        header_value(call, "location").n > 0;
}

static size_t
on_header(char *bytes, size_t size, size_t n, void *arg)
{
    struct http_call *call = call_of(arg);
    struct str line = {bytes, size * n};

    call->got_byte = true;
    call->header_bytes += line.n;
    if (call->header_bytes > call->max_header) {
        call_fail(call, HTTP_TOO_LARGE,
            "the headers are longer than max_header_bytes");
        return 0;
    }
    if (call->headers_done)
        return line.n; /* trailers: counted, not used */
    if (str_starts(line, STR("HTTP/"))) {
        call->nanswer_headers = 0;
    } else if (str_trim(line).n == 0) {
        headers_end(call);
    } else {
        keep_header(call, line);
    }
    return line.n;
}

/* --- body ------------------------------------------------------------------
 */

static uint64_t
hop_wire_bytes(const struct http_call *call)
{
    curl_off_t n = 0;

    curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &n);
    return n > 0 ? (uint64_t)n : 0;
}

static bool
ratio_is_sane(const struct http_call *call, size_t decoded)
{
    /* curl counts what it has read after it hands it on: one buffer late. */
    uint64_t wire = hop_wire_bytes(call) + HTTP_READ_BYTES;

    return decoded <= HTTP_RATIO_FREE_BYTES || decoded / wire < HTTP_MAX_RATIO;
}

static size_t
on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct http_call *call = call_of(arg);
    int err;

    n *= size;
    call->got_byte = true;
    if (call->in_redirect) {
        call->redirect_bytes += n;
        call->cut_redirect = call->redirect_bytes > HTTP_REDIRECT_BODY_BYTES;
        return call->cut_redirect ? 0 : n;
    }
    if (call->cut && n > call->max_body - call->answer_body.n) {
        n = call->max_body - call->answer_body.n;
        call->was_cut = true; /* and curl ends it */
    }
    err = buf_add(&call->answer_body, bytes, n);
    if (err == E_LIMIT) {
        call_fail(
            call, HTTP_TOO_LARGE, "the body is longer than max_body_bytes");
        return 0;
    }
    if (err < 0) {
        call_fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
        return 0;
    }
    if (!ratio_is_sane(call, call->answer_body.n)) {
        call_fail(call, HTTP_TOO_LARGE,
            "the body is more than 200 times what was sent");
        return 0;
    }
    return n;
}

/* Called now and then while bytes come in, also when they decode to none. */
static int
on_progress(void *arg, curl_off_t expected, curl_off_t got,
    curl_off_t to_upload, curl_off_t uploaded)
{
    struct http_call *call = call_of(arg);

    (void)expected;
    (void)to_upload;
    (void)uploaded;
    if (got > 0 && (uint64_t)got > call->max_wire && !call->was_cut) {
        call_fail(call, HTTP_TOO_LARGE,
            "what was sent is longer than max_wire_bytes");
        return 1;
    }
    return 0;
}

/* --- time ------------------------------------------------------------------
 */

static void
set_timer(struct http_call *call, struct mono now)
{
    int64_t left = call->deadline.ms - now.ms;
    int64_t first = call->hop_begun.ms + call->first_byte_ms - now.ms;

    loop_timer_set(call->timer, !call->got_byte && first < left ? first : left);
}

static void
on_time(void *arg)
{
    struct http_call *call = call_of(arg);
    struct mono now = loop_mono(call->http->loop);

    if (call->state == CALL_QUEUED) {
        call->later_ms = call->patience_ms;
        call_fail(call, HTTP_LATER, "its host had no turn for it in time");
        queue_remove(call);
        http_finish(call);
        return;
    }
    if (now.ms >= call->deadline.ms) {
        call_fail(call, HTTP_TIMEOUT, "the answer took longer than total_ms");
    } else if (!call->got_byte &&
               now.ms >= call->hop_begun.ms + call->first_byte_ms) {
        call_fail(call, HTTP_TIMEOUT, "no byte came within first_byte_ms");
    } else {
        set_timer(call, now);
        return;
    }
    call_end(call);
    queue_release(call, true);
    http_finish(call);
}

int
call_wait(struct http_call *call)
{
    if (call->patience_ms <= 0)
        return 0;
    if (!call->timer &&
        loop_timer_new(call->http->loop, on_time, call, &call->timer) < 0)
        return E_NOMEM;
    loop_timer_set(call->timer, call->patience_ms);
    return 0;
}

/* --- setting a handle up ---------------------------------------------------
 */

/* After a redirect to another origin only headers that carry no secret. */
static bool
is_harmless(struct str name)
{
    static const char *const harmless[] = {"accept", "accept-language",
        "if-none-match", "if-modified-since", "cache-control", "user-agent",
        "range", NULL};

    for (size_t i = 0; harmless[i]; i++)
        if (str_eq_nocase(name, str_of(harmless[i])))
            return true;
    return false;
}

/* A validator is of one address and says nothing at another. */
static bool
is_validator(struct str name)
{
    return str_eq_nocase(name, STR("if-none-match")) ||
           str_eq_nocase(name, STR("if-modified-since"));
}

static bool
validators_go(const struct http_call *call)
{
    return call->conditional_url.n
               ? str_eq(call->conditional_url, call->target.url)
               : call->nredirects == 0;
}

static int
add_header(struct http_call *call, const char *line)
{
    struct curl_slist *longer = curl_slist_append(call->slist, line);

    if (!longer)
        return E_NOMEM;
    call->slist = longer;
    return 0;
}

static int
add_headers(struct http_call *call)
{
    int err = add_header(call, "Expect:"); /* no waiting for 100 Continue */

    call->conditional = false;
    for (size_t i = 0; !err && i < call->nheaders; i++) {
        const struct http_header *header = &call->headers[i];
        struct str line;

        if (call->left_origin && !is_harmless(header->name))
            continue;
        if (is_validator(header->name)) {
            if (!validators_go(call))
                continue;
            call->conditional = true;
        }
        line =
            arena_printf(call->arena, header->value.n ? "%.*s: %.*s" : "%.*s;",
                STR_ARG(header->name), STR_ARG(header->value));
        err = line.p ? add_header(call, line.p) : E_NOMEM;
    }
    return err;
}

static void
set_method(CURL *easy, const struct http_call *call)
{
    bool put = strcmp(call->method, "PUT") == 0;

    if (put || strcmp(call->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        if (put)
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.p);
        curl_easy_setopt(
            easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
    } else if (strcmp(call->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
}

/* What protects us: every option is named, also those that are the default,
 * because here is where a reader looks for them. */
static void
set_protection(CURL *easy, const struct http_call *call)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, call->proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, call->proxy[0] ? "" : "*");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HSTS_CTRL, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(easy, CURLOPT_TRANSFER_ENCODING, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL); /* the store is ours */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tls_use_store);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    if (!call->cut)
        curl_easy_setopt(
            easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->max_wire);
}

static void
set_limits(CURL *easy, const struct http_call *call)
{
    long slow_s = (long)(call->first_byte_ms / MS_SECOND) + 1;

    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    curl_easy_setopt(
        easy, CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_SLOW_BYTES_PER_S);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, slow_s);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)HTTP_READ_BYTES);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)HTTP_CONNECTION_AGE_S);
    curl_easy_setopt(
        easy, CURLOPT_MAXLIFETIME_CONN, (long)HTTP_CONNECTION_LIFE_S);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)HTTP_DNS_CACHE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Giving a call up must not wait for its name look-up to end. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

static int
set_up(CURL *easy, struct http_call *call)
{
    if (add_headers(call) < 0)
        return E_NOMEM;
    set_protection(easy, call);
    set_limits(easy, call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error_text);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, call->http->user_agent);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)call->afresh);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, (long)!call->afresh);
    if (!call->plain)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->slist);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    set_method(easy, call);
    return curl_easy_setopt(easy, CURLOPT_URL, call->target.url.p) == CURLE_OK
               ? 0
               : E_NOMEM;
}

/* --- life ------------------------------------------------------------------
 */

int
call_begin(struct http_call *call)
{
    struct http *http = call->http;
    struct mono now = loop_mono(http->loop);

    if (!call->timer &&
        loop_timer_new(http->loop, on_time, call, &call->timer) < 0)
        return E_NOMEM;
    if (!http->multi && http_multi_new(http) < 0)
        return E_NOMEM;
    call->easy = http_handle_take(http);
    if (!call->easy)
        return E_NOMEM;
    if (set_up(call->easy, call) < 0 ||
        curl_multi_add_handle(http->multi, call->easy) != CURLM_OK) {
        http_handle_give(http, call->easy);
        call->easy = NULL;
        curl_slist_free_all(call->slist);
        call->slist = NULL;
        return E_NOMEM;
    }
    if (!call->started)
        call->begun = now;
    call->started = true;
    call->hop_begun = now;
    call->asked = false;
    call->deadline.ms = now.ms + call->left_ms;
    call->got_byte = false;
    set_timer(call, now);
    call->state = CALL_RUNNING;
    TAILQ_INSERT_TAIL(&http->running, call, link);
    http->nrunning++;
    return 0;
}

void
call_end(struct http_call *call)
{
    struct http *http = call->http;

    call->wire_bytes += hop_wire_bytes(call) + call->header_bytes;
    curl_multi_remove_handle(http->multi, call->easy);
    http_handle_give(http, call->easy);
    call->easy = NULL;
    curl_slist_free_all(call->slist);
    call->slist = NULL;
    loop_timer_cancel(call->timer);
    TAILQ_REMOVE(&http->running, call, link);
    http->nrunning--;
}

/* --- the end of a hop ------------------------------------------------------
 */

enum http_result
http_result_of(CURLcode code)
{
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return HTTP_DNS;
    if (code == CURLE_COULDNT_CONNECT)
        return HTTP_CONNECT;
    if (code == CURLE_SSL_CONNECT_ERROR ||
        code == CURLE_PEER_FAILED_VERIFICATION ||
        code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
        code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_INVALIDCERTSTATUS)
        return HTTP_TLS;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return HTTP_TIMEOUT;
    if (code == CURLE_FILESIZE_EXCEEDED)
        return HTTP_TOO_LARGE;
    if (code == CURLE_OUT_OF_MEMORY)
        return HTTP_NO_MEMORY;
    return HTTP_BROKEN;
}

static bool
same_origin(const struct gate_target *a, const struct gate_target *b)
{
    return a->https == b->https && a->port == b->port &&
           str_eq(a->host, b->host);
}

/* Make the next hop of call.  0, or the call has failed. */
static int
redirect(struct http_call *call)
{
    struct str location = header_value(call, "location");
    struct gate_target next;
    struct str url;
    const char *reason = err_text(E_NOMEM);
    int err;

    if (call->nredirects == HTTP_MAX_REDIRECTS) {
        call_fail(
            call, HTTP_TOO_MANY_REDIRECTS, "more than 5 redirects in a row");
        return E_LIMIT;
    }
    if (url_resolve(call->arena, call->target.url, location, &url) < 0) {
        call_fail(call, HTTP_REFUSED, "the redirect leads to no usable URL");
        return E_PARSE;
    }
    err = gate_target(call->policy, call->arena, url, &next, &reason);
    if (!err && call->target.https && !next.https && !call->may_downgrade) {
        reason = "a redirect from https to http is not followed";
        err = E_DENIED;
    }
    if (err < 0) {
        call_fail(
            call, err == E_DENIED ? HTTP_REFUSED : HTTP_NO_MEMORY, reason);
        return err;
    }
    call->redirects[call->nredirects].status = call->status;
    call->redirects[call->nredirects++].url = next.url;
    if (!same_origin(&call->target, &next))
        call->left_origin = true;
    call->target = next;
    return 0;
}

/* Forget the answer of the hop that ended. */
static void
forget_answer(struct http_call *call)
{
    call->nanswer_headers = 0;
    call->header_bytes = 0;
    call->redirect_bytes = 0;
    call->headers_done = call->in_redirect = call->cut_redirect = false;
    call->was_cut = false;
    call->status = 0;
    tls_peer_init(&call->peer);
    buf_clear(&call->answer_body);
}

/* On to the next hop. */
static void
go_on(struct http_call *call)
{
    int err = queue_add(call, true);

    if (err == 0)
        return;
    if (err == E_BUSY)
        call_fail(call, HTTP_LATER,
            "it leads to a host that is to be left alone for now");
    else
        call_fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
    http_finish(call);
}

void
http_hop(struct http_call *call, bool follow, const char *reason)
{
    assert(call->magic == HTTP_CALL_MAGIC && call->state == CALL_ASKING);
    TAILQ_REMOVE(&call->http->asking, call, link);
    if (follow) {
        go_on(call);
    } else {
        call_fail(call, HTTP_REFUSED, reason);
        http_finish(call);
    }
}

/* What went wrong, when something did. */
static void
judge_end(struct http_call *call, CURLcode code)
{
    if (call->seen->refused || code == CURLE_PEER_FAILED_VERIFICATION) {
        call->peer = call->seen->peer;
        /* curl compares the names, after the chain was found good. */
        if (!call->peer.trouble[0])
            call->peer.trouble = "the certificate is for another name";
    }
    if (code == CURLE_OK && !call->headers_done)
        call_fail(call, HTTP_BROKEN, "the answer ended within its headers");
    if (call->failed || code == CURLE_OK || call->cut_redirect || call->was_cut)
        return;
    if (code == CURLE_BAD_CONTENT_ENCODING) {
        call->bad_coding = true;
        call_fail(call, HTTP_BROKEN,
            "its Content-Encoding is not known, or not what the body is in");
    }
    call_fail(call, http_result_of(code),
        call->error_text[0] ? call->error_text : curl_easy_strerror(code));
}

void
call_ended(struct http_call *call, CURLcode code)
{
    bool next;

    call->left_ms = call->deadline.ms - loop_mono(call->http->loop).ms;
    call_end(call);
    judge_end(call, code);
    next = !call->failed && call->in_redirect && redirect(call) == 0;
    queue_release(call, !next || !queue_is_same(call));
    if (!next) {
        http_finish(call);
        return;
    }
    forget_answer(call);
    if (!call->hop) {
        go_on(call);
        return;
    }
    call->state = CALL_ASKING;
    TAILQ_INSERT_TAIL(&call->http->asking, call, link);
    call->hop(call->arg, call, call->target.url);
}

void
call_answer(
    const struct http_call *call, struct mono now, struct http_answer *ret)
{
    *ret = (struct http_answer){
        .result = call->failed ? call->result : HTTP_ANSWERED,
        .reason = call->failed ? str_of(call->reason) : STR_NONE,
        .status = call->status,
        .headers = call->answer_headers,
        .nheaders = call->nanswer_headers,
        .url = call->target.url,
        .redirects = call->redirects,
        .nredirects = call->nredirects,
        .wire_bytes = call->wire_bytes,
        .elapsed_ms = call->started ? now.ms - call->begun.ms : 0,
        .cert_expires = call->peer.expires,
        .cert = {.subject = str_of(call->peer.subject),
            .issuer = str_of(call->peer.issuer),
            .trouble = str_of(call->peer.trouble)},
        .cut = call->was_cut,
        .bad_coding = call->bad_coding,
        .conditional = call->conditional,
        .later_ms = call->later_ms,
    };
    for (; ret->naddresses < call->naddresses; ret->naddresses++)
        ret->addresses[ret->naddresses] =
            str_of(call->addresses[ret->naddresses].text);
    if (!call->failed)
        ret->body = call->answer_body.n ? buf_str(&call->answer_body) : STR("");
}
