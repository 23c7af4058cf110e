/*
 * page_items: items that a program brings: a hotline, a mailbox, a form.
 */
#include "base/jsonx.h"
#include "console/brought.h"
#include "console/context.h"
#include "console/rows.h"

static void
items_done(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL;

    if (result->err) {
        reply_result(ctx, result, STR("/sources"));
        return;
    }
    if (result->data.n == 0 || jsonx_load(result->data, NULL, &value) != 0)
        value = json_object();
    reply(ctx, 200, "items", value);
}

static void
reply_wrong_items(struct context *ctx, json_t *errors_taken)
{
    json_t *value = json_object();

    set_str(value, "error", text_get(ctx, "error_items"));
    (void)json_object_set_new(value, "errors", errors_taken);
    reply(ctx, 422, "error", value);
}

void
do_items(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct action action = {.kind = ACTION_PUSH,
        .object = query_get(ctx, "source"),
        .text = STR("application/feed+json; charset=utf-8"),
        .until = WALL_NONE};
    struct str type = http_header_get(request, "Content-Type");
    struct str kind = str_trim(str_first(type, str_find_char(type, ';')));
    enum brought_form form = str_eq_nocase(kind, STR("application/json"))
                                 ? BROUGHT_JSON
                                 : BROUGHT_LINES;
    json_t *errors = json_array();
    struct buf document;
    int err;

    if (action.object.n == 0) {
        json_decref(errors);
        reply_error(ctx, 422, "error_items_source");
        return;
    }
    buf_init(&document, ACTION_MAX_DATA_BYTES);
    err =
        brought_document(form, request->body, action.object, &document, errors);
    if (err == 0) {
        json_decref(errors);
        action.data = arena_str(ctx->arena, buf_str(&document));
        if (action.data.p)
            ask_engine(ctx, &action, items_done);
        else
            reply_error(ctx, 503, "error_busy");
    } else if (err == E_PARSE) {
        reply_wrong_items(ctx, errors);
    } else {
        json_decref(errors);
        reply_error(ctx, err == E_LIMIT ? 413 : 503,
            err == E_LIMIT ? "error_items_many" : NULL);
    }
    buf_done(&document);
}
