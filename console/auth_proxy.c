/*
 * auth_proxy: users whom a reverse proxy vouches for.
 *
 * The proxy has logged the person in (OIDC, SAML, client certificates) and
 * names him in a header.  The header counts only on a connection from one of
 * the addresses that are named for it; from anywhere else it is an attempt to
 * be somebody, and the request is refused.  X-Forwarded-For plays no part: who
 * is connected decides.
 */
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "console/auth.h"
#include "console/context.h"

void
auth_proxy_copy(struct arena *arena, struct console_proxy_user *proxy)
{
    proxy->header = arena_str(arena, proxy->header);
    proxy->groups = arena_str(arena, proxy->groups);
    proxy->create = arena_str(arena, proxy->create);
    if (proxy->nfrom > CONSOLE_MAX_PROXIES)
        proxy->nfrom = CONSOLE_MAX_PROXIES;
    if (proxy->nroles > CONSOLE_MAX_GROUPS)
        proxy->nroles = CONSOLE_MAX_GROUPS;
    for (size_t i = 0; i < proxy->nfrom; i++)
        proxy->from[i] = arena_str(arena, proxy->from[i]);
    for (size_t i = 0; i < proxy->nroles; i++)
        proxy->roles[i] = arena_str(arena, proxy->roles[i]);
}

/* How many headers called name there are; the value of the first. */
static size_t
header_count(
    const struct http_request *request, struct str name, struct str *ret_first)
{
    size_t n = 0;

    for (size_t i = 0; i < request->nheaders; i++) {
        if (!str_eq_nocase(request->headers[i].name, name))
            continue;
        if (n++ == 0)
            *ret_first = request->headers[i].value;
    }
    return n;
}

static bool
is_from_proxy(const struct console_proxy_user *proxy, const struct peer *peer)
{
    for (size_t i = 0; i < proxy->nfrom; i++)
        if (!peer->local && str_eq(proxy->from[i], str_of(peer->via)))
            return true;
    return false;
}

static bool
has_group(struct str groups, struct str group)
{
    while (groups.p)
        if (str_eq(str_trim(str_split(&groups, ',')), group))
            return true;
    return false;
}

/* The greatest role that one of his groups gives; ROLE_UNSET for none. */
static enum role
role_of_groups(const struct console_proxy_user *proxy, struct str groups)
{
    enum role best = ROLE_UNSET;

    for (size_t i = 0; i < proxy->nroles; i++) {
        struct str name = proxy->roles[i], group = str_split(&name, '=');
        enum role role = user_role_parse(str_trim(name));

        if (role > best && has_group(groups, str_trim(group)))
            best = role;
    }
    return best;
}

/* Somebody new: the engine writes him down, and he may go on at once. */
static enum role
create_user(struct context *ctx, struct str name, enum role role)
{
    const struct console_proxy_user *proxy = &ctx->console->config.proxy_user;
    struct action action = {
        .kind = ACTION_USER_ADD, .object = name, .until = WALL_NONE};

    if (role == ROLE_UNSET)
        role = user_role_parse(proxy->create);
    if (proxy->create.n == 0 || role == ROLE_UNSET)
        return ROLE_NOBODY;
    action.role = str_of(user_role_name(role));
    action.text = STR("proxy");
    action.by = STR("proxy");
    action.from = str_of(ctx->exchange->peer.address);
    tell_engine(ctx->console, &action);
    return role;
}

static void
identify(struct context *ctx, struct str name, struct str groups)
{
    const struct console_proxy_user *proxy = &ctx->console->config.proxy_user;
    enum role role = role_of_groups(proxy, groups);
    struct user user = {0};
    int err = view_user(ctx->console->view, name, ctx->arena, &user);

    if (err == E_NOTFOUND)
        role = create_user(ctx, name, role);
    else if (err || user.disabled)
        role = ROLE_NOBODY;
    else if (role == ROLE_UNSET)
        role = user_role_parse(user.role);
    if (role < ROLE_VIEWER)
        return;
    ctx->who.via = VIA_PROXY;
    ctx->who.role = role;
    ctx->who.user = err ? arena_str(ctx->arena, name) : user.name;
    ctx->who.theme = user.theme;
    if (user.lang.n > 0)
        ctx->lang = str_starts(user.lang, STR("en")) ? LANG_EN : LANG_ZH;
}

/* Pages of one user must not serve for another; nor do his open ones count as
 * another's. */
static void
make_csrf(struct context *ctx)
{
    uint8_t mac[DIGEST_SIZE];
    char text[DIGEST_HEX_SIZE];

    digest_hmac_sha256((struct str){(const char *)ctx->console->secret, 32},
        ctx->who.user, mac);
    auth_csrf_make(&ctx->who, str_of(digest_hex(mac, text)));
    auth_secret_hash(ctx->who.user, ctx->who.hash);
}

bool
auth_proxy_is_peer(const struct context *ctx)
{
    const struct console_proxy_user *proxy = &ctx->console->config.proxy_user;

    return proxy->header.n > 0 && is_from_proxy(proxy, &ctx->exchange->peer);
}

bool
auth_proxy_identify(struct context *ctx, int *ret_status)
{
    const struct console_proxy_user *proxy = &ctx->console->config.proxy_user;
    const struct http_request *request = ctx->exchange->request;
    struct str name = STR_NONE, groups = STR_NONE;
    size_t n, ngroups = 0;

    if (proxy->header.n == 0)
        return false;
    n = header_count(request, proxy->header, &name);
    if (proxy->groups.n > 0)
        ngroups = header_count(request, proxy->groups, &groups);
    if (n == 0 && ngroups == 0)
        return false;
    if (!is_from_proxy(proxy, &ctx->exchange->peer)) {
        log_say(LOG_WARN, "a proxy's header from elsewhere", "from",
            ctx->exchange->peer.via, "request", ctx->id, NULL);
        *ret_status = 400;
        return true;
    }
    if (n != 1 || ngroups > 1 || auth_name_fault(name)) {
        log_say(LOG_WARN, "a proxy's header is not as it should be", "from",
            ctx->exchange->peer.via, "request", ctx->id, NULL);
        *ret_status = 400;
        return true;
    }
    identify(ctx, name, groups);
    if (ctx->who.via == VIA_PROXY)
        make_csrf(ctx);
    return true;
}
