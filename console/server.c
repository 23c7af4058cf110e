/*
 * server: a connection reads, is busy, writes, and reads again.
 *
 *     READ ──request──▶ BUSY ──exchange_send──▶ WRITE ──sent──▶ READ
 *       │ refusal         │ exchange_stream       │ last answer
 *       └────▶ BUSY       └──▶ STREAM             └──▶ LINGER ──▶ freed
 *
 * One timer per connection holds the deadline of the state it is in.  LINGER
 * exists so that a peer that is still sending can read why it was refused:
 * closing at once would reset the connection under it.
 */
#include "console/server.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "console/answer.h"
#include "console/listen.h"

/* News of a hub; texts of rules, of which a form makes three times as much. */
static const struct http_large large_bodies[] = {
    {"/websub/", 1024 * 1024},
    {"/rule-editor", 256 * 1024},
    {"/api/v1/rule-editor", 256 * 1024},
    {NULL, 0},
};

enum connection_state {
    CONNECTION_READ,
    CONNECTION_BUSY,
    CONNECTION_WRITE,
    CONNECTION_STREAM,
    CONNECTION_LINGER
};

struct connection {
    TAILQ_ENTRY(connection) link;
    struct server *server;
    struct bufferevent *bev;
    struct loop_timer *timer;
    enum connection_state state;
    struct http_reader reader;
    struct exchange exchange;
    struct peer peer;
    struct mono begun; /* first byte of the request at hand */
    bool begun_set;
    bool keep;       /* another request may follow this answer */
    bool eof;        /* the peer sends no more */
    bool ending;     /* stream: to be freed by the timer */
    bool proxied;    /* from a listed proxy: not counted per address */
    size_t lingered; /* bytes read and thrown away */
    void *stream_data;
};

struct server {
    struct loop *loop;
    const struct server_ops *ops;
    void *arg;
    struct evconnlistener *tcp, *local;
    int tcp_fd, local_fd; /* until server_start hands them over; then -1 */
    uint16_t port;
    bool tls;
    TAILQ_HEAD(, connection) connections; /* oldest first */
    size_t ntcp, nlocal, nstreams;
    char proxies[SERVER_MAX_PROXIES][64];
    size_t nproxies;
};

static void connection_step(struct connection *conn);

/* --- life --- */

static void
exchange_done(struct exchange *exchange)
{
    arena_free(exchange->arena);
    buf_done(&exchange->headers);
    buf_done(&exchange->body);
    memset(exchange, 0, sizeof *exchange);
}

/* Connections of address, and the one that has been idle longest. */
static size_t
count_address(const struct server *server, const char *address,
    struct connection **ret_idle)
{
    struct connection *conn;
    size_t n = 0;

    *ret_idle = NULL;
    TAILQ_FOREACH (conn, &server->connections, link) {
        if (conn->peer.local ||
            (address && strcmp(conn->peer.address, address) != 0))
            continue;
        n++;
        if (!*ret_idle && conn->state == CONNECTION_READ && !conn->begun_set)
            *ret_idle = conn;
    }
    return n;
}

static void
listener_set(struct evconnlistener *listener, bool on)
{
    if (!listener)
        return;
    if (on)
        (void)evconnlistener_enable(listener);
    else
        (void)evconnlistener_disable(listener);
}

/* Accept while there is room, or an idle connection that can make some. */
static void
server_pace(struct server *server)
{
    struct connection *idle;
    size_t n = count_address(server, NULL, &idle);

    listener_set(server->tcp, n < SERVER_MAX_CONNECTIONS || idle);
    listener_set(server->local, server->nlocal < SERVER_MAX_LOCAL);
}

static void
connection_free(struct connection *conn)
{
    struct server *server = conn->server;

    if (conn->state == CONNECTION_BUSY)
        server->ops->gone(server->arg, &conn->exchange);
    if (conn->state == CONNECTION_STREAM) {
        server->nstreams--;
        server->ops->stream_gone(server->arg, conn, conn->stream_data);
    }
    exchange_done(&conn->exchange);
    TAILQ_REMOVE(&server->connections, conn, link);
    if (conn->peer.local)
        server->nlocal--;
    else
        server->ntcp--;
    loop_timer_free(conn->timer);
    bufferevent_free(conn->bev);
    http_reader_done(&conn->reader);
    free(conn);
    server_pace(server);
}

/* --- reading --- */

/* Whose address counts: behind a listed proxy the last one it names. */
static void
peer_for_exchange(struct connection *conn, struct peer *ret)
{
    struct str list =
        http_header_last(&conn->reader.request, "X-Forwarded-For");
    struct str last = STR_NONE;
    unsigned char binary[sizeof(struct in6_addr)];

    *ret = conn->peer;
    if (!conn->proxied)
        return;
    ret->loopback = false;
    while (list.p)
        last = str_trim(str_split(&list, ','));
    if (last.n == 0 || last.n >= sizeof ret->address)
        return;
    memcpy(ret->address, last.p, last.n);
    ret->address[last.n] = '\0';
    if (inet_pton(AF_INET, ret->address, binary) != 1 &&
        inet_pton(AF_INET6, ret->address, binary) != 1)
        memcpy(ret->address, conn->peer.address, sizeof ret->address);
}

/* Hand the request, or its refusal, to the house. */
static void
connection_dispatch(struct connection *conn)
{
    struct exchange *exchange = &conn->exchange;
    bool refused = conn->reader.state == HTTP_READ_REFUSED;

    conn->state = CONNECTION_BUSY;
    exchange->connection = conn;
    exchange->arena = arena_new(SERVER_ARENA_BYTES);
    buf_init(&exchange->headers, SERVER_MAX_HEADER_BYTES);
    buf_init(&exchange->body, SERVER_MAX_ANSWER_BYTES);
    if (!exchange->arena) {
        conn->state = CONNECTION_READ;
        connection_free(conn);
        return;
    }
    exchange->refused = refused ? conn->reader.status : 0;
    exchange->request = refused ? NULL : &conn->reader.request;
    conn->keep = !refused && conn->reader.request.keep_alive;
    exchange->peer = conn->peer;
    if (!refused)
        peer_for_exchange(conn, &exchange->peer);
    conn->server->ops->request(conn->server->arg, exchange);
}

static void
connection_set_deadline(struct connection *conn)
{
    int64_t spent = loop_mono(conn->server->loop).ms - conn->begun.ms;
    int64_t limit = conn->reader.state == HTTP_READ_HEAD ? SERVER_HEAD_MS
                                                         : SERVER_REQUEST_MS;

    loop_timer_set(conn->timer, limit > spent ? limit - spent : 0);
}

/* Feed what has arrived to the reader. */
static void
connection_feed(struct connection *conn)
{
    struct evbuffer *input = bufferevent_get_input(conn->bev);
    struct http_reader *reader = &conn->reader;

    while (evbuffer_get_length(input) > 0 && reader->state != HTTP_READ_DONE &&
           reader->state != HTTP_READ_REFUSED) {
        size_t n = evbuffer_get_contiguous_space(input);
        const char *bytes = (const char *)evbuffer_pullup(input, (ssize_t)n);

        n = http_reader_feed(reader, (struct str){bytes, n});
        (void)evbuffer_drain(input, n);
    }
}

static void
connection_step(struct connection *conn)
{
    enum http_reader_state before = conn->reader.state;
    struct http_reader *reader = &conn->reader;

    connection_feed(conn);
    if (conn->eof && reader->begun && reader->state != HTTP_READ_DONE &&
        reader->state != HTTP_READ_REFUSED)
        http_reader_refuse(reader, 400, "the request has no end");
    if (reader->begun && !conn->begun_set) {
        conn->begun_set = true;
        conn->begun = loop_mono(conn->server->loop);
        connection_set_deadline(conn);
    } else if (before == HTTP_READ_HEAD && reader->state != HTTP_READ_HEAD) {
        connection_set_deadline(conn);
    }
    if (reader->state == HTTP_READ_DONE || reader->state == HTTP_READ_REFUSED) {
        connection_dispatch(conn);
    } else if (conn->eof) {
        connection_free(conn);
    } else if (reader->expects) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

        reader->expects = false;
        (void)bufferevent_write(conn->bev, go_on, sizeof go_on - 1);
    }
}

static void
read_cb(struct bufferevent *bev, void *arg)
{
    struct connection *conn = arg;
    struct evbuffer *input = bufferevent_get_input(bev);
    size_t n = evbuffer_get_length(input);

    if (conn->state == CONNECTION_READ) {
        connection_step(conn);
    } else if (conn->state == CONNECTION_LINGER) {
        (void)evbuffer_drain(input, n);
        conn->lingered += n;
        if (conn->lingered > SERVER_MAX_LINGER_BYTES)
            connection_free(conn);
    } else if (conn->state == CONNECTION_STREAM) {
        (void)evbuffer_drain(input, n);
    }
}

/* --- writing --- */

static void
connection_linger(struct connection *conn)
{
    conn->state = CONNECTION_LINGER;
    (void)evbuffer_drain(bufferevent_get_input(conn->bev),
        evbuffer_get_length(bufferevent_get_input(conn->bev)));
    if (shutdown(bufferevent_getfd(conn->bev), SHUT_WR) != 0 || conn->eof) {
        connection_free(conn);
        return;
    }
    loop_timer_set(conn->timer, SERVER_LINGER_MS);
}

/* All of the answer is with the kernel. */
static void
write_cb(struct bufferevent *bev, void *arg)
{
    struct connection *conn = arg;

    (void)bev;
    if (conn->state != CONNECTION_WRITE)
        return;
    if (!conn->keep) {
        connection_linger(conn);
        return;
    }
    conn->state = CONNECTION_READ;
    conn->begun_set = false;
    http_reader_next(&conn->reader);
    loop_timer_set(conn->timer, SERVER_IDLE_MS);
    server_pace(conn->server);
    connection_step(conn);
}

static void
event_cb(struct bufferevent *bev, short what, void *arg)
{
    struct connection *conn = arg;

    (void)bev;
    if (!(what & BEV_EVENT_EOF) || conn->state == CONNECTION_STREAM ||
        conn->state == CONNECTION_LINGER) {
        connection_free(conn);
        return;
    }
    /* Half closed: it may still be reading. */
    conn->eof = true;
    conn->keep = false;
    if (conn->state == CONNECTION_READ)
        connection_step(conn);
}

void
exchange_send(struct exchange *exchange)
{
    struct connection *conn = exchange->connection;
    struct server *server = conn->server;
    struct evbuffer *output = bufferevent_get_output(conn->bev);
    bool head_only =
        exchange->request && exchange->request->method == HTTP_HEAD;
    int err;

    if (conn->eof)
        conn->keep = false;
    err = answer_write(output, exchange, conn->keep, head_only, server->tls,
        loop_wall(server->loop));
    conn->state = CONNECTION_WRITE;
    exchange_done(exchange);
    if (err) /* out of memory: nothing can be said any more */
        loop_timer_set(conn->timer, 0);
}

/* --- streams --- */

struct connection *
exchange_stream(struct exchange *exchange, void *data)
{
    struct connection *conn = exchange->connection;
    struct server *server = conn->server;

    if (server->nstreams == SERVER_MAX_STREAMS)
        return NULL;
    if (answer_write_stream(bufferevent_get_output(conn->bev), exchange,
            server->tls, loop_wall(server->loop)))
        return NULL;
    server->nstreams++;
    conn->state = CONNECTION_STREAM;
    conn->stream_data = data;
    exchange_done(exchange);
    loop_timer_cancel(conn->timer);
    if (conn->eof)
        stream_end(conn);
    return conn;
}

void
stream_write(struct connection *stream, struct str bytes)
{
    struct evbuffer *output = bufferevent_get_output(stream->bev);

    if (evbuffer_get_length(output) + bytes.n > SERVER_MAX_STREAM_BYTES ||
        evbuffer_add(output, bytes.p, bytes.n) != 0)
        stream_end(stream);
}

void
stream_end(struct connection *stream)
{
    stream->ending = true;
    loop_timer_set(stream->timer, 0);
}

/* --- time --- */

static void
timer_cb(void *arg)
{
    struct connection *conn = arg;
    struct http_reader *reader = &conn->reader;

    if (conn->state == CONNECTION_READ && conn->begun_set) {
        http_reader_refuse(reader, 408, "too slow");
        loop_timer_set(conn->timer, SERVER_LINGER_MS);
        connection_dispatch(conn);
        return;
    }
    connection_free(conn);
}

/* --- accepting --- */

static bool
is_proxy(const struct server *server, const struct peer *peer)
{
    for (size_t i = 0; i < server->nproxies; i++)
        if (strcmp(server->proxies[i], peer->address) == 0)
            return true;
    return false;
}

/* Make room for one more: an idle connection gives way, a busy one never. */
static bool
admit(struct server *server, const struct peer *peer, bool proxied)
{
    struct connection *idle;

    if (peer->local)
        return server->nlocal < SERVER_MAX_LOCAL;
    if (!proxied &&
        count_address(server, peer->address, &idle) >= SERVER_MAX_PER_ADDRESS) {
        if (!idle)
            return false;
        connection_free(idle);
    }
    if (count_address(server, NULL, &idle) >= SERVER_MAX_CONNECTIONS) {
        if (!idle)
            return false;
        connection_free(idle);
    }
    return true;
}

static struct connection *
connection_new(struct server *server, evutil_socket_t fd)
{
    struct connection *conn = calloc(1, sizeof *conn);

    if (!conn)
        return NULL;
    conn->server = server;
    http_reader_init(&conn->reader);
    conn->reader.large = large_bodies;
    if (loop_timer_new(server->loop, timer_cb, conn, &conn->timer)) {
        free(conn);
        return NULL;
    }
    conn->bev = bufferevent_socket_new(
        loop_base(server->loop), fd, BEV_OPT_CLOSE_ON_FREE);
    if (!conn->bev) {
        loop_timer_free(conn->timer);
        free(conn);
        return NULL;
    }
    return conn;
}

static void
accept_cb(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int size, void *arg)
{
    struct server *server = arg;
    struct connection *conn = NULL;
    struct peer peer;
    bool proxied;
    int on = 1;

    (void)listener;
    (void)size;
    listen_peer(fd, address, &peer);
    proxied = !peer.local && is_proxy(server, &peer);
    if (admit(server, &peer, proxied))
        conn = connection_new(server, fd);
    if (!conn) {
        (void)close(fd);
        return;
    }
    /* The last piece of an answer is not to wait until the others are
     * acknowledged, which takes 40 ms. */
    if (!peer.local)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    conn->peer = peer;
    memcpy(conn->peer.via, peer.address, sizeof conn->peer.via);
    conn->proxied = proxied;
    TAILQ_INSERT_TAIL(&server->connections, conn, link);
    if (peer.local)
        server->nlocal++;
    else
        server->ntcp++;
    bufferevent_setcb(conn->bev, read_cb, write_cb, event_cb, conn);
    bufferevent_setwatermark(conn->bev, EV_READ, 0, HTTP_MAX_HEAD_BYTES);
    loop_timer_set(conn->timer, SERVER_HEAD_MS);
    (void)bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
    server_pace(server);
}

/* --- the server --- */

static void
copy_proxies(struct server *server, const struct server_config *config)
{
    for (size_t i = 0;
         i < config->nproxies && server->nproxies < SERVER_MAX_PROXIES; i++) {
        struct str proxy = config->proxies[i];
        char *to = server->proxies[server->nproxies];

        if (proxy.n == 0 || proxy.n >= sizeof server->proxies[0])
            continue;
        memcpy(to, proxy.p, proxy.n);
        to[proxy.n] = '\0';
        server->nproxies++;
    }
}

int
server_new(struct loop *loop, const struct server_config *config,
    const struct server_ops *ops, void *arg, struct toc_error *reterr,
    struct server **ret)
{
    struct server *server = calloc(1, sizeof *server);
    int err = 0;

    if (!server)
        return E_NOMEM;
    server->loop = loop;
    server->ops = ops;
    server->arg = arg;
    server->tls = config->tls;
    server->tcp_fd = server->local_fd = -1;
    TAILQ_INIT(&server->connections);
    copy_proxies(server, config);
    if (config->listen_fd > 0)
        err = listen_take(config->listen_fd, config->insecure, reterr,
            &server->tcp_fd, &server->port);
    else if (config->listen.n)
        err = listen_tcp(config->listen, config->insecure, reterr,
            &server->tcp_fd, &server->port);
    if (!err && config->socket_path.n)
        err = listen_local(config->socket_path, reterr, &server->local_fd);
    if (err) {
        server_free(server);
        return err;
    }
    *ret = server;
    return 0;
}

static struct evconnlistener *
start_listener(struct server *server, int *fd)
{
    struct evconnlistener *listener =
        evconnlistener_new(loop_base(server->loop), accept_cb, server,
            LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, *fd);

    if (listener)
        *fd = -1;
    return listener;
}

int
server_start(struct server *server)
{
    if (server->tcp_fd >= 0) {
        server->tcp = start_listener(server, &server->tcp_fd);
        if (!server->tcp)
            return E_NOMEM;
    }
    if (server->local_fd >= 0) {
        server->local = start_listener(server, &server->local_fd);
        if (!server->local)
            return E_NOMEM;
    }
    return 0;
}

void
server_free(struct server *server)
{
    struct connection *conn;

    if (!server)
        return;
    if (server->tcp)
        evconnlistener_free(server->tcp);
    if (server->local)
        evconnlistener_free(server->local);
    server->tcp = server->local = NULL;
    while ((conn = TAILQ_FIRST(&server->connections)))
        connection_free(conn);
    if (server->tcp_fd >= 0)
        (void)close(server->tcp_fd);
    if (server->local_fd >= 0)
        (void)close(server->local_fd);
    free(server);
}

uint16_t
server_port(const struct server *server)
{
    return server->port;
}

size_t
server_connections(const struct server *server)
{
    return server->ntcp + server->nlocal;
}
