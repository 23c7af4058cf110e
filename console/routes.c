#include "console/routes.h"

static const struct route routes[] = {
#define X(method, pattern, role, handler, help)                                \
    {HTTP_##method, {pattern, sizeof(pattern) - 1}, role, handler, help},
#include "console/routes.def"
#undef X
};
enum { ROUTES_COUNT = sizeof routes / sizeof *routes };

static const char *const role_names[] = {"", "", "viewer", "operator",
    "editor", "admin"};

const char *
user_role_name(enum role role)
{
    return role_names[role];
}

enum role
user_role_parse(struct str name)
{
    for (enum role role = ROLE_VIEWER; role <= ROLE_ADMIN; role++)
        if (str_eq(name, str_of(role_names[role])))
            return role;
    return ROLE_UNSET;
}

bool
route_is_api(const struct route *route)
{
    return str_starts(route->pattern, STR("/api/"));
}

size_t
routes_count(void)
{
    return ROUTES_COUNT;
}

const struct route *
routes_get(size_t i)
{
    return i < ROUTES_COUNT ? &routes[i] : NULL;
}

/* Anybody may read these; a change without log-in can only be a log-in, or
 * news that their hub has signed, or a link that the engine has. */
static bool
route_is_sane(const struct route *route)
{
    bool open = route->role == ROLE_NOBODY;

    if (route->role <= ROLE_UNSET || route->role > ROLE_ADMIN ||
        !route->handler || !route->help || !*route->help)
        return false;
    if (route->pattern.n == 0 || route->pattern.p[0] != '/')
        return false;
    return !open || http_method_is_safe(route->method) ||
           str_ends(route->pattern, STR("/login")) ||
           route->handler == do_hub || route->handler == do_act;
}

int
routes_check(struct toc_error *reterr)
{
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (!route_is_sane(&routes[i])) {
            toc_error_set(reterr, "console/routes.def", (unsigned)i + 1, 0,
                "route %s lacks a role, a handler or a help text",
                routes[i].pattern.p);
            return E_BUG;
        }
    }
    return 0;
}

static bool
route_matches(
    struct str pattern, struct str path, struct str args[ROUTE_MAX_ARGS])
{
    size_t nargs = 0;

    while (pattern.p && path.p) {
        struct str want = str_split(&pattern, '/');
        struct str have = str_split(&path, '/');

        if (str_eq(want, STR("{}"))) {
            if (have.n == 0 || have.n > ROUTE_MAX_ARG_BYTES ||
                nargs == ROUTE_MAX_ARGS)
                return false;
            args[nargs++] = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
    }
    return !pattern.p && !path.p;
}

int
routes_find(enum http_method method, struct str path, const struct route **ret,
    struct str args[ROUTE_MAX_ARGS])
{
    bool known = false;

    if (method == HTTP_HEAD)
        method = HTTP_GET;
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (!route_matches(routes[i].pattern, path, args))
            continue;
        known = true;
        if (routes[i].method == method) {
            *ret = &routes[i];
            return 0;
        }
    }
    return known ? E_DENIED : E_NOTFOUND;
}
