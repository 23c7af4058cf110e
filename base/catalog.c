#include "base/catalog.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "base/yaml.h"

struct entry {
    const char *key;
    struct str text;
};

struct catalog {
    struct arena *arena;   /* all below */
    struct entry *entries; /* sorted by key */
    size_t n;
};

static int
order_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return strcmp(x->key, y->key);
}

/* Copy the map into the catalogue's arena, behind what is there, and sort. */
static int
take_entries(struct catalog *catalog, const struct ynode *map, const char *file,
    struct toc_errors *errors)
{
    struct entry *entries =
        ARENA_ARRAY(catalog->arena, catalog->n + map->count, struct entry);
    size_t before = catalog->n;
    int err = 0;

    if (!entries)
        return E_NOMEM;
    if (before)
        memcpy(entries, catalog->entries, before * sizeof *entries);
    for (const struct ynode *n = map->first; n; n = n->next) {
        struct entry entry = {0};

        if (yaml_str(n, file, errors, &entry.text)) {
            err = E_CONF;
            continue;
        }
        entry.key = arena_cstr(catalog->arena, n->key->text);
        entry.text = arena_str(catalog->arena, entry.text);
        if (!entry.key || !entry.text.p)
            return E_NOMEM;
        if (before &&
            bsearch(&entry, entries, before, sizeof entry, order_entries)) {
            toc_errors_add(errors, file, n->key->line, n->key->column,
                "\"%s\" has a text in another file", entry.key);
            err = E_CONF;
            continue;
        }
        entries[catalog->n++] = entry;
    }
    catalog->entries = entries;
    if (catalog->n)
        qsort(
            catalog->entries, catalog->n, sizeof(struct entry), order_entries);
    return err;
}

static int
load(struct catalog *catalog, struct arena *scratch, const char *file,
    struct str yaml, struct toc_errors *errors)
{
    struct ynode *root = NULL;
    int err = yaml_parse(scratch, file, yaml, errors, &root);

    if (err)
        return err;
    if (!root || root->type != YAML_MAP) {
        toc_errors_add(
            errors, file, 1, 1, "a catalogue is a list of \"key: text\"");
        return E_CONF;
    }
    return take_entries(catalog, root, file, errors);
}

int
catalog_add(struct catalog *catalog, const char *file, struct str yaml,
    struct toc_errors *errors)
{
    _cleanup_(arena_freep) struct arena *scratch = arena_new(ARENA_CAP_DEFAULT);

    return scratch ? load(catalog, scratch, file, yaml, errors) : E_NOMEM;
}

int
catalog_load(const char *file, struct str yaml, struct toc_errors *errors,
    struct catalog **ret)
{
    struct catalog *catalog = calloc(1, sizeof(*catalog));
    int err = E_NOMEM;

    if (catalog)
        catalog->arena = arena_new(CATALOG_MAX_BYTES);
    if (catalog && catalog->arena)
        err = catalog_add(catalog, file, yaml, errors);
    if (err) {
        catalog_free(catalog);
        return err;
    }
    *ret = catalog;
    return 0;
}

void
catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    arena_free(catalog->arena);
    free(catalog);
}

struct str
catalog_get(const struct catalog *catalog, const char *key)
{
    const struct entry wanted = {.key = key};
    const struct entry *found = NULL;

    if (catalog->n)
        found = bsearch(&wanted, catalog->entries, catalog->n, sizeof(wanted),
            order_entries);
    return found ? found->text : str_of(key);
}

int
catalog_format(const struct catalog *catalog, const char *key,
    const struct str *args, size_t nargs, struct buf *out)
{
    struct str rest = catalog_get(catalog, key);

    while (rest.n) {
        size_t brace = str_find_char(rest, '{');
        struct str mark = str_first(str_from(rest, brace), 3);
        bool is_argument = mark.n == 3 && mark.p[2] == '}' &&
                           mark.p[1] >= '0' && mark.p[1] <= '9' &&
                           (size_t)(mark.p[1] - '0') < nargs;

        if (!is_argument)
            mark = str_first(mark, 1);
        buf_add_str(out, str_first(rest, brace));
        buf_add_str(out, is_argument ? args[mark.p[1] - '0'] : mark);
        rest = str_from(rest, brace + mark.n);
    }
    return out->err;
}

const char *
catalog_key(const struct catalog *catalog, size_t i)
{
    return i < catalog->n ? catalog->entries[i].key : NULL;
}

/* A quality "1", "0.8", "0.123" in thousandths; -1 when it is none. */
static int
parse_quality(struct str s)
{
    double value;

    if (s.n > 5 || num_parse_double(s, 0, 1, &value))
        return -1;
    return (int)(value * 1000 + 0.5);
}

struct range {
    struct str tag;
    int quality; /* in thousandths */
};

/* Cut the next "tag;q=0.8" off; a broken one has quality -1. */
static struct range
next_range(struct str *rest)
{
    struct str part = str_split(rest, ',');
    struct range range = {
        .tag = str_trim(str_split(&part, ';')), .quality = 1000};

    while (part.p) {
        struct str parameter = str_trim(str_split(&part, ';'));

        if (str_starts_nocase(parameter, STR("q=")))
            range.quality = parse_quality(str_from(parameter, 2));
    }
    return range;
}

/* Whether a range such as "zh", "zh-Hant" or "en-GB" is of the language. */
static bool
is_of(struct str tag, struct str primary)
{
    return str_starts_nocase(tag, primary) &&
           (tag.n == primary.n || tag.p[primary.n] == '-');
}

enum lang
lang_negotiate(struct str accept_language)
{
    static const struct str primaries[LANG_COUNT] = {{"zh", 2}, {"en", 2}};
    int quality[LANG_COUNT] = {-1, -1}, any = 0;
    enum lang best = LANG_ZH, first = LANG_ZH;
    bool has_first = false;

    while (accept_language.p) {
        struct range range = next_range(&accept_language);

        if (str_eq(range.tag, STR("*")) && range.quality >= 0)
            any = range.quality;
        for (int i = 0; i < LANG_COUNT; i++) {
            if (!is_of(range.tag, primaries[i]))
                continue;
            if (range.quality > quality[i])
                quality[i] = range.quality;
            if (!has_first)
                first = (enum lang)i;
            has_first = true;
        }
    }
    /* Of equals the one named first. */
    for (int i = 0; i < LANG_COUNT; i++)
        if (quality[i] < 0)
            quality[i] = any;
    best = first;
    for (int i = 0; i < LANG_COUNT; i++)
        if (quality[i] > quality[best])
            best = (enum lang)i;
    return quality[best] > 0 ? best : LANG_ZH;
}

const char *
lang_code(enum lang lang)
{
    return lang == LANG_EN ? "en" : "zh-CN";
}
