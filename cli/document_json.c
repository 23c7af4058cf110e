#include "cli/document_json.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"

enum {
    DOCUMENT_MAX_BYTES = 64 * 1024 * 1024, /* of a file */
    OUTPUT_MAX_BYTES = 256 * 1024 * 1024
};

json_t *
document_json_notes(const struct str *notes, size_t nnotes)
{
    json_t *list = json_array();

    for (size_t i = 0; i < nnotes && list; i++)
        json_array_append_new(list, jsonx_str(notes[i]));
    return list;
}

static json_t *
categories_json(const struct item *item)
{
    return document_json_notes(item->categories, item->ncategories);
}

static json_t *
enclosures_json(const struct item *item)
{
    json_t *list = json_array();

    for (size_t i = 0; i < item->nenclosures && list; i++) {
        json_t *one = json_object();

        jsonx_set(one, "url", jsonx_str(item->enclosures[i].url));
        jsonx_set(one, "type", jsonx_str(item->enclosures[i].type));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
item_json(const struct item *item)
{
    json_t *json = json_object();

    if (!json)
        return NULL;
    jsonx_set(json, "id", jsonx_str(item->id));
    jsonx_set(json, "url", jsonx_str(item->url));
    jsonx_set(json, "title", jsonx_str(item->title));
    jsonx_set(json, "text", jsonx_str(item->text));
    if (item->summary.p)
        jsonx_set(json, "summary", jsonx_str(item->summary));
    jsonx_set(json, "published", jsonx_time(item->published));
    jsonx_set(json, "updated", jsonx_time(item->updated));
    jsonx_set(json, "categories", categories_json(item));
    jsonx_set(json, "enclosures", enclosures_json(item));
    return json;
}

json_t *
document_json(const struct document *document)
{
    json_t *json = json_object(), *items = json_array();

    if (!json || !items) {
        json_decref(json);
        json_decref(items);
        return NULL;
    }
    jsonx_set(json, "format", jsonx_str(document->version));
    jsonx_set(json, "encoding", jsonx_str(document->encoding));
    jsonx_set(json, "title", jsonx_str(document->title));
    jsonx_set(json, "link", jsonx_str(document->link));
    jsonx_set(json, "updated", jsonx_time(document->updated));
    if (document->next.p)
        jsonx_set(json, "next", jsonx_str(document->next));
    if (document->nchildren > 0)
        jsonx_set(json, "children",
            document_json_notes(document->children, document->nchildren));
    if (document->partial)
        jsonx_set(json, "partial", json_true());
    if (document->blocked.p)
        jsonx_set(json, "blocked", jsonx_str(document->blocked));
    if (document->hint.p)
        jsonx_set(json, "hint", jsonx_str(document->hint));
    if (document->hint_lost)
        jsonx_set(json, "hint_lost", json_true());
    for (size_t i = 0; i < document->nitems; i++)
        json_array_append_new(items, item_json(&document->items[i]));
    jsonx_set(json, "items", items);
    jsonx_set(
        json, "notes", document_json_notes(document->notes, document->nnotes));
    return json;
}

int
document_json_print(json_t *json_taken)
{
    struct buf out;
    int status = CLI_FAILED;

    buf_init(&out, OUTPUT_MAX_BYTES);
    if (json_taken && jsonx_dump(json_taken, &out) == 0 &&
        buf_add_char(&out, '\n') == 0 &&
        fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
        status = CLI_OK;
    else
        fputs("tocsin: the result could not be written\n", stderr);
    buf_done(&out);
    json_decref(json_taken);
    return status;
}

static int
usage(const char *command, const char *sentence)
{
    fprintf(stderr, "tocsin try %s: %s\n", command, sentence);
    return CLI_USAGE;
}

static int
read_now(const char *text, struct wall *ret)
{
    return timefmt_parse_rfc3339(str_of(text), ret);
}

int
document_args_read(
    int argc, char **argv, const char *options, struct document_args *ret)
{
    static const struct option known[] = {{"url", required_argument, NULL, 'u'},
        {"content-type", required_argument, NULL, 'c'},
        {"select", required_argument, NULL, 's'},
        {"select-link", required_argument, NULL, 'l'},
        {"select-title", required_argument, NULL, 't'},
        {"select-date", required_argument, NULL, 'd'},
        {"hint", required_argument, NULL, 'h'},
        {"now", required_argument, NULL, 'n'},
        {"zone", required_argument, NULL, 'z'}, {NULL, 0, NULL, 0}};
    struct document_args args = {.file = "-"};
    struct toc_error error = {0};
    int option;

    args.input.now = clock_wall();
    optind = 1;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            return CLI_USAGE;
        if (!strchr(options, option))
            return usage(argv[0], "it has no such option");
        if (option == 'u')
            args.input.url = str_of(optarg);
        else if (option == 'c')
            args.input.content_type = str_of(optarg);
        else if (option == 's')
            args.input.select = str_of(optarg);
        else if (option == 'l')
            args.input.select_link = str_of(optarg);
        else if (option == 't')
            args.input.select_title = str_of(optarg);
        else if (option == 'd')
            args.input.select_date = str_of(optarg);
        else if (option == 'h')
            args.input.hint = str_of(optarg);
        else if (option == 'n' && read_now(optarg, &args.input.now))
            return usage(argv[0], "--now is to be a date as 2026-06-07");
        else if (option == 'z' && zone_load(optarg, &args.zone))
            return usage(argv[0], "--zone is to be a name as Asia/Shanghai");
    }
    if (optind + 1 < argc)
        return usage(argv[0], "it reads one file");
    if (optind < argc)
        args.file = argv[optind];
    buf_init(&args.bytes, DOCUMENT_MAX_BYTES);
    if (file_read(args.file, &args.bytes, &error)) {
        document_args_fail(&args, &error);
        document_args_done(&args);
        return CLI_FAILED;
    }
    args.input.bytes = buf_str(&args.bytes);
    args.input.zone = args.zone;
    *ret = args;
    return 0;
}

void
document_args_done(struct document_args *args)
{
    buf_done(&args->bytes);
    zone_free(args->zone);
}

int
document_args_fail(
    const struct document_args *args, const struct toc_error *error)
{
    fprintf(stderr, "%s: %s\n",
        strcmp(args->file, "-") == 0 ? "standard input" : args->file,
        error->text[0] ? error->text : "the document could not be read");
    return CLI_FAILED;
}
