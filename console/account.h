/*
 * account: what the files about one's own account and others' share.
 *
 *   page_settings.c  the page, the daemon
 *   page_account.c   language, theme, password, second factor
 *   page_tokens.c    sessions and tokens
 *   page_users.c     users, for admins
 */
#ifndef TOCSIN_CONSOLE_ACCOUNT_H
#define TOCSIN_CONSOLE_ACCOUNT_H

#include "console/context.h"

/* What the page of settings shows, without what the engine has to be asked. */
json_t *settings_value(struct context *ctx);
/* Lists, for settings and the API; user absent: everybody's. */
json_t *list_sessions(struct context *ctx, struct str user);
json_t *list_tokens(struct context *ctx, struct str user);
json_t *list_users(struct context *ctx);

/* Whether a person asks.  An API token must not change its owner's account,
 * or one that leaked could make itself another; then 403 was answered. */
bool account_is_person(struct context *ctx);
/* Whose sessions or tokens are meant: the query's or the body's "user" for
 * admins, one's own otherwise; "*" is everybody.  False: 403 was answered. */
bool account_whose(struct context *ctx, struct str *ret);
/* Check the password that was brought as "current", then call then; 403 and
 * 429 are answered here. */
void account_confirm(struct context *ctx, void (*then)(struct context *ctx));
/* After a change: back to the settings, saying that it is saved. */
void settings_done(struct context *ctx, const struct action_result *result);

#endif
