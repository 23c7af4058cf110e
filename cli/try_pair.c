/*
 * tocsin try pair: how alike the grouper finds two texts.
 *
 * The grouper learns how rare words are from all lines before it says how
 * alike the texts of each are, so that the answers can be compared.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "incidents/features.h"
#include "incidents/group.h"
#include "rules/rules.h"

enum { INPUT_MAX_BYTES = 512 * 1024 * 1024 };

struct run {
    const char *name; /* of the input, for errors */
    struct grouper *grouper;
    struct arena *arena; /* of one line */
    struct buf first, second, out;
};

static int
read_item(struct run *run, const json_t *json, const char *title_key,
    const char *body_key, struct buf *features, struct group_item *ret)
{
    const uint16_t *title = NULL, *text = NULL;
    size_t ntitle = 0, ntext = 0;
    int r;

    *ret = (struct group_item){.title = jsonx_get_str(json, title_key)};
    r = rules_fold(run->arena, ret->title, &title, &ntitle);
    if (r == 0)
        r = rules_fold(
            run->arena, jsonx_get_str(json, body_key), &text, &ntext);
    buf_clear(features);
    if (r == 0)
        r = features_make(title, ntitle, text, ntext, features);
    ret->features = buf_str(features);
    return r;
}

static int
print_answer(struct run *run, const json_t *json, double score)
{
    json_t *j = json_object();
    int r;

    json_object_set(j, "id", json_object_get(json, "id"));
    jsonx_set(j, "score", json_real(score));
    buf_clear(&run->out);
    r = jsonx_dump(j, &run->out);
    json_decref(j);
    if (r == 0)
        printf("%s\n", buf_cstr(&run->out));
    return r;
}

/* Learn from one line, or answer it. */
static int
handle(struct run *run, const json_t *json, bool answer)
{
    struct group_item a, b;
    int r;

    arena_clear(run->arena);
    r = read_item(run, json, "title1", "body1", &run->first, &a);
    if (r == 0)
        r = read_item(run, json, "title2", "body2", &run->second, &b);
    if (r != 0)
        return r;
    if (answer)
        return print_answer(run, json, group_similarity(run->grouper, &a, &b));
    r = grouper_learn(run->grouper, &a);
    return r == 0 ? grouper_learn(run->grouper, &b) : r;
}

static int
run_lines(struct run *run, struct str rest, bool answer)
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
            r = handle(run, json, answer);
        if (r != 0 && answer)
            fprintf(stderr, "%s:%zu:%u: %s\n", run->name, line,
                error.column ? error.column : 1,
                error.text[0] ? error.text : err_text(r));
        if (r != 0)
            status = CLI_FAILED;
        json_decref(json);
    }
    return status;
}

static int
run_file(struct run *run, const char *file)
{
    struct toc_error error = {.line = 0};
    struct buf input;
    int status = CLI_FAILED;

    buf_init(&input, INPUT_MAX_BYTES);
    buf_init(&run->first, FEATURES_MAX_BYTES);
    buf_init(&run->second, FEATURES_MAX_BYTES);
    buf_init(&run->out, INPUT_MAX_BYTES);
    run->arena = arena_new(ARENA_CAP_DEFAULT);
    if (!run->arena || grouper_new(STR_NONE, &run->grouper) != 0) {
        fprintf(stderr, "tocsin: out of memory\n");
    } else if (file_read(file, &input, &error) != 0) {
        fprintf(stderr, "%s: %s\n", run->name, error.text);
    } else {
        (void)run_lines(run, buf_str(&input), false);
        status = run_lines(run, buf_str(&input), true);
    }
    grouper_free(run->grouper);
    arena_free(run->arena);
    buf_done(&run->out);
    buf_done(&run->second);
    buf_done(&run->first);
    buf_done(&input);
    return status;
}

int
cmd_try_pair(int argc, char **argv)
{
    static const struct option longs[] = {{NULL, 0, NULL, 0}};
    struct run run = {.name = NULL};
    const char *file;

    optind = 1;
    if (getopt_long(argc, argv, "", longs, NULL) != -1)
        return CLI_USAGE;
    if (optind + 1 < argc) {
        fprintf(stderr, "tocsin: only one file of pairs can be given\n");
        return CLI_USAGE;
    }
    file = optind < argc ? argv[optind] : "-";
    run.name = str_eq(str_of(file), STR("-")) ? "standard input" : file;
    return run_file(&run, file);
}
