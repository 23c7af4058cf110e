/* page_users: who may use the console, for admins. */
#include <string.h>

#include "base/jsonx.h"
#include "console/account.h"
#include "console/auth.h"
#include "console/rows.h"
#include "console/worker.h"

static json_t *
row_account(struct context *ctx, const struct user *user)
{
    json_t *object = row_user(ctx, user);
    bool own = str_eq(user->name, ctx->who.user);

    if (ctx->json) {
        (void)json_object_set_new(
            object, "second_factor", json_boolean(user->totp_secret.n > 0));
        (void)json_object_set_new(
            object, "password", json_boolean(user->password_hash.n > 0));
        return object;
    }
    set_flag(object, "second_factor", user->totp_secret.n > 0);
    /* Said of each: the page says it of who asks. */
    (void)json_object_set_new(
        object, "vouched", json_boolean(user->password_hash.n == 0));
    set_flag(object, "own", own);
    set_flag(object, "is_viewer", str_eq(user->role, STR("viewer")));
    set_flag(object, "is_operator", str_eq(user->role, STR("operator")));
    set_flag(object, "is_editor", str_eq(user->role, STR("editor")));
    set_flag(object, "is_admin", str_eq(user->role, STR("admin")));
    return object;
}

json_t *
list_users(struct context *ctx)
{
    struct user *users;
    json_t *list = json_array();
    size_t n = 0;

    if (view_users(ctx->console->view, ctx->arena, &users, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_account(ctx, &users[i]));
    return list;
}

void
page_users(struct context *ctx)
{
    json_t *value = json_object();

    (void)json_object_set_new(value, "users", list_users(ctx));
    reply(ctx, 200, "settings", value);
}

/* --- a new user, a new password --- */

/* What is answered when the engine has agreed. */
struct user_asked {
    struct action action;
    struct str password;
};

static void
user_done(struct context *ctx, const struct action_result *result)
{
    const struct user_asked *asked = ctx->data;
    bool added = asked->action.kind == ACTION_USER_ADD;
    json_t *value;

    if (result->err || !ctx->json) {
        settings_done(ctx, result);
        return;
    }
    value = json_object();
    set_str(value, "name", asked->action.object);
    if (added)
        set_str(value, "role", asked->action.role);
    reply(ctx, added ? 201 : 200, "", value);
}

static void
user_hashed(struct context *ctx, bool right, const char *hash)
{
    struct user_asked *asked = ctx->data;

    if (!right) {
        reply_error(ctx, 503, NULL);
        return;
    }
    asked->action.secret = arena_str(ctx->arena, str_of(hash));
    ask_engine(ctx, &asked->action, user_done);
}

/* The password was looked at already, and the one of now was right. */
static void
ask_with_hash(struct context *ctx)
{
    struct user_asked *asked = ctx->data;

    worker_hash(ctx, asked->password, user_hashed);
}

/* Hash the password of the request, and ask the engine to set it. */
static struct user_asked *
user_ask(struct context *ctx, const struct action *action)
{
    struct user_asked *asked = ARENA_NEW(ctx->arena, struct user_asked);
    struct str password = field_get(ctx, "password");
    const char *fault = auth_password_fault(password, action->object);

    if (fault) {
        reply_error(ctx, 422, fault);
        return NULL;
    }
    if (!asked) {
        reply_error(ctx, 503, NULL);
        return NULL;
    }
    asked->action = *action;
    asked->password = password;
    return asked;
}

void
do_user_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_ADD, .until = WALL_NONE};
    struct user_asked *asked;
    const char *fault;

    action.object = field_get(ctx, "name");
    action.role = field_get(ctx, "role");
    fault = auth_name_fault(action.object);
    if (!fault && user_role_parse(action.role) == ROLE_UNSET)
        fault = "role_bad";
    if (fault) {
        reply_error(ctx, 422, fault);
        return;
    }
    asked = user_ask(ctx, &action);
    if (asked) {
        ctx->data = asked;
        ask_with_hash(ctx);
    }
}

/* account_confirm keeps what it needs in ctx->data, so this begins anew. */
static void
own_password_confirmed(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_PASSWORD,
        .object = ctx->who.user,
        .until = WALL_NONE};
    struct user_asked *asked = user_ask(ctx, &action);

    if (asked) {
        ctx->data = asked;
        ask_with_hash(ctx);
    }
}

void
do_own_password(struct context *ctx)
{
    if (account_is_person(ctx))
        account_confirm(ctx, own_password_confirmed);
}

void
do_user_password(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_PASSWORD,
        .object = ctx->args[0],
        .until = WALL_NONE};
    struct user_asked *asked;

    if (str_eq(action.object, ctx->who.user) && ctx->who.via != VIA_SOCKET) {
        do_own_password(ctx);
        return;
    }
    if (ctx->who.role < ROLE_ADMIN) {
        reply_error(ctx, 403, "password_current");
        return;
    }
    asked = user_ask(ctx, &action);
    if (asked) {
        ctx->data = asked;
        ask_with_hash(ctx);
    }
}

/* --- role and state --- */

/* "role", and "disabled" (a boolean) or "state" (of a form). */
void
do_user_change(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_CHANGE, .until = WALL_NONE};
    json_t *disabled =
        ctx->body ? json_object_get(ctx->body, "disabled") : NULL;

    action.object = ctx->args[0];
    action.role = field_get(ctx, "role");
    action.text = field_get(ctx, "state");
    if (json_is_boolean(disabled))
        action.text = json_is_true(disabled) ? STR("disable") : STR("enable");
    if (action.role.n > 0 && user_role_parse(action.role) == ROLE_UNSET) {
        reply_error(ctx, 422, "role_bad");
        return;
    }
    if ((action.role.n == 0 && action.text.n == 0) ||
        (action.text.n > 0 && !str_eq(action.text, STR("enable")) &&
            !str_eq(action.text, STR("disable")))) {
        reply_error(ctx, 422, NULL);
        return;
    }
    ask_engine(ctx, &action, settings_done);
}

void
do_user_drop(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_USER_DROP, .object = ctx->args[0], .until = WALL_NONE};

    ask_engine(ctx, &action, settings_done);
}

/* Who lost his telephone and his recovery codes. */
void
do_user_factor_drop(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_TOTP_CLEAR, .object = ctx->args[0], .until = WALL_NONE};

    if (str_eq(action.object, ctx->who.user) && ctx->who.via != VIA_SOCKET)
        do_factor_drop(ctx);
    else
        ask_engine(ctx, &action, settings_done);
}
