/*
 * login: checking passwords one at a time.
 *
 * A check takes about 0.1 s of the loop, so at most one is made per turn, and
 * at most CONSOLE_MAX_VERIFIES wait; more are told to come again.
 */
#ifndef TOCSIN_CONSOLE_LOGIN_H
#define TOCSIN_CONSOLE_LOGIN_H

#include "console/inside.h"

/* Check the first one that waits (the verifier timer's callback). */
void login_step(void *console);
/* The request went away. */
void login_forget(struct console *console, const struct context *ctx);

#endif
