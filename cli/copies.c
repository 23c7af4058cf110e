#include "cli/copies.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/jsonx.h"

enum { COPIES_ARENA_BYTES = 64 * 1024 * 1024 };

bool
copies_options(
    struct copies *copies, int argc, char **argv, const struct option *table)
{
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (c == '?')
            return false;
        if (c == 'C')
            copies->config = optarg;
        else if (c == 'D')
            copies->database = optarg;
        else if (c == 'F')
            copies->folder = optarg;
        else if (c == 'V')
            copies->verify = optarg;
        copies->list = copies->list || c == 'l';
        copies->json = copies->json || c == 'J';
        copies->replace = copies->replace || c == 'r';
        copies->latest = copies->latest || c == 'n';
    }
    return true;
}

int
copies_begin(struct copies *copies)
{
    copies->arena = arena_new(COPIES_ARENA_BYTES);
    if (!copies->arena || digest_init() < 0)
        return CLI_FAILED;
    database_find(copies->arena, copies->config, &copies->place);
    if (!copies->database)
        copies->database = arena_cstr(copies->arena, copies->place.database);
    if (!copies->folder)
        copies->folder = arena_cstr(copies->arena, copies->place.backups);
    return copies->database && copies->folder ? CLI_OK : CLI_FAILED;
}

int
copies_finish(struct copies *copies, int status)
{
    zone_free(copies->place.zone);
    arena_free(copies->arena);
    return status;
}

int
copies_complain(const struct toc_error *error)
{
    fputs("tocsin: ", stderr);
    toc_error_print(error, stderr);
    return CLI_FAILED;
}

void
copies_print(const struct copies *copies, const char *path,
    const struct backup_facts *facts)
{
    if (copies->json) {
        json_t *out = json_pack("{ss sI sI sI sI sI sI si}", "backup", path,
            "bytes", (json_int_t)facts->bytes, "sources",
            (json_int_t)facts->sources, "items", (json_int_t)facts->items,
            "incidents", (json_int_t)facts->incidents, "deliveries",
            (json_int_t)facts->deliveries, "ledger", (json_int_t)facts->ledger,
            "schema", (int)facts->schema);
        char *text = out ? json_dumps(out, JSON_COMPACT) : NULL;

        printf("%s\n", text ? text : "{}");
        free(text);
        json_decref(out);
        return;
    }
    printf("%s: whole; %llu sources, %llu items, %llu incidents, %llu "
           "messages, %llu entries of the ledger, %.1f MiB\n",
        path, (unsigned long long)facts->sources,
        (unsigned long long)facts->items, (unsigned long long)facts->incidents,
        (unsigned long long)facts->deliveries,
        (unsigned long long)facts->ledger,
        (double)facts->bytes / (1024.0 * 1024.0));
}
