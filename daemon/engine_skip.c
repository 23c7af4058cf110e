#include "daemon/engine_skip.h"

#include "base/err.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "store/conditions.h"

static struct str
subject_of(struct engine *engine, const char *what, int64_t row)
{
    return arena_printf(engine->arena, "%s:%lld", what, (long long)row);
}

struct wall
engine_skip_again(const struct engine *engine)
{
    return (struct wall){engine_now(engine).ms + SKIP_AGAIN_MS};
}

int
engine_skip_report(struct engine *engine, const char *what, int64_t row,
    int64_t incident, int err)
{
    struct condition_text text = {
        .en = arena_printf(engine->arena,
            "%s %lld of incident %lld cannot be dealt with: %s", what,
            (long long)row, (long long)incident, err_text(err)),
        .zh = arena_printf(engine->arena, "事件 %lld 的 %s %lld 无法处理：%s",
            (long long)incident, what, (long long)row, err_text(err))};
    json_t *details;
    bool opened = false;
    int r = store_condition_put(engine->store, subject_of(engine, what, row),
        STR("unreadable"), &text, engine_now(engine), &opened);

    if (r != 0 || !opened)
        return r;
    log_printf(LOG_ERROR, "%.*s; the others go on", STR_ARG(text.en));
    details = json_object();
    (void)jsonx_set(details, "what", json_string(what));
    (void)jsonx_set(details, "row", json_integer(row));
    (void)jsonx_set(details, "reason", json_string(err_text(err)));
    return engine_ledger(
        engine, "incident.unreadable", incident, STR_NONE, STR_NONE, details);
}

int
engine_skip_over(struct engine *engine, const char *what, int64_t row)
{
    bool closed;

    return store_condition_close(engine->store, subject_of(engine, what, row),
        STR("unreadable"), engine_now(engine), &closed);
}

int
engine_skip_do(struct engine *engine, const struct skip_ops *ops, int64_t row,
    int64_t incident)
{
    int r, failed;

    arena_clear(engine->arena);
    r = engine_write_begin(engine);
    if (r != 0)
        return r;
    failed = ops->work(engine, row);
    if (failed == 0)
        failed = engine_skip_over(engine, ops->what, row);
    failed = engine_write_end(engine, failed);
    if (failed == 0)
        return 0;
    r = engine_write_begin(engine);
    if (r != 0)
        return r;
    r = ops->put_off(engine, row, engine_skip_again(engine));
    if (r == 0)
        r = engine_skip_report(engine, ops->what, row, incident, failed);
    return engine_write_end(engine, r);
}
