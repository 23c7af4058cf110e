#include "rules/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    NAMES_ARENA_BYTES = 64 * 1024 * 1024,
    NAMES_LEAST_UNITS = 2, /* of a name that is looked for */
    NAMES_LEAST_FORM = 3,  /* characters of a short form */
    NAMES_MAX_NAMED = 256  /* occurrences looked at in one text */
};

struct entry {
    const uint16_t *unit;
    size_t n;
    uint32_t owner; /* UINT32_MAX: of several */
    uint32_t next;  /* with the same first two units; number + 1 */
};

struct names {
    struct arena *arena;
    struct entry *entry;
    size_t n, cap;
    uint32_t *slot; /* by hash of the first two units; number + 1 */
    uint32_t mask;
};

/* --- forms ------------------------------------------------------------------
 */

static bool
add_form(struct str form, struct str *ret, size_t *n)
{
    if (*n == NAMES_MAX_FORMS || utf8_count(form) < NAMES_LEAST_FORM)
        return false;
    for (size_t i = 0; i < *n; i++)
        if (str_eq(ret[i], form))
            return false;
    ret[(*n)++] = form;
    return true;
}

/* 第一中学 at the end as 一中, 第三小学 as 三小. */
static void
add_numbered(struct arena *arena, struct str name, struct str *ret, size_t *n)
{
    static const char *const kinds[] = {"中学", "小学"};
    size_t at = str_find(name, STR("第"));

    if (at >= name.n)
        return;
    for (size_t i = 0; i < 2; i++) {
        struct str kind = str_of(kinds[i]);
        if (!str_ends(name, kind) || name.n < at + 3 + kind.n + 3)
            continue;
        struct str digits =
            str_first(str_from(name, at + 3), name.n - kind.n - at - 3);
        if (utf8_count(digits) <= 3)
            add_form(arena_printf(arena, "%.*s%.*s%.*s",
                         STR_ARG(str_first(name, at)), STR_ARG(digits),
                         STR_ARG(str_first(kind, 3))),
                ret, n);
    }
}

/* 云溪县… as 云溪…. */
static void
add_without_kind(
    struct arena *arena, struct str name, struct str *ret, size_t *n)
{
    static const char *const kinds[] = {"县", "市", "区", "镇", "乡"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct str kind = str_of(kinds[i]);
        size_t at = str_find(name, kind);
        if (at >= name.n || utf8_count(str_first(name, at)) < 2 ||
            utf8_count(str_first(name, at)) > 4 ||
            utf8_count(str_from(name, at + kind.n)) < 2)
            continue;
        add_form(arena_printf(arena, "%.*s%.*s", STR_ARG(str_first(name, at)),
                     STR_ARG(str_from(name, at + kind.n))),
            ret, n);
        return;
    }
}

size_t
names_forms(
    struct arena *arena, struct str name, struct str ret[NAMES_MAX_FORMS])
{
    size_t n = 1, all;

    ret[0] = name;
    add_numbered(arena, name, ret, &n);
    all = n;
    for (size_t i = 0; i < all; i++)
        add_without_kind(arena, ret[i], ret, &n);
    return n;
}

bool
names_is_office(struct str name)
{
    static const char *const kinds[] = {
        "局", "科", "室", "办", "股", "处", "站", "所", "委", NULL};

    for (size_t i = 0; kinds[i]; i++)
        if (str_ends(name, str_of(kinds[i])))
            return true;
    return false;
}

/* --- the index --------------------------------------------------------------
 */

static uint32_t
hash(const uint16_t *u)
{
    return ((uint32_t)u[0] << 16 | u[1]) * 0x9E3779B1u >> 8;
}

static int
add_entry(struct names *names, struct str name, uint32_t owner)
{
    const uint16_t *unit;
    size_t n;
    int err = rules_fold(names->arena, name, &unit, &n);

    if (err != 0 || n < NAMES_LEAST_UNITS)
        return err;
    uint32_t *slot = &names->slot[hash(unit) & names->mask];
    for (uint32_t i = *slot; i; i = names->entry[i - 1].next) {
        struct entry *e = &names->entry[i - 1];
        if (e->n != n || memcmp(e->unit, unit, n * sizeof(*unit)) != 0)
            continue;
        if (e->owner != owner)
            e->owner = UINT32_MAX;
        return 0;
    }
    if (names->n == names->cap)
        return E_BUG;
    names->entry[names->n++] = (struct entry){unit, n, owner, *slot};
    *slot = (uint32_t)names->n;
    return 0;
}

static int
fill(struct names *names, const struct rule_owner *owners, size_t n)
{
    int err = 0;

    for (size_t i = 0; i < n && err == 0; i++) {
        struct str form[NAMES_MAX_FORMS];
        size_t nforms = names_forms(names->arena, owners[i].name, form);
        for (size_t k = 0; k < nforms && err == 0; k++)
            err = add_entry(names, form[k], (uint32_t)i);
        for (size_t k = 0; k < owners[i].naliases && err == 0; k++)
            err = add_entry(names, owners[i].aliases[k], (uint32_t)i);
    }
    return err;
}

int
names_new(const struct rule_owner *owners, size_t n, struct names **ret)
{
    struct names *names;
    size_t most = 0, slots = 64;
    int err;

    if (n > NAMES_MAX_OWNERS)
        return E_LIMIT;
    for (size_t i = 0; i < n; i++)
        most += NAMES_MAX_FORMS + owners[i].naliases;
    while (slots < most * 2)
        slots *= 2;
    names = calloc(1, sizeof(*names));
    if (!names)
        return E_NOMEM;
    names->cap = most;
    names->mask = (uint32_t)(slots - 1);
    names->arena = arena_new(NAMES_ARENA_BYTES);
    names->entry = calloc(most + 1, sizeof(*names->entry));
    names->slot = calloc(slots, sizeof(*names->slot));
    err = names->arena && names->entry && names->slot ? fill(names, owners, n)
                                                      : E_NOMEM;
    if (err != 0) {
        names_free(names);
        return err;
    }
    *ret = names;
    return 0;
}

void
names_free(struct names *names)
{
    if (!names)
        return;
    arena_free(names->arena);
    free(names->entry);
    free(names->slot);
    free(names);
}

/* --- looking ----------------------------------------------------------------
 */

/* The longest name at u, or NULL. */
static const struct entry *
longest_at(const struct names *names, const uint16_t *u, size_t n)
{
    const struct entry *best = NULL;

    if (n < NAMES_LEAST_UNITS)
        return NULL;
    for (uint32_t i = names->slot[hash(u) & names->mask]; i;
         i = names->entry[i - 1].next) {
        const struct entry *e = &names->entry[i - 1];
        if (e->n <= n && (!best || e->n > best->n) &&
            memcmp(e->unit, u, e->n * sizeof(*u)) == 0)
            best = e;
    }
    return best;
}

/* The owners that text names, in order; how many. */
static int
named_in(const struct names *names, struct arena *arena, struct str text,
    uint32_t *ret, size_t *ret_n)
{
    const uint16_t *u = NULL;
    size_t n = 0;
    int err = rules_fold(arena, text, &u, &n);

    *ret_n = 0;
    for (size_t i = 0; err == 0 && i + 1 < n && *ret_n < NAMES_MAX_NAMED;) {
        const struct entry *e = longest_at(names, u + i, n - i);
        if (e && e->owner != UINT32_MAX)
            ret[(*ret_n)++] = e->owner;
        i += e ? e->n : 1;
    }
    return err;
}

int
names_find(const struct names *names, struct arena *arena, struct str title,
    struct str text, size_t *ret_owner)
{
    uint32_t owner[NAMES_MAX_NAMED];
    size_t n, most = 0;
    int err = named_in(names, arena, title, owner, &n);

    if (err == 0 && n > 0) {
        *ret_owner = owner[0];
        return 0;
    }
    if (err == 0)
        err = named_in(names, arena, text, owner, &n);
    if (err != 0 || n == 0)
        return err ? err : E_NOTFOUND;
    for (size_t i = 0; i < n; i++) {
        size_t count = 0;
        for (size_t k = 0; k < n; k++)
            count += owner[k] == owner[i];
        if (count > most) {
            most = count;
            *ret_owner = owner[i];
        }
    }
    return 0;
}
