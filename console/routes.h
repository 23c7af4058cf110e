/*
 * routes: every request that the console answers, as one table (routes.def).
 *
 * A row without a role, a handler or a help text does not compile; routes_check
 * refuses to start when one is wrong all the same.  What is not in the table is
 * 404.
 */
#ifndef TOCSIN_CONSOLE_ROUTES_H
#define TOCSIN_CONSOLE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "console/http.h"

struct context;

/* Least role that may use a route; each may all that the one before may. */
enum role {
    ROLE_UNSET,  /* no row may have it */
    ROLE_NOBODY, /* no log-in needed */
    ROLE_VIEWER,
    ROLE_OPERATOR,
    ROLE_EDITOR, /* also changes what rules say */
    ROLE_ADMIN
};
const char *user_role_name(
    enum role role); /* "viewer", …; "" for the first two */
/* ROLE_UNSET when name is no role of a person. */
enum role user_role_parse(struct str name);

enum { ROUTE_MAX_ARGS = 2, ROUTE_MAX_ARG_BYTES = 256 };

struct route {
    enum http_method method; /* GET also answers HEAD */
    struct str pattern;      /* "{}" stands for one segment */
    enum role role;
    void (*handler)(struct context *ctx);
    const char *help;
};

/* Whether it is a path under /api/: answers JSON, takes tokens. */
bool route_is_api(const struct route *route);
size_t routes_count(void);
const struct route *routes_get(size_t i);
/* 0, or E_BUG with the row at fault. */
int routes_check(struct toc_error *reterr);
/* Find the route of a normal path; its arguments are views into path.
 * E_NOTFOUND, or E_DENIED when the path has other methods. */
int routes_find(enum http_method method, struct str path,
    const struct route **ret, struct str args[ROUTE_MAX_ARGS]);

/* clang-format off */
#define ROUTE_HANDLER(name) void name(struct context *ctx);
#define X(method, pattern, role, handler, help) ROUTE_HANDLER(handler)
#include "console/routes.def"
#undef X
/* clang-format on */

#endif
