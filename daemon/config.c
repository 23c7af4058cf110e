/*
 * config: reads tocsin.yaml and the folders beside it into one new struct.
 *
 * Three passes, so that all that is wrong is said at once: every file is
 * parsed and its options are read (config_option.c); what needs several
 * options is checked (config_check.c); the rule files are compiled.  Nothing
 * is kept when any of it fails.
 */
#include "daemon/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/timefmt.h"
#include "daemon/config_check.h"
#include "daemon/config_option.h"
#include "rules/files.h"

enum {
    CONFIG_MAX_BYTES = 512 * 1024 * 1024,   /* arena of a configuration */
    CONFIG_MAX_SCRATCH = 512 * 1024 * 1024, /* arena of one file's tree */
    CONFIG_MAX_FILES = 10000
};

/* A configuration under construction. */
struct load {
    struct config *config;
    struct toc_errors *errors;
    const char *folder; /* of tocsin.yaml */
    struct buf digests; /* one per file read, in order */
    struct entries sources, channels, owners, routes, inhibits;
    struct option_place places[OPTION_MAX]; /* of tocsin.yaml's options */
    struct rule_files *rules;               /* in the configuration's arena */
    size_t nfiles;
};

/* Room for one more element at the end of a malloc'ed array, or NULL. */
static void *
array_push(void **array, size_t *n, size_t *cap, size_t size)
{
    if (*n == *cap) {
        size_t more = *cap ? *cap * 2 : 64;
        void *grown = reallocarray(*array, more, size);
        if (!grown)
            return NULL;
        *array = grown;
        *cap = more;
    }
    char *slot = (char *)*array + *n * size;
    memset(slot, 0, size);
    (*n)++;
    return slot;
}

/* Read a file into out and take it into the digest. */
static int
read_file(struct load *load, const char *path, struct buf *out)
{
    struct toc_error why = {0};
    uint8_t digest[DIGEST_SIZE];

    if (++load->nfiles > CONFIG_MAX_FILES) {
        toc_errors_add(load->errors, path, 0, 0, "there are more than %d files",
            CONFIG_MAX_FILES);
        return E_CONF;
    }
    int err = file_read(path, out, &why);
    if (err < 0) {
        toc_errors_add(load->errors, path, 0, 0, "%s",
            why.text[0] ? why.text : err_text(err));
        return E_CONF;
    }
    struct str parts[] = {str_of(path), buf_str(out)};
    digest_parts(parts, 2, digest);
    return buf_add(&load->digests, digest, sizeof(digest));
}

/* Read one entry of a list: a source or a channel. */
static void
read_entry(struct load *load, const struct option_reader *reader,
    const struct option *table, const char *what, const struct ynode *node,
    struct entries *entries)
{
    if (node->type != YAML_MAP) {
        toc_errors_add(load->errors, reader->file, node->line, node->column,
            "a %s is to be a map with id, url and so on", what);
        return;
    }
    if (entries->n >= entries->max) {
        if (!entries->overflow)
            toc_errors_add(load->errors, reader->file, node->line, node->column,
                "there are more than %zu %ss", entries->max, what);
        entries->overflow = true;
        return;
    }
    size_t nplaces = entries->n;
    void *entry =
        array_push(&entries->items, &entries->n, &entries->cap, entries->size);
    struct place *place = array_push((void **)&entries->places, &nplaces,
        &entries->places_cap, sizeof(struct place));
    if (!entry || !place) {
        toc_errors_add(load->errors, reader->file, node->line, node->column,
            "out of memory");
        entries->n = nplaces = place ? nplaces - 1 : nplaces;
        return;
    }
    option_check_keys(reader, table, "", entries->further, node);
    option_read_section(reader, table, "", what, node, entry);
    place->file = reader->file;
    place->line = node->line;
    place->column = node->column;
    const struct ynode *url = yaml_get(node, "url");
    place->has_url = url != NULL;
    place->url_line = url ? url->line : node->line;
    place->url_column = url ? url->column : node->column;
    place->has_secret =
        yaml_get(node, "secret") != NULL || yaml_get(node, "secrets") != NULL;
}

static void
read_list(struct load *load, const struct option_reader *reader,
    const struct option *table, const char *what, const struct ynode *list,
    struct entries *entries)
{
    if (!list || yaml_is_null(list))
        return;
    if (list->type != YAML_SEQ) {
        toc_errors_add(load->errors, reader->file, list->line, list->column,
            "%ss is to be a list of %ss, each with id, url and so on", what,
            what);
        return;
    }
    for (const struct ynode *n = list->first; n; n = n->next)
        read_entry(load, reader, table, what, n, entries);
}

static void
read_sources(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    read_list(load, reader, source_options, "source", yaml_get(map, "sources"),
        &load->sources);
}

static void
read_owners(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    const struct ynode *list = yaml_get(map, "owners");

    read_list(load, reader, owner_options, "owner", list, &load->owners);
    config_owners_read(reader, list, load->config);
}

static void
read_channels(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    read_list(load, reader, channel_options, "channel",
        yaml_get(map, "channels"), &load->channels);
}

static void
read_routes(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    read_list(load, reader, route_options, "route", yaml_get(map, "routes"),
        &load->routes);
    read_list(load, reader, inhibit_options, "inhibition",
        yaml_get(map, "inhibit"), &load->inhibits);
}

/* The options of tocsin.yaml itself, section by section. */
static void
read_main(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    static const char *const sections[] = {"rules", "notify", "console",
        "fetch", "websub", "parse", "duty", "sites", "retention", "backup",
        "disk", "privacy", "proxy_user", NULL};
    static const char *const further[] = {"rules", "notify", "console", "fetch",
        "websub", "parse", "duty", "sites", "retention", "backup", "disk",
        "privacy", "proxy_user", "sources", "channels", "owners", "routes",
        "inhibit", NULL};

    if (map)
        option_check_keys(reader, config_options, "", further, map);
    option_read_section(
        reader, config_options, "", "the file", map, load->config);
    for (size_t i = 0; sections[i]; i++) {
        const struct ynode *section = map ? yaml_get(map, sections[i]) : NULL;
        if (section && yaml_is_null(section))
            section = NULL;
        if (section && section->type != YAML_MAP) {
            toc_errors_add(load->errors, reader->file, section->line,
                section->column, "%s is to be a map of its options",
                sections[i]);
            section = NULL;
        }
        if (section)
            option_check_keys(
                reader, config_options, sections[i], NULL, section);
        option_read_section(reader, config_options, sections[i], sections[i],
            section, load->config);
    }
    if (!map)
        return;
    struct option_reader entries = *reader;
    entries.places = NULL;
    read_sources(load, &entries, map);
    read_owners(load, &entries, map);
    read_channels(load, &entries, map);
    read_routes(load, &entries, map);
}

typedef void read_fn(struct load *load, const struct option_reader *reader,
    const struct ynode *map);

/* Read one YAML file and let read take from its map.  An empty file is given
 * to read as NULL only for the main file. */
static void
read_yaml(struct load *load, const char *path, read_fn *read)
{
    _cleanup_(buf_done) struct buf text;
    _cleanup_(arena_freep) struct arena *scratch =
        arena_new(CONFIG_MAX_SCRATCH);
    struct option_reader reader = {load->config->arena,
        arena_cstr(load->config->arena, str_of(path)), load->folder,
        load->errors, read == read_main ? load->places : NULL};
    struct ynode *root = NULL;

    buf_init(&text, YAML_MAX_BYTES);
    if (!scratch || !reader.file) {
        toc_errors_add(load->errors, path, 0, 0, "out of memory");
        return;
    }
    if (read_file(load, path, &text) < 0)
        return;
    if (yaml_parse(scratch, reader.file, buf_str(&text), load->errors, &root) <
        0)
        return;
    if (root && root->type != YAML_MAP) {
        toc_errors_add(load->errors, path, root->line, root->column,
            "the file is to be a map, such as \"sources:\" and a list");
        return;
    }
    if (root || read == read_main)
        read(load, &reader, root);
}

static void
read_sources_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    static const char *const keys[] = {"sources", NULL};

    yaml_check_keys(map, reader->file, load->errors, keys);
    read_sources(load, reader, map);
}

static void
read_owners_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    static const char *const keys[] = {"owners", NULL};

    yaml_check_keys(map, reader->file, load->errors, keys);
    read_owners(load, reader, map);
}

static void
read_channels_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    static const char *const keys[] = {"channels", NULL};

    yaml_check_keys(map, reader->file, load->errors, keys);
    read_channels(load, reader, map);
}

static void
read_routes_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    static const char *const keys[] = {"routes", "inhibit", NULL};

    yaml_check_keys(map, reader->file, load->errors, keys);
    read_routes(load, reader, map);
}

/* A file that holds some of the options of a table, each at its top. */
static void
read_table(struct load *load, const struct option_reader *reader,
    const struct option *table, const struct ynode *map)
{
    option_check_keys(reader, table, "", NULL, map);
    option_read_section(reader, table, "", "the file", map, load->config);
}

static void
read_people_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    read_table(load, reader, people_options, map);
}

static void
read_calendar_file(struct load *load, const struct option_reader *reader,
    const struct ynode *map)
{
    read_table(load, reader, calendar_options, map);
}

/* Call each for every *.yaml of folder, in order of their names. */
static void
for_each_yaml(struct load *load, const char *folder,
    void (*each)(struct load *load, const char *path))
{
    _cleanup_(arena_freep) struct arena *scratch = arena_new(64 << 20);
    const char **names = NULL;
    size_t n = 0;

    int err =
        scratch ? file_list(scratch, folder, ".yaml", &names, &n) : E_NOMEM;
    if (err < 0) {
        toc_errors_add(load->errors, folder, 0, 0,
            "this folder cannot be read: %s", err_text(err));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct str path = arena_printf(scratch, "%s/%s", folder, names[i]);
        if (path.p)
            each(load, path.p);
    }
}

static void
each_sources(struct load *load, const char *path)
{
    read_yaml(load, path, read_sources_file);
}

static void
each_owners(struct load *load, const char *path)
{
    read_yaml(load, path, read_owners_file);
}

static void
each_channels(struct load *load, const char *path)
{
    read_yaml(load, path, read_channels_file);
}

static void
each_routes(struct load *load, const char *path)
{
    read_yaml(load, path, read_routes_file);
}

static void
each_people(struct load *load, const char *path)
{
    read_yaml(load, path, read_people_file);
}

static void
each_calendar(struct load *load, const char *path)
{
    read_yaml(load, path, read_calendar_file);
}

/* The folder of path, in arena; "." when it names none. */
static const char *
folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return arena_cstr(arena, STR("."));
    if (slash == path)
        return arena_cstr(arena, STR("/"));
    return arena_cstr(arena, (struct str){path, (size_t)(slash - path)});
}

/* Keep the texts of a folder's rule files; they are compiled at the end. */
static void
read_rules(struct load *load, const char *folder)
{
    int err = 0;

    if (access(folder, F_OK) == 0)
        err = rule_files_add(
            load->rules, load->config->arena, folder, load->errors);
    if (err != 0 && err != E_CONF)
        toc_errors_add(load->errors, folder, 0, 0, "%s", err_text(err));
}

/* What the files include and what packs require, and all of it into the hash.
 */
static void
finish_rules(struct load *load)
{
    struct rule_files *rules = load->rules;
    struct arena *arena = load->config->arena;
    uint8_t digest[DIGEST_SIZE];
    int err = rule_files_finish(rules, arena,
        rule_files_packs(arena, getenv("TOCSIN_RULES_DIR")), load->errors);

    for (size_t i = 0; i < rules->n && err != E_NOMEM; i++) {
        struct str parts[] = {str_of(rules->file[i].name), rules->file[i].text};
        digest_parts(parts, 2, digest);
        err = buf_add(&load->digests, digest, sizeof(digest));
    }
    if (err != 0 && err != E_CONF)
        toc_errors_add(
            load->errors, load->config->path.p, 0, 0, "%s", err_text(err));
}

static void
read_region(struct load *load)
{
    struct config *c = load->config;
    _cleanup_(buf_done) struct buf text;

    buf_init(&text, YAML_MAX_BYTES);
    if (!c->region.p || read_file(load, c->region.p, &text) < 0)
        return;
    c->region_file.name = c->region.p;
    c->region_file.text.p = arena_copy(c->arena, buf_cstr(&text), text.n);
    c->region_file.text.n = c->region_file.text.p ? text.n : 0;
}

static void
read_words(struct load *load)
{
    struct config *c = load->config;
    _cleanup_(buf_done) struct buf text;
    struct str copy;

    buf_init(&text, YAML_MAX_BYTES);
    if (!c->sites.words_path.p || read_file(load, c->sites.words_path.p, &text))
        return;
    copy = arena_str(c->arena, buf_str(&text));
    config_site_words(c, copy, load->errors);
}

/* Read everything that stands in files. */
static void
read_all(struct load *load)
{
    static const struct {
        const char *name;
        void (*each)(struct load *load, const char *path);
    } folders[] = {{"sources.d", each_sources}, {"owners.d", each_owners},
        {"people.d", each_people}, {"calendar.d", each_calendar},
        {"channels.d", each_channels}, {"routes.d", each_routes}};
    struct config *c = load->config;

    read_yaml(load, c->path.p, read_main);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct str folder =
            arena_printf(c->arena, "%s/%s", load->folder, folders[i].name);
        if (folder.p)
            for_each_yaml(load, folder.p, folders[i].each);
    }
    if (c->rules_shipped) {
        const char *shipped =
            rule_files_packs(c->arena, getenv("TOCSIN_RULES_DIR"));
        read_rules(load, shipped);
        if (load->rules->n == 0)
            toc_errors_add(load->errors, c->path.p, 0, 0,
                "there are no shipped rule packs in %s; set TOCSIN_RULES_DIR, "
                "or rules: {shipped: false}",
                shipped);
    }
    struct str own = arena_printf(c->arena, "%s/rules.d", load->folder);
    if (own.p)
        read_rules(load, own.p);
    /* What was edited on the console has the last word. */
    if (c->database.p) {
        c->rules_edited = arena_printf(
            c->arena, "%s/rules", folder_of(c->arena, c->database.p));
        read_rules(load, c->rules_edited.p);
    }
    finish_rules(load);
    read_region(load);
    read_words(load);
}

/* Move what was gathered into the configuration's arena. */
static int
settle(struct load *load)
{
    struct config *c = load->config;
    struct source *sources =
        ARENA_ARRAY(c->arena, load->sources.n + 1, struct source);
    struct channel *channels =
        ARENA_ARRAY(c->arena, load->channels.n + 1, struct channel);
    struct rule_owner *owners =
        ARENA_ARRAY(c->arena, load->owners.n + 1, struct rule_owner);
    struct route *routes =
        ARENA_ARRAY(c->arena, load->routes.n + 1, struct route);
    struct inhibit *inhibits =
        ARENA_ARRAY(c->arena, load->inhibits.n + 1, struct inhibit);

    if (!sources || !channels || !owners || !routes || !inhibits ||
        arena_failed(c->arena))
        return E_NOMEM;
    if (load->owners.n)
        memcpy(owners, load->owners.items,
            load->owners.n * sizeof(struct rule_owner));
    c->owners = owners;
    c->nowners = load->owners.n;
    if (load->sources.n)
        memcpy(sources, load->sources.items,
            load->sources.n * sizeof(struct source));
    if (load->channels.n)
        memcpy(channels, load->channels.items,
            load->channels.n * sizeof(struct channel));
    c->sources = sources;
    c->nsources = load->sources.n;
    if (load->routes.n)
        memcpy(
            routes, load->routes.items, load->routes.n * sizeof(struct route));
    if (load->inhibits.n)
        memcpy(inhibits, load->inhibits.items,
            load->inhibits.n * sizeof(struct inhibit));
    c->routes = routes;
    c->nroutes = load->routes.n;
    c->inhibits = inhibits;
    c->ninhibits = load->inhibits.n;
    c->channels = channels;
    c->nchannels = load->channels.n;
    c->rules = load->rules->file;
    c->nrules = load->rules->n;
    digest_sha256(buf_str(&load->digests), c->hash);
    return 0;
}

/* path as an absolute one: it must mean the same after a chdir. */
static struct str
absolute(struct arena *arena, const char *path)
{
    char folder[4096];

    if (path[0] == '/')
        return arena_str(arena, str_of(path));
    if (!getcwd(folder, sizeof(folder)))
        return STR_NONE;
    return arena_printf(arena, "%s/%s", folder, path);
}

static int
compile_rules(struct load *load, struct ruleset **ret)
{
    struct config *c = load->config;
    _cleanup_(zone_freep) struct zone *zone = NULL;
    char *name = arena_cstr(c->arena, c->zone);
    struct rule_options options = {
        .region = c->region_file.text.p ? &c->region_file : NULL,
        .owners = c->owners,
        .nowners = c->nowners,
        .warnings = &c->warnings};

    if (name && zone_load(name, &zone) == 0)
        options.zone = zone; /* else an error was added already */
    return ruleset_compile_with(
        c->rules, c->nrules, &options, load->errors, ret);
}

static int
load_run(struct load *load, const char *path, struct ruleset **ret_rules)
{
    struct config *c = load->config;
    size_t before = load->errors->n + load->errors->dropped;

    c->path = absolute(c->arena, path);
    load->folder = c->path.p ? folder_of(c->arena, c->path.p) : NULL;
    load->rules = ARENA_NEW(c->arena, struct rule_files);
    if (!load->folder || !load->rules)
        return E_NOMEM;
    read_all(load);
    config_check(
        c, load->places, &load->sources, &load->channels, load->errors);
    config_check_owners(&load->owners, load->errors);
    config_check_routes(c, &load->routes, &load->inhibits, &load->channels,
        &load->sources, &load->owners, load->errors);
    int err = settle(load);
    if (err == 0) {
        config_duty_settle(c, load->errors);
        config_reports_settle(c, load->errors);
    }
    if (err < 0)
        toc_errors_add(load->errors, c->path.p, 0, 0, "%s", err_text(err));
    struct ruleset *rules = NULL;
    if (err == 0)
        err = compile_rules(load, &rules);
    if (err < 0 && load->errors->n + load->errors->dropped == before)
        toc_errors_add(load->errors, c->path.p, 0, 0,
            "the rules cannot be compiled: %s", err_text(err));
    if (load->errors->n + load->errors->dropped != before) {
        ruleset_free(rules);
        return E_CONF;
    }
    *ret_rules = rules;
    return 0;
}

int
config_load(const char *path, struct toc_errors *errors, struct config **ret,
    struct ruleset **ret_rules)
{
    struct arena *arena = arena_new(CONFIG_MAX_BYTES);
    struct config *config = arena ? ARENA_NEW(arena, struct config) : NULL;
    struct load load = {.config = config,
        .errors = errors,
        .sources = {.size = sizeof(struct source), .max = CONFIG_MAX_SOURCES},
        .channels = {.size = sizeof(struct channel),
            .max = CONFIG_MAX_CHANNELS},
        .routes = {.size = sizeof(struct route), .max = ROUTE_MAX},
        .inhibits = {.size = sizeof(struct inhibit), .max = INHIBIT_MAX},
        .owners = {.size = sizeof(struct rule_owner),
            .max = CONFIG_MAX_OWNERS,
            .further = config_owner_keys}};

    if (!config) {
        arena_free(arena);
        toc_errors_add(errors, path, 0, 0, "out of memory");
        return E_NOMEM;
    }
    config->arena = arena;
    buf_init(&load.digests, CONFIG_MAX_FILES * (size_t)DIGEST_SIZE);
    int err = load_run(&load, path, ret_rules);
    buf_done(&load.digests);
    free(load.sources.items);
    free(load.sources.places);
    free(load.owners.items);
    free(load.owners.places);
    free(load.routes.items);
    free(load.routes.places);
    free(load.inhibits.items);
    free(load.inhibits.places);
    free(load.channels.items);
    free(load.channels.places);
    if (err < 0)
        config_free(config);
    else
        *ret = config;
    return err;
}

void
config_free(struct config *config)
{
    if (!config)
        return;
    toc_errors_done(&config->warnings);
    config_duty_done(&config->duty);
    arena_free(config->arena);
}

const struct source *
config_source(const struct config *config, struct str id)
{
    for (size_t i = 0; i < config->nsources; i++)
        if (str_eq(config->sources[i].id, id))
            return &config->sources[i];
    return NULL;
}

const struct channel *
config_channel(const struct config *config, struct str id)
{
    for (size_t i = 0; i < config->nchannels; i++)
        if (str_eq(config->channels[i].id, id))
            return &config->channels[i];
    return NULL;
}
