/*
 * tocsin try rules: match and score items on standard input or in a file.
 *
 * It compiles the rules, then handles one JSON line after another, with the
 * code that the daemon runs.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "rules/files.h"

enum { INPUT_MAX_BYTES = 512 * 1024 * 1024, MAX_TAGS = 32 };

struct options {
    struct arena *arena;
    struct rule_files *files;
    struct rule_file region;
    bool has_region, explain;
    struct wall now; /* or WALL_NONE */
    const char *input;
};

/* One run: the set and what is reused from item to item. */
struct run {
    struct ruleset *set;
    struct matcher *matcher;
    struct arena *arena;
    struct buf out;
    struct wall now;
    bool explain;
};

static struct str
slice(struct str text, const struct span *span)
{
    struct str rest = str_from(text, utf8_offset(text, span->start));

    return str_first(rest, utf8_offset(rest, span->end - span->start));
}

static json_t *
span_json(const struct rule_item *item, const struct span *span)
{
    bool title = span->field == FIELD_TITLE;
    json_t *j = json_object();

    jsonx_set(j, "field", json_string(title ? "title" : "text"));
    jsonx_set(j, "start", json_integer(span->start));
    jsonx_set(j, "end", json_integer(span->end));
    jsonx_set(
        j, "text", jsonx_str(slice(title ? item->title : item->text, span)));
    return j;
}

static json_t *
finding_json(const struct run *run, const struct rule_item *item,
    const struct finding *f)
{
    struct rule_info info = ruleset_rule(run->set, f->rule);
    json_t *j = json_object(), *spans = json_array();

    for (size_t i = 0; i < f->nspans; i++)
        json_array_append_new(spans, span_json(item, &f->spans[i]));
    jsonx_set(j, "rule", jsonx_str(info.id));
    jsonx_set(j, "points", json_integer(info.points));
    jsonx_set(j, "spans", spans);
    return j;
}

static json_t *
reasons_json(const struct score *score)
{
    json_t *list = json_array();

    for (size_t i = 0; i < score->nreasons; i++) {
        const struct reason *r = &score->reasons[i];
        json_t *j = json_object();
        jsonx_set(j, "rule", jsonx_str(r->rule));
        jsonx_set(j, "title", jsonx_str(r->title));
        jsonx_set(j, "category", jsonx_str(r->category));
        jsonx_set(j, "points", json_integer(r->points));
        jsonx_set(j, "text", jsonx_str(r->text));
        if (r->context.n)
            jsonx_set(j, "context", jsonx_str(r->context));
        if (r->status != RULE_STABLE)
            jsonx_set(j, "status", json_string(rule_status_name(r->status)));
        if (r->status == RULE_TEST)
            jsonx_set(j, "would", json_integer(r->would));
        json_array_append_new(list, j);
    }
    return list;
}

static json_t *
answer_json(const struct run *run, struct str id, const struct rule_item *item,
    const struct verdict *v, const struct score *score)
{
    json_t *j = json_object(), *categories = json_array(),
           *findings = json_array(), *unknown = json_array();

    for (size_t i = 0; i < score->ncategories; i++)
        json_array_append_new(categories, jsonx_str(score->categories[i]));
    for (size_t i = 0; i < v->nfindings; i++) {
        const struct finding *f = &v->findings[i];
        if (f->indeterminate)
            json_array_append_new(
                unknown, jsonx_str(ruleset_rule(run->set, f->rule).id));
        else
            json_array_append_new(findings, finding_json(run, item, f));
    }
    jsonx_set(j, "id", jsonx_str(id));
    jsonx_set(j, "score", json_integer(score->points));
    jsonx_set(j, "level", json_string(level_name(score->level)));
    jsonx_set(j, "categories", categories);
    jsonx_set(j, "findings", findings);
    jsonx_set(j, "indeterminate", unknown);
    if (v->truncated)
        jsonx_set(j, "truncated", json_true());
    if (run->explain && score->has_would) {
        jsonx_set(j, "would_score", json_integer(score->would_points));
        jsonx_set(
            j, "would_level", json_string(level_name(score->would_level)));
    }
    if (run->explain) {
        struct str folded;
        jsonx_set(j, "explanation", reasons_json(score));
        if (match_folded(run->matcher, FIELD_TITLE, run->arena, &folded) == 0)
            jsonx_set(j, "folded_title", jsonx_str(folded));
        if (match_folded(run->matcher, FIELD_TEXT, run->arena, &folded) == 0)
            jsonx_set(j, "folded_text", jsonx_str(folded));
    }
    return j;
}

/* The item of one line; views into json. */
static void
read_item(const json_t *json, struct wall now, struct str *tags,
    struct rule_item *item)
{
    const json_t *source = json_object_get(json, "source");
    const json_t *list = json_object_get(source, "tags"), *tag;
    struct str published = jsonx_get_str(json, "published");
    size_t i;

    *item = (struct rule_item){.title = jsonx_get_str(json, "title"),
        .text = jsonx_get_str(json, "text"),
        .published = WALL_NONE};
    if (published.n)
        timefmt_parse_rfc3339(published, &item->published);
    item->seen = now;
    item->source.name = jsonx_get_str(source, "name");
    item->source.kind = jsonx_get_str(source, "kind");
    json_array_foreach(list, i, tag)
    {
        if (json_is_string(tag) && item->source.ntags < MAX_TAGS)
            tags[item->source.ntags++] =
                (struct str){json_string_value(tag), json_string_length(tag)};
    }
    item->source.tags = tags;
}

/* Match one line and print the answer. */
static int
handle(struct run *run, const json_t *json)
{
    struct str tags[MAX_TAGS];
    struct rule_item item;
    struct verdict verdict;
    struct score score;
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    int err;

    arena_clear(run->arena);
    read_item(json, run->now, tags, &item);
    context.now = run->now;
    context.published = item.published;
    err = match_item(run->matcher, &item, run->arena, &verdict);
    if (err == 0)
        err = score_verdict(
            run->set, &verdict, &item, &context, run->arena, &score);
    if (err != 0)
        return err;
    json_t *j =
        answer_json(run, jsonx_get_str(json, "id"), &item, &verdict, &score);
    buf_clear(&run->out);
    err = jsonx_dump(j, &run->out);
    json_decref(j);
    if (err == 0)
        printf("%s\n", buf_cstr(&run->out));
    return err;
}

static int
run_lines(struct run *run, const char *name, struct str text)
{
    struct str rest = text;
    size_t line = 0;
    int status = CLI_OK;

    while (rest.p) {
        struct str s = str_trim(str_split(&rest, '\n'));
        json_error_t error;
        line++;
        if (s.n == 0)
            continue;
        json_t *json = json_loadb(s.p, s.n, JSON_ALLOW_NUL, &error);
        int err = json_is_object(json) ? 0 : E_PARSE;
        if (err != 0)
            fprintf(stderr, "%s:%zu:%d: not a JSON object: %s\n", name, line,
                json ? 1 : error.column,
                json ? "it is another value" : error.text);
        else if ((err = handle(run, json)) != 0)
            fprintf(stderr, "%s:%zu:1: %s\n", name, line, err_text(err));
        if (err != 0)
            status = CLI_FAILED;
        json_decref(json);
    }
    return status;
}

static int
compile(const struct options *o, struct ruleset **ret)
{
    struct toc_errors errors = {.n = 0}, warnings = {.n = 0};
    struct rule_options options = {
        .region = o->has_region ? &o->region : NULL, .warnings = &warnings};
    int err = ruleset_compile_with(
        o->files->file, o->files->n, &options, &errors, ret);

    for (size_t i = 0; i < warnings.n; i++) {
        fputs("warning: ", stderr);
        toc_error_print(&warnings.list[i], stderr);
    }
    toc_errors_done(&warnings);
    toc_errors_print(&errors, stderr);
    if (err != 0 && !toc_errors_any(&errors))
        fprintf(stderr, "tocsin: the rules cannot be compiled: %s\n",
            err_text(err));
    toc_errors_done(&errors);
    return err;
}

/* Name the rules that an expression was given up of. */
static void
say_slow(const struct run *run)
{
    uint32_t rules[MATCH_MAX_SLOW];
    size_t n = matcher_slow_rules(run->matcher, rules);

    for (size_t i = 0; i < n; i++)
        fprintf(stderr,
            "tocsin: the rule %.*s has a regular expression that takes too "
            "long; where it could hold, it is indeterminate\n",
            STR_ARG(ruleset_rule(run->set, rules[i]).id));
}

static int
run_all(const struct options *o)
{
    const char *name =
        o->input[0] == '-' && !o->input[1] ? "standard input" : o->input;
    struct run run = {.explain = o->explain, .now = o->now};
    struct toc_error error = {.line = 0};
    struct buf in;
    int status = CLI_FAILED;

    if (compile(o, &run.set) != 0)
        return CLI_FAILED;
    buf_init(&in, INPUT_MAX_BYTES);
    buf_init(&run.out, INPUT_MAX_BYTES);
    run.arena = arena_new(ARENA_CAP_DEFAULT);
    if (matcher_new(run.set, &run.matcher) != 0 || !run.arena)
        fprintf(stderr, "tocsin: out of memory\n");
    else if (file_read(o->input, &in, &error) != 0)
        fprintf(stderr, "%s: %s\n", name, error.text);
    else {
        matcher_limit(run.matcher, &MATCH_LIMITS(clock_cpu_us));
        status = run_lines(&run, name, buf_str(&in));
        say_slow(&run);
    }
    matcher_free(run.matcher);
    ruleset_free(run.set);
    arena_free(run.arena);
    buf_done(&run.out);
    buf_done(&in);
    return status;
}

/* Read the options.  0, or what to exit with. */
static int
read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"rules", required_argument, NULL, 'r'},
        {"region", required_argument, NULL, 'g'},
        {"explain", no_argument, NULL, 'e'},
        {"now", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    struct toc_errors errors = {.n = 0};
    const char *library =
        rule_files_packs(o->arena, getenv("TOCSIN_RULES_DIR"));
    bool own = false;
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'r') {
            own = true;
            rule_files_add(o->files, o->arena, optarg, &errors);
        } else if (c == 'g') {
            o->has_region =
                rule_files_read(o->arena, optarg, &errors, &o->region) == 0;
        } else if (c == 'e') {
            o->explain = true;
        } else if (c != 'n')
            return CLI_USAGE;
        else if (timefmt_parse_rfc3339(str_of(optarg), &o->now) != 0) {
            fprintf(stderr, "tocsin: --now is to be a date, as 2026-11-20 or "
                            "2026-11-20T08:00:00+08:00\n");
            return CLI_USAGE;
        }
    }
    if (optind + 1 < argc) {
        fprintf(stderr, "tocsin: only one file of items can be given\n");
        return CLI_USAGE;
    }
    o->input = optind < argc ? argv[optind] : "-";
    if (!own)
        rule_files_add(o->files, o->arena, library, &errors);
    if (!toc_errors_any(&errors))
        rule_files_finish(o->files, o->arena, library, &errors);
    toc_errors_print(&errors, stderr);
    c = toc_errors_any(&errors) ? CLI_FAILED : CLI_OK;
    toc_errors_done(&errors);
    return c;
}

int
cmd_try_rules(int argc, char **argv)
{
    struct options o = {.arena = arena_new((size_t)1 << 30), .now = WALL_NONE};
    int status = CLI_FAILED;

    if (o.arena)
        o.files = ARENA_NEW(o.arena, struct rule_files);
    if (!o.files)
        fprintf(stderr, "tocsin: out of memory\n");
    else if ((status = read_options(argc, argv, &o)) == CLI_OK)
        status = run_all(&o);
    arena_free(o.arena);
    return status;
}
