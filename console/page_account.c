/* page_account: one's language, theme, password and second factor. */
#include <sodium.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "console/account.h"
#include "console/auth.h"
#include "console/login.h"
#include "console/rows.h"
#include "console/totp.h"
#include "console/worker.h"
#include "store/view_users.h"

bool
account_is_person(struct context *ctx)
{
    if (ctx->who.via != VIA_TOKEN)
        return true;
    reply_error(ctx, 403, "error_token");
    return false;
}

void
settings_done(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/settings?done=saved"));
}

/* --- language, theme --- */

void
do_lang(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_LANG, .until = WALL_NONE};
    struct str lang = field_get(ctx, "lang");

    if (!account_is_person(ctx))
        return;
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

void
do_theme(struct context *ctx)
{
    struct action action = {.kind = ACTION_USER_THEME, .until = WALL_NONE};

    if (!account_is_person(ctx))
        return;
    action.text = field_get(ctx, "theme");
    if (str_eq(action.text, STR("light")) || str_eq(action.text, STR("dark")) ||
        str_eq(action.text, STR("system")))
        ask_engine(ctx, &action, settings_done);
    else
        reply_error(ctx, 422, NULL);
}

/* --- the password one has now --- */

struct confirming {
    void (*then)(struct context *ctx);
};

static void
confirmed(struct context *ctx, bool right, const char *hash)
{
    struct confirming *confirming = ctx->data;
    int64_t wait = login_wait(ctx, ctx->who.user);

    (void)hash;
    if (wait > 0) {
        login_refuse_wait(ctx, wait);
    } else if (!right) {
        login_count_failure(ctx, ctx->who.user);
        reply_error(ctx, 403, "password_current");
    } else {
        ctx->data = NULL;
        confirming->then(ctx);
    }
}

void
account_confirm(struct context *ctx, void (*then)(struct context *ctx))
{
    struct confirming *confirming = ARENA_NEW(ctx->arena, struct confirming);
    int64_t wait = login_wait(ctx, ctx->who.user);
    struct user user;

    if (wait > 0) {
        login_refuse_wait(ctx, wait);
    } else if (ctx->who.via != VIA_SESSION ||
               view_user(
                   ctx->console->view, ctx->who.user, ctx->arena, &user)) {
        reply_error(ctx, 403, "error_no_account");
    } else if (!confirming) {
        reply_error(ctx, 503, NULL);
    } else {
        confirming->then = then;
        ctx->data = confirming;
        worker_check(
            ctx, user.password_hash, field_get(ctx, "current"), confirmed);
    }
}

/* --- the second factor --- */

static bool
is_demanded(const struct context *ctx)
{
    unsigned least = ctx->console->config.factor_role;

    return least != ROLE_UNSET && (unsigned)ctx->who.role >= least;
}

static json_t *
factor_value(struct context *ctx)
{
    json_t *value = json_object();
    int64_t left = 0;

    set_flag(value, "on", ctx->who.has_factor);
    (void)json_object_set_new(
        value, "demanded", json_boolean(is_demanded(ctx)));
    if (ctx->json)
        (void)json_object_set_new(
            value, "on", json_boolean(ctx->who.has_factor));
    if (ctx->who.has_factor &&
        view_recovery_left(ctx->console->view, ctx->who.user, &left) == 0)
        set_number(value, "recovery_left", left);
    return value;
}

/* A secret that becomes his with the first right code. */
static void
add_secret(struct context *ctx, json_t *value, struct str secret)
{
    struct str uri = totp_uri(ctx->arena, secret, ctx->who.user), path;
    json_t *qr;
    int width;

    set_str(value, "secret", secret);
    set_str(value, "uri", uri);
    if (ctx->json || qr_path(ctx->arena, uri, &width, &path))
        return;
    qr = json_object();
    set_number(qr, "frame", width + 8); /* with its quiet zone */
    set_str(qr, "path", path);
    (void)json_object_set_new(value, "qr", qr);
}

static void
show_factor(struct context *ctx, int status, const char *fault)
{
    json_t *value = factor_value(ctx);
    char fresh[TOTP_TEXT_SIZE];
    struct str secret = field_get(ctx, "secret");
    uint8_t bytes[TOTP_SECRET_SIZE];

    if (fault) {
        set_str(value, "error", text_get(ctx, fault));
        set_number(value, "status", status);
    }
    if (!ctx->who.has_factor) {
        totp_secret_new(fresh);
        if (secret.n == 0 || totp_secret_parse(secret, bytes))
            secret = str_of(fresh);
        add_secret(ctx, value, secret);
    }
    if (!ctx->json) {
        set_flag(value, "has_account", ctx->who.via == VIA_SESSION);
        if (str_eq(query_get(ctx, "done"), STR("demanded")))
            set_str(value, "note", text_get(ctx, "factor_demanded"));
    }
    reply(ctx, status, "factor", value);
}

void
page_factor(struct context *ctx)
{
    if (account_is_person(ctx))
        show_factor(ctx, 200, NULL);
}

struct enrolment {
    uint8_t secret[TOTP_SECRET_SIZE + TOTP_CODES * DIGEST_SIZE];
    char codes[TOTP_CODES][TOTP_CODE_SIZE];
    int64_t step;
};

/* The codes are shown this once. */
static void
factor_set(struct context *ctx, const struct action_result *result)
{
    struct enrolment *enrolment = ctx->data;
    json_t *value, *codes;

    if (result->err) {
        reply_result(ctx, result, STR("/settings"));
        return;
    }
    ctx->who.has_factor = true;
    value = factor_value(ctx);
    codes = json_array();
    for (size_t i = 0; i < TOTP_CODES; i++)
        (void)json_array_append_new(
            codes, jsonx_str(str_of(enrolment->codes[i])));
    (void)json_object_set_new(value, "codes", codes);
    set_flag(value, "has_account", !ctx->json);
    set_flag(value, "has_codes", !ctx->json);
    sodium_memzero(enrolment, sizeof *enrolment);
    reply(ctx, 201, "factor", value);
}

static void
factor_confirmed(struct context *ctx)
{
    struct enrolment *enrolment = ARENA_NEW(ctx->arena, struct enrolment);
    struct action action = {
        .kind = ACTION_TOTP_SET, .object = ctx->who.user, .until = WALL_NONE};
    struct str secret;

    if (!enrolment) {
        reply_error(ctx, 503, NULL);
        return;
    }
    secret = (struct str){(const char *)enrolment->secret, TOTP_SECRET_SIZE};
    if (totp_secret_parse(field_get(ctx, "secret"), enrolment->secret)) {
        show_factor(ctx, 422, "factor_secret");
        return;
    }
    if (!totp_check(
            secret, field_get(ctx, "code"), 0, ctx->now, &enrolment->step)) {
        show_factor(ctx, 422, "login_code_wrong");
        return;
    }
    for (size_t i = 0; i < TOTP_CODES; i++)
        totp_recovery_new(enrolment->codes[i],
            enrolment->secret + TOTP_SECRET_SIZE + i * DIGEST_SIZE);
    ctx->data = enrolment;
    action.id = enrolment->step;
    action.secret =
        (struct str){(const char *)enrolment->secret, sizeof enrolment->secret};
    ask_engine(ctx, &action, factor_set);
}

/* Who has one must take it away first, with the password. */
void
do_factor_set(struct context *ctx)
{
    if (!account_is_person(ctx))
        return;
    if (ctx->who.has_factor)
        reply_error(ctx, 409, "factor_on");
    else
        account_confirm(ctx, factor_confirmed);
}

static void
factor_drop_confirmed(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_TOTP_CLEAR, .object = ctx->who.user, .until = WALL_NONE};

    ask_engine(ctx, &action, settings_done);
}

void
do_factor_drop(struct context *ctx)
{
    if (!account_is_person(ctx))
        return;
    if (is_demanded(ctx))
        reply_error(ctx, 409, "factor_demanded");
    else
        account_confirm(ctx, factor_drop_confirmed);
}

/* --- the account --- */

void
page_account(struct context *ctx)
{
    json_t *value = json_object();

    set_str(value, "user", ctx->who.user);
    set_str(value, "role", str_of(user_role_name(ctx->who.role)));
    set_str(value, "lang", str_of(lang_code(ctx->lang)));
    set_str(value, "theme", ctx->who.theme.n ? ctx->who.theme : STR("system"));
    (void)json_object_set_new(
        value, "second_factor", json_boolean(ctx->who.has_factor));
    if (ctx->who.only.n > 0)
        set_str(value, "only", ctx->who.only);
    reply(ctx, 200, "", value);
}
