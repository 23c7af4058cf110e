/*
 * client: talks to a desk's console over a real socket, turning its loop.
 */
#ifndef TOCSIN_TESTS_CONSOLE_CLIENT_H
#define TOCSIN_TESTS_CONSOLE_CLIENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "desk.h"

struct client {
    struct desk *desk;
    int fd;
    struct buf in;
    bool closed; /* the console closed its side */
};

struct answer {
    int status;      /* 0: none came */
    struct str head; /* with its empty line; valid until the client's end */
    struct str body;
};

void client_open(struct client *client, struct desk *desk);
/* From which address of this machine connections come from now on; NULL:
 * 127.0.0.1. */
void client_from(const char *address);
void client_open_local(struct client *client, struct desk *desk);
void client_close(struct client *client);
void client_send(struct client *client, struct str bytes);
/* Turn the loop for ms, reading what comes. */
void client_turn(struct client *client, int ms);
/* Wait for one answer, at most ms; take it off client->in at the next call. */
struct answer client_read(struct client *client, int ms);

/* One request on a connection of its own.  who: a session's cookie, a token
 * ("Bearer …"), or NULL.  Body: JSON when it begins with '{', a form otherwise,
 * NULL for none.  The answer is valid until the next ask. */
struct answer ask(struct desk *desk, const char *method, const char *target,
    const char *who, const char *body);
/* The same with further header lines, each with CR LF. */
struct answer ask_with(struct desk *desk, const char *method,
    const char *target, const char *who, const char *headers, const char *body);
/* A header's value, STR_NONE when absent. */
struct str answer_header(const struct answer *answer, const char *name);
bool answer_has(const struct answer *answer, const char *text);

/* Log in; who is set to the cookie pair, csrf to its token.  The status. */
int log_in(struct desk *desk, const char *role, char who[128], char csrf[80]);

#endif
