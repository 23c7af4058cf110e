/*
 * origin: plain blocking sockets with short time-outs, so that every thread
 * sees soon that the test is over.
 */
#include "origin.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <openssl/ssl.h>

enum { MAX_THREADS = 512 };

struct logged {
    struct origin_request request;
    int64_t began, ended;
};

struct origin {
    int listener;
    uint16_t port;
    char *unix_path;
    SSL_CTX *tls;
    origin_script script;
    void *arg;
    atomic_bool stopping;
    pthread_t acceptor;
    pthread_t threads[MAX_THREADS];
    size_t nthreads;
    pthread_mutex_t lock; /* of what follows */
    struct logged *log[ORIGIN_MAX_LOG];
    size_t nlog;
    unsigned at_once, most_at_once, connections;
};

struct origin_conn {
    struct origin *origin;
    int fd;
    SSL *ssl;
    unsigned number;
    bool counted; /* in at_once: no byte of the answer has gone out */
    char in[ORIGIN_MAX_REQUEST_BYTES * 2];
    size_t n;
};

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The request is no longer being worked on. */
static void
uncount(struct origin_conn *conn)
{
    if (!conn->counted)
        return;
    pthread_mutex_lock(&conn->origin->lock);
    conn->origin->at_once--;
    pthread_mutex_unlock(&conn->origin->lock);
    conn->counted = false;
}

bool
origin_send(struct origin_conn *conn, const void *bytes, size_t n)
{
    const char *p = bytes;

    uncount(conn);
    while (n > 0) {
        ssize_t sent;

        if (conn->origin->stopping)
            return false;
        if (conn->ssl)
            sent = SSL_write(conn->ssl, p, n > 16384 ? 16384 : (int)n);
        else
            sent = send(conn->fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            if (!conn->ssl && errno == EAGAIN)
                continue;
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool
origin_printf(struct origin_conn *conn, const char *format, ...)
{
    char text[16 * 1024];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return n >= 0 && (size_t)n < sizeof(text) &&
           origin_send(conn, text, (size_t)n);
}

bool
origin_answer(struct origin_conn *conn, int status, const char *headers,
    const void *body, size_t n)
{
    return origin_printf(conn,
               "HTTP/1.1 %d Status\r\n%sContent-Length: %zu\r\n\r\n", status,
               headers ? headers : "", n) &&
           origin_send(conn, body, n);
}

bool
origin_sleep(struct origin_conn *conn, int ms)
{
    for (int i = 0; i < ms && !conn->origin->stopping; i += 5)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    return !conn->origin->stopping;
}

/* --- one connection --------------------------------------------------------
 */

static bool
read_more(struct origin_conn *conn)
{
    size_t room = sizeof(conn->in) - 1 - conn->n;
    ssize_t got = -1;

    if (room == 0)
        return false;
    for (int i = 0; i < ORIGIN_WAIT_S * 20 && !conn->origin->stopping; i++) {
        if (conn->ssl)
            got = SSL_read(conn->ssl, conn->in + conn->n, (int)room);
        else
            got = recv(conn->fd, conn->in + conn->n, room, 0);
        if (got > 0) {
            conn->n += (size_t)got;
            conn->in[conn->n] = '\0';
            return true;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return false;
    }
    return false;
}

static size_t
body_length(const char *head)
{
    const char *field = strcasestr(head, "\ncontent-length:");

    return field ? (size_t)strtoul(field + 16, NULL, 10) : 0;
}

static bool
read_request(struct origin_conn *conn, struct origin_request *request)
{
    char *end;
    size_t head, body;

    while ((end = strstr(conn->in, "\r\n\r\n")) == NULL)
        if (!read_more(conn))
            return false;
    head = (size_t)(end - conn->in) + 4;
    if (head >= sizeof(request->head))
        return false;
    memcpy(request->head, conn->in, head);
    request->head[head] = '\0';
    body = body_length(request->head);
    if (body >= sizeof(request->body))
        return false;
    while (conn->n < head + body)
        if (!read_more(conn))
            return false;
    memcpy(request->body, conn->in + head, body);
    request->body[body] = '\0';
    request->body_n = body;
    request->connection = conn->number;
    memmove(conn->in, conn->in + head + body, conn->n - head - body + 1);
    conn->n -= head + body;
    return sscanf(request->head, "%15s %4095s", request->method,
               request->path) == 2;
}

static void
log_add(struct origin *origin, struct logged *logged)
{
    pthread_mutex_lock(&origin->lock);
    logged->began = now_ms();
    origin->at_once++;
    if (origin->at_once > origin->most_at_once)
        origin->most_at_once = origin->at_once;
    if (origin->nlog < ORIGIN_MAX_LOG)
        origin->log[origin->nlog++] = logged;
    pthread_mutex_unlock(&origin->lock);
}

static void
log_end(struct origin *origin, struct logged *logged)
{
    pthread_mutex_lock(&origin->lock);
    logged->ended = now_ms();
    pthread_mutex_unlock(&origin->lock);
}

static void
serve_requests(struct origin_conn *conn)
{
    bool more = true;

    while (more) {
        struct logged *logged = calloc(1, sizeof(*logged));

        if (!read_request(conn, &logged->request)) {
            free(logged);
            return;
        }
        log_add(conn->origin, logged);
        conn->counted = true;
        more = conn->origin->script(conn, &logged->request, conn->origin->arg);
        uncount(conn);
        log_end(conn->origin, logged);
    }
}

static void *
serve(void *arg)
{
    struct origin_conn *conn = arg;
    struct timeval wait = {.tv_usec = 50000};

    if (conn->origin->tls) {
        struct timeval shake = {.tv_sec = ORIGIN_WAIT_S};

        setsockopt(conn->fd, SOL_SOCKET, SO_RCVTIMEO, &shake, sizeof(shake));
        conn->ssl = SSL_new(conn->origin->tls);
        SSL_set_fd(conn->ssl, conn->fd);
        if (SSL_accept(conn->ssl) != 1)
            goto out;
    }
    setsockopt(conn->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(conn->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    serve_requests(conn);
    if (conn->ssl)
        SSL_shutdown(conn->ssl);
out:
    SSL_free(conn->ssl);
    close(conn->fd);
    free(conn);
    return NULL;
}

static void *
accept_all(void *arg)
{
    struct origin *origin = arg;

    while (!origin->stopping) {
        int fd = accept(origin->listener, NULL, NULL);
        struct origin_conn *conn;

        if (fd < 0)
            continue; /* the listener waits 50 ms at most */
        conn = calloc(1, sizeof(*conn));
        conn->origin = origin;
        conn->fd = fd;
        pthread_mutex_lock(&origin->lock);
        conn->number = ++origin->connections;
        pthread_mutex_unlock(&origin->lock);
        if (origin->nthreads == MAX_THREADS ||
            pthread_create(
                &origin->threads[origin->nthreads], NULL, serve, conn) != 0) {
            close(fd);
            free(conn);
            continue;
        }
        origin->nthreads++;
    }
    return NULL;
}

/* --- the whole -------------------------------------------------------------
 */

static int
listen_tcp(struct origin *origin)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof(addr);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    origin->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(origin->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
        getsockname(origin->listener, (struct sockaddr *)&addr, &len) != 0)
        return -1;
    origin->port = ntohs(addr.sin_port);
    return listen(origin->listener, 128);
}

static int
listen_unix(struct origin *origin, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(addr.sun_path))
        return -1;
    memcpy(addr.sun_path, path, strlen(path));
    origin->unix_path = strdup(path);
    unlink(path);
    origin->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(origin->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0)
        return -1;
    return listen(origin->listener, 128);
}

static struct origin *
start(origin_script script, void *arg, const char *path, SSL_CTX *tls)
{
    struct origin *origin = calloc(1, sizeof(*origin));
    struct timeval wait = {.tv_usec = 50000};

    origin->script = script;
    origin->arg = arg;
    origin->tls = tls;
    signal(SIGPIPE, SIG_IGN);
    pthread_mutex_init(&origin->lock, NULL);
    if ((path ? listen_unix(origin, path) : listen_tcp(origin)) != 0)
        return NULL;
    setsockopt(origin->listener, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    if (pthread_create(&origin->acceptor, NULL, accept_all, origin) != 0)
        return NULL;
    return origin;
}

struct origin *
origin_start(origin_script script, void *arg, const char *path)
{
    return start(script, arg, path, NULL);
}

struct origin *
origin_start_tls(
    origin_script script, void *arg, const char *cert, const char *key)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (!tls ||
        SSL_CTX_use_certificate_file(tls, cert, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
        return NULL;
    return start(script, arg, NULL, tls);
}

void
origin_stop(struct origin *origin)
{
    origin->stopping = true;
    pthread_join(origin->acceptor, NULL);
    for (size_t i = 0; i < origin->nthreads; i++)
        pthread_join(origin->threads[i], NULL);
    for (size_t i = 0; i < origin->nlog; i++)
        free(origin->log[i]);
    close(origin->listener);
    if (origin->unix_path)
        unlink(origin->unix_path);
    free(origin->unix_path);
    SSL_CTX_free(origin->tls);
    pthread_mutex_destroy(&origin->lock);
    free(origin);
}

uint16_t
origin_port(const struct origin *origin)
{
    return origin->port;
}

size_t
origin_count(struct origin *origin, const char *path)
{
    size_t n = 0;

    pthread_mutex_lock(&origin->lock);
    for (size_t i = 0; i < origin->nlog; i++)
        n += strncmp(origin->log[i]->request.path, path, strlen(path)) == 0;
    pthread_mutex_unlock(&origin->lock);
    return n;
}

bool
origin_last(struct origin *origin, const char *path, struct origin_request *ret)
{
    bool found = false;

    pthread_mutex_lock(&origin->lock);
    for (size_t i = origin->nlog; i > 0 && !found; i--) {
        const struct origin_request *r = &origin->log[i - 1]->request;

        found = strncmp(r->path, path, strlen(path)) == 0;
        if (found)
            *ret = *r;
    }
    pthread_mutex_unlock(&origin->lock);
    return found;
}

unsigned
origin_most_at_once(struct origin *origin)
{
    unsigned n;

    pthread_mutex_lock(&origin->lock);
    n = origin->most_at_once;
    pthread_mutex_unlock(&origin->lock);
    return n;
}

unsigned
origin_connections(struct origin *origin)
{
    unsigned n;

    pthread_mutex_lock(&origin->lock);
    n = origin->connections;
    pthread_mutex_unlock(&origin->lock);
    return n;
}

static const struct logged *
logged_at(struct origin *origin, size_t i)
{
    const struct logged *logged = NULL;

    pthread_mutex_lock(&origin->lock);
    if (i < origin->nlog)
        logged = origin->log[i];
    pthread_mutex_unlock(&origin->lock);
    return logged;
}

int64_t
origin_began(struct origin *origin, size_t i)
{
    const struct logged *logged = logged_at(origin, i);

    return logged ? logged->began : 0;
}

int64_t
origin_ended(struct origin *origin, size_t i)
{
    const struct logged *logged = logged_at(origin, i);

    return logged ? logged->ended : 0;
}

const char *
origin_path(struct origin *origin, size_t i)
{
    const struct logged *logged = logged_at(origin, i);

    return logged ? logged->request.path : NULL;
}
