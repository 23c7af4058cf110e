/*
 * tocsin rules test: every sample of every rule, with the code of the daemon.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/author.h"
#include "cli/cli.h"
#include "rules/model.h"

struct tally {
    size_t rules, samples, wrong, bare;
    size_t placeless; /* rules that need a region, without one */
};

static bool
finds(struct author *author, const struct model_rule *rule,
    const struct model_sample *sample)
{
    struct rule_item item = {.title = sample->title,
        .text = sample->text,
        .source = {.kind = sample->kind,
            .tags = sample->tags,
            .ntags = sample->ntags},
        .published = WALL_NONE,
        .seen = WALL_NONE};
    struct verdict verdict;

    /* A sample is a text; a rule that sees titles only sees it as one. */
    if (sample->title.n == 0 && !(rule->fields & FIELDS_TEXT)) {
        item.title = sample->text;
        item.text = STR_NONE;
    }
    arena_clear(author->scratch);
    if (match_item(author->matcher, &item, author->scratch, &verdict) != 0)
        return !sample->hit;
    for (size_t i = 0; i < verdict.nfindings; i++) {
        const struct finding *f = &verdict.findings[i];

        if (str_eq(ruleset_rule(author->set, f->rule).id, rule->id))
            return !f->indeterminate;
    }
    return false;
}

static bool
has_region(const struct author *author)
{
    return author->has_region ||
           (author->config && author->config->region_file.text.p);
}

static void
test_rule(struct author *author, const struct model_rule *rule,
    struct tally *tally, json_t *wrong)
{
    if (rule->needs_region && !has_region(author)) {
        tally->placeless++;
        return;
    }
    tally->rules++;
    tally->bare += rule->samples == NULL;
    for (const struct model_sample *s = rule->samples; s; s = s->next) {
        json_t *one;

        tally->samples++;
        if (finds(author, rule, s) == s->hit)
            continue;
        tally->wrong++;
        fprintf(stderr, "%s:%u:%u: %.*s %s: %.*s\n", s->place.file,
            s->place.line, s->place.column, STR_ARG(rule->id),
            s->hit ? "does not find its sample" : "finds what it is to miss",
            STR_ARG(s->title.n ? s->title : s->text));
        one = json_object();
        (void)jsonx_set(one, "rule", jsonx_str(rule->id));
        (void)jsonx_set(one, "file", json_string(s->place.file));
        (void)jsonx_set(one, "line", json_integer(s->place.line));
        (void)jsonx_set(one, "is", json_string(s->hit ? "missed" : "found"));
        (void)json_array_append_new(wrong, one);
    }
}

/* The samples are not in the compiled set: read the files once more. */
static int
test_all(struct author *author, struct tally *tally, json_t *wrong)
{
    bool own = author->own_files || !author->config;
    const struct rule_file *files =
        own ? author->files->file : author->config->rules;
    size_t n = own ? author->files->n : author->config->nrules;
    struct toc_errors warnings = {.n = 0};
    struct rule_options options = {
        .zone = author->zone, .warnings = &warnings};
    struct model model;
    int err;

    if (author->has_region)
        options.region = &author->region;
    else if (author->config && author->config->region_file.text.p)
        options.region = &author->config->region_file;
    if (author->config) {
        options.owners = author->config->owners;
        options.nowners = author->config->nowners;
    }
    model_init(&model, author->arena, &author->errors);
    err = model_read(&model, files, n, &options);
    toc_errors_done(&warnings); /* they were said when it was compiled */
    if (err != 0)
        return err;
    for (const struct model_rule *r = model.rules; r; r = r->next) {
        if (!r->lent && !r->disabled && !(r->flags & RULE_HELPER))
            test_rule(author, r, tally, wrong);
    }
    return 0;
}

int
cmd_rules_test(int argc, char **argv)
{
    static const struct option options[] = {
        AUTHOR_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    struct author author;
    struct tally tally = {0};
    json_t *wrong = json_array();
    size_t warnings = 0;
    int c, status = CLI_FAILED;

    if (author_init(&author) != 0)
        return CLI_FAILED;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1 &&
           author_option(&author, c))
        ;
    for (; c == -1 && optind < argc; optind++) {
        author.own_files = true;
        (void)rule_files_add(
            author.files, author.arena, argv[optind], &author.errors);
    }
    status = c == -1 ? author_open(&author, AUTHOR_NEEDS_MATCHER, &warnings)
                     : CLI_USAGE;
    if (status == CLI_OK && test_all(&author, &tally, wrong) != 0) {
        toc_errors_print(&author.errors, stderr);
        status = CLI_FAILED;
    }
    if (status == CLI_OK && author.json) {
        char *text = json_dumps(wrong, JSON_COMPACT);

        printf("{\"rules\":%zu,\"samples\":%zu,\"wrong\":%s}\n", tally.rules,
            tally.samples, text ? text : "[]");
        free(text);
    } else if (status == CLI_OK) {
        printf("%zu rules, %zu samples: %zu wrong", tally.rules, tally.samples,
            tally.wrong);
        if (tally.bare)
            printf("; %zu rules have none", tally.bare);
        if (tally.placeless)
            printf("; %zu rules that need a region were left out, --region "
                   "FILE gives one",
                tally.placeless);
        putchar('\n');
    }
    if (status == CLI_OK && tally.wrong > 0)
        status = CLI_FAILED;
    json_decref(wrong);
    author_done(&author);
    return status;
}
