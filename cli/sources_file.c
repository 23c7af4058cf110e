/*
 * sources_file: see sources_file.h.
 */
#include "cli/sources_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "base/url.h"
#include "cli/cli.h"

enum { FILE_MODE = 0644, FOLDER_MODE = 0755, TRIES = 100000 };

/* --- what is taken --- */

static size_t
taken_slot(const struct taken *taken, const char *kind, struct str value)
{
    uint64_t h = 14695981039346656037u;
    size_t at, nkind = strlen(kind);

    for (size_t i = 0; i < value.n; i++)
        h = (h ^ (uint8_t)value.p[i]) * 1099511628211u;
    at = (size_t)(h ^ (h >> 29) ^ nkind) & (taken->cap - 1);
    for (; taken->entries[at].key.p; at = (at + 1) & (taken->cap - 1)) {
        struct str key = taken->entries[at].key;

        if (key.n == nkind + value.n && memcmp(key.p, kind, nkind) == 0 &&
            str_eq(str_from(key, nkind), value))
            break;
    }
    return at;
}

static int
taken_put(
    struct taken *taken, const char *kind, struct str value, struct str id)
{
    size_t at;

    if (2 * (taken->n + 1) > taken->cap) {
        struct taken larger = {
            .arena = taken->arena, .cap = taken->cap ? 2 * taken->cap : 256};

        larger.entries = calloc(larger.cap, sizeof *larger.entries);
        if (!larger.entries)
            return E_NOMEM;
        for (size_t i = 0; i < taken->cap; i++) {
            struct str key = taken->entries[i].key;
            size_t colon = str_find_char(key, ':') + 1;

            if (!key.p)
                continue;
            at = taken_slot(
                &larger, colon == 3 ? "id:" : "url:", str_from(key, colon));
            larger.entries[at] = taken->entries[i];
            larger.n++;
        }
        free(taken->entries);
        *taken = larger;
    }
    at = taken_slot(taken, kind, value);
    if (taken->entries[at].key.p)
        return 0;
    taken->entries[at].key =
        arena_printf(taken->arena, "%s%.*s", kind, STR_ARG(value));
    taken->entries[at].id = arena_str(taken->arena, id);
    taken->n++;
    return arena_failed(taken->arena) ? E_NOMEM : 0;
}

static struct str
canonical(struct arena *arena, struct str url)
{
    struct str out;

    return url_canonical(arena, url, &out) == 0 ? out : url;
}

int
taken_add(struct taken *taken, struct str id, struct str url)
{
    int err = taken_put(taken, "id:", id, id);

    return err || url.n == 0 /* its items are brought */
               ? err
               : taken_put(taken, "url:", canonical(taken->arena, url), id);
}

int
taken_init(
    struct taken *taken, struct arena *arena, const struct config *config)
{
    int err = 0;

    *taken = (struct taken){.arena = arena};
    for (size_t i = 0; i < config->nsources && !err; i++)
        err = taken_add(taken, config->sources[i].id, config->sources[i].url);
    return err;
}

void
taken_done(struct taken *taken)
{
    free(taken->entries);
    *taken = (struct taken){0};
}

struct str
taken_url(const struct taken *taken, struct str url)
{
    if (taken->cap == 0)
        return STR_NONE;
    return taken
        ->entries[taken_slot(taken, "url:", canonical(taken->arena, url))]
        .id;
}

bool
taken_id(const struct taken *taken, struct str id)
{
    return taken->cap > 0 &&
           taken->entries[taken_slot(taken, "id:", id)].key.p != NULL;
}

/* --- ids --- */

/* Append the letters and digits of s, words joined by one '-'; false when it
 * holds letters of other scripts. */
static bool
add_words(struct buf *out, struct str s)
{
    bool pure = true, gap = out->n > 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            if (gap && out->n > 0)
                buf_add_char(out, '-');
            gap = false;
            buf_add_char(out, c);
        } else {
            pure = pure && (uint8_t)c < 0x80;
            gap = true;
        }
    }
    return pure;
}

/* A word of an address that says nothing about the source. */
static bool
is_empty_word(struct str word)
{
    static const char *const words[] = {"www", "com", "cn", "org", "net", "gov",
        "edu", "index", "default", "html", "htm", "shtml", "php", "aspx", "asp",
        "jsp", "xml", "rss", "rss2", "atom", "feed", "feeds", "rdf", "json"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(word, str_of(words[i])))
            return true;
    return false;
}

static void
add_parts(struct buf *out, struct str text)
{
    size_t from = 0;

    for (size_t i = 0; i <= text.n; i++) {
        struct str word = str_first(str_from(text, from), i - from);

        if (i < text.n && text.p[i] != '.' && text.p[i] != '/' &&
            text.p[i] != '_' && text.p[i] != '-')
            continue;
        if (word.n > 0 && !is_empty_word(word))
            add_words(out, word);
        from = i + 1;
    }
}

bool
source_id_is_valid(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!((id.p[i] >= 'a' && id.p[i] <= 'z') ||
                (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '-'))
            return false;
    return id.n > 0 && id.n <= 64;
}

struct str
source_id_new(const struct taken *taken, struct str title, struct str url)
{
    struct buf words;
    struct url parts;
    struct str stem, id;

    buf_init(&words, 8 * 1024);
    if (!add_words(&words, str_first(title, 1024)) || words.n < 2) {
        buf_clear(&words);
        if (url_parse(url, &parts) == 0) {
            add_parts(&words, parts.host);
            add_parts(&words, parts.path);
        }
    }
    stem = str_first(buf_str(&words), SOURCE_ID_MAX_BYTES);
    while (stem.n > 0 && stem.p[stem.n - 1] == '-')
        stem.n--;
    id = arena_str(taken->arena, stem.n > 0 ? stem : STR("source"));
    for (int n = 2; taken_id(taken, id) && n < TRIES; n++)
        id = arena_printf(taken->arena, "%.*s-%d",
            STR_ARG(stem.n > 0 ? stem : STR("source")), n);
    buf_done(&words);
    return id;
}

/* --- the file --- */

static void
print_quoted(struct buf *out, struct str s)
{
    json_t *json = jsonx_str(s);

    if (json)
        jsonx_dump(json, out);
    json_decref(json);
}

static void
print_line(struct buf *out, const char *key, struct str value)
{
    if (value.n == 0)
        return;
    buf_printf(out, "    %s: ", key);
    print_quoted(out, value);
    buf_add_char(out, '\n');
}

void
source_print(const struct source *source, struct buf *out)
{
    buf_printf(out, "  - id: %.*s\n", STR_ARG(source->id));
    print_line(out, "title", source->title);
    print_line(out, "url", source->url);
    if (source->kind == SOURCE_LIST)
        buf_add_cstr(out, "    kind: list\n");
    print_line(out, "owner", source->owner);
    print_line(out, "tier", source->tier);
    for (size_t i = 0; i < source->ntags; i++) {
        buf_add_cstr(out, i ? ", " : "    tags: [");
        print_quoted(out, source->tags[i]);
    }
    if (source->ntags > 0)
        buf_add_cstr(out, "]\n");
}

struct str
sources_file_path(
    struct arena *arena, const struct config *config, struct str name)
{
    struct str path = config->path;

    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    return arena_printf(
        arena, "%.*ssources.d/%.*s.yaml", STR_ARG(path), STR_ARG(name));
}

/* Make the folder of path when it is not there. */
static void
make_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');

    if (!slash || (size_t)(slash - path) >= sizeof folder)
        return;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = '\0';
    (void)mkdir(folder, FOLDER_MODE);
}

/* Whether the configuration is right now. */
static int
check_whole(const struct config *config)
{
    struct toc_errors errors = {0};
    struct config *again = NULL;
    struct ruleset *rules = NULL;

    if (config_load(config->path.p, &errors, &again, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    ruleset_free(rules);
    config_free(again);
    return CLI_OK;
}

int
sources_file_write(
    const struct config *config, struct str path, struct str text, bool force)
{
    struct toc_error error = {0};
    struct buf old, name;
    int status = CLI_FAILED;
    bool existed;

    buf_init(&name, 4096);
    buf_init(&old, SOURCES_FILE_MAX_BYTES);
    buf_add_str(&name, path);
    existed = access(buf_cstr(&name), F_OK) == 0;
    if (existed && !force) {
        fprintf(stderr,
            "tocsin: %s is there already; --force replaces it, --out names "
            "another\n",
            buf_cstr(&name));
        goto out;
    }
    if (existed && file_read(buf_cstr(&name), &old, &error) < 0)
        goto complain;
    make_folder(buf_cstr(&name));
    if (file_replace(buf_cstr(&name), text, FILE_MODE, &error) < 0)
        goto complain;
    status = check_whole(config);
    if (status == CLI_OK)
        goto out;
    fprintf(stderr, "tocsin: the configuration would be wrong with %s: %s\n",
        buf_cstr(&name), existed ? "it is as it was" : "it was not added");
    if (!existed)
        unlink(buf_cstr(&name));
    else if (file_replace(buf_cstr(&name), buf_str(&old), FILE_MODE, &error) ==
             0)
        goto out;
    else
        goto complain;
    goto out;
complain:
    fprintf(stderr, "tocsin: %s: %s\n", buf_cstr(&name), error.text);
out:
    buf_done(&old);
    buf_done(&name);
    return status;
}
