/*
 * http: the client on the loop.
 *
 * curl tells which descriptors it wants watched and when it wants to be called
 * again; both are passed on to the loop.  A call that ended waits in a list
 * until curl has returned, and only then its caller hears of it: so a caller
 * may start and cancel whatever it likes from its callback.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_int.h"

static void deliver(struct http *http);

/* --- curl on the loop ------------------------------------------------------
 */

static void
take_messages(struct http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        void *owner = NULL;
        CURLcode code;

        if (message->msg != CURLMSG_DONE)
            continue;
        code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        assert(owner && (*(unsigned *)owner == HTTP_CALL_MAGIC ||
                            *(unsigned *)owner == HTTP_MAIL_MAGIC));
        if (*(unsigned *)owner == HTTP_MAIL_MAGIC)
            mail_ended(owner, code);
        else
            call_ended(owner, code);
    }
}

/* A descriptor could not be watched for want of memory: curl takes no more
 * part.  End what was under way and begin anew. */
static void
start_over(struct http *http)
{
    struct http_call *call;

    while ((call = TAILQ_FIRST(&http->running)) != NULL) {
        call_fail(call, HTTP_NO_MEMORY, err_text(E_NOMEM));
        call_end(call);
        queue_release(call, true);
        http_finish(call);
    }
    mail_start_over(http);
    curl_multi_cleanup(http->multi);
    http->multi = NULL; /* made again with the next call */
}

static void
act(struct http *http, curl_socket_t fd, int what)
{
    int still_running;
    CURLMcode code =
        curl_multi_socket_action(http->multi, fd, what, &still_running);

    take_messages(http);
    if (code != CURLM_OK && code != CURLM_BAD_SOCKET)
        start_over(http);
    deliver(http);
    queue_pump(http);
}

static void
curl_timer_fired(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
curl_wants_timer(CURLM *multi, long after_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    if (after_ms < 0)
        loop_timer_cancel(http->curl_timer);
    else
        loop_timer_set(http->curl_timer, after_ms);
    return 0;
}

/* One of curl's descriptors under watch. */
struct watch {
    struct http *http;
    struct loop_io *io;
    curl_socket_t fd;
};

static void
socket_ready(void *arg, int what)
{
    struct watch *watch = arg;
    int mask = 0;

    if (what & LOOP_READ)
        mask |= CURL_CSELECT_IN;
    if (what & LOOP_WRITE)
        mask |= CURL_CSELECT_OUT;
    act(watch->http, watch->fd, mask);
}

static struct watch *
watch_new(struct http *http, curl_socket_t fd)
{
    struct watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    watch->http = http;
    watch->fd = fd;
    if (loop_io_new(http->loop, fd, socket_ready, watch, &watch->io) < 0) {
        free(watch);
        return NULL;
    }
    return watch;
}

static int
curl_wants_socket(
    CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct http *http = arg;
    struct watch *watch = socket_arg;
    int want = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            curl_multi_assign(http->multi, fd, NULL);
            loop_io_free(watch->io);
            free(watch);
        }
        return 0;
    }
    if (!watch) {
        watch = watch_new(http, fd);
        if (!watch)
            return -1;
        curl_multi_assign(http->multi, fd, watch);
    }
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        want |= LOOP_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        want |= LOOP_WRITE;
    return loop_io_want(watch->io, want) < 0 ? -1 : 0;
}

/* --- handles ---------------------------------------------------------------
 */

CURL *
http_handle_take(struct http *http)
{
    if (http->nidle > 0)
        return http->idle[--http->nidle];
    return curl_easy_init();
}

void
http_handle_give(struct http *http, CURL *easy)
{
    if (http->nidle == HTTP_MAX_IDLE_HANDLES) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    http->idle[http->nidle++] = easy;
}

/* --- answers ---------------------------------------------------------------
 */

void
http_finish(struct http_call *call)
{
    call->state = CALL_FINISHED;
    TAILQ_INSERT_TAIL(&call->http->finished, call, link);
    loop_timer_set(call->http->pump_timer, 0);
}

static void
deliver(struct http *http)
{
    struct http_call *call;

    while ((call = TAILQ_FIRST(&http->finished)) != NULL) {
        struct http_answer answer;

        TAILQ_REMOVE(&http->finished, call, link);
        call_answer(call, loop_mono(http->loop), &answer);
        call->done(call->arg, &answer);
        call_free(call);
    }
    mail_deliver(http);
}

static void
pump_timer_fired(void *arg)
{
    struct http *http = arg;

    deliver(http);
    queue_pump(http);
}

struct str
http_answer_header(const struct http_answer *answer, const char *name)
{
    struct str wanted = str_of(name);

    for (size_t i = 0; i < answer->nheaders; i++)
        if (str_eq_nocase(answer->headers[i].name, wanted))
            return answer->headers[i].value;
    return STR_NONE;
}

/* --- the client ------------------------------------------------------------
 */

int
http_multi_new(struct http *http)
{
    CURLM *multi = curl_multi_init();

    if (!multi)
        return E_NOMEM;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_wants_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_wants_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)HTTP_MAX_CONNECTIONS);
    http->multi = multi;
    return 0;
}

static int
client_init(struct http *http, struct str user_agent)
{
    http->user_agent = strndup(user_agent.p ? user_agent.p : "", user_agent.n);
    if (!http->user_agent)
        return E_NOMEM;
    if (loop_timer_new(http->loop, curl_timer_fired, http, &http->curl_timer) <
            0 ||
        loop_timer_new(http->loop, pump_timer_fired, http, &http->pump_timer) <
            0 ||
        http_multi_new(http) < 0)
        return E_NOMEM;
    return tls_store_new(http);
}

int
http_new(struct loop *loop, struct str user_agent, struct http **ret)
{
    static bool warm; /* the name service loads once per process */
    struct http *http = calloc(1, sizeof(*http));

    if (!http)
        return E_NOMEM;
    http->loop = loop;
    http->total = HTTP_MAX_CONCURRENT;
    http->per_host = HTTP_MAX_PER_HOST;
    TAILQ_INIT(&http->running);
    TAILQ_INIT(&http->asking);
    TAILQ_INIT(&http->finished);
    TAILQ_INIT(&http->mails);
    TAILQ_INIT(&http->mails_finished);
    TAILQ_INIT(&http->ready);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        return E_NOMEM;
    }
    /* TLS writes to its socket without MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    if (client_init(http, user_agent) < 0) {
        http_free(http);
        return E_NOMEM;
    }
    if (!warm)
        http_warm_resolver();
    warm = true;
    *ret = http;
    return 0;
}

void
http_free(struct http *http)
{
    struct http_call *call;

    if (!http)
        return;
    mail_free_all(http);
    while ((call = TAILQ_FIRST(&http->running)) != NULL) {
        call_end(call);
        call_free(call);
    }
    while ((call = TAILQ_FIRST(&http->asking)) != NULL) {
        TAILQ_REMOVE(&http->asking, call, link);
        call_free(call);
    }
    while ((call = TAILQ_FIRST(&http->finished)) != NULL) {
        TAILQ_REMOVE(&http->finished, call, link);
        call_free(call);
    }
    queue_done(http);
    while (http->nidle > 0)
        curl_easy_cleanup(http->idle[--http->nidle]);
    if (http->multi)
        curl_multi_cleanup(http->multi);
    loop_timer_free(http->curl_timer);
    loop_timer_free(http->pump_timer);
    X509_STORE_free(http->store);
    free(http->user_agent);
    free(http);
    curl_global_cleanup();
}

void
http_set_limits(
    struct http *http, unsigned total, unsigned per_host, int64_t gap_ms)
{
    http->total = total ? total : 1;
    http->per_host = per_host ? per_host : 1;
    http->gap_ms = gap_ms;
    loop_timer_set(http->pump_timer, 0);
}

void
http_set_scope(struct http *http, enum http_scope scope)
{
    http->scope = scope;
}

void
http_hold(struct http *http, struct str url, int64_t ms)
{
    struct arena *arena = arena_new(GATE_MAX_URL_BYTES * 4);
    struct str name =
        arena ? scope_name_of_url(http->scope, arena, url) : STR_NONE;

    if (name.n > 0 && ms > 0)
        queue_hold(http, name, ms);
    arena_free(arena);
}

int
http_start(struct http *http, const struct http_request *request,
    void (*done)(void *arg, const struct http_answer *answer), void *arg,
    struct http_call **ret)
{
    struct http_call *call = NULL;
    const char *reason = NULL;
    int err;

    if (http->nqueued >= HTTP_MAX_QUEUED)
        return E_BUSY;
    err = call_new(http, request, &call);
    if (err < 0)
        return err;
    call->done = done;
    call->arg = arg;
    err = gate_target(
        call->policy, call->arena, request->url, &call->target, &reason);
    if (err == E_DENIED) {
        call_fail(call, HTTP_REFUSED, reason);
        http_finish(call);
        err = 0;
    } else if (!err) {
        err = queue_add(call, false);
    }
    if (err == E_BUSY) {
        call_fail(call, HTTP_LATER, "its host is to be left alone for now");
        http_finish(call);
        err = 0;
    }
    if (err < 0) {
        call_free(call);
        return err;
    }
    if (ret)
        *ret = call;
    return 0;
}

void
http_cancel(struct http_call *call)
{
    struct http *http = call->http;

    assert(call->magic == HTTP_CALL_MAGIC);
    switch (call->state) {
    case CALL_QUEUED:
        queue_remove(call);
        break;
    case CALL_RUNNING:
        call_end(call);
        queue_release(call, true);
        break;
    case CALL_ASKING:
        TAILQ_REMOVE(&http->asking, call, link);
        break;
    case CALL_FINISHED:
        TAILQ_REMOVE(&http->finished, call, link);
        break;
    }
    call_free(call);
}
