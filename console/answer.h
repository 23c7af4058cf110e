/*
 * answer: the bytes of an answer, with the headers that every one carries.
 * Only for server.c.
 */
#ifndef TOCSIN_CONSOLE_ANSWER_H
#define TOCSIN_CONSOLE_ANSWER_H

#include "console/server.h"

struct evbuffer;

/* Append the whole answer.  0 or E_NOMEM. */
int answer_write(struct evbuffer *out, const struct exchange *exchange,
    bool keep, bool head_only, bool tls, struct wall now);
/* Append the head of an endless answer. */
int answer_write_stream(struct evbuffer *out, const struct exchange *exchange,
    bool tls, struct wall now);

#endif
