/*
 * page_settings: one's account, and for admins users and the daemon.
 */
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "console/account.h"
#include "console/rows.h"
#include "store/view_deliveries.h"
#include "store/view_users.h"

/* --- the page --- */

static void
set_look(const struct context *ctx, json_t *value)
{
    struct str theme = ctx->who.theme;

    set_flag(value, "is_zh", ctx->lang == LANG_ZH);
    set_flag(value, "is_en", ctx->lang == LANG_EN);
    set_flag(value, "is_light", str_eq(theme, STR("light")));
    set_flag(value, "is_dark", str_eq(theme, STR("dark")));
    set_flag(value, "is_system", theme.n == 0);
    set_flag(value, "has_account", ctx->who.via == VIA_SESSION);
    set_flag(value, "has_factor", ctx->who.has_factor);
    set_flag(value, "vouched", ctx->who.via == VIA_PROXY);
}

/* How large the store is, and when it was copied last, as far as is known. */
static void
set_store(struct context *ctx, json_t *value)
{
    struct store_numbers numbers;
    struct pulse_row pulse;
    int64_t bytes;

    if (view_store_bytes(ctx->console->view, &bytes) == 0) {
        set_number(value, "store_bytes", bytes);
        if (!ctx->json)
            set_str(value, "store_size",
                arena_printf(
                    ctx->arena, "%.1f MiB", (double)bytes / (1024.0 * 1024.0)));
    }
    if (view_numbers(ctx->console->view, &numbers) == 0) {
        set_number(value, "schema", (int64_t)numbers.schema);
        set_time(ctx, value, "last_commit", numbers.last_commit);
    }
    if (view_pulse(ctx->console->view, STR("backup"), ctx->arena, &pulse) ==
        0) {
        set_time(ctx, value, "backup", pulse.ok);
        set_flag(value, "backup_failed", pulse.at.ms != pulse.ok.ms);
    }
    set_number(value, "generation", (int64_t)ctx->console->config.generation);
    set_str(value, "zone", str_of(zone_name(ctx->console->zone)));
}

json_t *
settings_value(struct context *ctx)
{
    bool admin = ctx->who.role >= ROLE_ADMIN;
    bool all = admin && str_eq(query_get(ctx, "all"), STR("1"));
    struct str whose = all ? STR_NONE : ctx->who.user;
    struct str done = query_get(ctx, "done"), said = text_of(ctx, "done", done);
    json_t *value = json_object();

    set_str(value, "user", ctx->who.user);
    set_str(value, "role", str_of(user_role_name(ctx->who.role)));
    set_str(value, "lang", str_of(lang_code(ctx->lang)));
    set_str(value, "theme", ctx->who.theme.n ? ctx->who.theme : STR("system"));
    (void)json_object_set_new(value, "sessions", list_sessions(ctx, whose));
    (void)json_object_set_new(value, "tokens", list_tokens(ctx, whose));
    if (admin) {
        json_t *store = json_object();

        (void)json_object_set_new(value, "users", list_users(ctx));
        set_store(ctx, store);
        (void)json_object_set_new(value, "store", store);
    }
    if (!ctx->json) {
        set_look(ctx, value);
        set_flag(value, "all", all);
        set_flag(value, "has_tokens",
            json_array_size(json_object_get(value, "tokens")) > 0);
        if (!str_eq(done, said)) /* only what the address may say */
            set_str(value, "done_text", said);
    }
    return value;
}

/* What came of the last reload, as the engine remembers it. */
static void
set_reload(struct context *ctx, json_t *value, const json_t *reload)
{
    json_t *shown = json_object();
    struct wall at = WALL_NONE;
    const json_t *errors = json_object_get(reload, "errors");

    at.ms = json_integer_value(json_object_get(reload, "at_ms"));
    set_time(ctx, shown, "at", at);
    if (ctx->json)
        (void)json_object_set_new(shown, "ok",
            json_boolean(json_is_true(json_object_get(reload, "ok"))));
    else
        set_flag(shown, "ok", json_is_true(json_object_get(reload, "ok")));
    if (json_array_size(errors) > 0)
        (void)json_object_set(shown, "errors", json_deep_copy(errors));
    (void)json_object_set_new(value, "reload", shown);
}

static void
settings_told(struct context *ctx, const struct action_result *result)
{
    json_t *value = settings_value(ctx), *status = NULL;
    const json_t *reload;

    if (!result->err && result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &status);
    reload = json_object_get(status, "reload");
    if (json_is_object(reload))
        set_reload(ctx, value, reload);
    json_decref(status);
    reply(ctx, 200, "settings", value);
}

void
page_settings(struct context *ctx)
{
    struct action action = {.kind = ACTION_STATUS, .until = WALL_NONE};

    if (ctx->who.role < ROLE_ADMIN)
        reply(ctx, 200, "settings", settings_value(ctx));
    else
        ask_engine(ctx, &action, settings_told);
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
