/*
 * try_discover: which feeds and lists does a page offer?
 */
#include "base/arena.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/document_json.h"

enum { ARENA_MAX_BYTES = 160 * 1024 * 1024 };

static json_t *
discovery_json(const struct discovery *found)
{
    json_t *json = json_object();

    jsonx_set(json, "feeds", document_json_notes(found->feeds, found->nfeeds));
    jsonx_set(json, "lists", document_json_notes(found->lists, found->nlists));
    return json;
}

int
cmd_try_discover(int argc, char **argv)
{
    struct document_args args;
    struct toc_error error = {0};
    const struct discovery *found;
    struct arena *arena;
    int status = document_args_read(argc, argv, "uc", &args);

    if (status)
        return status;
    arena = arena_new(ARENA_MAX_BYTES);
    if (!arena || feeds_init() ||
        discover_parse(arena, &args.input, &error, &found))
        status = document_args_fail(&args, &error);
    else
        status = document_json_print(discovery_json(found));
    arena_free(arena);
    document_args_done(&args);
    return status;
}
