/*
 * try_site: check a page of an own site.
 */
#include "base/arena.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/document_json.h"
#include "feeds/site.h"

enum { ARENA_MAX_BYTES = 160 * 1024 * 1024, CST_MINUTES = 8 * 60 };

static json_t *
data_json(const struct site_report *report)
{
    json_t *list = json_array();

    for (int k = 0; k < SITE_DATA_KINDS && list; k++) {
        json_t *one;

        if (report->data[k] == 0)
            continue;
        one = json_object();
        jsonx_set(one, "kind",
            jsonx_str(str_of(site_data_name((enum site_data_kind)k))));
        jsonx_set(one, "count", json_integer((json_int_t)report->data[k]));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
findings_json(const struct site_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->nfindings && list; i++) {
        json_t *one = json_object();

        jsonx_set(one, "kind", jsonx_str(str_of(report->findings[i].kind)));
        jsonx_set(one, "evidence", jsonx_str(report->findings[i].evidence));
        json_array_append_new(list, one);
    }
    return list;
}

/* The day of t where the page's dates are read. */
static json_t *
day_json(struct wall t, const struct zone *zone)
{
    struct civil day;

    if (!wall_is_set(t))
        return json_null();
    day = civil_of_wall(t, zone ? zone_offset(zone, t) : CST_MINUTES);
    return json_sprintf("%04d-%02d-%02d", day.year, day.month, day.day);
}

static json_t *
report_json(const struct site_report *report, const struct zone *zone)
{
    json_t *json = json_object();

    jsonx_set(json, "defaced", json_boolean(report->defaced));
    jsonx_set(json, "hidden_links",
        document_json_notes(report->hidden_links, report->nhidden_links));
    jsonx_set(json, "personal_data", data_json(report));
    jsonx_set(json, "newest_date", day_json(report->newest, zone));
    jsonx_set(json, "findings", findings_json(report));
    return json;
}

int
cmd_try_site(int argc, char **argv)
{
    struct document_args args;
    struct toc_error error = {0};
    const struct site_report *report;
    struct arena *arena;
    int status = document_args_read(argc, argv, "ucnz", &args);

    if (status)
        return status;
    arena = arena_new(ARENA_MAX_BYTES);
    if (!arena || feeds_init() ||
        site_check(arena, &args.input, &error, &report))
        status = document_args_fail(&args, &error);
    else
        status = document_json_print(report_json(report, args.input.zone));
    arena_free(arena);
    document_args_done(&args);
    return status;
}
