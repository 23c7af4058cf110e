/* page_tokens: sessions and API tokens, one's own and, for admins, others'. */
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "console/account.h"
#include "console/auth.h"
#include "console/rows.h"
#include "store/view_users.h"

enum { TOKEN_DAYS = 365, TOKEN_MAX_DAYS = 3650, TOKEN_MAX_ROUTES = 16 };

/* What a feeder may: bring items, and nothing else. */
#define TOKEN_FEEDER "POST /api/v1/items"

bool
account_whose(struct context *ctx, struct str *ret)
{
    struct str user = query_get(ctx, "user");

    if (user.n == 0)
        user = field_get(ctx, "user");
    if (user.n == 0)
        user = ctx->who.user;
    if (!str_eq(user, ctx->who.user) && ctx->who.role < ROLE_ADMIN) {
        reply_error(ctx, 403, NULL);
        return false;
    }
    *ret = str_eq(user, STR("*")) ? STR_NONE : user;
    return true;
}

/* --- sessions --- */

static json_t *
row_session(struct context *ctx, const struct session_entry *entry)
{
    json_t *object = json_object();
    char own[2 * DIGEST_SIZE + 1];
    bool current =
        ctx->who.via == VIA_SESSION &&
        str_starts(str_of(digest_hex(ctx->who.hash, own)), entry->id);

    set_str(object, "id", entry->id);
    set_str(object, "user", entry->user);
    set_time(ctx, object, "created", entry->created);
    set_time(ctx, object, "used",
        wall_is_set(entry->used) ? entry->used : entry->created);
    set_time(ctx, object, "expires", entry->expires);
    set_str(object, "from", entry->from);
    set_str(object, "agent", entry->agent);
    if (ctx->json)
        (void)json_object_set_new(object, "current", json_boolean(current));
    else
        set_flag(object, "current", current);
    return object;
}

json_t *
list_sessions(struct context *ctx, struct str user)
{
    struct session_entry *entries = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_sessions(
            ctx->console->view, user, ctx->now, ctx->arena, &entries, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_session(ctx, &entries[i]));
    return list;
}

void
page_sessions(struct context *ctx)
{
    struct str user;
    json_t *value;

    if (!account_whose(ctx, &user))
        return;
    value = json_object();
    (void)json_object_set_new(value, "sessions", list_sessions(ctx, user));
    reply(ctx, 200, "settings", value);
}

/* One's own, or as admin anybody's. */
void
do_session_end(struct context *ctx)
{
    struct action action = {.kind = ACTION_SESSION_END, .until = WALL_NONE};

    if (!account_is_person(ctx))
        return;
    if (ctx->who.role < ROLE_ADMIN)
        action.object = ctx->who.user;
    action.text = ctx->args[0].n ? ctx->args[0] : field_get(ctx, "id");
    if (action.text.n == 0 || str_eq(action.text, STR("others")))
        reply_error(ctx, 422, NULL);
    else
        ask_engine(ctx, &action, settings_done);
}

/* All of a user's but the one that asks. */
void
do_sessions_end(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_SESSION_END, .text = STR("others"), .until = WALL_NONE};

    if (!account_is_person(ctx) || !account_whose(ctx, &action.object))
        return;
    if (action.object.n == 0) {
        reply_error(ctx, 422, NULL);
        return;
    }
    if (ctx->who.via == VIA_SESSION && str_eq(action.object, ctx->who.user))
        action.secret = (struct str){(const char *)ctx->who.hash, 32};
    ask_engine(ctx, &action, settings_done);
}

/* --- tokens --- */

static json_t *
row_token(struct context *ctx, const struct token_entry *entry)
{
    json_t *object = json_object();
    bool over = wall_is_set(entry->expires) && entry->expires.ms <= ctx->now.ms;
    bool feeder = str_eq(entry->only, STR(TOKEN_FEEDER));

    set_str(object, "name", entry->name);
    set_str(object, "user", entry->user);
    set_str(object, "role", feeder ? STR("feeder") : entry->scope);
    if (!ctx->json)
        set_str(object, "role_text",
            text_of(ctx, "role", feeder ? STR("feeder") : entry->scope));
    set_str(object, "only", entry->only);
    set_flag(
        object, "read_only", !ctx->json && str_eq(entry->only, STR("read")));
    set_flag(object, "restricted",
        !ctx->json && entry->only.n > 0 && !feeder &&
            !str_eq(entry->only, STR("read")));
    set_time(ctx, object, "created", entry->created);
    set_time(ctx, object, "used", entry->used);
    set_time(ctx, object, "expires", entry->expires);
    if (ctx->json)
        (void)json_object_set_new(object, "expired", json_boolean(over));
    else
        set_flag(object, "expired", over);
    return object;
}

json_t *
list_tokens(struct context *ctx, struct str user)
{
    struct token_entry *entries = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_tokens(ctx->console->view, user, ctx->arena, &entries, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_token(ctx, &entries[i]));
    return list;
}

void
page_tokens(struct context *ctx)
{
    struct str user;
    json_t *value;

    if (!account_whose(ctx, &user))
        return;
    value = json_object();
    (void)json_object_set_new(value, "tokens", list_tokens(ctx, user));
    reply(ctx, 200, "settings", value);
}

struct token_asked {
    char secret[AUTH_SECRET_TEXT_SIZE];
    uint8_t hash[32];
    struct str name;
};

static void
token_made(struct context *ctx, const struct action_result *result)
{
    const struct token_asked *asked = ctx->data;
    json_t *value;

    if (result->err) {
        reply_result(ctx, result, STR("/settings"));
        return;
    }
    value = ctx->json ? json_object() : settings_value(ctx);
    set_str(value, "name", asked->name);
    set_str(value, "token", str_of(asked->secret));
    reply(ctx, 201, "settings", value);
}

/* Whether line is "METHOD PATTERN" of a row of the table under /api/. */
static bool
is_route(struct str line)
{
    struct str pattern = line, method = str_split(&pattern, ' ');

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);

        if (route_is_api(route) && str_eq(route->pattern, pattern) &&
            str_eq(str_of(http_method_name(route->method)), method))
            return true;
    }
    return false;
}

/* A list in JSON as lines.  An empty one, or one of anything but texts, is an
 * error: it must not become a token without restriction. */
static int
lines_of(struct context *ctx, const json_t *list, struct str *ret)
{
    _cleanup_(buf_done) struct buf text;
    const json_t *one;
    size_t i;

    buf_init(&text, 1024);
    json_array_foreach(list, i, one)
    {
        struct str line = str_of(json_string_value(one));

        if (line.n == 0)
            return E_PARSE;
        (void)buf_printf(&text, "%s%.*s", i ? "\n" : "", STR_ARG(line));
    }
    *ret = arena_str(ctx->arena, buf_str(&text));
    return text.n == 0 ? E_PARSE : text.err;
}

/* What the token is restricted to: "read", or routes, one a line (a list in
 * JSON).  E_PARSE when one is none of ours. */
static int
read_only_of(struct context *ctx, struct str *ret)
{
    const json_t *list = json_object_get(ctx->body, "only");
    struct str only = field_get(ctx, "only"), rest;
    size_t n = 0;
    int err = 0;

    if (json_is_array(list))
        err = lines_of(ctx, list, &only);
    else if (list && !json_is_string(list) && !json_is_null(list))
        err = E_PARSE;
    *ret = str_trim(only);
    if (err || only.n == 0 || str_eq(*ret, STR("read")))
        return err;
    rest = *ret;
    while (rest.p)
        if (++n > TOKEN_MAX_ROUTES || !is_route(str_split(&rest, '\n')))
            return E_PARSE;
    return 0;
}

static int
read_days(struct context *ctx, int64_t *ret)
{
    struct str text = field_get(ctx, "days");
    json_t *number = ctx->body ? json_object_get(ctx->body, "days") : NULL;

    if (json_is_integer(number))
        *ret = json_integer_value(number);
    else if (text.n > 0 && num_parse_i64(text, 1, TOKEN_MAX_DAYS, ret))
        return E_PARSE;
    return *ret < 1 || *ret > TOKEN_MAX_DAYS ? E_PARSE : 0;
}

/* Fill role and restriction.  0, or a status. */
static int
read_scope(struct context *ctx, struct action *action)
{
    struct str role = field_get(ctx, "role");
    bool feeder = str_eq(role, STR("feeder"));
    enum role wanted = feeder   ? ROLE_OPERATOR
                       : role.n ? user_role_parse(role)
                                : ctx->who.role;

    if (wanted == ROLE_UNSET || read_only_of(ctx, &action->text))
        return 422;
    if (feeder)
        action->text = STR(TOKEN_FEEDER);
    action->role = str_of(user_role_name(wanted));
    return wanted > ctx->who.role ? 403 : 0;
}

void
do_token_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_TOKEN_ADD};
    struct token_asked *asked = ARENA_NEW(ctx->arena, struct token_asked);
    struct str owner;
    int64_t days = TOKEN_DAYS;
    int status;

    if (!account_is_person(ctx) || !account_whose(ctx, &owner))
        return;
    action.object = str_trim(field_get(ctx, "name"));
    status = read_scope(ctx, &action);
    if (status == 403) {
        reply_error(ctx, 403, "token_role_above");
        return;
    }
    if (status || auth_name_fault(action.object) || owner.n == 0 ||
        read_days(ctx, &days)) {
        reply_error(ctx, 422, "token_bad");
        return;
    }
    if (!asked) {
        reply_error(ctx, 503, NULL);
        return;
    }
    auth_secret_new(asked->secret, asked->hash);
    asked->name = action.object;
    ctx->data = asked;
    if (!str_eq(owner, ctx->who.user))
        action.data = owner;
    action.secret = (struct str){(const char *)asked->hash, 32};
    action.until.ms = ctx->now.ms + days * MS_DAY;
    ask_engine(ctx, &action, token_made);
}

void
do_token_drop(struct context *ctx)
{
    struct action action = {.kind = ACTION_TOKEN_DROP, .until = WALL_NONE};
    struct str owner;

    if (!account_is_person(ctx) || !account_whose(ctx, &owner))
        return;
    action.object = ctx->args[0].n ? ctx->args[0] : field_get(ctx, "name");
    if (!str_eq(owner, ctx->who.user))
        action.data = owner;
    if (auth_name_fault(action.object))
        reply_error(ctx, 422, "token_bad");
    else
        ask_engine(ctx, &action, settings_done);
}
