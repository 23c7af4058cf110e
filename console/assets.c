#include "console/assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"

struct named_template {
    struct str name;
    struct tmpl *tmpl;
};

struct assets {
    struct arena *arena;
    struct named_template templates[ASSETS_MAX_FILES];
    size_t ntemplates;
    struct static_file statics[ASSETS_MAX_FILES];
    size_t nstatics;
    struct catalog *texts[LANG_COUNT];
    json_t *texts_json[LANG_COUNT];
};

void
assets_free(struct assets *assets)
{
    if (!assets)
        return;
    for (size_t i = 0; i < assets->ntemplates; i++)
        tmpl_free(assets->templates[i].tmpl);
    for (size_t i = 0; i < LANG_COUNT; i++) {
        catalog_free(assets->texts[i]);
        json_decref(assets->texts_json[i]);
    }
    arena_free(assets->arena);
    free(assets);
}

/* Read folder/name into the arena. */
static int
read_file(struct assets *assets, struct str folder, const char *name,
    struct toc_error *reterr, struct str *ret)
{
    struct str path =
        arena_printf(assets->arena, "%.*s/%s", STR_ARG(folder), name);
    _cleanup_(buf_done) struct buf bytes;
    int err;

    buf_init(&bytes, ASSETS_MAX_FILE_BYTES);
    if (!path.p)
        return E_NOMEM;
    err = file_read(path.p, &bytes, reterr);
    if (err)
        return err == E_NOMEM ? err : E_CONF;
    *ret = arena_str(assets->arena, buf_str(&bytes));
    return bytes.n && !ret->p ? E_NOMEM : 0;
}

static int
load_templates(
    struct assets *assets, struct str folder, struct toc_error *reterr)
{
    static const struct str suffix = {".mustache", sizeof ".mustache" - 1};
    const char *path = arena_cstr(assets->arena, folder);
    const char **names = NULL;
    size_t n = 0;
    int err =
        path ? file_list(assets->arena, path, suffix.p, &names, &n) : E_NOMEM;

    for (size_t i = 0; !err && i < n; i++) {
        struct named_template *to = &assets->templates[assets->ntemplates];
        struct str text;

        if (assets->ntemplates == ASSETS_MAX_FILES)
            return E_LIMIT;
        err = read_file(assets, folder, names[i], reterr, &text);
        if (err)
            break;
        to->name = str_first(str_of(names[i]), strlen(names[i]) - suffix.n);
        err = tmpl_parse(names[i], text, TMPL_HTML, reterr, &to->tmpl);
        if (!err)
            assets->ntemplates++;
    }
    if (!err && assets->ntemplates == 0) {
        toc_error_set(reterr, path, 0, 0, "no templates of the console here");
        err = E_CONF;
    }
    return err;
}

static const char *
type_of(struct str name)
{
    static const struct {
        struct str suffix;
        const char *type;
    } types[] = {{{".css", 4}, "text/css; charset=utf-8"},
        {{".js", 3}, "text/javascript; charset=utf-8"},
        {{".svg", 4}, "image/svg+xml; charset=utf-8"},
        {{".json", 5}, "application/json; charset=utf-8"},
        {{".png", 4}, "image/png"}};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(name, types[i].suffix))
            return types[i].type;
    return NULL;
}

static int
add_static(struct assets *assets, const char *name, struct str bytes)
{
    struct static_file *to = &assets->statics[assets->nstatics];
    uint8_t hash[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    if (assets->nstatics == ASSETS_MAX_FILES)
        return E_LIMIT;
    to->name = str_of(name);
    to->type = type_of(to->name);
    to->bytes = bytes;
    digest_sha256(bytes, hash);
    (void)snprintf(
        to->etag, sizeof to->etag, "\"%.16s\"", digest_hex(hash, hex));
    assets->nstatics++;
    return 0;
}

/* All files that end in suffix, one behind the other, are one more file: a
 * browser asks once for what is kept in a file a page. */
static int
bundle(struct assets *assets, const char *suffix, const char *name)
{
    _cleanup_(buf_done) struct buf out;
    struct str bytes;

    buf_init(&out, ASSETS_MAX_FILE_BYTES);
    for (size_t i = 0; i < assets->nstatics; i++)
        if (str_ends(assets->statics[i].name, str_of(suffix))) {
            buf_add_str(&out, assets->statics[i].bytes);
            buf_add_char(&out, '\n');
        }
    if (out.err)
        return out.err;
    bytes = arena_str(assets->arena, buf_str(&out));
    return bytes.p ? add_static(assets, name, bytes) : E_NOMEM;
}

static int
load_statics(struct assets *assets, struct str folder, struct toc_error *reterr)
{
    const char *path = arena_cstr(assets->arena, folder);
    const char **names = NULL;
    size_t n = 0;
    int err = path ? file_list(assets->arena, path, "", &names, &n) : E_NOMEM;

    for (size_t i = 0; !err && i < n; i++) {
        struct str bytes;

        if (!type_of(str_of(names[i])))
            continue;
        err = read_file(assets, folder, names[i], reterr, &bytes);
        if (!err)
            err = add_static(assets, names[i], bytes);
    }
    if (!err)
        err = bundle(assets, ".css", "console.css");
    return err ? err : bundle(assets, ".js", "console.js");
}

/* Add folder/name to the words of lang. */
static int
load_text_file(struct assets *assets, struct str folder, const char *name,
    enum lang lang, struct toc_error *reterr)
{
    struct toc_errors errors = {0};
    struct str text;
    int err = read_file(assets, folder, name, reterr, &text);

    if (err)
        return err;
    if (assets->texts[lang])
        err = catalog_add(assets->texts[lang], name, text, &errors);
    else
        err = catalog_load(name, text, &errors, &assets->texts[lang]);
    if (err && errors.n > 0 && reterr)
        *reterr = errors.list[0];
    toc_errors_done(&errors);
    return err;
}

/* The words of one language: zh.yaml, and those of single pages, PAGE.zh.yaml.
 */
static int
load_texts(struct assets *assets, struct str folder, enum lang lang,
    struct toc_error *reterr)
{
    static const char *const suffixes[] = {
        [LANG_ZH] = "zh.yaml", [LANG_EN] = "en.yaml"};
    const char *path = arena_cstr(assets->arena, folder);
    const char **names = NULL, *key;
    size_t n = 0;
    int err = path ? file_list(assets->arena, path, suffixes[lang], &names, &n)
                   : E_NOMEM;

    for (size_t i = 0; !err && i < n; i++)
        err = load_text_file(assets, folder, names[i], lang, reterr);
    if (!err && n == 0) {
        toc_error_set(reterr, path, 0, 0,
            "no texts of the console here (zh.yaml, en.yaml)");
        err = E_CONF;
    }
    if (err)
        return err;
    assets->texts_json[lang] = json_object();
    for (size_t i = 0; (key = catalog_key(assets->texts[lang], i)); i++) {
        struct str value = catalog_get(assets->texts[lang], key);

        if (json_object_set_new(
                assets->texts_json[lang], key, json_stringn(value.p, value.n)))
            return E_NOMEM;
    }
    return 0;
}

int
assets_load(struct str templates, struct str texts, struct str statics,
    struct toc_error *reterr, struct assets **ret)
{
    struct assets *assets = calloc(1, sizeof *assets);
    int err = 0;

    if (!assets)
        return E_NOMEM;
    assets->arena = arena_new(ASSETS_ARENA_BYTES);
    if (!assets->arena)
        err = E_NOMEM;
    for (size_t lang = 0; !err && lang < LANG_COUNT; lang++)
        err = load_texts(assets, texts, (enum lang)lang, reterr);
    if (!err)
        err = load_templates(assets, templates, reterr);
    if (!err)
        err = load_statics(assets, statics, reterr);
    if (err) {
        assets_free(assets);
        return err;
    }
    *ret = assets;
    return 0;
}

const struct tmpl *
assets_template(const struct assets *assets, struct str name)
{
    for (size_t i = 0; i < assets->ntemplates; i++)
        if (str_eq(assets->templates[i].name, name))
            return assets->templates[i].tmpl;
    return NULL;
}

const struct static_file *
assets_static(const struct assets *assets, struct str name)
{
    for (size_t i = 0; i < assets->nstatics; i++)
        if (str_eq(assets->statics[i].name, name))
            return &assets->statics[i];
    return NULL;
}

const struct catalog *
assets_texts(const struct assets *assets, enum lang lang)
{
    return assets->texts[lang];
}

json_t *
assets_texts_json(const struct assets *assets, enum lang lang)
{
    return assets->texts_json[lang];
}

static const struct tmpl *
partial(void *arg, struct str name)
{
    const struct assets *assets = arg;

    return assets_template(assets, name);
}

int
assets_render(const struct assets *assets, const char *name, const json_t *data,
    struct buf *out)
{
    const struct tmpl *tmpl = assets_template(assets, str_of(name));
    union {
        const struct assets *in;
        void *out;
    } arg = {.in = assets};

    if (!tmpl)
        return E_NOTFOUND;
    return tmpl_render(tmpl, data, partial, arg.out, out);
}
