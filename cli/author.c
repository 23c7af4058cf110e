/*
 * author: see author.h.
 */
#include "cli/author.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "cli/cli.h"
#include "daemon/teach_rules.h"
#include "store/view_teach.h"

#define DEFAULT_CONFIG "/etc/tocsin/tocsin.yaml"

enum {
    AUTHOR_ARENA_BYTES = 512 * 1024 * 1024,
    AUTHOR_SCRATCH_BYTES = 256 * 1024 * 1024,
    AUTHOR_MAX_TAGS = 64
};

int
author_init(struct author *author)
{
    *author = (struct author){0};
    author->arena = arena_new(AUTHOR_ARENA_BYTES);
    author->scratch = arena_new(AUTHOR_SCRATCH_BYTES);
    author->files =
        author->arena ? ARENA_NEW(author->arena, struct rule_files) : NULL;
    optind = 1;
    if (author->files && author->scratch)
        return 0;
    fputs("tocsin: out of memory\n", stderr);
    return E_NOMEM;
}

void
author_done(struct author *author)
{
    matcher_free(author->matcher);
    ruleset_free(author->set);
    view_close(author->view);
    config_free(author->config);
    zone_free(author->zone);
    toc_errors_done(&author->errors);
    arena_free(author->scratch);
    arena_free(author->arena);
}

bool
author_option(struct author *author, int option)
{
    switch (option) {
    case 'r':
        author->own_files = true;
        (void)rule_files_add(
            author->files, author->arena, optarg, &author->errors);
        return true;
    case 'g':
        author->has_region = rule_files_read(author->arena, optarg,
                                 &author->errors, &author->region) == 0;
        return true;
    case 'C':
        author->config_path = optarg;
        return true;
    case 'D':
        author->database = optarg;
        return true;
    case 'J':
        author->json = true;
        return true;
    case 'X':
        author->plain = true;
        return true;
    default:
        return false;
    }
}

/* --- rules --------------------------------------------------------------- */

static size_t
say_warnings(struct toc_errors *warnings)
{
    size_t n = warnings->n;

    for (size_t i = 0; i < n; i++) {
        fputs("warning: ", stderr);
        toc_error_print(&warnings->list[i], stderr);
    }
    toc_errors_done(warnings);
    return n;
}

/* The files of --rules or of the packs, or those of the configuration; with
 * room for one more. */
static int
rule_texts(struct author *author, struct rule_file **ret, size_t *ret_n)
{
    const struct config *config = author->config;
    const char *library =
        rule_files_packs(author->arena, getenv("TOCSIN_RULES_DIR"));
    bool own = author->own_files || !config;
    size_t n;
    int err = 0;

    if (own && !author->own_files)
        (void)rule_files_add(
            author->files, author->arena, library, &author->errors);
    if (own)
        err = rule_files_finish(
            author->files, author->arena, library, &author->errors);
    if (err != 0 || toc_errors_any(&author->errors))
        return err ? err : E_CONF;
    n = own ? author->files->n : config->nrules;
    *ret = ARENA_ARRAY(author->arena, n + 1, struct rule_file);
    if (*ret == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++)
        (*ret)[i] = own ? author->files->file[i] : config->rules[i];
    *ret_n = n;
    return 0;
}

/* One more file of the exceptions in force, where there are any. */
static int
add_exceptions(struct author *author, struct rule_file *files, size_t *n)
{
    struct exception *list = NULL;
    _cleanup_(buf_done) struct buf text;
    size_t count = 0, written = 0;
    int err = view_exceptions_now(
        author->view, clock_wall(), author->arena, &list, &count);

    buf_init(&text, TEACH_RULES_MAX_BYTES);
    if (err == 0 && count > 0)
        written = teach_rules_write(
            list, count, author->set, author->zone, author->arena, NULL, &text);
    if (err == 0)
        err = text.err;
    if (err == 0 && written > 0)
        files[(*n)++] = (struct rule_file){.name = "exceptions",
            .text = arena_str(author->arena, buf_str(&text))};
    return err;
}

/* The rules, with what the configuration knows of the region and the owners. */
static int
compile_rules(struct author *author, unsigned needs, size_t *ret_warnings)
{
    const struct config *config = author->config;
    struct toc_errors warnings = {.n = 0}, again = {.n = 0};
    struct rule_options options = {
        .lint = (needs & AUTHOR_LINT) != 0, .warnings = &warnings};
    struct rule_file *files = NULL;
    struct ruleset *plain;
    size_t nfiles = 0, bare;
    int err = rule_texts(author, &files, &nfiles);

    if (author->has_region)
        options.region = &author->region;
    else if (config && config->region_file.text.p)
        options.region = &config->region_file;
    if (config) {
        options.owners = config->owners;
        options.nowners = config->nowners;
    }
    options.zone = author->zone;
    if (err == 0)
        err = ruleset_compile_with(
            files, nfiles, &options, &author->errors, &author->set);
    *ret_warnings += say_warnings(&warnings);
    bare = nfiles;
    if (err == 0 && author->view && !author->plain)
        err = add_exceptions(author, files, &nfiles);
    if (err != 0 || nfiles == bare)
        return err;
    plain = author->set;
    author->set = NULL;
    options.warnings = &again; /* said before */
    err = ruleset_compile_with(
        files, nfiles, &options, &author->errors, &author->set);
    toc_errors_done(&again);
    ruleset_free(plain);
    return err;
}

static int
compile(struct author *author, unsigned needs, size_t *ret_warnings)
{
    int err;

    (void)zone_load(author->config
                        ? arena_cstr(author->arena, author->config->zone)
                        : "Asia/Shanghai",
        &author->zone);
    err = compile_rules(author, needs, ret_warnings);
    toc_errors_print(&author->errors, stderr);
    if (err == 0 && !toc_errors_any(&author->errors))
        return CLI_OK;
    if (!toc_errors_any(&author->errors))
        fprintf(stderr, "tocsin: the rules cannot be compiled: %s\n",
            err_text(err));
    return CLI_FAILED;
}

static const char *
config_wanted(const struct author *author, unsigned needs)
{
    const char *path = author->config_path;

    if (!path)
        path = getenv("TOCSIN_CONFIG");
    if (path && *path)
        return path;
    if ((needs & AUTHOR_NEEDS_STORE) && !author->database)
        return DEFAULT_CONFIG;
    return access(DEFAULT_CONFIG, R_OK) == 0 && !author->own_files
               ? DEFAULT_CONFIG
               : NULL;
}

static int
read_config(struct author *author, unsigned needs)
{
    const char *path = config_wanted(author, needs);
    struct ruleset *rules = NULL;

    if (!path)
        return CLI_OK;
    if (config_load(path, &author->errors, &author->config, &rules) != 0) {
        toc_errors_print(&author->errors, stderr);
        return CLI_FAILED;
    }
    ruleset_free(rules); /* compiled again, with warnings */
    return CLI_OK;
}

static int
open_store(struct author *author)
{
    struct toc_error error = {0};
    const char *database = author->database;

    if (!database && author->config)
        database = arena_cstr(author->arena, author->config->database);
    if (view_open(database, &error, &author->view) == 0)
        return CLI_OK;
    fprintf(stderr, "tocsin: %s: %s\n", database, error.text);
    return CLI_FAILED;
}

int
author_open(struct author *author, unsigned needs, size_t *ret_warnings)
{
    int status = read_config(author, needs);

    *ret_warnings = 0;
    if (status == CLI_OK && (needs & AUTHOR_NEEDS_STORE))
        status = open_store(author);
    if (status == CLI_OK)
        status = compile(author, needs, ret_warnings);
    if (status != CLI_OK || !(needs & AUTHOR_NEEDS_MATCHER))
        return status;
    if (matcher_new(author->set, &author->matcher) != 0) {
        fputs("tocsin: out of memory\n", stderr);
        return CLI_FAILED;
    }
    matcher_limit(author->matcher, &MATCH_LIMITS(clock_cpu_us));
    return CLI_OK;
}

/* --- times --------------------------------------------------------------- */

int
author_time(
    const char *option, const char *text, struct wall now, struct wall *ret)
{
    struct ynode node = {
        .type = YAML_SCALAR, .text = str_of(text), .line = 1, .column = 1};
    struct toc_errors errors = {.n = 0};
    int64_t ago = 0;
    int err = timefmt_parse_rfc3339(str_of(text), ret);

    if (err == 0)
        return CLI_OK;
    err =
        yaml_duration(&node, option, &errors, 0, 10000 * (int64_t)MS_DAY, &ago);
    toc_errors_done(&errors);
    if (err == 0) {
        ret->ms = now.ms - ago;
        return CLI_OK;
    }
    fprintf(stderr,
        "tocsin: %s %s is to be a duration, as 30d or 12h, or a date, as "
        "2026-11-20\n",
        option, text);
    return CLI_USAGE;
}

struct str
author_when(struct author *author, struct arena *arena, struct wall t)
{
    char text[TIMEFMT_LOCAL_SIZE];

    if (!wall_is_set(t) || !author->zone)
        return STR("");
    return arena_str(arena, str_of(timefmt_local(author->zone, t, text)));
}

/* --- items --------------------------------------------------------------- */

static size_t
split_tags(
    struct arena *arena, struct str source, struct str tags, struct str **ret)
{
    struct str *list = ARENA_ARRAY(arena, AUTHOR_MAX_TAGS, struct str);
    size_t n = 0;

    if (list) /* as the daemon adds it, for rules about one source */
        list[n++] = arena_printf(arena, "source:%.*s", STR_ARG(source));
    while (list && tags.n > 0 && n < AUTHOR_MAX_TAGS) {
        size_t end = str_find(tags, STR(", "));

        list[n++] = str_first(tags, end);
        tags = end < tags.n ? str_from(tags, end + 2) : STR_NONE;
    }
    *ret = list;
    return n;
}

int
author_match(struct author *author, const struct matched_item *stored,
    struct rule_item *item, struct verdict *verdict, struct score *score)
{
    const struct source *source =
        author->config ? config_source(author->config, stored->item.source)
                       : NULL;
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    struct str *tags;
    int err;

    *item = (struct rule_item){.title = stored->item.title,
        .text = stored->item.text,
        .source = {.id = stored->item.source,
            .name = stored->item.source_title,
            .kind = stored->tier},
        .published = stored->item.published,
        .seen = stored->item.first_seen};
    item->source.ntags =
        split_tags(author->scratch, stored->item.source, stored->tags, &tags);
    item->source.tags = tags;
    if (source)
        context.source_weight = source->weight;
    context.source_tier = stored->tier;
    context.now = stored->item.first_seen;
    context.published = stored->item.published;
    err = match_item(author->matcher, item, author->scratch, verdict);
    return err == 0 ? score_verdict(author->set, verdict, item, &context,
                          author->scratch, score)
                    : err;
}

struct str
author_slice(const struct rule_item *item, const struct span *span)
{
    struct str text = span->field == FIELD_TITLE ? item->title : item->text;
    struct str rest = str_from(text, utf8_offset(text, span->start));

    return str_first(rest, utf8_offset(rest, span->end - span->start));
}
