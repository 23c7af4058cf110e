/*
 * page_settings: one's language, password and tokens; users; the daemon.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/auth.h"
#include "console/context.h"
#include "console/rows.h"

enum { TOKEN_DAYS = 365, TOKEN_MAX_DAYS = 3650 };

/* --- pages --- */

static json_t *
user_list(struct context *ctx)
{
    struct user *users;
    json_t *list = json_array();
    size_t n = 0;

    if (view_users(ctx->console->view, ctx->arena, &users, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_user(ctx, &users[i]));
    return list;
}

void
page_users(struct context *ctx)
{
    json_t *value = json_object();

    (void)json_object_set_new(value, "users", user_list(ctx));
    reply(ctx, 200, "settings", value);
}

static json_t *
settings_value(struct context *ctx)
{
    json_t *value = json_object();

    set_str(value, "user", ctx->who.user);
    set_str(value, "role", str_of(user_role_name(ctx->who.role)));
    set_str(value, "lang", str_of(lang_code(ctx->lang)));
    if (ctx->who.role >= ROLE_ADMIN)
        (void)json_object_set_new(value, "users", user_list(ctx));
    if (!ctx->json) {
        set_flag(value, "is_zh", ctx->lang == LANG_ZH);
        set_flag(value, "is_en", ctx->lang == LANG_EN);
        set_flag(value, "has_account", ctx->who.via == VIA_SESSION);
        set_str(value, "done", query_get(ctx, "done"));
        if (query_get(ctx, "done").n > 0)
            set_str(value, "done_text",
                text_of(ctx, "done", query_get(ctx, "done")));
    }
    return value;
}

void
page_settings(struct context *ctx)
{
    reply(ctx, 200, "settings", settings_value(ctx));
}

/* --- language --- */

static void
settings_done(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/settings?done=saved"));
}

void
do_lang(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_LANG, .until = WALL_NONE};
    struct str lang = field_get(ctx, "lang");

    if (str_starts(lang, STR("zh")))
        action.text = STR("zh");
    else if (str_starts(lang, STR("en")))
        action.text = STR("en");
    else {
        reply_error(ctx, 422, NULL);
        return;
    }
    ask_engine(ctx, &action, settings_done);
}

/* --- users and passwords --- */

/* What do_user_add answers when the engine has agreed. */
struct user_asked {
    struct str name, role;
    bool added;
};

static void
user_done(struct context *ctx, const struct action_result *result)
{
    const struct user_asked *asked = ctx->data;
    json_t *value;

    if (result->err) {
        reply_result(ctx, result, STR("/settings"));
        return;
    }
    if (!ctx->json) {
        reply_redirect(ctx, STR("/settings?done=saved"));
        return;
    }
    value = json_object();
    set_str(value, "name", asked->name);
    if (asked->added)
        set_str(value, "role", asked->role);
    reply(ctx, asked->added ? 201 : 200, "", value);
}

/* Hash the password of the request and ask the engine to set it. */
static void
ask_with_hash(struct context *ctx, struct action *action, struct str password)
{
    struct user_asked *asked = ARENA_NEW(ctx->arena, struct user_asked);
    char *hash = arena_alloc(ctx->arena, AUTH_HASH_SIZE);
    const char *fault = auth_password_fault(password, action->object);

    if (fault) {
        reply_error(ctx, 422, fault);
        return;
    }
    if (!asked || !hash || auth_password_hash(password, hash)) {
        reply_error(ctx, 503, NULL);
        return;
    }
    asked->name = action->object;
    asked->role = action->role;
    asked->added = action->kind == ACTION_USER_ADD;
    ctx->data = asked;
    action->secret = str_of(hash);
    ask_engine(ctx, action, user_done);
}

void
do_user_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_ADD, .until = WALL_NONE};
    const char *fault;

    action.object = field_get(ctx, "name");
    action.role = field_get(ctx, "role");
    fault = auth_name_fault(action.object);
    if (!fault && user_role_parse(action.role) == ROLE_UNSET)
        fault = "role_bad";
    if (fault)
        reply_error(ctx, 422, fault);
    else
        ask_with_hash(ctx, &action, field_get(ctx, "password"));
}

/* Whether the password the user has now was given; slow, so it counts as a
 * log-in for the waits. */
static bool
current_holds(struct context *ctx)
{
    struct limit *limit = &ctx->console->limit;
    uint64_t key = limit_key_account(limit, ctx->who.user);
    struct user user;

    if (limit_wait(limit, key, LIMIT_FREE_ACCOUNT, ctx->mono) > 0 ||
        view_user(ctx->console->view, ctx->who.user, ctx->arena, &user))
        return false;
    if (auth_password_verify(user.password_hash, field_get(ctx, "current")))
        return true;
    limit_fail(limit, key, ctx->mono);
    return false;
}

void
do_own_password(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_PASSWORD,
        .object = ctx->who.user,
        .until = WALL_NONE};

    if (!current_holds(ctx))
        reply_error(ctx, 403, "password_current");
    else
        ask_with_hash(ctx, &action, field_get(ctx, "password"));
}

void
do_user_password(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_PASSWORD,
        .object = ctx->args[0],
        .until = WALL_NONE};

    if (ctx->who.role < ROLE_ADMIN) {
        if (!str_eq(action.object, ctx->who.user) || !current_holds(ctx)) {
            reply_error(ctx, 403, "password_current");
            return;
        }
    }
    ask_with_hash(ctx, &action, field_get(ctx, "password"));
}

/* --- tokens --- */

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

void
do_token_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_TOKEN_ADD};
    struct token_asked *asked = ARENA_NEW(ctx->arena, struct token_asked);
    struct str role = field_get(ctx, "role"), text = field_get(ctx, "days");
    enum role wanted = role.n ? user_role_parse(role) : ctx->who.role;
    int64_t days = TOKEN_DAYS;

    action.object = str_trim(field_get(ctx, "name"));
    if (ctx->body && json_is_integer(json_object_get(ctx->body, "days")))
        days = json_integer_value(json_object_get(ctx->body, "days"));
    if (auth_name_fault(action.object) ||
        (text.n > 0 && num_parse_i64(text, 1, TOKEN_MAX_DAYS, &days)) ||
        days < 1 || days > TOKEN_MAX_DAYS || wanted == ROLE_UNSET) {
        reply_error(ctx, 422, "token_bad");
        return;
    }
    if (wanted > ctx->who.role) {
        reply_error(ctx, 403, NULL);
        return;
    }
    if (!asked) {
        reply_error(ctx, 503, NULL);
        return;
    }
    auth_secret_new(asked->secret, asked->hash);
    asked->name = action.object;
    ctx->data = asked;
    action.role = str_of(user_role_name(wanted));
    action.secret = (struct str){(const char *)asked->hash, 32};
    action.until.ms = ctx->now.ms + days * MS_DAY;
    ask_engine(ctx, &action, token_made);
}

void
do_token_drop(struct context *ctx)
{
    struct action action = {.kind = ACTION_TOKEN_DROP, .until = WALL_NONE};

    action.object = ctx->args[0].n ? ctx->args[0] : field_get(ctx, "name");
    if (auth_name_fault(action.object))
        reply_error(ctx, 422, "token_bad");
    else
        ask_engine(ctx, &action, settings_done);
}

/* --- the daemon --- */

/* E_CONF carries what is wrong: data {"errors":[…]}, or a line of text each. */
static void
reply_conf_errors(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL, *list;
    struct str rest = result->text;

    if (result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &value);
    if (!json_is_object(value)) {
        json_decref(value);
        value = json_object();
    }
    if (!json_is_array(json_object_get(value, "errors"))) {
        list = json_array();
        while (rest.p && rest.n > 0) {
            struct str line = str_trim(str_split(&rest, '\n'));

            if (line.n > 0)
                (void)json_array_append_new(list, jsonx_str(line));
        }
        (void)json_object_set_new(value, "errors", list);
    }
    set_str(value, "error", text_get(ctx, "error_conf"));
    set_number(value, "status", 422);
    (void)json_object_set_new(value, "id", json_string(ctx->id));
    reply(ctx, 422, "error", value);
}

static void
reloaded(struct context *ctx, const struct action_result *result)
{
    if (result->err == E_CONF)
        reply_conf_errors(ctx, result);
    else
        reply_result(ctx, result, STR("/settings?done=reloaded"));
}

void
do_reload(struct context *ctx)
{
    struct action action = {.kind = ACTION_RELOAD, .until = WALL_NONE};

    ask_engine(ctx, &action, reloaded);
}

static void
channel_tested(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/deliveries"));
}

void
do_channel_test(struct context *ctx)
{
    struct action action = {.kind = ACTION_TEST_CHANNEL, .until = WALL_NONE};

    action.object = ctx->args[0].n ? ctx->args[0] : field_get(ctx, "channel");
    if (action.object.n == 0)
        reply_error(ctx, 422, NULL);
    else
        ask_engine(ctx, &action, channel_tested);
}
