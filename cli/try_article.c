/*
 * try_article: read one publication's own page and print its text.
 */
#include "base/arena.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/document_json.h"

enum { ARENA_MAX_BYTES = 160 * 1024 * 1024 };

static json_t *
article_json(const struct article *article)
{
    json_t *json = json_object();

    jsonx_set(json, "title", jsonx_str(article->title));
    jsonx_set(json, "published", jsonx_time(article->published));
    jsonx_set(json, "text", jsonx_str(article->text));
    if (article->blocked.p)
        jsonx_set(json, "blocked", jsonx_str(article->blocked));
    jsonx_set(json, "encoding", jsonx_str(article->encoding));
    jsonx_set(
        json, "notes", document_json_notes(article->notes, article->nnotes));
    return json;
}

int
cmd_try_article(int argc, char **argv)
{
    struct document_args args;
    struct toc_error error = {0};
    const struct article *article;
    struct arena *arena;
    int status = document_args_read(argc, argv, "ucnz", &args);

    if (status)
        return status;
    arena = arena_new(ARENA_MAX_BYTES);
    if (!arena || feeds_init() ||
        article_parse(arena, &args.input, &error, &article))
        status = document_args_fail(&args, &error);
    else
        status = document_json_print(article_json(article));
    arena_free(arena);
    document_args_done(&args);
    return status;
}
