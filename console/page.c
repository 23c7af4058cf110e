#include "console/page.h"

#include <string.h>

#include "base/jsonx.h"
#include "console/rows.h"

/* The link that is the page one is on, for the navigation. */
static void
set_here(const struct context *ctx, json_t *ui)
{
    static const struct {
        struct str prefix;
        const char *flag;
    } places[] = {{{"/incidents", 10}, "at_incidents"},
        {{"/sources", 8}, "at_sources"}, {{"/sites", 6}, "at_sites"}, {{"/deliveries", 11}, "at_deliveries"},
        {{"/settings", 9}, "at_settings"}, {{"/silences", 9}, "at_silences"},
        {{"/reports", 8}, "at_reports"}, {{"/charts", 7}, "at_reports"}, {{"/calendar", 9}, "at_calendar"}, {{"/handover", 9}, "at_calendar"},
        {{"/items", 6}, "at_items"}, {{"/lists", 6}, "at_rules"},
        {{"/rule-", 6}, "at_rules"}, {{"/rules", 6}, "at_rules"}, {{"/ledger", 7}, "at_ledger"}};

    if (str_eq(ctx->path, STR("/")))
        (void)json_object_set_new(ui, "at_now", json_true());
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_starts(ctx->path, places[i].prefix))
            (void)json_object_set_new(ui, places[i].flag, json_true());
}

static void
set_who(const struct context *ctx, json_t *ui)
{
    const struct identity *who = &ctx->who;

    if (who->role < ROLE_VIEWER)
        return;
    (void)json_object_set_new(ui, "user", jsonx_str(who->user));
    (void)json_object_set_new(ui, "role",
        jsonx_str(text_of(ctx, "role", str_of(user_role_name(who->role)))));
    (void)json_object_set_new(ui, "csrf", json_string(who->csrf));
    if (who->theme.n > 0)
        set_str(ui, "theme", who->theme);
    (void)json_object_set_new(
        ui, "operator", json_boolean(who->role >= ROLE_OPERATOR));
    (void)json_object_set_new(
        ui, "editor", json_boolean(who->role >= ROLE_EDITOR));
    (void)json_object_set_new(
        ui, "admin", json_boolean(who->role >= ROLE_ADMIN));
}

/* What is in trouble, shown on every page: a figure of 0 is left out. */
static void
set_alarms(const struct context *ctx, json_t *ui)
{
    struct store_numbers numbers;

    if (ctx->who.role < ROLE_VIEWER ||
        view_numbers(ctx->console->view, &numbers))
        return;
    if (numbers.deliveries_dead)
        (void)json_object_set_new(
            ui, "dead", json_integer((json_int_t)numbers.deliveries_dead));
    if (numbers.conditions_open)
        (void)json_object_set_new(ui, "conditions",
            json_integer((json_int_t)numbers.conditions_open));
}

/* What stands in the window's title. */
static void
set_title(const struct context *ctx, const char *name, json_t *value)
{
    static const struct {
        const char *name, *key;
    } titles[] = {{"now", "nav_now"}, {"incidents", "nav_incidents"}, {"sources", "nav_sources"},
        {"deliveries", "nav_deliveries"}, {"settings", "nav_settings"},
        {"items", "items_page"}, {"rules", "rules_page"},
        {"rule_edit", "rule_edit_title"}, {"rule_test", "rule_test_title"},
        {"rule_version", "rule_version_title"}, {"login", "login_title"}, {"factor", "factor"}, {"reports", "nav_reports"}};
    const json_t *incident = json_object_get(value, "incident");
    const json_t *source = json_object_get(value, "source");

    if (incident)
        set_str(value, "page_title", jsonx_get_str(incident, "title"));
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i].name, name) == 0)
            set_str(value, "page_title", text_get(ctx, titles[i].key));
    if (source)
        set_str(value, "page_title", jsonx_get_str(source, "title"));
}

int
page_frame(struct context *ctx, const char *name, json_t *value)
{
    const struct console *console = ctx->console;
    json_t *ui = json_object();

    (void)json_object_set_new(ui, "lang", json_string(lang_code(ctx->lang)));
    (void)json_object_set_new(ui, "zh", json_boolean(ctx->lang == LANG_ZH));
    (void)json_object_set_new(ui, "bureau", jsonx_str(console->config.bureau));
    (void)json_object_set_new(
        ui, "zone", json_string(zone_name(console->zone)));
    (void)json_object_set_new(
        ui, "generation", json_integer((json_int_t)console->config.generation));
    set_time(ctx, ui, "now", ctx->now);
    set_here(ctx, ui);
    set_who(ctx, ui);
    set_alarms(ctx, ui);
    set_title(ctx, name, value);
    if (json_object_set_new(value, "ui", ui))
        return E_NOMEM;
    return json_object_set(
               value, "t", assets_texts_json(console->assets, ctx->lang))
               ? E_NOMEM
               : 0;
}
