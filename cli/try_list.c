/*
 * try_list: read a page that lists publications and print them.
 */
#include "base/arena.h"
#include "cli/cli.h"
#include "cli/document_json.h"

enum { ARENA_MAX_BYTES = 160 * 1024 * 1024 };

int
cmd_try_list(int argc, char **argv)
{
    struct document_args args;
    struct toc_error error = {0};
    const struct document *document;
    struct arena *arena;
    int status = document_args_read(argc, argv, "ucsnzltdh", &args);

    if (status)
        return status;
    arena = arena_new(ARENA_MAX_BYTES);
    if (!arena || feeds_init() ||
        list_parse(arena, &args.input, &error, &document))
        status = document_args_fail(&args, &error);
    else
        status = document_json_print(document_json(document));
    arena_free(arena);
    document_args_done(&args);
    return status;
}
