/*
 * emit: terms, regular expressions and conditions as records of the image.
 *
 * The same term, the same expression and the same list are there once, however
 * many rules use them.
 */
#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/compile.h"
#include "rules/fold.h"
#include "rules/pattern.h"
#include "rules/regex.h"

enum { DEAREST = 9 };

struct emitted_kids {
    uint32_t *kid;
    uint32_t n;
};

/* A term as it is looked for. */
struct needle {
    uint16_t unit[MODEL_MAX_TERM];
    size_t n;
    uint16_t flags;
    bool too_long;
};

static void
needle_put(struct needle *d, uint16_t u)
{
    if (d->n == MODEL_MAX_TERM)
        d->too_long = true;
    else
        d->unit[d->n++] = u;
}

static void
needle_fold(struct needle *d, struct str text, bool raw)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t cp = utf8_next(text, &at);
        uint16_t units[FOLD_MAX_ONE];
        size_t n = 0;
        if (!raw)
            n = fold_codepoint(cp, units);
        else if (cp < 0x10000)
            units[n++] = (uint16_t)cp;
        else {
            units[n++] = (uint16_t)(0xD800 + ((cp - 0x10000) >> 10));
            units[n++] = (uint16_t)(0xDC00 + ((cp - 0x10000) & 0x3FF));
        }
        for (size_t i = 0; i < n; i++) {
            bool blank = units[i] == ' ' || units[i] == '\n';
            if (blank && !raw && (d->n == 0 || d->unit[d->n - 1] == ' '))
                continue;
            needle_put(d, blank && !raw ? ' ' : units[i]);
        }
    }
    while (!raw && d->n > 0 && d->unit[d->n - 1] == ' ')
        d->n--;
}

/* Fold text; a '*' at an end takes the word boundary there away. */
static void
needle_make(struct needle *d, struct str text, bool raw)
{
    bool open_left = text.n > 1 && text.p[0] == '*';
    bool open_right = text.n > 1 && text.p[text.n - 1] == '*';

    if (open_left)
        text = str_from(text, 1);
    if (open_right && text.n > 0)
        text.n--;
    needle_fold(d, text, raw);
    if (d->n == 0)
        return;
    if (!open_left && foldtab_class[d->unit[0]] & UNIT_WORD)
        d->flags |= TERM_BOUND_LEFT;
    if (!open_right && foldtab_class[d->unit[d->n - 1]] & UNIT_WORD)
        d->flags |= TERM_BOUND_RIGHT;
}

static uint32_t
hash_units(const uint16_t *u, size_t n, uint32_t seed)
{
    uint32_t h = 2166136261u ^ seed;

    for (size_t i = 0; i < n; i++)
        h = (h ^ u[i]) * 16777619u;
    return h ^ (h >> 15);
}

/* Grow a table of numbers + 1 to twice its size, empty. */
static uint32_t *
fresh_slots(uint32_t *mask)
{
    uint32_t size = *mask ? (*mask + 1) * 2 : 1024;
    uint32_t *slots = calloc(size, sizeof(*slots));

    if (slots)
        *mask = size - 1;
    return slots;
}

static uint32_t
term_hash(const struct compile *c, const struct image_term *t)
{
    return hash_units(COMPILE_ARRAY(c, uint16_t, SEC_UNITS) + t->unit, t->n,
        t->view << 16 | t->flags);
}

static bool
grow_terms(struct compile *c)
{
    const struct image_term *t = COMPILE_ARRAY(c, struct image_term, SEC_TERMS);
    uint32_t n = COMPILE_COUNT(c, SEC_TERMS);

    if (c->term_slots && n < c->term_mask / 2)
        return true;
    uint32_t *slots = fresh_slots(&c->term_mask);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t h = term_hash(c, &t[i]) & c->term_mask;
        while (slots[h])
            h = (h + 1) & c->term_mask;
        slots[h] = i + 1;
    }
    free(c->term_slots);
    c->term_slots = slots;
    return true;
}

/* Number of the term with these units; added when it is new. */
static uint32_t
intern_term(struct compile *c, const uint16_t *u, size_t n, uint16_t flags,
    enum image_view view)
{
    if (!grow_terms(c)) {
        c->err = E_NOMEM;
        return 0;
    }
    uint32_t h = hash_units(u, n, (uint32_t)view << 16 | flags) & c->term_mask;
    for (; c->term_slots[h]; h = (h + 1) & c->term_mask) {
        uint32_t number = c->term_slots[h] - 1;
        const struct image_term *t =
            &COMPILE_ARRAY(c, struct image_term, SEC_TERMS)[number];
        if (t->n == n && t->flags == flags && t->view == (uint32_t)view &&
            memcmp(COMPILE_ARRAY(c, uint16_t, SEC_UNITS) + t->unit, u, n * 2) ==
                0)
            return number;
    }
    struct image_term t = {.unit = COMPILE_COUNT(c, SEC_UNITS),
        .n = (uint16_t)n,
        .flags = flags,
        .view = view};
    int err = buf_add(&c->section[SEC_UNITS], u, n * 2);
    if (err != 0)
        c->err = err;
    uint32_t number = compile_add(c, SEC_TERMS, &t);
    c->term_slots[h] = number + 1;
    return number;
}

bool
emit_term(struct compile *c, struct str text, enum image_view view,
    struct place place, uint16_t flags, uint32_t *ret)
{
    struct needle d = {.n = 0};

    needle_make(&d, text, view == VIEW_RAW);
    if (d.too_long) {
        compile_wrong(
            c, place, "the term is longer than %d characters", MODEL_MAX_TERM);
        return false;
    }
    if (d.n == 0) {
        compile_wrong(c, place,
            "the term has nothing left after folding: it is to hold a letter, "
            "a digit or a character");
        return false;
    }
    if (flags & TERM_FURNITURE)
        d.flags = 0;
    *ret = intern_term(c, d.unit, d.n, d.flags | flags, view);
    return c->err == 0;
}

static uint32_t
pcre_options(unsigned options, bool dangerous)
{
    uint32_t o = REGEX_BASE_OPTIONS;

    if (options & REGEX_CASELESS)
        o |= PCRE2_CASELESS;
    if (options & REGEX_DOTALL)
        o |= PCRE2_DOTALL;
    if (options & REGEX_EXTENDED)
        o |= PCRE2_EXTENDED;
    if (dangerous)
        o |= PCRE2_NO_START_OPTIMIZE;
    return o;
}

/* Verbs, callouts and \C: what must not be in a pattern. */
static const char *
forbidden(const uint16_t *u, size_t n)
{
    bool class = false;

    for (size_t i = 0; i + 1 < n; i++) {
        if (u[i] == '\\') {
            if (u[i + 1] == 'C' && !class)
                return "\\C is not allowed";
            if (u[i + 1] == 'G' && !class)
                return "\\G is not allowed";
            i++;
        } else if (class) {
            class = u[i] != ']';
        } else if (u[i] == '[') {
            class = true;
            i += u[i + 1] == '^' || u[i + 1] == ']';
        } else if (u[i] == '(' && u[i + 1] == '*') {
            return "verbs such as (*UTF) are not allowed";
        } else if (u[i] == '(' && u[i + 1] == '?' && i + 2 < n &&
                   u[i + 2] == 'C') {
            return "callouts such as (?C) are not allowed";
        }
    }
    return NULL;
}

static void
emit_needs(struct compile *c, const struct pattern_needs *needs,
    struct image_regex *re)
{
    re->clauses.first = COMPILE_COUNT(c, SEC_CLAUSES);
    for (size_t i = 0; i < needs->nclauses; i++) {
        const struct word_set *s = &needs->clause[i];
        struct image_run run = {COMPILE_COUNT(c, SEC_NEEDED), (uint32_t)s->n};
        for (size_t k = 0; k < s->n; k++) {
            uint32_t t = intern_term(c, s->word[k].unit, s->word[k].n,
                TERM_NEEDED, (enum image_view)re->view);
            compile_add(c, SEC_NEEDED, &t);
        }
        compile_add(c, SEC_CLAUSES, &run);
    }
    re->clauses.n = (uint32_t)needs->nclauses;
}

/* Number of an equal expression, or -1 with the slot for it in *slot. */
static int64_t
find_regex(struct compile *c, const uint16_t *u, size_t n, uint32_t options,
    enum image_view view, uint32_t *slot)
{
    const struct image_regex *re =
        COMPILE_ARRAY(c, struct image_regex, SEC_REGEXES);
    uint32_t count = COMPILE_COUNT(c, SEC_REGEXES);

    if (!c->regex_slots || count >= c->regex_mask / 2) {
        uint32_t *slots = fresh_slots(&c->regex_mask);
        if (!slots) {
            c->err = E_NOMEM;
            return 0;
        }
        for (uint32_t i = 0; i < count; i++) {
            uint32_t h =
                hash_units(COMPILE_ARRAY(c, uint16_t, SEC_UNITS) + re[i].unit,
                    re[i].n, re[i].view) &
                c->regex_mask;
            while (slots[h])
                h = (h + 1) & c->regex_mask;
            slots[h] = i + 1;
        }
        free(c->regex_slots);
        c->regex_slots = slots;
    }
    *slot = hash_units(u, n, view) & c->regex_mask;
    for (; c->regex_slots[*slot]; *slot = (*slot + 1) & c->regex_mask) {
        const struct image_regex *r = &re[c->regex_slots[*slot] - 1];
        if (r->n == n && r->options == options && r->view == (uint32_t)view &&
            memcmp(COMPILE_ARRAY(c, uint16_t, SEC_UNITS) + r->unit, u, n * 2) ==
                0)
            return c->regex_slots[*slot] - 1;
    }
    return -1;
}

static bool
emit_regex(struct compile *c, const struct clause *clause, enum image_view view,
    uint32_t *ret)
{
    struct pattern_needs needs;
    char why[256];
    const char *no;
    uint16_t *u;
    size_t n;
    uint32_t slot;

    if (clause->text.n > PATTERN_MAX_BYTES ||
        pattern_fold(c->arena, clause->text, view == VIEW_RAW, &u, &n) != 0) {
        compile_wrong(c, clause->place,
            "the regular expression is longer than %d bytes",
            PATTERN_MAX_BYTES);
        return false;
    }
    if ((no = forbidden(u, n))) {
        compile_wrong(c, clause->place, "in a regular expression %s", no);
        return false;
    }
    pattern_read(c->arena, u, n, clause->options, &needs);
    uint32_t options = pcre_options(clause->options, needs.dangerous);
    if (view == VIEW_RAW && clause->options & REGEX_CASELESS)
        needs.nclauses = 0;
    int64_t known = find_regex(c, u, n, options, view, &slot);
    if (known >= 0) {
        *ret = (uint32_t)known;
        return c->err == 0;
    }
    if (regex_check(u, n, options, why, sizeof(why)) != 0) {
        compile_wrong(c, clause->place, "%s", why);
        return false;
    }
    struct image_regex re = {.unit = COMPILE_COUNT(c, SEC_UNITS),
        .n = (uint32_t)n,
        .options = options,
        .view = view,
        .max_width = needs.max_width};
    int err = buf_add(&c->section[SEC_UNITS], u, n * 2);
    if (err != 0)
        c->err = err;
    emit_needs(c, &needs, &re);
    *ret = compile_add(c, SEC_REGEXES, &re);
    c->regex_slots[slot] = *ret + 1;
    return c->err == 0;
}

static uint32_t
node_hash(const struct image_node *d, const uint32_t *kids)
{
    uint32_t h = d->type * 0x9E3779B1u ^ d->arg;

    for (uint32_t i = 0; i < d->kids.n; i++)
        h = (h ^ kids[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool
grow_nodes(struct compile *c)
{
    const struct image_node *d = COMPILE_ARRAY(c, struct image_node, SEC_NODES);
    const uint32_t *kids = COMPILE_ARRAY(c, uint32_t, SEC_KIDS);
    uint32_t n = COMPILE_COUNT(c, SEC_NODES);

    if (c->node_slots && n < c->node_mask / 2)
        return true;
    uint32_t *slots = fresh_slots(&c->node_mask);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t h = node_hash(&d[i], kids + d[i].kids.first) & c->node_mask;
        while (slots[h])
            h = (h + 1) & c->node_mask;
        slots[h] = i + 1;
    }
    free(c->node_slots);
    c->node_slots = slots;
    return true;
}

/* Number of the node of this kind over these kids: there is one, however many
 * rules have it. */
static uint32_t
intern_node(struct compile *c, uint32_t type, uint32_t arg,
    const uint32_t *kids, uint32_t nkids)
{
    struct image_node node = {type, arg, {COMPILE_COUNT(c, SEC_KIDS), nkids}};
    uint32_t h;

    if (!grow_nodes(c)) {
        c->err = E_NOMEM;
        return 0;
    }
    h = node_hash(&node, kids) & c->node_mask;
    for (; c->node_slots[h]; h = (h + 1) & c->node_mask) {
        uint32_t number = c->node_slots[h] - 1;
        const struct image_node *d =
            &COMPILE_ARRAY(c, struct image_node, SEC_NODES)[number];
        if (d->type == type && d->arg == arg && d->kids.n == nkids &&
            (nkids == 0 ||
                memcmp(COMPILE_ARRAY(c, uint32_t, SEC_KIDS) + d->kids.first,
                    kids, nkids * sizeof(*kids)) == 0))
            return number;
    }
    for (uint32_t i = 0; i < nkids; i++)
        compile_add(c, SEC_KIDS, &kids[i]);
    c->node_slots[h] = COMPILE_COUNT(c, SEC_NODES) + 1;
    return compile_add(c, SEC_NODES, &node);
}

/* How dear a kid is to evaluate: cheap ones are tried first. */
static unsigned
dearness(const struct compile *c, uint32_t kid)
{
    static const unsigned by_type[] = {[NODE_REGEX] = DEAREST,
        [NODE_RULE] = 6,
        [NODE_SOURCE] = 1,
        [NODE_ALL] = 2,
        [NODE_ANY] = 1,
        [NODE_NONE] = 1,
        [NODE_AT_LEAST] = 3,
        [NODE_NEAR] = 5};
    const struct image_node *node =
        COMPILE_ARRAY(c, struct image_node, SEC_NODES);
    const uint32_t *kids = COMPILE_ARRAY(c, uint32_t, SEC_KIDS);
    unsigned most;

    if (kid & KID_TERM)
        return 0;
    most = by_type[node[kid].type];
    for (uint32_t i = 0; i < node[kid].kids.n; i++) {
        uint32_t k = kids[node[kid].kids.first + i];
        if (!(k & KID_TERM) && by_type[node[k].type] > most)
            most = by_type[node[k].type];
    }
    return most;
}

/* Whether kid may as well stand among the kids of clause itself: all in all,
 * any in any. */
static bool
is_same_kind(const struct clause *clause, const struct clause *kid)
{
    return kid->type == clause->type &&
           (kid->type == CLAUSE_ALL || kid->type == CLAUSE_ANY);
}

/* How many kids a clause has; the depth of clauses is bounded when they are
 * read (MODEL_MAX_DEPTH). */
static size_t
count_kids(const struct clause *clause)
{
    size_t n = 0;

    for (const struct clause *k = clause->first; k; k = k->next)
        n += is_same_kind(clause, k) ? count_kids(k) : 1;
    return n;
}

static bool
gather_kids(struct compile *c, const struct clause *clause,
    enum image_view view, unsigned depth, struct emitted_kids *out)
{
    bool ok = true;

    for (const struct clause *k = clause->first; k; k = k->next)
        ok = (is_same_kind(clause, k) ? gather_kids(c, k, view, depth + 1, out)
                                      : emit_clause(c, k, view, depth + 1,
                                            &out->kid[out->n++])) &&
             ok;
    return ok;
}

/* near knows where words stand: what a list of it holds is to be words, or
 * lists of words.  Lists that hold themselves are told of elsewhere. */
static bool
near_holds_words(struct compile *c, const struct clause *near,
    const struct clause *any, unsigned depth)
{
    for (const struct clause *k = any->first; k && depth < EMIT_MAX_DEPTH;
        k = k->next) {
        const struct model_list *list =
            k->type == CLAUSE_LIST ? model_find_list(c->model, k->text) : NULL;

        if (k->type == CLAUSE_TERM || (k->type == CLAUSE_LIST && !list))
            continue;
        if (list && (!list->any || list->busy ||
                        near_holds_words(c, near, list->any, depth + 1)))
            continue;
        if (!list)
            compile_wrong(c, near->place,
                "near takes words and lists of words; what stands at %s:%u is "
                "neither",
                k->place.file, k->place.line);
        return false;
    }
    return true;
}

static bool
near_lists_hold_words(struct compile *c, const struct clause *near)
{
    for (const struct clause *k = near->first; k; k = k->next) {
        const struct model_list *list =
            k->type == CLAUSE_LIST ? model_find_list(c->model, k->text) : NULL;

        if (list && list->any && !near_holds_words(c, near, list->any, 0))
            return false;
    }
    return true;
}

/* Emit the children of clause, cheap ones first. */
static bool
emit_kids(struct compile *c, const struct clause *clause, enum image_view view,
    unsigned depth, struct emitted_kids *ret)
{
    size_t room = count_kids(clause) + 1;
    struct emitted_kids kids = {ARENA_ARRAY(c->arena, room, uint32_t), 0};
    uint8_t *price = ARENA_ARRAY(c->arena, room, uint8_t);

    *ret = (struct emitted_kids){ARENA_ARRAY(c->arena, room, uint32_t), 0};
    if (!kids.kid || !price || !ret->kid ||
        !gather_kids(c, clause, view, depth, &kids))
        return false;
    bool keep = clause->type == CLAUSE_NEAR; /* its order may count */

    if (keep && !near_lists_hold_words(c, clause))
        return false;
    for (uint32_t i = 0; i < kids.n; i++)
        price[i] = keep ? 0 : (uint8_t)dearness(c, kids.kid[i]);
    for (unsigned p = 0; p <= DEAREST && ret->n < kids.n; p++)
        for (uint32_t i = 0; i < kids.n; i++)
            if (price[i] == p)
                ret->kid[ret->n++] = kids.kid[i];
    return true;
}

static bool
emit_list(struct compile *c, const struct clause *clause, enum image_view view,
    unsigned depth, uint32_t *ret)
{
    struct model_list *list = model_find_list(c->model, clause->text);

    _Static_assert(sizeof(list->emitted) / sizeof(list->emitted[0]) ==
                       (size_t)VIEW_COUNT,
        "one for each view");
    if (!list) {
        compile_wrong(c, clause->place, "there is no list called \"%.*s\"",
            STR_ARG(clause->text));
        return false;
    }
    if (list->emitted[view]) {
        *ret = list->emitted[view] - 1;
        return true;
    }
    if (list->failed)
        return false;
    if (list->busy || !list->any) {
        if (list->busy)
            compile_wrong(c, clause->place, "the list %.*s holds itself",
                STR_ARG(list->name));
        return false;
    }
    list->busy = true;
    bool ok = emit_clause(c, list->any, view, depth + 1, ret);
    list->busy = false;
    list->failed = !ok;
    list->emitted[view] = ok ? *ret + 1 : 0;
    return ok;
}

static bool
emit_reference(struct compile *c, const struct clause *clause, unsigned depth,
    uint32_t *ret)
{
    struct model_rule *rule = compile_find_rule(c, clause->text);

    if (!rule) {
        compile_wrong(c, clause->place, "there is no rule with id \"%.*s\"",
            STR_ARG(clause->text));
        return false;
    }
    if (rule->busy) {
        compile_wrong(
            c, clause->place, "the rule %.*s needs itself", STR_ARG(rule->id));
        return false;
    }
    if (!emit_rule(c, rule, depth + 1))
        return false;
    *ret = intern_node(c, NODE_RULE, rule->number, NULL, 0);
    return true;
}

bool
emit_clause(struct compile *c, const struct clause *clause,
    enum image_view view, unsigned depth, uint32_t *ret)
{
    struct emitted_kids kids;
    uint32_t number;

    if (depth > EMIT_MAX_DEPTH) {
        if (!c->too_deep)
            compile_wrong(c, clause->place,
                "conditions, lists and rules are nested too deep");
        c->too_deep = true; /* once: all that stand on it are, too */
        return false;
    }
    switch (clause->type) {
    case CLAUSE_TERM:
        if (!emit_term(c, clause->text, view, clause->place, 0, &number))
            return false;
        *ret = KID_TERM | number;
        return c->err == 0;
    case CLAUSE_REGEX:
        if (!emit_regex(c, clause, view, &number))
            return false;
        *ret = intern_node(c, NODE_REGEX, number, NULL, 0);
        return c->err == 0;
    case CLAUSE_LIST:
        return emit_list(c, clause, view, depth, ret);
    case CLAUSE_RULE:
        return emit_reference(c, clause, depth, ret);
    case CLAUSE_SOURCE:
        *ret = intern_node(
            c, NODE_SOURCE, compile_sources(c, &clause->sources), NULL, 0);
        return c->err == 0;
    case CLAUSE_ALL:
    case CLAUSE_ANY:
    case CLAUSE_NONE:
    case CLAUSE_AT_LEAST:
        break;
    case CLAUSE_NEAR:
        break;
    }
    static const uint32_t types[] = {[CLAUSE_ALL] = NODE_ALL,
        [CLAUSE_ANY] = NODE_ANY,
        [CLAUSE_NONE] = NODE_NONE,
        [CLAUSE_AT_LEAST] = NODE_AT_LEAST,
        [CLAUSE_NEAR] = NODE_NEAR};
    struct clause spread;
    if (clause->type == CLAUSE_AT_LEAST && clause->n == 1 &&
        clause->first->type == CLAUSE_LIST) {
        struct model_list *l = model_find_list(c->model, clause->first->text);
        if (l && l->any) { /* a list alone: its members are counted */
            spread = *l->any;
            spread.type = CLAUSE_AT_LEAST;
            spread.count = clause->count;
            spread.place = clause->place;
            clause = &spread;
        }
    }
    if (!emit_kids(c, clause, view, depth, &kids))
        return false;
    uint32_t arg = clause->type == CLAUSE_AT_LEAST ? clause->count
                   : clause->type == CLAUSE_NEAR
                       ? clause->within | (clause->count ? NEAR_ORDERED : 0)
                       : 0;
    *ret = intern_node(c, types[clause->type], arg, kids.kid, kids.n);
    return c->err == 0;
}

bool
emit_rule(struct compile *c, struct model_rule *rule, unsigned depth)
{
    enum image_view view = rule->flags & RULE_RAW ? VIEW_RAW : VIEW_FOLDED;
    uint32_t root;

    if (COMPILE_ARRAY(c, struct image_rule, SEC_RULES)[rule->number].root !=
        UINT32_MAX)
        return true;
    if (!rule->root)
        return false;
    struct clause nothing = {.type = CLAUSE_ANY, .place = rule->place};
    bool idle = rule->needs_region && !c->model->has_region;
    rule->busy = true;
    bool ok = emit_clause(c, idle ? &nothing : rule->root, view, depth, &root);
    rule->busy = false;
    if (ok)
        COMPILE_ARRAY(c, struct image_rule, SEC_RULES)
    [rule->number].root = root;
    return ok;
}
