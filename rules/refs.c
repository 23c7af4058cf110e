/*
 * refs: what rules and lists say of one another, checked as one graph.
 *
 * Nodes are rules and lists, an edge is {rule: ID} or {list: NAME}.  What leads
 * nowhere, to a pack that is not required, or round in a circle is said at its
 * place and then made harmless (a condition that never holds), so that reading
 * goes on and finds what else is wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/model.h"

enum {
    REFS_MAX_SUGGESTIONS = 20, /* looked for; each costs a walk of all names */
    REFS_MAX_PATH = 16         /* steps of a circle that are told */
};

struct edge {
    struct clause *clause;
    uint32_t to;
    struct edge *next;
};

enum colour { COLOUR_NEW, COLOUR_OPEN, COLOUR_DONE };

struct node {
    struct str name;
    struct edge *edges, *left; /* left: not walked yet */
    uint32_t parent;
    uint8_t colour;
};

struct refs {
    struct model *m;
    struct model_rule **by_id;
    struct model_list **lists; /* sorted by name */
    size_t nrules, nlists;
    struct node *node;       /* rules by number, then lists */
    const struct pack *pack; /* of what is being looked at */
    uint32_t from;
    unsigned suggestions;
};

static int
by_id(const void *a, const void *b)
{
    const struct model_rule *x = *(struct model_rule *const *)a,
                            *y = *(struct model_rule *const *)b;
    int order = str_cmp(x->id, y->id);

    if (order == 0 && x->replaces != y->replaces)
        return x->replaces ? -1 : 1; /* it is the one that is meant */
    return order ? order : x->number < y->number ? -1 : x->number > y->number;
}

static int
by_name(const void *a, const void *b)
{
    const struct model_list *x = *(struct model_list *const *)a,
                            *y = *(struct model_list *const *)b;

    return str_cmp(x->name, y->name);
}

struct model_rule **
refs_by_id(struct model *m, size_t *ret_n)
{
    struct model_rule **list =
        ARENA_ARRAY(m->arena, m->nrules + 1, struct model_rule *);
    size_t n = 0;

    if (!list)
        return NULL;
    for (struct model_rule *r = m->rules; r; r = r->next)
        list[n++] = r;
    if (n > 0)
        qsort(list, n, sizeof(struct model_rule *), by_id);
    *ret_n = n;
    return list;
}

struct model_rule *
refs_find(struct model_rule *const *by_id_, size_t n, struct str id)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(by_id_[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && str_eq(by_id_[low]->id, id) ? by_id_[low] : NULL;
}

/* Number of the list, or nlists. */
static size_t
find_list(const struct refs *s, struct str name)
{
    size_t low = 0, high = s->nlists;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(s->lists[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->nlists && str_eq(s->lists[low]->name, name) ? low
                                                                : s->nlists;
}

/* --- what may have been meant -------------------------------------------- */

/* How many letters differ, or limit when as many do. */
static size_t
distance(struct str a, struct str b, size_t limit)
{
    size_t row[MODEL_MAX_ID + 1];

    if (a.n > MODEL_MAX_ID || b.n > MODEL_MAX_ID || a.n + limit <= b.n ||
        b.n + limit <= a.n)
        return limit;
    for (size_t k = 0; k <= b.n; k++)
        row[k] = k;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0], least = limit;
        row[0] = i;
        for (size_t k = 1; k <= b.n; k++) {
            size_t change = corner + (a.p[i - 1] != b.p[k - 1]);
            corner = row[k];
            row[k] = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
            row[k] = row[k] < change ? row[k] : change;
            least = row[k] < least ? row[k] : least;
        }
        if (least >= limit)
            return limit;
    }
    return row[b.n] < limit ? row[b.n] : limit;
}

/* The name nearest to wrong, or STR_NONE when none is near. */
static struct str
nearest(struct refs *s, struct str wrong, bool list)
{
    size_t best = wrong.n / 3 + 2;
    struct str found = STR_NONE;

    if (++s->suggestions > REFS_MAX_SUGGESTIONS)
        return found;
    for (size_t i = 0; i < (list ? s->nlists : s->nrules); i++) {
        struct str name = list ? s->lists[i]->name : s->by_id[i]->id;
        size_t d = distance(wrong, name, best);
        if (d < best) {
            best = d;
            found = name;
        }
    }
    return found;
}

/* --- the edges ------------------------------------------------------------ */

/* Make c a condition that never holds. */
static void
make_harmless(struct clause *c)
{
    c->type = CLAUSE_ANY;
    c->first = NULL;
    c->n = 0;
}

static void
unknown(struct refs *s, struct clause *c, bool list)
{
    struct str near = nearest(s, c->text, list);

    model_wrong(s->m, c->place, "there is no %s \"%.*s\"%s%.*s%s",
        list ? "list called" : "rule with id", STR_ARG(c->text),
        near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
    make_harmless(c);
}

/* Whether the pack at hand may use what is of pack other. */
static bool
check_pack(struct refs *s, struct clause *c, const char *what,
    const struct pack *other)
{
    if (pack_may_use(s->pack, other))
        return true;
    if (other)
        model_wrong(s->m, c->place,
            "the %s %.*s is of the pack %.*s, which the pack %.*s does not "
            "require: its manifest is to say requires: [%.*s]",
            what, STR_ARG(c->text), STR_ARG(other->id), STR_ARG(s->pack->id),
            STR_ARG(other->id));
    else
        model_wrong(s->m, c->place,
            "the %s %.*s is of no pack: a pack may use what is its own and "
            "that of the packs it requires",
            what, STR_ARG(c->text));
    make_harmless(c);
    return false;
}

static void
add_edge(struct refs *s, struct clause *c)
{
    bool list = c->type == CLAUSE_LIST;
    struct model_rule *r =
        list ? NULL : refs_find(s->by_id, s->nrules, c->text);
    size_t number = list ? find_list(s, c->text) : s->nlists;
    struct edge *e;

    if (list ? number == s->nlists : !r) {
        unknown(s, c, list);
        return;
    }
    if (!(list && s->lists[number]->builtin) &&
        !check_pack(s, c, list ? "list" : "rule",
            list                ? s->lists[number]->pack
            : r->place_of_pack ? r->place_of_pack
                               : r->pack))
        return;
    e = ARENA_NEW(s->m->arena, struct edge);
    if (!e)
        return;
    *e = (struct edge){c, list ? (uint32_t)(s->m->nrules + number) : r->number,
        s->node[s->from].edges};
    s->node[s->from].edges = e;
}

/* All references of a condition; the depth was bounded when it was read. */
static void
add_edges(struct refs *s, struct clause *c)
{
    if (c->type == CLAUSE_LIST || c->type == CLAUSE_RULE)
        add_edge(s, c);
    for (struct clause *k = c->first; k; k = k->next)
        if (k->type != CLAUSE_TERM)
            add_edges(s, k);
}

/* --- circles ---------------------------------------------------------------
 */

/* Tell of the circle that clause closes: from the node it leads to, down to
 * the node that it stands in, and back. */
static void
tell_circle(struct refs *s, const struct edge *e, uint32_t at)
{
    uint32_t step[REFS_MAX_PATH];
    struct str path = STR_NONE, name = s->node[e->to].name;
    size_t n = 0;
    bool list = e->to >= s->m->nrules;

    for (uint32_t i = at; i != e->to && n < REFS_MAX_PATH;
         i = s->node[i].parent)
        step[n++] = i;
    for (; n > 0; n--)
        path = arena_printf(s->m->arena, "%.*s → %.*s", STR_ARG(path),
            STR_ARG(s->node[step[n - 1]].name));
    model_wrong(s->m, e->clause->place,
        "the %s %.*s %s itself: %.*s%.*s → %.*s", list ? "list" : "rule",
        STR_ARG(name), list ? "holds" : "needs", STR_ARG(name), STR_ARG(path),
        STR_ARG(name));
}

/* Walk from one node to all that it needs. */
static void
walk(struct refs *s, uint32_t start)
{
    uint32_t at = start;

    if (s->node[start].colour != COLOUR_NEW)
        return;
    s->node[start].colour = COLOUR_OPEN;
    for (;;) {
        struct node *d = &s->node[at];
        struct edge *e = d->left;
        if (!e) {
            d->colour = COLOUR_DONE;
            if (at == start)
                return;
            at = d->parent;
            continue;
        }
        d->left = e->next;
        if (s->node[e->to].colour == COLOUR_OPEN) {
            tell_circle(s, e, at);
            make_harmless(e->clause);
        } else if (s->node[e->to].colour == COLOUR_NEW) {
            s->node[e->to].colour = COLOUR_OPEN;
            s->node[e->to].parent = at;
            at = e->to;
        }
    }
}

/* --- the whole -------------------------------------------------------------
 */

/* Two rules with one id: the later one is left out. */
static void
drop_twins(struct refs *s)
{
    struct model_rule *a = s->nrules ? s->by_id[0] : NULL;

    for (size_t i = 1; i < s->nrules; i++) {
        struct model_rule *b = s->by_id[i];
        if (b->id.n == 0 || !str_eq(a->id, b->id)) {
            a = b;
            continue;
        }
        if (a->replaces && !b->replaces && !a->replaced) {
            a->replaced = true;
            a->place_of_pack = b->pack; /* who might use it may still */
            b->lent = true;
            continue;
        }
        if (a->pack && b->pack && a->pack != b->pack)
            model_wrong(s->m, b->place,
                "the id \"%.*s\" of the pack %.*s is taken by the rule at "
                "%s:%u of the pack %.*s",
                STR_ARG(b->id), STR_ARG(b->pack->id), a->place.file,
                a->place.line, STR_ARG(a->pack->id));
        else
            model_wrong(s->m, b->place,
                "the id \"%.*s\" is taken by the rule at %s:%u%s",
                STR_ARG(b->id), a->place.file, a->place.line,
                a->pack && !b->pack ? "; to change that one, use overrides"
                                    : "");
        b->lent = true; /* nobody can mean it, so it is left out */
    }
}

static void
add_rule_edges(struct refs *s, struct model_rule *r)
{
    struct node *d = &s->node[r->number];

    d->name = r->id;
    s->pack = r->pack;
    s->from = r->number;
    if (r->root && r->disabled)
        make_harmless(r->root);
    else if (r->root)
        add_edges(s, r->root);
    if (r->disabled)
        r->flags |= RULE_HELPER;
    if (r->replaced_by.n && !refs_find(s->by_id, s->nrules, r->replaced_by))
        model_warn(s->m, r->replaced_place, "there is no rule with id \"%.*s\"",
            STR_ARG(r->replaced_by));
    if (r->replaces && !r->replaced)
        model_warn(s->m, r->place,
            "there is no other rule %.*s any more: it replaces none",
            STR_ARG(r->id));
    d->left = d->edges;
}

static void
add_list_edges(struct refs *s, size_t number)
{
    struct model_list *l = s->lists[number];
    struct node *d = &s->node[s->m->nrules + number];

    d->name = l->name;
    s->pack = l->pack;
    s->from = (uint32_t)(s->m->nrules + number);
    if (l->any && !l->builtin)
        add_edges(s, l->any);
    d->left = d->edges;
}

/* Leave out lent rules that nobody reached, and number the rest again. */
static void
leave_out(struct refs *s)
{
    struct model *m = s->m;
    struct model_rule *r = m->rules, *next;
    uint32_t n = 0;

    m->rules = NULL;
    m->rules_end = &m->rules;
    for (; r; r = next) {
        next = r->next;
        r->next = NULL;
        if (r->lent && s->node[r->number].colour == COLOUR_NEW)
            continue;
        if (r->lent) {
            r->flags |= RULE_HELPER;
            r->packed = false;
        }
        r->number = n++;
        *m->rules_end = r;
        m->rules_end = &r->next;
    }
    m->nrules = n;
}

int
refs_resolve(struct model *m)
{
    struct refs s = {.m = m};

    for (const struct model_list *l = m->lists; l; l = l->next)
        s.nlists++;
    s.by_id = refs_by_id(m, &s.nrules);
    s.lists = ARENA_ARRAY(m->arena, s.nlists + 1, struct model_list *);
    s.node = ARENA_ARRAY(m->arena, m->nrules + s.nlists + 1, struct node);
    if (!s.by_id || !s.lists || !s.node)
        return E_NOMEM;
    size_t n = 0;
    for (struct model_list *l = m->lists; l; l = l->next)
        s.lists[n++] = l;
    if (n > 0)
        qsort(s.lists, n, sizeof(struct model_list *), by_name);
    drop_twins(&s);
    for (struct model_rule *r = m->rules; r; r = r->next)
        add_rule_edges(&s, r);
    for (size_t i = 0; i < s.nlists; i++)
        add_list_edges(&s, i);
    for (struct model_rule *r = m->rules; r; r = r->next)
        if (!r->lent)
            walk(&s, r->number);
    leave_out(&s);
    return arena_failed(m->arena) ? E_NOMEM : 0;
}
