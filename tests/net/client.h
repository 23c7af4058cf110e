/*
 * client: the HTTP client with a loop of its own and one answer kept, for
 * tests.  The policy opens 127.0.0.0/8 unless a test closes it.
 */
#ifndef TOCSIN_TESTS_NET_CLIENT_H
#define TOCSIN_TESTS_NET_CLIENT_H

#include "net/http.h"
#include "origin.h"

struct client {
    struct loop *loop;
    struct http *http;
    struct gate_policy policy;
    struct http_request request; /* what the next get starts from */
};

/* What came back, copied. */
struct got {
    struct client *client;
    int done; /* how often */
    enum http_result result;
    char reason[256];
    int status;
    char url[512];
    char etag[64];
    size_t nheaders, nredirects;
    struct {
        int status;
        char url[512];
    } redirects[HTTP_MAX_REDIRECTS];
    uint64_t wire_bytes;
    int64_t elapsed_ms;
    struct wall cert_expires;
    char cert_subject[256], cert_issuer[256], cert_trouble[256];
    size_t naddresses;
    char address[64]; /* the first */
    bool cut, conditional, bad_coding;
    int64_t later_ms;
    size_t body_n;
    char body[4096]; /* the beginning, with a NUL */
    char last;       /* the body's last byte */
};

void client_init(struct client *client);
void client_done(struct client *client);
/* Start client->request for url; *ret_call may be NULL. */
int client_start(struct client *client, const char *url, struct got *got,
    struct http_call **ret_call);
/* Turn the loop until got is done; fails the test after 30 s. */
void client_wait(struct client *client, struct got *got);
/* Turn the loop for ms. */
void client_turn(struct client *client, int64_t ms);
/* Start and wait. */
void client_get(struct client *client, const char *url, struct got *got);
/* The same on origin: "http://127.0.0.1:PORT" and path. */
void client_get_from(struct client *client, struct origin *origin,
    const char *path, struct got *got);
/* Write the URL of path on origin into out of 512 bytes; returns out. */
char *client_url(const struct origin *origin, const char *path, char *out);

#endif
