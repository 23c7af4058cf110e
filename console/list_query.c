#include "console/list_query.h"

#include <string.h>

#include "base/num.h"

enum {
    LIST_MAX_TEXT_BYTES = 256,
    LIST_MAX_PAGE_ROWS = 100 /* of HTML, so that a page stays small */
};

const char *const list_query_names[] = {"q", "level", "state", "substate",
    "category", "owner", "source", "tag", "rule", "assignee", "delivery",
    "clock", "from", "to", "opened_from", "opened_to", "acknowledged_from",
    "acknowledged_to", "closed_from", "closed_to", NULL};

struct list_query
list_query_own(const struct context *ctx)
{
    return (struct list_query){ctx->query, ctx->nquery};
}

struct list_query
list_query_of(const struct context *ctx, struct str text)
{
    struct http_header *params = NULL;
    struct list_query query = {0};

    if (http_params(ctx->arena, text, &params, &query.n) != 0)
        query.n = 0;
    query.params = params;
    return query;
}

struct str
list_query_get(const struct list_query *query, const char *name)
{
    for (size_t i = 0; i < query->n; i++)
        if (str_eq(query->params[i].name, str_of(name)))
            return query->params[i].value;
    return STR_NONE;
}

/* --- as a filter
 * -------------------------------------------------------------- */

/* "red,orange" as bits; a name that is none is an error.  parse: 0 and the
 * bit's number. */
static int
read_bits(struct str list, int (*parse)(struct str name, unsigned *ret),
    unsigned *ret)
{
    unsigned bits = 0, one;

    while (list.p && list.n > 0) {
        struct str name = str_trim(str_split(&list, ','));

        if (name.n == 0)
            continue;
        if (parse(name, &one) != 0)
            return E_PARSE;
        bits |= one;
    }
    *ret = bits;
    return 0;
}

static int
parse_level(struct str name, unsigned *ret)
{
    enum level level;

    if (str_eq(name, STR("all"))) {
        *ret = 0;
        return 0;
    }
    if (level_parse(name, &level) != 0)
        return E_PARSE;
    *ret = 1u << level;
    return 0;
}

static int
parse_state(struct str name, unsigned *ret)
{
    enum incident_state state;

    if (str_eq(name, STR("open")))
        *ret = 0;
    else if (str_eq(name, STR("all")))
        *ret = (1u << INCIDENT_STATE_COUNT) - 1;
    else if (incident_state_parse(name, &state) != 0)
        return E_PARSE;
    else
        *ret = 1u << state;
    return 0;
}

static int
parse_substate(struct str name, unsigned *ret)
{
    for (int i = 0; i < INCIDENT_SUBSTATE_COUNT; i++) {
        if (str_eq(name,
                str_of(incident_substate_name((enum incident_substate)i)))) {
            *ret = 1u << i;
            return 0;
        }
    }
    return E_PARSE;
}

/* Which of names, which end with NULL, it is; absent is 0. */
static int
read_word(struct str word, const char *const *names, int *ret)
{
    if (word.n == 0) {
        *ret = 0;
        return 0;
    }
    for (int i = 0; names[i]; i++) {
        if (str_eq(word, str_of(names[i]))) {
            *ret = i + 1;
            return 0;
        }
    }
    return E_PARSE;
}

/* A date or a date and time; a date alone is midnight in the zone, and as an
 * end the midnight after it. */
static int
read_time(
    const struct context *ctx, struct str text, bool is_end, struct wall *ret)
{
    struct civil c;

    *ret = WALL_NONE;
    if (text.n == 0)
        return 0;
    if (timefmt_parse_rfc3339(text, ret) != 0)
        return E_PARSE;
    if (text.n == sizeof("2026-06-07") - 1) {
        if (is_end)
            ret->ms += MS_DAY;
        c = civil_of_wall(*ret, 0);
        *ret = zone_to_wall(ctx->console->zone, &c);
    }
    return 0;
}

static int
read_span(const struct context *ctx, const struct list_query *query,
    const char *from, const char *until, struct list_span *ret)
{
    int err = read_time(ctx, list_query_get(query, from), false, &ret->from);

    return err ? err
               : read_time(
                     ctx, list_query_get(query, until), true, &ret->until);
}

static int
read_spans(const struct context *ctx, const struct list_query *query,
    struct list_filter *filter)
{
    int err = read_span(ctx, query, "from", "to", &filter->first_seen);

    if (!err)
        err =
            read_span(ctx, query, "opened_from", "opened_to", &filter->opened);
    if (!err)
        err = read_span(ctx, query, "acknowledged_from", "acknowledged_to",
            &filter->acknowledged);
    if (!err)
        err =
            read_span(ctx, query, "closed_from", "closed_to", &filter->closed);
    return err;
}

static int
read_words(const struct list_query *query, struct list_filter *filter)
{
    static const char *const deliveries[] = {"failed", "pending", "late", NULL};
    static const char *const clocks[] = {"soon", "breached", "running", NULL};
    struct str sort = list_query_get(query, "sort");
    int delivery = 0, clock = 0;
    int err =
        read_bits(list_query_get(query, "level"), parse_level, &filter->levels);

    if (!err)
        err = read_bits(
            list_query_get(query, "state"), parse_state, &filter->states);
    if (!err)
        err = read_bits(list_query_get(query, "substate"), parse_substate,
            &filter->substates);
    if (!err)
        err =
            read_word(list_query_get(query, "delivery"), deliveries, &delivery);
    if (!err)
        err = read_word(list_query_get(query, "clock"), clocks, &clock);
    if (!err && sort.n > 0)
        err = list_sort_parse(sort, &filter->sort);
    filter->delivery = (enum list_delivery)delivery;
    filter->clock = (enum list_clock)clock;
    return err;
}

static void
read_assignee(const struct context *ctx, const struct list_query *query,
    struct list_filter *filter)
{
    struct str name = list_query_get(query, "assignee");

    if (str_eq(name, STR(LIST_NOBODY)))
        filter->unassigned = true;
    else if (str_eq(name, STR(LIST_ME)))
        filter->assignee = ctx->who.user;
    else
        filter->assignee = name;
}

int
list_query_filter(const struct context *ctx, const struct list_query *query,
    struct list_filter *ret)
{
    struct list_filter filter = {.now = ctx->now,
        .category = list_query_get(query, "category"),
        .source = list_query_get(query, "source"),
        .owner = list_query_get(query, "owner"),
        .tag = list_query_get(query, "tag"),
        .rule = list_query_get(query, "rule"),
        .text = str_trim(list_query_get(query, "q")),
        .after = list_query_get(query, "after")};
    struct str limit = list_query_get(query, "limit");
    int64_t n = 0;
    int err = read_words(query, &filter);

    if (!err)
        err = read_spans(ctx, query, &filter);
    if (!err && limit.n > 0)
        err = num_parse_i64(limit, 1, VIEW_PAGE_MAX, &n);
    if (err || filter.text.n > LIST_MAX_TEXT_BYTES)
        return E_PARSE;
    if (!ctx->json && n > LIST_MAX_PAGE_ROWS)
        n = LIST_MAX_PAGE_ROWS;
    filter.limit = (size_t)n;
    read_assignee(ctx, query, &filter);
    *ret = filter;
    return 0;
}

/* --- as an address
 * ------------------------------------------------------------ */

bool
list_query_is_any(const struct list_query *query)
{
    for (size_t i = 0; list_query_names[i]; i++)
        if (list_query_get(query, list_query_names[i]).n > 0)
            return true;
    return false;
}

static void
add_param(struct buf *out, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    (void)buf_printf(out, "%s%s=", out->n > 0 ? "&" : "", name);
    http_escape(out, value);
}

static void
add_query(struct buf *out, const struct list_query *query, const char *name,
    struct str value)
{
    bool own = false;

    for (size_t i = 0; list_query_names[i]; i++) {
        bool this = name && strcmp(name, list_query_names[i]) == 0;

        add_param(out, list_query_names[i],
            this ? value : list_query_get(query, list_query_names[i]));
        own = own || this;
    }
    if (name && strcmp(name, "sort") == 0)
        add_param(out, "sort", value);
    else
        add_param(out, "sort", list_query_get(query, "sort"));
    if (name && !own && strcmp(name, "sort") != 0)
        add_param(out, name, value);
}

struct str
list_query_text(const struct context *ctx, const struct list_query *query)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    add_query(&out, query, NULL, STR_NONE);
    return arena_str(ctx->arena, buf_str(&out));
}

struct str
list_address(const struct context *ctx, const char *base, struct str text)
{
    return text.n > 0 ? arena_printf(ctx->arena, "%s?%.*s", base, STR_ARG(text))
                      : arena_str(ctx->arena, str_of(base));
}

struct str
list_link(const struct context *ctx, const char *base, const char *name,
    struct str value)
{
    _cleanup_(buf_done) struct buf out;
    struct list_query query = list_query_own(ctx);

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    add_query(&out, &query, name, value);
    add_param(&out, "limit", list_query_get(&query, "limit"));
    return list_address(ctx, base, buf_str(&out));
}
