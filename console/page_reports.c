/*
 * page_reports: which reports there are, and one of them in any form.
 *
 * A report is a page of its own, to be read, printed and sent on, so it is
 * answered as it is, without the console around it.  One of a finished range
 * that an operator looked at is kept from then on.
 */
#include "base/jsonx.h"
#include "console/context.h"
#include "console/report.h"
#include "console/rows.h"
#include "store/view_report.h"

enum { REPORTS_MAX = 60, RANGE_MAX_BYTES = 64 };

/* --- the list --------------------------------------------------------------
 */

/* Of the last ones that are over, and those that run. */
static const struct quick {
    const char *range, *text;
} quicks[] = {{"day", "report_last_day"}, {"week", "report_last_week"},
    {"month", "report_last_month"}, {"quarter", "report_last_quarter"},
    {"today", "report_today"}, {"this-week", "report_this_week"},
    {"this-month", "report_this_month"},
    {"this-quarter", "report_this_quarter"}};

static void
set_quicks(const struct context *ctx, json_t *value)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof quicks / sizeof *quicks; i++) {
        json_t *one = json_object();

        set_str(one, "range", str_of(quicks[i].range));
        set_str(one, "text", text_get(ctx, quicks[i].text));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "quick", list);
}

static json_t *
row_report(const struct context *ctx, const struct report_kept *row)
{
    char hash[DIGEST_HEX_SIZE];
    json_t *one = json_object();

    set_str(one, "range", row->name);
    set_str(one, "zone", row->zone);
    set_time(ctx, one, "from", row->from);
    set_time(ctx, one, "until", row->until);
    set_time(ctx, one, "made", row->made);
    set_str(one, "hash", str_of(digest_hex(row->hash, hash)));
    return one;
}

/* A day as the form sends it: digits and dashes alone go into an address. */
static bool
is_day(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-')
            return false;
    return s.n == 10;
}

void
page_reports(struct context *ctx)
{
    struct str from = query_get(ctx, "from"), until = query_get(ctx, "until");
    struct report_kept *rows = NULL;
    json_t *value, *list;
    size_t n = 0;
    int err;

    if (from.n > 0 && until.n > 0) {
        if (is_day(from) && is_day(until))
            reply_redirect(ctx, arena_printf(ctx->arena, "/reports/%.*s..%.*s",
                                    STR_ARG(from), STR_ARG(until)));
        else
            reply_error(ctx, 422, "error_report_range");
        return;
    }
    err = view_reports(ctx->console->view, REPORTS_MAX, ctx->arena, &rows, &n);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_report(ctx, &rows[i]));
    (void)json_object_set_new(value, "reports", list);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_quicks(ctx, value);
    }
    reply(ctx, 200, "reports", value);
}

/* --- one report ------------------------------------------------------------
 */

static void
keep_it(struct context *ctx, const struct report_answer *answer)
{
    struct action action = {.kind = ACTION_REPORT_KEEP,
        .object = str_of(answer->range),
        .until = WALL_NONE,
        .by = ctx->who.user,
        .from = STR("console")};

    if (answer->finished && !answer->kept && ctx->who.role >= ROLE_OPERATOR)
        tell_engine(ctx->console, &action);
}

static void
answer_report(
    struct context *ctx, const struct report_answer *answer, struct buf *bytes)
{
    struct exchange *exchange = ctx->exchange;

    if (answer->style.n)
        exchange->style = answer->style;
    else
        (void)exchange_header(exchange, "Content-Disposition",
            arena_printf(
                ctx->arena, "attachment; filename=\"%s\"", answer->name));
    keep_it(ctx, answer);
    reply_bytes(ctx, 200, answer->type, buf_str(bytes));
}

void
page_report(struct context *ctx)
{
    const struct console *console = ctx->console;
    struct str format = query_get(ctx, "format");
    struct str lang = query_get(ctx, "lang");
    struct report_ask ask = {.range = ctx->args[0],
        .format = format.n    ? format
                  : ctx->json ? STR("json")
                              : STR("html"),
        .lang = str_eq(lang, STR("en"))   ? LANG_EN
                : str_eq(lang, STR("zh")) ? LANG_ZH
                                          : ctx->lang,
        .zone = console->zone,
        .bureau = console->config.bureau,
        .url = console->config.url};
    struct report_answer answer = {.type = NULL};
    _cleanup_(buf_done) struct buf bytes;
    int err;

    buf_init(&bytes, SERVER_MAX_ANSWER_BYTES);
    if (!console->ops->report || ask.range.n > RANGE_MAX_BYTES) {
        reply_error(ctx, 404, NULL);
        return;
    }
    err = console->ops->report(console->arg, &ask, &bytes, &answer);
    if (err == E_PARSE || err == E_LIMIT)
        reply_error(ctx, 422, "error_report_range");
    else if (err)
        reply_error(ctx, status_of_err(err), NULL);
    else
        answer_report(ctx, &answer, &bytes);
}
