/*
 * config_console: what the configuration says of who gets into the console.
 */
#ifndef TOCSIN_DAEMON_CONFIG_CONSOLE_H
#define TOCSIN_DAEMON_CONFIG_CONSOLE_H

#include "base/arena.h"
#include "base/str.h"

struct console_config;
struct Tocsin__ConsoleConfig;

/* Part of struct config; lives in its arena. */
struct config_access {
    struct str factor; /* least role that needs a second factor, or absent */
    struct str header, groups, create; /* of a proxy; each may be absent */
    const struct str *from;
    size_t nfrom;
    const struct str *roles;
    size_t nroles;
};

/* What is wrong with it, and which option of proxy_user; NULL when all is
 * right. */
const char *config_access_fault(
    const struct config_access *access, const char **ret_option);
/* Put it into a message (in arena), and take it out again (lent). */
void config_access_send(const struct config_access *access, struct arena *arena,
    struct Tocsin__ConsoleConfig *out);
void config_access_receive(
    const struct Tocsin__ConsoleConfig *in, struct console_config *ret);

#endif
