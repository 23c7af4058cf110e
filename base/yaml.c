#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

enum {
    WORD_MAX = 64,       /* bytes of a key that gets a suggestion */
    NEAR_MAX = 2,        /* edits between a key and the one that was meant */
    SHOWN_MAX = 60,      /* bytes of a value in an error */
    KEYS_SHOWN_MAX = 300 /* bytes of a list of keys in an error */
};

struct ynode *
yaml_get(const struct ynode *map, const char *key)
{
    struct str wanted = str_of(key);

    if (!map || map->type != YAML_MAP)
        return NULL;
    for (struct ynode *n = map->first; n; n = n->next)
        if (str_eq(n->key->text, wanted))
            return n;
    return NULL;
}

bool
yaml_is_null(const struct ynode *node)
{
    return node->type == YAML_SCALAR && !node->quoted &&
           (node->text.n == 0 || str_eq(node->text, STR("~")) ||
               str_eq_nocase(node->text, STR("null")));
}

struct str
yaml_label(const struct ynode *node)
{
    return node && node->key ? node->key->text : STR("the entry");
}

/* Describe the value of node for a person into out. */
static const char *
describe(const struct ynode *node, char *out, size_t size)
{
    struct str text;

    if (!node)
        return "missing";
    if (node->type == YAML_SEQ)
        return "a list";
    if (node->type == YAML_MAP)
        return "a group of keys";
    if (yaml_is_null(node))
        return "nothing";
    text = utf8_cut(node->text, SHOWN_MAX);
    snprintf(out, size, node->quoted ? "\"%.*s\"%s" : "%.*s%s", STR_ARG(text),
        text.n < node->text.n ? "…" : "");
    return out;
}

/* Add "KEY is to be WHAT, not VALUE" and return E_CONF. */
static int
refuse(const struct ynode *node, const char *file, struct toc_errors *e,
    const char *what)
{
    char value[2 * SHOWN_MAX];

    toc_errors_add(e, file, node ? node->line : 0, node ? node->column : 0,
        "%.*s is to be %s, not %s", STR_ARG(utf8_cut(yaml_label(node), 80)),
        what, describe(node, value, sizeof(value)));
    return E_CONF;
}

static bool
is_plain(const struct ynode *node)
{
    return node && node->type == YAML_SCALAR && !node->quoted;
}

int
yaml_bool(
    const struct ynode *n, const char *file, struct toc_errors *e, bool *ret)
{
    bool is_true = is_plain(n) && str_eq(n->text, STR("true"));

    if (!is_true && !(is_plain(n) && str_eq(n->text, STR("false"))))
        return refuse(n, file, e, "true or false");
    *ret = is_true;
    return 0;
}

int
yaml_int(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min, int64_t max, int64_t *ret)
{
    char what[96];

    if (is_plain(n) && num_parse_i64(n->text, min, max, ret) == 0)
        return 0;
    snprintf(what, sizeof(what), "a whole number from %lld to %lld",
        (long long)min, (long long)max);
    return refuse(n, file, e, what);
}

int
yaml_double(const struct ynode *n, const char *file, struct toc_errors *e,
    double min, double max, double *ret)
{
    char what[96];

    if (is_plain(n) && num_parse_double(n->text, min, max, ret) == 0)
        return 0;
    snprintf(what, sizeof(what), "a number from %g to %g", min, max);
    return refuse(n, file, e, what);
}

int
yaml_str(const struct ynode *n, const char *file, struct toc_errors *e,
    struct str *ret)
{
    if (!n || n->type != YAML_SCALAR || yaml_is_null(n))
        return refuse(n, file, e, "a text");
    *ret = n->text;
    return 0;
}

struct unit {
    const char *name;
    int64_t size;
};

/* Largest first: a sum goes downwards, and a limit shows in the largest. */
static const struct unit time_units[] = {{"d", INT64_C(86400000)},
    {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0}};
static const struct unit size_units[] = {{"GiB", INT64_C(1) << 30},
    {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}, {NULL, 0}};

/* Cut a number and the letters behind it off *s. */
static int
take_amount(struct str *s, int64_t *ret_number, struct str *ret_unit)
{
    size_t digits = 0, end;

    while (digits < s->n && s->p[digits] >= '0' && s->p[digits] <= '9')
        digits++;
    end = digits;
    while (end < s->n && !(s->p[end] >= '0' && s->p[end] <= '9'))
        end++;
    if (num_parse_i64(str_first(*s, digits), 0, INT64_MAX, ret_number))
        return E_PARSE;
    *ret_unit = str_from(str_first(*s, end), digits);
    *s = str_from(*s, end);
    return 0;
}

/* Read a sum of amounts whose units become smaller. */
static int
parse_amounts(struct str s, const struct unit *units, int64_t *ret)
{
    const struct unit *unit = units;
    int64_t sum = 0;

    if (s.n == 0)
        return E_PARSE;
    while (s.n) {
        int64_t number, part;
        struct str name;

        if (take_amount(&s, &number, &name))
            return E_PARSE;
        while (unit->name && !str_eq(name, str_of(unit->name)))
            unit++;
        if (!unit->name)
            return E_PARSE;
        if (__builtin_mul_overflow(number, unit->size, &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return E_LIMIT;
        unit++;
    }
    *ret = sum;
    return 0;
}

/* Write value in the largest unit that divides it. */
static const char *
show_amount(int64_t value, const struct unit *units, char *out, size_t size)
{
    while (units[1].name && (value == 0 || value % units->size))
        units++;
    snprintf(
        out, size, "%lld%s", (long long)(value / units->size), units->name);
    return out;
}

/* Read an amount, or refuse it saying kind and the limits. */
static int
read_amount(const struct ynode *n, const char *file, struct toc_errors *e,
    const struct unit *units, const char *kind, int64_t min, int64_t max,
    int64_t *ret)
{
    char what[160], low[32], high[32];
    int64_t value;

    if (n && n->type == YAML_SCALAR &&
        parse_amounts(n->text, units, &value) == 0 && value >= min &&
        value <= max) {
        *ret = value;
        return 0;
    }
    snprintf(what, sizeof(what), "%s from %s to %s", kind,
        show_amount(min, units, low, sizeof(low)),
        show_amount(max, units, high, sizeof(high)));
    return refuse(n, file, e, what);
}

int
yaml_duration(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min_ms, int64_t max_ms, int64_t *ret)
{
    return read_amount(n, file, e, time_units,
        "a time with its unit (30s, 5m, 1h30m, 1d)", min_ms, max_ms, ret);
}

int
yaml_size(const struct ynode *n, const char *file, struct toc_errors *e,
    int64_t min, int64_t max, int64_t *ret)
{
    return read_amount(n, file, e, size_units, "a size (64KiB, 8MiB, or bytes)",
        min, max, ret);
}

static size_t
min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours from a to b, both of
 * at most WORD_MAX bytes. */
static size_t
edit_distance(struct str a, struct str b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b.n; j++)
        last[j] = j;
    memcpy(before, last, sizeof(rows[0]));
    for (size_t i = 1; i <= a.n; i++) {
        size_t *oldest = before;

        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);

            row[j] = min_of(change, min_of(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
                a.p[i - 2] == b.p[j - 1])
                row[j] = min_of(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.n];
}

/* The allowed key that was probably meant, or NULL. */
static const char *
nearest_key(struct str key, const char *const *allowed)
{
    const char *nearest = NULL;
    size_t best = NEAR_MAX + 1;

    for (; key.n <= WORD_MAX && *allowed; allowed++) {
        struct str word = str_of(*allowed);
        size_t distance;

        if (word.n > WORD_MAX || word.n > key.n + NEAR_MAX)
            continue;
        distance = edit_distance(key, word);
        if (distance < best && distance < word.n) {
            best = distance;
            nearest = *allowed;
        }
    }
    return nearest;
}

static void
refuse_key(const struct ynode *key, const char *file, struct toc_errors *e,
    const char *const *allowed)
{
    const char *nearest = nearest_key(key->text, allowed);
    struct str shown = utf8_cut(key->text, SHOWN_MAX);
    struct buf keys;

    if (nearest) {
        toc_errors_add(e, file, key->line, key->column,
            "key \"%.*s\" is not known here; did you mean \"%s\"?",
            STR_ARG(shown), nearest);
        return;
    }
    buf_init(&keys, KEYS_SHOWN_MAX);
    for (size_t i = 0; allowed[i]; i++)
        buf_printf(&keys, "%s%s", i ? ", " : "", allowed[i]);
    toc_errors_add(e, file, key->line, key->column,
        "key \"%.*s\" is not known here; known are %s%s", STR_ARG(shown),
        buf_cstr(&keys), keys.err ? ", …" : "");
    buf_done(&keys);
}

void
yaml_check_keys(const struct ynode *map, const char *file, struct toc_errors *e,
    const char *const *allowed)
{
    if (!map || map->type != YAML_MAP) {
        refuse(map, file, e, "a group of keys");
        return;
    }
    for (const struct ynode *n = map->first; n; n = n->next) {
        size_t i = 0;

        while (allowed[i] && !str_eq(n->key->text, str_of(allowed[i])))
            i++;
        if (!allowed[i])
            refuse_key(n->key, file, e, allowed);
    }
}
