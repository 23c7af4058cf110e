/*
 * tocsin try group: say of each item which event it belongs to.
 *
 * Items are JSON lines in order of publication; each is put where the grouper
 * says, as the daemon does it.  A follow-up that comes too late to join is of
 * the same event as the incident that it points to.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "cli/cli.h"
#include "incidents/features.h"
#include "incidents/group.h"
#include "rules/rules.h"

enum {
    INPUT_MAX_BYTES = 512 * 1024 * 1024,
    REGION_MAX_BYTES = 4 * 1024 * 1024
};

struct run {
    const char *name; /* of the input, for errors */
    bool explain;
    struct grouper *grouper;
    struct arena *arena; /* of one item */
    struct buf features, out;
    int64_t groups;   /* given so far */
    struct wall time; /* of the item before */
};

/* The item of one line; views into json and run. */
static int
read_item(struct run *run, const json_t *json, struct group_item *ret)
{
    const json_t *source = json_object_get(json, "source");
    struct str published = jsonx_get_str(json, "published");
    const uint16_t *title = NULL, *text = NULL;
    size_t ntitle = 0, ntext = 0;
    int r;

    *ret = (struct group_item){.title = jsonx_get_str(json, "title"),
        .text = jsonx_get_str(json, "text"),
        .category = jsonx_get_str(json, "category"),
        .source = jsonx_get_str(source, "name"),
        .time = run->time};
    if (published.n)
        (void)timefmt_parse_rfc3339(published, &ret->time);
    run->time = ret->time;
    r = rules_fold(run->arena, ret->title, &title, &ntitle);
    if (r == 0)
        r = rules_fold(run->arena, jsonx_get_str(json, "text"), &text, &ntext);
    buf_clear(&run->features);
    if (r == 0)
        r = features_make(title, ntitle, text, ntext, &run->features);
    ret->features = buf_str(&run->features);
    return r;
}

static int
print_answer(struct run *run, const json_t *json, int64_t group,
    const struct group_verdict *verdict)
{
    json_t *j = json_object();
    int r;

    json_object_set(j, "id", json_object_get(json, "id"));
    jsonx_set(j, "group", json_integer(group));
    if (run->explain) {
        jsonx_set(j, "similarity", json_real(verdict->similarity));
        jsonx_set(j, "why", jsonx_str(verdict->why));
    }
    buf_clear(&run->out);
    r = jsonx_dump(j, &run->out);
    json_decref(j);
    if (r == 0)
        printf("%s\n", buf_cstr(&run->out));
    return r;
}

static int
handle(struct run *run, const json_t *json)
{
    struct group_item item;
    struct group_verdict verdict;
    int64_t group;
    int r;

    arena_clear(run->arena);
    r = read_item(run, json, &item);
    if (r == 0)
        r = grouper_find(run->grouper, &item, run->arena, &verdict);
    if (r != 0)
        return r;
    group = verdict.incident ? verdict.incident : verdict.previous;
    if (group == 0)
        group = ++run->groups;
    r = grouper_add(run->grouper, group, &item);
    return r == 0 ? print_answer(run, json, group, &verdict) : r;
}

static int
run_lines(struct run *run, struct str rest)
{
    size_t line = 0;
    int status = CLI_OK;

    while (rest.p) {
        struct str s = str_trim(str_split(&rest, '\n'));
        struct toc_error error = {.line = 0};
        json_t *json = NULL;
        int r;

        line++;
        if (s.n == 0)
            continue;
        r = jsonx_load(s, &error, &json);
        if (r == 0 && !json_is_object(json))
            r = E_PARSE;
        if (r == 0)
            r = handle(run, json);
        if (r != 0) {
            fprintf(stderr, "%s:%zu:%u: %s\n", run->name, line,
                error.column ? error.column : 1,
                error.text[0] ? error.text : err_text(r));
            status = CLI_FAILED;
        }
        json_decref(json);
    }
    return status;
}

static int
open_grouper(struct run *run, const char *region)
{
    struct toc_error error = {.line = 0};
    struct buf bytes;
    int r = 0;

    buf_init(&bytes, REGION_MAX_BYTES);
    if (region)
        r = file_read(region, &bytes, &error);
    if (r == 0)
        r = grouper_new(buf_str(&bytes), &run->grouper);
    if (r != 0)
        fprintf(stderr, "%s: %s\n", region ? region : "tocsin",
            error.text[0] ? error.text : err_text(r));
    buf_done(&bytes);
    return r;
}

static int
run_file(struct run *run, const char *file, const char *region)
{
    struct toc_error error = {.line = 0};
    struct buf input;
    int status = CLI_FAILED;

    buf_init(&input, INPUT_MAX_BYTES);
    buf_init(&run->features, FEATURES_MAX_BYTES);
    buf_init(&run->out, INPUT_MAX_BYTES);
    run->arena = arena_new(ARENA_CAP_DEFAULT);
    if (!run->arena)
        fprintf(stderr, "tocsin: out of memory\n");
    else if (file_read(file, &input, &error) != 0)
        fprintf(stderr, "%s: %s\n", run->name, error.text);
    else if (open_grouper(run, region) == 0)
        status = run_lines(run, buf_str(&input));
    grouper_free(run->grouper);
    arena_free(run->arena);
    buf_done(&run->out);
    buf_done(&run->features);
    buf_done(&input);
    return status;
}

int
cmd_try_group(int argc, char **argv)
{
    static const struct option longs[] = {
        {"region", required_argument, NULL, 'g'},
        {"explain", no_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
    struct run run = {.time = {0}};
    const char *region = NULL, *file;
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'g')
            region = optarg;
        else if (c == 'e')
            run.explain = true;
        else
            return CLI_USAGE;
    }
    if (optind + 1 < argc) {
        fprintf(stderr, "tocsin: only one file of items can be given\n");
        return CLI_USAGE;
    }
    file = optind < argc ? argv[optind] : "-";
    run.name = str_eq(str_of(file), STR("-")) ? "standard input" : file;
    return run_file(&run, file, region);
}
