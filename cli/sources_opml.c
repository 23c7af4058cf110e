/*
 * tocsin sources import, export: subscriptions of feed readers as sources, and
 * sources as subscriptions.
 *
 * An import is one new file of sources.d; what is configured already is named
 * and left out.  Nothing is fetched: `tocsin sources test` tries a source.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/url.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/document_json.h"
#include "cli/probe.h"
#include "cli/sources_file.h"
#include "cli/sources_view.h"
#include "feeds/opml.h"

enum {
    IMPORT_MAX_BYTES = 24 * 1024 * 1024, /* of an OPML file */
    EXPORT_MAX_BYTES = 256 * 1024 * 1024,
    NAME_MAX_BYTES = 40,
    TITLE_MAX_CHARS = 200,
    MAX_TAGS = 32
};

struct importing {
    const char *file, *config, *folder, *owner, *tier;
    bool dry_run, force, links;

    struct probe probe; /* its configuration only */
    struct taken taken;
    json_t *opml; /* owned */
    struct buf text;
    size_t added, skipped;
};

static int
wrong(const char *command, const char *sentence)
{
    fprintf(stderr, "tocsin: sources %s: %s\n", command, sentence);
    return CLI_USAGE;
}

static int
read_options(struct importing *importing, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"out", required_argument, NULL, 'o'},
        {"owner", required_argument, NULL, 'w'},
        {"tier", required_argument, NULL, 'r'},
        {"links", no_argument, NULL, 'l'}, {"dry-run", no_argument, NULL, 'd'},
        {"force", no_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'C')
            importing->config = optarg;
        else if (c == 'o')
            importing->folder = optarg;
        else if (c == 'w')
            importing->owner = optarg;
        else if (c == 'r')
            importing->tier = optarg;
        else if (c == 'l')
            importing->links = true;
        else if (c == 'd')
            importing->dry_run = true;
        else if (c == 'f')
            importing->force = true;
        else
            return CLI_USAGE;
    }
    if (optind + 1 != argc)
        return wrong("import", "give one OPML file (\"-\": standard input)");
    importing->file = argv[optind];
    return CLI_OK;
}

static int
read_opml(struct importing *importing)
{
    const struct config *config = importing->probe.config;
    struct reading_limits limits = {
        config->parse_cpu_ms, config->parse_memory_bytes};
    struct feed_input input = {.now = WALL_NONE};
    struct toc_error error = {0};
    struct buf bytes;
    json_t *json = NULL;
    int err;

    buf_init(&bytes, IMPORT_MAX_BYTES);
    err = file_read(importing->file, &bytes, &error);
    input.bytes = buf_str(&bytes);
    if (!err)
        err = reading_init();
    if (!err)
        err = reading_run(READING_OPML, &input, &limits, &error, &json);
    buf_done(&bytes);
    if (err) {
        fprintf(stderr, "%s: %s\n",
            strcmp(importing->file, "-") == 0 ? "standard input"
                                              : importing->file,
            error.text[0] ? error.text : err_text(err));
        return CLI_FAILED;
    }
    importing->opml = json_incref(json_object_get(json, "opml"));
    json_decref(json);
    return CLI_OK;
}

static void
skip(
    struct importing *importing, struct str url, const char *why, struct str id)
{
    importing->skipped++;
    fputs("  left out: ", stdout);
    view_say(stdout, url);
    printf(" (%s%.*s)\n", why, STR_ARG(id));
}

static size_t
tags_of(const json_t *outline, struct str tags[MAX_TAGS])
{
    const json_t *list = json_object_get(outline, "tags"), *tag;
    size_t i, n = 0;

    json_array_foreach(list, i, tag) if (json_is_string(tag) && n < MAX_TAGS)
        tags[n++] =
            (struct str){json_string_value(tag), json_string_length(tag)};
    return n;
}

static int
import_outline(struct importing *importing, const json_t *outline)
{
    struct str feed = jsonx_get_str(outline, "feed");
    struct str page = jsonx_get_str(outline, "page"), id;
    struct str tags[MAX_TAGS];
    struct source source = {.url = feed.n > 0 ? feed : page,
        .kind = feed.n > 0 ? SOURCE_FEED : SOURCE_LIST,
        .title = jsonx_get_str(outline, "title"),
        .owner = str_of(importing->owner),
        .tier = str_of(importing->tier),
        .tags = tags};
    struct url parts;

    source.ntags = tags_of(outline, tags);
    if (feed.n == 0 && !importing->links) {
        skip(importing, page,
            "a link without a feed; --links takes it as a "
            "list page",
            STR_NONE);
        return CLI_OK;
    }
    id = taken_url(&importing->taken, source.url);
    if (id.p) {
        skip(importing, source.url, "it is already the source ", id);
        return CLI_OK;
    }
    if (source.title.n == 0 && url_parse(source.url, &parts) == 0)
        source.title = parts.host;
    source.title =
        str_first(source.title, utf8_offset(source.title, TITLE_MAX_CHARS));
    source.id = source_id_new(&importing->taken, source.title, source.url);
    if (taken_add(&importing->taken, source.id, source.url) < 0)
        return CLI_FAILED;
    if (importing->dry_run) {
        printf("  %-*.*s ", 30, STR_ARG(source.id));
        view_say(stdout, source.url);
        fputc('\n', stdout);
    }
    source_print(&source, &importing->text);
    importing->added++;
    return importing->text.err ? CLI_FAILED : CLI_OK;
}

/* "opml-NAME", from the file's own name. */
static struct str
file_name(const struct importing *importing)
{
    struct taken none = {.arena = importing->probe.arena};
    const char *slash = strrchr(importing->file, '/');
    struct str name = str_of(slash ? slash + 1 : importing->file);
    size_t dot = str_find(name, STR(".opml"));

    if (dot == name.n)
        dot = str_find(name, STR(".xml"));
    name = source_id_new(&none, str_first(name, dot), STR_NONE);
    if (str_eq(name, STR("source")))
        name = STR("import");
    return arena_printf(importing->probe.arena, "opml-%.*s",
        STR_ARG(str_first(name, NAME_MAX_BYTES)));
}

static int
write_import(struct importing *importing)
{
    struct arena *arena = importing->probe.arena;
    struct str name = file_name(importing), path;
    int status;

    if (importing->folder)
        path = arena_printf(
            arena, "%s/%.*s.yaml", importing->folder, STR_ARG(name));
    else
        path = sources_file_path(arena, importing->probe.config, name);
    status = sources_file_write(importing->probe.config, path,
        buf_str(&importing->text), importing->force);
    if (status == CLI_OK)
        printf("%zu sources written to %.*s; `tocsin reload` takes them into "
               "service.\n",
            importing->added, STR_ARG(path));
    return status;
}

static int
import(struct importing *importing)
{
    const json_t *outlines, *outline;
    int status = read_opml(importing);
    json_int_t unusable;
    size_t i;

    if (status != CLI_OK)
        return status;
    if (taken_init(&importing->taken, importing->probe.arena,
            importing->probe.config) < 0)
        return CLI_FAILED;
    outlines = json_object_get(importing->opml, "outlines");
    unusable = json_integer_value(json_object_get(importing->opml, "unusable"));
    buf_add_cstr(&importing->text, "sources:\n");
    json_array_foreach(outlines, i, outline)
    {
        status = import_outline(importing, outline);
        if (status != CLI_OK) {
            fputs("tocsin: the sources are too large for one file\n", stderr);
            return status;
        }
    }
    if (unusable > 0)
        printf("  left out: %lld addresses that are not http or https\n",
            (long long)unusable);
    if (json_is_true(json_object_get(importing->opml, "partial")))
        fputs("tocsin: the file ends before it is complete, or holds more "
              "than can be taken: its rest is missing\n",
            stderr);
    if (importing->added == 0) {
        fprintf(
            stderr, "tocsin: %s holds no feed that is new\n", importing->file);
        return CLI_FAILED;
    }
    if (importing->dry_run) {
        printf("%zu sources would be added; nothing was written.\n",
            importing->added);
        return CLI_OK;
    }
    return write_import(importing);
}

int
cmd_sources_import(int argc, char **argv)
{
    struct importing importing = {0};
    int status = read_options(&importing, argc, argv);

    if (status != CLI_OK)
        return status;
    buf_init(&importing.text, SOURCES_FILE_MAX_BYTES);
    status = probe_open_config(&importing.probe, importing.config);
    if (status == CLI_OK)
        status = import(&importing);
    json_decref(importing.opml);
    taken_done(&importing.taken);
    buf_done(&importing.text);
    probe_close(&importing.probe);
    return status;
}

/* --- export --- */

static json_t *
source_json(const struct source *source)
{
    json_t *json = json_object(), *tags = json_array();

    for (size_t i = 0; i < source->ntags; i++)
        json_array_append_new(tags, jsonx_str(source->tags[i]));
    jsonx_set(json, "id", jsonx_str(source->id));
    jsonx_set(json, "title", jsonx_str(source->title));
    jsonx_set(json, "url", jsonx_str(source->url));
    jsonx_set(json, "kind",
        json_string(source->kind == SOURCE_LIST   ? "list"
                    : source->kind == SOURCE_FEED ? "feed"
                    : source->kind == SOURCE_SITE ? "site"
                                                  : "push"));
    jsonx_set(json, "owner", jsonx_str(source->owner));
    jsonx_set(json, "tier", jsonx_str(source->tier));
    jsonx_set(json, "tags", tags);
    jsonx_set(json, "weight", json_integer(source->weight));
    jsonx_set(json, "interval_s", json_integer(source->interval_ms / 1000));
    return json;
}

static int
export_json(const struct config *config)
{
    json_t *json = json_object(), *list = json_array();

    for (size_t i = 0; i < config->nsources; i++)
        json_array_append_new(list, source_json(&config->sources[i]));
    jsonx_set(json, "sources", list);
    return document_json_print(json);
}

static int
export_opml(struct arena *arena, const struct config *config)
{
    struct opml_outline *outlines =
        ARENA_ARRAY(arena, config->nsources + 1, struct opml_outline);
    struct buf out;
    size_t n = 0;
    int status = CLI_FAILED;

    buf_init(&out, EXPORT_MAX_BYTES);
    for (size_t i = 0; i < config->nsources && outlines; i++) {
        const struct source *source = &config->sources[i];
        bool list = source->kind == SOURCE_LIST;

        if (!source_is_polled(source))
            continue; /* nobody else could subscribe to it */
        outlines[n++] = (struct opml_outline){.title = source->title,
            .feed = list ? STR_NONE : source->url,
            .page = list ? source->url : STR_NONE,
            .type = list ? STR("link") : STR("rss"),
            .tags = source->tags,
            .ntags = source->ntags};
    }
    if (outlines && opml_write(config->bureau, outlines, n, &out) == 0 &&
        fwrite(out.p, 1, out.n, stdout) == out.n)
        status = CLI_OK;
    else
        fputs("tocsin: the list could not be written\n", stderr);
    buf_done(&out);
    return status;
}

int
cmd_sources_export(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"opml", no_argument, NULL, 'o'}, {"json", no_argument, NULL, 'J'},
        {NULL, 0, NULL, 0}};
    const char *config = NULL;
    struct probe probe = {0};
    bool json = false;
    int c, status;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'C')
            config = optarg;
        else if (c == 'J' || c == 'o')
            json = c == 'J';
        else
            return CLI_USAGE;
    }
    if (optind != argc)
        return wrong("export", "it takes no argument");
    status = probe_open_config(&probe, config);
    if (status == CLI_OK)
        status = json ? export_json(probe.config)
                      : export_opml(probe.arena, probe.config);
    probe_close(&probe);
    return status;
}
