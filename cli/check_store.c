/*
 * check_store: the invariants, asked of the database itself, whether or not
 * the daemon runs.
 */
#include "cli/check_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "store/check.h"

enum { CHECK_ARENA_BYTES = 64 * 1024 * 1024 };

static json_t *
line_json(enum check_kind kind, const struct check_line *line)
{
    json_t *out = json_object(), *examples = json_array();

    (void)jsonx_set(out, "invariant", json_string(check_name(kind)));
    (void)jsonx_set(out, "holds", json_boolean(line->broken == 0));
    (void)jsonx_set(out, "looked", json_integer((json_int_t)line->looked));
    (void)jsonx_set(out, "broken", json_integer((json_int_t)line->broken));
    for (size_t i = 0; i < line->nexamples; i++)
        (void)json_array_append_new(examples, jsonx_str(line->examples[i]));
    (void)jsonx_set(out, "examples", examples);
    return out;
}

static void
print_json(const struct check_result *result)
{
    json_t *out = json_object(), *list = json_array();
    char *text;

    for (int i = 0; i < CHECK_COUNT; i++)
        (void)json_array_append_new(
            list, line_json((enum check_kind)i, &result->line[i]));
    (void)jsonx_set(out, "holds", json_boolean(result->broken == 0));
    (void)jsonx_set(out, "invariants", list);
    text = json_dumps(out, JSON_COMPACT);
    printf("%s\n", text ? text : "{}");
    free(text);
    json_decref(out);
}

static void
print_lines(const struct check_result *result)
{
    for (int i = 0; i < CHECK_COUNT; i++) {
        const struct check_line *line = &result->line[i];

        printf("%-7s %-6s %s (%llu)\n", check_name((enum check_kind)i),
            line->broken ? "BROKEN" : "holds", check_text((enum check_kind)i),
            (unsigned long long)line->looked);
        for (size_t j = 0; j < line->nexamples; j++)
            printf("        %.*s\n", STR_ARG(line->examples[j]));
        if (line->broken > line->nexamples)
            printf("        and %llu more\n",
                (unsigned long long)(line->broken - line->nexamples));
    }
}

int
check_store(const char *config, const char *database, bool json)
{
    struct arena *arena = arena_new(CHECK_ARENA_BYTES);
    struct database_place place = {.zone = NULL};
    struct toc_error error = {.line = 0};
    struct check_result result;
    struct view *view = NULL;
    int status = CLI_FAILED, r = 0;

    if (!arena)
        return CLI_FAILED;
    database_find(arena, config, &place);
    if (!database)
        database = arena_cstr(arena, place.database);
    if (!database || view_open(database, &error, &view) != 0) {
        fprintf(
            stderr, "tocsin: %s: %s\n", database ? database : "", error.text);
    } else if ((r = view_check(view, arena, &result)) != 0) {
        fprintf(stderr, "tocsin: %s: could not be checked: %s\n", database,
            err_text(r));
    } else {
        if (json)
            print_json(&result);
        else
            print_lines(&result);
        status = result.broken ? CLI_FAILED : CLI_OK;
    }
    view_close(view);
    zone_free(place.zone);
    arena_free(arena);
    return status;
}
