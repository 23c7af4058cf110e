/*
 * origin: a scripted HTTP server on the loopback address, for tests.
 *
 * One thread accepts, one thread per connection serves; a test's script
 * decides by the request what bytes go out, right or wrong.  Everything is
 * bounded: connections, bytes of a request, and ten seconds for any wait.
 */
#ifndef TOCSIN_TESTS_NET_ORIGIN_H
#define TOCSIN_TESTS_NET_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORIGIN_MAX_REQUEST_BYTES = 64 * 1024,
    ORIGIN_MAX_LOG = 512,
    ORIGIN_WAIT_S = 10
};

struct origin;
struct origin_conn;

struct origin_request {
    char method[16];
    char path[4096];      /* with the query */
    char head[16 * 1024]; /* all header lines */
    char body[ORIGIN_MAX_REQUEST_BYTES];
    size_t body_n;
    unsigned connection; /* number of its connection, from 1 */
};

/* Answer one request with origin_send and its kin; return false to close the
 * connection.  Called from the connection's thread. */
typedef bool (*origin_script)(
    struct origin_conn *conn, const struct origin_request *request, void *arg);

/* Listen on 127.0.0.1, or on a unix socket when path is not NULL.  NULL when
 * that fails. */
struct origin *origin_start(origin_script script, void *arg, const char *path);
/* The same with TLS, from a certificate and key in PEM. */
struct origin *origin_start_tls(
    origin_script script, void *arg, const char *cert, const char *key);
/* Close everything and wait for the threads. */
void origin_stop(struct origin *origin);
uint16_t origin_port(const struct origin *origin);

/* false when the other side has gone or the origin is stopping. */
bool origin_send(struct origin_conn *conn, const void *bytes, size_t n);
bool origin_printf(struct origin_conn *conn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A whole answer with Content-Length; headers are lines ended by \r\n. */
bool origin_answer(struct origin_conn *conn, int status, const char *headers,
    const void *body, size_t n);
/* Sleep in small steps; false when the origin is stopping. */
bool origin_sleep(struct origin_conn *conn, int ms);

/* How many requests began with this path, and the last of them. */
size_t origin_count(struct origin *origin, const char *path);
bool origin_last(
    struct origin *origin, const char *path, struct origin_request *ret);
/* The most requests that waited at one time for their answer to begin. */
unsigned origin_most_at_once(struct origin *origin);
/* Connections accepted so far. */
unsigned origin_connections(struct origin *origin);
/* When (CLOCK_MONOTONIC, ms) the i-th request of all began; 0 past the end. */
int64_t origin_began(struct origin *origin, size_t i);
int64_t origin_ended(struct origin *origin, size_t i);
/* The path of the i-th request; NULL past the end. */
const char *origin_path(struct origin *origin, size_t i);

#endif
