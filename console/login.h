/*
 * login: who somebody is, by password and second factor.
 *
 *   user, password ──▶ right? ── no second factor ──▶ a session
 *                        │ has one: a ticket, good for some minutes
 *                        ▼
 *                   ticket, code ──▶ right? ──▶ a session
 *
 * A client of the API may bring all three at once.  A ticket is signed by this
 * process and holds nothing secret; it says that the password was right.
 */
#ifndef TOCSIN_CONSOLE_LOGIN_H
#define TOCSIN_CONSOLE_LOGIN_H

#include "console/inside.h"

enum { LOGIN_TICKET_MS = 5 * 60 * 1000, LOGIN_MAX_TICKET = 128 };

/* Whether the configuration demands a second factor of who asks, and he has
 * none yet; and the answer: where to set one up. */
bool login_lacks_factor(const struct context *ctx);
void login_demand_factor(struct context *ctx);

/* How long name must wait before it may try again from where ctx asks. */
int64_t login_wait(const struct context *ctx, struct str name);
/* A password or a code was wrong: count it, write it down. */
void login_count_failure(struct context *ctx, struct str name);
/* Answer 429. */
void login_refuse_wait(struct context *ctx, int64_t wait_ms);

#endif
